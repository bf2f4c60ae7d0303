// SPDX-License-Identifier: Apache-2.0
//
// Leaders of CP groups as the answer to the authentication has them: a JSON text,
//
//	[{"raftId": {"name": "default", "seed": 0, "id": 1}, "leaderUUID": "..."}, ...]
//
// Every byte is taken for hostile.
#ifndef HZI_CORE_CP_LEADERS_TEXT_H
#define HZI_CORE_CP_LEADERS_TEXT_H

#include "protocol/gen/types.h"

#include <hazelcast/types.h>
#include <stddef.h>
#include <stdint.h>

// One group and the member that leads it; none: nobody knows.
typedef struct hzi_cp_told {
	hzp_raft_group_id group;
	hz_uuid member;
} hzi_cp_told;

// Gives an array of *count, in one piece with the names in it, to be freed by free(). NULL: the
// text is not of that form, or there is no memory. Members of objects that are not known are
// skipped if they are numbers or strings. Any thread; does not block.
hzi_cp_told *hzi_cp_leaders_read(const uint8_t *text, size_t n, size_t *count);

#endif
