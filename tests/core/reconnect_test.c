// SPDX-License-Identifier: Apache-2.0
#include "core/reconnect.h"

#include "base/fail.h"
#include "tests/support/suite.h"

#include <stdio.h>
#include <string.h>

#define MS INT64_C(1000000)

static hz_config *
config_with(const char *members, const char *jitter)
{
	hz_config *config = NULL;
	HZT_OK(hz_config_new(&config, NULL));
	HZT_OK(hz_config_set(config, "network.cluster-members", members, NULL));
	HZT_OK(hz_config_set(config, "connection-strategy.connection-retry.initial-backoff-millis",
			"100", NULL));
	HZT_OK(hz_config_set(config, "connection-strategy.connection-retry.max-backoff-millis",
			"350", NULL));
	HZT_OK(hz_config_set(config, "connection-strategy.connection-retry.multiplier", "2", NULL));
	HZT_OK(hz_config_set(config, "connection-strategy.connection-retry.jitter", jitter, NULL));
	return config;
}

// ---- Pauses ----

static void
pauses_grow_up_to_their_limit(void)
{
	static const int64_t pauses_ms[] = {100, 200, 350, 350};
	hz_config *config = config_with("a", "0");
	hzi_retry_plan plan = {0};
	hzi_dice dice;
	hzi_dice_init(&dice, 7);
	for (int i = 0; i < 4; i++) {
		hzi_retry_begin(&plan, 1000 * MS);
		hzi_retry_failed(&plan, config, &dice, 2000 * MS);
		HZT_EQ_INT(plan.due_ns, (2000 + pauses_ms[i]) * MS);
	}
	hz_config_destroy(&config);
}

static void
jitter_stays_within_its_share(void)
{
	hz_config *config = config_with("a", "0.5");
	hzi_dice dice;
	int64_t least = INT64_MAX;
	int64_t most = 0;
	hzi_dice_init(&dice, 1);
	for (int i = 0; i < 1000; i++) {
		hzi_retry_plan plan = {0};
		hzi_retry_failed(&plan, config, &dice, 0);
		least = plan.due_ns < least ? plan.due_ns : least;
		most = plan.due_ns > most ? plan.due_ns : most;
	}
	HZT_CHECK(least >= 50 * MS && least < 60 * MS);
	HZT_CHECK(most <= 150 * MS && most > 140 * MS);
	hz_config_destroy(&config);
}

static void
what_lasted_is_tried_again_at_once(void)
{
	hz_config *config = config_with("a", "0");
	hzi_retry_plan plan = {0};
	hzi_dice dice;
	hzi_dice_init(&dice, 7);
	hzi_retry_lost(&plan, config, &dice, 5 * MS);
	HZT_EQ_INT(plan.due_ns, 5 * MS);

	hzi_retry_begin(&plan, 1000 * MS);
	hzi_retry_failed(&plan, config, &dice, 1000 * MS);
	hzi_retry_begin(&plan, 2000 * MS);
	hzi_retry_lost(&plan, config, &dice, 9000 * MS);
	HZT_EQ_INT(plan.due_ns, 9000 * MS);
	hzi_retry_failed(&plan, config, &dice, 9000 * MS);
	HZT_EQ_INT(plan.due_ns, 9100 * MS);
	hz_config_destroy(&config);
}

// A member that lets us in and closes at once must not be asked in a tight loop.
static void
what_did_not_last_counts_as_failed(void)
{
	hz_config *config = config_with("a", "0");
	hzi_retry_plan plan = {0};
	hzi_dice dice;
	int64_t now_ns = 1000 * MS;
	hzi_dice_init(&dice, 7);
	for (int i = 0; i < 10; i++) {
		hzi_retry_begin(&plan, now_ns);
		hzi_retry_lost(&plan, config, &dice, now_ns + MS);
		HZT_CHECK(plan.due_ns >= now_ns + 100 * MS);
		now_ns = plan.due_ns;
	}
	HZT_CHECK(now_ns >= (1000 + 100 + 200 + 8 * 350) * MS);
	hz_config_destroy(&config);
}

// ---- Candidates ----

static bool
has(const hzi_candidates *candidates, const char *host, uint16_t port, bool guess)
{
	size_t n = 0;
	for (size_t i = 0; i < candidates->count; i++) {
		const hzi_candidate *c = &candidates->at[i];
		n += strcmp(c->address.host, host) == 0 && c->address.port == port &&
				c->guess == guess;
	}
	return n == 1;
}

static hzi_members *
two_members(void)
{
	hzi_members *members = hzi_members_new(2, 1);
	HZT_CHECK(members != NULL);
	for (uint32_t i = 0; i < 2; i++) {
		members->at[i].uuid = (hz_uuid){1, i + 1};
		snprintf(members->at[i].address.host, sizeof(members->at[i].address.host), "shown");
		snprintf(members->at[i].dial.host, sizeof(members->at[i].dial.host), "m%u", i);
		members->at[i].address.port = members->at[i].dial.port = 80;
	}
	HZT_OK(hzi_members_seal(members, NULL));
	return members;
}

static void
an_address_without_a_port_has_three(void)
{
	hz_config *config = config_with("a,b:7000,a:5702", "0");
	hzi_candidates candidates = {0};
	hzi_dice dice;
	hzi_dice_init(&dice, 3);
	HZT_OK(hzi_candidates_fill(&candidates, config, NULL, &dice));
	HZT_EQ_INT(candidates.count, 4);
	HZT_CHECK(has(&candidates, "a", 5701, true));
	HZT_CHECK(has(&candidates, "a", 5702, true));
	HZT_CHECK(has(&candidates, "a", 5703, true));
	HZT_CHECK(has(&candidates, "b", 7000, false));
	hzi_candidates_clear(&candidates);
	hzi_candidates_clear(&candidates);
	hz_config_destroy(&config);
}

static void
known_members_come_before_configured_ones(void)
{
	hz_config *config = config_with("a:1,b:2,m1:80", "0");
	hzi_members *members = two_members();
	hzi_candidates candidates = {0};
	hzi_dice dice;
	for (uint64_t seed = 1; seed <= 50; seed++) {
		hzi_dice_init(&dice, seed);
		HZT_OK(hzi_candidates_fill(&candidates, config, members, &dice));
		HZT_EQ_INT(candidates.count, 4);
		HZT_CHECK(candidates.at[0].address.host[0] == 'm');
		HZT_CHECK(candidates.at[1].address.host[0] == 'm');
		HZT_CHECK(has(&candidates, "m0", 80, false) && has(&candidates, "m1", 80, false));
		HZT_CHECK(has(&candidates, "a", 1, false) && has(&candidates, "b", 2, false));
	}
	hzi_candidates_clear(&candidates);
	hzi_members_release(members);
	hz_config_destroy(&config);
}

static void
order_is_shuffled_only_when_asked(void)
{
	hz_config *config = config_with("a:1,b:1,c:1,d:1", "0");
	hzi_candidates candidates = {0};
	hzi_dice dice;
	unsigned firsts[4] = {0};
	hzi_dice_init(&dice, 11);
	for (int i = 0; i < 400; i++) {
		HZT_OK(hzi_candidates_fill(&candidates, config, NULL, &dice));
		firsts[candidates.at[0].address.host[0] - 'a']++;
	}
	for (int i = 0; i < 4; i++) {
		HZT_CHECK(firsts[i] > 50);
	}
	HZT_OK(hz_config_set(config, "hazelcast.client.shuffle.member.list", "false", NULL));
	for (int i = 0; i < 20; i++) {
		HZT_OK(hzi_candidates_fill(&candidates, config, NULL, &dice));
		for (int j = 0; j < 4; j++) {
			HZT_EQ_INT(candidates.at[j].address.host[0], 'a' + j);
		}
	}
	hzi_candidates_clear(&candidates);
	hz_config_destroy(&config);
}

// ---- Rounds ----

static void
fail_with(hzi_round *round, bool guess, hz_err code)
{
	hzi_candidate candidate = {.guess = guess};
	hz_error err;
	hzi_fail(&err, code, "as told");
	hzi_round_failed(round, &candidate, &err);
}

static void
a_refusal_by_all_ends_it(void)
{
	hzi_round round = {0};
	HZT_CHECK(!hzi_round_is_refused(&round));
	fail_with(&round, false, HZ_ERR_AUTHENTICATION);
	fail_with(&round, false, HZ_ERR_NOT_ALLOWED);
	HZT_CHECK(hzi_round_is_refused(&round));
	HZT_EQ_INT(round.refusal.code, HZ_ERR_NOT_ALLOWED);
}

static void
an_open_question_keeps_it_going(void)
{
	static const hz_err open[] = {HZ_ERR_IO, HZ_ERR_TIMEOUT, HZ_ERR_RESOLVE, HZ_ERR_OFFLINE};
	for (size_t i = 0; i < sizeof(open) / sizeof(open[0]); i++) {
		hzi_round round = {0};
		fail_with(&round, false, HZ_ERR_AUTHENTICATION);
		fail_with(&round, false, open[i]);
		HZT_CHECK(!hzi_round_is_refused(&round));
		HZT_EQ_INT(round.last.code, open[i]);
	}
}

static void
a_guessed_port_without_a_member_says_nothing(void)
{
	hzi_round round = {0};
	fail_with(&round, true, HZ_ERR_AUTHENTICATION);
	fail_with(&round, true, HZ_ERR_IO);
	fail_with(&round, true, HZ_ERR_IO);
	HZT_CHECK(hzi_round_is_refused(&round));
	fail_with(&round, true, HZ_ERR_TIMEOUT);
	HZT_CHECK(!hzi_round_is_refused(&round));

	hzi_round nobody = {0};
	fail_with(&nobody, true, HZ_ERR_IO);
	HZT_CHECK(!hzi_round_is_refused(&nobody));
}

static const hzt_case cases[] = {
		{"pauses_grow_up_to_their_limit", pauses_grow_up_to_their_limit},
		{"jitter_stays_within_its_share", jitter_stays_within_its_share},
		{"what_lasted_is_tried_again_at_once", what_lasted_is_tried_again_at_once},
		{"what_did_not_last_counts_as_failed", what_did_not_last_counts_as_failed},
		{"an_address_without_a_port_has_three", an_address_without_a_port_has_three},
		{"known_members_come_before_configured_ones",
				known_members_come_before_configured_ones},
		{"order_is_shuffled_only_when_asked", order_is_shuffled_only_when_asked},
		{"a_refusal_by_all_ends_it", a_refusal_by_all_ends_it},
		{"an_open_question_keeps_it_going", an_open_question_keeps_it_going},
		{"a_guessed_port_without_a_member_says_nothing",
				a_guessed_port_without_a_member_says_nothing},
};
HZT_MAIN("reconnect", cases)
