// SPDX-License-Identifier: Apache-2.0
//
// Indexes of every kind: queries find with them what they find without, whether the entries were
// there before or came after.
#include "tests/cluster/people.h"

#include <string.h>

static hz_error err;

static void
add(hz_map *map, const char *attribute, hz_index_type type)
{
	hz_index_options options = hz_index_options_default();
	options.type = type;
	HZT_OK_ERR(hz_map_add_index(map, &attribute, 1, &options, &err), &err);
}

// The people once more, so that the index has followed its entries.
static void
put_again(hz_map *map)
{
	hz_items *items = NULL;
	hz_value key, value;
	HZT_OK_ERR(hz_map_entry_set(map, &items, &err), &err);
	HZT_OK_ERR(hz_map_clear(map, &err), &err);
	while (hz_items_next(items, &key, &value)) {
		HZT_OK_ERR(hz_map_set(map, key, value, NULL, &err), &err);
	}
	hz_items_destroy(&items);
}

static bool
is_18_to_30(const person *p)
{
	return p->age >= 18 && p->age <= 30;
}

static bool
is_42(const person *p)
{
	return p->age == 42;
}

static bool
is_above_90(const person *p)
{
	return p->age > 90;
}

static void
sorted(void)
{
	hz_map *map = people_map("sorted");
	add(map, "age", HZ_INDEX_SORTED);
	for (int round = 0; round < 2; round++) {
		expect_people(map, hz_pred_between("age", hz_i64(18), hz_i64(30)), is_18_to_30);
		expect_people(map, hz_pred_equal("age", hz_i64(42)), is_42);
		expect_people(map, hz_pred_greater("age", hz_i64(90)), is_above_90);
		put_again(map);
	}
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static bool
lives_in_oslo(const person *p)
{
	return p->city != NULL && strcmp(p->city, "Oslo") == 0;
}

static bool
is_homeless(const person *p)
{
	return p->city == NULL;
}

static bool
is_ada_or_edsger(const person *p)
{
	return strcmp(p->name, "Ada") == 0 || strcmp(p->name, "Edsger") == 0;
}

static void
hash(void)
{
	const hz_value names[] = {hz_str("Ada"), hz_str("Edsger")};
	hz_map *map = people_map("hash");
	add(map, "name", HZ_INDEX_HASH);
	add(map, "home.city", HZ_INDEX_HASH);
	for (int round = 0; round < 2; round++) {
		expect_people(map, hz_pred_in("name", names, 2), is_ada_or_edsger);
		expect_people(map, hz_pred_equal("home.city", hz_str("Oslo")), lives_in_oslo);
		expect_people(map, hz_pred_equal("home.city", hz_null()), is_homeless);
		put_again(map);
	}
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static bool
has_tag(const person *p, const char *tag)
{
	return strcmp(p->tags[0], tag) == 0 || strcmp(p->tags[1], tag) == 0;
}

static bool
is_red_or_blue_but_not_green(const person *p)
{
	return (has_tag(p, "red") || has_tag(p, "blue")) && !has_tag(p, "green");
}

static hz_pred *
tagged(const char *tag)
{
	return hz_pred_equal("tags[any]", hz_str(tag));
}

// The three ways of numbering the entries.
static void
bitmap(void)
{
	static const hz_unique_key ways[] = {
			HZ_UNIQUE_KEY_OBJECT, HZ_UNIQUE_KEY_LONG, HZ_UNIQUE_KEY_RAW};
	const char *attribute = "tags[any]";
	for (size_t i = 0; i < 3; i++) {
		hz_map *map = people_map("bitmap");
		hz_index_options options = hz_index_options_default();
		options.type = HZ_INDEX_BITMAP;
		options.unique_key = i == 0 ? NULL : "id";
		options.unique_key_as = ways[i];
		HZT_OK_ERR(hz_map_add_index(map, &attribute, 1, &options, &err), &err);
		for (int round = 0; round < 2; round++) {
			expect_people(map,
					hz_pred_and(hz_pred_or(tagged("red"), tagged("blue")),
							hz_pred_not(tagged("green"))),
					is_red_or_blue_but_not_green);
			put_again(map);
		}
		HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
	}
}

static bool
is_ada_above_50(const person *p)
{
	return strcmp(p->name, "Ada") == 0 && p->age > 50;
}

static void
composite(void)
{
	static const char *const attributes[] = {"name", "age"};
	hz_map *map = people_map("composite");
	hz_index_options options = hz_index_options_default();
	options.name = "by name and age";
	HZT_OK_ERR(hz_map_add_index(map, attributes, 2, &options, &err), &err);
	options.name = NULL;
	options.type = HZ_INDEX_HASH;
	HZT_OK_ERR(hz_map_add_index(map, attributes, 2, &options, &err), &err);
	for (int round = 0; round < 2; round++) {
		expect_people(map, hz_pred_parse("name = 'Ada' AND age > 50"), is_ada_above_50);
		expect_people(map, hz_pred_equal("age", hz_i64(42)), is_42);
		put_again(map);
	}
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static void
of_keys_and_values(void)
{
	const char *key = HZ_ATTR_KEY, *this_ = HZ_ATTR_THIS;
	hz_map *map = session_map("plain");
	hz_items *items = NULL;
	HZT_OK_ERR(hz_map_add_index(map, &key, 1, NULL, &err), &err);
	HZT_OK_ERR(hz_map_add_index(map, &this_, 1, NULL, &err), &err);
	for (int i = 0; i < 100; i++) {
		HZT_OK_ERR(hz_map_set(map, hz_i32(i), hz_i64(i % 10), NULL, &err), &err);
	}
	hz_pred *pred = hz_pred_and(hz_pred_less(HZ_ATTR_KEY, hz_i32(50)),
			hz_pred_greater_equal(HZ_ATTR_THIS, hz_i64(7)));
	HZT_OK_ERR(hz_map_key_set_where(map, pred, &items, &err), &err);
	HZT_EQ_INT(hz_items_count(items), 15);
	hz_items_destroy(&items);
	hz_pred_destroy(&pred);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

// That members have an index shows when there comes what it has no place for.
static void
members_have_them(void)
{
	const char *attribute = "tags[any]";
	hz_map *map = people_map("there");
	hz_index_options options = hz_index_options_default();
	options.type = HZ_INDEX_BITMAP;
	options.unique_key = "id";
	options.unique_key_as = HZ_UNIQUE_KEY_LONG;
	const hz_value odd = hz_json("{\"id\":\"text\",\"tags\":[\"red\"]}");
	HZT_OK_ERR(hz_map_set(map, hz_i32(-1), odd, NULL, &err), &err);
	HZT_OK_ERR(hz_map_delete(map, hz_i32(-1), &err), &err);
	HZT_OK_ERR(hz_map_add_index(map, &attribute, 1, &options, &err), &err);
	HZT_CHECK(hz_map_set(map, hz_i32(-1), odd, NULL, &err) != HZ_OK);
	HZT_CHECK(err.server_code != 0);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
	map = people_map("names");
	add(map, "age", HZ_INDEX_SORTED);
	const hz_value old = hz_json("{\"id\":1,\"age\":\"old\"}");
	HZT_CHECK(hz_map_set(map, hz_i32(-1), old, NULL, &err) != HZ_OK);
	HZT_CHECK(err.server_code != 0);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

// Once more changes nothing, under the name of another one neither.
static void
names(void)
{
	const char *age = "age", *name = "name";
	hz_map *map = people_map("names");
	hz_index_options options = hz_index_options_default();
	options.name = "one";
	HZT_OK_ERR(hz_map_add_index(map, &age, 1, &options, &err), &err);
	HZT_OK_ERR(hz_map_add_index(map, &age, 1, &options, &err), &err);
	HZT_OK_ERR(hz_map_add_index(map, &name, 1, &options, &err), &err);
	expect_people(map, hz_pred_equal("age", hz_i64(42)), is_42);
	expect_people(map, hz_pred_parse("name = 'Ada' AND age > 50"), is_ada_above_50);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static void
failures_are_told(void)
{
	static const char *const attributes[256] = {"a", "", NULL};
	static const char *const bad[] = {"\xff"};
	hz_map *map = session_map("bad");
	hz_index_options options = hz_index_options_default();
	HZT_EQ_INT(hz_map_add_index(map, NULL, 1, NULL, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_map_add_index(map, attributes, 0, NULL, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_map_add_index(map, attributes, 2, NULL, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_map_add_index(map, attributes + 2, 1, NULL, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_map_add_index(map, attributes, 256, NULL, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_map_add_index(map, bad, 1, NULL, &err), HZ_ERR_ARGUMENT);
	options.size = 1;
	HZT_EQ_INT(hz_map_add_index(map, attributes, 1, &options, &err), HZ_ERR_ARGUMENT);
	options = hz_index_options_default();
	options.type = (hz_index_type)3;
	HZT_EQ_INT(hz_map_add_index(map, attributes, 1, &options, &err), HZ_ERR_ARGUMENT);
	options.type = HZ_INDEX_BITMAP;
	HZT_EQ_INT(hz_map_add_index(map, (const char *const[]){"a", "b"}, 2, &options, &err),
			HZ_ERR_ARGUMENT);
	options.unique_key = "\xc3";
	HZT_EQ_INT(hz_map_add_index(map, attributes, 1, &options, &err), HZ_ERR_ARGUMENT);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static void
of_records(void)
{
	people_set_form(PEOPLE_RECORDS);
	sorted();
	hash();
	bitmap();
	composite();
	people_set_form(PEOPLE_JSON);
}

static const hzt_case cases[] = {
		{"sorted", sorted},
		{"hash", hash},
		{"bitmap", bitmap},
		{"composite", composite},
		{"of_records", of_records},
		{"of_keys_and_values", of_keys_and_values},
		{"members_have_them", members_have_them},
		{"names", names},
		{"failures_are_told", failures_are_told},
};

HZT_MAIN("map_index", cases)
