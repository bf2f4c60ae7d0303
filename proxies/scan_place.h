// SPDX-License-Identifier: Apache-2.0
//
// Where a scan stands in the partition it is in: a list of (index, table size) that the member
// gives with each page and wants back for the next. It grows when the partition's table does. An
// index below zero says that there are no more pages.
#ifndef HZI_PROXIES_SCAN_PLACE_H
#define HZI_PROXIES_SCAN_PLACE_H

#include "protocol/decode.h"
#include "protocol/gen/types.h"

#include <hazelcast/error.h>

typedef struct hzi_scan_place {
	hzp_entry_i32_i32 *pointers; // freed by who has the place
	size_t n;
} hzi_scan_place;

// Goes before the first page. HZ_ERR_MEMORY.
hz_err hzi_scan_place_start(hzi_scan_place *place);

// Takes over what a page says. On failure (HZ_ERR_PROTOCOL, HZ_ERR_MEMORY) the place stays.
hz_err hzi_scan_place_read(hzi_scan_place *place, const hzp_list *list, hz_error *err);

// Whether a page says what it was asked with, so that the next one would be the same.
bool hzi_scan_place_equals(const hzi_scan_place *place, const hzp_list *list);

// Whether the page was the last one.
bool hzi_scan_place_is_end(const hzi_scan_place *place);

#endif
