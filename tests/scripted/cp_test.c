// SPDX-License-Identifier: Apache-2.0
//
// CP structures: answers that real members give rarely, and what the next request then holds.
#include "protocol/decode.h"
#include "protocol/gen/atomic_long.h"
#include "protocol/gen/count_down_latch.h"
#include "protocol/gen/cp_group.h"
#include "tests/scripted/bench.h"

#include <stdatomic.h>
#include <string.h>

#define CREATE HZP_CP_GROUP_CREATE_CP_GROUP_REQUEST.id
#define GET HZP_ATOMIC_LONG_GET_REQUEST.id
#define ADD HZP_ATOMIC_LONG_ADD_AND_GET_REQUEST.id
#define ROUND HZP_COUNT_DOWN_LATCH_GET_ROUND_REQUEST.id
#define COUNT_DOWN HZP_COUNT_DOWN_LATCH_COUNT_DOWN_REQUEST.id
#define COUNT HZP_COUNT_DOWN_LATCH_GET_COUNT_REQUEST.id

static hzt_error_answer group_destroyed = {89, "CPGroupDestroyedException", "gone"};
static hzt_error_answer member_left = {33, "MemberLeftException", "left"};
static hzt_error_answer timed_out = {38, "OperationTimeoutException", "too late"};
static hzt_error_answer leader_demoted = {91, "LeaderDemotedException", "no leader"};

static hz_error err;
static _Atomic int64_t seeds; // of the groups that were made
static _Atomic int64_t last_seed;
static _Atomic int32_t last_round;
static hz_uuid uids[8]; // of the countDowns that came
static _Atomic uint32_t n_uids;

// ---- The member ----

static void
on_create(void *ctx, hzt_request *request)
{
	(void)ctx;
	hzt_reply(request, &HZP_CP_GROUP_CREATE_CP_GROUP_RESPONSE,
			&(hzp_cp_group_create_cp_group_response){
					.group_id = {.present = true,
							.name = hzp_str("default"),
							.seed = atomic_fetch_add(&seeds, 1) + 1,
							.id = 5},
			});
}

static void
on_get(void *ctx, hzt_request *request)
{
	hzp_atomic_long_get_request got;
	(void)ctx;
	HZT_OK(hzp_decode(request->msg, request->n, &HZP_ATOMIC_LONG_GET_REQUEST, &got, NULL));
	atomic_store(&last_seed, got.group_id.seed);
	hzt_reply(request, &HZP_ATOMIC_LONG_GET_RESPONSE,
			&(hzp_atomic_long_get_response){.response = 7});
}

static void
on_round(void *ctx, hzt_request *request)
{
	(void)ctx;
	hzt_reply(request, &HZP_COUNT_DOWN_LATCH_GET_ROUND_RESPONSE,
			&(hzp_count_down_latch_get_round_response){.response = 3});
}

// Notes the id, then answers as ctx says: with an error, or that it is done.
static void
on_count_down(void *ctx, hzt_request *request)
{
	const hzt_error_answer *answer = ctx;
	hzp_count_down_latch_count_down_request got;
	HZT_OK(hzp_decode(request->msg, request->n, &HZP_COUNT_DOWN_LATCH_COUNT_DOWN_REQUEST, &got,
			NULL));
	uids[atomic_fetch_add(&n_uids, 1) % 8] = got.invocation_uid;
	atomic_store(&last_round, got.expected_round);
	if (answer != NULL) {
		hzt_failing(ctx, request);
	} else {
		hzt_reply(request, &HZP_COUNT_DOWN_LATCH_COUNT_DOWN_RESPONSE,
				&(hzp_count_down_latch_count_down_response){0});
	}
}

// What members of today send, and what its name says.
static void
on_count(void *ctx, hzt_request *request)
{
	if (ctx != NULL) {
		hzt_reply(request, &HZP_COUNT_DOWN_LATCH_GET_ROUND_RESPONSE,
				&(hzp_count_down_latch_get_round_response){.response = 11});
	} else {
		hzt_reply(request, &HZP_COUNT_DOWN_LATCH_GET_COUNT_RESPONSE,
				&(hzp_count_down_latch_get_count_response){.response = 12});
	}
}

static void
start(bench *b)
{
	bench_start(b, 1, NULL);
	atomic_store(&seeds, 0);
	atomic_store(&n_uids, 0);
	hzt_scripted_on(b->member[0], CREATE, 0, on_create, NULL);
	hzt_scripted_on(b->member[0], GET, 0, on_get, NULL);
	hzt_scripted_on(b->member[0], ROUND, 0, on_round, NULL);
	hzt_scripted_on(b->member[0], COUNT_DOWN, 0, on_count_down, NULL);
}

static hz_atomic_long *
open_long(const bench *b, const char *name)
{
	hz_atomic_long *number = NULL;
	HZT_OK_ERR(hz_atomic_long_open(b->client, name, NULL, &number, &err), &err);
	return number;
}

static int64_t
seed_of_get(hz_atomic_long *number)
{
	int64_t n = 0;
	HZT_OK_ERR(hz_atomic_long_get(number, &n, &err), &err);
	HZT_EQ_INT(n, 7);
	return atomic_load(&last_seed);
}

// ---- Groups ----

static void
asks_once_for_each_name(void)
{
	bench b;
	start(&b);
	hz_atomic_long *first = open_long(&b, "n"), *same = open_long(&b, " n@default");
	HZT_EQ_INT(hzt_scripted_count(b.member[0], CREATE), 1);
	hz_atomic_long *other = open_long(&b, "n@side");
	HZT_EQ_INT(hzt_scripted_count(b.member[0], CREATE), 2);
	HZT_EQ_INT(seed_of_get(first), 1);
	HZT_EQ_INT(seed_of_get(same), 1);
	HZT_EQ_INT(seed_of_get(other), 2);
	hz_atomic_long_close(&first);
	hz_atomic_long_close(&same);
	hz_atomic_long_close(&other);
	bench_end(&b);
}

static void
a_destroyed_group_is_asked_for_again(void)
{
	bench b;
	int64_t n = 0;
	start(&b);
	hz_atomic_long *old = open_long(&b, "n");
	hzt_scripted_on(b.member[0], GET, 1, hzt_failing, &group_destroyed);
	HZT_EQ_INT(hz_atomic_long_get(old, &n, &err), HZ_ERR_GROUP_DESTROYED);
	HZT_EQ_INT(err.server_code, 89);
	HZT_CHECK(!err.in_doubt);
	hzt_scripted_on(b.member[0], GET, 0, on_get, NULL);
	hz_atomic_long *new = open_long(&b, "n");
	HZT_EQ_INT(hzt_scripted_count(b.member[0], CREATE), 2);
	HZT_EQ_INT(seed_of_get(new), 2);
	HZT_EQ_INT(seed_of_get(old), 1); // bound to the group that it was opened in
	hz_atomic_long_close(&new);
	hz_atomic_long_close(&old);
	bench_end(&b);
}

// ---- Outcomes that the group does not know ----

static void
additions_are_not_repeated(void)
{
	static hzt_error_answer *const answers[] = {&member_left, &timed_out, &leader_demoted};
	bench b;
	int64_t n = 0;
	start(&b);
	hz_atomic_long *number = open_long(&b, "n");
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		hzt_scripted_on(b.member[0], ADD, 0, hzt_failing, answers[i]);
		HZT_EQ_INT(hz_atomic_long_add_and_get(number, 1, &n, &err), HZ_ERR_SERVER);
		HZT_EQ_INT(err.server_code, answers[i]->code);
		HZT_CHECK(err.in_doubt);
		HZT_EQ_INT(hzt_scripted_count(b.member[0], ADD), i + 1);
	}
	hz_atomic_long_close(&number);
	bench_end(&b);
}

static void
counting_down_is_repeated_with_its_id(void)
{
	static hzt_error_answer *const answers[] = {&member_left, &timed_out, &leader_demoted};
	bench b;
	hz_count_down_latch *latch = NULL;
	start(&b);
	HZT_OK_ERR(hz_count_down_latch_open(b.client, "l", NULL, &latch, &err), &err);
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		atomic_store(&n_uids, 0);
		hzt_scripted_on(b.member[0], COUNT_DOWN, 1, on_count_down, answers[i]);
		HZT_OK_ERR(hz_count_down_latch_count_down(latch, &err), &err);
		HZT_EQ_INT(atomic_load(&n_uids), 2);
		HZT_EQ_INT(atomic_load(&last_round), 3);
		HZT_EQ_MEM(&uids[1], &uids[0], sizeof(uids[0]));
		HZT_CHECK((uids[0].msb | uids[0].lsb) != 0);
	}
	hz_uuid before = uids[1];
	atomic_store(&n_uids, 0);
	HZT_OK_ERR(hz_count_down_latch_count_down(latch, &err), &err);
	HZT_CHECK(memcmp(&before, &uids[0], sizeof(before)) != 0);
	hz_count_down_latch_close(&latch);
	bench_end(&b);
}

static void
both_answers_to_a_count(void)
{
	bench b;
	hz_count_down_latch *latch = NULL;
	int32_t n = 0;
	start(&b);
	HZT_OK_ERR(hz_count_down_latch_open(b.client, "l", NULL, &latch, &err), &err);
	hzt_scripted_on(b.member[0], COUNT, 0, on_count, NULL);
	HZT_OK_ERR(hz_count_down_latch_get_count(latch, &n, &err), &err);
	HZT_EQ_INT(n, 12);
	hzt_scripted_on(b.member[0], COUNT, 0, on_count, &b);
	HZT_OK_ERR(hz_count_down_latch_get_count(latch, &n, &err), &err);
	HZT_EQ_INT(n, 11);
	hz_count_down_latch_close(&latch);
	bench_end(&b);
}

static const hzt_case cases[] = {
		{"asks_once_for_each_name", asks_once_for_each_name},
		{"a_destroyed_group_is_asked_for_again", a_destroyed_group_is_asked_for_again},
		{"additions_are_not_repeated", additions_are_not_repeated},
		{"counting_down_is_repeated_with_its_id", counting_down_is_repeated_with_its_id},
		{"both_answers_to_a_count", both_answers_to_a_count},
};

HZT_MAIN("cp", cases)
