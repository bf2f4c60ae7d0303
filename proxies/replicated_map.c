// SPDX-License-Identifier: Apache-2.0
#include "protocol/gen/replicated_map.h"
#include "proxies/entry_listen.h"
#include "proxies/handle_api.h"

#include <hazelcast/object.h>
#include <hazelcast/replicated_map.h>

struct hz_replicated_map {
	hzi_handle handle;
};

static const hzi_op PUT = {&HZP_REPLICATED_MAP_PUT, HZ_RESULT_VALUE, 0, NULL};
static const hzi_op PUT_ALL = {&HZP_REPLICATED_MAP_PUT_ALL, HZ_RESULT_NONE, 0, NULL};
static const hzi_op REMOVE = {&HZP_REPLICATED_MAP_REMOVE, HZ_RESULT_VALUE, 0, NULL};
static const hzi_op CLEAR = {&HZP_REPLICATED_MAP_CLEAR, HZ_RESULT_NONE, 0, NULL};
static const hzi_op GET = {&HZP_REPLICATED_MAP_GET, HZ_RESULT_VALUE, 0, NULL};
static const hzi_op CONTAINS_KEY = {&HZP_REPLICATED_MAP_CONTAINS_KEY, HZ_RESULT_BOOL, 0, NULL};
static const hzi_op CONTAINS_VALUE = {&HZP_REPLICATED_MAP_CONTAINS_VALUE, HZ_RESULT_BOOL, 0, NULL};
static const hzi_op SIZE = {&HZP_REPLICATED_MAP_SIZE, HZ_RESULT_I32, 0, NULL};
static const hzi_op IS_EMPTY = {&HZP_REPLICATED_MAP_IS_EMPTY, HZ_RESULT_BOOL, 0, NULL};
static const hzi_op KEY_SET = {&HZP_REPLICATED_MAP_KEY_SET, HZ_RESULT_ITEMS, 0, NULL};
static const hzi_op VALUES = {&HZP_REPLICATED_MAP_VALUES, HZ_RESULT_ITEMS, 0, NULL};
static const hzi_op ENTRY_SET = {&HZP_REPLICATED_MAP_ENTRY_SET, HZ_RESULT_ITEMS, 0, NULL};

HZI_HANDLE_API(replicated_map, HZ_SERVICE_REPLICATED_MAP)

// ---- Changing ----

HZ_API hz_future
hz_replicated_map_put_async(hz_replicated_map *map, hz_value key, hz_value value, int64_t ttl_ms)
{
	hzi_call *call;
	hz_future future;
	hzp_bytes data[2];
	if (!hzi_call_begin(handle_of(map), &PUT, &call, &future)) {
		return future;
	}
	if (ttl_ms < 0) {
		return hzi_call_refuse(call, HZ_ERR_ARGUMENT, "negative time to live");
	}
	if (!hzi_call_data(call, (hz_value[]){key, value}, 2, data)) {
		return hzi_call_refused(call);
	}
	return hzi_call_submit(call,
			&(hzp_replicated_map_put_request){
					.name = hzi_handle_name(&map->handle),
					.key = data[0],
					.value = data[1],
					.ttl = ttl_ms,
			});
}

HZ_API hz_future
hz_replicated_map_put_all_async(hz_replicated_map *map, const hz_entry *entries, size_t n)
{
	hzi_call *call;
	hz_future future;
	if (!hzi_call_begin(handle_of(map), &PUT_ALL, &call, &future)) {
		return future;
	}
	hzp_replicated_map_put_all_request request = {
			.name = hzi_handle_name(&map->handle),
			.entries = HZP_EMPTY_LIST,
	};
	if (!hzi_call_entries(call, entries, n, &request.entries)) {
		return hzi_call_refused(call);
	}
	return hzi_call_submit(call, &request);
}

HZ_API hz_future
hz_replicated_map_remove_async(hz_replicated_map *map, hz_value key)
{
	return hzi_send_value(handle_of(map), &REMOVE, key);
}

HZ_API hz_future
hz_replicated_map_clear_async(hz_replicated_map *map)
{
	return hzi_send_name(handle_of(map), &CLEAR);
}

// ---- Looking at one key, in the member that owns it ----

HZ_API hz_future
hz_replicated_map_get_async(hz_replicated_map *map, hz_value key)
{
	return hzi_send_value(handle_of(map), &GET, key);
}

HZ_API hz_future
hz_replicated_map_contains_key_async(hz_replicated_map *map, hz_value key)
{
	return hzi_send_value(handle_of(map), &CONTAINS_KEY, key);
}

// ---- Looking at the whole, in one member ----

// Every member has the whole map. All calls of one client that look at it go by one partition, so
// that they are answered from one replica, which does not step back in time; clients differ in
// theirs, so that they share the load.
static void
to_replica(hzi_call *call, const hzi_handle *handle)
{
	call->hash = (int32_t)((uint32_t)handle->name_hash ^
			(uint32_t)hz_client_uuid(handle->client).lsb);
	hzi_call_to_partition(call, -1);
}

static hz_future
look(hz_replicated_map *map, const hzi_op *op)
{
	hzi_call *call;
	hz_future future;
	if (!hzi_call_begin(handle_of(map), op, &call, &future)) {
		return future;
	}
	to_replica(call, &map->handle);
	return hzi_call_submit(call,
			&(hzp_replicated_map_size_request){
					.name = hzi_handle_name(&map->handle),
			});
}

HZ_API hz_future
hz_replicated_map_contains_value_async(hz_replicated_map *map, hz_value value)
{
	hzi_call *call;
	hz_future future;
	if (!hzi_call_begin(handle_of(map), &CONTAINS_VALUE, &call, &future)) {
		return future;
	}
	hzp_replicated_map_contains_value_request request = {
			.name = hzi_handle_name(&map->handle),
	};
	if (!hzi_call_data(call, &value, 1, &request.value)) {
		return hzi_call_refused(call);
	}
	to_replica(call, &map->handle);
	return hzi_call_submit(call, &request);
}

HZ_API hz_future
hz_replicated_map_size_async(hz_replicated_map *map)
{
	return look(map, &SIZE);
}

HZ_API hz_future
hz_replicated_map_is_empty_async(hz_replicated_map *map)
{
	return look(map, &IS_EMPTY);
}

HZ_API hz_future
hz_replicated_map_key_set_async(hz_replicated_map *map)
{
	return look(map, &KEY_SET);
}

HZ_API hz_future
hz_replicated_map_values_async(hz_replicated_map *map)
{
	return look(map, &VALUES);
}

HZ_API hz_future
hz_replicated_map_entry_set_async(hz_replicated_map *map)
{
	return look(map, &ENTRY_SET);
}

// ---- Listening ----

static const hzi_op ADD_LISTENER = {
		&HZP_REPLICATED_MAP_ADD_ENTRY_LISTENER, HZ_RESULT_OBJECT, HZI_OP_REGISTERS, NULL};
static const hzi_op ADD_LISTENER_TO_KEY = {&HZP_REPLICATED_MAP_ADD_ENTRY_LISTENER_TO_KEY,
		HZ_RESULT_OBJECT, HZI_OP_REGISTERS, NULL};
static const hzi_op ADD_LISTENER_WHERE = {&HZP_REPLICATED_MAP_ADD_ENTRY_LISTENER_WITH_PREDICATE,
		HZ_RESULT_OBJECT, HZI_OP_REGISTERS, NULL};
static const hzi_op ADD_LISTENER_TO_KEY_WHERE = {
		&HZP_REPLICATED_MAP_ADD_ENTRY_LISTENER_TO_KEY_WITH_PREDICATE, HZ_RESULT_OBJECT,
		HZI_OP_REGISTERS, NULL};
static const hzi_op REMOVE_LISTENER = {
		&HZP_REPLICATED_MAP_REMOVE_ENTRY_LISTENER, HZ_RESULT_BOOL, 0, NULL};

static void
fill_add(const hzi_listener *base, bool local, void *request)
{
	*(hzp_replicated_map_add_entry_listener_request *)request =
			(hzp_replicated_map_add_entry_listener_request){
					.name = hzp_str(base->name),
					.local_only = local,
			};
}

static void
fill_add_to_key(const hzi_listener *base, bool local, void *request)
{
	const hzi_entry_listener *l = HZI_OUTER(base, hzi_entry_listener, base);
	*(hzp_replicated_map_add_entry_listener_to_key_request *)request =
			(hzp_replicated_map_add_entry_listener_to_key_request){
					.name = hzp_str(base->name),
					.key = hzi_entry_key(l),
					.local_only = local,
			};
}

static void
fill_add_where(const hzi_listener *base, bool local, void *request)
{
	const hzi_entry_listener *l = HZI_OUTER(base, hzi_entry_listener, base);
	*(hzp_replicated_map_add_entry_listener_with_predicate_request *)request =
			(hzp_replicated_map_add_entry_listener_with_predicate_request){
					.name = hzp_str(base->name),
					.predicate = hzi_entry_predicate(l),
					.local_only = local,
			};
}

static void
fill_add_to_key_where(const hzi_listener *base, bool local, void *request)
{
	const hzi_entry_listener *l = HZI_OUTER(base, hzi_entry_listener, base);
	*(hzp_replicated_map_add_entry_listener_to_key_with_predicate_request *)request =
			(hzp_replicated_map_add_entry_listener_to_key_with_predicate_request){
					.name = hzp_str(base->name),
					.key = hzi_entry_key(l),
					.predicate = hzi_entry_predicate(l),
					.local_only = local,
			};
}

HZ_API hz_err
hz_replicated_map_listen(hz_replicated_map *map, const hz_entry_listener *listener,
		const hz_listen_options *options, hz_listener_id *id, hz_error *err)
{
	static const hzi_listener_class all_keys =
			HZI_ENTRY_CLASS(&ADD_LISTENER, &REMOVE_LISTENER, fill_add);
	static const hzi_listener_class one_key =
			HZI_ENTRY_CLASS(&ADD_LISTENER_TO_KEY, &REMOVE_LISTENER, fill_add_to_key);
	static const hzi_listener_class all_where =
			HZI_ENTRY_CLASS(&ADD_LISTENER_WHERE, &REMOVE_LISTENER, fill_add_where);
	static const hzi_listener_class key_where = HZI_ENTRY_CLASS(
			&ADD_LISTENER_TO_KEY_WHERE, &REMOVE_LISTENER, fill_add_to_key_where);
	static const hzi_entry_classes classes = {&all_keys, &one_key, &all_where, &key_where};
	return hzi_entry_listen(handle_of(map), &classes, listener, options, id, err);
}
