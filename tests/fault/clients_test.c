// SPDX-License-Identifier: Apache-2.0
//
// Several clients in one process, hundreds of handles, and handles that other threads use than the
// one that has opened them.
#include "tests/fault/rig.h"
#include "tests/support/cluster.h"
#include "tests/support/suite.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define CLIENTS 5
#define MAPS 100 // of each client; as many handles of queues
#define THREADS 16
#define ROUNDS 400
#define SHARERS 32

typedef struct world {
	char prefix[48];
	hz_client *clients[CLIENTS];
	hz_map *maps[CLIENTS][MAPS];
	hz_queue *queues[CLIENTS][MAPS];
	hz_map *shared;
	atomic_size_t errors;
} world;

// Outlives a case that fails, as its threads do.
static world w;

static void
expect(bool ok, const char *what, const hz_error *err)
{
	if (!ok && atomic_fetch_add(&w.errors, 1) < 5) {
		printf("  %s: %s: %s\n", what, hz_err_name((hz_err)err->code), err->message);
	}
}

static void
name_structure(char *name, size_t cap, size_t number)
{
	snprintf(name, cap, "%s-%zu", w.prefix, number);
}

static void
open_handles(size_t client)
{
	for (size_t i = 0; i < MAPS; i++) {
		char name[64];
		hz_error err = {0};
		name_structure(name, sizeof(name), i);
		hz_client *one = w.clients[client];
		HZT_OK_ERR(hz_map_open(one, name, NULL, &w.maps[client][i], &err), &err);
		HZT_OK_ERR(hz_queue_open(one, name, NULL, &w.queues[client][i], &err), &err);
	}
}

static void
begin(void)
{
	memset(&w, 0, sizeof(w));
	snprintf(w.prefix, sizeof(w.prefix), "clients-%d-%lld", (int)getpid(),
			(long long)hzt_now_ms());
	for (size_t i = 0; i < CLIENTS; i++) {
		w.clients[i] = hzt_client(hzt_shared_addresses(), NULL);
		open_handles(i);
	}
}

static void
destroy_structures(void)
{
	for (size_t i = 0; i < MAPS; i++) {
		hz_error err = {0};
		HZT_OK_ERR(hz_map_destroy(&w.maps[0][i], &err), &err);
		HZT_OK_ERR(hz_queue_destroy(&w.queues[0][i], &err), &err);
		HZT_CHECK(w.maps[0][i] == NULL && w.queues[0][i] == NULL);
	}
}

static void
end(void)
{
	destroy_structures();
	for (size_t i = 0; i < CLIENTS; i++) {
		for (size_t j = 0; j < MAPS; j++) {
			hz_map_close(&w.maps[i][j]);
			hz_queue_close(&w.queues[i][j]);
		}
		hz_client_destroy(&w.clients[i]);
	}
	HZT_EQ_INT(atomic_load(&w.errors), 0);
}

// What one client writes another one reads; an item goes in by one and comes out by another.
static void
pass_around(size_t number, size_t round, uint64_t *random)
{
	hz_error err = {0};
	size_t from = hzt_random(random, CLIENTS);
	size_t to = hzt_random(random, CLIENTS);
	size_t place = hzt_random(random, MAPS);
	hz_value key = hz_i64((int64_t)number);
	hz_value value = hz_i64((int64_t)round);
	hz_value got = hz_null();
	int64_t read = -1;
	bool done = false;

	expect(hz_map_set(w.maps[from][place], key, value, NULL, &err) == HZ_OK, "set", &err);
	expect(hz_map_get(w.maps[to][place], key, &got, &err) == HZ_OK, "get", &err);
	expect(hz_value_get_i64(&got, &read) == HZ_OK && read == (int64_t)round, "value", &err);
	hz_value_clear(&got);

	expect(hz_queue_offer(w.queues[from][place], key, 0, &done, &err) == HZ_OK, "offer", &err);
	// Another thread may have been quicker with this one, but then it has left its own.
	expect(hz_queue_poll(w.queues[to][place], 10000, &got, &err) == HZ_OK, "poll", &err);
	expect(!hz_value_is_null(&got), "item", &err);
	hz_value_clear(&got);
}

static void
use_all_handles(void *ctx, size_t number)
{
	(void)ctx;
	uint64_t random = number;
	for (size_t i = 0; i < hzt_size((size_t)20 * ROUNDS, ROUNDS, ROUNDS / 4); i++) {
		pass_around(number, i, &random);
	}
}

static void
handles_of_many_clients_work_on_all_threads(void)
{
	begin();
	hzt_team *team = hzt_team_start(THREADS, use_all_handles, NULL);
	hzt_team_join(&team, 60000);
	end();
}

static void
use_one_handle(void *ctx, size_t number)
{
	(void)ctx;
	hz_error err = {0};
	for (size_t i = 0; i < ROUNDS; i++) {
		hz_value got = hz_null();
		hz_value key = hz_i64((int64_t)(number * ROUNDS + i));
		int64_t read = -1;
		hz_future write = hz_map_set_async(w.shared, key, key, NULL);
		expect(hz_await_none(write, &err) == HZ_OK, "set", &err);
		expect(hz_map_get(w.shared, key, &got, &err) == HZ_OK, "get", &err);
		hz_value_get_i64(&got, &read);
		expect(read == (int64_t)(number * ROUNDS + i), "value", &err);
		hz_value_clear(&got);
	}
}

static void
one_handle_works_on_all_threads_at_once(void)
{
	begin();
	w.shared = w.maps[0][0];
	hzt_team *team = hzt_team_start(SHARERS, use_one_handle, NULL);
	hzt_team_join(&team, 60000);
	int32_t size = 0;
	hz_error err = {0};
	HZT_OK_ERR(hz_map_size(w.maps[CLIENTS - 1][0], &size, &err), &err);
	HZT_EQ_INT(size, SHARERS * ROUNDS);
	end();
}

// The end of one client is no business of the others.
static void
a_client_ends_beside_others(void)
{
	begin();
	hzt_team *team = hzt_team_start(1, use_all_handles, NULL);
	for (size_t i = 0; i < 20; i++) {
		hz_error err = {0};
		hz_map *map = NULL;
		hz_client *short_lived = hzt_client(hzt_shared_addresses(), NULL);
		HZT_OK_ERR(hz_map_open(short_lived, w.prefix, NULL, &map, &err), &err);
		HZT_OK_ERR(hz_map_set(map, hz_i32(1), hz_i32(1), NULL, &err), &err);
		hz_client_destroy(&short_lived);
		// A handle that has outlived its client says so.
		HZT_EQ_INT(hz_map_set(map, hz_i32(1), hz_i32(1), NULL, &err), HZ_ERR_CLOSED);
		hz_map_close(&map);
	}
	hzt_team_join(&team, 60000);
	end();
}

static const hzt_case cases[] = {
		{"handles_of_many_clients_work_on_all_threads",
				handles_of_many_clients_work_on_all_threads},
		{"one_handle_works_on_all_threads_at_once",
				one_handle_works_on_all_threads_at_once},
		{"a_client_ends_beside_others", a_client_ends_beside_others},
};

HZT_MAIN("clients", cases)
