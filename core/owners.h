// SPDX-License-Identifier: Apache-2.0
//
// Which member owns which partition, by UUID: what one partition view says. The array of slots that
// calls read (core/partition.h) is made from it, again whenever a member gets another slot.
#ifndef HZI_CORE_OWNERS_H
#define HZI_CORE_OWNERS_H

#include <hazelcast/error.h>
#include <hazelcast/types.h>
#include <stdint.h>

#define HZI_NO_OWNER UINT16_MAX

typedef struct hzi_owners {
	int32_t version;
	int32_t partition_count;
	uint32_t member_count;
	hz_uuid *members;
	uint16_t *slots; // beside each member its slot, as the cluster thread last worked it out
	uint16_t of[];   // index into members of each partition's owner, or HZI_NO_OWNER
} hzi_owners;

// Gives a table without owners, with room for that many members. NULL without memory. One thread at
// a time.
hzi_owners *hzi_owners_new(int32_t partition_count, uint32_t member_room, int32_t version);

// NULL-safe, nulls the pointer.
void hzi_owners_destroy(hzi_owners **owners);

// The owner's UUID, all zero when there is none. NULL is a table without owners.
hz_uuid hzi_owners_at(const hzi_owners *owners, int32_t partition);

#endif
