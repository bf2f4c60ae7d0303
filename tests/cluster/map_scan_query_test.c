// SPDX-License-Identifier: Apache-2.0
//
// A query piece by piece, with no more than a page of its answer in memory.
#include "tests/cluster/people.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static hz_error err;

static hz_map_scan *
scan_of(hz_map *map, const hz_pred *filter, const hz_proj *projection, bool keys, int32_t page)
{
	hz_map_scan *scan = NULL;
	hz_scan_options options = hz_scan_options_default();
	options.filter = filter;
	options.projection = projection;
	options.keys_only = keys;
	options.page_size = page;
	HZT_OK_ERR(hz_map_scan_open(map, &options, &scan, &err), &err);
	return scan;
}

static bool
next(hz_map_scan *scan, hz_value *key, hz_value *value)
{
	bool more = false;
	HZT_OK_ERR(hz_map_scan_next(scan, key, value, &more, &err), &err);
	return more;
}

static bool
is_below_40(const person *p)
{
	return p->age < 40;
}

static void
expect_seen(const bool *seen, person_fn is)
{
	for (int i = 0; i < PEOPLE; i++) {
		person p = person_at(i);
		HZT_CHECK(seen[i] == is(&p));
	}
}

static void
entries_and_keys(void)
{
	static const int32_t pages[] = {0, 1, 2, 7, 100000};
	hz_map *map = people_map("entries");
	hz_pred *pred = hz_pred_less("age", hz_i64(40));
	for (size_t i = 0; i < 2 * sizeof(pages) / sizeof(pages[0]); i++) {
		bool keys = i % 2 == 1;
		bool seen[PEOPLE] = {false};
		hz_value key, value;
		int32_t id = -1;
		hz_map_scan *scan = scan_of(map, pred, NULL, keys, pages[i / 2]);
		while (next(scan, &key, &value)) {
			HZT_OK(hz_value_get_i32(&key, &id));
			HZT_CHECK(id >= 0 && id < PEOPLE && !seen[id]);
			HZT_CHECK(keys ? hz_value_is_null(&value) : person_of(&value) == id);
			seen[id] = true;
		}
		HZT_CHECK(hz_value_is_null(&key) && hz_value_is_null(&value));
		HZT_CHECK(!next(scan, NULL, NULL));
		hz_map_scan_destroy(&scan);
		expect_seen(seen, is_below_40);
	}
	hz_pred_destroy(&pred);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

// The same of Compact records.
static void
records(void)
{
	people_set_form(PEOPLE_RECORDS);
	entries_and_keys();
	people_set_form(PEOPLE_JSON);
}

static bool
everybody(const person *p)
{
	(void)p;
	return true;
}

static void
projections(void)
{
	static const char *const attributes[] = {"id", "home.city"};
	hz_map *map = people_map("projections");
	bool seen[PEOPLE] = {false};
	hz_value key, value, item;
	int64_t id = -1;
	hz_proj *proj = hz_proj_multi(attributes, 2);
	hz_map_scan *scan = scan_of(map, NULL, proj, false, 10);
	hz_proj_destroy(&proj); // it was copied
	while (next(scan, &key, &value)) {
		size_t pos = 0;
		HZT_CHECK(hz_value_is_null(&key) && hz_value_next(&value, &pos, &item));
		HZT_OK(hz_value_get_i64(&item, &id));
		HZT_CHECK(id >= 0 && id < PEOPLE && !seen[id] &&
				hz_value_next(&value, &pos, &item));
		const hz_value city = hz_str(person_at((int)id).city);
		HZT_CHECK(hz_value_equal(&item, &city));
		seen[id] = true;
	}
	hz_map_scan_destroy(&scan);
	expect_seen(seen, everybody);
	// Null results are results.
	int count = 0;
	proj = hz_proj_single("home.city");
	scan = scan_of(map, NULL, proj, false, 0);
	while (next(scan, NULL, &value)) {
		count += hz_value_is_null(&value);
	}
	HZT_EQ_INT(count, PEOPLE / 4);
	hz_map_scan_destroy(&scan);
	hz_proj_destroy(&proj);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static int32_t partition_of_key;

static bool
is_in_the_partition(const person *p)
{
	int32_t partition = -1;
	HZT_OK_ERR(hz_client_partition_of(session_client(), hz_i32(p->id), &partition, &err), &err);
	return partition == partition_of_key && p->age < 40;
}

static void
in_a_partition(void)
{
	hz_map *map = people_map("partition");
	bool seen[PEOPLE] = {false};
	hz_value key;
	int32_t id = -1;
	HZT_OK_ERR(hz_client_partition_of(session_client(), hz_i32(5), &partition_of_key, &err),
			&err);
	hz_pred *pred = hz_pred_in_partition(hz_i32(5), hz_pred_less("age", hz_i64(40)));
	hz_map_scan *scan = scan_of(map, pred, NULL, false, 1);
	hz_pred_destroy(&pred);
	while (next(scan, &key, NULL)) {
		HZT_OK(hz_value_get_i32(&key, &id));
		seen[id] = true;
	}
	hz_map_scan_destroy(&scan);
	expect_seen(seen, is_in_the_partition);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static void
failures_are_told(void)
{
	hz_map *map = people_map("bad");
	hz_map_scan *scan = NULL;
	bool more = true;
	hz_scan_options options = hz_scan_options_default();
	hz_pred *pred = hz_pred_parse(NULL);
	hz_proj *proj = hz_proj_single(NULL);
	options.filter = pred;
	HZT_EQ_INT(hz_map_scan_open(map, &options, &scan, &err), HZ_ERR_ARGUMENT);
	options.filter = NULL;
	options.projection = proj;
	HZT_EQ_INT(hz_map_scan_open(map, &options, &scan, &err), HZ_ERR_ARGUMENT);
	hz_proj_destroy(&proj);
	proj = hz_proj_single("id");
	options.projection = proj;
	options.keys_only = true;
	HZT_EQ_INT(hz_map_scan_open(map, &options, &scan, &err), HZ_ERR_ARGUMENT);
	HZT_CHECK(scan == NULL);
	hz_proj_destroy(&proj);
	hz_pred_destroy(&pred);
	// What members do not understand they say at the first page.
	pred = hz_pred_parse("age >>> (");
	scan = scan_of(map, pred, NULL, false, 0);
	HZT_CHECK(hz_map_scan_next(scan, NULL, NULL, &more, &err) != HZ_OK);
	HZT_CHECK(err.server_code != 0);
	hz_map_scan_destroy(&scan);
	hz_pred_destroy(&pred);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

// ---- Memory ----

static long
resident_kib(void)
{
	long pages = -1;
	FILE *f = fopen("/proc/self/statm", "r");
	HZT_CHECK(f != NULL && fscanf(f, "%*s %ld", &pages) == 1);
	fclose(f);
	return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

// The answer has 100 bytes for each entry, 20 MB in all.
static void
memory_is_bounded(void)
{
	enum { BATCH = 4000, TEXT = 100 };
	static char text[TEXT + 1];
	static hz_entry entries[BATCH];
	int n = 200000 / (hzt_slowness() > 1 ? 10 : 1);
	hz_map *map = session_map("large");
	memset(text, 'x', TEXT);
	for (int i = 0; i < n; i += BATCH) {
		for (int k = 0; k < BATCH; k++) {
			entries[k] = (hz_entry){hz_i32(i + k), hz_str(text)};
		}
		HZT_OK_ERR(hz_map_set_all(map, entries, BATCH, &err), &err);
	}
	hz_pred *pred = hz_pred_like(HZ_ATTR_THIS, "x%");
	hz_map_scan *scan = scan_of(map, pred, NULL, false, 0);
	long before = resident_kib(), most = 0;
	int64_t sum = 0;
	int count = 0;
	hz_value key;
	while (next(scan, &key, NULL)) {
		int32_t k = -1;
		HZT_OK(hz_value_get_i32(&key, &k));
		sum += k;
		if (count++ % 5000 == 0) {
			long now = resident_kib();
			most = now > most ? now : most;
		}
	}
	HZT_EQ_INT(count, n);
	HZT_EQ_INT(sum, (int64_t)n * (n - 1) / 2);
	// A sanitizer keeps what was freed. Without pages it would be more than 20 MiB.
	HZT_CHECK(hzt_slowness() > 1 || most - before < 10 * 1024);
	hz_map_scan_destroy(&scan);
	hz_pred_destroy(&pred);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static const hzt_case cases[] = {
		{"entries_and_keys", entries_and_keys},
		{"records", records},
		{"projections", projections},
		{"in_a_partition", in_a_partition},
		{"failures_are_told", failures_are_told},
		{"memory_is_bounded", memory_is_bounded},
};

HZT_MAIN("map_scan_query", cases)
