// SPDX-License-Identifier: Apache-2.0
//
// A caller that waits: it sleeps on its record's word and drives its own call - retries, pauses,
// deadline - so that no other thread ever decides about it (rule 7).
#include "base/platform.h"
#include "core/batch.h"
#include "core/cancel.h"
#include "core/invocation.h"
#include "core/retry.h"
#include "transport/lease.h"

static int64_t
deadline_of(const hzi_call *call)
{
	return atomic_load_explicit(&call->deadline_ns, memory_order_relaxed);
}

// Alone on its connection, the caller reads its answer itself: nobody has to wake it. Not for calls
// that the member may answer late, nor for those that another thread may cancel.
static void
read_own_answer(hzi_call *call)
{
	hzi_connection *conn = call->conn;
	uint64_t id = atomic_load_explicit(&call->conn_id, memory_order_relaxed);
	if (conn == NULL || call->parked ||
			atomic_load_explicit(&call->cancel, memory_order_relaxed) != NULL ||
			atomic_load_explicit(&call->action, memory_order_acquire) ==
					HZI_ACTION_ENDED ||
			!hzi_connection_lease(conn, id)) {
		return;
	}
	while (HZI_WORD_STATE(atomic_load_explicit(&call->word, memory_order_acquire)) ==
					HZI_CALL_SENT &&
			hzi_connection_await(conn, deadline_of(call))) {
	}
	hzi_connection_give_back(conn);
}

// On the record's word, which run_action of core/call.c wakes in the same way.
static hzi_futex_result
sleep_on(hzi_call *call, int64_t deadline_ns)
{
	return (call->parked ? hzi_futex_park : hzi_futex_wait)(
			&call->action, HZI_ACTION_SLEEPER, deadline_ns);
}

// Sleeps until the try has ended, or the deadline. True: ended.
static bool
sleep_until_ended(hzi_call *call)
{
	// A batch leaves when its thread would sleep; while answers are there it goes on
	// collecting.
	if (atomic_load_explicit(&call->action, memory_order_acquire) != HZI_ACTION_ENDED) {
		hzi_batch_flush(call->client);
		read_own_answer(call);
	}
	uint32_t none = HZI_ACTION_NONE;
	if (!atomic_compare_exchange_strong(&call->action, &none, HZI_ACTION_SLEEPER) &&
			none == HZI_ACTION_ENDED) {
		return true;
	}
	int64_t deadline_ns = deadline_of(call);
	for (;;) {
		hzi_futex_result r = sleep_on(call, deadline_ns);
		if (atomic_load_explicit(&call->action, memory_order_acquire) == HZI_ACTION_ENDED) {
			return true;
		}
		if (r == HZI_FUTEX_TIMEOUT) {
			return false;
		}
	}
}

// The outcome is being written by somebody else: a matter of instructions, unless that thread was
// preempted.
static void
wait_for_claimer(hzi_call *call)
{
	while (atomic_load_explicit(&call->action, memory_order_acquire) != HZI_ACTION_ENDED) {
		sleep_on(call, HZI_NEVER);
	}
}

static void
withdraw(hzi_call *call)
{
	if (call->conn != NULL && atomic_load_explicit(&call->out.queued, memory_order_acquire) &&
			hzi_connection_withdraw(call->conn, &call->out)) {
		hzi_call_release(call);
	}
}

// The deadline has passed: the call ends with that, unless it ended otherwise in this moment.
static void
give_up(hzi_call *call)
{
	uint64_t generation = HZI_WORD_GENERATION(
			atomic_load_explicit(&call->word, memory_order_acquire));
	if (!hzi_call_give_up(call, generation, HZ_ERR_TIMEOUT)) {
		wait_for_claimer(call);
	}
	withdraw(call);
}

// Sleeps until the view is not the one of the last try any more, the pause is over or the deadline
// passes.
static void
pause_call(hzi_call *call)
{
	uint32_t view = call->view;
	hz_client *client = call->client;
	int64_t until_ns =
			call->resume_ns < deadline_of(call) ? call->resume_ns : deadline_of(call);
	atomic_fetch_add(&client->viewers, 1);
	while (atomic_load(&client->view) == view && hzi_now_ns() < until_ns) {
		hzi_futex_wait(&client->view, view, until_ns);
	}
	atomic_fetch_sub(&client->viewers, 1);
}

// What ended the call while it paused, or HZ_OK.
static hz_err
still_wanted(hzi_call *call)
{
	hz_cancel *cancel = atomic_load_explicit(&call->cancel, memory_order_relaxed);
	if (atomic_load(&call->client->closing)) {
		return HZ_ERR_CLOSED;
	}
	if (cancel != NULL && hzi_cancel_fired(cancel)) {
		return HZ_ERR_CANCELLED;
	}
	return hzi_now_ns() >= deadline_of(call) ? HZ_ERR_TIMEOUT : HZ_OK;
}

// A pause that is over once the try has another chance. Whatever the caller reports then says what
// the last try failed of.
static hz_err
pause_and_check(hzi_call *call, hzi_retry decision)
{
	if (decision == HZI_RETRY_PAUSE) {
		// What it waits for may be among the calls that this thread still collects.
		hzi_batch_flush(call->client);
		pause_call(call);
	}
	hz_err e = still_wanted(call);
	if (e != HZ_OK) {
		call->in_doubt = call->was_in_doubt;
	}
	return e;
}

hz_err
hzi_call_wait(hzi_call *call, bool wait_room)
{
	hz_client *client = call->client;
	for (;;) {
		if (!sleep_until_ended(call)) {
			give_up(call);
		}
		if (call->code == HZ_OK) {
			return HZ_OK;
		}
		hzi_retry decision = hzi_retry_decide(call, wait_room, hzi_now_ns());
		if (decision == HZI_RETRY_FAIL) {
			call->in_doubt = call->in_doubt || call->was_in_doubt;
			return call->code;
		}
		hz_err e = pause_and_check(call, decision);
		if (e != HZ_OK) {
			return e;
		}
		hzi_slice_clear(&call->response);
		atomic_fetch_add_explicit(&client->counters.retries, 1, memory_order_relaxed);
		atomic_store_explicit(&call->action, HZI_ACTION_NONE, memory_order_relaxed);
		hzi_call_send(call);
	}
}
