// SPDX-License-Identifier: Apache-2.0
//
// Fenced locks of the map backend. A call takes steps, each a try of the one call record: at the
// member, for the key lock, and at the cell, for the entry. To lock is first the one and then the
// other, to unlock the other way round.
#include "base/fail.h"
#include "base/platform.h"
#include "protocol/gen/map.h"
#include "protocol/message.h"
#include "proxies/map_backend/handle.h"
#include "proxies/map_backend/key_lock.h"

#include <stdlib.h>

// Protocol 3.13.
enum { ILLEGAL_MONITOR_STATE = 26 };

// Of an unlock's mark: the request was not yet made for the key lock that comes next.
#define FRESH (UINT64_C(1) << 62)

static const hzi_op LOCK = {
		&HZP_MAP_LOCK, HZ_RESULT_I64, HZI_OP_WAITS | HZI_OP_OWNER, hzi_errand_finish};
static const hzi_op LOCK_IN_TIME = {
		&HZP_MAP_TRY_LOCK, HZ_RESULT_I64, HZI_OP_OWNER, hzi_errand_finish};
static const hzi_op TRY_LOCK = {&HZP_MAP_TRY_LOCK, HZ_RESULT_I64, HZI_OP_OWNER, hzi_errand_finish};
// Of an owner that has the lock, or had it.
static const hzi_op RELOCK = {&HZP_MAP_TRY_LOCK, HZ_RESULT_I64, HZI_OP_OWNER, hzi_errand_finish};
static const hzi_op FENCE = {&HZP_MAP_TRY_LOCK, HZ_RESULT_I64, HZI_OP_OWNER, hzi_errand_finish};
static const hzi_op IS_MINE = {&HZP_MAP_TRY_LOCK, HZ_RESULT_BOOL, HZI_OP_OWNER, hzi_errand_finish};
static const hzi_op UNLOCK = {&HZP_MAP_UNLOCK, HZ_RESULT_NONE, 0, hzi_errand_finish};
static const hzi_op FORCE_UNLOCK = {&HZP_MAP_FORCE_UNLOCK, HZ_RESULT_NONE, 0, hzi_errand_finish};
static const hzi_op DESTROY = {&HZP_MAP_FORCE_UNLOCK, HZ_RESULT_NONE, 0, hzi_errand_finish};
static const hzi_op IS_LOCKED = {&HZP_MAP_IS_LOCKED, HZ_RESULT_BOOL, 0, hzi_errand_finish};
static const hzi_op COUNT = {&HZP_MAP_IS_LOCKED, HZ_RESULT_I32, 0, hzi_errand_finish};
static const hzi_op REST = {&HZP_MAP_IS_LOCKED, HZ_RESULT_I64, 0, hzi_errand_finish};

static const char stayed_taken[] = "the lock stayed taken";

// ---- Steps at the member ----

static hz_err
choose(hzi_call *call)
{
	hzi_errand *errand = call->extra;
	if (errand != NULL) {
		errand->closings = atomic_load(&call->client->closings);
	} else if (call->op == &UNLOCK && (call->aim_mark & FRESH) == 0) {
		return HZ_OK; // the same request again
	}
	if (call->op == &UNLOCK) {
		call->aim_mark &= ~FRESH;
	}
	return hzi_lock_encode(call->aim_ctx, call, errand);
}

static hz_err
accept_any(const hzi_call *call)
{
	(void)call;
	return HZ_ERR_TIMEOUT;
}

static hzi_again
end(hzi_call *call, hz_err code, const char *why, uint64_t result)
{
	call->code = code;
	call->why = why;
	call->in_doubt = false;
	call->was_in_doubt = false;
	call->aim_mark = result;
	return HZI_AGAIN_NO;
}

static hzi_again
go_to_cell(hzi_call *call)
{
	call->local = hzi_errand_leave;
	return HZI_AGAIN_NOW;
}

// The member has said whether the owner has the key lock now.
static hzi_again
after_lock(hzi_call *call, bool got)
{
	hzi_errand *errand = call->extra;
	if (got) {
		errand->dropped = hzi_lock_dropped;
		errand->locked = 1;
		return go_to_cell(call);
	}
	if (errand->a != 0) {
		hzi_holds_forget(hzi_cell_holds(call->aim_ctx), call->owner_id);
		return end(call, HZ_ERR_LOCK_OWNERSHIP_LOST, NULL, 0);
	}
	return call->op == &LOCK_IN_TIME ? end(call, HZ_ERR_TIMEOUT, stayed_taken, 0)
					 : end(call, HZ_OK, NULL, 0);
}

static hzi_again
after_unlock(hzi_call *call)
{
	uint64_t left = call->aim_mark - 1;
	if (left == 0) {
		return end(call, HZ_OK, NULL, 0);
	}
	call->aim_mark = FRESH | left;
	return HZI_AGAIN_NOW;
}

// The answer of tryLock and isLocked, whose messages have the same fields.
static bool
says_yes(hzi_call *call, hz_err *e)
{
	hzp_map_is_locked_response response = {0};
	*e = hzi_call_decode(call, &response, NULL);
	return *e == HZ_OK && response.response;
}

static hzi_again
take_answer(hzi_call *call)
{
	const hzp_operation *proto = call->op->proto;
	hz_err e = HZ_OK;
	if (proto == &HZP_MAP_LOCK) {
		return after_lock(call, true);
	}
	if (proto == &HZP_MAP_UNLOCK) {
		return after_unlock(call);
	}
	if (proto == &HZP_MAP_FORCE_UNLOCK) {
		return call->op == &DESTROY ? end(call, HZ_OK, NULL, 0) : go_to_cell(call);
	}
	bool yes = says_yes(call, &e);
	if (e != HZ_OK) {
		return end(call, e, NULL, 0);
	}
	return proto == &HZP_MAP_TRY_LOCK ? after_lock(call, yes)
					  : end(call, HZ_OK, NULL, yes ? call->aim_mark : 0);
}

static hzi_again
after_member(hzi_call *call)
{
	bool answered = call->code == HZ_ERR_TIMEOUT && call->response.p != NULL;
	if (call->code == HZ_ERR_SERVER && call->server_code == ILLEGAL_MONITOR_STATE &&
			call->op == &UNLOCK) {
		answered = true; // the entry said that it was the last: more is not to be had
	}
	if (!answered) {
		return HZI_AGAIN_NO;
	}
	call->retry_until_ns = 0;
	call->tries = 0;
	return take_answer(call);
}

// ---- Steps at the cell ----

static const hzi_aim AIM;

// An owner whose lock is in doubt asks the member for it: it gets it again, or for the first time
// since it lost it, or not at all; and when the entry still has its fence, nobody had it meanwhile.
static hzi_again
verify(hzi_call *call)
{
	hzi_cell *cell = call->aim_ctx;
	hzi_hold hold = hzi_holds_get(hzi_cell_holds(cell), call->owner_id);
	hzi_errand *errand = calloc(1, sizeof(*errand));
	if (errand == NULL) {
		return end(call, HZ_ERR_MEMORY, NULL, 0);
	}
	errand->cell = cell;
	errand->kind = call->op == &IS_MINE ? HZI_LOCK_IS_MINE : HZI_LOCK_FENCE;
	errand->owner = call->owner_id;
	errand->a = hold.fence;
	errand->b = hzi_hold_lease_ms(&hold);
	errand->reference = hzi_lock_reference(call->client);
	call->extra = errand;
	call->extra_free = hzi_errand_free_unsent;
	call->local = NULL;
	call->op = call->op == &IS_MINE ? &IS_MINE : &RELOCK;
	return HZI_AGAIN_NOW;
}

static hzi_again
after_cell(hzi_call *call)
{
	if (call->code != HZ_ERR_TIMEOUT) {
		return HZI_AGAIN_NO;
	}
	const char *how = call->why;
	if (how == hzi_lock_verify) {
		call->why = NULL;
		return verify(call);
	}
	if (how == hzi_lock_ask_member) {
		call->why = NULL;
		call->local = NULL;
		call->aim_mark |= call->op == &UNLOCK ? FRESH : 0;
		return HZI_AGAIN_NOW;
	}
	return HZI_AGAIN_NO;
}

static hzi_again
again(hzi_call *call)
{
	return call->local != NULL ? after_cell(call) : after_member(call);
}

static const hzi_aim AIM = {choose, again, accept_any};

// The member gave the owner the lock after the call was given up.
static void
lock_came_late(const hzi_call *call, const hzi_slice *msg)
{
	const uint8_t *answer = msg->p + HZP_FRAME_HEADER + HZP_RESPONSE_HEADER;
	bool got = call->op->proto == &HZP_MAP_LOCK ||
			(msg->n > (size_t)(answer - msg->p) && *answer != 0);
	if (got) {
		hzi_lock_give_back(call->aim_ctx, call->owner_id);
	}
}

// ---- Beginning ----

static bool
begin(hzi_cp_handle *handle, const hzi_op *op, int kind, hzi_call **call, hzi_errand **errand,
		hz_future *future)
{
	if (!hzi_errand_begin(&handle->handle, handle->cell, op, kind, call, errand, future)) {
		return false;
	}
	(*call)->aim = &AIM;
	(*call)->aim_ctx = handle->cell;
	(*call)->aim_mark = 0;
	(*call)->target = HZI_TO_PARTITION;
	(*errand)->owner = (*call)->owner_id;
	return true;
}

// What the owner has becomes what the errand is about. False: its lease is over.
static bool
fill_hold(hzi_call *call, hzi_errand *errand, hzi_hold *hold)
{
	hzi_holds *holds = hzi_cell_holds(call->aim_ctx);
	*hold = hzi_holds_get(holds, call->owner_id);
	errand->a = hold->fence;
	errand->closings = hold->closings;
	if (hold->fence != 0 && hold->lease_ns <= hzi_now_ns()) {
		hzi_holds_forget(holds, call->owner_id);
		return false;
	}
	return true;
}

static hz_future
refuse_lost(hzi_call *call)
{
	return hzi_call_refuse(call, HZ_ERR_LOCK_OWNERSHIP_LOST, "its lease is over");
}

static bool
is_in_doubt(const hzi_call *call, const hzi_hold *hold)
{
	return hold->closings != atomic_load(&call->client->closings);
}

// An owner that has the lock locks it again.
static hz_future
relock(hzi_call *call, hzi_errand *errand, const hzi_hold *hold, int64_t lease_ms)
{
	errand->kind = HZI_LOCK_REENTER;
	errand->b = lease_ms != 0 ? lease_ms : hzi_hold_lease_ms(hold);
	errand->timeout_ms = 0;
	call->op = call->op == &LOCK ? &RELOCK : call->op;
	call->local = lease_ms != 0 || is_in_doubt(call, hold) ? NULL : hzi_errand_leave;
	return hzi_call_start(call);
}

static hz_future
lock_in(hzi_cp_handle *handle, const hzi_op *op, int64_t timeout_ms, int64_t lease_ms)
{
	hzi_call *call;
	hzi_errand *errand;
	hz_future future;
	hzi_hold hold;
	if (!begin(handle, op, HZI_LOCK_ACQUIRE, &call, &errand, &future)) {
		return future;
	}
	if (timeout_ms < 0 || lease_ms < 0) {
		return hzi_call_refuse(call, HZ_ERR_ARGUMENT,
				timeout_ms < 0 ? "negative timeout" : "negative lease");
	}
	if (!fill_hold(call, errand, &hold)) {
		return refuse_lost(call);
	}
	if (timeout_ms > 0) {
		hzi_call_waits(call, timeout_ms);
	}
	call->parked = true; // so that an answer that comes late is not overlooked
	call->late = lock_came_late;
	errand->timeout_ms = timeout_ms;
	errand->reference = hzi_lock_reference(call->client);
	errand->lease_ns = lease_ms != 0  ? hzi_deadline_in_ms(lease_ms)
			: hold.fence == 0 ? HZI_NEVER
					  : 0;
	if (hold.fence != 0) {
		return relock(call, errand, &hold, lease_ms);
	}
	errand->b = lease_ms;
	call->local = NULL;
	return hzi_call_start(call);
}

// ---- Operations ----

static hz_future
lock(hzi_cp_handle *handle, int64_t lease_ms)
{
	int64_t wait_ms = hzi_handle_wait_ms(&handle->handle);
	return wait_ms > 0 ? lock_in(handle, &LOCK_IN_TIME, wait_ms, lease_ms)
			   : lock_in(handle, &LOCK, 0, lease_ms);
}

static hz_future
try_lock(hzi_cp_handle *handle, int64_t timeout_ms, int64_t lease_ms)
{
	return lock_in(handle, &TRY_LOCK, timeout_ms, lease_ms);
}

static hz_future
unlock(hzi_cp_handle *handle)
{
	hzi_call *call;
	hzi_errand *errand;
	hz_future future;
	hzi_hold hold;
	if (!begin(handle, &UNLOCK, HZI_LOCK_RELEASE, &call, &errand, &future)) {
		return future;
	}
	return fill_hold(call, errand, &hold) ? hzi_call_start(call) : refuse_lost(call);
}

// What an owner asks of its own lock.
static hz_future
look(hzi_cp_handle *handle, const hzi_op *op, int kind)
{
	hzi_call *call;
	hzi_errand *errand;
	hz_future future;
	hzi_hold hold;
	if (!begin(handle, op, kind, &call, &errand, &future)) {
		return future;
	}
	if (!fill_hold(call, errand, &hold)) {
		return refuse_lost(call);
	}
	if (hold.fence != 0 && is_in_doubt(call, &hold)) {
		errand->b = hzi_hold_lease_ms(&hold);
		errand->reference = hzi_lock_reference(call->client);
		call->parked = true;
		call->late = lock_came_late;
		call->local = NULL;
	}
	return hzi_call_start(call);
}

static hz_future
is_mine(hzi_cp_handle *handle)
{
	return look(handle, &IS_MINE, HZI_LOCK_IS_MINE);
}

static hz_future
get_fence(hzi_cp_handle *handle)
{
	return look(handle, &FENCE, HZI_LOCK_FENCE);
}

// What anybody may ask: the entry first, and when somebody has it there, the member.
static hz_future
ask(hzi_cp_handle *handle, const hzi_op *op, int kind)
{
	hzi_call *call;
	hzi_errand *errand;
	hz_future future;
	return begin(handle, op, kind, &call, &errand, &future) ? hzi_call_start(call) : future;
}

static hz_future
is_locked(hzi_cp_handle *handle)
{
	return ask(handle, &IS_LOCKED, HZI_LOCK_COUNT);
}

static hz_future
get_lock_count(hzi_cp_handle *handle)
{
	return ask(handle, &COUNT, HZI_LOCK_COUNT);
}

static hz_future
get_remaining_lease(hzi_cp_handle *handle)
{
	return ask(handle, &REST, HZI_LOCK_REST);
}

static hz_future
destroy(hzi_cp_handle *handle)
{
	return ask(handle, &DESTROY, HZI_ERRAND_DESTROY);
}

static hz_future
force_unlock(hzi_cp_handle *handle)
{
	hzi_call *call;
	hzi_errand *errand;
	hz_future future;
	if (!begin(handle, &FORCE_UNLOCK, HZI_LOCK_CLEAR, &call, &errand, &future)) {
		return future;
	}
	call->local = NULL;
	return hzi_call_start(call);
}

const hzi_fenced_lock_ops hzi_fenced_lock_on_map = {
		.lock = lock,
		.try_lock = try_lock,
		.unlock = unlock,
		.force_unlock = force_unlock,
		.is_locked = is_locked,
		.is_locked_by_current_owner = is_mine,
		.get_lock_count = get_lock_count,
		.get_fence = get_fence,
		.get_remaining_lease = get_remaining_lease,
		.destroy = destroy,
};
