// SPDX-License-Identifier: Apache-2.0
//
// MultiMap: keys with any number of values each, spread over the members by key, with backups. The
// members' configuration says whether the values of a key are a set (the default) or a list, in
// which equal ones may stand.
//
//	hz_multimap *tags = NULL;
//	if (hz_multimap_open(client, "tags", NULL, &tags, &err) == HZ_OK) {
//		hz_items *found = NULL;
//		hz_multimap_put(tags, hz_str("apple"), hz_str("red"), NULL, &err);
//		hz_multimap_put(tags, hz_str("apple"), hz_str("sweet"), NULL, &err);
//		if (hz_multimap_get(tags, hz_str("apple"), &found, &err) == HZ_OK) {
//			...
//		}
//		hz_items_destroy(&found);
//	}
//	hz_multimap_close(&tags);
//
// Handles, the two forms of each operation, ownership, threads and common errors are as map.h has
// them.
#ifndef HAZELCAST_MULTIMAP_H
#define HAZELCAST_MULTIMAP_H

#include <hazelcast/call.h>
#include <hazelcast/entry_listener.h>
#include <hazelcast/future.h>
#include <hazelcast/items.h>
#include <hazelcast/lock_options.h>

#ifdef __cplusplus
extern "C" {
#endif

// A handle of one multimap. Opaque.
typedef struct hz_multimap hz_multimap;

// ---- Handles ----

// Opens a handle; as hz_map_open. Since 0.1.
HZ_API hz_err hz_multimap_open(hz_client *client, const char *name, const hz_call *call,
		hz_multimap **multimap, hz_error *err);

// Ends the handle; the multimap in the cluster stays. NULL-safe, nulls the pointer. Does not
// block. Since 0.1.
HZ_API void hz_multimap_close(hz_multimap **multimap);

// The multimap's name, lent until the handle is closed; "" for NULL. Since 0.1.
HZ_API const char *hz_multimap_name(const hz_multimap *multimap);

// Changes what applies to the calls of this handle from now on; as hz_map_call. Since 0.1.
HZ_API hz_err hz_multimap_call(hz_multimap *multimap, const hz_call *call);

// Destroys the multimap in the cluster, with all that is in it and its locks, for everybody; calls
// that wait for a lock end with HZ_ERR_DESTROYED. The handle stays. Result: none. Since 0.1.
HZ_API hz_future hz_multimap_destroy_async(hz_multimap *multimap);

// The same, and ends the handle when it succeeded: *multimap is then NULL. Since 0.1.
HZ_API HZ_INLINE hz_err
hz_multimap_destroy(hz_multimap **multimap, hz_error *err)
{
	hz_err e = hz_run_none(hz_multimap_destroy_async(multimap != NULL ? *multimap : NULL), err);
	if (e == HZ_OK) {
		hz_multimap_close(multimap);
	}
	return e;
}

// ---- Changing ----

// Adds a value to those of a key. *done, result: bool, is false if the multimap keeps sets of
// values and the key had an equal one. Since 0.1.
HZ_API hz_future hz_multimap_put_async(hz_multimap *multimap, hz_value key, hz_value value);
HZ_API HZ_INLINE hz_err
hz_multimap_put(hz_multimap *multimap, hz_value key, hz_value value, bool *done, hz_error *err)
{
	return hz_run_bool(hz_multimap_put_async(multimap, key, value), done, err);
}

// Adds the values of n entries to those of their keys; a key may come more than once. One request
// for each partition that has some of the keys, all at once; not one step: others may see some of
// them. Lends entries. Result: none. Since 0.1.
HZ_API hz_future hz_multimap_put_all_async(
		hz_multimap *multimap, const hz_entry *entries, size_t n);
HZ_API HZ_INLINE hz_err
hz_multimap_put_all(hz_multimap *multimap, const hz_entry *entries, size_t n, hz_error *err)
{
	return hz_run_none(hz_multimap_put_all_async(multimap, entries, n), err);
}

// Removes a value from those of a key; *done, result: bool, says whether it had an equal one. Since
// 0.1.
HZ_API hz_future hz_multimap_remove_async(hz_multimap *multimap, hz_value key, hz_value value);
HZ_API HZ_INLINE hz_err
hz_multimap_remove(hz_multimap *multimap, hz_value key, hz_value value, bool *done, hz_error *err)
{
	return hz_run_bool(hz_multimap_remove_async(multimap, key, value), done, err);
}

// Removes a key with all its values, which *old gets. Result: items. Since 0.1.
HZ_API hz_future hz_multimap_remove_all_async(hz_multimap *multimap, hz_value key);
HZ_API HZ_INLINE hz_err
hz_multimap_remove_all(hz_multimap *multimap, hz_value key, hz_items **old, hz_error *err)
{
	return hz_run_items(hz_multimap_remove_all_async(multimap, key), old, err);
}

// As hz_multimap_remove_all, without sending the values back; members tell no listener of it.
// Result: none. Since 0.1.
HZ_API hz_future hz_multimap_delete_async(hz_multimap *multimap, hz_value key);
HZ_API HZ_INLINE hz_err
hz_multimap_delete(hz_multimap *multimap, hz_value key, hz_error *err)
{
	return hz_run_none(hz_multimap_delete_async(multimap, key), err);
}

// Removes every entry. Result: none. Since 0.1.
HZ_API hz_future hz_multimap_clear_async(hz_multimap *multimap);
HZ_API HZ_INLINE hz_err
hz_multimap_clear(hz_multimap *multimap, hz_error *err)
{
	return hz_run_none(hz_multimap_clear_async(multimap), err);
}

// ---- Looking ----

// The values of a key; none if there is no such key. Result: items. Since 0.1.
HZ_API hz_future hz_multimap_get_async(hz_multimap *multimap, hz_value key);
HZ_API HZ_INLINE hz_err
hz_multimap_get(hz_multimap *multimap, hz_value key, hz_items **out, hz_error *err)
{
	return hz_run_items(hz_multimap_get_async(multimap, key), out, err);
}

// How many values a key has. Result: i32. Since 0.1.
HZ_API hz_future hz_multimap_value_count_async(hz_multimap *multimap, hz_value key);
HZ_API HZ_INLINE hz_err
hz_multimap_value_count(hz_multimap *multimap, hz_value key, int32_t *out, hz_error *err)
{
	return hz_run_i32(hz_multimap_value_count_async(multimap, key), out, err);
}

// Whether a key has any value. Result: bool. Since 0.1.
HZ_API hz_future hz_multimap_contains_key_async(hz_multimap *multimap, hz_value key);
HZ_API HZ_INLINE hz_err
hz_multimap_contains_key(hz_multimap *multimap, hz_value key, bool *out, hz_error *err)
{
	return hz_run_bool(hz_multimap_contains_key_async(multimap, key), out, err);
}

// Whether any key has this value; every member looks at all its values. Result: bool. Since 0.1.
HZ_API hz_future hz_multimap_contains_value_async(hz_multimap *multimap, hz_value value);
HZ_API HZ_INLINE hz_err
hz_multimap_contains_value(hz_multimap *multimap, hz_value value, bool *out, hz_error *err)
{
	return hz_run_bool(hz_multimap_contains_value_async(multimap, value), out, err);
}

// Whether the key has this value. Result: bool. Since 0.1.
HZ_API hz_future hz_multimap_contains_entry_async(
		hz_multimap *multimap, hz_value key, hz_value value);
HZ_API HZ_INLINE hz_err
hz_multimap_contains_entry(
		hz_multimap *multimap, hz_value key, hz_value value, bool *out, hz_error *err)
{
	return hz_run_bool(hz_multimap_contains_entry_async(multimap, key, value), out, err);
}

// How many pairs of a key and a value there are. Result: i32. Since 0.1.
HZ_API hz_future hz_multimap_size_async(hz_multimap *multimap);
HZ_API HZ_INLINE hz_err
hz_multimap_size(hz_multimap *multimap, int32_t *out, hz_error *err)
{
	return hz_run_i32(hz_multimap_size_async(multimap), out, err);
}

// All keys, each once, given as the values of the items. The whole answer lies in memory. Result:
// items. Since 0.1.
HZ_API hz_future hz_multimap_key_set_async(hz_multimap *multimap);
HZ_API HZ_INLINE hz_err
hz_multimap_key_set(hz_multimap *multimap, hz_items **out, hz_error *err)
{
	return hz_run_items(hz_multimap_key_set_async(multimap), out, err);
}

// All values; as hz_multimap_key_set. Result: items. Since 0.1.
HZ_API hz_future hz_multimap_values_async(hz_multimap *multimap);
HZ_API HZ_INLINE hz_err
hz_multimap_values(hz_multimap *multimap, hz_items **out, hz_error *err)
{
	return hz_run_items(hz_multimap_values_async(multimap), out, err);
}

// All pairs of a key and a value; as hz_multimap_key_set. Result: items. Since 0.1.
HZ_API hz_future hz_multimap_entry_set_async(hz_multimap *multimap);
HZ_API HZ_INLINE hz_err
hz_multimap_entry_set(hz_multimap *multimap, hz_items **out, hz_error *err)
{
	return hz_run_items(hz_multimap_entry_set_async(multimap), out, err);
}

// ---- Locking ----
//
// A lock belongs to the owner that the handle's hz_call names, and is counted; map_lock.h has the
// rest.

// Locks a key and waits as long as another owner holds it; as hz_map_lock. Result: none. Since 0.1.
HZ_API hz_future hz_multimap_lock_async(
		hz_multimap *multimap, hz_value key, const hz_lock_options *options);
HZ_API HZ_INLINE hz_err
hz_multimap_lock(hz_multimap *multimap, hz_value key, const hz_lock_options *options, hz_error *err)
{
	return hz_run_none(hz_multimap_lock_async(multimap, key, options), err);
}

// Locks a key if that can be done within timeout_ms; as hz_map_try_lock. Result: bool. Since 0.1.
HZ_API hz_future hz_multimap_try_lock_async(hz_multimap *multimap, hz_value key, int64_t timeout_ms,
		const hz_lock_options *options);
HZ_API HZ_INLINE hz_err
hz_multimap_try_lock(hz_multimap *multimap, hz_value key, int64_t timeout_ms,
		const hz_lock_options *options, bool *done, hz_error *err)
{
	return hz_run_bool(
			hz_multimap_try_lock_async(multimap, key, timeout_ms, options), done, err);
}

// Unlocks a key once. HZ_ERR_NOT_OWNER: the handle's owner does not hold its lock. Result: none.
// Since 0.1.
HZ_API hz_future hz_multimap_unlock_async(hz_multimap *multimap, hz_value key);
HZ_API HZ_INLINE hz_err
hz_multimap_unlock(hz_multimap *multimap, hz_value key, hz_error *err)
{
	return hz_run_none(hz_multimap_unlock_async(multimap, key), err);
}

// Frees a key, whoever has locked it and however often. Result: none. Since 0.1.
HZ_API hz_future hz_multimap_force_unlock_async(hz_multimap *multimap, hz_value key);
HZ_API HZ_INLINE hz_err
hz_multimap_force_unlock(hz_multimap *multimap, hz_value key, hz_error *err)
{
	return hz_run_none(hz_multimap_force_unlock_async(multimap, key), err);
}

// Whether anybody holds the lock of a key. Result: bool. Since 0.1.
HZ_API hz_future hz_multimap_is_locked_async(hz_multimap *multimap, hz_value key);
HZ_API HZ_INLINE hz_err
hz_multimap_is_locked(hz_multimap *multimap, hz_value key, bool *out, hz_error *err)
{
	return hz_run_bool(hz_multimap_is_locked_async(multimap, key), out, err);
}

// ---- Listening ----

// Listens to values that are added and removed, of all keys or of one, and to the clearing of the
// whole, from now on; as hz_map_listen. Since 0.1.
HZ_API hz_err hz_multimap_listen(hz_multimap *multimap, const hz_entry_listener *listener,
		const hz_listen_options *options, hz_listener_id *id, hz_error *err);

#ifdef __cplusplus
}
#endif

#endif
