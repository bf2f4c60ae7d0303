// SPDX-License-Identifier: Apache-2.0
//
// Many entries of a map in one call.
#include "tests/cluster/session.h"

#include <stdlib.h>

enum { MANY = 2000 };

static hz_error err;
static hz_entry entries[MANY];
static hz_value keys[MANY];

static void
make_entries(void)
{
	for (int i = 0; i < MANY; i++) {
		keys[i] = hz_i32(i);
		entries[i] = (hz_entry){hz_i32(i), hz_i64((int64_t)i * 10)};
	}
}

// Every key from 0 up to n is among the items once, with ten times itself as its value.
static void
check_entries(hz_items *items, int n)
{
	static bool seen[MANY];
	hz_value key;
	hz_value value;
	int count = 0;
	for (int i = 0; i < MANY; i++) {
		seen[i] = false;
	}
	HZT_EQ_INT(hz_items_count(items), n);
	while (hz_items_next(items, &key, &value)) {
		HZT_EQ_INT(hz_items_seq(items), -1); // maps number nothing
		int32_t k = -1;
		int64_t v = -1;
		HZT_OK(hz_value_get_i32(&key, &k));
		HZT_OK(hz_value_get_i64(&value, &v));
		HZT_CHECK(k >= 0 && k < n && v == (int64_t)k * 10 && !seen[k]);
		seen[k] = true;
		count++;
	}
	HZT_EQ_INT(count, n);
}

static void
puts_and_gets_all(void)
{
	hz_map *map = session_map("bulk");
	hz_items *items = NULL;
	int32_t n = 0;
	make_entries();
	HZT_OK_ERR(hz_map_put_all(map, entries, 1500, &err), &err);
	HZT_OK_ERR(hz_map_size(map, &n, &err), &err);
	HZT_EQ_INT(n, 1500);
	// Keys without a value are left out.
	HZT_OK_ERR(hz_map_get_all(map, keys, MANY, &items, &err), &err);
	check_entries(items, 1500);
	hz_items_rewind(items);
	check_entries(items, 1500);
	hz_items_destroy(&items);
	HZT_OK_ERR(hz_map_get_all(map, keys, 1, &items, &err), &err);
	check_entries(items, 1);
	hz_items_destroy(&items);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static void
sets_all(void)
{
	hz_map *map = session_map("set-all");
	hz_items *items = NULL;
	make_entries();
	HZT_OK_ERR(hz_map_set_all(map, entries, 100, &err), &err);
	HZT_OK_ERR(hz_map_set_all(map, entries, MANY, &err), &err);
	HZT_OK_ERR(hz_map_get_all(map, keys, MANY, &items, &err), &err);
	check_entries(items, MANY);
	hz_items_destroy(&items);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static void
the_last_of_equal_keys_stays(void)
{
	hz_map *map = session_map("equal");
	hz_entry twice[] = {{hz_str("k"), hz_i64(1)}, {hz_str("l"), hz_i64(5)},
			{hz_str("k"), hz_i64(2)}};
	HZT_OK_ERR(hz_map_put_all(map, twice, 3, &err), &err);
	HZT_CHECK(map_has(map, hz_str("k"), 2) && map_has(map, hz_str("l"), 5));
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static void
nothing_is_little_work(void)
{
	hz_map *map = session_map("nothing");
	hz_items *items = NULL;
	HZT_OK_ERR(hz_map_put_all(map, NULL, 0, &err), &err);
	HZT_OK_ERR(hz_map_get_all(map, NULL, 0, &items, &err), &err);
	HZT_CHECK(items != NULL);
	HZT_EQ_INT(hz_items_count(items), 0);
	HZT_CHECK(!hz_items_next(items, NULL, NULL));
	hz_items_destroy(&items);
	HZT_OK_ERR(hz_map_key_set(map, &items, &err), &err);
	HZT_EQ_INT(hz_items_count(items), 0);
	hz_items_destroy(&items);
	hz_map_close(&map);
}

static void
refuses_what_cannot_be_sent(void)
{
	hz_map *map = session_map("refuses");
	hz_items *items = NULL;
	hz_value bad[] = {hz_i32(1), hz_null()};
	hz_entry bad_entry = {hz_i32(1), hz_null()};
	HZT_EQ_INT(hz_map_get_all(map, bad, 2, &items, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(err.code, HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_map_get_all(map, NULL, 2, &items, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_map_put_all(map, &bad_entry, 1, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_map_set_all(map, NULL, 1, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_map_load_keys(map, NULL, 1, true, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_map_load_keys(map, bad, 2, true, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_map_get_all(map, bad, SIZE_MAX, &items, &err), HZ_ERR_LIMIT);
	HZT_CHECK(items == NULL);
	int32_t n = -1;
	HZT_OK_ERR(hz_map_size(map, &n, &err), &err);
	HZT_EQ_INT(n, 0);
	hz_map_close(&map);
}

static void
gives_keys_values_entries(void)
{
	hz_map *map = session_map("sets");
	hz_items *items = NULL;
	hz_value item;
	int64_t sum = 0;
	make_entries();
	HZT_OK_ERR(hz_map_put_all(map, entries, 300, &err), &err);
	HZT_OK_ERR(hz_map_entry_set(map, &items, &err), &err);
	check_entries(items, 300);
	hz_items_destroy(&items);
	HZT_OK_ERR(hz_map_key_set(map, &items, &err), &err);
	HZT_EQ_INT(hz_items_count(items), 300);
	while (hz_items_next(items, NULL, &item)) {
		int32_t k = 0;
		HZT_OK(hz_value_get_i32(&item, &k));
		sum += k;
	}
	HZT_EQ_INT(sum, 299 * 300 / 2);
	hz_items_destroy(&items);
	HZT_OK_ERR(hz_map_values(map, &items, &err), &err);
	HZT_EQ_INT(hz_items_count(items), 300);
	while (hz_items_next(items, NULL, &item)) {
		int64_t v = 0;
		HZT_OK(hz_value_get_i64(&item, &v));
		sum -= v / 10;
	}
	HZT_EQ_INT(sum, 0);
	hz_items_destroy(&items);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static bool
has_all_loaded(void *ctx)
{
	int32_t n = 0;
	return hz_map_size(ctx, &n, NULL) == HZ_OK && n == 3;
}

// The members' map store keeps strings in the memory of each member, so a value is written on the
// member that will be asked to load it: the owner of its key.
static void
loads_from_the_store(void)
{
	hz_map *map = session_map("store");
	hz_value names[] = {hz_str("a"), hz_str("b"), hz_str("c")};
	hz_value value;
	for (int i = 0; i < 3; i++) {
		HZT_OK_ERR(hz_map_set(map, names[i], hz_str("stored"), NULL, &err), &err);
	}
	HZT_OK_ERR(hz_map_flush(map, &err), &err);
	HZT_OK_ERR(hz_map_evict_all(map, &err), &err);
	HZT_OK_ERR(hz_map_load_keys(map, names, 3, true, &err), &err);
	HZT_AWAIT(has_all_loaded, map, 10000);
	HZT_OK_ERR(hz_map_get(map, names[1], &value, &err), &err);
	HZT_CHECK(took_str(&value, "stored"));
	// Not in the store, so that a loaded value cannot be told from it unless it was replaced.
	HZT_OK_ERR(hz_map_put_transient(map, names[0], hz_str("changed"), NULL, &err), &err);
	HZT_OK_ERR(hz_map_load_all(map, false, &err), &err);
	HZT_OK_ERR(hz_map_get(map, names[0], &value, &err), &err);
	HZT_CHECK(took_str(&value, "changed"));
	HZT_OK_ERR(hz_map_evict(map, names[0], NULL, &err), &err);
	HZT_OK_ERR(hz_map_get(map, names[0], &value, &err), &err);
	HZT_CHECK(took_str(&value, "stored"));
	HZT_OK_ERR(hz_map_clear(map, &err), &err);
	HZT_OK_ERR(hz_map_get(map, names[0], &value, &err), &err);
	HZT_CHECK(took_null(&value));
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static void
async_bulk_outlives_its_arguments(void)
{
	hz_map *map = session_map("async-bulk");
	hz_items *items = NULL;
	hz_value *own = malloc(100 * sizeof(*own));
	if (own == NULL) {
		HZT_FAIL("no memory");
		return;
	}
	make_entries();
	HZT_OK_ERR(hz_map_put_all(map, entries, 100, &err), &err);
	for (int i = 0; i < 100; i++) {
		own[i] = hz_i32(i);
	}
	hz_future future = hz_map_get_all_async(map, own, 100);
	free(own);
	hz_map_close(&map);
	HZT_OK_ERR(hz_await_items(future, &items, &err), &err);
	check_entries(items, 100);
	hz_items_destroy(&items);
}

static const hzt_case cases[] = {
		{"puts_and_gets_all", puts_and_gets_all},
		{"sets_all", sets_all},
		{"the_last_of_equal_keys_stays", the_last_of_equal_keys_stays},
		{"nothing_is_little_work", nothing_is_little_work},
		{"refuses_what_cannot_be_sent", refuses_what_cannot_be_sent},
		{"gives_keys_values_entries", gives_keys_values_entries},
		{"loads_from_the_store", loads_from_the_store},
		{"async_bulk_outlives_its_arguments", async_bulk_outlives_its_arguments},
};

HZT_MAIN("map_bulk", cases)
