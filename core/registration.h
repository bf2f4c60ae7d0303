// SPDX-License-Identifier: Apache-2.0
//
// Registrations of listeners at the members. Each listener has a place on every connection; the
// library's own two, for views and backup acknowledgements, are listeners like the others. A place is
// LISTENING at the member until its connection closes or the member has confirmed the removal.
#ifndef HZI_CORE_REGISTRATION_H
#define HZI_CORE_REGISTRATION_H

#include "base/list.h"
#include "core/client.h"
#include "core/cluster.h"
#include "core/peer.h"

#include <hazelcast/error.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct hzi_registrations {
	hzi_list all; // in the order in which they were begun
} hzi_registrations;

// Lists the library's own listeners. HZ_ERR_MEMORY.
hz_err hzi_registrations_init(hzi_cluster *cluster);

// Frees all, when the connections are gone. Requests still waiting end with HZ_ERR_CLOSED before.
void hzi_registrations_clear(hzi_cluster *cluster);

// Registers every listener on a connection that is being set up; peer->pending counts them.
// HZ_ERR_MEMORY: the connection should be closed. Cluster thread.
hz_err hzi_registrations_set_up(hzi_cluster *cluster, hzi_peer *peer);

// The connection is gone, and with it what was registered there. Cluster thread.
void hzi_registrations_drop(hzi_cluster *cluster, hzi_peer *peer, uint64_t conn_id);

// Finds another connection for a listener that lives on one only. Cluster thread.
void hzi_registrations_cover(hzi_cluster *cluster);

// Ends the requests that still wait. Cluster thread, as its last act.
void hzi_registrations_stop(hzi_cluster *cluster);

#endif
