// SPDX-License-Identifier: Apache-2.0
//
// How many calls may be under way, how they leave together, and what becomes of their futures.
#include "protocol/gen/map.h"
#include "tests/scripted/bench.h"

#include <pthread.h>

#define GET HZP_MAP_GET_REQUEST.id
#define PUT HZP_MAP_PUT_REQUEST.id

typedef struct blocked {
	bench *b;
	hz_err result;
	hz_error err;
} blocked;

static void *
put_and_say(void *arg)
{
	blocked *w = arg;
	w->result = bench_put(w->b, 9, 9, NULL, &w->err);
	return NULL;
}

// ---- Too many ----

static const char *const four[] = {"hazelcast.client.max.concurrent.invocations", "4",
		"hazelcast.client.c.max.parked.invocations", "3", NULL};

static void
limit_of_calls(void)
{
	enum { LIMIT = 4 };
	bench b;
	hz_future futures[LIMIT];
	hz_value out;
	hz_error err = {0};
	blocked w = {.b = &b};
	pthread_t thread;
	bench_start(&b, 1, four);
	hzt_scripted_on(b.member[0], PUT, 0, hzt_held, NULL);
	for (int i = 0; i < LIMIT; i++) {
		futures[i] = hz_map_put_async(b.map, hz_i64(i), hz_i64(i), NULL);
	}
	hzt_scripted_await_held(b.member[0], PUT, LIMIT, PATIENCE_MS);
	// An asynchronous call does not wait.
	HZT_EQ_INT(hz_await_value(hz_map_get_async(b.map, hz_i64(1)), &out, &err), HZ_ERR_OVERLOAD);
	HZT_CHECK(!err.in_doubt);
	HZT_EQ_INT(hzt_scripted_count(b.member[0], GET), 0);
	// A blocking one does, until its deadline,
	HZT_OK(hz_map_call(b.map, &(hz_call){.timeout_ms = 200}));
	int64_t start = hzt_now_ms();
	hz_err e = bench_get(&b, 1, NULL, &err);
	HZT_CHECK(e == HZ_ERR_TIMEOUT || e == HZ_ERR_OVERLOAD);
	HZT_CHECK(!err.in_doubt);
	HZT_CHECK(hzt_now_ms() - start >= 190);
	HZT_OK(hz_map_call(b.map, NULL));
	// or until there is room.
	HZT_EQ_INT(pthread_create(&thread, NULL, put_and_say, &w), 0);
	hzt_scripted_on(b.member[0], PUT, 0, NULL, NULL);
	HZT_EQ_INT(hzt_scripted_release(b.member[0], PUT, false, NULL, NULL), LIMIT);
	pthread_join(thread, NULL);
	HZT_OK_ERR(w.result, &w.err);
	for (int i = 0; i < LIMIT; i++) {
		HZT_OK(hz_await_value(futures[i], &out, NULL));
		hz_value_clear(&out);
	}
	HZT_EQ_INT(bench_stats(&b).in_flight, 0);
	bench_end(&b);
}

// What waits in the member is counted apart, and takes no room from the others.
static void
limit_of_parked_calls(void)
{
	bench b;
	hz_future takes[3];
	hz_value out;
	hz_error err = {0};
	bench_start(&b, 1, four);
	for (int i = 0; i < 3; i++) {
		takes[i] = hz_queue_take_async(b.queue);
	}
	HZT_EQ_INT(hz_await_value(hz_queue_take_async(b.queue), &out, &err), HZ_ERR_OVERLOAD);
	HZT_CHECK(!err.in_doubt);
	for (int i = 0; i < 20; i++) {
		HZT_OK(bench_put(&b, i, i, NULL, NULL));
	}
	HZT_EQ_INT(bench_stats(&b).parked, 3);
	for (int i = 0; i < 3; i++) {
		HZT_OK(hz_queue_offer(b.queue, hz_i64(i), 0, NULL, NULL));
	}
	int64_t sum = 0;
	for (int i = 0; i < 3; i++) {
		int64_t got = 0;
		HZT_OK(hz_await_value(takes[i], &out, NULL));
		HZT_OK(hz_value_get_i64(&out, &got));
		sum += got;
		hz_value_clear(&out);
	}
	HZT_EQ_INT(sum, 3);
	HZT_EQ_INT(bench_stats(&b).parked, 0);
	bench_end(&b);
}

// Permits come back whatever ends a call.
static void
permits_come_back(void)
{
	bench b;
	bench_start(&b, 1, four);
	HZT_OK(hz_map_call(b.map, &(hz_call){.timeout_ms = 50}));
	static const hzt_rule rules[] = {hzt_silent, hzt_default};
	for (int i = 0; i < 20; i++) {
		hzt_scripted_on(b.member[0], PUT, 1, rules[i % 2], NULL);
		hz_err e = bench_put(&b, 1, 1, NULL, NULL);
		HZT_EQ_INT(e, i % 2 == 0 ? HZ_ERR_TIMEOUT : HZ_OK);
		HZT_EQ_INT(bench_stats(&b).in_flight, 0);
	}
	HZT_OK(hz_map_call(b.map, NULL));
	bench_end(&b);
}

// ---- Batches ----

static void
sixty_four_in_one_write(void)
{
	enum { CALLS = 64 };
	bench b;
	hz_future futures[CALLS];
	bench_start(&b, 1, NULL);
	uint64_t writes = bench_stats(&b).writes;
	hz_batch_begin(b.client);
	for (int i = 0; i < CALLS; i++) {
		futures[i] = hz_map_put_async(b.map, hz_i64(i), hz_i64(i), NULL);
	}
	hz_batch_end(b.client);
	for (int i = 0; i < CALLS; i++) {
		hz_value out;
		HZT_OK(hz_await_value(futures[i], &out, NULL));
		hz_value_clear(&out);
	}
	HZT_CHECK(bench_stats(&b).writes - writes <= 2);
	bench_end(&b);
}

// Begun and not ended: the thread awaits, and what it collected leaves.
static void
batch_leaves_when_awaited(void)
{
	bench b;
	hz_value out;
	bench_start(&b, 1, NULL);
	hz_batch_begin(b.client);
	hz_batch_begin(b.client);
	hz_future first = hz_map_put_async(b.map, hz_i64(1), hz_i64(1), NULL);
	hz_future second = hz_map_put_async(b.map, hz_i64(2), hz_i64(2), NULL);
	HZT_OK(hz_await_value(second, &out, NULL));
	HZT_OK(hz_await_value(first, &out, NULL));
	HZT_OK(bench_put(&b, 3, 3, NULL, NULL));
	hz_batch_end(b.client);
	hz_batch_end(b.client);
	hz_batch_end(b.client);
	bench_end(&b);
}

// A batch that nobody ended when its client was destroyed: the next one on this thread finds
// nothing that is gone.
static void
batch_outlives_its_client(void)
{
	bench first;
	bench second;
	bench_start(&first, 1, NULL);
	bench_start(&second, 1, NULL);
	hz_batch_begin(first.client);
	hz_drop(hz_map_put_async(first.map, hz_i64(1), hz_i64(1), NULL));
	bench_close(&first);
	hz_batch_begin(second.client);
	hz_future put = hz_map_put_async(second.map, hz_i64(1), hz_i64(1), NULL);
	hz_batch_end(second.client);
	HZT_OK(hz_await_value(put, NULL, NULL));
	bench_end(&second);
}

// ---- Futures ----

static void
consumed_twice(void)
{
	bench b;
	hz_value out;
	int32_t size = 0;
	bench_start(&b, 1, NULL);
	hz_future future = hz_map_get_async(b.map, hz_i64(1));
	HZT_OK(hz_await_value(future, &out, NULL));
	HZT_EQ_INT(hz_await_value(future, &out, NULL), HZ_ERR_ARGUMENT);
	HZT_CHECK(hz_value_is_null(&out));
	hz_drop(future);
	HZT_CHECK(hz_future_done(future));
	// Its record has had many lives since.
	for (int i = 0; i < 100; i++) {
		HZT_OK(bench_put(&b, i, i, NULL, NULL));
		HZT_EQ_INT(hz_await_value(future, &out, NULL), HZ_ERR_ARGUMENT);
	}
	hz_future zero = {0};
	HZT_EQ_INT(hz_await_value(zero, &out, NULL), HZ_ERR_ARGUMENT);
	hz_drop(zero);
	// A result of another kind; the future is consumed.
	future = hz_map_get_async(b.map, hz_i64(1));
	HZT_EQ_INT(hz_await_i32(future, &size, NULL), HZ_ERR_TYPE);
	HZT_EQ_INT(hz_await_value(future, &out, NULL), HZ_ERR_ARGUMENT);
	bench_end(&b);
}

static void
dropped(void)
{
	bench b;
	int64_t got = 0;
	bench_start(&b, 1, NULL);
	static const hzt_error_answer migrating = {39, "PartitionMigratingException", "not now"};
	hzt_scripted_on(b.member[0], PUT, 3, hzt_failing, (void *)&migrating);
	hz_drop(hz_map_put_async(b.map, hz_i64(1), hz_i64(11), NULL));
	hzt_scripted_await_request(b.member[0], PUT, 4, PATIENCE_MS);
	HZT_OK(bench_get(&b, 1, &got, NULL));
	HZT_EQ_INT(got, 11);
	HZT_EQ_INT(bench_stats(&b).retries, 3);
	bench_end(&b);
}

static const hzt_case cases[] = {
		{"limit_of_calls", limit_of_calls},
		{"limit_of_parked_calls", limit_of_parked_calls},
		{"permits_come_back", permits_come_back},
		{"sixty_four_in_one_write", sixty_four_in_one_write},
		{"batch_leaves_when_awaited", batch_leaves_when_awaited},
		{"batch_outlives_its_client", batch_outlives_its_client},
		{"consumed_twice", consumed_twice},
		{"dropped", dropped},
};

HZT_MAIN("many calls", cases)
