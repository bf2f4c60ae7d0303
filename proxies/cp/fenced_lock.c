// SPDX-License-Identifier: Apache-2.0
#include "protocol/gen/fenced_lock.h"
#include "proxies/cp/owners.h"
#include "proxies/map_backend/handle.h"

#include "base/fail.h"
#include "base/platform.h"

#include <hazelcast/fenced_lock.h>

struct hz_fenced_lock {
	HZI_CP_HANDLE;
	hzi_cp_bond *bond;
};

static hz_err need_fence(hzi_call *call, hz_result *out, hz_error *err);
static hz_err need_fence_in_time(hzi_call *call, hz_result *out, hz_error *err);
static hz_err take_fence(hzi_call *call, hz_result *out, hz_error *err);
static hz_err take_unlocked(hzi_call *call, hz_result *out, hz_error *err);
static hz_err take_locked(hzi_call *call, hz_result *out, hz_error *err);
static hz_err take_mine(hzi_call *call, hz_result *out, hz_error *err);
static hz_err take_count(hzi_call *call, hz_result *out, hz_error *err);
static hz_err take_own_fence(hzi_call *call, hz_result *out, hz_error *err);

static const hzi_op LOCK = {&HZP_FENCED_LOCK_LOCK, HZ_RESULT_I64, HZI_OP_WAITS, need_fence};
static const hzi_op LOCK_IN_TIME = {
		&HZP_FENCED_LOCK_TRY_LOCK, HZ_RESULT_I64, 0, need_fence_in_time};
static const hzi_op TRY_LOCK = {&HZP_FENCED_LOCK_TRY_LOCK, HZ_RESULT_I64, 0, take_fence};
static const hzi_op UNLOCK = {&HZP_FENCED_LOCK_UNLOCK, HZ_RESULT_NONE, 0, take_unlocked};
static const hzi_op IS_LOCKED = {
		&HZP_FENCED_LOCK_GET_LOCK_OWNERSHIP, HZ_RESULT_BOOL, 0, take_locked};
static const hzi_op IS_MINE = {&HZP_FENCED_LOCK_GET_LOCK_OWNERSHIP, HZ_RESULT_BOOL, 0, take_mine};
static const hzi_op COUNT = {&HZP_FENCED_LOCK_GET_LOCK_OWNERSHIP, HZ_RESULT_I32, 0, take_count};
static const hzi_op FENCE = {&HZP_FENCED_LOCK_GET_LOCK_OWNERSHIP, HZ_RESULT_I64, 0, take_own_fence};

// Protocol 3.13.
enum { ILLEGAL_MONITOR_STATE = 26 };

HZI_HANDLE_BASE(fenced_lock)
HZI_HANDLE_CLOSE(fenced_lock)
HZI_BACKEND(fenced_lock)

static hzi_cp_handle *
cp_of(hz_fenced_lock *lock)
{
	return lock != NULL ? &lock->cp : NULL;
}

static hz_fenced_lock *
lock_of(hzi_cp_handle *handle)
{
	return handle != NULL ? HZI_OUTER(handle, hz_fenced_lock, cp) : NULL;
}

static hzi_cp_bond *
bond_of(const hz_fenced_lock *lock)
{
	return lock != NULL ? lock->bond : NULL;
}

HZ_API hz_err
hz_fenced_lock_open(hz_client *client, const char *name, const hz_call *call, hz_fenced_lock **out,
		hz_error *err)
{
	hzi_handle *handle = NULL;
	hz_err e = hzi_concurrency_open(client, HZ_SERVICE_FENCED_LOCK, &hzi_fenced_lock_utility,
			name, call, sizeof(**out), out != NULL ? &handle : NULL, err);
	if (e != HZ_OK) {
		return e;
	}
	hz_fenced_lock *lock = HZI_OUTER(handle, hz_fenced_lock, handle);
	if (lock->cp.cell != NULL) {
		*out = lock;
		return HZ_OK;
	}
	lock->bond = hzi_cp_bond_of(&lock->cp);
	if (lock->bond == NULL) {
		hzi_handle_close(handle);
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for a lock");
	}
	*out = lock;
	return HZ_OK;
}

// ---- The owner's session ----

// An owner whose session was lost must hear of it, once, before anything else happens.
static hz_err
check_held(hzi_call *call, int64_t session)
{
	hzi_cp_bond *bond = hzi_cp_bond_in(call);
	int64_t held = hzi_cp_bond_held(bond, call->owner_id);
	if (held == 0 || held == session) {
		return HZ_OK;
	}
	hzi_cp_bond_forget(bond, call->owner_id);
	return HZ_ERR_LOCK_OWNERSHIP_LOST;
}

static void
lose(hzi_call *call)
{
	hzi_cp_bond_forget(hzi_cp_bond_in(call), call->owner_id);
	call->code = HZ_ERR_LOCK_OWNERSHIP_LOST;
}

// What only the map backend has.
static hz_future
refuse_on_cp(hzi_cp_handle *handle, const hzi_op *op, const char *text)
{
	return handle != NULL ? hzi_concurrency_refuse(handle, op, text)
			      : hzi_future_error(HZ_ERR_ARGUMENT);
}

// ---- Locking ----

static hz_err
choose_lock(hzi_call *call)
{
	hzi_cp_bond *bond = hzi_cp_bond_in(call);
	hz_err e = hzi_cp_bond_choose(call, false);
	if (e == HZ_ERR_OFFLINE && hzi_cp_bond_held(bond, call->owner_id) != 0) {
		return check_held(call, 0); // whatever the new session will be, it is not that one
	}
	return e == HZ_OK ? check_held(call, hzi_cp_bond_session(call)) : e;
}

static hzi_again
again_lock(hzi_call *call)
{
	if (!hzi_cp_bond_is_expired(call)) {
		return hzi_cp_bond_again(call, true);
	}
	if (hzi_cp_bond_held(hzi_cp_bond_in(call), call->owner_id) != 0) {
		lose(call);
		return HZI_AGAIN_NO;
	}
	return HZI_AGAIN_LATER;
}

// The fence, 0 when there is none. An owner that has the lock already and does not get it again has
// met the limit.
static hz_err
read_fence(hzi_call *call, int64_t *fence, hz_error *err)
{
	hzp_fenced_lock_lock_response response;
	hzi_cp_bond *bond = hzi_cp_bond_in(call);
	hz_err e = hzi_call_decode(call, &response, err);
	if (e != HZ_OK) {
		return e;
	}
	*fence = response.response > 0 ? response.response : 0;
	if (*fence != 0) {
		return hzi_cp_bond_hold(
				bond, call->extra, call->owner_id, hzi_cp_bond_session(call));
	}
	return hzi_cp_bond_held(bond, call->owner_id) != 0
			? hzi_cp_bond_miss(call, HZ_ERR_LOCK_LIMIT, hz_err_text(HZ_ERR_LOCK_LIMIT),
					  err)
			: HZ_OK;
}

static hz_err
need(hzi_call *call, hz_err code, const char *text, hz_result *out, hz_error *err)
{
	hz_err e = read_fence(call, &out->u.i64, err);
	return e == HZ_OK && out->u.i64 == 0 ? hzi_cp_bond_miss(call, code, text, err) : e;
}

static hz_err
need_fence(hzi_call *call, hz_result *out, hz_error *err)
{
	return need(call, HZ_ERR_LOCK_LIMIT, hz_err_text(HZ_ERR_LOCK_LIMIT), out, err);
}

static hz_err
need_fence_in_time(hzi_call *call, hz_result *out, hz_error *err)
{
	return need(call, HZ_ERR_TIMEOUT, "the lock stayed taken", out, err);
}

static hz_err
take_fence(hzi_call *call, hz_result *out, hz_error *err)
{
	hz_err e = read_fence(call, &out->u.i64, err);
	return e == HZ_OK && out->u.i64 == 0 && call->was_in_doubt
			? hzi_cp_bond_miss(call, HZ_ERR_INDETERMINATE,
					  "the lock stayed taken, but an earlier try may take it "
					  "yet",
					  err)
			: e;
}

static void
unlock_late(const hzi_call *call, const hzi_slice *msg)
{
	static const hzi_op undo = {&HZP_FENCED_LOCK_UNLOCK, HZ_RESULT_NONE, 0, NULL};
	if (hzi_cp_bond_answer(msg, 8) > 0) {
		hzi_cp_bond_undo(call, &undo);
	}
}

static hz_future
try_lock(hz_fenced_lock *lock, const hzi_op *op, int64_t timeout_ms)
{
	static const hzi_aim aim = {choose_lock, again_lock, NULL};
	hzi_call *call;
	hz_future future;
	if (!hzi_cp_bond_begin_taking(cp_of(lock), bond_of(lock), op, &aim, &call, &future)) {
		return future;
	}
	if (timeout_ms < 0) {
		return hzi_call_refuse(call, HZ_ERR_ARGUMENT, "negative timeout");
	}
	call->late = unlock_late;
	hzi_call_waits(call, timeout_ms);
	return hzi_call_submit(call,
			&(hzp_fenced_lock_try_lock_request){
					.group_id = hzi_cp_group_id(lock->cp.group),
					.name = hzi_cp_object_name(&lock->cp),
					.invocation_uid = hzi_uuid_random(),
					.timeout_ms = timeout_ms,
			});
}

// Their messages know of no lease.
static hz_future
refuse_lease(hzi_cp_handle *handle)
{
	return refuse_on_cp(handle, &TRY_LOCK, "the CP subsystem has no leases");
}

static hz_future
lock_on_cp(hzi_cp_handle *handle, int64_t lease_ms)
{
	hz_fenced_lock *lock = lock_of(handle);
	static const hzi_aim aim = {choose_lock, again_lock, NULL};
	hzi_call *call;
	hz_future future;
	int64_t wait_ms = hzi_handle_wait_ms(handle_of(lock));
	if (lease_ms != 0) {
		return refuse_lease(handle);
	}
	if (wait_ms > 0) {
		return try_lock(lock, &LOCK_IN_TIME, wait_ms);
	}
	if (!hzi_cp_bond_begin_taking(cp_of(lock), bond_of(lock), &LOCK, &aim, &call, &future)) {
		return future;
	}
	call->late = unlock_late;
	return hzi_call_submit(call,
			&(hzp_fenced_lock_lock_request){
					.group_id = hzi_cp_group_id(lock->cp.group),
					.name = hzi_cp_object_name(&lock->cp),
					.invocation_uid = hzi_uuid_random(),
			});
}

static hz_future
try_lock_on_cp(hzi_cp_handle *handle, int64_t timeout_ms, int64_t lease_ms)
{
	if (lease_ms != 0) {
		return refuse_lease(handle);
	}
	return try_lock(lock_of(handle), &TRY_LOCK, timeout_ms);
}

// ---- Unlocking ----

// With the session there is: a new one owns nothing.
static hz_err
choose_unlock(hzi_call *call)
{
	int64_t session = hzi_cp_session_id(hzi_cp_bond_in(call)->session);
	hz_err e = session != 0 ? hzi_cp_bond_choose(call, false) : HZ_ERR_OFFLINE;
	if (e == HZ_ERR_OFFLINE) {
		e = check_held(call, 0);
		return e != HZ_OK ? e : HZ_ERR_NOT_OWNER;
	}
	hzi_cp_bond_note_move(call);
	return e == HZ_OK ? check_held(call, hzi_cp_bond_session(call)) : e;
}

static hzi_again
again_unlock(hzi_call *call)
{
	if (hzi_cp_bond_is_expired(call)) {
		lose(call);
		return HZI_AGAIN_NO;
	}
	if (call->code == HZ_ERR_SERVER && call->server_code == ILLEGAL_MONITOR_STATE) {
		hzi_cp_bond_forget_noted(call);
	}
	return hzi_cp_bond_again(call, true);
}

static hz_err
take_unlocked(hzi_call *call, hz_result *out, hz_error *err)
{
	hzp_fenced_lock_unlock_response response;
	(void)out;
	hz_err e = hzi_call_decode(call, &response, err);
	if (e == HZ_OK && !response.response) {
		hzi_cp_bond_forget_noted(call);
	}
	return e;
}

static hz_future
unlock_on_cp(hzi_cp_handle *handle)
{
	hz_fenced_lock *lock = lock_of(handle);
	static const hzi_aim aim = {choose_unlock, again_unlock, NULL};
	hzi_call *call;
	hz_future future;
	if (!hzi_cp_bond_begin(cp_of(lock), bond_of(lock), &UNLOCK, &aim, &call, &future)) {
		return future;
	}
	return hzi_call_submit(call,
			&(hzp_fenced_lock_unlock_request){
					.group_id = hzi_cp_group_id(lock->cp.group),
					.name = hzi_cp_object_name(&lock->cp),
					.invocation_uid = hzi_uuid_random(),
			});
}

// ---- Looking ----

static hz_err
choose_look(hzi_call *call)
{
	const hzi_cp_bond *bond = hzi_cp_bond_in(call);
	int64_t session = hzi_cp_session_id(bond->session);
	call->aim_mark = (uint64_t)session;
	hzi_cp_route(call, bond->group);
	hzi_cp_bond_note(call);
	return check_held(call, session);
}

static hzi_again
again_look(hzi_call *call)
{
	return hzi_cp_bond_again(call, true);
}

typedef hzp_fenced_lock_get_lock_ownership_response ownership;

// *mine: the call's owner has the lock. An owner that had it and lost it hears of that.
static hz_err
read_ownership(hzi_call *call, ownership *o, bool *mine, hz_error *err)
{
	hzi_cp_bond *bond = hzi_cp_bond_in(call);
	int64_t session = hzi_cp_bond_session(call);
	hz_err e = hzi_call_decode(call, o, err);
	if (e != HZ_OK) {
		return e;
	}
	*mine = o->fence > 0 && session != 0 && o->session_id == session &&
			o->thread_id == call->owner_id;
	if (*mine && call->aim_note == 0) {
		e = hzi_cp_bond_hold(bond, NULL, call->owner_id, session); // nobody knew
	} else if (!*mine && hzi_cp_bond_forget_noted(call)) {
		e = HZ_ERR_LOCK_OWNERSHIP_LOST;
	}
	return e == HZ_OK ? HZ_OK : hzi_call_miss(call, e, hz_err_text(e), err);
}

static hz_err
take_locked(hzi_call *call, hz_result *out, hz_error *err)
{
	ownership o = {0};
	bool mine = false;
	hz_err e = read_ownership(call, &o, &mine, err);
	out->u.b = o.fence > 0;
	return e;
}

static hz_err
take_mine(hzi_call *call, hz_result *out, hz_error *err)
{
	ownership o = {0};
	return read_ownership(call, &o, &out->u.b, err);
}

static hz_err
take_count(hzi_call *call, hz_result *out, hz_error *err)
{
	ownership o = {0};
	bool mine = false;
	hz_err e = read_ownership(call, &o, &mine, err);
	out->u.i32 = o.lock_count;
	return e;
}

static hz_err
take_own_fence(hzi_call *call, hz_result *out, hz_error *err)
{
	ownership o = {0};
	bool mine = false;
	hz_err e = read_ownership(call, &o, &mine, err);
	out->u.i64 = o.fence;
	return e == HZ_OK && !mine
			? hzi_call_miss(call, HZ_ERR_NOT_OWNER, hz_err_text(HZ_ERR_NOT_OWNER), err)
			: e;
}

static hz_future
look(hz_fenced_lock *lock, const hzi_op *op)
{
	static const hzi_aim aim = {choose_look, again_look, NULL};
	hzi_call *call;
	hz_future future;
	if (!hzi_cp_bond_begin(cp_of(lock), bond_of(lock), op, &aim, &call, &future)) {
		return future;
	}
	return hzi_call_submit(call,
			&(hzp_fenced_lock_get_lock_ownership_request){
					.group_id = hzi_cp_group_id(lock->cp.group),
					.name = hzi_cp_object_name(&lock->cp),
			});
}

static hz_future
is_locked_on_cp(hzi_cp_handle *handle)
{
	return look(lock_of(handle), &IS_LOCKED);
}

static hz_future
is_locked_by_current_owner_on_cp(hzi_cp_handle *handle)
{
	return look(lock_of(handle), &IS_MINE);
}

static hz_future
get_lock_count_on_cp(hzi_cp_handle *handle)
{
	return look(lock_of(handle), &COUNT);
}

static hz_future
get_fence_on_cp(hzi_cp_handle *handle)
{
	return look(lock_of(handle), &FENCE);
}

static hz_future
force_unlock_on_cp(hzi_cp_handle *handle)
{
	return refuse_on_cp(handle, &UNLOCK, "the CP subsystem takes no lock from its owner");
}

static hz_future
get_remaining_lease_on_cp(hzi_cp_handle *handle)
{
	return refuse_on_cp(handle, &FENCE, "the CP subsystem has no leases");
}

// ---- On either backend ----

static const hzi_fenced_lock_ops on_cp = {
		.lock = lock_on_cp,
		.try_lock = try_lock_on_cp,
		.unlock = unlock_on_cp,
		.force_unlock = force_unlock_on_cp,
		.is_locked = is_locked_on_cp,
		.is_locked_by_current_owner = is_locked_by_current_owner_on_cp,
		.get_lock_count = get_lock_count_on_cp,
		.get_fence = get_fence_on_cp,
		.get_remaining_lease = get_remaining_lease_on_cp,
		.destroy = hzi_cp_destroy_async,
};

HZI_OPS(fenced_lock)

HZ_API hz_future
hz_fenced_lock_destroy_async(hz_fenced_lock *lock)
{
	return ops_of(lock)->destroy(cp_of(lock));
}

HZ_API hz_future
hz_fenced_lock_lock_async(hz_fenced_lock *lock)
{
	return ops_of(lock)->lock(cp_of(lock), 0);
}

HZ_API hz_future
hz_fenced_lock_lock_lease_async(hz_fenced_lock *lock, int64_t lease_ms)
{
	return ops_of(lock)->lock(cp_of(lock), lease_ms);
}

HZ_API hz_future
hz_fenced_lock_try_lock_async(hz_fenced_lock *lock, int64_t timeout_ms)
{
	return ops_of(lock)->try_lock(cp_of(lock), timeout_ms, 0);
}

HZ_API hz_future
hz_fenced_lock_try_lock_lease_async(hz_fenced_lock *lock, int64_t timeout_ms, int64_t lease_ms)
{
	return ops_of(lock)->try_lock(cp_of(lock), timeout_ms, lease_ms);
}

HZ_API hz_future
hz_fenced_lock_unlock_async(hz_fenced_lock *lock)
{
	return ops_of(lock)->unlock(cp_of(lock));
}

HZ_API hz_future
hz_fenced_lock_force_unlock_async(hz_fenced_lock *lock)
{
	return ops_of(lock)->force_unlock(cp_of(lock));
}

HZ_API hz_future
hz_fenced_lock_is_locked_async(hz_fenced_lock *lock)
{
	return ops_of(lock)->is_locked(cp_of(lock));
}

HZ_API hz_future
hz_fenced_lock_is_locked_by_current_owner_async(hz_fenced_lock *lock)
{
	return ops_of(lock)->is_locked_by_current_owner(cp_of(lock));
}

HZ_API hz_future
hz_fenced_lock_get_lock_count_async(hz_fenced_lock *lock)
{
	return ops_of(lock)->get_lock_count(cp_of(lock));
}

HZ_API hz_future
hz_fenced_lock_get_fence_async(hz_fenced_lock *lock)
{
	return ops_of(lock)->get_fence(cp_of(lock));
}

HZ_API hz_future
hz_fenced_lock_get_remaining_lease_async(hz_fenced_lock *lock)
{
	return ops_of(lock)->get_remaining_lease(cp_of(lock));
}
