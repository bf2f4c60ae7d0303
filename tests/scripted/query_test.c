// SPDX-License-Identifier: Apache-2.0
//
// What is sent for a query, to whom, how often; and answers that no honest member gives.
#include "protocol/decode.h"
#include "protocol/gen/map.h"
#include "protocol/gen/types.h"
#include "tests/scripted/bench.h"

#include <stdio.h>
#include <string.h>

#define DEADLINE_MS 100

static hz_error err;

// What every call of this file is made with.
static hz_map *map;
static hz_pred *pred;
static hz_agg *agg;
static hz_proj *proj;
static hz_paging *paging;
static const char *const ATTRIBUTE = "a";

static const hz_value K = {.kind_ = HZ_KIND_I32, .u_ = {.i = 7}};

// Message, whether it may be sent again after its connection was lost, and the call that sends it.
// clang-format off
#define CALLS(X)                                                                                   \
	X(MAP_KEY_SET_WITH_PREDICATE, true, hz_map_key_set_where_async(map, pred))                 \
	X(MAP_VALUES_WITH_PREDICATE, true, hz_map_values_where_async(map, pred))                   \
	X(MAP_ENTRIES_WITH_PREDICATE, true, hz_map_entry_set_where_async(map, pred))               \
	X(MAP_REMOVE_ALL, false, hz_map_remove_all_async(map, pred))                               \
	X(MAP_AGGREGATE, true, hz_map_aggregate_async(map, agg, NULL))                             \
	X(MAP_AGGREGATE_WITH_PREDICATE, true, hz_map_aggregate_async(map, agg, pred))              \
	X(MAP_PROJECT, true, hz_map_project_async(map, proj, NULL))                                \
	X(MAP_PROJECT_WITH_PREDICATE, true, hz_map_project_async(map, proj, pred))                 \
	X(MAP_ADD_INDEX, false, hz_map_add_index_async(map, &ATTRIBUTE, 1, NULL))                  \
	X(MAP_KEY_SET_WITH_PAGING_PREDICATE, true, hz_map_key_set_page_async(map, paging))         \
	X(MAP_VALUES_WITH_PAGING_PREDICATE, true, hz_map_values_page_async(map, paging))           \
	X(MAP_ENTRIES_WITH_PAGING_PREDICATE, true, hz_map_entry_set_page_async(map, paging))       \
	X(MAP_EXECUTE_ON_KEY, false, hz_map_execute_on_key_async(map, K, K))                       \
	X(MAP_SUBMIT_TO_KEY, false, hz_map_submit_to_key_async(map, K, K))                         \
	X(MAP_EXECUTE_ON_KEYS, false, hz_map_execute_on_keys_async(map, &K, 1, K))                 \
	X(MAP_EXECUTE_ON_ALL_KEYS, false, hz_map_execute_on_entries_async(map, K, NULL))           \
	X(MAP_EXECUTE_WITH_PREDICATE, false, hz_map_execute_on_entries_async(map, K, pred))        \
	X(MAP_ADD_INTERCEPTOR, false, hz_map_add_interceptor_async(map, K))                        \
	X(MAP_REMOVE_INTERCEPTOR, false, hz_map_remove_interceptor_async(map, "id"))

#define FUNCTION(message, again, call)                                                             \
	static hz_future send_##message(void)                                                      \
	{                                                                                          \
		return call;                                                                       \
	}

#define ROW(message, again, call) {#message, &HZP_##message##_REQUEST, send_##message, again},
// clang-format on

CALLS(FUNCTION)

static const struct {
	const char *name;
	const hzp_message *request;
	hz_future (*send)(void);
	bool again;
} rows[] = {CALLS(ROW)};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static void
start(bench *b, size_t members)
{
	bench_start(b, members, NULL);
	bench_await_connections(b, members);
	HZT_OK_ERR(hz_map_open(b->client, "q", NULL, &map, &err), &err);
	pred = hz_pred_equal("a", hz_i32(1));
	agg = hz_agg_count(NULL);
	proj = hz_proj_single("a");
	HZT_OK_ERR(hz_paging_new(NULL, hz_null(), 10, &paging, &err), &err);
}

static void
end(bench *b)
{
	hz_map_close(&map);
	hz_pred_destroy(&pred);
	hz_agg_destroy(&agg);
	hz_proj_destroy(&proj);
	hz_paging_destroy(&paging);
	bench_end(b);
}

static uint64_t
asked(const bench *b, size_t member, const hzp_message *request)
{
	return hzt_scripted_count(b->member[member], request->id);
}

// ---- Each message ----

static void
each_keeps_its_deadline(void)
{
	hz_future futures[ROWS];
	bench b;
	start(&b, 1);
	HZT_OK(hz_map_call(map, &(hz_call){.timeout_ms = DEADLINE_MS}));
	for (size_t i = 0; i < ROWS; i++) {
		hzt_scripted_on(b.member[0], rows[i].request->id, 0, hzt_silent, NULL);
		futures[i] = rows[i].send();
	}
	for (size_t i = 0; i < ROWS; i++) {
		HZT_EQ_INT(hz_await_bool(futures[i], NULL, &err), HZ_ERR_TIMEOUT);
		HZT_CHECK(err.in_doubt);
		HZT_EQ_INT(asked(&b, 0, rows[i].request), 1);
	}
	end(&b);
}

static void
close_first(void *ctx, hzt_request *request)
{
	(void)ctx;
	if (request->nth == 1) {
		hzt_close(request, HZT_RESET);
	} else {
		hzt_reply_default(request);
	}
}

static void
each_is_sent_twice_only_if_it_may(void)
{
	bench b;
	start(&b, 1);
	for (size_t i = 0; i < ROWS; i++) {
		bench_await_connections(&b, 1);
		hzt_scripted_on(b.member[0], rows[i].request->id, 0, close_first, NULL);
		hz_err e = hz_await_bool(rows[i].send(), NULL, &err);
		// The kind of the result is wrong on purpose: that it came is what counts.
		if ((e != HZ_ERR_TYPE) == rows[i].again ||
				(e != HZ_ERR_DISCONNECTED) == !rows[i].again) {
			printf("  %s: %s\n", rows[i].name, hz_err_text(e));
			HZT_FAIL("it is sent again if it may");
		}
		HZT_CHECK(rows[i].again || err.in_doubt);
		HZT_EQ_INT(asked(&b, 0, rows[i].request), rows[i].again ? 2 : 1);
	}
	end(&b);
}

// A predicate that could not be built is found before anything is sent.
static void
nothing_is_sent_of_what_failed(void)
{
	bench b;
	start(&b, 1);
	hz_pred_destroy(&pred);
	hz_agg_destroy(&agg);
	hz_proj_destroy(&proj);
	pred = hz_pred_not(hz_pred_parse(NULL));
	agg = hz_agg_max_by(NULL);
	proj = hz_proj_single(NULL);
	for (size_t i = 0; i < 8; i++) {
		HZT_EQ_INT(hz_await_bool(rows[i].send(), NULL, &err), HZ_ERR_ARGUMENT);
		HZT_CHECK(!err.in_doubt && strstr(err.message, "NULL") != NULL);
		HZT_EQ_INT(asked(&b, 0, rows[i].request), 0);
	}
	end(&b);
}

// ---- Partitions ----

// Of three members only the one that has the key is asked, in the key's partition.
static void
one_member_is_asked_for_a_partition(void)
{
	bench b;
	start(&b, 3);
	for (size_t i = 0; i < 30; i++) {
		hz_items *items = NULL;
		hzt_seen seen = {0};
		int32_t partition = -1;
		size_t owner = i % 3;
		uint64_t before = asked(&b, owner, &HZP_MAP_VALUES_WITH_PREDICATE_REQUEST);
		int64_t key = bench_key(&b, owner, (int64_t)i * 1000);
		hz_pred *one = hz_pred_in_partition(hz_i64(key), hz_pred_true());
		HZT_OK_ERR(hz_client_partition_of(b.client, hz_i64(key), &partition, &err), &err);
		HZT_OK_ERR(hz_map_values_where(map, one, &items, &err), &err);
		hz_items_destroy(&items);
		hz_pred_destroy(&one);
		HZT_EQ_INT(asked(&b, owner, &HZP_MAP_VALUES_WITH_PREDICATE_REQUEST), before + 1);
		uint64_t n = hzt_scripted_count(b.member[owner], HZT_ANY);
		while (n-- > 0 && hzt_scripted_seen(b.member[owner], n, &seen) &&
				seen.type != HZP_MAP_VALUES_WITH_PREDICATE_REQUEST.id) {
		}
		HZT_EQ_INT(seen.type, HZP_MAP_VALUES_WITH_PREDICATE_REQUEST.id);
		HZT_EQ_INT(seen.partition, partition);
	}
	end(&b);
}

// ---- Anchors ----

// The Data of an Integer.
static const uint8_t ONE[] = {0, 0, 0, 0, 255, 255, 255, 249, 0, 0, 0, 1};

static struct {
	int32_t pages[2]; // what to answer
	size_t n_pages, n_entries;
	uint32_t came_pages; // what the last request had
	uint32_t came_entries;
	int32_t came_first;
	int32_t page;
} anchors;

static void
answer_page(void *ctx, hzt_request *request)
{
	const hzp_bytes one = {ONE, sizeof(ONE)};
	const hzp_entry_data_data entries[] = {{one, one}, {one, one}};
	hzp_map_entries_with_paging_predicate_request got;
	(void)ctx;
	HZT_OK(hzp_decode(request->msg, request->n, &HZP_MAP_ENTRIES_WITH_PAGING_PREDICATE_REQUEST,
			&got, NULL));
	const hzp_anchor_data_list_holder *came = &got.predicate.anchor_data_list_holder;
	anchors.came_pages = came->anchor_page_list.count;
	anchors.came_entries = came->anchor_data_list.count;
	anchors.came_first = hzp_list_i32(&came->anchor_page_list, 0);
	anchors.page = got.predicate.page;
	hzp_map_entries_with_paging_predicate_response answer = {
			.anchor_data_list = {.present = true,
					.anchor_page_list =
							HZP_LIST(anchors.pages, anchors.n_pages),
					.anchor_data_list = HZP_LIST(entries, anchors.n_entries)}};
	hzt_reply(request, &HZP_MAP_ENTRIES_WITH_PAGING_PREDICATE_RESPONSE, &answer);
}

static hz_err
ask_page(void)
{
	hz_items *items = NULL;
	hz_err e = hz_map_entry_set_page(map, paging, &items, &err);
	hz_items_destroy(&items);
	return e;
}

static void
anchors_are_sent_back(void)
{
	bench b;
	start(&b, 1);
	hzt_scripted_on(b.member[0], HZP_MAP_ENTRIES_WITH_PAGING_PREDICATE_REQUEST.id, 0,
			answer_page, NULL);
	anchors.pages[0] = 3;
	anchors.pages[1] = 5;
	anchors.n_pages = anchors.n_entries = 2;
	HZT_OK_ERR(ask_page(), &err);
	HZT_EQ_INT(anchors.came_pages, 0);
	hz_paging_next(paging);
	HZT_OK_ERR(ask_page(), &err);
	HZT_EQ_INT(anchors.page, 1);
	HZT_EQ_INT(anchors.came_pages, 2);
	HZT_EQ_INT(anchors.came_entries, 2);
	HZT_EQ_INT(anchors.came_first, 3);
	hz_paging_reset(paging);
	HZT_OK_ERR(ask_page(), &err);
	HZT_EQ_INT(anchors.came_pages, 0);
	HZT_EQ_INT(anchors.page, 0);
	end(&b);
}

static void
anchors_that_do_not_match(void)
{
	bench b;
	start(&b, 1);
	hzt_scripted_on(b.member[0], HZP_MAP_ENTRIES_WITH_PAGING_PREDICATE_REQUEST.id, 0,
			answer_page, NULL);
	anchors.pages[0] = 1;
	anchors.n_pages = anchors.n_entries = 1;
	HZT_OK_ERR(ask_page(), &err);
	anchors.n_entries = 2;
	HZT_EQ_INT(ask_page(), HZ_ERR_PROTOCOL);
	anchors.n_entries = 0;
	HZT_EQ_INT(ask_page(), HZ_ERR_PROTOCOL);
	// The paging stays where it was.
	HZT_EQ_INT(anchors.came_pages, 1);
	anchors.n_entries = 1;
	HZT_OK_ERR(ask_page(), &err);
	end(&b);
}

// ---- Scans ----

static struct {
	hzp_entry_i32_i32 place; // what to answer
	int results;
	int asked;
} scanned;

// Nothing, at the place that is set, which counts down if it is to.
static void
answer_fetch(void *ctx, hzt_request *request)
{
	const bool *count_down = ctx;
	const hzp_bytes one = {ONE, sizeof(ONE)};
	const hzp_bytes results[] = {one, {0}};
	scanned.asked++;
	scanned.place.key -= *count_down ? 1 : 0;
	hzp_map_fetch_with_query_response answer = {.results = HZP_LIST(results, scanned.results),
			.iteration_pointers = HZP_LIST(&scanned.place, 1)};
	hzt_reply(request, &HZP_MAP_FETCH_WITH_QUERY_RESPONSE, &answer);
}

static hz_map_scan *
begin_scan(bench *b, bool *count_down)
{
	hz_map_scan *scan = NULL;
	hz_scan_options options = hz_scan_options_default();
	hz_pred *one = hz_pred_in_partition(hz_i32(1), hz_pred_true());
	options.filter = one;
	hzt_scripted_on(b->member[0], HZP_MAP_FETCH_WITH_QUERY_REQUEST.id, 0, answer_fetch,
			count_down);
	HZT_OK_ERR(hz_map_scan_open(map, &options, &scan, &err), &err);
	hz_pred_destroy(&one);
	return scan;
}

static void
empty_pages_are_passed_over(void)
{
	bool count_down = true, more = true;
	bench b;
	start(&b, 1);
	memset(&scanned, 0, sizeof(scanned));
	scanned.place = (hzp_entry_i32_i32){.key = 5, .value = 8};
	hz_map_scan *scan = begin_scan(&b, &count_down);
	HZT_OK_ERR(hz_map_scan_next(scan, NULL, NULL, &more, &err), &err);
	HZT_CHECK(!more);
	HZT_EQ_INT(scanned.asked, 6);
	hz_map_scan_destroy(&scan);
	end(&b);
}

static void
an_empty_page_that_leads_nowhere(void)
{
	bool count_down = false, more = true;
	bench b;
	start(&b, 1);
	memset(&scanned, 0, sizeof(scanned));
	scanned.place = (hzp_entry_i32_i32){.key = 5, .value = 8};
	hz_map_scan *scan = begin_scan(&b, &count_down);
	HZT_EQ_INT(hz_map_scan_next(scan, NULL, NULL, &more, &err), HZ_ERR_PROTOCOL);
	HZT_EQ_INT(scanned.asked, 2);
	hz_map_scan_destroy(&scan);
	end(&b);
}

// What is no entry is given as what it is.
static void
results_that_are_no_entries(void)
{
	bool count_down = false, more = false;
	hz_value key, value;
	int32_t n = 0;
	bench b;
	start(&b, 1);
	memset(&scanned, 0, sizeof(scanned));
	scanned.place = (hzp_entry_i32_i32){.key = -1, .value = 8};
	scanned.results = 2;
	hz_map_scan *scan = begin_scan(&b, &count_down);
	HZT_OK_ERR(hz_map_scan_next(scan, &key, &value, &more, &err), &err);
	HZT_CHECK(more && hz_value_is_null(&key) && hz_value_get_i32(&value, &n) == HZ_OK &&
			n == 1);
	HZT_OK_ERR(hz_map_scan_next(scan, &key, &value, &more, &err), &err);
	HZT_CHECK(more && hz_value_is_null(&key) && hz_value_is_null(&value));
	HZT_OK_ERR(hz_map_scan_next(scan, &key, &value, &more, &err), &err);
	HZT_CHECK(!more);
	hz_map_scan_destroy(&scan);
	end(&b);
}

static const hzt_case cases[] = {
		{"each_keeps_its_deadline", each_keeps_its_deadline},
		{"each_is_sent_twice_only_if_it_may", each_is_sent_twice_only_if_it_may},
		{"nothing_is_sent_of_what_failed", nothing_is_sent_of_what_failed},
		{"one_member_is_asked_for_a_partition", one_member_is_asked_for_a_partition},
		{"anchors_are_sent_back", anchors_are_sent_back},
		{"anchors_that_do_not_match", anchors_that_do_not_match},
		{"empty_pages_are_passed_over", empty_pages_are_passed_over},
		{"an_empty_page_that_leads_nowhere", an_empty_page_that_leads_nowhere},
		{"results_that_are_no_entries", results_that_are_no_entries},
};

HZT_MAIN("query", cases)
