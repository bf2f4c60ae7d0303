// SPDX-License-Identifier: Apache-2.0
//
// Operations on single keys of a map.
#include "tests/cluster/session.h"

#include <string.h>

static hz_error err;

static void
opens_by_name(void)
{
	hz_map *map = session_map("open");
	hz_map *same = session_same_map(map, 0, NULL);
	HZT_CHECK(strncmp(hz_map_name(map), "open-", 5) == 0);
	HZT_EQ_STR(hz_map_name(same), hz_map_name(map));
	HZT_OK_ERR(hz_map_set(map, hz_str("k"), hz_i64(1), NULL, &err), &err);
	HZT_CHECK(map_has(same, hz_str("k"), 1));
	hz_map_close(&same);
	HZT_CHECK(same == NULL);
	hz_map_close(&same);
	HZT_CHECK(map_has(map, hz_str("k"), 1));
	hz_map_close(&map);
}

static void
refuses_bad_names_and_calls(void)
{
	hz_client *client = session_client();
	hz_map *map = NULL;
	static char long_name[70000];
	memset(long_name, 'x', sizeof(long_name) - 1);
	HZT_EQ_INT(hz_map_open(client, "", NULL, &map, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_map_open(client, NULL, NULL, &map, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_map_open(client, "\xff", NULL, &map, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_map_open(client, "m", NULL, NULL, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_map_open(client, "m", &(hz_call){.timeout_ms = -2}, &map, &err),
			HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_map_open(client, long_name, NULL, &map, &err), HZ_ERR_LIMIT);
	HZT_EQ_INT(err.code, HZ_ERR_LIMIT);
	HZT_CHECK(map == NULL);
}

static void
takes_any_name(void)
{
	hz_map *map = session_map("caf\xc3\xa9 \xf0\x9f\x98\x80 @ \"x\"\n");
	HZT_OK_ERR(hz_map_set(map, hz_i32(1), hz_i64(2), NULL, &err), &err);
	HZT_CHECK(map_has(map, hz_i32(1), 2));
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static void
destroy_empties_the_map(void)
{
	hz_map *map = session_map("destroy");
	hz_map *other = session_same_map(map, 0, NULL);
	HZT_OK_ERR(hz_map_set(map, hz_str("k"), hz_i64(1), NULL, &err), &err);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
	HZT_CHECK(map == NULL);
	// Handles that still exist begin anew.
	HZT_CHECK(map_lacks(other, hz_str("k")));
	HZT_OK_ERR(hz_map_set(other, hz_str("k"), hz_i64(2), NULL, &err), &err);
	map = session_same_map(other, 0, NULL);
	HZT_CHECK(map_has(map, hz_str("k"), 2));
	hz_map_close(&map);
	HZT_OK_ERR(hz_map_destroy(&other, &err), &err);
}

static void
puts_and_gets(void)
{
	hz_map *map = session_map("put");
	hz_value old;
	HZT_OK_ERR(hz_map_put(map, hz_str("k"), hz_i64(1), NULL, &old, &err), &err);
	HZT_CHECK(took_null(&old));
	HZT_OK_ERR(hz_map_put(map, hz_str("k"), hz_i64(2), NULL, &old, &err), &err);
	HZT_CHECK(took_i64(&old, 1));
	HZT_OK_ERR(hz_map_put(map, hz_str("k"), hz_i64(3), NULL, NULL, &err), &err);
	HZT_CHECK(map_has(map, hz_str("k"), 3));
	HZT_CHECK(map_lacks(map, hz_str("other")));
	// Integer 42 and Long 42 are two keys.
	HZT_OK_ERR(hz_map_set(map, hz_i32(42), hz_i64(32), NULL, &err), &err);
	HZT_CHECK(map_lacks(map, hz_i64(42)));
	HZT_CHECK(map_has(map, hz_i32(42), 32));
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static void
refuses_null(void)
{
	hz_map *map = session_map("null");
	HZT_EQ_INT(hz_map_get(map, hz_null(), NULL, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(err.code, HZ_ERR_ARGUMENT);
	HZT_CHECK(err.message[0] != '\0' && !err.in_doubt);
	HZT_EQ_INT(hz_map_set(map, hz_i32(1), hz_null(), NULL, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_map_remove_if_same(map, hz_i32(1), hz_null(), NULL, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_map_contains_value(map, hz_null(), NULL, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_map_set(map, hz_strn("\xff", 1), hz_i32(1), NULL, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_map_set(map, hz_i32(1), hz_i32(1), &(hz_put_options){.size = 1}, &err),
			HZ_ERR_ARGUMENT);
	hz_put_options options = hz_put_options_default();
	options.ttl_ms = -2;
	HZT_EQ_INT(hz_map_set(map, hz_i32(1), hz_i32(1), &options, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_map_set_ttl(map, hz_i32(1), -2, NULL, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_map_try_put(map, hz_i32(1), hz_i32(1), -2, NULL, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_map_try_remove(map, hz_i32(1), -2, NULL, &err), HZ_ERR_ARGUMENT);
	hz_map_close(&map);
}

static void
contains(void)
{
	hz_map *map = session_map("contains");
	bool found = true;
	HZT_OK_ERR(hz_map_contains_key(map, hz_str("k"), &found, &err), &err);
	HZT_CHECK(!found);
	HZT_OK_ERR(hz_map_set(map, hz_str("k"), hz_i64(1), NULL, &err), &err);
	HZT_OK_ERR(hz_map_contains_key(map, hz_str("k"), &found, &err), &err);
	HZT_CHECK(found);
	HZT_OK_ERR(hz_map_contains_value(map, hz_i64(1), &found, &err), &err);
	HZT_CHECK(found);
	HZT_OK_ERR(hz_map_contains_value(map, hz_i32(1), &found, &err), &err);
	HZT_CHECK(!found);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static void
puts_if_absent(void)
{
	hz_map *map = session_map("absent");
	hz_value old;
	hz_put_options options = hz_put_options_default();
	HZT_OK_ERR(hz_map_put_if_absent(map, hz_str("k"), hz_i64(1), NULL, &old, &err), &err);
	HZT_CHECK(took_null(&old));
	HZT_OK_ERR(hz_map_put_if_absent(map, hz_str("k"), hz_i64(2), NULL, &old, &err), &err);
	HZT_CHECK(took_i64(&old, 1));
	options.max_idle_ms = 60000;
	HZT_OK_ERR(hz_map_put_if_absent(map, hz_str("k"), hz_i64(2), &options, &old, &err), &err);
	HZT_CHECK(took_i64(&old, 1));
	HZT_OK_ERR(hz_map_put_if_absent(map, hz_str("l"), hz_i64(3), &options, &old, &err), &err);
	HZT_CHECK(took_null(&old));
	HZT_CHECK(map_has(map, hz_str("k"), 1) && map_has(map, hz_str("l"), 3));
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static void
replaces(void)
{
	hz_map *map = session_map("replace");
	hz_value old;
	bool done = true;
	HZT_OK_ERR(hz_map_replace(map, hz_str("k"), hz_i64(1), &old, &err), &err);
	HZT_CHECK(took_null(&old));
	HZT_CHECK(map_lacks(map, hz_str("k")));
	HZT_OK_ERR(hz_map_set(map, hz_str("k"), hz_i64(1), NULL, &err), &err);
	HZT_OK_ERR(hz_map_replace(map, hz_str("k"), hz_i64(2), &old, &err), &err);
	HZT_CHECK(took_i64(&old, 1));
	HZT_OK_ERR(hz_map_replace_if_same(map, hz_str("k"), hz_i64(1), hz_i64(9), &done, &err),
			&err);
	HZT_CHECK(!done);
	HZT_OK_ERR(hz_map_replace_if_same(map, hz_str("k"), hz_i64(2), hz_i64(3), &done, &err),
			&err);
	HZT_CHECK(done);
	HZT_CHECK(map_has(map, hz_str("k"), 3));
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static void
removes(void)
{
	hz_map *map = session_map("remove");
	hz_value old;
	bool done = true;
	HZT_OK_ERR(hz_map_set(map, hz_str("k"), hz_i64(1), NULL, &err), &err);
	HZT_OK_ERR(hz_map_remove(map, hz_str("k"), &old, &err), &err);
	HZT_CHECK(took_i64(&old, 1));
	HZT_OK_ERR(hz_map_remove(map, hz_str("k"), &old, &err), &err);
	HZT_CHECK(took_null(&old));
	HZT_OK_ERR(hz_map_set(map, hz_str("k"), hz_i64(1), NULL, &err), &err);
	HZT_OK_ERR(hz_map_remove_if_same(map, hz_str("k"), hz_i64(2), &done, &err), &err);
	HZT_CHECK(!done);
	HZT_OK_ERR(hz_map_remove_if_same(map, hz_str("k"), hz_i64(1), &done, &err), &err);
	HZT_CHECK(done);
	HZT_OK_ERR(hz_map_set(map, hz_str("k"), hz_i64(1), NULL, &err), &err);
	HZT_OK_ERR(hz_map_delete(map, hz_str("k"), &err), &err);
	HZT_OK_ERR(hz_map_delete(map, hz_str("k"), &err), &err);
	HZT_CHECK(map_lacks(map, hz_str("k")));
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static void
tries(void)
{
	hz_map *map = session_map("try");
	bool done = false;
	HZT_OK_ERR(hz_map_try_put(map, hz_str("k"), hz_i64(1), 0, &done, &err), &err);
	HZT_CHECK(done);
	HZT_OK_ERR(hz_map_try_remove(map, hz_str("k"), 0, &done, &err), &err);
	HZT_CHECK(done);
	HZT_OK_ERR(hz_map_try_put(map, hz_str("k"), hz_i64(2), HZ_FOREVER, &done, &err), &err);
	HZT_CHECK(done);
	HZT_CHECK(map_has(map, hz_str("k"), 2));
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static void
evicts(void)
{
	hz_map *map = session_map("evict");
	bool done = true;
	HZT_OK_ERR(hz_map_evict(map, hz_str("k"), &done, &err), &err);
	HZT_CHECK(!done);
	HZT_OK_ERR(hz_map_set(map, hz_str("k"), hz_i64(1), NULL, &err), &err);
	HZT_OK_ERR(hz_map_set(map, hz_str("l"), hz_i64(1), NULL, &err), &err);
	HZT_OK_ERR(hz_map_evict(map, hz_str("k"), &done, &err), &err);
	HZT_CHECK(done);
	HZT_CHECK(map_lacks(map, hz_str("k")) && map_has(map, hz_str("l"), 1));
	HZT_OK_ERR(hz_map_evict_all(map, &err), &err);
	HZT_CHECK(map_lacks(map, hz_str("l")));
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static void
counts_and_clears(void)
{
	hz_map *map = session_map("count");
	int32_t n = -1;
	bool empty = false;
	HZT_OK_ERR(hz_map_is_empty(map, &empty, &err), &err);
	HZT_CHECK(empty);
	for (int i = 0; i < 100; i++) {
		HZT_OK_ERR(hz_map_set(map, hz_i32(i), hz_i64(i), NULL, &err), &err);
	}
	HZT_OK_ERR(hz_map_size(map, &n, &err), &err);
	HZT_EQ_INT(n, 100);
	HZT_OK_ERR(hz_map_is_empty(map, &empty, &err), &err);
	HZT_CHECK(!empty);
	HZT_OK_ERR(hz_map_clear(map, &err), &err);
	HZT_OK_ERR(hz_map_size(map, &n, &err), &err);
	HZT_EQ_INT(n, 0);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static void
every_handle_is_of_one_map(void)
{
	enum { HANDLES = 300 };
	static hz_map *maps[HANDLES];
	hz_map *map = session_map("handles");
	for (int i = 0; i < HANDLES; i++) {
		maps[i] = session_same_map(map, 0, NULL);
		HZT_OK_ERR(hz_map_set(maps[i], hz_i32(i), hz_i64(i), NULL, &err), &err);
	}
	int32_t n = 0;
	HZT_OK_ERR(hz_map_size(map, &n, &err), &err);
	HZT_EQ_INT(n, HANDLES);
	for (int i = 0; i < HANDLES; i++) {
		HZT_CHECK(map_has(maps[HANDLES - 1 - i], hz_i32(i), i));
	}
	for (int i = 0; i < HANDLES; i++) {
		hz_map_close(&maps[i]);
	}
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static const hzt_case cases[] = {
		{"opens_by_name", opens_by_name},
		{"refuses_bad_names_and_calls", refuses_bad_names_and_calls},
		{"takes_any_name", takes_any_name},
		{"destroy_empties_the_map", destroy_empties_the_map},
		{"puts_and_gets", puts_and_gets},
		{"refuses_null", refuses_null},
		{"contains", contains},
		{"puts_if_absent", puts_if_absent},
		{"replaces", replaces},
		{"removes", removes},
		{"tries", tries},
		{"evicts", evicts},
		{"counts_and_clears", counts_and_clears},
		{"every_handle_is_of_one_map", every_handle_is_of_one_map},
};

HZT_MAIN("map_entry", cases)
