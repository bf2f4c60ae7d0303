// SPDX-License-Identifier: Apache-2.0
//
// The inside of a client's dealings with one CP group, for the two files that share it:
// cp_sessions.c and cp_threads.c.
#ifndef HZI_CORE_CP_SESSION_STATE_H
#define HZI_CORE_CP_SESSION_STATE_H

#include "core/cluster_state.h"
#include "core/cp_sessions.h"
#include "core/cp_threads.h"
#include "core/cp_wish.h"
#include "protocol/gen/types.h"

struct hzi_cp_session {
	hzi_cp_session *next;
	hz_client *client;
	hzp_raft_group_id group; // its name is behind this struct

	// Under the client's cp_lock.
	hzi_cp_wish make;
	int64_t id; // 0: none
	bool was_made;
	int64_t beat_ms;
	int64_t beat_at_ns;
	int64_t beating_id; // session of the heartbeat under way
	hzi_cp_threads threads;
	uint8_t name[];
};

static inline void
hzi_cp_session_lock(const hzi_cp_session *session)
{
	pthread_mutex_lock(&session->client->cp_lock);
}

// `ring`: the cluster thread has to look at what is wanted.
static inline void
hzi_cp_session_unlock(const hzi_cp_session *session, bool ring)
{
	pthread_mutex_unlock(&session->client->cp_lock);
	if (ring) {
		hzi_mailbox_ring(&session->client->cluster->inbox);
	}
}

#endif
