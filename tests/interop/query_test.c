// SPDX-License-Identifier: Apache-2.0
//
// This client and the official one for Python ask the same of a map that both have filled, and are
// told the same.
#include "tests/interop/peer.h"
#include "tests/support/cluster.h"
#include "tests/support/suite.h"

#include <hazelcast/hazelcast.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PEOPLE = 120, OURS = 60 };

static hz_error err;
static hz_client *client;
static hz_map *map;
static hzt_peer python;
static char name[64];

// Gives what Python answers, lent until it is asked again.
static const char *
theirs(const char *verb, const char *arguments)
{
	char line[1024];
	snprintf(line, sizeof(line), "[\"%s\", \"%s\", %s]", verb, name, arguments);
	return hzt_peer_ask(&python, line);
}

static void
expect_same(const char *ours, const char *verb, const char *arguments)
{
	const char *answer = theirs(verb, arguments);
	if (strcmp(ours, answer) != 0) {
		printf("  %s %s: %s here, %s there\n", verb, arguments, ours, answer);
		HZT_FAIL("both are told the same");
	}
}

// Half of the people are put here, the others there.
static void
begin(void)
{
	hz_config *config = NULL;
	char json[160];
	snprintf(name, sizeof(name), "interop-query-%d", (int)getpid());
	hzt_peer_start(&python, "query_peer.py"); // before there are threads
	HZT_OK_ERR(hz_config_new(&config, &err), &err);
	HZT_OK_ERR(hz_config_set(config, "network.cluster-members", hzt_shared_addresses(), &err),
			&err);
	HZT_OK_ERR(hz_client_new(config, &client, &err), &err);
	hz_config_destroy(&config);
	HZT_OK_ERR(hz_map_open(client, name, NULL, &map, &err), &err);
	for (int i = 0; i < OURS; i++) {
		snprintf(json, sizeof(json),
				"{\"id\":%d,\"name\":\"n%02d\",\"age\":%d,\"active\":%s,"
				"\"tags\":[\"t%d\",\"t%d\"]}",
				i, i % 20, i * 37 % 100, i % 3 == 0 ? "true" : "false", i % 5,
				i % 7);
		HZT_OK_ERR(hz_map_set(map, hz_i32(i), hz_json(json), NULL, &err), &err);
	}
	snprintf(json, sizeof(json), "%d, %d", OURS, PEOPLE);
	HZT_EQ_STR(theirs("put", json), "null");
}

static void
end(void)
{
	hzt_peer_end(&python);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
	hz_client_destroy(&client);
}

// ---- What is found here, as JSON ----

static int
compare_numbers(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return x < y ? -1 : x > y;
}

static const char *
write_numbers(int64_t *numbers, size_t n, bool sorted)
{
	static char text[2048];
	size_t at = 1;
	if (sorted) {
		qsort(numbers, n, sizeof(numbers[0]), compare_numbers);
	}
	text[0] = '[';
	for (size_t i = 0; i < n; i++) {
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%" PRId64, i > 0 ? "," : "",
				numbers[i]);
		HZT_CHECK(at < sizeof(text) - 2);
	}
	memcpy(text + at, "]", 2);
	return text;
}

static int64_t
number_of(const hz_value *v)
{
	int64_t n = -1;
	int32_t small = -1;
	const char *json = NULL;
	size_t size = 0;
	if (hz_value_get_i64(v, &n) == HZ_OK) {
		return n;
	}
	if (hz_value_get_i32(v, &small) == HZ_OK) {
		return small;
	}
	// Python puts a space behind its colons.
	HZT_OK(hz_value_get_json(v, &json, &size));
	HZT_CHECK(sscanf(json, "{\"id\":%" SCNd64, &n) == 1);
	return n;
}

static const char *
numbers_of(hz_items *items, bool sorted)
{
	int64_t numbers[PEOPLE];
	size_t n = 0;
	hz_value v;
	HZT_CHECK(hz_items_count(items) <= PEOPLE);
	while (hz_items_next(items, NULL, &v)) {
		numbers[n++] = number_of(&v);
	}
	hz_items_destroy(&items);
	return write_numbers(numbers, n, sorted);
}

// ---- Predicates ----

// Takes the predicate; the other one is what Python makes it of.
static void
both(hz_pred *pred, const char *words)
{
	hz_items *items = NULL;
	HZT_OK_ERR(hz_map_key_set_where(map, pred, &items, &err), &err);
	HZT_CHECK(hz_items_count(items) > 0 && hz_items_count(items) < PEOPLE);
	expect_same(numbers_of(items, true), "keys", words);
	HZT_OK_ERR(hz_map_values_where(map, pred, &items, &err), &err);
	expect_same(numbers_of(items, true), "values", words);
	hz_pred_destroy(&pred);
}

static void
predicates(void)
{
	const hz_value names[] = {hz_str("n03"), hz_str("n11")};
	both(hz_pred_parse("age > 30 AND name LIKE 'n0%'"),
			"[\"sql\", \"age > 30 AND name LIKE 'n0%'\"]");
	both(hz_pred_equal("age", hz_i32(37)), "[\"equal\", \"age\", 37]");
	both(hz_pred_not_equal("name", hz_str("n07")), "[\"not_equal\", \"name\", \"n07\"]");
	both(hz_pred_greater("age", hz_i32(50)), "[\"greater\", \"age\", 50]");
	both(hz_pred_greater_equal("age", hz_i32(50)), "[\"greater_or_equal\", \"age\", 50]");
	both(hz_pred_less("age", hz_i32(50)), "[\"less\", \"age\", 50]");
	both(hz_pred_less_equal(HZ_ATTR_KEY, hz_i32(50)), "[\"less_or_equal\", \"__key\", 50]");
	both(hz_pred_between("age", hz_i32(10), hz_i32(20)), "[\"between\", \"age\", 10, 20]");
	both(hz_pred_in("name", names, 2), "[\"in_\", \"name\", \"n03\", \"n11\"]");
	both(hz_pred_like("name", "n1_"), "[\"like\", \"name\", \"n1_\"]");
	both(hz_pred_ilike("name", "N1%"), "[\"ilike\", \"name\", \"N1%\"]");
	both(hz_pred_regex("name", "n[01]5"), "[\"regex\", \"name\", \"n[01]5\"]");
	both(hz_pred_equal("tags[any]", hz_str("t3")), "[\"equal\", \"tags[any]\", \"t3\"]");
	both(hz_pred_and(hz_pred_equal("active", hz_bool(true)), hz_pred_less("age", hz_i32(60))),
			"[\"and_\", [\"equal\", \"active\", true], [\"less\", \"age\", 60]]");
	both(hz_pred_or(hz_pred_equal("name", hz_str("n01")),
			     hz_pred_not(hz_pred_less("age", hz_i32(60)))),
			"[\"or_\", [\"equal\", \"name\", \"n01\"], "
			"[\"not_\", [\"less\", \"age\", 60]]]");
}

// ---- Pages ----

static void
pages(void)
{
	hz_paging *paging = NULL;
	HZT_OK_ERR(hz_paging_new(hz_pred_less("age", hz_i32(60)), hz_null(), 9, &paging, &err),
			&err);
	for (int page = 0; page < 10; page++) {
		char words[96];
		hz_items *items = NULL;
		HZT_OK_ERR(hz_map_key_set_page(map, paging, &items, &err), &err);
		snprintf(words, sizeof(words), "[\"less\", \"age\", 60], 9, %d", page);
		expect_same(numbers_of(items, false), "page", words);
		hz_paging_next(paging);
	}
	hz_paging_destroy(&paging);
}

// ---- Aggregators and projections ----

// Takes the aggregator. Python's form of it comes as the name and the attribute.
static void
aggregate(hz_agg *agg, const char *word, const char *attribute)
{
	char words[128], ours[64];
	double d = 0;
	hz_value v = hz_null();
	hz_pred *pred = hz_pred_greater("age", hz_i32(20));
	HZT_OK_ERR(hz_map_aggregate(map, agg, pred, &v, &err), &err);
	snprintf(words, sizeof(words), "\"%s\", \"%s\", [\"greater\", \"age\", 20]", word,
			attribute);
	if (hz_value_get_f64(&v, &d) == HZ_OK) {
		double other = strtod(theirs("aggregate", words), NULL);
		HZT_CHECK(d - other < 1e-9 && other - d < 1e-9);
	} else {
		HZT_CHECK(hz_value_format(&v, ours, sizeof(ours)) < sizeof(ours));
		expect_same(ours, "aggregate", words);
	}
	hz_value_clear(&v);
	hz_pred_destroy(&pred);
	hz_agg_destroy(&agg);
}

static void
aggregates(void)
{
	aggregate(hz_agg_count("age"), "count", "age");
	aggregate(hz_agg_long_sum("age"), "long_sum", "age");
	aggregate(hz_agg_long_avg("age"), "long_avg", "age");
	aggregate(hz_agg_fixed_point_sum("age"), "fixed_point_sum", "age");
	aggregate(hz_agg_floating_point_sum("age"), "floating_point_sum", "age");
	aggregate(hz_agg_number_avg("age"), "number_avg", "age");
	aggregate(hz_agg_int_sum(HZ_ATTR_KEY), "int_sum", "__key");
	aggregate(hz_agg_int_avg(HZ_ATTR_KEY), "int_avg", "__key");
	aggregate(hz_agg_min("age"), "min_", "age");
	aggregate(hz_agg_max("name"), "max_", "name");
}

static void
distinct_values(void)
{
	int64_t numbers[PEOPLE];
	size_t n = 0, pos = 0;
	hz_value v = hz_null(), item;
	hz_agg *agg = hz_agg_distinct("age");
	HZT_OK_ERR(hz_map_aggregate(map, agg, NULL, &v, &err), &err);
	while (hz_value_next(&v, &pos, &item)) {
		HZT_CHECK(n < PEOPLE);
		numbers[n++] = number_of(&item);
	}
	expect_same(write_numbers(numbers, n, true), "aggregate", "\"distinct\", \"age\", null");
	hz_value_clear(&v);
	hz_agg_destroy(&agg);
}

static void
entries_by_their_attribute(void)
{
	hz_value v = hz_null(), key, value;
	char ours[200];
	size_t pos = 0;
	int id = -1;
	hz_agg *agg = hz_agg_max_by("id");
	HZT_OK_ERR(hz_map_aggregate(map, agg, NULL, &v, &err), &err);
	HZT_CHECK(hz_value_next_entry(&v, &pos, &key, &value));
	id = (int)number_of(&key);
	HZT_EQ_INT(number_of(&value), id);
	snprintf(ours, sizeof(ours),
			"[%d,{\"id\":%d,\"name\":\"n%02d\",\"age\":%d,\"active\":%s,"
			"\"tags\":[\"t%d\",\"t%d\"]}]",
			id, id, id % 20, id * 37 % 100, id % 3 == 0 ? "true" : "false", id % 5,
			id % 7);
	expect_same(ours, "aggregate", "\"max_by\", \"id\", null");
	hz_value_clear(&v);
	hz_agg_destroy(&agg);
}

static void
projections(void)
{
	hz_items *items = NULL;
	hz_value list, item;
	int64_t ids[PEOPLE];
	size_t n = 0;
	hz_pred *pred = hz_pred_less("age", hz_i32(15));
	hz_proj *proj = hz_proj_single("age");
	HZT_OK_ERR(hz_map_project(map, proj, pred, &items, &err), &err);
	expect_same(numbers_of(items, true), "project", "\"age\", [\"less\", \"age\", 15]");
	hz_proj_destroy(&proj);
	proj = hz_proj_multi((const char *const[]){"id", "name"}, 2);
	HZT_OK_ERR(hz_map_project(map, proj, pred, &items, &err), &err);
	while (hz_items_next(items, NULL, &list)) {
		size_t pos = 0;
		HZT_CHECK(hz_value_next(&list, &pos, &item));
		ids[n++] = number_of(&item);
	}
	hz_items_destroy(&items);
	qsort(ids, n, sizeof(ids[0]), compare_numbers);
	char text[1024] = "[";
	for (size_t i = 0; i < n; i++) {
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
				"%s[%" PRId64 ",\"n%02d\"]", i > 0 ? "," : "", ids[i],
				(int)ids[i] % 20);
	}
	snprintf(text + strlen(text), sizeof(text) - strlen(text), "]");
	expect_same(text, "multi", "[\"id\", \"name\"], [\"less\", \"age\", 15]");
	hz_proj_destroy(&proj);
	hz_pred_destroy(&pred);
}

// One case: Python takes its time to start.
static void
told_the_same(void)
{
	begin();
	predicates();
	pages();
	aggregates();
	distinct_values();
	entries_by_their_attribute();
	projections();
	end();
}

static const hzt_case cases[] = {{"told_the_same", told_the_same}};

HZT_MAIN("query", cases)
