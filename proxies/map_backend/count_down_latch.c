// SPDX-License-Identifier: Apache-2.0
//
// Countdown latches of the map backend: {"count":2,"round":1,...} in the map
// hz_count_down_latches.
#include "protocol/gen/count_down_latch.h"
#include "proxies/map_backend/handle.h"

enum { GET_COUNT, SET_COUNT, COUNT_DOWN, AWAIT };

static const hzi_field FIELDS[] = {
		{"count", HZI_FIELD_I64, offsetof(hzi_state, number)},
		{"round", HZI_FIELD_I64, offsetof(hzi_state, round)},
		{0},
};

static const hzi_op AWAIT_OP = {
		&HZP_COUNT_DOWN_LATCH_AWAIT, HZ_RESULT_NONE, HZI_OP_WAITS, hzi_errand_finish};
static const hzi_op TRY_AWAIT_OP = {
		&HZP_COUNT_DOWN_LATCH_AWAIT, HZ_RESULT_BOOL, 0, hzi_errand_finish};
static const hzi_op COUNT_DOWN_OP = {
		&HZP_COUNT_DOWN_LATCH_COUNT_DOWN, HZ_RESULT_NONE, 0, hzi_errand_finish};
static const hzi_op GET_COUNT_OP = {
		&HZP_COUNT_DOWN_LATCH_GET_COUNT, HZ_RESULT_I32, 0, hzi_errand_finish};
static const hzi_op SET_COUNT_OP = {
		&HZP_COUNT_DOWN_LATCH_TRY_SET_COUNT, HZ_RESULT_BOOL, 0, hzi_errand_finish};

// ---- What an errand does ----

static hzi_verdict
apply(const hzi_cell *cell, hzi_errand *errand, hzi_state *state)
{
	(void)cell;
	switch (errand->kind) {
	case SET_COUNT:
		errand->result = state->number == 0;
		if (state->number != 0) {
			return HZI_ERRAND_DONE;
		}
		state->number = errand->a;
		state->round++;
		return HZI_ERRAND_CHANGED;
	case COUNT_DOWN:
		if (state->number == 0) {
			return HZI_ERRAND_DONE;
		}
		state->number--;
		return HZI_ERRAND_CHANGED;
	case AWAIT:
		errand->result = state->number == 0;
		return state->number != 0 && errand->waits ? HZI_ERRAND_WAITS : HZI_ERRAND_DONE;
	default:
		errand->result = state->number;
		return HZI_ERRAND_DONE;
	}
}

const hzi_utility hzi_count_down_latch_utility = {
		.map = "hz_count_down_latches",
		.fields = FIELDS,
		.apply = apply,
		.listens = true,
};

// ---- Operations ----

static hz_future
wait_for_zero(hzi_cp_handle *handle, const hzi_op *op, int64_t timeout_ms, hz_err late)
{
	hzi_call *call;
	hzi_errand *errand;
	hz_future future;
	if (!hzi_errand_begin(&handle->handle, handle->cell, op, AWAIT, &call, &errand, &future)) {
		return future;
	}
	if (!hzi_timeout_valid(timeout_ms)) {
		return hzi_call_refuse(call, HZ_ERR_ARGUMENT, "negative timeout");
	}
	hzi_errand_waits(call, errand, timeout_ms, late);
	return hzi_errand_send(call);
}

static hz_future
await(hzi_cp_handle *handle)
{
	int64_t timeout_ms = hzi_handle_wait_ms(&handle->handle);
	return wait_for_zero(handle, &AWAIT_OP, timeout_ms > 0 ? timeout_ms : HZ_FOREVER,
			HZ_ERR_TIMEOUT);
}

static hz_future
try_await(hzi_cp_handle *handle, int64_t timeout_ms)
{
	return wait_for_zero(handle, &TRY_AWAIT_OP, timeout_ms, HZ_OK);
}

static hz_future
count_down(hzi_cp_handle *handle)
{
	return hzi_errand_run(&handle->handle, handle->cell, &COUNT_DOWN_OP, COUNT_DOWN, 0, 0);
}

static hz_future
get_count(hzi_cp_handle *handle)
{
	return hzi_errand_run(&handle->handle, handle->cell, &GET_COUNT_OP, GET_COUNT, 0, 0);
}

static hz_future
try_set_count(hzi_cp_handle *handle, int32_t count)
{
	hzi_call *call;
	hzi_errand *errand;
	hz_future future;
	if (!hzi_errand_begin(&handle->handle, handle->cell, &SET_COUNT_OP, SET_COUNT, &call,
			    &errand, &future)) {
		return future;
	}
	if (count <= 0) {
		return hzi_call_refuse(
				call, HZ_ERR_ARGUMENT, "a latch counts down from above zero");
	}
	errand->a = count;
	return hzi_errand_send(call);
}

const hzi_count_down_latch_ops hzi_count_down_latch_on_map = {
		.await = await,
		.try_await = try_await,
		.count_down = count_down,
		.get_count = get_count,
		.try_set_count = try_set_count,
};
