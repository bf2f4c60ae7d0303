// SPDX-License-Identifier: Apache-2.0
//
// The cluster thread: the single writer of what all others read about the cluster - members,
// partition owners, connection slots - and the one that decides about connecting, reconnecting,
// heartbeats and registrations of listeners.
#ifndef HZI_CORE_CLUSTER_H
#define HZI_CORE_CLUSTER_H

#include "core/client.h"
#include "core/invocation.h"
#include "core/members.h"

// Starts the thread and the first connection attempt. HZ_ERR_RESOURCE, HZ_ERR_MEMORY.
hz_err hzi_cluster_start(hz_client *client, hz_error *err);

// Waits until the client is connected, the first member list is there, and each member of it is
// connected (with smart routing) or has been tried. HZ_ERR_OFFLINE (with the reason of the last
// attempt), HZ_ERR_AUTHENTICATION, HZ_ERR_NOT_ALLOWED. Application thread.
hz_err hzi_cluster_await(hz_client *client, hz_error *err);

// Closes all connections and joins the cluster thread and all I/O threads, by the deadline at the
// latest (they do not wait for members).
void hzi_cluster_stop(hz_client *client, int64_t deadline_ns);

// Frees what is left, after stop.
void hzi_cluster_clear(hz_client *client);

// The transport's upcalls (core/upcalls.c hands them down). message runs on reading threads, the
// others on the slot's I/O thread.
void hzi_cluster_dialled(void *client, hzi_connection *conn, hz_err code,
		hzi_handshake_reply *reply, const hz_error *err); // takes the reply
void hzi_cluster_closed(
		void *client, hzi_connection *conn, uint64_t conn_id, hz_err code, const char *why);

// An event of one of the library's own listeners (core/upcalls.h). Reading thread; lends msg.
void hzi_cluster_event(hz_client *client, hzi_connection *conn, uint64_t conn_id, uint64_t listener,
		const hzi_slice *msg);

// Asks for a bound call's done function to be run on the cluster thread. Any thread.
void hzi_cluster_call_done(hz_client *client, hzi_call *call);

// The slot of a member's connection that is open for callers; NULL if there is none. Any thread; a
// short lock.
hzi_connection *hzi_cluster_connection_to(hz_client *client, hz_uuid member, uint64_t *id);

// The member list as it is now, with a reference; NULL if there is none yet. Any thread; a short
// lock.
hzi_members *hzi_cluster_members(hz_client *client);

// Has the cluster thread look round: something may be due earlier than it knows of. Any thread.
void hzi_cluster_look(hz_client *client);

// Runs fn(ctx) on the cluster thread, between two changes of what it knows, and waits for that; fn
// must not block. False: the client is closed, and fn was not called. Any thread but that one.
bool hzi_cluster_run(hz_client *client, void (*fn)(void *ctx), void *ctx);

// ---- Registrations ----

// What the cluster thread needs to make and take back one listener's registrations.
typedef struct hzi_registration {
	uint64_t listener;    // its id
	const hzi_op *add;    // add...Listener: its response has one UUID
	const hzi_op *remove; // NULL: this kind is never taken back
	// Fills the request of add (local: registered on each member for itself alone) and of
	// remove (with the member's id). Both lend what the listener owns. NULL returned by
	// neither; the structs live in `to`, which has room for hzp struct_size bytes.
	void (*fill_add)(void *ctx, bool local, void *to);
	void (*fill_remove)(void *ctx, hz_uuid id, void *to);
	void *ctx;
	bool one_member; // on one connection only (the cluster view)
	bool optional;   // a member that refuses it is left in peace
} hzi_registration;

// Registers on every connection, also on those that come later, until it is removed. Waits (bounded
// by deadline_ns) until all members connected now have confirmed; from a callback thread as well.
// On failure nothing stays registered. Lends registration->ctx until hzi_cluster_unlisten is done.
hz_err hzi_cluster_listen(hz_client *client, const hzi_registration *registration,
		int64_t deadline_ns, hz_error *err);

// The same before the thread runs: the registration is part of the first connection's set-up.
// False: no memory.
bool hzi_cluster_listen_first(hz_client *client, const hzi_registration *registration);

// Forgets the registration at once (no reconnect makes it again) and takes it back at the members.
// Waits until the cluster thread will not touch ctx again. False: there was no such listener.
bool hzi_cluster_unlisten(hz_client *client, uint64_t listener, int64_t deadline_ns);

#endif
