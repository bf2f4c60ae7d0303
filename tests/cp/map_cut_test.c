// SPDX-License-Identifier: Apache-2.0
//
// The map backend behind a proxy that cuts connections, after each number of bytes in turn: what
// was asked for is done once, and every call says so. Another client looks at the member itself.
#include "tests/cp/cut.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

// A little more than the answers of a look and a write have.
#define TWO_ANSWERS 72

static hz_error err;

static void
adds_once(void)
{
	hz_atomic_long *number = NULL, *seen = NULL;
	const char *name = rig_name("cut", NULL);
	int64_t sum = 0, got = 0;
	cut_start();
	uint64_t before = hzt_proxy_accepted(cut_proxy);
	HZT_OK_ERR(hz_atomic_long_open(cut_client, name, NULL, &number, &err), &err);
	HZT_OK_ERR(hz_atomic_long_open(cut_direct, name, NULL, &seen, &err), &err);
	for (int64_t n = 0; n < TWO_ANSWERS; n++) {
		cut_after(n);
		HZT_OK_ERR(hz_atomic_long_add_and_get(number, 1, &got, &err), &err);
		cut_no_more();
		HZT_EQ_INT(got, n + 1);
		HZT_OK_ERR(hz_atomic_long_get(seen, &sum, &err), &err);
		HZT_EQ_INT(sum, n + 1);
	}
	HZT_CHECK(hzt_proxy_accepted(cut_proxy) >= before + 15);
	hz_atomic_long_close(&number);
	HZT_OK_ERR(hz_atomic_long_destroy(&seen, &err), &err);
}

// The one who was cut off finds its own write also behind those of others.
static _Atomic bool stop_adding;

static void *
add_beside(void *arg)
{
	hz_atomic_long *number = arg;
	int64_t n = 0;
	while (!atomic_load(&stop_adding) &&
			hz_atomic_long_add_and_get(number, 1, NULL, NULL) == HZ_OK) {
		n++;
	}
	return (void *)(intptr_t)n;
}

static void
adds_once_among_others(void)
{
	hz_atomic_long *number = NULL, *seen = NULL;
	const char *name = rig_name("cut", NULL);
	pthread_t other;
	void *theirs = NULL;
	int64_t sum = 0;
	cut_start();
	HZT_OK_ERR(hz_atomic_long_open(cut_client, name, NULL, &number, &err), &err);
	HZT_OK_ERR(hz_atomic_long_open(cut_direct, name, NULL, &seen, &err), &err);
	atomic_store(&stop_adding, false);
	HZT_EQ_INT(pthread_create(&other, NULL, add_beside, seen), 0);
	for (int64_t n = 0; n < TWO_ANSWERS; n++) {
		cut_after(n);
		HZT_OK_ERR(hz_atomic_long_add_and_get(number, 1, NULL, &err), &err);
		cut_no_more();
	}
	atomic_store(&stop_adding, true);
	pthread_join(other, &theirs);
	HZT_OK_ERR(hz_atomic_long_get(seen, &sum, &err), &err);
	HZT_EQ_INT(sum, TWO_ANSWERS + (int64_t)(intptr_t)theirs);
	hz_atomic_long_close(&number);
	HZT_OK_ERR(hz_atomic_long_destroy(&seen, &err), &err);
}

static void
counts_down_once(void)
{
	hz_count_down_latch *latch = NULL, *seen = NULL;
	const char *name = rig_name("cut", NULL);
	bool done = false;
	int32_t left = 0;
	cut_start();
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
	hz_count_down_latch_close(&latch);
	HZT_OK_ERR(hz_count_down_latch_destroy(&seen, &err), &err);
}

static void
takes_each_permit_once(void)
{
	hz_semaphore *permits = NULL, *seen = NULL;
	const char *name = rig_name("cut", NULL);
	bool done = false;
	int32_t left = 0;
	cut_start();
	HZT_OK_ERR(hz_semaphore_open(cut_client, name, NULL, &permits, &err), &err);
	HZT_OK_ERR(hz_semaphore_open(cut_direct, name, NULL, &seen, &err), &err);
	HZT_OK_ERR(hz_semaphore_init(seen, 5, &done, &err), &err);
	for (int32_t n = 0; n < TWO_ANSWERS; n++) {
		bool take = n % 2 == 0;
		cut_after(n);
		HZT_OK_ERR(take ? hz_semaphore_acquire(permits, 2, &err)
				: hz_semaphore_release(permits, 2, &err),
				&err);
		cut_no_more();
		HZT_OK_ERR(hz_semaphore_available_permits(seen, &left, &err), &err);
		HZT_EQ_INT(left, take ? 3 : 5);
	}
	hz_semaphore_close(&permits);
	HZT_OK_ERR(hz_semaphore_destroy(&seen, &err), &err);
}

// ---- Locks ----

static bool
is_free(void *ctx)
{
	bool locked = true;
	HZT_OK_ERR(hz_fenced_lock_is_locked(ctx, &locked, &err), &err);
	return !locked;
}

// Whatever is cut: who is told that it has the lock has it, and it is free afterwards.
static void
locks_and_unlocks(void)
{
	hz_fenced_lock *lock = NULL, *seen = NULL;
	const char *name = rig_name("cut", NULL);
	int64_t last = 0;
	cut_start();
	HZT_OK_ERR(hz_fenced_lock_open(cut_client, name, NULL, &lock, &err), &err);
	HZT_OK_ERR(hz_fenced_lock_open(cut_direct, name, NULL, &seen, &err), &err);
	for (int64_t n = 0; n < TWO_ANSWERS; n++) {
		int64_t fence = 0, theirs = -1;
		cut_after(n);
		HZT_OK_ERR(hz_fenced_lock_lock(lock, &fence, &err), &err);
		HZT_CHECK(fence > last);
		last = fence;
		HZT_OK_ERR(hz_fenced_lock_try_lock(seen, 0, &theirs, &err), &err);
		HZT_EQ_INT(theirs, HZ_NO_FENCE);
		HZT_OK_ERR(hz_fenced_lock_unlock(lock, &err), &err);
		cut_no_more();
		HZT_AWAIT(is_free, seen, CUT_LONG_MS);
	}
	hz_fenced_lock_close(&lock);
	HZT_OK_ERR(hz_fenced_lock_destroy(&seen, &err), &err);
}

// The member frees the lock of a client that it has no connection to, and its owner hears of that
// as soon as it is back.
static void
tells_a_lost_lock(void)
{
	hz_fenced_lock *lock = NULL, *seen = NULL;
	const char *name = rig_name("cut", NULL);
	int64_t fence = 0, theirs = 0;
	cut_start();
	HZT_OK_ERR(hz_fenced_lock_open(cut_client, name, NULL, &lock, &err), &err);
	HZT_OK_ERR(hz_fenced_lock_open(cut_direct, name, NULL, &seen, &err), &err);
	HZT_OK_ERR(hz_fenced_lock_lock(lock, &fence, &err), &err);
	cut_let_in(false);
	HZT_EQ_INT(hzt_proxy_cut(cut_proxy, 0, HZT_CUT_RESET), 1);
	HZT_OK_ERR(hz_fenced_lock_lock(seen, &theirs, &err), &err);
	HZT_CHECK(theirs > fence);
	cut_let_in(true);
	HZT_EQ_INT(hz_fenced_lock_get_fence(lock, &fence, &err), HZ_ERR_LOCK_OWNERSHIP_LOST);
	HZT_EQ_INT(hz_fenced_lock_unlock(lock, &err), HZ_ERR_NOT_OWNER);
	HZT_OK_ERR(hz_fenced_lock_unlock(seen, &err), &err);
	HZT_OK_ERR(hz_fenced_lock_lock(lock, &fence, &err), &err);
	HZT_CHECK(fence > theirs);
	HZT_OK_ERR(hz_fenced_lock_unlock(lock, &err), &err);
	hz_fenced_lock_close(&lock);
	HZT_OK_ERR(hz_fenced_lock_destroy(&seen, &err), &err);
}

// A connection that is soon there again costs nobody a lock.
static void
keeps_its_lock(void)
{
	hz_fenced_lock *lock = NULL;
	const char *name = rig_name("cut", NULL);
	int64_t fence = 0, again = 0;
	bool mine = false;
	cut_start();
	HZT_OK_ERR(hz_fenced_lock_open(cut_client, name, NULL, &lock, &err), &err);
	HZT_OK_ERR(hz_fenced_lock_lock(lock, &fence, &err), &err);
	for (int i = 0; i < 3; i++) {
		hzt_proxy_await_open(cut_proxy, 1, CUT_LONG_MS);
		HZT_EQ_INT(hzt_proxy_cut(cut_proxy, 0, HZT_CUT_RESET), 1);
		HZT_OK_ERR(hz_fenced_lock_get_fence(lock, &again, &err), &err);
		HZT_EQ_INT(again, fence);
		HZT_OK_ERR(hz_fenced_lock_is_locked_by_current_owner(lock, &mine, &err), &err);
		HZT_CHECK(mine);
	}
	HZT_OK_ERR(hz_fenced_lock_lock(lock, &again, &err), &err);
	HZT_EQ_INT(again, fence);
	HZT_OK_ERR(hz_fenced_lock_unlock(lock, &err), &err);
	HZT_OK_ERR(hz_fenced_lock_unlock(lock, &err), &err);
	HZT_AWAIT(is_free, lock, CUT_LONG_MS);
	HZT_OK_ERR(hz_fenced_lock_destroy(&lock, &err), &err);
}

typedef struct left_there {
	hz_semaphore *seen;
	int32_t want;
} left_there;

static bool
has_left(void *ctx)
{
	const left_there *left = ctx;
	int32_t permits = -1;
	HZT_OK_ERR(hz_semaphore_available_permits(left->seen, &permits, &err), &err);
	return permits == left->want;
}

// An acquire whose write the member has carried out, and whose answer is still on the way. An agent
// that has heard of its own last write looks at the entry first, and is then let go on to another
// try.
static hz_future
take_without_hearing(hz_semaphore *permits, hz_semaphore *seen)
{
	for (int i = 0; i < 50; i++) {
		HZT_AWAIT(has_left, (&(left_there){permits, 3}), CUT_LONG_MS);
		hzt_proxy_stall(cut_proxy, HZT_TO_CLIENT, true);
		hz_future taken = hz_semaphore_acquire_async(permits, 2);
		if (hzt_await(has_left, &(left_there){seen, 1}, 1000)) {
			return taken;
		}
		hzt_proxy_stall(cut_proxy, HZT_TO_CLIENT, false);
		HZT_OK_ERR(hz_await_none(taken, &err), &err);
		HZT_OK_ERR(hz_semaphore_release(permits, 2, &err), &err);
	}
	HZT_FAIL("a write goes out without a look");
	return hz_semaphore_acquire_async(NULL, 0);
}

// The permits of a call that was given up while its answer was on the way go back.
static void
gives_back_what_came_too_late(void)
{
	hz_semaphore *permits = NULL, *seen = NULL;
	hz_cancel *token = NULL;
	const char *name = rig_name("cut", NULL);
	bool done = false;
	cut_start();
	HZT_OK_ERR(hz_cancel_new(cut_client, &token, &err), &err);
	HZT_OK_ERR(hz_semaphore_open(cut_client, name, &(hz_call){.cancel = token}, &permits, &err),
			&err);
	HZT_OK_ERR(hz_semaphore_open(cut_direct, name, NULL, &seen, &err), &err);
	HZT_OK_ERR(hz_semaphore_init(seen, 5, &done, &err), &err);
	HZT_OK_ERR(hz_semaphore_acquire(permits, 2, &err), &err);
	hz_future late = take_without_hearing(permits, seen);
	hz_cancel_fire(token);
	HZT_EQ_INT(hz_await_none(late, &err), HZ_ERR_CANCELLED);
	HZT_CHECK(err.in_doubt);
	hzt_proxy_stall(cut_proxy, HZT_TO_CLIENT, false);
	HZT_AWAIT(has_left, (&(left_there){seen, 3}), CUT_LONG_MS);
	HZT_OK(hz_semaphore_call(permits, NULL));
	HZT_OK_ERR(hz_semaphore_release(permits, 2, &err), &err);
	HZT_AWAIT(has_left, (&(left_there){seen, 5}), CUT_LONG_MS);
	hz_semaphore_close(&permits);
	hz_cancel_destroy(&token);
	HZT_OK_ERR(hz_semaphore_destroy(&seen, &err), &err);
}

static const hzt_case cases[] = {
		{"adds_once", adds_once},
		{"adds_once_among_others", adds_once_among_others},
		{"counts_down_once", counts_down_once},
		{"takes_each_permit_once", takes_each_permit_once},
		{"gives_back_what_came_too_late", gives_back_what_came_too_late},
		{"waits_on", cut_wait_goes_on},
		{"locks_and_unlocks", locks_and_unlocks},
		{"keeps_its_lock", keeps_its_lock},
		{"tells_a_lost_lock", tells_a_lost_lock},
		{"ends_the_members", cut_ends_the_members},
};

HZT_MAIN("map_cut", cases)
