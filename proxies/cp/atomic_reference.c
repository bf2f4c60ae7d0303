// SPDX-License-Identifier: Apache-2.0
#include "base/fail.h"
#include "protocol/gen/atomic_ref.h"
#include "proxies/cp/group.h"
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

HZI_CP_API(atomic_reference, HZI_SERVICE_ATOMIC_REFERENCE)

// Serializes a value that may be null. False: return hzi_call_refused(call).
static bool
put_value(hzi_call *call, const hz_value *value, hzp_bytes *out)
{
	return hz_value_is_null(value) || hzi_call_data(call, value, 1, out);
}

// ---- Reading ----

HZ_API hz_future
hz_atomic_reference_get_async(hz_atomic_reference *reference)
{
	return hzi_cp_send(cp_of(reference), &GET);
}

HZ_API hz_future
hz_atomic_reference_is_null_async(hz_atomic_reference *reference)
{
	return hz_atomic_reference_contains_async(reference, hz_null());
}

HZ_API hz_future
hz_atomic_reference_contains_async(hz_atomic_reference *reference, hz_value value)
{
	hzi_call *call;
	hz_future future;
	if (!hzi_cp_begin(cp_of(reference), &CONTAINS, &call, &future)) {
		return future;
	}
	hzp_atomic_ref_contains_request request = {
			.group_id = hzi_cp_group_id(reference->cp.group),
			.name = hzi_cp_object_name(&reference->cp),
	};
	if (!put_value(call, &value, &request.value)) {
		return hzi_call_refused(call);
	}
	return hzi_call_submit(call, &request);
}

// ---- Setting ----

static hz_future
set(hz_atomic_reference *reference, const hzi_op *op, hz_value value)
{
	hzi_call *call;
	hz_future future;
	if (!hzi_cp_begin(cp_of(reference), op, &call, &future)) {
		return future;
	}
	hzp_atomic_ref_set_request request = {
			.group_id = hzi_cp_group_id(reference->cp.group),
			.name = hzi_cp_object_name(&reference->cp),
			.return_old_value = op == &GET_AND_SET,
	};
	if (!put_value(call, &value, &request.new_value)) {
		return hzi_call_refused(call);
	}
	return hzi_call_submit(call, &request);
}

HZ_API hz_future
hz_atomic_reference_set_async(hz_atomic_reference *reference, hz_value value)
{
	return set(reference, &SET, value);
}

HZ_API hz_future
hz_atomic_reference_clear_async(hz_atomic_reference *reference)
{
	return set(reference, &SET, hz_null());
}

HZ_API hz_future
hz_atomic_reference_get_and_set_async(hz_atomic_reference *reference, hz_value value)
{
	return set(reference, &GET_AND_SET, value);
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

HZ_API hz_future
hz_atomic_reference_set_and_get_async(hz_atomic_reference *reference, hz_value value)
{
	return set(reference, &SET_AND_GET, value);
}

HZ_API hz_future
hz_atomic_reference_compare_and_set_async(
		hz_atomic_reference *reference, hz_value expected, hz_value value)
{
	hzi_call *call;
	hz_future future;
	if (!hzi_cp_begin(cp_of(reference), &COMPARE_AND_SET, &call, &future)) {
		return future;
	}
	hzp_atomic_ref_compare_and_set_request request = {
			.group_id = hzi_cp_group_id(reference->cp.group),
			.name = hzi_cp_object_name(&reference->cp),
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

// ---- Functions ----

static hz_future
apply(hz_atomic_reference *reference, const hzi_op *op, hz_value function, int32_t wanted)
{
	hzi_call *call;
	hz_future future;
	if (!hzi_cp_begin(cp_of(reference), op, &call, &future)) {
		return future;
	}
	hzp_atomic_ref_apply_request request = {
			.group_id = hzi_cp_group_id(reference->cp.group),
			.name = hzi_cp_object_name(&reference->cp),
			.return_value_type = wanted,
			.alter = op != &APPLY,
	};
	if (!hzi_call_data(call, &function, 1, &request.function)) {
		return hzi_call_refused(call);
	}
	return hzi_call_submit(call, &request);
}

HZ_API hz_future
hz_atomic_reference_alter_async(hz_atomic_reference *reference, hz_value function)
{
	return apply(reference, &ALTER, function, NO_VALUE);
}

HZ_API hz_future
hz_atomic_reference_alter_and_get_async(hz_atomic_reference *reference, hz_value function)
{
	return apply(reference, &ALTER_AND_GET, function, NEW_VALUE);
}

HZ_API hz_future
hz_atomic_reference_get_and_alter_async(hz_atomic_reference *reference, hz_value function)
{
	return apply(reference, &GET_AND_ALTER, function, OLD_VALUE);
}

HZ_API hz_future
hz_atomic_reference_apply_async(hz_atomic_reference *reference, hz_value function)
{
	return apply(reference, &APPLY, function, NEW_VALUE);
}
