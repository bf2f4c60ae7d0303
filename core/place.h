// SPDX-License-Identifier: Apache-2.0
//
// The place of one listener on one connection: asked for, made, refused, taken back. The inside of
// core/registration.c. All on the cluster thread; nothing blocks.
//
// A member that refuses a listener of the application, when it is asked on a new connection, does
// not keep the connection from being used: the listener is asked for again, with the pauses of a
// reconnect, and hears of what it missed by a gap once the member has accepted, or is gone.
#ifndef HZI_CORE_PLACE_H
#define HZI_CORE_PLACE_H

#include "base/buf.h"
#include "base/list.h"
#include "core/call.h"
#include "core/peer.h"
#include "core/reconnect.h"
#include "core/registration.h"

#include <hazelcast/error.h>
#include <stdbool.h>
#include <stdint.h>

typedef enum hzi_place_state {
	HZI_PLACE_NONE,
	HZI_PLACE_ASKED,   // the request is on its way
	HZI_PLACE_MADE,    // the member has confirmed
	HZI_PLACE_REFUSED, // the member said no, and is asked again later
	HZI_PLACE_LEAVING  // the removal is on its way
} hzi_place_state;

// One listener on one connection.
typedef struct hzi_place {
	hzi_place_state state;
	bool setup;   // the connection is not opened before this is confirmed
	bool missing; // refused, and not made since
	uint64_t conn_id;
	hzi_call *call;       // under way: ASKED and LEAVING
	int64_t event_id;     // correlation id that events carry
	hz_uuid id;           // the member's name for it
	hzi_retry_plan again; // after a refusal
} hzi_place;

// One listener.
typedef struct hzi_listening {
	hzi_link link;
	hzi_registration reg;
	hzi_place *places; // by slot
	uint32_t room;
	uint32_t asked;    // places on their way
	uint32_t standing; // places not NONE
	uint32_t missing;  // members that refused it and have not accepted since
	int64_t lost_ns;   // since when there were any
	bool dead; // removed: nothing but its places is left, and reg.ctx is not touched again
	hzi_buf farewell;     // the request for removal, with an empty id
	hzi_answer_fn answer; // of who waits for it to be confirmed; NULL: nobody does
	void *answer_ctx;
} hzi_listening;

// Asks for the listener on a connection that has none of it. HZ_ERR_MEMORY.
hz_err hzi_place_ask(hzi_cluster *cluster, hzi_listening *l, hzi_peer *peer);

// The connection in this slot is gone. May free l, if it is dead.
void hzi_place_drop(hzi_cluster *cluster, hzi_listening *l, uint32_t slot, uint64_t conn_id);

// Asks again where the listener was refused, if it is time for that; returns when to look again.
int64_t hzi_places_ask_again(hzi_cluster *cluster, hzi_listening *l, int64_t now_ns);

// Ends the listener and takes it back wherever it is. Nothing of its owner is touched afterwards.
// May free l.
void hzi_places_leave(hzi_cluster *cluster, hzi_listening *l);

// ---- What places need of their listeners (core/registration.c) ----

// NULL: there is none.
hzi_listening *hzi_listening_find(hzi_cluster *cluster, uint64_t listener);

// Whoever waits for the listener's confirmations hears how it ended, once.
void hzi_listening_answer(hzi_listening *l, hz_err code, const hz_error *err);

// hzi_places_leave, and whoever still waited hears why.
void hzi_listening_end(hzi_cluster *cluster, hzi_listening *l, hz_err code, const hz_error *err);

// A dead one goes with its last place.
void hzi_listening_destroy(hzi_listening *l);

#endif
