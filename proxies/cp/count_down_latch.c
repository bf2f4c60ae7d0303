// SPDX-License-Identifier: Apache-2.0
#include "protocol/gen/count_down_latch.h"
#include "base/platform.h"
#include "protocol/encode.h"
#include "proxies/map_backend/handle.h"

#include <hazelcast/count_down_latch.h>
#include <stdlib.h>

#define NS_PER_MS INT64_C(1000000)

struct hz_count_down_latch {
	HZI_CP_HANDLE;
};

static hz_err need_zero(hzi_call *call, hz_result *out, hz_error *err);

static const hzi_op TRY_SET_COUNT = {&HZP_COUNT_DOWN_LATCH_TRY_SET_COUNT, HZ_RESULT_BOOL, 0, NULL};
static const hzi_op AWAIT = {&HZP_COUNT_DOWN_LATCH_AWAIT, HZ_RESULT_NONE, 0, need_zero};
static const hzi_op TRY_AWAIT = {&HZP_COUNT_DOWN_LATCH_AWAIT, HZ_RESULT_BOOL, 0, NULL};
// Members answer this one with the response message of CountDownLatch.getRound.
static const hzp_operation ASK_COUNT = {
		.request = &HZP_COUNT_DOWN_LATCH_GET_COUNT_REQUEST,
		.response = &HZP_COUNT_DOWN_LATCH_GET_COUNT_RESPONSE,
		.or_response = &HZP_COUNT_DOWN_LATCH_GET_ROUND_RESPONSE,
};
static const hzi_op GET_COUNT = {&ASK_COUNT, HZ_RESULT_I32, 0, NULL};
// The two steps of counting down: one call, which changes its operation.
static const hzi_op GET_ROUND = {&HZP_COUNT_DOWN_LATCH_GET_ROUND, HZ_RESULT_NONE, 0, NULL};
static const hzi_op COUNT_DOWN = {&HZP_COUNT_DOWN_LATCH_COUNT_DOWN, HZ_RESULT_NONE, 0, NULL};

HZI_CONCURRENCY_API(count_down_latch, HZ_SERVICE_COUNT_DOWN_LATCH)

// The id of a logical operation, by which members know a repeated one. False: return
// hzi_call_refused(call).
static bool
make_uid(hzi_call *call, hz_uuid *uid)
{
	*uid = hzi_uuid_random();
	if ((uid->msb | uid->lsb) == 0) {
		call->code = HZ_ERR_RESOURCE;
		return false;
	}
	return true;
}

// Room for what the call needs again: NULL without memory; return hzi_call_refused(call).
static void *
add_room(hzi_call *call, size_t size)
{
	void *room = calloc(1, size);
	if (room == NULL) {
		call->code = HZ_ERR_MEMORY;
		return NULL;
	}
	call->extra = room;
	call->extra_free = free;
	return room;
}

// ---- Waiting ----

// What a wait needs to be told again, with the time that is left.
typedef struct wait_again {
	hzp_count_down_latch_await_request request;
	int64_t until_ns;
} wait_again;

static hz_err
need_zero(hzi_call *call, hz_result *out, hz_error *err)
{
	hzp_count_down_latch_await_response response;
	(void)out;
	hz_err e = hzi_call_decode(call, &response, err);
	if (e != HZ_OK || response.response) {
		return e;
	}
	return hzi_call_miss(call, HZ_ERR_TIMEOUT, "the count stayed above zero", err);
}

// Replaces the request of a call that nobody else refers to now, which is so when its aim chooses.
static hz_err
encode_again(hzi_call *call, const void *request)
{
	hzi_buf_reset(&call->request);
	return hzp_encode(&call->request, call->op->proto->request, request);
}

static hz_err
choose_wait(hzi_call *call)
{
	wait_again *wait = call->extra;
	if (call->tries > 0 && wait->until_ns != HZI_NEVER) {
		int64_t left_ns = wait->until_ns - hzi_now_ns();
		wait->request.timeout_ms = left_ns > 0 ? left_ns / NS_PER_MS : 0;
		hz_err e = encode_again(call, &wait->request);
		if (e != HZ_OK) {
			return e;
		}
	}
	return hzi_cp_choose(call);
}

static const hzi_aim WAITING = {choose_wait, hzi_cp_again, NULL};

// False: return hzi_call_refused(call).
static bool
prepare_wait(hzi_call *call, const hzi_cp_handle *handle, int64_t timeout_ms)
{
	hz_uuid uid;
	wait_again *wait = add_room(call, sizeof(*wait));
	if (wait == NULL || !make_uid(call, &uid)) {
		return false;
	}
	call->aim = &WAITING;
	wait->request = (hzp_count_down_latch_await_request){
			.group_id = hzi_cp_group_id(handle->group),
			.name = hzi_cp_object_name(handle),
			.invocation_uid = uid,
			.timeout_ms = timeout_ms == HZ_FOREVER ? INT64_MAX : timeout_ms,
	};
	wait->until_ns = hzi_deadline_in_ms(timeout_ms);
	hzi_call_waits(call, timeout_ms);
	return true;
}

static hz_future
send_wait(hzi_cp_handle *handle, const hzi_op *op, int64_t timeout_ms)
{
	hzi_call *call;
	hz_future future;
	if (!hzi_cp_begin(handle, op, &call, &future)) {
		return future;
	}
	if (!hzi_timeout_valid(timeout_ms)) {
		return hzi_call_refuse(call, HZ_ERR_ARGUMENT, "negative timeout");
	}
	if (!prepare_wait(call, handle, timeout_ms)) {
		return hzi_call_refused(call);
	}
	const wait_again *wait = call->extra;
	return hzi_call_submit(call, &wait->request);
}

static hz_future
await(hzi_cp_handle *handle)
{
	int64_t timeout_ms = hzi_handle_wait_ms(handle != NULL ? &handle->handle : NULL);
	return send_wait(handle, &AWAIT, timeout_ms > 0 ? timeout_ms : HZ_FOREVER);
}

static hz_future
try_await(hzi_cp_handle *handle, int64_t timeout_ms)
{
	return send_wait(handle, &TRY_AWAIT, timeout_ms);
}

// ---- Counting ----

// The writer of the first step has let go of its bytes only when the next try is sent.
static hz_err
choose_counting(hzi_call *call)
{
	hz_err e = encode_again(call, call->extra);
	return e == HZ_OK ? hzi_cp_choose(call) : e;
}

static const hzi_aim COUNTING = {choose_counting, hzi_cp_again, NULL};

// The round is not yet what the caller wants: the call goes to its driver as if it had failed, and
// would fail with this if its time were over there.
static hz_err
accept_round(const hzi_call *call)
{
	(void)call;
	return HZ_ERR_TIMEOUT;
}

// A try of the first step has ended. The id was made with the call, so that whatever is repeated
// from now on is counted once.
static hzi_again
again_round(hzi_call *call)
{
	hzp_count_down_latch_get_round_response round;
	hzp_count_down_latch_count_down_request *request = call->extra;
	if (call->code != HZ_ERR_TIMEOUT || call->response.p == NULL) {
		return hzi_cp_again(call);
	}
	hz_err e = hzi_call_decode(call, &round, NULL);
	if (e != HZ_OK) {
		call->code = e;
		return HZI_AGAIN_NO;
	}
	call->op = &COUNT_DOWN;
	call->aim = &COUNTING;
	request->expected_round = round.response;
	return HZI_AGAIN_NOW;
}

static const hzi_aim ASKING = {hzi_cp_choose, again_round, accept_round};

static hz_future
count_down(hzi_cp_handle *handle)
{
	hzi_call *call;
	hz_future future;
	if (!hzi_cp_begin(handle, &GET_ROUND, &call, &future)) {
		return future;
	}
	hz_uuid uid;
	hzp_count_down_latch_count_down_request *request = add_room(call, sizeof(*request));
	if (request == NULL || !make_uid(call, &uid)) {
		return hzi_call_refused(call);
	}
	call->aim = &ASKING;
	*request = (hzp_count_down_latch_count_down_request){
			.group_id = hzi_cp_group_id(handle->group),
			.name = hzi_cp_object_name(handle),
			.invocation_uid = uid,
	};
	return hzi_call_submit(call,
			&(hzp_count_down_latch_get_round_request){
					.group_id = request->group_id,
					.name = request->name,
			});
}

static hz_future
get_count(hzi_cp_handle *handle)
{
	return hzi_cp_send(handle, &GET_COUNT);
}

static hz_future
try_set_count(hzi_cp_handle *handle, int32_t count)
{
	hzi_call *call;
	hz_future future;
	if (!hzi_cp_begin(handle, &TRY_SET_COUNT, &call, &future)) {
		return future;
	}
	if (count <= 0) {
		return hzi_call_refuse(
				call, HZ_ERR_ARGUMENT, "a latch counts down from above zero");
	}
	return hzi_call_submit(call,
			&(hzp_count_down_latch_try_set_count_request){
					.group_id = hzi_cp_group_id(handle->group),
					.name = hzi_cp_object_name(handle),
					.count = count,
			});
}

// ---- On either backend ----

static const hzi_count_down_latch_ops on_cp = {
		.await = await,
		.try_await = try_await,
		.count_down = count_down,
		.get_count = get_count,
		.try_set_count = try_set_count,
};

HZI_OPS(count_down_latch)

HZ_API hz_future
hz_count_down_latch_await_async(hz_count_down_latch *latch)
{
	return ops_of(latch)->await(cp_of(latch));
}

HZ_API hz_future
hz_count_down_latch_try_await_async(hz_count_down_latch *latch, int64_t timeout_ms)
{
	return ops_of(latch)->try_await(cp_of(latch), timeout_ms);
}

HZ_API hz_future
hz_count_down_latch_count_down_async(hz_count_down_latch *latch)
{
	return ops_of(latch)->count_down(cp_of(latch));
}

HZ_API hz_future
hz_count_down_latch_get_count_async(hz_count_down_latch *latch)
{
	return ops_of(latch)->get_count(cp_of(latch));
}

HZ_API hz_future
hz_count_down_latch_try_set_count_async(hz_count_down_latch *latch, int32_t count)
{
	return ops_of(latch)->try_set_count(cp_of(latch), count);
}
