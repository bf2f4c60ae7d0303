// SPDX-License-Identifier: Apache-2.0
//
// Id generators: which blocks are asked for again and which are not, who asks and who waits, and
// when what has come is worth nothing any more.
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
					.response = atomic_fetch_add(&number, 1),
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
start_with(bench *b, const char *const *settings)
{
	bench_start(b, 1, settings);
	atomic_store(&groups, 1);
	atomic_store(&number, 0);
	serve(b->member[0]);
}

static void
start(bench *b)
{
	start_with(b, NULL);
}

// With pauses between two tries, and between signs of life, that are longer than any test: who waits
// has to be woken, and what waits to be written has to be sent.
static void
start_patient(bench *b)
{
	static const char *const settings[] = {
			"hazelcast.client.invocation.retry.pause.millis",
			"3600000",
			"hazelcast.client.heartbeat.interval",
			"3600000",
			"hazelcast.client.heartbeat.timeout",
			"7200000",
			NULL,
	};
	start_with(b, settings);
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
	HZT_OK(hz_id_generator_call(ids, &(hz_call){.timeout_ms = 300}));
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

// ---- Who asks ----

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
one_asks_for_all(void)
{
	bench b;
	start_patient(&b);
	hz_id_generator *ids = open_ids(&b, "ids");
	hzt_scripted_on(b.member[0], BLOCK_REQUEST, 1, hzt_held, NULL);
	ask_many(ids, MANY);
	hzt_scripted_await_held(b.member[0], BLOCK_REQUEST, 1, PATIENCE_MS);
	HZT_EQ_INT(hzt_scripted_release(b.member[0], BLOCK_REQUEST, false, on_block, NULL), 1);
	// The first id is of the one that has asked, whenever it is looked at.
	for (size_t i = 1; i < MANY; i++) {
		HZT_EQ_INT(result_of(i), i);
	}
	HZT_EQ_INT(result_of(0), 0);
	HZT_EQ_INT(requests(&b), 1);
	for (int64_t id = MANY; id < 2 * BLOCK; id++) {
		HZT_EQ_INT(id_of(ids), id);
	}
	HZT_EQ_INT(requests(&b), 2);
	hz_id_generator_close(&ids);
	bench_end(&b);
}

static _Atomic int ended;
static _Atomic int64_t lowest_sum;

static void
add_up(void *ctx, hz_err e, hz_result *result, const hz_error *failure)
{
	(void)ctx;
	(void)failure;
	atomic_fetch_add(&lowest_sum, e == HZ_OK ? result->u.i64 : BLOCK);
	atomic_fetch_add(&ended, 1);
}

static bool
all_have_ended(void *ctx)
{
	return atomic_load(&ended) == *(const int *)ctx;
}

static void
callbacks_wait_as_well(void)
{
	int all = MANY;
	bench b;
	start_patient(&b);
	atomic_store(&ended, 0);
	atomic_store(&lowest_sum, 0);
	hz_id_generator *ids = open_ids(&b, "ids");
	hzt_scripted_on(b.member[0], BLOCK_REQUEST, 1, hzt_held, NULL);
	for (int i = 0; i < MANY; i++) {
		HZT_OK(hz_then(hz_id_generator_new_id_async(ids), add_up, NULL));
	}
	hzt_scripted_await_held(b.member[0], BLOCK_REQUEST, 1, PATIENCE_MS);
	HZT_EQ_INT(atomic_load(&ended), 0);
	HZT_EQ_INT(hzt_scripted_release(b.member[0], BLOCK_REQUEST, false, on_block, NULL), 1);
	HZT_AWAIT(all_have_ended, &all, PATIENCE_MS);
	HZT_EQ_INT(atomic_load(&lowest_sum), MANY * (MANY - 1) / 2);
	HZT_EQ_INT(requests(&b), 1);
	hz_id_generator_close(&ids);
	bench_end(&b);
}

// A thread that collects its calls for one write does not wait for what it has not sent.
static void
batches_leave(void)
{
	bench b;
	start_patient(&b);
	hz_id_generator *ids = open_ids(&b, "ids");
	hz_batch_begin(b.client);
	ask_many(ids, MANY);
	for (size_t i = MANY; i-- > 1;) {
		HZT_EQ_INT(result_of(i), MANY - i);
	}
	HZT_EQ_INT(result_of(0), 0);
	hz_batch_end(b.client);
	HZT_EQ_INT(requests(&b), 1);
	hz_id_generator_close(&ids);
	bench_end(&b);
}

// What comes too late is below what was given already: it is nobody's but for its first id.
static void
nobody_waits_for_ever(void)
{
	bench b;
	start(&b);
	hz_id_generator *ids = open_ids(&b, "ids");
	hzt_scripted_on(b.member[0], BLOCK_REQUEST, 1, hzt_held, NULL);
	ask_many(ids, 1);
	hzt_scripted_await_held(b.member[0], BLOCK_REQUEST, 1, PATIENCE_MS);
	atomic_store(&number, 5);
	HZT_EQ_INT(id_of(ids), 5 * BLOCK);
	HZT_EQ_INT(requests(&b), 2);
	for (int64_t id = 5 * BLOCK + 1; id < 6 * BLOCK; id++) {
		HZT_EQ_INT(id_of(ids), id);
	}
	atomic_store(&number, 3);
	HZT_EQ_INT(hzt_scripted_release(b.member[0], BLOCK_REQUEST, false, on_block, NULL), 1);
	HZT_EQ_INT(result_of(0), 3 * BLOCK);
	atomic_store(&number, 6);
	HZT_EQ_INT(id_of(ids), 6 * BLOCK);
	HZT_EQ_INT(requests(&b), 3);
	hz_id_generator_close(&ids);
	bench_end(&b);
}

// Those that wait for the one that has asked hear of its failure, and ask themselves.
static void
a_failure_is_passed_on(void)
{
	static const hzt_error_answer destroyed = {14, "DistributedObjectDestroyedException", "no"};
	bench b;
	int64_t id = -1;
	start_patient(&b);
	hz_id_generator *ids = open_ids(&b, "ids");
	hzt_scripted_on(b.member[0], BLOCK_REQUEST, 1, hzt_held, NULL);
	ask_many(ids, MANY);
	hzt_scripted_await_held(b.member[0], BLOCK_REQUEST, 1, PATIENCE_MS);
	hzt_scripted_on(b.member[0], BLOCK_REQUEST, 0, hzt_failing, (void *)&destroyed);
	HZT_EQ_INT(hzt_scripted_release(b.member[0], BLOCK_REQUEST, false, hzt_failing,
				   (void *)&destroyed),
			1);
	for (size_t i = 0; i < MANY; i++) {
		HZT_EQ_INT(hz_await_i64(futures[i], &id, &err), HZ_ERR_DESTROYED);
	}
	HZT_EQ_INT(requests(&b), MANY);
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
	HZT_OK_ERR(hz_run_none(hz_id_generator_destroy_async(ids), &err), &err);
	HZT_EQ_INT(hzt_scripted_count(b.member[0], DESTROY), 1);
	HZT_CHECK(!hz_id_generator_take(ids, &id));
	HZT_EQ_INT(hzt_scripted_release(b.member[0], BLOCK_REQUEST, false, on_block, NULL), 1);
	HZT_EQ_INT(result_of(0), 0);
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
		{"one_asks_for_all", one_asks_for_all},
		{"callbacks_wait_as_well", callbacks_wait_as_well},
		{"batches_leave", batches_leave},
		{"nobody_waits_for_ever", nobody_waits_for_ever},
		{"a_failure_is_passed_on", a_failure_is_passed_on},
		{"another_group_is_another_life", another_group_is_another_life},
		{"another_cluster_is_another_life", another_cluster_is_another_life},
		{"destroying_ends_a_life", destroying_ends_a_life},
};

HZT_MAIN("id_generator", cases)
