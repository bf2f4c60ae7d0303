// SPDX-License-Identifier: Apache-2.0
//
// Map: listeners for what happens to its entries. listener.h says on which thread they run and what
// `gap` and `end` mean.
#ifndef HAZELCAST_MAP_LISTEN_H
#define HAZELCAST_MAP_LISTEN_H

#include <hazelcast/listener.h>
#include <hazelcast/map.h>

#ifdef __cplusplus
extern "C" {
#endif

// One event. Made by the library only and lent for the call, all that it shows included; later
// versions may append members. Values that were not asked for, or that an event does not have, are
// null.
typedef struct hz_entry_event {
	const char *map;        // its name
	hz_value key;           // null in evict_all and clear_all
	hz_value value;         // after the event
	hz_value old_value;     // before it
	hz_value merging_value; // merged: the one that came from the other part of the cluster
	hz_uuid member;         // where it happened
	int32_t affected;       // evict_all, clear_all: how many entries; else 1
} hz_entry_event;

typedef void (*hz_entry_fn)(void *ctx, const hz_entry_event *event);

// Size-first: zero it and set `size`. Members send only the kinds whose function is not NULL; one
// of the ten must not be.
typedef struct hz_entry_listener {
	size_t size;
	void *ctx;
	hz_entry_fn added;
	hz_entry_fn updated;
	hz_entry_fn removed;
	hz_entry_fn evicted;     // by hz_map_evict or because the map was too large
	hz_entry_fn expired;     // because its time to live, or idle, was over
	hz_entry_fn loaded;      // from the map's store
	hz_entry_fn merged;      // when a split cluster became one again
	hz_entry_fn invalidated; // a near cache may be out of date
	hz_entry_fn evict_all;
	hz_entry_fn clear_all;
	void (*gap)(void *ctx, const hz_gap *gap);
	void (*end)(void *ctx);
} hz_entry_listener;

// Listens to all keys, or to one, from now on; registered at every member, those that come later
// and those that come back included, until hz_listener_remove or the end of the client. Lends
// listener and options (NULL: all keys, no values), which are copied. Takes listener->ctx: whatever
// becomes of the call, `end` is the last function that gets it. Gives *id, which is not NULL.
// Blocks until the members that are connected have confirmed, at most to the handle's deadline.
// HZ_ERR_ARGUMENT and the errors of a call. Since 0.1.
HZ_API hz_err hz_map_listen(hz_map *map, const hz_entry_listener *listener,
		const hz_listen_options *options, hz_listener_id *id, hz_error *err);

#ifdef __cplusplus
}
#endif

#endif
