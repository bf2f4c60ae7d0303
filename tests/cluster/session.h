// SPDX-License-Identifier: Apache-2.0
//
// What tests of structures begin with: one client of the shared cluster for the whole binary, and
// names that no other test has. A failure fails the case (see suite.h).
#ifndef TESTS_CLUSTER_SESSION_H
#define TESTS_CLUSTER_SESSION_H

#include "tests/support/suite.h"

#include <hazelcast/hazelcast.h>

// The client that all cases share, connected to the shared cluster; it ends with the process.
hz_client *session_client(void);

// Another one, through which cases look at what the first has done.
hz_client *session_other_client(void);

// A client of its own, with up to one setting that differs; key may be NULL. The caller ends it.
hz_client *session_client_with(const char *key, const char *value);

// A name beginning with `base` that is used once. Lends one of a few buffers.
const char *session_name(const char *base);

// A handle of a new structure whose name begins with `base`.
hz_map *session_map(const char *base);
hz_queue *session_queue(const char *base);

// Another handle of the same map with a deadline, or an owner, of its own.
hz_map *session_same_map(const hz_map *map, int64_t timeout_ms, const hz_lock_context *owner);

// Whether *v is this number or text, or null; ends the value.
bool took_i64(hz_value *v, int64_t want);
bool took_str(hz_value *v, const char *want);
bool took_null(hz_value *v);

// The value of a key is this number, or there is none.
bool map_has(hz_map *map, hz_value key, int64_t want);
bool map_lacks(hz_map *map, hz_value key);

#endif
