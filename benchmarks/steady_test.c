// SPDX-License-Identifier: Apache-2.0
//
// In steady state the library takes nothing from the heap: neither for a get, nor for a set, alone,
// with many on their way, or from many threads. The member is a process of its own, so that what is
// counted here is the client.
#include "benchmarks/allocations.h"
#include "tests/support/suite.h"

#include <hazelcast/hazelcast.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { KEYS = 100, WARM = 3000, COUNTED = 5000, DEPTH = 16, THREADS = 8, VALUE = 100 };

// A pool may still grow once when more calls meet than ever before, and a heartbeat may fall into
// the count. Anything that happens in each operation is far above this.
enum { FEW = 10 };

static struct {
	pid_t pid;
	int input; // the member lives until this is closed
	char address[64];
	hz_client *client;
} fixture;

static void
start_member(void)
{
	int down[2] = {-1, -1};
	int up[2] = {-1, -1};
	HZT_CHECK(pipe(down) == 0 && pipe(up) == 0);
	fixture.pid = fork();
	HZT_CHECK(fixture.pid >= 0);
	if (fixture.pid == 0) {
		dup2(down[0], STDIN_FILENO);
		dup2(up[1], STDOUT_FILENO);
		close(down[1]);
		close(up[0]);
		execl("benchmarks/scripted_member", "scripted_member", NULL);
		_exit(127);
	}
	close(down[0]);
	close(up[1]);
	fixture.input = down[1];
	FILE *output = fdopen(up[0], "r");
	HZT_CHECK(output != NULL);
	HZT_CHECK(fgets(fixture.address, sizeof(fixture.address), output) != NULL);
	fixture.address[strcspn(fixture.address, "\n")] = '\0';
	fclose(output);
}

static hz_map *
open_map(void)
{
	hz_error error;
	hz_map *map = NULL;
	HZT_OK_ERR(hz_map_open(fixture.client, "steady", NULL, &map, &error), &error);
	return map;
}

static void
get(hz_map *map, int i)
{
	hz_error error;
	hz_value value;
	HZT_OK_ERR(hz_map_get(map, hz_i64(i % KEYS), &value, &error), &error);
	HZT_EQ_INT(hz_value_kind(&value), HZ_KIND_BYTES);
	hz_value_clear(&value);
}

static void
set(hz_map *map, int i)
{
	static const char bytes[VALUE];
	hz_error error;
	HZT_OK_ERR(hz_map_set(map, hz_i64(i % KEYS), hz_bytes(bytes, VALUE), NULL, &error), &error);
}

// Runs it until pools are filled, then counts.
static uint64_t
count_allocations(void (*operation)(hz_map *, int), hz_map *map)
{
	for (int i = 0; i < WARM; i++) {
		operation(map, i);
	}
	uint64_t before = allocations_count();
	allocations_watch(true);
	for (int i = 0; i < COUNTED; i++) {
		operation(map, i);
	}
	allocations_watch(false);
	return allocations_count() - before;
}

static void
begin(void)
{
	if (fixture.client != NULL) {
		return;
	}
	hz_error error;
	hz_config *config = NULL;
	start_member();
	HZT_OK_ERR(hz_config_new(&config, &error), &error);
	HZT_OK_ERR(hz_config_set(config, "network.cluster-members", fixture.address, &error),
			&error);
	HZT_OK_ERR(hz_client_new(config, &fixture.client, &error), &error);
	hz_config_destroy(&config);
	hz_map *map = open_map();
	for (int i = 0; i < KEYS; i++) {
		set(map, i);
	}
	hz_map_close(&map);
}

// What counts must be able to count: one allocation of ours, and one inside a library.
static void
allocations_are_seen(void)
{
	begin();
	uint64_t before = allocations_count();
	allocations_watch(true);
	hz_config *config = NULL;
	hz_error error;
	HZT_OK_ERR(hz_config_new(&config, &error), &error);
	allocations_watch(false);
	HZT_CHECK(allocations_count() > before);
	hz_config_destroy(&config);
	before = allocations_count();
	HZT_OK_ERR(hz_config_new(&config, &error), &error);
	HZT_EQ_INT(allocations_count(), before);
	hz_config_destroy(&config);
}

static void
gets_take_nothing(void)
{
	begin();
	hz_map *map = open_map();
	HZT_CHECK(count_allocations(get, map) <= FEW);
	hz_map_close(&map);
}

static void
sets_take_nothing(void)
{
	begin();
	hz_map *map = open_map();
	HZT_CHECK(count_allocations(set, map) <= FEW);
	hz_map_close(&map);
}

// Sixteen on their way; then all are awaited.
static void
get_many(hz_map *map, int i)
{
	hz_future futures[DEPTH];
	hz_error error;
	hz_batch_begin(fixture.client);
	for (int j = 0; j < DEPTH; j++) {
		futures[j] = hz_map_get_async(map, hz_i64((i + j) % KEYS));
	}
	for (int j = 0; j < DEPTH; j++) {
		hz_value value;
		HZT_OK_ERR(hz_await_value(futures[j], &value, &error), &error);
		hz_value_clear(&value);
	}
	hz_batch_end(fixture.client);
}

static void
many_on_their_way_take_nothing(void)
{
	begin();
	hz_map *map = open_map();
	HZT_CHECK(count_allocations(get_many, map) <= FEW);
	hz_map_close(&map);
}

// A busy machine lets answers pile up as never before, and the pools grow to what they then need;
// in one of so many rounds they do not.
enum { ROUNDS = 5 };

struct worker {
	pthread_t thread;
	pthread_barrier_t *start;
	hz_map *map;
};

static void *
work(void *context)
{
	struct worker *worker = context;
	for (int i = 0; i < WARM; i++) {
		get(worker->map, i);
		set(worker->map, i);
	}
	for (int round = 0; round < ROUNDS; round++) {
		pthread_barrier_wait(worker->start);
		pthread_barrier_wait(worker->start);
		for (int i = 0; i < COUNTED / THREADS; i++) {
			get(worker->map, i);
			set(worker->map, i);
		}
		pthread_barrier_wait(worker->start);
	}
	return NULL;
}

static void
many_threads_take_nothing(void)
{
	begin();
	struct worker workers[THREADS];
	pthread_barrier_t start;
	pthread_barrier_init(&start, NULL, THREADS + 1);
	for (int i = 0; i < THREADS; i++) {
		workers[i] = (struct worker){.start = &start, .map = open_map()};
		HZT_CHECK(pthread_create(&workers[i].thread, NULL, work, &workers[i]) == 0);
	}
	uint64_t least = UINT64_MAX;
	for (int round = 0; round < ROUNDS; round++) {
		// All are warm; the count begins; all have done theirs.
		pthread_barrier_wait(&start);
		uint64_t before = allocations_count();
		allocations_watch(true);
		pthread_barrier_wait(&start);
		pthread_barrier_wait(&start);
		allocations_watch(false);
		uint64_t taken = allocations_count() - before;
		least = taken < least ? taken : least;
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_join(workers[i].thread, NULL);
		hz_map_close(&workers[i].map);
	}
	pthread_barrier_destroy(&start);
	HZT_CHECK(least <= FEW);
}

// The last case: the client and its member end.
static void
all_ends(void)
{
	begin();
	hz_client_destroy(&fixture.client);
	HZT_CHECK(fixture.client == NULL);
	int status = -1;
	close(fixture.input);
	HZT_CHECK(waitpid(fixture.pid, &status, 0) == fixture.pid);
	HZT_CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static const hzt_case cases[] = {
		{"allocations_are_seen", allocations_are_seen},
		{"gets_take_nothing", gets_take_nothing},
		{"sets_take_nothing", sets_take_nothing},
		{"many_on_their_way_take_nothing", many_on_their_way_take_nothing},
		{"many_threads_take_nothing", many_threads_take_nothing},
		{"all_ends", all_ends},
};

HZT_MAIN("steady", cases)
