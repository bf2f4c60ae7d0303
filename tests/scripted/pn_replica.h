// SPDX-License-Identifier: Apache-2.0
//
// Scripted members that are replicas of PN counters.
#ifndef TESTS_SCRIPTED_PN_REPLICA_H
#define TESTS_SCRIPTED_PN_REPLICA_H

#include "protocol/gen/client.h"
#include "protocol/gen/pn_counter.h"
#include "tests/scripted/bench.h"

#include <stdatomic.h>

#define PN_GET HZP_PN_COUNTER_GET_REQUEST.id
#define PN_ADD HZP_PN_COUNTER_ADD_REQUEST.id
#define PN_COUNT HZP_PN_COUNTER_GET_CONFIGURED_REPLICA_COUNT_REQUEST.id
#define PN_DESTROY HZP_CLIENT_DESTROY_PROXY_REQUEST.id
#define PN_TIMESTAMPS_MAX 8

// A replica that all members of a test may share, or that is one's own. Members change it on their
// threads, the test looks at it between calls.
typedef struct pn_replica {
	_Atomic int64_t value;
	hzp_entry_uuid_i64 clock[PN_TIMESTAMPS_MAX];
	_Atomic uint32_t known;         // entries of clock
	_Atomic uint64_t addressed_msb; // the replica that the last request named
	_Atomic uint32_t told;          // timestamps of the last request
	_Atomic int64_t newest;         // the greatest of them
	_Atomic int64_t deltas;         // sum of what was added
	_Atomic int32_t count;          // replica count of the answers
} pn_replica;

extern pn_replica pn_replicas[BENCH_MEMBERS]; // one for each member of the bench

// Members with a replica each, of a counter that has `count` of them.
void pn_prepare(bench *b, int32_t count);

// The same with a bench of n members, and the counter "c" of their client; the other ends both.
hz_pn_counter *pn_start(bench *b, size_t n, int32_t count, const char *const *settings);
void pn_end(bench *b, hz_pn_counter **counter);

// The member is this replica from now on, or refuses all reads and additions.
void pn_serve(bench *b, size_t member, pn_replica *r);
void pn_refuse(bench *b, size_t member, const hzt_error_answer *error);

// The rule of a replica for reads; ctx is the pn_replica.
void pn_on_get(void *ctx, hzt_request *request);

// Reads and additions that came to a member, and the one of the first n to which all have come.
uint64_t pn_requests(const bench *b, size_t member);
size_t pn_chosen(const bench *b, size_t n);

#endif
