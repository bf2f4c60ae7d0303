// SPDX-License-Identifier: Apache-2.0
//
// Ringbuffer: adding and looking, what it answers and what another client then sees. The members
// give ringbuffers named small* room for ten items, and those named bounded* room for four that
// live for an hour.
#include "tests/cluster/session.h"

#include <inttypes.h>
#include <stdlib.h>

static hz_error err;
static hz_ringbuffer *ring;  // of the case that runs
static hz_ringbuffer *other; // the same one, seen by another client

static void
open_pair(const char *name)
{
	HZT_OK_ERR(hz_ringbuffer_open(session_client(), name, NULL, &ring, &err), &err);
	HZT_OK_ERR(hz_ringbuffer_open(session_other_client(), name, NULL, &other, &err), &err);
}

static void
add(int64_t number, int64_t want)
{
	int64_t sequence = -7;
	HZT_OK_ERR(hz_ringbuffer_add(ring, hz_i64(number), HZ_OVERFLOW_OVERWRITE, &sequence, &err),
			&err);
	HZT_EQ_INT(sequence, want);
}

// A ringbuffer with the numbers from 0 up to below n, which are their sequences, too.
static void
begin(const char *base, int64_t n)
{
	open_pair(session_name(base));
	for (int64_t i = 0; i < n; i++) {
		add(i, i);
	}
}

static void
finish(void)
{
	HZT_OK_ERR(hz_ringbuffer_destroy(&ring, &err), &err);
	HZT_CHECK(ring == NULL);
	hz_ringbuffer_close(&other);
	HZT_CHECK(other == NULL);
}

// The other client sees this head and this tail.
static void
check_ends(int64_t head, int64_t tail)
{
	int64_t got = -7;
	HZT_OK_ERR(hz_ringbuffer_head_sequence(other, &got, &err), &err);
	HZT_EQ_INT(got, head);
	HZT_OK_ERR(hz_ringbuffer_tail_sequence(other, &got, &err), &err);
	HZT_EQ_INT(got, tail);
	HZT_OK_ERR(hz_ringbuffer_size(other, &got, &err), &err);
	HZT_EQ_INT(got, tail - head + 1);
}

static void
check_item(int64_t sequence, int64_t want)
{
	hz_value item = hz_null();
	HZT_OK_ERR(hz_ringbuffer_read_one(other, sequence, &item, &err), &err);
	HZT_CHECK(took_i64(&item, want));
}

static void
a_new_one_is_empty(void)
{
	int64_t n = -7;
	begin("empty", 0);
	check_ends(0, -1);
	HZT_OK_ERR(hz_ringbuffer_capacity(ring, &n, &err), &err);
	HZT_EQ_INT(n, 10000);
	HZT_OK_ERR(hz_ringbuffer_remaining_capacity(ring, &n, &err), &err);
	HZT_EQ_INT(n, 10000);
	finish();
}

static void
add_numbers_the_items(void)
{
	begin("add", 3);
	check_ends(0, 2);
	check_item(1, 1);
	finish();
}

static void
the_newest_replaces_the_oldest(void)
{
	int64_t n = -7;
	begin("small", 25);
	check_ends(15, 24);
	check_item(15, 15);
	HZT_OK_ERR(hz_ringbuffer_capacity(other, &n, &err), &err);
	HZT_EQ_INT(n, 10);
	// Items without a time to live keep no room.
	HZT_OK_ERR(hz_ringbuffer_remaining_capacity(other, &n, &err), &err);
	HZT_EQ_INT(n, 10);
	HZT_OK_ERR(hz_ringbuffer_add(ring, hz_i64(25), HZ_OVERFLOW_FAIL, &n, &err), &err);
	HZT_EQ_INT(n, 25);
	finish();
}

static void
a_full_one_overwrites_or_refuses(void)
{
	const hz_value two[] = {hz_i64(7), hz_i64(8)};
	int64_t n = -7;
	begin("bounded", 3);
	HZT_OK_ERR(hz_ringbuffer_remaining_capacity(other, &n, &err), &err);
	HZT_EQ_INT(n, 1);
	HZT_OK_ERR(hz_ringbuffer_add_all(ring, two, 2, HZ_OVERFLOW_FAIL, &n, &err), &err);
	HZT_EQ_INT(n, -1);
	check_ends(0, 2);
	add(3, 3);
	HZT_OK_ERR(hz_ringbuffer_remaining_capacity(other, &n, &err), &err);
	HZT_EQ_INT(n, 0);
	HZT_OK_ERR(hz_ringbuffer_add(ring, hz_i64(9), HZ_OVERFLOW_FAIL, &n, &err), &err);
	HZT_EQ_INT(n, -1);
	check_ends(0, 3);
	add(4, 4);
	check_ends(1, 4);
	check_item(1, 1);
	HZT_OK_ERR(hz_ringbuffer_add_all(ring, two, 2, HZ_OVERFLOW_OVERWRITE, &n, &err), &err);
	HZT_EQ_INT(n, 6);
	check_ends(3, 6);
	check_item(5, 7);
	check_item(6, 8);
	finish();
}

static void
add_all_keeps_the_order(void)
{
	const hz_value many[] = {hz_i64(5), hz_i64(6), hz_i64(7)};
	int64_t last = -7;
	begin("add-all", 1);
	HZT_OK_ERR(hz_ringbuffer_add_all(ring, many, 3, HZ_OVERFLOW_OVERWRITE, &last, &err), &err);
	HZT_EQ_INT(last, 3);
	for (int64_t i = 1; i <= 3; i++) {
		check_item(i, 4 + i);
	}
	// More than there is room for: the last of them stay.
	finish();
	begin("small", 0);
	hz_value fifteen[15];
	for (int64_t i = 0; i < 15; i++) {
		fifteen[i] = hz_i64(i);
	}
	HZT_OK_ERR(hz_ringbuffer_add_all(ring, fifteen, 15, HZ_OVERFLOW_OVERWRITE, &last, &err),
			&err);
	HZT_EQ_INT(last, 14);
	check_ends(5, 14);
	check_item(5, 5);
	finish();
}

static void
add_all_takes_a_thousand(void)
{
	hz_value *many = calloc(HZ_RINGBUFFER_BATCH_MAX + 1, sizeof(*many));
	int64_t last = -7;
	HZT_CHECK(many != NULL);
	for (int64_t i = 0; i <= HZ_RINGBUFFER_BATCH_MAX; i++) {
		many[i] = hz_i64(i);
	}
	begin("thousand", 0);
	HZT_EQ_INT(hz_ringbuffer_add_all(ring, many, HZ_RINGBUFFER_BATCH_MAX + 1,
				   HZ_OVERFLOW_OVERWRITE, &last, &err),
			HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_ringbuffer_add_all(ring, many, 0, HZ_OVERFLOW_OVERWRITE, &last, &err),
			HZ_ERR_ARGUMENT);
	HZT_EQ_INT(last, -7);
	check_ends(0, -1);
	HZT_OK_ERR(hz_ringbuffer_add_all(ring, many, HZ_RINGBUFFER_BATCH_MAX, HZ_OVERFLOW_OVERWRITE,
				   &last, &err),
			&err);
	HZT_EQ_INT(last, HZ_RINGBUFFER_BATCH_MAX - 1);
	check_ends(0, HZ_RINGBUFFER_BATCH_MAX - 1);
	check_item(HZ_RINGBUFFER_BATCH_MAX - 1, HZ_RINGBUFFER_BATCH_MAX - 1);
	finish();
	free(many);
}

static void
refuses_what_is_not_an_item(void)
{
	const hz_value with_null[] = {hz_i64(1), hz_null()};
	int64_t sequence = -7;
	begin("refuse", 1);
	HZT_EQ_INT(hz_ringbuffer_add(ring, hz_null(), HZ_OVERFLOW_FAIL, &sequence, &err),
			HZ_ERR_ARGUMENT);
	HZT_CHECK(!err.in_doubt);
	HZT_EQ_INT(hz_ringbuffer_add_all(ring, with_null, 2, HZ_OVERFLOW_FAIL, &sequence, &err),
			HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_ringbuffer_add_all(ring, NULL, 2, HZ_OVERFLOW_FAIL, &sequence, &err),
			HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_ringbuffer_add(ring, hz_i64(1), (hz_overflow)2, &sequence, &err),
			HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_ringbuffer_add_all(ring, with_null, 1, (hz_overflow)2, &sequence, &err),
			HZ_ERR_ARGUMENT);
	HZT_EQ_INT(sequence, -7);
	check_ends(0, 0);
	finish();
}

static void
names_are_any_utf8(void)
{
	static const char *const names[] = {"r\xc3\xb6hre", "\xe7\x8e\xaf", "\xf0\x9f\x92\x8d ring",
			" ", "a/b?c=%20", "ring@key"};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		open_pair(names[i]);
		HZT_EQ_STR(hz_ringbuffer_name(ring), names[i]);
		add(3, 0);
		check_item(0, 3);
		finish();
	}
	HZT_EQ_STR(hz_ringbuffer_name(NULL), "");
}

static void
refuses_what_is_no_name(void)
{
	hz_ringbuffer *none = NULL;
	hz_client *client = session_client();
	HZT_EQ_INT(hz_ringbuffer_open(client, "", NULL, &none, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_ringbuffer_open(client, NULL, NULL, &none, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_ringbuffer_open(client, "x", NULL, NULL, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_ringbuffer_open(NULL, "x", NULL, &none, &err), HZ_ERR_ARGUMENT);
	HZT_CHECK(none == NULL);
}

static void
a_destroyed_one_begins_anew(void)
{
	begin("destroy", 5);
	HZT_OK_ERR(hz_await_none(hz_ringbuffer_destroy_async(ring), &err), &err);
	check_ends(0, -1);
	add(9, 0);
	check_item(0, 9);
	finish();
}

static void
futures_answer_the_same(void)
{
	const hz_value more[] = {hz_i64(2), hz_i64(3)};
	int64_t n[7];
	begin("async", 1);
	HZT_OK_ERR(hz_await_i64(hz_ringbuffer_add_async(ring, hz_i64(1), HZ_OVERFLOW_FAIL), &n[0],
				   &err),
			&err);
	hz_future futures[] = {
			hz_ringbuffer_add_all_async(ring, more, 2, HZ_OVERFLOW_FAIL),
			hz_ringbuffer_capacity_async(ring),
			hz_ringbuffer_size_async(ring),
			hz_ringbuffer_head_sequence_async(ring),
			hz_ringbuffer_tail_sequence_async(ring),
			hz_ringbuffer_remaining_capacity_async(ring),
	};
	static const int64_t want[] = {3, 10000, 4, 0, 3, 10000};
	for (size_t i = 0; i < sizeof(futures) / sizeof(futures[0]); i++) {
		HZT_OK_ERR(hz_await_i64(futures[i], &n[i + 1], &err), &err);
		HZT_EQ_INT(n[i + 1], want[i]);
	}
	HZT_EQ_INT(n[0], 1);
	finish();
}

static void
a_deadline_of_the_handle_holds(void)
{
	begin("deadline", 0);
	HZT_OK(hz_ringbuffer_call(ring, &(hz_call){.timeout_ms = 30000}));
	add(0, 0);
	HZT_EQ_INT(hz_ringbuffer_call(ring, &(hz_call){.timeout_ms = -7}), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_ringbuffer_call(NULL, NULL), HZ_ERR_ARGUMENT);
	finish();
}

static const hzt_case cases[] = {
		{"a_new_one_is_empty", a_new_one_is_empty},
		{"add_numbers_the_items", add_numbers_the_items},
		{"the_newest_replaces_the_oldest", the_newest_replaces_the_oldest},
		{"a_full_one_overwrites_or_refuses", a_full_one_overwrites_or_refuses},
		{"add_all_keeps_the_order", add_all_keeps_the_order},
		{"add_all_takes_a_thousand", add_all_takes_a_thousand},
		{"refuses_what_is_not_an_item", refuses_what_is_not_an_item},
		{"names_are_any_utf8", names_are_any_utf8},
		{"refuses_what_is_no_name", refuses_what_is_no_name},
		{"a_destroyed_one_begins_anew", a_destroyed_one_begins_anew},
		{"futures_answer_the_same", futures_answer_the_same},
		{"a_deadline_of_the_handle_holds", a_deadline_of_the_handle_holds},
};

HZT_MAIN("ringbuffer_item", cases)
