// SPDX-License-Identifier: Apache-2.0
//
// Every operation of the structures that are nothing but their messages: the deadline of the
// handle, what comes of a connection that is lost, and a client that was shut down.
#include "protocol/gen/cardinality_estimator.h"
#include "protocol/gen/list.h"
#include "protocol/gen/multi_map.h"
#include "protocol/gen/replicated_map.h"
#include "protocol/gen/ringbuffer.h"
#include "protocol/gen/set.h"
#include "protocol/gen/topic.h"
#include "tests/scripted/bench.h"

#include <stdatomic.h>
#include <stdio.h>

#define DEADLINE_MS 100

static hz_set *set;
static hz_list *list;
static hz_multimap *mm;
static hz_topic *topic;
static hz_ringbuffer *ring;
static hz_replicated_map *rm;
static hz_cardinality_estimator *estimator;

// Message, whether it may be sent again after its connection was lost, and the call that sends it.
// clang-format off
#define CALLS(X)                                                                                   \
	X(SET_ADD, false, hz_set_add_async(set, K))                                                \
	X(SET_ADD_ALL, false, hz_set_add_all_async(set, &K, 1))                                    \
	X(SET_REMOVE, false, hz_set_remove_async(set, K))                                          \
	X(SET_COMPARE_AND_REMOVE_ALL, false, hz_set_remove_all_async(set, &K, 1))                  \
	X(SET_COMPARE_AND_RETAIN_ALL, false, hz_set_retain_all_async(set, &K, 1))                  \
	X(SET_CLEAR, false, hz_set_clear_async(set))                                               \
	X(SET_GET_ALL, false, hz_set_items_async(set))                                             \
	X(SET_CONTAINS, false, hz_set_contains_async(set, K))                                      \
	X(SET_CONTAINS_ALL, false, hz_set_contains_all_async(set, &K, 1))                          \
	X(SET_SIZE, false, hz_set_size_async(set))                                                 \
	X(SET_IS_EMPTY, false, hz_set_is_empty_async(set))                                         \
	X(LIST_ADD, false, hz_list_add_async(list, K))                                             \
	X(LIST_ADD_WITH_INDEX, false, hz_list_insert_async(list, 0, K))                            \
	X(LIST_ADD_ALL, false, hz_list_add_all_async(list, &K, 1))                                 \
	X(LIST_ADD_ALL_WITH_INDEX, false, hz_list_insert_all_async(list, 0, &K, 1))                \
	X(LIST_SET, false, hz_list_set_async(list, 0, K))                                          \
	X(LIST_REMOVE, false, hz_list_remove_async(list, K))                                       \
	X(LIST_REMOVE_WITH_INDEX, false, hz_list_remove_at_async(list, 0))                         \
	X(LIST_COMPARE_AND_REMOVE_ALL, false, hz_list_remove_all_async(list, &K, 1))               \
	X(LIST_COMPARE_AND_RETAIN_ALL, false, hz_list_retain_all_async(list, &K, 1))               \
	X(LIST_CLEAR, false, hz_list_clear_async(list))                                            \
	X(LIST_GET, true, hz_list_get_async(list, 0))                                              \
	X(LIST_GET_ALL, true, hz_list_items_async(list))                                           \
	X(LIST_LIST_ITERATOR, true, hz_list_items_from_async(list, 0))                             \
	X(LIST_SUB, true, hz_list_sub_async(list, 0, 1))                                           \
	X(LIST_INDEX_OF, true, hz_list_index_of_async(list, K))                                    \
	X(LIST_LAST_INDEX_OF, true, hz_list_last_index_of_async(list, K))                          \
	X(LIST_CONTAINS, true, hz_list_contains_async(list, K))                                    \
	X(LIST_CONTAINS_ALL, true, hz_list_contains_all_async(list, &K, 1))                        \
	X(LIST_SIZE, true, hz_list_size_async(list))                                               \
	X(LIST_IS_EMPTY, true, hz_list_is_empty_async(list))                                       \
	X(MULTI_MAP_PUT, false, hz_multimap_put_async(mm, K, K))                                   \
	X(MULTI_MAP_PUT_ALL, false, hz_multimap_put_all_async(mm, &ENTRY, 1))                      \
	X(MULTI_MAP_REMOVE_ENTRY, false, hz_multimap_remove_async(mm, K, K))                       \
	X(MULTI_MAP_REMOVE, false, hz_multimap_remove_all_async(mm, K))                            \
	X(MULTI_MAP_DELETE, false, hz_multimap_delete_async(mm, K))                                \
	X(MULTI_MAP_CLEAR, false, hz_multimap_clear_async(mm))                                     \
	X(MULTI_MAP_GET, true, hz_multimap_get_async(mm, K))                                       \
	X(MULTI_MAP_VALUE_COUNT, true, hz_multimap_value_count_async(mm, K))                       \
	X(MULTI_MAP_CONTAINS_KEY, true, hz_multimap_contains_key_async(mm, K))                     \
	X(MULTI_MAP_CONTAINS_VALUE, true, hz_multimap_contains_value_async(mm, K))                 \
	X(MULTI_MAP_CONTAINS_ENTRY, true, hz_multimap_contains_entry_async(mm, K, K))              \
	X(MULTI_MAP_SIZE, true, hz_multimap_size_async(mm))                                        \
	X(MULTI_MAP_KEY_SET, true, hz_multimap_key_set_async(mm))                                  \
	X(MULTI_MAP_VALUES, true, hz_multimap_values_async(mm))                                    \
	X(MULTI_MAP_ENTRY_SET, true, hz_multimap_entry_set_async(mm))                              \
	X(MULTI_MAP_UNLOCK, true, hz_multimap_unlock_async(mm, K))                                 \
	X(MULTI_MAP_FORCE_UNLOCK, true, hz_multimap_force_unlock_async(mm, K))                     \
	X(MULTI_MAP_IS_LOCKED, true, hz_multimap_is_locked_async(mm, K))                           \
	X(TOPIC_PUBLISH, false, hz_topic_publish_async(topic, K))                                  \
	X(TOPIC_PUBLISH_ALL, false, hz_topic_publish_all_async(topic, &K, 1))                      \
	X(RINGBUFFER_CAPACITY, true, hz_ringbuffer_capacity_async(ring))                           \
	X(RINGBUFFER_SIZE, true, hz_ringbuffer_size_async(ring))                                   \
	X(RINGBUFFER_HEAD_SEQUENCE, true, hz_ringbuffer_head_sequence_async(ring))                 \
	X(RINGBUFFER_TAIL_SEQUENCE, true, hz_ringbuffer_tail_sequence_async(ring))                 \
	X(RINGBUFFER_REMAINING_CAPACITY, true, hz_ringbuffer_remaining_capacity_async(ring))       \
	X(RINGBUFFER_ADD, false, hz_ringbuffer_add_async(ring, K, HZ_OVERFLOW_FAIL))               \
	X(RINGBUFFER_ADD_ALL, false, hz_ringbuffer_add_all_async(ring, &K, 1, HZ_OVERFLOW_FAIL))   \
	X(RINGBUFFER_READ_ONE, true, hz_ringbuffer_read_one_async(ring, 0))                        \
	X(RINGBUFFER_READ_MANY, true, hz_ringbuffer_read_many_async(ring, 0, 1, 2))                \
	X(REPLICATED_MAP_PUT, false, hz_replicated_map_put_async(rm, K, K, 0))                     \
	X(REPLICATED_MAP_PUT_ALL, false, hz_replicated_map_put_all_async(rm, &ENTRY, 1))           \
	X(REPLICATED_MAP_REMOVE, false, hz_replicated_map_remove_async(rm, K))                     \
	X(REPLICATED_MAP_CLEAR, false, hz_replicated_map_clear_async(rm))                          \
	X(REPLICATED_MAP_GET, true, hz_replicated_map_get_async(rm, K))                            \
	X(REPLICATED_MAP_CONTAINS_KEY, true, hz_replicated_map_contains_key_async(rm, K))          \
	X(REPLICATED_MAP_CONTAINS_VALUE, true, hz_replicated_map_contains_value_async(rm, K))      \
	X(REPLICATED_MAP_SIZE, true, hz_replicated_map_size_async(rm))                             \
	X(REPLICATED_MAP_IS_EMPTY, true, hz_replicated_map_is_empty_async(rm))                     \
	X(REPLICATED_MAP_KEY_SET, true, hz_replicated_map_key_set_async(rm))                       \
	X(REPLICATED_MAP_VALUES, true, hz_replicated_map_values_async(rm))                         \
	X(REPLICATED_MAP_ENTRY_SET, true, hz_replicated_map_entry_set_async(rm))                   \
	X(CARDINALITY_ESTIMATOR_ADD, false, hz_cardinality_estimator_add_async(estimator, K))      \
	X(CARDINALITY_ESTIMATOR_ESTIMATE, false, hz_cardinality_estimator_estimate_async(estimator))

#define FUNCTION(message, again, call)                                                             \
	static hz_future send_##message(hz_value K)                                                \
	{                                                                                          \
		const hz_entry ENTRY = {K, K};                                                     \
		(void)ENTRY;                                                                       \
		return call;                                                                       \
	}

#define ROW(message, again, call) {#message, &HZP_##message##_REQUEST, send_##message, again},
// clang-format on

CALLS(FUNCTION)

static const struct {
	const char *name;
	const hzp_message *request;
	hz_future (*send)(hz_value key);
	bool again;
} rows[] = {CALLS(ROW)};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

// ---- What came of a call ----

typedef struct outcome {
	_Atomic bool done;
	hz_err code;
	bool in_doubt;
} outcome;

static void
tell(void *ctx, hz_err e, hz_result *result, const hz_error *failure)
{
	outcome *o = ctx;
	(void)result;
	o->code = e;
	o->in_doubt = e != HZ_OK && failure->in_doubt;
	atomic_store(&o->done, true);
}

static bool
is_done(void *ctx)
{
	const outcome *o = ctx;
	return atomic_load(&o->done);
}

static void
await(size_t row, outcome *o, hz_err code, bool in_doubt)
{
	HZT_AWAIT(is_done, o, PATIENCE_MS);
	if (o->code != code || o->in_doubt != in_doubt) {
		printf("  %s: %s%s\n", rows[row].name, hz_err_text(o->code),
				o->in_doubt ? ", in doubt" : "");
		HZT_FAIL("every operation ends like this one should");
	}
}

// No ringbuffer is without room.
static void
has_room(void *ctx, hzt_request *request)
{
	(void)ctx;
	hzt_reply(request, &HZP_RINGBUFFER_CAPACITY_RESPONSE,
			&(hzp_ringbuffer_capacity_response){10});
}

static void
start(bench *b)
{
	hz_error err;
	bench_start(b, 1, NULL);
	HZT_OK_ERR(hz_set_open(b->client, "s", NULL, &set, &err), &err);
	HZT_OK_ERR(hz_list_open(b->client, "l", NULL, &list, &err), &err);
	HZT_OK_ERR(hz_multimap_open(b->client, "m", NULL, &mm, &err), &err);
	HZT_OK_ERR(hz_topic_open(b->client, "t", NULL, &topic, &err), &err);
	hzt_scripted_on(b->member[0], HZP_RINGBUFFER_CAPACITY_REQUEST.id, 0, has_room, NULL);
	HZT_OK_ERR(hz_ringbuffer_open(b->client, "r", NULL, &ring, &err), &err);
	HZT_OK_ERR(hz_replicated_map_open(b->client, "rm", NULL, &rm, &err), &err);
	HZT_OK_ERR(hz_cardinality_estimator_open(b->client, "c", NULL, &estimator, &err), &err);
}

static void
close_handles(void)
{
	hz_set_close(&set);
	hz_list_close(&list);
	hz_multimap_close(&mm);
	hz_topic_close(&topic);
	hz_ringbuffer_close(&ring);
	hz_replicated_map_close(&rm);
	hz_cardinality_estimator_close(&estimator);
}

// How often the member was asked for an operation; opening a ringbuffer asks for its capacity.
static uint64_t
asked(const bench *b, size_t row)
{
	return hzt_scripted_count(b->member[0], rows[row].request->id);
}

// ---- Cases ----

static void
each_keeps_its_deadline(void)
{
	static outcome outcomes[ROWS];
	uint64_t before[ROWS];
	bench b;
	start(&b);
	const hz_call soon = {.timeout_ms = DEADLINE_MS};
	HZT_OK(hz_set_call(set, &soon));
	HZT_OK(hz_list_call(list, &soon));
	HZT_OK(hz_multimap_call(mm, &soon));
	HZT_OK(hz_topic_call(topic, &soon));
	HZT_OK(hz_ringbuffer_call(ring, &soon));
	HZT_OK(hz_replicated_map_call(rm, &soon));
	HZT_OK(hz_cardinality_estimator_call(estimator, &soon));
	int64_t start_ms = hzt_now_ms();
	for (size_t i = 0; i < ROWS; i++) {
		before[i] = asked(&b, i);
		hzt_scripted_on(b.member[0], rows[i].request->id, 0, hzt_silent, NULL);
		HZT_OK(hz_then(rows[i].send(hz_i32(1)), tell, &outcomes[i]));
	}
	for (size_t i = 0; i < ROWS; i++) {
		await(i, &outcomes[i], HZ_ERR_TIMEOUT, true);
		HZT_EQ_INT(asked(&b, i), before[i] + 1);
	}
	HZT_CHECK(hzt_now_ms() - start_ms >= DEADLINE_MS);
	close_handles();
	bench_end(&b);
}

// Closes the connection at the nth request, which ctx says. Members answer List.listIterator as they do List.iterator.
static void
close_once(void *ctx, hzt_request *request)
{
	if (request->nth == *(const uint64_t *)ctx) {
		hzt_close(request, HZT_RESET);
	} else if (request->type == HZP_RINGBUFFER_CAPACITY_REQUEST.id) {
		has_room(NULL, request);
	} else if (request->type == HZP_LIST_LIST_ITERATOR_REQUEST.id) {
		hzt_reply(request, &HZP_LIST_ITERATOR_RESPONSE, &(hzp_list_iterator_response){0});
	} else {
		hzt_reply_default(request);
	}
}

// What may have been applied is not sent again; what changes nothing is, and answers.
static void
each_is_sent_twice_only_if_it_may(void)
{
	static uint64_t first;
	bench b;
	start(&b);
	for (size_t i = 0; i < ROWS; i++) {
		outcome o = {0};
		bench_await_connections(&b, 1);
		first = asked(&b, i) + 1;
		hzt_scripted_on(b.member[0], rows[i].request->id, 0, close_once, &first);
		HZT_OK(hz_then(rows[i].send(hz_i32(1)), tell, &o));
		await(i, &o, rows[i].again ? HZ_OK : HZ_ERR_DISCONNECTED, !rows[i].again);
		HZT_EQ_INT(asked(&b, i), rows[i].again ? first + 1 : first);
	}
	close_handles();
	bench_end(&b);
}

static void
a_closed_client_refuses_each(void)
{
	bench b;
	hz_error err;
	start(&b);
	HZT_OK_ERR(hz_client_shutdown(b.client, PATIENCE_MS, &err), &err);
	for (size_t i = 0; i < ROWS; i++) {
		uint64_t before = asked(&b, i);
		HZT_EQ_INT(hz_await_none(rows[i].send(hz_i32(1)), &err), HZ_ERR_CLOSED);
		HZT_CHECK(!err.in_doubt);
		HZT_EQ_INT(asked(&b, i), before);
	}
	close_handles();
	bench_close(&b);
}

static const hzt_case cases[] = {
		{"each_keeps_its_deadline", each_keeps_its_deadline},
		{"each_is_sent_twice_only_if_it_may", each_is_sent_twice_only_if_it_may},
		{"a_closed_client_refuses_each", a_closed_client_refuses_each},
};

HZT_MAIN("structure", cases)
