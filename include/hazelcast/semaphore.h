// SPDX-License-Identifier: Apache-2.0
//
// Semaphore: permits of a CP group that the whole cluster shares. A semaphore that nobody has
// initialized has none.
//
//	hz_semaphore *slots = NULL;
//	if (hz_semaphore_open(client, "slots", NULL, &slots, &err) == HZ_OK &&
//			hz_semaphore_acquire(slots, 1, &err) == HZ_OK) {
//		work();
//		hz_semaphore_release(slots, 1, &err);
//	}
//	hz_semaphore_close(&slots);
//
// Handles, the two forms of each operation, ownership, threads and common errors are as map.h has
// them; names, groups and destroying are as atomic_long.h has them; owners and sessions are as
// fenced_lock.h has them.
//
// The members' configuration says of which kind a semaphore is.
//
// With sessions (the default) permits belong to the client's session: they are back at the members
// when the client shuts down, or when its session ends because it gave no sign of life, and only a
// client that holds permits may release them. HZ_ERR_SESSION_EXPIRED says that the permits were
// lost in this way. Calls are repeated by themselves after their connection was lost, and the
// members know a repeated one again: no permit is taken twice, unless it comes only when its owner
// has made further calls (fenced_lock.h).
//
// Without sessions (the members' jdk-compatible) anybody may release, and permits of a client that
// died are gone until somebody releases in its place. The members would not know a repeated
// call again, so one whose connection was lost is not repeated, but HZ_ERR_INDETERMINATE and in
// doubt, unless the client's redo-operation is on.
//
// A call that got no permits after a try whose connection was lost is in doubt: that try may be on
// its way and take some yet (fenced_lock.h); hz_semaphore_try_acquire is HZ_ERR_INDETERMINATE then.
//
// On the map backend (concurrency.h) the client that makes a semaphore says of which kind it is
// (concurrency.map.semaphore-owners). Permits with owners are back when their client shuts down, or
// has given no sign of life for its lease (concurrency.map.lease-millis) and somebody wants them.
// No call of either kind is done twice, or stays in doubt while a member answers.
//
// HZ_ERR_WAIT_KEY_CANCELLED: another call of the same owner has taken the place of one that waited.
// Permits that a call gets after it was given up are given back, unless its connection was lost.
#ifndef HAZELCAST_SEMAPHORE_H
#define HAZELCAST_SEMAPHORE_H

#include <hazelcast/call.h>
#include <hazelcast/concurrency.h>
#include <hazelcast/future.h>

#ifdef __cplusplus
extern "C" {
#endif

// A handle of one semaphore. Opaque.
typedef struct hz_semaphore hz_semaphore;

// ---- Handles ----

// Opens a handle; as hz_map_open. The first one of a name also asks of which kind it is. Since 0.1.
HZ_API hz_err hz_semaphore_open(hz_client *client, const char *name, const hz_call *call,
		hz_semaphore **semaphore, hz_error *err);

// Ends the handle; the semaphore stays. NULL-safe, nulls the pointer. Does not block. Since 0.1.
HZ_API void hz_semaphore_close(hz_semaphore **semaphore);

// The semaphore's name, with its group unless that is the default one, lent until the handle is
// closed; "" for NULL. Since 0.1.
HZ_API const char *hz_semaphore_name(const hz_semaphore *semaphore);

// Changes what applies to the calls of this handle from now on; as hz_map_call. Since 0.1.
HZ_API hz_err hz_semaphore_call(hz_semaphore *semaphore, const hz_call *call);

// What stands behind the semaphore; see concurrency.h. Any thread; does not block. Since 0.1.
HZ_API hz_backend hz_semaphore_backend(const hz_semaphore *semaphore);

// Destroys the semaphore for everybody and for ever. The handle stays. Result: none. Since 0.1.
HZ_API hz_future hz_semaphore_destroy_async(hz_semaphore *semaphore);

// The same, and ends the handle when it succeeded: *semaphore is then NULL. Since 0.1.
HZ_API HZ_INLINE hz_err
hz_semaphore_destroy(hz_semaphore **semaphore, hz_error *err)
{
	hz_err e = hz_run_none(
			hz_semaphore_destroy_async(semaphore != NULL ? *semaphore : NULL), err);
	if (e == HZ_OK) {
		hz_semaphore_close(semaphore);
	}
	return e;
}

// ---- Taking and giving ----
//
// HZ_ERR_ARGUMENT: fewer permits than 1.

// Takes permits, waiting for them without end, or until the handle's timeout (HZ_ERR_TIMEOUT).
// Result: none. Since 0.1.
HZ_API hz_future hz_semaphore_acquire_async(hz_semaphore *semaphore, int32_t permits);
HZ_API HZ_INLINE hz_err
hz_semaphore_acquire(hz_semaphore *semaphore, int32_t permits, hz_error *err)
{
	return hz_run_none(hz_semaphore_acquire_async(semaphore, permits), err);
}

// The same, waiting timeout_ms milliseconds at most; 0 does not wait. *acquired says whether it has
// them. HZ_ERR_ARGUMENT also for a negative timeout. Result: bool. Since 0.1.
HZ_API hz_future hz_semaphore_try_acquire_async(
		hz_semaphore *semaphore, int32_t permits, int64_t timeout_ms);
HZ_API HZ_INLINE hz_err
hz_semaphore_try_acquire(hz_semaphore *semaphore, int32_t permits, int64_t timeout_ms,
		bool *acquired, hz_error *err)
{
	return hz_run_bool(hz_semaphore_try_acquire_async(semaphore, permits, timeout_ms), acquired,
			err);
}

// Gives permits back. HZ_ERR_STATE: the client has none to give; HZ_ERR_SESSION_EXPIRED: it has
// lost them. Result: none. Since 0.1.
HZ_API hz_future hz_semaphore_release_async(hz_semaphore *semaphore, int32_t permits);
HZ_API HZ_INLINE hz_err
hz_semaphore_release(hz_semaphore *semaphore, int32_t permits, hz_error *err)
{
	return hz_run_none(hz_semaphore_release_async(semaphore, permits), err);
}

// Takes all permits there are, without waiting; *permits says how many. Result: i32. Since 0.1.
HZ_API hz_future hz_semaphore_drain_permits_async(hz_semaphore *semaphore);
HZ_API HZ_INLINE hz_err
hz_semaphore_drain_permits(hz_semaphore *semaphore, int32_t *permits, hz_error *err)
{
	return hz_run_i32(hz_semaphore_drain_permits_async(semaphore), permits, err);
}

// ---- How many there are ----
//
// HZ_ERR_ARGUMENT: a negative number.

// Gives a semaphore its permits, once; *done is false when it has been given some before. Result:
// bool. Since 0.1.
HZ_API hz_future hz_semaphore_init_async(hz_semaphore *semaphore, int32_t permits);
HZ_API HZ_INLINE hz_err
hz_semaphore_init(hz_semaphore *semaphore, int32_t permits, bool *done, hz_error *err)
{
	return hz_run_bool(hz_semaphore_init_async(semaphore, permits), done, err);
}

// Permits that nobody has; may be negative after hz_semaphore_reduce_permits. Result: i32. Since
// 0.1.
HZ_API hz_future hz_semaphore_available_permits_async(hz_semaphore *semaphore);
HZ_API HZ_INLINE hz_err
hz_semaphore_available_permits(hz_semaphore *semaphore, int32_t *permits, hz_error *err)
{
	return hz_run_i32(hz_semaphore_available_permits_async(semaphore), permits, err);
}

// Makes the permits fewer, whoever has them; does not wait. Result: none. Since 0.1.
HZ_API hz_future hz_semaphore_reduce_permits_async(hz_semaphore *semaphore, int32_t permits);
HZ_API HZ_INLINE hz_err
hz_semaphore_reduce_permits(hz_semaphore *semaphore, int32_t permits, hz_error *err)
{
	return hz_run_none(hz_semaphore_reduce_permits_async(semaphore, permits), err);
}

// Makes the permits more. Result: none. Since 0.1.
HZ_API hz_future hz_semaphore_increase_permits_async(hz_semaphore *semaphore, int32_t permits);
HZ_API HZ_INLINE hz_err
hz_semaphore_increase_permits(hz_semaphore *semaphore, int32_t permits, hz_error *err)
{
	return hz_run_none(hz_semaphore_increase_permits_async(semaphore, permits), err);
}

#ifdef __cplusplus
}
#endif

#endif
