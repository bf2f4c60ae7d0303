// SPDX-License-Identifier: Apache-2.0
//
// Flake ids of real members: never the same twice, whoever asks. Which batches they come from is
// the subject of tests/scripted/flake_id_generator_test.c.
#include "tests/cluster/session.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define THREADS 8
#define STEP 65536 // from one id of a batch to the next: node ids have 16 bits

static hz_error err;

static hz_flake_id_generator *
open_in(hz_client *client, const char *name, int32_t count)
{
	hz_flake_id_generator *ids = NULL;
	hz_flake_id_options options = hz_flake_id_options_default();
	options.prefetch_count = count;
	HZT_OK_ERR(hz_flake_id_generator_open(client, name, &options, NULL, &ids, &err), &err);
	return ids;
}

static hz_flake_id_generator *
new_generator(const char *base)
{
	return open_in(session_client(), session_name(base), 0);
}

static int64_t
id_of(hz_flake_id_generator *ids)
{
	int64_t id = -1;
	HZT_OK_ERR(hz_flake_id_generator_new_id(ids, &id, &err), &err);
	HZT_CHECK(id > 0);
	return id;
}

static int
compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a;
	int64_t y = *(const int64_t *)b;
	return x < y ? -1 : x > y;
}

static void
check_unique(int64_t *ids, size_t n)
{
	size_t twice = 0;
	qsort(ids, n, sizeof(*ids), compare);
	for (size_t i = 1; i < n; i++) {
		twice += ids[i] == ids[i - 1];
	}
	HZT_EQ_INT(twice, 0);
	HZT_CHECK(ids[0] > 0);
}

static void
opens_by_name(void)
{
	hz_client *client = session_client();
	hz_flake_id_generator *ids = new_generator("ids-open");
	hz_flake_id_generator *none = NULL;
	HZT_CHECK(strncmp(hz_flake_id_generator_name(ids), "ids-open", 8) == 0);
	HZT_EQ_INT(hz_flake_id_generator_open(client, "", NULL, NULL, &none, &err),
			HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_flake_id_generator_open(client, NULL, NULL, NULL, &none, &err),
			HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_flake_id_generator_open(client, "ids", NULL, NULL, NULL, &err),
			HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_flake_id_generator_open(NULL, "ids", NULL, NULL, &none, &err),
			HZ_ERR_ARGUMENT);
	static const hz_flake_id_options bad[] = {
			{0, 0, 0},
			{sizeof(hz_flake_id_options), 0, -1},
			{sizeof(hz_flake_id_options), 0, 100001},
			{sizeof(hz_flake_id_options), -2, 0},
	};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		HZT_EQ_INT(hz_flake_id_generator_open(client, "ids", &bad[i], NULL, &none, &err),
				HZ_ERR_ARGUMENT);
	}
	HZT_CHECK(none == NULL);
	hz_flake_id_generator_close(&ids);
	HZT_CHECK(ids == NULL);
	hz_flake_id_generator_close(&ids);
}

static void
ids_of_a_batch_follow_each_other(void)
{
	hz_flake_id_generator *ids = new_generator("ids-batch");
	int64_t last = id_of(ids);
	for (int i = 1; i < 100; i++) {
		int64_t id = -1;
		HZT_CHECK(hz_flake_id_generator_take(ids, &id));
		HZT_EQ_INT(id, last + STEP);
		last = id;
	}
	// The batch has had its hundred.
	int64_t id = -1;
	HZT_CHECK(!hz_flake_id_generator_take(ids, &id));
	HZT_EQ_INT(id, -1);
	HZT_CHECK(id_of(ids) != last);
	HZT_CHECK(hz_flake_id_generator_take(ids, &id));
	HZT_OK_ERR(hz_flake_id_generator_destroy(&ids, &err), &err);
}

// ---- Never twice ----

typedef struct member_of_team {
	const char *name;
	int64_t *ids;
	size_t n;
	int failures;
} member_of_team;

static void *
collect(void *ctx)
{
	member_of_team *self = ctx;
	hz_flake_id_generator *ids = NULL;
	if (hz_flake_id_generator_open(session_client(), self->name, NULL, NULL, &ids, NULL) !=
			HZ_OK) {
		self->failures++;
		return NULL;
	}
	for (size_t i = 0; i < self->n; i++) {
		self->failures += hz_flake_id_generator_new_id(ids, &self->ids[i], NULL) != HZ_OK;
	}
	hz_flake_id_generator_close(&ids);
	return NULL;
}

// As many as members are willing to make in a few seconds.
static void
threads_never_get_the_same(void)
{
	static member_of_team team[THREADS];
	pthread_t threads[THREADS];
	const char *name = session_name("ids-threads");
	size_t each = hzt_slowness() > 1 ? 20000 : 100000;
	int64_t *all = calloc(THREADS * each, sizeof(*all));
	HZT_CHECK(all != NULL);
	for (size_t i = 0; i < THREADS; i++) {
		team[i] = (member_of_team){.name = name, .ids = all + i * each, .n = each};
		HZT_EQ_INT(pthread_create(&threads[i], NULL, collect, &team[i]), 0);
	}
	for (size_t i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		HZT_EQ_INT(team[i].failures, 0);
	}
	check_unique(all, THREADS * each);
	free(all);
}

static void
handles_and_clients_never_get_the_same(void)
{
	enum { HANDLES = 4, EACH = 500 };
	static int64_t all[HANDLES * EACH];
	const char *name = session_name("ids-clients");
	hz_client *other = session_client_with(NULL, NULL);
	hz_flake_id_generator *ids[HANDLES];
	for (int i = 0; i < HANDLES; i++) {
		ids[i] = open_in(i % 2 == 0 ? session_client() : other, name, 7);
	}
	for (int i = 0; i < HANDLES * EACH; i++) {
		all[i] = id_of(ids[i % HANDLES]);
	}
	check_unique(all, (size_t)HANDLES * EACH);
	for (int i = 0; i < HANDLES; i++) {
		hz_flake_id_generator_close(&ids[i]);
	}
	hz_client_destroy(&other);
}

// ---- Its life in the cluster ----

static bool
is_listed(hz_client *client, const char *name)
{
	hz_objects *objects = NULL;
	bool found = false;
	HZT_OK_ERR(hz_client_objects(client, &objects, &err), &err);
	for (size_t i = 0; i < hz_objects_count(objects); i++) {
		const hz_object_info *object = hz_objects_at(objects, i);
		found = found ||
				(strcmp(object->service, HZ_SERVICE_FLAKE_ID_GENERATOR) == 0 &&
						strcmp(object->name, name) == 0);
	}
	hz_objects_destroy(&objects);
	return found;
}

typedef struct listing {
	hz_client *client;
	const char *name;
	bool want;
} listing;

static bool
is_as_wanted(void *ctx)
{
	const listing *l = ctx;
	return is_listed(l->client, l->name) == l->want;
}

static void
another_client_sees_it_come_and_go(void)
{
	hz_client *other = session_client_with(NULL, NULL);
	hz_flake_id_generator *ids = new_generator("ids-life");
	char name[96];
	strncpy(name, hz_flake_id_generator_name(ids), sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	listing l = {.client = other, .name = name, .want = true};
	int64_t before = id_of(ids);
	int64_t id = -1;
	HZT_AWAIT(is_as_wanted, &l, 10000);
	HZT_OK_ERR(hz_run_none(hz_flake_id_generator_destroy_async(ids), &err), &err);
	l.want = false;
	HZT_AWAIT(is_as_wanted, &l, 10000);
	// What was at hand is gone with it; the handle makes a new one.
	HZT_CHECK(!hz_flake_id_generator_take(ids, &id));
	HZT_CHECK(id_of(ids) != before);
	HZT_OK_ERR(hz_flake_id_generator_destroy(&ids, &err), &err);
	HZT_CHECK(ids == NULL);
	hz_client_destroy(&other);
}

// ---- Forms ----

static void
takes_any_name(void)
{
	static const char *const names[] = {"ids-Zähler", "ids-番号", "ids-\xf0\x9f\x90\x98@x",
			"ids with spaces, and \"more\""};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		hz_flake_id_generator *ids = new_generator(names[i]);
		HZT_CHECK(id_of(ids) != id_of(ids));
		HZT_OK_ERR(hz_flake_id_generator_destroy(&ids, &err), &err);
	}
}

static _Atomic int64_t told[2];

static void
tell(void *ctx, hz_err e, hz_result *result, const hz_error *failure)
{
	(void)failure;
	atomic_store((_Atomic int64_t *)ctx, e == HZ_OK ? result->u.i64 : -(int64_t)e);
}

static bool
are_told(void *ctx)
{
	(void)ctx;
	return atomic_load(&told[0]) != 0 && atomic_load(&told[1]) != 0;
}

// Of ids from a member and of ids at hand.
static void
futures_and_callbacks(void)
{
	enum { N = 300 };
	static hz_future futures[N];
	static int64_t all[N + 2];
	hz_flake_id_generator *ids = new_generator("ids-futures");
	for (int i = 0; i < N; i++) {
		futures[i] = hz_flake_id_generator_new_id_async(ids);
	}
	for (int i = 0; i < N; i++) {
		HZT_OK_ERR(hz_await_i64(futures[i], &all[i], &err), &err);
	}
	HZT_OK(hz_then(hz_flake_id_generator_new_id_async(ids), tell, (void *)&told[0]));
	HZT_OK(hz_then(hz_flake_id_generator_new_id_async(ids), tell, (void *)&told[1]));
	HZT_AWAIT(are_told, NULL, 10000);
	all[N] = atomic_load(&told[0]);
	all[N + 1] = atomic_load(&told[1]);
	check_unique(all, N + 2);
	hz_future ready = hz_flake_id_generator_new_id_async(ids);
	HZT_CHECK(hz_future_done(ready));
	int32_t wrong = 0;
	HZT_EQ_INT(hz_await_i32(ready, &wrong, &err), HZ_ERR_TYPE);
	hz_drop(hz_flake_id_generator_new_id_async(ids));
	int64_t id = 0;
	HZT_EQ_INT(hz_flake_id_generator_new_id(NULL, &id, &err), HZ_ERR_ARGUMENT);
	HZT_CHECK(!hz_flake_id_generator_take(NULL, &id));
	HZT_CHECK(!hz_flake_id_generator_take(ids, NULL));
	HZT_OK_ERR(hz_flake_id_generator_destroy(&ids, &err), &err);
}

static void
refuses_a_closed_client(void)
{
	hz_client *client = session_client_with(NULL, NULL);
	hz_flake_id_generator *ids = open_in(client, session_name("ids-closed"), 0);
	int64_t id = id_of(ids);
	HZT_EQ_INT(hz_flake_id_generator_call(ids, &(hz_call){.timeout_ms = -5}), HZ_ERR_ARGUMENT);
	HZT_OK(hz_flake_id_generator_call(ids, &(hz_call){.timeout_ms = 20000}));
	HZT_CHECK(id_of(ids) != id);
	HZT_OK_ERR(hz_client_shutdown(client, 5000, &err), &err);
	HZT_EQ_INT(hz_flake_id_generator_new_id(ids, &id, &err), HZ_ERR_CLOSED);
	HZT_CHECK(!hz_flake_id_generator_take(ids, &id));
	hz_flake_id_generator_close(&ids);
	hz_client_destroy(&client);
}

// What is at hand belongs to one process: a child would give the same ids again.
static void
a_child_gets_none(void)
{
	hz_flake_id_generator *ids = new_generator("ids-fork");
	int64_t id = id_of(ids);
	pid_t child = fork();
	if (child == 0) {
		bool right = !hz_flake_id_generator_take(ids, &id) &&
				hz_flake_id_generator_new_id(ids, &id, NULL) == HZ_ERR_FORKED;
		hz_flake_id_generator_close(&ids);
		_exit(right ? 0 : 1);
	}
	int status = -1;
	HZT_CHECK(child > 0 && waitpid(child, &status, 0) == child);
	HZT_CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	HZT_EQ_INT(id_of(ids), id + STEP);
	hz_flake_id_generator_close(&ids);
}

static const hzt_case cases[] = {
		{"opens_by_name", opens_by_name},
		{"ids_of_a_batch_follow_each_other", ids_of_a_batch_follow_each_other},
		{"threads_never_get_the_same", threads_never_get_the_same},
		{"handles_and_clients_never_get_the_same", handles_and_clients_never_get_the_same},
		{"another_client_sees_it_come_and_go", another_client_sees_it_come_and_go},
		{"takes_any_name", takes_any_name},
		{"futures_and_callbacks", futures_and_callbacks},
		{"refuses_a_closed_client", refuses_a_closed_client},
		{"a_child_gets_none", a_child_gets_none},
};

HZT_MAIN("flake_id_generator", cases)
