// SPDX-License-Identifier: Apache-2.0
//
// How lists of distributed objects are made, for whichever call gives one.
#ifndef HZI_PROXIES_OBJECT_H
#define HZI_PROXIES_OBJECT_H

#include "protocol/descriptor.h"

#include <hazelcast/object.h>

// Gives an empty list with room for `count` objects whose texts have `texts` bytes together. NULL
// without memory. End it with free.
hz_objects *hzi_objects_new(size_t count, size_t texts);

// Appends one; copies the texts.
void hzi_objects_add(hz_objects *objects, hzp_bytes service, hzp_bytes name);

#endif
