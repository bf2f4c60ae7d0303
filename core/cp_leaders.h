// SPDX-License-Identifier: Apache-2.0
//
// Which member leads which CP group: calls that go there save a hop. Only members of the Enterprise
// edition tell it, from 5.5 on, and only a client that is configured to ask for it
// (cp-direct-to-leader-routing). Where it is not known, or the leader is not connected, calls go to
// any member, which passes them on.
#ifndef HZI_CORE_CP_LEADERS_H
#define HZI_CORE_CP_LEADERS_H

#include "core/client.h"

#include <hazelcast/error.h>
#include <stddef.h>
#include <stdint.h>

// The leader of one group, as far as this client knows. Lives as long as the client.
typedef struct hzi_cp_leader hzi_cp_leader;

// That of the group with this name and numbers. Lends the name. NULL without memory. Any thread; a
// short lock.
const hzi_cp_leader *hzi_cp_leader_of(
		hz_client *client, const char *name, uint32_t length, int64_t seed, int64_t id);

// The slot of the leader's connection, for hzi_call_to_slot. Any thread; no lock.
uint16_t hzi_cp_leader_slot(const hzi_cp_leader *leader);

// An event of the listener has come over this connection: HZ_ERR_PROTOCOL and HZ_ERR_LIMIT: what it
// says cannot be; HZ_ERR_MEMORY. What was known before stays then. Cluster thread.
hz_err hzi_cp_leaders_event(
		hz_client *client, uint64_t conn_id, const uint8_t *msg, size_t n, hz_error *err);

// The answer to an authentication may have a first list. What cannot be read is passed over.
// Cluster thread.
void hzi_cp_leaders_learn(hz_client *client, const uint8_t *msg, size_t n);

// Connections have come or gone. Cluster thread.
void hzi_cp_leaders_publish(hz_client *client);

// Another cluster has answered: nothing is known of its groups. Cluster thread.
void hzi_cp_leaders_forget(hz_client *client);

// Frees everything, when no thread is left.
void hzi_cp_leaders_clear(hz_client *client);

#endif
