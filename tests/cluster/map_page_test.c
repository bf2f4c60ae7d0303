// SPDX-License-Identifier: Apache-2.0
//
// Queries page by page: forward, back and at random, by the natural order and by a comparator that
// members have.
#include "tests/cluster/people.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N = 250, SIZE = 20, PAGES = (N + SIZE - 1) / SIZE };

static hz_error err;

// Keys 0 to N - 1 with values that are the other way round.
static hz_map *
numbers(void)
{
	hz_entry entries[N];
	hz_map *map = session_map("pages");
	for (int i = 0; i < N; i++) {
		entries[i] = (hz_entry){hz_i32(i), hz_i64(1000 - i)};
	}
	HZT_OK_ERR(hz_map_put_all(map, entries, N, &err), &err);
	return map;
}

static hz_paging *
paging_of(hz_pred *filter, hz_value comparator, int32_t size)
{
	hz_paging *paging = NULL;
	HZT_OK_ERR(hz_paging_new(filter, comparator, size, &paging, &err), &err);
	return paging;
}

// The page has `count` entries, whose keys begin with `first` and count up.
static void
expect_page(hz_map *map, hz_paging *paging, int first, int count)
{
	hz_items *items = NULL;
	hz_value key, value;
	int seen = 0;
	HZT_OK_ERR(hz_map_entry_set_page(map, paging, &items, &err), &err);
	while (hz_items_next(items, &key, &value)) {
		int32_t k = -1;
		int64_t v = -1;
		HZT_OK(hz_value_get_i32(&key, &k));
		HZT_OK(hz_value_get_i64(&value, &v));
		HZT_EQ_INT(k, first + seen);
		HZT_EQ_INT(v, 1000 - k);
		seen++;
	}
	HZT_EQ_INT(seen, count);
	hz_items_destroy(&items);
}

static int
size_of_page(int page)
{
	int left = N - page * SIZE;
	return left > SIZE ? SIZE : left < 0 ? 0 : left;
}

static void
forward_and_back(void)
{
	hz_map *map = numbers();
	hz_paging *paging = paging_of(NULL, hz_null(), SIZE);
	for (int page = 0; page < PAGES; page++) {
		HZT_EQ_INT(hz_paging_page(paging), page);
		expect_page(map, paging, page * SIZE, size_of_page(page));
		hz_paging_next(paging);
	}
	expect_page(map, paging, 0, 0); // behind the last
	for (int page = PAGES - 1; page >= 0; page--) {
		hz_paging_previous(paging);
		HZT_EQ_INT(hz_paging_page(paging), page);
		expect_page(map, paging, page * SIZE, size_of_page(page));
	}
	hz_paging_previous(paging);
	HZT_EQ_INT(hz_paging_page(paging), 0);
	hz_paging_destroy(&paging);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static void
at_random(void)
{
	static const int pages[] = {7, 3, 12, 0, 11, 5, 5, 200, 1};
	hz_map *map = numbers();
	hz_paging *paging = paging_of(NULL, hz_null(), SIZE);
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		HZT_OK(hz_paging_set_page(paging, pages[i]));
		expect_page(map, paging, pages[i] * SIZE, size_of_page(pages[i]));
	}
	hz_paging_reset(paging);
	HZT_EQ_INT(hz_paging_page(paging), 0);
	expect_page(map, paging, 0, SIZE);
	hz_paging_destroy(&paging);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

// Values are in their own order, and going on with keys begins anew.
static void
keys_and_values(void)
{
	hz_map *map = numbers();
	hz_paging *paging = paging_of(hz_pred_less(HZ_ATTR_KEY, hz_i32(50)), hz_null(), SIZE);
	hz_items *items = NULL;
	hz_value none, item;
	int64_t want = 1000 - 49;
	for (int page = 0; page < 4; page++) {
		HZT_OK_ERR(hz_map_values_page(map, paging, &items, &err), &err);
		while (hz_items_next(items, &none, &item)) {
			int64_t v = -1;
			HZT_CHECK(hz_value_is_null(&none));
			HZT_OK(hz_value_get_i64(&item, &v));
			HZT_EQ_INT(v, want++);
		}
		hz_items_destroy(&items);
		hz_paging_next(paging);
	}
	HZT_EQ_INT(want, 1001);
	HZT_OK(hz_paging_set_page(paging, 2));
	HZT_OK_ERR(hz_map_key_set_page(map, paging, &items, &err), &err);
	HZT_EQ_INT(hz_items_count(items), 10);
	for (int32_t i = 0; i < 10; i++) {
		int32_t k = -1;
		HZT_CHECK(hz_items_next(items, NULL, &item));
		HZT_OK(hz_value_get_i32(&item, &k));
		HZT_EQ_INT(k, 40 + i);
	}
	hz_items_destroy(&items);
	hz_paging_destroy(&paging);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

// ---- Comparators ----

// The members' test artefact has a comparator of texts: 0 up, 1 down; of keys 0, of values 1.
static hz_identified *
comparator_of(int32_t direction, int32_t what)
{
	hz_identified *made = hz_identified_new(66, 2);
	hz_identified_add(made, hz_i32(direction));
	hz_identified_add(made, hz_i32(what));
	return made;
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)b, *(char *const *)a);
}

static void
by_a_comparator(void)
{
	enum { NAMES = 90, ROOM = 16 };
	static char names[NAMES][ROOM];
	char *sorted[NAMES];
	hz_map *map = session_map("comparator");
	hz_value object, value;
	for (int i = 0; i < NAMES; i++) {
		snprintf(names[i], ROOM, "n%d", i * 7919 % 1000);
		sorted[i] = names[i];
		HZT_OK_ERR(hz_map_set(map, hz_i32(i), hz_str(names[i]), NULL, &err), &err);
	}
	qsort(sorted, NAMES, sizeof(sorted[0]), compare_names);
	hz_identified *comparator = comparator_of(1, 1);
	HZT_OK_ERR(hz_identified_value(comparator, session_client(), &object, &err), &err);
	hz_paging *paging = paging_of(NULL, object, 25);
	hz_identified_destroy(&comparator); // it was copied
	int at = 0;
	for (int page = 0; page < 5; page++) {
		hz_items *items = NULL;
		HZT_OK_ERR(hz_map_values_page(map, paging, &items, &err), &err);
		HZT_EQ_INT(hz_items_count(items), page < 3 ? 25 : page == 3 ? 15 : 0);
		while (hz_items_next(items, NULL, &value)) {
			const hz_value want = hz_str(sorted[at++]);
			HZT_CHECK(hz_value_equal(&value, &want));
		}
		hz_items_destroy(&items);
		hz_paging_next(paging);
	}
	HZT_EQ_INT(at, NAMES);
	hz_paging_destroy(&paging);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

// ---- Others ----

static void
in_a_partition(void)
{
	hz_map *map = numbers();
	int32_t partition = -1, other = -1, k = -1;
	int n = 0;
	int32_t want[N];
	HZT_OK_ERR(hz_client_partition_of(session_client(), hz_i32(3), &partition, &err), &err);
	for (int32_t i = 0; i < N; i++) {
		HZT_OK_ERR(hz_client_partition_of(session_client(), hz_i32(i), &other, &err), &err);
		if (other == partition) {
			want[n++] = i;
		}
	}
	hz_pred *filter = hz_pred_in_partition(hz_i32(3), hz_pred_true());
	hz_paging *paging = paging_of(filter, hz_null(), 1);
	for (int i = 0; i <= n; i++) {
		hz_items *items = NULL;
		hz_value item;
		HZT_OK_ERR(hz_map_key_set_page(map, paging, &items, &err), &err);
		HZT_EQ_INT(hz_items_count(items), i < n);
		if (hz_items_next(items, NULL, &item)) {
			HZT_OK(hz_value_get_i32(&item, &k));
			HZT_EQ_INT(k, want[i]);
		}
		hz_items_destroy(&items);
		hz_paging_next(paging);
	}
	hz_paging_destroy(&paging);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

// A paging may go while the call that it was given to is under way.
static void
outlives_its_owner(void)
{
	hz_map *map = numbers();
	for (int i = 0; i < 50; i++) {
		hz_paging *paging = paging_of(hz_pred_true(), hz_null(), SIZE);
		hz_items *items = NULL;
		hz_future future = hz_map_key_set_page_async(map, paging);
		hz_paging_destroy(&paging);
		if (i % 2 == 0) {
			HZT_OK_ERR(hz_await_items(future, &items, &err), &err);
			HZT_EQ_INT(hz_items_count(items), SIZE);
			hz_items_destroy(&items);
		} else {
			hz_drop(future);
		}
	}
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static void
failures_are_told(void)
{
	hz_map *map = session_map("bad");
	hz_paging *paging = NULL;
	hz_items *items = NULL;
	HZT_EQ_INT(hz_paging_new(NULL, hz_null(), 0, &paging, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_paging_new(hz_pred_true(), hz_null(), 1, NULL, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_paging_new(hz_pred_parse(NULL), hz_null(), 1, &paging, &err),
			HZ_ERR_ARGUMENT);
	HZT_EQ_STR(err.message, "the text of a predicate is NULL");
	HZT_EQ_INT(hz_paging_new(hz_pred_true(), hz_data("x", 1), 1, &paging, &err),
			HZ_ERR_ARGUMENT);
	HZT_CHECK(paging == NULL);
	HZT_EQ_INT(hz_map_values_page(map, NULL, &items, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_paging_set_page(NULL, 1), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_paging_page(NULL), -1);
	paging = paging_of(NULL, hz_null(), 3);
	HZT_EQ_INT(hz_paging_set_page(paging, -1), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_paging_page(paging), 0);
	HZT_OK_ERR(hz_map_values_page(map, paging, &items, &err), &err);
	HZT_EQ_INT(hz_items_count(items), 0);
	hz_items_destroy(&items);
	hz_paging_destroy(&paging);
	hz_paging_destroy(&paging);
	hz_paging_destroy(NULL);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static const hzt_case cases[] = {
		{"forward_and_back", forward_and_back},
		{"at_random", at_random},
		{"keys_and_values", keys_and_values},
		{"by_a_comparator", by_a_comparator},
		{"in_a_partition", in_a_partition},
		{"outlives_its_owner", outlives_its_owner},
		{"failures_are_told", failures_are_told},
};

HZT_MAIN("map_page", cases)
