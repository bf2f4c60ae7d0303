// SPDX-License-Identifier: Apache-2.0
//
// Something that calls wait for and that members are asked for because of that: a session of a CP
// group, an id of one of its threads. Calls say that they want it, the cluster thread asks, and
// when a round of answers is complete all calls look again.
//
// Everything here is guarded by the client's cp_lock, which the callers hold, unless it says
// otherwise.
#ifndef HZI_CORE_CP_WISH_H
#define HZI_CORE_CP_WISH_H

#include "core/client.h"
#include "core/invocation.h"

#include <hazelcast/error.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct hzi_cp_wish {
	uint32_t most;     // to be asked for at once
	uint32_t lack;     // calls that want one in the next round
	uint32_t asked;    // requests under way
	uint32_t lost;     // of them, those that have failed and may go better
	bool news;         // some call may find things changed
	int64_t at_ns;     // not to be asked for before
	int64_t round;     // number, even, of the round that is under way or comes next
	int64_t failed_in; // the last one that failed for good
	hz_err failure;
} hzi_cp_wish;

void hzi_cp_wish_init(hzi_cp_wish *w, uint32_t most);

// HZ_ERR_OFFLINE: it is being asked for; *ring: the cluster thread has to hear of that.
// HZ_ERR_CLOSED. Others: what came of asking since *ticket, which is 0 at a call's first try and
// this function's affair afterwards.
hz_err hzi_cp_wish_want(const hz_client *client, hzi_cp_wish *w, int64_t *ticket, bool *ring);

// How many are to be asked for now; each of them has to be answered. *due_ns becomes earlier if it
// is too soon. Cluster thread.
uint32_t hzi_cp_wish_due(hzi_cp_wish *w, int64_t now_ns, int64_t *due_ns);

// One answer, or what became of it. True: whoever waits should look again, once the lock is free
// (hzi_client_view_changed). Cluster thread.
bool hzi_cp_wish_answered(hzi_cp_wish *w, hz_err e, bool final);

// Whether a member's answer is its last word: anything else may go better at another one. No lock.
bool hzi_cp_is_final(const hzi_call *call, hz_err e);

// Begins a call of the cluster thread over any connection; NULL if there is none, or no memory. No
// lock.
hzi_call *hzi_cp_ask(hz_client *client, const hzi_op *op, int64_t timeout_ms,
		void (*done)(void *ctx, hzi_call *call), void *ctx);

#endif
