// SPDX-License-Identifier: Apache-2.0
//
// Countdown latches: results, what another client sees, and those that wait.
#include "tests/cp/rig.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

// Long enough for any member, never waited out.
#define LONG_MS 60000

static hz_error err;
static hz_count_down_latch *latch, *seen;

// A latch of its own for the case, in both clients.
static void
begin(int32_t count)
{
	const char *name = rig_name("latch", NULL);
	bool done = false;
	HZT_OK_ERR(hz_count_down_latch_open(rig_client(), name, NULL, &latch, &err), &err);
	HZT_OK_ERR(hz_count_down_latch_open(rig_other(), name, NULL, &seen, &err), &err);
	if (count > 0) {
		HZT_OK_ERR(hz_count_down_latch_try_set_count(latch, count, &done, &err), &err);
		HZT_CHECK(done);
	}
}

static void
check_seen(int32_t want)
{
	int32_t n = -1;
	HZT_OK_ERR(hz_count_down_latch_get_count(seen, &n, &err), &err);
	HZT_EQ_INT(n, want);
}

static void
finish(void)
{
	hz_count_down_latch_close(&seen);
	HZT_OK_ERR(hz_count_down_latch_destroy(&latch, &err), &err);
	HZT_CHECK(latch == NULL);
}

static void
begins_with_zero(void)
{
	bool zero = false;
	begin(0);
	HZT_EQ_INT(hz_count_down_latch_backend(latch), rig_is_map() ? HZ_BACKEND_MAP : HZ_BACKEND_CP);
	HZT_EQ_INT(hz_count_down_latch_backend(NULL), HZ_BACKEND_NONE);
	check_seen(0);
	HZT_OK_ERR(hz_count_down_latch_try_await(latch, 0, &zero, &err), &err);
	HZT_CHECK(zero);
	HZT_OK_ERR(hz_count_down_latch_await(latch, &err), &err);
	HZT_OK_ERR(hz_count_down_latch_count_down(latch, &err), &err);
	check_seen(0);
	finish();
}

static void
sets_the_count_of_a_round(void)
{
	bool done = true;
	begin(2);
	check_seen(2);
	HZT_OK_ERR(hz_count_down_latch_try_set_count(seen, 3, &done, &err), &err);
	HZT_CHECK(!done);
	check_seen(2);
	HZT_EQ_INT(hz_count_down_latch_try_set_count(latch, 0, &done, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_count_down_latch_try_set_count(latch, -1, &done, &err), HZ_ERR_ARGUMENT);
	HZT_OK_ERR(hz_count_down_latch_count_down(latch, &err), &err);
	HZT_OK_ERR(hz_count_down_latch_count_down(seen, &err), &err);
	HZT_OK_ERR(hz_count_down_latch_try_set_count(seen, 3, &done, &err), &err);
	HZT_CHECK(done);
	check_seen(3);
	finish();
}

static void
counts_down(void)
{
	begin(4);
	for (int32_t left = 3; left >= 0; left--) {
		HZT_OK_ERR(hz_count_down_latch_count_down(left % 2 == 0 ? latch : seen, &err),
				&err);
		check_seen(left);
	}
	HZT_OK_ERR(hz_count_down_latch_count_down(latch, &err), &err);
	check_seen(0);
	finish();
}

// The two steps of a call for which nobody waits.
static void
counts_down_unwatched(void)
{
	enum { N = 20 };
	bool zero = false;
	begin(N);
	for (int i = 0; i < N; i++) {
		hz_drop(hz_count_down_latch_count_down_async(latch));
	}
	HZT_OK_ERR(hz_count_down_latch_try_await(seen, LONG_MS, &zero, &err), &err);
	HZT_CHECK(zero);
	finish();
}

static _Atomic int ended;

static void
note_end(void *ctx, hz_err e, hz_result *result, const hz_error *why)
{
	(void)result;
	(void)why;
	*(hz_err *)ctx = e;
	atomic_fetch_add(&ended, 1);
}

static bool
has_ended(void *ctx)
{
	return atomic_load(&ended) == *(int *)ctx;
}

static void
counts_down_with_callback(void)
{
	static hz_err result;
	int one = 1;
	begin(2);
	atomic_store(&ended, 0);
	result = HZ_ERR_STATE;
	HZT_OK(hz_then(hz_count_down_latch_count_down_async(latch), note_end, &result));
	HZT_AWAIT(has_ended, &one, LONG_MS);
	HZT_EQ_INT(result, HZ_OK);
	check_seen(1);
	finish();
}

static void
waits_in_vain(void)
{
	hz_call call = {.timeout_ms = 50};
	bool zero = true;
	begin(1);
	HZT_OK_ERR(hz_count_down_latch_try_await(latch, 0, &zero, &err), &err);
	HZT_CHECK(!zero);
	zero = true;
	HZT_OK_ERR(hz_count_down_latch_try_await(latch, 50, &zero, &err), &err);
	HZT_CHECK(!zero);
	HZT_OK(hz_count_down_latch_call(latch, &call));
	HZT_EQ_INT(hz_count_down_latch_await(latch, &err), HZ_ERR_TIMEOUT);
	HZT_CHECK(!err.in_doubt);
	HZT_OK(hz_count_down_latch_call(latch, NULL));
	HZT_EQ_INT(hz_count_down_latch_try_await(latch, -2, &zero, &err), HZ_ERR_ARGUMENT);
	check_seen(1);
	finish();
}

// Of all ways to wait the last count ends each.
static void
releases_all(void)
{
	hz_future calls[4];
	bool zero[2] = {false, false};
	begin(2);
	calls[0] = hz_count_down_latch_await_async(latch);
	calls[1] = hz_count_down_latch_try_await_async(latch, HZ_FOREVER);
	calls[2] = hz_count_down_latch_try_await_async(seen, LONG_MS);
	calls[3] = hz_count_down_latch_await_async(seen);
	HZT_OK_ERR(hz_count_down_latch_count_down(latch, &err), &err);
	check_seen(1);
	for (int i = 0; i < 4; i++) {
		HZT_CHECK(!hz_future_done(calls[i]));
	}
	HZT_OK_ERR(hz_count_down_latch_count_down(latch, &err), &err);
	HZT_OK_ERR(hz_await_none(calls[0], &err), &err);
	HZT_OK_ERR(hz_await_bool(calls[1], &zero[0], &err), &err);
	HZT_OK_ERR(hz_await_bool(calls[2], &zero[1], &err), &err);
	HZT_OK_ERR(hz_await_none(calls[3], &err), &err);
	HZT_CHECK(zero[0] && zero[1]);
	finish();
}

static void *
wait_for_it(void *released)
{
	if (hz_count_down_latch_await(latch, NULL) == HZ_OK) {
		atomic_fetch_add((_Atomic int *)released, 1);
	}
	return NULL;
}

static void
releases_threads(void)
{
	enum { N = 50 };
	static _Atomic int released;
	pthread_t threads[N];
	begin(1);
	atomic_store(&released, 0);
	for (int i = 0; i < N; i++) {
		HZT_EQ_INT(pthread_create(&threads[i], NULL, wait_for_it, &released), 0);
	}
	HZT_OK_ERR(hz_count_down_latch_count_down(seen, &err), &err);
	for (int i = 0; i < N; i++) {
		pthread_join(threads[i], NULL);
	}
	HZT_EQ_INT(atomic_load(&released), N);
	finish();
}

// A wait is ended by its token, by destroying the latch, and by the end of its client.
static void
ended_waits(void)
{
	hz_client *mortal = rig_client_with(NULL, NULL);
	hz_count_down_latch *own = NULL;
	hz_call call = {0};
	begin(1);
	const char *name = hz_count_down_latch_name(latch);
	HZT_OK_ERR(hz_count_down_latch_open(mortal, name, NULL, &own, &err), &err);
	HZT_OK_ERR(hz_cancel_new(rig_client(), &call.cancel, &err), &err);
	HZT_OK(hz_count_down_latch_call(latch, &call));
	hz_future cancelled = hz_count_down_latch_await_async(latch);
	HZT_OK(hz_count_down_latch_call(latch, NULL));
	hz_future destroyed = hz_count_down_latch_await_async(seen);
	hz_future closed = hz_count_down_latch_await_async(own);
	hz_cancel_fire(call.cancel);
	HZT_EQ_INT(hz_await_none(cancelled, &err), HZ_ERR_CANCELLED);
	hz_cancel_destroy(&call.cancel);
	HZT_OK_ERR(hz_client_shutdown(mortal, LONG_MS, &err), &err);
	HZT_EQ_INT(hz_await_none(closed, &err), HZ_ERR_CLOSED);
	hz_count_down_latch_close(&own);
	hz_client_destroy(&mortal);
	HZT_OK_ERR(hz_await_none(hz_count_down_latch_destroy_async(latch), &err), &err);
	HZT_EQ_INT(hz_await_none(destroyed, &err), HZ_ERR_DESTROYED);
	finish();
}

static void
destroyed(void)
{
	bool done = false;
	int32_t n = 0;
	begin(1);
	HZT_OK_ERR(hz_await_none(hz_count_down_latch_destroy_async(latch), &err), &err);
	HZT_EQ_INT(hz_count_down_latch_get_count(latch, &n, &err), HZ_ERR_DESTROYED);
	HZT_EQ_INT(hz_count_down_latch_count_down(seen, &err), HZ_ERR_DESTROYED);
	HZT_EQ_INT(hz_count_down_latch_try_set_count(seen, 1, &done, &err), HZ_ERR_DESTROYED);
	HZT_EQ_INT(hz_count_down_latch_await(latch, &err), HZ_ERR_DESTROYED);
	finish();
}

static void
lives_in_its_group(void)
{
	hz_count_down_latch *elsewhere = NULL;
	char name[160];
	int32_t n = 7;
	begin(2);
	snprintf(name, sizeof(name), "%s@side", hz_count_down_latch_name(latch));
	HZT_OK_ERR(hz_count_down_latch_open(rig_client(), name, NULL, &elsewhere, &err), &err);
	HZT_OK_ERR(hz_count_down_latch_get_count(elsewhere, &n, &err), &err);
	HZT_EQ_INT(n, 0);
	HZT_OK_ERR(hz_count_down_latch_destroy(&elsewhere, &err), &err);
	check_seen(2);
	finish();
}

static const hzt_case cases[] = {
		{"begins_with_zero", begins_with_zero},
		{"sets_the_count_of_a_round", sets_the_count_of_a_round},
		{"counts_down", counts_down},
		{"counts_down_unwatched", counts_down_unwatched},
		{"counts_down_with_callback", counts_down_with_callback},
		{"waits_in_vain", waits_in_vain},
		{"releases_all", releases_all},
		{"releases_threads", releases_threads},
		{"ended_waits", ended_waits},
		{"destroyed", destroyed},
		{"lives_in_its_group", lives_in_its_group},
};

HZT_MAIN("count_down_latch", cases)
