// SPDX-License-Identifier: Apache-2.0
//
// Room for calls: what takes a permit, what waits for one and what does not, and that none gets
// lost.
#include "protocol/gen/map.h"
#include "tests/scripted/bench.h"

#include <pthread.h>
#include <stdatomic.h>

#define GET HZP_MAP_GET_REQUEST.id
#define PUT HZP_MAP_PUT_REQUEST.id
#define GET_ALL HZP_MAP_GET_ALL_REQUEST.id
#define PUT_ALL HZP_MAP_PUT_ALL_REQUEST.id

enum { KEYS = 20 };

// A pause so long that whoever is not told of room would be seen to sleep.
#define LONG_PAUSE "hazelcast.client.invocation.retry.pause.millis", "60000"
#define LIMIT "hazelcast.client.max.concurrent.invocations"

static const char *const one[] = {LIMIT, "1", LONG_PAUSE, NULL};
static const char *const two[] = {LIMIT, "2", LONG_PAUSE, NULL};

typedef struct many {
	hz_value key[KEYS];
	hz_entry entry[KEYS];
} many;

static many
make_many(void)
{
	many all;
	for (int i = 0; i < KEYS; i++) {
		all.key[i] = hz_i64(i);
		all.entry[i] = (hz_entry){.key = hz_i64(i), .value = hz_i64(i)};
	}
	return all;
}

static hz_future
get_many(bench *b)
{
	many all = make_many();
	return hz_map_get_all_async(b->map, all.key, KEYS);
}

static hz_future
put_many(bench *b)
{
	many all = make_many();
	return hz_map_put_all_async(b->map, all.entry, KEYS);
}

static bool
is_true(void *ctx)
{
	_Atomic bool *flag = ctx;
	return *flag;
}

static hz_err
get_all(bench *b, hz_error *err)
{
	hz_items *items = NULL;
	hz_err e = hz_run_items(get_many(b), &items, err);
	hz_items_destroy(&items);
	return e;
}

// ---- A fan-out is one call ----

static void
many_parts_take_one_permit(void)
{
	bench b;
	bench_start(&b, 1, one);
	hzt_scripted_on(b.member[0], PUT_ALL, 0, hzt_held, NULL);
	hz_future future = put_many(&b);
	hzt_scripted_await_held(b.member[0], PUT_ALL, KEYS / 2, PATIENCE_MS);
	HZT_EQ_INT(bench_stats(&b).in_flight, 1);
	hzt_scripted_on(b.member[0], PUT_ALL, 0, NULL, NULL);
	hzt_scripted_release(b.member[0], PUT_ALL, false, NULL, NULL);
	HZT_OK(hz_await_none(future, NULL));
	HZT_EQ_INT(bench_stats(&b).in_flight, 0);
	HZT_OK(get_all(&b, NULL));
	HZT_EQ_INT(bench_stats(&b).in_flight, 0);
	bench_end(&b);
}

typedef struct outcome {
	hz_err result;
	hz_error err;
	_Atomic bool done;
} outcome;

static void
note(void *ctx, hz_err e, hz_result *result, const hz_error *err)
{
	outcome *o = ctx;
	(void)result;
	o->result = e;
	if (err != NULL) {
		o->err = *err;
	}
	o->done = true;
}

// Where the only permit is taken, a fan-out that nobody waits for is refused, whole.
static void
no_room_at_once(void)
{
	bench b;
	hz_error err = {0};
	hz_items *items = NULL;
	outcome o = {0};
	bench_start(&b, 1, one);
	hzt_scripted_on(b.member[0], PUT, 0, hzt_held, NULL);
	hz_future held = hz_map_put_async(b.map, hz_i64(1), hz_i64(1), NULL);
	hzt_scripted_await_held(b.member[0], PUT, 1, PATIENCE_MS);
	hz_future refused = get_many(&b);
	HZT_EQ_INT(hz_await_items(refused, &items, &err), HZ_ERR_OVERLOAD);
	HZT_CHECK(!err.in_doubt);
	HZT_OK(hz_then(put_many(&b), note, &o));
	HZT_AWAIT(is_true, &o.done, PATIENCE_MS);
	HZT_EQ_INT(o.result, HZ_ERR_OVERLOAD);
	HZT_CHECK(!o.err.in_doubt);
	hz_drop(put_many(&b));
	HZT_EQ_INT(bench_stats(&b).in_flight, 1);
	hzt_scripted_on(b.member[0], PUT, 0, NULL, NULL);
	hzt_scripted_release(b.member[0], PUT, false, NULL, NULL);
	HZT_OK(hz_await_value(held, NULL, NULL));
	HZT_EQ_INT(hzt_scripted_count(b.member[0], GET_ALL), 0);
	HZT_EQ_INT(hzt_scripted_count(b.member[0], PUT_ALL), 0);
	bench_end(&b);
}

typedef struct waiting {
	bench *b;
	hz_err result;
	hz_error err;
} waiting;

static void *
put_all(void *arg)
{
	waiting *w = arg;
	w->result = hz_run_none(put_many(w->b), &w->err);
	return NULL;
}

// Who waits for it gets room, or an end at the deadline.
static void
blocking_fan_outs_wait(void)
{
	bench b;
	hz_error err = {0};
	waiting w = {.b = &b};
	pthread_t thread;
	bench_start(&b, 1, one);
	hzt_scripted_on(b.member[0], PUT, 0, hzt_held, NULL);
	hz_future held = hz_map_put_async(b.map, hz_i64(1), hz_i64(1), NULL);
	hzt_scripted_await_held(b.member[0], PUT, 1, PATIENCE_MS);
	HZT_OK(hz_map_call(b.map, &(hz_call){.timeout_ms = 200}));
	int64_t start = hzt_now_ms();
	HZT_EQ_INT(get_all(&b, &err), HZ_ERR_TIMEOUT);
	HZT_CHECK(!err.in_doubt);
	HZT_CHECK(hzt_now_ms() - start >= 190);
	HZT_OK(hz_map_call(b.map, NULL));
	HZT_EQ_INT(hzt_scripted_count(b.member[0], GET_ALL), 0);
	HZT_EQ_INT(pthread_create(&thread, NULL, put_all, &w), 0);
	hzt_scripted_on(b.member[0], PUT, 0, NULL, NULL);
	hzt_scripted_release(b.member[0], PUT, false, NULL, NULL);
	start = hzt_now_ms();
	pthread_join(thread, NULL);
	HZT_CHECK(hzt_now_ms() - start < PATIENCE_MS);
	HZT_OK_ERR(w.result, &w.err);
	HZT_CHECK(hzt_scripted_count(b.member[0], PUT_ALL) >= KEYS / 2);
	HZT_OK(hz_await_value(held, NULL, NULL));
	HZT_EQ_INT(bench_stats(&b).in_flight, 0);
	bench_end(&b);
}

// Whatever ends a fan-out, its permit comes back once; and what may have been applied is in doubt.
static void
however_it_ends(void)
{
	static const hzt_error_answer refusal = {17, "IllegalArgumentException", "no"};
	bench b;
	hz_error err;
	bench_start(&b, 1, two);
	HZT_OK(hz_map_call(b.map, &(hz_call){.timeout_ms = 100}));
	hzt_scripted_on(b.member[0], PUT_ALL, 0, hzt_silent, NULL);
	HZT_EQ_INT(hz_run_none(put_many(&b), &err), HZ_ERR_TIMEOUT);
	HZT_CHECK(err.in_doubt);
	HZT_EQ_INT(bench_stats(&b).in_flight, 0);
	hzt_scripted_on(b.member[0], PUT_ALL, 0, hzt_failing, (void *)&refusal);
	HZT_CHECK(hz_run_none(put_many(&b), &err) != HZ_OK);
	HZT_EQ_INT(bench_stats(&b).in_flight, 0);
	// A failure that nobody has read yet holds none either.
	hz_future failed = put_many(&b);
	HZT_CHECK(hz_await_none(failed, NULL) != HZ_OK);
	HZT_EQ_INT(hz_map_put_all(b.map, &(hz_entry){hz_null(), hz_null()}, 1, NULL),
			hz_map_put(b.map, hz_null(), hz_null(), NULL, NULL, NULL));
	HZT_EQ_INT(bench_stats(&b).in_flight, 0);
	HZT_OK(hz_map_call(b.map, NULL));
	hz_drop(get_many(&b));
	HZT_OK(get_all(&b, NULL));
	HZT_OK(hz_map_put_all(b.map, NULL, 0, NULL));
	bench_end(&b);
}

// ---- Many at a time ----

typedef struct busy {
	bench *b;
	int rounds;
	int failed;
} busy;

static void *
fan_out_again_and_again(void *arg)
{
	busy *w = arg;
	for (int i = 0; i < w->rounds; i++) {
		w->failed += get_all(w->b, NULL) != HZ_OK;
	}
	return NULL;
}

static void *
get_again_and_again(void *arg)
{
	busy *w = arg;
	for (int i = 0; i < w->rounds; i++) {
		w->failed += bench_get(w->b, i, NULL, NULL) != HZ_OK;
	}
	return NULL;
}

static void
run_threads(bench *b, void *(*fn)(void *arg), int rounds)
{
	enum { THREADS = 6 };
	pthread_t threads[THREADS];
	busy all[THREADS];
	int64_t start = hzt_now_ms();
	for (int i = 0; i < THREADS; i++) {
		all[i] = (busy){.b = b, .rounds = rounds};
		HZT_EQ_INT(pthread_create(&threads[i], NULL, fn, &all[i]), 0);
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		HZT_EQ_INT(all[i].failed, 0);
	}
	// Far less than a single pause.
	HZT_CHECK(hzt_now_ms() - start < PATIENCE_MS);
	HZT_EQ_INT(bench_stats(b).in_flight, 0);
}

// Fan-outs that wait for each other's room all get through.
static void
fan_outs_take_turns(void)
{
	bench b;
	bench_start(&b, 1, two);
	run_threads(&b, fan_out_again_and_again, 20);
	bench_end(&b);
}

// Room, or a connection, that comes between a refusal and the sleep after it is not slept through.
static void
room_that_came_meanwhile(void)
{
	bench b;
	hz_error err;
	bench_start(&b, 1, one);
	hzt_scripted_on(b.member[0], PUT, 0, hzt_held, NULL);
	hz_future held = hz_map_put_async(b.map, hz_i64(1), hz_i64(1), NULL);
	hzt_scripted_await_held(b.member[0], PUT, 1, PATIENCE_MS);
	hz_future refused = hz_map_get_async(b.map, hz_i64(1));
	hzt_scripted_on(b.member[0], PUT, 0, NULL, NULL);
	hzt_scripted_release(b.member[0], PUT, false, NULL, NULL);
	HZT_OK(hz_await_value(held, NULL, NULL));
	int64_t start = hzt_now_ms();
	HZT_OK_ERR(hz_run_value(refused, NULL, &err), &err);
	HZT_CHECK(hzt_now_ms() - start < PATIENCE_MS);
	bench_end(&b);
}

static bool
is_offline(void *ctx)
{
	return bench_stats(ctx).connections == 0;
}

static void
connection_that_came_meanwhile(void)
{
	bench b;
	hz_error err;
	outcome o = {0};
	bench_start(&b, 1, one);
	hzt_scripted_down(b.member[0], HZT_CLOSE);
	HZT_AWAIT(is_offline, &b, PATIENCE_MS);
	HZT_OK(hz_map_call(b.map, &(hz_call){.timeout_ms = INT64_C(60000)}));
	hz_future asked = hz_map_get_async(b.map, hz_i64(1));
	hzt_scripted_up(b.member[0], (hz_uuid){0, 0}, (hz_uuid){0, 0});
	bench_await_connections(&b, 1);
	int64_t start = hzt_now_ms();
	HZT_OK_ERR(hz_await_value(asked, NULL, &err), &err);
	hzt_scripted_down(b.member[0], HZT_CLOSE);
	HZT_AWAIT(is_offline, &b, PATIENCE_MS);
	asked = hz_map_get_async(b.map, hz_i64(1));
	hzt_scripted_up(b.member[0], (hz_uuid){0, 0}, (hz_uuid){0, 0});
	bench_await_connections(&b, 1);
	HZT_OK(hz_then(asked, note, &o));
	HZT_AWAIT(is_true, &o.done, PATIENCE_MS);
	HZT_OK_ERR(o.result, &o.err);
	HZT_CHECK(hzt_now_ms() - start < PATIENCE_MS);
	bench_end(&b);
}

static void
calls_take_turns(void)
{
	bench b;
	bench_start(&b, 1, one);
	run_threads(&b, get_again_and_again, 300);
	bench_end(&b);
}

// ---- Those who never wait ----

typedef struct inside {
	bench *b;
	_Atomic bool entered, release, done;
	hz_err put, endless;
	hz_error err;
} inside;

static void
call_without_room(void *ctx, hz_err e, hz_result *result, const hz_error *err)
{
	inside *in = ctx;
	bench *b = in->b;
	(void)e;
	(void)result;
	(void)err;
	in->entered = true;
	hzt_await(is_true, &in->release, PATIENCE_MS);
	in->put = hz_run_none(put_many(b), NULL);
	hz_map_call(b->map, &(hz_call){.timeout_ms = HZ_FOREVER});
	in->endless = get_all(b, &in->err);
	hz_map_call(b->map, NULL);
	in->done = true;
}

static void
callbacks_do_not_wait(void)
{
	bench b;
	inside in = {.b = &b};
	bench_start(&b, 1, one);
	HZT_OK(hz_then(hz_map_get_async(b.map, hz_i64(1)), call_without_room, &in));
	HZT_AWAIT(is_true, &in.entered, PATIENCE_MS);
	hzt_scripted_on(b.member[0], PUT, 0, hzt_held, NULL);
	hz_future held = hz_map_put_async(b.map, hz_i64(1), hz_i64(1), NULL);
	hzt_scripted_await_held(b.member[0], PUT, 1, PATIENCE_MS);
	in.release = true;
	HZT_AWAIT(is_true, &in.done, PATIENCE_MS);
	HZT_OK(in.put);
	// Without a deadline it may not wait for the answer, and nothing of it leaves.
	HZT_EQ_INT(in.endless, HZ_ERR_WOULD_DEADLOCK);
	HZT_CHECK(!in.err.in_doubt);
	HZT_EQ_INT(hzt_scripted_count(b.member[0], GET_ALL), 0);
	HZT_EQ_INT(bench_stats(&b).in_flight, 1);
	hzt_scripted_on(b.member[0], PUT, 0, NULL, NULL);
	hzt_scripted_release(b.member[0], PUT, false, NULL, NULL);
	HZT_OK(hz_await_value(held, NULL, NULL));
	bench_end(&b);
}

// The library's own calls find a way where the application's do not.
static void
the_library_does_not_wait(void)
{
	bench b;
	hz_error err;
	hz_listener_id id;
	hz_object_listener listener = {.size = sizeof(listener)};
	bench_start(&b, 1, one);
	hzt_scripted_on(b.member[0], PUT, 0, hzt_held, NULL);
	hz_future held = hz_map_put_async(b.map, hz_i64(1), hz_i64(1), NULL);
	hzt_scripted_await_held(b.member[0], PUT, 1, PATIENCE_MS);
	HZT_OK_ERR(hz_client_listen_objects(b.client, &listener, &id, &err), &err);
	HZT_OK_ERR(hz_listener_remove(b.client, id, &err), &err);
	hzt_scripted_on(b.member[0], PUT, 0, NULL, NULL);
	hzt_scripted_release(b.member[0], PUT, false, NULL, NULL);
	HZT_OK(hz_await_value(held, NULL, NULL));
	bench_end(&b);
}

static const hzt_case cases[] = {
		{"many_parts_take_one_permit", many_parts_take_one_permit},
		{"no_room_at_once", no_room_at_once},
		{"blocking_fan_outs_wait", blocking_fan_outs_wait},
		{"however_it_ends", however_it_ends},
		{"fan_outs_take_turns", fan_outs_take_turns},
		{"calls_take_turns", calls_take_turns},
		{"room_that_came_meanwhile", room_that_came_meanwhile},
		{"connection_that_came_meanwhile", connection_that_came_meanwhile},
		{"callbacks_do_not_wait", callbacks_do_not_wait},
		{"the_library_does_not_wait", the_library_does_not_wait},
};

HZT_MAIN("room for calls", cases)
