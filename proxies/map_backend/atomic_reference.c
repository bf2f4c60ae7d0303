// SPDX-License-Identifier: Apache-2.0
//
// Atomic references of the map backend: {"shows":"\"me\"","data":"AAAAAP////UAAAACbWU=",...} in the
// map hz_atomic_references. What counts is the data, the value as members keep it.
#include "protocol/gen/atomic_ref.h"
#include "proxies/map_backend/handle.h"

enum { GET, CONTAINS, SET, COMPARE_AND_SET };

// What a SET gives.
enum { NOTHING = 0, OLD_VALUE = 1, NEW_VALUE = 2 };

static const hzi_field FIELDS[] = {
		{"data", HZI_FIELD_DATA, offsetof(hzi_state, data)},
		{0},
};

static const hzi_op GET_OP = {&HZP_ATOMIC_REF_GET, HZ_RESULT_VALUE, 0, hzi_errand_finish};
static const hzi_op CONTAINS_OP = {&HZP_ATOMIC_REF_CONTAINS, HZ_RESULT_BOOL, 0, hzi_errand_finish};
static const hzi_op SET_OP = {&HZP_ATOMIC_REF_SET, HZ_RESULT_NONE, 0, hzi_errand_finish};
static const hzi_op SET_VALUE_OP = {&HZP_ATOMIC_REF_SET, HZ_RESULT_VALUE, 0, hzi_errand_finish};
static const hzi_op COMPARE_OP = {
		&HZP_ATOMIC_REF_COMPARE_AND_SET, HZ_RESULT_BOOL, 0, hzi_errand_finish};
static const hzi_op ALTER_OP = {&HZP_ATOMIC_REF_APPLY, HZ_RESULT_NONE, 0, NULL};
static const hzi_op APPLY_OP = {&HZP_ATOMIC_REF_APPLY, HZ_RESULT_VALUE, 0, NULL};

// ---- What an errand does ----

static bool
is_same(const hzi_buf *a, const hzi_buf *b)
{
	return a->len == b->len && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

// Without memory the errand ends with that, whatever else it was to do.
static bool
copy(hzi_errand *errand, hzi_buf *to, const hzi_buf *from)
{
	hzi_buf_reset(to);
	if (!hzi_buf_append(to, from->data, from->len)) {
		errand->code = HZ_ERR_MEMORY;
		return false;
	}
	return true;
}

static hzi_verdict
set_value(hzi_errand *errand, hzi_state *state)
{
	const hzi_buf *wanted = errand->a == OLD_VALUE ? &state->data : &errand->value;
	if (errand->a != NOTHING && !copy(errand, &errand->data, wanted)) {
		return HZI_ERRAND_DONE;
	}
	return copy(errand, &state->data, &errand->value) ? HZI_ERRAND_CHANGED : HZI_ERRAND_DONE;
}

static hzi_verdict
apply(const hzi_cell *cell, hzi_errand *errand, hzi_state *state)
{
	(void)cell;
	switch (errand->kind) {
	case SET:
		return set_value(errand, state);
	case COMPARE_AND_SET:
		errand->result = is_same(&state->data, &errand->expected);
		return errand->result != 0 ? set_value(errand, state) : HZI_ERRAND_DONE;
	case CONTAINS:
		errand->result = is_same(&state->data, &errand->expected);
		return HZI_ERRAND_DONE;
	default:
		copy(errand, &errand->data, &state->data);
		return HZI_ERRAND_DONE;
	}
}

const hzi_utility hzi_atomic_reference_utility = {
		.map = "hz_atomic_references",
		.fields = FIELDS,
		.apply = apply,
};

// ---- Operations ----

static hz_future
run(hzi_cp_handle *handle, const hzi_op *op, int kind, hz_value expected, hz_value value,
		int64_t wanted)
{
	hzi_call *call;
	hzi_errand *errand;
	hz_future future;
	if (!hzi_errand_begin(&handle->handle, handle->cell, op, kind, &call, &errand, &future)) {
		return future;
	}
	errand->a = wanted;
	if (!hzi_errand_value(call, expected, &errand->expected) ||
			!hzi_errand_value(call, value, &errand->value)) {
		return hzi_call_refused(call);
	}
	return hzi_errand_send(call);
}

static hz_future
get(hzi_cp_handle *handle)
{
	return run(handle, &GET_OP, GET, hz_null(), hz_null(), NOTHING);
}

static hz_future
contains(hzi_cp_handle *handle, hz_value value)
{
	return run(handle, &CONTAINS_OP, CONTAINS, value, hz_null(), NOTHING);
}

static hz_future
set(hzi_cp_handle *handle, hz_value value)
{
	return run(handle, &SET_OP, SET, hz_null(), value, NOTHING);
}

static hz_future
get_and_set(hzi_cp_handle *handle, hz_value value)
{
	return run(handle, &SET_VALUE_OP, SET, hz_null(), value, OLD_VALUE);
}

static hz_future
set_and_get(hzi_cp_handle *handle, hz_value value)
{
	return run(handle, &SET_VALUE_OP, SET, hz_null(), value, NEW_VALUE);
}

static hz_future
compare_and_set(hzi_cp_handle *handle, hz_value expected, hz_value value)
{
	return run(handle, &COMPARE_OP, COMPARE_AND_SET, expected, value, NOTHING);
}

static const char no_functions[] = "a map has nobody to run a function at a member; "
				   "hz_atomic_reference_update runs one here";

static hz_future
alter(hzi_cp_handle *handle, hz_value function)
{
	(void)function;
	return hzi_concurrency_refuse(handle, &ALTER_OP, no_functions);
}

static hz_future
apply_function(hzi_cp_handle *handle, hz_value function)
{
	(void)function;
	return hzi_concurrency_refuse(handle, &APPLY_OP, no_functions);
}

const hzi_atomic_reference_ops hzi_atomic_reference_on_map = {
		.get = get,
		.contains = contains,
		.set = set,
		.get_and_set = get_and_set,
		.set_and_get = set_and_get,
		.compare_and_set = compare_and_set,
		.alter = alter,
		.alter_and_get = apply_function,
		.get_and_alter = apply_function,
		.apply = apply_function,
};
