// SPDX-License-Identifier: Apache-2.0
#include "core/cp_leaders.h"

#include "base/fail.h"
#include "core/cluster_state.h"
#include "core/cp_leaders_text.h"
#include "protocol/decode.h"
#include "protocol/gen/client.h"

#include <stdlib.h>
#include <string.h>

// More groups than any cluster has; CP members are members.
#define GROUPS_MAX 65536U

typedef hzp_client_add_cp_group_view_listener_groups_view groups_view;

struct hzi_cp_leader {
	hzi_cp_leader *next;
	_Atomic uint16_t slot;
	hz_uuid member; // none: not known

	// The group.
	int64_t seed;
	int64_t id;
	uint32_t length;
	char name[];
};

// Under the client's cp_lock.
struct hzi_cp_leaders {
	hzi_cp_leader *first;
	hzi_cp_told *groups; // what members told last, in one piece with the names in it
	size_t count;

	// The cluster thread's.
	uint64_t conn_id; // where the last event came from: versions are its member's own
	int64_t version;
};

// ---- What is known ----

static bool
is_same(const hzp_raft_group_id *group, const hzi_cp_leader *leader)
{
	return group->seed == leader->seed && group->id == leader->id &&
			group->name.n == leader->length &&
			(leader->length == 0 ||
					memcmp(group->name.p, leader->name, leader->length) == 0);
}

static hz_uuid
find_told(const hzi_cp_leaders *leaders, const hzi_cp_leader *leader)
{
	for (size_t i = 0; i < leaders->count; i++) {
		if (is_same(&leaders->groups[i].group, leader)) {
			return leaders->groups[i].member;
		}
	}
	return (hz_uuid){0, 0};
}

static void
find_slot(hz_client *client, hzi_cp_leader *leader)
{
	uint64_t id;
	hzi_connection *conn = hzi_uuid_is_none(leader->member)
			? NULL
			: hzi_cluster_connection_to(client, leader->member, &id);
	atomic_store_explicit(&leader->slot, conn != NULL ? (uint16_t)conn->index : HZI_NO_SLOT,
			memory_order_relaxed);
}

// The client's, made when it is first needed. NULL without memory. Under the lock.
static hzi_cp_leaders *
leaders_of(hz_client *client)
{
	if (client->cp_leaders == NULL) {
		client->cp_leaders = calloc(1, sizeof(*client->cp_leaders));
	}
	return client->cp_leaders;
}

static hzi_cp_leader *
add(hz_client *client, hzi_cp_leaders *leaders, const hzp_raft_group_id *group)
{
	hzi_cp_leader *leader = calloc(1, sizeof(*leader) + group->name.n + 1);
	if (leader == NULL) {
		return NULL;
	}
	leader->seed = group->seed;
	leader->id = group->id;
	leader->length = group->name.n;
	if (group->name.n > 0) {
		memcpy(leader->name, group->name.p, group->name.n);
	}
	leader->member = find_told(leaders, leader);
	find_slot(client, leader);
	leader->next = leaders->first;
	leaders->first = leader;
	return leader;
}

const hzi_cp_leader *
hzi_cp_leader_of(hz_client *client, const char *name, uint32_t length, int64_t seed, int64_t id)
{
	hzp_raft_group_id group = {.name = {(const uint8_t *)name, length}, .seed = seed, .id = id};
	pthread_mutex_lock(&client->cp_lock);
	hzi_cp_leaders *leaders = leaders_of(client);
	hzi_cp_leader *leader = leaders != NULL ? leaders->first : NULL;
	while (leader != NULL && !is_same(&group, leader)) {
		leader = leader->next;
	}
	if (leader == NULL && leaders != NULL) {
		leader = add(client, leaders, &group);
	}
	pthread_mutex_unlock(&client->cp_lock);
	return leader;
}

uint16_t
hzi_cp_leader_slot(const hzi_cp_leader *leader)
{
	return atomic_load_explicit(&leader->slot, memory_order_relaxed);
}

// ---- What members tell ----

// The UUID by which the cluster knows a CP member; none if it is not said.
static hz_uuid
member_of(const hzp_list *uuids, const hzp_cp_member *leader)
{
	hzp_iter it = hzp_iter_start(uuids);
	hzp_entry_uuid_uuid entry;
	while (leader->present && hzp_iter_next(&it, &entry)) {
		if (hzi_uuid_equal(entry.key, leader->uuid)) {
			return entry.value;
		}
	}
	return (hz_uuid){0, 0};
}

static size_t
read_groups(const groups_view *view, hzi_cp_told *groups)
{
	hzp_iter it = hzp_iter_start(&view->groups_info);
	hzp_raft_group_info info;
	size_t n = 0;
	while (n < view->groups_info.count && hzp_iter_next(&it, &info)) {
		groups[n++] = (hzi_cp_told){
				info.group_id, member_of(&view->cp_to_ap_uuids, &info.leader)};
	}
	return n;
}

static hz_err
decode(const uint8_t *msg, size_t n, groups_view *view, hz_error *err)
{
	const char *reason = "";
	hz_err e = hzp_decode(
			msg, n, &HZP_CLIENT_ADD_CP_GROUP_VIEW_LISTENER_GROUPS_VIEW, view, &reason);
	if (e != HZ_OK) {
		return hzi_fail(err, e, "a view of CP groups: %s", reason);
	}
	if (view->groups_info.count > GROUPS_MAX || view->cp_to_ap_uuids.count > HZI_MEMBERS_MAX) {
		return hzi_fail(err, HZ_ERR_LIMIT, "a view of %u CP groups of %u members",
				view->groups_info.count, view->cp_to_ap_uuids.count);
	}
	return HZ_OK;
}

static void
take_groups(hz_client *client, hzi_cp_leaders *leaders, hzi_cp_told *groups, size_t count)
{
	pthread_mutex_lock(&client->cp_lock);
	hzi_cp_told *old = leaders->groups;
	leaders->groups = groups;
	leaders->count = count;
	for (hzi_cp_leader *leader = leaders->first; leader != NULL; leader = leader->next) {
		leader->member = find_told(leaders, leader);
		find_slot(client, leader);
	}
	pthread_mutex_unlock(&client->cp_lock);
	free(old);
}

static hz_err
apply(hz_client *client, hzi_cp_leaders *leaders, const uint8_t *msg, size_t n, size_t count,
		hz_error *err)
{
	groups_view view;
	hzi_cp_told *groups = malloc(count * sizeof(*groups) + n);
	if (groups == NULL) {
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for a view of CP groups");
	}
	uint8_t *copy = (uint8_t *)(groups + count);
	memcpy(copy, msg, n);
	hz_err e = decode(copy, n, &view, err);
	if (e != HZ_OK) {
		free(groups);
		return e;
	}
	take_groups(client, leaders, groups, read_groups(&view, groups));
	return HZ_OK;
}

hz_err
hzi_cp_leaders_event(
		hz_client *client, uint64_t conn_id, const uint8_t *msg, size_t n, hz_error *err)
{
	groups_view view;
	hz_err e = decode(msg, n, &view, err);
	if (e != HZ_OK) {
		return e;
	}
	pthread_mutex_lock(&client->cp_lock);
	hzi_cp_leaders *leaders = leaders_of(client);
	pthread_mutex_unlock(&client->cp_lock);
	if (leaders == NULL) {
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for a view of CP groups");
	}
	if (leaders->conn_id == conn_id && view.version <= leaders->version) {
		return HZ_OK;
	}
	e = apply(client, leaders, msg, n, view.groups_info.count, err);
	if (e == HZ_OK) {
		leaders->conn_id = conn_id;
		leaders->version = view.version;
	}
	return e;
}

static bool
is_text(hzp_bytes got, const char *want)
{
	size_t n = strlen(want);
	return got.n == n && memcmp(got.p, want, n) == 0;
}

// Takes the first that there is, until the listener knows better.
static void
learn(hz_client *client, hzi_cp_leaders *leaders, hzp_bytes text)
{
	size_t count = 0;
	hzi_cp_told *groups = hzi_cp_leaders_read(text.p, text.n, &count);
	if (groups != NULL) {
		take_groups(client, leaders, groups, count);
	} else {
		hzi_log_write(&client->log, HZI_LOG_WARN,
				"the leaders of CP groups that a member told were not understood");
	}
}

void
hzi_cp_leaders_learn(hz_client *client, const uint8_t *msg, size_t n)
{
	hzp_client_authentication_response reply;
	hzp_entry_str_str pair;
	pthread_mutex_lock(&client->cp_lock);
	hzi_cp_leaders *leaders = leaders_of(client);
	pthread_mutex_unlock(&client->cp_lock);
	if (leaders == NULL || leaders->conn_id != 0 ||
			hzp_decode(msg, n, &HZP_CLIENT_AUTHENTICATION_RESPONSE, &reply, NULL) !=
					HZ_OK) {
		return;
	}
	hzp_iter it = hzp_iter_start(&reply.key_value_pairs);
	while (hzp_iter_next(&it, &pair)) {
		if (is_text(pair.key, "cp.leaders")) {
			learn(client, leaders, pair.value);
		}
	}
}

void
hzi_cp_leaders_publish(hz_client *client)
{
	pthread_mutex_lock(&client->cp_lock);
	hzi_cp_leaders *leaders = client->cp_leaders;
	for (hzi_cp_leader *l = leaders != NULL ? leaders->first : NULL; l != NULL; l = l->next) {
		find_slot(client, l);
	}
	pthread_mutex_unlock(&client->cp_lock);
}

void
hzi_cp_leaders_forget(hz_client *client)
{
	pthread_mutex_lock(&client->cp_lock);
	hzi_cp_leaders *leaders = client->cp_leaders;
	pthread_mutex_unlock(&client->cp_lock);
	if (leaders != NULL) {
		leaders->conn_id = 0;
		take_groups(client, leaders, NULL, 0);
	}
}

void
hzi_cp_leaders_clear(hz_client *client)
{
	hzi_cp_leaders *leaders = client->cp_leaders;
	while (leaders != NULL && leaders->first != NULL) {
		hzi_cp_leader *leader = leaders->first;
		leaders->first = leader->next;
		free(leader);
	}
	if (leaders != NULL) {
		free(leaders->groups);
	}
	free(leaders);
	client->cp_leaders = NULL;
}
