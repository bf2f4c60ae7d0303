// SPDX-License-Identifier: Apache-2.0
//
// Map: what the cluster knows of one entry besides its value.
#ifndef HAZELCAST_MAP_VIEW_H
#define HAZELCAST_MAP_VIEW_H

#include <hazelcast/map.h>

#ifdef __cplusplus
extern "C" {
#endif

// One entry with its statistics, as the owner had it when it was asked. Made by the library only;
// later versions may append members. Times are milliseconds since 1970 UTC; HZ_NEVER_MS (also as a
// duration) stands for "without end". A figure that the map does not keep
// (`per-entry-stats-enabled`) is 0 or -1.
typedef struct hz_entry_view {
	hz_value key;   // lent by the view, like value
	hz_value value; // clear neither
	int64_t cost;   // bytes in memory
	int64_t creation_time_ms;
	int64_t expiration_time_ms;
	int64_t last_access_time_ms;
	int64_t last_stored_time_ms;
	int64_t last_update_time_ms;
	int64_t hits;
	int64_t version; // counts the updates
	int64_t ttl_ms;
	int64_t max_idle_ms;
} hz_entry_view;

#define HZ_NEVER_MS INT64_MAX

// The view of a key. Counts as a read. Result: object, an hz_entry_view to be ended with
// hz_entry_view_destroy; NULL if there is no such key. Since 0.1.
HZ_API hz_future hz_map_get_entry_view_async(hz_map *map, hz_value key);

// The same, awaited. Gives *view; view may not be NULL. Since 0.1.
HZ_API HZ_INLINE hz_err
hz_map_get_entry_view(hz_map *map, hz_value key, hz_entry_view **view, hz_error *err)
{
	void *object = NULL;
	hz_err e = hz_run_object(
			hz_map_get_entry_view_async(map, key), view != NULL ? &object : NULL, err);
	if (e == HZ_OK && view != NULL) {
		*view = (hz_entry_view *)object;
	}
	return e;
}

// Ends a view and what it lends. NULL-safe, nulls the pointer. Since 0.1.
HZ_API void hz_entry_view_destroy(hz_entry_view **view);

#ifdef __cplusplus
}
#endif

#endif
