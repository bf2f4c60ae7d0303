// SPDX-License-Identifier: Apache-2.0
//
// From the hash of a key, or from the name of a structure, to the partition that owns it.
#ifndef HZI_SERIALIZATION_PARTITION_H
#define HZI_SERIALIZATION_PARTITION_H

#include <hazelcast/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The partition of a key's hash among `count` > 0 partitions: 0 to count - 1. Any thread.
int32_t hzi_partition_of_hash(int32_t hash, int32_t count);

// The hash of serialized data, as members compute it: the one written in its header if that is not
// 0, else of its payload; 0 for less than a header. Lends the bytes. Any thread.
int32_t hzi_data_hash(const uint8_t *data, size_t n);

// The part of a structure's name that decides where it lives: what follows the first '@', or all of
// it. Lends from `name`. Any thread.
const char *hzi_partition_key_of_name(const char *name);

// The hash of a structure that lives as a whole in one partition (queue, list, set, ...), from its
// name, in the byte order of the cluster. HZ_ERR_MEMORY; HZ_ERR_ARGUMENT for malformed UTF-8. Any
// thread.
hz_err hzi_name_hash(const char *name, bool big_endian, int32_t *hash, hz_error *err);

#endif
