// SPDX-License-Identifier: Apache-2.0
//
// What listeners of structures share: the checks of their arguments, and the whole of those whose
// structure is a collection of items.
#ifndef HZI_PROXIES_LISTEN_H
#define HZI_PROXIES_LISTEN_H

#include "events/listener.h"
#include "events/user_listener.h"
#include "proxies/proxy.h"

#include <hazelcast/item_listener.h>
#include <hazelcast/listener.h>

// How long a registration made with this handle may take.
int64_t hzi_listen_deadline(const hzi_handle *handle);

// Lends a value of an event; what cannot be read is given as the bytes it is.
void hzi_event_value(const hzi_listener *base, hzp_bytes data, hz_value *out);

// Registers a listener of a structure that is no more than a struct of functions. `complete`: those
// that it must have are there. Takes the ctx in any case, unless user is NULL. Errors as
// hz_map_listen.
hz_err hzi_handle_listen(hzi_handle *handle, const hzi_user_kind *kind, const void *user,
		bool complete, hz_listener_id *id, hz_error *err);

// Whether a size-first struct of the application's has this function.
#define HZI_HAS(user, function)                                                                    \
	((user) != NULL &&                                                                         \
			(user)->size >= offsetof(__typeof__(*(user)), function) +                  \
							sizeof((user)->function) &&                \
			(user)->function != NULL)

// The class of such a listener whose requests have no more than the name, from its rows and the
// function for its event.
#define HZI_NAME_CLASS(add_row, remove_row, on_event)                                              \
	{                                                                                          \
		.add = (add_row), .remove = (remove_row), .fill_add = hzi_name_fill_add,           \
		.fill_remove = hzi_name_fill_remove, .event = (on_event), .gap = hzi_user_gap,     \
		.end = hzi_user_end,                                                               \
	}

// For classes whose requests have no more than the name: name, local_only; name, registration_id.
void hzi_name_fill_add(const hzi_listener *base, bool local, void *request);
void hzi_name_fill_remove(const hzi_listener *base, hz_uuid id, void *request);

// The class of a collection's listeners, from its two rows; queue, list and set have the same
// messages but for their ids.
#define HZI_ITEM_CLASS(add_row, remove_row)                                                        \
	{                                                                                          \
		.add = (add_row), .remove = (remove_row), .fill_add = hzi_item_fill_add,           \
		.fill_remove = hzi_name_fill_remove, .event = hzi_item_event, .gap = hzi_item_gap, \
		.end = hzi_item_end,                                                               \
	}

// Registers a listener of a collection. Takes the listener's ctx in any case.
hz_err hzi_item_listen(hzi_handle *handle, const hzi_listener_class *class_,
		const hz_item_listener *listener, const hz_listen_options *options,
		hz_listener_id *id, hz_error *err);

void hzi_item_fill_add(const hzi_listener *base, bool local, void *request);
void hzi_item_event(hzi_listener *base, const hzi_slice *msg);
void hzi_item_gap(hzi_listener *base, const hz_gap *gap);
void hzi_item_end(hzi_listener *base);

#endif
