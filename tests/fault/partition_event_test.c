// SPDX-License-Identifier: Apache-2.0
//
// Listeners for lost and moved partitions, and listeners that a configuration carries, on members
// without backups that die and come back.
#include "tests/fault/rig.h"
#include "tests/support/cluster.h"
#include "tests/support/suite.h"

#include <stdio.h>
#include <string.h>

#define PATIENCE_MS 60000

typedef struct heard {
	_Atomic int lost, lost_backups, map_lost, other_map;
	_Atomic int started, finished, replicas, failed, disordered;
	_Atomic int created, opened, lifecycle, ends;
	_Atomic int initial, members, initial_calls, changed_before;
	_Atomic int under_way;
} heard;

static heard h;
static hzt_cluster *cluster;

typedef struct number {
	_Atomic int *at;
	int least;
} number;

static bool
has_come(void *ctx)
{
	const number *n = ctx;
	return *n->at >= n->least;
}

static void
await_number(_Atomic int *at, int least)
{
	number n = {at, least};
	HZT_AWAIT(has_come, &n, PATIENCE_MS);
}

// ---- What is heard ----

static void
on_end(void *ctx)
{
	heard *to = ctx;
	to->ends++;
}

static void
on_lost(void *ctx, const hz_partition_lost_event *event)
{
	heard *to = ctx;
	bool sound = event->partition >= 0 && event->partition < 271 &&
			(event->member.msb != 0 || event->member.lsb != 0);
	to->lost += sound;
	to->lost_backups += event->lost_backups;
}

static void
on_map_lost(void *ctx, const hz_map_partition_lost_event *event)
{
	heard *to = ctx;
	to->map_lost += event->partition >= 0 && event->partition < 271;
	to->other_map += strcmp(event->map, "lost") != 0;
}

static void
on_started(void *ctx, const hz_migration *migration)
{
	heard *to = ctx;
	to->disordered += to->under_way != 0;
	to->under_way = 1;
	to->started += migration->planned > 0 && migration->started_at_ms > 0;
}

static void
on_replica(void *ctx, const hz_replica_migration *replica)
{
	heard *to = ctx;
	to->disordered += to->under_way == 0;
	to->replicas += replica->partition >= 0 && replica->partition < 271;
	to->failed += !replica->success;
}

static void
on_finished(void *ctx, const hz_migration *migration)
{
	heard *to = ctx;
	to->under_way = 0;
	to->finished += migration->completed > 0 && migration->completed <= migration->planned;
}

static void
on_created(void *ctx, const hz_object_event *event)
{
	heard *to = ctx;
	to->created += strcmp(event->name, "created") == 0;
}

static void
on_opened(void *ctx, const hz_member *member)
{
	heard *to = ctx;
	to->opened += member->port != 0;
}

static void
on_lifecycle(void *ctx, hz_lifecycle_state state)
{
	heard *to = ctx;
	// Exactly these, in this order.
	static const hz_lifecycle_state order[] = {
			HZ_LIFECYCLE_STARTING, HZ_LIFECYCLE_CONNECTED, HZ_LIFECYCLE_STARTED};
	int n = to->lifecycle++;
	to->disordered += n < 3 && state != order[n];
}

static void
on_added(void *ctx, const hz_member *member)
{
	heard *to = ctx;
	(void)member;
	to->changed_before += to->initial_calls == 0;
	to->members++;
}

static void
on_removed(void *ctx, const hz_member *member)
{
	heard *to = ctx;
	(void)member;
	to->changed_before += to->initial_calls == 0;
	to->members--;
}

static void
on_initial(void *ctx, const hz_members *members)
{
	heard *to = ctx;
	to->initial = (int)hz_members_count(members);
	to->members += to->initial;
	to->initial_calls++;
	for (int i = 0; i < to->initial; i++) {
		HZT_CHECK(hz_members_at(members, (size_t)i)->host != NULL);
	}
}

static const hz_membership_listener member_listener = {
		sizeof(member_listener), &h, on_added, on_removed, on_end, on_initial};

static const hz_partition_lost_listener lost_listener = {
		sizeof(lost_listener), &h, on_lost, NULL, on_end};

static const hz_migration_listener migration_listener = {
		sizeof(migration_listener), &h, on_started, on_replica, on_finished, NULL, on_end};

// ---- Cases ----

// Two members that own all partitions between them, and nobody has a backup.
static hz_client *
begin(void)
{
	hz_error err = {0};
	hz_map *map = NULL;
	h = (heard){0};
	hzt_cluster_end(&cluster);
	cluster = hzt_cluster_start("2 backup=0");
	hz_client *client = hzt_client(hzt_cluster_addresses(cluster), NULL);
	HZT_OK_ERR(hz_map_open(client, "lost", NULL, &map, &err), &err);
	for (int64_t key = 0; key < 1000; key++) {
		HZT_OK_ERR(hz_map_set(map, hz_i64(key), hz_i64(key), NULL, &err), &err);
	}
	hz_map_close(&map);
	hzt_await_members(client, 2, PATIENCE_MS);
	return client;
}

static void
a_killed_member_loses_its_partitions(void)
{
	hz_error err = {0};
	hz_listener_id id[2];
	hz_map *map = NULL;
	hz_client *client = begin();
	hz_map_partition_lost_listener on_map = {
			.size = sizeof(on_map), .ctx = &h, .lost = on_map_lost, .end = on_end};
	HZT_OK_ERR(hz_map_open(client, "lost", NULL, &map, &err), &err);
	HZT_OK_ERR(hz_client_listen_partition_lost(client, &lost_listener, &id[0], &err), &err);
	HZT_OK_ERR(hz_map_listen_partition_lost(map, &on_map, &id[1], &err), &err);
	hzt_cluster_kill(cluster, 1);
	// Half of 271, more or less.
	await_number(&h.lost, 100);
	await_number(&h.map_lost, 100);
	HZT_EQ_INT(h.other_map, 0);
	HZT_OK_ERR(hz_listener_remove(client, id[0], &err), &err);
	HZT_OK_ERR(hz_listener_remove(client, id[1], &err), &err);
	HZT_EQ_INT(h.ends, 2);
	on_map.lost = NULL;
	HZT_EQ_INT(hz_map_listen_partition_lost(map, &on_map, &id[1], NULL), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(h.ends, 3);
	HZT_EQ_INT(hz_map_listen_partition_lost(map, NULL, &id[1], NULL), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_client_listen_partition_lost(client, NULL, &id[1], NULL), HZ_ERR_ARGUMENT);
	hz_map_close(&map);
	hz_client_destroy(&client);
}

static void
a_new_member_is_given_partitions(void)
{
	hz_error err = {0};
	hz_listener_id id;
	hz_client *client = begin();
	HZT_OK_ERR(hz_client_listen_migrations(client, &migration_listener, &id, &err), &err);
	hzt_cluster_add(cluster);
	// What was still being moved when the case began ends, too, so the end alone says little.
	await_number(&h.replicas, 50);
	await_number(&h.finished, 1);
	HZT_CHECK(h.started >= 1);
	HZT_EQ_INT(h.failed, 0);
	HZT_EQ_INT(h.disordered, 0);
	HZT_OK_ERR(hz_listener_remove(client, id, &err), &err);
	HZT_EQ_INT(h.ends, 1);
	HZT_EQ_INT(hz_client_listen_migrations(client, NULL, &id, NULL), HZ_ERR_ARGUMENT);
	hz_client_destroy(&client);
}

// The members at the registration, and then every change, none twice and none left out.
static void
members_come_with_the_registration(void)
{
	hz_error err = {0};
	hz_listener_id id;
	hz_client *client = begin();
	HZT_OK_ERR(hz_client_listen_members(client, &member_listener, &id, &err), &err);
	await_number(&h.initial_calls, 1);
	HZT_EQ_INT(h.initial, 2);
	hzt_cluster_add(cluster);
	await_number(&h.members, 3);
	hzt_cluster_kill(cluster, 0);
	hzt_await_members(client, 2, PATIENCE_MS);
	HZT_OK_ERR(hz_listener_remove(client, id, &err), &err);
	HZT_EQ_INT(h.members, 2);
	HZT_EQ_INT(h.initial_calls, 1);
	HZT_EQ_INT(h.changed_before, 0);
	HZT_EQ_INT(h.ends, 1);
	hz_client_destroy(&client);
}

static void
listeners_of_a_configuration(void)
{
	hz_error err = {0};
	hz_client *other = begin();
	hz_config *config = hzt_config(hzt_cluster_addresses(cluster), NULL);
	hz_lifecycle_listener lifecycle = {sizeof(lifecycle), &h, on_lifecycle, on_end};
	hz_connection_listener connections = {sizeof(connections), &h, on_opened, NULL, on_end};
	hz_object_listener objects = {
			.size = sizeof(objects), .ctx = &h, .created = on_created, .end = on_end};
	HZT_OK_ERR(hz_config_listen_lifecycle(config, &lifecycle, &err), &err);
	HZT_OK_ERR(hz_config_listen_members(config, &member_listener, &err), &err);
	HZT_OK_ERR(hz_config_listen_connections(config, &connections, &err), &err);
	HZT_OK_ERR(hz_config_listen_objects(config, &objects, &err), &err);
	HZT_OK_ERR(hz_config_listen_partition_lost(config, &lost_listener, &err), &err);
	HZT_OK_ERR(hz_config_listen_migrations(config, &migration_listener, &err), &err);
	HZT_EQ_INT(hz_config_listen_lifecycle(config, NULL, NULL), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_config_listen_lifecycle(NULL, &lifecycle, NULL), HZ_ERR_ARGUMENT);
	hz_client *client = NULL;
	HZT_OK_ERR(hz_client_new(config, &client, &err), &err);
	// The configuration is no longer needed.
	hz_config_destroy(&config);
	HZT_EQ_INT(h.ends, 0);
	hz_map *map = NULL;
	HZT_OK_ERR(hz_map_open(other, "created", NULL, &map, &err), &err);
	HZT_OK_ERR(hz_map_set(map, hz_i64(1), hz_i64(1), NULL, &err), &err);
	await_number(&h.lifecycle, 3);
	await_number(&h.opened, 2);
	await_number(&h.members, 2);
	await_number(&h.created, 1);
	HZT_EQ_INT(h.initial_calls, 0);
	hzt_cluster_kill(cluster, 1);
	await_number(&h.lost, 100);
	hz_map_close(&map);
	hz_client_destroy(&client);
	HZT_EQ_INT(h.ends, 6);
	hz_client_destroy(&other);
	hzt_cluster_end(&cluster);
}

static const hzt_case cases[] = {
		{"a_killed_member_loses_its_partitions", a_killed_member_loses_its_partitions},
		{"a_new_member_is_given_partitions", a_new_member_is_given_partitions},
		{"members_come_with_the_registration", members_come_with_the_registration},
		{"listeners_of_a_configuration", listeners_of_a_configuration},
};

HZT_MAIN("partition events", cases)
