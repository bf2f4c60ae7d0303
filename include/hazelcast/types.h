// SPDX-License-Identifier: Apache-2.0
//
// Small value types that several headers share. All are frozen: they are part of the ABI.
#ifndef HAZELCAST_TYPES_H
#define HAZELCAST_TYPES_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// A UUID as its two 64-bit halves. All zero stands for "none".
typedef struct hz_uuid {
	uint64_t msb;
	uint64_t lsb;
} hz_uuid;

// One client: its connections, threads and view of the cluster. Opaque; see client.h.
typedef struct hz_client hz_client;

#ifdef __cplusplus
}
#endif

#endif
