// SPDX-License-Identifier: Apache-2.0
//
// What listeners of structures share: the checks of their arguments, and the whole of those whose
// structure is a collection of items.
#ifndef HZI_PROXIES_LISTEN_H
#define HZI_PROXIES_LISTEN_H

#include "events/listener.h"
#include "proxies/proxy.h"

#include <hazelcast/item_listener.h>
#include <hazelcast/listener.h>

// How long a registration made with this handle may take.
int64_t hzi_listen_deadline(const hzi_handle *handle);

// Lends a value of an event; what cannot be read is given as the bytes it is.
void hzi_event_value(const hzi_listener *base, hzp_bytes data, hz_value *out);

// One more message that could not be read.
void hzi_event_broken(const hzi_listener *base);

// The class of a collection's listeners, from its two rows; queue, list and set have the same
// messages but for their ids.
#define HZI_ITEM_CLASS(add_row, remove_row)                                                        \
	{                                                                                          \
		.add = (add_row), .remove = (remove_row), .fill_add = hzi_item_fill_add,           \
		.fill_remove = hzi_item_fill_remove, .event = hzi_item_event, .gap = hzi_item_gap, \
		.end = hzi_item_end,                                                               \
	}

// Registers a listener of a collection. Takes the listener's ctx in any case.
hz_err hzi_item_listen(hzi_handle *handle, const hzi_listener_class *class_,
		const hz_item_listener *listener, const hz_listen_options *options,
		hz_listener_id *id, hz_error *err);

void hzi_item_fill_add(const hzi_listener *base, bool local, void *request);
void hzi_item_fill_remove(const hzi_listener *base, hz_uuid id, void *request);
void hzi_item_event(hzi_listener *base, const hzi_slice *msg);
void hzi_item_gap(hzi_listener *base, const hz_gap *gap);
void hzi_item_end(hzi_listener *base);

#endif
