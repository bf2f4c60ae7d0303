// SPDX-License-Identifier: Apache-2.0
#include "core/items.h"

#include "core/client.h"
#include "serialization/data.h"

#include <stdlib.h>
#include <string.h>

typedef struct items_part {
	hzi_slice message; // held
	hzp_list list;
	hzp_bytes single; // in place of a list
	bool pairs;
} items_part;

// What hzp_iter_next fills for a list of entries of Data and Data.
typedef struct data_pair {
	hzp_bytes key;
	hzp_bytes value;
} data_pair;

struct hz_items {
	size_t count;
	size_t at;        // items given so far
	hzp_list numbers; // null: they follow each other
	int64_t next;     // number behind the last
	int32_t read;     // how many items were looked at
	bool numbered;
	bool big_endian;
	size_t parts;
	size_t room;
	size_t part; // the one being read
	bool single_given;
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
hzi_items_add_one(hz_items *items, const hzi_slice *message, hzp_bytes data)
{
	HZI_ASSERT(items->parts < items->room && data.p != NULL);
	items_part *part = &items->part_at[items->parts++];
	hzi_slice_take(&part->message, message->block, message->p, message->n);
	part->single = data;
	items->count++;
}

// Records of responses are small structs of views.
#define RESPONSE_STRUCT_MAX 512

static const hzp_field *
first_list(const hzp_message *m)
{
	for (unsigned i = 0; i < m->n_fields; i++) {
		if (m->fields[i].type->kind == HZP_KIND_LIST) {
			return &m->fields[i];
		}
	}
	return NULL;
}

hz_err
hzi_items_read(const struct hz_client *client, const hzp_message *m, const hzi_slice *message,
		hz_items **out, const char **reason)
{
	_Alignas(16) uint8_t response[RESPONSE_STRUCT_MAX];
	const hzp_field *field = first_list(m);
	HZI_ASSERT(field != NULL && m->struct_size <= sizeof(response));
	hz_err e = hzp_decode(message->p, message->n, m, response, reason);
	if (e != HZ_OK) {
		return e;
	}
	hzp_list list;
	memcpy(&list, response + field->offset, sizeof(list));
	hz_items *items = hzi_items_new(1, client->config->big_endian);
	if (items == NULL) {
		return HZ_ERR_MEMORY;
	}
	hzi_items_add(items, message, &list, field->type->element->kind == HZP_KIND_ENTRY);
	*out = items;
	return HZ_OK;
}

void
hzi_items_number(hz_items *items, const hzp_list *numbers, int64_t next, int32_t read)
{
	items->numbers = *numbers;
	items->next = next;
	items->read = read;
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
	data_pair pair = {.value = part->single};
	if (part->single.p != NULL) {
		bool given = items->single_given;
		items->single_given = true;
		if (given) {
			return false;
		}
	} else if (!hzp_iter_next(&items->iter,
				   part->pairs ? (void *)&pair : (void *)&pair.value)) {
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
		items->single_given = false;
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
	items->single_given = false;
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
	if (hzp_list_is_null(&items->numbers)) {
		return items->next - (int64_t)(items->count - items->at) - 1;
	}
	return hzp_list_i64(&items->numbers, (uint32_t)items->at - 1);
}

HZ_API int64_t
hz_items_next_seq(const hz_items *items)
{
	return items != NULL && items->numbered ? items->next : -1;
}

HZ_API int32_t
hz_items_read_count(const hz_items *items)
{
	return items != NULL && items->numbered ? items->read : -1;
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
