// SPDX-License-Identifier: Apache-2.0
//
// CP sessions: what ties the locks and permits of this client to its being alive. A client has one
// session a group, which all owners share; it is made when the first call needs one, kept alive by
// heartbeats, replaced when the members say that it has expired, and closed at shutdown.
//
// A session that nobody uses is kept alive all the same: that costs one small message a heartbeat,
// while a use count that is one too low, for an answer that came late, would cost a lock.
//
// A call that finds no session ends its try with HZ_ERR_OFFLINE and so pauses until the view of the
// client changes (core/retry.h), which this file says when there is one. The cluster thread asks
// the members; any thread may call what stands here, under a short lock.
#ifndef HZI_CORE_CP_SESSIONS_H
#define HZI_CORE_CP_SESSIONS_H

#include "core/client.h"

#include <hazelcast/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The session of one group, and the ids of threads that the group has given this client
// (core/cp_threads.h). Lives as long as the client.
typedef struct hzi_cp_session hzi_cp_session;

// That of the group with this name and numbers, which becomes known if it was not. Lends the name.
// NULL without memory.
hzi_cp_session *hzi_cp_session_of(
		hz_client *client, const char *name, uint32_t length, int64_t seed, int64_t id);

// Gives the session's id, which is positive. HZ_ERR_OFFLINE: there is none yet, the members have
// been asked. HZ_ERR_CLOSED: the client is going down. Others: what came of asking since *ticket,
// which is 0 at a call's first try and this function's affair afterwards.
hz_err hzi_cp_session_use(hzi_cp_session *session, int64_t *ticket, int64_t *id);

// The id without asking anybody, 0 for none; and whether there has ever been one.
int64_t hzi_cp_session_id(hzi_cp_session *session);
bool hzi_cp_session_was_made(hzi_cp_session *session);

// The members know nothing of this id any more. Ignored when there is another one by now.
void hzi_cp_session_expired(hzi_cp_session *session, int64_t id);

// Another cluster has answered: it knows nothing of the sessions. Cluster thread.
void hzi_cp_sessions_forget(hz_client *client);

// Sends what is due; returns when something will be. Cluster thread.
int64_t hzi_cp_sessions_advance(hz_client *client, int64_t now_ns);

// Closes all sessions, so that their locks and permits are free at once, and lets nobody make
// another. Waits for the members until `deadline_ns` at most. Before calls are refused.
void hzi_cp_sessions_close(hz_client *client, int64_t deadline_ns);

// Frees everything, when no thread is left.
void hzi_cp_sessions_clear(hz_client *client);

#endif
