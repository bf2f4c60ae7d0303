// SPDX-License-Identifier: Apache-2.0
#include "base/fail.h"
#include "core/items.h"
#include "protocol/gen/map.h"
#include "proxies/map.h"

#include <stdlib.h>

#define DEFAULT_PAGE 1000

static hz_err read_keys(hzi_call *call, hz_result *out, hz_error *err);
static hz_err read_entries(hzi_call *call, hz_result *out, hz_error *err);

static const hzi_op FETCH_KEYS = {&HZP_MAP_FETCH_KEYS, HZ_RESULT_ITEMS, 0, read_keys};
static const hzi_op FETCH_ENTRIES = {&HZP_MAP_FETCH_ENTRIES, HZ_RESULT_ITEMS, 0, read_entries};

// Where a scan stands in the partition it is in: a list of (index, table size) that the member
// gives with each page and wants back for the next. It grows when the partition's table does. An
// index below zero says that there are no more pages.
typedef struct scan_place {
	hzp_entry_i32_i32 *pointers;
	size_t n;
} scan_place;

struct hz_map_scan {
	hz_map map; // a handle of the scan's own
	const hzi_op *op;
	int32_t page_size;
	int32_t partitions;
	int32_t partition; // == partitions: the scan is over
	bool last_page;    // of this partition
	scan_place place;
	hz_items *page;
};

// ---- Places ----

static hz_err
place_start(scan_place *place)
{
	hzp_entry_i32_i32 *first = realloc(place->pointers, sizeof(*first));
	if (first == NULL) {
		return HZ_ERR_MEMORY;
	}
	*first = (hzp_entry_i32_i32){.key = INT32_MAX, .value = -1};
	place->pointers = first;
	place->n = 1;
	return HZ_OK;
}

static hz_err
place_read(scan_place *place, const hzp_list *list, hz_error *err)
{
	hzp_iter iter = hzp_iter_start(list);
	if (list->count == 0) {
		return hzi_fail(err, HZ_ERR_PROTOCOL,
				"a page of a scan does not say what follows it");
	}
	hzp_entry_i32_i32 *read = calloc(list->count, sizeof(*read));
	if (read == NULL) {
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for the place of a scan");
	}
	for (uint32_t i = 0; i < list->count && hzp_iter_next(&iter, &read[i]); i++) {
	}
	free(place->pointers);
	place->pointers = read;
	place->n = list->count;
	return HZ_OK;
}

static bool
place_is_end(const scan_place *place)
{
	return place->pointers[place->n - 1].key < 0;
}

// ---- Pages ----

// Makes the page's items and moves the scan behind them, or does neither.
static hz_err
read_page(hzi_call *call, const hzp_list *list, const hzp_list *pointers, bool pairs,
		hz_result *out, hz_error *err)
{
	hz_map_scan *scan = call->extra;
	hz_items *items = hzi_items_new(1, call->client->config->big_endian);
	if (items == NULL) {
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for a page");
	}
	hz_err e = place_read(&scan->place, pointers, err);
	if (e != HZ_OK) {
		hz_items_destroy(&items);
		return e;
	}
	hzi_items_add(items, &call->response, list, pairs);
	scan->last_page = list->count == 0 || place_is_end(&scan->place);
	out->u.items = items;
	return HZ_OK;
}

static hz_err
read_keys(hzi_call *call, hz_result *out, hz_error *err)
{
	hzp_map_fetch_keys_response response;
	hz_err e = hzi_call_decode(call, &response, err);
	return e != HZ_OK ? e
			  : read_page(call, &response.keys, &response.iteration_pointers, false,
					    out, err);
}

static hz_err
read_entries(hzi_call *call, hz_result *out, hz_error *err)
{
	hzp_map_fetch_entries_response response;
	hz_err e = hzi_call_decode(call, &response, err);
	return e != HZ_OK ? e
			  : read_page(call, &response.entries, &response.iteration_pointers, true,
					    out, err);
}

// The requests for keys and for entries have the same fields.
_Static_assert(sizeof(hzp_map_fetch_keys_request) == sizeof(hzp_map_fetch_entries_request),
		"same fields");

static hz_err
fetch(hz_map_scan *scan, hz_error *err)
{
	hzi_call *call;
	hz_future future;
	hz_items *page = NULL;
	if (hzi_call_begin(&scan->map.handle, scan->op, &call, &future)) {
		// This thread awaits the call, so the scan outlives it.
		call->extra = scan;
		hzi_call_to_partition(call, scan->partition);
		future = hzi_call_submit(call,
				&(hzp_map_fetch_entries_request){
						.name = hzi_handle_name(&scan->map.handle),
						.iteration_pointers = HZP_LIST(scan->place.pointers,
								scan->place.n),
						.batch = scan->page_size,
				});
	}
	hz_err e = hz_run_items(future, &page, err);
	if (e == HZ_OK) {
		hz_items_destroy(&scan->page);
		scan->page = page;
	}
	return e;
}

// ---- The scan ----

// Keys are given where entries have theirs, not where a list has its items.
static bool
next_in_page(hz_map_scan *scan, hz_value *key, hz_value *value)
{
	if (scan->op == &FETCH_ENTRIES) {
		return hz_items_next(scan->page, key, value);
	}
	return hz_items_next(scan->page, NULL, key);
}

static hz_err
next_partition(hz_map_scan *scan, hz_error *err)
{
	if (place_start(&scan->place) != HZ_OK) {
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for the place of a scan");
	}
	hz_items_destroy(&scan->page);
	scan->last_page = false;
	scan->partition++;
	return HZ_OK;
}

static void
give_null(hz_value *key, hz_value *value)
{
	if (key != NULL) {
		*key = hz_null();
	}
	if (value != NULL) {
		*value = hz_null();
	}
}

HZ_API hz_err
hz_map_scan_next(hz_map_scan *scan, hz_value *key, hz_value *value, bool *more, hz_error *err)
{
	hz_err e = HZ_OK;
	if (scan == NULL || more == NULL) {
		return hzi_fail(err, HZ_ERR_ARGUMENT, "%s is NULL", scan == NULL ? "scan" : "more");
	}
	give_null(key, value);
	while (e == HZ_OK && scan->partition < scan->partitions) {
		if (next_in_page(scan, key, value)) {
			*more = true;
			return HZ_OK;
		}
		e = scan->last_page ? next_partition(scan, err) : fetch(scan, err);
	}
	*more = false;
	return e;
}

static hz_err
check(hz_map *map, const hz_scan_options *given, hz_scan_options *options, hz_error *err)
{
	hz_err e = map != NULL ? hzi_client_enter(map->handle.client) : HZ_ERR_ARGUMENT;
	if (e != HZ_OK) {
		return hzi_fail(err, e, "%s", hz_err_text(e));
	}
	if (!hzi_options_copy(options, sizeof(*options), given) || options->page_size < 0) {
		return hzi_fail(err, HZ_ERR_ARGUMENT,
				"scan options without their size, or a negative page size");
	}
	if (hz_client_partition_count(map->handle.client) <= 0) {
		return hzi_fail(err, HZ_ERR_OFFLINE,
				"the partitions of the cluster are not known yet");
	}
	return HZ_OK;
}

HZ_API hz_err
hz_map_scan_open(hz_map *map, const hz_scan_options *given, hz_map_scan **out, hz_error *err)
{
	hz_scan_options options = hz_scan_options_default();
	if (out == NULL) {
		return hzi_fail(err, HZ_ERR_ARGUMENT, "scan is NULL");
	}
	hz_err e = check(map, given, &options, err);
	if (e != HZ_OK) {
		return e;
	}
	hz_map_scan *scan = calloc(1, sizeof(*scan));
	if (scan == NULL || place_start(&scan->place) != HZ_OK) {
		free(scan);
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for a scan");
	}
	hzi_handle_copy(&scan->map.handle, &map->handle);
	scan->op = options.keys_only ? &FETCH_KEYS : &FETCH_ENTRIES;
	scan->page_size = options.page_size > 0 ? options.page_size : DEFAULT_PAGE;
	scan->partitions = hz_client_partition_count(map->handle.client);
	*out = scan;
	return HZ_OK;
}

HZ_API void
hz_map_scan_destroy(hz_map_scan **scan)
{
	if (scan == NULL || *scan == NULL) {
		return;
	}
	hz_map_scan *gone = *scan;
	*scan = NULL;
	if (hzi_forked(&gone->map.handle.client->guard)) {
		return;
	}
	hz_items_destroy(&gone->page);
	free(gone->place.pointers);
	hzi_handle_drop(&gone->map.handle);
	free(gone);
}
