// SPDX-License-Identifier: Apache-2.0
//
// A client ends within its bound whatever the members do, ends every call with it, and leaves
// neither threads nor descriptors behind.
#include "tests/fault/rig.h"
#include "tests/support/cluster.h"
#include "tests/support/suite.h"

#include <stdio.h>
#include <string.h>

#define LOADERS 32
#define TAKERS 100
#define FUTURES 500
#define BOUND_MS INT64_C(3000)
#define SLACK_MS INT64_C(3000)
#define KEYS 500

typedef struct world {
	hz_client *client;
	hz_future futures[FUTURES];
	atomic_size_t calls;
	atomic_size_t odd; // calls that ended in another way than they should
} world;

static world w;
static hzt_cluster *cluster;

static const char *
members(void)
{
	if (cluster == NULL) {
		cluster = hzt_cluster_start("2 backup=1");
		// What the first client of a process makes for good, also a sanitizer's thread, is
		// no leak of the next one.
		hz_client *first = hzt_client(hzt_cluster_addresses(cluster), NULL);
		hz_client_destroy(&first);
	}
	for (size_t i = 0; i < 2; i++) {
		hzt_cluster_cont(cluster, i); // a case that failed may have left it stopped
	}
	return hzt_cluster_addresses(cluster);
}

static void
expect_closed(const char *what, hz_err e, const hz_error *err)
{
	if (e != HZ_ERR_CLOSED && atomic_fetch_add(&w.odd, 1) < 5) {
		printf("  %s ended with %s: %s\n", what, hz_err_name(e), err->message);
	}
}

// Reads and writes until the client is closed under it.
static void
load(void *ctx, size_t number)
{
	(void)ctx;
	hz_error err = {0};
	hz_map *map = NULL;
	uint64_t random = number;
	hz_err e = hz_map_open(w.client, "shutdown", NULL, &map, &err);
	while (e == HZ_OK) {
		hz_value read = hz_null();
		hz_value key = hz_i64(hzt_random(&random, KEYS));
		e = hzt_random(&random, 2) == 0 ? hz_map_set(map, key, key, NULL, &err)
						: hz_map_get(map, key, &read, &err);
		hz_value_clear(&read);
		atomic_fetch_add(&w.calls, 1);
	}
	expect_closed("load", e, &err);
	hz_map_close(&map);
}

static hz_queue *
open_queue(size_t number)
{
	char name[32];
	hz_error err = {0};
	hz_queue *queue = NULL;
	snprintf(name, sizeof(name), "shutdown-%zu", number % 8);
	HZT_OK_ERR(hz_queue_open(w.client, name, NULL, &queue, &err), &err);
	return queue;
}

static void
take(void *ctx, size_t number)
{
	(void)ctx;
	hz_error err = {0};
	hz_queue *queue = open_queue(number);
	hz_value item = hz_null();
	expect_closed("take", hz_queue_take(queue, &item, &err), &err);
	hz_value_clear(&item);
	hz_queue_close(&queue);
}

static void
park_futures(void)
{
	for (size_t i = 0; i < FUTURES; i++) {
		hz_queue *queue = open_queue(i);
		w.futures[i] = hz_queue_take_async(queue);
		hz_queue_close(&queue);
	}
}

static void
await_futures(void)
{
	for (size_t i = 0; i < FUTURES; i++) {
		hz_error err = {0};
		hz_value item = hz_null();
		expect_closed("future", hz_await_value(w.futures[i], &item, &err), &err);
		hz_value_clear(&item);
	}
}

static bool
load_runs(void *ctx)
{
	(void)ctx;
	return atomic_load(&w.calls) > UINT64_C(20) * LOADERS;
}

// All loaders sooner or later call a partition of the stopped member and wait there.
static bool
load_has_stalled(void *calls)
{
	size_t now = atomic_load(&w.calls);
	bool stalled = now == *(size_t *)calls;
	*(size_t *)calls = now;
	return stalled;
}

static void
shut_down_in_time(void)
{
	hz_error err = {0};
	int64_t start = hzt_now_ms();
	HZT_OK_ERR(hz_client_shutdown(w.client, BOUND_MS, &err), &err);
	int64_t took = hzt_now_ms() - start;
	printf("  shut down in %lld ms, after %zu calls\n", (long long)took, atomic_load(&w.calls));
	HZT_CHECK(took <= BOUND_MS + SLACK_MS * hzt_slowness());
}

// Loads a client, stops members from `first` on, shuts down, and looks at what is left.
static void
shut_down_beside_stopped_members(size_t first)
{
	const char *addresses = members();
	size_t threads = hzt_threads(), descriptors = hzt_descriptors();
	atomic_store(&w.odd, 0);
	atomic_store(&w.calls, 0);
	w.client = hzt_client(addresses, NULL);
	hzt_team *loaders = hzt_team_start(LOADERS, load, NULL);
	hzt_team *takers = hzt_team_start(TAKERS, take, NULL);
	park_futures();
	HZT_AWAIT_STAT(w.client, parked, TAKERS + FUTURES, 20000);
	HZT_AWAIT(load_runs, NULL, 20000);
	for (size_t i = first; i < 2; i++) {
		hzt_cluster_stop(cluster, i);
	}
	size_t calls = 0;
	HZT_AWAIT(load_has_stalled, &calls, 20000);
	shut_down_in_time();
	hzt_team_join(&loaders, 20000);
	hzt_team_join(&takers, 20000);
	await_futures();
	hz_client_destroy(&w.client);
	hzt_await_holdings(threads, descriptors, 20000);
	HZT_EQ_INT(atomic_load(&w.odd), 0);
	for (size_t i = first; i < 2; i++) {
		hzt_cluster_cont(cluster, i);
	}
}

static void
bounded_with_one_member_stopped(void)
{
	for (size_t i = 0; i < hzt_size(20, 3, 2); i++) {
		shut_down_beside_stopped_members(1);
	}
}

static void
bounded_with_all_members_stopped(void)
{
	shut_down_beside_stopped_members(0);
}

static void
use(hz_client *client)
{
	hz_error err = {0};
	hz_map *map = NULL;
	hz_value read = hz_null();
	int64_t number = 0;
	HZT_OK_ERR(hz_map_open(client, "cycles", NULL, &map, &err), &err);
	HZT_OK_ERR(hz_map_set(map, hz_i32(1), hz_i64(2), NULL, &err), &err);
	HZT_OK_ERR(hz_map_get(map, hz_i32(1), &read, &err), &err);
	HZT_OK(hz_value_get_i64(&read, &number));
	HZT_EQ_INT(number, 2);
	hz_value_clear(&read);
	hz_map_close(&map);
}

static void
cycles_leave_nothing_behind(void)
{
	const char *addresses = members();
	size_t threads = hzt_threads(), descriptors = hzt_descriptors();
	for (size_t i = 0; i < hzt_size(2000, 50, 20); i++) {
		hz_client *client = hzt_client(addresses, NULL);
		use(client);
		hz_client_destroy(&client);
		HZT_CHECK(client == NULL);
	}
	hzt_await_holdings(threads, descriptors, 20000);
}

static void
failed_starts_leave_nothing_behind(void)
{
	size_t threads = hzt_threads(), descriptors = hzt_descriptors();
	for (size_t i = 0; i < hzt_size(1000, 50, 20); i++) {
		hz_error err = {0};
		hz_client *client = NULL;
		hz_config *config = hzt_config("127.0.0.1:1",
				"connection-strategy.connection-retry.cluster-connect-timeout-"
				"millis",
				"0", NULL);
		HZT_EQ_INT(hz_client_new(config, &client, &err), HZ_ERR_OFFLINE);
		HZT_CHECK(client == NULL);
		hz_config_destroy(&config);
	}
	hzt_await_holdings(threads, descriptors, 20000);
}

// The last case that uses the members: they are gone after it.
static void
does_not_wait_for_the_pause_of_a_reconnect(void)
{
	hz_client *client = hzt_client(members(),
			"connection-strategy.connection-retry.initial-backoff-millis", "30000",
			NULL);
	use(client);
	hzt_cluster_end(&cluster);
	HZT_AWAIT_STAT(client, connections, 0, 10000);
	uint64_t failed = HZT_STAT(client, failed_dials);
	HZT_CHECK(!hz_client_connected(client));
	int64_t start = hzt_now_ms();
	hz_client_destroy(&client);
	int64_t took = hzt_now_ms() - start;
	printf("  destroyed in %lld ms, %llu dials had failed\n", (long long)took,
			(unsigned long long)failed);
	HZT_CHECK(took < 10000);
}

static const hzt_case cases[] = {
		{"bounded_with_one_member_stopped", bounded_with_one_member_stopped},
		{"bounded_with_all_members_stopped", bounded_with_all_members_stopped},
		{"cycles_leave_nothing_behind", cycles_leave_nothing_behind},
		{"failed_starts_leave_nothing_behind", failed_starts_leave_nothing_behind},
		{"does_not_wait_for_the_pause_of_a_reconnect",
				does_not_wait_for_the_pause_of_a_reconnect},
};

HZT_MAIN("shutdown", cases)
