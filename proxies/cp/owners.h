// SPDX-License-Identifier: Apache-2.0
//
// Who has locked a structure, and with which session: an owner whose session is lost must hear of
// that, once. All functions: any thread, a short lock.
#ifndef HZI_PROXIES_CP_OWNERS_H
#define HZI_PROXIES_CP_OWNERS_H

#include "proxies/cp/bond.h"

// The session an owner has locked with, 0 if it has not; remembering and forgetting that. The stake
// is that of the call that locked, which makes remembering succeed; NULL: HZ_ERR_MEMORY is
// possible.
int64_t hzi_cp_bond_held(hzi_cp_bond *bond, int64_t owner);
hz_err hzi_cp_bond_hold(hzi_cp_bond *bond, hzi_cp_stake *stake, int64_t owner, int64_t session);
void hzi_cp_bond_forget(hzi_cp_bond *bond, int64_t owner);

// An owner may have several calls under way, and an old answer says nothing of what it has now.
// What a call notes before its try: that this is the state of its owner; that it is
// about to change it. For the answer: whether the owner is remembered as it was then, and so is
// forgotten.
void hzi_cp_bond_note(hzi_call *call);
void hzi_cp_bond_note_move(hzi_call *call);
bool hzi_cp_bond_forget_noted(hzi_call *call);

#endif
