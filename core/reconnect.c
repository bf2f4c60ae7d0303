// SPDX-License-Identifier: Apache-2.0
#include "core/reconnect.h"

#include "base/attr.h"

#include <stdlib.h>

#define NS_PER_MS INT64_C(1000000)

// The list of members is theirs to make as long as they like.
enum { MEMBERS_TRIED = 256 };

// ---- Dice ----

void
hzi_dice_init(hzi_dice *dice, uint64_t seed)
{
	dice->state = seed != 0 ? seed : 1;
}

// xorshift64*, which is plenty to keep clients from acting in step.
static uint64_t
roll(hzi_dice *dice)
{
	uint64_t x = dice->state;
	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	dice->state = x;
	return x * UINT64_C(0x2545F4914F6CDD1D);
}

uint64_t
hzi_dice_below(hzi_dice *dice, uint64_t limit)
{
	HZI_ASSERT(limit > 0);
	return roll(dice) % limit;
}

double
hzi_dice_fraction(hzi_dice *dice)
{
	return (double)(roll(dice) >> 11) / (double)(UINT64_C(1) << 53);
}

// ---- Pauses ----

void
hzi_retry_begin(hzi_retry_plan *plan, int64_t now_ns)
{
	plan->started_ns = now_ns;
}

// The pause that is due now, and a longer one for the next time.
static double
take_pause(hzi_retry_plan *plan, const hz_config *config)
{
	double max = (double)config->max_backoff_ms;
	double pause = plan->pause_ms > 0 ? plan->pause_ms : (double)config->initial_backoff_ms;
	if (pause > max) {
		pause = max;
	}
	plan->pause_ms = pause * config->backoff_multiplier;
	return pause;
}

void
hzi_retry_failed(hzi_retry_plan *plan, const hz_config *config, hzi_dice *dice, int64_t now_ns)
{
	double pause = take_pause(plan, config);
	pause += pause * config->backoff_jitter * (2.0 * hzi_dice_fraction(dice) - 1.0);
	// A millisecond at least, so that no setting makes a busy loop of this.
	int64_t pause_ns = pause < 1.0 ? NS_PER_MS : (int64_t)(pause * (double)NS_PER_MS);
	plan->due_ns = now_ns + pause_ns;
}

void
hzi_retry_lost(hzi_retry_plan *plan, const hz_config *config, hzi_dice *dice, int64_t now_ns)
{
	double pause = plan->pause_ms > 0 ? plan->pause_ms : (double)config->initial_backoff_ms;
	double lasted = (double)(now_ns - plan->started_ns) / (double)NS_PER_MS;
	if (lasted < pause && plan->started_ns != 0) {
		hzi_retry_failed(plan, config, dice, now_ns);
		return;
	}
	plan->pause_ms = 0;
	plan->due_ns = now_ns;
}

// ---- Candidates ----

static bool
is_listed(const hzi_candidates *candidates, const hzi_address *address)
{
	for (size_t i = 0; i < candidates->count; i++) {
		if (hzi_address_equal(&candidates->at[i].address, address)) {
			return true;
		}
	}
	return false;
}

static void
add_once(hzi_candidates *candidates, const hzi_address *address, bool guess)
{
	if (!is_listed(candidates, address)) {
		candidates->at[candidates->count++] =
				(hzi_candidate){.address = *address, .guess = guess};
	}
}

static void
add_members(hzi_candidates *candidates, const hzi_members *members)
{
	uint32_t count = members != NULL ? members->count : 0;
	for (uint32_t i = 0; i < count && i < MEMBERS_TRIED; i++) {
		add_once(candidates, &members->at[i].dial, false);
	}
}

static void
add_configured(hzi_candidates *candidates, const hzi_strings *texts)
{
	for (size_t i = 0; i < texts->count; i++) {
		hzi_address address;
		hzi_address expanded[HZI_ADDRESS_PORT_TRIES];
		// The configuration has checked each of them.
		if (hzi_address_parse(texts->items[i], &address, NULL) != HZ_OK) {
			continue;
		}
		size_t n = hzi_address_expand(&address, expanded);
		for (size_t j = 0; j < n; j++) {
			add_once(candidates, &expanded[j], address.port == 0);
		}
	}
}

static void
shuffle(hzi_candidates *candidates, size_t from, hzi_dice *dice)
{
	for (size_t i = candidates->count; i > from + 1; i--) {
		size_t j = from + (size_t)hzi_dice_below(dice, i - from);
		hzi_candidate swapped = candidates->at[i - 1];
		candidates->at[i - 1] = candidates->at[j];
		candidates->at[j] = swapped;
	}
}

hz_err
hzi_candidates_fill(hzi_candidates *candidates, const hz_config *config, const hzi_members *members,
		hzi_dice *dice)
{
	hzi_candidates_clear(candidates);
	size_t room = MEMBERS_TRIED + config->members.count * HZI_ADDRESS_PORT_TRIES;
	candidates->at = calloc(room, sizeof(*candidates->at));
	if (candidates->at == NULL) {
		return HZ_ERR_MEMORY;
	}
	add_members(candidates, members);
	if (config->shuffle_members) {
		shuffle(candidates, 0, dice);
	}
	size_t configured = candidates->count;
	add_configured(candidates, &config->members);
	if (config->shuffle_members) {
		shuffle(candidates, configured, dice);
	}
	return HZ_OK;
}

void
hzi_candidates_clear(hzi_candidates *candidates)
{
	free(candidates->at);
	*candidates = (hzi_candidates){NULL, 0};
}

// ---- Rounds ----

static bool
is_refusal(int32_t code)
{
	return code == HZ_ERR_AUTHENTICATION || code == HZ_ERR_NOT_ALLOWED;
}

void
hzi_round_failed(hzi_round *round, const hzi_candidate *candidate, const hz_error *err)
{
	round->last = *err;
	if (is_refusal(err->code)) {
		round->rejected++;
		round->refusal = *err;
	} else if (!candidate->guess || err->code != HZ_ERR_IO) {
		round->open++;
	}
}

bool
hzi_round_is_refused(const hzi_round *round)
{
	return round->rejected > 0 && round->open == 0;
}
