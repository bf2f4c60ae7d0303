// SPDX-License-Identifier: Apache-2.0
//
// A map piece by piece.
#include "tests/cluster/session.h"

enum { MANY = 3000 };

static hz_error err;

static hz_map *
filled_map(int n)
{
	static hz_entry entries[MANY];
	hz_map *map = session_map("scan");
	for (int i = 0; i < n; i++) {
		entries[i] = (hz_entry){hz_i32(i), hz_i64(i + 7)};
	}
	HZT_OK_ERR(hz_map_set_all(map, entries, (size_t)n, &err), &err);
	return map;
}

// Goes to the end of a scan and checks that every key from 0 up to n came once.
static void
check_scan(hz_map_scan *scan, int n, bool with_values)
{
	static int seen[MANY];
	hz_value key;
	hz_value value;
	bool more = true;
	for (int i = 0; i < MANY; i++) {
		seen[i] = 0;
	}
	for (int count = 0;; count++) {
		int32_t k = -1;
		int64_t v = -1;
		HZT_OK_ERR(hz_map_scan_next(scan, &key, &value, &more, &err), &err);
		if (!more) {
			HZT_EQ_INT(count, n);
			break;
		}
		HZT_OK(hz_value_get_i32(&key, &k));
		HZT_CHECK(k >= 0 && k < n && seen[k]++ == 0);
		if (with_values) {
			HZT_OK(hz_value_get_i64(&value, &v));
			HZT_EQ_INT(v, k + 7);
		} else {
			HZT_CHECK(hz_value_is_null(&value));
		}
	}
	HZT_CHECK(hz_value_is_null(&key) && hz_value_is_null(&value));
	more = true;
	HZT_OK_ERR(hz_map_scan_next(scan, NULL, NULL, &more, &err), &err);
	HZT_CHECK(!more);
}

static void
gives_every_entry_once(void)
{
	hz_map *map = filled_map(MANY);
	hz_map_scan *scan = NULL;
	HZT_OK_ERR(hz_map_scan_open(map, NULL, &scan, &err), &err);
	check_scan(scan, MANY, true);
	hz_map_scan_destroy(&scan);
	HZT_CHECK(scan == NULL);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static void
small_pages_give_the_same(void)
{
	hz_map *map = filled_map(MANY);
	hz_map_scan *scan = NULL;
	hz_scan_options options = hz_scan_options_default();
	options.page_size = 3;
	HZT_OK_ERR(hz_map_scan_open(map, &options, &scan, &err), &err);
	check_scan(scan, MANY, true);
	hz_map_scan_destroy(&scan);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static void
keys_come_without_values(void)
{
	hz_map *map = filled_map(500);
	hz_map_scan *scan = NULL;
	hz_scan_options options = hz_scan_options_default();
	options.page_size = 2;
	options.keys_only = true;
	HZT_OK_ERR(hz_map_scan_open(map, &options, &scan, &err), &err);
	check_scan(scan, 500, false);
	hz_map_scan_destroy(&scan);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static void
an_empty_map_ends_at_once(void)
{
	hz_map *map = session_map("scan-empty");
	hz_map_scan *scan = NULL;
	HZT_OK_ERR(hz_map_scan_open(map, NULL, &scan, &err), &err);
	check_scan(scan, 0, true);
	hz_map_scan_destroy(&scan);
	hz_map_close(&map);
}

static void
a_scan_outlives_its_handle(void)
{
	hz_map *map = filled_map(200);
	hz_map *other = session_same_map(map, 0, NULL);
	hz_map_scan *scan = NULL;
	HZT_OK_ERR(hz_map_scan_open(other, NULL, &scan, &err), &err);
	hz_map_close(&other);
	check_scan(scan, 200, true);
	hz_map_scan_destroy(&scan);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static void
a_scan_can_be_left_early(void)
{
	hz_map *map = filled_map(200);
	hz_map_scan *scan = NULL;
	hz_value key;
	bool more = false;
	HZT_OK_ERR(hz_map_scan_open(map, NULL, &scan, &err), &err);
	HZT_OK_ERR(hz_map_scan_next(scan, &key, NULL, &more, &err), &err);
	HZT_CHECK(more && hz_value_kind(&key) == HZ_KIND_I32);
	hz_map_scan_destroy(&scan);
	hz_map_scan_destroy(&scan);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

// A failed step is tried again where the scan was, and misses nothing.
static void
a_failed_step_can_be_repeated(void)
{
	hz_map *map = filled_map(MANY);
	hz_map *other = session_same_map(map, 0, NULL);
	hz_map_scan *scan = NULL;
	hz_cancel *cancel = NULL;
	bool more = true;
	HZT_OK_ERR(hz_cancel_new(session_client(), &cancel, &err), &err);
	HZT_OK(hz_map_call(other, &(hz_call){.cancel = cancel}));
	hz_cancel_fire(cancel);
	HZT_OK_ERR(hz_map_scan_open(other, NULL, &scan, &err), &err);
	HZT_EQ_INT(hz_map_scan_next(scan, NULL, NULL, &more, &err), HZ_ERR_CANCELLED);
	HZT_EQ_INT(hz_map_scan_next(scan, NULL, NULL, &more, &err), HZ_ERR_CANCELLED);
	hz_map_scan_destroy(&scan);
	hz_map_close(&other);
	hz_cancel_destroy(&cancel);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static void
refuses_bad_arguments(void)
{
	hz_map *map = session_map("scan-refuses");
	hz_map_scan *scan = NULL;
	bool more = true;
	hz_scan_options options = hz_scan_options_default();
	options.page_size = -1;
	HZT_EQ_INT(hz_map_scan_open(map, &options, &scan, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_map_scan_open(NULL, NULL, &scan, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_map_scan_open(map, NULL, NULL, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_map_scan_next(NULL, NULL, NULL, &more, &err), HZ_ERR_ARGUMENT);
	HZT_OK_ERR(hz_map_scan_open(map, NULL, &scan, &err), &err);
	HZT_EQ_INT(hz_map_scan_next(scan, NULL, NULL, NULL, &err), HZ_ERR_ARGUMENT);
	hz_map_scan_destroy(&scan);
	hz_map_close(&map);
}

static const hzt_case cases[] = {
		{"gives_every_entry_once", gives_every_entry_once},
		{"small_pages_give_the_same", small_pages_give_the_same},
		{"keys_come_without_values", keys_come_without_values},
		{"an_empty_map_ends_at_once", an_empty_map_ends_at_once},
		{"a_scan_outlives_its_handle", a_scan_outlives_its_handle},
		{"a_scan_can_be_left_early", a_scan_can_be_left_early},
		{"a_failed_step_can_be_repeated", a_failed_step_can_be_repeated},
		{"refuses_bad_arguments", refuses_bad_arguments},
};

HZT_MAIN("map_scan", cases)
