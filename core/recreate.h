// SPDX-License-Identifier: Apache-2.0
//
// Tells a cluster that was begun anew of the structures that this client has opened
// (Client.createProxies), before any caller sees the connection.
#ifndef HZI_CORE_RECREATE_H
#define HZI_CORE_RECREATE_H

#include <hazelcast/error.h>

struct hzi_cluster;
struct hzi_peer;

// If the names are due, sends them over a connection that is being set up; one more thing that its
// set-up waits for. HZ_ERR_MEMORY. Cluster thread.
hz_err hzi_recreate_proxies(struct hzi_cluster *cluster, struct hzi_peer *peer);

#endif
