// SPDX-License-Identifier: Apache-2.0
//
// An id generator that two processes with eight threads each draw on as fast as they can while one
// of three members that agree by Raft is killed: no id comes twice, and no call fails.
#include "tests/fault/rig.h"
#include "tests/support/cluster.h"
#include "tests/support/suite.h"

#include <inttypes.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROCESSES 2
#define THREADS 8
#define BLOCK 10000
#define AT_ONCE 1000 // ids that a thread takes between two looks at the others
#define IDS_FD 3
#define NAME "ids"
#define PATIENCE_MS 100000

// What the processes share.
typedef struct book {
	size_t each; // ids that every thread is to take
	_Atomic size_t made;
	_Atomic bool killed;
	_Atomic bool failed;
	char why[512];
	int64_t ids[];
} book;

// One process's part.
typedef struct part {
	book *book;
	hz_client *client;
	int64_t *ids;
} part;

static size_t
size_of(size_t each)
{
	return sizeof(book) + PROCESSES * THREADS * each * sizeof(int64_t);
}

static void
give_up(book *b, const char *why)
{
	if (!atomic_exchange(&b->failed, true)) {
		snprintf(b->why, sizeof(b->why), "%s", why);
	}
}

// ---- Both processes ----

static bool
was_killed(void *ctx)
{
	const book *b = ctx;
	return b->killed || b->failed;
}

static bool
take_some(hz_id_generator *generator, book *b, int64_t *ids, size_t n)
{
	hz_error err = {0};
	for (size_t i = 0; i < n; i++) {
		hz_err e = hz_id_generator_new_id(generator, &ids[i], &err);
		if (e != HZ_OK) {
			give_up(b, err.message);
			return false;
		}
	}
	atomic_fetch_add(&b->made, n);
	return true;
}

// The last quarter comes when a member is gone for sure.
static void
take_all(void *ctx, size_t number)
{
	part *p = ctx;
	book *b = p->book;
	int64_t *ids = p->ids + number * b->each;
	hz_id_generator *generator = NULL;
	hz_error err = {0};
	if (hz_id_generator_open(p->client, NAME, NULL, &generator, &err) != HZ_OK) {
		give_up(b, err.message);
		return;
	}
	for (size_t i = 0; i < b->each && !b->failed; i += AT_ONCE) {
		if (i >= b->each / 4 * 3 && !hzt_await(was_killed, b, PATIENCE_MS)) {
			give_up(b, "no member was killed");
		}
		size_t n = b->each - i < AT_ONCE ? b->each - i : AT_ONCE;
		if (!take_some(generator, b, ids + i, n)) {
			break;
		}
	}
	hz_id_generator_close(&generator);
}

// ---- The other process: this same program, with other arguments ----

static int
run_other(const char *addresses, size_t each)
{
	static part p;
	p.book = mmap(NULL, size_of(each), PROT_READ | PROT_WRITE, MAP_SHARED, IDS_FD, 0);
	if (p.book == MAP_FAILED) {
		return 1;
	}
	p.ids = p.book->ids + THREADS * each;
	p.client = hzt_client(addresses, NULL);
	hzt_team *team = hzt_team_start(THREADS, take_all, &p);
	hzt_team_join(&team, 2 * PATIENCE_MS);
	hz_client_destroy(&p.client);
	return 0;
}

static pid_t
start_other(const char *addresses, size_t each, int descriptor)
{
	char text[32];
	pid_t pid = -1;
	snprintf(text, sizeof(text), "%zu", each);
	char *const argv[] = {"ids_test", "--other", (char *)addresses, text, NULL};
	posix_spawn_file_actions_t actions;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, descriptor, IDS_FD);
	int failed = posix_spawn(&pid, "/proc/self/exe", &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	HZT_EQ_INT(failed, 0);
	return pid;
}

// ---- The process that tests ----

static hz_error err;

static int64_t
blocks_taken(hz_client *client)
{
	hz_atomic_long *number = NULL;
	int64_t blocks = -1;
	HZT_OK_ERR(hz_atomic_long_open(client, "hz:atomic:idGenerator:" NAME, NULL, &number, &err),
			&err);
	HZT_OK_ERR(hz_atomic_long_get(number, &blocks, &err), &err);
	hz_atomic_long_close(&number);
	return blocks;
}

static size_t
count_disorder(const int64_t *ids, size_t n)
{
	size_t wrong = 0;
	for (size_t i = 1; i < n; i++) {
		wrong += ids[i] <= ids[i - 1];
	}
	return wrong;
}

// How many ids were there before, or are of no block that was taken.
static size_t
count_twice(const int64_t *ids, size_t n, int64_t blocks)
{
	size_t wrong = 0;
	uint8_t *seen = calloc((size_t)blocks * BLOCK / 8 + 1, 1);
	HZT_CHECK(seen != NULL);
	for (size_t i = 0; i < n; i++) {
		uint64_t id = (uint64_t)ids[i];
		if (id >= (uint64_t)blocks * BLOCK || (seen[id / 8] >> (id % 8) & 1) != 0) {
			wrong++;
			continue;
		}
		seen[id / 8] = (uint8_t)(seen[id / 8] | 1U << (id % 8));
	}
	free(seen);
	return wrong;
}

static void
check_ids(const book *b, int64_t blocks)
{
	size_t all = PROCESSES * THREADS * b->each;
	for (size_t i = 0; i < PROCESSES * THREADS; i++) {
		HZT_EQ_INT(count_disorder(b->ids + i * b->each, b->each), 0);
	}
	HZT_EQ_INT(b->made, all);
	HZT_CHECK(blocks * BLOCK >= (int64_t)all);
	HZT_EQ_INT(count_twice(b->ids, all, blocks), 0);
}

static bool
is_under_way(void *ctx)
{
	const book *b = ctx;
	return b->failed || b->made >= PROCESSES * THREADS * b->each / 4;
}

static void
none_twice_when_a_member_is_killed(void)
{
	static part p;
	int status = -1;
	size_t each = hzt_size(10000000, 4000000, 400000) / (PROCESSES * THREADS);
	int descriptor = memfd_create("ids", MFD_CLOEXEC);
	HZT_CHECK(descriptor >= 0 && ftruncate(descriptor, (off_t)size_of(each)) == 0);
	book *b = mmap(NULL, size_of(each), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
	HZT_CHECK(b != MAP_FAILED);
	b->each = each;
	hzt_cluster *cluster = hzt_cluster_start("3 version=5.4.0 cp=3");
	p = (part){b, hzt_client(hzt_cluster_addresses(cluster), NULL), b->ids};

	int64_t begun_ms = hzt_now_ms();
	pid_t other = start_other(hzt_cluster_addresses(cluster), each, descriptor);
	hzt_team *team = hzt_team_start(THREADS, take_all, &p);
	HZT_AWAIT(is_under_way, b, PATIENCE_MS);
	hzt_cluster_kill(cluster, 0);
	b->killed = true;
	hzt_team_join(&team, 2 * PATIENCE_MS);
	HZT_CHECK(waitpid(other, &status, 0) == other);
	int64_t took_ms = hzt_now_ms() - begun_ms;
	if (b->failed) {
		printf("  %s\n", b->why);
	}
	HZT_EQ_INT(status, 0);
	HZT_CHECK(!b->failed);
	int64_t blocks = blocks_taken(p.client);
	printf("  %zu ids of %" PRId64 " blocks in %" PRId64 " ms, a killed member included\n",
			(size_t)b->made, blocks, took_ms);
	check_ids(b, blocks);

	hz_client_destroy(&p.client);
	hzt_cluster_end(&cluster);
	munmap(b, size_of(each));
	close(descriptor);
}

static const hzt_case cases[] = {
		{"none_twice_when_a_member_is_killed", none_twice_when_a_member_is_killed},
};

int
main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "--other") == 0) {
		return run_other(argv[2], (size_t)strtoull(argv[3], NULL, 10));
	}
	return hzt_main("ids", cases, sizeof(cases) / sizeof(cases[0]), argc, argv);
}
