// SPDX-License-Identifier: Apache-2.0
#include "protocol/gen/map.h"
#include "proxies/map.h"

static hz_err need_lock(hzi_call *call, hz_result *out, hz_error *err);

// A lock that waits does so at the owner of the key; see queue.c.
static const hzi_op LOCK = {&HZP_MAP_LOCK, HZ_RESULT_NONE, HZI_OP_WAITS | HZI_OP_OWNER, NULL};
static const hzi_op LOCK_IN_TIME = {&HZP_MAP_TRY_LOCK, HZ_RESULT_NONE, HZI_OP_OWNER, need_lock};
static const hzi_op TRY_LOCK = {&HZP_MAP_TRY_LOCK, HZ_RESULT_BOOL, HZI_OP_OWNER, NULL};
static const hzi_op UNLOCK = {&HZP_MAP_UNLOCK, HZ_RESULT_NONE, 0, NULL};
static const hzi_op FORCE_UNLOCK = {&HZP_MAP_FORCE_UNLOCK, HZ_RESULT_NONE, 0, NULL};
static const hzi_op IS_LOCKED = {&HZP_MAP_IS_LOCKED, HZ_RESULT_BOOL, 0, NULL};

static hz_err
need_lock(hzi_call *call, hz_result *out, hz_error *err)
{
	hzp_map_try_lock_response response;
	(void)out;
	hz_err e = hzi_call_decode(call, &response, err);
	if (e != HZ_OK || response.response) {
		return e;
	}
	return hzi_call_miss(call, HZ_ERR_TIMEOUT, "another owner held the lock", err);
}

// By this number a member knows a request that it gets a second time: locking is counted.
static int64_t
next_reference(hz_map *map)
{
	return atomic_fetch_add_explicit(
			       &map->handle.client->reference_ids, 1, memory_order_relaxed) +
			1;
}

// Begins a call on one key and serializes it. False: *future is the answer.
static bool
begin(hz_map *map, const hzi_op *op, hz_value key, hzi_call **call, hzp_bytes *data,
		hz_future *future)
{
	if (!hzi_call_begin(hzi_map_handle(map), op, call, future)) {
		return false;
	}
	if (!hzi_call_data(*call, &key, 1, data)) {
		*future = hzi_call_refused(*call);
		return false;
	}
	return true;
}

// Members take -1 for "until it is unlocked". False: the options are wrong.
static bool
lease_of(const hz_lock_options *given, int64_t *lease_ms)
{
	hz_lock_options options;
	bool valid = hzi_options_copy(&options, sizeof(options), given) &&
			hzi_timeout_valid(options.lease_ms);
	*lease_ms = options.lease_ms == 0 ? -1 : options.lease_ms;
	return valid;
}

static hz_future
try_lock(hz_map *map, const hzi_op *op, hz_value key, int64_t timeout_ms,
		const hz_lock_options *options)
{
	hzi_call *call;
	hz_future future;
	hzp_bytes data;
	int64_t lease_ms;
	if (!begin(map, op, key, &call, &data, &future)) {
		return future;
	}
	if (!lease_of(options, &lease_ms) || !hzi_timeout_valid(timeout_ms)) {
		return hzi_call_refuse(call, HZ_ERR_ARGUMENT,
				"lock options without their size, or a negative time");
	}
	hzi_call_waits(call, timeout_ms);
	return hzi_call_submit(call,
			&(hzp_map_try_lock_request){
					.name = hzi_handle_name(&map->handle),
					.key = data,
					.thread_id = call->owner_id,
					.lease = lease_ms,
					.timeout = timeout_ms == HZ_FOREVER ? INT64_MAX
									    : timeout_ms,
					.reference_id = next_reference(map),
			});
}

HZ_API hz_future
hz_map_lock_async(hz_map *map, hz_value key, const hz_lock_options *options)
{
	hzi_call *call;
	hz_future future;
	hzp_bytes data;
	int64_t lease_ms;
	int64_t timeout_ms = hzi_handle_wait_ms(hzi_map_handle(map));
	if (timeout_ms > 0) {
		return try_lock(map, &LOCK_IN_TIME, key, timeout_ms, options);
	}
	if (!begin(map, &LOCK, key, &call, &data, &future)) {
		return future;
	}
	if (!lease_of(options, &lease_ms)) {
		return hzi_call_refuse(call, HZ_ERR_ARGUMENT,
				"lock options without their size, or a negative time");
	}
	return hzi_call_submit(call,
			&(hzp_map_lock_request){
					.name = hzi_handle_name(&map->handle),
					.key = data,
					.thread_id = call->owner_id,
					.ttl = lease_ms,
					.reference_id = next_reference(map),
			});
}

HZ_API hz_future
hz_map_try_lock_async(hz_map *map, hz_value key, int64_t timeout_ms, const hz_lock_options *options)
{
	return try_lock(map, &TRY_LOCK, key, timeout_ms, options);
}

HZ_API hz_future
hz_map_unlock_async(hz_map *map, hz_value key)
{
	hzi_call *call;
	hz_future future;
	hzp_bytes data;
	if (!begin(map, &UNLOCK, key, &call, &data, &future)) {
		return future;
	}
	return hzi_call_submit(call,
			&(hzp_map_unlock_request){
					.name = hzi_handle_name(&map->handle),
					.key = data,
					.thread_id = call->owner_id,
					.reference_id = next_reference(map),
			});
}

HZ_API hz_future
hz_map_force_unlock_async(hz_map *map, hz_value key)
{
	hzi_call *call;
	hz_future future;
	hzp_bytes data;
	if (!begin(map, &FORCE_UNLOCK, key, &call, &data, &future)) {
		return future;
	}
	return hzi_call_submit(call,
			&(hzp_map_force_unlock_request){
					.name = hzi_handle_name(&map->handle),
					.key = data,
					.reference_id = next_reference(map),
			});
}

HZ_API hz_future
hz_map_is_locked_async(hz_map *map, hz_value key)
{
	hzi_call *call;
	hz_future future;
	hzp_bytes data;
	if (!begin(map, &IS_LOCKED, key, &call, &data, &future)) {
		return future;
	}
	return hzi_call_submit(call,
			&(hzp_map_is_locked_request){
					.name = hzi_handle_name(&map->handle),
					.key = data,
			});
}
