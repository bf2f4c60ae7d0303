// SPDX-License-Identifier: Apache-2.0
//
// Operations on a queue that do not wait.
#include "tests/cluster/session.h"

static hz_error err;

static hz_queue *
queue_of(const char *base, int n)
{
	hz_queue *queue = session_queue(base);
	for (int i = 0; i < n; i++) {
		HZT_OK_ERR(hz_queue_add(queue, hz_i64(i), &err), &err);
	}
	return queue;
}

static int32_t
size_of(hz_queue *queue)
{
	int32_t n = -1;
	HZT_OK_ERR(hz_queue_size(queue, &n, &err), &err);
	return n;
}

// The items are the numbers from `from` up to `to`, in this order; ends them.
static void
check_items(hz_items **items, int64_t from, int64_t to)
{
	hz_value item;
	HZT_EQ_INT(hz_items_count(*items), to - from);
	while (hz_items_next(*items, NULL, &item)) {
		int64_t n = -1;
		HZT_OK(hz_value_get_i64(&item, &n));
		HZT_EQ_INT(n, from++);
	}
	HZT_EQ_INT(from, to);
	hz_items_destroy(items);
}

static void
opens_by_name(void)
{
	hz_queue *queue = session_queue("open");
	hz_queue *same = NULL;
	hz_value item;
	HZT_OK_ERR(hz_queue_open(session_client(), hz_queue_name(queue), NULL, &same, &err), &err);
	HZT_OK_ERR(hz_queue_add(queue, hz_i64(1), &err), &err);
	HZT_OK_ERR(hz_queue_poll(same, 0, &item, &err), &err);
	HZT_CHECK(took_i64(&item, 1));
	HZT_EQ_INT(hz_queue_open(session_client(), "", NULL, &same, &err), HZ_ERR_ARGUMENT);
	hz_queue_close(&same);
	HZT_CHECK(same == NULL);
	HZT_OK_ERR(hz_queue_destroy(&queue, &err), &err);
	HZT_CHECK(queue == NULL);
}

static void
names_with_a_partition_key_stay_together(void)
{
	hz_queue *queue = session_queue("one@same-partition");
	hz_value item;
	HZT_OK_ERR(hz_queue_add(queue, hz_i64(1), &err), &err);
	HZT_OK_ERR(hz_queue_peek(queue, &item, &err), &err);
	HZT_CHECK(took_i64(&item, 1));
	HZT_EQ_INT(size_of(queue), 1);
	HZT_OK_ERR(hz_queue_destroy(&queue, &err), &err);
}

static void
keeps_the_order(void)
{
	hz_queue *queue = queue_of("order", 5);
	hz_value item;
	bool done = false;
	HZT_OK_ERR(hz_queue_offer(queue, hz_i64(5), 0, &done, &err), &err);
	HZT_CHECK(done);
	HZT_OK_ERR(hz_queue_put(queue, hz_i64(6), &err), &err);
	HZT_EQ_INT(size_of(queue), 7);
	HZT_OK_ERR(hz_queue_poll(queue, 0, &item, &err), &err);
	HZT_CHECK(took_i64(&item, 0));
	HZT_OK_ERR(hz_queue_poll(queue, 1000, &item, &err), &err);
	HZT_CHECK(took_i64(&item, 1));
	HZT_OK_ERR(hz_queue_poll(queue, HZ_FOREVER, &item, &err), &err);
	HZT_CHECK(took_i64(&item, 2));
	HZT_OK_ERR(hz_queue_take(queue, &item, &err), &err);
	HZT_CHECK(took_i64(&item, 3));
	HZT_EQ_INT(size_of(queue), 3);
	HZT_OK_ERR(hz_queue_destroy(&queue, &err), &err);
}

static void
an_empty_queue_says_so(void)
{
	hz_queue *queue = session_queue("empty");
	hz_value item = hz_i64(1);
	bool empty = false;
	HZT_OK_ERR(hz_queue_poll(queue, 0, &item, &err), &err);
	HZT_CHECK(took_null(&item));
	HZT_OK_ERR(hz_queue_peek(queue, &item, &err), &err);
	HZT_CHECK(took_null(&item));
	HZT_EQ_INT(hz_queue_element(queue, &item, &err), HZ_ERR_NOT_FOUND);
	HZT_EQ_INT(err.code, HZ_ERR_NOT_FOUND);
	HZT_CHECK(!err.in_doubt && took_null(&item));
	HZT_OK_ERR(hz_queue_is_empty(queue, &empty, &err), &err);
	HZT_CHECK(empty);
	HZT_OK_ERR(hz_queue_add(queue, hz_i64(3), &err), &err);
	HZT_OK_ERR(hz_queue_is_empty(queue, &empty, &err), &err);
	HZT_CHECK(!empty);
	HZT_OK_ERR(hz_queue_element(queue, &item, &err), &err);
	HZT_CHECK(took_i64(&item, 3));
	HZT_OK_ERR(hz_queue_peek(queue, &item, &err), &err);
	HZT_CHECK(took_i64(&item, 3));
	HZT_OK_ERR(hz_queue_destroy(&queue, &err), &err);
}

// The members give queues named bounded* room for four items.
static void
a_full_queue_says_so(void)
{
	hz_queue *queue = queue_of("bounded", 3);
	bool done = true;
	int32_t room = -1;
	hz_value two[] = {hz_i64(7), hz_i64(8)};
	HZT_OK_ERR(hz_queue_remaining_capacity(queue, &room, &err), &err);
	HZT_EQ_INT(room, 1);
	HZT_EQ_INT(hz_queue_add_all(queue, two, 2, &err), HZ_ERR_STATE);
	HZT_EQ_INT(err.code, HZ_ERR_STATE);
	HZT_EQ_INT(size_of(queue), 3);
	HZT_OK_ERR(hz_queue_add_all(queue, two, 1, &err), &err);
	HZT_EQ_INT(hz_queue_add(queue, hz_i64(9), &err), HZ_ERR_STATE);
	HZT_EQ_INT(err.code, HZ_ERR_STATE);
	HZT_CHECK(!err.in_doubt);
	HZT_OK_ERR(hz_queue_offer(queue, hz_i64(9), 0, &done, &err), &err);
	HZT_CHECK(!done);
	HZT_OK_ERR(hz_queue_offer(queue, hz_i64(9), 50, &done, &err), &err);
	HZT_CHECK(!done);
	HZT_EQ_INT(size_of(queue), 4);
	HZT_OK_ERR(hz_queue_destroy(&queue, &err), &err);
}

static void
an_unbounded_queue_has_room(void)
{
	hz_queue *queue = queue_of("unbounded", 1);
	int32_t room = -1;
	HZT_OK_ERR(hz_queue_remaining_capacity(queue, &room, &err), &err);
	HZT_CHECK(room >= INT32_MAX - 1);
	HZT_OK_ERR(hz_queue_destroy(&queue, &err), &err);
}

static void
adds_and_gives_many(void)
{
	hz_queue *queue = session_queue("many");
	static hz_value many[1000];
	hz_items *items = NULL;
	for (int i = 0; i < 1000; i++) {
		many[i] = hz_i64(i);
	}
	HZT_OK_ERR(hz_queue_add_all(queue, many, 1000, &err), &err);
	HZT_OK_ERR(hz_queue_items(queue, &items, &err), &err);
	check_items(&items, 0, 1000);
	HZT_OK_ERR(hz_queue_drain(queue, 100, &items, &err), &err);
	check_items(&items, 0, 100);
	HZT_EQ_INT(size_of(queue), 900);
	HZT_OK_ERR(hz_queue_drain(queue, 0, &items, &err), &err);
	check_items(&items, 100, 1000);
	HZT_OK_ERR(hz_queue_drain(queue, 10, &items, &err), &err);
	check_items(&items, 0, 0);
	HZT_OK_ERR(hz_queue_destroy(&queue, &err), &err);
}

static void
finds_and_removes(void)
{
	hz_queue *queue = queue_of("find", 10);
	hz_value some[] = {hz_i64(2), hz_i64(3), hz_i64(77)};
	bool is = false;
	HZT_OK_ERR(hz_queue_contains(queue, hz_i64(4), &is, &err), &err);
	HZT_CHECK(is);
	HZT_OK_ERR(hz_queue_contains(queue, hz_i32(4), &is, &err), &err);
	HZT_CHECK(!is);
	HZT_OK_ERR(hz_queue_contains_all(queue, some, 2, &is, &err), &err);
	HZT_CHECK(is);
	HZT_OK_ERR(hz_queue_contains_all(queue, some, 3, &is, &err), &err);
	HZT_CHECK(!is);
	HZT_OK_ERR(hz_queue_contains_all(queue, NULL, 0, &is, &err), &err);
	HZT_CHECK(is);
	HZT_OK_ERR(hz_queue_remove(queue, hz_i64(9), &is, &err), &err);
	HZT_CHECK(is);
	HZT_OK_ERR(hz_queue_remove(queue, hz_i64(9), &is, &err), &err);
	HZT_CHECK(!is);
	HZT_OK_ERR(hz_queue_remove_all(queue, some, 3, &is, &err), &err);
	HZT_CHECK(is);
	HZT_EQ_INT(size_of(queue), 7);
	HZT_OK_ERR(hz_queue_remove_all(queue, some, 3, &is, &err), &err);
	HZT_CHECK(!is);
	hz_value keep[] = {hz_i64(4), hz_i64(5)};
	HZT_OK_ERR(hz_queue_retain_all(queue, keep, 2, &is, &err), &err);
	HZT_CHECK(is);
	HZT_EQ_INT(size_of(queue), 2);
	HZT_OK_ERR(hz_queue_retain_all(queue, keep, 2, &is, &err), &err);
	HZT_CHECK(!is);
	HZT_OK_ERR(hz_queue_clear(queue, &err), &err);
	HZT_EQ_INT(size_of(queue), 0);
	HZT_OK_ERR(hz_queue_destroy(&queue, &err), &err);
}

static void
refuses_what_cannot_be_sent(void)
{
	hz_queue *queue = session_queue("refuses");
	hz_value bad[] = {hz_i64(1), hz_null()};
	hz_items *items = NULL;
	HZT_EQ_INT(hz_queue_add(queue, hz_null(), &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_queue_put(queue, hz_null(), &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_queue_offer(queue, hz_null(), 0, NULL, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_queue_offer(queue, hz_i64(1), -2, NULL, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_queue_poll(queue, -2, NULL, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_queue_add_all(queue, bad, 2, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_queue_add_all(queue, NULL, 1, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_queue_drain(queue, -1, &items, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_queue_contains(queue, hz_null(), NULL, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(size_of(queue), 0);
	HZT_CHECK(items == NULL);
	hz_queue_close(&queue);
}

static const hzt_case cases[] = {
		{"opens_by_name", opens_by_name},
		{"names_with_a_partition_key_stay_together",
				names_with_a_partition_key_stay_together},
		{"keeps_the_order", keeps_the_order},
		{"an_empty_queue_says_so", an_empty_queue_says_so},
		{"a_full_queue_says_so", a_full_queue_says_so},
		{"an_unbounded_queue_has_room", an_unbounded_queue_has_room},
		{"adds_and_gives_many", adds_and_gives_many},
		{"finds_and_removes", finds_and_removes},
		{"refuses_what_cannot_be_sent", refuses_what_cannot_be_sent},
};

HZT_MAIN("queue_item", cases)
