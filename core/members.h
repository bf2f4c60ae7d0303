// SPDX-License-Identifier: Apache-2.0
//
// The member list: what one view of the cluster says. A list never changes once it is made, so any
// thread that holds a reference may read it; the cluster thread replaces the whole list.
#ifndef HZI_CORE_MEMBERS_H
#define HZI_CORE_MEMBERS_H

#include "core/address.h"

#include <hazelcast/error.h>
#include <hazelcast/types.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

// A list that is longer than this is refused.
#define HZI_MEMBERS_MAX 10000U

typedef struct hzi_member {
	hz_uuid uuid;
	hzi_address address; // where the member says it is: shown to people, part of its identity
	hzi_address dial;    // where clients connect to it
	uint8_t version[3];
	bool lite; // holds no data
} hzi_member;

typedef struct hzi_members {
	_Atomic uint32_t refs;
	int32_t version;
	uint32_t count;
	const hzi_member **by_uuid; // the same members, sorted
	hzi_member at[];            // in the order of the view: oldest first
} hzi_members;

static inline bool
hzi_uuid_equal(hz_uuid a, hz_uuid b)
{
	return a.msb == b.msb && a.lsb == b.lsb;
}

static inline bool
hzi_uuid_is_none(hz_uuid uuid)
{
	return uuid.msb == 0 && uuid.lsb == 0;
}

// Gives a list with room for count members, to be filled and then sealed, with one reference.
// NULL without memory.
hzi_members *hzi_members_new(uint32_t count, int32_t version);

// Ends the filling. HZ_ERR_PROTOCOL when two members have the same UUID, or one has none.
hz_err hzi_members_seal(hzi_members *members, hz_error *err);

// One reference more, and one less. Both accept NULL. Any thread.
hzi_members *hzi_members_retain(hzi_members *members);
void hzi_members_release(hzi_members *members);

// The member with this UUID, or NULL; a NULL list has none. Lends it.
const hzi_member *hzi_members_find(const hzi_members *members, hz_uuid uuid);

// Whether the list has this very member: the same UUID at the same addresses. A member that came
// back elsewhere under its old UUID is another one.
bool hzi_members_have(const hzi_members *members, const hzi_member *member);

// Calls fn for every member of one list that the other one does not have, in the list's order.
// Removals are (old, new), additions (new, old). Either list may be NULL.
void hzi_members_each_missing(const hzi_members *in, const hzi_members *from,
		void (*fn)(void *ctx, const hzi_member *member), void *ctx);

#endif
