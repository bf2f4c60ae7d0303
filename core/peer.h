// SPDX-License-Identifier: Apache-2.0
//
// The cluster thread's side of a connection slot: whom it is for, and how far its connection has
// come. A slot is made when it is first needed and kept; it is handed on when its member leaves.
//
//	EMPTY -> DIALLING -> SETTING_UP -> OPEN
//	  ^          |            |          |
//	  +----------+------------+- CLOSING +
#ifndef HZI_CORE_PEER_H
#define HZI_CORE_PEER_H

#include "core/client.h"
#include "core/members.h"
#include "core/note.h"
#include "core/reconnect.h"
#include "transport/connection.h"
#include "transport/handshake.h"
#include "transport/io.h"

#include <hazelcast/error.h>
#include <stdbool.h>
#include <stdint.h>

typedef enum hzi_peer_state {
	HZI_PEER_EMPTY,      // nothing stands, nothing is under way
	HZI_PEER_DIALLING,   // the I/O thread connects and authenticates
	HZI_PEER_SETTING_UP, // connected; listeners are being registered, callers do not see it
	HZI_PEER_OPEN,       // callers may use it
	HZI_PEER_CLOSING     // the I/O thread was asked to close it
} hzi_peer_state;

// Sets of states.
#define HZI_PEERS_CONNECTED (1U << HZI_PEER_SETTING_UP | 1U << HZI_PEER_OPEN)
#define HZI_PEERS_BUSY (HZI_PEERS_CONNECTED | 1U << HZI_PEER_DIALLING | 1U << HZI_PEER_CLOSING)

typedef struct hzi_peer hzi_peer;

typedef struct hzi_peers {
	hzi_peer *at[HZI_SLOTS_MAX];
	uint32_t count;
	uint64_t last_conn_id;
} hzi_peers;

// What its I/O thread has to say. At most one of each is under way: a slot is dialled again only
// after both have been read.
typedef struct hzi_peer_dialled {
	hzi_note note;
	hzi_peer *peer;
	hz_err code;
	hzi_handshake_reply reply;
	hz_error err;
} hzi_peer_dialled;

typedef struct hzi_peer_closed {
	hzi_note note;
	hzi_peer *peer;
	uint64_t conn_id;
	hz_err code;
	const char *why;
	int64_t good_ns; // hzi_mark_good
} hzi_peer_closed;

struct hzi_peer {
	hzi_connection *conn; // lives as long as the client
	hzi_io *io;
	uint32_t index;
	hzi_peer_state state;
	uint64_t conn_id;     // of the dial or connection
	hz_uuid member;       // whose slot it is, also while it is EMPTY; all zero: nobody's
	hz_uuid wanted;       // the member that was dialled; all zero: whoever is there
	hzi_candidate target; // where
	bool unwanted;        // the member left the list while it was dialled
	bool was_open;        // this connection, before it was closed
	bool listened;        // this connection carries registrations of the application
	uint32_t pending;     // registrations that set-up waits for
	int64_t setup_until_ns;
	int64_t pinged_ns;
	int64_t lost_ns; // events of this member may be missing since then; 0: no
	hzi_peer_dialled dialled;
	hzi_peer_closed closed;
};

// A slot to dial a member with: its own if it has one, else one that nobody needs, else a new one.
// `member` all zero: not known yet. NULL when there is none to be had now. Cluster thread.
hzi_peer *hzi_peer_pick(hzi_cluster *cluster, hz_uuid member);

// Starts a dial on an EMPTY slot. Cluster thread.
void hzi_peer_dial(hzi_cluster *cluster, hzi_peer *peer, hz_uuid member,
		const hzi_candidate *target, int64_t timeout_ms);

// Asks for the connection to be closed; one that is still being dialled is closed when the dial
// ends. why is static. Cluster thread.
void hzi_peer_close(hzi_cluster *cluster, hzi_peer *peer, hz_err code, const char *why);

// One registration that set-up waited for has been confirmed. Cluster thread.
void hzi_peer_confirmed(hzi_cluster *cluster, hzi_peer *peer);

// The slot that is this member's; NULL if there is none. Cluster thread.
hzi_peer *hzi_peer_of(hzi_cluster *cluster, hz_uuid member);

// Whether a member is connected, or about to be. Cluster thread.
bool hzi_peer_is_connected(hzi_cluster *cluster, hz_uuid member);

// The member is gone for good: what was lost with it ends with the next connection, whoever that is
// to. Cluster thread.
void hzi_peer_pass_on_loss(hzi_cluster *cluster, hzi_peer *peer);

// How many slots are in one of a set of states. Cluster thread.
uint32_t hzi_peers_in(const hzi_cluster *cluster, unsigned states);

// Closes connections whose set-up takes too long; returns when to look again. Cluster thread.
int64_t hzi_peers_check_setup(hzi_cluster *cluster, int64_t now_ns);

// The transport's upcalls behind hzi_cluster_dialled and hzi_cluster_closed. I/O thread.
void hzi_peer_report_dialled(hzi_cluster *cluster, hzi_connection *conn, hz_err code,
		hzi_handshake_reply *reply, const hz_error *err);
void hzi_peer_report_closed(hzi_cluster *cluster, hzi_connection *conn, uint64_t conn_id,
		hz_err code, const char *why);

// Ends all I/O threads, and waits for that (they wait for nobody). Cluster thread.
void hzi_peers_stop(hzi_cluster *cluster);

// Frees the slots, when no thread touches them any more.
void hzi_peers_clear(hzi_cluster *cluster);

#endif
