// SPDX-License-Identifier: Apache-2.0
#include "proxies/scan_place.h"

#include "base/fail.h"

#include <stdlib.h>

hz_err
hzi_scan_place_start(hzi_scan_place *place)
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

hz_err
hzi_scan_place_read(hzi_scan_place *place, const hzp_list *list, hz_error *err)
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

bool
hzi_scan_place_equals(const hzi_scan_place *place, const hzp_list *list)
{
	hzp_iter iter = hzp_iter_start(list);
	hzp_entry_i32_i32 read;
	size_t i = 0;
	while (i < place->n && hzp_iter_next(&iter, &read)) {
		if (place->pointers[i].key != read.key || place->pointers[i].value != read.value) {
			return false;
		}
		i++;
	}
	return i == place->n && list->count == place->n;
}

bool
hzi_scan_place_is_end(const hzi_scan_place *place)
{
	return place->pointers[place->n - 1].key < 0;
}
