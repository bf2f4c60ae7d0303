// SPDX-License-Identifier: Apache-2.0
//
// What the fault tests share: clients by a line of settings, teams of threads, what the process
// holds, views of the cluster that a test waits for.
#ifndef HZT_RIG_H
#define HZT_RIG_H

#include <hazelcast/hazelcast.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Full figures instead of those of the ordinary run: HZ_SOAK is set.
bool hzt_soak(void);

// The figure for this run: the full one for a soak, the small one under a sanitizer or wherever the
// full one would not fit, the middle one else.
size_t hzt_size(size_t full, size_t middle, size_t small);

// A configuration for these members; further settings are pairs of key and value, ended by NULL.
// The caller destroys it. A setting that is refused fails the case.
hz_config *hzt_config(const char *addresses, ...) __attribute__((sentinel));

// A client of these members with further settings, as above. A client that cannot be made fails the
// case. The caller destroys it.
hz_client *hzt_client(const char *addresses, ...) __attribute__((sentinel));

// ---- Threads ----

typedef struct hzt_team hzt_team;

// Starts n threads with stacks as small as the build bears, each of which calls run(ctx, its
// number). Fails the case if the system refuses one. ctx must outlive the team, a case that fails
// included: make it static. End it with hzt_team_join.
hzt_team *hzt_team_start(size_t n, void (*run)(void *ctx, size_t number), void *ctx);

// How many of them have not returned yet.
size_t hzt_team_running(const hzt_team *team);

// Waits until all have returned, at most timeout_ms (times the build's slowness), and frees the
// team; fails the case if some do not return. Sets the pointer to NULL.
void hzt_team_join(hzt_team **team, int64_t timeout_ms);

// ---- What the process holds ----

size_t hzt_descriptors(void);
size_t hzt_threads(void);

// Waits until the process holds no more threads and descriptors than these; fails the case if it
// goes on holding more.
void hzt_await_holdings(size_t threads, size_t descriptors, int64_t timeout_ms);

// ---- What a client sees ----

// Waits until the client sees n members, is connected to all of them, and knows for every partition
// an owner among them (which the cluster decides at the first call on data); fails the case if that
// takes longer.
void hzt_await_members(hz_client *client, size_t n, int64_t timeout_ms);

// One counter of the client, by its offset in hz_stats.
#define HZT_STAT(client, field) hzt_stat((client), offsetof(hz_stats, field))
uint64_t hzt_stat(const hz_client *client, size_t offset);

// Waits until the counter has this value; fails the case if it does not get it.
#define HZT_AWAIT_STAT(client, field, want, timeout_ms)                                            \
	hzt_await_stat((client), offsetof(hz_stats, field), (want), #field, (timeout_ms))
void hzt_await_stat(const hz_client *client, size_t offset, uint64_t want, const char *name,
		int64_t timeout_ms);

// A number from 0 up to below n, from a generator that belongs to the caller.
uint32_t hzt_random(uint64_t *state, uint32_t n);

#endif
