// SPDX-License-Identifier: Apache-2.0
//
// What may be done in a callback and what not; that callbacks which block stop nobody else;
// completion queues.
#include "protocol/gen/map.h"
#include "protocol/gen/queue.h"
#include "tests/scripted/bench.h"

#include <poll.h>
#include <stdatomic.h>
#include <string.h>

#define GET HZP_MAP_GET_REQUEST.id
#define PUT HZP_MAP_PUT_REQUEST.id

static const hzt_error_answer migrating = {39, "PartitionMigratingException", "not now"};

static bool
is_true(void *ctx)
{
	_Atomic bool *flag = ctx;
	return *flag;
}

// ---- Calls from a callback ----

typedef struct inside {
	bench *b;
	hz_err result;
	hz_err put, get, take, poll, shutdown;
	int64_t got;
	bool destroyed;
	_Atomic bool done;
} inside;

static void
use_the_client(inside *in)
{
	bench *b = in->b;
	hz_value out;
	hz_client *client = b->client;
	in->put = bench_put(b, 100, 1000, NULL, NULL);
	in->get = bench_get(b, 100, &in->got, NULL);
	in->poll = hz_queue_poll(b->queue, 1, &out, NULL);
	in->take = hz_queue_take(b->queue, &out, NULL);
	in->shutdown = hz_client_shutdown(b->client, 100, NULL);
	hz_client_destroy(&client);
	in->destroyed = client == NULL;
	in->done = true;
}

static void
check_inside(const inside *in)
{
	HZT_OK(in->put);
	HZT_OK(in->get);
	HZT_EQ_INT(in->got, 1000);
	HZT_OK(in->poll);
	HZT_EQ_INT(in->take, HZ_ERR_WOULD_DEADLOCK);
	HZT_EQ_INT(in->shutdown, HZ_ERR_WOULD_DEADLOCK);
	HZT_CHECK(!in->destroyed);
}

static void
completed(void *ctx, hz_err e, hz_result *result, const hz_error *err)
{
	inside *in = ctx;
	(void)result;
	(void)err;
	in->result = e;
	use_the_client(in);
}

static void
calls_from_a_completion(void)
{
	bench b;
	inside in = {.b = &b};
	bench_start(&b, 1, NULL);
	HZT_OK(hz_then(hz_map_get_async(b.map, hz_i64(1)), completed, &in));
	HZT_AWAIT(is_true, &in.done, PATIENCE_MS);
	HZT_OK(in.result);
	check_inside(&in);
	// The take was refused before it left: it takes nothing.
	HZT_EQ_INT(hzt_scripted_count(b.member[0], HZP_QUEUE_TAKE_REQUEST.id), 0);
	HZT_EQ_INT(bench_stats(&b).late_items, 0);
	HZT_EQ_INT(bench_stats(&b).parked, 0);
	bench_end(&b);
}

static void
opened(void *ctx, const hz_member *member)
{
	(void)member;
	use_the_client(ctx);
}

static void
calls_from_a_listener(void)
{
	bench b;
	inside in = {.b = &b};
	hz_listener_id id;
	bench_start(&b, 1, NULL);
	hz_connection_listener listener = {.size = sizeof(listener), .ctx = &in, .opened = opened};
	HZT_OK(hz_client_listen_connections(b.client, &listener, &id, NULL));
	hzt_scripted_disconnect(b.member[0], HZT_CLOSE);
	HZT_AWAIT(is_true, &in.done, PATIENCE_MS);
	check_inside(&in);
	HZT_OK(hz_listener_remove(b.client, id, NULL));
	bench_end(&b);
}

// ---- A callback that blocks ----

typedef struct blocker {
	_Atomic bool entered, release, left;
} blocker;

static void
block(void *ctx, hz_err e, hz_result *result, const hz_error *err)
{
	blocker *k = ctx;
	(void)e;
	(void)result;
	(void)err;
	k->entered = true;
	while (!k->release) {
		poll(NULL, 0, 1);
	}
	k->left = true;
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

typedef struct waiting {
	hz_completions *queue;
	outcome *o;
} waiting;

static bool
dispatched(void *ctx)
{
	waiting *w = ctx;
	hz_completions_dispatch(w->queue, 0);
	return w->o->done;
}

// The only user worker is stuck in a callback: retries and deadlines of other asynchronous calls go
// on, and so do synchronous calls.
static void
blocked_callback_stops_nobody(void)
{
	bench b;
	blocker k = {false};
	outcome tried = {0};
	outcome late = {0};
	hz_completions *queue;
	bench_start(&b, 1, NULL);
	HZT_OK(hz_completions_new(b.client, &queue, NULL));
	HZT_OK(hz_then(hz_map_get_async(b.map, hz_i64(1)), block, &k));
	HZT_AWAIT(is_true, &k.entered, PATIENCE_MS);
	hzt_scripted_on(b.member[0], PUT, 10, hzt_failing, (void *)&migrating);
	HZT_OK(hz_complete_to(
			hz_map_put_async(b.map, hz_i64(1), hz_i64(1), NULL), queue, note, &tried));
	HZT_AWAIT(dispatched, &((waiting){queue, &tried}), PATIENCE_MS);
	HZT_OK(tried.result);
	HZT_OK(hz_map_call(b.map, &(hz_call){.timeout_ms = 200}));
	hzt_scripted_on(b.member[0], PUT, 1, hzt_silent, NULL);
	int64_t start = hzt_now_ms();
	HZT_OK(hz_complete_to(
			hz_map_put_async(b.map, hz_i64(1), hz_i64(1), NULL), queue, note, &late));
	HZT_AWAIT(dispatched, &((waiting){queue, &late}), PATIENCE_MS);
	HZT_EQ_INT(late.result, HZ_ERR_TIMEOUT);
	HZT_CHECK(late.err.in_doubt);
	HZT_CHECK(hzt_now_ms() - start < PATIENCE_MS);
	HZT_OK(hz_map_call(b.map, NULL));
	HZT_OK(bench_put(&b, 2, 2, NULL, NULL));
	HZT_CHECK(!k.left);
	k.release = true;
	HZT_AWAIT(is_true, &k.left, PATIENCE_MS);
	hz_completions_destroy(&queue);
	bench_end(&b);
}

// Shutdown does not wait for it past its deadline, and says so; what the callback still needs
// stays.
static void
shutdown_leaves_it_behind(void)
{
	bench b;
	blocker k = {false};
	hz_error err = {0};
	bench_start(&b, 1, NULL);
	int threads = bench_threads();
	HZT_OK(hz_then(hz_map_get_async(b.map, hz_i64(1)), block, &k));
	HZT_AWAIT(is_true, &k.entered, PATIENCE_MS);
	hz_map_close(&b.map);
	hz_queue_close(&b.queue);
	int64_t start = hzt_now_ms();
	HZT_EQ_INT(hz_client_shutdown(b.client, 200, &err), HZ_ERR_TIMEOUT);
	HZT_CHECK(hzt_now_ms() - start < PATIENCE_MS);
	HZT_CHECK(err.message[0] != '\0');
	hz_client_destroy(&b.client);
	HZT_CHECK(!k.left);
	k.release = true;
	HZT_AWAIT(is_true, &k.left, PATIENCE_MS);
	bench_await_threads(threads - 1);
	bench_close(&b);
}

// ---- Consumers ----

static void
take_value(void *ctx, hz_err e, hz_result *result, const hz_error *err)
{
	outcome *o = ctx;
	hz_value value = hz_null();
	int64_t got = 0;
	hz_items *items = NULL;
	HZT_OK(e);
	HZT_CHECK(err == NULL);
	HZT_EQ_INT(result->kind, HZ_RESULT_VALUE);
	HZT_EQ_INT(hz_result_take_items(result, &items), HZ_ERR_TYPE);
	HZT_OK(hz_result_take_value(result, &value));
	HZT_OK(hz_value_get_i64(&value, &got));
	HZT_EQ_INT(got, 12);
	hz_value_clear(&value);
	o->done = true;
}

// hz_then before the answer, at the same time, and after it; with a failure; with a refused call.
static void
then_at_any_time(void)
{
	bench b;
	bench_start(&b, 1, NULL);
	HZT_OK(bench_put(&b, 1, 12, NULL, NULL));
	for (int i = 0; i < 300; i++) {
		outcome o = {0};
		hz_future future = hz_map_get_async(b.map, hz_i64(1));
		if (i % 3 == 0) {
			HZT_OK(bench_get(&b, 1, NULL, NULL)); // by then the answer is here
		}
		HZT_OK(hz_then(future, take_value, &o));
		HZT_EQ_INT(hz_then(future, take_value, &o), HZ_ERR_ARGUMENT);
		HZT_AWAIT(is_true, &o.done, PATIENCE_MS);
	}
	hz_future future = hz_map_get_async(b.map, hz_i64(1));
	HZT_EQ_INT(hz_then(future, NULL, NULL), HZ_ERR_ARGUMENT);
	hz_drop(future);
	// A null key is refused before anything is sent; its callback comes all the same.
	outcome refused = {0};
	HZT_OK(hz_then(hz_map_get_async(b.map, hz_null()), note, &refused));
	HZT_AWAIT(is_true, &refused.done, PATIENCE_MS);
	HZT_EQ_INT(refused.result, refused.err.code);
	HZT_CHECK(refused.result != HZ_OK);
	bench_end(&b);
}

static void
count(void *ctx, hz_err e, hz_result *result, const hz_error *err)
{
	(void)result;
	(void)err;
	*(int *)ctx += e == HZ_OK;
}

static bool
is_readable(void *ctx)
{
	struct pollfd fd = {.fd = *(int *)ctx, .events = POLLIN};
	return poll(&fd, 1, 0) == 1;
}

static void
completion_queue(void)
{
	enum { CALLS = 50 };
	bench b;
	hz_completions *queue;
	int done = 0;
	bench_start(&b, 1, NULL);
	HZT_OK(hz_completions_new(b.client, &queue, NULL));
	int fd = hz_completions_fd(queue);
	HZT_CHECK(!is_readable(&fd));
	HZT_EQ_INT(hz_completions_dispatch(queue, 0), 0);
	hzt_scripted_on(b.member[0], PUT, 0, hzt_held, NULL);
	for (int i = 0; i < CALLS; i++) {
		hz_future future = hz_map_put_async(b.map, hz_i64(i), hz_i64(i), NULL);
		HZT_OK(hz_complete_to(future, queue, count, &done));
	}
	hzt_scripted_await_held(b.member[0], PUT, CALLS, PATIENCE_MS);
	HZT_CHECK(!is_readable(&fd));
	hzt_scripted_release(b.member[0], PUT, false, NULL, NULL);
	while (done < CALLS) {
		HZT_AWAIT(is_readable, &fd, PATIENCE_MS);
		HZT_CHECK(hz_completions_dispatch(queue, 7) <= 7);
	}
	HZT_EQ_INT(hz_completions_dispatch(queue, 0), 0);
	HZT_CHECK(!is_readable(&fd));
	// Destroyed with calls on their way, and with results that nobody fetched.
	hzt_scripted_on(b.member[0], PUT, 1, NULL, NULL);
	for (int i = 0; i < 2; i++) {
		hz_future future = hz_map_put_async(b.map, hz_i64(i), hz_i64(i), NULL);
		HZT_OK(hz_complete_to(future, queue, count, &done));
	}
	hz_future get = hz_map_get_async(b.map, hz_i64(1));
	HZT_OK(hz_complete_to(get, queue, count, &done));
	HZT_AWAIT(is_readable, &fd, PATIENCE_MS);
	hz_completions_destroy(&queue);
	hzt_scripted_on(b.member[0], PUT, 0, NULL, NULL);
	hzt_scripted_release(b.member[0], PUT, false, NULL, NULL);
	HZT_OK(bench_get(&b, 1, NULL, NULL));
	HZT_EQ_INT(done, CALLS);
	bench_end(&b);
}

typedef struct destroyer {
	hz_completions *queue;
	int called;
} destroyer;

static void
destroy_the_queue(void *ctx, hz_err e, hz_result *result, const hz_error *err)
{
	destroyer *d = ctx;
	(void)e;
	(void)result;
	(void)err;
	d->called++;
	hz_completions_destroy(&d->queue);
}

// A function of the queue destroys it: those behind it are not called any more.
static void
destroyed_from_inside(void)
{
	enum { CALLS = 5 };
	bench b;
	destroyer d = {NULL, 0};
	bench_start(&b, 1, NULL);
	HZT_OK(hz_completions_new(b.client, &d.queue, NULL));
	hz_completions *queue = d.queue;
	int fd = hz_completions_fd(queue);
	hzt_scripted_on(b.member[0], PUT, 0, hzt_held, NULL);
	for (int i = 0; i < CALLS; i++) {
		hz_future future = hz_map_put_async(b.map, hz_i64(i), hz_i64(i), NULL);
		HZT_OK(hz_complete_to(future, queue, destroy_the_queue, &d));
	}
	hzt_scripted_await_held(b.member[0], PUT, CALLS, PATIENCE_MS);
	hzt_scripted_on(b.member[0], PUT, 0, NULL, NULL);
	hzt_scripted_release(b.member[0], PUT, false, NULL, NULL);
	HZT_AWAIT(is_readable, &fd, PATIENCE_MS);
	HZT_EQ_INT(hz_completions_dispatch(queue, 0), 1);
	HZT_EQ_INT(d.called, 1);
	HZT_CHECK(d.queue == NULL);
	bench_end(&b);
}

static const hzt_case cases[] = {
		{"calls_from_a_completion", calls_from_a_completion},
		{"calls_from_a_listener", calls_from_a_listener},
		{"blocked_callback_stops_nobody", blocked_callback_stops_nobody},
		{"shutdown_leaves_it_behind", shutdown_leaves_it_behind},
		{"then_at_any_time", then_at_any_time},
		{"completion_queue", completion_queue},
		{"destroyed_from_inside", destroyed_from_inside},
};

HZT_MAIN("callbacks", cases)
