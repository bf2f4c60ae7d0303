// SPDX-License-Identifier: Apache-2.0
#include <hazelcast/map_process.h>

#include "base/fail.h"
#include "protocol/gen/map.h"
#include "proxies/map.h"
#include "proxies/query.h"

#include <stdlib.h>

static hz_err read_id(hzi_call *call, hz_result *out, hz_error *err);

static const hzi_op EXECUTE_ON_KEY = {&HZP_MAP_EXECUTE_ON_KEY, HZ_RESULT_VALUE, 0, NULL};
static const hzi_op SUBMIT_TO_KEY = {&HZP_MAP_SUBMIT_TO_KEY, HZ_RESULT_VALUE, 0, NULL};
static const hzi_op EXECUTE_ON_KEYS = {&HZP_MAP_EXECUTE_ON_KEYS, HZ_RESULT_ITEMS, 0, NULL};
static const hzi_op EXECUTE_ON_ALL = {&HZP_MAP_EXECUTE_ON_ALL_KEYS, HZ_RESULT_ITEMS, 0, NULL};
static const hzi_op EXECUTE_WHERE = {&HZP_MAP_EXECUTE_WITH_PREDICATE, HZ_RESULT_ITEMS, 0, NULL};
static const hzi_op ADD_INTERCEPTOR = {&HZP_MAP_ADD_INTERCEPTOR, HZ_RESULT_VALUE, 0, read_id};
static const hzi_op REMOVE_INTERCEPTOR = {&HZP_MAP_REMOVE_INTERCEPTOR, HZ_RESULT_BOOL, 0, NULL};

// ---- Entry processors ----

_Static_assert(sizeof(hzp_map_submit_to_key_request) == sizeof(hzp_map_execute_on_key_request),
		"same fields");

static hz_future
send_to_key(hz_map *map, const hzi_op *op, hz_value key, hz_value processor)
{
	hzi_call *call;
	hz_future future;
	hzp_bytes data[2];
	if (!hzi_call_begin(hzi_map_handle(map), op, &call, &future)) {
		return future;
	}
	// The key comes first, as it says where the call goes.
	if (!hzi_call_data(call, (hz_value[]){key, processor}, 2, data)) {
		return hzi_call_refused(call);
	}
	return hzi_call_submit(call,
			&(hzp_map_execute_on_key_request){
					.name = hzi_handle_name(&map->handle),
					.entry_processor = data[1],
					.key = data[0],
					.thread_id = call->owner_id,
			});
}

HZ_API hz_future
hz_map_execute_on_key_async(hz_map *map, hz_value key, hz_value processor)
{
	return send_to_key(map, &EXECUTE_ON_KEY, key, processor);
}

HZ_API hz_future
hz_map_submit_to_key_async(hz_map *map, hz_value key, hz_value processor)
{
	return send_to_key(map, &SUBMIT_TO_KEY, key, processor);
}

// All in one list: the processor, then the keys.
static hz_future
send_to_keys(hzi_call *call, const hz_map *map, const hz_value *keys, size_t n, hz_value processor)
{
	hzp_list data;
	hz_value *all = calloc(n + 1, sizeof(*all));
	if (all == NULL) {
		return hzi_call_refuse(call, HZ_ERR_MEMORY, "no memory for the keys");
	}
	all[0] = processor;
	if (n != 0) {
		memcpy(all + 1, keys, n * sizeof(*keys));
	}
	bool written = hzi_call_values(call, all, n + 1, &data);
	free(all);
	if (!written) {
		return hzi_call_refused(call);
	}
	const hzp_bytes *items = data.items;
	return hzi_call_submit(call,
			&(hzp_map_execute_on_keys_request){
					.name = hzi_handle_name(&map->handle),
					.entry_processor = items[0],
					.keys = HZP_LIST(items + 1, n),
			});
}

HZ_API hz_future
hz_map_execute_on_keys_async(hz_map *map, const hz_value *keys, size_t n, hz_value processor)
{
	hzi_call *call;
	hz_future future;
	if (!hzi_call_begin(hzi_map_handle(map), &EXECUTE_ON_KEYS, &call, &future)) {
		return future;
	}
	if (n > 0 && keys == NULL) {
		return hzi_call_refuse(call, HZ_ERR_ARGUMENT, "keys is NULL");
	}
	if (n > INT32_MAX / 64) {
		return hzi_call_refuse(call, HZ_ERR_LIMIT, "too many keys for one call");
	}
	return send_to_keys(call, map, keys, n, processor);
}

HZ_API hz_future
hz_map_execute_on_entries_async(hz_map *map, hz_value processor, const hz_pred *pred)
{
	hzi_call *call;
	hz_future future;
	const hzi_op *op = pred != NULL ? &EXECUTE_WHERE : &EXECUTE_ON_ALL;
	if (!hzi_call_begin(hzi_map_handle(map), op, &call, &future)) {
		return future;
	}
	// For all keys the request is the same without its last field.
	hzp_map_execute_with_predicate_request request = {.name = hzi_handle_name(&map->handle)};
	if (!hzi_call_data(call, &processor, 1, &request.entry_processor) ||
			(pred != NULL && !hzi_call_predicate(call, pred, &request.predicate))) {
		return hzi_call_refused(call);
	}
	return hzi_call_submit(call, &request);
}

// ---- Interceptors ----

static hz_err
read_id(hzi_call *call, hz_result *out, hz_error *err)
{
	hzp_map_add_interceptor_response response;
	hz_err e = hzi_call_decode(call, &response, err);
	if (e != HZ_OK) {
		return e;
	}
	hz_value id = hz_strn((const char *)response.response.p, response.response.n);
	return hz_value_copy(&id, &out->u.value, err);
}

HZ_API hz_future
hz_map_add_interceptor_async(hz_map *map, hz_value interceptor)
{
	return hzi_send_value(hzi_map_handle(map), &ADD_INTERCEPTOR, interceptor);
}

HZ_API hz_future
hz_map_remove_interceptor_async(hz_map *map, const char *id)
{
	hzi_call *call;
	hz_future future;
	if (!hzi_call_begin(hzi_map_handle(map), &REMOVE_INTERCEPTOR, &call, &future)) {
		return future;
	}
	if (id == NULL) {
		return hzi_call_refuse(call, HZ_ERR_ARGUMENT, "id is NULL");
	}
	return hzi_call_submit(call,
			&(hzp_map_remove_interceptor_request){
					.name = hzi_handle_name(&map->handle),
					.id = hzp_str(id),
			});
}
