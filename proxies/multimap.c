// SPDX-License-Identifier: Apache-2.0
#include "protocol/gen/multi_map.h"
#include "proxies/entry_listen.h"
#include "proxies/fan_out.h"
#include "proxies/handle_api.h"
#include "proxies/key_lock.h"

#include <hazelcast/multimap.h>
#include <hazelcast/object.h>

struct hz_multimap {
	hzi_handle handle;
};

static const hzi_op PUT = {&HZP_MULTI_MAP_PUT, HZ_RESULT_BOOL, 0, NULL};
static const hzi_op PUT_ALL = {NULL, HZ_RESULT_NONE, 0, NULL};
static const hzi_op PUT_SOME = {&HZP_MULTI_MAP_PUT_ALL, HZ_RESULT_NONE, 0, NULL};
static const hzi_op GET = {&HZP_MULTI_MAP_GET, HZ_RESULT_ITEMS, 0, NULL};
static const hzi_op REMOVE = {&HZP_MULTI_MAP_REMOVE_ENTRY, HZ_RESULT_BOOL, 0, NULL};
static const hzi_op REMOVE_ALL = {&HZP_MULTI_MAP_REMOVE, HZ_RESULT_ITEMS, 0, NULL};
static const hzi_op DELETE = {&HZP_MULTI_MAP_DELETE, HZ_RESULT_NONE, 0, NULL};
static const hzi_op CLEAR = {&HZP_MULTI_MAP_CLEAR, HZ_RESULT_NONE, 0, NULL};
static const hzi_op CONTAINS_KEY = {&HZP_MULTI_MAP_CONTAINS_KEY, HZ_RESULT_BOOL, 0, NULL};
static const hzi_op CONTAINS_VALUE = {&HZP_MULTI_MAP_CONTAINS_VALUE, HZ_RESULT_BOOL, 0, NULL};
static const hzi_op CONTAINS_ENTRY = {&HZP_MULTI_MAP_CONTAINS_ENTRY, HZ_RESULT_BOOL, 0, NULL};
static const hzi_op VALUE_COUNT = {&HZP_MULTI_MAP_VALUE_COUNT, HZ_RESULT_I32, 0, NULL};
static const hzi_op SIZE = {&HZP_MULTI_MAP_SIZE, HZ_RESULT_I32, 0, NULL};
static const hzi_op KEY_SET = {&HZP_MULTI_MAP_KEY_SET, HZ_RESULT_ITEMS, 0, NULL};
static const hzi_op VALUES = {&HZP_MULTI_MAP_VALUES, HZ_RESULT_ITEMS, 0, NULL};
static const hzi_op ENTRY_SET = {&HZP_MULTI_MAP_ENTRY_SET, HZ_RESULT_ITEMS, 0, NULL};

HZI_HANDLE_API(multimap, HZ_SERVICE_MULTIMAP)

// ---- Changing ----

HZ_API hz_future
hz_multimap_put_async(hz_multimap *multimap, hz_value key, hz_value value)
{
	return hzi_send_entry(handle_of(multimap), &PUT, key, value);
}

// The message has a list of values for each key; keys may come again, so each value is a list.
static void
submit_put(hzi_handle *handle, hzi_call *parent, hzi_call *child, hzp_list part, void *room)
{
	const hzp_entry_data_data *pairs = part.items;
	hzp_entry_data_list_data *entries = room;
	for (uint32_t i = 0; i < part.count; i++) {
		entries[i].key = pairs[i].key;
		entries[i].value = HZP_LIST(&pairs[i].value, 1);
	}
	hzi_join_child_submit(parent, child,
			&(hzp_multi_map_put_all_request){
					.name = hzi_handle_name(handle),
					.entries = HZP_LIST(entries, part.count),
			});
}

HZ_API hz_future
hz_multimap_put_all_async(hz_multimap *multimap, const hz_entry *entries, size_t n)
{
	static const hzi_fan_out how = {
			&PUT_ALL, &PUT_SOME, submit_put, sizeof(hzp_entry_data_list_data)};
	return hzi_fan_out_send(handle_of(multimap), &how, NULL, entries, n);
}

HZ_API hz_future
hz_multimap_remove_async(hz_multimap *multimap, hz_value key, hz_value value)
{
	return hzi_send_entry(handle_of(multimap), &REMOVE, key, value);
}

HZ_API hz_future
hz_multimap_remove_all_async(hz_multimap *multimap, hz_value key)
{
	return hzi_send_key(handle_of(multimap), &REMOVE_ALL, key);
}

HZ_API hz_future
hz_multimap_delete_async(hz_multimap *multimap, hz_value key)
{
	return hzi_send_key(handle_of(multimap), &DELETE, key);
}

HZ_API hz_future
hz_multimap_clear_async(hz_multimap *multimap)
{
	return hzi_send_name(handle_of(multimap), &CLEAR);
}

// ---- Looking ----

HZ_API hz_future
hz_multimap_get_async(hz_multimap *multimap, hz_value key)
{
	return hzi_send_key(handle_of(multimap), &GET, key);
}

HZ_API hz_future
hz_multimap_value_count_async(hz_multimap *multimap, hz_value key)
{
	return hzi_send_key(handle_of(multimap), &VALUE_COUNT, key);
}

HZ_API hz_future
hz_multimap_contains_key_async(hz_multimap *multimap, hz_value key)
{
	return hzi_send_key(handle_of(multimap), &CONTAINS_KEY, key);
}

HZ_API hz_future
hz_multimap_contains_value_async(hz_multimap *multimap, hz_value value)
{
	return hzi_send_value(handle_of(multimap), &CONTAINS_VALUE, value);
}

HZ_API hz_future
hz_multimap_contains_entry_async(hz_multimap *multimap, hz_value key, hz_value value)
{
	return hzi_send_entry(handle_of(multimap), &CONTAINS_ENTRY, key, value);
}

HZ_API hz_future
hz_multimap_size_async(hz_multimap *multimap)
{
	return hzi_send_name(handle_of(multimap), &SIZE);
}

HZ_API hz_future
hz_multimap_key_set_async(hz_multimap *multimap)
{
	return hzi_send_name(handle_of(multimap), &KEY_SET);
}

HZ_API hz_future
hz_multimap_values_async(hz_multimap *multimap)
{
	return hzi_send_name(handle_of(multimap), &VALUES);
}

HZ_API hz_future
hz_multimap_entry_set_async(hz_multimap *multimap)
{
	return hzi_send_name(handle_of(multimap), &ENTRY_SET);
}

// ---- Locking ----

static const hzi_lock_rows LOCKS = {
		.lock = {&HZP_MULTI_MAP_LOCK, HZ_RESULT_NONE, HZI_OP_WAITS | HZI_OP_OWNER, NULL},
		.lock_in_time = {&HZP_MULTI_MAP_TRY_LOCK, HZ_RESULT_NONE, HZI_OP_OWNER,
				hzi_need_lock},
		.try_lock = {&HZP_MULTI_MAP_TRY_LOCK, HZ_RESULT_BOOL, HZI_OP_OWNER, NULL},
		.unlock = {&HZP_MULTI_MAP_UNLOCK, HZ_RESULT_NONE, 0, NULL},
		.force_unlock = {&HZP_MULTI_MAP_FORCE_UNLOCK, HZ_RESULT_NONE, 0, NULL},
		.is_locked = {&HZP_MULTI_MAP_IS_LOCKED, HZ_RESULT_BOOL, 0, NULL},
};

HZ_API hz_future
hz_multimap_lock_async(hz_multimap *multimap, hz_value key, const hz_lock_options *options)
{
	return hzi_key_lock(handle_of(multimap), &LOCKS, key, options);
}

HZ_API hz_future
hz_multimap_try_lock_async(hz_multimap *multimap, hz_value key, int64_t timeout_ms,
		const hz_lock_options *options)
{
	return hzi_key_try_lock(handle_of(multimap), &LOCKS, key, timeout_ms, options);
}

HZ_API hz_future
hz_multimap_unlock_async(hz_multimap *multimap, hz_value key)
{
	return hzi_key_unlock(handle_of(multimap), &LOCKS, key);
}

HZ_API hz_future
hz_multimap_force_unlock_async(hz_multimap *multimap, hz_value key)
{
	return hzi_key_force_unlock(handle_of(multimap), &LOCKS, key);
}

HZ_API hz_future
hz_multimap_is_locked_async(hz_multimap *multimap, hz_value key)
{
	return hzi_key_is_locked(handle_of(multimap), &LOCKS, key);
}

// ---- Listening ----

static const hzi_op ADD_LISTENER = {
		&HZP_MULTI_MAP_ADD_ENTRY_LISTENER, HZ_RESULT_OBJECT, HZI_OP_REGISTERS, NULL};
static const hzi_op ADD_LISTENER_TO_KEY = {
		&HZP_MULTI_MAP_ADD_ENTRY_LISTENER_TO_KEY, HZ_RESULT_OBJECT, HZI_OP_REGISTERS, NULL};
static const hzi_op REMOVE_LISTENER = {
		&HZP_MULTI_MAP_REMOVE_ENTRY_LISTENER, HZ_RESULT_BOOL, 0, NULL};

static void
fill_add(const hzi_listener *base, bool local, void *request)
{
	const hzi_entry_listener *l = HZI_OUTER(base, hzi_entry_listener, base);
	*(hzp_multi_map_add_entry_listener_request *)request =
			(hzp_multi_map_add_entry_listener_request){
					.name = hzp_str(base->name),
					.include_value = l->include_value,
					.local_only = local,
			};
}

static void
fill_add_to_key(const hzi_listener *base, bool local, void *request)
{
	const hzi_entry_listener *l = HZI_OUTER(base, hzi_entry_listener, base);
	*(hzp_multi_map_add_entry_listener_to_key_request *)request =
			(hzp_multi_map_add_entry_listener_to_key_request){
					.name = hzp_str(base->name),
					.key = hzi_entry_key(l),
					.include_value = l->include_value,
					.local_only = local,
			};
}

HZ_API hz_err
hz_multimap_listen(hz_multimap *multimap, const hz_entry_listener *listener,
		const hz_listen_options *options, hz_listener_id *id, hz_error *err)
{
	static const hzi_listener_class all_keys =
			HZI_ENTRY_CLASS(&ADD_LISTENER, &REMOVE_LISTENER, fill_add);
	static const hzi_listener_class one_key =
			HZI_ENTRY_CLASS(&ADD_LISTENER_TO_KEY, &REMOVE_LISTENER, fill_add_to_key);
	static const hzi_entry_classes classes = {&all_keys, &one_key, NULL, NULL};
	return hzi_entry_listen(handle_of(multimap), &classes, listener, options, id, err);
}
