// SPDX-License-Identifier: Apache-2.0
//
// What the client knows of the cluster: its id, its members, who owns which partition. Applies what
// views say, and tells everybody whom a change concerns.
#ifndef HZI_CORE_TOPOLOGY_H
#define HZI_CORE_TOPOLOGY_H

#include "core/client.h"
#include "core/peer.h"
#include "transport/handshake.h"

#include <hazelcast/error.h>
#include <stdbool.h>
#include <stdint.h>

// Checks whether a new connection may stay: HZ_ERR_NOT_ALLOWED when it leads to another cluster
// than the other connections, or to one with another number of partitions than before; HZ_ERR_STATE
// when the member is connected already; HZ_ERR_PROTOCOL, HZ_ERR_MEMORY. Lends reply. Cluster
// thread.
hz_err hzi_topology_check(hzi_cluster *cluster, const hzi_handshake_reply *reply, hz_error *err);

// Learns what is new in the answer to the authentication, on a connection that may stay and is not
// yet SETTING_UP. Lends reply. HZ_ERR_PROTOCOL, HZ_ERR_LIMIT, HZ_ERR_MEMORY. Cluster thread.
hz_err hzi_topology_learn(hzi_cluster *cluster, const hzi_peer *peer,
		const hzi_handshake_reply *reply, hz_error *err);

// The view listener is about to be registered on this connection: what it says is compared with
// nothing that others said. Cluster thread.
void hzi_topology_follow(hzi_cluster *cluster, uint64_t conn_id);

// An event of the view listener. HZ_OK also for one of a connection that is not followed (any
// more). Cluster thread.
hz_err hzi_topology_event(hzi_cluster *cluster, uint64_t conn_id, const uint8_t *msg, size_t n,
		hz_error *err);

// A slot has changed hands, opened or closed: what calls read is made anew. Cluster thread.
void hzi_topology_publish(hzi_cluster *cluster);

// A member as the application sees it; of one that the list does not have, what is known. Lends the
// host for as long as the list and the peer stay. Cluster thread.
hz_member hzi_topology_member(const hzi_cluster *cluster, const hzi_peer *peer);

#endif
