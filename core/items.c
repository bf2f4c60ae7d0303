// SPDX-License-Identifier: Apache-2.0
#include "core/items.h"

#include "serialization/data.h"

#include <stdlib.h>

typedef struct items_part {
	hzi_slice message; // held
	hzp_list list;
	bool pairs;
} items_part;

// What hzp_iter_next fills for a list of entries of Data and Data.
typedef struct data_pair {
	hzp_bytes key;
	hzp_bytes value;
} data_pair;

struct hz_items {
	size_t count;
	size_t at; // items given so far
	int64_t first;
	bool numbered;
	bool big_endian;
	size_t parts;
	size_t room;
	size_t part; // the one being read
	hzp_iter iter;
	items_part part_at[];
};

hz_items *
hzi_items_new(size_t lists, bool big_endian)
{
	hz_items *items = calloc(1, sizeof(*items) + lists * sizeof(items->part_at[0]));
	if (items != NULL) {
		items->room = lists;
		items->big_endian = big_endian;
	}
	return items;
}

void
hzi_items_add(hz_items *items, const hzi_slice *message, const hzp_list *list, bool pairs)
{
	HZI_ASSERT(items->parts < items->room);
	items_part *part = &items->part_at[items->parts++];
	hzi_slice_take(&part->message, message->block, message->p, message->n);
	part->list = *list;
	part->pairs = pairs;
	items->count += list->count;
	if (items->parts == 1) {
		items->iter = hzp_iter_start(&part->list);
	}
}

void
hzi_items_number(hz_items *items, int64_t first)
{
	items->first = first;
	items->numbered = true;
}

HZ_API size_t
hz_items_count(const hz_items *items)
{
	return items != NULL ? items->count : 0;
}

// A value that contradicts itself is still given, as the bytes it is.
static void
lend(hzp_bytes bytes, bool big_endian, hz_value *out)
{
	if (out == NULL) {
		return;
	}
	if (bytes.p == NULL) {
		*out = hz_null();
	} else if (hzi_value_view(bytes.p, bytes.n, big_endian, out) != HZ_OK) {
		*out = hz_data(bytes.p, bytes.n);
	}
}

static bool
next_in_part(hz_items *items, hz_value *key, hz_value *value)
{
	const items_part *part = &items->part_at[items->part];
	data_pair pair = {0};
	if (!hzp_iter_next(&items->iter, part->pairs ? (void *)&pair : (void *)&pair.value)) {
		return false;
	}
	lend(pair.key, items->big_endian, key);
	lend(pair.value, items->big_endian, value);
	return true;
}

HZ_API bool
hz_items_next(hz_items *items, hz_value *key, hz_value *value)
{
	if (items == NULL) {
		return false;
	}
	while (items->part < items->parts) {
		if (next_in_part(items, key, value)) {
			items->at++;
			return true;
		}
		items->part++;
		if (items->part < items->parts) {
			items->iter = hzp_iter_start(&items->part_at[items->part].list);
		}
	}
	return false;
}

HZ_API void
hz_items_rewind(hz_items *items)
{
	if (items == NULL) {
		return;
	}
	items->at = 0;
	items->part = 0;
	if (items->parts > 0) {
		items->iter = hzp_iter_start(&items->part_at[0].list);
	}
}

HZ_API int64_t
hz_items_seq(const hz_items *items)
{
	if (items == NULL || !items->numbered || items->at == 0) {
		return -1;
	}
	return items->first + (int64_t)items->at - 1;
}

HZ_API void
hz_items_destroy(hz_items **items)
{
	if (items == NULL || *items == NULL) {
		return;
	}
	for (size_t i = 0; i < (*items)->parts; i++) {
		hzi_slice_clear(&(*items)->part_at[i].message);
	}
	free(*items);
	*items = NULL;
}
