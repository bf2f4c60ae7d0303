// SPDX-License-Identifier: Apache-2.0
//
// Whom to dial, and when. With a connection, a smart client dials the other members of the list,
// each with pauses of its own. Without one it goes through all candidates, one after the other, and
// pauses after each round.
#ifndef HZI_CORE_CONNECTOR_H
#define HZI_CORE_CONNECTOR_H

#include "core/client.h"
#include "core/members.h"
#include "core/peer.h"
#include "core/reconnect.h"

#include <hazelcast/error.h>
#include <stdbool.h>
#include <stdint.h>

// A member of the list that should be connected.
typedef struct hzi_target {
	hz_uuid uuid;
	hzi_address address;
	hzi_retry_plan retry;
	int64_t since_ns; // listed since then and never connected; 0: it has been
} hzi_target;

typedef struct hzi_connector {
	hzi_target *targets; // both have room for HZI_SLOTS_MAX
	hzi_target *spare;
	uint32_t target_count;

	bool seeking; // no connection: candidates are being tried
	bool first;   // there has been none since the start
	hzi_candidates candidates;
	size_t next; // candidate
	hzi_round round;
	hzi_retry_plan retry;
	int64_t give_up_ns;
} hzi_connector;

// Prepares for the first connection. HZ_ERR_MEMORY.
hz_err hzi_connector_init(hzi_cluster *cluster);
void hzi_connector_clear(hzi_cluster *cluster);

// The member list changed: targets follow it. Cluster thread.
void hzi_connector_set_members(hzi_cluster *cluster, const hzi_members *members);

// An attempt failed, at the dial or before its connection was open for callers; a connection that
// had been open was lost; one is open now. Cluster thread.
void hzi_connector_failed(hzi_cluster *cluster, const hzi_peer *peer, const hz_error *err);
void hzi_connector_lost(hzi_cluster *cluster, const hzi_peer *peer);
void hzi_connector_opened(hzi_cluster *cluster, const hzi_peer *peer);

// Since when a member has been in the list without ever having been connected; 0: it has been, or
// it is not listed. Cluster thread.
int64_t hzi_connector_listed_since(hzi_cluster *cluster, hz_uuid member);

// Whether every member of the list is connected or has been tried in vain. Cluster thread.
bool hzi_connector_is_settled(hzi_cluster *cluster);

// Starts every dial that is due; returns when to call this again, if nothing else happens. Cluster
// thread.
int64_t hzi_connector_advance(hzi_cluster *cluster, int64_t now_ns);

#endif
