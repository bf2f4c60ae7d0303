// SPDX-License-Identifier: Apache-2.0
//
// Id generators: which ids come, what another client gets, and what the atomic long behind them
// counts. Lost answers are the subject of tests/cp/lost_block_test.c.
#include "tests/cp/rig.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define BLOCK 10000
#define LAST_BLOCK (INT64_MAX / BLOCK - 1)
#define LONG_MS 60000

static hz_error err;
static hz_id_generator *ids, *seen; // of two clients
static hz_atomic_long *number;      // behind both, of the second one

static hz_id_generator *
open_in(hz_client *client, const char *name)
{
	hz_id_generator *opened = NULL;
	HZT_OK_ERR(hz_id_generator_open(client, name, NULL, &opened, &err), &err);
	return opened;
}

// A generator of its own for the case, in both clients.
static void
begin_in(const char *group)
{
	char behind[160];
	const char *name = rig_name("ids", group);
	ids = open_in(rig_client(), name);
	seen = open_in(rig_other(), name);
	snprintf(behind, sizeof(behind), "hz:atomic:idGenerator:%s", name);
	HZT_OK_ERR(hz_atomic_long_open(rig_other(), behind, NULL, &number, &err), &err);
}

static void
begin(void)
{
	begin_in(NULL);
}

static void
finish(void)
{
	hz_id_generator_close(&seen);
	hz_atomic_long_close(&number);
	HZT_OK_ERR(hz_id_generator_destroy(&ids, &err), &err);
	HZT_CHECK(ids == NULL);
}

static int64_t
id_of(hz_id_generator *of)
{
	int64_t id = -1;
	HZT_OK_ERR(hz_id_generator_new_id(of, &id, &err), &err);
	return id;
}

static int64_t
blocks(void)
{
	int64_t n = -1;
	HZT_OK_ERR(hz_atomic_long_get(number, &n, &err), &err);
	return n;
}

static bool
init(hz_id_generator *of, int64_t id)
{
	bool done = id % 2 == 0; // whatever it was, it is written
	HZT_OK_ERR(hz_id_generator_init(of, id, &done, &err), &err);
	return done;
}

// ---- Names ----

static void
opens_by_name(void)
{
	hz_client *client = rig_client();
	hz_id_generator *none = NULL;
	static const char *const bad[] = {"", " ", "a@", "@g", "a@b@c", "a@METADATA"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		HZT_EQ_INT(hz_id_generator_open(client, bad[i], NULL, &none, &err),
				HZ_ERR_ARGUMENT);
	}
	HZT_EQ_INT(hz_id_generator_open(client, NULL, NULL, &none, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_id_generator_open(client, "i", NULL, NULL, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_id_generator_open(client, "i", &(hz_call){.timeout_ms = -5}, &none, &err),
			HZ_ERR_ARGUMENT);
	HZT_CHECK(none == NULL);
}

static void
spellings_of_a_name_are_one(void)
{
	char other[160];
	const char *name = rig_name("ids", NULL);
	snprintf(other, sizeof(other), "  %s @ Default ", name);
	ids = open_in(rig_client(), name);
	seen = open_in(rig_client(), other);
	HZT_EQ_STR(hz_id_generator_name(seen), name);
	HZT_EQ_INT(id_of(ids), 0);
	HZT_EQ_INT(id_of(seen), 1);
	hz_id_generator_close(&seen);
	HZT_OK_ERR(hz_id_generator_destroy(&ids, &err), &err);
}

static void
a_group_has_its_own(void)
{
	char name[128];
	begin_in("side");
	snprintf(name, sizeof(name), "%s", hz_id_generator_name(ids));
	HZT_CHECK(strcmp(name + strlen(name) - 5, "@side") == 0);
	HZT_EQ_INT(id_of(ids), 0);
	HZT_EQ_INT(blocks(), 1);
	name[strlen(name) - 5] = '\0';
	hz_id_generator *plain = open_in(rig_client(), name);
	HZT_EQ_INT(id_of(plain), 0);
	HZT_OK_ERR(hz_id_generator_destroy(&plain, &err), &err);
	HZT_EQ_INT(id_of(ids), 1);
	finish();
}

// ---- Which ids ----

static void
ids_begin_with_zero(void)
{
	int64_t id = -1;
	begin();
	HZT_EQ_INT(hz_id_generator_backend(ids), rig_is_map() ? HZ_BACKEND_MAP : HZ_BACKEND_CP);
	HZT_EQ_INT(hz_id_generator_backend(NULL), HZ_BACKEND_NONE);
	HZT_CHECK(!hz_id_generator_take(ids, &id) && id == -1);
	HZT_EQ_INT(blocks(), 0);
	for (int64_t i = 0; i < 5; i++) {
		HZT_EQ_INT(id_of(ids), i);
	}
	HZT_CHECK(hz_id_generator_take(ids, &id));
	HZT_EQ_INT(id, 5);
	HZT_EQ_INT(blocks(), 1);
	finish();
}

static void
clients_take_turns_by_the_block(void)
{
	begin();
	HZT_EQ_INT(id_of(ids), 0);
	HZT_EQ_INT(id_of(seen), BLOCK);
	HZT_EQ_INT(id_of(ids), 1);
	HZT_EQ_INT(id_of(seen), BLOCK + 1);
	HZT_EQ_INT(blocks(), 2);
	for (int64_t i = 2; i < BLOCK; i++) {
		HZT_EQ_INT(id_of(ids), i);
	}
	HZT_EQ_INT(blocks(), 2);
	int64_t id = -1;
	HZT_CHECK(!hz_id_generator_take(ids, &id));
	HZT_EQ_INT(id_of(ids), INT64_C(2) * BLOCK);
	HZT_EQ_INT(id_of(seen), BLOCK + 2);
	HZT_EQ_INT(blocks(), 3);
	finish();
}

static void
handles_share_a_block(void)
{
	begin();
	hz_id_generator *same = open_in(rig_client(), hz_id_generator_name(ids));
	HZT_EQ_INT(id_of(ids), 0);
	HZT_EQ_INT(id_of(same), 1);
	HZT_EQ_INT(id_of(ids), 2);
	hz_id_generator_close(&same);
	HZT_CHECK(same == NULL);
	same = open_in(rig_client(), hz_id_generator_name(ids));
	HZT_EQ_INT(id_of(same), 3);
	HZT_EQ_INT(blocks(), 1);
	hz_id_generator_close(&same);
	finish();
}

static void
the_last_block_is_the_last(void)
{
	int64_t id = -1;
	begin();
	HZT_OK_ERR(hz_atomic_long_set(number, LAST_BLOCK, &err), &err);
	HZT_EQ_INT(id_of(ids), LAST_BLOCK * BLOCK);
	HZT_EQ_INT(hz_id_generator_new_id(seen, &id, &err), HZ_ERR_LIMIT);
	HZT_CHECK(!err.in_doubt);
	HZT_OK_ERR(hz_atomic_long_set(number, -3, &err), &err);
	HZT_EQ_INT(hz_id_generator_new_id(seen, &id, &err), HZ_ERR_LIMIT);
	HZT_EQ_INT(id, -1);
	HZT_EQ_INT(id_of(ids), LAST_BLOCK * BLOCK + 1);
	finish();
}

// ---- Beginning elsewhere ----

static void
begins_behind_an_id(void)
{
	begin();
	HZT_CHECK(!init(ids, -4569));
	HZT_CHECK(!init(ids, INT64_MAX));
	HZT_EQ_INT(blocks(), 0);
	HZT_CHECK(init(ids, 3569));
	HZT_EQ_INT(blocks(), 1);
	HZT_EQ_INT(id_of(ids), 3570);
	HZT_CHECK(!init(ids, 4569));
	HZT_CHECK(!init(seen, 4569));
	HZT_EQ_INT(id_of(ids), 3571);
	HZT_EQ_INT(id_of(seen), BLOCK);
	HZT_EQ_INT(blocks(), 2);
	finish();
}

typedef struct beginning {
	int64_t id, blocks;
} beginning;

// Behind the last id of a block there is the next block.
static void
begins_at_the_edges(void)
{
	static const beginning all[] = {
			{0, 1},
			{9998, 1},
			{9999, 1},
			{BLOCK, 2},
			{INT64_C(123456789012), 12345679},
			{LAST_BLOCK * BLOCK + 9998, LAST_BLOCK + 1},
	};
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		begin();
		HZT_CHECK(init(ids, all[i].id));
		HZT_EQ_INT(blocks(), all[i].blocks);
		HZT_EQ_INT(id_of(ids), all[i].id + 1);
		bool at_end = all[i].id == LAST_BLOCK * BLOCK + 9998;
		if (!at_end) {
			HZT_EQ_INT(id_of(ids), all[i].id + 2);
			int64_t next = id_of(seen);
			HZT_EQ_INT(next, (blocks() - 1) * BLOCK);
		}
		finish();
	}
}

static void
does_not_begin_twice(void)
{
	begin();
	HZT_EQ_INT(id_of(seen), 0);
	HZT_CHECK(!init(ids, 500));
	HZT_CHECK(!init(seen, 500));
	HZT_EQ_INT(blocks(), 1);
	HZT_EQ_INT(id_of(seen), 1);
	HZT_EQ_INT(id_of(ids), BLOCK);
	finish();
}

// ---- Many threads ----

enum { THREADS = 8 };

typedef struct member_of_team {
	hz_client *client;
	const char *name;
	int64_t *ids;
	size_t n;
	int64_t first; // what it tries to begin behind
	bool began;
	int failures;
} member_of_team;

static member_of_team team[THREADS];
static pthread_barrier_t together;

static void
run_team(void *(*run)(void *), size_t each, int64_t *all)
{
	pthread_t threads[THREADS];
	HZT_EQ_INT(pthread_barrier_init(&together, NULL, THREADS), 0);
	for (size_t i = 0; i < THREADS; i++) {
		team[i] = (member_of_team){
				.client = i % 2 == 0 ? rig_client() : rig_other(),
				.name = hz_id_generator_name(ids),
				.ids = all + i * each,
				.n = each,
				.first = (int64_t)(i + 1) * 1000,
		};
		HZT_EQ_INT(pthread_create(&threads[i], NULL, run, &team[i]), 0);
	}
	for (size_t i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		HZT_EQ_INT(team[i].failures, 0);
	}
	pthread_barrier_destroy(&together);
}

static int
compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a;
	int64_t y = *(const int64_t *)b;
	return x < y ? -1 : x > y;
}

static void
check_unique(int64_t *all, size_t n)
{
	size_t twice = 0;
	qsort(all, n, sizeof(*all), compare);
	for (size_t i = 1; i < n; i++) {
		twice += all[i] == all[i - 1];
	}
	HZT_EQ_INT(twice, 0);
	HZT_CHECK(all[0] >= 0 && all[n - 1] < blocks() * BLOCK);
}

static void *
collect(void *ctx)
{
	member_of_team *self = ctx;
	hz_id_generator *own = NULL;
	hz_error why = {0};
	hz_err e = hz_id_generator_open(self->client, self->name, NULL, &own, &why);
	pthread_barrier_wait(&together);
	for (size_t i = 0; e == HZ_OK && i < self->n; i++) {
		e = hz_id_generator_new_id(own, &self->ids[i], &why);
		if (i > 0 && self->ids[i] <= self->ids[i - 1]) {
			printf("  id %lld after %lld\n", (long long)self->ids[i],
					(long long)self->ids[i - 1]);
			self->failures++;
		}
	}
	if (e != HZ_OK) {
		printf("  %s: %s\n", hz_err_name(e), why.message);
		self->failures++;
	}
	hz_id_generator_close(&own);
	return NULL;
}

// And each of them sees ids that ascend.
static void
threads_never_get_the_same(void)
{
	size_t each = hzt_slowness() > 1 ? 20000 : 100000;
	int64_t *all = calloc(THREADS * each, sizeof(*all));
	HZT_CHECK(all != NULL);
	begin();
	run_team(collect, each, all);
	check_unique(all, THREADS * each);
	// Few are taken beside those that are used: by calls that have waited long.
	int64_t used = (int64_t)(THREADS * each / BLOCK);
	HZT_CHECK(blocks() >= used);
	HZT_CHECK(blocks() <= 2 * used + THREADS || !rig_says(RIG_ONE_BLOCK));
	free(all);
	finish();
}

static void *
try_to_begin(void *ctx)
{
	member_of_team *self = ctx;
	hz_id_generator *own = NULL;
	if (hz_id_generator_open(self->client, self->name, NULL, &own, NULL) != HZ_OK) {
		self->failures++;
	}
	pthread_barrier_wait(&together);
	self->failures += hz_id_generator_init(own, self->first, &self->began, NULL) != HZ_OK;
	for (size_t i = 0; i < self->n; i++) {
		self->failures += hz_id_generator_new_id(own, &self->ids[i], NULL) != HZ_OK;
	}
	hz_id_generator_close(&own);
	return NULL;
}

static void
one_of_all_begins(void)
{
	enum { EACH = 3000 };
	static int64_t all[THREADS * EACH];
	begin();
	run_team(try_to_begin, EACH, all);
	int64_t first = -1;
	for (size_t i = 0; i < THREADS; i++) {
		HZT_CHECK(!team[i].began || first < 0);
		first = team[i].began ? team[i].first : first;
	}
	HZT_CHECK(first > 0);
	check_unique(all, (size_t)THREADS * EACH);
	HZT_CHECK(all[0] > first);
	finish();
}

// ---- Forms ----

// One of them asks, the others wait for what it brings, in whatever order they are awaited.
static void
futures_follow_each_other(void)
{
	enum { N = 300 };
	static hz_future futures[N];
	static int64_t all[N];
	begin();
	for (size_t i = 0; i < N; i++) {
		futures[i] = hz_id_generator_new_id_async(ids);
	}
	for (size_t i = N; i-- > 0;) {
		HZT_OK_ERR(hz_await_i64(futures[i], &all[i], &err), &err);
	}
	check_unique(all, N);
	// An answer that takes longer than the pause between two tries is not waited for.
	HZT_CHECK(blocks() <= 10 || !rig_says(RIG_ONE_BLOCK));
	finish();
}

static void
tell(void *ctx, hz_err e, hz_result *result, const hz_error *failure)
{
	(void)failure;
	int64_t what = e != HZ_OK                        ? -(int64_t)e
			: result->kind == HZ_RESULT_BOOL ? 1 + result->u.b
							 : 1 + result->u.i64;
	atomic_store((_Atomic int64_t *)ctx, what);
}

static bool
is_told(void *ctx)
{
	return atomic_load((_Atomic int64_t *)ctx) != 0;
}

static int64_t
result_of(hz_future future)
{
	static _Atomic int64_t place;
	atomic_store(&place, 0);
	HZT_OK(hz_then(future, tell, (void *)&place));
	HZT_AWAIT(is_told, (void *)&place, LONG_MS);
	return atomic_load(&place) - 1;
}

static void
callbacks_and_kinds(void)
{
	int32_t wrong = 0;
	begin();
	HZT_EQ_INT(result_of(hz_id_generator_init_async(ids, -1)), false);
	HZT_EQ_INT(result_of(hz_id_generator_init_async(ids, 6)), true);
	HZT_EQ_INT(result_of(hz_id_generator_new_id_async(ids)), 7);
	HZT_EQ_INT(result_of(hz_id_generator_new_id_async(seen)), BLOCK);
	hz_future ready = hz_id_generator_new_id_async(ids);
	HZT_CHECK(hz_future_done(ready));
	HZT_EQ_INT(hz_await_i32(ready, &wrong, &err), HZ_ERR_TYPE);
	hz_drop(hz_id_generator_new_id_async(ids));
	HZT_EQ_INT(id_of(ids), 10);
	finish();
}

// ---- Ends ----

static void
a_destroyed_one_is_gone(void)
{
	int64_t id = -1;
	begin();
	HZT_EQ_INT(id_of(ids), 0);
	HZT_EQ_INT(id_of(seen), BLOCK);
	HZT_OK_ERR(hz_run_none(hz_id_generator_destroy_async(ids), &err), &err);
	// What was at hand is gone with it; other clients get to the end of theirs.
	HZT_CHECK(!hz_id_generator_take(ids, &id));
	HZT_EQ_INT(hz_id_generator_new_id(ids, &id, &err), HZ_ERR_DESTROYED);
	HZT_EQ_INT(hz_id_generator_init(ids, 5, NULL, &err), HZ_ERR_DESTROYED);
	for (int64_t i = 1; i < BLOCK; i++) {
		HZT_EQ_INT(id_of(seen), BLOCK + i);
	}
	HZT_EQ_INT(hz_id_generator_new_id(seen, &id, &err), HZ_ERR_DESTROYED);
	hz_id_generator_close(&ids);
	hz_id_generator_close(&seen);
	hz_atomic_long_close(&number);
}

static void
a_closed_client_gives_none(void)
{
	const char *name = rig_name("ids", NULL);
	hz_client *client = rig_client_with(NULL, NULL);
	hz_id_generator *own = open_in(client, name);
	int64_t id = id_of(own);
	HZT_EQ_INT(id, 0);
	HZT_EQ_INT(hz_id_generator_call(own, &(hz_call){.timeout_ms = -5}), HZ_ERR_ARGUMENT);
	HZT_OK(hz_id_generator_call(own, &(hz_call){.timeout_ms = 20000}));
	HZT_EQ_INT(id_of(own), 1);
	HZT_OK_ERR(hz_client_shutdown(client, 5000, &err), &err);
	HZT_EQ_INT(hz_id_generator_new_id(own, &id, &err), HZ_ERR_CLOSED);
	HZT_EQ_INT(hz_id_generator_init(own, -1, NULL, &err), HZ_ERR_CLOSED);
	HZT_CHECK(!hz_id_generator_take(own, &id));
	hz_id_generator_close(&own);
	hz_client_destroy(&client);
}

// What is at hand belongs to one process: a child would give the same ids again.
static void
a_child_gets_none(void)
{
	begin();
	int64_t id = id_of(ids);
	pid_t child = fork();
	if (child == 0) {
		bool right = !hz_id_generator_take(ids, &id) &&
				hz_id_generator_new_id(ids, &id, NULL) == HZ_ERR_FORKED;
		hz_id_generator_close(&ids);
		_exit(right ? 0 : 1);
	}
	int status = -1;
	HZT_CHECK(child > 0 && waitpid(child, &status, 0) == child);
	HZT_CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	HZT_EQ_INT(id_of(ids), 1);
	finish();
}

static const hzt_case cases[] = {
		{"opens_by_name", opens_by_name},
		{"spellings_of_a_name_are_one", spellings_of_a_name_are_one},
		{"a_group_has_its_own", a_group_has_its_own},
		{"ids_begin_with_zero", ids_begin_with_zero},
		{"clients_take_turns_by_the_block", clients_take_turns_by_the_block},
		{"handles_share_a_block", handles_share_a_block},
		{"the_last_block_is_the_last", the_last_block_is_the_last},
		{"begins_behind_an_id", begins_behind_an_id},
		{"begins_at_the_edges", begins_at_the_edges},
		{"does_not_begin_twice", does_not_begin_twice},
		{"threads_never_get_the_same", threads_never_get_the_same},
		{"one_of_all_begins", one_of_all_begins},
		{"futures_follow_each_other", futures_follow_each_other},
		{"callbacks_and_kinds", callbacks_and_kinds},
		{"a_destroyed_one_is_gone", a_destroyed_one_is_gone},
		{"a_closed_client_gives_none", a_closed_client_gives_none},
		{"a_child_gets_none", a_child_gets_none},
};

HZT_MAIN("id_generator", cases)
