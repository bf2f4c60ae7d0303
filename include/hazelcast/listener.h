// SPDX-License-Identifier: Apache-2.0
//
// Listeners: what all of them have in common, and those of the client itself. Listeners of
// structures stand with their structure (hz_map_listen, ...).
//
// All functions of a listener are called on event dispatch threads, never on an I/O thread. They
// may make calls with a deadline; a call without one is refused with HZ_ERR_WOULD_DEADLOCK. Events
// of one key come in order; what a connection that was lost, a full queue, or a member that would
// not register the listener again may have swallowed is announced by `gap`. Such a member is logged
// and asked again and again, with the pauses of a reconnect; the gap comes when it has accepted, or
// left. `end` is the last call ever made with a listener's ctx.
//
// Closing the handle that a listener was added with does not end it. When a structure is destroyed
// in the cluster, by whomever, members forget its listeners without a word: those hear nothing
// more, not even `gap` (but are registered again when a connection comes back). Whoever goes on
// with a structure of that name removes them and adds them anew; hz_client_listen_objects tells of
// the destruction.
#ifndef HAZELCAST_LISTENER_H
#define HAZELCAST_LISTENER_H

#include <hazelcast/client.h>
#include <hazelcast/error.h>
#include <hazelcast/export.h>
#include <hazelcast/predicate.h>
#include <hazelcast/types.h>
#include <hazelcast/value.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Names one registration of one client; 0 is none. Frozen.
typedef struct hz_listener_id {
	uint64_t id;
} hz_listener_id;

// Events may be missing: a connection was lost and is back, or a member did not have the listener
// for a while (lost_at_ms, regained_at_ms: milliseconds since 1970), or the listener was too slow
// for its bound (dropped events).
//
// Of a lost connection, events of changes that were made from lost_at_ms to regained_at_ms may be
// missing, and no others. The span is never too short; it begins when the last request left that
// was answered (so with the last heartbeat at the latest), less a quarter of a second for events
// that a member publishes late. Events that come again after the loss may be heard shortly before
// the gap.
typedef struct hz_gap {
	int64_t lost_at_ms;     // 0 when events were dropped
	int64_t regained_at_ms; // 0 when events were dropped
	uint64_t dropped;       // how many, so far
} hz_gap;

// Takes a listener back. Returns when none of its functions runs or will run, `end` included;
// called from a listener it does not wait and promises that no further function but `end` starts.
// Twice is HZ_OK, and does not wait for the first; nor does the removal of a listener that is about
// to end by itself. HZ_ERR_TIMEOUT: a function of it has been running for the whole invocation
// timeout (it is removed all the same). HZ_ERR_ARGUMENT, HZ_ERR_CLOSED, HZ_ERR_FORKED. Blocks.
// Since 0.1.
HZ_API hz_err hz_listener_remove(hz_client *client, hz_listener_id id, hz_error *err);

// ---- Life of the client ----

typedef enum hz_lifecycle_state {
	HZ_LIFECYCLE_STARTING = 0,
	HZ_LIFECYCLE_STARTED = 1,
	HZ_LIFECYCLE_CONNECTED = 2,    // to a first member, after none
	HZ_LIFECYCLE_DISCONNECTED = 3, // from the last member
	HZ_LIFECYCLE_CHANGED_CLUSTER =
			4, // after CONNECTED: another cluster, or the same one begun anew
	HZ_LIFECYCLE_SHUTTING_DOWN = 5,
	HZ_LIFECYCLE_SHUTDOWN = 6
} hz_lifecycle_state;

// Size-first: set size to sizeof; functions may be NULL.
typedef struct hz_lifecycle_listener {
	size_t size;
	void *ctx;
	void (*changed)(void *ctx, hz_lifecycle_state state);
	void (*end)(void *ctx);
} hz_lifecycle_listener;

// Adds a listener for changes from now on. As it needs a client that has begun, it never hears of
// STARTING, and of STARTED and the first CONNECTED only with the configuration's async-start. Lends
// the struct, which is copied, and takes ctx: `end` is called in every case, also when this call
// fails (but not for a listener that is NULL or has no size). HZ_ERR_ARGUMENT, HZ_ERR_MEMORY,
// HZ_ERR_CLOSED, HZ_ERR_FORKED. Does not block. Since 0.1.
HZ_API hz_err hz_client_listen_lifecycle(hz_client *client, const hz_lifecycle_listener *listener,
		hz_listener_id *out, hz_error *err);

// ---- Members ----

// Member and members are lent for the call.
typedef struct hz_membership_listener {
	size_t size;
	void *ctx;
	void (*added)(void *ctx, const hz_member *member);
	void (*removed)(void *ctx, const hz_member *member);
	void (*end)(void *ctx);
	// Before the others, once: the members when the listener was added, to which each change
	// since then follows. Not called for a listener of a configuration, which is told of every
	// member by `added`.
	void (*initial)(void *ctx, const hz_members *members);
} hz_membership_listener;

// Adds a listener for members that come and go from now on; of one change, those that go come
// first. As hz_client_listen_lifecycle, but may block for a moment. Since 0.1.
HZ_API hz_err hz_client_listen_members(hz_client *client, const hz_membership_listener *listener,
		hz_listener_id *out, hz_error *err);

// ---- This client's connections ----

typedef struct hz_connection_listener {
	size_t size;
	void *ctx;
	void (*opened)(void *ctx, const hz_member *member);
	void (*closed)(void *ctx, const hz_member *member);
	void (*end)(void *ctx);
} hz_connection_listener;

// Adds a listener for this client's own connections. As hz_client_listen_lifecycle. Since 0.1.
HZ_API hz_err hz_client_listen_connections(hz_client *client,
		const hz_connection_listener *listener, hz_listener_id *out, hz_error *err);

// ---- Distributed objects ----

// Names are lent for the call.
typedef struct hz_object_event {
	const char *service; // such as "hz:impl:mapService"
	const char *name;    // of the structure
	hz_uuid member;      // where it happened
} hz_object_event;

typedef struct hz_object_listener {
	size_t size;
	void *ctx;
	void (*created)(void *ctx, const hz_object_event *event);
	void (*destroyed)(void *ctx, const hz_object_event *event);
	void (*gap)(void *ctx, const hz_gap *gap);
	void (*end)(void *ctx);
} hz_object_listener;

// Adds a listener for structures that are created or destroyed in the cluster. Registers at the
// members: blocks until those connected have confirmed, at most the invocation timeout. Errors as
// above, and those of a call. Since 0.1.
HZ_API hz_err hz_client_listen_objects(hz_client *client, const hz_object_listener *listener,
		hz_listener_id *out, hz_error *err);

// ---- Before there is a client ----

// Have every client made from the configuration begin with a listener: it is there before the first
// connection is, so that it misses nothing; those that members must be asked for are part of a
// connection's set-up. Lend the struct, which is copied, and ctx, for as long as such a client
// lives. `end` is the last call of each client that was begun; a configuration alone calls none. Do
// not block. HZ_ERR_ARGUMENT, HZ_ERR_MEMORY. partition_listener.h has two more. Since 0.1.
HZ_API hz_err hz_config_listen_lifecycle(
		hz_config *config, const hz_lifecycle_listener *listener, hz_error *err);
HZ_API hz_err hz_config_listen_members(
		hz_config *config, const hz_membership_listener *listener, hz_error *err);
HZ_API hz_err hz_config_listen_connections(
		hz_config *config, const hz_connection_listener *listener, hz_error *err);
HZ_API hz_err hz_config_listen_objects(
		hz_config *config, const hz_object_listener *listener, hz_error *err);

// ---- Structures ----

// What a listener of a structure wants to hear of. Size-first: start from
// hz_listen_options_default() or set `size`. Zero is every field's default.
typedef struct hz_listen_options {
	size_t size;
	bool include_value;  // events carry the values, not the keys alone
	const hz_value *key; // maps: this key only; NULL: all keys
	// Maps and replicated maps: only entries that the predicate is true for, which members look
	// at before they tell; NULL: all of them. Not one of a partition. To what hz_map_delete
	// removes no value belongs, so hardly one is true for it.
	const hz_pred *predicate;
} hz_listen_options;

// All defaults. Since 0.1.
static inline hz_listen_options
hz_listen_options_default(void)
{
	hz_listen_options options = {sizeof(hz_listen_options), false, NULL, NULL};
	return options;
}

#ifdef __cplusplus
}
#endif

#endif
