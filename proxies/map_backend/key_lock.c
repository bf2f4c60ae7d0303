// SPDX-License-Identifier: Apache-2.0
#include "proxies/map_backend/key_lock.h"

#include "base/platform.h"
#include "protocol/encode.h"
#include "protocol/gen/map.h"
#include "proxies/map_backend/handle.h"
#include "serialization/data.h"

#include <stdlib.h>
#include <string.h>

#define NS_PER_MS INT64_C(1000000)

const char hzi_lock_ask_member[] = "the lock was not yet asked for";
const char hzi_lock_verify[] = "a connection was lost meanwhile";

// ---- Requests ----

int64_t
hzi_lock_reference(hz_client *client)
{
	return atomic_fetch_add_explicit(&client->reference_ids, 1, memory_order_relaxed) + 1;
}

static hz_err
encode_lock(hzi_call *call, hzp_bytes name, hzp_bytes key, const hzi_errand *errand)
{
	return hzp_encode(&call->request, call->op->proto->request,
			&(hzp_map_lock_request){
					.name = name,
					.key = key,
					.thread_id = call->owner_id,
					.ttl = errand->b == 0 ? -1 : errand->b,
					.reference_id = errand->reference,
			});
}

// How long it may still wait.
static int64_t
left_ms(const hzi_call *call, const hzi_errand *errand)
{
	int64_t deadline_ns = atomic_load_explicit(&call->deadline_ns, memory_order_relaxed);
	int64_t left = errand->timeout_ms;
	if (left > 0 && deadline_ns != HZI_NEVER) {
		left = (deadline_ns - hzi_now_ns()) / NS_PER_MS - HZI_GRACE_MS;
	}
	return left > 0 ? left : 0;
}

static hz_err
encode_try(hzi_call *call, hzp_bytes name, hzp_bytes key, const hzi_errand *errand)
{
	return hzp_encode(&call->request, call->op->proto->request,
			&(hzp_map_try_lock_request){
					.name = name,
					.key = key,
					.thread_id = call->owner_id,
					.lease = errand->b == 0 ? -1 : errand->b,
					.timeout = left_ms(call, errand),
					.reference_id = errand->reference,
			});
}

static hz_err
encode_unlock(hzi_call *call, hzp_bytes name, hzp_bytes key)
{
	return hzp_encode(&call->request, call->op->proto->request,
			&(hzp_map_unlock_request){
					.name = name,
					.key = key,
					.thread_id = call->owner_id,
					.reference_id = hzi_lock_reference(call->client),
			});
}

hz_err
hzi_lock_encode(const hzi_cell *cell, hzi_call *call, const hzi_errand *errand)
{
	const hzp_operation *proto = call->op->proto;
	hzp_bytes name = hzp_str(hzi_cell_map(cell));
	hz_value value = hz_bytes(hzi_cell_name(cell), strlen(hzi_cell_name(cell)));
	int32_t hash = 0;
	hzi_buf_reset(&call->scratch);
	hzi_buf_reset(&call->request);
	hz_err e = hzi_data_write(
			&call->scratch, &value, call->client->config->big_endian, &hash, NULL);
	if (e != HZ_OK) {
		return e;
	}
	call->hash = hash;
	hzp_bytes key = {call->scratch.data, (uint32_t)call->scratch.len};
	if (proto == &HZP_MAP_LOCK) {
		return encode_lock(call, name, key, errand);
	}
	if (proto == &HZP_MAP_TRY_LOCK) {
		return encode_try(call, name, key, errand);
	}
	if (proto == &HZP_MAP_UNLOCK) {
		return encode_unlock(call, name, key);
	}
	if (proto == &HZP_MAP_FORCE_UNLOCK) {
		return hzp_encode(&call->request, proto->request,
				&(hzp_map_force_unlock_request){
						.name = name,
						.key = key,
						.reference_id = hzi_lock_reference(call->client),
				});
	}
	return hzp_encode(&call->request, proto->request,
			&(hzp_map_is_locked_request){.name = name, .key = key});
}

// ---- Giving back ----

typedef struct give_back {
	hzi_job job;
	hz_client *client; // held
	hzi_cell *cell;
	int64_t owner;
} give_back;

static const hzi_op UNLOCK = {&HZP_MAP_UNLOCK, HZ_RESULT_NONE, 0, NULL};

// False: *future is the answer.
static bool
begin_unlock(hzi_cell *cell, int64_t owner, const hz_call *defaults, hz_future *future)
{
	hzi_call *call;
	if (!hzi_call_begin_on(hzi_cell_client(cell), defaults, &UNLOCK, &call, future)) {
		return false;
	}
	call->owner_id = owner;
	hz_err e = hzi_lock_encode(cell, call, NULL);
	*future = e == HZ_OK ? hzi_call_start(call) : hzi_call_refuse(call, e, NULL);
	return true;
}

static void
run_give_back(hzi_job *job)
{
	give_back *g = HZI_OUTER(job, give_back, job);
	hz_future future;
	if (!hzi_workers_stopped(g->client) && begin_unlock(g->cell, g->owner, NULL, &future)) {
		hz_drop(future);
	}
	hzi_client_release(g->client);
	free(g);
}

void
hzi_lock_give_back(hzi_cell *cell, int64_t owner)
{
	give_back *g = calloc(1, sizeof(*g));
	if (g == NULL) {
		return;
	}
	g->client = hzi_cell_client(cell);
	g->cell = cell;
	g->owner = owner;
	g->job.run = run_give_back;
	hzi_client_retain(g->client);
	hzi_worker_run(g->client, &g->job);
}

void
hzi_lock_dropped(hzi_errand *errand)
{
	hzi_lock_give_back(errand->cell, errand->owner);
}

void
hzi_lock_closing(hzi_cell *cell, int64_t deadline_ns)
{
	hzi_hold hold;
	hz_future future;
	while (hzi_holds_take(hzi_cell_holds(cell), &hold)) {
		for (int64_t i = 0; i < hold.locks; i++) {
			int64_t left = (deadline_ns - hzi_now_ns()) / NS_PER_MS;
			hz_call defaults = {.timeout_ms = left > 0 ? left : 1};
			begin_unlock(cell, hold.owner, &defaults, &future);
			if (hz_run_none(future, NULL) != HZ_OK && left <= 0) {
				return;
			}
		}
	}
}
