// SPDX-License-Identifier: Apache-2.0
//
// The inside of a map's handle, for the files that make up the proxy: map.c (single keys and the
// whole map), map_bulk.c, map_scan.c, map_lock.c, map_view.c, map_compute.c.
#ifndef HZI_PROXIES_MAP_H
#define HZI_PROXIES_MAP_H

#include "proxies/proxy.h"

#include <hazelcast/map.h>

struct hz_map {
	hzi_handle handle;
};

_Static_assert(sizeof(struct hz_map) <= HZI_HANDLE_MAX, "handles are cheap");

static inline hzi_handle *
hzi_map_handle(hz_map *map)
{
	return map != NULL ? &map->handle : NULL;
}

#endif
