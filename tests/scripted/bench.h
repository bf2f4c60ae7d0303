// SPDX-License-Identifier: Apache-2.0
//
// What the tests of this folder have in common: a cluster of scripted members, a client of it with
// short pauses and long patience, one map and one queue.
#ifndef TESTS_SCRIPTED_BENCH_H
#define TESTS_SCRIPTED_BENCH_H

#include "tests/support/scripted.h"
#include "tests/support/suite.h"

#include <hazelcast/hazelcast.h>

#define BENCH_MEMBERS 4

// No step of a case should take this long; what takes longer hangs.
#define PATIENCE_MS 20000

typedef struct bench {
	hzt_scripted *member[BENCH_MEMBERS];
	size_t members;
	hz_client *client;
	hz_map *map;
	hz_queue *queue;
	hz_config *config;
} bench;

// Starts n members that know of each other, and a configuration for a client of all of them. The
// settings are pairs of key and value, with NULL at the end; NULL for none.
void bench_members(bench *b, size_t n, const hzt_scripted_options *options,
		const char *const *settings);

// Starts the client and opens its map "m" and its queue "q".
void bench_connect(bench *b);

// Both, with members of the default kind.
void bench_start(bench *b, size_t n, const char *const *settings);

// Checks that the client still works: all members are told to behave, a value is put and read. Then
// it is shut down, which must not take long, and all is freed.
void bench_end(bench *b);

// The same without the check that it works.
void bench_close(bench *b);

// Waits until a value can be put and read again.
void bench_usable(bench *b);

// Waits until the client has n connections open for calls.
void bench_await_connections(bench *b, uint64_t n);

// Counters of the client.
hz_stats bench_stats(const bench *b);

// A key that the member with this index owns (0: any).
int64_t bench_key(const bench *b, size_t member, int64_t from);

// One set, one get, one put that gives the old value (-1: none), with whatever comes of it.
hz_err bench_set(bench *b, int64_t key, int64_t value, hz_error *err);
hz_err bench_get(bench *b, int64_t key, int64_t *value, hz_error *err);
hz_err bench_put(bench *b, int64_t key, int64_t value, int64_t *old, hz_error *err);

// Memory of this process that is resident, in bytes; threads; open descriptors.
uint64_t bench_rss(void);
int bench_threads(void);
int bench_descriptors(void);

// Waits until the process has no more than most threads. A joined thread may stand in /proc for a
// moment longer than the join, so a count taken once says nothing.
void bench_await_threads(int most);

#endif
