// SPDX-License-Identifier: Apache-2.0
#include "protocol/gen/atomic_long.h"
#include "proxies/map_backend/handle.h"

#include "base/fail.h"
#include "base/platform.h"

#include <hazelcast/atomic_long.h>

struct hz_atomic_long {
	HZI_CP_HANDLE;
};

static const hzi_op GET = {&HZP_ATOMIC_LONG_GET, HZ_RESULT_I64, 0, NULL};
static const hzi_op SET = {&HZP_ATOMIC_LONG_GET_AND_SET, HZ_RESULT_NONE, 0, NULL};
static const hzi_op GET_AND_SET = {&HZP_ATOMIC_LONG_GET_AND_SET, HZ_RESULT_I64, 0, NULL};
static const hzi_op COMPARE_AND_SET = {&HZP_ATOMIC_LONG_COMPARE_AND_SET, HZ_RESULT_BOOL, 0, NULL};
static const hzi_op ADD_AND_GET = {&HZP_ATOMIC_LONG_ADD_AND_GET, HZ_RESULT_I64, 0, NULL};
static const hzi_op GET_AND_ADD = {&HZP_ATOMIC_LONG_GET_AND_ADD, HZ_RESULT_I64, 0, NULL};
static const hzi_op ALTER = {&HZP_ATOMIC_LONG_ALTER, HZ_RESULT_NONE, 0, NULL};
static const hzi_op ALTER_AND_GET = {&HZP_ATOMIC_LONG_ALTER, HZ_RESULT_I64, 0, NULL};
static const hzi_op GET_AND_ALTER = {&HZP_ATOMIC_LONG_ALTER, HZ_RESULT_I64, 0, NULL};
static const hzi_op APPLY = {&HZP_ATOMIC_LONG_APPLY, HZ_RESULT_VALUE, 0, NULL};

// What the answer of an alteration holds.
enum { OLD_VALUE = 0, NEW_VALUE = 1 };

HZI_CONCURRENCY_API(atomic_long, HZ_SERVICE_ATOMIC_LONG)

// ---- On the CP subsystem ----

static hz_future
get(hzi_cp_handle *handle)
{
	return hzi_cp_send(handle, &GET);
}

static hz_future
set(hzi_cp_handle *handle, int64_t value)
{
	return hzi_cp_send_i64(handle, &SET, value);
}

static hz_future
get_and_set(hzi_cp_handle *handle, int64_t value)
{
	return hzi_cp_send_i64(handle, &GET_AND_SET, value);
}

static hz_future
compare_and_set(hzi_cp_handle *handle, int64_t expected, int64_t value)
{
	hzi_call *call;
	hz_future future;
	if (!hzi_cp_begin(handle, &COMPARE_AND_SET, &call, &future)) {
		return future;
	}
	return hzi_call_submit(call,
			&(hzp_atomic_long_compare_and_set_request){
					.group_id = hzi_cp_group_id(handle->group),
					.name = hzi_cp_object_name(handle),
					.expected = expected,
					.updated = value,
			});
}

static hz_future
add_and_get(hzi_cp_handle *handle, int64_t delta)
{
	return hzi_cp_send_i64(handle, &ADD_AND_GET, delta);
}

static hz_future
get_and_add(hzi_cp_handle *handle, int64_t delta)
{
	return hzi_cp_send_i64(handle, &GET_AND_ADD, delta);
}

static hz_future
send_alter(hzi_cp_handle *handle, const hzi_op *op, hz_value function, int32_t wanted)
{
	hzi_call *call;
	hz_future future;
	if (!hzi_cp_begin(handle, op, &call, &future)) {
		return future;
	}
	hzp_atomic_long_alter_request request = {
			.group_id = hzi_cp_group_id(handle->group),
			.name = hzi_cp_object_name(handle),
			.return_value_type = wanted,
	};
	if (!hzi_call_data(call, &function, 1, &request.function)) {
		return hzi_call_refused(call);
	}
	return hzi_call_submit(call, &request);
}

static hz_future
alter(hzi_cp_handle *handle, hz_value function)
{
	return send_alter(handle, &ALTER, function, NEW_VALUE);
}

static hz_future
alter_and_get(hzi_cp_handle *handle, hz_value function)
{
	return send_alter(handle, &ALTER_AND_GET, function, NEW_VALUE);
}

static hz_future
get_and_alter(hzi_cp_handle *handle, hz_value function)
{
	return send_alter(handle, &GET_AND_ALTER, function, OLD_VALUE);
}

static hz_future
apply(hzi_cp_handle *handle, hz_value function)
{
	return hzi_cp_send_value(handle, &APPLY, function);
}

static const hzi_atomic_long_ops on_cp = {
		.get = get,
		.set = set,
		.get_and_set = get_and_set,
		.compare_and_set = compare_and_set,
		.add_and_get = add_and_get,
		.get_and_add = get_and_add,
		.alter = alter,
		.alter_and_get = alter_and_get,
		.get_and_alter = get_and_alter,
		.apply = apply,
};

HZI_OPS(atomic_long)

// ---- Reading and setting ----

HZ_API hz_future
hz_atomic_long_get_async(hz_atomic_long *number)
{
	return ops_of(number)->get(cp_of(number));
}

HZ_API hz_future
hz_atomic_long_set_async(hz_atomic_long *number, int64_t value)
{
	return ops_of(number)->set(cp_of(number), value);
}

HZ_API hz_future
hz_atomic_long_get_and_set_async(hz_atomic_long *number, int64_t value)
{
	return ops_of(number)->get_and_set(cp_of(number), value);
}

HZ_API hz_future
hz_atomic_long_compare_and_set_async(hz_atomic_long *number, int64_t expected, int64_t value)
{
	return ops_of(number)->compare_and_set(cp_of(number), expected, value);
}

// ---- Adding ----

HZ_API hz_future
hz_atomic_long_add_and_get_async(hz_atomic_long *number, int64_t delta)
{
	return ops_of(number)->add_and_get(cp_of(number), delta);
}

HZ_API hz_future
hz_atomic_long_get_and_add_async(hz_atomic_long *number, int64_t delta)
{
	return ops_of(number)->get_and_add(cp_of(number), delta);
}

HZ_API hz_future
hz_atomic_long_increment_and_get_async(hz_atomic_long *number)
{
	return ops_of(number)->add_and_get(cp_of(number), 1);
}

HZ_API hz_future
hz_atomic_long_decrement_and_get_async(hz_atomic_long *number)
{
	return ops_of(number)->add_and_get(cp_of(number), -1);
}

HZ_API hz_future
hz_atomic_long_get_and_increment_async(hz_atomic_long *number)
{
	return ops_of(number)->get_and_add(cp_of(number), 1);
}

HZ_API hz_future
hz_atomic_long_get_and_decrement_async(hz_atomic_long *number)
{
	return ops_of(number)->get_and_add(cp_of(number), -1);
}

// ---- Functions ----

HZ_API hz_future
hz_atomic_long_alter_async(hz_atomic_long *number, hz_value function)
{
	return ops_of(number)->alter(cp_of(number), function);
}

HZ_API hz_future
hz_atomic_long_alter_and_get_async(hz_atomic_long *number, hz_value function)
{
	return ops_of(number)->alter_and_get(cp_of(number), function);
}

HZ_API hz_future
hz_atomic_long_get_and_alter_async(hz_atomic_long *number, hz_value function)
{
	return ops_of(number)->get_and_alter(cp_of(number), function);
}

HZ_API hz_future
hz_atomic_long_apply_async(hz_atomic_long *number, hz_value function)
{
	return ops_of(number)->apply(cp_of(number), function);
}

// ---- Functions that run here ----

// One try; *done false: somebody was faster.
static hz_err
try_update(hz_atomic_long *number, hz_i64_fn fn, void *ctx, int64_t *old, int64_t *made, bool *done,
		hz_error *err)
{
	*done = false;
	hz_err e = hz_atomic_long_get(number, old, err);
	if (e != HZ_OK) {
		return e;
	}
	*made = *old;
	e = fn(ctx, *old, made);
	if (e != HZ_OK) {
		return hzi_fail(err, e, "the function that computes the number failed");
	}
	return hz_atomic_long_compare_and_set(number, *old, *made, done, err);
}

HZ_API hz_err
hz_atomic_long_update(hz_atomic_long *number, hz_i64_fn fn, void *ctx, int64_t *old, int64_t *made,
		hz_error *err)
{
	int64_t before = 0;
	int64_t after = 0;
	bool done = false;
	if (number == NULL || fn == NULL) {
		return hzi_fail(err, HZ_ERR_ARGUMENT, "%s is NULL", fn == NULL ? "fn" : "number");
	}
	int64_t deadline_ns = hzi_concurrency_deadline(&number->cp);
	do {
		hz_err e = try_update(number, fn, ctx, &before, &after, &done, err);
		if (e != HZ_OK) {
			return e;
		}
	} while (!done && hzi_now_ns() < deadline_ns);
	if (!done) {
		return hzi_fail(err, HZ_ERR_TIMEOUT, "others changed the number at each try");
	}
	if (old != NULL) {
		*old = before;
	}
	if (made != NULL) {
		*made = after;
	}
	return HZ_OK;
}
