// SPDX-License-Identifier: Apache-2.0
//
// Map: all entries (or keys) piece by piece, with no more than one page of them in memory. A scan
// goes through the partitions one after the other. It is no snapshot: an entry that is there from
// the first step to the last is given at least once; one that is added or removed meanwhile may be
// given or not; while partitions move or grow, one may be given twice.
#ifndef HAZELCAST_MAP_SCAN_H
#define HAZELCAST_MAP_SCAN_H

#include <hazelcast/map.h>
#include <hazelcast/predicate.h>
#include <hazelcast/projection.h>

#ifdef __cplusplus
extern "C" {
#endif

// A scan under way; used by one thread at a time. Opaque.
typedef struct hz_map_scan hz_map_scan;

// Size-first: start from hz_scan_options_default() or set `size`.
typedef struct hz_scan_options {
	size_t size;
	int32_t page_size; // entries a request asks for; 0: 1000
	bool keys_only;    // do not transfer the values
	// A query in place of the whole map: the entries that the predicate is true for (NULL:
	// all), and what the projection makes of each (NULL: its key and value). One of a partition
	// goes through that partition only. Lent to hz_map_scan_open. Of a map whose keys are
	// records, ask for keys_only, or with a projection: whole entries come as RAW values there.
	const hz_pred *filter;
	const hz_proj *projection; // not with keys_only
} hz_scan_options;

// All defaults. Since 0.1.
static inline hz_scan_options
hz_scan_options_default(void)
{
	hz_scan_options options = {sizeof(hz_scan_options), 0, false, NULL, NULL};
	return options;
}

// Begins a scan. Copies what it needs of the handle, whose hz_call as it is now applies to each
// page. Gives *scan. Does not block. options may be NULL. HZ_ERR_ARGUMENT, HZ_ERR_MEMORY,
// HZ_ERR_OFFLINE (never connected yet), HZ_ERR_CLOSED, HZ_ERR_FORKED, and what went wrong while the
// filter or the projection was built. Since 0.1.
HZ_API hz_err hz_map_scan_open(
		hz_map *map, const hz_scan_options *options, hz_map_scan **scan, hz_error *err);

// Goes to the next entry. *more false: there is none, *key and *value are null (and again, if asked
// again). Otherwise lends *key and *value until the next step; each may be NULL; the value is null
// in a scan of keys; in one with a projection its results are the values, and the key is null. more
// is not NULL. Blocks while a page is fetched. A failure leaves the scan where it was: the same
// step may be tried again. Since 0.1.
HZ_API hz_err hz_map_scan_next(
		hz_map_scan *scan, hz_value *key, hz_value *value, bool *more, hz_error *err);

// Ends a scan, wherever it is. NULL-safe, nulls the pointer. Does not block. Since 0.1.
HZ_API void hz_map_scan_destroy(hz_map_scan **scan);

#ifdef __cplusplus
}
#endif

#endif
