// SPDX-License-Identifier: Apache-2.0
//
// Entry processors and interceptors, which the members' test artefact has.
#include "tests/cluster/people.h"

#include <stdatomic.h>

enum { N = 60 };

static hz_error err;

// A processor or interceptor with its value, for this client.
typedef struct object {
	hz_identified *made;
	hz_value value;
} object;

static object
finish(hz_identified *made)
{
	object o = {.made = made};
	HZT_OK_ERR(hz_identified_value(made, session_client(), &o.value, &err), &err);
	return o;
}

// Makes a text the value of the entry, and returns it.
static object
setter_of(const char *text)
{
	hz_identified *made = hz_identified_new(66, 1);
	hz_identified_add_text(made, text);
	return finish(made);
}

static hz_map *
texts(void)
{
	hz_map *map = session_map("texts");
	for (int i = 0; i < N; i++) {
		HZT_OK_ERR(hz_map_set(map, hz_i32(i), hz_str("old"), NULL, &err), &err);
	}
	return map;
}

static bool
has_text(hz_map *map, int key, const char *want)
{
	hz_value found = hz_null();
	HZT_OK_ERR(hz_map_get(map, hz_i32(key), &found, &err), &err);
	return took_str(&found, want);
}

static void
on_a_key(void)
{
	hz_map *map = texts();
	object setter = setter_of("new");
	hz_value out = hz_null();
	HZT_OK_ERR(hz_map_execute_on_key(map, hz_i32(7), setter.value, &out, &err), &err);
	HZT_CHECK(took_str(&out, "new"));
	HZT_CHECK(has_text(map, 7, "new") && has_text(map, 8, "old"));
	hz_identified_destroy(&setter.made);
	// Also where there is no entry yet, and by the other message.
	setter = setter_of("made");
	HZT_OK_ERR(hz_map_submit_to_key(map, hz_i32(N), setter.value, &out, &err), &err);
	HZT_CHECK(took_str(&out, "made") && has_text(map, N, "made"));
	hz_identified_destroy(&setter.made);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

// Each result is this text, for a key of its own; gives how many there are, and ends them.
static int
check_results(hz_items *items, const char *text)
{
	const hz_value want = hz_str(text);
	bool seen[N] = {false};
	hz_value key, value;
	int count = 0;
	while (hz_items_next(items, &key, &value)) {
		int32_t k = -1;
		HZT_OK(hz_value_get_i32(&key, &k));
		HZT_CHECK(k >= 0 && k < N && !seen[k] && hz_value_equal(&value, &want));
		seen[k] = true;
		count++;
	}
	hz_items_destroy(&items);
	return count;
}

static int
count_text(hz_map *map, const char *text)
{
	hz_items *items = NULL;
	hz_pred *pred = hz_pred_equal(HZ_ATTR_THIS, hz_str(text));
	HZT_OK_ERR(hz_map_key_set_where(map, pred, &items, &err), &err);
	int n = (int)hz_items_count(items);
	hz_items_destroy(&items);
	hz_pred_destroy(&pred);
	return n;
}

static void
on_keys(void)
{
	hz_map *map = texts();
	object setter = setter_of("some");
	hz_items *items = NULL;
	hz_value keys[20];
	for (int i = 0; i < 20; i++) {
		keys[i] = hz_i32(2 * i);
	}
	HZT_OK_ERR(hz_map_execute_on_keys(map, keys, 20, setter.value, &items, &err), &err);
	HZT_EQ_INT(check_results(items, "some"), 20);
	HZT_EQ_INT(count_text(map, "some"), 20);
	HZT_CHECK(has_text(map, 38, "some") && has_text(map, 37, "old"));
	HZT_OK_ERR(hz_map_execute_on_keys(map, NULL, 0, setter.value, &items, &err), &err);
	HZT_EQ_INT(check_results(items, "some"), 0);
	hz_identified_destroy(&setter.made);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static void
on_all_and_where(void)
{
	hz_map *map = texts();
	hz_items *items = NULL;
	object setter = setter_of("where");
	hz_pred *pred = hz_pred_less(HZ_ATTR_KEY, hz_i32(10));
	HZT_OK_ERR(hz_map_execute_on_entries(map, setter.value, pred, &items, &err), &err);
	hz_pred_destroy(&pred);
	HZT_EQ_INT(check_results(items, "where"), 10);
	hz_identified_destroy(&setter.made);
	HZT_CHECK(has_text(map, 9, "where") && has_text(map, 10, "old"));
	HZT_EQ_INT(count_text(map, "where"), 10);
	setter = setter_of("all");
	HZT_OK_ERR(hz_map_execute_on_entries(map, setter.value, NULL, &items, &err), &err);
	HZT_EQ_INT(check_results(items, "all"), N);
	hz_identified_destroy(&setter.made);
	HZT_EQ_INT(count_text(map, "all"), N);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static void
in_a_partition(void)
{
	hz_map *map = texts();
	hz_items *items = NULL;
	int32_t partition = -1, other = -1;
	int want = 0;
	HZT_OK_ERR(hz_client_partition_of(session_client(), hz_i32(7), &partition, &err), &err);
	for (int32_t i = 0; i < N; i++) {
		HZT_OK_ERR(hz_client_partition_of(session_client(), hz_i32(i), &other, &err), &err);
		want += other == partition;
	}
	object setter = setter_of("here");
	hz_pred *pred = hz_pred_in_partition(hz_i32(7), hz_pred_true());
	HZT_OK_ERR(hz_map_execute_on_entries(map, setter.value, pred, &items, &err), &err);
	HZT_EQ_INT(check_results(items, "here"), want);
	HZT_EQ_INT(count_text(map, "here"), want);
	hz_pred_destroy(&pred);
	hz_identified_destroy(&setter.made);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static void
count_down(void *ctx, hz_err e, hz_result *result, const hz_error *error)
{
	(void)result;
	(void)error;
	HZT_OK(e);
	atomic_fetch_add((_Atomic int *)ctx, 1);
}

static bool
all_done(void *ctx)
{
	return atomic_load((_Atomic int *)ctx) == N;
}

static void
submitted_by_callbacks(void)
{
	hz_map *map = texts();
	object setter = setter_of("later");
	_Atomic int done = 0;
	for (int i = 0; i < N; i++) {
		HZT_OK(hz_then(hz_map_submit_to_key_async(map, hz_i32(i), setter.value), count_down,
				&done));
	}
	HZT_AWAIT(all_done, &done, 20000);
	HZT_EQ_INT(count_text(map, "later"), N);
	hz_identified_destroy(&setter.made);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static void
interceptors(void)
{
	hz_map *map = texts();
	hz_identified *made = hz_identified_new(666, 6);
	hz_identified_add_text(made, "<");
	object prefix = finish(made);
	hz_value id = hz_null();
	const char *text = NULL;
	bool done = false;
	HZT_OK_ERR(hz_map_add_interceptor(map, prefix.value, &id, &err), &err);
	HZT_OK(hz_value_get_str(&id, &text, NULL));
	HZT_CHECK(text[0] != '\0');
	for (int i = 0; i < N; i++) {
		HZT_CHECK(has_text(map, i, "<old"));
	}
	HZT_OK_ERR(hz_map_remove_interceptor(map, text, &done, &err), &err);
	HZT_CHECK(done);
	HZT_CHECK(has_text(map, 3, "old"));
	HZT_OK_ERR(hz_map_remove_interceptor(map, text, &done, &err), &err);
	HZT_CHECK(!done);
	hz_value_clear(&id);
	hz_identified_destroy(&prefix.made);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static void
failures_are_told(void)
{
	hz_map *map = texts();
	hz_value out = hz_null();
	hz_items *items = NULL;
	hz_identified *unknown = hz_identified_new(66, 9999);
	object bad = finish(unknown);
	HZT_CHECK(hz_map_execute_on_key(map, hz_i32(1), bad.value, &out, &err) != HZ_OK);
	HZT_CHECK(err.server_code != 0 && hz_value_is_null(&out));
	HZT_EQ_INT(hz_map_execute_on_key(map, hz_null(), bad.value, &out, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_map_execute_on_key(map, hz_i32(1), hz_null(), &out, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_map_execute_on_keys(map, NULL, 1, bad.value, &items, &err), HZ_ERR_ARGUMENT);
	hz_pred *pred = hz_pred_parse(NULL);
	HZT_EQ_INT(hz_map_execute_on_entries(map, bad.value, pred, &items, &err), HZ_ERR_ARGUMENT);
	hz_pred_destroy(&pred);
	HZT_EQ_INT(hz_map_remove_interceptor(map, NULL, NULL, &err), HZ_ERR_ARGUMENT);
	hz_identified_destroy(&bad.made);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

// ---- Objects ----

static void
expect_refused(hz_identified *made, hz_err want)
{
	hz_value v = hz_i32(1);
	HZT_EQ_INT(hz_identified_value(made, session_client(), &v, &err), want);
	HZT_CHECK(hz_value_is_null(&v) && err.message[0] != '\0');
	hz_identified_destroy(&made);
	HZT_CHECK(made == NULL);
}

static void
objects_remember_failures(void)
{
	const hz_value one = hz_i32(1);
	hz_value v;
	hz_identified *made = hz_identified_new(1, 1);
	hz_identified_add(made, hz_null());
	hz_identified_add(made, hz_i32(1));
	expect_refused(made, HZ_ERR_ARGUMENT);
	made = hz_identified_new(1, 1);
	hz_identified_add(made, hz_values(&one, 1)); // a list has no form without its type
	expect_refused(made, HZ_ERR_ARGUMENT);
	made = hz_identified_new(1, 1);
	hz_identified_add_text(made, "\xff");
	expect_refused(made, HZ_ERR_ARGUMENT);
	made = hz_identified_new(1, 1);
	hz_identified_add_identified(made, NULL);
	expect_refused(made, HZ_ERR_ARGUMENT);
	made = hz_identified_new(1, 1);
	for (int i = 0; i < 70; i++) {
		hz_identified *outer = hz_identified_new(1, 1);
		hz_identified_add_identified(outer, made);
		hz_identified_destroy(&made);
		made = outer;
	}
	expect_refused(made, HZ_ERR_LIMIT);
	HZT_EQ_INT(hz_identified_value(NULL, session_client(), &v, &err), HZ_ERR_ARGUMENT);
	hz_identified_destroy(NULL);
}

static void
objects_are_written_piece_by_piece(void)
{
	static const uint8_t want[] = {0, 0, 0, 0, 255, 255, 255, 254,  // a Data of type -2
			1, 0, 0, 0, 7, 0, 0, 0, 9,                      // identified, its class
			1, 255, 255, 255, 255,                          // true, no text
			0, 0, 0, 1, 'x',                                // a text
			255, 255, 255, 248, 0, 0, 0, 0, 0, 0, 0, 5,     // a Long
			0, 0, 0, 0,                                     // null
			255, 255, 255, 254, 1, 0, 0, 0, 7, 0, 0, 0, 8}; // another object
	const void *data = NULL;
	size_t n = 0;
	hz_value v;
	hz_identified *child = hz_identified_new(7, 8);
	hz_identified *made = hz_identified_new(7, 9);
	hz_identified_add(made, hz_bool(true));
	hz_identified_add_text(made, NULL);
	hz_identified_add(made, hz_str("x"));
	hz_identified_add_object(made, hz_i64(5));
	hz_identified_add_object(made, hz_null());
	hz_identified_add_identified(made, child);
	HZT_OK_ERR(hz_identified_value(made, session_client(), &v, &err), &err);
	HZT_OK(hz_value_get_data(&v, &data, &n));
	HZT_EQ_INT(n, sizeof(want));
	HZT_EQ_MEM(data, want, n);
	hz_identified_destroy(&made);
	hz_identified_destroy(&child);
}

static const hzt_case cases[] = {
		{"on_a_key", on_a_key},
		{"on_keys", on_keys},
		{"on_all_and_where", on_all_and_where},
		{"in_a_partition", in_a_partition},
		{"submitted_by_callbacks", submitted_by_callbacks},
		{"interceptors", interceptors},
		{"failures_are_told", failures_are_told},
		{"objects_remember_failures", objects_remember_failures},
		{"objects_are_written_piece_by_piece", objects_are_written_piece_by_piece},
};

HZT_MAIN("map_process", cases)
