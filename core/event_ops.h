// SPDX-License-Identifier: Apache-2.0
//
// What core hands to the layer above it. events fills this table; the client gets it when it is
// made.
#ifndef HZI_CORE_EVENT_OPS_H
#define HZI_CORE_EVENT_OPS_H

#include "base/block.h"

#include <hazelcast/client.h>
#include <hazelcast/error.h>
#include <stdbool.h>
#include <stdint.h>

struct hz_client;

// Changes of the client's own life, in the order in which they happened.
typedef enum hzi_lifecycle {
	HZI_LIFECYCLE_STARTING,
	HZI_LIFECYCLE_STARTED,
	HZI_LIFECYCLE_CONNECTED,       // first member after none
	HZI_LIFECYCLE_DISCONNECTED,    // last member gone
	HZI_LIFECYCLE_CHANGED_CLUSTER, // another cluster id than before
	HZI_LIFECYCLE_SHUTTING_DOWN,
	HZI_LIFECYCLE_SHUTDOWN
} hzi_lifecycle;

typedef struct hzi_event_ops {
	// Makes and ends the layer's state (dispatch threads, listener table). start runs before
	// the first connection; stop drains what is queued, runs every listener's end, joins the
	// threads and returns HZ_ERR_TIMEOUT when a callback still runs at the deadline.
	hz_err (*start)(struct hz_client *client, void **state, hz_error *err);
	// Registers what members have to be asked for from the first connection on
	// (hzi_cluster_listen_first); before the cluster thread runs. NULL: nothing.
	hz_err (*prepare)(void *state, hz_error *err);
	hz_err (*stop)(void *state, int64_t deadline_ns);
	// Frees the state; after stop, and after the last detached thread let go.
	void (*clear)(void *state);

	// An event of registration `listener` was read. Any reading thread; does not block; msg is
	// lent.
	void (*event)(void *state, uint64_t listener, int32_t partition, const hzi_slice *msg);
	// From lost_ns to regained_ns the listener may have missed something (0: every listener): a
	// connection that carried registrations was lost, and they are made again; or a member
	// refused to register it, and has accepted since, or is gone. Cluster thread.
	void (*gap)(void *state, uint64_t listener, int64_t lost_ns, int64_t regained_ns);
	// In order. Lifecycle: the cluster thread, and whoever creates or shuts down the client;
	// the other two: the cluster thread.
	void (*lifecycle)(void *state, hzi_lifecycle what);
	void (*membership)(void *state, const hz_member *member, bool added);
	void (*connection)(void *state, const hz_member *member, bool opened);
} hzi_event_ops;

#endif
