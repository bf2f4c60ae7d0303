// SPDX-License-Identifier: Apache-2.0
#include "core/cp_wish.h"

#include "core/error.h"

// The pause after a round that may go better.
#define PAUSE_NS INT64_C(100000000)

void
hzi_cp_wish_init(hzi_cp_wish *w, uint32_t most)
{
	*w = (hzi_cp_wish){.most = most, .round = 2};
}

hz_err
hzi_cp_wish_want(const hz_client *client, hzi_cp_wish *w, int64_t *ticket, bool *ring)
{
	if (client->cp_closed) {
		return HZ_ERR_CLOSED;
	}
	if (*ticket != 0 && w->failed_in >= *ticket) {
		return w->failure;
	}
	if (w->asked > 0) {
		// Too late to be counted in this round, but not for hearing how it fails: between
		// the round before and this one.
		*ticket = *ticket < w->round ? w->round - 1 : *ticket;
	} else if (*ticket != w->round) {
		*ticket = w->round;
		*ring = w->lack == 0;
		w->lack += w->lack < w->most;
	}
	return HZ_ERR_OFFLINE;
}

uint32_t
hzi_cp_wish_due(hzi_cp_wish *w, int64_t now_ns, int64_t *due_ns)
{
	if (w->lack == 0 || w->asked > 0) {
		return 0;
	}
	if (now_ns < w->at_ns) {
		*due_ns = w->at_ns < *due_ns ? w->at_ns : *due_ns;
		return 0;
	}
	w->asked = w->lack;
	w->lack = 0;
	return w->asked;
}

// Calls that hear of its end look again, and say so if they are still in want. A round without news
// is begun anew, for the same calls.
static bool
end_round(hzi_cp_wish *w)
{
	bool news = w->news;
	w->lack = news ? 0 : w->lost;
	w->round += news ? 2 : 0;
	w->at_ns = w->lost > 0 ? hzi_now_ns() + PAUSE_NS : 0;
	w->lost = 0;
	w->news = false;
	return news;
}

bool
hzi_cp_wish_answered(hzi_cp_wish *w, hz_err e, bool final)
{
	w->news = w->news || e == HZ_OK || final;
	w->lost += e != HZ_OK;
	if (e != HZ_OK && final) {
		w->failure = e;
		w->failed_in = w->round;
	}
	w->asked--;
	return w->asked == 0 && end_round(w);
}

bool
hzi_cp_is_final(const hzi_call *call, hz_err e)
{
	const hzi_server_error *row = hzi_server_error_find(call->server_code);
	if (call->code != HZ_ERR_SERVER) {
		return e == HZ_ERR_PROTOCOL;
	}
	// What is asked for here does no harm if the members give it twice.
	return !hzi_server_error_is_doubtful(call->server_code) && (row == NULL || !row->retryable);
}

hzi_call *
hzi_cp_ask(hz_client *client, const hzi_op *op, int64_t timeout_ms,
		void (*done)(void *ctx, hzi_call *call), void *ctx)
{
	uint64_t id = 0;
	hzi_connection *conn = hzi_client_any(client, &id);
	return conn != NULL ? hzi_call_begin_bound(client, id, conn, op, timeout_ms, done, ctx)
			    : NULL;
}
