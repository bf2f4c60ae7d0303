// SPDX-License-Identifier: Apache-2.0
//
// Flake ids: how many the client asks for and when, what becomes of what is left, and members that
// cannot make any.
#include "protocol/decode.h"
#include "protocol/gen/client.h"
#include "protocol/gen/flake_id_generator.h"
#include "tests/scripted/bench.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#define NEW_BATCH HZP_FLAKE_ID_GENERATOR_NEW_ID_BATCH_REQUEST.id
#define DESTROY HZP_CLIENT_DESTROY_PROXY_REQUEST.id
#define STEP 1000

static const hzt_error_answer out_of_range = {81, "NodeIdOutOfRangeException", "too many of us"};
static const hzt_error_answer not_active = {19, "HazelcastInstanceNotActiveException", "leaving"};

static hz_error err;

// What all members of a test count up together; batch n begins at n million.
static _Atomic int64_t batches;
static _Atomic int64_t asked;     // ids of all requests
static _Atomic int32_t last_size; // of the last request

static void
on_batch(void *ctx, hzt_request *request)
{
	hzp_flake_id_generator_new_id_batch_request got;
	(void)ctx;
	HZT_OK(hzp_decode(request->msg, request->n, &HZP_FLAKE_ID_GENERATOR_NEW_ID_BATCH_REQUEST,
			&got, NULL));
	atomic_fetch_add(&asked, got.batch_size);
	atomic_store(&last_size, got.batch_size);
	hzt_reply(request, &HZP_FLAKE_ID_GENERATOR_NEW_ID_BATCH_RESPONSE,
			&(hzp_flake_id_generator_new_id_batch_response){
					.base = (atomic_fetch_add(&batches, 1) + 1) * 1000000,
					.increment = STEP,
					.batch_size = got.batch_size,
			});
}

static hz_flake_id_generator *
open_ids(const bench *b, int32_t count, int64_t validity_ms)
{
	hz_flake_id_generator *ids = NULL;
	hz_flake_id_options options = hz_flake_id_options_default();
	options.prefetch_count = count;
	options.prefetch_validity_ms = validity_ms;
	HZT_OK_ERR(hz_flake_id_generator_open(b->client, "ids", &options, NULL, &ids, &err), &err);
	return ids;
}

static hz_flake_id_generator *
start(bench *b, size_t n, int32_t count, int64_t validity_ms)
{
	bench_start(b, n, NULL);
	atomic_store(&batches, 0);
	atomic_store(&asked, 0);
	for (size_t i = 0; i < n; i++) {
		hzt_scripted_on(b->member[i], NEW_BATCH, 0, on_batch, NULL);
	}
	return open_ids(b, count, validity_ms);
}

static void
end(bench *b, hz_flake_id_generator **ids)
{
	hz_flake_id_generator_close(ids);
	bench_end(b);
}

static int64_t
id_of(hz_flake_id_generator *ids)
{
	int64_t id = -1;
	HZT_OK_ERR(hz_flake_id_generator_new_id(ids, &id, &err), &err);
	return id;
}

static uint64_t
requests(const bench *b)
{
	uint64_t n = 0;
	for (size_t i = 0; i < b->members; i++) {
		n += hzt_scripted_count(b->member[i], NEW_BATCH);
	}
	return n;
}

// ---- Batches ----

static void
asks_once_for_each_batch(void)
{
	bench b;
	hz_flake_id_generator *ids = start(&b, 1, 10, 0);
	for (int64_t i = 0; i < 25; i++) {
		HZT_EQ_INT(id_of(ids), (i / 10 + 1) * 1000000 + i % 10 * STEP);
		HZT_EQ_INT(requests(&b), i / 10 + 1);
	}
	HZT_EQ_INT(atomic_load(&asked), 30);
	end(&b, &ids);
}

static void
asks_for_a_hundred_by_default(void)
{
	bench b;
	hz_flake_id_generator *ids = start(&b, 1, 0, HZ_FOREVER);
	hz_flake_id_generator *same = NULL;
	id_of(ids);
	HZT_EQ_INT(atomic_load(&last_size), 100);
	HZT_OK(hz_flake_id_generator_open(b.client, "other", NULL, NULL, &same, NULL));
	id_of(same);
	HZT_EQ_INT(atomic_load(&asked), 200);
	hz_flake_id_generator_close(&same);
	end(&b, &ids);
}

static bool
is_past(void *ctx)
{
	return hzt_now_ms() >= *(int64_t *)ctx;
}

static void
throws_old_ids_away(void)
{
	bench b;
	hz_flake_id_generator *ids = start(&b, 1, 10, 300);
	int64_t old = hzt_now_ms() + 300;
	int64_t id = 0;
	HZT_EQ_INT(id_of(ids), 1000000);
	HZT_CHECK(hzt_now_ms() >= old || hz_flake_id_generator_take(ids, &id));
	old = hzt_now_ms() + 301;
	HZT_AWAIT(is_past, &old, 10000);
	HZT_CHECK(!hz_flake_id_generator_take(ids, &id));
	HZT_CHECK(id_of(ids) >= 2000000);
	HZT_CHECK(requests(&b) >= 2);
	end(&b, &ids);
}

// What one handle has left may be too old for the next one, which says so itself.
static void
throws_away_what_another_would_keep(void)
{
	bench b;
	hz_flake_id_generator *ids = start(&b, 1, 10, HZ_FOREVER);
	HZT_EQ_INT(id_of(ids), 1000000);
	hz_flake_id_generator_close(&ids);
	int64_t old = hzt_now_ms() + 301;
	HZT_AWAIT(is_past, &old, 10000);
	ids = open_ids(&b, 10, HZ_FOREVER);
	HZT_EQ_INT(id_of(ids), 1000000 + STEP);
	hz_flake_id_generator_close(&ids);
	ids = open_ids(&b, 10, 300);
	HZT_EQ_INT(id_of(ids), 2000000);
	end(&b, &ids);
}

static void
leaves_the_rest_to_others(void)
{
	bench b;
	hz_flake_id_generator *ids = start(&b, 1, 10, 0);
	HZT_EQ_INT(id_of(ids), 1000000);
	HZT_EQ_INT(id_of(ids), 1000000 + STEP);
	hz_flake_id_generator_close(&ids);
	for (int64_t i = 2; i < 10; i++) {
		ids = open_ids(&b, 10, 0);
		HZT_EQ_INT(id_of(ids), 1000000 + i * STEP);
		hz_flake_id_generator_close(&ids);
	}
	HZT_EQ_INT(requests(&b), 1);
	ids = open_ids(&b, 10, 0);
	HZT_EQ_INT(id_of(ids), 2000000);
	// Another handle has nothing to do with a handle that is open.
	hz_flake_id_generator *other = open_ids(&b, 10, 0);
	HZT_EQ_INT(id_of(other), 3000000);
	hz_flake_id_generator_close(&other);
	end(&b, &ids);
}

static void
destroys_what_is_at_hand(void)
{
	bench b;
	hz_flake_id_generator *ids = start(&b, 1, 10, 0);
	hz_flake_id_generator *same = open_ids(&b, 10, 0);
	int64_t id = 0;
	id_of(ids);
	id_of(same);
	hz_flake_id_generator_close(&same);
	// Asked for before, answered after.
	hzt_scripted_on(b.member[0], NEW_BATCH, 1, hzt_held, NULL);
	same = NULL;
	HZT_OK(hz_flake_id_generator_open(b.client, "ids", NULL, NULL, &same, NULL));
	while (hz_flake_id_generator_take(same, &id)) {
	}
	hz_future late = hz_flake_id_generator_new_id_async(same);
	hzt_scripted_await_held(b.member[0], NEW_BATCH, 1, PATIENCE_MS);
	HZT_OK(hz_run_none(hz_flake_id_generator_destroy_async(ids), NULL));
	hzt_scripted_release(b.member[0], NEW_BATCH, false, on_batch, NULL);
	HZT_OK(hz_await_i64(late, &id, NULL));
	HZT_CHECK(!hz_flake_id_generator_take(ids, &id));
	HZT_CHECK(!hz_flake_id_generator_take(same, &id));
	HZT_CHECK(id_of(ids) > id);
	HZT_CHECK(hz_flake_id_generator_take(ids, &id));
	hz_flake_id_generator_close(&same);
	end(&b, &ids);
}

// A batch that came while it was being destroyed may be made again, too.
static void
destroys_what_came_meanwhile(void)
{
	bench b;
	hz_flake_id_generator *ids = start(&b, 1, 10, 0);
	int64_t id = 0;
	hzt_scripted_on(b.member[0], DESTROY, 1, hzt_held, NULL);
	hz_future future = hz_flake_id_generator_destroy_async(ids);
	hzt_scripted_await_held(b.member[0], DESTROY, 1, PATIENCE_MS);
	HZT_EQ_INT(id_of(ids), 1000000);
	HZT_CHECK(hz_flake_id_generator_take(ids, &id));
	hzt_scripted_release(b.member[0], DESTROY, false, NULL, NULL);
	HZT_OK_ERR(hz_await_none(future, &err), &err);
	HZT_CHECK(!hz_flake_id_generator_take(ids, &id));
	HZT_EQ_INT(id_of(ids), 2000000);
	end(&b, &ids);
}

// ---- Many at once ----

// While a batch is on its way the others ask for one id each, and wait for nobody.
static void
asks_for_no_more_than_it_needs(void)
{
	bench b;
	hz_future futures[20];
	bool seen[64] = {false};
	hz_flake_id_generator *ids = start(&b, 1, 10, 0);
	hzt_scripted_on(b.member[0], NEW_BATCH, 0, hzt_held, NULL);
	for (int i = 0; i < 20; i++) {
		futures[i] = hz_flake_id_generator_new_id_async(ids);
	}
	hzt_scripted_await_held(b.member[0], NEW_BATCH, 20, PATIENCE_MS);
	hzt_scripted_on(b.member[0], NEW_BATCH, 0, on_batch, NULL);
	hzt_scripted_release(b.member[0], NEW_BATCH, false, on_batch, NULL);
	for (int i = 0; i < 20; i++) {
		int64_t id = 0;
		HZT_OK_ERR(hz_await_i64(futures[i], &id, &err), &err);
		HZT_CHECK(id >= 1000000 && id <= 20000000 && !seen[id / 1000000]);
		seen[id / 1000000] = true;
	}
	HZT_EQ_INT(atomic_load(&asked), 10 + 19);
	// Nine are left of the one batch.
	for (int i = 0; i < 9; i++) {
		id_of(ids);
	}
	HZT_EQ_INT(requests(&b), 20);
	// All have been answered: a whole batch again.
	id_of(ids);
	HZT_EQ_INT(atomic_load(&last_size), 10);
	end(&b, &ids);
}

static void
a_dropped_future_costs_its_ids_only(void)
{
	bench b;
	hz_flake_id_generator *ids = start(&b, 1, 10, 0);
	hz_drop(hz_flake_id_generator_new_id_async(ids));
	hzt_scripted_await_request(b.member[0], NEW_BATCH, 1, PATIENCE_MS);
	// A handle may be gone before its answer.
	hzt_scripted_on(b.member[0], NEW_BATCH, 1, hzt_held, NULL);
	hz_future late = hz_flake_id_generator_new_id_async(ids);
	hzt_scripted_await_held(b.member[0], NEW_BATCH, 1, PATIENCE_MS);
	hz_flake_id_generator_close(&ids);
	hzt_scripted_release(b.member[0], NEW_BATCH, false, on_batch, NULL);
	int64_t id = 0;
	HZT_OK(hz_await_i64(late, &id, NULL));
	HZT_CHECK(id >= 1000000);
	ids = open_ids(&b, 10, 0);
	HZT_CHECK(id_of(ids) > id);
	end(&b, &ids);
}

typedef struct pupil {
	hz_flake_id_generator *ids; // the same for all
	int64_t got[2000];
	int failures;
} pupil;

static void *
collect(void *ctx)
{
	pupil *self = ctx;
	for (size_t i = 0; i < sizeof(self->got) / sizeof(self->got[0]); i++) {
		self->failures += hz_flake_id_generator_new_id(self->ids, &self->got[i], NULL) !=
				HZ_OK;
	}
	return NULL;
}

static void
threads_may_share_a_handle(void)
{
	enum { THREADS = 4, EACH = 2000, IDS = 2 * THREADS * EACH };
	static pupil pupils[THREADS];
	pthread_t threads[THREADS];
	bench b;
	hz_flake_id_generator *ids = start(&b, 1, 16, 0);
	for (size_t i = 0; i < THREADS; i++) {
		pupils[i].ids = ids;
		pupils[i].failures = 0;
		HZT_EQ_INT(pthread_create(&threads[i], NULL, collect, &pupils[i]), 0);
	}
	for (size_t i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		HZT_EQ_INT(pupils[i].failures, 0);
	}
	// Each id is a batch and a place in it.
	static bool seen[IDS][16];
	memset(seen, 0, sizeof(seen));
	for (size_t i = 0; i < (size_t)THREADS * EACH; i++) {
		int64_t id = pupils[i / EACH].got[i % EACH];
		int64_t batch = id / 1000000;
		HZT_CHECK(batch > 0 && batch < IDS && id % 1000000 < INT64_C(16) * STEP);
		HZT_CHECK(!seen[batch][id % 1000000 / STEP]);
		seen[batch][id % 1000000 / STEP] = true;
	}
	end(&b, &ids);
}

// ---- Members that cannot ----

static void
passes_over_who_is_out_of_range(void)
{
	static const hzt_error_answer *const refusals[] = {&out_of_range, &not_active};
	for (size_t i = 0; i < 2; i++) {
		bench b;
		hz_flake_id_generator *ids = start(&b, 3, 1, 0);
		hzt_scripted_on(b.member[0], NEW_BATCH, 0, hzt_failing, (void *)refusals[i]);
		hzt_scripted_on(b.member[2], NEW_BATCH, 0, hzt_failing, (void *)refusals[i]);
		for (int n = 0; n < 40; n++) {
			id_of(ids);
		}
		HZT_EQ_INT(hzt_scripted_count(b.member[1], NEW_BATCH), 40);
		// Each call asks each member once at most.
		HZT_CHECK(hzt_scripted_count(b.member[0], NEW_BATCH) > 0);
		HZT_CHECK(requests(&b) <= 120);
		end(&b, &ids);
	}
}

static void
says_that_none_is_in_range(void)
{
	bench b;
	int64_t id = 0;
	hz_flake_id_generator *ids = start(&b, 3, 1, 0);
	for (size_t i = 0; i < 3; i++) {
		hzt_scripted_on(b.member[i], NEW_BATCH, 0, hzt_failing, (void *)&out_of_range);
	}
	HZT_EQ_INT(hz_flake_id_generator_new_id(ids, &id, &err), HZ_ERR_NODE_ID_RANGE);
	HZT_EQ_INT(err.server_code, 81);
	HZT_EQ_INT(id, 0);
	for (size_t i = 0; i < 3; i++) {
		HZT_EQ_INT(hzt_scripted_count(b.member[i], NEW_BATCH), 1);
		hzt_scripted_on(b.member[i], NEW_BATCH, 0, on_batch, NULL);
	}
	HZT_CHECK(id_of(ids) > 0);
	end(&b, &ids);
}

static void
answer_nonsense(void *ctx, hzt_request *request)
{
	hzt_reply(request, &HZP_FLAKE_ID_GENERATOR_NEW_ID_BATCH_RESPONSE,
			&(hzp_flake_id_generator_new_id_batch_response){
					.base = 1, .increment = 1, .batch_size = *(int32_t *)ctx});
}

static void
believes_no_impossible_batch(void)
{
	static int32_t sizes[] = {0, -1, INT32_MIN, INT32_MAX};
	bench b;
	int64_t id = 0;
	hz_flake_id_generator *ids = start(&b, 1, 10, 0);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		hzt_scripted_on(b.member[0], NEW_BATCH, 1, answer_nonsense, &sizes[i]);
		HZT_EQ_INT(hz_flake_id_generator_new_id(ids, &id, &err), HZ_ERR_PROTOCOL);
		HZT_CHECK(!hz_flake_id_generator_take(ids, &id));
	}
	HZT_EQ_INT(id, 0);
	HZT_EQ_INT(id_of(ids), 1000000);
	end(&b, &ids);
}

static void
close_it(void *ctx, hzt_request *request)
{
	(void)ctx;
	hzt_close(request, HZT_RESET);
}

static void
goes_on_when_a_connection_breaks(void)
{
	bench b;
	hz_flake_id_generator *ids = start(&b, 2, 1, 0);
	hzt_scripted_on(b.member[0], NEW_BATCH, 1, close_it, NULL);
	for (int i = 0; i < 20; i++) {
		id_of(ids);
	}
	HZT_EQ_INT(hzt_scripted_count(b.member[0], NEW_BATCH) +
					hzt_scripted_count(b.member[1], NEW_BATCH) -
					(uint64_t)atomic_load(&batches),
			hzt_scripted_count(b.member[0], NEW_BATCH) > 0 ? 1 : 0);
	end(&b, &ids);
}

static void
keeps_its_deadline(void)
{
	bench b;
	int64_t id = 0;
	hz_flake_id_generator *ids = start(&b, 1, 10, 0);
	hzt_scripted_on(b.member[0], NEW_BATCH, 1, hzt_silent, NULL);
	HZT_OK(hz_flake_id_generator_call(ids, &(hz_call){.timeout_ms = 100}));
	HZT_EQ_INT(hz_flake_id_generator_new_id(ids, &id, &err), HZ_ERR_TIMEOUT);
	HZT_OK(hz_flake_id_generator_call(ids, NULL));
	HZT_EQ_INT(id_of(ids), 1000000);
	HZT_EQ_INT(atomic_load(&last_size), 10);
	end(&b, &ids);
}

static const hzt_case cases[] = {
		{"asks_once_for_each_batch", asks_once_for_each_batch},
		{"asks_for_a_hundred_by_default", asks_for_a_hundred_by_default},
		{"throws_old_ids_away", throws_old_ids_away},
		{"throws_away_what_another_would_keep", throws_away_what_another_would_keep},
		{"leaves_the_rest_to_others", leaves_the_rest_to_others},
		{"destroys_what_is_at_hand", destroys_what_is_at_hand},
		{"destroys_what_came_meanwhile", destroys_what_came_meanwhile},
		{"asks_for_no_more_than_it_needs", asks_for_no_more_than_it_needs},
		{"a_dropped_future_costs_its_ids_only", a_dropped_future_costs_its_ids_only},
		{"threads_may_share_a_handle", threads_may_share_a_handle},
		{"passes_over_who_is_out_of_range", passes_over_who_is_out_of_range},
		{"says_that_none_is_in_range", says_that_none_is_in_range},
		{"believes_no_impossible_batch", believes_no_impossible_batch},
		{"goes_on_when_a_connection_breaks", goes_on_when_a_connection_breaks},
		{"keeps_its_deadline", keeps_its_deadline},
};

HZT_MAIN("flake_id_generator", cases)
