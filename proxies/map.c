// SPDX-License-Identifier: Apache-2.0
#include "proxies/map.h"

#include "protocol/gen/map.h"
#include "proxies/handle_api.h"

#include <hazelcast/object.h>

static const hzi_op GET = {&HZP_MAP_GET, HZ_RESULT_VALUE, 0, NULL};
static const hzi_op CONTAINS_KEY = {&HZP_MAP_CONTAINS_KEY, HZ_RESULT_BOOL, 0, NULL};
static const hzi_op CONTAINS_VALUE = {&HZP_MAP_CONTAINS_VALUE, HZ_RESULT_BOOL, 0, NULL};
static const hzi_op SIZE = {&HZP_MAP_SIZE, HZ_RESULT_I32, 0, NULL};
static const hzi_op IS_EMPTY = {&HZP_MAP_IS_EMPTY, HZ_RESULT_BOOL, 0, NULL};
static const hzi_op TRY_PUT = {&HZP_MAP_TRY_PUT, HZ_RESULT_BOOL, 0, NULL};
static const hzi_op REPLACE = {&HZP_MAP_REPLACE, HZ_RESULT_VALUE, 0, NULL};
static const hzi_op REPLACE_IF_SAME = {&HZP_MAP_REPLACE_IF_SAME, HZ_RESULT_BOOL, 0, NULL};
static const hzi_op SET_TTL = {&HZP_MAP_SET_TTL, HZ_RESULT_BOOL, 0, NULL};
static const hzi_op REMOVE = {&HZP_MAP_REMOVE, HZ_RESULT_VALUE, 0, NULL};
static const hzi_op REMOVE_IF_SAME = {&HZP_MAP_REMOVE_IF_SAME, HZ_RESULT_BOOL, 0, NULL};
static const hzi_op DELETE = {&HZP_MAP_DELETE, HZ_RESULT_NONE, 0, NULL};
static const hzi_op TRY_REMOVE = {&HZP_MAP_TRY_REMOVE, HZ_RESULT_BOOL, 0, NULL};
static const hzi_op EVICT = {&HZP_MAP_EVICT, HZ_RESULT_BOOL, 0, NULL};
static const hzi_op EVICT_ALL = {&HZP_MAP_EVICT_ALL, HZ_RESULT_NONE, 0, NULL};
static const hzi_op CLEAR = {&HZP_MAP_CLEAR, HZ_RESULT_NONE, 0, NULL};
static const hzi_op FLUSH = {&HZP_MAP_FLUSH, HZ_RESULT_NONE, 0, NULL};

// Writes come in pairs: the second message also says how long the entry may stay unread.
typedef struct put_pair {
	hzi_op plain;
	hzi_op idle;
} put_pair;

static const put_pair PUT = {
		{&HZP_MAP_PUT, HZ_RESULT_VALUE, 0, NULL},
		{&HZP_MAP_PUT_WITH_MAX_IDLE, HZ_RESULT_VALUE, 0, NULL},
};
static const put_pair SET = {
		{&HZP_MAP_SET, HZ_RESULT_NONE, 0, NULL},
		{&HZP_MAP_SET_WITH_MAX_IDLE, HZ_RESULT_NONE, 0, NULL},
};
static const put_pair PUT_IF_ABSENT = {
		{&HZP_MAP_PUT_IF_ABSENT, HZ_RESULT_VALUE, 0, NULL},
		{&HZP_MAP_PUT_IF_ABSENT_WITH_MAX_IDLE, HZ_RESULT_VALUE, 0, NULL},
};
static const put_pair PUT_TRANSIENT = {
		{&HZP_MAP_PUT_TRANSIENT, HZ_RESULT_NONE, 0, NULL},
		{&HZP_MAP_PUT_TRANSIENT_WITH_MAX_IDLE, HZ_RESULT_NONE, 0, NULL},
};

HZI_HANDLE_API(map, HZ_SERVICE_MAP)

// ---- Reading ----

HZ_API hz_future
hz_map_get_async(hz_map *map, hz_value key)
{
	return hzi_send_key(handle_of(map), &GET, key);
}

HZ_API hz_future
hz_map_contains_key_async(hz_map *map, hz_value key)
{
	return hzi_send_key(handle_of(map), &CONTAINS_KEY, key);
}

HZ_API hz_future
hz_map_contains_value_async(hz_map *map, hz_value value)
{
	return hzi_send_value(handle_of(map), &CONTAINS_VALUE, value);
}

HZ_API hz_future
hz_map_size_async(hz_map *map)
{
	return hzi_send_name(handle_of(map), &SIZE);
}

HZ_API hz_future
hz_map_is_empty_async(hz_map *map)
{
	return hzi_send_name(handle_of(map), &IS_EMPTY);
}

// ---- Writing ----

// Members take 0 for "without end" and a negative number for "as the map is configured".
static int64_t
to_wire(int64_t ms)
{
	return ms == HZ_FOREVER ? 0 : ms == 0 ? -1 : ms;
}

// The idle form's struct is the plain one's with one field more at its end.
typedef struct put_request {
	hzp_bytes name;
	hzp_bytes data[2];
	int64_t thread_id;
	int64_t ttl;
	int64_t max_idle;
} put_request;

_Static_assert(sizeof(put_request) == sizeof(hzp_map_put_with_max_idle_request), "same fields");
_Static_assert(offsetof(put_request, ttl) == offsetof(hzp_map_put_request, ttl), "same fields");

static hz_future
put(hz_map *map, const put_pair *pair, hz_value key, hz_value value, const hz_put_options *given)
{
	hzi_call *call;
	hz_future future;
	hz_put_options options;
	bool valid = hzi_options_copy(&options, sizeof(options), given) &&
			hzi_timeout_valid(options.ttl_ms) && hzi_timeout_valid(options.max_idle_ms);
	const hzi_op *op = options.max_idle_ms == 0 ? &pair->plain : &pair->idle;
	if (!hzi_call_begin(handle_of(map), op, &call, &future)) {
		return future;
	}
	if (!valid) {
		return hzi_call_refuse(call, HZ_ERR_ARGUMENT,
				"put options without their size, or a negative time");
	}
	put_request request = {
			.name = hzi_handle_name(&map->handle),
			.thread_id = call->owner_id,
			.ttl = to_wire(options.ttl_ms),
			.max_idle = to_wire(options.max_idle_ms),
	};
	if (!hzi_call_data(call, (hz_value[]){key, value}, 2, request.data)) {
		return hzi_call_refused(call);
	}
	return hzi_call_submit(call, &request);
}

HZ_API hz_future
hz_map_put_async(hz_map *map, hz_value key, hz_value value, const hz_put_options *options)
{
	return put(map, &PUT, key, value, options);
}

HZ_API hz_future
hz_map_set_async(hz_map *map, hz_value key, hz_value value, const hz_put_options *options)
{
	return put(map, &SET, key, value, options);
}

HZ_API hz_future
hz_map_put_if_absent_async(hz_map *map, hz_value key, hz_value value, const hz_put_options *options)
{
	return put(map, &PUT_IF_ABSENT, key, value, options);
}

HZ_API hz_future
hz_map_put_transient_async(hz_map *map, hz_value key, hz_value value, const hz_put_options *options)
{
	return put(map, &PUT_TRANSIENT, key, value, options);
}

HZ_API hz_future
hz_map_try_put_async(hz_map *map, hz_value key, hz_value value, int64_t timeout_ms)
{
	hzi_call *call;
	hz_future future;
	hzp_bytes data[2];
	if (!hzi_call_begin(handle_of(map), &TRY_PUT, &call, &future)) {
		return future;
	}
	if (!hzi_timeout_valid(timeout_ms)) {
		return hzi_call_refuse(call, HZ_ERR_ARGUMENT, "negative timeout");
	}
	if (!hzi_call_data(call, (hz_value[]){key, value}, 2, data)) {
		return hzi_call_refused(call);
	}
	hzi_call_waits(call, timeout_ms);
	return hzi_call_submit(call,
			&(hzp_map_try_put_request){
					.name = hzi_handle_name(&map->handle),
					.key = data[0],
					.value = data[1],
					.thread_id = call->owner_id,
					.timeout = timeout_ms,
			});
}

HZ_API hz_future
hz_map_replace_async(hz_map *map, hz_value key, hz_value value)
{
	return hzi_send_entry(handle_of(map), &REPLACE, key, value);
}

HZ_API hz_future
hz_map_replace_if_same_async(hz_map *map, hz_value key, hz_value expected, hz_value value)
{
	hzi_call *call;
	hz_future future;
	hzp_bytes data[3];
	if (!hzi_call_begin(handle_of(map), &REPLACE_IF_SAME, &call, &future)) {
		return future;
	}
	if (!hzi_call_data(call, (hz_value[]){key, expected, value}, 3, data)) {
		return hzi_call_refused(call);
	}
	return hzi_call_submit(call,
			&(hzp_map_replace_if_same_request){
					.name = hzi_handle_name(&map->handle),
					.key = data[0],
					.test_value = data[1],
					.value = data[2],
					.thread_id = call->owner_id,
			});
}

HZ_API hz_future
hz_map_set_ttl_async(hz_map *map, hz_value key, int64_t ttl_ms)
{
	hzi_call *call;
	hz_future future;
	if (!hzi_call_begin(handle_of(map), &SET_TTL, &call, &future)) {
		return future;
	}
	if (!hzi_timeout_valid(ttl_ms)) {
		return hzi_call_refuse(call, HZ_ERR_ARGUMENT, "negative time to live");
	}
	hzp_map_set_ttl_request request = {
			.name = hzi_handle_name(&map->handle),
			.ttl = to_wire(ttl_ms),
	};
	if (!hzi_call_data(call, &key, 1, &request.key)) {
		return hzi_call_refused(call);
	}
	return hzi_call_submit(call, &request);
}

// ---- Removing ----

HZ_API hz_future
hz_map_remove_async(hz_map *map, hz_value key)
{
	return hzi_send_key(handle_of(map), &REMOVE, key);
}

HZ_API hz_future
hz_map_remove_if_same_async(hz_map *map, hz_value key, hz_value expected)
{
	return hzi_send_entry(handle_of(map), &REMOVE_IF_SAME, key, expected);
}

HZ_API hz_future
hz_map_delete_async(hz_map *map, hz_value key)
{
	return hzi_send_key(handle_of(map), &DELETE, key);
}

HZ_API hz_future
hz_map_try_remove_async(hz_map *map, hz_value key, int64_t timeout_ms)
{
	hzi_call *call;
	hz_future future;
	if (!hzi_call_begin(handle_of(map), &TRY_REMOVE, &call, &future)) {
		return future;
	}
	if (!hzi_timeout_valid(timeout_ms)) {
		return hzi_call_refuse(call, HZ_ERR_ARGUMENT, "negative timeout");
	}
	hzp_map_try_remove_request request = {
			.name = hzi_handle_name(&map->handle),
			.thread_id = call->owner_id,
			.timeout = timeout_ms,
	};
	if (!hzi_call_data(call, &key, 1, &request.key)) {
		return hzi_call_refused(call);
	}
	hzi_call_waits(call, timeout_ms);
	return hzi_call_submit(call, &request);
}

HZ_API hz_future
hz_map_evict_async(hz_map *map, hz_value key)
{
	return hzi_send_key(handle_of(map), &EVICT, key);
}

HZ_API hz_future
hz_map_evict_all_async(hz_map *map)
{
	return hzi_send_name(handle_of(map), &EVICT_ALL);
}

HZ_API hz_future
hz_map_clear_async(hz_map *map)
{
	return hzi_send_name(handle_of(map), &CLEAR);
}

HZ_API hz_future
hz_map_flush_async(hz_map *map)
{
	return hzi_send_name(handle_of(map), &FLUSH);
}
