// SPDX-License-Identifier: Apache-2.0
#include "core/cp_sessions.h"

#include "core/cp_session_state.h"
#include "protocol/gen/cp_session.h"

#include <stdlib.h>
#include <string.h>

#define NS_PER_MS INT64_C(1000000)

// How long a member may take to make a session before another one is asked, and the pause after a
// heartbeat that failed.
enum { MAKE_MS = 10000, PAUSE_MS = 100 };

// Heartbeats closer than this, or further apart, are a member's mistake.
enum { BEAT_MIN_MS = 50, BEAT_MAX_MS = 3600000 };

// So many sessions are closed at once.
enum { CLOSING_MOST = 128 };

// Protocol 3.13.
enum { SESSION_EXPIRED = 85, GROUP_DESTROYED = 89 };

static const hzi_op MAKE = {&HZP_CP_SESSION_CREATE_SESSION, HZ_RESULT_NONE, 0, NULL};
static const hzi_op BEAT = {&HZP_CP_SESSION_HEARTBEAT_SESSION, HZ_RESULT_NONE, 0, NULL};
static const hzi_op CLOSE = {&HZP_CP_SESSION_CLOSE_SESSION, HZ_RESULT_BOOL, 0, NULL};

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
	hzi_cp_wish_init(&session->make, 1);
	hzi_cp_threads_init(&session->threads);
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

hz_err
hzi_cp_session_use(hzi_cp_session *session, int64_t *ticket, int64_t *id)
{
	bool ring = false;
	hz_err e = HZ_OK;
	hzi_cp_session_lock(session);
	*id = session->id;
	if (session->id == 0 || session->client->cp_closed) {
		e = hzi_cp_wish_want(session->client, &session->make, ticket, &ring);
	}
	hzi_cp_session_unlock(session, ring);
	return e;
}

int64_t
hzi_cp_session_id(hzi_cp_session *session)
{
	hzi_cp_session_lock(session);
	int64_t id = session->id;
	hzi_cp_session_unlock(session, false);
	return id;
}

bool
hzi_cp_session_was_made(hzi_cp_session *session)
{
	hzi_cp_session_lock(session);
	bool made = session->was_made;
	hzi_cp_session_unlock(session, false);
	return made;
}

void
hzi_cp_session_expired(hzi_cp_session *session, int64_t id)
{
	hzi_cp_session_lock(session);
	if (session->id == id) {
		session->id = 0;
	}
	hzi_cp_session_unlock(session, false);
}

// ---- Asking the members ----

// The answer to the wish for a session is there. Calls that wait for it look again. Gives the lock
// back.
static void
answered(hzi_cp_session *session, hz_err e, bool final)
{
	bool news = hzi_cp_wish_answered(&session->make, e, final);
	hzi_cp_session_unlock(session, false);
	if (news) {
		hzi_client_view_changed(session->client);
	}
}

static int64_t
bounded(int64_t beat_ms)
{
	return beat_ms < BEAT_MIN_MS ? BEAT_MIN_MS : beat_ms > BEAT_MAX_MS ? BEAT_MAX_MS : beat_ms;
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
	hzi_cp_session_lock(session);
	if (e == HZ_OK) {
		session->id = response.session_id;
		session->was_made = true;
		session->beat_ms = bounded(response.heartbeat_millis);
		session->beat_at_ns = hzi_deadline_in_ms(session->beat_ms);
	}
	answered(session, e, hzi_cp_is_final(call, e));
	hzi_call_release(call);
}

static void
beaten(void *ctx, hzi_call *call)
{
	hzi_cp_session *session = ctx;
	bool gone = call->code == HZ_ERR_SERVER &&
			(call->server_code == SESSION_EXPIRED ||
					call->server_code == GROUP_DESTROYED);
	hzi_cp_session_lock(session);
	if (gone && session->id == session->beating_id) {
		session->id = 0;
	} else if (call->code != HZ_OK) {
		// Another member may be quicker than the next heartbeat.
		session->beat_at_ns = hzi_deadline_in_ms(PAUSE_MS);
	}
	session->beating_id = 0;
	hzi_cp_session_unlock(session, false);
	hzi_call_release(call);
}

static void
ask_for_session(hzi_cp_session *session)
{
	hzi_call *call = hzi_cp_ask(session->client, &MAKE, MAKE_MS, made, session);
	if (call != NULL) {
		hzi_call_submit_bound(call,
				&(hzp_cp_session_create_session_request){
						.group_id = session->group,
						.endpoint_name = hzp_str(session->client->name),
				});
	} else {
		hzi_cp_session_lock(session);
		answered(session, HZ_ERR_OFFLINE, false);
	}
}

// An answer that does not come before the next heartbeat is due is not waited for any longer.
static void
beat(hzi_cp_session *session, int64_t id)
{
	hzi_call *call = hzi_cp_ask(session->client, &BEAT, session->beat_ms, beaten, session);
	if (call != NULL) {
		hzi_call_submit_bound(call,
				&(hzp_cp_session_heartbeat_session_request){session->group, id});
	} else {
		hzi_cp_session_lock(session);
		session->beating_id = 0;
		session->beat_at_ns = hzi_deadline_in_ms(PAUSE_MS);
		hzi_cp_session_unlock(session, false);
	}
}

// The session that is to show a sign of life now, 0 for none.
static int64_t
take_beat(hzi_cp_session *session, int64_t now_ns, int64_t *due_ns)
{
	if (session->id == 0 || session->beating_id != 0) {
		return 0; // what ends either of these looks here again
	}
	if (now_ns < session->beat_at_ns) {
		*due_ns = session->beat_at_ns < *due_ns ? session->beat_at_ns : *due_ns;
		return 0;
	}
	session->beating_id = session->id;
	session->beat_at_ns = now_ns + session->beat_ms * NS_PER_MS;
	return session->id;
}

static int64_t
look_after(hzi_cp_session *session, int64_t now_ns)
{
	int64_t due_ns = HZI_NEVER;
	hzi_cp_session_lock(session);
	bool closed = session->client->cp_closed;
	uint32_t make = closed ? 0 : hzi_cp_wish_due(&session->make, now_ns, &due_ns);
	uint32_t threads = closed ? 0 : hzi_cp_wish_due(&session->threads.wish, now_ns, &due_ns);
	int64_t id = closed ? 0 : take_beat(session, now_ns, &due_ns);
	hzi_cp_session_unlock(session, false);
	if (make > 0) {
		ask_for_session(session);
	}
	hzi_cp_threads_ask(session, threads);
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
		hzi_cp_threads_forget(&s->threads);
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
	hzi_cp_session_lock(session);
	int64_t id = session->id;
	session->id = 0;
	hzi_cp_session_unlock(session, false);
	return id;
}

// Closes as many as may be closed at once; returns where to go on.
static hzi_cp_session *
close_some(hzi_cp_session *session, int64_t timeout_ms)
{
	hz_future closing[CLOSING_MOST];
	size_t n = 0;
	for (; session != NULL && n < CLOSING_MOST; session = session->next) {
		int64_t id = take_id(session);
		if (id != 0) {
			closing[n++] = say_goodbye(session, id, timeout_ms);
		}
	}
	for (size_t i = 0; i < n; i++) {
		hz_await_bool(closing[i], NULL, NULL);
	}
	return session;
}

void
hzi_cp_sessions_close(hz_client *client, int64_t deadline_ns)
{
	pthread_mutex_lock(&client->cp_lock);
	client->cp_closed = true;
	hzi_cp_session *session = client->cp_sessions;
	pthread_mutex_unlock(&client->cp_lock);
	int64_t left_ms;
	while (session != NULL && (left_ms = (deadline_ns - hzi_now_ns()) / NS_PER_MS) > 0) {
		session = close_some(session, left_ms);
	}
}

void
hzi_cp_sessions_clear(hz_client *client)
{
	while (client->cp_sessions != NULL) {
		hzi_cp_session *session = client->cp_sessions;
		client->cp_sessions = session->next;
		hzi_cp_threads_clear(&session->threads);
		free(session);
	}
	pthread_mutex_destroy(&client->cp_lock);
}
