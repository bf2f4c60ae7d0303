// SPDX-License-Identifier: Apache-2.0
//
// Map: listeners for what happens to its entries; entry_listener.h has the listener itself.
#ifndef HAZELCAST_MAP_LISTEN_H
#define HAZELCAST_MAP_LISTEN_H

#include <hazelcast/entry_listener.h>
#include <hazelcast/map.h>

#ifdef __cplusplus
extern "C" {
#endif

// Listens to all keys, or to one, from now on; registered at every member, those that come later
// and those that come back included, until hz_listener_remove or the end of the client. Lends
// listener and options (NULL: all keys, no values), which are copied. Takes listener->ctx: whatever
// becomes of the call, `end` is the last function that gets it (only a listener that is NULL or has
// no size is not looked into). Gives *id, which is not NULL.
//
// Blocks until the members that are connected have confirmed, at most to the handle's deadline. A
// member whose connection is lost meanwhile is not waited for; when it was the only one, the result
// is HZ_OK as well: the listener is registered again on reconnect, and the gap is told.
// HZ_ERR_ARGUMENT and the errors of a call. Since 0.1.
HZ_API hz_err hz_map_listen(hz_map *map, const hz_entry_listener *listener,
		const hz_listen_options *options, hz_listener_id *id, hz_error *err);

// ---- Lost partitions ----

// Made by the library only and lent for the call; later versions may append members.
typedef struct hz_map_partition_lost_event {
	const char *map; // its name
	int32_t partition;
	hz_uuid member; // that says so
} hz_map_partition_lost_event;

// Size-first: zero it and set `size`; `lost` is not NULL.
typedef struct hz_map_partition_lost_listener {
	size_t size;
	void *ctx;
	void (*lost)(void *ctx, const hz_map_partition_lost_event *event);
	void (*gap)(void *ctx, const hz_gap *gap);
	void (*end)(void *ctx);
} hz_map_partition_lost_listener;

// Listens for partitions of the map that were lost for good: the owner is gone, and as many backups
// as the map has. Every member tells of it, so an event may come once from each. As hz_map_listen.
// Since 0.1.
HZ_API hz_err hz_map_listen_partition_lost(hz_map *map,
		const hz_map_partition_lost_listener *listener, hz_listener_id *id, hz_error *err);

#ifdef __cplusplus
}
#endif

#endif
