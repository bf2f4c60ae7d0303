// SPDX-License-Identifier: Apache-2.0
#include <hazelcast/map_page.h>

#include "base/fail.h"
#include "core/items.h"
#include "protocol/gen/map.h"
#include "protocol/gen/types.h"
#include "proxies/map.h"
#include "proxies/query.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

// What a query is for, as members number it.
typedef enum iteration { KEYS = 0, VALUES = 1, ENTRIES = 2 } iteration;

// Where pages end that have been read: what members answered last and want back. Never changes;
// replaced as a whole, so that a query that is being prepared has its own.
typedef struct anchors {
	_Atomic uint32_t holds;
	iteration of;
	size_t n;
	int32_t *pages;
	hzp_entry_data_data *entries; // they point into bytes
	uint8_t bytes[];
} anchors;

// Held by the application and by each call that will bring new anchors.
struct hz_paging {
	_Atomic uint32_t holds;
	int32_t page_size;
	hz_pred *filter; // NULL: all
	hz_value comparator;
	pthread_mutex_t mutex; // over what follows; held for a moment
	int32_t page;
	anchors *known; // NULL: none
};

// ---- Anchors ----

static void
anchors_release(anchors *a)
{
	if (a != NULL && atomic_fetch_sub(&a->holds, 1) == 1) {
		free(a->pages);
		free(a->entries);
		free(a);
	}
}

// Adds up what the entries take; false if the answer does not have one for each page.
static bool
measure(const hzp_anchor_data_list_holder *holder, size_t *bytes)
{
	hzp_entry_data_data entry;
	hzp_iter iter = hzp_iter_start(&holder->anchor_data_list);
	*bytes = 0;
	while (hzp_iter_next(&iter, &entry)) {
		*bytes += (size_t)entry.key.n + entry.value.n;
	}
	return holder->anchor_page_list.count == holder->anchor_data_list.count;
}

static hzp_bytes
keep(hzp_bytes from, uint8_t **to)
{
	hzp_bytes kept = {from.p != NULL ? *to : NULL, from.n};
	if (from.p != NULL && from.n != 0) {
		memcpy(*to, from.p, from.n);
		*to += from.n;
	}
	return kept;
}

// Copies the anchors of an answer. Those of an honest member are few: one for every hundred pages
// or so.
static hz_err
anchors_read(const hzp_anchor_data_list_holder *holder, iteration of, anchors **out, hz_error *err)
{
	size_t bytes = 0;
	size_t n = holder->anchor_data_list.count;
	if (!measure(holder, &bytes)) {
		return hzi_fail(err, HZ_ERR_PROTOCOL,
				"the answer of a paged query has not one anchor for each page");
	}
	anchors *a = calloc(1, sizeof(*a) + bytes);
	if (a != NULL) {
		a->pages = calloc(n + 1, sizeof(*a->pages));
		a->entries = calloc(n + 1, sizeof(*a->entries));
	}
	if (a == NULL || a->pages == NULL || a->entries == NULL) {
		if (a != NULL) {
			free(a->pages);
			free(a->entries);
		}
		free(a);
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for the anchors of a query");
	}
	uint8_t *to = a->bytes;
	hzp_iter iter = hzp_iter_start(&holder->anchor_data_list);
	for (size_t i = 0; i < n && hzp_iter_next(&iter, &a->entries[i]); i++) {
		a->pages[i] = hzp_list_i32(&holder->anchor_page_list, (uint32_t)i);
		a->entries[i].key = keep(a->entries[i].key, &to);
		a->entries[i].value = keep(a->entries[i].value, &to);
	}
	a->n = n;
	a->of = of;
	atomic_init(&a->holds, 1);
	*out = a;
	return HZ_OK;
}

// ---- Pagings ----

static void
paging_release(void *gone)
{
	hz_paging *paging = gone;
	if (atomic_fetch_sub(&paging->holds, 1) == 1) {
		hz_pred_destroy(&paging->filter);
		hz_value_clear(&paging->comparator);
		anchors_release(paging->known);
		pthread_mutex_destroy(&paging->mutex);
		free(paging);
	}
}

// Takes `known`, which may be NULL.
static void
set_anchors(hz_paging *paging, anchors *known)
{
	pthread_mutex_lock(&paging->mutex);
	anchors *before = paging->known;
	paging->known = known;
	pthread_mutex_unlock(&paging->mutex);
	anchors_release(before);
}

// The page that is to be asked for, and the anchors that are known, with a hold.
static int32_t
look(hz_paging *paging, anchors **known)
{
	pthread_mutex_lock(&paging->mutex);
	int32_t page = paging->page;
	*known = paging->known;
	if (*known != NULL) {
		atomic_fetch_add(&(*known)->holds, 1);
	}
	pthread_mutex_unlock(&paging->mutex);
	return page;
}

static hz_err
check(const hz_pred *filter, int32_t page_size, hz_paging **out, hz_error *err)
{
	hz_value unused;
	if (out == NULL || page_size < 1) {
		return hzi_fail(err, HZ_ERR_ARGUMENT, "%s",
				out == NULL ? "paging is NULL" : "a page has at least one entry");
	}
	return filter != NULL ? hzi_object_read(&filter->object, true, &unused, err) : HZ_OK;
}

HZ_API hz_err
hz_paging_new(hz_pred *filter, hz_value comparator, int32_t page_size, hz_paging **out,
		hz_error *err)
{
	hz_err e = check(filter, page_size, out, err);
	hz_paging *paging = e == HZ_OK ? calloc(1, sizeof(*paging)) : NULL;
	if (e == HZ_OK && paging == NULL) {
		e = hzi_fail(err, HZ_ERR_MEMORY, "no memory for a paging");
	}
	if (e == HZ_OK) {
		e = hz_value_copy(&comparator, &paging->comparator, err);
	}
	if (paging == NULL || e != HZ_OK) {
		free(paging);
		hz_pred_destroy(&filter);
		return e;
	}
	atomic_init(&paging->holds, 1);
	pthread_mutex_init(&paging->mutex, NULL);
	paging->page_size = page_size;
	paging->filter = filter;
	*out = paging;
	return HZ_OK;
}

HZ_API int32_t
hz_paging_page(const hz_paging *paging)
{
	return paging != NULL ? paging->page : -1;
}

// Only the application's thread changes the page.
HZ_API hz_err
hz_paging_set_page(hz_paging *paging, int32_t page)
{
	if (paging == NULL || page < 0) {
		return HZ_ERR_ARGUMENT;
	}
	pthread_mutex_lock(&paging->mutex);
	paging->page = page;
	pthread_mutex_unlock(&paging->mutex);
	return HZ_OK;
}

HZ_API void
hz_paging_next(hz_paging *paging)
{
	if (paging != NULL && paging->page < INT32_MAX) {
		(void)hz_paging_set_page(paging, paging->page + 1);
	}
}

HZ_API void
hz_paging_previous(hz_paging *paging)
{
	if (paging != NULL && paging->page > 0) {
		(void)hz_paging_set_page(paging, paging->page - 1);
	}
}

HZ_API void
hz_paging_reset(hz_paging *paging)
{
	if (paging != NULL) {
		set_anchors(paging, NULL);
		(void)hz_paging_set_page(paging, 0);
	}
}

HZ_API void
hz_paging_destroy(hz_paging **paging)
{
	if (paging != NULL && *paging != NULL) {
		paging_release(*paging);
		*paging = NULL;
	}
}

// ---- Queries ----

// The three answers have the same fields, and so have the three requests.
typedef hzp_map_entries_with_paging_predicate_request page_request;
typedef hzp_map_entries_with_paging_predicate_response page_response;

_Static_assert(sizeof(page_request) == sizeof(hzp_map_key_set_with_paging_predicate_request),
		"same fields");
_Static_assert(sizeof(page_request) == sizeof(hzp_map_values_with_paging_predicate_request),
		"same fields");
_Static_assert(sizeof(page_response) == sizeof(hzp_map_key_set_with_paging_predicate_response),
		"same fields");
_Static_assert(sizeof(page_response) == sizeof(hzp_map_values_with_paging_predicate_response),
		"same fields");

static hz_err
read_page(hzi_call *call, iteration of, hz_result *out, hz_error *err)
{
	page_response response;
	anchors *known = NULL;
	hz_err e = hzi_call_decode(call, &response, err);
	if (e == HZ_OK) {
		e = anchors_read(&response.anchor_data_list, of, &known, err);
	}
	if (e != HZ_OK) {
		return e;
	}
	hz_items *items = hzi_items_new(1, call->client->config->big_endian);
	if (items == NULL) {
		anchors_release(known);
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for a page");
	}
	hzi_items_add(items, &call->response, &response.response, of == ENTRIES);
	set_anchors(call->extra, known);
	out->u.items = items;
	return HZ_OK;
}

static hz_err
read_keys(hzi_call *call, hz_result *out, hz_error *err)
{
	return read_page(call, KEYS, out, err);
}

static hz_err
read_values(hzi_call *call, hz_result *out, hz_error *err)
{
	return read_page(call, VALUES, out, err);
}

static hz_err
read_entries(hzi_call *call, hz_result *out, hz_error *err)
{
	return read_page(call, ENTRIES, out, err);
}

static const hzi_op OPS[] = {
		[KEYS] = {&HZP_MAP_KEY_SET_WITH_PAGING_PREDICATE, HZ_RESULT_ITEMS, 0, read_keys},
		[VALUES] = {&HZP_MAP_VALUES_WITH_PAGING_PREDICATE, HZ_RESULT_ITEMS, 0, read_values},
		[ENTRIES] = {&HZP_MAP_ENTRIES_WITH_PAGING_PREDICATE, HZ_RESULT_ITEMS, 0,
				read_entries},
};

// What is asked: of a partition predicate the part that is asked there, and beside it the key.
static bool
fill_filter(hzi_call *call, const hz_pred *filter, hzp_paging_predicate_holder *holder)
{
	const hz_pred *asked = filter->target != NULL ? filter->target : filter;
	if (filter->target != NULL) {
		const hzi_buf *key = &filter->key[call->client->config->big_endian ? 1 : 0];
		holder->partition_key_data = (hzp_bytes){key->data, (uint32_t)key->len};
		hzi_call_to_predicate(call, filter);
	}
	return hzi_call_object(call, &asked->object, &holder->predicate_data);
}

static bool
fill(hzi_call *call, hz_paging *paging, const anchors *known, hzp_paging_predicate_holder *holder)
{
	holder->anchor_data_list_holder.present = true;
	if (known != NULL && known->of == (iteration)holder->iteration_type_id) {
		holder->anchor_data_list_holder.anchor_page_list = HZP_LIST(known->pages, known->n);
		holder->anchor_data_list_holder.anchor_data_list =
				HZP_LIST(known->entries, known->n);
	}
	if (paging->filter != NULL && !fill_filter(call, paging->filter, holder)) {
		return false;
	}
	return hz_value_is_null(&paging->comparator) ||
			hzi_call_data(call, &paging->comparator, 1, &holder->comparator_data);
}

static hz_future
send_page(hz_map *map, hz_paging *paging, iteration of)
{
	hzi_call *call;
	hz_future future;
	anchors *known = NULL;
	if (!hzi_call_begin(hzi_map_handle(map), &OPS[of], &call, &future)) {
		return future;
	}
	if (paging == NULL) {
		return hzi_call_refuse(call, HZ_ERR_ARGUMENT, "paging is NULL");
	}
	atomic_fetch_add(&paging->holds, 1);
	call->extra = paging;
	call->extra_free = paging_release;
	page_request request = {.name = hzi_handle_name(&map->handle)};
	request.predicate = (hzp_paging_predicate_holder){
			.present = true,
			.page_size = paging->page_size,
			.page = look(paging, &known),
			.iteration_type_id = (int8_t)of,
	};
	future = fill(call, paging, known, &request.predicate) ? hzi_call_submit(call, &request)
							       : hzi_call_refused(call);
	anchors_release(known);
	return future;
}

HZ_API hz_future
hz_map_key_set_page_async(hz_map *map, hz_paging *paging)
{
	return send_page(map, paging, KEYS);
}

HZ_API hz_future
hz_map_values_page_async(hz_map *map, hz_paging *paging)
{
	return send_page(map, paging, VALUES);
}

HZ_API hz_future
hz_map_entry_set_page_async(hz_map *map, hz_paging *paging)
{
	return send_page(map, paging, ENTRIES);
}
