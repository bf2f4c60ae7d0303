// SPDX-License-Identifier: Apache-2.0
#include "proxies/cp/stake.h"

#include "base/platform.h"
#include "protocol/encode.h"
#include "proxies/cp/bond.h"

#include <stdlib.h>

// So many stay with a bond; the others are freed.
enum { SPARE_MOST = 64 };

hzi_cp_stake *
hzi_cp_stake_take(hzi_cp_bond *bond)
{
	pthread_mutex_lock(&bond->lock);
	hzi_cp_stake *stake = bond->spare;
	if (stake != NULL) {
		bond->spare = stake->next;
		bond->spare_count--;
	}
	pthread_mutex_unlock(&bond->lock);
	if (stake == NULL) {
		stake = malloc(sizeof(*stake));
	}
	if (stake != NULL) {
		*stake = (hzi_cp_stake){.bond = bond, .holds = 1};
	}
	return stake;
}

void
hzi_cp_stake_drop(hzi_cp_stake *stake)
{
	hzi_cp_bond *bond = stake->bond;
	if (atomic_fetch_sub_explicit(&stake->holds, 1, memory_order_acq_rel) != 1) {
		return;
	}
	if (stake->has_thread) {
		hzi_cp_thread_give(bond->session, stake->thread);
	}
	pthread_mutex_lock(&bond->lock);
	bool keep = bond->spare_count < SPARE_MOST;
	if (keep) {
		stake->next = bond->spare;
		bond->spare = stake;
		bond->spare_count++;
	}
	pthread_mutex_unlock(&bond->lock);
	if (!keep) {
		free(stake);
	}
}

// ---- What came too late ----

// A request that finds no memory is one of the things that may go better later.
static hzi_again
again_undo(hzi_call *call)
{
	const hzi_cp_stake *stake = call->aim_ctx;
	if (call->code == HZ_ERR_MEMORY) {
		return HZI_AGAIN_LATER;
	}
	return hzi_cp_bond_again_as(call, stake->bond, stake->request.session_id > 0);
}

static hz_err
choose_undo(hzi_call *call)
{
	const hzi_cp_stake *stake = call->aim_ctx;
	hzi_cp_route(call, stake->bond->group);
	hzi_buf_reset(&call->request);
	return hzp_encode(&call->request, call->op->proto->request, &stake->request);
}

static void
undone(void *client, hz_err e, hz_result *result, const hz_error *err)
{
	(void)result;
	(void)err;
	if (e != HZ_OK && e != HZ_ERR_CLOSED) {
		hzi_log_write(&((hz_client *)client)->log, HZI_LOG_WARN,
				"what a call took after it was given up could not be given back: "
				"%s",
				hz_err_text(e));
	}
}

static void
drop_extra(void *stake)
{
	hzi_cp_stake_drop(stake);
}

static void
run_undo(hzi_job *job)
{
	static const hzi_aim aim = {choose_undo, again_undo, NULL};
	hzi_cp_stake *stake = HZI_OUTER(job, hzi_cp_stake, job);
	hz_client *client = stake->client;
	hzi_call *call;
	hz_future future;
	if (hzi_call_begin_on(client, NULL, stake->op, &call, &future)) {
		call->library = true;
		call->aim = &aim;
		call->aim_ctx = stake;
		call->extra = stake;
		call->extra_free = drop_extra;
		future = hzi_call_start(call); // its aim writes the request
	} else {
		hzi_cp_stake_drop(stake);
	}
	hz_err e = hz_then(future, undone, client);
	if (e != HZ_OK) {
		undone(client, e, NULL, NULL);
	}
	hzi_client_release(client);
}

void
hzi_cp_stake_undo(hzi_cp_stake *stake, hz_client *client, const hzi_op *op)
{
	stake->client = client;
	stake->op = op;
	stake->request.group_id = hzi_cp_group_id(stake->bond->group);
	stake->request.invocation_uid = hzi_uuid_random();
	stake->job.run = run_undo;
	atomic_fetch_add_explicit(&stake->holds, 1, memory_order_relaxed);
	hzi_client_retain(client);
	hzi_worker_run(client, &stake->job);
}
