// SPDX-License-Identifier: Apache-2.0
//
// The one collection that calls give: a list of values, or of keys and values.
#ifndef HAZELCAST_ITEMS_H
#define HAZELCAST_ITEMS_H

#include <hazelcast/error.h>
#include <hazelcast/export.h>
#include <hazelcast/value.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct hz_items hz_items;

// One key with its value, for calls that take many. Frozen.
typedef struct hz_entry {
	hz_value key;
	hz_value value;
} hz_entry;

// How many items there are; 0 for NULL. One thread at a time; does not block. Since 0.1.
HZ_API size_t hz_items_count(const hz_items *items);

// Moves to the next item. Lends *key and *value until the collection is destroyed; either pointer
// may be NULL. A list of values gives them as value, its keys are null. Returns false at the end
// (and for NULL). A value that cannot be decoded is given as raw data (HZ_KIND_RAW). One thread at
// a time; does not block. Since 0.1.
HZ_API bool hz_items_next(hz_items *items, hz_value *key, hz_value *value);

// Goes back before the first item. One thread at a time; does not block. Since 0.1.
HZ_API void hz_items_rewind(hz_items *items);

// The sequence number of the item that hz_items_next gave last, for structures that number their
// items; -1 otherwise. One thread at a time; does not block. Since 0.1.
HZ_API int64_t hz_items_seq(const hz_items *items);

// The sequence number to read on from, and how many items the member has looked at, of a structure
// that numbers its items; -1 otherwise. One thread at a time; does not block. Since 0.1.
HZ_API int64_t hz_items_next_seq(const hz_items *items);
HZ_API int32_t hz_items_read_count(const hz_items *items);

// Frees the collection and all it lent. NULL-safe, nulls the pointer. Since 0.1.
HZ_API void hz_items_destroy(hz_items **items);

#ifdef __cplusplus
}
#endif

#endif
