// SPDX-License-Identifier: Apache-2.0
//
// Map: queries page by page, in an order. A paging knows what is looked for, how large a page is,
// which page is next, and, from the answers, where the pages that have been read ended: so members
// need not begin with the first one again.
//
//	hz_paging *paging = NULL;
//	if (hz_paging_new(hz_pred_less("age", hz_i32(30)), hz_null(), 20, &paging, &err) == HZ_OK) {
//		while (hz_map_entry_set_page(map, paging, &items, &err) == HZ_OK &&
//				hz_items_count(items) > 0) {
//			...
//			hz_items_destroy(&items);
//			hz_paging_next(paging);
//		}
//	}
//	hz_paging_destroy(&paging);
//
// Without a comparator entries come in the natural order of their keys (in a query for values: of
// their values), which must have one; a comparator is an object of the members' that compares
// entries (see identified.h). A page costs each member as many entries as all pages up to it have
// that were not read yet; see map_scan.h for reading all without an order.
//
// A paging is used by one thread at a time, together with the calls that it was given to: it must
// not be moved to another page before their results are there. What is said in map.h holds here.
#ifndef HAZELCAST_MAP_PAGE_H
#define HAZELCAST_MAP_PAGE_H

#include <hazelcast/map.h>
#include <hazelcast/predicate.h>

#ifdef __cplusplus
extern "C" {
#endif

// Where a paged query stands. Opaque.
typedef struct hz_paging hz_paging;

// Begins before the first page, which is page 0. Takes filter in any case (NULL: all entries; one
// of a partition is asked there only); lends comparator (null: none); page_size is at least 1.
// Gives *out. Does not block. HZ_ERR_ARGUMENT, HZ_ERR_MEMORY, and what went wrong while the filter
// was built. Since 0.1.
HZ_API hz_err hz_paging_new(hz_pred *filter, hz_value comparator, int32_t page_size,
		hz_paging **out, hz_error *err);

// The page that the next query will be for; -1 for NULL. Since 0.1.
HZ_API int32_t hz_paging_page(const hz_paging *paging);

// Goes to any page, to the next one, to the one before (not beyond the first), or to the first one
// and forgets what the answers said. HZ_ERR_ARGUMENT: a page below 0. Since 0.1.
HZ_API hz_err hz_paging_set_page(hz_paging *paging, int32_t page);
HZ_API void hz_paging_next(hz_paging *paging);
HZ_API void hz_paging_previous(hz_paging *paging);
HZ_API void hz_paging_reset(hz_paging *paging);

// The page's keys, given as the values of the items. A page behind the last one is empty. Result:
// items. Since 0.1.
HZ_API hz_future hz_map_key_set_page_async(hz_map *map, hz_paging *paging);
HZ_API HZ_INLINE hz_err
hz_map_key_set_page(hz_map *map, hz_paging *paging, hz_items **out, hz_error *err)
{
	return hz_run_items(hz_map_key_set_page_async(map, paging), out, err);
}

// Its values. Result: items. Since 0.1.
HZ_API hz_future hz_map_values_page_async(hz_map *map, hz_paging *paging);
HZ_API HZ_INLINE hz_err
hz_map_values_page(hz_map *map, hz_paging *paging, hz_items **out, hz_error *err)
{
	return hz_run_items(hz_map_values_page_async(map, paging), out, err);
}

// Its keys and values. Result: items. Since 0.1.
HZ_API hz_future hz_map_entry_set_page_async(hz_map *map, hz_paging *paging);
HZ_API HZ_INLINE hz_err
hz_map_entry_set_page(hz_map *map, hz_paging *paging, hz_items **out, hz_error *err)
{
	return hz_run_items(hz_map_entry_set_page_async(map, paging), out, err);
}

// Frees a paging; calls that it was given to may still be under way. NULL-safe, nulls the pointer.
// Since 0.1.
HZ_API void hz_paging_destroy(hz_paging **paging);

#ifdef __cplusplus
}
#endif

#endif
