// SPDX-License-Identifier: Apache-2.0
#include "core/cp_sessions.h"

#include "core/cluster_state.h"
#include "core/invocation.h"
#include "protocol/gen/cp_session.h"

#include <stdlib.h>
#include <string.h>

#define NS_PER_MS INT64_C(1000000)

// How long a member may take to make a session before another one is asked, and the pause after a
// failure that may go better. Far apart heartbeats are sent again after the pause, too.
enum { MAKE_MS = 10000, PAUSE_MS = 100 };

// Heartbeats closer than this are a member's mistake.
enum { BEAT_MIN_MS = 50 };

// Protocol 3.13.
enum { SESSION_EXPIRED = 85, GROUP_DESTROYED = 89 };

static const hzi_op MAKE = {&HZP_CP_SESSION_CREATE_SESSION, HZ_RESULT_NONE, 0, NULL};
static const hzi_op BEAT = {&HZP_CP_SESSION_HEARTBEAT_SESSION, HZ_RESULT_NONE, 0, NULL};
static const hzi_op CLOSE = {&HZP_CP_SESSION_CLOSE_SESSION, HZ_RESULT_BOOL, 0, NULL};
static const hzi_op MAKE_THREAD = {&HZP_CP_SESSION_GENERATE_THREAD_ID, HZ_RESULT_I64, 0, NULL};

// Something that the members are asked for because calls wait for it.
typedef struct wish {
	bool wanted;
	bool asked;        // the request is on its way
	int64_t at_ns;     // not to be asked for before
	int64_t asks;      // answers so far, good or bad, and 1
	int64_t failed_at; // number of the last one that was a failure
	hz_err failure;
} wish;

struct hzi_cp_session {
	hzi_cp_session *next;
	hz_client *client;
	hzp_raft_group_id group; // its name is behind this struct

	// Under the client's cp_lock.
	wish make, make_thread;
	int64_t id; // 0: none
	bool was_made;
	int64_t beat_ms;
	int64_t beat_at_ns;
	int64_t beating_id; // session of the heartbeat under way
	int64_t *threads;   // ids that no call uses
	size_t thread_count, thread_room;
	uint8_t name[];
};

static void
lock(const hzi_cp_session *session)
{
	pthread_mutex_lock(&session->client->cp_lock);
}

static void
unlock(const hzi_cp_session *session)
{
	pthread_mutex_unlock(&session->client->cp_lock);
}

// ---- Groups ----

static bool
is_of(const hzi_cp_session *session, const char *name, uint32_t length, int64_t seed, int64_t id)
{
	return session->group.seed == seed && session->group.id == id &&
			session->group.name.n == length &&
			(length == 0 || memcmp(session->name, name, length) == 0);
}

static hzi_cp_session *
add_group(hz_client *client, const char *name, uint32_t length, int64_t seed, int64_t id)
{
	hzi_cp_session *session = calloc(1, sizeof(*session) + length + 1);
	if (session == NULL) {
		return NULL;
	}
	if (length > 0) {
		memcpy(session->name, name, length);
	}
	session->client = client;
	session->make.asks = session->make_thread.asks = 1;
	session->group = (hzp_raft_group_id){
			.present = true,
			.name = {session->name, length},
			.seed = seed,
			.id = id,
	};
	session->next = client->cp_sessions;
	client->cp_sessions = session;
	return session;
}

hzi_cp_session *
hzi_cp_session_of(hz_client *client, const char *name, uint32_t length, int64_t seed, int64_t id)
{
	pthread_mutex_lock(&client->cp_lock);
	hzi_cp_session *session = client->cp_sessions;
	while (session != NULL && !is_of(session, name, length, seed, id)) {
		session = session->next;
	}
	if (session == NULL) {
		session = add_group(client, name, length, seed, id);
	}
	pthread_mutex_unlock(&client->cp_lock);
	return session;
}

// ---- What calls want ----

// HZ_ERR_OFFLINE: it is being asked for. *news: the cluster thread has to hear of that.
static hz_err
want(const hz_client *client, wish *w, int64_t *ticket, bool *news)
{
	if (client->cp_closed) {
		return HZ_ERR_CLOSED;
	}
	if (*ticket != 0 && w->failed_at >= *ticket) {
		return w->failure;
	}
	if (*ticket == 0) {
		*ticket = w->asks;
	}
	*news = !w->wanted;
	w->wanted = true;
	return HZ_ERR_OFFLINE;
}

static void
ring(const hzi_cp_session *session, bool news)
{
	if (news) {
		hzi_mailbox_ring(&session->client->cluster->inbox);
	}
}

hz_err
hzi_cp_session_use(hzi_cp_session *session, int64_t *ticket, int64_t *id)
{
	bool news = false;
	hz_err e = HZ_OK;
	lock(session);
	*id = session->id;
	if (session->id == 0 || session->client->cp_closed) {
		e = want(session->client, &session->make, ticket, &news);
	}
	unlock(session);
	ring(session, news);
	return e;
}

int64_t
hzi_cp_session_id(hzi_cp_session *session)
{
	lock(session);
	int64_t id = session->id;
	unlock(session);
	return id;
}

bool
hzi_cp_session_was_made(hzi_cp_session *session)
{
	lock(session);
	bool made = session->was_made;
	unlock(session);
	return made;
}

void
hzi_cp_session_expired(hzi_cp_session *session, int64_t id)
{
	lock(session);
	if (session->id == id) {
		session->id = 0;
	}
	unlock(session);
}

hz_err
hzi_cp_session_take_thread(hzi_cp_session *session, int64_t *ticket, int64_t *thread)
{
	bool news = false;
	hz_err e = HZ_OK;
	lock(session);
	if (session->thread_count > 0) {
		*thread = session->threads[--session->thread_count];
	} else {
		e = want(session->client, &session->make_thread, ticket, &news);
	}
	unlock(session);
	ring(session, news);
	return e;
}

static void
keep_thread(hzi_cp_session *session, int64_t thread)
{
	if (session->thread_count == session->thread_room) {
		size_t room = session->thread_room * 2 + 8;
		int64_t *grown = realloc(session->threads, room * sizeof(*grown));
		if (grown == NULL) {
			return; // the members have more of them
		}
		session->threads = grown;
		session->thread_room = room;
	}
	session->threads[session->thread_count++] = thread;
}

void
hzi_cp_session_give_thread(hzi_cp_session *session, int64_t thread)
{
	lock(session);
	keep_thread(session, thread);
	unlock(session);
}

// ---- Asking the members ----

static hzi_call *
begin(hzi_cp_session *session, const hzi_op *op, int64_t timeout_ms,
		void (*done)(void *ctx, hzi_call *call))
{
	uint64_t id = 0;
	hzi_connection *conn = hzi_client_any(session->client, &id);
	return conn != NULL ? hzi_call_begin_bound(session->client, id, conn, op, timeout_ms, done,
					      session)
			    : NULL;
}

// A member's own words are for good; all else may go better at another one.
static bool
is_final(const hzi_call *call, hz_err e)
{
	return e == HZ_ERR_PROTOCOL || (e != HZ_OK && call->code == HZ_ERR_SERVER);
}

// The answer to a wish is there. Calls that wait for it look again.
static void
answered(hzi_cp_session *session, wish *w, hz_err e, bool final)
{
	w->asked = false;
	w->wanted = e != HZ_OK && !final;
	w->at_ns = hzi_now_ns() + PAUSE_MS * NS_PER_MS;
	if (final) {
		w->failure = e;
		w->failed_at = w->asks;
	}
	w->asks++;
	unlock(session);
	if (!w->wanted) {
		hzi_client_view_changed(session->client);
	}
}

static void
made(void *ctx, hzi_call *call)
{
	hzi_cp_session *session = ctx;
	hzp_cp_session_create_session_response response = {0};
	hz_err e = call->code == HZ_OK ? hzi_call_decode(call, &response, NULL)
				       : hzi_call_explain(call, call->code, NULL);
	if (e == HZ_OK && response.session_id <= 0) {
		e = HZ_ERR_PROTOCOL;
	}
	lock(session);
	if (e == HZ_OK) {
		session->id = response.session_id;
		session->was_made = true;
		session->beat_ms = response.heartbeat_millis > BEAT_MIN_MS
				? response.heartbeat_millis
				: BEAT_MIN_MS;
		session->beat_at_ns = hzi_deadline_in_ms(session->beat_ms);
	}
	answered(session, &session->make, e, is_final(call, e));
	hzi_call_release(call);
}

static void
made_thread(void *ctx, hzi_call *call)
{
	hzi_cp_session *session = ctx;
	hzp_cp_session_generate_thread_id_response response = {0};
	hz_err e = call->code == HZ_OK ? hzi_call_decode(call, &response, NULL)
				       : hzi_call_explain(call, call->code, NULL);
	lock(session);
	if (e == HZ_OK) {
		keep_thread(session, response.response);
	}
	answered(session, &session->make_thread, e, is_final(call, e));
	hzi_call_release(call);
}

static void
beaten(void *ctx, hzi_call *call)
{
	hzi_cp_session *session = ctx;
	bool gone = call->code == HZ_ERR_SERVER &&
			(call->server_code == SESSION_EXPIRED ||
					call->server_code == GROUP_DESTROYED);
	lock(session);
	if (gone && session->id == session->beating_id) {
		session->id = 0;
	} else if (call->code != HZ_OK) {
		// Another member may be quicker than the next heartbeat.
		session->beat_at_ns = hzi_deadline_in_ms(PAUSE_MS);
	}
	session->beating_id = 0;
	unlock(session);
	hzi_call_release(call);
}

static void
ask_for_session(hzi_cp_session *session)
{
	hzi_call *call = begin(session, &MAKE, MAKE_MS, made);
	if (call != NULL) {
		hzi_call_submit_bound(call,
				&(hzp_cp_session_create_session_request){
						.group_id = session->group,
						.endpoint_name = hzp_str(session->client->name),
				});
	} else {
		lock(session);
		answered(session, &session->make, HZ_ERR_OFFLINE, false);
	}
}

static void
ask_for_thread(hzi_cp_session *session)
{
	hzi_call *call = begin(session, &MAKE_THREAD, MAKE_MS, made_thread);
	if (call != NULL) {
		hzi_call_submit_bound(
				call, &(hzp_cp_session_generate_thread_id_request){session->group});
	} else {
		lock(session);
		answered(session, &session->make_thread, HZ_ERR_OFFLINE, false);
	}
}

// An answer that does not come before the next heartbeat is due is not waited for any longer.
static void
beat(hzi_cp_session *session, int64_t id)
{
	hzi_call *call = begin(session, &BEAT, session->beat_ms, beaten);
	if (call != NULL) {
		hzi_call_submit_bound(call,
				&(hzp_cp_session_heartbeat_session_request){session->group, id});
	} else {
		lock(session);
		session->beating_id = 0;
		session->beat_at_ns = hzi_deadline_in_ms(PAUSE_MS);
		unlock(session);
	}
}

static bool
take_wish(wish *w, int64_t now_ns, int64_t *due_ns)
{
	if (!w->wanted || w->asked) {
		return false;
	}
	if (now_ns < w->at_ns) {
		*due_ns = w->at_ns < *due_ns ? w->at_ns : *due_ns;
		return false;
	}
	w->asked = true;
	return true;
}

static int64_t
look_after(hzi_cp_session *session, int64_t now_ns)
{
	int64_t due_ns = HZI_NEVER;
	lock(session);
	bool closed = session->client->cp_closed;
	bool make = !closed && take_wish(&session->make, now_ns, &due_ns);
	bool make_thread = !closed && take_wish(&session->make_thread, now_ns, &due_ns);
	int64_t id = closed || session->beating_id != 0 || now_ns < session->beat_at_ns
			? 0
			: session->id;
	if (id != 0) {
		session->beating_id = id;
		session->beat_at_ns = now_ns + session->beat_ms * NS_PER_MS;
	}
	if (session->id != 0 && session->beating_id == 0 && session->beat_at_ns < due_ns) {
		due_ns = session->beat_at_ns;
	}
	unlock(session);
	if (make) {
		ask_for_session(session);
	}
	if (make_thread) {
		ask_for_thread(session);
	}
	if (id != 0) {
		beat(session, id);
	}
	return due_ns;
}

int64_t
hzi_cp_sessions_advance(hz_client *client, int64_t now_ns)
{
	int64_t due_ns = HZI_NEVER;
	pthread_mutex_lock(&client->cp_lock);
	hzi_cp_session *session = client->cp_sessions; // new ones come before it, none goes
	pthread_mutex_unlock(&client->cp_lock);
	for (; session != NULL; session = session->next) {
		int64_t next_ns = look_after(session, now_ns);
		due_ns = next_ns < due_ns ? next_ns : due_ns;
	}
	return due_ns;
}

// ---- Ends ----

void
hzi_cp_sessions_forget(hz_client *client)
{
	pthread_mutex_lock(&client->cp_lock);
	for (hzi_cp_session *s = client->cp_sessions; s != NULL; s = s->next) {
		s->id = 0;
		s->thread_count = 0;
	}
	pthread_mutex_unlock(&client->cp_lock);
}

static hz_future
say_goodbye(hzi_cp_session *session, int64_t id, int64_t timeout_ms)
{
	hzi_call *call;
	hz_future future;
	hz_call defaults = {.timeout_ms = timeout_ms};
	if (!hzi_call_begin_on(session->client, &defaults, &CLOSE, &call, &future)) {
		return future;
	}
	call->library = true;
	return hzi_call_submit(call, &(hzp_cp_session_close_session_request){session->group, id});
}

// The session's id, which nobody uses from now on.
static int64_t
take_id(hzi_cp_session *session)
{
	lock(session);
	int64_t id = session->id;
	session->id = 0;
	unlock(session);
	return id;
}

static size_t
refuse_new_ones(hz_client *client, hzi_cp_session **first)
{
	size_t n = 0;
	pthread_mutex_lock(&client->cp_lock);
	client->cp_closed = true;
	*first = client->cp_sessions;
	for (hzi_cp_session *s = *first; s != NULL; s = s->next) {
		n += s->id != 0;
	}
	pthread_mutex_unlock(&client->cp_lock);
	return n;
}

void
hzi_cp_sessions_close(hz_client *client, int64_t deadline_ns)
{
	hzi_cp_session *session = NULL;
	size_t n = refuse_new_ones(client, &session);
	int64_t left_ms = (deadline_ns - hzi_now_ns()) / NS_PER_MS;
	hz_future *closing = n > 0 && left_ms > 0 ? calloc(n, sizeof(*closing)) : NULL;
	size_t sent = 0;
	for (; closing != NULL && session != NULL && sent < n; session = session->next) {
		int64_t id = take_id(session);
		if (id != 0) {
			closing[sent++] = say_goodbye(session, id, left_ms);
		}
	}
	for (size_t i = 0; i < sent; i++) {
		hz_await_bool(closing[i], NULL, NULL);
	}
	free(closing);
}

void
hzi_cp_sessions_clear(hz_client *client)
{
	while (client->cp_sessions != NULL) {
		hzi_cp_session *session = client->cp_sessions;
		client->cp_sessions = session->next;
		free(session->threads);
		free(session);
	}
	pthread_mutex_destroy(&client->cp_lock);
}
