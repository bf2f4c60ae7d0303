// SPDX-License-Identifier: Apache-2.0
#include "proxies/key_lock.h"

#include "protocol/gen/map.h"

// The requests are those of a map; a row of another shape is a mistake of ours, which its first
// call shows.
#define HAS_SHAPE(op, shape)                                                                       \
	((op)->proto->request->struct_size == sizeof(hzp_map_##shape##_request))

hz_err
hzi_need_lock(hzi_call *call, hz_result *out, hz_error *err)
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
next_reference(hzi_handle *handle)
{
	return atomic_fetch_add_explicit(&handle->client->reference_ids, 1, memory_order_relaxed) +
			1;
}

// Begins a call on one key and serializes it. False: *future is the answer.
static bool
begin(hzi_handle *handle, const hzi_op *op, hz_value key, hzi_call **call, hzp_bytes *data,
		hz_future *future)
{
	if (!hzi_call_begin(handle, op, call, future)) {
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
try_lock(hzi_handle *handle, const hzi_op *op, hz_value key, int64_t timeout_ms,
		const hz_lock_options *options)
{
	hzi_call *call;
	hz_future future;
	hzp_bytes data;
	int64_t lease_ms;
	HZI_ASSERT(HAS_SHAPE(op, try_lock));
	if (!begin(handle, op, key, &call, &data, &future)) {
		return future;
	}
	if (!lease_of(options, &lease_ms) || !hzi_timeout_valid(timeout_ms)) {
		return hzi_call_refuse(call, HZ_ERR_ARGUMENT,
				"lock options without their size, or a negative time");
	}
	hzi_call_waits(call, timeout_ms);
	return hzi_call_submit(call,
			&(hzp_map_try_lock_request){
					.name = hzi_handle_name(handle),
					.key = data,
					.thread_id = call->owner_id,
					.lease = lease_ms,
					.timeout = timeout_ms == HZ_FOREVER ? INT64_MAX
									    : timeout_ms,
					.reference_id = next_reference(handle),
			});
}

hz_future
hzi_key_lock(hzi_handle *handle, const hzi_lock_rows *rows, hz_value key,
		const hz_lock_options *options)
{
	hzi_call *call;
	hz_future future;
	hzp_bytes data;
	int64_t lease_ms;
	int64_t timeout_ms = hzi_handle_wait_ms(handle);
	HZI_ASSERT(HAS_SHAPE(&rows->lock, lock));
	if (timeout_ms > 0) {
		return try_lock(handle, &rows->lock_in_time, key, timeout_ms, options);
	}
	if (!begin(handle, &rows->lock, key, &call, &data, &future)) {
		return future;
	}
	if (!lease_of(options, &lease_ms)) {
		return hzi_call_refuse(call, HZ_ERR_ARGUMENT,
				"lock options without their size, or a negative time");
	}
	return hzi_call_submit(call,
			&(hzp_map_lock_request){
					.name = hzi_handle_name(handle),
					.key = data,
					.thread_id = call->owner_id,
					.ttl = lease_ms,
					.reference_id = next_reference(handle),
			});
}

hz_future
hzi_key_try_lock(hzi_handle *handle, const hzi_lock_rows *rows, hz_value key, int64_t timeout_ms,
		const hz_lock_options *options)
{
	return try_lock(handle, &rows->try_lock, key, timeout_ms, options);
}

hz_future
hzi_key_unlock(hzi_handle *handle, const hzi_lock_rows *rows, hz_value key)
{
	hzi_call *call;
	hz_future future;
	hzp_bytes data;
	HZI_ASSERT(HAS_SHAPE(&rows->unlock, unlock));
	if (!begin(handle, &rows->unlock, key, &call, &data, &future)) {
		return future;
	}
	return hzi_call_submit(call,
			&(hzp_map_unlock_request){
					.name = hzi_handle_name(handle),
					.key = data,
					.thread_id = call->owner_id,
					.reference_id = next_reference(handle),
			});
}

hz_future
hzi_key_force_unlock(hzi_handle *handle, const hzi_lock_rows *rows, hz_value key)
{
	hzi_call *call;
	hz_future future;
	hzp_bytes data;
	HZI_ASSERT(HAS_SHAPE(&rows->force_unlock, force_unlock));
	if (!begin(handle, &rows->force_unlock, key, &call, &data, &future)) {
		return future;
	}
	return hzi_call_submit(call,
			&(hzp_map_force_unlock_request){
					.name = hzi_handle_name(handle),
					.key = data,
					.reference_id = next_reference(handle),
			});
}

hz_future
hzi_key_is_locked(hzi_handle *handle, const hzi_lock_rows *rows, hz_value key)
{
	hzi_call *call;
	hz_future future;
	hzp_bytes data;
	HZI_ASSERT(HAS_SHAPE(&rows->is_locked, is_locked));
	if (!begin(handle, &rows->is_locked, key, &call, &data, &future)) {
		return future;
	}
	return hzi_call_submit(call,
			&(hzp_map_is_locked_request){
					.name = hzi_handle_name(handle),
					.key = data,
			});
}
