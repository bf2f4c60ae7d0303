// SPDX-License-Identifier: Apache-2.0
#include "core/connector.h"

#include "base/fail.h"
#include "core/cluster_state.h"

#include <stdlib.h>
#include <string.h>

#define NS_PER_MS INT64_C(1000000)

hz_err
hzi_connector_init(hzi_cluster *cluster)
{
	hzi_connector *connector = &cluster->connector;
	connector->first = true;
	connector->targets = calloc(HZI_SLOTS_MAX, sizeof(*connector->targets));
	connector->spare = calloc(HZI_SLOTS_MAX, sizeof(*connector->spare));
	return connector->targets != NULL && connector->spare != NULL ? HZ_OK : HZ_ERR_MEMORY;
}

void
hzi_connector_clear(hzi_cluster *cluster)
{
	hzi_connector *connector = &cluster->connector;
	free(connector->targets);
	free(connector->spare);
	hzi_candidates_clear(&connector->candidates);
	*connector = (hzi_connector){0};
}

// ---- Targets ----

static hzi_target *
find_target(hzi_connector *connector, hz_uuid uuid)
{
	for (uint32_t i = 0; i < connector->target_count; i++) {
		if (hzi_uuid_equal(connector->targets[i].uuid, uuid)) {
			return &connector->targets[i];
		}
	}
	return NULL;
}

void
hzi_connector_set_members(hzi_cluster *cluster, const hzi_members *members)
{
	hzi_connector *connector = &cluster->connector;
	uint32_t count = members->count < HZI_SLOTS_MAX ? members->count : HZI_SLOTS_MAX;
	hzi_target *next = connector->spare;
	int64_t now_ns = hzi_now_ns();
	for (uint32_t i = 0; i < count; i++) {
		const hzi_member *member = &members->at[i];
		const hzi_target *old = find_target(connector, member->uuid);
		next[i] = (hzi_target){
				.uuid = member->uuid, .address = member->dial, .since_ns = now_ns};
		if (old != NULL && hzi_address_equal(&old->address, &member->dial)) {
			next[i] = *old;
		}
	}
	connector->spare = connector->targets;
	connector->targets = next;
	connector->target_count = count;
}

// At most one dial at a time goes to one address.
static bool
is_being_dialled(const hzi_cluster *cluster, const hzi_address *address)
{
	for (uint32_t i = 0; i < cluster->peers.count; i++) {
		const hzi_peer *peer = cluster->peers.at[i];
		if (peer->state == HZI_PEER_DIALLING &&
				hzi_address_equal(&peer->target.address, address)) {
			return true;
		}
	}
	return false;
}

static bool
is_served(hzi_cluster *cluster, const hzi_target *target)
{
	const hzi_peer *peer = hzi_peer_of(cluster, target->uuid);
	return (peer != NULL && peer->state != HZI_PEER_EMPTY) ||
			is_being_dialled(cluster, &target->address);
}

static void
dial_target(hzi_cluster *cluster, hzi_target *target, int64_t now_ns)
{
	const hz_config *config = cluster->client->config;
	hzi_peer *peer = hzi_peer_pick(cluster, target->uuid);
	if (peer == NULL) {
		hzi_log_write(&cluster->client->log, HZI_LOG_WARN,
				"a member stays unconnected for now: no descriptors, memory or "
				"thread for it");
		hzi_retry_failed(&target->retry, config, &cluster->dice, now_ns);
		return;
	}
	hzi_candidate candidate = {.address = target->address};
	hzi_retry_begin(&target->retry, now_ns);
	hzi_peer_dial(cluster, peer, target->uuid, &candidate, config->connection_timeout_ms);
}

static int64_t
dial_targets(hzi_cluster *cluster, int64_t now_ns)
{
	hzi_connector *connector = &cluster->connector;
	int64_t due_ns = HZI_NEVER;
	for (uint32_t i = 0; i < connector->target_count; i++) {
		hzi_target *target = &connector->targets[i];
		if (is_served(cluster, target)) {
			continue;
		}
		if (now_ns >= target->retry.due_ns) {
			dial_target(cluster, target, now_ns);
		}
		if (!is_served(cluster, target) && target->retry.due_ns < due_ns) {
			due_ns = target->retry.due_ns;
		}
	}
	return due_ns;
}

// ---- Seeking: no connection at all ----

static void
begin_round(hzi_cluster *cluster)
{
	hzi_connector *connector = &cluster->connector;
	hz_error last = connector->round.last;
	connector->round = (hzi_round){.last = last};
	connector->next = 0;
	// Afresh each time: the list of members that went away is the best guess, then the
	// configuration's addresses.
	hzi_candidates_fill(&connector->candidates, cluster->client->config, cluster->members,
			&cluster->dice);
}

static void
begin_seeking(hzi_cluster *cluster, int64_t now_ns)
{
	hzi_connector *connector = &cluster->connector;
	const hz_config *config = cluster->client->config;
	int64_t timeout_ms = config->cluster_connect_timeout_ms;
	connector->seeking = true;
	connector->give_up_ns = timeout_ms < 0 ? HZI_NEVER : hzi_deadline_in_ms(timeout_ms);
	hzi_retry_lost(&connector->retry, config, &cluster->dice, now_ns);
	begin_round(cluster);
}

static void
give_up(hzi_cluster *cluster, const hz_error *last)
{
	hz_error err;
	hzi_fail(&err, HZ_ERR_OFFLINE, "no member can be reached; the last attempt: %s",
			last->message[0] != '\0' ? last->message : "none was made");
	err.retryable = true;
	hzi_cluster_give_up(cluster, &err);
}

// Members do not say what they dislike: a wrong cluster name is the usual reason.
static void
be_refused(hzi_cluster *cluster)
{
	const hz_error *refusal = &cluster->connector.round.refusal;
	hz_error err;
	hzi_fail(&err, (hz_err)refusal->code, "%s; the client asked for cluster \"%s\"",
			refusal->message, cluster->client->config->cluster_name);
	err.server_code = refusal->server_code;
	memcpy(err.where, refusal->where, sizeof(err.where));
	hzi_cluster_give_up(cluster, &err);
}

// All candidates have been tried. False: it is over.
static bool
end_round(hzi_cluster *cluster, int64_t now_ns)
{
	hzi_connector *connector = &cluster->connector;
	const hz_config *config = cluster->client->config;
	// Later on, a member that refuses may just not be ready yet.
	if (connector->first && hzi_round_is_refused(&connector->round)) {
		be_refused(cluster);
		return false;
	}
	if (now_ns >= connector->give_up_ns) {
		give_up(cluster, &connector->round.last);
		return false;
	}
	hzi_retry_failed(&connector->retry, config, &cluster->dice, now_ns);
	begin_round(cluster);
	return true;
}

// The time that one dial may take: what is left in all, if that is less.
static int64_t
dial_timeout_ms(const hzi_cluster *cluster, int64_t now_ns)
{
	const hz_config *config = cluster->client->config;
	int64_t left_ms = (cluster->connector.give_up_ns - now_ns) / NS_PER_MS + 1;
	// Zero stands for one round, as long as that takes.
	if (config->cluster_connect_timeout_ms <= 0 || left_ms > config->connection_timeout_ms) {
		return config->connection_timeout_ms;
	}
	return left_ms > 0 ? left_ms : 1;
}

static void
dial_next(hzi_cluster *cluster, int64_t now_ns)
{
	hzi_connector *connector = &cluster->connector;
	const hzi_candidate *candidate = &connector->candidates.at[connector->next++];
	hzi_peer *peer = hzi_peer_pick(cluster, (hz_uuid){0, 0});
	if (peer == NULL) {
		hz_error err;
		hzi_fail(&err, HZ_ERR_RESOURCE,
				"no descriptors, memory or thread for a connection");
		hzi_round_failed(&connector->round, candidate, &err);
		return;
	}
	hzi_peer_dial(cluster, peer, (hz_uuid){0, 0}, candidate, dial_timeout_ms(cluster, now_ns));
}

static int64_t
seek(hzi_cluster *cluster, int64_t now_ns)
{
	hzi_connector *connector = &cluster->connector;
	if (!connector->seeking) {
		begin_seeking(cluster, now_ns);
	}
	bool bounded = cluster->client->config->cluster_connect_timeout_ms > 0;
	int64_t give_up_ns = bounded ? connector->give_up_ns : HZI_NEVER;
	while (hzi_peers_in(cluster, HZI_PEERS_BUSY) == 0) {
		if (now_ns >= give_up_ns) {
			give_up(cluster, &connector->round.last);
			return HZI_NEVER;
		}
		if (connector->next >= connector->candidates.count && !end_round(cluster, now_ns)) {
			return HZI_NEVER;
		}
		if (now_ns < connector->retry.due_ns) {
			return connector->retry.due_ns < give_up_ns ? connector->retry.due_ns
								    : give_up_ns;
		}
		if (connector->next == 0) {
			hzi_retry_begin(&connector->retry, now_ns);
		}
		dial_next(cluster, now_ns);
	}
	return HZI_NEVER;
}

// ---- What came of it ----

void
hzi_connector_failed(hzi_cluster *cluster, const hzi_peer *peer, const hz_error *err)
{
	hzi_connector *connector = &cluster->connector;
	hzi_target *target = find_target(connector, peer->wanted);
	if (target != NULL) {
		hzi_retry_failed(&target->retry, cluster->client->config, &cluster->dice,
				hzi_now_ns());
	}
	if (connector->seeking) {
		hzi_round_failed(&connector->round, &peer->target, err);
	}
}

void
hzi_connector_lost(hzi_cluster *cluster, const hzi_peer *peer)
{
	hzi_target *target = find_target(&cluster->connector, peer->member);
	if (target != NULL) {
		hzi_retry_lost(&target->retry, cluster->client->config, &cluster->dice,
				hzi_now_ns());
	}
}

void
hzi_connector_opened(hzi_cluster *cluster, const hzi_peer *peer)
{
	hzi_target *target = find_target(&cluster->connector, peer->member);
	if (target != NULL) {
		target->since_ns = 0;
	}
	cluster->connector.seeking = false;
	cluster->connector.first = false;
}

int64_t
hzi_connector_listed_since(hzi_cluster *cluster, hz_uuid member)
{
	const hzi_target *target = find_target(&cluster->connector, member);
	return target != NULL ? target->since_ns : 0;
}

bool
hzi_connector_is_settled(hzi_cluster *cluster)
{
	const hzi_connector *connector = &cluster->connector;
	for (uint32_t i = 0; hzi_cluster_is_smart(cluster) && i < connector->target_count; i++) {
		const hzi_target *target = &connector->targets[i];
		const hzi_peer *peer = hzi_peer_of(cluster, target->uuid);
		bool open = peer != NULL && peer->state == HZI_PEER_OPEN;
		bool failed = target->retry.pause_ms > 0;
		if (!open && !failed) {
			return false;
		}
	}
	return true;
}

int64_t
hzi_connector_advance(hzi_cluster *cluster, int64_t now_ns)
{
	if (atomic_load_explicit(&cluster->status, memory_order_relaxed) == HZI_CLUSTER_FAILED) {
		return HZI_NEVER;
	}
	if (hzi_peers_in(cluster, 1U << HZI_PEER_OPEN) > 0) {
		return hzi_cluster_is_smart(cluster) ? dial_targets(cluster, now_ns) : HZI_NEVER;
	}
	return hzi_peers_in(cluster, HZI_PEERS_BUSY) == 0 ? seek(cluster, now_ns) : HZI_NEVER;
}
