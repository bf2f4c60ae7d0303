// SPDX-License-Identifier: Apache-2.0
//
// Reliable topics whose members are killed: a durable listener hears every message that was
// acknowledged, once; and when a topic is lost whole, because it had no backup, listeners do what
// their options say.
#include "tests/fault/rig.h"
#include "tests/support/cluster.h"
#include "tests/support/suite.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MEMBERS 3
#define NUMBERS 9000 // less than there is room for, so that nothing is overwritten
#define LOAD_MS 400  // between two faults

static hz_error err;

// ---- Listening ----

// What was heard, of numbers that are published once each.
typedef struct heard {
	_Atomic uint8_t times[NUMBERS];
	_Atomic int messages, gaps, failures, ends, odd;
	_Atomic int64_t place; // as stored
	_Atomic int64_t gap_from, gap_to;
	_Atomic int code;
} heard;

static hz_err
on_message(void *ctx, const hz_message *message)
{
	heard *h = ctx;
	int64_t n = -1;
	if (hz_value_get_i64(&message->value, &n) != HZ_OK || n < 0 || n >= NUMBERS) {
		atomic_fetch_add(&h->odd, 1);
		return HZ_OK;
	}
	atomic_fetch_add(&h->times[n], 1);
	atomic_fetch_add(&h->messages, 1);
	return HZ_OK;
}

static void
on_stored(void *ctx, int64_t next)
{
	atomic_store(&((heard *)ctx)->place, next);
}

static void
on_gap(void *ctx, const hz_reliable_gap *gap)
{
	heard *h = ctx;
	atomic_store(&h->gap_from, gap->from);
	atomic_store(&h->gap_to, gap->to);
	atomic_fetch_add(&h->gaps, 1);
}

static void
on_failed(void *ctx, const hz_error *error)
{
	heard *h = ctx;
	printf("  a listener ended: %s\n", error->message);
	atomic_store(&h->code, error->code);
	atomic_fetch_add(&h->failures, 1);
}

static void
on_end(void *ctx)
{
	atomic_fetch_add(&((heard *)ctx)->ends, 1);
}

static hz_reliable_topic *
open_topic(hz_client *client, const char *name)
{
	hz_reliable_topic *topic = NULL;
	hz_call call = {.timeout_ms = 20000};
	HZT_OK_ERR(hz_reliable_topic_open(client, name, NULL, &call, &topic, &err), &err);
	return topic;
}

// Goes on from the place that was stored.
static hz_listener_id
listen(hz_reliable_topic *topic, heard *h, bool loss_tolerant)
{
	hz_listener_id id = {0};
	const hz_reliable_listener listener = {
			.size = sizeof(listener),
			.ctx = h,
			.message = on_message,
			.store_sequence = on_stored,
			.gap = on_gap,
			.failed = on_failed,
			.end = on_end,
	};
	hz_reliable_listen_options options = hz_reliable_listen_options_default();
	options.start = HZ_RELIABLE_START_SEQUENCE;
	options.sequence = atomic_load(&h->place);
	options.loss_tolerant = loss_tolerant;
	HZT_OK_ERR(hz_reliable_topic_listen(topic, &listener, &options, &id, &err), &err);
	return id;
}

// ---- Publishing ----

static struct {
	hz_client *client;
	const char *name;
	atomic_bool stop;
	atomic_int count; // numbers published so far, or tried
	_Atomic bool done[NUMBERS], failed[NUMBERS];
	int in_doubt;
} load;

static bool
has_passed(void *until)
{
	return hzt_now_ms() >= *(int64_t *)until;
}

static void
pause_ms(int64_t ms)
{
	int64_t until = hzt_now_ms() + ms;
	hzt_await(has_passed, &until, ms + 1000);
}

static void
publish_all_the_time(void *ctx, size_t number)
{
	(void)ctx;
	(void)number;
	hz_reliable_topic *topic = open_topic(load.client, load.name);
	while (!atomic_load(&load.stop) && atomic_load(&load.count) < NUMBERS) {
		hz_error error = {0};
		int n = atomic_fetch_add(&load.count, 1);
		hz_err e = hz_reliable_topic_publish(topic, hz_i64(n), NULL, &error);
		atomic_store(&load.done[n], e == HZ_OK);
		atomic_store(&load.failed[n], e != HZ_OK && !error.in_doubt);
		load.in_doubt += e != HZ_OK && error.in_doubt;
		pause_ms(3);
	}
	hz_reliable_topic_close(&topic);
}

// The member that owns the topic.
static size_t
owner_of(hzt_cluster *cluster, hz_client *client, const char *name)
{
	char ring[64];
	int32_t partition = 0;
	hz_uuid owner;
	hz_members *members = NULL;
	size_t found = 0;
	snprintf(ring, sizeof(ring), "_hz_rb_%s", name);
	HZT_OK_ERR(hz_client_partition_of(client, hz_str(ring), &partition, &err), &err);
	HZT_OK_ERR(hz_client_partition_owner(client, partition, &owner, &err), &err);
	HZT_OK_ERR(hz_client_members(client, &members, &err), &err);
	for (size_t i = 0; i < hz_members_count(members); i++) {
		const hz_member *member = hz_members_at(members, i);
		char address[300];
		snprintf(address, sizeof(address), "%s:%d", member->host, (int)member->port);
		for (size_t j = 0; j < hzt_cluster_size(cluster); j++) {
			if (member->uuid.msb == owner.msb && member->uuid.lsb == owner.lsb &&
					strcmp(hzt_cluster_address(cluster, j), address) == 0) {
				found = j;
			}
		}
	}
	hz_members_destroy(&members);
	return found;
}

// ---- With a backup ----

static bool
heard_all_that_was_done(void *ctx)
{
	const heard *h = ctx;
	for (int n = 0; n < atomic_load(&load.count); n++) {
		if (atomic_load(&load.done[n]) && atomic_load(&h->times[n]) == 0) {
			return false;
		}
	}
	return true;
}

static void
judge(heard *h)
{
	int lost = 0, twice = 0, ghosts = 0, done = 0;
	hzt_await(heard_all_that_was_done, h, 20000);
	for (int n = 0; n < atomic_load(&load.count); n++) {
		int times = atomic_load(&h->times[n]);
		done += atomic_load(&load.done[n]);
		lost += atomic_load(&load.done[n]) && times == 0;
		twice += times > 1;
		ghosts += atomic_load(&load.failed[n]) && times > 0;
	}
	printf("  %d of %d published, %d in doubt; heard %d: %d lost, %d twice, %d that failed\n",
			done, atomic_load(&load.count), load.in_doubt, atomic_load(&h->messages),
			lost, twice, ghosts);
	HZT_CHECK(done > 0);
	HZT_EQ_INT(lost, 0);
	HZT_EQ_INT(twice, 0);
	HZT_EQ_INT(ghosts, 0);
	HZT_EQ_INT(atomic_load(&h->odd), 0);
	HZT_EQ_INT(atomic_load(&h->failures), 0);
	HZT_EQ_INT(atomic_load(&h->gaps), 0);
}

// Its client ends while it is being published to, and another one goes on from the place stored.
static hz_client *
go_on_with_another_client(hzt_cluster *cluster, hz_client *client, heard *h)
{
	int ends = atomic_load(&h->ends);
	hz_client_destroy(&client);
	HZT_EQ_INT(atomic_load(&h->ends), ends + 1);
	pause_ms(LOAD_MS); // what is published now, nobody hears
	client = hzt_client(hzt_cluster_addresses(cluster), NULL);
	hz_reliable_topic *topic = open_topic(client, load.name);
	listen(topic, h, false);
	hz_reliable_topic_close(&topic);
	return client;
}

static void
a_durable_listener_hears_each_message_once(void)
{
	static heard h;
	hzt_cluster *cluster = hzt_cluster_start("3");
	hz_client *client = hzt_client(hzt_cluster_addresses(cluster), NULL);
	load.client = hzt_client(hzt_cluster_addresses(cluster), NULL);
	load.name = "durable";
	hz_reliable_topic *topic = open_topic(client, load.name);
	listen(topic, &h, false);
	hz_reliable_topic_close(&topic);
	hzt_await_members(load.client, MEMBERS, 30000);
	hzt_cluster_wait_safe(cluster);
	hzt_team *team = hzt_team_start(1, publish_all_the_time, NULL);
	for (size_t i = 0; i < hzt_size(6, 2, 1); i++) {
		pause_ms(LOAD_MS);
		size_t owner = owner_of(cluster, load.client, load.name);
		hzt_cluster_kill(cluster, owner);
		pause_ms(LOAD_MS);
		client = go_on_with_another_client(cluster, client, &h);
		hzt_cluster_restart(cluster, owner);
		hzt_cluster_wait_safe(cluster);
		hzt_await_members(load.client, MEMBERS, 60000);
	}
	atomic_store(&load.stop, true);
	hzt_team_join(&team, 60000);
	judge(&h);
	hz_client_destroy(&client);
	hz_client_destroy(&load.client);
	hzt_cluster_end(&cluster);
}

// ---- Without one ----

typedef struct wanted {
	_Atomic int *counter;
	int n;
} wanted;

static bool
has_counted(void *ctx)
{
	const wanted *w = ctx;
	return atomic_load(w->counter) >= w->n;
}

static void
await_count(_Atomic int *counter, int n)
{
	wanted w = {counter, n};
	HZT_AWAIT(has_counted, &w, 60000);
	HZT_EQ_INT(atomic_load(counter), n);
}

static void
publish(hz_reliable_topic *topic, int from, int to)
{
	for (int n = from; n < to; n++) {
		HZT_OK_ERR(hz_reliable_topic_publish(topic, hz_i64(n), NULL, &err), &err);
	}
}

// With the owner goes the topic. That is noticed at once, though nobody publishes.
static void
a_lost_topic_is_told(void)
{
	static heard bears, ends;
	hzt_cluster *cluster = hzt_cluster_start("2 backup=0");
	hz_client *client = hzt_client(hzt_cluster_addresses(cluster), NULL);
	hz_reliable_topic *topic = open_topic(client, "small-lost");
	hzt_await_members(client, 2, 30000);
	listen(topic, &bears, true);
	listen(topic, &ends, false);
	publish(topic, 0, 8);
	await_count(&bears.messages, 8);
	await_count(&ends.messages, 8);
	hzt_cluster_kill(cluster, owner_of(cluster, client, "small-lost"));
	await_count(&ends.ends, 1);
	HZT_EQ_INT(atomic_load(&ends.failures), 1);
	HZT_EQ_INT(atomic_load(&ends.code), HZ_ERR_STALE_SEQUENCE);
	await_count(&bears.gaps, 1);
	HZT_EQ_INT(atomic_load(&bears.gap_from), 8);
	HZT_EQ_INT(atomic_load(&bears.gap_to), 0);
	publish(topic, 8, 12);
	await_count(&bears.messages, 12);
	HZT_EQ_INT(atomic_load(&bears.failures), 0);
	HZT_EQ_INT(atomic_load(&bears.place), 4);
	HZT_EQ_INT(atomic_load(&ends.messages), 8);
	hz_reliable_topic_close(&topic);
	hz_client_destroy(&client);
	HZT_EQ_INT(atomic_load(&bears.ends), 1);
	hzt_cluster_end(&cluster);
}

// All members are away for a while: the listener neither ends nor fills memory with its tries.
static void
a_listener_waits_for_the_cluster(void)
{
	static heard h;
	hzt_cluster *cluster = hzt_cluster_start("1");
	hz_client *client = hzt_client(hzt_cluster_addresses(cluster),
			"connection-strategy.reconnect-mode", "ASYNC", NULL);
	hz_reliable_topic *topic = open_topic(client, "away");
	hz_stats before = {.size = sizeof(before)}, after = before;
	listen(topic, &h, true);
	publish(topic, 0, 3);
	await_count(&h.messages, 3);
	hzt_cluster_kill(cluster, 0);
	HZT_OK(hz_client_stats(client, &before));
	pause_ms(3000);
	HZT_OK(hz_client_stats(client, &after));
	printf("  %" PRIu64 " tries in three seconds\n", after.retries - before.retries);
	HZT_CHECK(after.retries - before.retries < 100);
	hzt_cluster_restart(cluster, 0);
	hzt_await_members(client, 1, 60000);
	await_count(&h.gaps, 1);
	publish(topic, 3, 6);
	await_count(&h.messages, 6);
	HZT_EQ_INT(atomic_load(&h.failures), 0);
	hz_reliable_topic_close(&topic);
	hz_client_destroy(&client);
	hzt_cluster_end(&cluster);
}

static const hzt_case cases[] = {
		{"a_durable_listener_hears_each_message_once",
				a_durable_listener_hears_each_message_once},
		{"a_lost_topic_is_told", a_lost_topic_is_told},
		{"a_listener_waits_for_the_cluster", a_listener_waits_for_the_cluster},
};

HZT_MAIN("reliable_topic", cases)
