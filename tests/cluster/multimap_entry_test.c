// SPDX-License-Identifier: Apache-2.0
//
// MultiMap: every operation on keys and their values, what it answers and what another client then
// sees.
#include "tests/cluster/session.h"

#include <string.h>

static hz_error err;
static hz_multimap *mm;    // of the case that runs
static hz_multimap *other; // the same one, seen by another client

#define A hz_str("a")
#define B hz_str("b")

static void
open_pair(const char *name)
{
	HZT_OK_ERR(hz_multimap_open(session_client(), name, NULL, &mm, &err), &err);
	HZT_OK_ERR(hz_multimap_open(session_other_client(), name, NULL, &other, &err), &err);
}

static void
put(hz_value key, int64_t value, bool want)
{
	bool done = !want;
	HZT_OK_ERR(hz_multimap_put(mm, key, hz_i64(value), &done, &err), &err);
	HZT_EQ_INT(done, want);
}

// A multimap with 0, 1 and 2 under "a", and 3 under "b".
static void
begin(const char *base)
{
	open_pair(session_name(base));
	for (int i = 0; i < 3; i++) {
		put(A, i, true);
	}
	put(B, 3, true);
}

static void
finish(void)
{
	HZT_OK_ERR(hz_multimap_destroy(&mm, &err), &err);
	HZT_CHECK(mm == NULL);
	hz_multimap_close(&other);
	HZT_CHECK(other == NULL);
}

// The items are exactly the numbers whose bits are set, each once. Ends them.
static void
check_items(hz_items *items, unsigned bits)
{
	hz_value item;
	unsigned seen = 0;
	while (hz_items_next(items, NULL, &item)) {
		int64_t n = -1;
		HZT_OK(hz_value_get_i64(&item, &n));
		HZT_CHECK(n >= 0 && n < 32 && (seen & 1U << n) == 0);
		seen |= 1U << n;
	}
	HZT_EQ_INT(seen, bits);
	hz_items_destroy(&items);
}

// The other client sees these values under the key.
static void
check_seen(hz_value key, unsigned bits)
{
	hz_items *items = NULL;
	HZT_OK_ERR(hz_multimap_get(other, key, &items, &err), &err);
	check_items(items, bits);
}

static void
check_size(int32_t want)
{
	int32_t n = -1;
	HZT_OK_ERR(hz_multimap_size(other, &n, &err), &err);
	HZT_EQ_INT(n, want);
}

static void
adds_values_to_a_key(void)
{
	begin("put");
	check_seen(A, 7);
	check_seen(B, 8);
	check_seen(hz_str("c"), 0);
	put(A, 1, false); // a set has it already
	put(A, 4, true);
	check_seen(A, 0x17);
	HZT_OK_ERR(hz_multimap_put(mm, A, hz_i64(5), NULL, &err), &err);
	check_seen(A, 0x37);
	finish();
}

static void
kinds_tell_keys_and_values_apart(void)
{
	open_pair(session_name("kinds"));
	bool done = false;
	put(hz_i32(42), 1, true);
	put(hz_i64(42), 2, true);
	HZT_OK_ERR(hz_multimap_put(mm, hz_i64(42), hz_i32(2), &done, &err), &err);
	HZT_CHECK(done);
	check_seen(hz_i32(42), 2);
	check_size(3);
	finish();
}

// The members keep lists of values in multimaps named repeats*.
static void
a_list_keeps_equal_values(void)
{
	hz_items *items = NULL;
	bool done = false;
	int32_t n = -1;
	open_pair(session_name("repeats"));
	put(A, 1, true);
	put(A, 0, true);
	put(A, 1, true);
	HZT_OK_ERR(hz_multimap_value_count(other, A, &n, &err), &err);
	HZT_EQ_INT(n, 3);
	HZT_OK_ERR(hz_multimap_remove(mm, A, hz_i64(1), &done, &err), &err);
	HZT_CHECK(done);
	check_seen(A, 3);
	HZT_OK_ERR(hz_multimap_get(other, A, &items, &err), &err);
	int64_t order[2] = {-1, -1};
	hz_value item;
	for (int i = 0; i < 2 && hz_items_next(items, NULL, &item); i++) {
		HZT_OK(hz_value_get_i64(&item, &order[i]));
	}
	HZT_CHECK(order[0] == 0 && order[1] == 1); // the first of the two equal ones has gone
	hz_items_destroy(&items);
	finish();
}

static void
puts_many(void)
{
	enum { KEYS = 700, ENTRIES = 3 * KEYS };
	static hz_entry entries[ENTRIES];
	int32_t n = -1;
	open_pair(session_name("put-all"));
	for (int i = 0; i < ENTRIES; i++) {
		entries[i] = (hz_entry){hz_i32(i % KEYS), hz_i64(i / KEYS)};
	}
	put(hz_i32(5), 9, true); // values are added to those that are there
	HZT_OK_ERR(hz_multimap_put_all(mm, entries, ENTRIES, &err), &err);
	check_size(ENTRIES + 1);
	for (int i = 0; i < KEYS; i++) {
		HZT_OK_ERR(hz_multimap_value_count(other, hz_i32(i), &n, &err), &err);
		HZT_EQ_INT(n, i == 5 ? 4 : 3);
	}
	check_seen(hz_i32(5), 0x207);
	check_seen(hz_i32(KEYS - 1), 7);
	HZT_OK_ERR(hz_multimap_put_all(mm, entries, ENTRIES, &err), &err);
	HZT_OK_ERR(hz_multimap_put_all(mm, NULL, 0, &err), &err);
	check_size(ENTRIES + 1);
	finish();
}

static void
removes_a_value(void)
{
	bool done = false;
	begin("remove");
	HZT_OK_ERR(hz_multimap_remove(mm, A, hz_i64(1), &done, &err), &err);
	HZT_CHECK(done);
	check_seen(A, 5);
	HZT_OK_ERR(hz_multimap_remove(mm, A, hz_i64(1), &done, &err), &err);
	HZT_CHECK(!done);
	HZT_OK_ERR(hz_multimap_remove(mm, hz_str("c"), hz_i64(1), &done, &err), &err);
	HZT_CHECK(!done);
	// A key without values is gone.
	HZT_OK_ERR(hz_multimap_remove(mm, B, hz_i64(3), &done, &err), &err);
	HZT_CHECK(done);
	HZT_OK_ERR(hz_multimap_contains_key(other, B, &done, &err), &err);
	HZT_CHECK(!done);
	check_size(2);
	finish();
}

static void
removes_a_key_and_gives_its_values(void)
{
	hz_items *old = NULL;
	begin("remove-all");
	HZT_OK_ERR(hz_multimap_remove_all(mm, A, &old, &err), &err);
	check_items(old, 7);
	check_seen(A, 0);
	check_size(1);
	HZT_OK_ERR(hz_multimap_remove_all(mm, A, &old, &err), &err);
	HZT_EQ_INT(hz_items_count(old), 0);
	hz_items_destroy(&old);
	HZT_OK_ERR(hz_multimap_remove_all(mm, B, NULL, &err), &err);
	check_size(0);
	finish();
}

static void
deletes_a_key(void)
{
	begin("delete");
	HZT_OK_ERR(hz_multimap_delete(mm, A, &err), &err);
	check_seen(A, 0);
	check_seen(B, 8);
	HZT_OK_ERR(hz_multimap_delete(mm, A, &err), &err);
	check_size(1);
	finish();
}

static void
clears(void)
{
	begin("clear");
	check_size(4);
	HZT_OK_ERR(hz_multimap_clear(mm, &err), &err);
	check_size(0);
	check_seen(A, 0);
	finish();
}

typedef struct looked {
	hz_value key;
	int64_t value;
	bool has_key, has_value, has_entry;
	int32_t count;
} looked;

static void
looks(void)
{
	const looked all[] = {
			{A, 2, true, true, true, 3},
			{A, 3, true, true, false, 3},
			{B, 3, true, true, true, 1},
			{hz_str("c"), 1, false, true, false, 0},
			{A, 9, true, false, false, 3},
	};
	begin("look");
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		const looked *l = &all[i];
		const hz_value value = hz_i64(l->value);
		bool found = false;
		int32_t n = -1;
		HZT_OK_ERR(hz_multimap_contains_key(other, l->key, &found, &err), &err);
		HZT_EQ_INT(found, l->has_key);
		HZT_OK_ERR(hz_multimap_contains_value(other, value, &found, &err), &err);
		HZT_EQ_INT(found, l->has_value);
		HZT_OK_ERR(hz_multimap_contains_entry(other, l->key, value, &found, &err), &err);
		HZT_EQ_INT(found, l->has_entry);
		HZT_OK_ERR(hz_multimap_value_count(other, l->key, &n, &err), &err);
		HZT_EQ_INT(n, l->count);
	}
	finish();
}

static void
gives_keys_values_and_entries(void)
{
	hz_items *items = NULL;
	const hz_value a = A, b = B;
	hz_value key, value;
	unsigned seen = 0;
	int keys = 0;
	begin("whole");
	HZT_OK_ERR(hz_multimap_values(other, &items, &err), &err);
	check_items(items, 0xf);
	HZT_OK_ERR(hz_multimap_key_set(other, &items, &err), &err);
	while (hz_items_next(items, NULL, &value)) {
		keys += hz_value_equal(&value, &a) ? 1 : hz_value_equal(&value, &b) ? 10 : 100;
	}
	HZT_EQ_INT(keys, 11);
	hz_items_destroy(&items);
	HZT_OK_ERR(hz_multimap_entry_set(other, &items, &err), &err);
	HZT_EQ_INT(hz_items_count(items), 4);
	while (hz_items_next(items, &key, &value)) {
		int64_t n = -1;
		HZT_OK(hz_value_get_i64(&value, &n));
		HZT_CHECK(n >= 0 && n < 4 && hz_value_equal(&key, n == 3 ? &b : &a));
		seen |= 1U << n;
	}
	HZT_EQ_INT(seen, 0xf);
	hz_items_destroy(&items);
	finish();
}

static void
refuses_what_cannot_be_sent(void)
{
	const hz_value null = hz_null();
	const hz_entry with_null[] = {{A, hz_i64(9)}, {A, hz_null()}};
	hz_items *items = NULL;
	bool done = true;
	int32_t n = -1;
	begin("refuse");
	HZT_EQ_INT(hz_multimap_put(mm, null, A, &done, &err), HZ_ERR_ARGUMENT);
	HZT_CHECK(!err.in_doubt);
	HZT_EQ_INT(hz_multimap_put(mm, A, null, &done, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_multimap_remove(mm, A, null, &done, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_multimap_remove_all(mm, null, &items, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_multimap_delete(mm, null, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_multimap_get(mm, null, &items, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_multimap_value_count(mm, null, &n, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_multimap_contains_key(mm, null, &done, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_multimap_contains_value(mm, null, &done, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_multimap_contains_entry(mm, A, null, &done, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_multimap_put_all(mm, with_null, 2, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_multimap_put_all(mm, NULL, 1, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_multimap_put_all(mm, with_null, SIZE_MAX, &err), HZ_ERR_LIMIT);
	HZT_EQ_INT(hz_multimap_open(session_client(), "", NULL, &mm, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_multimap_open(session_client(), "\xff", NULL, &mm, &err), HZ_ERR_ARGUMENT);
	HZT_CHECK(done && items == NULL && n == -1);
	check_size(4);
	finish();
}

static void
names_are_any_utf8(void)
{
	static char longest[2000];
	const char *const names[] = {"m\xc3\xa4hne", "\xe5\xa4\x9a\xe5\x80\xbc",
			"\xf0\x9f\x97\x82 many", "  ", "a/b?c=%20", longest};
	memset(longest, 'm', sizeof(longest) - 1);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		open_pair(names[i]);
		HZT_EQ_STR(hz_multimap_name(mm), names[i]);
		put(A, 3, true);
		check_seen(A, 8);
		finish();
	}
}

static void
a_destroyed_multimap_begins_anew(void)
{
	begin("destroy");
	hz_future future = hz_multimap_destroy_async(mm);
	HZT_OK_ERR(hz_await_none(future, &err), &err);
	check_size(0);
	put(A, 1, true);
	check_seen(A, 2);
	finish();
}

static void
asynchronous_forms_answer_the_same(void)
{
	hz_items *items = NULL;
	bool done = false;
	int32_t n = -1;
	begin("async");
	const hz_entry more[] = {{A, hz_i64(6)}, {B, hz_i64(7)}};
	hz_future added = hz_multimap_put_async(mm, A, hz_i64(5));
	hz_future all = hz_multimap_put_all_async(mm, more, 2);
	HZT_OK_ERR(hz_await_bool(added, &done, &err), &err);
	HZT_CHECK(done);
	HZT_OK_ERR(hz_await_none(all, &err), &err);
	hz_future got = hz_multimap_get_async(mm, A), size = hz_multimap_size_async(mm);
	hz_future removed = hz_multimap_remove_async(mm, B, hz_i64(3));
	HZT_OK_ERR(hz_await_items(got, &items, &err), &err);
	check_items(items, 0x67);
	HZT_OK_ERR(hz_await_i32(size, &n, &err), &err);
	HZT_CHECK(n == 7 || n == 6); // the removal may have come first
	HZT_OK_ERR(hz_await_bool(removed, &done, &err), &err);
	HZT_CHECK(done);
	HZT_EQ_INT(hz_await_bool(hz_multimap_get_async(mm, A), &done, &err), HZ_ERR_TYPE);
	check_seen(B, 0x80);
	finish();
}

static void
handles_of_a_closed_client_say_so(void)
{
	hz_client *client = session_client_with(NULL, NULL);
	hz_multimap *late = NULL;
	bool done = true;
	begin("closed");
	HZT_OK_ERR(hz_multimap_open(client, hz_multimap_name(mm), NULL, &late, &err), &err);
	HZT_OK_ERR(hz_client_shutdown(client, 0, &err), &err);
	HZT_EQ_INT(hz_multimap_put(late, A, hz_i64(9), &done, &err), HZ_ERR_CLOSED);
	HZT_CHECK(!err.in_doubt && done);
	HZT_EQ_INT(hz_multimap_put_all(late, &(hz_entry){A, hz_i64(9)}, 1, &err), HZ_ERR_CLOSED);
	hz_multimap_close(&late);
	hz_client_destroy(&client);
	check_seen(A, 7);
	finish();
}

static const hzt_case cases[] = {
		{"adds_values_to_a_key", adds_values_to_a_key},
		{"kinds_tell_keys_and_values_apart", kinds_tell_keys_and_values_apart},
		{"a_list_keeps_equal_values", a_list_keeps_equal_values},
		{"puts_many", puts_many},
		{"removes_a_value", removes_a_value},
		{"removes_a_key_and_gives_its_values", removes_a_key_and_gives_its_values},
		{"deletes_a_key", deletes_a_key},
		{"clears", clears},
		{"looks", looks},
		{"gives_keys_values_and_entries", gives_keys_values_and_entries},
		{"refuses_what_cannot_be_sent", refuses_what_cannot_be_sent},
		{"names_are_any_utf8", names_are_any_utf8},
		{"a_destroyed_multimap_begins_anew", a_destroyed_multimap_begins_anew},
		{"asynchronous_forms_answer_the_same", asynchronous_forms_answer_the_same},
		{"handles_of_a_closed_client_say_so", handles_of_a_closed_client_say_so},
};

HZT_MAIN("multimap_entry", cases)
