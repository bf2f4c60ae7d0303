// SPDX-License-Identifier: Apache-2.0
#include "base/fail.h"
#include "core/items.h"
#include "protocol/gen/map.h"
#include "proxies/map.h"
#include "proxies/scan_place.h"
#include "serialization/aggregator.h"
#include "serialization/data.h"
#include "serialization/predicate.h"

#include <stdlib.h>

#define DEFAULT_PAGE 1000

static hz_err read_keys(hzi_call *call, hz_result *out, hz_error *err);
static hz_err read_entries(hzi_call *call, hz_result *out, hz_error *err);
static hz_err read_results(hzi_call *call, hz_result *out, hz_error *err);

static const hzi_op FETCH_KEYS = {&HZP_MAP_FETCH_KEYS, HZ_RESULT_ITEMS, 0, read_keys};
static const hzi_op FETCH_ENTRIES = {&HZP_MAP_FETCH_ENTRIES, HZ_RESULT_ITEMS, 0, read_entries};
static const hzi_op FETCH_QUERY = {&HZP_MAP_FETCH_WITH_QUERY, HZ_RESULT_ITEMS, 0, read_results};

// What an item of a page is.
typedef enum shape {
	ENTRIES, // a key with its value
	KEYS,    // a key alone
	PAIRS,   // an object that has both: the result of a query for whole entries
	RESULTS  // what a projection made
} shape;

struct hz_map_scan {
	hz_map map; // a handle of the scan's own
	const hzi_op *op;
	shape shape;
	hzi_buf projection; // of a query: Data
	hzi_buf filter;
	int32_t page_size;
	int32_t partitions;
	int32_t partition; // == partitions: the scan is over
	bool last_page;    // of this partition
	hzi_scan_place place;
	hz_items *page;
};

// ---- Pages ----

// Makes the page's items and moves the scan behind them, or does neither.
static hz_err
read_page(hzi_call *call, const hzp_list *list, const hzp_list *pointers, bool pairs,
		hz_result *out, hz_error *err)
{
	hz_map_scan *scan = call->extra;
	// A query may find nothing for a while; the members' pages of a whole map are never empty.
	bool no_more = list->count == 0 && scan->op != &FETCH_QUERY;
	if (list->count == 0 && !no_more && hzi_scan_place_equals(&scan->place, pointers)) {
		return hzi_fail(err, HZ_ERR_PROTOCOL, "a page of a scan leads nowhere");
	}
	hz_items *items = hzi_items_new(1, call->client->config->big_endian);
	if (items == NULL) {
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for a page");
	}
	hz_err e = hzi_scan_place_read(&scan->place, pointers, err);
	if (e != HZ_OK) {
		hz_items_destroy(&items);
		return e;
	}
	hzi_items_add(items, &call->response, list, pairs);
	scan->last_page = no_more || hzi_scan_place_is_end(&scan->place);
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

static hz_err
read_results(hzi_call *call, hz_result *out, hz_error *err)
{
	hzp_map_fetch_with_query_response response;
	hz_err e = hzi_call_decode(call, &response, err);
	return e != HZ_OK ? e
			  : read_page(call, &response.results, &response.iteration_pointers, false,
					    out, err);
}

// The requests for keys and for entries have the same fields.
_Static_assert(sizeof(hzp_map_fetch_keys_request) == sizeof(hzp_map_fetch_entries_request),
		"same fields");

static hz_future
send_fetch(hz_map_scan *scan, hzi_call *call)
{
	hzp_bytes name = hzi_handle_name(&scan->map.handle);
	hzp_list pointers = HZP_LIST(scan->place.pointers, scan->place.n);
	if (scan->op != &FETCH_QUERY) {
		return hzi_call_submit(call,
				&(hzp_map_fetch_entries_request){
						.name = name,
						.iteration_pointers = pointers,
						.batch = scan->page_size,
				});
	}
	return hzi_call_submit(call,
			&(hzp_map_fetch_with_query_request){
					.name = name,
					.iteration_pointers = pointers,
					.projection = {scan->projection.data,
							(uint32_t)scan->projection.len},
					.predicate = {scan->filter.data,
							(uint32_t)scan->filter.len},
					.batch = scan->page_size,
			});
}

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
		future = send_fetch(scan, call);
	}
	hz_err e = hz_run_items(future, &page, err);
	if (e == HZ_OK) {
		hz_items_destroy(&scan->page);
		scan->page = page;
	}
	return e;
}

// ---- The scan ----

static bool
next_pair(hz_map_scan *scan, hz_value *key, hz_value *value)
{
	hz_value both, k, v;
	size_t pos = 0;
	if (!hz_items_next(scan->page, NULL, &both)) {
		return false;
	}
	// An entry whose key is a record cannot be taken apart, and is given as it is.
	if (!hz_value_next_entry(&both, &pos, &k, &v)) {
		k = hz_null();
		v = both;
	}
	if (key != NULL) {
		*key = k;
	}
	if (value != NULL) {
		*value = v;
	}
	return true;
}

// Keys are given where entries have theirs, not where a list has its items.
static bool
next_in_page(hz_map_scan *scan, hz_value *key, hz_value *value)
{
	switch (scan->shape) {
	case ENTRIES:
		return hz_items_next(scan->page, key, value);
	case KEYS:
		return hz_items_next(scan->page, NULL, key);
	case PAIRS:
		return next_pair(scan, key, value);
	default:
		return hz_items_next(scan->page, NULL, value);
	}
}

static hz_err
next_partition(hz_map_scan *scan, hz_error *err)
{
	if (hzi_scan_place_start(&scan->place) != HZ_OK) {
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
	if (!hzi_options_copy(options, sizeof(*options), given) || options->page_size < 0 ||
			(options->keys_only && options->projection != NULL)) {
		return hzi_fail(err, HZ_ERR_ARGUMENT,
				"scan options without their size, with a negative page size, or "
				"with keys_only and a projection");
	}
	if (hz_client_partition_count(map->handle.client) <= 0) {
		return hzi_fail(err, HZ_ERR_OFFLINE,
				"the partitions of the cluster are not known yet");
	}
	return HZ_OK;
}

static hz_err
write_object(const hz_map_scan *scan, hzi_buf *to, const hzi_object *object, hz_error *err)
{
	hz_value v;
	bool big_endian = scan->map.handle.client->config->big_endian;
	hz_err e = hzi_object_read(object, big_endian, &v, err);
	return e == HZ_OK ? hzi_data_write(to, &v, big_endian, NULL, err) : e;
}

// A query for keys alone is one for that attribute of theirs.
static hz_err
write_projection(hz_map_scan *scan, const hz_scan_options *options, hz_error *err)
{
	if (options->projection != NULL) {
		return write_object(scan, &scan->projection, &options->projection->object, err);
	}
	hz_proj *own = options->keys_only ? hz_proj_single(HZ_ATTR_KEY) : hz_proj_identity();
	hz_err e = write_object(scan, &scan->projection, &own->object, err);
	hz_proj_destroy(&own);
	return e;
}

static hz_err
write_filter(hz_map_scan *scan, const hz_pred *filter, hz_error *err)
{
	if (filter != NULL && filter->target == NULL) {
		return write_object(scan, &scan->filter, &filter->object, err);
	}
	if (filter != NULL) {
		const hz_client *client = scan->map.handle.client;
		scan->partition = hzi_partitions_of(&client->partitions,
				filter->hash[client->config->big_endian ? 1 : 0]);
		scan->partitions = scan->partition + 1;
		return write_object(scan, &scan->filter, &filter->target->object, err);
	}
	hz_pred *all = hz_pred_true();
	hz_err e = write_object(scan, &scan->filter, &all->object, err);
	hz_pred_destroy(&all);
	return e;
}

static hz_err
prepare(hz_map_scan *scan, const hz_scan_options *options, hz_error *err)
{
	scan->shape = options->keys_only ? KEYS : ENTRIES;
	scan->op = options->keys_only ? &FETCH_KEYS : &FETCH_ENTRIES;
	scan->page_size = options->page_size > 0 ? options->page_size : DEFAULT_PAGE;
	scan->partitions = hz_client_partition_count(scan->map.handle.client);
	if (options->filter == NULL && options->projection == NULL) {
		return HZ_OK;
	}
	scan->op = &FETCH_QUERY;
	scan->shape = options->projection != NULL ? RESULTS : options->keys_only ? KEYS : PAIRS;
	hz_err e = write_projection(scan, options, err);
	return e == HZ_OK ? write_filter(scan, options->filter, err) : e;
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
	if (scan == NULL || hzi_scan_place_start(&scan->place) != HZ_OK) {
		free(scan);
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for a scan");
	}
	hzi_handle_copy(&scan->map.handle, &map->handle);
	e = prepare(scan, &options, err);
	if (e != HZ_OK) {
		hz_map_scan_destroy(&scan);
		return e;
	}
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
	hzi_buf_clear(&gone->projection);
	hzi_buf_clear(&gone->filter);
	free(gone->place.pointers);
	hzi_handle_drop(&gone->map.handle);
	free(gone);
}
