// SPDX-License-Identifier: Apache-2.0
//
// Every aggregator and projection, on plain values of the type it is for and on JSON.
#include "tests/cluster/people.h"

enum { N = 100 };

static hz_error err;

// ---- Plain values ----

// A value for each number, of one type.
typedef hz_value (*make_fn)(int i);

static hz_value
make_i32(int i)
{
	return hz_i32(i - 30);
}

static hz_value
make_i64(int i)
{
	return hz_i64((int64_t)(i - 30) * 10000000000);
}

static hz_value
make_f64(int i)
{
	return hz_f64((i - 30) * 0.25);
}

static hz_value
make_big_integer(int i)
{
	static int8_t byte[N];
	byte[i] = (int8_t)(i - 30);
	return hz_big_integer(&byte[i], 1);
}

static hz_value
make_big_decimal(int i)
{
	static uint8_t byte[N];
	byte[i] = (uint8_t)(i - 30);
	return hz_decimal_value((hz_decimal){.unscaled = &byte[i], .size = 1, .scale = 1});
}

// What all of them make: -30 to 69, in units of the type's own.
enum { SUM = (69 + 1) * 69 / 2 - 31 * 30 / 2 };

static hz_map *
numbers(make_fn make)
{
	hz_map *map = session_map("numbers");
	for (int i = 0; i < N; i++) {
		HZT_OK_ERR(hz_map_set(map, hz_i32(i), make(i), NULL, &err), &err);
	}
	return map;
}

// Takes the aggregator; gives what it makes of the whole map, or of a part of it.
static hz_value
aggregate(hz_map *map, hz_agg *aggregator, const hz_pred *pred)
{
	hz_value out = hz_null();
	HZT_OK_ERR(hz_map_aggregate(map, aggregator, pred, &out, &err), &err);
	hz_agg_destroy(&aggregator);
	return out;
}

static void
expect_i64(hz_map *map, hz_agg *aggregator, int64_t want)
{
	hz_value out = aggregate(map, aggregator, NULL);
	HZT_EQ_INT(hz_value_kind(&out), HZ_KIND_I64);
	HZT_CHECK(took_i64(&out, want));
}

static void
expect_f64(hz_map *map, hz_agg *aggregator, double want)
{
	double got = 0;
	hz_value out = aggregate(map, aggregator, NULL);
	HZT_OK(hz_value_get_f64(&out, &got));
	HZT_CHECK(got - want < 1e-6 && want - got < 1e-6);
}

static void
expect_value(hz_map *map, hz_agg *aggregator, hz_value want)
{
	hz_value out = aggregate(map, aggregator, NULL);
	HZT_CHECK(hz_value_equal(&out, &want));
	hz_value_clear(&out);
}

static void
of_integers(void)
{
	hz_map *map = numbers(make_i32);
	expect_i64(map, hz_agg_int_sum(HZ_ATTR_THIS), SUM);
	expect_f64(map, hz_agg_int_avg(HZ_ATTR_THIS), SUM / (double)N);
	expect_i64(map, hz_agg_int_sum(HZ_ATTR_KEY), N * (N - 1) / 2);
	expect_i64(map, hz_agg_fixed_point_sum(HZ_ATTR_THIS), SUM);
	expect_f64(map, hz_agg_number_avg(HZ_ATTR_THIS), SUM / (double)N);
	expect_value(map, hz_agg_min(HZ_ATTR_THIS), hz_i32(-30));
	expect_value(map, hz_agg_max(HZ_ATTR_THIS), hz_i32(69));
	expect_i64(map, hz_agg_count(HZ_ATTR_THIS), N);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static void
of_longs(void)
{
	hz_map *map = numbers(make_i64);
	expect_i64(map, hz_agg_long_sum(HZ_ATTR_THIS), SUM * INT64_C(10000000000));
	expect_f64(map, hz_agg_long_avg(HZ_ATTR_THIS), SUM * 1e10 / N);
	expect_value(map, hz_agg_max(HZ_ATTR_THIS), hz_i64(INT64_C(690000000000)));
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static void
of_doubles(void)
{
	hz_map *map = numbers(make_f64);
	expect_f64(map, hz_agg_double_sum(HZ_ATTR_THIS), SUM * 0.25);
	expect_f64(map, hz_agg_double_avg(HZ_ATTR_THIS), SUM * 0.25 / N);
	expect_f64(map, hz_agg_floating_point_sum(HZ_ATTR_THIS), SUM * 0.25);
	expect_f64(map, hz_agg_number_avg(HZ_ATTR_THIS), SUM * 0.25 / N);
	expect_value(map, hz_agg_min(HZ_ATTR_THIS), hz_f64(-7.5));
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

// The average is a decimal, not negative, that is worth this. Takes the aggregator.
static void
expect_decimal(hz_map *map, hz_agg *aggregator, double want)
{
	hz_decimal got;
	double worth = 0;
	hz_value out = aggregate(map, aggregator, NULL);
	HZT_OK(hz_value_get_decimal(&out, &got));
	for (size_t i = 0; i < got.size; i++) {
		worth = worth * 256 + ((const uint8_t *)got.unscaled)[i];
	}
	for (int32_t i = 0; i < got.scale; i++) {
		worth /= 10;
	}
	HZT_CHECK(worth - want < 1e-9 && want - worth < 1e-9);
	hz_value_clear(&out);
}

static void
of_big_integers(void)
{
	static const uint8_t sum[] = {SUM >> 8, SUM & 255};
	hz_map *map = numbers(make_big_integer);
	expect_value(map, hz_agg_big_integer_sum(HZ_ATTR_THIS), hz_big_integer(sum, 2));
	expect_decimal(map, hz_agg_big_integer_avg(HZ_ATTR_THIS), SUM / (double)N);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static void
of_big_decimals(void)
{
	static const uint8_t sum[] = {SUM >> 8, SUM & 255};
	hz_map *map = numbers(make_big_decimal);
	expect_value(map, hz_agg_big_decimal_sum(HZ_ATTR_THIS),
			hz_decimal_value((hz_decimal){.unscaled = sum, .size = 2, .scale = 1}));
	expect_decimal(map, hz_agg_big_decimal_avg(HZ_ATTR_THIS), SUM / 10.0 / N);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static void
of_nothing(void)
{
	hz_map *map = session_map("nothing");
	hz_agg *(*const none[])(const char *) = {hz_agg_min, hz_agg_max, hz_agg_min_by,
			hz_agg_max_by, hz_agg_long_avg, hz_agg_double_avg, hz_agg_number_avg};
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		hz_value out = aggregate(map, none[i](HZ_ATTR_THIS), NULL);
		HZT_CHECK(took_null(&out));
	}
	expect_i64(map, hz_agg_count(NULL), 0);
	expect_i64(map, hz_agg_long_sum(HZ_ATTR_THIS), 0);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

// ---- JSON ----

static int64_t
sum_of_ages(bool (*is)(const person *p), int64_t *count)
{
	int64_t sum = 0;
	*count = 0;
	for (int i = 0; i < PEOPLE; i++) {
		person p = person_at(i);
		sum += is(&p) ? p.age : 0;
		*count += is(&p);
	}
	return sum;
}

static bool
is_active(const person *p)
{
	return p->active;
}

static bool
everybody(const person *p)
{
	(void)p;
	return true;
}

static void
of_people(void)
{
	hz_map *map = people_map("people");
	hz_pred *active = hz_pred_equal("active", hz_bool(true));
	int64_t count = 0;
	int64_t sum = sum_of_ages(is_active, &count);
	hz_value out = aggregate(map, hz_agg_long_sum("age"), active);
	HZT_CHECK(took_i64(&out, sum));
	out = aggregate(map, hz_agg_count(NULL), active);
	HZT_CHECK(took_i64(&out, count));
	out = aggregate(map, hz_agg_count("age"), active);
	HZT_CHECK(took_i64(&out, count));
	out = aggregate(map, hz_agg_max("age"), active);
	HZT_CHECK(took_i64(&out, 99));
	sum = sum_of_ages(everybody, &count);
	expect_i64(map, hz_agg_long_sum("age"), sum);
	expect_f64(map, hz_agg_number_avg("age"), (double)sum / PEOPLE);
	hz_pred_destroy(&active);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

// JSON has null where a path leads nowhere, records have nothing.
static void
check_distinct(unsigned want_seen)
{
	hz_map *map = people_map("distinct");
	static const char *const want[] = {"London", "Paris", "Oslo"};
	hz_value out = aggregate(map, hz_agg_distinct("home.city"), NULL);
	unsigned seen = 0;
	size_t pos = 0;
	hz_value item;
	HZT_EQ_INT(hz_value_kind(&out), HZ_KIND_LIST);
	while (hz_value_next(&out, &pos, &item)) {
		unsigned which = hz_value_is_null(&item) ? 8 : 0;
		for (unsigned i = 0; i < 3; i++) {
			const hz_value city = hz_str(want[i]);
			which |= hz_value_equal(&item, &city) ? 1U << i : 0;
		}
		HZT_CHECK(which != 0 && (seen & which) == 0);
		seen |= which;
	}
	HZT_EQ_INT(seen, want_seen);
	hz_value_clear(&out);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static void
distinct(void)
{
	check_distinct(15);
}

// The one entry of a map.
static void
only_entry(const hz_value *map, hz_value *key, hz_value *value)
{
	size_t pos = 0;
	HZT_EQ_INT(hz_value_kind(map), HZ_KIND_MAP);
	HZT_EQ_INT(hz_value_count(map), 1);
	HZT_CHECK(hz_value_next_entry(map, &pos, key, value));
	HZT_CHECK(!hz_value_next_entry(map, &pos, &(hz_value){0}, &(hz_value){0}));
}

static void
min_by_and_max_by(void)
{
	hz_map *map = people_map("by");
	hz_value key, value;
	hz_value out = aggregate(map, hz_agg_max_by("id"), NULL);
	int32_t id = -1;
	only_entry(&out, &key, &value);
	HZT_OK(hz_value_get_i32(&key, &id));
	HZT_EQ_INT(id, PEOPLE - 1);
	HZT_EQ_INT(person_of(&value), id);
	hz_value_clear(&out);
	out = aggregate(map, hz_agg_min_by("age"), NULL);
	only_entry(&out, &key, &value);
	HZT_EQ_INT(person_at(person_of(&value)).age, 0);
	hz_value_clear(&out);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

// ---- Projections ----

static hz_items *
project(hz_map *map, hz_proj *projection, const hz_pred *pred)
{
	hz_items *items = NULL;
	HZT_OK_ERR(hz_map_project(map, projection, pred, &items, &err), &err);
	hz_proj_destroy(&projection);
	return items;
}

static void
single(void)
{
	hz_map *map = people_map("single");
	bool seen[PEOPLE] = {false};
	hz_pred *active = hz_pred_equal("active", hz_bool(true));
	hz_value key, value;
	int64_t id = -1, count = 0;
	hz_items *items = project(map, hz_proj_single("id"), active);
	while (hz_items_next(items, &key, &value)) {
		HZT_CHECK(hz_value_is_null(&key));
		HZT_OK(hz_value_get_i64(&value, &id));
		HZT_CHECK(id >= 0 && id < PEOPLE && id % 3 == 0 && !seen[id]);
		seen[id] = true;
		count++;
	}
	HZT_EQ_INT(count, PEOPLE / 3);
	hz_items_destroy(&items);
	// Who has no such attribute has null there.
	items = project(map, hz_proj_single("home.city"), NULL);
	HZT_EQ_INT(hz_items_count(items), PEOPLE);
	count = 0;
	while (hz_items_next(items, NULL, &value)) {
		count += hz_value_is_null(&value);
	}
	HZT_EQ_INT(count, PEOPLE / 4);
	hz_items_destroy(&items);
	hz_pred_destroy(&active);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static void
multi(void)
{
	static const char *const attributes[] = {HZ_ATTR_KEY, "name", "age", "home.city"};
	hz_map *map = people_map("multi");
	bool seen[PEOPLE] = {false};
	hz_value list, item[4];
	int32_t id = -1;
	int64_t age = -1;
	hz_items *items = project(map, hz_proj_multi(attributes, 4), NULL);
	HZT_EQ_INT(hz_items_count(items), PEOPLE);
	while (hz_items_next(items, NULL, &list)) {
		size_t pos = 0;
		HZT_EQ_INT(hz_value_count(&list), 4);
		for (size_t i = 0; i < 4; i++) {
			HZT_CHECK(hz_value_next(&list, &pos, &item[i]));
		}
		HZT_OK(hz_value_get_i32(&item[0], &id));
		HZT_CHECK(id >= 0 && id < PEOPLE && !seen[id]);
		seen[id] = true;
		person p = person_at(id);
		const hz_value name = hz_str(p.name), city = hz_str(p.city);
		HZT_OK(hz_value_get_i64(&item[2], &age));
		HZT_CHECK(hz_value_equal(&item[1], &name) && age == p.age);
		HZT_CHECK(hz_value_equal(&item[3], &city));
	}
	hz_items_destroy(&items);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static void
identity(void)
{
	hz_map *map = people_map("identity");
	bool seen[PEOPLE] = {false};
	hz_value entry, key, value;
	int32_t id = -1, count = 0;
	hz_items *items = project(map, hz_proj_identity(), NULL);
	while (hz_items_next(items, NULL, &entry)) {
		only_entry(&entry, &key, &value);
		HZT_OK(hz_value_get_i32(&key, &id));
		HZT_EQ_INT(person_of(&value), id);
		HZT_CHECK(!seen[id]);
		seen[id] = true;
		count++;
	}
	HZT_EQ_INT(count, PEOPLE);
	hz_items_destroy(&items);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

// ---- Records ----

static void
of_records(void)
{
	int64_t count = 0;
	int64_t sum = sum_of_ages(everybody, &count);
	people_set_form(PEOPLE_RECORDS);
	hz_map *map = people_map("records");
	expect_i64(map, hz_agg_int_sum("age"), sum);
	expect_f64(map, hz_agg_int_avg("age"), (double)sum / PEOPLE);
	expect_value(map, hz_agg_max("age"), hz_i32(99));
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
	check_distinct(7);
	min_by_and_max_by();
	identity();
	people_set_form(PEOPLE_JSON);
}

// ---- Partitions, failures ----

static void
in_partition(void)
{
	hz_map *map = people_map("part");
	int32_t partition = -1, other = -1;
	int64_t want = 0;
	HZT_OK_ERR(hz_client_partition_of(session_client(), hz_i32(7), &partition, &err), &err);
	for (int i = 0; i < PEOPLE; i++) {
		HZT_OK_ERR(hz_client_partition_of(session_client(), hz_i32(i), &other, &err), &err);
		want += other == partition;
	}
	hz_pred *pred = hz_pred_in_partition(hz_i32(7), hz_pred_true());
	hz_value out = aggregate(map, hz_agg_count(NULL), pred);
	HZT_CHECK(took_i64(&out, want));
	hz_items *items = project(map, hz_proj_single("id"), pred);
	HZT_EQ_INT(hz_items_count(items), want);
	hz_items_destroy(&items);
	hz_pred_destroy(&pred);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static void
failures_are_told(void)
{
	hz_map *map = people_map("bad");
	hz_value out = hz_null();
	hz_items *items = NULL;
	hz_agg *agg = hz_agg_max_by(NULL);
	HZT_EQ_INT(hz_map_aggregate(map, agg, NULL, &out, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_STR(err.message, "the attribute of an aggregator is NULL");
	hz_agg_destroy(&agg);
	HZT_EQ_INT(hz_map_aggregate(map, NULL, NULL, &out, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_map_project(map, NULL, NULL, &items, &err), HZ_ERR_ARGUMENT);
	hz_proj *proj = hz_proj_multi(NULL, 3);
	HZT_EQ_INT(hz_map_project(map, proj, NULL, &items, &err), HZ_ERR_ARGUMENT);
	hz_proj_destroy(&proj);
	// Of theirs: text is no number.
	agg = hz_agg_long_sum("name");
	HZT_CHECK(hz_map_aggregate(map, agg, NULL, &out, &err) != HZ_OK);
	HZT_CHECK(err.server_code != 0 && hz_value_is_null(&out) && items == NULL);
	hz_agg_destroy(&agg);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static const hzt_case cases[] = {
		{"of_integers", of_integers},
		{"of_longs", of_longs},
		{"of_doubles", of_doubles},
		{"of_big_integers", of_big_integers},
		{"of_big_decimals", of_big_decimals},
		{"of_nothing", of_nothing},
		{"of_people", of_people},
		{"distinct", distinct},
		{"min_by_and_max_by", min_by_and_max_by},
		{"single", single},
		{"multi", multi},
		{"identity", identity},
		{"of_records", of_records},
		{"in_partition", in_partition},
		{"failures_are_told", failures_are_told},
};

HZT_MAIN("map_aggregate", cases)
