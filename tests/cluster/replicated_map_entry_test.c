// SPDX-License-Identifier: Apache-2.0
//
// ReplicatedMap: every operation, what it answers and what another client then sees. Calls on one
// key are answered by the key's member, which knows at once; calls on the whole map by any, which
// hears of a change a moment later: those are awaited.
#include "tests/cluster/session.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

static hz_error err;
static hz_replicated_map *map;   // of the case that runs
static hz_replicated_map *other; // the same one, seen by another client

static void
open_pair(const char *name)
{
	HZT_OK_ERR(hz_replicated_map_open(session_client(), name, NULL, &map, &err), &err);
	HZT_OK_ERR(hz_replicated_map_open(session_other_client(), name, NULL, &other, &err), &err);
}

static bool
has_size(void *ctx)
{
	int32_t n = -1;
	HZT_OK_ERR(hz_replicated_map_size(other, &n, &err), &err);
	return n == *(const int32_t *)ctx;
}

static void
await_size(int32_t want)
{
	HZT_AWAIT(has_size, &want, 10000);
}

// A map in which each number below n has ten times itself.
static void
begin(const char *base, int32_t n)
{
	open_pair(session_name(base));
	for (int32_t i = 0; i < n; i++) {
		hz_value old;
		HZT_OK_ERR(hz_replicated_map_put(
					   map, hz_i32(i), hz_i64(INT64_C(10) * i), 0, &old, &err),
				&err);
		HZT_CHECK(took_null(&old));
	}
	await_size(n);
}

static void
finish(void)
{
	HZT_OK_ERR(hz_replicated_map_destroy(&map, &err), &err);
	HZT_CHECK(map == NULL);
	hz_replicated_map_close(&other);
	HZT_CHECK(other == NULL);
}

static bool
has(hz_replicated_map *in, hz_value key, int64_t want)
{
	hz_value found;
	HZT_OK_ERR(hz_replicated_map_get(in, key, &found, &err), &err);
	return took_i64(&found, want);
}

static bool
lacks(hz_replicated_map *in, hz_value key)
{
	hz_value found;
	HZT_OK_ERR(hz_replicated_map_get(in, key, &found, &err), &err);
	return took_null(&found);
}

static void
puts_and_gets(void)
{
	hz_value old;
	begin("put", 3);
	HZT_CHECK(has(other, hz_i32(0), 0) && has(other, hz_i32(2), 20));
	HZT_CHECK(lacks(other, hz_i32(3)) && lacks(other, hz_i64(2)));
	HZT_OK_ERR(hz_replicated_map_put(other, hz_i32(2), hz_i64(21), 0, &old, &err), &err);
	HZT_CHECK(took_i64(&old, 20));
	HZT_CHECK(has(map, hz_i32(2), 21));
	HZT_OK_ERR(hz_replicated_map_put(map, hz_i32(2), hz_i64(22), 0, NULL, &err), &err);
	HZT_CHECK(has(other, hz_i32(2), 22));
	await_size(3);
	finish();
}

static bool
has_expired(void *key)
{
	return lacks(other, *(hz_value *)key);
}

static void
an_entry_lives_as_long_as_told(void)
{
	hz_value key = hz_i32(1);
	begin("ttl", 1);
	HZT_OK_ERR(hz_replicated_map_put(map, key, hz_i64(10), 3000, NULL, &err), &err);
	int64_t start_ms = hzt_now_ms();
	bool was_there = has(other, key, 10);
	HZT_CHECK(was_there || hzt_now_ms() - start_ms > 2500);
	HZT_AWAIT(has_expired, &key, 15000);
	HZT_CHECK(hzt_now_ms() - start_ms > 2500);
	await_size(1);
	HZT_CHECK(has(other, hz_i32(0), 0)); // ttl 0: until it is removed
	finish();
}

static void
puts_many(void)
{
	enum { MANY = 2000 };
	static hz_entry entries[MANY + 1];
	begin("put-all", 1);
	for (int32_t i = 0; i < MANY; i++) {
		entries[i] = (hz_entry){hz_i32(i), hz_i64(INT64_C(10) * i)};
	}
	entries[MANY] = (hz_entry){hz_i32(5), hz_i64(7)};
	HZT_OK_ERR(hz_replicated_map_put_all(map, entries, MANY + 1, &err), &err);
	await_size(MANY);
	for (int32_t i = 0; i < MANY; i++) {
		HZT_CHECK(has(other, hz_i32(i), i == 5 ? 7 : INT64_C(10) * i));
	}
	HZT_OK_ERR(hz_replicated_map_put_all(map, NULL, 0, &err), &err);
	await_size(MANY);
	finish();
}

static void
removes(void)
{
	hz_value old;
	begin("remove", 3);
	HZT_OK_ERR(hz_replicated_map_remove(map, hz_i32(1), &old, &err), &err);
	HZT_CHECK(took_i64(&old, 10));
	HZT_CHECK(lacks(other, hz_i32(1)));
	HZT_OK_ERR(hz_replicated_map_remove(map, hz_i32(1), &old, &err), &err);
	HZT_CHECK(took_null(&old));
	await_size(2);
	finish();
}

static bool
is_empty(void *ctx)
{
	bool empty = false;
	HZT_OK_ERR(hz_replicated_map_is_empty(ctx, &empty, &err), &err);
	return empty;
}

static void
clears(void)
{
	begin("clear", 10);
	HZT_CHECK(!is_empty(other));
	HZT_OK_ERR(hz_replicated_map_clear(map, &err), &err);
	HZT_AWAIT(is_empty, other, 10000);
	HZT_AWAIT(is_empty, map, 10000);
	HZT_CHECK(lacks(other, hz_i32(3)));
	finish();
}

static void
looks(void)
{
	bool found = false;
	begin("look", 3);
	HZT_OK_ERR(hz_replicated_map_contains_key(other, hz_i32(2), &found, &err), &err);
	HZT_CHECK(found);
	HZT_OK_ERR(hz_replicated_map_contains_key(other, hz_i32(3), &found, &err), &err);
	HZT_CHECK(!found);
	HZT_OK_ERR(hz_replicated_map_contains_value(other, hz_i64(20), &found, &err), &err);
	HZT_CHECK(found);
	HZT_OK_ERR(hz_replicated_map_contains_value(other, hz_i64(21), &found, &err), &err);
	HZT_CHECK(!found);
	finish();
}

// What a key adds to the sum of all, and its value; -1 if the items are not these.
static int
keys_and_values(hz_items *items, bool keys, bool values)
{
	hz_value key, value;
	int sum = 0;
	while (hz_items_next(items, &key, &value)) {
		int32_t k = -1;
		int64_t v = -1;
		const hz_value *alone = &value; // keys and values that come alone are values
		if (keys && hz_value_get_i32(values ? &key : alone, &k) != HZ_OK) {
			return -1;
		}
		if (values && hz_value_get_i64(alone, &v) != HZ_OK) {
			return -1;
		}
		if (keys && values && v != INT64_C(10) * k) {
			return -1;
		}
		sum += keys ? 1 << k : 1 << v / 10;
	}
	hz_items_destroy(&items);
	return sum;
}

static void
gives_keys_values_and_entries(void)
{
	hz_items *items = NULL;
	begin("whole", 6);
	HZT_OK_ERR(hz_replicated_map_key_set(other, &items, &err), &err);
	HZT_EQ_INT(hz_items_count(items), 6);
	HZT_EQ_INT(keys_and_values(items, true, false), 63);
	HZT_OK_ERR(hz_replicated_map_values(other, &items, &err), &err);
	HZT_EQ_INT(hz_items_count(items), 6);
	HZT_EQ_INT(keys_and_values(items, false, true), 63);
	HZT_OK_ERR(hz_replicated_map_entry_set(other, &items, &err), &err);
	HZT_EQ_INT(hz_items_count(items), 6);
	HZT_EQ_INT(keys_and_values(items, true, true), 63);
	finish();
}

// ---- One replica for each client ----

static _Atomic bool filled;

static void *
fill(void *ctx)
{
	static int failed;
	failed = 0;
	for (int32_t i = 0; i < 500; i++) {
		failed += hz_replicated_map_put(ctx, hz_i32(i), hz_i32(i), 0, NULL, NULL) != HZ_OK;
	}
	atomic_store(&filled, true);
	return &failed;
}

// Members lag behind each other; asking now this one, now that one, a client would see that.
static void
what_a_client_sees_of_the_whole_never_goes_back(void)
{
	hz_replicated_map *same = NULL;
	pthread_t writer;
	void *failed = NULL;
	int32_t before = 0;
	begin("monotonic", 0);
	HZT_OK_ERR(hz_replicated_map_open(session_client(), hz_replicated_map_name(map), NULL,
				   &same, &err),
			&err);
	atomic_store(&filled, false);
	HZT_EQ_INT(pthread_create(&writer, NULL, fill, other), 0);
	for (bool more = true; more;) {
		int32_t n = -1;
		more = !atomic_load(&filled);
		HZT_OK_ERR(hz_replicated_map_size(before % 2 ? map : same, &n, &err), &err);
		HZT_CHECK(n >= before);
		before = n;
	}
	pthread_join(writer, &failed);
	HZT_EQ_INT(*(int *)failed, 0);
	await_size(500);
	hz_replicated_map_close(&same);
	finish();
}

// ---- What is refused, names, life ----

static void
refuses_what_cannot_be_sent(void)
{
	const hz_value k = hz_i32(0), null = hz_null();
	const hz_entry with_null[] = {{k, hz_i64(9)}, {k, hz_null()}};
	hz_value v = hz_i64(1);
	bool done = true;
	begin("refuse", 1);
	HZT_EQ_INT(hz_replicated_map_put(map, null, k, 0, NULL, &err), HZ_ERR_ARGUMENT);
	HZT_CHECK(!err.in_doubt);
	HZT_EQ_INT(hz_replicated_map_put(map, k, null, 0, NULL, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_replicated_map_put(map, k, k, -1, &v, &err), HZ_ERR_ARGUMENT);
	HZT_CHECK(took_null(&v));
	HZT_EQ_INT(hz_replicated_map_get(map, null, &v, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_replicated_map_remove(map, null, &v, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_replicated_map_contains_key(map, null, &done, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_replicated_map_contains_value(map, null, &done, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_replicated_map_put_all(map, with_null, 2, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_replicated_map_put_all(map, NULL, 1, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_replicated_map_put_all(map, with_null, SIZE_MAX, &err), HZ_ERR_LIMIT);
	HZT_EQ_INT(hz_replicated_map_open(session_client(), "", NULL, &map, &err), HZ_ERR_ARGUMENT);
	HZT_CHECK(done && has(other, k, 0));
	finish();
}

static void
names_are_any_utf8(void)
{
	static char longest[2000];
	const char *const names[] = {"r\xc3\xa4um", "\xe8\xa4\x87\xe8\xa3\xbd",
			"\xf0\x9f\x97\xba all over", "  ", "a/b?c=%20", longest};
	memset(longest, 'r', sizeof(longest) - 1);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		open_pair(names[i]);
		HZT_EQ_STR(hz_replicated_map_name(map), names[i]);
		HZT_OK_ERR(hz_replicated_map_put(map, hz_i32(1), hz_i64(3), 0, NULL, &err), &err);
		HZT_CHECK(has(other, hz_i32(1), 3));
		await_size(1);
		finish();
	}
}

// Asked of each key's own member: another may get a late change after the destruction.
static void
a_destroyed_map_begins_anew(void)
{
	begin("destroy", 3);
	hz_future future = hz_replicated_map_destroy_async(map);
	HZT_OK_ERR(hz_await_none(future, &err), &err);
	for (int32_t i = 0; i < 3; i++) {
		HZT_CHECK(lacks(other, hz_i32(i)));
	}
	HZT_OK_ERR(hz_replicated_map_put(map, hz_i32(7), hz_i64(1), 0, NULL, &err), &err);
	HZT_CHECK(has(other, hz_i32(7), 1));
	finish();
}

static void
asynchronous_forms_answer_the_same(void)
{
	hz_items *items = NULL;
	hz_value v;
	begin("async", 3);
	hz_future put = hz_replicated_map_put_async(map, hz_i32(0), hz_i64(5), 0);
	HZT_OK_ERR(hz_await_value(put, &v, &err), &err);
	HZT_CHECK(took_i64(&v, 0));
	hz_future got = hz_replicated_map_get_async(other, hz_i32(0));
	hz_future all = hz_replicated_map_key_set_async(other);
	HZT_OK_ERR(hz_await_value(got, &v, &err), &err);
	HZT_CHECK(took_i64(&v, 5));
	HZT_OK_ERR(hz_await_items(all, &items, &err), &err);
	HZT_EQ_INT(keys_and_values(items, true, false), 7);
	HZT_EQ_INT(hz_await_i32(hz_replicated_map_is_empty_async(map), NULL, &err), HZ_ERR_TYPE);
	finish();
}

// More than can be sent in a millisecond, and nothing that members keep.
static void
a_deadline_of_the_handle_holds(void)
{
	enum { SIZE = 8 << 20 };
	static uint8_t large[SIZE];
	bool found = true;
	begin("deadline", 1);
	HZT_OK(hz_replicated_map_call(map, &(hz_call){.timeout_ms = 1}));
	HZT_EQ_INT(hz_replicated_map_contains_value(map, hz_bytes(large, SIZE), &found, &err),
			HZ_ERR_TIMEOUT);
	HZT_CHECK(err.code == HZ_ERR_TIMEOUT && found);
	HZT_EQ_INT(hz_replicated_map_call(map, &(hz_call){.timeout_ms = -7}), HZ_ERR_ARGUMENT);
	HZT_OK(hz_replicated_map_call(map, NULL));
	HZT_OK_ERR(hz_replicated_map_contains_value(map, hz_bytes(large, SIZE), &found, &err),
			&err);
	HZT_CHECK(!found && has(other, hz_i32(0), 0));
	finish();
}

static void
a_cancelled_call_says_so(void)
{
	hz_cancel *cancel = NULL;
	begin("cancel", 1);
	HZT_OK_ERR(hz_cancel_new(session_client(), &cancel, &err), &err);
	HZT_OK(hz_replicated_map_call(map, &(hz_call){.cancel = cancel}));
	hz_cancel_fire(cancel);
	HZT_EQ_INT(hz_replicated_map_put(map, hz_i32(0), hz_i64(1), 0, NULL, &err),
			HZ_ERR_CANCELLED);
	HZT_CHECK(!err.in_doubt && has(other, hz_i32(0), 0));
	HZT_OK(hz_replicated_map_call(map, NULL));
	hz_cancel_destroy(&cancel);
	finish();
}

static void
handles_of_a_closed_client_say_so(void)
{
	hz_client *client = session_client_with(NULL, NULL);
	hz_replicated_map *late = NULL;
	hz_value v = hz_i64(1);
	begin("closed", 1);
	const char *name = hz_replicated_map_name(map);
	HZT_OK_ERR(hz_replicated_map_open(client, name, NULL, &late, &err), &err);
	HZT_OK_ERR(hz_client_shutdown(client, 0, &err), &err);
	HZT_EQ_INT(hz_replicated_map_get(late, hz_i32(0), &v, &err), HZ_ERR_CLOSED);
	HZT_CHECK(!err.in_doubt && took_null(&v));
	HZT_EQ_INT(hz_replicated_map_size(late, NULL, &err), HZ_ERR_CLOSED);
	hz_replicated_map_close(&late);
	hz_client_destroy(&client);
	finish();
}

static const hzt_case cases[] = {
		{"puts_and_gets", puts_and_gets},
		{"an_entry_lives_as_long_as_told", an_entry_lives_as_long_as_told},
		{"puts_many", puts_many},
		{"removes", removes},
		{"clears", clears},
		{"looks", looks},
		{"gives_keys_values_and_entries", gives_keys_values_and_entries},
		{"what_a_client_sees_of_the_whole_never_goes_back",
				what_a_client_sees_of_the_whole_never_goes_back},
		{"refuses_what_cannot_be_sent", refuses_what_cannot_be_sent},
		{"names_are_any_utf8", names_are_any_utf8},
		{"a_destroyed_map_begins_anew", a_destroyed_map_begins_anew},
		{"asynchronous_forms_answer_the_same", asynchronous_forms_answer_the_same},
		{"a_deadline_of_the_handle_holds", a_deadline_of_the_handle_holds},
		{"a_cancelled_call_says_so", a_cancelled_call_says_so},
		{"handles_of_a_closed_client_say_so", handles_of_a_closed_client_say_so},
};

HZT_MAIN("replicated_map_entry", cases)
