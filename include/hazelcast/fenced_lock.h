// SPDX-License-Identifier: Apache-2.0
//
// Fenced lock: a lock of a CP group that one owner at a time has, in the whole cluster. Each time
// it passes to an owner it gives a fence, a number greater than all fences before it: what the lock
// protects can refuse those who come with a smaller one than it has seen.
//
//	hz_fenced_lock *lock = NULL;
//	int64_t fence = 0;
//	if (hz_fenced_lock_open(client, "printer", NULL, &lock, &err) == HZ_OK &&
//			hz_fenced_lock_lock(lock, &fence, &err) == HZ_OK) {
//		print_with(fence);
//		hz_fenced_lock_unlock(lock, &err);
//	}
//	hz_fenced_lock_close(&lock);
//
// Handles, the two forms of each operation, ownership, threads and common errors are as map.h has
// them; names, groups and destroying are as atomic_long.h has them.
//
// The owner is the thread that submits the call, or the hz_lock_context of the handle's hz_call:
// event loops, coroutines and whoever unlocks in a callback need one. No two threads or contexts of
// a client ever have the same id. An owner may lock again what it has, unless the members'
// configuration has a limit for that (HZ_ERR_LOCK_LIMIT), and unlocks as often.
//
// Sessions. All owners of a client share one session in each group, which heartbeats in the
// background keep alive. It ends when the client shuts down, or when the members have not heard of
// the client for as long as their configuration says (60 s unless it says otherwise): all its locks
// are free then, and calls that wait do so again with a new session. An owner that had
// the lock gets HZ_ERR_LOCK_OWNERSHIP_LOST from its next call, whatever that is, and owns nothing
// from then on; until it calls, only the fence protects what it does. hz_fenced_lock_lock and
// hz_fenced_lock_try_lock of an owner without the lock notice nothing of it. While a client has no
// session in the group, an asynchronous call leaves only once its future is consumed.
//
// All calls of a lock are repeated by themselves after their connection was lost, and the members
// know a repeated one again: no lock is taken or given up twice. They do so until something else
// happens to the lock. A copy that was passed on to a leader which stands still may come later,
// take the lock for its owner again, or release what the owner has by then. So whatever ends
// without what it wanted after a lost try is in doubt; hz_fenced_lock_get_lock_count and
// hz_fenced_lock_is_locked_by_current_owner tell more, and the fence protects in any case.
//
// HZ_ERR_WAIT_KEY_CANCELLED: another call of the same owner has taken the place of one that waited.
// A call that was given up while it waited (by its token, say) and gets the lock all the same gives
// it back at once, unless its connection was lost meanwhile.
//
// What older clients had and the CP subsystem has no more, the map backend has: leases, taking a
// lock from another owner (force unlock), and the rest of a lease; on CP they are
// HZ_ERR_UNSUPPORTED, and a lock whose owner is gone ends with the session.
//
// On the map backend there are no sessions. The members free the locks of a client when they find,
// every ten seconds, that none of them has a connection to it. An owner whose client has lost any
// connection meanwhile is asked for at the next call, whatever that is, and gets
// HZ_ERR_LOCK_OWNERSHIP_LOST if somebody else had the lock since. An owner that waits several times
// gets the lock as often. Most calls take several round trips there: those of an asynchronous one
// after the first leave once its future is consumed.
#ifndef HAZELCAST_FENCED_LOCK_H
#define HAZELCAST_FENCED_LOCK_H

#include <hazelcast/call.h>
#include <hazelcast/concurrency.h>
#include <hazelcast/future.h>

#ifdef __cplusplus
extern "C" {
#endif

// A handle of one fenced lock. Opaque.
typedef struct hz_fenced_lock hz_fenced_lock;

// No fence: the lock was not taken.
#define HZ_NO_FENCE INT64_C(0)

// ---- Handles ----

// Opens a handle; as hz_map_open. Since 0.1.
HZ_API hz_err hz_fenced_lock_open(hz_client *client, const char *name, const hz_call *call,
		hz_fenced_lock **lock, hz_error *err);

// Ends the handle; the lock stays, also with its owner. NULL-safe, nulls the pointer. Does not
// block. Since 0.1.
HZ_API void hz_fenced_lock_close(hz_fenced_lock **lock);

// The lock's name, with its group unless that is the default one, lent until the handle is closed;
// "" for NULL. Since 0.1.
HZ_API const char *hz_fenced_lock_name(const hz_fenced_lock *lock);

// Changes what applies to the calls of this handle from now on; as hz_map_call. Since 0.1.
HZ_API hz_err hz_fenced_lock_call(hz_fenced_lock *lock, const hz_call *call);

// What stands behind the lock; see concurrency.h. Any thread; does not block. Since 0.1.
HZ_API hz_backend hz_fenced_lock_backend(const hz_fenced_lock *lock);

// Destroys the lock for everybody and for ever. The handle stays. Result: none. Since 0.1.
HZ_API hz_future hz_fenced_lock_destroy_async(hz_fenced_lock *lock);

// The same, and ends the handle when it succeeded: *lock is then NULL. Since 0.1.
HZ_API HZ_INLINE hz_err
hz_fenced_lock_destroy(hz_fenced_lock **lock, hz_error *err)
{
	hz_err e = hz_run_none(hz_fenced_lock_destroy_async(lock != NULL ? *lock : NULL), err);
	if (e == HZ_OK) {
		hz_fenced_lock_close(lock);
	}
	return e;
}

// ---- Locking ----

// Takes the lock, waiting for it without end, or until the handle's timeout (HZ_ERR_TIMEOUT).
// *fence gets the fence, which is positive; an owner that locks again gets the same one. Result:
// i64. Since 0.1.
HZ_API hz_future hz_fenced_lock_lock_async(hz_fenced_lock *lock);
HZ_API HZ_INLINE hz_err
hz_fenced_lock_lock(hz_fenced_lock *lock, int64_t *fence, hz_error *err)
{
	return hz_run_i64(hz_fenced_lock_lock_async(lock), fence, err);
}

// The same, waiting timeout_ms milliseconds at most; 0 does not wait. *fence gets HZ_NO_FENCE when
// the lock stayed taken; HZ_ERR_INDETERMINATE: it did, but see above. HZ_ERR_ARGUMENT: a negative
// timeout. Result: i64. Since 0.1.
HZ_API hz_future hz_fenced_lock_try_lock_async(hz_fenced_lock *lock, int64_t timeout_ms);
HZ_API HZ_INLINE hz_err
hz_fenced_lock_try_lock(hz_fenced_lock *lock, int64_t timeout_ms, int64_t *fence, hz_error *err)
{
	return hz_run_i64(hz_fenced_lock_try_lock_async(lock, timeout_ms), fence, err);
}

// As the two above, on the map backend: the members free the lock lease_ms milliseconds after it
// was taken, whether its owner unlocks it or not; the owner's next call is then
// HZ_ERR_LOCK_OWNERSHIP_LOST. 0: without a lease. Who locks again with a lease begins it anew.
// HZ_ERR_ARGUMENT also for a negative lease. Result: i64. Since 0.1.
HZ_API hz_future hz_fenced_lock_lock_lease_async(hz_fenced_lock *lock, int64_t lease_ms);
HZ_API HZ_INLINE hz_err
hz_fenced_lock_lock_lease(hz_fenced_lock *lock, int64_t lease_ms, int64_t *fence, hz_error *err)
{
	return hz_run_i64(hz_fenced_lock_lock_lease_async(lock, lease_ms), fence, err);
}

// The same, waiting timeout_ms milliseconds at most; as hz_fenced_lock_try_lock. Result: i64. Since
// 0.1.
HZ_API hz_future hz_fenced_lock_try_lock_lease_async(
		hz_fenced_lock *lock, int64_t timeout_ms, int64_t lease_ms);
HZ_API HZ_INLINE hz_err
hz_fenced_lock_try_lock_lease(hz_fenced_lock *lock, int64_t timeout_ms, int64_t lease_ms,
		int64_t *fence, hz_error *err)
{
	return hz_run_i64(hz_fenced_lock_try_lock_lease_async(lock, timeout_ms, lease_ms), fence,
			err);
}

// Undoes one lock of this owner. HZ_ERR_NOT_OWNER: it does not have the lock;
// HZ_ERR_LOCK_OWNERSHIP_LOST: it had, until its session ended. Result: none. Since 0.1.
HZ_API hz_future hz_fenced_lock_unlock_async(hz_fenced_lock *lock);
HZ_API HZ_INLINE hz_err
hz_fenced_lock_unlock(hz_fenced_lock *lock, hz_error *err)
{
	return hz_run_none(hz_fenced_lock_unlock_async(lock), err);
}

// Takes the lock from whoever has it, on the map backend: the former owner's next call is
// HZ_ERR_LOCK_OWNERSHIP_LOST. Nothing happens when nobody has it. Result: none. Since 0.1.
HZ_API hz_future hz_fenced_lock_force_unlock_async(hz_fenced_lock *lock);
HZ_API HZ_INLINE hz_err
hz_fenced_lock_force_unlock(hz_fenced_lock *lock, hz_error *err)
{
	return hz_run_none(hz_fenced_lock_force_unlock_async(lock), err);
}

// ---- Looking ----

// Whether anybody has the lock. Result: bool. Since 0.1.
HZ_API hz_future hz_fenced_lock_is_locked_async(hz_fenced_lock *lock);
HZ_API HZ_INLINE hz_err
hz_fenced_lock_is_locked(hz_fenced_lock *lock, bool *locked, hz_error *err)
{
	return hz_run_bool(hz_fenced_lock_is_locked_async(lock), locked, err);
}

// Whether this owner has it. Result: bool. Since 0.1.
HZ_API hz_future hz_fenced_lock_is_locked_by_current_owner_async(hz_fenced_lock *lock);
HZ_API HZ_INLINE hz_err
hz_fenced_lock_is_locked_by_current_owner(hz_fenced_lock *lock, bool *mine, hz_error *err)
{
	return hz_run_bool(hz_fenced_lock_is_locked_by_current_owner_async(lock), mine, err);
}

// How often whoever has the lock has locked it; 0: nobody has. Result: i32. Since 0.1.
HZ_API hz_future hz_fenced_lock_get_lock_count_async(hz_fenced_lock *lock);
HZ_API HZ_INLINE hz_err
hz_fenced_lock_get_lock_count(hz_fenced_lock *lock, int32_t *count, hz_error *err)
{
	return hz_run_i32(hz_fenced_lock_get_lock_count_async(lock), count, err);
}

// How long the lease of whoever has the lock will last, in milliseconds by the clock of this
// machine, on the map backend; HZ_FOREVER: it has none; 0: nobody has the lock. Result: i64. Since
// 0.1.
HZ_API hz_future hz_fenced_lock_get_remaining_lease_async(hz_fenced_lock *lock);
HZ_API HZ_INLINE hz_err
hz_fenced_lock_get_remaining_lease(hz_fenced_lock *lock, int64_t *ms, hz_error *err)
{
	return hz_run_i64(hz_fenced_lock_get_remaining_lease_async(lock), ms, err);
}

// The fence with which this owner has the lock. HZ_ERR_NOT_OWNER: it has not. Result: i64. Since
// 0.1.
HZ_API hz_future hz_fenced_lock_get_fence_async(hz_fenced_lock *lock);
HZ_API HZ_INLINE hz_err
hz_fenced_lock_get_fence(hz_fenced_lock *lock, int64_t *fence, hz_error *err)
{
	return hz_run_i64(hz_fenced_lock_get_fence_async(lock), fence, err);
}

#ifdef __cplusplus
}
#endif

#endif
