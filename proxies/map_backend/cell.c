// SPDX-License-Identifier: Apache-2.0
#include "proxies/map_backend/cell.h"

#include "base/fail.h"
#include "base/platform.h"
#include "core/error.h"
#include "protocol/encode.h"
#include "protocol/gen/map.h"
#include "proxies/map_backend/keeper.h"
#include "serialization/data.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define NS_PER_MS INT64_C(1000000)

// After this many lost races in a row a pause comes before the next one, at random up to 1 ms, and
// twice as much each time; and after this many more the entry's key is locked for the next one, so
// that whoever is slower than others gets his turn. Should the client die meanwhile, the lock ends
// with its lease.
enum { PATIENT_AFTER = 2, LOCK_AFTER = 4, LOCK_LEASE_MS = 5000 };

// What members take for the thread of every agent: no thread and no context has this number.
#define AGENT_THREAD INT64_MIN

// Protocol 3.13.
enum { ILLEGAL_MONITOR_STATE = 26 };

// Holders are not looked for more often than this.
#define CHECK_NS (INT64_C(1000) * NS_PER_MS)

typedef enum cell_step { LOOK, WRITE, CHECK, LOCK, UNLOCK } cell_step;

struct hzi_cell {
	hz_client *client;
	const hzi_utility *utility;
	const char *name;
	hzi_cell_link link; // in the keeper's list
	hzi_buf key;        // Data of the name
	int32_t key_hash;

	pthread_mutex_t lock; // held for a few instructions, never across a call
	hzi_errand *inbox;    // those that the agent has not seen, the latest first
	bool running;         // there is an agent
	bool stale;           // it has to look again
	bool idle_waits;      // there is none, but errands that wait
	int64_t asked;        // looks begun

	// The agent's, of whom there is one at a time.
	hzi_errand *work; // all others, in the order they came
	cell_step step;
	bool known; // state and text are what was there at the look number `seen`
	int64_t seen;
	int64_t look; // the number of the one under way
	hzi_state state, next;
	hzi_buf text, next_text; // the same as Data; empty: no entry
	int64_t attempt;         // number of the write under way, or of which nothing is known; 0
	unsigned losses;
	bool locked;       // the key
	int64_t reference; // of the lock
	int64_t checked_ns;
	int64_t held;       // by this client
	hzi_tally suspects; // holders to be looked for, the last one first

	hzi_holds holds; // of locks
};

static hz_err accept_any(const hzi_call *call);
static hz_err choose(hzi_call *call);
static hzi_again again(hzi_call *call);
static hzi_again errand_again(hzi_call *call);

static const hzi_aim AGENT = {choose, again, accept_any};

static const hzi_op GET = {&HZP_MAP_GET, HZ_RESULT_NONE, 0, NULL};
static const hzi_op PUT_IF_ABSENT = {&HZP_MAP_PUT_IF_ABSENT, HZ_RESULT_NONE, 0, NULL};
static const hzi_op REPLACE = {&HZP_MAP_REPLACE_IF_SAME, HZ_RESULT_NONE, 0, NULL};
static const hzi_op LOCK_KEY = {&HZP_MAP_LOCK, HZ_RESULT_NONE, 0, NULL};
static const hzi_op UNLOCK_KEY = {&HZP_MAP_UNLOCK, HZ_RESULT_NONE, 0, NULL};
static const hzi_op CONTAINS = {&HZP_MAP_CONTAINS_KEY, HZ_RESULT_NONE, 0, NULL};

hz_client *
hzi_cell_client(const hzi_cell *cell)
{
	return cell->client;
}

int64_t
hzi_cell_held(const hzi_cell *cell)
{
	return cell->held;
}

static hzp_bytes
bytes_of(const hzi_buf *buf)
{
	return (hzp_bytes){buf->data, (uint32_t)buf->len};
}

// ---- Errands ----

static void
free_errand(hzi_errand *errand)
{
	if (errand->dropped != NULL && !errand->delivered) {
		errand->dropped(errand);
	}
	hzi_buf_clear(&errand->expected);
	hzi_buf_clear(&errand->value);
	hzi_buf_clear(&errand->data);
	free(errand);
}

void
hzi_errand_free_unsent(void *errand)
{
	free_errand(errand);
}

// What a call keeps of its errand's data.
typedef struct brought {
	size_t n;
	uint8_t bytes[];
} brought;

static void
hand_over_data(hzi_call *call, brought *data)
{
	call->extra = data;
	call->extra_free = free;
}

static brought *
make_brought(const hzi_buf *data)
{
	brought *made = data->len > 0 ? malloc(sizeof(*made) + data->len) : NULL;
	if (made != NULL) {
		made->n = data->len;
		memcpy(made->bytes, data->data, data->len);
	}
	return made;
}

static void
leave_undo(hzi_cell *cell, const hzi_errand *errand)
{
	hzi_errand undo = {.cell = cell};
	if (cell->utility->undo == NULL || !cell->utility->undo(errand, &undo)) {
		return;
	}
	hzi_errand *made = malloc(sizeof(*made));
	if (made != NULL) {
		*made = undo;
		made->next = cell->work;
		cell->work = made;
	}
}

// Ends the errand's call, unless it has ended, and the errand.
static void
finish(hzi_cell *cell, hzi_errand *errand, const hzi_slice *why)
{
	brought *data = make_brought(&errand->data);
	if (errand->data.len > 0 && data == NULL) {
		errand->code = HZ_ERR_MEMORY;
	}
	if (errand->code == HZ_ERR_SESSION_EXPIRED) {
		cell->held = 0;
	} else if (errand->code == HZ_OK && errand->changed) {
		cell->held += errand->takes;
	}
	hzi_call *call = errand->id != 0 ? hzi_call_claim_local(cell->client, errand->id) : NULL;
	if (call != NULL) {
		if (cell->utility->deliver != NULL) {
			cell->utility->deliver(cell, errand);
		}
		errand->delivered = errand->code == HZ_OK;
		call->code = errand->code;
		call->why = errand->why;
		call->in_doubt = errand->code == HZ_ERR_INDETERMINATE;
		call->aim_mark = (uint64_t)errand->result;
		if (why != NULL && why->p != NULL) {
			hzi_slice_take(&call->response, why->block, why->p, why->n);
			call->server_code =
					errand->code == HZ_ERR_SERVER ? (int32_t)errand->result : 0;
		}
		if (data != NULL) {
			hand_over_data(call, data);
			data = NULL;
		}
		hzi_call_done(call);
	} else if (errand->id != 0 && errand->changed && errand->code == HZ_OK) {
		leave_undo(cell, errand);
	}
	free(data);
	free_errand(errand);
}

// Ends those that are ready, or all.
static void
finish_ready(hzi_cell *cell)
{
	hzi_errand *list = cell->work;
	hzi_errand *kept = NULL;
	hzi_errand **last = &kept;
	cell->work = NULL; // what undoes something comes first
	while (list != NULL) {
		hzi_errand *errand = list;
		list = list->next;
		if (errand->ready) {
			finish(cell, errand, NULL);
		} else {
			*last = errand;
			last = &errand->next;
		}
	}
	*last = NULL;
	for (last = &cell->work; *last != NULL; last = &(*last)->next) {
	}
	*last = kept;
}

static void
fail_ready(hzi_cell *cell, hz_err code, const char *why)
{
	for (hzi_errand *errand = cell->work; errand != NULL; errand = errand->next) {
		if (errand->ready) {
			errand->code = code;
			errand->why = why;
		}
	}
	finish_ready(cell);
}

// Puts what came meanwhile behind what there is. With the lock held.
static void
take_inbox(hzi_cell *cell)
{
	hzi_errand *in_order = NULL;
	hzi_errand **last = &cell->work;
	while (cell->inbox != NULL) {
		hzi_errand *errand = cell->inbox;
		cell->inbox = errand->next;
		errand->next = in_order;
		in_order = errand;
	}
	while (*last != NULL) {
		last = &(*last)->next;
	}
	*last = in_order;
}

// The agent gives up: all that is there ends, and so does the agent.
static void
fail_all(hzi_cell *cell, hz_err code, int32_t server_code, const hzi_slice *why)
{
	pthread_mutex_lock(&cell->lock);
	take_inbox(cell);
	hzi_errand *list = cell->work;
	cell->work = NULL;
	cell->known = false;
	cell->attempt = 0;
	cell->locked = false;
	cell->idle_waits = false;
	cell->running = false;
	pthread_mutex_unlock(&cell->lock);
	while (list != NULL) {
		hzi_errand *errand = list;
		list = list->next;
		errand->code = code;
		errand->changed = false;
		errand->result = server_code;
		hzi_buf_reset(&errand->data);
		finish(cell, errand, why);
	}
}

// ---- Planning ----

static bool
is_fresh(const hzi_cell *cell, const hzi_errand *errand)
{
	return cell->known && cell->seen > errand->after;
}

static void
drop_ended(hzi_cell *cell)
{
	for (hzi_errand **at = &cell->work; *at != NULL;) {
		hzi_errand *errand = *at;
		if (errand->id != 0 && !hzi_call_is_local(cell->client, errand->id)) {
			*at = errand->next;
			free_errand(errand);
		} else {
			at = &errand->next;
		}
	}
}

// What all errands together make of the state.
typedef struct outcome {
	bool changed;  // something is to be written
	bool unproven; // an answer hangs on a look that was too early for it
	bool waiting;
	bool thorough;
} outcome;

static hzi_verdict
apply(hzi_cell *cell, hzi_errand *errand)
{
	errand->code = HZ_OK;
	errand->why = NULL;
	errand->result = 0;
	hzi_buf_reset(&errand->data);
	if (cell->next.destroyed) {
		errand->code = errand->kind == HZI_ERRAND_DESTROY ? HZ_OK : HZ_ERR_DESTROYED;
		return HZI_ERRAND_DONE;
	}
	if (errand->kind == HZI_ERRAND_DESTROY) {
		cell->next.destroyed = true;
		return HZI_ERRAND_CHANGED;
	}
	return cell->utility->apply(cell, errand, &cell->next);
}

static outcome
apply_all(hzi_cell *cell)
{
	outcome all = {0};
	for (hzi_errand *errand = cell->work; errand != NULL; errand = errand->next) {
		hzi_verdict verdict = apply(cell, errand);
		errand->ready = verdict != HZI_ERRAND_WAITS;
		errand->changed = verdict == HZI_ERRAND_CHANGED;
		all.changed = all.changed || errand->changed;
		all.waiting = all.waiting || !errand->ready;
		all.thorough = all.thorough || !errand->ready || errand->thorough;
		all.unproven = all.unproven || !is_fresh(cell, errand);
	}
	return all;
}

// From here on the calls behind the changes are in doubt when they are given up. False: one of them
// was given up before.
static bool
commit(hzi_cell *cell)
{
	bool all = true;
	for (hzi_errand *errand = cell->work; errand != NULL; errand = errand->next) {
		if (errand->changed && errand->id != 0) {
			all = hzi_call_commit_local(cell->client, errand->id) && all;
		}
	}
	return all;
}

static bool
write_next(hzi_cell *cell)
{
	hzi_buf json = {0};
	bool be = cell->client->config->big_endian;
	if (!hzi_state_sign(&cell->next, cell->client->uuid)) {
		return false;
	}
	hzi_state_write(&cell->next, cell->utility->fields, &json);
	hzi_buf_reset(&cell->next_text);
	hz_value value = hz_jsonn((const char *)json.data, json.len);
	bool done = !json.failed &&
			hzi_data_write(&cell->next_text, &value, be, NULL, NULL) == HZ_OK;
	hzi_buf_clear(&json);
	return done;
}

// Whether holders have to be looked for now; then they are listed.
static bool
must_check(hzi_cell *cell, const outcome *all)
{
	int64_t now_ns = hzi_now_ns();
	if (!cell->utility->leases || !all->thorough || cell->state.holders.count == 0 ||
			(cell->checked_ns != 0 && now_ns - cell->checked_ns < CHECK_NS)) {
		return false;
	}
	cell->checked_ns = now_ns;
	cell->suspects.count = 0;
	for (size_t i = 0; i < cell->state.holders.count; i++) {
		const hzi_share *holder = &cell->state.holders.items[i];
		if (holder->client.msb != cell->client->uuid.msb ||
				holder->client.lsb != cell->client->uuid.lsb) {
			hzi_tally_set(&cell->suspects, holder->client, holder->n);
		}
	}
	return cell->suspects.count > 0;
}

// The next step with what is there; false: there is none until something comes.
static bool
plan_work(hzi_cell *cell)
{
	while (cell->work != NULL) {
		drop_ended(cell);
		if (!cell->known) {
			cell->step = LOOK;
			return cell->work != NULL;
		}
		hzi_state_clear(&cell->next);
		if (!hzi_state_copy(&cell->next, &cell->state)) {
			cell->known = false;
			for (hzi_errand *errand = cell->work; errand != NULL;
					errand = errand->next) {
				errand->ready = true;
				errand->changed = false;
			}
			fail_ready(cell, HZ_ERR_MEMORY, NULL);
			continue;
		}
		cell->next.acquired = 0;
		outcome all = apply_all(cell);
		if (!all.changed && all.unproven) {
			cell->step = LOOK;
			return true;
		}
		if (!all.changed && must_check(cell, &all)) {
			cell->step = CHECK;
			return true;
		}
		if (all.changed && !commit(cell)) {
			continue;
		}
		if (all.changed && write_next(cell)) {
			cell->attempt = cell->next.writes;
			cell->step = WRITE;
			return true;
		}
		if (all.changed) {
			fail_ready(cell, HZ_ERR_MEMORY, NULL);
		} else {
			finish_ready(cell);
			if (all.waiting) {
				return false; // they have seen the entry as it is
			}
		}
	}
	return false;
}

// The same with what comes meanwhile; false: the agent ends.
static bool
plan(hzi_cell *cell)
{
	for (;;) {
		pthread_mutex_lock(&cell->lock);
		take_inbox(cell);
		bool stale = cell->stale;
		cell->stale = false;
		pthread_mutex_unlock(&cell->lock);
		cell->known = cell->known && !stale;
		if (plan_work(cell)) {
			return true;
		}
		pthread_mutex_lock(&cell->lock);
		bool over = cell->inbox == NULL && !cell->stale;
		if (over) {
			cell->running = false;
			cell->idle_waits = cell->work != NULL;
		}
		pthread_mutex_unlock(&cell->lock);
		if (over) {
			return false;
		}
	}
}

bool
hzi_cell_has_waits(hzi_cell *cell)
{
	pthread_mutex_lock(&cell->lock);
	bool waits = cell->idle_waits;
	pthread_mutex_unlock(&cell->lock);
	return waits;
}

// The agent has ended. Events may get lost, so those that wait look again from time to time.
static void
rest(hzi_cell *cell)
{
	if (hzi_cell_has_waits(cell)) {
		hzi_keeper_watch(cell->client);
	}
}

// ---- The agent ----

static void
start_agent(hzi_cell *cell)
{
	hzi_call *call;
	hz_future refused;
	if (!plan(cell)) {
		rest(cell);
		return;
	}
	if (!hzi_call_begin_on(cell->client, &(hz_call){.timeout_ms = HZ_FOREVER}, &GET, &call,
			    &refused)) {
		fail_all(cell, (hz_err)refused.id_, 0, NULL);
		return;
	}
	call->library = true;
	call->aim = &AGENT;
	call->aim_ctx = cell;
	call->structure_name = cell->name;
	hz_drop(hzi_call_start(call));
}

// Every answer is for worker 0.
static hz_err
accept_any(const hzi_call *call)
{
	(void)call;
	return HZ_ERR_TIMEOUT;
}

static hz_err
encode(hzi_call *call, const hzi_op *op, const void *request, int32_t hash)
{
	call->op = op;
	call->hash = hash;
	hzi_buf_reset(&call->request);
	return hzp_encode(&call->request, op->proto->request, request);
}

static hz_err
encode_look(const hzi_cell *cell, hzi_call *call)
{
	return encode(call, &GET,
			&(hzp_map_get_request){.name = hzp_str(cell->utility->map),
					.key = bytes_of(&cell->key),
					.thread_id = AGENT_THREAD},
			cell->key_hash);
}

static hz_err
encode_write(const hzi_cell *cell, hzi_call *call)
{
	if (cell->text.len == 0) {
		return encode(call, &PUT_IF_ABSENT,
				&(hzp_map_put_if_absent_request){
						.name = hzp_str(cell->utility->map),
						.key = bytes_of(&cell->key),
						.value = bytes_of(&cell->next_text),
						.thread_id = AGENT_THREAD,
						.ttl = -1},
				cell->key_hash);
	}
	return encode(call, &REPLACE,
			&(hzp_map_replace_if_same_request){.name = hzp_str(cell->utility->map),
					.key = bytes_of(&cell->key),
					.test_value = bytes_of(&cell->text),
					.value = bytes_of(&cell->next_text),
					.thread_id = AGENT_THREAD},
			cell->key_hash);
}

// Whether the holder that is last among the suspects is alive.
static hz_err
encode_check(const hzi_cell *cell, hzi_call *call)
{
	char uuid[HZI_UUID_TEXT];
	int32_t hash = 0;
	hzi_uuid_write(cell->suspects.items[cell->suspects.count - 1].client, uuid);
	hz_value key = hz_str(uuid);
	hzi_buf_reset(&call->scratch);
	hz_err e = hzi_data_write(
			&call->scratch, &key, cell->client->config->big_endian, &hash, NULL);
	if (e != HZ_OK) {
		return e;
	}
	return encode(call, &CONTAINS,
			&(hzp_map_contains_key_request){.name = hzp_str(HZI_CLIENTS_MAP),
					.key = bytes_of(&call->scratch),
					.thread_id = call->owner_id},
			hash);
}

static hz_err
encode_lock(const hzi_cell *cell, hzi_call *call)
{
	return encode(call, &LOCK_KEY,
			&(hzp_map_lock_request){.name = hzp_str(cell->utility->map),
					.key = bytes_of(&cell->key),
					.thread_id = AGENT_THREAD,
					.ttl = LOCK_LEASE_MS,
					.reference_id = cell->reference},
			cell->key_hash);
}

static hz_err
encode_unlock(const hzi_cell *cell, hzi_call *call)
{
	return encode(call, &UNLOCK_KEY,
			&(hzp_map_unlock_request){.name = hzp_str(cell->utility->map),
					.key = bytes_of(&cell->key),
					.thread_id = AGENT_THREAD,
					.reference_id = cell->reference},
			cell->key_hash);
}

static hz_err
choose(hzi_call *call)
{
	static hz_err (*const encoders[])(const hzi_cell *cell, hzi_call *call) = {
			[LOOK] = encode_look,
			[WRITE] = encode_write,
			[CHECK] = encode_check,
			[LOCK] = encode_lock,
			[UNLOCK] = encode_unlock,
	};
	hzi_cell *cell = call->aim_ctx;
	pthread_mutex_lock(&cell->lock);
	cell->look = ++cell->asked;
	pthread_mutex_unlock(&cell->lock);
	return encoders[cell->step](cell, call);
}

// ---- Answers ----

static hz_err
read_entry(hzi_cell *cell, hzp_bytes data)
{
	hz_value value;
	const char *text = NULL;
	size_t n = 0;
	hzi_state_clear(&cell->state);
	hzi_buf_reset(&cell->text);
	if (data.p == NULL) {
		return HZ_OK;
	}
	if (!hzi_buf_append(&cell->text, data.p, data.n)) {
		return HZ_ERR_MEMORY;
	}
	if (hzi_value_view(data.p, data.n, cell->client->config->big_endian, &value) != HZ_OK ||
			hz_value_get_json(&value, &text, &n) != HZ_OK ||
			!hzi_state_read(&cell->state, cell->utility->fields, text, n)) {
		return HZ_ERR_STATE;
	}
	return HZ_OK;
}

// Whether it can be told from the entry that a write of ours is not in it.
static bool
is_told(const hzi_state *state, int64_t attempt)
{
	if (state->writers.count < HZI_WRITERS_MAX) {
		return true;
	}
	for (size_t i = 0; i < state->writers.count; i++) {
		if (state->writers.items[i].n <= attempt) {
			return true;
		}
	}
	return false;
}

// The last write is under way, or nothing is known of it, and the entry has been looked at.
static void
resolve(hzi_cell *cell)
{
	int64_t attempt = cell->attempt;
	const hzi_state *state = &cell->state;
	if (attempt == 0 || state->writes == attempt - 1) {
		return; // the same write is sent again, and can only take place once
	}
	cell->attempt = 0;
	if (hzi_tally_get(&state->writers, cell->client->uuid) == attempt) {
		cell->losses = 0;
		finish_ready(cell);
	} else if (state->writes < attempt || !is_told(state, attempt)) {
		fail_ready(cell, HZ_ERR_INDETERMINATE, "the entry does not tell what became of it");
	}
}

static hz_err
take_look(hzi_cell *cell, hzi_call *call)
{
	hzp_map_get_response response;
	hz_err e = hzi_call_decode(call, &response, NULL);
	if (e == HZ_OK) {
		e = read_entry(cell, response.response);
	}
	cell->known = e == HZ_OK;
	if (e == HZ_OK) {
		cell->seen = cell->look;
		resolve(cell);
	}
	return e;
}

static hz_err
take_write(hzi_cell *cell, hzi_call *call)
{
	bool done = false;
	hz_err e = HZ_OK;
	if (call->op == &REPLACE) {
		hzp_map_replace_if_same_response response;
		e = hzi_call_decode(call, &response, NULL);
		done = e == HZ_OK && response.response;
	} else {
		hzp_map_put_if_absent_response response;
		e = hzi_call_decode(call, &response, NULL);
		done = e == HZ_OK && response.response.p == NULL;
	}
	if (!done) {
		cell->known = false;
		cell->losses++;
		return e;
	}
	hzi_state state = cell->state;
	hzi_buf text = cell->text;
	cell->state = cell->next;
	cell->next = state;
	cell->text = cell->next_text;
	cell->next_text = text;
	cell->seen = cell->look;
	cell->attempt = 0;
	cell->losses = 0;
	finish_ready(cell);
	return HZ_OK;
}

static hz_err
take_check(hzi_cell *cell, hzi_call *call)
{
	hzp_map_contains_key_response response;
	hz_err e = hzi_call_decode(call, &response, NULL);
	if (e != HZ_OK) {
		return e;
	}
	hzi_share suspect = cell->suspects.items[--cell->suspects.count];
	if (!response.response) {
		hzi_errand *reclaim = calloc(1, sizeof(*reclaim));
		if (reclaim == NULL) {
			return HZ_OK; // it is looked for again
		}
		reclaim->cell = cell;
		reclaim->kind = HZI_ERRAND_RECLAIM;
		reclaim->client = suspect.client;
		reclaim->next = cell->work;
		cell->work = reclaim;
	}
	return HZ_OK;
}

static hz_err
take_answer(hzi_cell *cell, hzi_call *call)
{
	switch (cell->step) {
	case LOOK:
		return take_look(cell, call);
	case WRITE:
		return take_write(cell, call);
	case CHECK:
		return take_check(cell, call);
	default:
		cell->locked = cell->step == LOCK;
		return HZ_OK;
	}
}

static void
begin_locking(hzi_cell *cell, cell_step step)
{
	cell->step = step;
	cell->reference = atomic_fetch_add_explicit(
					  &cell->client->reference_ids, 1, memory_order_relaxed) +
			1;
}

// Someone else was faster, several times: not all at once again.
static hzi_again
after_a_loss(hzi_cell *cell, hzi_call *call)
{
	uint64_t random = 0;
	unsigned over = cell->losses - PATIENT_AFTER;
	cell->step = LOOK;
	if (cell->losses <= PATIENT_AFTER || cell->locked) {
		return HZI_AGAIN_NOW;
	}
	if (over > LOCK_AFTER) {
		begin_locking(cell, LOCK);
		return HZI_AGAIN_NOW;
	}
	(void)hzi_random_bytes(&random, sizeof(random));
	call->resume_ns = hzi_now_ns() + (int64_t)(random % ((uint64_t)NS_PER_MS << over));
	return HZI_AGAIN_AT;
}

static hzi_again
next_step(hzi_cell *cell, hzi_call *call)
{
	if (cell->step == CHECK && cell->suspects.count > 0) {
		return HZI_AGAIN_NOW;
	}
	if (cell->step == LOCK) {
		cell->step = LOOK;
		return HZI_AGAIN_NOW;
	}
	if (cell->attempt != 0) {
		// Nothing else before it is known what became of that write.
		if (cell->step == WRITE) {
			return after_a_loss(cell, call);
		}
		cell->step = WRITE;
		return HZI_AGAIN_NOW;
	}
	if (cell->locked) {
		if (cell->step == WRITE || !plan_work(cell)) {
			begin_locking(cell, UNLOCK);
		}
		return HZI_AGAIN_NOW;
	}
	if (plan(cell)) {
		return HZI_AGAIN_NOW;
	}
	rest(cell);
	return HZI_AGAIN_NO;
}

// An application that asked not to wait while there is no connection is told at once.
static bool
waits_for_connection(const hzi_call *call)
{
	const hz_config *config = call->client->config;
	return !config->async_start && config->reconnect_mode != HZI_RECONNECT_ASYNC;
}

static bool
may_go_better(const hzi_call *call)
{
	const hzi_server_error *row;
	switch (call->code) {
	case HZ_ERR_OFFLINE:
		return waits_for_connection(call);
	case HZ_ERR_DISCONNECTED:
	case HZ_ERR_INDETERMINATE:
		return true;
	case HZ_ERR_SERVER:
		row = hzi_server_error_find(call->server_code);
		return row != NULL && row->retryable;
	default:
		return false;
	}
}

static hzi_again
again(hzi_call *call)
{
	hzi_cell *cell = call->aim_ctx;
	call->retry_until_ns = 0; // as long as somebody waits
	call->was_in_doubt = false;
	bool was_free = cell->step == UNLOCK && call->code == HZ_ERR_SERVER &&
			call->server_code == ILLEGAL_MONITOR_STATE; // the lease was over
	if (!was_free && (call->code != HZ_ERR_TIMEOUT || call->response.p == NULL)) {
		if (may_go_better(call)) {
			cell->step = cell->step == WRITE ? LOOK : cell->step;
			return HZI_AGAIN_LATER;
		}
		fail_all(cell, call->code, call->server_code, &call->response);
		return HZI_AGAIN_NO;
	}
	call->tries = 0;
	hz_err e = take_answer(cell, call);
	if (e != HZ_OK) {
		fail_all(cell, e, 0, NULL);
		return HZI_AGAIN_NO;
	}
	return next_step(cell, call);
}

// ---- Coming and waiting ----

void
hzi_errand_leave(void *what, int64_t id)
{
	hzi_errand *errand = what;
	hzi_cell *cell = errand->cell;
	if (id == 0) {
		free_errand(errand);
		return;
	}
	errand->id = id;
	pthread_mutex_lock(&cell->lock);
	errand->after = cell->asked;
	errand->next = cell->inbox;
	cell->inbox = errand;
	bool start = !cell->running;
	cell->running = true;
	cell->idle_waits = false;
	pthread_mutex_unlock(&cell->lock);
	if (start) {
		start_agent(cell);
	}
}

void
hzi_cell_poke(hzi_cell *cell)
{
	pthread_mutex_lock(&cell->lock);
	bool start = !cell->running && cell->idle_waits;
	cell->stale = cell->running || start;
	cell->running = cell->running || start;
	cell->idle_waits = false;
	pthread_mutex_unlock(&cell->lock);
	if (start) {
		start_agent(cell);
	}
}

// ---- Calls ----

bool
hzi_errand_begin(hzi_handle *handle, hzi_cell *cell, const hzi_op *op, int kind, hzi_call **call,
		hzi_errand **errand, hz_future *future)
{
	static const hzi_aim aim = {NULL, errand_again, NULL};
	if (!hzi_call_begin(handle, op, call, future)) {
		return false;
	}
	*errand = calloc(1, sizeof(**errand));
	if (*errand == NULL) {
		*future = hzi_call_refuse(*call, HZ_ERR_MEMORY, "no memory for an operation");
		return false;
	}
	(*errand)->cell = cell;
	(*errand)->kind = kind;
	(*call)->aim = &aim;
	(*call)->local = hzi_errand_leave;
	(*call)->aim_mark = HZ_ERR_TIMEOUT;
	(*call)->extra = *errand;
	(*call)->extra_free = hzi_errand_free_unsent;
	return true;
}

bool
hzi_errand_value(hzi_call *call, hz_value value, hzi_buf *to)
{
	bool be = call->client->config->big_endian;
	if (hz_value_is_null(&value)) {
		return true;
	}
	call->code = hzi_data_write(to, &value, be, NULL, NULL);
	if (call->code != HZ_OK) {
		call->code = hzi_data_write(to, &value, be, NULL, hzi_call_error(call));
	}
	return call->code == HZ_OK;
}

void
hzi_errand_waits(hzi_call *call, hzi_errand *errand, int64_t timeout_ms, hz_err late)
{
	errand->waits = timeout_ms != 0;
	if (timeout_ms != 0) {
		atomic_store_explicit(&call->deadline_ns, hzi_deadline_in_ms(timeout_ms),
				memory_order_relaxed);
		call->parked = true;
		call->aim_mark = (uint64_t)late;
	}
}

// The time is over: for a call that waits that is an answer. What it may get all the same is given
// back.
static hzi_again
errand_again(hzi_call *call)
{
	if (call->code == HZ_ERR_TIMEOUT && call->parked) {
		call->code = (hz_err)call->aim_mark;
		call->aim_mark = 0;
		call->in_doubt = false;
	}
	return HZI_AGAIN_NO;
}

hz_future
hzi_errand_send(hzi_call *call)
{
	return hzi_call_start(call);
}

hz_future
hzi_errand_run(hzi_handle *handle, hzi_cell *cell, const hzi_op *op, int kind, int64_t a, int64_t b)
{
	hzi_call *call;
	hzi_errand *errand;
	hz_future future;
	if (!hzi_errand_begin(handle, cell, op, kind, &call, &errand, &future)) {
		return future;
	}
	errand->a = a;
	errand->b = b;
	return hzi_errand_send(call);
}

static hz_err
finish_value(const hzi_call *call, hz_result *out, hz_error *err)
{
	const brought *data = call->extra;
	hz_value value = hz_null();
	if (data == NULL) {
		out->u.value = value;
		return HZ_OK;
	}
	hz_err e = hzi_value_view(data->bytes, data->n, call->client->config->big_endian, &value);
	return e == HZ_OK ? hz_value_copy(&value, &out->u.value, err)
			  : hzi_fail(err, e, "the value of the entry cannot be read");
}

hz_err
hzi_errand_finish(hzi_call *call, hz_result *out, hz_error *err)
{
	int64_t n = (int64_t)call->aim_mark;
	switch (call->op->result) {
	case HZ_RESULT_BOOL:
		out->u.b = n != 0;
		return HZ_OK;
	case HZ_RESULT_I32:
		out->u.i32 = (int32_t)n;
		return HZ_OK;
	case HZ_RESULT_I64:
		out->u.i64 = n;
		return HZ_OK;
	case HZ_RESULT_VALUE:
		return finish_value(call, out, err);
	default:
		return HZ_OK;
	}
}

// ---- Opening ----

static void *
make_cell(void)
{
	hzi_cell *cell = calloc(1, sizeof(*cell));
	if (cell != NULL) {
		pthread_mutex_init(&cell->lock, NULL);
		hzi_holds_init(&cell->holds);
	}
	return cell;
}

static void
free_list(hzi_errand *list)
{
	while (list != NULL) {
		hzi_errand *next = list->next;
		free_errand(list);
		list = next;
	}
}

static void
end_cell(void *shared)
{
	hzi_cell *cell = shared;
	free_list(cell->inbox);
	free_list(cell->work);
	hzi_state_clear(&cell->state);
	hzi_state_clear(&cell->next);
	hzi_buf_clear(&cell->text);
	hzi_buf_clear(&cell->next_text);
	hzi_buf_clear(&cell->key);
	free(cell->suspects.items);
	hzi_holds_clear(&cell->holds);
	pthread_mutex_destroy(&cell->lock);
	free(cell);
}

// Once for each cell, with its lock held.
static hz_err
set_up(hzi_cell *cell, hz_client *client, const hzi_utility *utility, const hzi_name *name)
{
	hz_value key = hz_strn(name->text, name->length);
	hz_err e = hzi_data_write(
			&cell->key, &key, client->config->big_endian, &cell->key_hash, NULL);
	if (e == HZ_OK) {
		cell->utility = utility;
		cell->name = name->text;
		cell->client = client;
	}
	return e;
}

hz_err
hzi_cell_open(hz_client *client, const hzi_utility *utility, hzi_name *name, const hz_call *call,
		hzi_cell **out, hz_error *err)
{
	hzi_cell *cell = hzi_names_shared(name, make_cell, end_cell);
	if (cell == NULL) {
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for a structure");
	}
	hz_err e = hzi_keeper_declare(client, utility->map, call, err);
	if (e != HZ_OK) {
		return e;
	}
	pthread_mutex_lock(&cell->lock);
	bool first = cell->client == NULL;
	e = first ? set_up(cell, client, utility, name) : HZ_OK;
	pthread_mutex_unlock(&cell->lock);
	if (e != HZ_OK) {
		return hzi_fail(err, e, "the name cannot be a key");
	}
	if (e == HZ_OK && utility->leases) {
		e = hzi_keeper_vouch(client, call, err);
	}
	if (e == HZ_OK && utility->listens) {
		e = hzi_keeper_listen(client, cell, &cell->link, err);
	}
	if (e == HZ_OK && utility->closing != NULL) {
		hzi_keeper_list(client, cell, &cell->link);
	}
	*out = cell;
	return e;
}

const char *
hzi_cell_name(const hzi_cell *cell)
{
	return cell->name;
}

hzi_holds *
hzi_cell_holds(const hzi_cell *cell)
{
	return (hzi_holds *)&cell->holds;
}

void
hzi_cell_closing(hzi_cell *cell, int64_t deadline_ns)
{
	if (cell->utility->closing != NULL) {
		cell->utility->closing(cell, deadline_ns);
	}
}

const char *
hzi_cell_map(const hzi_cell *cell)
{
	return cell->utility->map;
}

hzp_bytes
hzi_cell_key(const hzi_cell *cell)
{
	return bytes_of(&cell->key);
}
