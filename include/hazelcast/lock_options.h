// SPDX-License-Identifier: Apache-2.0
//
// What the locks of keys, of a map or a multimap, have in common.
#ifndef HAZELCAST_LOCK_OPTIONS_H
#define HAZELCAST_LOCK_OPTIONS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Size-first: start from hz_lock_options_default() or set `size`.
typedef struct hz_lock_options {
	size_t size;
	int64_t lease_ms; // when the cluster frees the lock by itself; 0 and HZ_FOREVER: never
} hz_lock_options;

// All defaults. Since 0.1.
static inline hz_lock_options
hz_lock_options_default(void)
{
	hz_lock_options options = {sizeof(hz_lock_options), 0};
	return options;
}

#ifdef __cplusplus
}
#endif

#endif
