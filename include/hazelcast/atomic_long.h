// SPDX-License-Identifier: Apache-2.0
//
// Atomic long: a 64-bit number of a CP group, the same for everybody at any time. A number nobody
// has set is 0. Sums wrap around.
//
//	hz_atomic_long *orders = NULL;
//	int64_t n = 0;
//	if (hz_atomic_long_open(client, "orders@shop", NULL, &orders, &err) == HZ_OK) {
//		hz_atomic_long_increment_and_get(orders, &n, &err);
//	}
//	hz_atomic_long_close(&orders);
//
// Handles, the two forms of each operation, ownership, threads and common errors are as map.h has
// them.
//
// CP structures. Their names may end with '@' and the name of a group; without it, and with
// "@default", the group is the default one. The first use of a group makes it. Blanks around either
// part do not count. HZ_ERR_ARGUMENT: an empty part, a second '@', or the group METADATA, which the
// members keep for themselves. Groups need members with a CP subsystem: open-source members up to
// 5.4 have one, from 5.5 on those of the Enterprise edition alone; others are HZ_ERR_UNSUPPORTED.
// While too few members are up to make a group, opening waits for them, up to its deadline. Any
// member passes a call on to the leader of its group; with cp-direct-to-leader-routing calls go
// there at once where members tell who that is.
//
// Who destroys a CP structure destroys it for ever: every later call, of whatever handle and
// client, is HZ_ERR_DESTROYED, and its name in that group is used up. HZ_ERR_GROUP_DESTROYED says
// that the group itself is gone (all its members have restarted): handles of its structures are of
// no use any more, whoever opens the name again gets a new, empty structure.
//
// On the map backend (concurrency.h) groups are no more than a part of the name, and no call stays
// in doubt while a member answers. On the CP subsystem:
//
// Only hz_atomic_long_get is repeated by itself after its connection was lost. The others are in
// doubt then, and also with HZ_ERR_INDETERMINATE: the group's leader was lost while it worked.
#ifndef HAZELCAST_ATOMIC_LONG_H
#define HAZELCAST_ATOMIC_LONG_H

#include <hazelcast/call.h>
#include <hazelcast/concurrency.h>
#include <hazelcast/future.h>

#ifdef __cplusplus
extern "C" {
#endif

// A handle of one atomic long. Opaque.
typedef struct hz_atomic_long hz_atomic_long;

// ---- Handles ----

// Opens a handle; as hz_map_open. Since 0.1.
HZ_API hz_err hz_atomic_long_open(hz_client *client, const char *name, const hz_call *call,
		hz_atomic_long **number, hz_error *err);

// Ends the handle; the number stays. NULL-safe, nulls the pointer. Does not block. Since 0.1.
HZ_API void hz_atomic_long_close(hz_atomic_long **number);

// The number's name, with its group unless that is the default one, lent until the handle is
// closed; "" for NULL. Since 0.1.
HZ_API const char *hz_atomic_long_name(const hz_atomic_long *number);

// Changes what applies to the calls of this handle from now on; as hz_map_call. Since 0.1.
HZ_API hz_err hz_atomic_long_call(hz_atomic_long *number, const hz_call *call);

// What stands behind the number; see concurrency.h. Any thread; does not block. Since 0.1.
HZ_API hz_backend hz_atomic_long_backend(const hz_atomic_long *number);

// Destroys the number for everybody and for ever. The handle stays. Result: none. Since 0.1.
HZ_API hz_future hz_atomic_long_destroy_async(hz_atomic_long *number);

// The same, and ends the handle when it succeeded: *number is then NULL. Since 0.1.
HZ_API HZ_INLINE hz_err
hz_atomic_long_destroy(hz_atomic_long **number, hz_error *err)
{
	hz_err e = hz_run_none(hz_atomic_long_destroy_async(number != NULL ? *number : NULL), err);
	if (e == HZ_OK) {
		hz_atomic_long_close(number);
	}
	return e;
}

// ---- Reading and setting ----

// The number. Result: i64. Since 0.1.
HZ_API hz_future hz_atomic_long_get_async(hz_atomic_long *number);
HZ_API HZ_INLINE hz_err
hz_atomic_long_get(hz_atomic_long *number, int64_t *out, hz_error *err)
{
	return hz_run_i64(hz_atomic_long_get_async(number), out, err);
}

// Sets the number. Result: none. Since 0.1.
HZ_API hz_future hz_atomic_long_set_async(hz_atomic_long *number, int64_t value);
HZ_API HZ_INLINE hz_err
hz_atomic_long_set(hz_atomic_long *number, int64_t value, hz_error *err)
{
	return hz_run_none(hz_atomic_long_set_async(number, value), err);
}

// Sets the number; *old gets the one before. Result: i64. Since 0.1.
HZ_API hz_future hz_atomic_long_get_and_set_async(hz_atomic_long *number, int64_t value);
HZ_API HZ_INLINE hz_err
hz_atomic_long_get_and_set(hz_atomic_long *number, int64_t value, int64_t *old, hz_error *err)
{
	return hz_run_i64(hz_atomic_long_get_and_set_async(number, value), old, err);
}

// Sets the number if it is the expected one; *done says whether it was. Result: bool. Since 0.1.
HZ_API hz_future hz_atomic_long_compare_and_set_async(
		hz_atomic_long *number, int64_t expected, int64_t value);
HZ_API HZ_INLINE hz_err
hz_atomic_long_compare_and_set(
		hz_atomic_long *number, int64_t expected, int64_t value, bool *done, hz_error *err)
{
	return hz_run_bool(
			hz_atomic_long_compare_and_set_async(number, expected, value), done, err);
}

// ---- Adding ----

// Adds to the number; *out gets the sum. Result: i64. Since 0.1.
HZ_API hz_future hz_atomic_long_add_and_get_async(hz_atomic_long *number, int64_t delta);
HZ_API HZ_INLINE hz_err
hz_atomic_long_add_and_get(hz_atomic_long *number, int64_t delta, int64_t *out, hz_error *err)
{
	return hz_run_i64(hz_atomic_long_add_and_get_async(number, delta), out, err);
}

// Adds to the number; *old gets the one before. Result: i64. Since 0.1.
HZ_API hz_future hz_atomic_long_get_and_add_async(hz_atomic_long *number, int64_t delta);
HZ_API HZ_INLINE hz_err
hz_atomic_long_get_and_add(hz_atomic_long *number, int64_t delta, int64_t *old, hz_error *err)
{
	return hz_run_i64(hz_atomic_long_get_and_add_async(number, delta), old, err);
}

// Adds 1 to the number; *out gets the sum. Result: i64. Since 0.1.
HZ_API hz_future hz_atomic_long_increment_and_get_async(hz_atomic_long *number);
HZ_API HZ_INLINE hz_err
hz_atomic_long_increment_and_get(hz_atomic_long *number, int64_t *out, hz_error *err)
{
	return hz_run_i64(hz_atomic_long_increment_and_get_async(number), out, err);
}

// Takes 1 from the number; *out gets the rest. Result: i64. Since 0.1.
HZ_API hz_future hz_atomic_long_decrement_and_get_async(hz_atomic_long *number);
HZ_API HZ_INLINE hz_err
hz_atomic_long_decrement_and_get(hz_atomic_long *number, int64_t *out, hz_error *err)
{
	return hz_run_i64(hz_atomic_long_decrement_and_get_async(number), out, err);
}

// Adds 1 to the number; *old gets the one before. Result: i64. Since 0.1.
HZ_API hz_future hz_atomic_long_get_and_increment_async(hz_atomic_long *number);
HZ_API HZ_INLINE hz_err
hz_atomic_long_get_and_increment(hz_atomic_long *number, int64_t *old, hz_error *err)
{
	return hz_run_i64(hz_atomic_long_get_and_increment_async(number), old, err);
}

// Takes 1 from the number; *old gets the one before. Result: i64. Since 0.1.
HZ_API hz_future hz_atomic_long_get_and_decrement_async(hz_atomic_long *number);
HZ_API HZ_INLINE hz_err
hz_atomic_long_get_and_decrement(hz_atomic_long *number, int64_t *old, hz_error *err)
{
	return hz_run_i64(hz_atomic_long_get_and_decrement_async(number), old, err);
}

// ---- Functions that run here ----

// Computes the new number from the old one, and stores it in *made. An error ends the whole call
// with that code, and nothing is changed. May make calls.
typedef hz_err (*hz_i64_fn)(void *ctx, int64_t old, int64_t *made);

// Sets the number to what fn makes of it, on the calling thread: by hz_atomic_long_compare_and_set,
// so that fn runs again when somebody else was faster. *old gets the number before, *made the new
// one; either may be NULL. Works on both backends; blocks and has no asynchronous form. Errors are
// those of the other calls, fn's, and HZ_ERR_TIMEOUT when others were faster until the deadline.
// Since 0.1.
HZ_API hz_err hz_atomic_long_update(hz_atomic_long *number, hz_i64_fn fn, void *ctx, int64_t *old,
		int64_t *made, hz_error *err);

// ---- Functions that run at the members ----
//
// On the map backend these are HZ_ERR_UNSUPPORTED.
//
// `function` is an object whose class the members know and that implements their IFunction: an
// identified object, a record, or its Data (hz_data). Lends it. A class that they do not know is
// HZ_ERR_SERVER.

// Sets the number to what the function makes of it. Result: none. Since 0.1.
HZ_API hz_future hz_atomic_long_alter_async(hz_atomic_long *number, hz_value function);
HZ_API HZ_INLINE hz_err
hz_atomic_long_alter(hz_atomic_long *number, hz_value function, hz_error *err)
{
	return hz_run_none(hz_atomic_long_alter_async(number, function), err);
}

// The same; *out gets the new number. Result: i64. Since 0.1.
HZ_API hz_future hz_atomic_long_alter_and_get_async(hz_atomic_long *number, hz_value function);
HZ_API HZ_INLINE hz_err
hz_atomic_long_alter_and_get(hz_atomic_long *number, hz_value function, int64_t *out, hz_error *err)
{
	return hz_run_i64(hz_atomic_long_alter_and_get_async(number, function), out, err);
}

// The same; *old gets the number before. Result: i64. Since 0.1.
HZ_API hz_future hz_atomic_long_get_and_alter_async(hz_atomic_long *number, hz_value function);
HZ_API HZ_INLINE hz_err
hz_atomic_long_get_and_alter(hz_atomic_long *number, hz_value function, int64_t *old, hz_error *err)
{
	return hz_run_i64(hz_atomic_long_get_and_alter_async(number, function), old, err);
}

// What the function makes of the number, which stays. Result: value. Since 0.1.
HZ_API hz_future hz_atomic_long_apply_async(hz_atomic_long *number, hz_value function);
HZ_API HZ_INLINE hz_err
hz_atomic_long_apply(hz_atomic_long *number, hz_value function, hz_value *out, hz_error *err)
{
	return hz_run_value(hz_atomic_long_apply_async(number, function), out, err);
}

#ifdef __cplusplus
}
#endif

#endif
