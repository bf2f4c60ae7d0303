// SPDX-License-Identifier: Apache-2.0
//
// Map: keys and values spread over the whole cluster, with backups.
//
//	hz_map *map = NULL;
//	hz_error err;
//	hz_value old = hz_null();
//	if (hz_map_open(client, "stock", NULL, &map, &err) == HZ_OK &&
//		hz_map_put(map, hz_str("apples"), hz_i64(7), NULL, &old, &err) == HZ_OK) {
//		...
//	}
//	hz_value_clear(&old);
//	hz_map_close(&map);
//
// A handle is cheap: open one for each thread. Using it on another thread is safe, except
// hz_map_call and hz_map_close, which no other use may overlap.
//
// Every operation has two forms. hz_map_X_async submits and returns a future at once; it never
// blocks. hz_map_X is that future awaited: it blocks until the answer is there or the handle's
// deadline has passed. Both may be used on any thread, callback threads included, where a call
// without a deadline is refused (HZ_ERR_WOULD_DEADLOCK). Keys and values that go in are lent until
// the call returns, and serialized before it does; what comes out is given (end it with
// hz_value_clear, hz_items_destroy), is written on success only, and every out-pointer may be NULL
// unless said otherwise. A null key or value is HZ_ERR_ARGUMENT.
//
// What any operation may end with, besides what stands with it: HZ_ERR_ARGUMENT (also: text that is
// not UTF-8), HZ_ERR_RANGE (also: a date that does not exist), HZ_ERR_LIMIT (a value is too large,
// or nested too deep), HZ_ERR_SERIALIZATION (a value that cannot be read, or turned into another
// byte order), HZ_ERR_MEMORY, HZ_ERR_TIMEOUT, HZ_ERR_CANCELLED, HZ_ERR_OVERLOAD, HZ_ERR_CLOSED,
// HZ_ERR_FORKED, HZ_ERR_OFFLINE, HZ_ERR_DISCONNECTED, HZ_ERR_INDETERMINATE, HZ_ERR_PROTOCOL,
// HZ_ERR_SERVER, HZ_ERR_WOULD_DEADLOCK (on a callback thread).
//
// Bulk operations stand in map_bulk.h, iteration in map_scan.h, locks in map_lock.h, entry views in
// map_view.h, read-modify-write functions in map_compute.h, listeners in map_listen.h, queries and
// indexes in map_query.h, queries by pages in map_page.h, entry processors in map_process.h; all
// are included at the end of this file.
#ifndef HAZELCAST_MAP_H
#define HAZELCAST_MAP_H

#include <hazelcast/call.h>
#include <hazelcast/future.h>

#ifdef __cplusplus
extern "C" {
#endif

// A handle of one map. Opaque.
typedef struct hz_map hz_map;

// ---- Handles ----

// Opens a handle. Lends client (held until the handle is closed), name (UTF-8, not empty) and call
// (the defaults of all calls of this handle; NULL: those of the client). Gives *map. The first
// handle of a name costs one round trip and blocks for it, the others do not. That round trip is a
// call like others: the deadline and the cancel token of `call` end it, and with the
// configuration's async-start it is HZ_ERR_OFFLINE until a member is connected. HZ_ERR_LIMIT: the
// name is longer than 64 KiB, or it would be more than the million names that a client remembers.
// Since 0.1.
HZ_API hz_err hz_map_open(hz_client *client, const char *name, const hz_call *call, hz_map **map,
		hz_error *err);

// Ends the handle; the map in the cluster stays. Calls under way are not touched. NULL-safe, nulls
// the pointer; also after the client was shut down. Does not block. Since 0.1.
HZ_API void hz_map_close(hz_map **map);

// The map's name, lent until the handle is closed; "" for NULL. Since 0.1.
HZ_API const char *hz_map_name(const hz_map *map);

// Changes deadline, lock owner and cancel token of the calls that this handle begins from now on;
// NULL: the defaults. Copies *call, whose owner and token must live as long as they are set.
// HZ_ERR_ARGUMENT. Does not block. Since 0.1.
HZ_API hz_err hz_map_call(hz_map *map, const hz_call *call);

// Destroys the map in the cluster, with all that is in it and its locks, for everybody; calls that
// wait for a lock end with HZ_ERR_DESTROYED. The handle stays. Result: none. Since 0.1.
HZ_API hz_future hz_map_destroy_async(hz_map *map);

// The same, and ends the handle when it succeeded: *map is then NULL. Since 0.1.
HZ_API HZ_INLINE hz_err
hz_map_destroy(hz_map **map, hz_error *err)
{
	hz_err e = hz_run_none(hz_map_destroy_async(map != NULL ? *map : NULL), err);
	if (e == HZ_OK) {
		hz_map_close(map);
	}
	return e;
}

// ---- Reading ----

// The value of a key; the null value if there is none. Result: value. Since 0.1.
HZ_API hz_future hz_map_get_async(hz_map *map, hz_value key);
HZ_API HZ_INLINE hz_err
hz_map_get(hz_map *map, hz_value key, hz_value *out, hz_error *err)
{
	return hz_run_value(hz_map_get_async(map, key), out, err);
}

// Whether there is such a key. Result: bool. Since 0.1.
HZ_API hz_future hz_map_contains_key_async(hz_map *map, hz_value key);
HZ_API HZ_INLINE hz_err
hz_map_contains_key(hz_map *map, hz_value key, bool *out, hz_error *err)
{
	return hz_run_bool(hz_map_contains_key_async(map, key), out, err);
}

// Whether any key has this value; looks at every entry. Result: bool. Since 0.1.
HZ_API hz_future hz_map_contains_value_async(hz_map *map, hz_value value);
HZ_API HZ_INLINE hz_err
hz_map_contains_value(hz_map *map, hz_value value, bool *out, hz_error *err)
{
	return hz_run_bool(hz_map_contains_value_async(map, value), out, err);
}

// How many entries there are, as far as each member knew when it was asked. Result: i32. Since 0.1.
HZ_API hz_future hz_map_size_async(hz_map *map);
HZ_API HZ_INLINE hz_err
hz_map_size(hz_map *map, int32_t *out, hz_error *err)
{
	return hz_run_i32(hz_map_size_async(map), out, err);
}

// Whether there are no entries. Result: bool. Since 0.1.
HZ_API hz_future hz_map_is_empty_async(hz_map *map);
HZ_API HZ_INLINE hz_err
hz_map_is_empty(hz_map *map, bool *out, hz_error *err)
{
	return hz_run_bool(hz_map_is_empty_async(map), out, err);
}

// ---- Writing ----

// How long an entry lives. Size-first: start from hz_put_options_default() or set `size`.
// Milliseconds; 0: what the map's configuration says; HZ_FOREVER: without end. Members count in
// whole seconds: an entry may end up to a second early.
typedef struct hz_put_options {
	size_t size;
	int64_t ttl_ms;      // since the entry was written
	int64_t max_idle_ms; // since the entry was read or written
} hz_put_options;

// All defaults. Since 0.1.
static inline hz_put_options
hz_put_options_default(void)
{
	hz_put_options options = {sizeof(hz_put_options), 0, 0};
	return options;
}

// Sets a key's value and gives the one before, the null value if there was none. options may be
// NULL. Result: value. Since 0.1.
HZ_API hz_future hz_map_put_async(
		hz_map *map, hz_value key, hz_value value, const hz_put_options *options);
HZ_API HZ_INLINE hz_err
hz_map_put(hz_map *map, hz_value key, hz_value value, const hz_put_options *options, hz_value *old,
		hz_error *err)
{
	return hz_run_value(hz_map_put_async(map, key, value, options), old, err);
}

// Sets a key's value, cheaper than put: the one before stays where it is. Result: none. Since 0.1.
HZ_API hz_future hz_map_set_async(
		hz_map *map, hz_value key, hz_value value, const hz_put_options *options);
HZ_API HZ_INLINE hz_err
hz_map_set(hz_map *map, hz_value key, hz_value value, const hz_put_options *options, hz_error *err)
{
	return hz_run_none(hz_map_set_async(map, key, value, options), err);
}

// Sets the value of a key that has none; gives the value that is there already, and the null value
// if it has set it. Result: value. Since 0.1.
HZ_API hz_future hz_map_put_if_absent_async(
		hz_map *map, hz_value key, hz_value value, const hz_put_options *options);
HZ_API HZ_INLINE hz_err
hz_map_put_if_absent(hz_map *map, hz_value key, hz_value value, const hz_put_options *options,
		hz_value *old, hz_error *err)
{
	return hz_run_value(hz_map_put_if_absent_async(map, key, value, options), old, err);
}

// As set, but the map's store does not hear of it. Result: none. Since 0.1.
HZ_API hz_future hz_map_put_transient_async(
		hz_map *map, hz_value key, hz_value value, const hz_put_options *options);
HZ_API HZ_INLINE hz_err
hz_map_put_transient(hz_map *map, hz_value key, hz_value value, const hz_put_options *options,
		hz_error *err)
{
	return hz_run_none(hz_map_put_transient_async(map, key, value, options), err);
}

// Sets a key's value if nobody else holds its lock for longer than timeout_ms (0: does not wait;
// HZ_FOREVER). *done, result: bool, says whether it has. The handle's own deadline does not apply
// to a timeout other than 0. Since 0.1.
HZ_API hz_future hz_map_try_put_async(
		hz_map *map, hz_value key, hz_value value, int64_t timeout_ms);
HZ_API HZ_INLINE hz_err
hz_map_try_put(hz_map *map, hz_value key, hz_value value, int64_t timeout_ms, bool *done,
		hz_error *err)
{
	return hz_run_bool(hz_map_try_put_async(map, key, value, timeout_ms), done, err);
}

// Sets the value of a key that has one; gives the one before, or the null value if there was none
// and nothing was changed. Result: value. Since 0.1.
HZ_API hz_future hz_map_replace_async(hz_map *map, hz_value key, hz_value value);
HZ_API HZ_INLINE hz_err
hz_map_replace(hz_map *map, hz_value key, hz_value value, hz_value *old, hz_error *err)
{
	return hz_run_value(hz_map_replace_async(map, key, value), old, err);
}

// Sets the value of a key that has exactly the value `expected`; *done, result: bool, says whether
// it has. Since 0.1.
HZ_API hz_future hz_map_replace_if_same_async(
		hz_map *map, hz_value key, hz_value expected, hz_value value);
HZ_API HZ_INLINE hz_err
hz_map_replace_if_same(hz_map *map, hz_value key, hz_value expected, hz_value value, bool *done,
		hz_error *err)
{
	return hz_run_bool(hz_map_replace_if_same_async(map, key, expected, value), done, err);
}

// Changes how long an entry lives from now on (0: what the map's configuration says; HZ_FOREVER).
// *done, result: bool, is false if there is no such key. Since 0.1.
HZ_API hz_future hz_map_set_ttl_async(hz_map *map, hz_value key, int64_t ttl_ms);
HZ_API HZ_INLINE hz_err
hz_map_set_ttl(hz_map *map, hz_value key, int64_t ttl_ms, bool *done, hz_error *err)
{
	return hz_run_bool(hz_map_set_ttl_async(map, key, ttl_ms), done, err);
}

// ---- Removing ----

// Removes a key and gives its value, the null value if there was none. Result: value. Since 0.1.
HZ_API hz_future hz_map_remove_async(hz_map *map, hz_value key);
HZ_API HZ_INLINE hz_err
hz_map_remove(hz_map *map, hz_value key, hz_value *old, hz_error *err)
{
	return hz_run_value(hz_map_remove_async(map, key), old, err);
}

// Removes a key that has exactly this value; *done, result: bool, says whether it has. Since 0.1.
HZ_API hz_future hz_map_remove_if_same_async(hz_map *map, hz_value key, hz_value expected);
HZ_API HZ_INLINE hz_err
hz_map_remove_if_same(hz_map *map, hz_value key, hz_value expected, bool *done, hz_error *err)
{
	return hz_run_bool(hz_map_remove_if_same_async(map, key, expected), done, err);
}

// Removes a key, cheaper than remove: its value stays where it is. Result: none. Since 0.1.
HZ_API hz_future hz_map_delete_async(hz_map *map, hz_value key);
HZ_API HZ_INLINE hz_err
hz_map_delete(hz_map *map, hz_value key, hz_error *err)
{
	return hz_run_none(hz_map_delete_async(map, key), err);
}

// Removes a key if nobody else holds its lock for longer than timeout_ms (see hz_map_try_put);
// *done, result: bool, says whether it has removed something. Since 0.1.
HZ_API hz_future hz_map_try_remove_async(hz_map *map, hz_value key, int64_t timeout_ms);
HZ_API HZ_INLINE hz_err
hz_map_try_remove(hz_map *map, hz_value key, int64_t timeout_ms, bool *done, hz_error *err)
{
	return hz_run_bool(hz_map_try_remove_async(map, key, timeout_ms), done, err);
}

// Takes an entry out of memory; the map's store keeps it. *done, result: bool, is false for a key
// that was not in memory. Since 0.1.
HZ_API hz_future hz_map_evict_async(hz_map *map, hz_value key);
HZ_API HZ_INLINE hz_err
hz_map_evict(hz_map *map, hz_value key, bool *done, hz_error *err)
{
	return hz_run_bool(hz_map_evict_async(map, key), done, err);
}

// Takes every entry that is not locked out of memory; the map's store keeps them. Result: none.
// Since 0.1.
HZ_API hz_future hz_map_evict_all_async(hz_map *map);
HZ_API HZ_INLINE hz_err
hz_map_evict_all(hz_map *map, hz_error *err)
{
	return hz_run_none(hz_map_evict_all_async(map), err);
}

// Removes every entry, in the map's store as well. Result: none. Since 0.1.
HZ_API hz_future hz_map_clear_async(hz_map *map);
HZ_API HZ_INLINE hz_err
hz_map_clear(hz_map *map, hz_error *err)
{
	return hz_run_none(hz_map_clear_async(map), err);
}

// Waits until the map's store has all that was written so far. Result: none. Since 0.1.
HZ_API hz_future hz_map_flush_async(hz_map *map);
HZ_API HZ_INLINE hz_err
hz_map_flush(hz_map *map, hz_error *err)
{
	return hz_run_none(hz_map_flush_async(map), err);
}

#ifdef __cplusplus
}
#endif

#include <hazelcast/map_bulk.h>
#include <hazelcast/map_compute.h>
#include <hazelcast/map_listen.h>
#include <hazelcast/map_lock.h>
#include <hazelcast/map_page.h>
#include <hazelcast/map_process.h>
#include <hazelcast/map_query.h>
#include <hazelcast/map_scan.h>
#include <hazelcast/map_view.h>

#endif
