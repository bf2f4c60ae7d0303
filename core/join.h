// SPDX-License-Identifier: Apache-2.0
//
// A fan-out: one call of the application that becomes many, one per partition or member. The parent
// is a call record without a message of its own; each child is an ordinary asynchronous call whose
// done-action counts the join down. Whoever brings it to zero ends the parent.
//
// All is prepared before any of it is sent, so that a parent for which there is no room yet (it
// takes one permit for all) can be sent later, by whoever waits for it.
//
// The join has one hold for each child under way and one for the parent: a waiter that gives up
// leaves, the last one to go frees it.
#ifndef HZI_CORE_JOIN_H
#define HZI_CORE_JOIN_H

#include "core/call.h"

struct hzi_join {
	hzi_call *parent;
	uint64_t generation;    // of the try in which the children leave
	_Atomic uint32_t left;  // children that have not ended, plus one while they are being sent
	_Atomic uint32_t holds; // children not ended, plus the parent
	_Atomic uint32_t first_bad; // index + 1 of the first child that failed, 0 none
	uint32_t count;
	hzi_call *children[];
};

// Sends the children of a parent its driver owns, if there is room for one call more; if not it
// ends with HZ_ERR_OVERLOAD and may be sent again. What hzi_call_send is for other calls.
void hzi_join_send(hzi_call *parent);

// The first byte of a child is about to leave: from now on the parent may have been applied. Any
// thread; does not block.
void hzi_join_child_sending(const hzi_call *child);

// A child has ended for good: its outcome is in its record. Any thread; does not block.
void hzi_join_child_ended(hzi_call *child);

// The parent's record is going back to its pool: lets go of the join, if it has one. Children still
// under way are ended.
void hzi_join_parent_ended(hzi_call *parent);

#endif
