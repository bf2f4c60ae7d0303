// SPDX-License-Identifier: Apache-2.0
//
// Listeners for what happens to the entries of a map, multimap or replicated map. listener.h says
// on which thread they run and what `gap` and `end` mean.
#ifndef HAZELCAST_ENTRY_LISTENER_H
#define HAZELCAST_ENTRY_LISTENER_H

#include <hazelcast/listener.h>
#include <hazelcast/value.h>

#ifdef __cplusplus
extern "C" {
#endif

// One event. Made by the library only and lent for the call, all that it shows included; later
// versions may append members. Values that were not asked for, or that an event does not have, are
// null.
typedef struct hz_entry_event {
	const char *name;       // of the structure
	hz_value key;           // null in evict_all and clear_all
	hz_value value;         // after the event
	hz_value old_value;     // before it
	hz_value merging_value; // merged: the one that came from the other part of the cluster
	hz_uuid member;         // where it happened
	int32_t affected;       // evict_all, clear_all: how many keys; else 1
} hz_entry_event;

typedef void (*hz_entry_fn)(void *ctx, const hz_entry_event *event);

// Size-first: zero it and set `size`. A map has all ten kinds of events, and members send only
// those whose function is not NULL. A multimap has added, removed and clear_all; a replicated map
// these, updated and evicted. One function of the ten must not be NULL.
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

#ifdef __cplusplus
}
#endif

#endif
