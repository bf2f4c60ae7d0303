// SPDX-License-Identifier: Apache-2.0
#include "protocol/gen/semaphore.h"
#include "proxies/cp/bond.h"
#include "proxies/map_backend/handle.h"

#include "base/fail.h"
#include "base/platform.h"

#include <hazelcast/semaphore.h>

struct hz_semaphore {
	HZI_CP_HANDLE;
	hzi_cp_bond *bond;
};

static hz_err need_permits(hzi_call *call, hz_result *out, hz_error *err);
static hz_err take_permits(hzi_call *call, hz_result *out, hz_error *err);

static const hzi_op KIND = {&HZP_SEMAPHORE_GET_SEMAPHORE_TYPE, HZ_RESULT_BOOL, 0, NULL};
static const hzi_op INIT = {&HZP_SEMAPHORE_INIT, HZ_RESULT_BOOL, 0, NULL};
static const hzi_op ACQUIRE = {&HZP_SEMAPHORE_ACQUIRE, HZ_RESULT_NONE, HZI_OP_WAITS, need_permits};
static const hzi_op ACQUIRE_IN_TIME = {&HZP_SEMAPHORE_ACQUIRE, HZ_RESULT_NONE, 0, need_permits};
static const hzi_op TRY_ACQUIRE = {&HZP_SEMAPHORE_ACQUIRE, HZ_RESULT_BOOL, 0, take_permits};
static const hzi_op RELEASE = {&HZP_SEMAPHORE_RELEASE, HZ_RESULT_NONE, 0, NULL};
static const hzi_op DRAIN = {&HZP_SEMAPHORE_DRAIN, HZ_RESULT_I32, 0, NULL};
static const hzi_op CHANGE = {&HZP_SEMAPHORE_CHANGE, HZ_RESULT_NONE, 0, NULL};
static const hzi_op AVAILABLE = {&HZP_SEMAPHORE_AVAILABLE_PERMITS, HZ_RESULT_I32, 0, NULL};

// Whether permits belong to sessions: the kind of a bond.
enum { UNKNOWN = 0, WITH_SESSIONS = 1, WITHOUT_SESSIONS = 2 };

HZI_HANDLE_BASE(semaphore)
HZI_HANDLE_CLOSE(semaphore)
HZI_BACKEND(semaphore)

static hzi_cp_handle *
cp_of(hz_semaphore *semaphore)
{
	return semaphore != NULL ? &semaphore->cp : NULL;
}

static hz_semaphore *
semaphore_of(hzi_cp_handle *handle)
{
	return handle != NULL ? HZI_OUTER(handle, hz_semaphore, cp) : NULL;
}

static hzi_cp_bond *
bond_of(const hz_semaphore *semaphore)
{
	return semaphore != NULL ? semaphore->bond : NULL;
}

// ---- Opening ----

static hz_err
learn_kind(hz_semaphore *semaphore, hz_error *err)
{
	hzi_call *call;
	hz_future future;
	bool without = false;
	if (atomic_load(&semaphore->bond->kind) != UNKNOWN) {
		return HZ_OK;
	}
	if (hzi_cp_begin(cp_of(semaphore), &KIND, &call, &future)) {
		future = hzi_call_submit(call,
				&(hzp_semaphore_get_semaphore_type_request){
						.proxy_name = hzi_handle_name(handle_of(semaphore)),
				});
	}
	hz_err e = hz_run_bool(future, &without, err);
	if (e == HZ_OK) {
		atomic_store(&semaphore->bond->kind, without ? WITHOUT_SESSIONS : WITH_SESSIONS);
	}
	return e;
}

HZ_API hz_err
hz_semaphore_open(hz_client *client, const char *name, const hz_call *call, hz_semaphore **out,
		hz_error *err)
{
	hzi_handle *handle = NULL;
	hz_err e = hzi_concurrency_open(client, HZ_SERVICE_SEMAPHORE, &hzi_semaphore_utility, name,
			call, sizeof(**out), out != NULL ? &handle : NULL, err);
	if (e != HZ_OK) {
		return e;
	}
	hz_semaphore *semaphore = HZI_OUTER(handle, hz_semaphore, handle);
	if (semaphore->cp.cell != NULL) {
		*out = semaphore;
		return HZ_OK;
	}
	semaphore->bond = hzi_cp_bond_of(&semaphore->cp);
	e = semaphore->bond != NULL ? learn_kind(semaphore, err)
				    : hzi_fail(err, HZ_ERR_MEMORY, "no memory for a semaphore");
	if (e != HZ_OK) {
		hzi_handle_close(handle);
		return e;
	}
	*out = semaphore;
	return HZ_OK;
}

HZ_API hz_future
hz_semaphore_destroy_async(hz_semaphore *semaphore)
{
	return hzi_concurrency_destroy_async(cp_of(semaphore));
}

// ---- Who takes, and what a lost session means ----

static bool
has_sessions(const hzi_call *call)
{
	return atomic_load(&hzi_cp_bond_in(call)->kind) == WITH_SESSIONS;
}

static hz_err
choose_who(hzi_call *call, bool permits)
{
	return has_sessions(call) ? hzi_cp_bond_choose(call, permits)
				  : hzi_cp_bond_choose_thread(call, permits);
}

static hz_err
choose_acquire(hzi_call *call)
{
	return choose_who(call, true);
}

static hz_err
choose_plain(hzi_call *call)
{
	return choose_who(call, false);
}

// With the session there is: a new one has no permits, and what an older one had is back.
static hz_err
choose_release(hzi_call *call)
{
	hzi_cp_session *session = hzi_cp_bond_in(call)->session;
	if (!has_sessions(call)) {
		return hzi_cp_bond_choose_thread(call, false);
	}
	int64_t before = hzi_cp_bond_session(call);
	int64_t id = hzi_cp_session_id(session);
	if (id == 0 && !hzi_cp_session_was_made(session)) {
		return HZ_ERR_STATE;
	}
	if (id == 0 || (before != 0 && before != id)) {
		return HZ_ERR_SESSION_EXPIRED;
	}
	hz_err e = hzi_cp_bond_choose(call, false);
	bool lost = e == HZ_ERR_OFFLINE || (e == HZ_OK && hzi_cp_bond_session(call) != id);
	return lost ? HZ_ERR_SESSION_EXPIRED : e;
}

// What was taken with the lost session is back at the members, so taking is tried with a new one.
static hzi_again
again_take(hzi_call *call)
{
	return hzi_cp_bond_is_expired(call) ? HZI_AGAIN_LATER
					    : hzi_cp_bond_again(call, has_sessions(call));
}

static hzi_again
again_release(hzi_call *call)
{
	return hzi_cp_bond_is_expired(call) ? HZI_AGAIN_NO
					    : hzi_cp_bond_again(call, has_sessions(call));
}

// A change outlives its session: after a try that may have come through it is not made again.
static hzi_again
again_change(hzi_call *call)
{
	if (!hzi_cp_bond_is_expired(call)) {
		return hzi_cp_bond_again(call, has_sessions(call));
	}
	return call->was_in_doubt ? HZI_AGAIN_NO : HZI_AGAIN_LATER;
}

// ---- Taking and giving ----

static const char too_few[] = "fewer permits than 1";

static hz_err
need_permits(hzi_call *call, hz_result *out, hz_error *err)
{
	hzp_semaphore_acquire_response response;
	(void)out;
	hz_err e = hzi_call_decode(call, &response, err);
	return e == HZ_OK && !response.response
			? hzi_cp_bond_miss(call, HZ_ERR_TIMEOUT, "too few permits were free", err)
			: e;
}

static hz_err
take_permits(hzi_call *call, hz_result *out, hz_error *err)
{
	hzp_semaphore_acquire_response response;
	hz_err e = hzi_call_decode(call, &response, err);
	if (e == HZ_OK && !response.response && call->was_in_doubt) {
		return hzi_cp_bond_miss(call, HZ_ERR_INDETERMINATE,
				"too few permits were free, but an earlier try may take some yet",
				err);
	}
	out->u.b = response.response;
	return e;
}

static void
release_late(const hzi_call *call, const hzi_slice *msg)
{
	if (hzi_cp_bond_answer(msg, 1) > 0) {
		hzi_cp_bond_undo(call, &RELEASE);
	}
}

// Without a timeout to be kept the number in the request stays: 0 for at once, -1 for ever.
static hz_future
acquire(hz_semaphore *semaphore, const hzi_op *op, int32_t permits, int64_t timeout_ms)
{
	static const hzi_aim aim = {choose_acquire, again_take, NULL};
	hzi_call *call;
	hz_future future;
	if (!hzi_cp_bond_begin_taking(
			    cp_of(semaphore), bond_of(semaphore), op, &aim, &call, &future)) {
		return future;
	}
	if (permits < 1) {
		return hzi_call_refuse(call, HZ_ERR_ARGUMENT, too_few);
	}
	if (timeout_ms < 0 && op != &ACQUIRE) {
		return hzi_call_refuse(call, HZ_ERR_ARGUMENT, "negative timeout");
	}
	HZI_ASSERT(semaphore != NULL); // since the call was begun
	call->late = release_late;
	if (timeout_ms > 0) {
		hzi_call_waits(call, timeout_ms);
	}
	return hzi_call_submit(call,
			&(hzp_semaphore_acquire_request){
					.group_id = hzi_cp_group_id(semaphore->cp.group),
					.name = hzi_cp_object_name(&semaphore->cp),
					.invocation_uid = hzi_uuid_random(),
					.permits = permits,
					.timeout_ms = timeout_ms,
			});
}

static hz_future
acquire_on_cp(hzi_cp_handle *handle, int32_t permits)
{
	hz_semaphore *semaphore = semaphore_of(handle);
	int64_t wait_ms = hzi_handle_wait_ms(semaphore != NULL ? handle_of(semaphore) : NULL);
	return wait_ms > 0 ? acquire(semaphore, &ACQUIRE_IN_TIME, permits, wait_ms)
			   : acquire(semaphore, &ACQUIRE, permits, HZ_FOREVER);
}

static hz_future
try_acquire_on_cp(hzi_cp_handle *handle, int32_t permits, int64_t timeout_ms)
{
	return acquire(semaphore_of(handle), &TRY_ACQUIRE, permits, timeout_ms);
}

static hz_future
release_on_cp(hzi_cp_handle *handle, int32_t permits)
{
	hz_semaphore *semaphore = semaphore_of(handle);
	static const hzi_aim aim = {choose_release, again_release, NULL};
	hzi_call *call;
	hz_future future;
	if (!hzi_cp_bond_begin(
			    cp_of(semaphore), bond_of(semaphore), &RELEASE, &aim, &call, &future)) {
		return future;
	}
	if (permits < 1) {
		return hzi_call_refuse(call, HZ_ERR_ARGUMENT, too_few);
	}
	return hzi_call_submit(call,
			&(hzp_semaphore_release_request){
					.group_id = hzi_cp_group_id(semaphore->cp.group),
					.name = hzi_cp_object_name(&semaphore->cp),
					.invocation_uid = hzi_uuid_random(),
					.permits = permits,
			});
}

static hz_future
drain_permits_on_cp(hzi_cp_handle *handle)
{
	hz_semaphore *semaphore = semaphore_of(handle);
	static const hzi_aim aim = {choose_plain, again_take, NULL};
	hzi_call *call;
	hz_future future;
	if (!hzi_cp_bond_begin(
			    cp_of(semaphore), bond_of(semaphore), &DRAIN, &aim, &call, &future)) {
		return future;
	}
	return hzi_call_submit(call,
			&(hzp_semaphore_drain_request){
					.group_id = hzi_cp_group_id(semaphore->cp.group),
					.name = hzi_cp_object_name(&semaphore->cp),
					.invocation_uid = hzi_uuid_random(),
			});
}

// ---- How many there are ----

static hz_future
init_on_cp(hzi_cp_handle *handle, int32_t permits)
{
	hz_semaphore *semaphore = semaphore_of(handle);
	hzi_call *call;
	hz_future future;
	if (!hzi_cp_begin(cp_of(semaphore), &INIT, &call, &future)) {
		return future;
	}
	// The members would take a negative number.
	if (permits < 0) {
		return hzi_call_refuse(call, HZ_ERR_ARGUMENT, "a negative number of permits");
	}
	return hzi_call_submit(call,
			&(hzp_semaphore_init_request){
					.group_id = hzi_cp_group_id(semaphore->cp.group),
					.name = hzi_cp_object_name(&semaphore->cp),
					.permits = permits,
			});
}

static hz_future
available_permits_on_cp(hzi_cp_handle *handle)
{
	return hzi_cp_send(handle, &AVAILABLE);
}

static hz_future
change(hz_semaphore *semaphore, int32_t permits, int32_t sign)
{
	static const hzi_aim aim = {choose_plain, again_change, NULL};
	hzi_call *call;
	hz_future future;
	if (!hzi_cp_bond_begin(
			    cp_of(semaphore), bond_of(semaphore), &CHANGE, &aim, &call, &future)) {
		return future;
	}
	if (permits < 0) {
		return hzi_call_refuse(call, HZ_ERR_ARGUMENT, "a negative number of permits");
	}
	return hzi_call_submit(call,
			&(hzp_semaphore_change_request){
					.group_id = hzi_cp_group_id(semaphore->cp.group),
					.name = hzi_cp_object_name(&semaphore->cp),
					.invocation_uid = hzi_uuid_random(),
					.permits = permits * sign,
			});
}

static hz_future
reduce_permits_on_cp(hzi_cp_handle *handle, int32_t permits)
{
	return change(semaphore_of(handle), permits, -1);
}

static hz_future
increase_permits_on_cp(hzi_cp_handle *handle, int32_t permits)
{
	return change(semaphore_of(handle), permits, 1);
}

// ---- On either backend ----

static const hzi_semaphore_ops on_cp = {
		.acquire = acquire_on_cp,
		.try_acquire = try_acquire_on_cp,
		.release = release_on_cp,
		.drain_permits = drain_permits_on_cp,
		.init = init_on_cp,
		.available_permits = available_permits_on_cp,
		.reduce_permits = reduce_permits_on_cp,
		.increase_permits = increase_permits_on_cp,
};

HZI_OPS(semaphore)

HZ_API hz_future
hz_semaphore_acquire_async(hz_semaphore *semaphore, int32_t permits)
{
	return ops_of(semaphore)->acquire(cp_of(semaphore), permits);
}

HZ_API hz_future
hz_semaphore_try_acquire_async(hz_semaphore *semaphore, int32_t permits, int64_t timeout_ms)
{
	return ops_of(semaphore)->try_acquire(cp_of(semaphore), permits, timeout_ms);
}

HZ_API hz_future
hz_semaphore_release_async(hz_semaphore *semaphore, int32_t permits)
{
	return ops_of(semaphore)->release(cp_of(semaphore), permits);
}

HZ_API hz_future
hz_semaphore_drain_permits_async(hz_semaphore *semaphore)
{
	return ops_of(semaphore)->drain_permits(cp_of(semaphore));
}

HZ_API hz_future
hz_semaphore_init_async(hz_semaphore *semaphore, int32_t permits)
{
	return ops_of(semaphore)->init(cp_of(semaphore), permits);
}

HZ_API hz_future
hz_semaphore_available_permits_async(hz_semaphore *semaphore)
{
	return ops_of(semaphore)->available_permits(cp_of(semaphore));
}

HZ_API hz_future
hz_semaphore_reduce_permits_async(hz_semaphore *semaphore, int32_t permits)
{
	return ops_of(semaphore)->reduce_permits(cp_of(semaphore), permits);
}

HZ_API hz_future
hz_semaphore_increase_permits_async(hz_semaphore *semaphore, int32_t permits)
{
	return ops_of(semaphore)->increase_permits(cp_of(semaphore), permits);
}
