// SPDX-License-Identifier: Apache-2.0
#include "proxies/cp/bond.h"

#include "base/bytes.h"
#include "core/retry.h"
#include "protocol/message.h"

#include <stdlib.h>
#include <string.h>

#define NS_PER_MS INT64_C(1000000)

// Where a request has its session, its thread, and behind the invocation id of 17 bytes the rest.
enum {
	AT_SESSION = HZP_FRAME_HEADER + HZP_REQUEST_HEADER,
	AT_THREAD = AT_SESSION + 8,
	AT_REST = AT_THREAD + 8 + 17
};

// Protocol 3.13.
enum { SESSION_EXPIRED = 85, GROUP_DESTROYED = 89 };

// In place of a session: the call has none.
#define NO_SESSION INT64_C(-1)

// ---- Bonds ----

static hzi_cp_bond *
find(hzi_cp_bond *first, const hzi_cp_group *group)
{
	while (first != NULL && first->group != group) {
		first = first->next;
	}
	return first;
}

static void
free_stakes(hzi_cp_stake *stake)
{
	while (stake != NULL) {
		hzi_cp_stake *next = stake->next;
		free(stake);
		stake = next;
	}
}

static void
end_bond(hzi_cp_bond *bond)
{
	pthread_mutex_destroy(&bond->lock);
	free_stakes(bond->owners);
	free_stakes(bond->spare);
	free(bond);
}

static hzi_cp_bond *
make(const hzi_cp_handle *handle)
{
	const hzi_cp_group *group = handle->group;
	hzi_cp_bond *bond = calloc(1, sizeof(*bond));
	if (bond == NULL) {
		return NULL;
	}
	pthread_mutex_init(&bond->lock, NULL);
	bond->object = handle->object;
	bond->group = group;
	bond->session = hzi_cp_session_of(
			handle->handle.client, group->name, group->length, group->seed, group->id);
	if (bond->session == NULL) {
		end_bond(bond);
		return NULL;
	}
	return bond;
}

hzi_cp_bond *
hzi_cp_bond_of(const hzi_cp_handle *handle)
{
	hzi_cp_bond *first = atomic_load(&handle->object->bonds);
	hzi_cp_bond *bond = find(first, handle->group);
	if (bond != NULL) {
		return bond;
	}
	hzi_cp_bond *made = make(handle);
	while (made != NULL) {
		made->next = first;
		if (atomic_compare_exchange_strong(&handle->object->bonds, &first, made)) {
			return made;
		}
		bond = find(first, handle->group);
		if (bond != NULL) {
			end_bond(made);
			return bond;
		}
	}
	return NULL;
}

void
hzi_cp_bonds_end(hzi_cp_bond *first)
{
	while (first != NULL) {
		hzi_cp_bond *next = first->next;
		end_bond(first);
		first = next;
	}
}

// ---- Calls ----

bool
hzi_cp_bond_begin(hzi_cp_handle *handle, hzi_cp_bond *bond, const hzi_op *op, const hzi_aim *aim,
		hzi_call **call, hz_future *future)
{
	if (!hzi_cp_begin(handle, op, call, future)) {
		return false;
	}
	(*call)->aim = aim;
	(*call)->aim_ctx = bond;
	(*call)->aim_mark = 0;
	return true;
}

static void
drop_stake(void *stake)
{
	hzi_cp_stake_drop(stake);
}

static bool
add_stake(hzi_call *call)
{
	if (call->extra == NULL) {
		call->extra = hzi_cp_stake_take(hzi_cp_bond_in(call));
		call->extra_free = drop_stake;
	}
	return call->extra != NULL;
}

bool
hzi_cp_bond_begin_taking(hzi_cp_handle *handle, hzi_cp_bond *bond, const hzi_op *op,
		const hzi_aim *aim, hzi_call **call, hz_future *future)
{
	if (!hzi_cp_bond_begin(handle, bond, op, aim, call, future)) {
		return false;
	}
	if (!add_stake(*call)) {
		*future = hzi_call_refuse(*call, HZ_ERR_MEMORY, NULL);
		return false;
	}
	return true;
}

// The mark of a call is the session of its last try, or a negative ticket while it waits for one.
int64_t
hzi_cp_bond_session(const hzi_call *call)
{
	int64_t mark = (int64_t)call->aim_mark;
	return mark > 0 ? mark : 0;
}

static int64_t
ticket_of(const hzi_call *call)
{
	int64_t mark = (int64_t)call->aim_mark;
	return mark < 0 ? -mark : 0;
}

// The pauses before the first real try do not count against its retries.
static void
begin_counting(hzi_call *call)
{
	if ((int64_t)call->aim_mark < 0 && !call->was_in_doubt) {
		call->retry_until_ns = 0;
		call->tries = 0;
	}
}

// The deadline of a call that waits is a grace behind the end of what it waits for.
static void
write_timeout(const hzi_call *call, bool permits)
{
	int64_t deadline_ns = atomic_load_explicit(&call->deadline_ns, memory_order_relaxed);
	int64_t left_ms = (deadline_ns - hzi_now_ns()) / NS_PER_MS - HZI_GRACE_MS;
	if (call->parked && deadline_ns != HZI_NEVER) {
		hzi_store_le64(call->request.data + AT_REST + (permits ? 4 : 0),
				left_ms > 0 ? (uint64_t)left_ms : 0);
	}
}

static void
begin_try(hzi_call *call, int64_t session, int64_t thread, bool permits)
{
	hzi_store_le64(call->request.data + AT_SESSION, (uint64_t)session);
	hzi_store_le64(call->request.data + AT_THREAD, (uint64_t)thread);
	write_timeout(call, permits);
	hzi_cp_route(call, hzi_cp_bond_in(call)->group);
}

hz_err
hzi_cp_bond_choose(hzi_call *call, bool permits)
{
	int64_t ticket = ticket_of(call);
	int64_t session = 0;
	hz_err e = hzi_cp_session_use(hzi_cp_bond_in(call)->session, &ticket, &session);
	if (e != HZ_OK) {
		call->aim_mark = (uint64_t)-ticket;
		return e;
	}
	begin_counting(call);
	call->aim_mark = (uint64_t)session;
	begin_try(call, session, call->owner_id, permits);
	return HZ_OK;
}

hz_err
hzi_cp_bond_choose_thread(hzi_call *call, bool permits)
{
	int64_t ticket = ticket_of(call);
	if (!add_stake(call)) {
		return HZ_ERR_MEMORY;
	}
	hzi_cp_stake *stake = call->extra;
	if (!stake->has_thread) {
		hz_err e = hzi_cp_thread_take(
				hzi_cp_bond_in(call)->session, &ticket, &stake->thread);
		if (e != HZ_OK) {
			call->aim_mark = (uint64_t)-ticket;
			return e;
		}
		stake->has_thread = true;
	}
	begin_counting(call);
	call->aim_mark = 0;
	begin_try(call, NO_SESSION, stake->thread.id, permits);
	return HZ_OK;
}

// ---- What came too late ----

int64_t
hzi_cp_bond_answer(const hzi_slice *msg, size_t n)
{
	const uint8_t *at = msg->p + HZP_FRAME_HEADER + HZP_RESPONSE_HEADER;
	if (hzi_load_le32(msg->p) < HZP_FRAME_HEADER + HZP_RESPONSE_HEADER + n) {
		return 0;
	}
	return n == 1 ? *at != 0 : (int64_t)hzi_load_le64(at);
}

void
hzi_cp_bond_undo(const hzi_call *call, const hzi_op *op)
{
	hzi_cp_stake *stake = call->extra;
	const uint8_t *msg = call->request.data;
	stake->request = (hzi_cp_undo_request){
			.name = {(const uint8_t *)call->structure_name,
					(uint32_t)strcspn(call->structure_name, "@")},
			.session_id = (int64_t)hzi_load_le64(msg + AT_SESSION),
			.thread_id = (int64_t)hzi_load_le64(msg + AT_THREAD),
	};
	if (op->proto->request->struct_size == sizeof(hzi_cp_undo_request)) {
		stake->request.permits = (int32_t)hzi_load_le32(msg + AT_REST);
	}
	hzi_cp_stake_undo(stake, call->client, op);
}

// ---- Failures ----

hz_err
hzi_cp_bond_miss(hzi_call *call, hz_err code, const char *text, hz_error *err)
{
	call->in_doubt = call->was_in_doubt;
	return hzi_call_miss(call, code, text, err);
}

bool
hzi_cp_bond_is_expired(hzi_call *call)
{
	if (call->code != HZ_ERR_SERVER || call->server_code != SESSION_EXPIRED) {
		return false;
	}
	hzi_cp_session_expired(hzi_cp_bond_in(call)->session, hzi_cp_bond_session(call));
	call->retry_until_ns = 0; // a session may end at any time: each has retries of its own
	return true;
}

hzi_again
hzi_cp_bond_again_as(hzi_call *call, hzi_cp_bond *bond, bool known)
{
	bool harmless = (known && hzi_retry_harmless(call)) || call->client->config->redo_operation;
	// Its message says that it may be repeated, which is true of calls with a session only.
	if (call->code == HZ_ERR_DISCONNECTED && call->in_doubt && !harmless) {
		call->code = HZ_ERR_INDETERMINATE;
	}
	return hzi_cp_again_in(call, bond->object, bond->group, harmless);
}

hzi_again
hzi_cp_bond_again(hzi_call *call, bool known)
{
	hzi_cp_bond *bond = hzi_cp_bond_in(call);
	if (call->code == HZ_ERR_SERVER && call->server_code == GROUP_DESTROYED) {
		hzi_cp_session_expired(bond->session, hzi_cp_bond_session(call));
	}
	return hzi_cp_bond_again_as(call, bond, known);
}
