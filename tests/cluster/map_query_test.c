// SPDX-License-Identifier: Apache-2.0
//
// Every predicate finds what it is to find, on JSON and on plain values.
#include "tests/cluster/people.h"

#include <stdlib.h>
#include <string.h>

static hz_error err;
static bool of_json; // this case's people

static bool
is_named(const person *p, const char *name)
{
	return strcmp(p->name, name) == 0;
}

static bool
lives_in(const person *p, const char *city)
{
	return p->city != NULL && strcmp(p->city, city) == 0;
}

static bool
has_tag(const person *p, const char *tag)
{
	return strcmp(p->tags[0], tag) == 0 || strcmp(p->tags[1], tag) == 0;
}

// ---- Comparing ----

static bool
is_42(const person *p)
{
	return p->age == 42;
}

static bool
is_not_42(const person *p)
{
	return p->age != 42;
}

static bool
is_zuern(const person *p)
{
	return is_named(p, "Z\u00fcrn");
}

static bool
is_active(const person *p)
{
	return p->active;
}

static bool
has_no_city(const person *p)
{
	return p->city == NULL;
}

static void
equal_and_not_equal(void)
{
	hz_map *map = people_map("equal");
	expect_people(map, hz_pred_equal("age", hz_i32(42)), is_42);
	expect_people(map, hz_pred_equal("age", hz_i64(42)), is_42); // JSON has no types of numbers
	expect_people(map, hz_pred_not_equal("age", hz_i64(42)), is_not_42);
	expect_people(map, hz_pred_equal("name", hz_str("Z\u00fcrn")), is_zuern);
	expect_people(map, hz_pred_equal("active", hz_bool(true)), is_active);
	expect_people(map, hz_pred_equal("home.city", hz_null()), has_no_city);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static bool
is_above_50(const person *p)
{
	return p->age > 50;
}

static bool
is_50_or_above(const person *p)
{
	return p->age >= 50;
}

static bool
is_below_50(const person *p)
{
	return p->age < 50;
}

static bool
is_50_or_below(const person *p)
{
	return p->age <= 50;
}

static bool
is_18_to_30(const person *p)
{
	return p->age >= 18 && p->age <= 30;
}

static bool
earns_1020(const person *p)
{
	return p->pay > 1020.5;
}

static void
greater_less_and_between(void)
{
	hz_map *map = people_map("greater");
	expect_people(map, hz_pred_greater("age", hz_i64(50)), is_above_50);
	expect_people(map, hz_pred_greater_equal("age", hz_i64(50)), is_50_or_above);
	expect_people(map, hz_pred_less("age", hz_i64(50)), is_below_50);
	expect_people(map, hz_pred_less_equal("age", hz_i64(50)), is_50_or_below);
	expect_people(map, hz_pred_between("age", hz_i64(18), hz_i64(30)), is_18_to_30);
	expect_people(map, hz_pred_greater("pay", hz_f64(1020.5)), earns_1020);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static bool
is_ada_or_claude(const person *p)
{
	return is_named(p, "Ada") || is_named(p, "Claude");
}

static bool
nobody(const person *p)
{
	(void)p;
	return false;
}

static bool
everybody(const person *p)
{
	(void)p;
	return true;
}

static bool
is_id_5_or_250(const person *p)
{
	return p->id == 5 || p->id == 250;
}

static void
in(void)
{
	hz_map *map = people_map("in");
	const hz_value names[] = {hz_str("Ada"), hz_str("Claude"), hz_str("Nobody")};
	const hz_value keys[] = {hz_i32(5), hz_i32(250), hz_i32(-1)};
	expect_people(map, hz_pred_in("name", names, 3), is_ada_or_claude);
	expect_people(map, hz_pred_in("name", NULL, 0), nobody);
	expect_people(map, hz_pred_in(HZ_ATTR_KEY, keys, 3), is_id_5_or_250);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

// ---- Text ----

static bool
begins_with_large_a(const person *p)
{
	return p->name[0] == 'A';
}

static bool
begins_with_a(const person *p)
{
	return p->name[0] == 'A' || p->name[0] == 'a';
}

static bool
has_an_l_second(const person *p)
{
	return p->name[1] == 'l' && p->name[2] != '\0';
}

static bool
is_escaped(const person *p)
{
	return is_named(p, "a_b%c");
}

static bool
ends_with_a_or_e(const person *p)
{
	char last = p->name[strlen(p->name) - 1];
	return last == 'a' || last == 'e';
}

static void
like_ilike_and_regex(void)
{
	hz_map *map = people_map("like");
	expect_people(map, hz_pred_like("name", "A%"), begins_with_large_a);
	expect_people(map, hz_pred_ilike("name", "A%"), begins_with_a);
	expect_people(map, hz_pred_like("name", "_l_%"), has_an_l_second);
	expect_people(map, hz_pred_like("name", "a\\_b\\%c"), is_escaped);
	expect_people(map, hz_pred_regex("name", "^\\w.*[ae]$"), ends_with_a_or_e);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static bool
is_above_30_with_a(const person *p)
{
	return p->age > 30 && p->name[0] == 'A';
}

static bool
matches_the_text(const person *p)
{
	return (lives_in(p, "Oslo") && p->age >= 10 && p->age <= 60) ||
			(p->name[0] == 'C' && !p->active);
}

static void
parse(void)
{
	hz_map *map = people_map("parse");
	expect_people(map, hz_pred_parse("age > 30 and name like 'A%'"), is_above_30_with_a);
	expect_people(map,
			hz_pred_parse("(home.city = 'Oslo' AND age BETWEEN 10 AND 60) OR "
				      "(name REGEX '^C.*' AND NOT active = true)"),
			matches_the_text);
	expect_people(map, hz_pred_parse("name in ('Ada', 'Claude')"), is_ada_or_claude);
	expect_people(map, hz_pred_parse("__key in (5, 250)"), is_id_5_or_250);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

// ---- Others ----

static bool
is_ada_of_london(const person *p)
{
	return is_named(p, "Ada") && lives_in(p, "London");
}

static bool
is_ada_or_of_london(const person *p)
{
	return is_named(p, "Ada") || lives_in(p, "London");
}

static bool
is_none_of_those(const person *p)
{
	return !p->active && p->age < 50 && !lives_in(p, "Paris");
}

static bool
is_one_of_those(const person *p)
{
	return p->active || p->age == 42 || lives_in(p, "Paris");
}

static hz_pred *
city(const char *name)
{
	return hz_pred_equal("home.city", hz_str(name));
}

static void
and_or_and_not(void)
{
	hz_map *map = people_map("and");
	expect_people(map, hz_pred_and(hz_pred_equal("name", hz_str("Ada")), city("London")),
			is_ada_of_london);
	expect_people(map, hz_pred_or(hz_pred_equal("name", hz_str("Ada")), city("London")),
			is_ada_or_of_london);
	expect_people(map, hz_pred_not(hz_pred_equal("age", hz_i64(42))), is_not_42);
	hz_pred *none[] = {hz_pred_not(hz_pred_equal("active", hz_bool(true))),
			hz_pred_less("age", hz_i64(50)), hz_pred_not(city("Paris"))};
	expect_people(map, hz_pred_all_of(none, 3), is_none_of_those);
	hz_pred *one[] = {hz_pred_equal("active", hz_bool(true)), hz_pred_equal("age", hz_i64(42)),
			city("Paris")};
	expect_people(map, hz_pred_any_of(one, 3), is_one_of_those);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static void
true_false_and_instance_of(void)
{
	hz_map *map = people_map("true");
	expect_people(map, hz_pred_true(), everybody);
	expect_people(map, hz_pred_false(), nobody);
	hz_pred *json = hz_pred_instance_of("com.hazelcast.core.HazelcastJsonValue");
	expect_people(map, json, of_json ? everybody : nobody);
	expect_people(map, hz_pred_instance_of("java.lang.Long"), nobody);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static bool
has_red(const person *p)
{
	return has_tag(p, "red");
}

static bool
has_red_first(const person *p)
{
	return strcmp(p->tags[0], "red") == 0;
}

static void
items_of_lists(void)
{
	hz_map *map = people_map("any");
	expect_people(map, hz_pred_equal("tags[any]", hz_str("red")), has_red);
	expect_people(map, hz_pred_equal("tags[0]", hz_str("red")), has_red_first);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

// ---- Plain values ----

static int32_t
count_where(hz_map *map, hz_pred *pred)
{
	hz_items *items = NULL;
	HZT_OK_ERR(hz_map_key_set_where(map, pred, &items, &err), &err);
	int32_t n = (int32_t)hz_items_count(items);
	hz_items_destroy(&items);
	hz_pred_destroy(&pred);
	return n;
}

static void
this_and_key(void)
{
	hz_map *map = session_map("plain");
	for (int i = 0; i < 40; i++) {
		HZT_OK_ERR(hz_map_set(map, hz_i64(i), hz_i64(i % 10), NULL, &err), &err);
	}
	HZT_OK_ERR(hz_map_set(map, hz_i64(40), hz_str("text"), NULL, &err), &err);
	HZT_EQ_INT(count_where(map, hz_pred_instance_of("java.lang.Long")), 40);
	HZT_EQ_INT(count_where(map, hz_pred_instance_of("java.lang.Number")), 40);
	HZT_OK_ERR(hz_map_delete(map, hz_i64(40), &err), &err);
	HZT_EQ_INT(count_where(map, hz_pred_equal(HZ_ATTR_THIS, hz_i64(3))), 4);
	HZT_EQ_INT(count_where(map, hz_pred_equal(HZ_ATTR_THIS, hz_i32(3))), 4);
	HZT_EQ_INT(count_where(map, hz_pred_less(HZ_ATTR_KEY, hz_i64(7))), 7);
	HZT_EQ_INT(count_where(map, hz_pred_parse("this >= 8")), 8);
	HZT_EQ_INT(count_where(map,
				   hz_pred_and(hz_pred_greater(HZ_ATTR_KEY, hz_i64(19)),
						   hz_pred_equal(HZ_ATTR_THIS, hz_i64(0)))),
			2);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

// ---- Partitions ----

static int32_t partition_of_key;

static bool
is_in_the_partition(const person *p)
{
	int32_t partition = -1;
	HZT_OK_ERR(hz_client_partition_of(session_client(), hz_i32(p->id), &partition, &err), &err);
	return partition == partition_of_key && p->age < 50;
}

static void
in_partition(void)
{
	hz_map *map = people_map("partition");
	for (int i = 0; i < 20; i++) {
		const hz_value key = hz_i32(i);
		HZT_OK_ERR(hz_client_partition_of(session_client(), key, &partition_of_key, &err),
				&err);
		expect_people(map, hz_pred_in_partition(key, hz_pred_less("age", hz_i64(50))),
				is_in_the_partition);
	}
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

// ---- Removing ----

static bool
is_left(const person *p)
{
	return p->age < 50;
}

static void
remove_all(void)
{
	hz_map *map = people_map("remove");
	int32_t n = -1;
	hz_pred *pred = hz_pred_greater_equal("age", hz_i64(50));
	HZT_OK_ERR(hz_map_remove_all(map, pred, &err), &err);
	HZT_OK_ERR(hz_map_remove_all(map, pred, &err), &err); // a predicate serves more than once
	hz_pred_destroy(&pred);
	expect_people(map, hz_pred_true(), is_left);
	pred = hz_pred_true();
	HZT_OK_ERR(hz_map_remove_all(map, pred, &err), &err);
	hz_pred_destroy(&pred);
	HZT_OK_ERR(hz_map_size(map, &n, &err), &err);
	HZT_EQ_INT(n, 0);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

// ---- Failures ----

static void
failures_are_told(void)
{
	hz_map *map = people_map("bad");
	hz_items *items = NULL;
	int32_t n = -1;
	// Of ours: nothing was sent, so nothing is in doubt.
	HZT_EQ_INT(hz_map_values_where(map, NULL, &items, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_map_remove_all(map, NULL, &err), HZ_ERR_ARGUMENT);
	hz_pred *pred = hz_pred_and(hz_pred_true(), hz_pred_like("a", NULL));
	HZT_EQ_INT(hz_map_remove_all(map, pred, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_STR(err.message, "the pattern of a predicate is NULL");
	HZT_CHECK(!err.in_doubt);
	HZT_EQ_INT(hz_map_entry_set_where(map, pred, &items, &err), HZ_ERR_ARGUMENT);
	hz_pred_destroy(&pred);
	// Of theirs: the text means nothing, the class is not there.
	pred = hz_pred_parse("age >>> 3 AND (");
	HZT_CHECK(hz_map_values_where(map, pred, &items, &err) != HZ_OK);
	HZT_CHECK(err.server_code != 0 && items == NULL);
	hz_pred_destroy(&pred);
	pred = hz_pred_instance_of("no.such.Class");
	HZT_CHECK(hz_map_values_where(map, pred, &items, &err) != HZ_OK);
	HZT_CHECK(err.server_code != 0 && items == NULL);
	hz_pred_destroy(&pred);
	HZT_OK_ERR(hz_map_size(map, &n, &err), &err);
	HZT_EQ_INT(n, PEOPLE);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static void
as_deep_as_allowed(void)
{
	hz_map *map = people_map("deep");
	hz_pred *pred = hz_pred_equal("age", hz_i64(42));
	for (int i = 0; i < 62; i++) {
		pred = hz_pred_not(pred);
	}
	expect_people(map, pred, is_42);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

// ---- Both forms ----

#define OF_BOTH(X)                                                                                 \
	X(equal_and_not_equal)                                                                     \
	X(greater_less_and_between)                                                                \
	X(in)                                                                                      \
	X(like_ilike_and_regex)                                                                    \
	X(parse)                                                                                   \
	X(and_or_and_not)                                                                          \
	X(true_false_and_instance_of)                                                              \
	X(items_of_lists)                                                                          \
	X(in_partition)                                                                            \
	X(remove_all)                                                                              \
	X(as_deep_as_allowed)

#define FUNCTIONS(name)                                                                            \
	static void name##_of_json(void)                                                           \
	{                                                                                          \
		of_json = true;                                                                    \
		people_set_form(PEOPLE_JSON);                                                      \
		name();                                                                            \
	}                                                                                          \
	static void name##_of_records(void)                                                        \
	{                                                                                          \
		of_json = false;                                                                   \
		people_set_form(PEOPLE_RECORDS);                                                   \
		name();                                                                            \
		people_set_form(PEOPLE_JSON);                                                      \
	}
OF_BOTH(FUNCTIONS)

#define ROWS(name) {#name "_of_json", name##_of_json}, {#name "_of_records", name##_of_records},

static const hzt_case cases[] = {
		// clang-format off
		OF_BOTH(ROWS)
		// clang-format on
		{"this_and_key", this_and_key},
		{"failures_are_told", failures_are_told},
};

HZT_MAIN("map_query", cases)
