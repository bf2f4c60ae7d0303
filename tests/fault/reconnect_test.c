// SPDX-License-Identifier: Apache-2.0
//
// Members that refuse, vanish, freeze, come, go, and come back as another cluster: what a client
// does about it, and what it tells.
#include "tests/fault/rig.h"
#include "tests/support/cluster.h"
#include "tests/support/suite.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define KEYS 200
#define QUICK_MS 3000

// Members that notice within seconds that one of them is frozen.
#define SPEC                                                                                       \
	"2 backup=1 prop.hazelcast.max.no.heartbeat.seconds=5"                                     \
	" prop.hazelcast.heartbeat.interval.seconds=1"

static hzt_cluster *cluster;

static const char *
members(void)
{
	if (cluster == NULL) {
		cluster = hzt_cluster_start(SPEC);
	}
	return hzt_cluster_addresses(cluster);
}

// ---- What a client tells, one word an event ----

typedef struct history {
	pthread_mutex_t lock;
	char words[1024];
	const char *want;
} history;

static void
note(history *told, const char *word)
{
	pthread_mutex_lock(&told->lock);
	size_t used = strlen(told->words);
	snprintf(told->words + used, sizeof(told->words) - used, "%s ", word);
	pthread_mutex_unlock(&told->lock);
}

static bool
has_told(void *ctx)
{
	history *told = ctx;
	pthread_mutex_lock(&told->lock);
	bool same = strcmp(told->words, told->want) == 0;
	pthread_mutex_unlock(&told->lock);
	return same;
}

// Exactly these words, in this order, within the time; then forgets them.
static void
await_told(history *told, const char *want, int64_t timeout_ms)
{
	told->want = want;
	if (!hzt_await(has_told, told, timeout_ms)) {
		pthread_mutex_lock(&told->lock);
		printf("  told: \"%s\", expected: \"%s\"\n", told->words, want);
		pthread_mutex_unlock(&told->lock);
		HZT_FAIL("the events come, and in their order");
	}
	pthread_mutex_lock(&told->lock);
	told->words[0] = '\0';
	pthread_mutex_unlock(&told->lock);
}

static void
on_lifecycle(void *ctx, hz_lifecycle_state state)
{
	static const char *const words[] = {"starting", "started", "connected", "disconnected",
			"changed-cluster", "shutting-down", "shutdown"};
	note(ctx, words[state]);
}

static void
on_added(void *ctx, const hz_member *member)
{
	(void)member;
	note(ctx, "added");
}

static void
on_removed(void *ctx, const hz_member *member)
{
	(void)member;
	note(ctx, "removed");
}

static void
on_opened(void *ctx, const hz_member *member)
{
	(void)member;
	note(ctx, "opened");
}

static void
on_closed(void *ctx, const hz_member *member)
{
	(void)member;
	note(ctx, "closed");
}

static void
on_end(void *ctx)
{
	note(ctx, "end");
}

static void
listen_lifecycle(hz_client *client, history *told)
{
	hz_error err = {0};
	hz_listener_id id;
	hz_lifecycle_listener listener = {sizeof(listener), told, on_lifecycle, on_end};
	HZT_OK_ERR(hz_client_listen_lifecycle(client, &listener, &id, &err), &err);
}

static void
listen_members(hz_client *client, history *told)
{
	hz_error err = {0};
	hz_listener_id id;
	hz_membership_listener listener = {.size = sizeof(listener),
			.ctx = told,
			.added = on_added,
			.removed = on_removed,
			.end = on_end};
	HZT_OK_ERR(hz_client_listen_members(client, &listener, &id, &err), &err);
}

static void
listen_connections(hz_client *client, history *told)
{
	hz_error err = {0};
	hz_listener_id id;
	hz_connection_listener listener = {sizeof(listener), told, on_opened, on_closed, on_end};
	HZT_OK_ERR(hz_client_listen_connections(client, &listener, &id, &err), &err);
}

// ---- What a client does ----

static hz_map *
open_map(hz_client *client, const char *name, int64_t timeout_ms)
{
	hz_error err = {0};
	hz_map *map = NULL;
	hz_call call = {.timeout_ms = timeout_ms};
	HZT_OK_ERR(hz_map_open(client, name, &call, &map, &err), &err);
	return map;
}

// Keys all over the partitions, each written and read back.
static void
use_all_partitions(hz_client *client, int64_t timeout_ms)
{
	hz_map *map = open_map(client, "reconnect", timeout_ms);
	for (int64_t key = 0; key < KEYS; key++) {
		hz_error err = {0};
		hz_value read = hz_null();
		int64_t number = -1;
		HZT_OK_ERR(hz_map_set(map, hz_i64(key), hz_i64(key), NULL, &err), &err);
		HZT_OK_ERR(hz_map_get(map, hz_i64(key), &read, &err), &err);
		HZT_OK(hz_value_get_i64(&read, &number));
		HZT_EQ_INT(number, key);
		hz_value_clear(&read);
	}
	hz_map_close(&map);
}

static hz_err
fail_to_start(const char *addresses, const char *name, const char *limit_ms, int64_t *took_ms)
{
	hz_error err = {0};
	hz_client *client = NULL;
	hz_config *config = hzt_config(addresses, "cluster-name", name,
			"connection-strategy.connection-retry.cluster-connect-timeout-millis",
			limit_ms, NULL);
	int64_t start = hzt_now_ms();
	hz_err e = hz_client_new(config, &client, &err);
	*took_ms = hzt_now_ms() - start;
	hz_config_destroy(&config);
	HZT_CHECK(client == NULL);
	HZT_EQ_INT(err.code, e);
	return e;
}

static void
another_cluster_name_is_refused_at_once(void)
{
	int64_t took_ms;
	// No limit on connecting: that nobody can ever be convinced ends it.
	HZT_EQ_INT(fail_to_start(members(), "somebody-else", "-1", &took_ms),
			HZ_ERR_AUTHENTICATION);
	HZT_CHECK(took_ms < (int64_t)QUICK_MS * hzt_slowness());
}

static void
no_member_is_offline_in_time(void)
{
	int64_t took_ms;
	HZT_EQ_INT(fail_to_start("127.0.0.1:1,127.0.0.1:2", "dev", "2000", &took_ms),
			HZ_ERR_OFFLINE);
	HZT_CHECK(took_ms >= 1000);
	HZT_CHECK(took_ms < 2000 + (int64_t)QUICK_MS * hzt_slowness());
}

static void
says_its_name_and_labels(void)
{
	hz_client *client = hzt_client(members(), "instance-name", "fault-client", "client-labels",
			"green, blue", NULL);
	HZT_EQ_STR(hz_client_name(client), "fault-client");
	HZT_EQ_INT(hz_client_label_count(client), 2);
	HZT_EQ_STR(hz_client_label(client, 0), "green");
	HZT_EQ_STR(hz_client_label(client, 1), "blue");
	HZT_CHECK(hz_client_label(client, 2) == NULL);
	hz_client_destroy(&client);
}

static void
one_connection_is_enough(void)
{
	hz_client *client = hzt_client(
			members(), "network.cluster-routing.mode", "SINGLE_MEMBER", NULL);
	use_all_partitions(client, 10000);
	HZT_EQ_INT(HZT_STAT(client, connections), 1);
	hz_client_destroy(&client);
}

static void
backups_may_answer_or_not(void)
{
	static const char *const settings[] = {"true", "false"};
	for (size_t i = 0; i < 2; i++) {
		hz_client *client = hzt_client(members(), "backup-ack-to-client-enabled",
				settings[i],
				"properties.hazelcast.client.operation.fail.on.indeterminate.state",
				"true", NULL);
		use_all_partitions(client, 10000);
		hzt_await_members(client, 2, 10000);
		int64_t start = hzt_now_ms();
		use_all_partitions(client, 10000);
		// One acknowledgement that does not come costs five seconds and a failure.
		HZT_CHECK(hzt_now_ms() - start < INT64_C(5000) * hzt_slowness());
		HZT_EQ_INT(HZT_STAT(client, backup_timeouts), 0);
		hz_client_destroy(&client);
	}
}

static void
members_that_come_and_go_are_followed(void)
{
	static history told = {.lock = PTHREAD_MUTEX_INITIALIZER};
	static history wires = {.lock = PTHREAD_MUTEX_INITIALIZER};
	hz_client *client = hzt_client(members(), NULL);
	use_all_partitions(client, 10000);
	hzt_await_members(client, 2, 10000);
	listen_members(client, &told);
	listen_connections(client, &wires);

	size_t third = hzt_cluster_add(cluster);
	await_told(&told, "added ", 20000);
	await_told(&wires, "opened ", 20000);
	hzt_cluster_wait_safe(cluster);
	hzt_await_members(client, 3, 20000);
	use_all_partitions(client, 10000);

	hzt_cluster_term(cluster, third);
	await_told(&told, "removed ", 20000);
	await_told(&wires, "closed ", 20000);
	hzt_await_members(client, 2, 20000);
	use_all_partitions(client, 10000);

	hz_client_destroy(&client);
	await_told(&told, "end ", 20000);
	await_told(&wires, "closed closed end ", 20000);
}

// ---- Deadlines ----

static hz_queue *
open_queue(hz_client *client, const char *name)
{
	hz_error err = {0};
	hz_queue *queue = NULL;
	HZT_OK_ERR(hz_queue_open(client, name, NULL, &queue, &err), &err);
	return queue;
}

typedef struct taker {
	hz_client *client;
	hz_err e;
	hz_error err;
	int64_t item;
} taker;

static void
take_one(void *ctx, size_t number)
{
	taker *self = ctx;
	(void)number;
	hz_value item = hz_null();
	hz_queue *queue = open_queue(self->client, "reconnect");
	self->e = hz_queue_take(queue, &item, &self->err);
	hz_value_get_i64(&item, &self->item);
	hz_value_clear(&item);
	hz_queue_close(&queue);
}

static bool
time_has_come(void *at_ms)
{
	return hzt_now_ms() >= *(int64_t *)at_ms;
}

// The limit of a failing call is none of a call that waits.
static void
waiting_outlasts_the_invocation_timeout(void)
{
	static taker self;
	hz_client *client = hzt_client(members(),
			"properties.hazelcast.client.invocation.timeout.seconds", "1", NULL);
	hz_queue *queue = open_queue(client, "reconnect");
	self.client = client;
	hzt_team *team = hzt_team_start(1, take_one, &self);
	HZT_AWAIT_STAT(client, parked, 1, 20000);
	int64_t later = hzt_now_ms() + 3000;
	HZT_AWAIT(time_has_come, &later, 20000);
	HZT_EQ_INT(hzt_team_running(team), 1);
	hz_error err = {0};
	HZT_OK_ERR(hz_queue_put(queue, hz_i64(77), &err), &err);
	hzt_team_join(&team, 20000);
	HZT_OK_ERR(self.e, &self.err);
	HZT_EQ_INT(self.item, 77);
	hz_queue_close(&queue);
	hz_client_destroy(&client);
}

// Reads until some have met the frozen member; not so long that the other one gives it up.
static void
a_deadline_holds_beside_a_frozen_member(void)
{
	hz_client *client = hzt_client(members(), NULL);
	use_all_partitions(client, 10000);
	hzt_await_members(client, 2, 10000);
	hz_map *map = open_map(client, "reconnect", 1000);
	hzt_cluster_stop(cluster, 1);
	size_t timeouts = 0;
	for (int64_t key = 0; key < KEYS && timeouts < 2; key++) {
		hz_error err = {0};
		int64_t start = hzt_now_ms();
		hz_err e = hz_map_get(map, hz_i64(key), NULL, &err);
		int64_t took = hzt_now_ms() - start;
		HZT_CHECK(took < 10000);
		if (e != HZ_OK) {
			HZT_EQ_INT(e, HZ_ERR_TIMEOUT);
			HZT_CHECK(took >= 990);
			timeouts++;
		}
	}
	hzt_cluster_cont(cluster, 1);
	HZT_EQ_INT(timeouts, 2);
	hz_map_close(&map);
	use_all_partitions(client, 20000);
	hz_client_destroy(&client);
}

// ---- Faults ----

// Reads until it is told to stop; every read must succeed, however long it takes.
typedef struct reader {
	hz_client *client;
	atomic_bool stop;
	atomic_size_t reads, failures;
} reader;

static void
read_on(void *ctx, size_t number)
{
	reader *self = ctx;
	uint64_t random = number;
	hz_map *map = open_map(self->client, "reconnect", 60000);
	while (!atomic_load(&self->stop)) {
		hz_error err = {0};
		hz_value read = hz_null();
		hz_err e = hz_map_get(map, hz_i64(hzt_random(&random, KEYS)), &read, &err);
		if (e != HZ_OK && atomic_fetch_add(&self->failures, 1) < 5) {
			printf("  get: %s: %s\n", hz_err_name(e), err.message);
		}
		hz_value_clear(&read);
		atomic_fetch_add(&self->reads, 1);
	}
	hz_map_close(&map);
}

static void
a_frozen_member_is_left_and_calls_go_on(void)
{
	static history wires = {.lock = PTHREAD_MUTEX_INITIALIZER};
	static reader readers;
	hz_client *client = hzt_client(members(), "properties.hazelcast.client.heartbeat.interval",
			"500", "properties.hazelcast.client.heartbeat.timeout", "2000", NULL);
	use_all_partitions(client, 10000);
	hzt_await_members(client, 2, 10000);
	listen_connections(client, &wires);
	readers.client = client;
	hzt_team *team = hzt_team_start(8, read_on, &readers);

	int64_t start = hzt_now_ms();
	hzt_cluster_stop(cluster, 1);
	await_told(&wires, "closed ", 10000);
	int64_t noticed = hzt_now_ms() - start;
	hzt_await_members(client, 1, 30000); // the other member has given it up too
	use_all_partitions(client, 20000);
	int64_t usable = hzt_now_ms() - start;
	printf("  noticed after %lld ms, all partitions usable after %lld ms\n", (long long)noticed,
			(long long)usable);
	HZT_CHECK(noticed >= 1400);
	HZT_CHECK(noticed <= 2000 + INT64_C(1500) * hzt_slowness());

	hzt_cluster_restart(cluster, 1);
	hzt_cluster_wait_safe(cluster);
	hzt_await_members(client, 2, 20000);
	use_all_partitions(client, 10000);
	atomic_store(&readers.stop, true);
	hzt_team_join(&team, 30000);
	HZT_EQ_INT(atomic_load(&readers.failures), 0);
	hz_client_destroy(&client);
}

static bool
is_closed(void *map)
{
	hz_value read = hz_null();
	hz_err e = hz_map_get(map, hz_i64(1), &read, NULL);
	hz_value_clear(&read);
	return e == HZ_ERR_CLOSED;
}

// Of three clients one waits for the cluster, one says at once that there is none, one gives up.
static void
a_cluster_begun_anew_is_taken_on(void)
{
	static history told = {.lock = PTHREAD_MUTEX_INITIALIZER};
	static reader readers;
	static taker waiting;
	static const char mode[] = "connection-strategy.reconnect-mode";
	static const char pause[] = "connection-strategy.connection-retry.initial-backoff-millis";
	hz_client *patient = hzt_client(members(), pause, "200", NULL);
	hz_client *hasty = hzt_client(members(), pause, "200", mode, "ASYNC", NULL);
	hz_client *fickle = hzt_client(members(), pause, "200", mode, "OFF", NULL);
	use_all_partitions(patient, 10000);
	hz_map *hasty_map = open_map(hasty, "reconnect", 20000);
	hz_map *fickle_map = open_map(fickle, "reconnect", 20000);
	hz_uuid before = hz_client_cluster_id(patient);
	listen_lifecycle(patient, &told);
	waiting.client = patient;
	hzt_team *takers = hzt_team_start(1, take_one, &waiting);
	HZT_AWAIT_STAT(patient, parked, 1, 20000);

	hzt_cluster_kill(cluster, 0);
	hzt_cluster_kill(cluster, 1);
	await_told(&told, "disconnected ", 10000);
	hzt_team_join(&takers, 20000); // the item that it may have been given died with the member
	HZT_EQ_INT(waiting.e, HZ_ERR_DISCONNECTED);
	HZT_CHECK(waiting.err.in_doubt);
	HZT_CHECK(!hz_client_connected(patient));
	HZT_AWAIT_STAT(hasty, connections, 0, 10000);
	HZT_EQ_INT(hz_map_get(hasty_map, hz_i64(1), NULL, NULL), HZ_ERR_OFFLINE);
	HZT_AWAIT(is_closed, fickle_map, 20000);
	readers.client = patient;
	hzt_team *team = hzt_team_start(4, read_on, &readers); // they wait

	hzt_cluster_restart(cluster, 0);
	hzt_cluster_restart(cluster, 1);
	await_told(&told, "connected changed-cluster ", 10000);
	hz_uuid after = hz_client_cluster_id(patient);
	HZT_CHECK(after.msb != before.msb || after.lsb != before.lsb);
	use_all_partitions(patient, 10000);
	hzt_await_members(patient, 2, 20000);
	hzt_await_members(hasty, 2, 20000);
	use_all_partitions(hasty, 10000);
	HZT_CHECK(is_closed(fickle_map));
	atomic_store(&readers.stop, true);
	hzt_team_join(&team, 10000);
	HZT_EQ_INT(atomic_load(&readers.failures), 0);

	hz_map_close(&hasty_map);
	hz_map_close(&fickle_map);
	hz_client_destroy(&hasty);
	hz_client_destroy(&fickle);
	hz_client_destroy(&patient);
	await_told(&told, "shutting-down disconnected shutdown end ", 20000);
	hzt_cluster_end(&cluster);
}

static const hzt_case cases[] = {
		{"another_cluster_name_is_refused_at_once",
				another_cluster_name_is_refused_at_once},
		{"no_member_is_offline_in_time", no_member_is_offline_in_time},
		{"says_its_name_and_labels", says_its_name_and_labels},
		{"one_connection_is_enough", one_connection_is_enough},
		{"backups_may_answer_or_not", backups_may_answer_or_not},
		{"waiting_outlasts_the_invocation_timeout",
				waiting_outlasts_the_invocation_timeout},
		{"a_deadline_holds_beside_a_frozen_member",
				a_deadline_holds_beside_a_frozen_member},
		{"members_that_come_and_go_are_followed", members_that_come_and_go_are_followed},
		{"a_frozen_member_is_left_and_calls_go_on",
				a_frozen_member_is_left_and_calls_go_on},
		{"a_cluster_begun_anew_is_taken_on", a_cluster_begun_anew_is_taken_on},
};

HZT_MAIN("reconnect", cases)
