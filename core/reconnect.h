// SPDX-License-Identifier: Apache-2.0
//
// How connection attempts follow each other: which addresses, in what order, with what pauses, and
// when it is time to say that nobody will let us in. Only arithmetic: no thread, no clock, no
// socket.
#ifndef HZI_CORE_RECONNECT_H
#define HZI_CORE_RECONNECT_H

#include "core/address.h"
#include "core/config.h"
#include "core/members.h"

#include <hazelcast/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A source of numbers for order and jitter; not for secrets.
typedef struct hzi_dice {
	uint64_t state; // never 0
} hzi_dice;

// Any seed will do.
void hzi_dice_init(hzi_dice *dice, uint64_t seed);

// A number below limit, which is at least 1; and one from 0 to (not quite) 1.
uint64_t hzi_dice_below(hzi_dice *dice, uint64_t limit);
double hzi_dice_fraction(hzi_dice *dice);

// The pauses between attempts at one thing: each longer than the one before, up to a limit. Zeroed
// memory has made no attempt yet.
typedef struct hzi_retry_plan {
	int64_t due_ns;     // when the next attempt may begin
	int64_t started_ns; // when the last one began; 0: none
	double pause_ms;    // before the next one, should the last one fail; 0: the first
} hzi_retry_plan;

// An attempt begins.
void hzi_retry_begin(hzi_retry_plan *plan, int64_t now_ns);

// The attempt failed: the next one comes after a pause, by the configuration's four backoff keys.
void hzi_retry_failed(
		hzi_retry_plan *plan, const hz_config *config, hzi_dice *dice, int64_t now_ns);

// What the attempt had brought was lost again. Try at once if it has lasted a while; else it counts
// as failed, so that a member which accepts and closes is not asked in a tight loop.
void hzi_retry_lost(hzi_retry_plan *plan, const hz_config *config, hzi_dice *dice, int64_t now_ns);

// One address to try.
typedef struct hzi_candidate {
	hzi_address address;
	bool guess; // the configuration gave no port, and this is one of those that members use
} hzi_candidate;

typedef struct hzi_candidates {
	hzi_candidate *at;
	size_t count;
} hzi_candidates;

// Lists, each address once, where the members of the last known list are to be dialled, and then
// the configured addresses; either part shuffled if the configuration says so. Lends all; members
// may be NULL. Replaces what was listed. HZ_ERR_MEMORY leaves an empty list.
hz_err hzi_candidates_fill(hzi_candidates *candidates, const hz_config *config,
		const hzi_members *members, hzi_dice *dice);

// Frees the list and leaves an empty one. Safe on zeroed memory.
void hzi_candidates_clear(hzi_candidates *candidates);

// What one round over all candidates came to. Zeroed memory is a round not begun.
typedef struct hzi_round {
	uint32_t rejected; // members that refused this client
	uint32_t open;     // failures that may be over in a moment
	hz_error refusal;  // of the last one that refused
	hz_error last;     // of the last failure
} hzi_round;

// One failed attempt. A guessed port at which nobody listens says nothing about the cluster.
void hzi_round_failed(hzi_round *round, const hzi_candidate *candidate, const hz_error *err);

// Whether every member that could be asked has refused, so that there is no use in asking again.
bool hzi_round_is_refused(const hzi_round *round);

#endif
