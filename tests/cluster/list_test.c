// SPDX-License-Identifier: Apache-2.0
//
// List: every operation, what it answers and what another client then sees.
#include "tests/cluster/session.h"

#include <string.h>

static hz_error err;
static hz_list *list;  // of the case that runs
static hz_list *other; // the same one, seen by another client

static void
open_pair(const char *name)
{
	HZT_OK_ERR(hz_list_open(session_client(), name, NULL, &list, &err), &err);
	HZT_OK_ERR(hz_list_open(session_other_client(), name, NULL, &other, &err), &err);
}

// A list with the digits of a text.
static void
begin(const char *base, const char *digits)
{
	bool done = false;
	open_pair(session_name(base));
	for (; *digits != '\0'; digits++) {
		HZT_OK_ERR(hz_list_add(list, hz_i64(*digits - '0'), &done, &err), &err);
		HZT_CHECK(done);
	}
}

static void
finish(void)
{
	HZT_OK_ERR(hz_list_destroy(&list, &err), &err);
	HZT_CHECK(list == NULL);
	hz_list_close(&other);
	HZT_CHECK(other == NULL);
}

// The items are these digits, in this order; ends them.
static void
check_items(hz_items **items, const char *digits)
{
	hz_value item;
	char got[32] = "";
	size_t n = 0;
	while (hz_items_next(*items, NULL, &item)) {
		int64_t digit = -1;
		HZT_OK(hz_value_get_i64(&item, &digit));
		HZT_CHECK(digit >= 0 && digit <= 9 && n < sizeof(got) - 1);
		got[n++] = (char)('0' + digit);
	}
	HZT_EQ_STR(got, digits);
	hz_items_destroy(items);
}

// The other client sees these digits, in this order.
static void
check_seen(const char *digits)
{
	hz_items *items = NULL;
	HZT_OK_ERR(hz_list_items(other, &items, &err), &err);
	check_items(&items, digits);
}

static void
adds_at_the_end(void)
{
	const hz_value more[] = {hz_i64(7), hz_i64(7), hz_i64(8)};
	bool changed = false;
	begin("add", "012");
	HZT_OK_ERR(hz_list_add_all(list, more, 3, &changed, &err), &err);
	HZT_CHECK(changed);
	check_seen("012778");
	finish();
}

static void
inserts(void)
{
	const hz_value more[] = {hz_i64(8), hz_i64(9)};
	bool changed = false;
	begin("insert", "012");
	HZT_OK_ERR(hz_list_insert(list, 1, hz_i64(5), &err), &err);
	check_seen("0512");
	HZT_OK_ERR(hz_list_insert(list, 4, hz_i64(6), &err), &err);
	check_seen("05126");
	HZT_OK_ERR(hz_list_insert_all(list, 0, more, 2, &changed, &err), &err);
	HZT_CHECK(changed);
	check_seen("8905126");
	HZT_OK_ERR(hz_list_insert_all(list, 7, more, 2, &changed, &err), &err);
	check_seen("890512689");
	finish();
}

static void
gets_and_sets_by_index(void)
{
	hz_value item = hz_null();
	begin("set", "345");
	HZT_OK_ERR(hz_list_get(other, 2, &item, &err), &err);
	HZT_CHECK(took_i64(&item, 5));
	HZT_OK_ERR(hz_list_set(list, 2, hz_i64(9), &item, &err), &err);
	HZT_CHECK(took_i64(&item, 5));
	HZT_OK_ERR(hz_list_get(other, 2, &item, &err), &err);
	HZT_CHECK(took_i64(&item, 9));
	check_seen("349");
	finish();
}

static void
removes(void)
{
	hz_value item = hz_null();
	bool done = false;
	begin("remove", "01213");
	HZT_OK_ERR(hz_list_remove(list, hz_i64(1), &done, &err), &err);
	HZT_CHECK(done);
	check_seen("0213");
	HZT_OK_ERR(hz_list_remove(list, hz_i64(9), &done, &err), &err);
	HZT_CHECK(!done);
	HZT_OK_ERR(hz_list_remove_at(list, 0, &item, &err), &err);
	HZT_CHECK(took_i64(&item, 0));
	check_seen("213");
	finish();
}

static void
removes_and_retains_many(void)
{
	const hz_value some[] = {hz_i64(1), hz_i64(3), hz_i64(9)};
	const hz_value kept[] = {hz_i64(0), hz_i64(4)};
	bool changed = false;
	begin("remove_all", "0123414");
	HZT_OK_ERR(hz_list_remove_all(list, some, 3, &changed, &err), &err);
	HZT_CHECK(changed);
	check_seen("0244");
	HZT_OK_ERR(hz_list_remove_all(list, some, 3, &changed, &err), &err);
	HZT_CHECK(!changed);
	HZT_OK_ERR(hz_list_retain_all(list, kept, 2, &changed, &err), &err);
	HZT_CHECK(changed);
	check_seen("044");
	HZT_OK_ERR(hz_list_retain_all(list, kept, 2, &changed, &err), &err);
	HZT_CHECK(!changed);
	finish();
}

static void
clears(void)
{
	bool empty = true;
	begin("clear", "11");
	HZT_OK_ERR(hz_list_is_empty(other, &empty, &err), &err);
	HZT_CHECK(!empty);
	HZT_OK_ERR(hz_list_clear(list, &err), &err);
	HZT_OK_ERR(hz_list_is_empty(other, &empty, &err), &err);
	HZT_CHECK(empty);
	check_seen("");
	finish();
}

static void
gives_parts(void)
{
	hz_items *items = NULL;
	begin("parts", "01234");
	HZT_OK_ERR(hz_list_items_from(other, 3, &items, &err), &err);
	check_items(&items, "34");
	HZT_OK_ERR(hz_list_items_from(other, 5, &items, &err), &err);
	check_items(&items, "");
	HZT_OK_ERR(hz_list_sub(other, 1, 3, &items, &err), &err);
	check_items(&items, "12");
	HZT_OK_ERR(hz_list_sub(other, 2, 2, &items, &err), &err);
	check_items(&items, "");
	finish();
}

static void
finds(void)
{
	const hz_value in[] = {hz_i64(2), hz_i64(1)};
	const hz_value out[] = {hz_i64(2), hz_i64(5)};
	int32_t at = -7;
	bool found = false;
	begin("find", "1213");
	HZT_OK_ERR(hz_list_index_of(other, hz_i64(1), &at, &err), &err);
	HZT_EQ_INT(at, 0);
	HZT_OK_ERR(hz_list_last_index_of(other, hz_i64(1), &at, &err), &err);
	HZT_EQ_INT(at, 2);
	HZT_OK_ERR(hz_list_index_of(other, hz_i64(9), &at, &err), &err);
	HZT_EQ_INT(at, -1);
	HZT_OK_ERR(hz_list_last_index_of(other, hz_i64(9), &at, &err), &err);
	HZT_EQ_INT(at, -1);
	HZT_OK_ERR(hz_list_contains(other, hz_i64(3), &found, &err), &err);
	HZT_CHECK(found);
	HZT_OK_ERR(hz_list_contains(other, hz_i64(4), &found, &err), &err);
	HZT_CHECK(!found);
	HZT_OK_ERR(hz_list_contains_all(other, in, 2, &found, &err), &err);
	HZT_CHECK(found);
	HZT_OK_ERR(hz_list_contains_all(other, out, 2, &found, &err), &err);
	HZT_CHECK(!found);
	HZT_OK_ERR(hz_list_size(other, &at, &err), &err);
	HZT_EQ_INT(at, 4);
	finish();
}

static void
check_range(hz_err e)
{
	HZT_EQ_INT(e, HZ_ERR_RANGE);
	HZT_EQ_INT(err.code, HZ_ERR_RANGE);
	HZT_CHECK(err.server_code != 0 && strstr(err.where, "IndexOutOfBounds") != NULL);
	HZT_CHECK(!err.in_doubt && !err.retryable);
}

static void
an_index_outside_is_an_error(void)
{
	const hz_value one = hz_i64(9);
	hz_value item = hz_null();
	hz_items *items = NULL;
	bool done = false;
	begin("range", "012");
	check_range(hz_list_get(list, 3, &item, &err));
	check_range(hz_list_get(list, -1, &item, &err));
	check_range(hz_list_set(list, 3, one, &item, &err));
	check_range(hz_list_insert(list, 4, one, &err));
	check_range(hz_list_insert_all(list, 4, &one, 1, &done, &err));
	check_range(hz_list_remove_at(list, 3, &item, &err));
	check_range(hz_list_sub(list, 2, 4, &items, &err));
	check_range(hz_list_sub(list, -1, 2, &items, &err));
	HZT_EQ_INT(hz_list_insert(list, -1, one, &err), HZ_ERR_RANGE);
	HZT_EQ_INT(hz_list_insert_all(list, -1, &one, 1, &done, &err), HZ_ERR_RANGE);
	HZT_EQ_INT(hz_list_items_from(list, 4, &items, &err), HZ_ERR_ARGUMENT);
	HZT_CHECK(err.server_code != 0);
	HZT_EQ_INT(hz_list_sub(list, 2, 1, &items, &err), HZ_ERR_ARGUMENT);
	HZT_CHECK(err.server_code != 0);
	HZT_CHECK(took_null(&item) && items == NULL);
	check_seen("012");
	finish();
}

// The members give lists named bounded* room for four items.
static void
a_full_list_says_no(void)
{
	const hz_value more[] = {hz_i64(8), hz_i64(9)};
	bool done = true;
	begin("bounded", "012");
	HZT_OK_ERR(hz_list_add_all(list, more, 2, &done, &err), &err);
	HZT_CHECK(!done);
	HZT_OK_ERR(hz_list_add(list, hz_i64(3), &done, &err), &err);
	HZT_CHECK(done);
	HZT_OK_ERR(hz_list_add(list, hz_i64(4), &done, &err), &err);
	HZT_CHECK(!done);
	check_seen("0123");
	finish();
}

static void
refuses_what_is_not_an_item(void)
{
	const hz_value with_null[] = {hz_i64(1), hz_null()};
	hz_value old = hz_null();
	bool done = true;
	begin("refuse", "0");
	HZT_EQ_INT(hz_list_add(list, hz_null(), &done, &err), HZ_ERR_ARGUMENT);
	HZT_CHECK(!err.in_doubt);
	HZT_EQ_INT(hz_list_add_all(list, with_null, 2, &done, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_list_add_all(list, NULL, 2, &done, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_list_insert(list, 0, hz_null(), &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_list_insert_all(list, 0, with_null, 2, &done, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_list_set(list, 0, hz_null(), &old, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_list_get(NULL, 0, &old, &err), HZ_ERR_ARGUMENT);
	check_seen("0");
	finish();
}

static void
names_are_any_utf8(void)
{
	static const char *const names[] = {"l\xc3\xa4nge li\xc3\x9fte", "\xe5\x88\x97\xe8\xa1\xa8",
			"\xf0\x9f\x93\x9d notes", " ", "a/b?c=%20"};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		bool done = false;
		open_pair(names[i]);
		HZT_EQ_STR(hz_list_name(list), names[i]);
		HZT_OK_ERR(hz_list_add(list, hz_i64(3), &done, &err), &err);
		check_seen("3");
		finish();
	}
}

static void
a_destroyed_list_begins_anew(void)
{
	bool done = false;
	begin("destroy", "01");
	HZT_OK_ERR(hz_await_none(hz_list_destroy_async(list), &err), &err);
	check_seen("");
	HZT_OK_ERR(hz_list_add(list, hz_i64(4), &done, &err), &err);
	check_seen("4");
	finish();
}

static void
asynchronous_forms_answer_the_same(void)
{
	hz_value item = hz_null();
	hz_items *items = NULL;
	begin("async", "12");
	HZT_OK_ERR(hz_await_none(hz_list_insert_async(list, 0, hz_i64(0)), &err), &err);
	hz_future got = hz_list_get_async(list, 2), sub = hz_list_sub_async(list, 0, 2);
	HZT_OK_ERR(hz_await_value(got, &item, &err), &err);
	HZT_CHECK(took_i64(&item, 2));
	HZT_OK_ERR(hz_await_items(sub, &items, &err), &err);
	check_items(&items, "01");
	finish();
}

static void
refuses_a_deadline_that_cannot_be(void)
{
	begin("deadline", "01");
	HZT_EQ_INT(hz_list_call(list, &(hz_call){.timeout_ms = -7}), HZ_ERR_ARGUMENT);
	HZT_OK_ERR(hz_list_call(list, &(hz_call){.timeout_ms = 30000}), &err);
	check_seen("01");
	finish();
}

static const hzt_case cases[] = {
		{"adds_at_the_end", adds_at_the_end},
		{"inserts", inserts},
		{"gets_and_sets_by_index", gets_and_sets_by_index},
		{"removes", removes},
		{"removes_and_retains_many", removes_and_retains_many},
		{"clears", clears},
		{"gives_parts", gives_parts},
		{"finds", finds},
		{"an_index_outside_is_an_error", an_index_outside_is_an_error},
		{"a_full_list_says_no", a_full_list_says_no},
		{"refuses_what_is_not_an_item", refuses_what_is_not_an_item},
		{"names_are_any_utf8", names_are_any_utf8},
		{"a_destroyed_list_begins_anew", a_destroyed_list_begins_anew},
		{"asynchronous_forms_answer_the_same", asynchronous_forms_answer_the_same},
		{"refuses_a_deadline_that_cannot_be", refuses_a_deadline_that_cannot_be},
};

HZT_MAIN("list", cases)
