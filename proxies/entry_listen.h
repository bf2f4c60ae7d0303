// SPDX-License-Identifier: Apache-2.0
//
// Listeners of entries, which maps, multimaps and replicated maps have: their events have the same
// fields, their requests to add a listener have not, so each structure fills its own.
#ifndef HZI_PROXIES_ENTRY_LISTEN_H
#define HZI_PROXIES_ENTRY_LISTEN_H

#include "base/buf.h"
#include "proxies/listen.h"

#include <hazelcast/entry_listener.h>

typedef struct hzi_entry_listener {
	hzi_listener base;
	hz_entry_listener user;
	hzi_buf key;       // Data, if it is for one key
	hzi_buf predicate; // Data, if it is for entries that one is true for
	int32_t kinds;     // of events, as members number them
	bool include_value;
} hzi_entry_listener;

// The class of a structure's listeners, from its rows and the function that fills the request to
// add one.
#define HZI_ENTRY_CLASS(add_row, remove_row, fill)                                                 \
	{                                                                                          \
		.add = (add_row), .remove = (remove_row), .fill_add = (fill),                      \
		.fill_remove = hzi_name_fill_remove, .event = hzi_entry_event,                     \
		.gap = hzi_entry_gap, .end = hzi_entry_end,                                        \
	}

// The classes of a structure's listeners, by what they are for. The last two are NULL where
// members have no predicates.
typedef struct hzi_entry_classes {
	const hzi_listener_class *all_keys;
	const hzi_listener_class *one_key;
	const hzi_listener_class *all_where;
	const hzi_listener_class *key_where;
} hzi_entry_classes;

// Registers a listener of the class that options ask for. Takes the listener's ctx in any case.
// Errors as hz_map_listen.
hz_err hzi_entry_listen(hzi_handle *handle, const hzi_entry_classes *classes,
		const hz_entry_listener *listener, const hz_listen_options *options,
		hz_listener_id *id, hz_error *err);

void hzi_entry_event(hzi_listener *base, const hzi_slice *msg);
void hzi_entry_gap(hzi_listener *base, const hz_gap *gap);
void hzi_entry_end(hzi_listener *base);

// The Data of its key, for the request to add it.
static inline hzp_bytes
hzi_entry_key(const hzi_entry_listener *listener)
{
	return (hzp_bytes){listener->key.data, (uint32_t)listener->key.len};
}

// The same of its predicate.
static inline hzp_bytes
hzi_entry_predicate(const hzi_entry_listener *listener)
{
	return (hzp_bytes){listener->predicate.data, (uint32_t)listener->predicate.len};
}

#endif
