// SPDX-License-Identifier: Apache-2.0
//
// Atomic reference: one value of a CP group, or none, the same for everybody at any time.
//
//	hz_atomic_reference *leader = NULL;
//	bool done = false;
//	if (hz_atomic_reference_open(client, "leader", NULL, &leader, &err) == HZ_OK) {
//		hz_atomic_reference_compare_and_set(leader, hz_null(), hz_str("me"), &done, &err);
//	}
//	hz_atomic_reference_close(&leader);
//
// Handles, the two forms of each operation, ownership, threads and common errors are as map.h has
// them; names, groups, destroying and their errors are as atomic_long.h has them. Here hz_null() is
// a value like any other: it stands for none, and a reference that nobody has set has it. Values
// are equal when their serialized bytes are.
//
// Only what changes nothing (get, is_null, contains) is repeated by itself after its connection was
// lost. The others are in doubt then, and also with HZ_ERR_INDETERMINATE: the group's leader was
// lost while it worked.
#ifndef HAZELCAST_ATOMIC_REFERENCE_H
#define HAZELCAST_ATOMIC_REFERENCE_H

#include <hazelcast/call.h>
#include <hazelcast/concurrency.h>
#include <hazelcast/future.h>

#ifdef __cplusplus
extern "C" {
#endif

// A handle of one atomic reference. Opaque.
typedef struct hz_atomic_reference hz_atomic_reference;

// ---- Handles ----

// Opens a handle; as hz_map_open. Since 0.1.
HZ_API hz_err hz_atomic_reference_open(hz_client *client, const char *name, const hz_call *call,
		hz_atomic_reference **reference, hz_error *err);

// Ends the handle; the reference stays. NULL-safe, nulls the pointer. Does not block. Since 0.1.
HZ_API void hz_atomic_reference_close(hz_atomic_reference **reference);

// The reference's name, with its group unless that is the default one, lent until the handle is
// closed; "" for NULL. Since 0.1.
HZ_API const char *hz_atomic_reference_name(const hz_atomic_reference *reference);

// Changes what applies to the calls of this handle from now on; as hz_map_call. Since 0.1.
HZ_API hz_err hz_atomic_reference_call(hz_atomic_reference *reference, const hz_call *call);

// What stands behind the reference; see concurrency.h. Any thread; does not block. Since 0.1.
HZ_API hz_backend hz_atomic_reference_backend(const hz_atomic_reference *reference);

// Destroys the reference for everybody and for ever. The handle stays. Result: none. Since 0.1.
HZ_API hz_future hz_atomic_reference_destroy_async(hz_atomic_reference *reference);

// The same, and ends the handle when it succeeded: *reference is then NULL. Since 0.1.
HZ_API HZ_INLINE hz_err
hz_atomic_reference_destroy(hz_atomic_reference **reference, hz_error *err)
{
	hz_err e = hz_run_none(
			hz_atomic_reference_destroy_async(reference != NULL ? *reference : NULL),
			err);
	if (e == HZ_OK) {
		hz_atomic_reference_close(reference);
	}
	return e;
}

// ---- Reading ----

// The value. Result: value. Since 0.1.
HZ_API hz_future hz_atomic_reference_get_async(hz_atomic_reference *reference);
HZ_API HZ_INLINE hz_err
hz_atomic_reference_get(hz_atomic_reference *reference, hz_value *out, hz_error *err)
{
	return hz_run_value(hz_atomic_reference_get_async(reference), out, err);
}

// Whether there is no value. Result: bool. Since 0.1.
HZ_API hz_future hz_atomic_reference_is_null_async(hz_atomic_reference *reference);
HZ_API HZ_INLINE hz_err
hz_atomic_reference_is_null(hz_atomic_reference *reference, bool *out, hz_error *err)
{
	return hz_run_bool(hz_atomic_reference_is_null_async(reference), out, err);
}

// Whether the value equals this one. Result: bool. Since 0.1.
HZ_API hz_future hz_atomic_reference_contains_async(hz_atomic_reference *reference, hz_value value);
HZ_API HZ_INLINE hz_err
hz_atomic_reference_contains(
		hz_atomic_reference *reference, hz_value value, bool *out, hz_error *err)
{
	return hz_run_bool(hz_atomic_reference_contains_async(reference, value), out, err);
}

// ---- Setting ----

// Sets the value. Result: none. Since 0.1.
HZ_API hz_future hz_atomic_reference_set_async(hz_atomic_reference *reference, hz_value value);
HZ_API HZ_INLINE hz_err
hz_atomic_reference_set(hz_atomic_reference *reference, hz_value value, hz_error *err)
{
	return hz_run_none(hz_atomic_reference_set_async(reference, value), err);
}

// Takes the value away; as setting hz_null(). Result: none. Since 0.1.
HZ_API hz_future hz_atomic_reference_clear_async(hz_atomic_reference *reference);
HZ_API HZ_INLINE hz_err
hz_atomic_reference_clear(hz_atomic_reference *reference, hz_error *err)
{
	return hz_run_none(hz_atomic_reference_clear_async(reference), err);
}

// Sets the value; *old gets the one before. Result: value. Since 0.1.
HZ_API hz_future hz_atomic_reference_get_and_set_async(
		hz_atomic_reference *reference, hz_value value);
HZ_API HZ_INLINE hz_err
hz_atomic_reference_get_and_set(
		hz_atomic_reference *reference, hz_value value, hz_value *old, hz_error *err)
{
	return hz_run_value(hz_atomic_reference_get_and_set_async(reference, value), old, err);
}

// Sets the value; *out gets that value. Result: value. Since 0.1.
HZ_API hz_future hz_atomic_reference_set_and_get_async(
		hz_atomic_reference *reference, hz_value value);
HZ_API HZ_INLINE hz_err
hz_atomic_reference_set_and_get(
		hz_atomic_reference *reference, hz_value value, hz_value *out, hz_error *err)
{
	return hz_run_value(hz_atomic_reference_set_and_get_async(reference, value), out, err);
}

// Sets the value if the one there equals the expected one; *done says whether it did. Result: bool.
// Since 0.1.
HZ_API hz_future hz_atomic_reference_compare_and_set_async(
		hz_atomic_reference *reference, hz_value expected, hz_value value);
HZ_API HZ_INLINE hz_err
hz_atomic_reference_compare_and_set(hz_atomic_reference *reference, hz_value expected,
		hz_value value, bool *done, hz_error *err)
{
	return hz_run_bool(hz_atomic_reference_compare_and_set_async(reference, expected, value),
			done, err);
}

// ---- Functions that run here ----

// Computes the new value from the old one (null where there is none), and stores it in *made, which
// is null before. Lends old. What *made borrows must stay until the function is called again or the
// call that it serves returns; what it owns is taken. An error ends the whole call with that code,
// and nothing is changed. May make calls.
typedef hz_err (*hz_value_fn)(void *ctx, const hz_value *old, hz_value *made);

// Sets the value to what fn makes of it; as hz_atomic_long_update. *made gets the new value, to be
// cleared; NULL if it is not wanted. Since 0.1.
HZ_API hz_err hz_atomic_reference_update(hz_atomic_reference *reference, hz_value_fn fn, void *ctx,
		hz_value *made, hz_error *err);

// ---- Functions that run at the members ----
//
// On the map backend these are HZ_ERR_UNSUPPORTED.
//
// `function` is as atomic_long.h has it. It is given null where there is no value.

// Sets the value to what the function makes of it. Result: none. Since 0.1.
HZ_API hz_future hz_atomic_reference_alter_async(hz_atomic_reference *reference, hz_value function);
HZ_API HZ_INLINE hz_err
hz_atomic_reference_alter(hz_atomic_reference *reference, hz_value function, hz_error *err)
{
	return hz_run_none(hz_atomic_reference_alter_async(reference, function), err);
}

// The same; *out gets the new value. Result: value. Since 0.1.
HZ_API hz_future hz_atomic_reference_alter_and_get_async(
		hz_atomic_reference *reference, hz_value function);
HZ_API HZ_INLINE hz_err
hz_atomic_reference_alter_and_get(
		hz_atomic_reference *reference, hz_value function, hz_value *out, hz_error *err)
{
	return hz_run_value(hz_atomic_reference_alter_and_get_async(reference, function), out, err);
}

// The same; *old gets the value before. Result: value. Since 0.1.
HZ_API hz_future hz_atomic_reference_get_and_alter_async(
		hz_atomic_reference *reference, hz_value function);
HZ_API HZ_INLINE hz_err
hz_atomic_reference_get_and_alter(
		hz_atomic_reference *reference, hz_value function, hz_value *old, hz_error *err)
{
	return hz_run_value(hz_atomic_reference_get_and_alter_async(reference, function), old, err);
}

// What the function makes of the value, which stays. Result: value. Since 0.1.
HZ_API hz_future hz_atomic_reference_apply_async(hz_atomic_reference *reference, hz_value function);
HZ_API HZ_INLINE hz_err
hz_atomic_reference_apply(
		hz_atomic_reference *reference, hz_value function, hz_value *out, hz_error *err)
{
	return hz_run_value(hz_atomic_reference_apply_async(reference, function), out, err);
}

#ifdef __cplusplus
}
#endif

#endif
