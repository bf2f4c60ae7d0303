// SPDX-License-Identifier: Apache-2.0
#include "base/platform.h"
#include "core/error.h"
#include "protocol/encode.h"
#include "protocol/gen/map.h"
#include "proxies/map_backend/cell_state.h"
#include "serialization/data.h"

#include <stdlib.h>

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

static hz_err accept_any(const hzi_call *call);
static hz_err choose(hzi_call *call);
static hzi_again again(hzi_call *call);

static const hzi_aim AGENT = {choose, again, accept_any};

static const hzi_op GET = {&HZP_MAP_GET, HZ_RESULT_NONE, 0, NULL};
static const hzi_op PUT_IF_ABSENT = {&HZP_MAP_PUT_IF_ABSENT, HZ_RESULT_NONE, 0, NULL};
static const hzi_op REPLACE = {&HZP_MAP_REPLACE_IF_SAME, HZ_RESULT_NONE, 0, NULL};
static const hzi_op LOCK_KEY = {&HZP_MAP_LOCK, HZ_RESULT_NONE, 0, NULL};
static const hzi_op UNLOCK_KEY = {&HZP_MAP_UNLOCK, HZ_RESULT_NONE, 0, NULL};
static const hzi_op CONTAINS = {&HZP_MAP_CONTAINS_KEY, HZ_RESULT_NONE, 0, NULL};

// ---- The agent ----

void
hzi_cell_start_agent(hzi_cell *cell)
{
	hzi_call *call;
	hz_future refused;
	if (!hzi_cell_plan(cell)) {
		hzi_cell_rest(cell);
		return;
	}
	if (!hzi_call_begin_on(cell->client, &(hz_call){.timeout_ms = HZ_FOREVER}, &GET, &call,
			    &refused)) {
		hzi_cell_fail_all(cell, (hz_err)refused.id_, 0, NULL);
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
					.key = hzi_cell_bytes(&cell->key),
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
						.key = hzi_cell_bytes(&cell->key),
						.value = hzi_cell_bytes(&cell->next_text),
						.thread_id = AGENT_THREAD,
						.ttl = -1},
				cell->key_hash);
	}
	return encode(call, &REPLACE,
			&(hzp_map_replace_if_same_request){.name = hzp_str(cell->utility->map),
					.key = hzi_cell_bytes(&cell->key),
					.test_value = hzi_cell_bytes(&cell->text),
					.value = hzi_cell_bytes(&cell->next_text),
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
					.key = hzi_cell_bytes(&call->scratch),
					.thread_id = call->owner_id},
			hash);
}

static hz_err
encode_lock(const hzi_cell *cell, hzi_call *call)
{
	return encode(call, &LOCK_KEY,
			&(hzp_map_lock_request){.name = hzp_str(cell->utility->map),
					.key = hzi_cell_bytes(&cell->key),
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
					.key = hzi_cell_bytes(&cell->key),
					.thread_id = AGENT_THREAD,
					.reference_id = cell->reference},
			cell->key_hash);
}

static hz_err
choose(hzi_call *call)
{
	static hz_err (*const encoders[])(const hzi_cell *cell, hzi_call *call) = {
			[HZI_STEP_LOOK] = encode_look,
			[HZI_STEP_WRITE] = encode_write,
			[HZI_STEP_CHECK] = encode_check,
			[HZI_STEP_LOCK] = encode_lock,
			[HZI_STEP_UNLOCK] = encode_unlock,
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
		hzi_cell_finish_ready(cell);
	} else if (state->writes < attempt || !is_told(state, attempt)) {
		hzi_cell_fail_ready(cell, HZ_ERR_INDETERMINATE,
				"the entry does not tell what became of it");
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
	hzi_cell_finish_ready(cell);
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
	case HZI_STEP_LOOK:
		return take_look(cell, call);
	case HZI_STEP_WRITE:
		return take_write(cell, call);
	case HZI_STEP_CHECK:
		return take_check(cell, call);
	default:
		cell->locked = cell->step == HZI_STEP_LOCK;
		return HZ_OK;
	}
}

static void
begin_locking(hzi_cell *cell, hzi_cell_step step)
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
	cell->step = HZI_STEP_LOOK;
	if (cell->losses <= PATIENT_AFTER || cell->locked) {
		return HZI_AGAIN_NOW;
	}
	if (over > LOCK_AFTER) {
		begin_locking(cell, HZI_STEP_LOCK);
		return HZI_AGAIN_NOW;
	}
	(void)hzi_random_bytes(&random, sizeof(random));
	call->resume_ns = hzi_now_ns() + (int64_t)(random % ((uint64_t)NS_PER_MS << over));
	return HZI_AGAIN_AT;
}

static hzi_again
next_step(hzi_cell *cell, hzi_call *call)
{
	if (cell->step == HZI_STEP_CHECK && cell->suspects.count > 0) {
		return HZI_AGAIN_NOW;
	}
	if (cell->step == HZI_STEP_LOCK) {
		cell->step = HZI_STEP_LOOK;
		return HZI_AGAIN_NOW;
	}
	if (cell->attempt != 0) {
		// Nothing else before it is known what became of that write.
		if (cell->step == HZI_STEP_WRITE) {
			return after_a_loss(cell, call);
		}
		cell->step = HZI_STEP_WRITE;
		return HZI_AGAIN_NOW;
	}
	if (cell->locked) {
		if (cell->step == HZI_STEP_WRITE || !hzi_cell_plan_work(cell)) {
			begin_locking(cell, HZI_STEP_UNLOCK);
		}
		return HZI_AGAIN_NOW;
	}
	if (hzi_cell_plan(cell)) {
		return HZI_AGAIN_NOW;
	}
	hzi_cell_rest(cell);
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
	bool was_free = cell->step == HZI_STEP_UNLOCK && call->code == HZ_ERR_SERVER &&
			call->server_code == ILLEGAL_MONITOR_STATE; // the lease was over
	if (!was_free && (call->code != HZ_ERR_TIMEOUT || call->response.p == NULL)) {
		if (may_go_better(call)) {
			cell->step = cell->step == HZI_STEP_WRITE ? HZI_STEP_LOOK : cell->step;
			return HZI_AGAIN_LATER;
		}
		hzi_cell_fail_all(cell, call->code, call->server_code, &call->response);
		return HZI_AGAIN_NO;
	}
	call->tries = 0;
	hz_err e = take_answer(cell, call);
	if (e != HZ_OK) {
		hzi_cell_fail_all(cell, e, 0, NULL);
		return HZI_AGAIN_NO;
	}
	return next_step(cell, call);
}
