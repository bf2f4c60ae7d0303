// SPDX-License-Identifier: Apache-2.0
//
// Registrations of listeners at the members. Each listener has a place on every connection; the
// library's own two, for views and backup acknowledgements, are listeners like the others. A place
// is LISTENING at the member until its connection closes or the member has confirmed the removal.
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

// Frees all, when the connections are gone and hzi_registrations_stop has run.
void hzi_registrations_clear(hzi_cluster *cluster);

// How the registration of a listener ended: HZ_OK, or why it is over. Called once, on the cluster
// thread; lends err.
typedef void (*hzi_answer_fn)(void *ctx, hz_err code, const hz_error *err);

// Begins a listener: on every connection there is, and on each that comes. fn(ctx, ...) gets HZ_OK
// when all members connected now have confirmed (or are gone), which may be at once. If it gets
// anything else, nothing stays registered and reg->ctx is not touched again. Copies reg. Cluster
// thread.
void hzi_registrations_begin(
		hzi_cluster *cluster, const hzi_registration *reg, hzi_answer_fn fn, void *ctx);

// Whether the confirmations of a listener are still awaited with this ctx. Cluster thread.
bool hzi_registrations_await(hzi_cluster *cluster, uint64_t listener, const void *ctx);

// Ends a listener and takes it back at the members; reg->ctx is not touched again. Whoever still
// waits for it gets code and why. False: there is none. Cluster thread.
bool hzi_registrations_end(hzi_cluster *cluster, uint64_t listener, hz_err code, const char *why);

// Registers every listener on a connection that is being set up; peer->pending counts them. A
// member that refuses one of the application's is asked again later (core/place.h). HZ_ERR_MEMORY:
// the connection should be closed. Cluster thread.
hz_err hzi_registrations_set_up(hzi_cluster *cluster, hzi_peer *peer);

// The connection is gone, and with it what was registered there. Cluster thread.
void hzi_registrations_drop(hzi_cluster *cluster, hzi_peer *peer, uint64_t conn_id);

// Asks members again that have refused a listener, when it is time for that; returns when to look
// again. Cluster thread.
int64_t hzi_registrations_advance(hzi_cluster *cluster, int64_t now_ns);

// Finds another connection for a listener that lives on one only. Cluster thread.
void hzi_registrations_cover(hzi_cluster *cluster);

// Tells whoever still waits that the client is closed. Cluster thread, as its last act.
void hzi_registrations_stop(hzi_cluster *cluster);

#endif
