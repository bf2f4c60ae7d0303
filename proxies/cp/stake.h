// SPDX-License-Identifier: Apache-2.0
//
// What a call of a lock or semaphore brings with it, so that nothing that comes of it later needs
// memory: room in which its owner is remembered, the thread id that it has in place of a session,
// and the call that gives back what was taken too late. Those that are not needed any more stay
// with their bond for the next calls, up to a limit.
#ifndef HZI_PROXIES_CP_STAKE_H
#define HZI_PROXIES_CP_STAKE_H

#include "core/cp_threads.h"
#include "core/invocation.h"
#include "protocol/gen/types.h"

#include <stdatomic.h>

struct hzi_cp_bond;

// The beginning of all requests, and the number of permits, which those of locks do not have.
typedef struct hzi_cp_undo_request {
	hzp_raft_group_id group_id;
	hzp_bytes name;
	int64_t session_id;
	int64_t thread_id;
	hz_uuid invocation_uid;
	int32_t permits;
} hzi_cp_undo_request;

typedef struct hzi_cp_stake {
	struct hzi_cp_stake *next; // in a list of its bond's
	struct hzi_cp_bond *bond;
	_Atomic uint32_t holds; // of its call, of the list of owners, of the undoing

	// An owner that has locked, and with which session; under the bond's lock.
	int64_t owner, session;
	uint64_t moves; // differs when it may have something else than before

	// The call's.
	bool has_thread;
	hzi_cp_thread thread;

	// Undoing.
	hzi_job job;
	hz_client *client; // held
	const hzi_op *op;
	hzi_cp_undo_request request;
} hzi_cp_stake;

// Gives one, held once; NULL without memory. Any thread; a short lock.
hzi_cp_stake *hzi_cp_stake_take(struct hzi_cp_bond *bond);

// Lets go of it; with the last hold its thread id is free again. Any thread; a short lock.
void hzi_cp_stake_drop(hzi_cp_stake *stake);

// Sends `op` with stake->request, on another thread; neither blocks nor allocates. What becomes of
// it is logged if it fails.
void hzi_cp_stake_undo(hzi_cp_stake *stake, hz_client *client, const hzi_op *op);

#endif
