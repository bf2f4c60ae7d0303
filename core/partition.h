// SPDX-License-Identifier: Apache-2.0
//
// Who owns which partition: an array of atomics updated in place by the cluster thread and read by
// every call without a lock (rule 11). A table that is half old and half new is harmless: a wrong
// member forwards or says so.
#ifndef HZI_CORE_PARTITION_H
#define HZI_CORE_PARTITION_H

#include <hazelcast/error.h>
#include <stdatomic.h>
#include <stdint.h>

#define HZI_NO_SLOT UINT16_MAX // nobody knows the owner (partitions are not assigned yet)
#define HZI_AWAY_SLOT                                                                              \
	(UINT16_MAX - 1) // the owner is known, but no slot is its (it is not connected)

typedef struct hzi_partitions {
	_Atomic int32_t count;              // 0 before the first connection; then fixed
	_Atomic(_Atomic uint16_t *) owners; // slot of each partition's owner, or one of the above
} hzi_partitions;

// Sets the number of partitions, once; later calls with another number: HZ_ERR_NOT_ALLOWED. Cluster
// thread.
hz_err hzi_partitions_set_count(hzi_partitions *partitions, int32_t count);
void hzi_partitions_clear(hzi_partitions *partitions);

// The slot of a partition's owner, HZI_NO_SLOT or HZI_AWAY_SLOT. Any thread.
uint16_t hzi_partitions_owner(const hzi_partitions *partitions, int32_t partition);
void hzi_partitions_set_owner(hzi_partitions *partitions, int32_t partition, uint16_t slot);

// The partition of a hash; -1 before the first connection. Any thread.
int32_t hzi_partitions_of(const hzi_partitions *partitions, int32_t hash);

#endif
