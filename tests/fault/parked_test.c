// SPDX-License-Identifier: Apache-2.0
//
// Calls that wait in a member cost neither thread, socket nor descriptor of the library, do not
// slow down those that do not wait, and get what they wait for exactly once.
#include "tests/fault/rig.h"
#include "tests/support/cluster.h"
#include "tests/support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#define QUEUES 8
#define WORKERS 8
#define KEYS 1000
#define OFFERERS 4
#define DESCRIPTORS_ALLOWED 256
#define DESCRIPTORS_WANTED 64
#define HEAP_FOR_TAKES "heap=512m" // of a member; each take waits there as an object

typedef struct world {
	hz_client *client;
	size_t takers;          // threads that block in a take
	size_t futures;         // asynchronous takes
	size_t items;           // both together
	hz_future *awaited;     // the half of the futures that are awaited at the end
	atomic_uint *delivered; // how often each item came
	atomic_size_t taken;
	atomic_size_t errors;
	atomic_bool stop_work;
	atomic_uint_fast64_t work;
} world;

// Outlives a case that fails, as its threads do.
static world w;

static void
count_error(const char *what, hz_err e, const hz_error *err)
{
	if (atomic_fetch_add(&w.errors, 1) < 5) {
		printf("  %s: %s: %s\n", what, hz_err_name(e), err != NULL ? err->message : "");
	}
}

static hz_queue *
open_queue(size_t number)
{
	char name[32];
	hz_error err = {0};
	hz_queue *queue = NULL;
	snprintf(name, sizeof(name), "parked-%zu", number % QUEUES);
	HZT_OK_ERR(hz_queue_open(w.client, name, NULL, &queue, &err), &err);
	return queue;
}

// ---- The takes ----

static void
receive(const hz_value *item)
{
	int64_t number = -1;
	if (hz_value_get_i64(item, &number) != HZ_OK || number < 0 || (size_t)number >= w.items) {
		count_error("an item that nobody offered", HZ_ERR_TYPE, NULL);
		return;
	}
	atomic_fetch_add(&w.delivered[number], 1);
	atomic_fetch_add(&w.taken, 1);
}

static void
take_one(void *ctx, size_t number)
{
	(void)ctx;
	hz_error err = {0};
	hz_queue *queue = open_queue(number);
	hz_value item = hz_null();
	hz_err e = hz_queue_take(queue, &item, &err);
	if (e == HZ_OK) {
		receive(&item);
	} else {
		count_error("take", e, &err);
	}
	hz_value_clear(&item);
	hz_queue_close(&queue);
}

static void
on_item(void *ctx, hz_err e, hz_result *result, const hz_error *err)
{
	(void)ctx;
	if (e == HZ_OK) {
		receive(&result->u.value);
	} else {
		count_error("asynchronous take", e, err);
	}
}

// Every second one is awaited later, the others end in a callback.
static void
park_futures(void)
{
	hz_queue *queues[QUEUES];
	for (size_t i = 0; i < QUEUES; i++) {
		queues[i] = open_queue(i);
	}
	for (size_t i = 0; i < w.futures; i++) {
		hz_future future = hz_queue_take_async(queues[i % QUEUES]);
		if (i % 2 == 0) {
			w.awaited[i / 2] = future;
		} else {
			HZT_OK(hz_then(future, on_item, NULL));
		}
	}
	for (size_t i = 0; i < QUEUES; i++) {
		hz_queue_close(&queues[i]);
	}
}

static void
await_futures(void)
{
	for (size_t i = 0; i < w.futures / 2; i++) {
		hz_error err = {0};
		hz_value item = hz_null();
		hz_err e = hz_await_value(w.awaited[i], &item, &err);
		if (e == HZ_OK) {
			receive(&item);
		} else {
			count_error("awaited take", e, &err);
		}
		hz_value_clear(&item);
	}
}

// ---- The work beside them ----

static void
work(void *ctx, size_t number)
{
	(void)ctx;
	hz_error err = {0};
	hz_map *map = NULL;
	uint64_t random = number;
	HZT_OK_ERR(hz_map_open(w.client, "parked-work", NULL, &map, &err), &err);
	while (!atomic_load(&w.stop_work)) {
		int64_t key = hzt_random(&random, KEYS);
		hz_value value = hz_null();
		hz_err e = hzt_random(&random, 2) == 0
				? hz_map_set(map, hz_i64(key), hz_i64(key), NULL, &err)
				: hz_map_get(map, hz_i64(key), &value, &err);
		if (e != HZ_OK) {
			count_error("work", e, &err);
		}
		hz_value_clear(&value);
		atomic_fetch_add(&w.work, 1);
	}
	hz_map_close(&map);
}

static bool
has_worked(void *until)
{
	return hzt_now_ms() >= *(int64_t *)until;
}

// All workers together. The processor time is that of this process alone: when the rate drops and
// it does not rise, then it is the members that have become slower.
typedef struct pace {
	double rate;   // operations a second
	double cpu_us; // of an operation
} pace;

static double
cpu_us(void)
{
	struct timespec used;
	HZT_EQ_INT(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used), 0);
	return (double)used.tv_sec * 1e6 + (double)used.tv_nsec / 1e3;
}

static pace
measure_work(void)
{
	int64_t span_ms = (int64_t)hzt_size(10000, 3000, 2000);
	atomic_store(&w.stop_work, false);
	hzt_team *team = hzt_team_start(WORKERS, work, NULL);
	uint64_t before = atomic_load(&w.work);
	double cpu_before = cpu_us();
	int64_t start = hzt_now_ms();
	int64_t until = start + span_ms;
	HZT_AWAIT(has_worked, &until, 2 * span_ms);
	uint64_t done = atomic_load(&w.work) - before;
	int64_t took = hzt_now_ms() - start;
	double cpu = cpu_us() - cpu_before;
	atomic_store(&w.stop_work, true);
	hzt_team_join(&team, 30000);
	return (pace){(double)done * 1000 / (double)took, cpu / (double)(done > 0 ? done : 1)};
}

// ---- The items ----

static void
offer_share(void *ctx, size_t number)
{
	(void)ctx;
	hz_queue *queues[QUEUES];
	for (size_t i = 0; i < QUEUES; i++) {
		queues[i] = open_queue(i);
	}
	for (size_t i = number; i < w.items; i += OFFERERS) {
		hz_error err = {0};
		bool done = false;
		hz_err e = hz_queue_offer(queues[i % QUEUES], hz_i64((int64_t)i), 0, &done, &err);
		if (e != HZ_OK || !done) {
			count_error("offer", e, &err);
		}
	}
	for (size_t i = 0; i < QUEUES; i++) {
		hz_queue_close(&queues[i]);
	}
}

static bool
all_taken(void *ctx)
{
	(void)ctx;
	return atomic_load(&w.taken) >= w.items;
}

static void
each_came_once(void)
{
	size_t lost = 0, doubled = 0;
	for (size_t i = 0; i < w.items; i++) {
		unsigned n = atomic_load(&w.delivered[i]);
		lost += n == 0;
		doubled += n > 1;
	}
	if (lost + doubled > 0) {
		printf("  of %zu items %zu were lost and %zu doubled\n", w.items, lost, doubled);
	}
	HZT_EQ_INT(lost, 0);
	HZT_EQ_INT(doubled, 0);
	for (size_t i = 0; i < QUEUES; i++) {
		hz_queue *queue = open_queue(i);
		int32_t left = -1;
		HZT_OK(hz_queue_size(queue, &left, NULL));
		HZT_EQ_INT(left, 0);
		hz_queue_close(&queue);
	}
}

static void
allow_descriptors(rlim_t n)
{
	struct rlimit limit;
	HZT_EQ_INT(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = n;
	HZT_EQ_INT(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

static void
waiting_calls_cost_nothing_and_get_each_item_once(void)
{
	// Before the limit is lowered: members inherit it.
	hzt_cluster *cluster = hzt_cluster_start("2 backup=1 " HEAP_FOR_TAKES);
	allow_descriptors(DESCRIPTORS_ALLOWED);
	w.takers = hzt_size(4000, 4000, 200);
	w.futures = hzt_size(20000, 20000, 2000);
	w.items = w.takers + w.futures;
	w.awaited = calloc(w.futures, sizeof(w.awaited[0]));
	w.delivered = calloc(w.items, sizeof(w.delivered[0]));
	HZT_CHECK(w.awaited != NULL && w.delivered != NULL);
	w.client = hzt_client(hzt_cluster_addresses(cluster), NULL);
	measure_work(); // members compile what they run often

	pace before = measure_work();
	int64_t start = hzt_now_ms();
	hzt_team *takers = hzt_team_start(w.takers, take_one, NULL);
	park_futures();
	HZT_AWAIT_STAT(w.client, parked, w.items, 60000);
	int64_t parked_ms = hzt_now_ms() - start;
	pace beside = measure_work();
	size_t descriptors = hzt_descriptors();
	HZT_EQ_INT(HZT_STAT(w.client, parked), w.items);

	start = hzt_now_ms();
	hzt_team *offerers = hzt_team_start(OFFERERS, offer_share, NULL);
	hzt_team_join(&offerers, 60000);
	await_futures();
	hzt_team_join(&takers, 60000);
	HZT_AWAIT(all_taken, NULL, 60000);
	int64_t delivered_ms = hzt_now_ms() - start;
	HZT_AWAIT_STAT(w.client, parked, 0, 10000);
	pace after = measure_work();

	printf("  %zu threads and %zu futures parked in %lld ms, served in %lld ms\n", w.takers,
			w.futures, (long long)parked_ms, (long long)delivered_ms);
	printf("  operations a second: %.0f before, %.0f beside them, %.0f after: %.0f %%\n",
			before.rate, beside.rate, after.rate,
			200 * beside.rate / (before.rate + after.rate));
	printf("  this process's time for each: %.1f us before, %.1f us beside them, %.1f us "
	       "after\n",
			before.cpu_us, beside.cpu_us, after.cpu_us);
	printf("  descriptors in use: %zu of %d\n", descriptors, DESCRIPTORS_ALLOWED);
	HZT_EQ_INT(atomic_load(&w.errors), 0);
	each_came_once();
	HZT_CHECK(descriptors <= DESCRIPTORS_WANTED);
	HZT_CHECK(beside.rate > 0);
	hz_client_destroy(&w.client);
	hzt_cluster_end(&cluster);
	free(w.awaited);
	free(w.delivered);
}

static const hzt_case cases[] = {
		{"waiting_calls_cost_nothing_and_get_each_item_once",
				waiting_calls_cost_nothing_and_get_each_item_once},
};

HZT_MAIN("parked", cases)
