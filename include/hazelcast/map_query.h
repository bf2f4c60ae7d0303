// SPDX-License-Identifier: Apache-2.0
//
// Map: queries. The members look for entries, each among its own; predicate.h says how to tell them
// which. What is said in map.h holds here; predicates, aggregators and projections are lent, and
// what went wrong while they were built fails the call before anything is sent. An answer lies in
// memory as a whole: see map_page.h and map_scan.h for those that may be large.
//
// A query is no snapshot: what changes meanwhile is found or not. While partitions move the members
// look again, so no entry is missing for that.
#ifndef HAZELCAST_MAP_QUERY_H
#define HAZELCAST_MAP_QUERY_H

#include <hazelcast/aggregator.h>
#include <hazelcast/map.h>
#include <hazelcast/predicate.h>
#include <hazelcast/projection.h>

#ifdef __cplusplus
extern "C" {
#endif

// The keys of the entries that the predicate is true for, given as the values of the items, in
// nobody's order. pred is not NULL. Result: items. Since 0.1.
HZ_API hz_future hz_map_key_set_where_async(hz_map *map, const hz_pred *pred);
HZ_API HZ_INLINE hz_err
hz_map_key_set_where(hz_map *map, const hz_pred *pred, hz_items **out, hz_error *err)
{
	return hz_run_items(hz_map_key_set_where_async(map, pred), out, err);
}

// Their values; as hz_map_key_set_where. Result: items. Since 0.1.
HZ_API hz_future hz_map_values_where_async(hz_map *map, const hz_pred *pred);
HZ_API HZ_INLINE hz_err
hz_map_values_where(hz_map *map, const hz_pred *pred, hz_items **out, hz_error *err)
{
	return hz_run_items(hz_map_values_where_async(map, pred), out, err);
}

// Both; as hz_map_key_set_where. Result: items. Since 0.1.
HZ_API hz_future hz_map_entry_set_where_async(hz_map *map, const hz_pred *pred);
HZ_API HZ_INLINE hz_err
hz_map_entry_set_where(hz_map *map, const hz_pred *pred, hz_items **out, hz_error *err)
{
	return hz_run_items(hz_map_entry_set_where_async(map, pred), out, err);
}

// Removes the entries that the predicate is true for. pred is not NULL: hz_pred_true() is for all,
// but hz_map_clear does that better. Result: none. Since 0.1.
HZ_API hz_future hz_map_remove_all_async(hz_map *map, const hz_pred *pred);
HZ_API HZ_INLINE hz_err
hz_map_remove_all(hz_map *map, const hz_pred *pred, hz_error *err)
{
	return hz_run_none(hz_map_remove_all_async(map, pred), err);
}

// One result from all entries that the predicate is true for (NULL: all there are). aggregator.h
// says of what kind it is. Result: value. Since 0.1.
HZ_API hz_future hz_map_aggregate_async(hz_map *map, const hz_agg *aggregator, const hz_pred *pred);
HZ_API HZ_INLINE hz_err
hz_map_aggregate(hz_map *map, const hz_agg *aggregator, const hz_pred *pred, hz_value *out,
		hz_error *err)
{
	return hz_run_value(hz_map_aggregate_async(map, aggregator, pred), out, err);
}

// What the projection makes of each entry that the predicate is true for (NULL: all there are),
// given as the values of the items, null included, in nobody's order. Result: items. Since 0.1.
HZ_API hz_future hz_map_project_async(hz_map *map, const hz_proj *projection, const hz_pred *pred);
HZ_API HZ_INLINE hz_err
hz_map_project(hz_map *map, const hz_proj *projection, const hz_pred *pred, hz_items **out,
		hz_error *err)
{
	return hz_run_items(hz_map_project_async(map, projection, pred), out, err);
}

// ---- Indexes ----

// How an index is kept. SORTED serves comparisons of all sorts, HASH only "is equal" and "is one
// of", BITMAP both of few distinct values, joined by and, or and not.
typedef enum hz_index_type {
	HZ_INDEX_SORTED = 0,
	HZ_INDEX_HASH = 1,
	HZ_INDEX_BITMAP = 2
} hz_index_type;

// How a bitmap index numbers the entries by their unique key: by the object, by numbers that are
// numbered anew, or by numbers as they are.
typedef enum hz_unique_key {
	HZ_UNIQUE_KEY_OBJECT = 0,
	HZ_UNIQUE_KEY_LONG = 1,
	HZ_UNIQUE_KEY_RAW = 2
} hz_unique_key;

// Size-first: start from hz_index_options_default() or set `size`. Zero is every field's default.
typedef struct hz_index_options {
	size_t size;
	hz_index_type type;
	const char *name;       // UTF-8; NULL: one made of the map, the type and the attributes
	const char *unique_key; // bitmap: an attribute that no two entries share; NULL: the key
	hz_unique_key unique_key_as; // bitmap
} hz_index_options;

// All defaults. Since 0.1.
static inline hz_index_options
hz_index_options_default(void)
{
	hz_index_options options = {sizeof(hz_index_options), HZ_INDEX_SORTED, NULL, NULL,
			HZ_UNIQUE_KEY_OBJECT};
	return options;
}

// Adds an index over n attributes, 1 to 255 of them (a bitmap's: 1), all different. Lends
// attributes and options (NULL: defaults). The index lives as long as the map. If there is one of
// its name already, whatever it is, nothing changes and the result is HZ_OK. Members add to it what
// the map has before they answer. Result: none. Since 0.1.
HZ_API hz_future hz_map_add_index_async(hz_map *map, const char *const *attributes, size_t n,
		const hz_index_options *options);
HZ_API HZ_INLINE hz_err
hz_map_add_index(hz_map *map, const char *const *attributes, size_t n,
		const hz_index_options *options, hz_error *err)
{
	return hz_run_none(hz_map_add_index_async(map, attributes, n, options), err);
}

#ifdef __cplusplus
}
#endif

#endif
