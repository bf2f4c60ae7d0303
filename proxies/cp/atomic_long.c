// SPDX-License-Identifier: Apache-2.0
#include "protocol/gen/atomic_long.h"
#include "proxies/cp/group.h"

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

HZI_CP_API(atomic_long, HZI_SERVICE_ATOMIC_LONG)

// ---- Reading and setting ----

HZ_API hz_future
hz_atomic_long_get_async(hz_atomic_long *number)
{
	return hzi_cp_send(cp_of(number), &GET);
}

HZ_API hz_future
hz_atomic_long_set_async(hz_atomic_long *number, int64_t value)
{
	return hzi_cp_send_i64(cp_of(number), &SET, value);
}

HZ_API hz_future
hz_atomic_long_get_and_set_async(hz_atomic_long *number, int64_t value)
{
	return hzi_cp_send_i64(cp_of(number), &GET_AND_SET, value);
}

HZ_API hz_future
hz_atomic_long_compare_and_set_async(hz_atomic_long *number, int64_t expected, int64_t value)
{
	hzi_call *call;
	hz_future future;
	if (!hzi_cp_begin(cp_of(number), &COMPARE_AND_SET, &call, &future)) {
		return future;
	}
	return hzi_call_submit(call,
			&(hzp_atomic_long_compare_and_set_request){
					.group_id = hzi_cp_group_id(number->cp.group),
					.name = hzi_cp_object_name(&number->cp),
					.expected = expected,
					.updated = value,
			});
}

// ---- Adding ----

HZ_API hz_future
hz_atomic_long_add_and_get_async(hz_atomic_long *number, int64_t delta)
{
	return hzi_cp_send_i64(cp_of(number), &ADD_AND_GET, delta);
}

HZ_API hz_future
hz_atomic_long_get_and_add_async(hz_atomic_long *number, int64_t delta)
{
	return hzi_cp_send_i64(cp_of(number), &GET_AND_ADD, delta);
}

HZ_API hz_future
hz_atomic_long_increment_and_get_async(hz_atomic_long *number)
{
	return hzi_cp_send_i64(cp_of(number), &ADD_AND_GET, 1);
}

HZ_API hz_future
hz_atomic_long_decrement_and_get_async(hz_atomic_long *number)
{
	return hzi_cp_send_i64(cp_of(number), &ADD_AND_GET, -1);
}

HZ_API hz_future
hz_atomic_long_get_and_increment_async(hz_atomic_long *number)
{
	return hzi_cp_send_i64(cp_of(number), &GET_AND_ADD, 1);
}

HZ_API hz_future
hz_atomic_long_get_and_decrement_async(hz_atomic_long *number)
{
	return hzi_cp_send_i64(cp_of(number), &GET_AND_ADD, -1);
}

// ---- Functions ----

static hz_future
alter(hz_atomic_long *number, const hzi_op *op, hz_value function, int32_t wanted)
{
	hzi_call *call;
	hz_future future;
	if (!hzi_cp_begin(cp_of(number), op, &call, &future)) {
		return future;
	}
	hzp_atomic_long_alter_request request = {
			.group_id = hzi_cp_group_id(number->cp.group),
			.name = hzi_cp_object_name(&number->cp),
			.return_value_type = wanted,
	};
	if (!hzi_call_data(call, &function, 1, &request.function)) {
		return hzi_call_refused(call);
	}
	return hzi_call_submit(call, &request);
}

HZ_API hz_future
hz_atomic_long_alter_async(hz_atomic_long *number, hz_value function)
{
	return alter(number, &ALTER, function, NEW_VALUE);
}

HZ_API hz_future
hz_atomic_long_alter_and_get_async(hz_atomic_long *number, hz_value function)
{
	return alter(number, &ALTER_AND_GET, function, NEW_VALUE);
}

HZ_API hz_future
hz_atomic_long_get_and_alter_async(hz_atomic_long *number, hz_value function)
{
	return alter(number, &GET_AND_ALTER, function, OLD_VALUE);
}

HZ_API hz_future
hz_atomic_long_apply_async(hz_atomic_long *number, hz_value function)
{
	return hzi_cp_send_value(cp_of(number), &APPLY, function);
}
