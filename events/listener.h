// SPDX-License-Identifier: Apache-2.0
//
// Listeners inside: one registry for all kinds. A kind is a constant class of functions; a listener
// is a struct that begins with hzi_listener and goes on with what its class needs.
//
//	static const hzi_listener_class entry_class = {.add = ..., .event = ..., ...};
//	entry_listener *l = hzi_listener_new(client, &entry_class, sizeof(*l));
//	... fill it ...
//	return hzi_listener_add(&l->base, deadline_ns, out, err); // takes it, even on failure
#ifndef HZI_EVENTS_LISTENER_H
#define HZI_EVENTS_LISTENER_H

#include "base/block.h"
#include "core/client.h"
#include "core/cluster.h"
#include "core/op.h"

#include <hazelcast/listener.h>

typedef struct hzi_listener hzi_listener;

typedef struct hzi_listener_class {
	// Registration at the members; add == NULL: this kind hears only of the client itself.
	const hzi_op *add;
	const hzi_op *remove;
	void (*fill_add)(const hzi_listener *listener, bool local, void *request);
	void (*fill_remove)(const hzi_listener *listener, hz_uuid id, void *request);
	// All on a dispatch thread. event: one message of the registration. local: something of the
	// client itself, `what` and its argument as the kind's upcall pushed them.
	void (*event)(hzi_listener *listener, const hzi_slice *msg);
	void (*local)(hzi_listener *listener, int what, const void *argument);
	void (*gap)(hzi_listener *listener, const hz_gap *gap);
	// The last call: the application's end(), then what the struct owns. NULL: nothing to do.
	void (*end)(hzi_listener *listener);
} hzi_listener_class;

struct hzi_listener {
	const hzi_listener_class *class_;
	hz_client *client;
	const char *name; // of the structure, or NULL; lives as long as the client
	uint64_t id;
	struct hzi_listener *next; // in the registry's bucket
	void *barrier;             // for its end (dispatch.c)
	// Of the queue; guarded by the registry's lock.
	size_t queued_bytes;
	uint32_t queued_events;
	uint64_t dropped;
	uint64_t told; // of dropped, by the last marker
	bool gap_queued;
};

// Makes a zeroed listener of `size` bytes. NULL without memory.
void *hzi_listener_new(hz_client *client, const hzi_listener_class *class_, size_t size);

// The same for a public call that takes ctx: when the client cannot have a listener now, or not all
// arguments are there (`complete`), the application's end is called here, unless it is NULL. Gives
// *out, to be filled and added. HZ_ERR_ARGUMENT, HZ_ERR_CLOSED, HZ_ERR_FORKED, HZ_ERR_MEMORY.
hz_err hzi_listener_make(hz_client *client, const hzi_listener_class *class_, size_t size,
		bool complete, void (*end)(void *ctx), void *ctx, void **out, hz_error *err);

// What members are asked for; .add is NULL if they are not. Lends the listener.
hzi_registration hzi_listener_registration(hzi_listener *listener);

// Puts it into the registry and, if its class says so, registers it at the members, which blocks
// until the deadline at most. Takes the listener: on failure its end is run as well, and it is
// freed. Gives *out.
hz_err hzi_listener_add(
		hzi_listener *listener, int64_t deadline_ns, hz_listener_id *out, hz_error *err);

// Counts one more message that could not be read.
void hzi_event_broken(const hzi_listener *listener);

// Copies a size-first struct of the application's into a zeroed one of ours.
void hzi_copy_sized(void *to, size_t own_size, const void *from, size_t their_size);

// The table that hz_client_new hands to core.
extern const hzi_event_ops hzi_events;

#endif
