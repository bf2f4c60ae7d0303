// SPDX-License-Identifier: Apache-2.0
//
// Calls that one of several members can answer, and that go on to the next one when the first does
// not answer or refuses: those of PN counters (the first data members are its replicas) and of
// flake id generators (any member). Which members a call has tried is kept in its scratch buffer,
// so the proxy must not use that after its first try. All functions belong into an hzi_aim and run
// on the thread of the call's driver; they take a short lock of the member list.
#ifndef HZI_PROXIES_REPLICAS_H
#define HZI_PROXIES_REPLICAS_H

#include "core/call.h"

#include <hazelcast/types.h>

typedef struct hzi_replicas {
	const int32_t *refusals; // members' error codes that mean "ask another one"; 0 at the end
	const int32_t *passing;  // those of them that will not last; 0 at the end
	bool lite;               // lite members do as well
} hzi_replicas;

// Aims the call at `preferred`, unless it is none or was tried, else at one of the first `count`
// members, at random among those that were not tried. call->member says at which, also when another
// member has to pass the call on. HZ_ERR_NO_DATA_MEMBER, HZ_ERR_OFFLINE (no member list yet).
hz_err hzi_replicas_choose(
		const hzi_replicas *kind, hzi_call *call, uint32_t count, hz_uuid preferred);

// Notes that the member of the failed try was tried, if the failure was that member's own and a
// call that may have been applied may be repeated: NOW if there is another one. Once there is none
// left, none counts as tried, so that a later try begins anew: LATER if a member that could not be
// reached, or is about to hand over what it has, may change the answers of the others.
// HZ_ERR_CONSISTENCY_LOST as the code of the try counts as a refusal.
hzi_again hzi_replicas_again(const hzi_replicas *kind, hzi_call *call, uint32_t count);

#endif
