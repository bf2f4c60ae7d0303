// SPDX-License-Identifier: Apache-2.0
//
// Threads that race for a session: for the first one of a group, and for the next one after it has
// expired. One is made, and nobody gets another's.
#include "protocol/decode.h"
#include "protocol/gen/cp_group.h"
#include "protocol/gen/cp_session.h"
#include "protocol/gen/fenced_lock.h"
#include "tests/scripted/cp_member.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS = 64, ROUNDS = 1000, EXPIRIES = 300, PER_GROUP = 1000, LONG_BEAT_MS = 600000 };

static hzt_error_answer expired = {85, "SessionExpiredException", "gone"};

static _Atomic int64_t made[ROUNDS]; // sessions of each group
static _Atomic int64_t strangers;    // calls with a session of another group, or an old one
static _Atomic int64_t current;      // session that is not expired; 0: all are good
static _Atomic int64_t locks;

// ---- The member ----

// Each round has a group of its own, which its number names.
static void
on_create(void *ctx, hzt_request *request)
{
	hzp_cp_group_create_cp_group_request got;
	(void)ctx;
	HZT_OK(hzp_decode(request->msg, request->n, &HZP_CP_GROUP_CREATE_CP_GROUP_REQUEST, &got,
			NULL));
	char name[32];
	snprintf(name, sizeof(name), "%.*s", (int)got.proxy_name.n, (const char *)got.proxy_name.p);
	hzt_reply(request, &HZP_CP_GROUP_CREATE_CP_GROUP_RESPONSE,
			&(hzp_cp_group_create_cp_group_response){
					.group_id = {.present = true,
							.name = hzp_str("g"),
							.seed = strtol(strchr(name, '@') + 1, NULL,
									10),
							.id = 1},
			});
}

static void
on_make(void *ctx, hzt_request *request)
{
	hzp_cp_session_create_session_request got;
	(void)ctx;
	HZT_OK(hzp_decode(request->msg, request->n, &HZP_CP_SESSION_CREATE_SESSION_REQUEST, &got,
			NULL));
	int64_t group = got.group_id.seed;
	int64_t id = group * PER_GROUP + atomic_fetch_add(&made[group], 1) + 1;
	if (atomic_load(&current) != 0) {
		atomic_store(&current, id);
	}
	hzt_reply(request, &HZP_CP_SESSION_CREATE_SESSION_RESPONSE,
			&(hzp_cp_session_create_session_response){id, LONG_BEAT_MS, LONG_BEAT_MS});
}

static void
on_try_lock(void *ctx, hzt_request *request)
{
	hzp_fenced_lock_try_lock_request got;
	(void)ctx;
	HZT_OK(hzp_decode(request->msg, request->n, &HZP_FENCED_LOCK_TRY_LOCK_REQUEST, &got, NULL));
	int64_t good = atomic_load(&current);
	atomic_fetch_add(&strangers,
			got.session_id / PER_GROUP != got.group_id.seed ||
					(good != 0 && got.session_id > good));
	if (good != 0 && got.session_id != good) {
		hzt_failing(&expired, request);
		return;
	}
	atomic_fetch_add(&locks, 1);
	hzt_reply(request, &HZP_FENCED_LOCK_TRY_LOCK_RESPONSE,
			&(hzp_fenced_lock_try_lock_response){0}); // taken by somebody
}

static void
start(bench *b)
{
	cp_start(b, 1, LONG_BEAT_MS, NULL);
	for (int i = 0; i < ROUNDS; i++) {
		atomic_store(&made[i], 0);
	}
	atomic_store(&strangers, 0);
	atomic_store(&current, 0);
	atomic_store(&locks, 0);
	cp_on(b, CP_CREATE, 0, on_create, NULL);
	cp_on(b, CP_MAKE, 0, on_make, NULL);
	cp_on(b, CP_TRY_LOCK, 0, on_try_lock, NULL);
	cp_on(b, CP_CLOSE, 0, hzt_default, NULL);
}

// ---- The race ----

static pthread_barrier_t barrier;
static hz_client *client;
static int rounds;
static bool one_group;
static _Atomic int failures;

static void
expire(int round)
{
	// Between two rounds nobody calls.
	if (one_group && round > 0) {
		atomic_store(&current, INT64_MAX);
	}
}

static void *
race(void *first)
{
	for (int round = 0; round < rounds; round++) {
		hz_fenced_lock *lock = NULL;
		int64_t fence = 1;
		char name[32];
		snprintf(name, sizeof(name), "l@%d", one_group ? 0 : round);
		if (first != NULL) {
			expire(round);
		}
		pthread_barrier_wait(&barrier);
		hz_err e = hz_fenced_lock_open(client, name, NULL, &lock, NULL);
		e = e == HZ_OK ? hz_fenced_lock_try_lock(lock, 0, &fence, NULL) : e;
		atomic_fetch_add(&failures, e != HZ_OK || fence != HZ_NO_FENCE);
		hz_fenced_lock_close(&lock);
		pthread_barrier_wait(&barrier);
	}
	return NULL;
}

static void
run(const bench *b, int n, bool same_group)
{
	pthread_t threads[THREADS];
	client = b->client;
	rounds = n;
	one_group = same_group;
	atomic_store(&failures, 0);
	HZT_EQ_INT(pthread_barrier_init(&barrier, NULL, THREADS), 0);
	for (int i = 0; i < THREADS; i++) {
		HZT_EQ_INT(pthread_create(&threads[i], NULL, race, i == 0 ? &barrier : NULL), 0);
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
	}
	pthread_barrier_destroy(&barrier);
	HZT_EQ_INT(atomic_load(&failures), 0);
	HZT_EQ_INT(atomic_load(&strangers), 0);
	HZT_EQ_INT(atomic_load(&locks), (int64_t)n * THREADS);
}

static void
for_the_first_session(void)
{
	bench b;
	int n = ROUNDS / hzt_slowness();
	start(&b);
	run(&b, n, false);
	for (int i = 0; i < n; i++) {
		HZT_EQ_INT(atomic_load(&made[i]), 1);
	}
	bench_end(&b);
}

static void
for_the_next_session(void)
{
	bench b;
	int n = EXPIRIES / hzt_slowness();
	start(&b);
	run(&b, n, true);
	HZT_EQ_INT(atomic_load(&made[0]), n);
	bench_end(&b);
}

static const hzt_case cases[] = {
		{"for_the_first_session", for_the_first_session},
		{"for_the_next_session", for_the_next_session},
};

HZT_MAIN("cp_race", cases)
