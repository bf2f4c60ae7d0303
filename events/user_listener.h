// SPDX-License-Identifier: Apache-2.0
//
// Listeners whose struct of functions is all that they have: the application's struct is copied
// behind the listener. Each begins with its size and ctx, and has `end` and maybe `gap` somewhere.
// A kind says where; it is one of the table in config_listeners.c too, so that a configuration can
// carry it.
#ifndef HZI_EVENTS_USER_LISTENER_H
#define HZI_EVENTS_USER_LISTENER_H

#include "events/dispatch.h"

#include <stddef.h>

typedef struct hzi_user_kind {
	hzi_listener_class class_; // gap and end are those below
	size_t size;               // of the application's struct
	size_t end_at;             // where its functions stand; gap_at 0: it has none
	size_t gap_at;
} hzi_user_kind;

// What every such struct begins with.
typedef struct hzi_user_head {
	size_t size;
	void *ctx;
} hzi_user_head;

// The application's struct, copied. Lends it.
const void *hzi_user_of(const hzi_listener *listener);

// For the kind's class.
void hzi_user_gap(hzi_listener *listener, const hz_gap *gap);
void hzi_user_end(hzi_listener *listener);

// A kind that hears only of the client itself.
#define HZI_LOCAL_KIND(type, on_change)                                                            \
	{                                                                                          \
		.class_ = {.local = (on_change), .end = hzi_user_end}, .size = sizeof(type),       \
		.end_at = offsetof(type, end),                                                     \
	}

// A kind that members are asked for, whose requests have no more than local_only, and
// registration_id.
#define HZI_CLIENT_KIND(type, add_row, remove_row, on_event)                                       \
	{                                                                                          \
		.class_ = {.add = (add_row),                                                       \
				.remove = (remove_row),                                            \
				.fill_add = hzi_client_fill_add,                                   \
				.fill_remove = hzi_client_fill_remove,                             \
				.event = (on_event),                                               \
				.gap = hzi_user_gap,                                               \
				.end = hzi_user_end},                                              \
		.size = sizeof(type), .gap_at = offsetof(type, gap), .end_at = offsetof(type, end) \
	}

void hzi_client_fill_add(const hzi_listener *listener, bool local, void *request);
void hzi_client_fill_remove(const hzi_listener *listener, hz_uuid id, void *request);

// Makes a listener of a kind and gives *out, to be added. Takes user->ctx in any case: on failure
// its end has been called, unless user is NULL. `complete`: whatever else the call needs is there.
hz_err hzi_user_make(hz_client *client, const hzi_user_kind *kind, const void *user, bool complete,
		hzi_listener **out, hz_error *err);

// The whole of a public call that adds a listener of a kind. Blocks if members have to confirm it.
hz_err hzi_user_listen(hz_client *client, const hzi_user_kind *kind, const void *user,
		hz_listener_id *id, hz_error *err);

// The kinds.
extern const hzi_user_kind hzi_lifecycle_kind, hzi_membership_kind, hzi_connection_kind,
		hzi_object_kind, hzi_partition_lost_kind, hzi_migration_kind,
		hzi_cp_membership_kind, hzi_cp_availability_kind;

#endif
