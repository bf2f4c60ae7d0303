// SPDX-License-Identifier: Apache-2.0
//
// Set: items of which no two are equal, in no order, in one partition of the cluster, with backups.
// Items are equal when their serialized bytes are: Integer 42 and Long 42 are two items.
//
//	hz_set *seen = NULL;
//	if (hz_set_open(client, "seen", NULL, &seen, &err) == HZ_OK) {
//		bool fresh = false;
//		if (hz_set_add(seen, hz_str("order-17"), &fresh, &err) == HZ_OK && fresh) {
//			...
//		}
//	}
//	hz_set_close(&seen);
//
// Handles, the two forms of each operation, ownership, threads and common errors are as map.h has
// them. A set with a bound (max-size in the members' configuration) refuses what is too much: add
// and add_all then say false.
#ifndef HAZELCAST_SET_H
#define HAZELCAST_SET_H

#include <hazelcast/call.h>
#include <hazelcast/future.h>
#include <hazelcast/item_listener.h>

#ifdef __cplusplus
extern "C" {
#endif

// A handle of one set. Opaque.
typedef struct hz_set hz_set;

// ---- Handles ----

// Opens a handle; as hz_map_open. Since 0.1.
HZ_API hz_err hz_set_open(hz_client *client, const char *name, const hz_call *call, hz_set **set,
		hz_error *err);

// Ends the handle; the set in the cluster stays. NULL-safe, nulls the pointer. Does not block.
// Since 0.1.
HZ_API void hz_set_close(hz_set **set);

// The set's name, lent until the handle is closed; "" for NULL. Since 0.1.
HZ_API const char *hz_set_name(const hz_set *set);

// Changes what applies to the calls of this handle from now on; as hz_map_call. Since 0.1.
HZ_API hz_err hz_set_call(hz_set *set, const hz_call *call);

// Destroys the set in the cluster, with all that is in it, for everybody. The handle stays. Result:
// none. Since 0.1.
HZ_API hz_future hz_set_destroy_async(hz_set *set);

// The same, and ends the handle when it succeeded: *set is then NULL. Since 0.1.
HZ_API HZ_INLINE hz_err
hz_set_destroy(hz_set **set, hz_error *err)
{
	hz_err e = hz_run_none(hz_set_destroy_async(set != NULL ? *set : NULL), err);
	if (e == HZ_OK) {
		hz_set_close(set);
	}
	return e;
}

// ---- Changing ----

// Adds an item. *done, result: bool, is false if an equal one was there already; the set then stays
// as it is. Since 0.1.
HZ_API hz_future hz_set_add_async(hz_set *set, hz_value item);
HZ_API HZ_INLINE hz_err
hz_set_add(hz_set *set, hz_value item, bool *done, hz_error *err)
{
	return hz_run_bool(hz_set_add_async(set, item), done, err);
}

// Adds n items. *changed, result: bool, is false if all of them were there already. Lends items.
// Since 0.1.
HZ_API hz_future hz_set_add_all_async(hz_set *set, const hz_value *items, size_t n);
HZ_API HZ_INLINE hz_err
hz_set_add_all(hz_set *set, const hz_value *items, size_t n, bool *changed, hz_error *err)
{
	return hz_run_bool(hz_set_add_all_async(set, items, n), changed, err);
}

// Removes the item that equals this one; *done, result: bool, says whether there was one. Since
// 0.1.
HZ_API hz_future hz_set_remove_async(hz_set *set, hz_value item);
HZ_API HZ_INLINE hz_err
hz_set_remove(hz_set *set, hz_value item, bool *done, hz_error *err)
{
	return hz_run_bool(hz_set_remove_async(set, item), done, err);
}

// Removes each item that equals one of these. *changed, result: bool, says whether the set has
// changed. Lends items. Since 0.1.
HZ_API hz_future hz_set_remove_all_async(hz_set *set, const hz_value *items, size_t n);
HZ_API HZ_INLINE hz_err
hz_set_remove_all(hz_set *set, const hz_value *items, size_t n, bool *changed, hz_error *err)
{
	return hz_run_bool(hz_set_remove_all_async(set, items, n), changed, err);
}

// Removes each item that equals none of these. *changed, result: bool, says whether the set has
// changed. Lends items. Since 0.1.
HZ_API hz_future hz_set_retain_all_async(hz_set *set, const hz_value *items, size_t n);
HZ_API HZ_INLINE hz_err
hz_set_retain_all(hz_set *set, const hz_value *items, size_t n, bool *changed, hz_error *err)
{
	return hz_run_bool(hz_set_retain_all_async(set, items, n), changed, err);
}

// Removes every item. Result: none. Since 0.1.
HZ_API hz_future hz_set_clear_async(hz_set *set);
HZ_API HZ_INLINE hz_err
hz_set_clear(hz_set *set, hz_error *err)
{
	return hz_run_none(hz_set_clear_async(set), err);
}

// ---- Looking ----

// All items, in no order. Result: items; each is there until the collection is destroyed, whatever
// happens to the set. Since 0.1.
HZ_API hz_future hz_set_items_async(hz_set *set);
HZ_API HZ_INLINE hz_err
hz_set_items(hz_set *set, hz_items **out, hz_error *err)
{
	return hz_run_items(hz_set_items_async(set), out, err);
}

// Whether an item that equals this one is in the set. Result: bool. Since 0.1.
HZ_API hz_future hz_set_contains_async(hz_set *set, hz_value item);
HZ_API HZ_INLINE hz_err
hz_set_contains(hz_set *set, hz_value item, bool *out, hz_error *err)
{
	return hz_run_bool(hz_set_contains_async(set, item), out, err);
}

// Whether each of these items is in the set; true for n = 0. Lends items. Result: bool. Since 0.1.
HZ_API hz_future hz_set_contains_all_async(hz_set *set, const hz_value *items, size_t n);
HZ_API HZ_INLINE hz_err
hz_set_contains_all(hz_set *set, const hz_value *items, size_t n, bool *out, hz_error *err)
{
	return hz_run_bool(hz_set_contains_all_async(set, items, n), out, err);
}

// How many items there are. Result: i32. Since 0.1.
HZ_API hz_future hz_set_size_async(hz_set *set);
HZ_API HZ_INLINE hz_err
hz_set_size(hz_set *set, int32_t *out, hz_error *err)
{
	return hz_run_i32(hz_set_size_async(set), out, err);
}

// Whether there are no items. Result: bool. Since 0.1.
HZ_API hz_future hz_set_is_empty_async(hz_set *set);
HZ_API HZ_INLINE hz_err
hz_set_is_empty(hz_set *set, bool *out, hz_error *err)
{
	return hz_run_bool(hz_set_is_empty_async(set), out, err);
}

// ---- Listening ----

// Listens to items that are added and removed, from now on; as hz_map_listen. options->key must be
// NULL. Since 0.1.
HZ_API hz_err hz_set_listen(hz_set *set, const hz_item_listener *listener,
		const hz_listen_options *options, hz_listener_id *id, hz_error *err);

#ifdef __cplusplus
}
#endif

#endif
