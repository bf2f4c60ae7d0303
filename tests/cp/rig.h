// SPDX-License-Identifier: Apache-2.0
//
// What tests of concurrency utilities begin with: members that have a CP subsystem, one in unsafe
// mode or three that agree by Raft (the environment's HZT_CP is "raft"), or two that have none and
// clients with the map backend (it is "map"); two clients of them, and names that no other case
// has. A failure fails the case (see suite.h).
#ifndef TESTS_CP_RIG_H
#define TESTS_CP_RIG_H

#include "tests/support/cluster.h"
#include "tests/support/suite.h"

#include <hazelcast/hazelcast.h>

// Whether the members agree by Raft.
bool rig_is_raft(void);

// Whether the clients use the map backend.
bool rig_is_map(void);

// What differs between the backends: rig.c has the table. Everything else is alike.
typedef enum rig_fact {
	RIG_FUNCTIONS,  // members run a function that they are given by data; else UNSUPPORTED
	RIG_DESTROYED,  // the server_code of HZ_ERR_DESTROYED; 0: it is the client that says so
	RIG_ONE_WAIT,   // a second wait of one owner takes the place of the first
	RIG_LOCK_LIMIT, // the members limit how often an owner may lock
	RIG_ONE_BLOCK,  // of the calls of one client for a block of ids only one asks
	RIG_LEASES,     // locks have leases, and can be taken from their owners; else UNSUPPORTED
	RIG_FACTS
} rig_fact;

int32_t rig_says(rig_fact fact);

// The addresses of the members: those of HZT_CP_CLUSTER in the environment, or of a cluster started
// for this process. Lends for the life of the process.
const char *rig_addresses(void);

// The cluster that was started for this process. For cases that harm members.
hzt_cluster *rig_cluster(void);

// The client that all cases share, and another one, through which they look at what the first has
// done. Both end with the process.
hz_client *rig_client(void);
hz_client *rig_other(void);

// A client of its own, with short pauses between attempts to connect, and up to one setting that
// differs; key may be NULL. The caller ends it.
hz_client *rig_client_with(const char *key, const char *value);

// A client of members in general.
hz_client *rig_client_of(const char *addresses, const char *key, const char *value);

// A name beginning with `base` that is used once, with `group` behind an '@' unless it is NULL.
// Lends one of a few buffers.
const char *rig_name(const char *base, const char *group);

// The Data of a function that the members know: Multiplication of a long, and AppendString. Lends a
// static buffer, until the next call.
hz_value rig_multiply(int64_t by);
hz_value rig_append(const char *suffix);

#endif
