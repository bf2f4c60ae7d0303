// SPDX-License-Identifier: Apache-2.0
//
// Semaphores of the map backend: {"available":3,"owned":true,"holders":{"8e6c...":2},...} in the
// map hz_semaphores. What a client holds is its own as long as it has an entry in the map of
// clients (keeper.h); whoever waits, or asks how many are free, gives back what others held that
// have none any more. Without owners permits belong to nobody.
#include "protocol/gen/semaphore.h"
#include "proxies/map_backend/handle.h"
#include "proxies/map_backend/keeper.h"

enum { INIT, CHANGE, AVAILABLE, ACQUIRE, RELEASE, DRAIN };

static const hzi_field FIELDS[] = {
		{"available", HZI_FIELD_I64, offsetof(hzi_state, number)},
		{"owned", HZI_FIELD_BOOL, offsetof(hzi_state, owned)},
		{"holders", HZI_FIELD_TALLY, offsetof(hzi_state, holders)},
		{0},
};

static const hzi_op INIT_OP = {&HZP_SEMAPHORE_INIT, HZ_RESULT_BOOL, 0, hzi_errand_finish};
static const hzi_op ACQUIRE_OP = {
		&HZP_SEMAPHORE_ACQUIRE, HZ_RESULT_NONE, HZI_OP_WAITS, hzi_errand_finish};
static const hzi_op TRY_ACQUIRE_OP = {&HZP_SEMAPHORE_ACQUIRE, HZ_RESULT_BOOL, 0, hzi_errand_finish};
static const hzi_op RELEASE_OP = {&HZP_SEMAPHORE_RELEASE, HZ_RESULT_NONE, 0, hzi_errand_finish};
static const hzi_op DRAIN_OP = {&HZP_SEMAPHORE_DRAIN, HZ_RESULT_I32, 0, hzi_errand_finish};
static const hzi_op CHANGE_OP = {&HZP_SEMAPHORE_CHANGE, HZ_RESULT_NONE, 0, hzi_errand_finish};
static const hzi_op AVAILABLE_OP = {
		&HZP_SEMAPHORE_AVAILABLE_PERMITS, HZ_RESULT_I32, 0, hzi_errand_finish};

// ---- What an errand does ----

// Moves permits from those that are free to this client, or back.
static hzi_verdict
take(const hzi_cell *cell, hzi_errand *errand, hzi_state *state, int64_t permits)
{
	hz_uuid me = hzi_cell_client(cell)->uuid;
	int64_t held = hzi_tally_get(&state->holders, me);
	if (state->owned && !hzi_tally_set(&state->holders, me, held + permits)) {
		errand->code = HZ_ERR_MEMORY;
		return HZI_ERRAND_DONE;
	}
	state->number -= permits;
	errand->takes = state->owned ? permits : 0;
	return HZI_ERRAND_CHANGED;
}

// Others would take back at once what a client holds of whom nobody knows that it is alive.
static bool
may_hold(const hzi_cell *cell, const hzi_state *state)
{
	return !state->owned || hzi_keeper_is_vouched(hzi_cell_client(cell));
}

static hzi_verdict
acquire(const hzi_cell *cell, hzi_errand *errand, hzi_state *state)
{
	if (state->number >= errand->a && may_hold(cell, state)) {
		errand->result = 1;
		return take(cell, errand, state, errand->a);
	}
	return errand->waits ? HZI_ERRAND_WAITS : HZI_ERRAND_DONE;
}

static hzi_verdict
drain(const hzi_cell *cell, hzi_errand *errand, hzi_state *state)
{
	if (state->number <= 0 || !may_hold(cell, state)) {
		return HZI_ERRAND_DONE;
	}
	errand->result = state->number;
	return take(cell, errand, state, state->number);
}

static hzi_verdict
release(const hzi_cell *cell, hzi_errand *errand, hzi_state *state)
{
	hz_uuid me = hzi_cell_client(cell)->uuid;
	if (state->owned && hzi_tally_get(&state->holders, me) < errand->a) {
		errand->code = hzi_cell_held(cell) >= errand->a ? HZ_ERR_SESSION_EXPIRED
								: HZ_ERR_STATE;
		errand->why = "the client does not hold as many permits";
		return HZI_ERRAND_DONE;
	}
	return take(cell, errand, state, -errand->a);
}

static hzi_verdict
reclaim(hzi_errand *errand, hzi_state *state)
{
	int64_t held = hzi_tally_get(&state->holders, errand->client);
	if (held == 0) {
		return HZI_ERRAND_DONE;
	}
	hzi_tally_set(&state->holders, errand->client, 0);
	state->number += held;
	return HZI_ERRAND_CHANGED;
}

static hzi_verdict
change(const hzi_cell *cell, hzi_errand *errand, hzi_state *state)
{
	bool done = errand->kind == CHANGE || !state->exists;
	if (!state->exists) {
		state->owned = hzi_cell_client(cell)->config->semaphore_owners;
		state->exists = true;
	}
	errand->result = done;
	state->number += done ? errand->a : 0;
	return done ? HZI_ERRAND_CHANGED : HZI_ERRAND_DONE;
}

static hzi_verdict
apply(const hzi_cell *cell, hzi_errand *errand, hzi_state *state)
{
	errand->takes = 0;
	switch (errand->kind) {
	case ACQUIRE:
		return acquire(cell, errand, state);
	case RELEASE:
		return release(cell, errand, state);
	case DRAIN:
		return drain(cell, errand, state);
	case INIT:
	case CHANGE:
		return change(cell, errand, state);
	case HZI_ERRAND_RECLAIM:
		return reclaim(errand, state);
	default:
		errand->result = state->number;
		return HZI_ERRAND_DONE;
	}
}

// Permits that a call got after it was given up are for nobody.
static bool
undo(const hzi_errand *errand, hzi_errand *undoing)
{
	undoing->kind = RELEASE;
	undoing->a = errand->kind == DRAIN ? errand->result : errand->a;
	return errand->kind == ACQUIRE || errand->kind == DRAIN;
}

const hzi_utility hzi_semaphore_utility = {
		.map = "hz_semaphores",
		.fields = FIELDS,
		.apply = apply,
		.undo = undo,
		.listens = true,
		.leases = true,
};

// ---- Operations ----

static hz_future
run_checked(hzi_cp_handle *handle, const hzi_op *op, int kind, int32_t permits, int32_t least,
		const char *text)
{
	hzi_call *call;
	hzi_errand *errand;
	hz_future future;
	if (!hzi_errand_begin(&handle->handle, handle->cell, op, kind, &call, &errand, &future)) {
		return future;
	}
	if (permits < least) {
		return hzi_call_refuse(call, HZ_ERR_ARGUMENT, text);
	}
	errand->a = permits;
	return hzi_errand_send(call);
}

static hz_future
acquire_in(hzi_cp_handle *handle, const hzi_op *op, int32_t permits, int64_t timeout_ms,
		hz_err late)
{
	hzi_call *call;
	hzi_errand *errand;
	hz_future future;
	if (!hzi_errand_begin(
			    &handle->handle, handle->cell, op, ACQUIRE, &call, &errand, &future)) {
		return future;
	}
	if (permits < 1) {
		return hzi_call_refuse(call, HZ_ERR_ARGUMENT, "fewer permits than 1");
	}
	if (timeout_ms < 0 && op != &ACQUIRE_OP) {
		return hzi_call_refuse(call, HZ_ERR_ARGUMENT, "negative timeout");
	}
	errand->a = permits;
	errand->thorough = true;
	hzi_errand_waits(call, errand, timeout_ms, late);
	return hzi_errand_send(call);
}

static hz_future
acquire_some(hzi_cp_handle *handle, int32_t permits)
{
	int64_t wait_ms = hzi_handle_wait_ms(&handle->handle);
	return acquire_in(handle, &ACQUIRE_OP, permits, wait_ms > 0 ? wait_ms : HZ_FOREVER,
			HZ_ERR_TIMEOUT);
}

static hz_future
try_acquire(hzi_cp_handle *handle, int32_t permits, int64_t timeout_ms)
{
	return acquire_in(handle, &TRY_ACQUIRE_OP, permits, timeout_ms, HZ_OK);
}

static hz_future
release_some(hzi_cp_handle *handle, int32_t permits)
{
	return run_checked(handle, &RELEASE_OP, RELEASE, permits, 1, "fewer permits than 1");
}

static hz_future
drain_permits(hzi_cp_handle *handle)
{
	return hzi_errand_run(&handle->handle, handle->cell, &DRAIN_OP, DRAIN, 0, 0);
}

static const char negative[] = "a negative number of permits";

static hz_future
init(hzi_cp_handle *handle, int32_t permits)
{
	return run_checked(handle, &INIT_OP, INIT, permits, 0, negative);
}

static hz_future
available_permits(hzi_cp_handle *handle)
{
	hzi_call *call;
	hzi_errand *errand;
	hz_future future;
	if (!hzi_errand_begin(&handle->handle, handle->cell, &AVAILABLE_OP, AVAILABLE, &call,
			    &errand, &future)) {
		return future;
	}
	errand->thorough = true;
	return hzi_errand_send(call);
}

static hz_future
change_permits(hzi_cp_handle *handle, int32_t permits, int64_t sign)
{
	hzi_call *call;
	hzi_errand *errand;
	hz_future future;
	if (!hzi_errand_begin(&handle->handle, handle->cell, &CHANGE_OP, CHANGE, &call, &errand,
			    &future)) {
		return future;
	}
	if (permits < 0) {
		return hzi_call_refuse(call, HZ_ERR_ARGUMENT, negative);
	}
	errand->a = permits * sign;
	return hzi_errand_send(call);
}

static hz_future
reduce_permits(hzi_cp_handle *handle, int32_t permits)
{
	return change_permits(handle, permits, -1);
}

static hz_future
increase_permits(hzi_cp_handle *handle, int32_t permits)
{
	return change_permits(handle, permits, 1);
}

const hzi_semaphore_ops hzi_semaphore_on_map = {
		.init = init,
		.acquire = acquire_some,
		.try_acquire = try_acquire,
		.release = release_some,
		.drain_permits = drain_permits,
		.available_permits = available_permits,
		.reduce_permits = reduce_permits,
		.increase_permits = increase_permits,
};
