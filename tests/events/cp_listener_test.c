// SPDX-License-Identifier: Apache-2.0
//
// What listeners of the CP subsystem hear when its members are killed, are missing for too long,
// come back, and are no majority any more. Three members that agree by Raft, of this test alone.
#include "core/invocation.h"
#include "protocol/gen/mc.h"
#include "tests/support/cluster.h"
#include "tests/support/suite.h"

#include <hazelcast/hazelcast.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATIENCE_MS 60000

// What was heard, of members by their ports. Each member that is alive may tell of it.
typedef struct heard {
	_Atomic int added, removed;              // of `port`
	_Atomic int decreased, majority_lost;    // of the group, with `port` among the missing
	_Atomic int own_decreased;               // of METADATA
	_Atomic int unsound, gaps, ends, others; // others: `port` was not what changed
	_Atomic unsigned port;
	const char *group;
} heard;

static hz_error err;
static hzt_cluster *cluster;
static heard by_call, by_config;

// ---- What is heard ----

static bool
is_sound(const hz_cp_member *member)
{
	return (member->uuid.msb != 0 || member->uuid.lsb != 0) && member->port != 0 &&
			strcmp(member->host, "127.0.0.1") == 0;
}

static void
count_member(heard *h, _Atomic int *counter, const hz_cp_member *member)
{
	atomic_fetch_add(&h->unsound, !is_sound(member));
	atomic_fetch_add(member->port == atomic_load(&h->port) ? counter : &h->others, 1);
}

static void
on_added(void *ctx, const hz_cp_member *member)
{
	heard *h = ctx;
	count_member(h, &h->added, member);
}

static void
on_removed(void *ctx, const hz_cp_member *member)
{
	heard *h = ctx;
	count_member(h, &h->removed, member);
}

static bool
has_port(const hz_cp_member *members, size_t count, unsigned port)
{
	for (size_t i = 0; i < count; i++) {
		if (members[i].port == port) {
			return true;
		}
	}
	return false;
}

static void
count_availability(heard *h, _Atomic int *counter, const hz_cp_availability *event)
{
	unsigned port = atomic_load(&h->port);
	bool sound = event->count > event->unavailable_count && event->unavailable_count > 0 &&
			!event->shutdown;
	for (size_t i = 0; i < event->count; i++) {
		sound = sound && is_sound(&event->members[i]);
	}
	for (size_t i = 0; i < event->unavailable_count; i++) {
		sound = sound && has_port(event->members, event->count, event->unavailable[i].port);
	}
	atomic_fetch_add(&h->unsound, !sound);
	if (!has_port(event->unavailable, event->unavailable_count, port)) {
		atomic_fetch_add(&h->others, 1);
	} else if (strcmp(event->group.name, h->group) == 0) {
		atomic_fetch_add(counter, 1);
	} else if (strcmp(event->group.name, "METADATA") == 0) {
		atomic_fetch_add(&h->own_decreased, 1);
	}
}

static void
on_decreased(void *ctx, const hz_cp_availability *event)
{
	heard *h = ctx;
	count_availability(h, &h->decreased, event);
}

static void
on_majority_lost(void *ctx, const hz_cp_availability *event)
{
	heard *h = ctx;
	count_availability(h, &h->majority_lost, event);
}

static void
on_gap(void *ctx, const hz_gap *gap)
{
	heard *h = ctx;
	(void)gap;
	atomic_fetch_add(&h->gaps, 1);
}

static void
on_end(void *ctx)
{
	heard *h = ctx;
	atomic_fetch_add(&h->ends, 1);
}

typedef struct amount {
	_Atomic int *at;
	int least;
} amount;

static bool
has_come(void *ctx)
{
	const amount *n = ctx;
	return atomic_load(n->at) >= n->least;
}

static void
await_number(_Atomic int *at)
{
	amount n = {at, 1};
	HZT_AWAIT(has_come, &n, PATIENCE_MS);
}

// From now on the member is the one that matters.
static void
look_at(size_t member)
{
	const char *address = hzt_cluster_address(cluster, member);
	unsigned port = (unsigned)strtoul(strrchr(address, ':') + 1, NULL, 10);
	atomic_store(&by_call.port, port);
	atomic_store(&by_config.port, port);
	for (int i = 0; i < 2; i++) {
		heard *h = i == 0 ? &by_call : &by_config;
		atomic_store(&h->added, 0);
		atomic_store(&h->removed, 0);
		atomic_store(&h->decreased, 0);
		atomic_store(&h->own_decreased, 0);
		atomic_store(&h->majority_lost, 0);
	}
}

// ---- The members ----

static bool
is_connected(void *ctx)
{
	hz_stats stats = {.size = sizeof(stats)};
	HZT_OK(hz_client_stats(ctx, &stats));
	return stats.connections == 3;
}

// A client whose configuration carries both listeners.
static hz_client *
start_client(const hz_cp_membership_listener *members,
		const hz_cp_availability_listener *availability)
{
	hz_config *config = NULL;
	hz_client *client = NULL;
	HZT_OK_ERR(hz_config_new(&config, &err), &err);
	HZT_OK_ERR(hz_config_set(config, "network.cluster-members", hzt_cluster_addresses(cluster),
				   &err),
			&err);
	HZT_OK_ERR(hz_config_listen_cp_members(config, members, &err), &err);
	HZT_OK_ERR(hz_config_listen_cp_availability(config, availability, &err), &err);
	HZT_OK_ERR(hz_client_new(config, &client, &err), &err);
	hz_config_destroy(&config);
	HZT_AWAIT(is_connected, client, PATIENCE_MS);
	return client;
}

// The members' group, once they have become CP members.
static void
make_group(hz_client *client, const char *name)
{
	hz_atomic_long *number = NULL;
	HZT_OK_ERR(hz_atomic_long_open(client, name, NULL, &number, &err), &err);
	HZT_OK_ERR(hz_atomic_long_set(number, 1, &err), &err);
	hz_atomic_long_close(&number);
}

typedef struct promotion {
	hz_client *client;
	hz_uuid member;
} promotion;

// Makes a member a CP member, as the management centre does. The others may still be busy with the
// member that it was before.
static bool
is_promoted(void *ctx)
{
	static const hzi_op op = {&HZP_MC_PROMOTE_TO_CP_MEMBER, HZ_RESULT_NONE, 0, NULL};
	const promotion *p = ctx;
	hzi_call *call;
	hz_future future;
	HZT_CHECK(hzi_call_begin_on(p->client, NULL, &op, &call, &future));
	hzi_call_to_member(call, p->member);
	hz_err e = hz_await_none(
			hzi_call_submit(call, &(hzp_mc_promote_to_cp_member_request){0}), &err);
	return e == HZ_OK;
}

static hz_uuid
member_at(hz_client *client, unsigned port)
{
	hz_members *members = NULL;
	hz_uuid uuid = {0};
	HZT_OK_ERR(hz_client_members(client, &members, &err), &err);
	for (size_t i = 0; i < hz_members_count(members); i++) {
		if (hz_members_at(members, i)->port == port) {
			uuid = hz_members_at(members, i)->uuid;
		}
	}
	hz_members_destroy(&members);
	return uuid;
}

// ---- The case ----

static void
kill_one_for_good(void)
{
	look_at(2);
	hzt_cluster_kill(cluster, 2);
	await_number(&by_call.decreased);
	await_number(&by_config.decreased);
	await_number(&by_call.own_decreased);
	await_number(&by_call.removed);
	await_number(&by_config.removed);
	HZT_EQ_INT(atomic_load(&by_call.majority_lost) + atomic_load(&by_config.majority_lost), 0);
	HZT_EQ_INT(atomic_load(&by_call.added) + atomic_load(&by_config.added), 0);
}

static void
bring_it_back(hz_client *client)
{
	hzt_cluster_restart(cluster, 2);
	HZT_AWAIT(is_connected, client, PATIENCE_MS);
	promotion p = {client, member_at(client, atomic_load(&by_call.port))};
	HZT_AWAIT(is_promoted, &p, PATIENCE_MS);
	await_number(&by_call.added);
	await_number(&by_config.added);
}

// Whether or not the group has taken in again the one that came back: without both, it has no
// majority.
static void
kill_two(void)
{
	look_at(1);
	hzt_cluster_kill(cluster, 2);
	hzt_cluster_kill(cluster, 1);
	await_number(&by_call.majority_lost);
	await_number(&by_config.majority_lost);
}

static void
hears_of_members_and_groups(void)
{
	by_call.group = by_config.group = "side";
	hz_cp_membership_listener members = {.size = sizeof(members),
			.ctx = &by_config,
			.added = on_added,
			.removed = on_removed,
			.gap = on_gap,
			.end = on_end};
	hz_cp_availability_listener availability = {.size = sizeof(availability),
			.ctx = &by_config,
			.decreased = on_decreased,
			.majority_lost = on_majority_lost,
			.gap = on_gap,
			.end = on_end};
	hz_listener_id first = {0}, second = {0};
	// A member that is missing for longer than a session lives is no CP member any more.
	cluster = hzt_cluster_start("3 version=5.4.0 cp=3 missing=10");
	hz_client *client = start_client(&members, &availability);
	members.ctx = availability.ctx = &by_call;
	HZT_OK_ERR(hz_cp_listen_members(client, &members, &first, &err), &err);
	HZT_OK_ERR(hz_cp_listen_availability(client, &availability, &second, &err), &err);
	make_group(client, "n@side");
	kill_one_for_good();
	bring_it_back(client);
	HZT_CHECK(atomic_load(&by_call.gaps) >= 2); // one of each listener
	kill_two();
	HZT_EQ_INT(atomic_load(&by_call.unsound) + atomic_load(&by_config.unsound), 0);
	HZT_OK_ERR(hz_client_shutdown(client, 10000, &err), &err);
	HZT_EQ_INT(atomic_load(&by_call.ends), 2);
	HZT_EQ_INT(atomic_load(&by_config.ends), 2);
	hz_client_destroy(&client);
	hzt_cluster_end(&cluster);
}

static const hzt_case cases[] = {
		{"hears_of_members_and_groups", hears_of_members_and_groups},
};

HZT_MAIN("cp_listener", cases)
