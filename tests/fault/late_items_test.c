// SPDX-License-Identifier: Apache-2.0
//
// Takes that are given up while items arrive: an item that a member takes out for a call that has
// ended is reported, so that none disappears. Taken + left + reported late = offered, item by item.
#include "tests/fault/rig.h"
#include "tests/support/cluster.h"
#include "tests/support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define THREADS 16
#define TAKES_OF_THREAD 63 // 1,008 takes in all
#define ITEMS_MAX 200000
#define LONGEST_WAIT_MS 16
#define LONGEST_PAUSE_US 2000

typedef struct world {
	hz_client *client;
	char name[32];
	atomic_uint came[ITEMS_MAX]; // how often each item was taken, reported late or left
	size_t offered;
	atomic_size_t taken, late, left;
	atomic_size_t cancelled, expired, odd;
	atomic_bool takes_ended;
} world;

static world w;

static void
mark(const hz_value *item, atomic_size_t *counter)
{
	int64_t number = -1;
	if (hz_value_get_i64(item, &number) == HZ_OK && number >= 0 && number < ITEMS_MAX) {
		atomic_fetch_add(&w.came[number], 1);
		atomic_fetch_add(counter, 1);
	} else {
		atomic_fetch_add(&w.odd, 1);
	}
}

static void
on_late_item(void *ctx, const char *structure, const hz_value *item)
{
	(void)ctx;
	HZT_EQ_STR(structure, w.name);
	mark(item, &w.late);
}

// Ends a call from another thread than the one that waits for it.
static void
fire(void *ctx, size_t number)
{
	hz_cancel **cancel = ctx;
	uint64_t random = number ^ (uint64_t)hzt_now_ms();
	usleep(hzt_random(&random, LONGEST_WAIT_MS * 1000));
	hz_cancel_fire(*cancel);
}

static void
count_end(hz_err e, const hz_error *err, const hz_value *item)
{
	if (e == HZ_OK) {
		mark(item, &w.taken);
	} else if (e == HZ_ERR_CANCELLED) {
		atomic_fetch_add(&w.cancelled, 1);
	} else if (e == HZ_ERR_TIMEOUT) {
		atomic_fetch_add(&w.expired, 1);
	} else {
		atomic_fetch_add(&w.odd, 1);
		printf("  take: %s: %s\n", hz_err_name(e), err->message);
	}
}

static void
take_cancelled(hz_queue *queue)
{
	static hz_cancel *tokens[THREADS * TAKES_OF_THREAD];
	static atomic_size_t next;
	hz_error err = {0};
	hz_cancel **cancel = &tokens[atomic_fetch_add(&next, 1)];
	HZT_OK_ERR(hz_cancel_new(w.client, cancel, &err), &err);
	hz_call call = {.cancel = *cancel};
	HZT_OK(hz_queue_call(queue, &call));
	hzt_team *firer = hzt_team_start(1, fire, cancel);
	hz_value item = hz_null();
	hz_err e = hz_queue_take(queue, &item, &err);
	count_end(e, &err, &item);
	hz_value_clear(&item);
	hzt_team_join(&firer, 10000);
	HZT_OK(hz_queue_call(queue, NULL));
	hz_cancel_destroy(cancel);
}

static void
take_expired(hz_queue *queue, int64_t timeout_ms)
{
	hz_error err = {0};
	hz_call call = {.timeout_ms = timeout_ms};
	HZT_OK(hz_queue_call(queue, &call));
	hz_value item = hz_null();
	hz_err e = hz_queue_take(queue, &item, &err);
	count_end(e, &err, &item);
	hz_value_clear(&item);
}

static hz_queue *
open_queue(void)
{
	hz_error err = {0};
	hz_queue *queue = NULL;
	HZT_OK_ERR(hz_queue_open(w.client, w.name, NULL, &queue, &err), &err);
	return queue;
}

static void
take_and_give_up(void *ctx, size_t number)
{
	(void)ctx;
	uint64_t random = number;
	hz_queue *queue = open_queue();
	for (size_t i = 0; i < TAKES_OF_THREAD; i++) {
		if (i % 3 == 0) {
			take_cancelled(queue);
		} else {
			take_expired(queue, 1 + hzt_random(&random, LONGEST_WAIT_MS));
		}
	}
	hz_queue_close(&queue);
}

static void
offer_one(hz_queue *queue)
{
	hz_error err = {0};
	bool done = false;
	hz_err e = hz_queue_offer(queue, hz_i64((int64_t)w.offered), 0, &done, &err);
	HZT_OK_ERR(e, &err);
	HZT_CHECK(done);
	w.offered++;
}

// In bursts about as fast as the takes, so that some of them wait and some do not; then enough for
// those given up.
static void
offer_all(void *ctx, size_t number)
{
	(void)ctx;
	uint64_t random = number;
	hz_queue *queue = open_queue();
	while (!atomic_load(&w.takes_ended) && w.offered < ITEMS_MAX / 2) {
		for (uint32_t n = hzt_random(&random, 8); n > 0; n--) {
			offer_one(queue);
		}
		usleep(hzt_random(&random, LONGEST_PAUSE_US));
	}
	for (size_t i = 0; i < (size_t)THREADS * TAKES_OF_THREAD; i++) {
		offer_one(queue);
	}
	hz_queue_close(&queue);
}

static void
collect_what_is_left(void)
{
	hz_error err = {0};
	hz_queue *queue = open_queue();
	hz_items *items = NULL;
	hz_value item;
	HZT_OK_ERR(hz_queue_drain(queue, 0, &items, &err), &err);
	while (hz_items_next(items, NULL, &item)) {
		mark(&item, &w.left);
	}
	hz_items_destroy(&items);
	hz_queue_close(&queue);
}

static bool
all_late_reported(void *ctx)
{
	(void)ctx;
	return atomic_load(&w.late) >= HZT_STAT(w.client, late_items);
}

static void
no_item_disappears(void)
{
	hz_error err = {0};
	hz_config *config = hzt_config(hzt_shared_addresses(), NULL);
	HZT_OK_ERR(hz_config_on_late_item(config, on_late_item, NULL, &err), &err);
	HZT_OK_ERR(hz_client_new(config, &w.client, &err), &err);
	hz_config_destroy(&config);
	snprintf(w.name, sizeof(w.name), "late-%d-%lld", (int)getpid(), (long long)hzt_now_ms());

	hzt_team *producer = hzt_team_start(1, offer_all, NULL);
	hzt_team *takers = hzt_team_start(THREADS, take_and_give_up, NULL);
	hzt_team_join(&takers, 60000);
	atomic_store(&w.takes_ended, true);
	hzt_team_join(&producer, 60000);
	HZT_AWAIT_STAT(w.client, parked, 0, 10000);
	HZT_AWAIT_STAT(w.client, in_flight, 0, 10000);
	HZT_AWAIT(all_late_reported, NULL, 10000);
	collect_what_is_left();

	size_t taken = atomic_load(&w.taken), late = atomic_load(&w.late);
	size_t left = atomic_load(&w.left);
	printf("  %zu offered: %zu taken, %zu left, %zu reported late; takes cancelled %zu,"
	       " expired %zu\n",
			w.offered, taken, left, late, atomic_load(&w.cancelled),
			atomic_load(&w.expired));
	for (size_t i = 0; i < w.offered; i++) {
		HZT_EQ_INT(atomic_load(&w.came[i]), 1);
	}
	HZT_EQ_INT(taken + left + late, w.offered);
	HZT_EQ_INT(HZT_STAT(w.client, late_items), late);
	HZT_EQ_INT(atomic_load(&w.odd), 0);
	HZT_CHECK(late > 0);
	hz_client_destroy(&w.client);
}

static const hzt_case cases[] = {
		{"no_item_disappears", no_item_disappears},
};

HZT_MAIN("late_items", cases)
