// SPDX-License-Identifier: Apache-2.0
//
// The end of a client, under load and whatever its members do; many lives in a row; a child
// process.
#include "protocol/gen/client.h"
#include "protocol/gen/map.h"
#include "protocol/gen/queue.h"
#include "tests/scripted/bench.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define PUT HZP_MAP_PUT_REQUEST.id
#define TAKE HZP_QUEUE_TAKE_REQUEST.id

#define CYCLES 300
#define SOAK_CYCLES 10000

// ---- Shutdown under load ----

enum { LOADERS = 8, TAKERS = 4, PARKED = 200 };

typedef struct loader {
	bench *b;
	bool takes;
	_Atomic int *ready;
	hz_err last;
	uint64_t done, strange;
} loader;

static bool
is_expected(hz_err e)
{
	return e == HZ_OK || e == HZ_ERR_CLOSED || e == HZ_ERR_TIMEOUT;
}

static void *
load(void *arg)
{
	loader *l = arg;
	hz_map *map;
	hz_value out;
	HZT_OK(hz_map_open(l->b->client, "m", NULL, &map, NULL));
	++*l->ready;
	for (int64_t i = 0;; i++) {
		if (l->takes) {
			l->last = hz_queue_take(l->b->queue, &out, NULL);
		} else {
			l->last = hz_map_put(map, hz_i64(i % 1000), hz_i64(i), NULL, &out, NULL);
		}
		hz_value_clear(&out);
		l->done++;
		if (!is_expected(l->last)) {
			l->strange++;
		}
		if (l->last == HZ_ERR_CLOSED) {
			break;
		}
	}
	hz_map_close(&map);
	return NULL;
}

typedef struct until {
	_Atomic int *n;
	int wanted;
} until;

static bool
is_reached(void *ctx)
{
	until *u = ctx;
	return *u->n >= u->wanted;
}

// One member answers, one reads and says nothing, one does not even read.
static void
shutdown_under_load(void)
{
	bench b;
	pthread_t threads[LOADERS + TAKERS];
	loader loaders[LOADERS + TAKERS];
	hz_future parked[PARKED];
	_Atomic int ready = 0;
	hz_error err = {0};
	bench_start(&b, 3, NULL);
	for (int i = 0; i < LOADERS + TAKERS; i++) {
		loaders[i] = (loader){.b = &b, .takes = i >= LOADERS, .ready = &ready};
		HZT_EQ_INT(pthread_create(&threads[i], NULL, load, &loaders[i]), 0);
	}
	HZT_AWAIT(is_reached, &((until){&ready, LOADERS + TAKERS}), PATIENCE_MS);
	for (int i = 0; i < PARKED; i++) {
		parked[i] = hz_queue_take_async(b.queue);
	}
	hzt_scripted_await_request(b.member[0], PUT, 100, PATIENCE_MS);
	hzt_scripted_mute(b.member[1], true);
	hzt_scripted_stop_reading(b.member[2], true);
	int64_t start = hzt_now_ms();
	HZT_OK_ERR(hz_client_shutdown(b.client, PATIENCE_MS / 2, &err), &err);
	HZT_CHECK(hzt_now_ms() - start < PATIENCE_MS / 2);
	for (int i = 0; i < LOADERS + TAKERS; i++) {
		pthread_join(threads[i], NULL);
		HZT_EQ_INT(loaders[i].last, HZ_ERR_CLOSED);
		HZT_EQ_INT(loaders[i].strange, 0);
	}
	for (int i = 0; i < PARKED; i++) {
		hz_value out;
		HZT_EQ_INT(hz_await_value(parked[i], &out, &err), HZ_ERR_CLOSED);
	}
	// Later ones are refused; a second shutdown is none.
	HZT_EQ_INT(bench_put(&b, 1, 1, NULL, &err), HZ_ERR_CLOSED);
	HZT_CHECK(!err.in_doubt);
	HZT_OK(hz_client_shutdown(b.client, 100, NULL));
	bench_close(&b);
}

// ---- Shutdown in the middle of connecting ----

static void
check_quick_shutdown(bench *b)
{
	int64_t start = hzt_now_ms();
	HZT_OK(hz_client_shutdown(b->client, 0, NULL));
	HZT_CHECK(hzt_now_ms() - start < PATIENCE_MS / 2);
	bench_close(b);
}

static const char *const patient[] = {
		"connection-strategy.async-start",
		"true",
		"network.connection-timeout",
		"60000",
		"connection-strategy.connection-retry.initial-backoff-millis",
		"30000",
		"connection-strategy.connection-retry.max-backoff-millis",
		"30000",
		NULL,
};

static void
shutdown_in_handshake(void)
{
	bench b;
	bench_members(&b, 1, NULL, patient);
	hzt_scripted_mute(b.member[0], true);
	HZT_OK(hz_client_new(b.config, &b.client, NULL));
	hzt_scripted_await_request(
			b.member[0], HZP_CLIENT_AUTHENTICATION_REQUEST.id, 1, PATIENCE_MS);
	check_quick_shutdown(&b);
}

static void
shutdown_in_set_up(void)
{
	bench b;
	uint32_t type = HZP_CLIENT_ADD_CLUSTER_VIEW_LISTENER_REQUEST.id;
	bench_members(&b, 1, NULL, patient);
	hzt_scripted_on(b.member[0], type, 0, hzt_silent, NULL);
	HZT_OK(hz_client_new(b.config, &b.client, NULL));
	hzt_scripted_await_request(b.member[0], type, 1, PATIENCE_MS);
	check_quick_shutdown(&b);
}

static bool
has_failed_dial(void *ctx)
{
	return bench_stats(ctx).failed_dials > 0;
}

static void
shutdown_in_backoff(void)
{
	bench b;
	bench_members(&b, 1, NULL, patient);
	hzt_scripted_down(b.member[0], HZT_CLOSE);
	HZT_OK(hz_client_new(b.config, &b.client, NULL));
	HZT_AWAIT(has_failed_dial, &b, PATIENCE_MS);
	check_quick_shutdown(&b);
}

// A port whose queue of connections is full: the connect is never answered.
static void
shutdown_in_connect(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t size = sizeof(address);
	char text[64];
	int fill[4];
	bench b;
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	HZT_EQ_INT(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	HZT_EQ_INT(listen(listener, 0), 0);
	HZT_EQ_INT(getsockname(listener, (struct sockaddr *)&address, &size), 0);
	for (int i = 0; i < 4; i++) {
		fill[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		(void)connect(fill[i], (struct sockaddr *)&address, sizeof(address));
	}
	bench_members(&b, 0, NULL, patient);
	snprintf(text, sizeof(text), "127.0.0.1:%u", ntohs(address.sin_port));
	HZT_OK(hz_config_set(b.config, "network.cluster-members", text, NULL));
	int threads = bench_threads();
	HZT_OK(hz_client_new(b.config, &b.client, NULL));
	HZT_CHECK(bench_threads() > threads);
	check_quick_shutdown(&b);
	for (int i = 0; i < 4; i++) {
		close(fill[i]);
	}
	close(listener);
}

// Handles and futures outlive their client, as long as they like.
static void
handles_outlive_it(void)
{
	bench b;
	hz_value out;
	hz_future futures[3];
	bench_start(&b, 1, NULL);
	hzt_scripted_on(b.member[0], PUT, 0, hzt_silent, NULL);
	for (int i = 0; i < 3; i++) {
		futures[i] = hz_map_put_async(b.map, hz_i64(i), hz_i64(i), NULL);
	}
	hz_client_destroy(&b.client);
	HZT_EQ_INT(hz_await_value(futures[0], &out, NULL), HZ_ERR_CLOSED);
	hz_drop(futures[1]);
	HZT_EQ_INT(bench_get(&b, 1, NULL, NULL), HZ_ERR_CLOSED);
	HZT_EQ_INT(hz_queue_take(b.queue, &out, NULL), HZ_ERR_CLOSED);
	HZT_EQ_STR(hz_map_name(b.map), "m");
	hz_map_close(&b.map);
	hz_queue_close(&b.queue);
	HZT_EQ_INT(hz_await_value(futures[2], &out, NULL), HZ_ERR_CLOSED);
	bench_close(&b);
}

// ---- Many lives ----

static void
use_once(bench *b, int64_t i)
{
	int64_t got = 0;
	bench_connect(b);
	HZT_OK(bench_put(b, i, i, NULL, NULL));
	HZT_OK(bench_get(b, i, &got, NULL));
	HZT_EQ_INT(got, i);
	hz_map_close(&b->map);
	if (i % 2 == 0) {
		HZT_OK(hz_client_shutdown(b->client, 0, NULL));
	}
	hz_queue_close(&b->queue);
	hz_client_destroy(&b->client);
}

static bool
nobody_is_connected(void *ctx)
{
	bench *b = ctx;
	return hzt_scripted_open(b->member[0]) == 0;
}

static void
cycles(void)
{
	bench b;
	int n = getenv("HZ_SOAK") != NULL ? SOAK_CYCLES : CYCLES / hzt_slowness();
	bench_members(&b, 1, NULL, NULL);
	for (int i = 0; i < 30; i++) {
		use_once(&b, i);
	}
	HZT_AWAIT(nobody_is_connected, &b, PATIENCE_MS);
	int threads = bench_threads();
	int descriptors = bench_descriptors();
	uint64_t rss = bench_rss();
	for (int i = 0; i < n; i++) {
		use_once(&b, i % 50);
	}
	HZT_AWAIT(nobody_is_connected, &b, PATIENCE_MS);
	bench_await_threads(threads);
	HZT_EQ_INT(bench_descriptors(), descriptors);
	// A sanitizer keeps what was freed for a while.
	HZT_CHECK(hzt_slowness() > 1 || bench_rss() < rss + (UINT64_C(8) << 20));
	bench_close(&b);
}

static void
failing_starts(void)
{
	static const char *const once[] = {
			"connection-strategy.connection-retry.cluster-connect-timeout-millis", "0",
			NULL};
	bench b;
	bench_members(&b, 1, NULL, once);
	hzt_scripted_down(b.member[0], HZT_CLOSE);
	int threads = 0;
	int descriptors = 0;
	for (int i = 0; i < 100 / hzt_slowness(); i++) {
		hz_error err = {0};
		HZT_EQ_INT(hz_client_new(b.config, &b.client, &err), HZ_ERR_OFFLINE);
		HZT_CHECK(b.client == NULL && err.retryable);
		if (i == 0) {
			threads = bench_threads();
			descriptors = bench_descriptors();
		}
		bench_await_threads(threads);
		HZT_EQ_INT(bench_descriptors(), descriptors);
	}
	bench_close(&b);
}

// Clients of one process do not know of each other.
static void
several_clients(void)
{
	enum { CLIENTS = 6 };
	bench b[CLIENTS];
	bench_start(&b[0], 2, NULL);
	for (int i = 1; i < CLIENTS; i++) {
		b[i] = (bench){.config = b[0].config};
		bench_connect(&b[i]);
	}
	for (int64_t key = 0; key < 50; key++) {
		int64_t got = 0;
		HZT_OK(bench_put(&b[key % CLIENTS], key, key, NULL, NULL));
		HZT_OK(bench_get(&b[(key + 1) % CLIENTS], key, &got, NULL));
		HZT_EQ_INT(got, key);
	}
	for (int i = 1; i < CLIENTS; i++) {
		b[i].config = NULL;
		bench_close(&b[i]);
		HZT_OK(bench_put(&b[0], i, i, NULL, NULL));
	}
	bench_end(&b[0]);
}

// ---- A child process ----

// What the child finds; the exit code says which of it was wrong.
static int
in_the_child(bench *b, hz_future pending)
{
	hz_value out;
	hz_client *client = b->client;
	hz_map *other = NULL;
	hz_members *members = NULL;
	hz_cancel *cancel = NULL;
	hz_listener_id id;
	hz_lifecycle_listener listener = {.size = sizeof(listener)};
	const hz_err results[] = {
			bench_put(b, 1, 1, NULL, NULL),
			hz_queue_take(b->queue, &out, NULL),
			hz_await_value(pending, &out, NULL),
			hz_map_open(client, "x", NULL, &other, NULL),
			hz_client_members(client, &members, NULL),
			hz_cancel_new(client, &cancel, NULL),
			hz_client_listen_lifecycle(client, &listener, &id, NULL),
			hz_client_shutdown(client, 1000, NULL),
	};
	for (size_t i = 0; i < sizeof(results) / sizeof(results[0]); i++) {
		if (results[i] != HZ_ERR_FORKED) {
			return (int)i + 1;
		}
	}
	hz_batch_begin(client);
	hz_drop(hz_map_get_async(b->map, hz_i64(1)));
	hz_batch_end(client);
	hz_map_close(&b->map);
	hz_queue_close(&b->queue);
	hz_client_destroy(&client);
	return client == NULL ? 0 : 100;
}

typedef struct worker {
	bench *b;
	_Atomic bool stop;
	_Atomic uint64_t done;
	uint64_t failed;
} worker;

static void *
work(void *arg)
{
	worker *w = arg;
	for (int64_t i = 0; !w->stop; i++) {
		w->failed += bench_put(w->b, i % 100, i, NULL, NULL) != HZ_OK;
		w->done++;
	}
	return NULL;
}

static void
child_process(void)
{
	bench b;
	worker w = {.b = &b};
	pthread_t thread;
	hz_value out;
	bench_start(&b, 2, NULL);
	hz_future pending = hz_queue_take_async(b.queue);
	HZT_EQ_INT(pthread_create(&thread, NULL, work, &w), 0);
	for (int i = 0; i < 20; i++) {
		int status = 0;
		uint64_t done = w.done;
		pid_t child = fork();
		if (child == 0) {
			_exit(in_the_child(&b, pending));
		}
		HZT_CHECK(child > 0);
		HZT_EQ_INT(waitpid(child, &status, 0), child);
		HZT_CHECK(WIFEXITED(status));
		HZT_EQ_INT(WEXITSTATUS(status), 0);
		while (w.done == done) {
		}
	}
	w.stop = true;
	pthread_join(thread, NULL);
	HZT_EQ_INT(w.failed, 0);
	HZT_EQ_INT(bench_stats(&b).disconnects, 0);
	HZT_EQ_INT(hzt_scripted_accepted(b.member[0]) + hzt_scripted_accepted(b.member[1]), 2);
	HZT_OK(hz_queue_offer(b.queue, hz_i64(1), 0, NULL, NULL));
	HZT_OK(hz_await_value(pending, &out, NULL));
	hz_value_clear(&out);
	bench_end(&b);
}

// Wherever descriptors run out while a client is made: it is an error, and nothing stays behind.
static void
too_few_descriptors(void)
{
	enum { ENOUGH = 200 };
	bench b;
	struct rlimit before;
	hz_error err;
	hz_err e = HZ_ERR_RESOURCE;
	bench_members(&b, 1, NULL, NULL);
	HZT_OK(hz_config_set(b.config,
			"connection-strategy.connection-retry.cluster-connect-timeout-millis", "50",
			NULL));
	HZT_EQ_INT(getrlimit(RLIMIT_NOFILE, &before), 0);
	int open = bench_descriptors();
	int threads = bench_threads();
	int refused = 0;
	for (int n = 0; e != HZ_OK && n < ENOUGH; n++) {
		struct rlimit low = {.rlim_cur = (rlim_t)(open + n), .rlim_max = before.rlim_max};
		HZT_EQ_INT(setrlimit(RLIMIT_NOFILE, &low), 0);
		e = hz_client_new(b.config, &b.client, &err);
		HZT_EQ_INT(setrlimit(RLIMIT_NOFILE, &before), 0);
		HZT_CHECK(e == HZ_OK || (b.client == NULL && err.message[0] != '\0'));
		if (e != HZ_OK) {
			bench_await_threads(threads);
			HZT_CHECK(bench_descriptors() <=
					open + 1); // the member's side of a connection
			refused++;
		}
	}
	HZT_OK(e);
	HZT_CHECK(refused > 0);
	bench_close(&b);
}

static const hzt_case cases[] = {
		{"shutdown_under_load", shutdown_under_load},
		{"shutdown_in_handshake", shutdown_in_handshake},
		{"shutdown_in_set_up", shutdown_in_set_up},
		{"shutdown_in_backoff", shutdown_in_backoff},
		{"shutdown_in_connect", shutdown_in_connect},
		{"handles_outlive_it", handles_outlive_it},
		{"cycles", cycles},
		{"failing_starts", failing_starts},
		{"several_clients", several_clients},
		{"child_process", child_process},
		{"too_few_descriptors", too_few_descriptors},
};

HZT_MAIN("life", cases)
