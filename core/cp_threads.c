// SPDX-License-Identifier: Apache-2.0
#include "core/cp_threads.h"

#include "core/cp_session_state.h"
#include "protocol/gen/cp_session.h"

#include <stdlib.h>

// How many are asked for at once, and how long a member may take for one before another is asked.
enum { MOST = 64, TIMEOUT_MS = 10000 };

static const hzi_op GENERATE = {&HZP_CP_SESSION_GENERATE_THREAD_ID, HZ_RESULT_I64, 0, NULL};

void
hzi_cp_threads_init(hzi_cp_threads *threads)
{
	*threads = (hzi_cp_threads){.free = NULL};
	hzi_cp_wish_init(&threads->wish, MOST);
}

void
hzi_cp_threads_clear(hzi_cp_threads *threads)
{
	free(threads->free);
	threads->free = NULL;
}

void
hzi_cp_threads_forget(hzi_cp_threads *threads)
{
	threads->count = 0;
	threads->era++;
}

static void
keep(hzi_cp_threads *threads, int64_t id)
{
	if (threads->count == threads->room) {
		size_t room = threads->room * 2 + 8;
		int64_t *grown = realloc(threads->free, room * sizeof(*grown));
		if (grown == NULL) {
			return; // the members have more of them
		}
		threads->free = grown;
		threads->room = room;
	}
	threads->free[threads->count++] = id;
}

hz_err
hzi_cp_thread_take(hzi_cp_session *session, int64_t *ticket, hzi_cp_thread *out)
{
	hzi_cp_threads *threads = &session->threads;
	bool ring = false;
	hz_err e = HZ_OK;
	hzi_cp_session_lock(session);
	if (threads->count > 0) {
		*out = (hzi_cp_thread){threads->free[--threads->count], threads->era};
	} else {
		e = hzi_cp_wish_want(session->client, &threads->wish, ticket, &ring);
	}
	hzi_cp_session_unlock(session, ring);
	return e;
}

void
hzi_cp_thread_give(hzi_cp_session *session, hzi_cp_thread thread)
{
	hzi_cp_session_lock(session);
	if (thread.era == session->threads.era) {
		keep(&session->threads, thread.id);
	}
	hzi_cp_session_unlock(session, false);
}

static void
answered(hzi_cp_session *session, hz_err e, bool final)
{
	bool news = hzi_cp_wish_answered(&session->threads.wish, e, final);
	hzi_cp_session_unlock(session, false);
	if (news) {
		hzi_client_view_changed(session->client);
	}
}

static void
generated(void *ctx, hzi_call *call)
{
	hzi_cp_session *session = ctx;
	hzp_cp_session_generate_thread_id_response response = {0};
	hz_err e = call->code == HZ_OK ? hzi_call_decode(call, &response, NULL)
				       : hzi_call_explain(call, call->code, NULL);
	hzi_cp_session_lock(session);
	if (e == HZ_OK) {
		keep(&session->threads, response.response);
	}
	answered(session, e, hzi_cp_is_final(call, e));
	hzi_call_release(call);
}

void
hzi_cp_threads_ask(hzi_cp_session *session, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		hzi_call *call = hzi_cp_ask(
				session->client, &GENERATE, TIMEOUT_MS, generated, session);
		if (call != NULL) {
			hzi_call_submit_bound(call,
					&(hzp_cp_session_generate_thread_id_request){
							session->group});
		} else {
			hzi_cp_session_lock(session);
			answered(session, HZ_ERR_OFFLINE, false);
		}
	}
}
