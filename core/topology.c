// SPDX-License-Identifier: Apache-2.0
#include "core/topology.h"

#include "base/fail.h"
#include "core/cluster_state.h"
#include "core/cp_leaders.h"
#include "core/cp_sessions.h"
#include "core/views.h"

#define NO_VERSION INT32_MIN

// ---- Member lists ----

static hz_member
public_member(const hzi_member *member, bool connected)
{
	return (hz_member){
			.uuid = member->uuid,
			.host = member->address.host,
			.port = member->address.port,
			.lite = member->lite,
			.connected = connected,
			.version = {member->version[0], member->version[1], member->version[2]},
	};
}

hz_member
hzi_topology_member(const hzi_cluster *cluster, const hzi_peer *peer)
{
	bool open = peer->state == HZI_PEER_OPEN;
	const hzi_member *listed = hzi_members_find(cluster->members, peer->member);
	if (listed != NULL) {
		return public_member(listed, open);
	}
	return (hz_member){
			.uuid = peer->member,
			.host = peer->target.address.host,
			.port = peer->target.address.port,
			.connected = open,
	};
}

static void
tell_membership(hzi_cluster *cluster, const hzi_member *member, bool added)
{
	char text[HZI_ADDRESS_TEXT_MAX];
	hz_client *client = cluster->client;
	hz_member told = public_member(member, hzi_peer_is_connected(cluster, member->uuid));
	hzi_log_write(&client->log, HZI_LOG_INFO, "member %s %s",
			hzi_address_format(&member->address, text, sizeof(text)),
			added ? "is here" : "left");
	client->events->membership(client->events_state, &told, added);
}

static void
member_left(void *ctx, const hzi_member *member)
{
	hzi_cluster *cluster = ctx;
	hzi_peer *peer = hzi_peer_of(cluster, member->uuid);
	if (peer != NULL) {
		hzi_peer_close(cluster, peer, HZ_ERR_DISCONNECTED, "the member left the cluster");
		hzi_peer_pass_on_loss(cluster, peer);
	}
	tell_membership(cluster, member, false);
}

static void
member_came(void *ctx, const hzi_member *member)
{
	tell_membership(ctx, member, true);
}

// Takes the list. Removals are told before additions, so that a member that came back under its old
// UUID is first gone.
static void
apply_members(hzi_cluster *cluster, hzi_members *members)
{
	hzi_members *old = cluster->members;
	cluster->members_version = members->version;
	// A member that sends us a list is itself a member: an empty one says nothing.
	if (members->count == 0 && old != NULL && old->count > 0) {
		hzi_members_release(members);
		return;
	}
	pthread_mutex_lock(&cluster->lock);
	cluster->members = members;
	pthread_mutex_unlock(&cluster->lock);
	hzi_members_each_missing(old, members, member_left, cluster);
	hzi_members_each_missing(members, old, member_came, cluster);
	hzi_members_release(old);
	hzi_connector_set_members(cluster, members);
}

// ---- Partition owners ----

static void
set_owners(hzi_cluster *cluster, hzi_owners *owners)
{
	hzi_owners *old = cluster->owners;
	pthread_mutex_lock(&cluster->lock);
	cluster->owners = owners;
	pthread_mutex_unlock(&cluster->lock);
	hzi_owners_destroy(&old);
}

static uint16_t
slot_of(hzi_cluster *cluster, hz_uuid member)
{
	const hzi_peer *peer = hzi_peer_of(cluster, member);
	return peer != NULL ? (uint16_t)peer->index : HZI_AWAY_SLOT;
}

static void
publish_owners(hzi_cluster *cluster)
{
	hzi_partitions *partitions = &cluster->client->partitions;
	const hzi_owners *owners = cluster->owners;
	int32_t count = atomic_load_explicit(&partitions->count, memory_order_relaxed);
	for (uint32_t i = 0; owners != NULL && i < owners->member_count; i++) {
		owners->slots[i] = slot_of(cluster, owners->members[i]);
	}
	for (int32_t p = 0; p < count; p++) {
		uint16_t member = owners != NULL ? owners->of[p] : HZI_NO_OWNER;
		hzi_partitions_set_owner(partitions, p,
				member == HZI_NO_OWNER ? HZI_NO_SLOT : owners->slots[member]);
	}
}

// ---- What others read ----

static void
publish_routes(hzi_cluster *cluster)
{
	pthread_mutex_lock(&cluster->lock);
	for (uint32_t i = 0; i < cluster->peers.count; i++) {
		const hzi_peer *peer = cluster->peers.at[i];
		cluster->routes[i] = (hzi_route){
				.member = peer->member,
				.open_id = peer->state == HZI_PEER_OPEN ? peer->conn_id : 0,
		};
	}
	pthread_mutex_unlock(&cluster->lock);
}

// Rule 14: a write may only ask for acknowledgements when whoever holds a backup can send them to
// us. The backup listener is part of set-up, so an open connection has it.
static bool
backups_are_ready(hzi_cluster *cluster)
{
	const hzi_members *members = cluster->members;
	uint32_t data_members = 0;
	if (!hzi_cluster_is_smart(cluster) || !cluster->client->config->backup_ack ||
			members == NULL) {
		return false;
	}
	for (uint32_t i = 0; i < members->count; i++) {
		if (members->at[i].lite) {
			continue;
		}
		const hzi_peer *peer = hzi_peer_of(cluster, members->at[i].uuid);
		if (peer == NULL || peer->state != HZI_PEER_OPEN) {
			return false;
		}
		data_members++;
	}
	return data_members > 0;
}

void
hzi_topology_publish(hzi_cluster *cluster)
{
	publish_routes(cluster);
	publish_owners(cluster);
	hzi_cp_leaders_publish(cluster->client);
	atomic_store_explicit(&cluster->client->backups_ready, backups_are_ready(cluster),
			memory_order_release);
	hzi_client_view_changed(cluster->client);
}

// ---- Views ----

static hzi_view_reader
reader_for(const hzi_cluster *cluster, uint64_t conn_id)
{
	return (hzi_view_reader){
			.members_version = cluster->members_version,
			// Each member counts the versions of its table by itself.
			.owners_version = conn_id == cluster->view_conn ? cluster->owners_version
									: INT32_MAX,
			.partition_count = atomic_load_explicit(
					&cluster->client->partitions.count, memory_order_relaxed),
			.public_ip = cluster->client->config->use_public_ip,
	};
}

// Takes what is in the view, and leaves it empty.
static void
apply_view(hzi_cluster *cluster, hzi_view *view)
{
	if (view->members == NULL && view->owners == NULL) {
		return;
	}
	if (view->members != NULL) {
		apply_members(cluster, view->members);
	}
	if (view->owners != NULL) {
		cluster->owners_version = view->owners->version;
		set_owners(cluster, view->owners);
	}
	*view = (hzi_view){NULL, NULL};
	hzi_topology_publish(cluster);
}

void
hzi_topology_follow(hzi_cluster *cluster, uint64_t conn_id)
{
	if (cluster->view_conn == conn_id) {
		return;
	}
	// After a split brain the side that we now listen to may count lower than the other did.
	cluster->view_conn = conn_id;
	cluster->members_version = NO_VERSION;
	cluster->owners_version = NO_VERSION;
}

hz_err
hzi_topology_event(
		hzi_cluster *cluster, uint64_t conn_id, const uint8_t *msg, size_t n, hz_error *err)
{
	hzi_view view;
	if (conn_id != cluster->view_conn) {
		return HZ_OK;
	}
	hzi_view_reader reader = reader_for(cluster, conn_id);
	hz_err e = hzi_view_read_event(&reader, msg, n, &view, err);
	if (e == HZ_OK) {
		apply_view(cluster, &view);
	}
	return e;
}

// ---- New connections ----

// With no other connection, a new cluster id says that the cluster was started anew: what is known
// of the old one is worth nothing.
static void
set_cluster_id(hzi_cluster *cluster, hz_uuid id)
{
	hz_client *client = cluster->client;
	bool changed = !hzi_uuid_is_none(cluster->cluster_id);
	pthread_mutex_lock(&cluster->lock);
	cluster->cluster_id = id;
	pthread_mutex_unlock(&cluster->lock);
	if (changed) {
		set_owners(cluster, NULL);
		hzi_log_write(&client->log, HZI_LOG_WARN, "the cluster is another one than before");
		cluster->renewed = true;
		atomic_fetch_add(&client->clusters, 1);
		hzi_cp_sessions_forget(client);
		hzi_cp_leaders_forget(client);
	}
}

hz_err
hzi_topology_check(hzi_cluster *cluster, const hzi_handshake_reply *reply, hz_error *err)
{
	hz_err e = hzi_partitions_set_count(&cluster->client->partitions, reply->partition_count);
	if (e == HZ_ERR_NOT_ALLOWED) {
		return hzi_fail(err, e, "the cluster has %d partitions, not as many as before",
				reply->partition_count);
	}
	if (e != HZ_OK) {
		return hzi_fail(err, e, "no memory for %d partitions", reply->partition_count);
	}
	if (hzi_uuid_is_none(reply->member_uuid)) {
		return hzi_fail(err, HZ_ERR_PROTOCOL, "the member does not say who it is");
	}
	// Two names of one member: the connection that stands first is the one that stays.
	if (hzi_peer_is_connected(cluster, reply->member_uuid)) {
		return hzi_fail(err, HZ_ERR_STATE, "the member is connected already");
	}
	if (hzi_peers_in(cluster, HZI_PEERS_CONNECTED) > 0 &&
			!hzi_uuid_equal(reply->cluster_id, cluster->cluster_id)) {
		return hzi_fail(err, HZ_ERR_NOT_ALLOWED, "the member is of another cluster");
	}
	return HZ_OK;
}

hz_err
hzi_topology_learn(hzi_cluster *cluster, const hzi_peer *peer, const hzi_handshake_reply *reply,
		hz_error *err)
{
	hzi_view view;
	if (!hzi_uuid_equal(reply->cluster_id, cluster->cluster_id)) {
		set_cluster_id(cluster, reply->cluster_id);
	}
	if (hzi_peers_in(cluster, HZI_PEERS_CONNECTED) == 0) {
		hzi_topology_follow(cluster, peer->conn_id);
		// Also with the same cluster id: after a split brain it may have been another half.
		cluster->proxies_due = true;
		cluster->schemas_due = true;
	}
	hzi_view_reader reader = reader_for(cluster, peer->conn_id);
	hz_err e = hzi_view_read_reply(
			&reader, reply->message.data, reply->message.len, &view, err);
	if (e == HZ_OK) {
		apply_view(cluster, &view);
	}
	if (e == HZ_OK && cluster->handshake.cp_direct_to_leader) {
		hzi_cp_leaders_learn(cluster->client, reply->message.data, reply->message.len);
	}
	return e;
}
