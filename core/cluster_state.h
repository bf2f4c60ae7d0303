// SPDX-License-Identifier: Apache-2.0
//
// The inside of the cluster thread, shared by its rooms: cluster.c (thread, inbox, what others may
// ask), peer.c (slots and what becomes of them), connector.c (whom to dial, and when), views.c and
// topology.c (members and partition owners), registration.c and place.c (listeners), heartbeat.c.
//
// One writer: everything here is the cluster thread's own, but for what stands under `lock` (which
// it alone changes, and reads without the lock) and the inbox.
#ifndef HZI_CORE_CLUSTER_STATE_H
#define HZI_CORE_CLUSTER_STATE_H

#include "base/list.h"
#include "base/mailbox.h"
#include "core/client.h"
#include "core/cluster.h"
#include "core/connector.h"
#include "core/members.h"
#include "core/note.h"
#include "core/owners.h"
#include "core/peer.h"
#include "core/reconnect.h"
#include "core/registration.h"
#include "transport/dial.h"
#include "transport/handshake.h"

#include <pthread.h>
#include <stdatomic.h>

// How far the client has come; what hzi_cluster_await sleeps on.
enum { HZI_CLUSTER_STARTING = 0, HZI_CLUSTER_READY = 1, HZI_CLUSTER_FAILED = 2 };

// The connection to a member that is open for callers.
typedef struct hzi_route {
	hz_uuid member;
	uint64_t open_id; // 0: none
} hzi_route;

struct hzi_cluster {
	hz_client *client;
	hzi_mailbox inbox;
	hzi_thread thread;
	bool running; // the thread was started and not joined

	// Senders.
	_Atomic bool stop;
	_Atomic uint32_t status; // HZI_CLUSTER_*; futex word
	_Atomic uint32_t events_queued;
	pthread_mutex_t send_lock;
	bool ended; // the thread looks at nothing any more; guarded by send_lock

	// Facts that other threads may ask for.
	pthread_mutex_t lock;
	hzi_members *members; // NULL: no list yet
	hzi_owners *owners;   // NULL: no table yet
	hz_uuid cluster_id;
	hzi_route routes[HZI_SLOTS_MAX];
	hz_error verdict; // why the client failed

	// The cluster thread's.
	hzi_dial dial_options;
	hzi_handshake_request handshake;
	char *token; // a secret; the bytes that the handshake sends, NULL: none
	hzi_dice dice;
	hzi_peers peers;
	hzi_connector connector;
	hzi_registrations registrations;
	int32_t members_version; // known from the connection that sends the views
	int32_t owners_version;
	uint64_t view_conn; // that connection's id; 0: none
	int64_t lost_ns;    // events of members that are gone may be missing since then; 0: no
	bool renewed;       // another cluster answered, and nobody has been told
	bool connected;     // at least one connection is open for callers
	bool proxies_due;   // the cluster may not know the structures that were opened
	bool schemas_due;   // ... nor the schemas of records
};

// The client will not reconnect: calls are refused from now on, and hzi_cluster_await gives the
// error. Lends it. Cluster thread.
void hzi_cluster_give_up(hzi_cluster *cluster, const hz_error *why);

// A connection is open for callers, or the last one is not any more. Cluster thread.
void hzi_cluster_opened(hzi_cluster *cluster);
void hzi_cluster_check_lost(hzi_cluster *cluster);

// Whether the client is going down: nothing new is begun. Cluster thread.
static inline bool
hzi_cluster_stopping(const hzi_cluster *cluster)
{
	return atomic_load_explicit(&cluster->stop, memory_order_acquire);
}

// Whether connections to all members are wanted, or one only.
static inline bool
hzi_cluster_is_smart(const hzi_cluster *cluster)
{
	return cluster->client->config->routing == HZI_ROUTING_ALL;
}

#endif
