// SPDX-License-Identifier: Apache-2.0
//
// Semaphores without sessions: each call has a thread id of its own, which the group gives.
#include "tests/scripted/cp_member.h"

#include <stdatomic.h>
#include <stdlib.h>

enum { WAITS = 500, LONG_BEAT_MS = 600000 };

static hzt_error_answer refused = {64, "AccessControlException", "not you"};
static hzt_error_answer left = {33, "MemberLeftException", "left"};

static hz_error err;
static hz_semaphore *permits;
static _Atomic int ended, good;

static void
start(bench *b)
{
	cp_start(b, 1, LONG_BEAT_MS, NULL);
	cp_without_sessions(true);
	HZT_OK_ERR(hz_semaphore_open(b->client, "s", NULL, &permits, &err), &err);
}

static void
end(bench *b)
{
	hz_semaphore_close(&permits);
	bench_end(b);
}

static void
note_end(void *ctx, hz_err e, hz_result *result, const hz_error *why)
{
	(void)ctx;
	(void)result;
	(void)why;
	atomic_fetch_add(&good, e == HZ_OK);
	atomic_fetch_add(&ended, 1);
}

static bool
all_ended(void *ctx)
{
	(void)ctx;
	return atomic_load(&ended) == WAITS;
}

static int
by_number(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return x < y ? -1 : x > y;
}

// All wait at once, then all get what they want; the first of their calls is number `from`.
static void
wait_together(const bench *b, size_t from)
{
	static int64_t ids[WAITS];
	atomic_store(&ended, 0);
	atomic_store(&good, 0);
	cp_on(b, CP_ACQUIRE, 0, cp_hold, NULL);
	for (int i = 0; i < WAITS; i++) {
		HZT_OK(hz_then(hz_semaphore_acquire_async(permits, 1), note_end, NULL));
	}
	cp_await(CP_ACQUIRE, from + WAITS);
	for (int i = 0; i < WAITS; i++) {
		cp_said said = cp_nth(CP_ACQUIRE, from + (size_t)i);
		HZT_EQ_INT(said.session, -1);
		ids[i] = said.thread;
	}
	qsort(ids, WAITS, sizeof(ids[0]), by_number);
	for (int i = 1; i < WAITS; i++) {
		HZT_CHECK(ids[i] > ids[i - 1]);
	}
	HZT_EQ_INT(cp_release(b, CP_ACQUIRE, cp_give, NULL), WAITS);
	HZT_AWAIT(all_ended, NULL, PATIENCE_MS);
	HZT_EQ_INT(atomic_load(&good), WAITS);
	cp_on(b, CP_ACQUIRE, 0, NULL, NULL);
	cp_on(b, CP_ACQUIRE, 0, cp_done, NULL);
}

// Many are asked for at once, so that nobody waits long for his; later calls need no others.
static void
every_wait_has_its_own(void)
{
	bench b;
	start(&b);
	wait_together(&b, 0);
	uint64_t asked = cp_received(&b, CP_THREAD);
	HZT_CHECK(asked >= WAITS && asked - WAITS < WAITS);
	HZT_OK_ERR(hz_semaphore_release(permits, WAITS, &err), &err);
	wait_together(&b, WAITS);
	// The last of them may just be on their way back.
	HZT_CHECK(cp_received(&b, CP_THREAD) - asked < WAITS / 2);
	HZT_EQ_INT(cp_received(&b, CP_MAKE), 0);
	end(&b);
}

static void
a_failure_to_get_one(void)
{
	bench b;
	start(&b);
	cp_on(&b, CP_THREAD, 1, hzt_failing, &left);
	HZT_OK_ERR(hz_semaphore_acquire(permits, 1, &err), &err);
	HZT_EQ_INT(cp_received(&b, CP_THREAD), 2);
	hz_semaphore_close(&permits);
	bench_close(&b);
	start(&b);
	cp_on(&b, CP_THREAD, 1, hzt_failing, &refused);
	HZT_EQ_INT(hz_semaphore_acquire(permits, 1, &err), HZ_ERR_SERVER);
	HZT_EQ_INT(cp_count(CP_ACQUIRE), 0);
	HZT_OK_ERR(hz_semaphore_acquire(permits, 1, &err), &err);
	end(&b);
}

// Its ids may be anybody's; one that comes back late is none of the new ones.
static void
another_cluster_gives_others(void)
{
	bench b;
	int64_t before;
	start(&b);
	HZT_OK_ERR(hz_semaphore_acquire(permits, 1, &err), &err);
	before = cp_nth(CP_ACQUIRE, 0).thread;
	cp_on(&b, CP_ACQUIRE, 1, cp_hold, NULL);
	hz_future waiting = hz_semaphore_acquire_async(permits, 1);
	cp_await(CP_ACQUIRE, 2);
	HZT_EQ_INT(cp_nth(CP_ACQUIRE, 1).thread, before);
	hzt_scripted_down(b.member[0], HZT_RESET);
	hzt_scripted_up(b.member[0], (hz_uuid){3, 4}, (hz_uuid){5, 6});
	HZT_OK_ERR(hz_semaphore_release(permits, 1, &err), &err);
	HZT_CHECK(cp_nth(CP_RELEASE, 0).thread > before);
	HZT_EQ_INT(hz_await_none(waiting, &err), HZ_ERR_INDETERMINATE);
	HZT_CHECK(err.in_doubt);
	for (size_t i = 1; i < 4; i++) {
		HZT_OK_ERR(hz_semaphore_release(permits, 1, &err), &err);
		HZT_CHECK(cp_nth(CP_RELEASE, i).thread > before);
	}
	end(&b);
}

static const hzt_case cases[] = {
		{"every_wait_has_its_own", every_wait_has_its_own},
		{"a_failure_to_get_one", a_failure_to_get_one},
		{"another_cluster_gives_others", another_cluster_gives_others},
};

HZT_MAIN("cp_thread", cases)
