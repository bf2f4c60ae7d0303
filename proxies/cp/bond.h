// SPDX-License-Identifier: Apache-2.0
//
// What calls of locks and semaphores share: they name the session of their group and the thread
// that owns, and a structure remembers with which session each owner has locked it, so that an
// owner hears of a session that was lost.
//
// Their requests begin alike: session, thread, invocation id, and where there is one the number of
// permits. A try writes the session, the thread and what is left of the timeout into the request in
// place; the invocation id stays, so that the members know a repeated request again.
#ifndef HZI_PROXIES_CP_BOND_H
#define HZI_PROXIES_CP_BOND_H

#include "core/cp_sessions.h"
#include "proxies/cp/group.h"
#include "proxies/cp/stake.h"

#include <pthread.h>

// One structure in one group, as this client knows it. Lives as long as the client.
typedef struct hzi_cp_bond hzi_cp_bond;

struct hzi_cp_bond {
	hzi_cp_bond *next;
	hzi_cp_object *object;
	const hzi_cp_group *group;
	hzi_cp_session *session;
	_Atomic int kind; // the proxy's; 0 at first

	pthread_mutex_t lock;
	hzi_cp_stake *owners; // those that have locked it
	uint64_t moves;       // of all of them so far
	hzi_cp_stake *spare;
	size_t spare_count;
};

// The bond of a handle's structure, made if there is none. NULL without memory. Any thread.
hzi_cp_bond *hzi_cp_bond_of(const hzi_cp_handle *handle);

// Frees an object's list of them.
void hzi_cp_bonds_end(hzi_cp_bond *first);

// Begins a call of the structure that goes by this aim, whose aim_ctx is the bond.
bool hzi_cp_bond_begin(hzi_cp_handle *handle, hzi_cp_bond *bond, const hzi_op *op,
		const hzi_aim *aim, hzi_call **call, hz_future *future);

// The same with a stake, which the call has in `extra`.
bool hzi_cp_bond_begin_taking(hzi_cp_handle *handle, hzi_cp_bond *bond, const hzi_op *op,
		const hzi_aim *aim, hzi_call **call, hz_future *future);

static inline hzi_cp_bond *
hzi_cp_bond_in(const hzi_call *call)
{
	return call->aim_ctx;
}

// For `choose`: finds or asks for the session, keeps its id in the call and writes it into the
// request; what is left of the timeout, too, if the call waits for a limited time. `permits`: the
// request has their number. HZ_OK, HZ_ERR_OFFLINE (the try ends and comes again), and others that
// end the call.
hz_err hzi_cp_bond_choose(hzi_call *call, bool permits);

// The same without a session: -1 stands for it, and the thread is one of the group's own, which the
// call keeps while the members may answer it.
hz_err hzi_cp_bond_choose_thread(hzi_call *call, bool permits);

// The session of the last try; 0 when there was none.
int64_t hzi_cp_bond_session(const hzi_call *call);

// For `late`, of a call with a stake: what it has taken is for nobody, so it is given back by this
// operation, with the session and thread that took it. Its request begins like all others; the
// number of permits is that of the call. Neither blocks nor allocates.
void hzi_cp_bond_undo(const hzi_call *call, const hzi_op *undo);

// The number of n bytes, 1 or 8, that an answer consists of; 0 when it is too short.
int64_t hzi_cp_bond_answer(const hzi_slice *msg, size_t n);

// As hzi_call_miss, for a call that has taken nothing: an earlier try whose connection was lost may
// still be on its way and take something yet, so the call is in doubt then.
hz_err hzi_cp_bond_miss(hzi_call *call, hz_err code, const char *text, hz_error *err);

// For `again`: whether the session was refused, which is known from now on.
bool hzi_cp_bond_is_expired(hzi_call *call);

// For `again`, of all other failures. `known`: the members know a repeated request again, so it is
// repeated whatever has become of it; if they do not, it is in doubt.
hzi_again hzi_cp_bond_again(hzi_call *call, bool known);
hzi_again hzi_cp_bond_again_as(hzi_call *call, hzi_cp_bond *bond, bool known);

#endif
