// SPDX-License-Identifier: Apache-2.0
//
// Operations on a queue that wait, and how their waiting ends.
#include "tests/cluster/session.h"

#include "tests/support/cluster.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

static hz_error err;

static hz_queue *
same_queue(hz_client *client, const hz_queue *queue, int64_t timeout_ms, hz_cancel *cancel)
{
	hz_queue *same = NULL;
	hz_call call = {.timeout_ms = timeout_ms, .cancel = cancel};
	HZT_OK_ERR(hz_queue_open(client, hz_queue_name(queue), &call, &same, &err), &err);
	return same;
}

static uint64_t
parked(hz_client *client)
{
	hz_stats stats = {.size = sizeof(stats)};
	HZT_OK(hz_client_stats(client, &stats));
	return stats.parked;
}

static bool
is_parked(void *ctx)
{
	(void)ctx;
	return parked(session_client()) == 1;
}

static bool
is_not_parked(void *ctx)
{
	(void)ctx;
	return parked(session_client()) == 0;
}

static void
take_waits_for_an_item(void)
{
	hz_queue *queue = session_queue("wait");
	hz_value item;
	hz_future future = hz_queue_take_async(queue);
	HZT_AWAIT(is_parked, NULL, 20000);
	HZT_CHECK(!hz_future_done(future));
	HZT_OK_ERR(hz_queue_add(queue, hz_i64(1), &err), &err);
	HZT_OK_ERR(hz_await_value(future, &item, &err), &err);
	HZT_CHECK(took_i64(&item, 1));
	HZT_AWAIT(is_not_parked, NULL, 20000);
	HZT_OK_ERR(hz_queue_destroy(&queue, &err), &err);
}

static void
put_waits_for_room(void)
{
	hz_queue *queue = session_queue("bounded");
	hz_value item;
	bool done = false;
	for (int i = 0; i < 4; i++) {
		HZT_OK_ERR(hz_queue_put(queue, hz_i64(i), &err), &err);
	}
	hz_future put = hz_queue_put_async(queue, hz_i64(4));
	HZT_AWAIT(is_parked, NULL, 20000);
	HZT_OK_ERR(hz_queue_take(queue, &item, &err), &err);
	HZT_CHECK(took_i64(&item, 0));
	HZT_OK_ERR(hz_await_none(put, &err), &err);
	hz_future offer = hz_queue_offer_async(queue, hz_i64(5), HZ_FOREVER);
	HZT_OK_ERR(hz_queue_take(queue, &item, &err), &err);
	HZT_CHECK(took_i64(&item, 1));
	HZT_OK_ERR(hz_await_bool(offer, &done, &err), &err);
	HZT_CHECK(done);
	HZT_OK_ERR(hz_queue_destroy(&queue, &err), &err);
}

static void
poll_waits_as_long_as_told(void)
{
	hz_queue *queue = session_queue("poll");
	hz_value item = hz_i64(1);
	int64_t start_ms = hzt_now_ms();
	HZT_OK_ERR(hz_queue_poll(queue, 300, &item, &err), &err);
	HZT_CHECK(took_null(&item));
	HZT_CHECK(hzt_now_ms() - start_ms >= 290);
	hz_future future = hz_queue_poll_async(queue, HZ_FOREVER);
	HZT_AWAIT(is_parked, NULL, 20000);
	HZT_OK_ERR(hz_queue_add(queue, hz_i64(1), &err), &err);
	HZT_OK_ERR(hz_await_value(future, &item, &err), &err);
	HZT_CHECK(took_i64(&item, 1));
	HZT_OK_ERR(hz_queue_destroy(&queue, &err), &err);
}

static void
a_deadline_ends_take(void)
{
	hz_queue *queue = session_queue("deadline");
	hz_queue *hurried = same_queue(session_client(), queue, 200, NULL);
	hz_value item = hz_i64(1);
	int32_t n = -1;
	int64_t start_ms = hzt_now_ms();
	HZT_EQ_INT(hz_queue_take(hurried, &item, &err), HZ_ERR_TIMEOUT);
	HZT_EQ_INT(err.code, HZ_ERR_TIMEOUT);
	HZT_CHECK(!err.in_doubt && err.retryable && took_null(&item));
	HZT_EQ_STR(err.message, "Queue.poll: the queue stayed empty");
	HZT_CHECK(hzt_now_ms() - start_ms >= 190);
	// Nobody waits in the member any more: an item stays.
	HZT_OK_ERR(hz_queue_add(queue, hz_i64(1), &err), &err);
	HZT_OK_ERR(hz_queue_size(queue, &n, &err), &err);
	HZT_EQ_INT(n, 1);
	HZT_OK_ERR(hz_queue_take(hurried, &item, &err), &err);
	HZT_CHECK(took_i64(&item, 1));
	hz_queue_close(&hurried);
	HZT_OK_ERR(hz_queue_destroy(&queue, &err), &err);
}

static void
a_deadline_ends_put(void)
{
	hz_queue *queue = session_queue("bounded");
	hz_queue *hurried = same_queue(session_client(), queue, 200, NULL);
	int32_t n = -1;
	for (int i = 0; i < 4; i++) {
		HZT_OK_ERR(hz_queue_put(hurried, hz_i64(i), &err), &err);
	}
	HZT_EQ_INT(hz_queue_put(hurried, hz_i64(9), &err), HZ_ERR_TIMEOUT);
	HZT_CHECK(!err.in_doubt && err.retryable);
	HZT_EQ_STR(err.message, "Queue.offer: the queue stayed full");
	HZT_OK_ERR(hz_queue_size(queue, &n, &err), &err);
	HZT_EQ_INT(n, 4);
	hz_queue_close(&hurried);
	HZT_OK_ERR(hz_queue_destroy(&queue, &err), &err);
}

typedef struct destroyed_take {
	hz_queue *queue;
	hz_future take;
} destroyed_take;

// A take that reaches the member after the queue was destroyed waits in a new one.
static bool
ends_by_destroying(void *ctx)
{
	const destroyed_take *d = ctx;
	HZT_OK_ERR(hz_await_none(hz_queue_destroy_async(d->queue), &err), &err);
	return hz_future_done(d->take);
}

static void
destroying_the_queue_ends_a_take(void)
{
	hz_queue *queue = session_queue("destroyed");
	destroyed_take d = {queue, hz_queue_take_async(queue)};
	HZT_AWAIT(is_parked, NULL, 20000);
	HZT_AWAIT(ends_by_destroying, &d, 20000);
	HZT_EQ_INT(hz_await_value(d.take, NULL, &err), HZ_ERR_DESTROYED);
	HZT_EQ_INT(err.code, HZ_ERR_DESTROYED);
	hz_queue_close(&queue);
}

// ---- Taken, left, reported late ----

enum { TAKES = 1000 };

static _Atomic int late;
static _Atomic int64_t late_sum;
static char late_name[256]; // of the last one's queue; read once `late` says that it is there

static void
on_late(void *ctx, const char *name, const hz_value *item)
{
	int64_t n = 0;
	(void)ctx;
	snprintf(late_name, sizeof(late_name), "%s", name);
	hz_value_get_i64(item, &n);
	atomic_fetch_add(&late_sum, n);
	atomic_fetch_add(&late, 1);
}

static hz_client *
client_with_late_items(void)
{
	hz_config *config = NULL;
	hz_client *client = NULL;
	HZT_OK_ERR(hz_config_new(&config, &err), &err);
	HZT_OK_ERR(hz_config_set(config, "network.cluster-members", hzt_shared_addresses(), &err),
			&err);
	HZT_OK(hz_config_on_late_item(config, on_late, NULL, NULL));
	hz_err e = hz_client_new(config, &client, &err);
	hz_config_destroy(&config);
	HZT_OK_ERR(e, &err);
	return client;
}

static void *
produce(void *ctx)
{
	static int failed;
	failed = 0;
	for (int64_t i = 1; i <= TAKES; i++) {
		failed += hz_queue_add(ctx, hz_i64(i), NULL) != HZ_OK;
	}
	return &failed;
}

static int64_t
drain_sum(hz_queue *queue)
{
	hz_items *items = NULL;
	hz_value item;
	int64_t sum = 0;
	HZT_OK_ERR(hz_queue_drain(queue, 0, &items, &err), &err);
	while (hz_items_next(items, NULL, &item)) {
		int64_t n = 0;
		HZT_OK(hz_value_get_i64(&item, &n));
		sum += n;
	}
	hz_items_destroy(&items);
	return sum;
}

// Half of the takes are cancelled while items arrive, so that each item is taken, left or reported
// late, and none twice: the sums tell.
static void
cancelled_takes_lose_nothing(void)
{
	enum { WANTED = (int)((int64_t)TAKES * (TAKES + 1) / 2) };
	hz_client *client = client_with_late_items();
	hz_queue *queue = session_queue("late");
	hz_queue *plain = same_queue(client, queue, 0, NULL);
	static hz_future futures[TAKES];
	static hz_cancel *cancels[TAKES];
	pthread_t producer;
	void *failed = NULL;
	int64_t taken = 0;
	atomic_store(&late, 0);
	atomic_store(&late_sum, 0);
	for (int i = 0; i < TAKES; i++) {
		HZT_OK_ERR(hz_cancel_new(client, &cancels[i], &err), &err);
		HZT_OK(hz_queue_call(plain, &(hz_call){.cancel = cancels[i]}));
		futures[i] = hz_queue_take_async(plain);
	}
	HZT_OK(hz_queue_call(plain, NULL));
	HZT_EQ_INT(pthread_create(&producer, NULL, produce, queue), 0);
	for (int i = 0; i < TAKES; i += 2) {
		hz_cancel_fire(cancels[i]);
	}
	pthread_join(producer, &failed);
	HZT_EQ_INT(*(int *)failed, 0);
	for (int i = 0; i < TAKES; i++) {
		hz_value item;
		int64_t n = 0;
		hz_err e = hz_await_value(futures[i], &item, &err);
		HZT_CHECK(e == HZ_OK || (e == HZ_ERR_CANCELLED && i % 2 == 0));
		HZT_CHECK(e != HZ_OK || hz_value_get_i64(&item, &n) == HZ_OK);
		taken += n;
		hz_value_clear(&item);
	}
	for (int64_t until = hzt_now_ms() + INT64_C(10000) * hzt_slowness();
			hzt_now_ms() < until;) {
		taken += drain_sum(queue);
		if (taken + atomic_load(&late_sum) == WANTED) {
			break;
		}
	}
	HZT_EQ_INT(taken + atomic_load(&late_sum), WANTED);
	hz_stats stats = {.size = sizeof(stats)};
	HZT_OK(hz_client_stats(client, &stats));
	HZT_EQ_INT(stats.late_items, atomic_load(&late));
	for (int i = 0; i < TAKES; i++) {
		hz_cancel_destroy(&cancels[i]);
	}
	hz_queue_close(&plain);
	hz_client_destroy(&client);
	HZT_OK_ERR(hz_queue_destroy(&queue, &err), &err);
}

static void
expired_takes_lose_nothing(void)
{
	enum { WANTED = (int)((int64_t)TAKES * (TAKES + 1) / 2) };
	hz_client *client = client_with_late_items();
	hz_queue *queue = session_queue("expired");
	hz_queue *hurried = same_queue(client, queue, 0, NULL);
	static hz_future futures[TAKES];
	pthread_t producer;
	void *failed = NULL;
	int64_t taken = 0;
	atomic_store(&late, 0);
	atomic_store(&late_sum, 0);
	for (int i = 0; i < TAKES; i++) {
		HZT_OK(hz_queue_call(hurried, &(hz_call){.timeout_ms = 1 + i / 5}));
		futures[i] = hz_queue_take_async(hurried);
	}
	HZT_EQ_INT(pthread_create(&producer, NULL, produce, queue), 0);
	for (int i = 0; i < TAKES; i++) {
		hz_value item;
		int64_t n = 0;
		hz_err e = hz_await_value(futures[i], &item, &err);
		HZT_CHECK(e == HZ_OK || e == HZ_ERR_TIMEOUT);
		HZT_CHECK(e != HZ_OK || hz_value_get_i64(&item, &n) == HZ_OK);
		taken += n;
		hz_value_clear(&item);
	}
	pthread_join(producer, &failed);
	HZT_EQ_INT(*(int *)failed, 0);
	taken += drain_sum(queue);
	HZT_EQ_INT(taken + atomic_load(&late_sum), WANTED);
	hz_queue_close(&hurried);
	hz_client_destroy(&client);
	HZT_OK_ERR(hz_queue_destroy(&queue, &err), &err);
}

static bool
one_is_late(void *ctx)
{
	(void)ctx;
	return atomic_load(&late) == 1;
}

// Whoever puts the item back needs the whole name, however long it is. And a take that was
// cancelled still waits in the member: the next item is its.
static void
a_late_item_names_its_queue(void)
{
	hz_client *client = client_with_late_items();
	hz_cancel *cancel = NULL;
	hz_queue *queue = session_queue("with-a-name-that-is-longer-than-most-and-so-it-may-be-cut-"
					"where-somebody-thought-that-nobody-would-do-this-to-him");
	hz_value item;
	HZT_OK_ERR(hz_cancel_new(client, &cancel, &err), &err);
	hz_queue *waiting = same_queue(client, queue, 0, cancel);
	atomic_store(&late, 0);
	hz_future take = hz_queue_take_async(waiting);
	hz_cancel_fire(cancel);
	HZT_EQ_INT(hz_await_value(take, &item, &err), HZ_ERR_CANCELLED);
	HZT_CHECK(err.in_doubt);
	HZT_OK_ERR(hz_queue_add(queue, hz_i64(1), &err), &err);
	HZT_AWAIT(one_is_late, NULL, 10000);
	HZT_EQ_STR(late_name, hz_queue_name(queue));
	hz_queue_close(&waiting);
	hz_cancel_destroy(&cancel);
	hz_client_destroy(&client);
	HZT_OK_ERR(hz_queue_destroy(&queue, &err), &err);
}

static const hzt_case cases[] = {
		{"take_waits_for_an_item", take_waits_for_an_item},
		{"put_waits_for_room", put_waits_for_room},
		{"poll_waits_as_long_as_told", poll_waits_as_long_as_told},
		{"a_deadline_ends_take", a_deadline_ends_take},
		{"a_deadline_ends_put", a_deadline_ends_put},
		{"destroying_the_queue_ends_a_take", destroying_the_queue_ends_a_take},
		{"cancelled_takes_lose_nothing", cancelled_takes_lose_nothing},
		{"expired_takes_lose_nothing", expired_takes_lose_nothing},
		{"a_late_item_names_its_queue", a_late_item_names_its_queue},
};

HZT_MAIN("queue_wait", cases)
