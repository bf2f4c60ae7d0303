// SPDX-License-Identifier: Apache-2.0
#include "base/fail.h"
#include "base/platform.h"
#include "protocol/gen/atomic_ref.h"
#include "proxies/map_backend/handle.h"
#include "serialization/data.h"

#include <hazelcast/atomic_reference.h>
#include <string.h>

struct hz_atomic_reference {
	HZI_CP_HANDLE;
};

static hz_err take_own(hzi_call *call, hz_result *out, hz_error *err);

static const hzi_op GET = {&HZP_ATOMIC_REF_GET, HZ_RESULT_VALUE, 0, NULL};
static const hzi_op CONTAINS = {&HZP_ATOMIC_REF_CONTAINS, HZ_RESULT_BOOL, 0, NULL};
static const hzi_op SET = {&HZP_ATOMIC_REF_SET, HZ_RESULT_NONE, 0, NULL};
static const hzi_op GET_AND_SET = {&HZP_ATOMIC_REF_SET, HZ_RESULT_VALUE, 0, NULL};
static const hzi_op SET_AND_GET = {&HZP_ATOMIC_REF_SET, HZ_RESULT_VALUE, 0, take_own};
static const hzi_op COMPARE_AND_SET = {&HZP_ATOMIC_REF_COMPARE_AND_SET, HZ_RESULT_BOOL, 0, NULL};
static const hzi_op ALTER = {&HZP_ATOMIC_REF_APPLY, HZ_RESULT_NONE, 0, NULL};
static const hzi_op ALTER_AND_GET = {&HZP_ATOMIC_REF_APPLY, HZ_RESULT_VALUE, 0, NULL};
static const hzi_op GET_AND_ALTER = {&HZP_ATOMIC_REF_APPLY, HZ_RESULT_VALUE, 0, NULL};
static const hzi_op APPLY = {&HZP_ATOMIC_REF_APPLY, HZ_RESULT_VALUE, 0, NULL};

// What the answer of a function's message holds.
enum { NO_VALUE = 0, OLD_VALUE = 1, NEW_VALUE = 2 };

HZI_CONCURRENCY_API(atomic_reference, HZ_SERVICE_ATOMIC_REFERENCE)

// Serializes a value that may be null. False: return hzi_call_refused(call).
static bool
put_value(hzi_call *call, const hz_value *value, hzp_bytes *out)
{
	return hz_value_is_null(value) || hzi_call_data(call, value, 1, out);
}

// ---- On the CP subsystem ----

static hz_future
get(hzi_cp_handle *handle)
{
	return hzi_cp_send(handle, &GET);
}

static hz_future
contains(hzi_cp_handle *handle, hz_value value)
{
	hzi_call *call;
	hz_future future;
	if (!hzi_cp_begin(handle, &CONTAINS, &call, &future)) {
		return future;
	}
	hzp_atomic_ref_contains_request request = {
			.group_id = hzi_cp_group_id(handle->group),
			.name = hzi_cp_object_name(handle),
	};
	if (!put_value(call, &value, &request.value)) {
		return hzi_call_refused(call);
	}
	return hzi_call_submit(call, &request);
}

static hz_future
send_set(hzi_cp_handle *handle, const hzi_op *op, hz_value value)
{
	hzi_call *call;
	hz_future future;
	if (!hzi_cp_begin(handle, op, &call, &future)) {
		return future;
	}
	hzp_atomic_ref_set_request request = {
			.group_id = hzi_cp_group_id(handle->group),
			.name = hzi_cp_object_name(handle),
			.return_old_value = op == &GET_AND_SET,
	};
	if (!put_value(call, &value, &request.new_value)) {
		return hzi_call_refused(call);
	}
	return hzi_call_submit(call, &request);
}

static hz_future
set(hzi_cp_handle *handle, hz_value value)
{
	return send_set(handle, &SET, value);
}

static hz_future
get_and_set(hzi_cp_handle *handle, hz_value value)
{
	return send_set(handle, &GET_AND_SET, value);
}

// The value that the request has brought, which is all there is in the scratch buffer.
static hz_err
take_own(hzi_call *call, hz_result *out, hz_error *err)
{
	const hz_client *client = call->client;
	size_t n = call->scratch.len;
	if (n == 0) {
		out->u.value = hz_null();
		return HZ_OK;
	}
	hzi_block *block = hzi_block_new(client->blocks, n);
	if (block == NULL) {
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for the value");
	}
	memcpy(block->data, call->scratch.data, n);
	hzi_slice own = {.block = block, .p = block->data, .n = n};
	hz_err e = hzi_value_read(
			client->blocks, &own, client->config->big_endian, &out->u.value, err);
	hzi_block_release(block);
	return e;
}

static hz_future
set_and_get(hzi_cp_handle *handle, hz_value value)
{
	return send_set(handle, &SET_AND_GET, value);
}

static hz_future
compare_and_set(hzi_cp_handle *handle, hz_value expected, hz_value value)
{
	hzi_call *call;
	hz_future future;
	if (!hzi_cp_begin(handle, &COMPARE_AND_SET, &call, &future)) {
		return future;
	}
	hzp_atomic_ref_compare_and_set_request request = {
			.group_id = hzi_cp_group_id(handle->group),
			.name = hzi_cp_object_name(handle),
	};
	// Both at once: the buffer of the first would move under the second.
	hz_value both[2];
	hzp_bytes data[2] = {{0}};
	size_t n = 0;
	if (!hz_value_is_null(&expected)) {
		both[n++] = expected;
	}
	if (!hz_value_is_null(&value)) {
		both[n++] = value;
	}
	if (!hzi_call_data(call, both, n, data)) {
		return hzi_call_refused(call);
	}
	request.old_value = hz_value_is_null(&expected) ? (hzp_bytes){0} : data[0];
	request.new_value = hz_value_is_null(&value) ? (hzp_bytes){0} : data[n - 1];
	return hzi_call_submit(call, &request);
}

static hz_future
send_function(hzi_cp_handle *handle, const hzi_op *op, hz_value function, int32_t wanted)
{
	hzi_call *call;
	hz_future future;
	if (!hzi_cp_begin(handle, op, &call, &future)) {
		return future;
	}
	hzp_atomic_ref_apply_request request = {
			.group_id = hzi_cp_group_id(handle->group),
			.name = hzi_cp_object_name(handle),
			.return_value_type = wanted,
			.alter = op != &APPLY,
	};
	if (!hzi_call_data(call, &function, 1, &request.function)) {
		return hzi_call_refused(call);
	}
	return hzi_call_submit(call, &request);
}

static hz_future
alter(hzi_cp_handle *handle, hz_value function)
{
	return send_function(handle, &ALTER, function, NO_VALUE);
}

static hz_future
alter_and_get(hzi_cp_handle *handle, hz_value function)
{
	return send_function(handle, &ALTER_AND_GET, function, NEW_VALUE);
}

static hz_future
get_and_alter(hzi_cp_handle *handle, hz_value function)
{
	return send_function(handle, &GET_AND_ALTER, function, OLD_VALUE);
}

static hz_future
apply(hzi_cp_handle *handle, hz_value function)
{
	return send_function(handle, &APPLY, function, NEW_VALUE);
}

static const hzi_atomic_reference_ops on_cp = {
		.get = get,
		.contains = contains,
		.set = set,
		.get_and_set = get_and_set,
		.set_and_get = set_and_get,
		.compare_and_set = compare_and_set,
		.alter = alter,
		.alter_and_get = alter_and_get,
		.get_and_alter = get_and_alter,
		.apply = apply,
};

HZI_OPS(atomic_reference)

// ---- Reading ----

HZ_API hz_future
hz_atomic_reference_get_async(hz_atomic_reference *reference)
{
	return ops_of(reference)->get(cp_of(reference));
}

HZ_API hz_future
hz_atomic_reference_is_null_async(hz_atomic_reference *reference)
{
	return ops_of(reference)->contains(cp_of(reference), hz_null());
}

HZ_API hz_future
hz_atomic_reference_contains_async(hz_atomic_reference *reference, hz_value value)
{
	return ops_of(reference)->contains(cp_of(reference), value);
}

// ---- Setting ----

HZ_API hz_future
hz_atomic_reference_set_async(hz_atomic_reference *reference, hz_value value)
{
	return ops_of(reference)->set(cp_of(reference), value);
}

HZ_API hz_future
hz_atomic_reference_clear_async(hz_atomic_reference *reference)
{
	return ops_of(reference)->set(cp_of(reference), hz_null());
}

HZ_API hz_future
hz_atomic_reference_get_and_set_async(hz_atomic_reference *reference, hz_value value)
{
	return ops_of(reference)->get_and_set(cp_of(reference), value);
}

HZ_API hz_future
hz_atomic_reference_set_and_get_async(hz_atomic_reference *reference, hz_value value)
{
	return ops_of(reference)->set_and_get(cp_of(reference), value);
}

HZ_API hz_future
hz_atomic_reference_compare_and_set_async(
		hz_atomic_reference *reference, hz_value expected, hz_value value)
{
	return ops_of(reference)->compare_and_set(cp_of(reference), expected, value);
}

// ---- Functions ----

HZ_API hz_future
hz_atomic_reference_alter_async(hz_atomic_reference *reference, hz_value function)
{
	return ops_of(reference)->alter(cp_of(reference), function);
}

HZ_API hz_future
hz_atomic_reference_alter_and_get_async(hz_atomic_reference *reference, hz_value function)
{
	return ops_of(reference)->alter_and_get(cp_of(reference), function);
}

HZ_API hz_future
hz_atomic_reference_get_and_alter_async(hz_atomic_reference *reference, hz_value function)
{
	return ops_of(reference)->get_and_alter(cp_of(reference), function);
}

HZ_API hz_future
hz_atomic_reference_apply_async(hz_atomic_reference *reference, hz_value function)
{
	return ops_of(reference)->apply(cp_of(reference), function);
}

// ---- Functions that run here ----

// One try; *done false: somebody was faster.
static hz_err
try_update(hz_atomic_reference *reference, hz_value_fn fn, void *ctx, hz_value *out, bool *done,
		hz_error *err)
{
	hz_value old = hz_null();
	hz_value made = hz_null();
	*done = false;
	hz_err e = hz_atomic_reference_get(reference, &old, err);
	if (e != HZ_OK) {
		return e;
	}
	e = fn(ctx, &old, &made);
	if (e != HZ_OK) {
		hzi_fail(err, e, "the function that computes the value failed");
	} else {
		e = hz_atomic_reference_compare_and_set(reference, old, made, done, err);
	}
	if (e == HZ_OK && *done && out != NULL) {
		e = hz_value_copy(&made, out, err);
	}
	hz_value_clear(&made);
	hz_value_clear(&old);
	return e;
}

HZ_API hz_err
hz_atomic_reference_update(hz_atomic_reference *reference, hz_value_fn fn, void *ctx,
		hz_value *made, hz_error *err)
{
	bool done = false;
	if (reference == NULL || fn == NULL) {
		return hzi_fail(err, HZ_ERR_ARGUMENT, "%s is NULL",
				fn == NULL ? "fn" : "reference");
	}
	int64_t deadline_ns = hzi_concurrency_deadline(&reference->cp);
	do {
		hz_err e = try_update(reference, fn, ctx, made, &done, err);
		if (e != HZ_OK) {
			return e;
		}
	} while (!done && hzi_now_ns() < deadline_ns);
	return done ? HZ_OK : hzi_fail(err, HZ_ERR_TIMEOUT, "others changed the value at each try");
}
