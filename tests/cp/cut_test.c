// SPDX-License-Identifier: Apache-2.0
//
// Connections that are cut between request and response: what is retried is done once, what is not
// retried says that it is in doubt. The client sees the member through a proxy that cuts after each
// number of bytes in turn; another one looks at the member itself.
#include "tests/cp/cut.h"

#include <stdio.h>

// A little more than the answers of both steps of counting down have, and the one of an addition.
#define TWO_ANSWERS 44
#define ONE_ANSWER 28

static hz_error err;

static void
counted_down_once(void)
{
	hz_count_down_latch *latch = NULL, *seen = NULL;
	const char *name = rig_name("cut", NULL);
	bool done = false;
	int32_t left = 0;
	cut_start();
	uint64_t before = hzt_proxy_accepted(cut_proxy);
	HZT_OK_ERR(hz_count_down_latch_open(cut_client, name, NULL, &latch, &err), &err);
	HZT_OK_ERR(hz_count_down_latch_open(cut_direct, name, NULL, &seen, &err), &err);
	HZT_OK_ERR(hz_count_down_latch_try_set_count(seen, 2 * TWO_ANSWERS, &done, &err), &err);
	for (int32_t n = 0; n < TWO_ANSWERS; n++) {
		cut_after(n);
		HZT_OK_ERR(hz_count_down_latch_count_down(latch, &err), &err);
		cut_no_more();
		HZT_OK_ERR(hz_count_down_latch_get_count(seen, &left, &err), &err);
		HZT_EQ_INT(left, 2 * TWO_ANSWERS - 1 - n);
	}
	HZT_CHECK(hzt_proxy_accepted(cut_proxy) >= before + 30);
	hz_count_down_latch_close(&latch);
	HZT_OK_ERR(hz_count_down_latch_destroy(&seen, &err), &err);
}

// ---- Locks ----

static hz_fenced_lock *lock, *seen_lock;

static void
check_count(int32_t want)
{
	int32_t count = -1;
	cut_no_more();
	HZT_OK_ERR(hz_fenced_lock_get_lock_count(seen_lock, &count, &err), &err);
	HZT_EQ_INT(count, want);
}

// Each step is cut after n bytes of what comes back; another client counts how often the lock is
// locked.
static void
lock_cut_after(int64_t n, int64_t *last)
{
	int64_t fence = 0, again = 0;
	cut_after(n);
	HZT_OK_ERR(hz_fenced_lock_lock(lock, &fence, &err), &err);
	check_count(1);
	HZT_CHECK(fence > *last);
	*last = fence;
	cut_after(n);
	HZT_OK_ERR(hz_fenced_lock_try_lock(lock, CUT_LONG_MS, &again, &err), &err);
	HZT_EQ_INT(again, fence);
	check_count(2);
	cut_after(n);
	HZT_OK_ERR(hz_fenced_lock_try_lock(lock, 0, &again, &err), &err);
	HZT_EQ_INT(again, fence);
	check_count(3);
	for (int32_t left = 2; left >= 0; left--) {
		cut_after(n);
		HZT_OK_ERR(hz_fenced_lock_unlock(lock, &err), &err);
		check_count(left);
	}
	HZT_EQ_INT(hz_fenced_lock_unlock(lock, &err), HZ_ERR_NOT_OWNER);
}

static void
locked_once(void)
{
	const char *name = rig_name("cut", NULL);
	int64_t last = 0;
	cut_start();
	uint64_t before = hzt_proxy_accepted(cut_proxy);
	HZT_OK_ERR(hz_fenced_lock_open(cut_client, name, NULL, &lock, &err), &err);
	HZT_OK_ERR(hz_fenced_lock_open(cut_direct, name, NULL, &seen_lock, &err), &err);
	for (int64_t n = 0; n < ONE_ANSWER; n += 3) {
		lock_cut_after(n, &last);
	}
	HZT_CHECK(hzt_proxy_accepted(cut_proxy) >= before + 30);
	hz_fenced_lock_close(&lock);
	HZT_OK_ERR(hz_fenced_lock_destroy(&seen_lock, &err), &err);
}

// A wait in the member is made again, as the same one: the lock comes to it once.
static void
lock_waits_on(void)
{
	const char *name = rig_name("cut", NULL);
	int64_t fence = 0, next = 0;
	cut_start();
	HZT_OK_ERR(hz_fenced_lock_open(cut_client, name, NULL, &lock, &err), &err);
	HZT_OK_ERR(hz_fenced_lock_open(cut_direct, name, NULL, &seen_lock, &err), &err);
	HZT_OK_ERR(hz_fenced_lock_lock(seen_lock, &fence, &err), &err);
	HZT_OK_ERR(hz_fenced_lock_try_lock(lock, 0, &next, &err), &err); // makes the session
	HZT_EQ_INT(next, HZ_NO_FENCE);
	hzt_proxy_await_open(cut_proxy, 1, CUT_LONG_MS);
	hz_future wait = hz_fenced_lock_lock_async(lock);
	HZT_EQ_INT(hzt_proxy_cut(cut_proxy, 0, HZT_CUT_RESET), 1);
	HZT_OK_ERR(hz_fenced_lock_unlock(seen_lock, &err), &err);
	HZT_OK_ERR(hz_await_i64(wait, &next, &err), &err);
	HZT_CHECK(next > fence);
	check_count(1);
	HZT_OK_ERR(hz_fenced_lock_unlock(lock, &err), &err);
	check_count(0);
	hz_fenced_lock_close(&lock);
	HZT_OK_ERR(hz_fenced_lock_destroy(&seen_lock, &err), &err);
}

// ---- Semaphores ----

static hz_semaphore *permits, *seen_permits;

enum { PERMITS = 1000 };

static void
check_available(int32_t want)
{
	int32_t n = -1;
	cut_no_more();
	HZT_OK_ERR(hz_semaphore_available_permits(seen_permits, &n, &err), &err);
	HZT_EQ_INT(n, want);
}

static void
open_permits(const char *base)
{
	const char *name = rig_name(base, NULL);
	bool done = false;
	cut_start();
	HZT_OK_ERR(hz_semaphore_open(cut_client, name, NULL, &permits, &err), &err);
	HZT_OK_ERR(hz_semaphore_open(cut_direct, name, NULL, &seen_permits, &err), &err);
	HZT_OK_ERR(hz_semaphore_init(seen_permits, PERMITS, &done, &err), &err);
	HZT_CHECK(done);
}

static void
close_permits(void)
{
	hz_semaphore_close(&permits);
	HZT_OK_ERR(hz_semaphore_destroy(&seen_permits, &err), &err);
}

static void
acquired_once(void)
{
	bool got = false;
	int32_t drained = 0;
	open_permits("cut");
	uint64_t before = hzt_proxy_accepted(cut_proxy);
	for (int64_t n = 0; n < ONE_ANSWER; n += 3) {
		cut_after(n);
		HZT_OK_ERR(hz_semaphore_acquire(permits, 3, &err), &err);
		check_available(PERMITS - 3);
		cut_after(n);
		HZT_OK_ERR(hz_semaphore_try_acquire(permits, 4, CUT_LONG_MS, &got, &err), &err);
		HZT_CHECK(got);
		check_available(PERMITS - 7);
		cut_after(n);
		HZT_OK_ERR(hz_semaphore_release(permits, 5, &err), &err);
		check_available(PERMITS - 2);
		cut_after(n);
		HZT_OK_ERR(hz_semaphore_drain_permits(permits, &drained, &err), &err);
		HZT_EQ_INT(drained, PERMITS - 2);
		check_available(0);
		HZT_OK_ERR(hz_semaphore_release(permits, PERMITS, &err), &err);
	}
	HZT_CHECK(hzt_proxy_accepted(cut_proxy) >= before + 20);
	close_permits();
}

// Without a session nothing is repeated: it is in doubt, and at most once.
static void
acquired_in_doubt(void)
{
	int32_t ok = 0, doubt = 0, left = 0;
	open_permits("sessionless");
	for (int64_t n = 0; n < ONE_ANSWER; n += 3) {
		cut_after(n);
		hz_err e = hz_semaphore_acquire(permits, 1, &err);
		cut_no_more();
		HZT_CHECK(e == HZ_OK || (e == HZ_ERR_INDETERMINATE && err.in_doubt));
		ok += e == HZ_OK;
		doubt += e != HZ_OK;
		HZT_OK_ERR(hz_semaphore_available_permits(seen_permits, &left, &err), &err);
		HZT_CHECK(PERMITS - left >= ok && PERMITS - left <= ok + doubt);
	}
	HZT_CHECK(doubt > 0);
	close_permits();
}

// ---- Others ----

static void
additions_in_doubt(void)
{
	hz_atomic_long *number = NULL, *seen = NULL;
	const char *name = rig_name("cut", NULL);
	int64_t sum = 0, ok = 0, doubt = 0;
	cut_start();
	HZT_OK_ERR(hz_atomic_long_open(cut_client, name, NULL, &number, &err), &err);
	HZT_OK_ERR(hz_atomic_long_open(cut_direct, name, NULL, &seen, &err), &err);
	for (int64_t n = 0; n < ONE_ANSWER; n++) {
		cut_after(n);
		hz_err e = hz_atomic_long_add_and_get(number, 1, NULL, &err);
		cut_no_more();
		HZT_CHECK(e == HZ_OK || (e == HZ_ERR_DISCONNECTED && err.in_doubt));
		ok += e == HZ_OK;
		doubt += e != HZ_OK;
		HZT_OK_ERR(hz_atomic_long_get(seen, &sum, &err), &err);
		HZT_CHECK(sum >= ok && sum <= ok + doubt);
	}
	HZT_CHECK(doubt > 0);
	hz_atomic_long_close(&number);
	HZT_OK_ERR(hz_atomic_long_destroy(&seen, &err), &err);
}

static const hzt_case cases[] = {
		{"counted_down_once", counted_down_once},
		{"locked_once", locked_once},
		{"lock_waits_on", lock_waits_on},
		{"acquired_once", acquired_once},
		{"acquired_in_doubt", acquired_in_doubt},
		{"waits_on", cut_wait_goes_on},
		{"additions_in_doubt", additions_in_doubt},
		{"ends_the_members", cut_ends_the_members},
};

HZT_MAIN("cp_cut", cases)
