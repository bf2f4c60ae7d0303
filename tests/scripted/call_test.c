// SPDX-License-Identifier: Apache-2.0
//
// Calls that are given up or cancelled, and answers that come late for them, or for nobody.
#include "protocol/gen/map.h"
#include "protocol/gen/queue.h"
#include "tests/scripted/bench.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#define GET HZP_MAP_GET_REQUEST.id
#define PUT HZP_MAP_PUT_REQUEST.id
#define TAKE HZP_QUEUE_TAKE_REQUEST.id
#define POLL HZP_QUEUE_POLL_REQUEST.id

// ---- Stale answers ----

enum { STALE_THREADS = 8, STALE_KEYS = 64 };

typedef struct stale {
	bench *b;
	int64_t first; // key
	_Atomic bool *stop;
	uint64_t answered, given_up, wrong;
} stale;

static void *
get_in_a_hurry(void *arg)
{
	stale *s = arg;
	hz_map *map;
	hz_call call = {.timeout_ms = 2};
	HZT_OK(hz_map_open(s->b->client, "m", &call, &map, NULL));
	for (int64_t i = 0; !*s->stop; i++) {
		int64_t key = s->first + i % STALE_KEYS;
		int64_t got = -1;
		hz_value out;
		if (hz_map_get(map, hz_i64(key), &out, NULL) == HZ_OK) {
			(void)hz_value_get_i64(&out, &got);
			s->answered++;
			s->wrong += got != key;
		} else {
			s->given_up++;
		}
		hz_value_clear(&out);
	}
	hz_map_close(&map);
	return NULL;
}

// Every value is its key. The member answers late, often after the caller has given up and its
// record serves another call: nobody ever gets another call's answer.
static void
late_answers_reach_nobody_else(void)
{
	bench b;
	pthread_t threads[STALE_THREADS];
	stale states[STALE_THREADS];
	_Atomic bool stop = false;
	bench_start(&b, 1, NULL);
	for (int64_t key = 0; key < (int64_t)STALE_THREADS * STALE_KEYS; key++) {
		HZT_OK(bench_set(&b, key, key, NULL));
	}
	hzt_scripted_on(b.member[0], GET, 0, hzt_held, NULL);
	for (int i = 0; i < STALE_THREADS; i++) {
		states[i] = (stale){.b = &b, .first = (int64_t)i * STALE_KEYS, .stop = &stop};
		HZT_EQ_INT(pthread_create(&threads[i], NULL, get_in_a_hurry, &states[i]), 0);
	}
	int64_t until_ms = hzt_now_ms() + 1500;
	for (uint64_t round = 0; hzt_now_ms() < until_ms; round++) {
		// Sometimes at once, sometimes a whole crowd of which most are given up.
		hzt_scripted_await_held(b.member[0], GET, 1 + round % 23, PATIENCE_MS);
		hzt_scripted_release(b.member[0], GET, round % 2 == 1, NULL, NULL);
	}
	stop = true;
	hzt_scripted_on(b.member[0], GET, 0, NULL, NULL);
	hzt_scripted_release(b.member[0], GET, false, NULL, NULL);
	uint64_t answered = 0;
	uint64_t given_up = 0;
	for (int i = 0; i < STALE_THREADS; i++) {
		pthread_join(threads[i], NULL);
		HZT_EQ_INT(states[i].wrong, 0);
		answered += states[i].answered;
		given_up += states[i].given_up;
	}
	HZT_CHECK(answered > 20);
	HZT_CHECK(given_up > 20);
	HZT_CHECK(bench_stats(&b).unmatched > 0);
	HZT_EQ_INT(bench_stats(&b).in_flight, 0);
	bench_end(&b);
}

// The answers come in the opposite order, in one write.
static void
swapped_answers(void)
{
	enum { CALLS = 200 };
	bench b;
	hz_future futures[CALLS];
	bench_start(&b, 1, NULL);
	for (int64_t key = 0; key < CALLS; key++) {
		HZT_OK(bench_set(&b, key, key, NULL));
	}
	hzt_scripted_on(b.member[0], GET, CALLS, hzt_held, NULL);
	for (int64_t key = 0; key < CALLS; key++) {
		futures[key] = hz_map_get_async(b.map, hz_i64(key));
	}
	hzt_scripted_await_held(b.member[0], GET, CALLS, PATIENCE_MS);
	uint64_t reads = bench_stats(&b).reads;
	HZT_EQ_INT(hzt_scripted_release(b.member[0], GET, true, NULL, NULL), CALLS);
	for (int64_t key = 0; key < CALLS; key++) {
		hz_value out;
		int64_t got = -1;
		HZT_OK(hz_await_value(futures[key], &out, NULL));
		HZT_OK(hz_value_get_i64(&out, &got));
		HZT_EQ_INT(got, key);
		hz_value_clear(&out);
	}
	// Several answers are read in one system call.
	HZT_CHECK(bench_stats(&b).reads - reads < CALLS / 10);
	bench_end(&b);
}

static void
to_another_connection(void *ctx, hzt_request *request)
{
	hzt_scripted *other = ctx;
	hzi_buf out = {0};
	hzt_make_default(request, &out);
	hzt_scripted_send(other, 0, out.data, out.len);
	hzi_buf_clear(&out);
}

// An answer counts only on the connection that its request went over.
static void
answer_on_another_connection(void)
{
	bench b;
	hz_error err = {0};
	bench_start(&b, 2, NULL);
	int64_t key = bench_key(&b, 0, 1);
	hzt_scripted_on(b.member[0], PUT, 1, to_another_connection, b.member[1]);
	HZT_OK(hz_map_call(b.map, &(hz_call){.timeout_ms = 200}));
	HZT_EQ_INT(bench_put(&b, key, 1, NULL, &err), HZ_ERR_TIMEOUT);
	HZT_CHECK(err.in_doubt);
	HZT_EQ_INT(bench_stats(&b).unmatched, 1);
	HZT_OK(hz_map_call(b.map, NULL));
	bench_end(&b);
}

// ---- Takes that are given up ----

typedef struct late {
	_Atomic int n;
	int64_t value;
	char name[16];
} late;

static void
take_late_item(void *ctx, const char *name, const hz_value *item)
{
	late *l = ctx;
	(void)hz_value_get_i64(item, &l->value);
	strncpy(l->name, name, sizeof(l->name) - 1);
	l->n++;
}

static bool
came_late(void *ctx)
{
	late *l = ctx;
	return l->n > 0;
}

static void
start_with_late(bench *b, late *l)
{
	*l = (late){0};
	bench_members(b, 1, NULL, NULL);
	HZT_OK(hz_config_on_late_item(b->config, take_late_item, l, NULL));
	bench_connect(b);
	bench_await_connections(b, 1);
}

static bool
none_parked(void *ctx)
{
	return bench_stats(ctx).parked == 0;
}

static void
await_late(bench *b, late *l, int64_t value)
{
	HZT_AWAIT(came_late, l, PATIENCE_MS);
	HZT_EQ_INT(l->n, 1);
	HZT_EQ_INT(l->value, value);
	HZT_EQ_STR(l->name, "q");
	HZT_EQ_INT(bench_stats(b).late_items, 1);
	// The record goes back right after the item was handed over.
	HZT_AWAIT(none_parked, b, PATIENCE_MS);
}

static void
cancelled_take(void)
{
	bench b;
	late l;
	hz_cancel *cancel;
	hz_value out;
	hz_error err = {0};
	start_with_late(&b, &l);
	HZT_OK(hz_cancel_new(b.client, &cancel, NULL));
	HZT_OK(hz_queue_call(b.queue, &(hz_call){.cancel = cancel}));
	hz_future future = hz_queue_take_async(b.queue);
	hzt_scripted_await_request(b.member[0], TAKE, 1, PATIENCE_MS);
	HZT_EQ_INT(bench_stats(&b).parked, 1);
	hz_cancel_fire(cancel);
	HZT_EQ_INT(hz_await_value(future, &out, &err), HZ_ERR_CANCELLED);
	HZT_CHECK(err.in_doubt);
	// Fired once is fired for good.
	HZT_EQ_INT(hz_queue_take(b.queue, &out, &err), HZ_ERR_CANCELLED);
	HZT_CHECK(!err.in_doubt);
	HZT_EQ_INT(hzt_scripted_count(b.member[0], TAKE), 1);
	HZT_OK(hz_queue_call(b.queue, NULL));
	HZT_OK(hz_queue_offer(b.queue, hz_i64(77), 0, NULL, NULL));
	await_late(&b, &l, 77);
	hz_cancel_destroy(&cancel);
	bench_end(&b);
}

// The member misses the deadline that it was told; its item is not lost.
static void
expired_take(void)
{
	bench b;
	late l;
	hz_value out;
	hz_error err = {0};
	start_with_late(&b, &l);
	HZT_OK(hz_queue_offer(b.queue, hz_i64(5), 0, NULL, NULL));
	hzt_scripted_on(b.member[0], POLL, 1, hzt_held, NULL);
	HZT_OK(hz_queue_call(b.queue, &(hz_call){.timeout_ms = 100}));
	int64_t start = hzt_now_ms();
	HZT_EQ_INT(hz_queue_take(b.queue, &out, &err), HZ_ERR_TIMEOUT);
	HZT_CHECK(hzt_now_ms() - start < INT64_C(10000) * hzt_slowness());
	HZT_CHECK(err.in_doubt);
	HZT_EQ_INT(hzt_scripted_release(b.member[0], POLL, false, NULL, NULL), 1);
	await_late(&b, &l, 5);
	bench_end(&b);
}

// In time, and nobody is in doubt: the member says that there was nothing.
static void
empty_queue(void)
{
	bench b;
	late l;
	hz_value out;
	hz_error err = {0};
	start_with_late(&b, &l);
	HZT_OK(hz_queue_call(b.queue, &(hz_call){.timeout_ms = 100}));
	HZT_EQ_INT(hz_queue_take(b.queue, &out, &err), HZ_ERR_TIMEOUT);
	HZT_CHECK(!err.in_doubt);
	HZT_OK(hz_queue_poll(b.queue, 20, &out, NULL));
	HZT_CHECK(hz_value_is_null(&out));
	HZT_EQ_INT(l.n, 0);
	bench_end(&b);
}

// The connection ends with the take parked: nothing can come any more, and it is not sent again.
static void
take_on_a_lost_connection(void)
{
	bench b;
	late l;
	hz_value out;
	hz_error err = {0};
	start_with_late(&b, &l);
	hz_future future = hz_queue_take_async(b.queue);
	hzt_scripted_await_request(b.member[0], TAKE, 1, PATIENCE_MS);
	hzt_scripted_disconnect(b.member[0], HZT_RESET);
	HZT_EQ_INT(hz_await_value(future, &out, &err), HZ_ERR_DISCONNECTED);
	HZT_CHECK(err.in_doubt);
	bench_await_connections(&b, 1);
	HZT_EQ_INT(hzt_scripted_count(b.member[0], TAKE), 1);
	bench_end(&b);
}

// ---- Cancel tokens ----

static void
one_token_for_many(void)
{
	enum { CALLS = 100 };
	bench b;
	hz_cancel *cancel;
	hz_future futures[CALLS];
	bench_start(&b, 1, NULL);
	HZT_OK(hz_cancel_new(b.client, &cancel, NULL));
	hz_map *map;
	HZT_OK(hz_map_open(b.client, "m", &(hz_call){.cancel = cancel}, &map, NULL));
	hzt_scripted_on(b.member[0], PUT, 0, hzt_held, NULL);
	for (int i = 0; i < CALLS; i++) {
		futures[i] = hz_map_put_async(map, hz_i64(i), hz_i64(i), NULL);
	}
	hz_future other = hz_map_put_async(b.map, hz_i64(1), hz_i64(1), NULL);
	hzt_scripted_await_held(b.member[0], PUT, CALLS + 1, PATIENCE_MS);
	hz_cancel_fire(cancel);
	hz_cancel_fire(cancel);
	for (int i = 0; i < CALLS; i++) {
		hz_value out;
		hz_error err = {0};
		HZT_EQ_INT(hz_await_value(futures[i], &out, &err), HZ_ERR_CANCELLED);
		HZT_CHECK(err.in_doubt);
	}
	HZT_CHECK(!hz_future_done(other));
	hzt_scripted_release(b.member[0], PUT, false, NULL, NULL);
	hz_value out;
	HZT_OK(hz_await_value(other, &out, NULL));
	hz_value_clear(&out);
	hz_map_close(&map);
	hz_cancel_destroy(&cancel);
	HZT_EQ_INT(bench_stats(&b).in_flight, 0);
	bench_end(&b);
}

typedef struct blocked {
	bench *b;
	hz_err result;
	hz_error err;
	_Atomic bool done;
} blocked;

static void *
put_and_say(void *arg)
{
	blocked *w = arg;
	w->result = bench_put(w->b, 9, 9, NULL, &w->err);
	w->done = true;
	return NULL;
}

// A caller that waits for a connection, not for an answer.
static void
cancelled_while_offline(void)
{
	bench b;
	hz_cancel *cancel;
	blocked w = {.b = &b};
	pthread_t thread;
	bench_start(&b, 1, NULL);
	HZT_OK(hz_cancel_new(b.client, &cancel, NULL));
	HZT_OK(hz_map_call(b.map, &(hz_call){.cancel = cancel}));
	hzt_scripted_down(b.member[0], HZT_CLOSE);
	bench_await_connections(&b, 0);
	uint64_t calls = bench_stats(&b).retries;
	HZT_EQ_INT(pthread_create(&thread, NULL, put_and_say, &w), 0);
	while (bench_stats(&b).retries == calls && !w.done) {
	}
	HZT_CHECK(!w.done);
	hz_cancel_fire(cancel);
	pthread_join(thread, NULL);
	HZT_EQ_INT(w.result, HZ_ERR_CANCELLED);
	HZT_CHECK(!w.err.in_doubt);
	HZT_OK(hz_map_call(b.map, NULL));
	hz_cancel_destroy(&cancel);
	bench_end(&b);
}

// A member's words are kept as one line, however many they are.
static void
words_of_a_member(void)
{
	static const hzt_error_answer wordy = {
			61, "java.lang.UnsupportedOperationException", "first\n\tsecond\x1b[2J"};
	bench b;
	hz_error err;
	bench_start(&b, 1, NULL);
	hzt_scripted_on(b.member[0], PUT, 1, hzt_failing, (void *)&wordy);
	HZT_EQ_INT(bench_put(&b, 1, 2, NULL, &err), HZ_ERR_UNSUPPORTED);
	HZT_EQ_STR(err.message, "first  second [2J");
	HZT_EQ_STR(err.where, "java.lang.UnsupportedOperationException");
	bench_end(&b);
}

static const hzt_case cases[] = {
		{"late_answers_reach_nobody_else", late_answers_reach_nobody_else},
		{"swapped_answers", swapped_answers},
		{"answer_on_another_connection", answer_on_another_connection},
		{"cancelled_take", cancelled_take},
		{"expired_take", expired_take},
		{"empty_queue", empty_queue},
		{"take_on_a_lost_connection", take_on_a_lost_connection},
		{"one_token_for_many", one_token_for_many},
		{"cancelled_while_offline", cancelled_while_offline},
		{"words_of_a_member", words_of_a_member},
};

HZT_MAIN("calls", cases)
