// SPDX-License-Identifier: Apache-2.0
//
// Set: every operation, what it answers and what another client then sees.
#include "tests/cluster/session.h"

static hz_error err;
static hz_set *set;   // of the case that runs
static hz_set *other; // the same one, seen by another client

static void
open_pair(const char *name)
{
	HZT_OK_ERR(hz_set_open(session_client(), name, NULL, &set, &err), &err);
	HZT_OK_ERR(hz_set_open(session_other_client(), name, NULL, &other, &err), &err);
}

// A set with the numbers below n.
static void
begin(const char *base, int n)
{
	bool done = false;
	open_pair(session_name(base));
	for (int i = 0; i < n; i++) {
		HZT_OK_ERR(hz_set_add(set, hz_i64(i), &done, &err), &err);
		HZT_CHECK(done);
	}
}

static void
finish(void)
{
	HZT_OK_ERR(hz_set_destroy(&set, &err), &err);
	HZT_CHECK(set == NULL);
	hz_set_close(&other);
	HZT_CHECK(other == NULL);
}

// The other client sees exactly the numbers whose bits are set.
static void
check_seen(unsigned bits)
{
	hz_items *items = NULL;
	hz_value item;
	unsigned seen = 0;
	HZT_OK_ERR(hz_set_items(other, &items, &err), &err);
	while (hz_items_next(items, NULL, &item)) {
		int64_t n = -1;
		HZT_OK(hz_value_get_i64(&item, &n));
		HZT_CHECK(n >= 0 && n < 32 && (seen & 1U << n) == 0);
		seen |= 1U << n;
	}
	HZT_EQ_INT(seen, bits);
	hz_items_destroy(&items);
}

static void
adds_each_item_once(void)
{
	bool done = true;
	begin("add", 3);
	HZT_OK_ERR(hz_set_add(set, hz_i64(1), &done, &err), &err);
	HZT_CHECK(!done);
	HZT_OK_ERR(hz_set_add(set, hz_i64(7), &done, &err), &err);
	HZT_CHECK(done);
	check_seen(0x87);
	finish();
}

static void
kinds_tell_items_apart(void)
{
	bool done = false;
	int32_t n = -1;
	begin("kinds", 0);
	HZT_OK_ERR(hz_set_add(set, hz_i32(42), &done, &err), &err);
	HZT_CHECK(done);
	HZT_OK_ERR(hz_set_add(set, hz_i64(42), &done, &err), &err);
	HZT_CHECK(done);
	HZT_OK_ERR(hz_set_size(other, &n, &err), &err);
	HZT_EQ_INT(n, 2);
	finish();
}

static void
adds_many(void)
{
	const hz_value items[] = {hz_i64(1), hz_i64(5), hz_i64(5)};
	bool changed = false;
	begin("add_all", 3);
	HZT_OK_ERR(hz_set_add_all(set, items, 3, &changed, &err), &err);
	HZT_CHECK(changed);
	HZT_OK_ERR(hz_set_add_all(set, items, 3, &changed, &err), &err);
	HZT_CHECK(!changed);
	check_seen(0x27);
	finish();
}

static void
removes(void)
{
	bool done = false;
	begin("remove", 4);
	HZT_OK_ERR(hz_set_remove(set, hz_i64(2), &done, &err), &err);
	HZT_CHECK(done);
	HZT_OK_ERR(hz_set_remove(set, hz_i64(2), &done, &err), &err);
	HZT_CHECK(!done);
	check_seen(0xb);
	finish();
}

static void
removes_and_retains_many(void)
{
	const hz_value some[] = {hz_i64(1), hz_i64(3), hz_i64(9)};
	bool changed = false;
	begin("remove_all", 6);
	HZT_OK_ERR(hz_set_remove_all(set, some, 3, &changed, &err), &err);
	HZT_CHECK(changed);
	check_seen(0x35);
	HZT_OK_ERR(hz_set_remove_all(set, some, 3, &changed, &err), &err);
	HZT_CHECK(!changed);
	const hz_value kept[] = {hz_i64(0), hz_i64(4)};
	HZT_OK_ERR(hz_set_retain_all(set, kept, 2, &changed, &err), &err);
	HZT_CHECK(changed);
	check_seen(0x11);
	HZT_OK_ERR(hz_set_retain_all(set, kept, 2, &changed, &err), &err);
	HZT_CHECK(!changed);
	finish();
}

static void
clears(void)
{
	bool empty = false;
	begin("clear", 5);
	HZT_OK_ERR(hz_set_is_empty(other, &empty, &err), &err);
	HZT_CHECK(!empty);
	HZT_OK_ERR(hz_set_clear(set, &err), &err);
	HZT_OK_ERR(hz_set_is_empty(other, &empty, &err), &err);
	HZT_CHECK(empty);
	check_seen(0);
	finish();
}

static void
looks(void)
{
	const hz_value in[] = {hz_i64(0), hz_i64(2)};
	const hz_value out[] = {hz_i64(0), hz_i64(3)};
	bool found = false;
	int32_t n = -1;
	begin("look", 3);
	HZT_OK_ERR(hz_set_contains(other, hz_i64(2), &found, &err), &err);
	HZT_CHECK(found);
	HZT_OK_ERR(hz_set_contains(other, hz_i64(3), &found, &err), &err);
	HZT_CHECK(!found);
	HZT_OK_ERR(hz_set_contains_all(other, in, 2, &found, &err), &err);
	HZT_CHECK(found);
	HZT_OK_ERR(hz_set_contains_all(other, out, 2, &found, &err), &err);
	HZT_CHECK(!found);
	HZT_OK_ERR(hz_set_contains_all(other, NULL, 0, &found, &err), &err);
	HZT_CHECK(found);
	HZT_OK_ERR(hz_set_size(other, &n, &err), &err);
	HZT_EQ_INT(n, 3);
	finish();
}

// The members give sets named bounded* room for four items.
static void
a_full_set_says_no(void)
{
	const hz_value more[] = {hz_i64(8), hz_i64(9)};
	bool done = true;
	begin("bounded", 4);
	HZT_OK_ERR(hz_set_add(set, hz_i64(4), &done, &err), &err);
	HZT_CHECK(!done);
	HZT_OK_ERR(hz_set_add_all(set, more, 2, &done, &err), &err);
	HZT_CHECK(!done);
	check_seen(0xf);
	finish();
}

static void
refuses_what_is_not_an_item(void)
{
	const hz_value with_null[] = {hz_i64(1), hz_null()};
	bool done = true;
	begin("refuse", 1);
	HZT_EQ_INT(hz_set_add(set, hz_null(), &done, &err), HZ_ERR_ARGUMENT);
	HZT_CHECK(!err.in_doubt);
	HZT_EQ_INT(hz_set_add_all(set, with_null, 2, &done, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_set_add_all(set, NULL, 2, &done, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_set_remove(set, hz_null(), &done, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_set_contains(NULL, hz_i64(1), &done, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_set_open(session_client(), "", NULL, &set, &err), HZ_ERR_ARGUMENT);
	check_seen(1);
	finish();
}

static void
names_are_any_utf8(void)
{
	static const char *const names[] = {"s\xc3\xa4tze", "\xe9\x9b\x86\xe5\x90\x88",
			"\xf0\x9f\xa7\xba basket", " ", "a/b?c=%20"};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		bool done = false;
		open_pair(names[i]);
		HZT_EQ_STR(hz_set_name(set), names[i]);
		HZT_OK_ERR(hz_set_add(set, hz_i64(3), &done, &err), &err);
		HZT_CHECK(done);
		check_seen(8);
		finish();
	}
}

static void
a_destroyed_set_begins_anew(void)
{
	bool done = false;
	begin("destroy", 3);
	hz_future future = hz_set_destroy_async(set);
	HZT_OK_ERR(hz_await_none(future, &err), &err);
	check_seen(0);
	HZT_OK_ERR(hz_set_add(set, hz_i64(1), &done, &err), &err);
	HZT_CHECK(done);
	check_seen(2);
	finish();
}

static void
asynchronous_forms_answer_the_same(void)
{
	bool done = false;
	int32_t n = -1;
	hz_items *items = NULL;
	begin("async", 2);
	hz_future added = hz_set_add_async(set, hz_i64(2));
	HZT_OK_ERR(hz_await_bool(added, &done, &err), &err);
	HZT_CHECK(done);
	hz_future size = hz_set_size_async(set), all = hz_set_items_async(set);
	HZT_OK_ERR(hz_await_i32(size, &n, &err), &err);
	HZT_EQ_INT(n, 3);
	HZT_OK_ERR(hz_await_items(all, &items, &err), &err);
	HZT_EQ_INT(hz_items_count(items), 3);
	hz_items_destroy(&items);
	finish();
}

static void
refuses_a_deadline_that_cannot_be(void)
{
	begin("deadline", 2);
	HZT_EQ_INT(hz_set_call(set, &(hz_call){.timeout_ms = -7}), HZ_ERR_ARGUMENT);
	HZT_OK_ERR(hz_set_call(set, &(hz_call){.timeout_ms = 30000}), &err);
	check_seen(3);
	finish();
}

static const hzt_case cases[] = {
		{"adds_each_item_once", adds_each_item_once},
		{"kinds_tell_items_apart", kinds_tell_items_apart},
		{"adds_many", adds_many},
		{"removes", removes},
		{"removes_and_retains_many", removes_and_retains_many},
		{"clears", clears},
		{"looks", looks},
		{"a_full_set_says_no", a_full_set_says_no},
		{"refuses_what_is_not_an_item", refuses_what_is_not_an_item},
		{"names_are_any_utf8", names_are_any_utf8},
		{"a_destroyed_set_begins_anew", a_destroyed_set_begins_anew},
		{"asynchronous_forms_answer_the_same", asynchronous_forms_answer_the_same},
		{"refuses_a_deadline_that_cannot_be", refuses_a_deadline_that_cannot_be},
};

HZT_MAIN("set", cases)
