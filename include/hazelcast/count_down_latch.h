// SPDX-License-Identifier: Apache-2.0
//
// Countdown latch: a count of a CP group that goes down to zero, and callers that wait for that.
// When it is zero it stays there until somebody sets it again, which begins another round.
//
//	hz_count_down_latch *ready = NULL;
//	bool zero = false;
//	if (hz_count_down_latch_open(client, "ready", NULL, &ready, &err) == HZ_OK) {
//		hz_count_down_latch_try_await(ready, 30000, &zero, &err);
//	}
//	hz_count_down_latch_close(&ready);
//
// Handles, the two forms of each operation, ownership, threads and common errors are as map.h has
// them; names, groups, destroying and their errors are as atomic_long.h has them. Waiting costs no
// thread, connection or descriptor of the client's.
//
// All operations are repeated by themselves after a connection was lost or a leader was, and none
// is counted twice. Only hz_count_down_latch_try_set_count may then say that it did nothing, when
// its first try had done it.
//
// On the map backend (concurrency.h) there are no rounds to ask for: to count down is one step, and
// hz_count_down_latch_try_set_count is exact, too.
#ifndef HAZELCAST_COUNT_DOWN_LATCH_H
#define HAZELCAST_COUNT_DOWN_LATCH_H

#include <hazelcast/call.h>
#include <hazelcast/concurrency.h>
#include <hazelcast/future.h>

#ifdef __cplusplus
extern "C" {
#endif

// A handle of one countdown latch. Opaque.
typedef struct hz_count_down_latch hz_count_down_latch;

// ---- Handles ----

// Opens a handle; as hz_map_open. Since 0.1.
HZ_API hz_err hz_count_down_latch_open(hz_client *client, const char *name, const hz_call *call,
		hz_count_down_latch **latch, hz_error *err);

// Ends the handle; the latch stays. NULL-safe, nulls the pointer. Does not block. Since 0.1.
HZ_API void hz_count_down_latch_close(hz_count_down_latch **latch);

// The latch's name, with its group unless that is the default one, lent until the handle is closed;
// "" for NULL. Since 0.1.
HZ_API const char *hz_count_down_latch_name(const hz_count_down_latch *latch);

// Changes what applies to the calls of this handle from now on; as hz_map_call. Since 0.1.
HZ_API hz_err hz_count_down_latch_call(hz_count_down_latch *latch, const hz_call *call);

// What stands behind the latch; see concurrency.h. Any thread; does not block. Since 0.1.
HZ_API hz_backend hz_count_down_latch_backend(const hz_count_down_latch *latch);

// Destroys the latch for everybody and for ever; those that wait get HZ_ERR_DESTROYED. The handle
// stays. Result: none. Since 0.1.
HZ_API hz_future hz_count_down_latch_destroy_async(hz_count_down_latch *latch);

// The same, and ends the handle when it succeeded: *latch is then NULL. Since 0.1.
HZ_API HZ_INLINE hz_err
hz_count_down_latch_destroy(hz_count_down_latch **latch, hz_error *err)
{
	hz_err e = hz_run_none(
			hz_count_down_latch_destroy_async(latch != NULL ? *latch : NULL), err);
	if (e == HZ_OK) {
		hz_count_down_latch_close(latch);
	}
	return e;
}

// ---- Waiting ----

// Waits until the count is zero: with the handle's timeout, without end if it has none.
// HZ_ERR_TIMEOUT when it was not in time. Result: none. Since 0.1.
HZ_API hz_future hz_count_down_latch_await_async(hz_count_down_latch *latch);
HZ_API HZ_INLINE hz_err
hz_count_down_latch_await(hz_count_down_latch *latch, hz_error *err)
{
	return hz_run_none(hz_count_down_latch_await_async(latch), err);
}

// Waits until the count is zero, at most timeout_ms (0: not at all; HZ_FOREVER: without end); *zero
// says whether it was in time. Result: bool. Since 0.1.
HZ_API hz_future hz_count_down_latch_try_await_async(
		hz_count_down_latch *latch, int64_t timeout_ms);
HZ_API HZ_INLINE hz_err
hz_count_down_latch_try_await(
		hz_count_down_latch *latch, int64_t timeout_ms, bool *zero, hz_error *err)
{
	return hz_run_bool(hz_count_down_latch_try_await_async(latch, timeout_ms), zero, err);
}

// ---- Counting ----

// Takes one from the count, unless it is zero. Whoever brings it to zero releases all that wait.
// Two round trips: the first asks for the round, so that one who comes late takes nothing from the
// next one. Between the two the future has to be consumed: nothing is counted before. Result:
// none. Since 0.1.
HZ_API hz_future hz_count_down_latch_count_down_async(hz_count_down_latch *latch);
HZ_API HZ_INLINE hz_err
hz_count_down_latch_count_down(hz_count_down_latch *latch, hz_error *err)
{
	return hz_run_none(hz_count_down_latch_count_down_async(latch), err);
}

// The count. Result: i32. Since 0.1.
HZ_API hz_future hz_count_down_latch_get_count_async(hz_count_down_latch *latch);
HZ_API HZ_INLINE hz_err
hz_count_down_latch_get_count(hz_count_down_latch *latch, int32_t *count, hz_error *err)
{
	return hz_run_i32(hz_count_down_latch_get_count_async(latch), count, err);
}

// Sets the count, which must be above zero (HZ_ERR_ARGUMENT), if it is zero now; *done says whether
// it was. Result: bool. Since 0.1.
HZ_API hz_future hz_count_down_latch_try_set_count_async(hz_count_down_latch *latch, int32_t count);
HZ_API HZ_INLINE hz_err
hz_count_down_latch_try_set_count(
		hz_count_down_latch *latch, int32_t count, bool *done, hz_error *err)
{
	return hz_run_bool(hz_count_down_latch_try_set_count_async(latch, count), done, err);
}

#ifdef __cplusplus
}
#endif

#endif
