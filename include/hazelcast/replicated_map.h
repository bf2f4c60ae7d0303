// SPDX-License-Identifier: Apache-2.0
//
// ReplicatedMap: keys and values, all of them in every member. Reading is as quick as it can be; a
// change reaches the other members a moment later, so two members may answer differently for that
// moment, and a change may be lost with the one member that had it. Calls on one key go to the
// member that owns its partition; those on the whole map go to one member, the same for all handles
// of one name and client as long as the cluster stays as it is.
//
//	hz_replicated_map *rates = NULL;
//	if (hz_replicated_map_open(client, "rates", NULL, &rates, &err) == HZ_OK) {
//		hz_value rate = hz_null();
//		hz_replicated_map_put(rates, hz_str("EUR"), hz_f64(1.08), 0, NULL, &err);
//		if (hz_replicated_map_get(rates, hz_str("EUR"), &rate, &err) == HZ_OK) {
//			...
//		}
//		hz_value_clear(&rate);
//	}
//	hz_replicated_map_close(&rates);
//
// Handles, the two forms of each operation, ownership, threads and common errors are as map.h has
// them.
#ifndef HAZELCAST_REPLICATED_MAP_H
#define HAZELCAST_REPLICATED_MAP_H

#include <hazelcast/call.h>
#include <hazelcast/entry_listener.h>
#include <hazelcast/future.h>
#include <hazelcast/items.h>

#ifdef __cplusplus
extern "C" {
#endif

// A handle of one replicated map. Opaque.
typedef struct hz_replicated_map hz_replicated_map;

// ---- Handles ----

// Opens a handle; as hz_map_open. Since 0.1.
HZ_API hz_err hz_replicated_map_open(hz_client *client, const char *name, const hz_call *call,
		hz_replicated_map **map, hz_error *err);

// Ends the handle; the replicated map in the cluster stays. NULL-safe, nulls the pointer. Does not
// block. Since 0.1.
HZ_API void hz_replicated_map_close(hz_replicated_map **map);

// The replicated map's name, lent until the handle is closed; "" for NULL. Since 0.1.
HZ_API const char *hz_replicated_map_name(const hz_replicated_map *map);

// Changes what applies to the calls of this handle from now on; as hz_map_call. Since 0.1.
HZ_API hz_err hz_replicated_map_call(hz_replicated_map *map, const hz_call *call);

// Destroys the replicated map in the cluster, with all that is in it, for everybody. The handle
// stays. A change that is still on its way from one member to another when this is called may come
// back there, seen by calls on the whole of a map of the same name; hz_replicated_map_clear leaves
// nothing behind. Result: none. Since 0.1.
HZ_API hz_future hz_replicated_map_destroy_async(hz_replicated_map *map);

// The same, and ends the handle when it succeeded: *map is then NULL. Since 0.1.
HZ_API HZ_INLINE hz_err
hz_replicated_map_destroy(hz_replicated_map **map, hz_error *err)
{
	hz_err e = hz_run_none(hz_replicated_map_destroy_async(map != NULL ? *map : NULL), err);
	if (e == HZ_OK) {
		hz_replicated_map_close(map);
	}
	return e;
}

// ---- Changing ----

// Sets the value of a key, for ttl_ms milliseconds (0: until it is removed; negative:
// HZ_ERR_ARGUMENT). *old, result: value, is the one before, or null. Since 0.1.
HZ_API hz_future hz_replicated_map_put_async(
		hz_replicated_map *map, hz_value key, hz_value value, int64_t ttl_ms);
HZ_API HZ_INLINE hz_err
hz_replicated_map_put(hz_replicated_map *map, hz_value key, hz_value value, int64_t ttl_ms,
		hz_value *old, hz_error *err)
{
	return hz_run_value(hz_replicated_map_put_async(map, key, value, ttl_ms), old, err);
}

// Sets the values of n keys; not one step: others may see some of them. Lends entries. Result:
// none. Since 0.1.
HZ_API hz_future hz_replicated_map_put_all_async(
		hz_replicated_map *map, const hz_entry *entries, size_t n);
HZ_API HZ_INLINE hz_err
hz_replicated_map_put_all(hz_replicated_map *map, const hz_entry *entries, size_t n, hz_error *err)
{
	return hz_run_none(hz_replicated_map_put_all_async(map, entries, n), err);
}

// Removes a key; *old, result: value, is what it had, or null. Since 0.1.
HZ_API hz_future hz_replicated_map_remove_async(hz_replicated_map *map, hz_value key);
HZ_API HZ_INLINE hz_err
hz_replicated_map_remove(hz_replicated_map *map, hz_value key, hz_value *old, hz_error *err)
{
	return hz_run_value(hz_replicated_map_remove_async(map, key), old, err);
}

// Removes every key, in all members. Result: none. Since 0.1.
HZ_API hz_future hz_replicated_map_clear_async(hz_replicated_map *map);
HZ_API HZ_INLINE hz_err
hz_replicated_map_clear(hz_replicated_map *map, hz_error *err)
{
	return hz_run_none(hz_replicated_map_clear_async(map), err);
}

// ---- Looking ----

// The value of a key; null if there is none. Result: value. Since 0.1.
HZ_API hz_future hz_replicated_map_get_async(hz_replicated_map *map, hz_value key);
HZ_API HZ_INLINE hz_err
hz_replicated_map_get(hz_replicated_map *map, hz_value key, hz_value *out, hz_error *err)
{
	return hz_run_value(hz_replicated_map_get_async(map, key), out, err);
}

// Whether a key has a value. Result: bool. Since 0.1.
HZ_API hz_future hz_replicated_map_contains_key_async(hz_replicated_map *map, hz_value key);
HZ_API HZ_INLINE hz_err
hz_replicated_map_contains_key(hz_replicated_map *map, hz_value key, bool *out, hz_error *err)
{
	return hz_run_bool(hz_replicated_map_contains_key_async(map, key), out, err);
}

// Whether any key has this value. Result: bool. Since 0.1.
HZ_API hz_future hz_replicated_map_contains_value_async(hz_replicated_map *map, hz_value value);
HZ_API HZ_INLINE hz_err
hz_replicated_map_contains_value(hz_replicated_map *map, hz_value value, bool *out, hz_error *err)
{
	return hz_run_bool(hz_replicated_map_contains_value_async(map, value), out, err);
}

// How many keys there are. Result: i32. Since 0.1.
HZ_API hz_future hz_replicated_map_size_async(hz_replicated_map *map);
HZ_API HZ_INLINE hz_err
hz_replicated_map_size(hz_replicated_map *map, int32_t *out, hz_error *err)
{
	return hz_run_i32(hz_replicated_map_size_async(map), out, err);
}

// Whether there are no keys. Result: bool. Since 0.1.
HZ_API hz_future hz_replicated_map_is_empty_async(hz_replicated_map *map);
HZ_API HZ_INLINE hz_err
hz_replicated_map_is_empty(hz_replicated_map *map, bool *out, hz_error *err)
{
	return hz_run_bool(hz_replicated_map_is_empty_async(map), out, err);
}

// All keys, given as the values of the items. The whole answer lies in memory. Result: items. Since
// 0.1.
HZ_API hz_future hz_replicated_map_key_set_async(hz_replicated_map *map);
HZ_API HZ_INLINE hz_err
hz_replicated_map_key_set(hz_replicated_map *map, hz_items **out, hz_error *err)
{
	return hz_run_items(hz_replicated_map_key_set_async(map), out, err);
}

// All values; as hz_replicated_map_key_set. Result: items. Since 0.1.
HZ_API hz_future hz_replicated_map_values_async(hz_replicated_map *map);
HZ_API HZ_INLINE hz_err
hz_replicated_map_values(hz_replicated_map *map, hz_items **out, hz_error *err)
{
	return hz_run_items(hz_replicated_map_values_async(map), out, err);
}

// All entries; as hz_replicated_map_key_set. Result: items. Since 0.1.
HZ_API hz_future hz_replicated_map_entry_set_async(hz_replicated_map *map);
HZ_API HZ_INLINE hz_err
hz_replicated_map_entry_set(hz_replicated_map *map, hz_items **out, hz_error *err)
{
	return hz_run_items(hz_replicated_map_entry_set_async(map), out, err);
}

// ---- Listening ----

// Listens to keys that are added, updated, removed and evicted (their time to live was over), of
// all keys or of one, and to the clearing of the whole, from now on; as hz_map_listen. Values
// always come: members have no choice here. Every member ends an entry's time by itself and tells
// of it, so `evicted` comes once from each; `removed` comes also, without an old value, when a key
// was removed that was not there. Since 0.1.
HZ_API hz_err hz_replicated_map_listen(hz_replicated_map *map, const hz_entry_listener *listener,
		const hz_listen_options *options, hz_listener_id *id, hz_error *err);

#ifdef __cplusplus
}
#endif

#endif
