// SPDX-License-Identifier: Apache-2.0
//
// The inside of hz_items: views over the lists of one or several responses, each kept with its
// slice.
#ifndef HZI_CORE_ITEMS_H
#define HZI_CORE_ITEMS_H

#include "base/block.h"
#include "protocol/decode.h"

#include <hazelcast/items.h>

struct hz_client;

// Makes an empty collection with room for n lists. NULL without memory. `big_endian`: byte order of
// the values in it.
hz_items *hzi_items_new(size_t lists, bool big_endian);

// Adds a decoded list of Data, or of entries of Data and Data (`pairs`). Takes a reference to the
// slice the list's views point into. There must be room.
void hzi_items_add(hz_items *items, const hzi_slice *message, const hzp_list *list, bool pairs);

// Adds a single Data that lies in the message. There must be room.
void hzi_items_add_one(hz_items *items, const hzi_slice *message, hzp_bytes data);

// Makes a collection of the first list in a response. Gives *out. HZ_ERR_PROTOCOL, HZ_ERR_MEMORY.
hz_err hzi_items_read(const struct hz_client *client, const hzp_message *m,
		const hzi_slice *message, hz_items **out, const char **reason);

// Says that the items are numbered: `numbers` is a list of i64 of the same message (null: they
// follow each other, the last is next - 1). `read` of them were looked at, the next one has number
// `next`.
void hzi_items_number(hz_items *items, const hzp_list *numbers, int64_t next, int32_t read);

#endif
