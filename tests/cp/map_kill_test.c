// SPDX-License-Identifier: Apache-2.0
//
// The map backend while members are killed and started again, one at a time: what was acknowledged
// is there, once, and fences rise.
#include "tests/cp/rig.h"
#include "tests/fault/rig.h"

#include <stdatomic.h>
#include <stdio.h>

enum { MEMBERS = 3, THREADS = 6, KILLS = 3 };

#define LONG_MS 120000

static hz_error err;
static hzt_cluster *members;
static hz_client *clients[2];
static char number_name[128], lock_name[128];
static atomic_bool stop;
static atomic_size_t added, failed, locked;
static _Atomic int inside;
static int64_t last_fence; // of whoever had the lock last

static void
start(void)
{
	members = hzt_cluster_start("3");
	for (int i = 0; i < 2; i++) {
		clients[i] = rig_client_of(hzt_cluster_addresses(members), NULL, NULL);
	}
	snprintf(number_name, sizeof(number_name), "%s", rig_name("kill", NULL));
	snprintf(lock_name, sizeof(lock_name), "%s", rig_name("kill-lock", NULL));
}

static void
add(hz_client *client)
{
	hz_atomic_long *number = NULL;
	hz_err e = hz_atomic_long_open(client, number_name, NULL, &number, NULL);
	while (e == HZ_OK && !atomic_load(&stop)) {
		e = hz_atomic_long_add_and_get(number, 1, NULL, NULL);
		atomic_fetch_add(&added, e == HZ_OK);
	}
	atomic_fetch_add(&failed, e != HZ_OK);
	hz_atomic_long_close(&number);
}

static hz_err
take_turn(hz_fenced_lock *lock)
{
	int64_t fence = 0;
	hz_err e = hz_fenced_lock_lock(lock, &fence, NULL);
	if (e != HZ_OK) {
		return e;
	}
	atomic_fetch_add(&failed, atomic_fetch_add(&inside, 1) != 0 || fence <= last_fence);
	last_fence = fence;
	atomic_fetch_sub(&inside, 1);
	atomic_fetch_add(&locked, 1);
	return hz_fenced_lock_unlock(lock, NULL);
}

static void
take_turns(hz_client *client)
{
	hz_fenced_lock *lock = NULL;
	hz_err e = hz_fenced_lock_open(client, lock_name, NULL, &lock, NULL);
	while (e == HZ_OK && !atomic_load(&stop)) {
		e = take_turn(lock);
	}
	atomic_fetch_add(&failed, e != HZ_OK);
	hz_fenced_lock_close(&lock);
}

static void
work(void *ctx, size_t number)
{
	(void)ctx;
	(number % 3 == 2 ? take_turns : add)(clients[number % 2]);
}

static bool
has_gone_on(void *ctx)
{
	const size_t *before = ctx;
	return atomic_load(&added) > before[0] + 20 && atomic_load(&locked) > before[1] + 5;
}

static void
await_progress(void)
{
	size_t before[2] = {atomic_load(&added), atomic_load(&locked)};
	HZT_AWAIT(has_gone_on, before, LONG_MS);
}

static void
nothing_is_lost(void)
{
	hz_atomic_long *number = NULL;
	int64_t sum = 0;
	start();
	hzt_team *team = hzt_team_start(THREADS, work, NULL);
	for (size_t i = 0; i < KILLS; i++) {
		await_progress();
		hzt_cluster_kill(members, i % MEMBERS);
		await_progress();
		hzt_cluster_restart(members, i % MEMBERS);
		hzt_cluster_wait_safe(members);
	}
	await_progress();
	atomic_store(&stop, true);
	hzt_team_join(&team, LONG_MS);
	HZT_EQ_INT(atomic_load(&failed), 0);
	HZT_OK_ERR(hz_atomic_long_open(clients[0], number_name, NULL, &number, &err), &err);
	HZT_OK_ERR(hz_atomic_long_get(number, &sum, &err), &err);
	HZT_EQ_INT(sum, (int64_t)atomic_load(&added));
	printf("  %lld additions, %zu turns\n", (long long)sum, atomic_load(&locked));
	hz_atomic_long_close(&number);
	hz_client_destroy(&clients[0]);
	hz_client_destroy(&clients[1]);
	hzt_cluster_end(&members);
}

static const hzt_case cases[] = {
		{"nothing_is_lost", nothing_is_lost},
};

HZT_MAIN("map_kill", cases)
