// SPDX-License-Identifier: Apache-2.0
#include "protocol/gen/pn_counter.h"
#include "base/bytes.h"
#include "base/fail.h"
#include "base/platform.h"
#include "protocol/decode.h"
#include "protocol/gen/client.h"
#include "protocol/message.h"
#include "proxies/clock.h"
#include "proxies/handle_api.h"
#include "proxies/names.h"
#include "proxies/replicas.h"

#include <hazelcast/object.h>
#include <hazelcast/pn_counter.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

// Two periods in which replicas tell each other, unless configured otherwise.
#define CATCH_UP_NS INT64_C(2000000000)

// One client's session with one counter: what all its handles share.
typedef struct pn_session {
	_Atomic int32_t replicas; // how many there are at most; 0: not known yet
	pthread_mutex_t lock;     // short: never held across a call
	hzi_clock seen;
	_Atomic int64_t uneasy_until_ns; // a replica has just left: the others may have to catch up
	uint64_t epoch;                  // changes when the session begins anew
	hz_uuid replica;                 // which the calls go to; none: not chosen yet
} pn_session;

struct hz_pn_counter {
	hzi_handle handle;
	pn_session *session; // lives as long as the client
};

_Static_assert(sizeof(hzp_pn_counter_get_response) == sizeof(hzp_pn_counter_add_response),
		"read alike");

static hz_err take_value(hzi_call *call, hz_result *out, hz_error *err);

static const hzi_op GET = {&HZP_PN_COUNTER_GET, HZ_RESULT_I64, 0, take_value};
static const hzi_op ADD = {&HZP_PN_COUNTER_ADD, HZ_RESULT_I64, 0, take_value};
static const hzi_op REPLICAS = {
		&HZP_PN_COUNTER_GET_CONFIGURED_REPLICA_COUNT, HZ_RESULT_I32, 0, NULL};

HZI_HANDLE_BASE(pn_counter)
HZI_HANDLE_CLOSE(pn_counter)

// ---- The session ----

static void *
make_session(void)
{
	pn_session *made = calloc(1, sizeof(*made));
	if (made != NULL) {
		pthread_mutex_init(&made->lock, NULL);
	}
	return made;
}

static void
end_session(void *shared)
{
	pn_session *ended = shared;
	hzi_clock_clear(&ended->seen);
	pthread_mutex_destroy(&ended->lock);
	free(ended);
}

static void
begin_anew(pn_session *session)
{
	pthread_mutex_lock(&session->lock);
	hzi_clock_clear(&session->seen);
	session->epoch++;
	pthread_mutex_unlock(&session->lock);
}

// Writes what the session has seen behind what stands in the call's scratch buffer, as a field of
// its request. False without memory.
static bool
tell_seen(hzi_call *call, pn_session *session, hzp_list *timestamps)
{
	size_t from = call->scratch.len;
	pthread_mutex_lock(&session->lock);
	call->aim_mark = session->epoch;
	bool copied = hzi_clock_copy(&session->seen, &call->scratch);
	pthread_mutex_unlock(&session->lock);
	if (copied) {
		*timestamps = HZP_LIST(call->scratch.data + from,
				(call->scratch.len - from) / sizeof(hzp_entry_uuid_i64));
		if (timestamps->count == 0) {
			*timestamps = HZP_EMPTY_LIST;
		}
	}
	return copied;
}

// ---- Answers ----

// The value of an answer, after the session has seen what it has in it.
static hz_err
see(hzi_call *call, hzp_pn_counter_get_response *response, hz_error *err)
{
	pn_session *session = call->aim_ctx;
	hz_err e = hzi_call_decode(call, response, err);
	if (e != HZ_OK) {
		return e;
	}
	if (response->replica_count > 0) {
		atomic_store_explicit(
				&session->replicas, response->replica_count, memory_order_relaxed);
	}
	pthread_mutex_lock(&session->lock);
	if (call->aim_mark == session->epoch) {
		e = hzi_clock_merge(&session->seen, &response->replica_timestamps);
	}
	pthread_mutex_unlock(&session->lock);
	if (e != HZ_OK) {
		return hzi_fail(err, e, "the counter's timestamps: %s", hz_err_text(e));
	}
	return HZ_OK;
}

static hz_err
take_value(hzi_call *call, hz_result *out, hz_error *err)
{
	hzp_pn_counter_get_response response;
	hz_err e = see(call, &response, err);
	out->u.i64 = response.value;
	return e;
}

// ---- Which replica ----

// 82 not a replica, 83 its counter was handed over, 84 consistency lost, 53 not a member, 19 not
// active (protocol 3.13): the member has done nothing.
enum { CONSISTENCY_LOST = 84 };
static const int32_t REFUSALS[] = {19, 53, 82, 83, CONSISTENCY_LOST, 0};
// 19 and 83: it is leaving, and the others have what it had before it is gone.
static const int32_t PASSING[] = {19, 83, 0};
static const hzi_replicas DATA_MEMBERS = {.refusals = REFUSALS, .passing = PASSING};

static uint32_t
count_of(const hzi_call *call)
{
	pn_session *session = call->aim_ctx;
	int32_t count = atomic_load_explicit(&session->replicas, memory_order_relaxed);
	return count > 0 ? (uint32_t)count : 1;
}

// Writes the replica's id into the request, where both requests have their last field of fixed
// size.
static void
address(hzi_call *call, hz_uuid replica)
{
	const hzp_field *field = call->op->proto->request->fields;
	while (field->type->kind != HZP_KIND_UUID) {
		field++;
	}
	uint8_t *p = call->request.data + HZP_FRAME_HEADER + field->wire;
	p[0] = 0;
	hzi_store_le64(p + 1, replica.msb);
	hzi_store_le64(p + 9, replica.lsb);
}

static hz_err
choose(hzi_call *call)
{
	pn_session *session = call->aim_ctx;
	pthread_mutex_lock(&session->lock);
	hz_uuid replica = session->replica;
	pthread_mutex_unlock(&session->lock);
	hz_err e = hzi_replicas_choose(&DATA_MEMBERS, call, count_of(call), replica);
	if (e != HZ_OK) {
		return e;
	}
	pthread_mutex_lock(&session->lock);
	session->replica = call->member;
	pthread_mutex_unlock(&session->lock);
	address(call, call->member);
	return HZ_OK;
}

static bool
is_lost(const hzi_call *call)
{
	return call->code == HZ_ERR_CONSISTENCY_LOST ||
			(call->code == HZ_ERR_SERVER && call->server_code == CONSISTENCY_LOST);
}

// What a member hands over when it leaves may arrive after the news that it has left.
static hzi_again
again(hzi_call *call)
{
	pn_session *session = call->aim_ctx;
	int64_t now_ns = hzi_now_ns();
	bool lost = is_lost(call);
	if (!lost) {
		// A replica that is going has many ways to say so.
		atomic_store(&session->uneasy_until_ns, now_ns + CATCH_UP_NS);
	}
	hzi_again result = hzi_replicas_again(&DATA_MEMBERS, call, count_of(call));
	if (result == HZI_AGAIN_NO && lost && now_ns < atomic_load(&session->uneasy_until_ns)) {
		return HZI_AGAIN_LATER;
	}
	return result;
}

// A member refuses to answer only if all that it knows is older than what the session has seen, so
// after the loss of a replica it may answer without our own additions. What it was told is still in
// the request.
static hz_err
accept(const hzi_call *call)
{
	hzp_pn_counter_get_request request;
	hzp_pn_counter_get_response response;
	if (hzp_decode(call->request.data, call->request.len, call->op->proto->request, &request,
			    NULL) != HZ_OK ||
			hzp_decode(call->response.p, call->response.n, call->op->proto->response,
					&response, NULL) != HZ_OK) {
		return HZ_OK; // whoever reads it will say what is wrong
	}
	return hzi_clock_covers(&response.replica_timestamps, &request.replica_timestamps)
			? HZ_OK
			: HZ_ERR_CONSISTENCY_LOST;
}

// An addition is done, whatever the answer lacks.
static const hzi_aim GET_AIM = {.choose = choose, .again = again, .accept = accept};
static const hzi_aim ADD_AIM = {.choose = choose, .again = again};

// ---- Handles ----

static hz_err
learn_replicas(hz_pn_counter *counter, hz_error *err)
{
	int32_t count = 0;
	if (atomic_load(&counter->session->replicas) > 0) {
		return HZ_OK;
	}
	hz_err e = hz_run_i32(hzi_send_name(&counter->handle, &REPLICAS), &count, err);
	if (e == HZ_OK) {
		atomic_store(&counter->session->replicas, count);
	}
	return e;
}

static hz_err
join_session(hz_pn_counter *counter, hz_error *err)
{
	hzi_handle *handle = &counter->handle;
	hzi_name *name = hzi_names_find(handle->client, handle->service, handle->name);
	counter->session = name != NULL ? hzi_names_shared(name, make_session, end_session) : NULL;
	if (counter->session == NULL) {
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for a counter's session");
	}
	return learn_replicas(counter, err);
}

HZ_API hz_err
hz_pn_counter_open(hz_client *client, const char *name, const hz_call *call,
		hz_pn_counter **counter, hz_error *err)
{
	hzi_handle *handle = NULL;
	hz_err e = hzi_handle_open(client, HZ_SERVICE_PN_COUNTER, name, call, sizeof(**counter),
			counter != NULL ? &handle : NULL, err);
	if (e != HZ_OK) {
		return e;
	}
	hz_pn_counter *opened = HZI_OUTER(handle, hz_pn_counter, handle);
	e = join_session(opened, err);
	if (e != HZ_OK) {
		hzi_handle_close(handle);
		return e;
	}
	*counter = opened;
	return HZ_OK;
}

HZ_API hz_err
hz_pn_counter_reset(hz_pn_counter *counter, hz_error *err)
{
	hz_err e = counter != NULL ? hzi_client_enter(counter->handle.client) : HZ_ERR_ARGUMENT;
	if (e != HZ_OK) {
		return hzi_fail(err, e, "%s", hz_err_text(e));
	}
	begin_anew(counter->session);
	return HZ_OK;
}

// What calls of other threads have seen meanwhile does not belong to the session after.
static hz_err
destroyed(hzi_call *call, hz_result *out, hz_error *err)
{
	(void)out;
	(void)err;
	begin_anew(call->extra);
	return HZ_OK;
}

HZ_API hz_future
hz_pn_counter_destroy_async(hz_pn_counter *counter)
{
	static const hzi_op destroy = {&HZP_CLIENT_DESTROY_PROXY, HZ_RESULT_NONE, 0, destroyed};
	if (counter == NULL) {
		return hzi_handle_destroy_async(NULL);
	}
	if (hzi_client_enter(counter->handle.client) == HZ_OK) {
		begin_anew(counter->session);
	}
	return hzi_handle_destroy_by(&counter->handle, &destroy, counter->session);
}

// ---- Calls ----

// Begins a call of the counter and tells it what the session has seen.
static bool
begin(hz_pn_counter *counter, const hzi_op *op, hzi_call **call, hzp_list *timestamps,
		hz_future *future)
{
	if (!hzi_call_begin(handle_of(counter), op, call, future)) {
		return false;
	}
	(*call)->aim = op == &GET ? &GET_AIM : &ADD_AIM;
	(*call)->aim_ctx = counter->session;
	if (!tell_seen(*call, counter->session, timestamps)) {
		*future = hzi_call_refuse(*call, HZ_ERR_MEMORY, "no memory for timestamps");
		return false;
	}
	return true;
}

HZ_API hz_future
hz_pn_counter_get_async(hz_pn_counter *counter)
{
	hzi_call *call;
	hz_future future;
	hzp_list timestamps;
	if (!begin(counter, &GET, &call, &timestamps, &future)) {
		return future;
	}
	return hzi_call_submit(call,
			&(hzp_pn_counter_get_request){
					.name = hzi_handle_name(&counter->handle),
					.replica_timestamps = timestamps,
			});
}

static hz_future
add(hz_pn_counter *counter, int64_t delta, bool before)
{
	hzi_call *call;
	hz_future future;
	hzp_list timestamps;
	if (!begin(counter, &ADD, &call, &timestamps, &future)) {
		return future;
	}
	return hzi_call_submit(call,
			&(hzp_pn_counter_add_request){
					.name = hzi_handle_name(&counter->handle),
					.replica_timestamps = timestamps,
					.delta = delta,
					.get_before_update = before,
			});
}

// INT64_MIN stays what it is, as everywhere where sums wrap around.
static int64_t
negative(int64_t delta)
{
	return (int64_t)(0 - (uint64_t)delta);
}

HZ_API hz_future
hz_pn_counter_get_and_add_async(hz_pn_counter *counter, int64_t delta)
{
	return add(counter, delta, true);
}

HZ_API hz_future
hz_pn_counter_add_and_get_async(hz_pn_counter *counter, int64_t delta)
{
	return add(counter, delta, false);
}

HZ_API hz_future
hz_pn_counter_get_and_subtract_async(hz_pn_counter *counter, int64_t delta)
{
	return add(counter, negative(delta), true);
}

HZ_API hz_future
hz_pn_counter_subtract_and_get_async(hz_pn_counter *counter, int64_t delta)
{
	return add(counter, negative(delta), false);
}

HZ_API hz_future
hz_pn_counter_get_and_increment_async(hz_pn_counter *counter)
{
	return add(counter, 1, true);
}

HZ_API hz_future
hz_pn_counter_increment_and_get_async(hz_pn_counter *counter)
{
	return add(counter, 1, false);
}

HZ_API hz_future
hz_pn_counter_get_and_decrement_async(hz_pn_counter *counter)
{
	return add(counter, -1, true);
}

HZ_API hz_future
hz_pn_counter_decrement_and_get_async(hz_pn_counter *counter)
{
	return add(counter, -1, false);
}
