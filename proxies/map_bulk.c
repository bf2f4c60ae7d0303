// SPDX-License-Identifier: Apache-2.0
#include "base/fail.h"
#include "core/items.h"
#include "protocol/gen/map.h"
#include "proxies/fan_out.h"
#include "proxies/map.h"

static hz_err collect(hzi_call *parent, hz_result *out, hz_error *err);

// Calls on many keys: the parent's row, and its children's.
static const hzi_op GET_ALL = {NULL, HZ_RESULT_ITEMS, 0, collect};
static const hzi_op GET_SOME = {&HZP_MAP_GET_ALL, HZ_RESULT_ITEMS, 0, NULL};
static const hzi_op PUT_ALL = {NULL, HZ_RESULT_NONE, 0, NULL};
static const hzi_op PUT_SOME = {&HZP_MAP_PUT_ALL, HZ_RESULT_NONE, 0, NULL};

static const hzi_op LOAD_ALL = {&HZP_MAP_LOAD_ALL, HZ_RESULT_NONE, 0, NULL};
static const hzi_op LOAD_KEYS = {&HZP_MAP_LOAD_GIVEN_KEYS, HZ_RESULT_NONE, 0, NULL};
static const hzi_op KEY_SET = {&HZP_MAP_KEY_SET, HZ_RESULT_ITEMS, 0, NULL};
static const hzi_op VALUES = {&HZP_MAP_VALUES, HZ_RESULT_ITEMS, 0, NULL};
static const hzi_op ENTRY_SET = {&HZP_MAP_ENTRY_SET, HZ_RESULT_ITEMS, 0, NULL};

// ---- Many keys ----

static void
submit_get(hzi_handle *handle, hzi_call *parent, hzi_call *child, hzp_list part, void *room)
{
	(void)room;
	hzi_join_child_submit(parent, child,
			&(hzp_map_get_all_request){
					.name = hzi_handle_name(handle),
					.keys = part,
			});
}

static void
submit_entries(hzi_handle *handle, hzi_call *parent, hzi_call *child, hzp_list part, bool load)
{
	hzi_join_child_submit(parent, child,
			&(hzp_map_put_all_request){
					.name = hzi_handle_name(handle),
					.entries = part,
					.trigger_map_loader = load,
			});
}

static void
submit_put(hzi_handle *handle, hzi_call *parent, hzi_call *child, hzp_list part, void *room)
{
	(void)room;
	submit_entries(handle, parent, child, part, true);
}

static void
submit_set(hzi_handle *handle, hzi_call *parent, hzi_call *child, hzp_list part, void *room)
{
	(void)room;
	submit_entries(handle, parent, child, part, false);
}

static hz_err
collect(hzi_call *parent, hz_result *out, hz_error *err)
{
	uint32_t n = hzi_join_count(parent);
	hz_items *items = hzi_items_new(n, parent->client->config->big_endian);
	if (items == NULL) {
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for the items");
	}
	for (uint32_t i = 0; i < n; i++) {
		const hzi_call *child = hzi_join_child(parent, i);
		hzp_map_get_all_response response;
		hz_err e = hzi_call_decode(child, &response, err);
		if (e != HZ_OK) {
			hz_items_destroy(&items);
			return e;
		}
		hzi_items_add(items, &child->response, &response.response, true);
	}
	out->u.items = items;
	return HZ_OK;
}

HZ_API hz_future
hz_map_get_all_async(hz_map *map, const hz_value *keys, size_t n)
{
	static const hzi_fan_out how = {&GET_ALL, &GET_SOME, submit_get, 0};
	return hzi_fan_out_send(hzi_map_handle(map), &how, keys, NULL, n);
}

HZ_API hz_future
hz_map_put_all_async(hz_map *map, const hz_entry *entries, size_t n)
{
	static const hzi_fan_out how = {&PUT_ALL, &PUT_SOME, submit_put, 0};
	return hzi_fan_out_send(hzi_map_handle(map), &how, NULL, entries, n);
}

HZ_API hz_future
hz_map_set_all_async(hz_map *map, const hz_entry *entries, size_t n)
{
	static const hzi_fan_out how = {&PUT_ALL, &PUT_SOME, submit_set, 0};
	return hzi_fan_out_send(hzi_map_handle(map), &how, NULL, entries, n);
}

// ---- The whole map ----

HZ_API hz_future
hz_map_load_all_async(hz_map *map, bool replace_existing)
{
	hzi_call *call;
	hz_future future;
	if (!hzi_call_begin(hzi_map_handle(map), &LOAD_ALL, &call, &future)) {
		return future;
	}
	return hzi_call_submit(call,
			&(hzp_map_load_all_request){
					.name = hzi_handle_name(&map->handle),
					.replace_existing_values = replace_existing,
			});
}

HZ_API hz_future
hz_map_load_keys_async(hz_map *map, const hz_value *keys, size_t n, bool replace_existing)
{
	hzi_call *call;
	hz_future future;
	if (!hzi_call_begin(hzi_map_handle(map), &LOAD_KEYS, &call, &future)) {
		return future;
	}
	hzp_map_load_given_keys_request request = {
			.name = hzi_handle_name(&map->handle),
			.replace_existing_values = replace_existing,
	};
	if (!hzi_call_values(call, keys, n, &request.keys)) {
		return hzi_call_refused(call);
	}
	return hzi_call_submit(call, &request);
}

HZ_API hz_future
hz_map_key_set_async(hz_map *map)
{
	return hzi_send_name(hzi_map_handle(map), &KEY_SET);
}

HZ_API hz_future
hz_map_values_async(hz_map *map)
{
	return hzi_send_name(hzi_map_handle(map), &VALUES);
}

HZ_API hz_future
hz_map_entry_set_async(hz_map *map)
{
	return hzi_send_name(hzi_map_handle(map), &ENTRY_SET);
}
