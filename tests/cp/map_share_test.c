// SPDX-License-Identifier: Apache-2.0
//
// The map backend among many: clients and threads that meet at one name, clients that are killed
// with what they hold, and threads that wait. Nothing is counted twice, nothing is held by two.
#include "tests/cp/rig.h"
#include "tests/fault/rig.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CLIENTS = 8, THREADS = 4, PERMITS = 3, WAITERS = 1000 };

// Short, so that the test need not wait long, but not so short that a busy machine lets it end.
#define LEASE_MS "8000"
#define LONG_MS 60000

static hz_error err;

// ---- Clients that are killed ----

static pid_t mortal;
static char dead_lock[128], dead_semaphore[128];
static int64_t dead_fence;

static hz_err
hold_all(int64_t *fence)
{
	hz_client *client = rig_client_with("concurrency.map.lease-millis", LEASE_MS);
	hz_fenced_lock *lock = NULL;
	hz_semaphore *permits = NULL;
	bool done = false;
	hz_err e = hz_fenced_lock_open(client, dead_lock, NULL, &lock, NULL);
	e = e == HZ_OK ? hz_fenced_lock_lock(lock, fence, NULL) : e;
	e = e == HZ_OK ? hz_semaphore_open(client, dead_semaphore, NULL, &permits, NULL) : e;
	e = e == HZ_OK ? hz_semaphore_init(permits, PERMITS, &done, NULL) : e;
	return e == HZ_OK ? hz_semaphore_acquire(permits, PERMITS, NULL) : e;
}

// The first case: this process has no client yet.
static void
a_client_takes_all(void)
{
	int ends[2];
	int64_t fence = 0;
	rig_addresses();
	snprintf(dead_lock, sizeof(dead_lock), "%s", rig_name("dead-lock", NULL));
	snprintf(dead_semaphore, sizeof(dead_semaphore), "%s", rig_name("dead-permits", NULL));
	HZT_EQ_INT(pipe(ends), 0);
	mortal = fork();
	HZT_CHECK(mortal >= 0);
	if (mortal == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		bool held = hold_all(&fence) == HZ_OK;
		if (!held || write(ends[1], &fence, sizeof(fence)) != (ssize_t)sizeof(fence)) {
			_exit(1);
		}
		for (;;) {
			pause();
		}
	}
	close(ends[1]);
	HZT_EQ_INT(read(ends[0], &dead_fence, sizeof(dead_fence)), sizeof(dead_fence));
	close(ends[0]);
	HZT_CHECK(dead_fence > 0);
}

// While it lives nobody gets anything; once it is dead, all.
static void
the_dead_hold_nothing(void)
{
	hz_fenced_lock *lock = NULL;
	hz_semaphore *permits = NULL;
	int64_t fence = 7;
	int32_t left = -1;
	bool got = true;
	HZT_OK_ERR(hz_fenced_lock_open(rig_client(), dead_lock, NULL, &lock, &err), &err);
	HZT_OK_ERR(hz_semaphore_open(rig_client(), dead_semaphore, NULL, &permits, &err), &err);
	HZT_OK_ERR(hz_fenced_lock_try_lock(lock, 0, &fence, &err), &err);
	HZT_EQ_INT(fence, HZ_NO_FENCE);
	HZT_OK_ERR(hz_semaphore_try_acquire(permits, 1, 0, &got, &err), &err);
	HZT_CHECK(!got);
	hz_future taking = hz_semaphore_acquire_async(permits, PERMITS);
	hz_future locking = hz_fenced_lock_lock_async(lock);
	HZT_EQ_INT(kill(mortal, SIGKILL), 0);
	HZT_EQ_INT(waitpid(mortal, NULL, 0), mortal);
	mortal = 0;
	HZT_OK_ERR(hz_await_none(taking, &err), &err);
	HZT_OK_ERR(hz_semaphore_available_permits(permits, &left, &err), &err);
	HZT_EQ_INT(left, 0);
	HZT_OK_ERR(hz_semaphore_release(permits, PERMITS, &err), &err);
	HZT_OK_ERR(hz_await_i64(locking, &fence, &err), &err);
	HZT_CHECK(fence > dead_fence);
	HZT_OK_ERR(hz_fenced_lock_unlock(lock, &err), &err);
	HZT_OK_ERR(hz_fenced_lock_destroy(&lock, &err), &err);
	HZT_OK_ERR(hz_semaphore_destroy(&permits, &err), &err);
}

// ---- Many clients at one name ----

static hz_client *clients[CLIENTS];

static void
start_clients(void)
{
	for (int i = 0; i < CLIENTS && clients[i] == NULL; i++) {
		clients[i] = rig_client_with(NULL, NULL);
	}
}

static void
end_clients(void)
{
	for (int i = 0; i < CLIENTS; i++) {
		hz_client_destroy(&clients[i]);
	}
}

static char shared_name[128];
static atomic_size_t failures;
static size_t rounds;

static void
expect(bool right)
{
	atomic_fetch_add(&failures, !right);
}

static int64_t *sums;

static void
add(void *ctx, size_t number)
{
	(void)ctx;
	hz_atomic_long *n = NULL;
	expect(hz_atomic_long_open(clients[number % CLIENTS], shared_name, NULL, &n, NULL) ==
			HZ_OK);
	for (size_t i = 0; i < rounds; i++) {
		expect(hz_atomic_long_add_and_get(n, 1, &sums[number * rounds + i], NULL) == HZ_OK);
	}
	hz_atomic_long_close(&n);
}

static int
compare_i64(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return (x > y) - (x < y);
}

// Each addition has a sum of its own, and none is missing.
static void
adds_add_up(void)
{
	start_clients();
	rounds = hzt_size(100, 100, 20);
	size_t all = CLIENTS * THREADS * rounds;
	snprintf(shared_name, sizeof(shared_name), "%s", rig_name("sum", NULL));
	sums = calloc(all, sizeof(*sums));
	HZT_CHECK(sums != NULL);
	hzt_team *team = hzt_team_start((size_t)CLIENTS * THREADS, add, NULL);
	hzt_team_join(&team, LONG_MS);
	qsort(sums, all, sizeof(*sums), compare_i64);
	for (size_t i = 0; i < all; i++) {
		HZT_EQ_INT(sums[i], (int64_t)i + 1);
	}
	free(sums);
	HZT_EQ_INT(atomic_load(&failures), 0);
}

static _Atomic int inside;

static void
use_permits(void *ctx, size_t number)
{
	(void)ctx;
	hz_semaphore *permits = NULL;
	hz_client *client = clients[number % CLIENTS];
	expect(hz_semaphore_open(client, shared_name, NULL, &permits, NULL) == HZ_OK);
	for (size_t i = 0; i < rounds; i++) {
		int n = 1 + (int)(number + i) % 2;
		expect(hz_semaphore_acquire(permits, n, NULL) == HZ_OK);
		expect(atomic_fetch_add(&inside, n) + n <= PERMITS);
		atomic_fetch_sub(&inside, n);
		expect(hz_semaphore_release(permits, n, NULL) == HZ_OK);
	}
	hz_semaphore_close(&permits);
}

static void
permits_are_never_too_many(void)
{
	hz_semaphore *permits = NULL;
	bool done = false;
	int32_t left = -1;
	start_clients();
	rounds = hzt_size(20, 20, 5);
	snprintf(shared_name, sizeof(shared_name), "%s", rig_name("shared", NULL));
	HZT_OK_ERR(hz_semaphore_open(rig_client(), shared_name, NULL, &permits, &err), &err);
	HZT_OK_ERR(hz_semaphore_init(permits, PERMITS, &done, &err), &err);
	hzt_team *team = hzt_team_start((size_t)CLIENTS * THREADS, use_permits, NULL);
	hzt_team_join(&team, LONG_MS);
	HZT_EQ_INT(atomic_load(&failures), 0);
	HZT_OK_ERR(hz_semaphore_available_permits(permits, &left, &err), &err);
	HZT_EQ_INT(left, PERMITS);
	HZT_OK_ERR(hz_semaphore_destroy(&permits, &err), &err);
}

static int64_t last_fence; // of whoever had the lock last

static void
take_turns(void *ctx, size_t number)
{
	(void)ctx;
	hz_fenced_lock *lock = NULL;
	hz_client *client = clients[number % CLIENTS];
	expect(hz_fenced_lock_open(client, shared_name, NULL, &lock, NULL) == HZ_OK);
	for (size_t i = 0; i < rounds; i++) {
		int64_t fence = 0;
		expect(hz_fenced_lock_lock(lock, &fence, NULL) == HZ_OK);
		expect(atomic_fetch_add(&inside, 1) == 0);
		expect(fence > last_fence);
		last_fence = fence;
		atomic_fetch_sub(&inside, 1);
		expect(hz_fenced_lock_unlock(lock, NULL) == HZ_OK);
	}
	hz_fenced_lock_close(&lock);
}

static void
one_has_the_lock(void)
{
	start_clients();
	last_fence = 0;
	rounds = hzt_size(20, 20, 5);
	snprintf(shared_name, sizeof(shared_name), "%s", rig_name("turns", NULL));
	hzt_team *team = hzt_team_start((size_t)CLIENTS * THREADS, take_turns, NULL);
	hzt_team_join(&team, LONG_MS);
	HZT_EQ_INT(atomic_load(&failures), 0);
	HZT_CHECK(last_fence >= (int64_t)(CLIENTS * THREADS * rounds));
	end_clients();
}

// ---- Waiting ----

static void
wait_for_lock(void *ctx, size_t number)
{
	(void)ctx;
	(void)number;
	hz_fenced_lock *lock = NULL;
	int64_t fence = 0;
	expect(hz_fenced_lock_open(rig_client(), shared_name, NULL, &lock, NULL) == HZ_OK);
	expect(hz_fenced_lock_lock(lock, &fence, NULL) == HZ_OK);
	expect(hz_fenced_lock_unlock(lock, NULL) == HZ_OK);
	hz_fenced_lock_close(&lock);
}

static void
a_crowd_waits_for_a_lock(void)
{
	hz_fenced_lock *lock = NULL;
	int64_t fence = 0;
	size_t crowd = hzt_size(WAITERS, WAITERS, 100);
	snprintf(shared_name, sizeof(shared_name), "%s", rig_name("crowd", NULL));
	HZT_OK_ERR(hz_fenced_lock_open(rig_other(), shared_name, NULL, &lock, &err), &err);
	HZT_OK_ERR(hz_fenced_lock_lock(lock, &fence, &err), &err);
	size_t descriptors = hzt_descriptors();
	hzt_team *team = hzt_team_start(crowd, wait_for_lock, NULL);
	HZT_AWAIT_STAT(rig_client(), parked, crowd, LONG_MS);
	HZT_CHECK(hzt_descriptors() <= descriptors);
	HZT_OK_ERR(hz_fenced_lock_unlock(lock, &err), &err);
	hzt_team_join(&team, LONG_MS * hzt_slowness());
	HZT_EQ_INT(atomic_load(&failures), 0);
	HZT_OK_ERR(hz_fenced_lock_destroy(&lock, &err), &err);
}

static bool
time_is(void *at_ms)
{
	return hzt_now_ms() >= *(const int64_t *)at_ms;
}

// A hundred waits at one place look at it together, once in two seconds.
static void
waits_are_quiet(void)
{
	enum { N = 100 };
	static hz_future waits[N];
	hz_count_down_latch *latch = NULL, *seen = NULL;
	bool done = false;
	const char *name = rig_name("quiet", NULL);
	HZT_OK_ERR(hz_count_down_latch_open(rig_client(), name, NULL, &latch, &err), &err);
	HZT_OK_ERR(hz_count_down_latch_open(rig_other(), name, NULL, &seen, &err), &err);
	HZT_OK_ERR(hz_count_down_latch_try_set_count(seen, 1, &done, &err), &err);
	for (int i = 0; i < N; i++) {
		waits[i] = hz_count_down_latch_await_async(latch);
	}
	HZT_AWAIT_STAT(rig_client(), parked, N, LONG_MS);
	uint64_t before = HZT_STAT(rig_client(), calls);
	int64_t until_ms = hzt_now_ms() + 5000;
	HZT_AWAIT(time_is, &until_ms, LONG_MS);
	// Looks, the client's own entry, signs of life: a handful, whatever N is.
	HZT_CHECK(HZT_STAT(rig_client(), calls) - before <= 20);
	HZT_OK_ERR(hz_count_down_latch_count_down(seen, &err), &err);
	for (int i = 0; i < N; i++) {
		HZT_OK_ERR(hz_await_none(waits[i], &err), &err);
	}
	hz_count_down_latch_close(&latch);
	HZT_OK_ERR(hz_count_down_latch_destroy(&seen, &err), &err);
}

// ---- Semaphores without owners ----

static void
without_owners_anybody_releases(void)
{
	hz_client *client = rig_client_with("concurrency.map.semaphore-owners", "false");
	hz_semaphore *permits = NULL, *seen = NULL;
	bool done = false;
	int32_t left = -1;
	const char *name = rig_name("free", NULL);
	HZT_OK_ERR(hz_semaphore_open(client, name, NULL, &permits, &err), &err);
	HZT_OK_ERR(hz_semaphore_open(rig_other(), name, NULL, &seen, &err), &err);
	HZT_OK_ERR(hz_semaphore_init(permits, 1, &done, &err), &err);
	HZT_OK_ERR(hz_semaphore_acquire(permits, 1, &err), &err);
	HZT_OK_ERR(hz_semaphore_release(seen, 2, &err), &err);
	HZT_OK_ERR(hz_semaphore_available_permits(seen, &left, &err), &err);
	HZT_EQ_INT(left, 2);
	hz_semaphore_close(&permits);
	hz_client_destroy(&client);
	HZT_OK_ERR(hz_semaphore_destroy(&seen, &err), &err);
}

// ---- Entries of others ----

// What is in the map must be what this backend has written: it does not guess.
static void
refuses_other_entries(void)
{
	hz_atomic_long *number = NULL;
	hz_map *map = NULL;
	int64_t n = 0;
	const char *name = rig_name("odd", NULL);
	HZT_OK_ERR(hz_map_open(rig_other(), "hz_atomic_longs", NULL, &map, &err), &err);
	HZT_OK_ERR(hz_map_set(map, hz_str(name), hz_str("42"), NULL, &err), &err);
	HZT_OK_ERR(hz_atomic_long_open(rig_client(), name, NULL, &number, &err), &err);
	HZT_EQ_INT(hz_atomic_long_get(number, &n, &err), HZ_ERR_STATE);
	HZT_OK_ERR(hz_map_set(map, hz_str(name),
				   hz_json("{ \"value\" : 42, \"note\":\"by hand\", \"writes\":1 "
					   "}"),
				   NULL, &err),
			&err);
	HZT_OK_ERR(hz_atomic_long_increment_and_get(number, &n, &err), &err);
	HZT_EQ_INT(n, 43);
	hz_map_close(&map);
	HZT_OK_ERR(hz_atomic_long_destroy(&number, &err), &err);
}

static const hzt_case cases[] = {
		{"a_client_takes_all", a_client_takes_all},
		{"the_dead_hold_nothing", the_dead_hold_nothing},
		{"adds_add_up", adds_add_up},
		{"permits_are_never_too_many", permits_are_never_too_many},
		{"one_has_the_lock", one_has_the_lock},
		{"a_crowd_waits_for_a_lock", a_crowd_waits_for_a_lock},
		{"waits_are_quiet", waits_are_quiet},
		{"without_owners_anybody_releases", without_owners_anybody_releases},
		{"refuses_other_entries", refuses_other_entries},
};

HZT_MAIN("map_share", cases)
