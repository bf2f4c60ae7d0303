// SPDX-License-Identifier: Apache-2.0
#include "core/partition.h"

#include <stddef.h>
#include <stdlib.h>

hz_err
hzi_partitions_set_count(hzi_partitions *partitions, int32_t count)
{
	int32_t known = atomic_load_explicit(&partitions->count, memory_order_relaxed);
	if (known != 0 || count <= 0) {
		return known == count && count > 0 ? HZ_OK : HZ_ERR_NOT_ALLOWED;
	}
	_Atomic uint16_t *owners = calloc((size_t)count, sizeof(*owners));
	if (owners == NULL) {
		return HZ_ERR_MEMORY;
	}
	for (int32_t i = 0; i < count; i++) {
		atomic_init(&owners[i], HZI_NO_SLOT);
	}
	// The count last: whoever sees it sees the array.
	atomic_store_explicit(&partitions->owners, owners, memory_order_relaxed);
	atomic_store_explicit(&partitions->count, count, memory_order_release);
	return HZ_OK;
}

void
hzi_partitions_clear(hzi_partitions *partitions)
{
	_Atomic uint16_t *owners = atomic_load_explicit(&partitions->owners, memory_order_relaxed);
	atomic_store_explicit(&partitions->count, 0, memory_order_relaxed);
	atomic_store_explicit(&partitions->owners, NULL, memory_order_relaxed);
	free(owners);
}

// The place of a partition's owner; NULL for a number that is no partition.
static _Atomic uint16_t *
place_of(const hzi_partitions *partitions, int32_t partition)
{
	int32_t count = atomic_load_explicit(&partitions->count, memory_order_acquire);
	if (partition < 0 || partition >= count) {
		return NULL;
	}
	return atomic_load_explicit(&partitions->owners, memory_order_relaxed) + partition;
}

uint16_t
hzi_partitions_owner(const hzi_partitions *partitions, int32_t partition)
{
	_Atomic uint16_t *place = place_of(partitions, partition);
	return place == NULL ? HZI_NO_SLOT : atomic_load_explicit(place, memory_order_relaxed);
}

void
hzi_partitions_set_owner(hzi_partitions *partitions, int32_t partition, uint16_t slot)
{
	_Atomic uint16_t *place = place_of(partitions, partition);
	if (place != NULL) {
		atomic_store_explicit(place, slot, memory_order_relaxed);
	}
}

int32_t
hzi_partitions_of(const hzi_partitions *partitions, int32_t hash)
{
	int32_t count = atomic_load_explicit(&partitions->count, memory_order_acquire);
	if (count == 0) {
		return -1;
	}
	// The one number whose absolute value is no int32.
	if (hash == INT32_MIN) {
		return 0;
	}
	return (hash < 0 ? -hash : hash) % count;
}
