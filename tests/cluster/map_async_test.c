// SPDX-License-Identifier: Apache-2.0
//
// The asynchronous forms on a real cluster: every way to consume a future.
#include "tests/cluster/session.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>

enum { MANY = 500 };

static hz_error err;

static void
many_are_under_way_at_once(void)
{
	hz_map *map = session_map("async");
	static hz_future futures[MANY];
	hz_value value;
	hz_batch_begin(session_client());
	for (int i = 0; i < MANY; i++) {
		futures[i] = hz_map_set_async(map, hz_i32(i), hz_i64(i), NULL);
	}
	hz_batch_end(session_client());
	for (int i = 0; i < MANY; i++) {
		HZT_OK_ERR(hz_await_none(futures[i], &err), &err);
	}
	for (int i = 0; i < MANY; i++) {
		futures[i] = hz_map_get_async(map, hz_i32(i));
	}
	// In any order.
	for (int i = MANY - 1; i >= 0; i--) {
		HZT_OK_ERR(hz_await_value(futures[i], &value, &err), &err);
		HZT_CHECK(took_i64(&value, i));
	}
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static void
each_kind_has_its_await(void)
{
	hz_map *map = session_map("kinds");
	bool b = false;
	int32_t n = 0;
	hz_value value;
	hz_items *items = NULL;
	void *view = NULL;
	HZT_OK_ERR(hz_await_none(hz_map_set_async(map, hz_i32(1), hz_i64(1), NULL), &err), &err);
	HZT_OK_ERR(hz_await_bool(hz_map_contains_key_async(map, hz_i32(1)), &b, &err), &err);
	HZT_OK_ERR(hz_await_i32(hz_map_size_async(map), &n, &err), &err);
	HZT_OK_ERR(hz_await_value(hz_map_get_async(map, hz_i32(1)), &value, &err), &err);
	HZT_OK_ERR(hz_await_items(hz_map_entry_set_async(map), &items, &err), &err);
	HZT_OK_ERR(hz_await_object(hz_map_get_entry_view_async(map, hz_i32(1)), &view, &err), &err);
	HZT_CHECK(b && n == 1 && took_i64(&value, 1) && hz_items_count(items) == 1 && view != NULL);
	hz_items_destroy(&items);
	hz_entry_view *shown = view;
	hz_entry_view_destroy(&shown);
	HZT_EQ_INT(hz_await_i32(hz_map_get_async(map, hz_i32(1)), &n, &err), HZ_ERR_TYPE);
	hz_future future = hz_map_size_async(map);
	HZT_OK_ERR(hz_await_i32(future, &n, &err), &err);
	HZT_EQ_INT(hz_await_i32(future, &n, &err), HZ_ERR_ARGUMENT);
	HZT_CHECK(hz_future_done(future));
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

// ---- Callbacks ----

typedef struct sum {
	_Atomic int calls;
	_Atomic int64_t total;
	_Atomic int failures;
	pthread_t submitter;
	_Atomic bool on_submitter;
	hz_map *map;
} sum;

static void
add_value(void *ctx, hz_err e, hz_result *result, const hz_error *error)
{
	sum *s = ctx;
	int64_t n = 0;
	bool fine = e == HZ_OK && error == NULL && result->kind == HZ_RESULT_VALUE &&
			hz_value_get_i64(&result->u.value, &n) == HZ_OK;
	if (pthread_equal(pthread_self(), s->submitter)) {
		atomic_store(&s->on_submitter, true);
	}
	atomic_fetch_add(&s->failures, !fine);
	atomic_fetch_add(&s->total, n);
	atomic_fetch_add(&s->calls, 1);
}

static bool
all_called(void *ctx)
{
	const sum *s = ctx;
	return atomic_load(&s->calls) == MANY;
}

static hz_map *
filled_map(void)
{
	hz_map *map = session_map("callbacks");
	for (int i = 0; i < MANY; i++) {
		hz_drop(hz_map_set_async(map, hz_i32(i), hz_i64(i), NULL));
	}
	int32_t n = 0;
	for (int64_t until = hzt_now_ms() + 10000; n < MANY && hzt_now_ms() < until;) {
		HZT_OK_ERR(hz_map_size(map, &n, &err), &err);
	}
	HZT_EQ_INT(n, MANY);
	return map;
}

static void
then_calls_from_a_worker(void)
{
	static sum s;
	hz_map *map = filled_map();
	s.submitter = pthread_self();
	for (int i = 0; i < MANY; i++) {
		HZT_OK(hz_then(hz_map_get_async(map, hz_i32(i)), add_value, &s));
	}
	HZT_AWAIT(all_called, &s, 10000);
	HZT_EQ_INT(atomic_load(&s.failures), 0);
	HZT_EQ_INT(atomic_load(&s.total), MANY * (MANY - 1) / 2);
	HZT_CHECK(!atomic_load(&s.on_submitter));
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static void
keep_view(void *ctx, hz_err e, hz_result *result, const hz_error *error)
{
	_Atomic(void *) *kept = ctx;
	void *view = NULL;
	hz_value none;
	(void)error;
	if (e == HZ_OK && hz_result_take_value(result, &none) == HZ_ERR_TYPE &&
			hz_result_take_object(result, &view) == HZ_OK) {
		atomic_store(kept, view);
	}
}

static bool
has_view(void *ctx)
{
	const _Atomic(void *) *kept = ctx;
	return atomic_load(kept) != NULL;
}

static void
an_object_outlives_its_callback(void)
{
	static _Atomic(void *) kept;
	hz_map *map = session_map("kept");
	hz_value key;
	HZT_OK_ERR(hz_map_set(map, hz_i32(7), hz_i64(1), NULL, &err), &err);
	HZT_OK(hz_then(hz_map_get_entry_view_async(map, hz_i32(7)), keep_view, &kept));
	HZT_AWAIT(has_view, &kept, 10000);
	hz_entry_view *view = atomic_load(&kept);
	key = view->key;
	int32_t n = 0;
	HZT_OK(hz_value_get_i32(&key, &n));
	HZT_EQ_INT(n, 7);
	hz_entry_view_destroy(&view);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static void
a_completion_queue_calls_where_it_is_dispatched(void)
{
	static sum s;
	hz_map *map = filled_map();
	hz_completions *completions = NULL;
	s.submitter = pthread_self();
	HZT_OK_ERR(hz_completions_new(session_client(), &completions, &err), &err);
	for (int i = 0; i < MANY; i++) {
		HZT_OK(hz_complete_to(
				hz_map_get_async(map, hz_i32(i)), completions, add_value, &s));
	}
	struct pollfd fd = {.fd = hz_completions_fd(completions), .events = POLLIN};
	while (atomic_load(&s.calls) < MANY && poll(&fd, 1, 10000) == 1) {
		hz_completions_dispatch(completions, 16);
	}
	HZT_EQ_INT(atomic_load(&s.calls), MANY);
	HZT_EQ_INT(atomic_load(&s.failures), 0);
	HZT_EQ_INT(atomic_load(&s.total), MANY * (MANY - 1) / 2);
	HZT_CHECK(atomic_load(&s.on_submitter));
	hz_completions_destroy(&completions);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static void
use_the_map(void *ctx, hz_err e, hz_result *result, const hz_error *error)
{
	sum *s = ctx;
	hz_queue *queue = NULL;
	hz_value value = hz_null();
	(void)result;
	(void)error;
	// A call with a deadline works here; one that could wait for ever is refused.
	bool fine = e == HZ_OK &&
			hz_map_set(s->map, hz_str("here"), hz_i64(5), NULL, NULL) == HZ_OK &&
			map_has(s->map, hz_str("here"), 5);
	fine = fine &&
			hz_queue_open(session_client(), hz_map_name(s->map), NULL, &queue, NULL) ==
					HZ_OK;
	fine = fine && hz_queue_take(queue, &value, NULL) == HZ_ERR_WOULD_DEADLOCK;
	fine = fine && hz_map_lock(s->map, hz_str("k"), NULL, NULL) == HZ_ERR_WOULD_DEADLOCK;
	hz_queue_close(&queue);
	atomic_fetch_add(&s->failures, !fine);
	atomic_fetch_add(&s->calls, MANY);
}

static void
callbacks_may_make_calls(void)
{
	static sum s;
	hz_map *map = session_map("inside");
	s.map = map;
	HZT_OK(hz_then(hz_map_size_async(map), use_the_map, &s));
	HZT_AWAIT(all_called, &s, 10000);
	HZT_EQ_INT(atomic_load(&s.failures), 0);
	HZT_OK_ERR(hz_map_force_unlock(map, hz_str("k"), &err), &err);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

// ---- Other threads ----

static void *
write_some(void *ctx)
{
	static _Atomic int failed;
	static _Atomic int next;
	int first = atomic_fetch_add(&next, 100);
	for (int i = 0; i < 100; i++) {
		hz_err e = hz_map_set(ctx, hz_i32(first + i), hz_i64(i), NULL, NULL);
		atomic_fetch_add(&failed, e != HZ_OK);
	}
	return &failed;
}

static void
one_handle_serves_many_threads(void)
{
	enum { THREADS = 8 };
	hz_map *map = session_map("threads");
	pthread_t threads[THREADS];
	void *failed = NULL;
	int32_t n = 0;
	for (int i = 0; i < THREADS; i++) {
		HZT_EQ_INT(pthread_create(&threads[i], NULL, write_some, map), 0);
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], &failed);
	}
	HZT_EQ_INT(atomic_load((_Atomic int *)failed), 0);
	HZT_OK_ERR(hz_map_size(map, &n, &err), &err);
	HZT_EQ_INT(n, THREADS * 100);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static const hzt_case cases[] = {
		{"many_are_under_way_at_once", many_are_under_way_at_once},
		{"each_kind_has_its_await", each_kind_has_its_await},
		{"then_calls_from_a_worker", then_calls_from_a_worker},
		{"an_object_outlives_its_callback", an_object_outlives_its_callback},
		{"a_completion_queue_calls_where_it_is_dispatched",
				a_completion_queue_calls_where_it_is_dispatched},
		{"callbacks_may_make_calls", callbacks_may_make_calls},
		{"one_handle_serves_many_threads", one_handle_serves_many_threads},
};

HZT_MAIN("map_async", cases)
