// SPDX-License-Identifier: Apache-2.0
#include "proxies/cp/bond.h"

#include "base/bytes.h"
#include "base/platform.h"
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

typedef struct hzi_cp_owner {
	int64_t owner;
	int64_t session;
} hzi_cp_owner;

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
end_bond(hzi_cp_bond *bond)
{
	pthread_mutex_destroy(&bond->lock);
	free(bond->owners);
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

// ---- Owners ----

static hzi_cp_owner *
find_owner(const hzi_cp_bond *bond, int64_t owner)
{
	for (size_t i = 0; i < bond->count; i++) {
		if (bond->owners[i].owner == owner) {
			return &bond->owners[i];
		}
	}
	return NULL;
}

int64_t
hzi_cp_bond_held(hzi_cp_bond *bond, int64_t owner)
{
	pthread_mutex_lock(&bond->lock);
	const hzi_cp_owner *found = find_owner(bond, owner);
	int64_t session = found != NULL ? found->session : 0;
	pthread_mutex_unlock(&bond->lock);
	return session;
}

static hzi_cp_owner *
add_owner(hzi_cp_bond *bond)
{
	if (bond->count == bond->room) {
		size_t room = bond->room * 2 + 4;
		hzi_cp_owner *grown = realloc(bond->owners, room * sizeof(*grown));
		if (grown == NULL) {
			return NULL;
		}
		bond->owners = grown;
		bond->room = room;
	}
	return &bond->owners[bond->count++];
}

void
hzi_cp_bond_hold(hzi_cp_bond *bond, int64_t owner, int64_t session)
{
	pthread_mutex_lock(&bond->lock);
	hzi_cp_owner *entry = find_owner(bond, owner);
	if (entry == NULL) {
		entry = add_owner(bond);
	}
	if (entry != NULL) {
		*entry = (hzi_cp_owner){owner, session};
	}
	pthread_mutex_unlock(&bond->lock);
}

void
hzi_cp_bond_forget(hzi_cp_bond *bond, int64_t owner)
{
	pthread_mutex_lock(&bond->lock);
	hzi_cp_owner *entry = find_owner(bond, owner);
	if (entry != NULL) {
		*entry = bond->owners[--bond->count];
	}
	pthread_mutex_unlock(&bond->lock);
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
write_who(hzi_call *call, int64_t session, int64_t thread)
{
	hzi_store_le64(call->request.data + AT_SESSION, (uint64_t)session);
	hzi_store_le64(call->request.data + AT_THREAD, (uint64_t)thread);
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

hz_err
hzi_cp_bond_choose(hzi_call *call)
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
	write_who(call, session, call->owner_id);
	return HZ_OK;
}

// A thread's id while a call has it.
typedef struct borrowed {
	hzi_cp_session *session;
	int64_t thread;
} borrowed;

static void
give_back(void *extra)
{
	borrowed *b = extra;
	hzi_cp_session_give_thread(b->session, b->thread);
	free(b);
}

static hz_err
borrow(hzi_call *call)
{
	hzi_cp_session *session = hzi_cp_bond_in(call)->session;
	int64_t ticket = ticket_of(call);
	borrowed *b = malloc(sizeof(*b));
	if (b == NULL) {
		return HZ_ERR_MEMORY;
	}
	b->session = session;
	hz_err e = hzi_cp_session_take_thread(session, &ticket, &b->thread);
	if (e != HZ_OK) {
		free(b);
		call->aim_mark = (uint64_t)-ticket;
		return e;
	}
	call->extra = b;
	call->extra_free = give_back;
	return HZ_OK;
}

hz_err
hzi_cp_bond_choose_thread(hzi_call *call)
{
	hz_err e = call->extra == NULL ? borrow(call) : HZ_OK;
	if (e != HZ_OK) {
		return e;
	}
	begin_counting(call);
	call->aim_mark = 0;
	write_who(call, NO_SESSION, ((const borrowed *)call->extra)->thread);
	return HZ_OK;
}

// ---- What came too late ----

// The beginning of all requests, and the number of permits, which those of locks do not have.
typedef struct undo_request {
	hzp_raft_group_id group_id;
	hzp_bytes name;
	int64_t session_id;
	int64_t thread_id;
	hz_uuid invocation_uid;
	int32_t permits;
} undo_request;

typedef struct undo {
	hzi_job job;
	hz_client *client; // held
	hzi_cp_bond *bond;
	const hzi_op *op;
	undo_request request;
} undo;

// The members do not know a repeated call of no session again.
static hzi_again
again_undo(hzi_call *call)
{
	if ((int64_t)call->aim_mark == NO_SESSION && call->in_doubt) {
		call->code = HZ_ERR_INDETERMINATE;
	}
	return HZI_AGAIN_NO;
}

static void
run_undo(hzi_job *job)
{
	static const hzi_aim aim = {hzi_cp_choose, again_undo, NULL};
	undo *u = HZI_OUTER(job, undo, job);
	hzi_call *call;
	hz_future future;
	if (!hzi_workers_stopped(u->client) &&
			hzi_call_begin_on(u->client, NULL, u->op, &call, &future)) {
		call->library = true;
		call->aim = &aim;
		call->aim_ctx = u->bond;
		call->aim_mark = (uint64_t)u->request.session_id;
		hz_drop(hzi_call_submit(call, &u->request));
	}
	hzi_client_release(u->client);
	free(u);
}

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
	hzi_cp_bond *bond = hzi_cp_bond_in(call);
	const uint8_t *msg = call->request.data;
	undo *u = calloc(1, sizeof(*u));
	if (u == NULL) {
		return;
	}
	u->client = call->client;
	u->bond = bond;
	u->op = op;
	u->request = (undo_request){
			.group_id = hzi_cp_group_id(bond->group),
			.name = {(const uint8_t *)call->structure_name,
					(uint32_t)strcspn(call->structure_name, "@")},
			.session_id = (int64_t)hzi_load_le64(msg + AT_SESSION),
			.thread_id = (int64_t)hzi_load_le64(msg + AT_THREAD),
			.invocation_uid = hzi_uuid_random(),
	};
	if (op->proto->request->struct_size == sizeof(undo_request)) {
		u->request.permits = (int32_t)hzi_load_le32(msg + AT_REST);
	}
	u->job.run = run_undo;
	hzi_client_retain(u->client);
	hzi_worker_run(u->client, &u->job);
}

// ---- Tries ----

void
hzi_cp_bond_write_timeout(hzi_call *call, bool permits)
{
	int64_t deadline_ns = atomic_load_explicit(&call->deadline_ns, memory_order_relaxed);
	int64_t left_ms = (deadline_ns - hzi_now_ns()) / NS_PER_MS - HZI_GRACE_MS;
	if (deadline_ns != HZI_NEVER) {
		hzi_store_le64(call->request.data + AT_REST + (permits ? 4 : 0),
				left_ms > 0 ? (uint64_t)left_ms : 0);
	}
}

bool
hzi_cp_bond_is_expired(hzi_call *call)
{
	hzi_cp_bond *bond = hzi_cp_bond_in(call);
	if (call->code != HZ_ERR_SERVER) {
		return false;
	}
	if (call->server_code == GROUP_DESTROYED) {
		const hzi_cp_group *group = bond->group;
		atomic_compare_exchange_strong(&bond->object->group, &group, NULL);
		hzi_cp_session_expired(bond->session, hzi_cp_bond_session(call));
	}
	if (call->server_code != SESSION_EXPIRED) {
		return false;
	}
	hzi_cp_session_expired(bond->session, hzi_cp_bond_session(call));
	call->retry_until_ns = 0; // a session may end at any time: each has retries of its own
	return true;
}
