// SPDX-License-Identifier: Apache-2.0
//
// MurmurHash3 in its x86 32-bit form with the seed that every Hazelcast member and client uses.
#ifndef HZI_SERIALIZATION_MURMUR3_H
#define HZI_SERIALIZATION_MURMUR3_H

#include <stddef.h>
#include <stdint.h>

// The hash of n bytes, which are lent. Any thread; does not block.
int32_t hzi_murmur3(const void *bytes, size_t n);

#endif
