// SPDX-License-Identifier: Apache-2.0
//
// Map: many entries in one call. Calls on many keys go out as one request for each partition that
// has some of them, all at once; one failed request fails the call, in doubt as soon as another may
// have been applied. What is said in map.h holds here.
#ifndef HAZELCAST_MAP_BULK_H
#define HAZELCAST_MAP_BULK_H

#include <hazelcast/map.h>

#ifdef __cplusplus
extern "C" {
#endif

// The entries of n keys; keys without a value are left out, the order is nobody's. Lends keys.
// Result: items. Since 0.1.
HZ_API hz_future hz_map_get_all_async(hz_map *map, const hz_value *keys, size_t n);
HZ_API HZ_INLINE hz_err
hz_map_get_all(hz_map *map, const hz_value *keys, size_t n, hz_items **out, hz_error *err)
{
	return hz_run_items(hz_map_get_all_async(map, keys, n), out, err);
}

// Sets the values of n keys; not as one step: others may see some of them. Lends entries. Result:
// none. Since 0.1.
HZ_API hz_future hz_map_put_all_async(hz_map *map, const hz_entry *entries, size_t n);
HZ_API HZ_INLINE hz_err
hz_map_put_all(hz_map *map, const hz_entry *entries, size_t n, hz_error *err)
{
	return hz_run_none(hz_map_put_all_async(map, entries, n), err);
}

// As put_all, but a map with a store does not load the values that are replaced. Result: none.
// Since 0.1.
HZ_API hz_future hz_map_set_all_async(hz_map *map, const hz_entry *entries, size_t n);
HZ_API HZ_INLINE hz_err
hz_map_set_all(hz_map *map, const hz_entry *entries, size_t n, hz_error *err)
{
	return hz_run_none(hz_map_set_all_async(map, entries, n), err);
}

// Loads every key that the map's store knows; with replace_existing also those that have a value
// already. May return before all are loaded. Result: none. Since 0.1.
HZ_API hz_future hz_map_load_all_async(hz_map *map, bool replace_existing);
HZ_API HZ_INLINE hz_err
hz_map_load_all(hz_map *map, bool replace_existing, hz_error *err)
{
	return hz_run_none(hz_map_load_all_async(map, replace_existing), err);
}

// The same for n keys. Lends keys. Result: none. Since 0.1.
HZ_API hz_future hz_map_load_keys_async(
		hz_map *map, const hz_value *keys, size_t n, bool replace_existing);
HZ_API HZ_INLINE hz_err
hz_map_load_keys(hz_map *map, const hz_value *keys, size_t n, bool replace_existing, hz_error *err)
{
	return hz_run_none(hz_map_load_keys_async(map, keys, n, replace_existing), err);
}

// All keys, given as the values of the items. The whole answer lies in memory: see map_scan.h for
// large maps. Result: items. Since 0.1.
HZ_API hz_future hz_map_key_set_async(hz_map *map);
HZ_API HZ_INLINE hz_err
hz_map_key_set(hz_map *map, hz_items **out, hz_error *err)
{
	return hz_run_items(hz_map_key_set_async(map), out, err);
}

// All values; as hz_map_key_set. Result: items. Since 0.1.
HZ_API hz_future hz_map_values_async(hz_map *map);
HZ_API HZ_INLINE hz_err
hz_map_values(hz_map *map, hz_items **out, hz_error *err)
{
	return hz_run_items(hz_map_values_async(map), out, err);
}

// All entries; as hz_map_key_set. Result: items. Since 0.1.
HZ_API hz_future hz_map_entry_set_async(hz_map *map);
HZ_API HZ_INLINE hz_err
hz_map_entry_set(hz_map *map, hz_items **out, hz_error *err)
{
	return hz_run_items(hz_map_entry_set_async(map), out, err);
}

#ifdef __cplusplus
}
#endif

#endif
