// SPDX-License-Identifier: Apache-2.0
#include "core/owners.h"

#include <stdlib.h>

hzi_owners *
hzi_owners_new(int32_t partition_count, uint32_t member_room, int32_t version)
{
	size_t partitions = (size_t)partition_count;
	hzi_owners *owners = malloc(sizeof(*owners) + partitions * sizeof(owners->of[0]));
	hz_uuid *members = calloc(member_room + 1U, sizeof(*members));
	uint16_t *slots = calloc(member_room + 1U, sizeof(*slots));
	if (owners == NULL || members == NULL || slots == NULL) {
		free(owners);
		free(members);
		free(slots);
		return NULL;
	}
	*owners = (hzi_owners){
			.version = version,
			.partition_count = partition_count,
			.members = members,
			.slots = slots,
	};
	for (size_t i = 0; i < partitions; i++) {
		owners->of[i] = HZI_NO_OWNER;
	}
	return owners;
}

void
hzi_owners_destroy(hzi_owners **owners)
{
	if (*owners != NULL) {
		free((*owners)->members);
		free((*owners)->slots);
		free(*owners);
		*owners = NULL;
	}
}

hz_uuid
hzi_owners_at(const hzi_owners *owners, int32_t partition)
{
	if (owners == NULL || partition < 0 || partition >= owners->partition_count ||
			owners->of[partition] == HZI_NO_OWNER) {
		return (hz_uuid){0, 0};
	}
	return owners->members[owners->of[partition]];
}
