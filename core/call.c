// SPDX-License-Identifier: Apache-2.0
#include "core/call.h"

#include "base/platform.h"
#include "core/client.h"
#include "core/cluster.h"
#include "core/completion.h"
#include "core/join.h"
#include "core/worker.h"

#include <sched.h>
#include <stdlib.h>

// A request buffer that has grown larger than this does not stay with its record.
#define KEEP_BYTES 4096U

#define WORD(state, generation) ((uint64_t)(state) | (generation) << 4)
#define ONE_SEEN (UINT64_C(1) << 52)
#define WITH_STATE(word, state) (((word) & ~UINT64_C(15)) | (uint64_t)(state))

int64_t
hzi_call_publish(hzi_call *call)
{
	uint64_t word = atomic_load_explicit(&call->word, memory_order_relaxed);
	uint64_t generation = HZI_WORD_GENERATION(word) + 1;
	call->code = HZ_OK;
	call->in_doubt = false;
	call->server_code = 0;
	call->why = NULL;
	// Sequentially consistent: whoever sets `closing`, or fires a cancel token, and then sweeps
	// must see this record, or we see the flag (rule 20).
	atomic_store(&call->word, WORD(HZI_CALL_PENDING, generation));
	return hzi_call_id(call->slot, generation);
}

int64_t
hzi_call_current_id(const hzi_call *call)
{
	uint64_t word = atomic_load_explicit(&call->word, memory_order_relaxed);
	return hzi_call_id(call->slot, HZI_WORD_GENERATION(word));
}

bool
hzi_call_sending(hzi_call *call)
{
	uint64_t word = atomic_load_explicit(&call->word, memory_order_relaxed);
	while (HZI_WORD_STATE(word) == HZI_CALL_PENDING) {
		if (atomic_compare_exchange_weak_explicit(&call->word, &word,
				    WITH_STATE(word, HZI_CALL_SENT), memory_order_acq_rel,
				    memory_order_relaxed)) {
			if (call->join != NULL) {
				hzi_join_child_sending(call);
			}
			return true;
		}
	}
	return false;
}

// Of a record that is claimed, or whose driver it is.
static void
set_state(hzi_call *call, unsigned state)
{
	// Acknowledgements count themselves into the word while it is claimed.
	uint64_t word = atomic_load_explicit(&call->word, memory_order_relaxed);
	while (!atomic_compare_exchange_weak(&call->word, &word, WITH_STATE(word, state))) {
	}
}

// The try is off its connection: it counts as in flight no more.
static void
leave_connection(hzi_call *call)
{
	if (call->conn != NULL && !call->parked) {
		atomic_fetch_sub_explicit(&call->conn->in_flight, 1, memory_order_relaxed);
	}
}

bool
hzi_call_claim(hzi_call *call, uint64_t generation, unsigned *was)
{
	uint64_t word = atomic_load_explicit(&call->word, memory_order_acquire);
	for (;;) {
		unsigned state = HZI_WORD_STATE(word);
		if (HZI_WORD_GENERATION(word) != generation ||
				(state != HZI_CALL_PENDING && state != HZI_CALL_SENT &&
						state != HZI_CALL_HELD)) {
			return false;
		}
		if (atomic_compare_exchange_weak_explicit(&call->word, &word,
				    WITH_STATE(word, HZI_CALL_CLAIMED), memory_order_acq_rel,
				    memory_order_acquire)) {
			*was = state;
			if (state != HZI_CALL_HELD) {
				leave_connection(call);
			}
			return true;
		}
	}
}

bool
hzi_call_claim_sent(hzi_call *call, uint64_t generation, unsigned *was)
{
	uint64_t word = atomic_load_explicit(&call->word, memory_order_acquire);
	for (;;) {
		unsigned state = HZI_WORD_STATE(word);
		if (HZI_WORD_GENERATION(word) == generation && state == HZI_CALL_CLAIMED) {
			// Somebody is giving it up: a few instructions, unless that thread was
			// preempted.
			sched_yield();
			word = atomic_load_explicit(&call->word, memory_order_acquire);
			continue;
		}
		if (HZI_WORD_GENERATION(word) != generation ||
				(state != HZI_CALL_SENT && state != HZI_CALL_ABANDONED)) {
			return false;
		}
		if (atomic_compare_exchange_weak_explicit(&call->word, &word,
				    WITH_STATE(word, HZI_CALL_CLAIMED), memory_order_acq_rel,
				    memory_order_acquire)) {
			*was = state;
			if (state == HZI_CALL_SENT) {
				leave_connection(call);
			}
			return true;
		}
	}
}

static hzi_call *
find_local(hz_client *client, int64_t id, uint64_t *generation)
{
	*generation = (uint64_t)id >> HZI_SLOT_BITS;
	return hzi_slab_at(&client->slab, (uint32_t)(id & ((1 << HZI_SLOT_BITS) - 1)));
}

bool
hzi_call_commit_local(hz_client *client, int64_t id)
{
	uint64_t generation;
	hzi_call *call = find_local(client, id, &generation);
	uint64_t word = atomic_load_explicit(&call->word, memory_order_acquire);
	while (HZI_WORD_GENERATION(word) == generation &&
			HZI_WORD_STATE(word) == HZI_CALL_PENDING) {
		if (atomic_compare_exchange_weak(
				    &call->word, &word, WITH_STATE(word, HZI_CALL_SENT))) {
			return true;
		}
	}
	return HZI_WORD_GENERATION(word) == generation && HZI_WORD_STATE(word) == HZI_CALL_SENT;
}

bool
hzi_call_is_local(hz_client *client, int64_t id)
{
	uint64_t generation;
	const hzi_call *call = find_local(client, id, &generation);
	uint64_t word = atomic_load_explicit(&call->word, memory_order_acquire);
	return HZI_WORD_GENERATION(word) == generation &&
			(HZI_WORD_STATE(word) == HZI_CALL_PENDING ||
					HZI_WORD_STATE(word) == HZI_CALL_SENT);
}

hzi_call *
hzi_call_claim_local(hz_client *client, int64_t id)
{
	uint64_t generation;
	unsigned was;
	hzi_call *call = find_local(client, id, &generation);
	return hzi_call_claim(call, generation, &was) ? call : NULL;
}

void
hzi_call_end_abandoned(hzi_call *call)
{
	set_state(call, HZI_CALL_DONE);
	hzi_call_release(call);
}

// ---- Permits ----

static _Atomic int32_t *
permits_of(const hzi_call *call, int32_t *limit)
{
	hz_client *client = call->client;
	*limit = call->parked ? client->config->max_parked_invocations
			      : client->config->max_concurrent_invocations;
	return call->parked ? &client->parked : &client->in_flight;
}

bool
hzi_call_take_permit(hzi_call *call)
{
	int32_t limit;
	_Atomic int32_t *counter = permits_of(call, &limit);
	if (call->permit || call->library || call->join != NULL) {
		return true;
	}
	if (atomic_fetch_add(counter, 1) >= limit && !hzi_on_callback_thread()) {
		// If room came meanwhile, somebody may have been refused for this very attempt.
		if (atomic_fetch_sub(counter, 1) <= limit) {
			hzi_client_view_changed(call->client);
		}
		return false;
	}
	call->permit = true;
	return true;
}

void
hzi_call_return_permit(hzi_call *call)
{
	int32_t limit;
	_Atomic int32_t *counter = permits_of(call, &limit);
	if (!call->permit) {
		return;
	}
	call->permit = false;
	// Whoever waits for room sleeps on the view word, and can only be there when all room was
	// taken.
	if (atomic_fetch_sub(counter, 1) >= limit) {
		hzi_client_view_changed(call->client);
	}
}

// ---- Ending ----

// Whether an ended call goes to worker 0, which may try again, before its consumer hears of it.
static bool
needs_driver(const hzi_call *call, uint32_t action)
{
	return call->code != HZ_OK && action >= HZI_ACTION_CALLBACK && action <= HZI_ACTION_JOIN;
}

// Runs the done-action of an ended try; the state was set before.
static void
run_action(hzi_call *call)
{
	bool parked = call->parked; // once the word is set the record may be in its next life
	uint32_t action = atomic_exchange(&call->action, HZI_ACTION_ENDED);
	if (action == HZI_ACTION_NONE) {
		return;
	}
	if (action == HZI_ACTION_SLEEPER) {
		// In the next life a wake too many is harmless, slots stay.
		(parked ? hzi_futex_unpark : hzi_futex_wake)(&call->action, 1);
	} else if (needs_driver(call, action)) {
		hzi_worker_drive(call->client, call);
	} else {
		hzi_call_deliver(call);
	}
}

void
hzi_call_done(hzi_call *call)
{
	// What fails may be tried again and keeps its permit, but for a fan-out that was begun.
	if (call->code == HZ_OK || call->own_join != NULL) {
		hzi_call_return_permit(call);
	}
	set_state(call, HZI_CALL_DONE);
	run_action(call);
}

void
hzi_call_listen(hzi_call *call)
{
	hzi_call_retain(call);
	set_state(call, HZI_CALL_LISTENING);
	run_action(call);
}

void
hzi_call_deliver(hzi_call *call)
{
	hz_client *client = call->client;
	hzi_call_return_permit(call);
	if (call->watched) {
		call->watched = false;
		atomic_fetch_sub_explicit(&client->asynchronous, 1, memory_order_relaxed);
	}
	switch (call->wanted) {
	case HZI_ACTION_CALLBACK:
		hzi_worker_complete(client, call);
		break;
	case HZI_ACTION_QUEUE:
		hzi_completions_push(call);
		break;
	case HZI_ACTION_JOIN:
		hzi_join_child_ended(call);
		break;
	case HZI_ACTION_CLUSTER:
		hzi_cluster_call_done(client, call);
		break;
	default:
		hzi_call_release(call);
		break;
	}
}

void
hzi_call_answered(hzi_call *call)
{
	if (call->code == HZ_OK && call->aim != NULL && call->aim->accept != NULL) {
		call->code = call->aim->accept(call);
	}
	hzi_call_done(call);
}

void
hzi_call_hold(hzi_call *call, unsigned expected)
{
	hz_client *client = call->client;
	uint64_t word = atomic_load_explicit(&call->word, memory_order_relaxed);
	atomic_store_explicit(&call->held_ns, hzi_now_ns(), memory_order_relaxed);
	for (;;) {
		if (HZI_WORD_SEEN(word) >= expected) {
			hzi_call_answered(call);
			return;
		}
		uint64_t held = WITH_STATE(word, HZI_CALL_HELD) | (uint64_t)expected << 44;
		if (atomic_compare_exchange_weak_explicit(&call->word, &word, held,
				    memory_order_acq_rel, memory_order_relaxed)) {
			hzi_worker_tick(client);
			return;
		}
	}
}

void
hzi_call_acknowledge(hzi_call *call, uint64_t generation)
{
	uint64_t word = atomic_load_explicit(&call->word, memory_order_acquire);
	for (;;) {
		unsigned state = HZI_WORD_STATE(word);
		if (HZI_WORD_GENERATION(word) != generation || HZI_WORD_SEEN(word) == 255 ||
				(state != HZI_CALL_SENT && state != HZI_CALL_CLAIMED &&
						state != HZI_CALL_HELD)) {
			return;
		}
		uint64_t next = word + ONE_SEEN;
		bool complete = state == HZI_CALL_HELD &&
				HZI_WORD_SEEN(next) >= HZI_WORD_EXPECTED(next);
		if (complete) {
			next = WITH_STATE(next, HZI_CALL_CLAIMED);
		}
		if (atomic_compare_exchange_weak_explicit(&call->word, &word, next,
				    memory_order_acq_rel, memory_order_acquire)) {
			if (complete) {
				hzi_call_answered(call);
			}
			return;
		}
	}
}

// The answer is here, not all backups have said so in time: as configured, and in doubt when the
// member that answered is gone (rule 14).
static void
finish_held(hzi_call *call)
{
	const hz_client *client = call->client;
	uint64_t conn_id = atomic_load_explicit(&call->conn_id, memory_order_relaxed);
	bool gone = call->conn == NULL ||
			atomic_load_explicit(&call->conn->id, memory_order_acquire) != conn_id;
	if (gone || client->config->fail_on_indeterminate) {
		call->code = HZ_ERR_INDETERMINATE;
		call->in_doubt = true;
		call->why = gone ? "the member that answered was lost before all backups were "
				   "acknowledged"
				 : "not all backups were acknowledged in time";
	}
	hzi_call_answered(call);
}

void
hzi_call_end_hold(hzi_call *call, uint64_t generation)
{
	uint64_t word = atomic_load_explicit(&call->word, memory_order_acquire);
	while (HZI_WORD_GENERATION(word) == generation && HZI_WORD_STATE(word) == HZI_CALL_HELD) {
		if (atomic_compare_exchange_weak_explicit(&call->word, &word,
				    WITH_STATE(word, HZI_CALL_CLAIMED), memory_order_acq_rel,
				    memory_order_acquire)) {
			atomic_fetch_add_explicit(&call->client->counters.backup_timeouts, 1,
					memory_order_relaxed);
			finish_held(call);
			return;
		}
	}
}

static void
end_claimed(hzi_call *call, unsigned was, hz_err code, const char *why)
{
	if (was == HZI_CALL_HELD && code != HZ_ERR_CLOSED) {
		// There is an answer: the end of our patience is the end of the wait for backups.
		finish_held(call);
		return;
	}
	call->code = code;
	call->in_doubt = was == HZI_CALL_SENT || was == HZI_CALL_HELD;
	call->why = why;
	hzi_call_done(call);
}

bool
hzi_call_fail(hzi_call *call, uint64_t generation, hz_err code, const char *why)
{
	unsigned was;
	if (!hzi_call_claim(call, generation, &was)) {
		return false;
	}
	end_claimed(call, was, code, why);
	return true;
}

// Whether the member may still send something that must not get lost.
static bool
may_bring_something(const hzi_call *call)
{
	return call->parked || (call->op->flags & HZI_OP_ITEM) != 0;
}

// Whether the connection of this try has been closed. Asked after the state was set: the closer
// clears the id before it sweeps, so one of the two sees the other.
static bool
connection_is_gone(const hzi_call *call)
{
	return call->conn == NULL ||
			atomic_load(&call->conn->id) !=
			atomic_load_explicit(&call->conn_id, memory_order_relaxed);
}

// A claimed call goes on without its consumer. A reader who finds it claimed waits for what becomes
// of it, so an answer that comes right now is not lost.
static void
abandon(hzi_call *call, uint64_t generation, hz_err code)
{
	hzi_call_retain(call); // for the answer that may come
	call->code = code;
	call->in_doubt = true;
	call->why = NULL;
	set_state(call, HZI_CALL_ABANDONED);
	bool gone = connection_is_gone(call);
	run_action(call);
	if (gone) {
		hzi_call_let_go(call, generation);
	}
}

bool
hzi_call_give_up(hzi_call *call, uint64_t generation, hz_err code)
{
	unsigned was;
	// Nothing of the record may be looked at before it is claimed: it need not even be in use.
	if (!hzi_call_claim(call, generation, &was)) {
		return false;
	}
	if (was == HZI_CALL_SENT && may_bring_something(call)) {
		abandon(call, generation, code);
	} else {
		end_claimed(call, was, code, NULL);
	}
	return true;
}

void
hzi_call_let_go(hzi_call *call, uint64_t generation)
{
	uint64_t word = atomic_load_explicit(&call->word, memory_order_acquire);
	while (HZI_WORD_GENERATION(word) == generation &&
			(HZI_WORD_STATE(word) == HZI_CALL_LISTENING ||
					HZI_WORD_STATE(word) == HZI_CALL_ABANDONED)) {
		if (atomic_compare_exchange_weak_explicit(&call->word, &word,
				    WITH_STATE(word, HZI_CALL_DONE), memory_order_acq_rel,
				    memory_order_acquire)) {
			hzi_call_release(call);
			return;
		}
	}
}

void
hzi_call_end_idle(hzi_call *call, hz_err code, const char *why)
{
	uint64_t word = atomic_load_explicit(&call->word, memory_order_relaxed);
	uint64_t generation = HZI_WORD_GENERATION(word) + 1;
	call->conn = NULL;
	atomic_store_explicit(&call->conn_id, 0, memory_order_relaxed);
	atomic_store_explicit(
			&call->word, WORD(HZI_CALL_CLAIMED, generation), memory_order_relaxed);
	call->code = code;
	call->in_doubt = false;
	call->server_code = 0;
	call->why = why;
	hzi_call_done(call);
}

void
hzi_call_unlisten(struct hz_client *client, int64_t id)
{
	hzi_call *call = hzi_slab_at(&client->slab, (uint32_t)(id & ((1 << HZI_SLOT_BITS) - 1)));
	if (id > 0 && call != NULL) {
		hzi_call_let_go(call, (uint64_t)id >> HZI_SLOT_BITS);
	}
}

void
hzi_call_retain(hzi_call *call)
{
	atomic_fetch_add_explicit(&call->holds, 1, memory_order_relaxed);
}

// Everything a life leaves behind, so that the record starts its next one clean.
static void
clean(hzi_call *call)
{
	hzi_call_return_permit(call);
	if (call->watched) {
		call->watched = false;
		atomic_fetch_sub_explicit(&call->client->asynchronous, 1, memory_order_relaxed);
	}
	if (call->extra != NULL) {
		if (call->extra_free != NULL) {
			call->extra_free(call->extra);
		}
		call->extra = NULL;
	}
	call->extra_free = NULL;
	hzi_schemas_end_call(call);
	hzi_join_parent_ended(call);
	hzi_slice_clear(&call->response);
	free(call->error);
	call->error = NULL;
	hzi_buf_reset(&call->request);
	hzi_buf_trim(&call->request, KEEP_BYTES);
	hzi_buf_reset(&call->scratch);
	hzi_buf_trim(&call->scratch, KEEP_BYTES);
}

void
hzi_call_release(hzi_call *call)
{
	if (atomic_fetch_sub_explicit(&call->holds, 1, memory_order_acq_rel) != 1) {
		return;
	}
	hz_client *client = call->client;
	clean(call);
	uint64_t word = atomic_load_explicit(&call->word, memory_order_relaxed);
	uint64_t ticket = atomic_load_explicit(&call->ticket, memory_order_relaxed);
	atomic_store_explicit(&call->cancel, NULL, memory_order_relaxed);
	atomic_store_explicit(&call->conn_id, 0, memory_order_relaxed);
	atomic_store_explicit(&call->ticket, (ticket | 1) + 1, memory_order_release);
	atomic_store_explicit(&call->word, WORD(HZI_CALL_FREE, HZI_WORD_GENERATION(word) + 1),
			memory_order_release);
	hzi_slab_give(&client->slab, call);
	hzi_client_release(client);
}

hz_error *
hzi_call_error(hzi_call *call)
{
	if (call->error == NULL) {
		call->error = calloc(1, sizeof(*call->error));
	}
	return call->error;
}
