// SPDX-License-Identifier: Apache-2.0
//
// Id generators: which blocks are asked for again and which are not, in which order those that have
// come are used, and when they are worth nothing any more.
#include "protocol/gen/atomic_long.h"
#include "protocol/gen/cp_group.h"
#include "tests/scripted/bench.h"

#include <stdatomic.h>
#include <stdio.h>

#define CREATE HZP_CP_GROUP_CREATE_CP_GROUP_REQUEST.id
#define BLOCK_REQUEST HZP_ATOMIC_LONG_GET_AND_ADD_REQUEST.id
#define INIT_REQUEST HZP_ATOMIC_LONG_COMPARE_AND_SET_REQUEST.id
#define DESTROY HZP_CP_GROUP_DESTROY_CP_OBJECT_REQUEST.id
#define BLOCK INT64_C(10000)

static hz_error err;
static _Atomic int64_t groups; // that were made
static _Atomic int64_t number; // the atomic long
static _Atomic int64_t step;   // by how much it grows

// ---- The member ----

static void
on_create(void *ctx, hzt_request *request)
{
	(void)ctx;
	hzt_reply(request, &HZP_CP_GROUP_CREATE_CP_GROUP_RESPONSE,
			&(hzp_cp_group_create_cp_group_response){
					.group_id = {.present = true,
							.name = hzp_str("default"),
							.seed = atomic_load(&groups),
							.id = 5},
			});
}

static void
on_block(void *ctx, hzt_request *request)
{
	(void)ctx;
	hzt_reply(request, &HZP_ATOMIC_LONG_GET_AND_ADD_RESPONSE,
			&(hzp_atomic_long_get_and_add_response){
					.response = atomic_fetch_add(&number, atomic_load(&step)),
			});
}

// The block is taken, and nobody hears of it.
static void
take_and_hang_up(void *ctx, hzt_request *request)
{
	(void)ctx;
	atomic_fetch_add(&number, 1);
	hzt_close(request, HZT_RESET);
}

static void
serve(hzt_scripted *member)
{
	hzt_scripted_on(member, CREATE, 0, on_create, NULL);
	hzt_scripted_on(member, BLOCK_REQUEST, 0, on_block, NULL);
}

static hz_id_generator *
open_ids(const bench *b, const char *name)
{
	hz_id_generator *ids = NULL;
	HZT_OK_ERR(hz_id_generator_open(b->client, name, NULL, &ids, &err), &err);
	return ids;
}

static void
start(bench *b)
{
	bench_start(b, 1, NULL);
	atomic_store(&groups, 1);
	atomic_store(&number, 0);
	atomic_store(&step, 1);
	serve(b->member[0]);
}

static int64_t
id_of(hz_id_generator *ids)
{
	int64_t id = -1;
	HZT_OK_ERR(hz_id_generator_new_id(ids, &id, &err), &err);
	return id;
}

static uint64_t
requests(const bench *b)
{
	return hzt_scripted_count(b->member[0], BLOCK_REQUEST);
}

// ---- Asking again ----

static const hzt_error_answer doubtful[] = {
		{33, "MemberLeftException", "left"},
		{38, "OperationTimeoutException", "too late"},
		{52, "TargetDisconnectedException", "gone"},
		{80, "IndeterminateOperationStateException", "who knows"},
		{91, "LeaderDemotedException", "no leader"},
		{92, "StaleAppendRequestException", "stale"},
};

static void
what_is_in_doubt_is_given_up(void)
{
	bench b;
	char name[16];
	start(&b);
	for (size_t i = 0; i < sizeof(doubtful) / sizeof(doubtful[0]); i++) {
		snprintf(name, sizeof(name), "ids-%zu", i);
		hz_id_generator *ids = open_ids(&b, name);
		uint64_t before = requests(&b);
		hzt_scripted_on(b.member[0], BLOCK_REQUEST, 2, hzt_failing, (void *)&doubtful[i]);
		HZT_EQ_INT(id_of(ids) % BLOCK, 0);
		HZT_EQ_INT(requests(&b), before + 3);
		hz_id_generator_close(&ids);
	}
	bench_end(&b);
}

static void
a_lost_answer_costs_its_block(void)
{
	bench b;
	start(&b);
	hz_id_generator *ids = open_ids(&b, "ids");
	hzt_scripted_on(b.member[0], BLOCK_REQUEST, 2, take_and_hang_up, NULL);
	HZT_EQ_INT(id_of(ids), 2 * BLOCK);
	HZT_EQ_INT(id_of(ids), 2 * BLOCK + 1);
	HZT_EQ_INT(requests(&b), 3);
	hz_id_generator_close(&ids);
	bench_end(&b);
}

static void
what_is_certain_is_told(void)
{
	static const hzt_error_answer destroyed = {14, "DistributedObjectDestroyedException", "no"};
	static const hzt_error_answer refused = {61, "UnsupportedOperationException", "no"};
	bench b;
	int64_t id = -1;
	start(&b);
	hz_id_generator *ids = open_ids(&b, "ids");
	hzt_scripted_on(b.member[0], BLOCK_REQUEST, 1, hzt_failing, (void *)&destroyed);
	HZT_EQ_INT(hz_id_generator_new_id(ids, &id, &err), HZ_ERR_DESTROYED);
	HZT_EQ_INT(requests(&b), 1);
	hzt_scripted_on(b.member[0], BLOCK_REQUEST, 1, hzt_failing, (void *)&refused);
	HZT_EQ_INT(hz_id_generator_new_id(ids, &id, &err), HZ_ERR_UNSUPPORTED);
	HZT_EQ_INT(requests(&b), 2);
	HZT_EQ_INT(id, -1);
	hz_id_generator_close(&ids);
	bench_end(&b);
}

static void
a_beginning_is_not_repeated(void)
{
	bench b;
	bool done = true;
	start(&b);
	hz_id_generator *ids = open_ids(&b, "ids");
	hzt_scripted_on(b.member[0], INIT_REQUEST, 1, take_and_hang_up, NULL);
	HZT_EQ_INT(hz_id_generator_init(ids, 700, &done, &err), HZ_ERR_DISCONNECTED);
	HZT_CHECK(err.in_doubt && done);
	HZT_EQ_INT(hzt_scripted_count(b.member[0], INIT_REQUEST), 1);
	HZT_EQ_INT(id_of(ids), BLOCK);
	hz_id_generator_close(&ids);
	bench_end(&b);
}

static void
deadlines_and_tokens_end_it(void)
{
	bench b;
	int64_t id = -1;
	hz_cancel *token = NULL;
	start(&b);
	HZT_OK(hz_cancel_new(b.client, &token, &err));
	hz_id_generator *ids = open_ids(&b, "ids");
	HZT_OK(hz_id_generator_call(ids, &(hz_call){.timeout_ms = 50}));
	hzt_scripted_on(b.member[0], BLOCK_REQUEST, 2, hzt_held, NULL);
	HZT_EQ_INT(hz_id_generator_new_id(ids, &id, &err), HZ_ERR_TIMEOUT);
	HZT_OK(hz_id_generator_call(ids, &(hz_call){.cancel = token}));
	hz_future future = hz_id_generator_new_id_async(ids);
	hzt_scripted_await_held(b.member[0], BLOCK_REQUEST, 2, PATIENCE_MS);
	hz_cancel_fire(token);
	HZT_EQ_INT(hz_await_i64(future, &id, &err), HZ_ERR_CANCELLED);
	HZT_OK(hz_id_generator_call(ids, NULL));
	// Their blocks come all the same, and are nobody's.
	HZT_EQ_INT(hzt_scripted_release(b.member[0], BLOCK_REQUEST, false, on_block, NULL), 2);
	HZT_EQ_INT(id_of(ids), 2 * BLOCK);
	HZT_EQ_INT(requests(&b), 3);
	hz_id_generator_close(&ids);
	hz_cancel_destroy(&token);
	bench_end(&b);
}

// ---- The order of blocks ----

enum { MANY = 20 };
static hz_future futures[MANY];

static void
ask_many(hz_id_generator *ids, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		futures[i] = hz_id_generator_new_id_async(ids);
	}
}

static int64_t
result_of(size_t i)
{
	int64_t id = -1;
	HZT_OK_ERR(hz_await_i64(futures[i], &id, &err), &err);
	return id;
}

static void
ids_ascend_whoever_comes_first(void)
{
	bench b;
	start(&b);
	hz_id_generator *ids = open_ids(&b, "ids");
	ask_many(ids, 4);
	HZT_EQ_INT(result_of(1), BLOCK);
	// Block 0 would be a step back: it is thrown away.
	HZT_EQ_INT(result_of(0), BLOCK + 1);
	HZT_EQ_INT(result_of(3), BLOCK + 2);
	HZT_EQ_INT(result_of(2), BLOCK + 3);
	for (int64_t id = BLOCK + 4; id < 4 * BLOCK; id++) {
		HZT_EQ_INT(id_of(ids), id);
	}
	HZT_EQ_INT(requests(&b), 4);
	HZT_EQ_INT(id_of(ids), 4 * BLOCK);
	hz_id_generator_close(&ids);
	bench_end(&b);
}

// One is in use and sixteen wait.
static void
what_finds_no_room_is_lost(void)
{
	bench b;
	start(&b);
	atomic_store(&step, 2);
	hz_id_generator *ids = open_ids(&b, "ids");
	ask_many(ids, MANY);
	for (size_t i = 0; i < MANY; i++) {
		HZT_EQ_INT(result_of(i), i);
	}
	for (int64_t i = MANY; i < 17 * BLOCK; i++) {
		HZT_EQ_INT(id_of(ids), i / BLOCK * 2 * BLOCK + i % BLOCK);
	}
	HZT_EQ_INT(requests(&b), MANY);
	HZT_EQ_INT(id_of(ids), 2 * MANY * BLOCK);
	HZT_EQ_INT(requests(&b), MANY + 1);
	hz_id_generator_close(&ids);
	bench_end(&b);
}

// Of those that wait the last ones go when an earlier one comes.
static void
earlier_blocks_have_room(void)
{
	bench b;
	start(&b);
	atomic_store(&step, 2);
	hz_id_generator *ids = open_ids(&b, "ids");
	ask_many(ids, MANY);
	HZT_EQ_INT(result_of(0), 0);
	for (size_t i = MANY - 1; i > 0; i--) {
		HZT_EQ_INT(result_of(i), MANY - i);
	}
	for (int64_t i = MANY; i < 17 * BLOCK; i++) {
		HZT_EQ_INT(id_of(ids), i / BLOCK * 2 * BLOCK + i % BLOCK);
	}
	HZT_EQ_INT(id_of(ids), 2 * MANY * BLOCK);
	hz_id_generator_close(&ids);
	bench_end(&b);
}

// ---- Lives ----

static void
another_group_is_another_life(void)
{
	static const hzt_error_answer gone = {89, "CPGroupDestroyedException", "gone"};
	bench b;
	int64_t id = -1;
	start(&b);
	hz_id_generator *old = open_ids(&b, "ids");
	HZT_EQ_INT(id_of(old), 0);
	hzt_scripted_on(b.member[0], INIT_REQUEST, 1, hzt_failing, (void *)&gone);
	HZT_EQ_INT(hz_id_generator_init(old, 5, NULL, &err), HZ_ERR_GROUP_DESTROYED);
	atomic_store(&groups, 2);
	atomic_store(&number, 0);
	hz_id_generator *new = open_ids(&b, "ids");
	HZT_CHECK(!hz_id_generator_take(new, &id));
	HZT_EQ_INT(id_of(new), 0);
	hz_id_generator *same = open_ids(&b, "ids");
	HZT_EQ_INT(id_of(same), 1);
	HZT_EQ_INT(requests(&b), 2);
	hz_id_generator_close(&same);
	hz_id_generator_close(&new);
	hz_id_generator_close(&old);
	bench_end(&b);
}

static bool
is_another_cluster(void *ctx)
{
	const bench *b = ctx;
	return hz_client_cluster_id(b->client).msb == 7;
}

static void
another_cluster_is_another_life(void)
{
	bench b;
	int64_t id = -1;
	start(&b);
	hz_id_generator *ids = open_ids(&b, "ids");
	HZT_EQ_INT(id_of(ids), 0);
	hzt_scripted_down(b.member[0], HZT_RESET);
	HZT_CHECK(hz_id_generator_take(ids, &id) && id == 1);
	hzt_scripted_up(b.member[0], (hz_uuid){3, 3}, (hz_uuid){7, 7});
	HZT_AWAIT(is_another_cluster, &b, PATIENCE_MS);
	HZT_CHECK(!hz_id_generator_take(ids, &id));
	HZT_EQ_INT(id_of(ids), BLOCK);
	hz_id_generator_close(&ids);
	bench_end(&b);
}

// A block that was asked for before is none of those that come after.
static void
destroying_ends_a_life(void)
{
	bench b;
	int64_t id = -1;
	start(&b);
	hz_id_generator *ids = open_ids(&b, "ids");
	hzt_scripted_on(b.member[0], BLOCK_REQUEST, 1, hzt_held, NULL);
	ask_many(ids, 1);
	hzt_scripted_await_held(b.member[0], BLOCK_REQUEST, 1, PATIENCE_MS);
	HZT_EQ_INT(id_of(ids), 0);
	HZT_OK_ERR(hz_run_none(hz_id_generator_destroy_async(ids), &err), &err);
	HZT_EQ_INT(hzt_scripted_count(b.member[0], DESTROY), 1);
	HZT_CHECK(!hz_id_generator_take(ids, &id));
	HZT_EQ_INT(hzt_scripted_release(b.member[0], BLOCK_REQUEST, false, on_block, NULL), 1);
	HZT_EQ_INT(result_of(0), BLOCK);
	HZT_CHECK(!hz_id_generator_take(ids, &id));
	hz_id_generator_close(&ids);
	bench_end(&b);
}

static const hzt_case cases[] = {
		{"what_is_in_doubt_is_given_up", what_is_in_doubt_is_given_up},
		{"a_lost_answer_costs_its_block", a_lost_answer_costs_its_block},
		{"what_is_certain_is_told", what_is_certain_is_told},
		{"a_beginning_is_not_repeated", a_beginning_is_not_repeated},
		{"deadlines_and_tokens_end_it", deadlines_and_tokens_end_it},
		{"ids_ascend_whoever_comes_first", ids_ascend_whoever_comes_first},
		{"what_finds_no_room_is_lost", what_finds_no_room_is_lost},
		{"earlier_blocks_have_room", earlier_blocks_have_room},
		{"another_group_is_another_life", another_group_is_another_life},
		{"another_cluster_is_another_life", another_cluster_is_another_life},
		{"destroying_ends_a_life", destroying_ends_a_life},
};

HZT_MAIN("id_generator", cases)
