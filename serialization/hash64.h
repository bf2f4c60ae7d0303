// SPDX-License-Identifier: Apache-2.0
//
// The 64-bit hash that members take of a value for cardinality estimators: a form of MurmurHash3
// for 64-bit machines with 128 bits of state, earlier than the published one. It goes over the
// payload of the Data alone, so values of two types with the same payload have the same hash.
#ifndef HZI_SERIALIZATION_HASH64_H
#define HZI_SERIALIZATION_HASH64_H

#include <stddef.h>
#include <stdint.h>

// The hash of n bytes of payload (Data without its 8 bytes of header), which are lent. Any thread;
// does not block.
int64_t hzi_hash64(const void *payload, size_t n);

#endif
