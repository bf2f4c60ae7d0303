// SPDX-License-Identifier: Apache-2.0
//
// The record word under threads that race for it (rules 1, 2, 3 and 14 of the design): a completer,
// a caller that loses patience, a sweep, acknowledgements from elsewhere. No member, no socket: the
// functions of core/call.h alone. What must hold whatever the interleaving: each try has exactly
// one outcome, nothing of an old try reaches a later one, every record comes back to its pool.
#include "core/call.h"
#include "core/client.h"
#include "core/slab.h"
#include "protocol/gen/map.h"
#include "tests/support/suite.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS 5000

static const hzi_op get_op = {&HZP_MAP_GET, HZ_RESULT_VALUE, 0, NULL};
static const hzi_op take_op = {&HZP_MAP_GET, HZ_RESULT_VALUE, HZI_OP_WAITS | HZI_OP_ITEM, NULL};

// As much of a client as records need.
static hz_client *
bare_client(void)
{
	hz_client *client = aligned_alloc(64, (sizeof(*client) + 63) / 64 * 64);
	HZT_CHECK(client != NULL);
	memset(client, 0, sizeof(*client));
	atomic_store(&client->refs, 1);
	HZT_OK(hz_config_new(&client->config, NULL));
	HZT_OK(hzi_slab_init(&client->slab, client));
	// Worker 0 is said to be ticking already, so that a hold rings no bell that is not there.
	atomic_store(&client->workers.ticking, true);
	return client;
}

static void
free_bare_client(hz_client *client)
{
	HZT_EQ_INT(hzi_slab_live(&client->slab), 0);
	HZT_EQ_INT(atomic_load(&client->refs), 1);
	hzi_slab_clear(&client->slab);
	hz_config_destroy(&client->config);
	free(client);
}

static hzi_call *
begin(hz_client *client, const hzi_op *op)
{
	hzi_call *call = hzi_slab_take(&client->slab);
	HZT_CHECK(call != NULL);
	hzi_client_retain(client);
	uint64_t word = atomic_load(&call->word);
	atomic_store(&call->holds, 1);
	atomic_store(&call->action, HZI_ACTION_NONE);
	atomic_store(&call->word, (word & ~UINT64_C(15)) | HZI_CALL_IDLE);
	call->op = op;
	call->parked = (op->flags & HZI_OP_WAITS) != 0;
	call->conn = NULL;
	return call;
}

typedef struct race {
	hz_client *client;
	hzi_connection conn; // an open one, as far as records look at it
	_Atomic int64_t id;  // of the try that is under way; 0 between rounds
	_Atomic bool stop;
	_Atomic uint64_t answers; // outcomes that the completer published
	_Atomic uint64_t late;    // answers that came for an abandoned call
} race;

static hzi_call *
call_of(race *r, int64_t id, uint64_t *generation)
{
	*generation = (uint64_t)id >> HZI_SLOT_BITS;
	return hzi_slab_at(&r->client->slab, (uint32_t)(id & ((1 << HZI_SLOT_BITS) - 1)));
}

// The reader of responses: answers whatever id it last saw, often one that is over. The id that it
// answers goes into the record, as a response's bytes would.
static void *
answer_all(void *arg)
{
	race *r = arg;
	while (!atomic_load(&r->stop)) {
		int64_t id = atomic_load(&r->id);
		uint64_t generation;
		unsigned was;
		hzi_call *call = id != 0 ? call_of(r, id, &generation) : NULL;
		if (call == NULL || !hzi_call_claim_sent(call, generation, &was)) {
			sched_yield();
			continue;
		}
		if (was == HZI_CALL_ABANDONED) {
			atomic_fetch_add(&r->late, 1);
			hzi_call_end_abandoned(call);
		} else {
			call->server_code = (int32_t)generation;
			atomic_fetch_add(&r->answers, 1);
			hzi_call_done(call);
		}
	}
	return NULL;
}

// A second thread that gives up whatever is under way: a cancel token, a deadline, a lost
// connection.
static void *
give_up_all(void *arg)
{
	race *r = arg;
	while (!atomic_load(&r->stop)) {
		int64_t id = atomic_load(&r->id);
		uint64_t generation;
		if (id != 0) {
			hzi_call *call = call_of(r, id, &generation);
			hzi_call_give_up(call, generation, HZ_ERR_CANCELLED);
		}
		sched_yield();
	}
	return NULL;
}

static void *
sweep_all(void *arg)
{
	race *r = arg;
	while (!atomic_load(&r->stop)) {
		int64_t id = atomic_load(&r->id);
		uint64_t generation;
		if (id != 0) {
			hzi_call *call = call_of(r, id, &generation);
			hzi_call_let_go(call, generation);
			hzi_call_fail(call, generation, HZ_ERR_DISCONNECTED, NULL);
		}
		sched_yield();
	}
	return NULL;
}

static void
await_outcome(hzi_call *call)
{
	while (atomic_load(&call->action) != HZI_ACTION_ENDED) {
		sched_yield();
	}
}

static uint64_t
run_rounds(race *r, const hzi_op *op)
{
	uint64_t answered = 0;
	for (int i = 0; i < ROUNDS; i++) {
		hzi_call *call = begin(r->client, op);
		call->conn = &r->conn;
		atomic_store(&call->conn_id, 7);
		int64_t id = hzi_call_publish(call);
		atomic_store(&r->id, id);
		hzi_call_sending(call);
		await_outcome(call);
		if (call->code == HZ_OK) {
			// The answer is the one of this try and of no other.
			HZT_EQ_INT(call->server_code, (int32_t)((uint64_t)id >> HZI_SLOT_BITS));
			answered++;
		} else {
			HZT_CHECK(call->code == HZ_ERR_CANCELLED ||
					call->code == HZ_ERR_DISCONNECTED);
		}

		hzi_call_release(call);
	}
	return answered;
}

static void
race_for_outcomes(const hzi_op *op)
{
	race r = {.client = bare_client()};
	pthread_t threads[3];
	atomic_store(&r.conn.id, 7);
	HZT_EQ_INT(pthread_create(&threads[0], NULL, answer_all, &r), 0);
	HZT_EQ_INT(pthread_create(&threads[1], NULL, give_up_all, &r), 0);
	HZT_EQ_INT(pthread_create(&threads[2], NULL, sweep_all, &r), 0);
	uint64_t answered = run_rounds(&r, op);
	// Abandoned records still wait for their answer or the end of their connection.
	int64_t last = atomic_exchange(&r.id, 0);
	atomic_store(&r.stop, true);
	for (int i = 0; i < 3; i++) {
		pthread_join(threads[i], NULL);
	}
	HZT_EQ_INT(answered, atomic_load(&r.answers));
	uint32_t count = hzi_slab_count(&r.client->slab);
	for (uint32_t i = 0; i < count; i++) {
		hzi_call *call = hzi_slab_at(&r.client->slab, i);
		hzi_call_let_go(call, HZI_WORD_GENERATION(atomic_load(&call->word)));
	}
	HZT_CHECK(last != 0);
	free_bare_client(r.client);
}

static void
one_outcome_for_each_try(void)
{
	race_for_outcomes(&get_op);
}

static void
abandoned_calls_come_back_once(void)
{
	race_for_outcomes(&take_op);
}

// ---- Acknowledgements (rule 14) ----

#define BACKUPS 3

typedef struct ack_race {
	hz_client *client;
	_Atomic int64_t id;
	_Atomic bool stop;
	_Atomic uint32_t go; // round number, so that every thread acknowledges each round once
} ack_race;

static void *
acknowledge_once_a_round(void *arg)
{
	ack_race *r = arg;
	uint32_t seen = 0;
	while (!atomic_load(&r->stop)) {
		uint32_t round = atomic_load(&r->go);
		if (round == seen) {
			sched_yield();
			continue;
		}
		seen = round;
		int64_t id = atomic_load(&r->id);
		hzi_call *call = hzi_slab_at(
				&r->client->slab, (uint32_t)(id & ((1 << HZI_SLOT_BITS) - 1)));
		hzi_call_acknowledge(call, (uint64_t)id >> HZI_SLOT_BITS);
	}
	return NULL;
}

// The response and three acknowledgements meet in any order; without all four the call never ends,
// and with them it always does.
static void
response_and_acknowledgements_meet(void)
{
	ack_race r = {.client = bare_client()};
	pthread_t threads[BACKUPS];
	for (int i = 0; i < BACKUPS; i++) {
		HZT_EQ_INT(pthread_create(&threads[i], NULL, acknowledge_once_a_round, &r), 0);
	}
	for (uint32_t i = 1; i <= ROUNDS / 10; i++) {
		unsigned was;
		hzi_call *call = begin(r.client, &get_op);
		int64_t id = hzi_call_publish(call);
		HZT_CHECK(hzi_call_sending(call));
		atomic_store(&r.id, id);
		atomic_store(&r.go, i);
		HZT_CHECK(hzi_call_claim_sent(call, (uint64_t)id >> HZI_SLOT_BITS, &was));
		HZT_EQ_INT(was, HZI_CALL_SENT);
		hzi_call_hold(call, BACKUPS);
		await_outcome(call);
		HZT_EQ_INT(call->code, HZ_OK);
		HZT_EQ_INT(HZI_WORD_SEEN(atomic_load(&call->word)), BACKUPS);
		hzi_call_release(call);
	}
	atomic_store(&r.stop, true);
	for (int i = 0; i < BACKUPS; i++) {
		pthread_join(threads[i], NULL);
	}
	free_bare_client(r.client);
}

static void
a_held_call_waits_for_all(void)
{
	unsigned was;
	hz_client *client = bare_client();
	hzi_call *call = begin(client, &get_op);
	uint64_t generation = (uint64_t)hzi_call_publish(call) >> HZI_SLOT_BITS;
	HZT_CHECK(hzi_call_sending(call));
	HZT_CHECK(hzi_call_claim_sent(call, generation, &was));
	hzi_call_acknowledge(call, generation); // before the response was published
	hzi_call_hold(call, 2);
	HZT_EQ_INT(HZI_WORD_STATE(atomic_load(&call->word)), HZI_CALL_HELD);
	hzi_call_acknowledge(call, generation - 1); // of an older try
	hzi_call_acknowledge(call, generation + 1);
	HZT_EQ_INT(atomic_load(&call->action), HZI_ACTION_NONE);
	hzi_call_acknowledge(call, generation);
	HZT_EQ_INT(atomic_load(&call->action), HZI_ACTION_ENDED);
	hzi_call_release(call);
	free_bare_client(client);
}

// The answer is here, the member that gave it is gone before all backups were acknowledged: in
// doubt.
static void
a_hold_that_ends_is_never_a_plain_success_without_its_member(void)
{
	unsigned was;
	hz_client *client = bare_client();
	hzi_call *call = begin(client, &get_op);
	uint64_t generation = (uint64_t)hzi_call_publish(call) >> HZI_SLOT_BITS;
	HZT_CHECK(hzi_call_sending(call));
	HZT_CHECK(hzi_call_claim_sent(call, generation, &was));
	hzi_call_hold(call, 1);
	hzi_call_end_hold(call, generation - 1);
	HZT_EQ_INT(HZI_WORD_STATE(atomic_load(&call->word)), HZI_CALL_HELD);
	hzi_call_end_hold(call, generation);
	HZT_EQ_INT(call->code, HZ_ERR_INDETERMINATE);
	HZT_CHECK(call->in_doubt);
	HZT_EQ_INT(atomic_load(&client->counters.backup_timeouts), 1);
	hzi_call_release(call);
	free_bare_client(client);
}

// ---- Sent or not (rule 4), holds (rule 3) ----

static void
only_what_was_sent_is_in_doubt(void)
{
	hz_client *client = bare_client();
	for (int sent = 0; sent < 2; sent++) {
		hzi_call *call = begin(client, &get_op);
		uint64_t generation = (uint64_t)hzi_call_publish(call) >> HZI_SLOT_BITS;
		HZT_CHECK(!sent || hzi_call_sending(call));
		HZT_CHECK(hzi_call_fail(call, generation, HZ_ERR_DISCONNECTED, NULL));
		HZT_EQ_INT(call->in_doubt, sent);
		// It has ended: a writer that comes now must leave it out.
		HZT_CHECK(!hzi_call_sending(call));
		HZT_CHECK(!hzi_call_fail(call, generation, HZ_ERR_CLOSED, NULL));
		HZT_EQ_INT(call->code, HZ_ERR_DISCONNECTED);
		hzi_call_release(call);
	}
	free_bare_client(client);
}

static void
a_record_comes_back_only_without_holds(void)
{
	hz_client *client = bare_client();
	hzi_call *call = begin(client, &get_op);
	int64_t id = hzi_call_publish(call);
	hzi_call_retain(call); // a connection's list
	HZT_CHECK(hzi_call_fail(call, (uint64_t)id >> HZI_SLOT_BITS, HZ_ERR_TIMEOUT, NULL));
	hzi_call_release(call); // the caller is gone
	HZT_EQ_INT(hzi_slab_live(&client->slab), 1);
	HZT_CHECK(hzi_slab_take(&client->slab) != call);
	hzi_call_release(call);                      // the list, too
	HZT_EQ_INT(hzi_slab_live(&client->slab), 1); // the one just taken
	HZT_CHECK(hzi_call_current_id(call) != id);
	hzi_slab_clear(&client->slab);
	hz_config_destroy(&client->config);
	free(client);
}

static const hzt_case cases[] = {
		{"one_outcome_for_each_try", one_outcome_for_each_try},
		{"abandoned_calls_come_back_once", abandoned_calls_come_back_once},
		{"response_and_acknowledgements_meet", response_and_acknowledgements_meet},
		{"a_held_call_waits_for_all", a_held_call_waits_for_all},
		{"a_hold_that_ends_is_never_a_plain_success_without_its_member",
				a_hold_that_ends_is_never_a_plain_success_without_its_member},
		{"only_what_was_sent_is_in_doubt", only_what_was_sent_is_in_doubt},
		{"a_record_comes_back_only_without_holds", a_record_comes_back_only_without_holds},
};

HZT_MAIN("record_race", cases)
