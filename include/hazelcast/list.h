// SPDX-License-Identifier: Apache-2.0
//
// List: items in an order, found by their index, in one partition of the cluster, with backups.
//
//	hz_list *steps = NULL;
//	if (hz_list_open(client, "steps", NULL, &steps, &err) == HZ_OK) {
//		hz_value first = hz_null();
//		if (hz_list_get(steps, 0, &first, &err) == HZ_OK) {
//			...
//		}
//		hz_value_clear(&first);
//	}
//	hz_list_close(&steps);
//
// Handles, the two forms of each operation, ownership, threads and common errors are as map.h has
// them. Indexes begin with 0. One that is outside of the list is HZ_ERR_RANGE, bounds in the wrong
// order are HZ_ERR_ARGUMENT; the list is then as it was. Items are equal when their serialized
// bytes are.
#ifndef HAZELCAST_LIST_H
#define HAZELCAST_LIST_H

#include <hazelcast/call.h>
#include <hazelcast/future.h>
#include <hazelcast/item_listener.h>

#ifdef __cplusplus
extern "C" {
#endif

// A handle of one list. Opaque.
typedef struct hz_list hz_list;

// ---- Handles ----

// Opens a handle; as hz_map_open. Since 0.1.
HZ_API hz_err hz_list_open(hz_client *client, const char *name, const hz_call *call, hz_list **list,
		hz_error *err);

// Ends the handle; the list in the cluster stays. NULL-safe, nulls the pointer. Does not block.
// Since 0.1.
HZ_API void hz_list_close(hz_list **list);

// The list's name, lent until the handle is closed; "" for NULL. Since 0.1.
HZ_API const char *hz_list_name(const hz_list *list);

// Changes what applies to the calls of this handle from now on; as hz_map_call. Since 0.1.
HZ_API hz_err hz_list_call(hz_list *list, const hz_call *call);

// Destroys the list in the cluster, with all that is in it, for everybody. The handle stays.
// Result: none. Since 0.1.
HZ_API hz_future hz_list_destroy_async(hz_list *list);

// The same, and ends the handle when it succeeded: *list is then NULL. Since 0.1.
HZ_API HZ_INLINE hz_err
hz_list_destroy(hz_list **list, hz_error *err)
{
	hz_err e = hz_run_none(hz_list_destroy_async(list != NULL ? *list : NULL), err);
	if (e == HZ_OK) {
		hz_list_close(list);
	}
	return e;
}

// ---- Changing ----

// Adds an item at the end. *done, result: bool, is false only if the list is bounded and full.
// Since 0.1.
HZ_API hz_future hz_list_add_async(hz_list *list, hz_value item);
HZ_API HZ_INLINE hz_err
hz_list_add(hz_list *list, hz_value item, bool *done, hz_error *err)
{
	return hz_run_bool(hz_list_add_async(list, item), done, err);
}

// Inserts an item before the one at the index, or at the end if the index is the size. Result:
// none. Since 0.1.
HZ_API hz_future hz_list_insert_async(hz_list *list, int32_t index, hz_value item);
HZ_API HZ_INLINE hz_err
hz_list_insert(hz_list *list, int32_t index, hz_value item, hz_error *err)
{
	return hz_run_none(hz_list_insert_async(list, index, item), err);
}

// Adds n items at the end, in their order, all or none. *changed, result: bool, is false if the
// list is bounded and has no room for all. Lends items. Since 0.1.
HZ_API hz_future hz_list_add_all_async(hz_list *list, const hz_value *items, size_t n);
HZ_API HZ_INLINE hz_err
hz_list_add_all(hz_list *list, const hz_value *items, size_t n, bool *changed, hz_error *err)
{
	return hz_run_bool(hz_list_add_all_async(list, items, n), changed, err);
}

// Inserts n items before the one at the index, in their order; otherwise as hz_list_add_all. Lends
// items. Result: bool. Since 0.1.
HZ_API hz_future hz_list_insert_all_async(
		hz_list *list, int32_t index, const hz_value *items, size_t n);
HZ_API HZ_INLINE hz_err
hz_list_insert_all(hz_list *list, int32_t index, const hz_value *items, size_t n, bool *changed,
		hz_error *err)
{
	return hz_run_bool(hz_list_insert_all_async(list, index, items, n), changed, err);
}

// Puts an item in the place of the one at the index, which *old gets. Result: value. Since 0.1.
HZ_API hz_future hz_list_set_async(hz_list *list, int32_t index, hz_value item);
HZ_API HZ_INLINE hz_err
hz_list_set(hz_list *list, int32_t index, hz_value item, hz_value *old, hz_error *err)
{
	return hz_run_value(hz_list_set_async(list, index, item), old, err);
}

// Removes the first item that equals this one; *done, result: bool, says whether there was one.
// Since 0.1.
HZ_API hz_future hz_list_remove_async(hz_list *list, hz_value item);
HZ_API HZ_INLINE hz_err
hz_list_remove(hz_list *list, hz_value item, bool *done, hz_error *err)
{
	return hz_run_bool(hz_list_remove_async(list, item), done, err);
}

// Removes the item at the index, which *old gets. Result: value. Since 0.1.
HZ_API hz_future hz_list_remove_at_async(hz_list *list, int32_t index);
HZ_API HZ_INLINE hz_err
hz_list_remove_at(hz_list *list, int32_t index, hz_value *old, hz_error *err)
{
	return hz_run_value(hz_list_remove_at_async(list, index), old, err);
}

// Removes every item that equals one of these. *changed, result: bool, says whether the list has
// changed. Lends items. Since 0.1.
HZ_API hz_future hz_list_remove_all_async(hz_list *list, const hz_value *items, size_t n);
HZ_API HZ_INLINE hz_err
hz_list_remove_all(hz_list *list, const hz_value *items, size_t n, bool *changed, hz_error *err)
{
	return hz_run_bool(hz_list_remove_all_async(list, items, n), changed, err);
}

// Removes every item that equals none of these. *changed, result: bool, says whether the list has
// changed. Lends items. Since 0.1.
HZ_API hz_future hz_list_retain_all_async(hz_list *list, const hz_value *items, size_t n);
HZ_API HZ_INLINE hz_err
hz_list_retain_all(hz_list *list, const hz_value *items, size_t n, bool *changed, hz_error *err)
{
	return hz_run_bool(hz_list_retain_all_async(list, items, n), changed, err);
}

// Removes every item. Result: none. Since 0.1.
HZ_API hz_future hz_list_clear_async(hz_list *list);
HZ_API HZ_INLINE hz_err
hz_list_clear(hz_list *list, hz_error *err)
{
	return hz_run_none(hz_list_clear_async(list), err);
}

// ---- Looking ----

// The item at the index. Result: value. Since 0.1.
HZ_API hz_future hz_list_get_async(hz_list *list, int32_t index);
HZ_API HZ_INLINE hz_err
hz_list_get(hz_list *list, int32_t index, hz_value *out, hz_error *err)
{
	return hz_run_value(hz_list_get_async(list, index), out, err);
}

// All items in their order. Result: items. Since 0.1.
HZ_API hz_future hz_list_items_async(hz_list *list);
HZ_API HZ_INLINE hz_err
hz_list_items(hz_list *list, hz_items **out, hz_error *err)
{
	return hz_run_items(hz_list_items_async(list), out, err);
}

// The items from the index to the end, in their order; none if the index is the size,
// HZ_ERR_ARGUMENT beyond it. Result: items. Since 0.1.
HZ_API hz_future hz_list_items_from_async(hz_list *list, int32_t index);
HZ_API HZ_INLINE hz_err
hz_list_items_from(hz_list *list, int32_t index, hz_items **out, hz_error *err)
{
	return hz_run_items(hz_list_items_from_async(list, index), out, err);
}

// The items from index `from` up to, but without, index `to`. Result: items. Since 0.1.
HZ_API hz_future hz_list_sub_async(hz_list *list, int32_t from, int32_t to);
HZ_API HZ_INLINE hz_err
hz_list_sub(hz_list *list, int32_t from, int32_t to, hz_items **out, hz_error *err)
{
	return hz_run_items(hz_list_sub_async(list, from, to), out, err);
}

// Where the first item that equals this one stands; -1 if there is none. Result: i32. Since 0.1.
HZ_API hz_future hz_list_index_of_async(hz_list *list, hz_value item);
HZ_API HZ_INLINE hz_err
hz_list_index_of(hz_list *list, hz_value item, int32_t *out, hz_error *err)
{
	return hz_run_i32(hz_list_index_of_async(list, item), out, err);
}

// Where the last item that equals this one stands; -1 if there is none. Result: i32. Since 0.1.
HZ_API hz_future hz_list_last_index_of_async(hz_list *list, hz_value item);
HZ_API HZ_INLINE hz_err
hz_list_last_index_of(hz_list *list, hz_value item, int32_t *out, hz_error *err)
{
	return hz_run_i32(hz_list_last_index_of_async(list, item), out, err);
}

// Whether an item that equals this one is in the list. Result: bool. Since 0.1.
HZ_API hz_future hz_list_contains_async(hz_list *list, hz_value item);
HZ_API HZ_INLINE hz_err
hz_list_contains(hz_list *list, hz_value item, bool *out, hz_error *err)
{
	return hz_run_bool(hz_list_contains_async(list, item), out, err);
}

// Whether each of these items is in the list; true for n = 0. Lends items. Result: bool. Since 0.1.
HZ_API hz_future hz_list_contains_all_async(hz_list *list, const hz_value *items, size_t n);
HZ_API HZ_INLINE hz_err
hz_list_contains_all(hz_list *list, const hz_value *items, size_t n, bool *out, hz_error *err)
{
	return hz_run_bool(hz_list_contains_all_async(list, items, n), out, err);
}

// How many items there are. Result: i32. Since 0.1.
HZ_API hz_future hz_list_size_async(hz_list *list);
HZ_API HZ_INLINE hz_err
hz_list_size(hz_list *list, int32_t *out, hz_error *err)
{
	return hz_run_i32(hz_list_size_async(list), out, err);
}

// Whether there are no items. Result: bool. Since 0.1.
HZ_API hz_future hz_list_is_empty_async(hz_list *list);
HZ_API HZ_INLINE hz_err
hz_list_is_empty(hz_list *list, bool *out, hz_error *err)
{
	return hz_run_bool(hz_list_is_empty_async(list), out, err);
}

// ---- Listening ----

// Listens to items that are added and removed, from now on; as hz_map_listen. options->key must be
// NULL. Since 0.1.
HZ_API hz_err hz_list_listen(hz_list *list, const hz_item_listener *listener,
		const hz_listen_options *options, hz_listener_id *id, hz_error *err);

#ifdef __cplusplus
}
#endif

#endif
