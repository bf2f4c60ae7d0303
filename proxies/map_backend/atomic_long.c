// SPDX-License-Identifier: Apache-2.0
//
// Atomic longs of the map backend: {"value":42,...} in the map hz_atomic_longs.
#include "protocol/gen/atomic_long.h"
#include "proxies/map_backend/handle.h"

static const hzi_field FIELDS[] = {
		{"value", HZI_FIELD_I64, offsetof(hzi_state, number)},
		{0},
};

// The rows, with the operation that each has and whether it gives the number before or after.
static const hzi_op GET_OP = {&HZP_ATOMIC_LONG_GET, HZ_RESULT_I64, 0, hzi_errand_finish};
static const hzi_op SET_OP = {&HZP_ATOMIC_LONG_GET_AND_SET, HZ_RESULT_NONE, 0, hzi_errand_finish};
static const hzi_op GET_AND_SET_OP = {
		&HZP_ATOMIC_LONG_GET_AND_SET, HZ_RESULT_I64, 0, hzi_errand_finish};
static const hzi_op COMPARE_OP = {
		&HZP_ATOMIC_LONG_COMPARE_AND_SET, HZ_RESULT_BOOL, 0, hzi_errand_finish};
static const hzi_op ADD_OP = {&HZP_ATOMIC_LONG_ADD_AND_GET, HZ_RESULT_I64, 0, hzi_errand_finish};
static const hzi_op GET_AND_ADD_OP = {
		&HZP_ATOMIC_LONG_GET_AND_ADD, HZ_RESULT_I64, 0, hzi_errand_finish};
static const hzi_op ALTER_OP = {&HZP_ATOMIC_LONG_ALTER, HZ_RESULT_NONE, 0, NULL};
static const hzi_op ALTER_I64_OP = {&HZP_ATOMIC_LONG_ALTER, HZ_RESULT_I64, 0, NULL};
static const hzi_op APPLY_OP = {&HZP_ATOMIC_LONG_APPLY, HZ_RESULT_VALUE, 0, NULL};

// ---- What an errand does ----

static hzi_verdict
apply(const hzi_cell *cell, hzi_errand *errand, hzi_state *state)
{
	int64_t old = state->number;
	(void)cell;
	switch (errand->kind) {
	case HZI_LONG_SET:
		errand->result = old;
		state->number = errand->a;
		return HZI_ERRAND_CHANGED;
	case HZI_LONG_COMPARE_AND_SET:
		errand->result = old == errand->a;
		state->number = old == errand->a ? errand->b : old;
		return old == errand->a ? HZI_ERRAND_CHANGED : HZI_ERRAND_DONE;
	case HZI_LONG_ADD: // sums wrap around; b: the number before is wanted
		state->number = (int64_t)((uint64_t)old + (uint64_t)errand->a);
		errand->result = errand->b != 0 ? old : state->number;
		return HZI_ERRAND_CHANGED;
	default:
		errand->result = old;
		return HZI_ERRAND_DONE;
	}
}

const hzi_utility hzi_atomic_long_utility = {
		.map = "hz_atomic_longs",
		.fields = FIELDS,
		.apply = apply,
};

// ---- Operations ----

static hz_future
run(hzi_cp_handle *handle, const hzi_op *op, int kind, int64_t a, int64_t b)
{
	return hzi_errand_run(&handle->handle, handle->cell, op, kind, a, b);
}

static hz_future
get(hzi_cp_handle *handle)
{
	return run(handle, &GET_OP, HZI_LONG_GET, 0, 0);
}

static hz_future
set(hzi_cp_handle *handle, int64_t value)
{
	return run(handle, &SET_OP, HZI_LONG_SET, value, 0);
}

static hz_future
get_and_set(hzi_cp_handle *handle, int64_t value)
{
	return run(handle, &GET_AND_SET_OP, HZI_LONG_SET, value, 0);
}

static hz_future
compare_and_set(hzi_cp_handle *handle, int64_t expected, int64_t value)
{
	return run(handle, &COMPARE_OP, HZI_LONG_COMPARE_AND_SET, expected, value);
}

static hz_future
add_and_get(hzi_cp_handle *handle, int64_t delta)
{
	return run(handle, &ADD_OP, HZI_LONG_ADD, delta, 0);
}

static hz_future
get_and_add(hzi_cp_handle *handle, int64_t delta)
{
	return run(handle, &GET_AND_ADD_OP, HZI_LONG_ADD, delta, 1);
}

static const char no_functions[] = "a map has nobody to run a function at a member; "
				   "hz_atomic_long_update runs one here";

static hz_future
alter(hzi_cp_handle *handle, hz_value function)
{
	(void)function;
	return hzi_concurrency_refuse(handle, &ALTER_OP, no_functions);
}

static hz_future
alter_i64(hzi_cp_handle *handle, hz_value function)
{
	(void)function;
	return hzi_concurrency_refuse(handle, &ALTER_I64_OP, no_functions);
}

static hz_future
apply_function(hzi_cp_handle *handle, hz_value function)
{
	(void)function;
	return hzi_concurrency_refuse(handle, &APPLY_OP, no_functions);
}

const hzi_atomic_long_ops hzi_atomic_long_on_map = {
		.get = get,
		.set = set,
		.get_and_set = get_and_set,
		.compare_and_set = compare_and_set,
		.add_and_get = add_and_get,
		.get_and_add = get_and_add,
		.alter = alter,
		.alter_and_get = alter_i64,
		.get_and_alter = alter_i64,
		.apply = apply_function,
};
