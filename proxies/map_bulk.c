// SPDX-License-Identifier: Apache-2.0
#include "base/fail.h"
#include "core/items.h"
#include "protocol/gen/map.h"
#include "proxies/map.h"
#include "serialization/data.h"

#include <stdlib.h>

static hz_err collect(hzi_call *parent, hz_result *out, hz_error *err);

// Calls on many keys: the parent's row, and its children's.
static const hzi_op GET_ALL = {NULL, HZ_RESULT_ITEMS, 0, collect};
static const hzi_op GET_SOME = {&HZP_MAP_GET_ALL, HZ_RESULT_ITEMS, 0, NULL};
static const hzi_op PUT_ALL = {NULL, HZ_RESULT_NONE, 0, NULL};
static const hzi_op PUT_SOME = {&HZP_MAP_PUT_ALL, HZ_RESULT_NONE, 0, NULL};

static const hzi_op LOAD_ALL = {&HZP_MAP_LOAD_ALL, HZ_RESULT_NONE, 0, NULL};
static const hzi_op LOAD_KEYS = {&HZP_MAP_LOAD_GIVEN_KEYS, HZ_RESULT_NONE, 0, NULL};
static const hzi_op KEY_SET = {&HZP_MAP_KEY_SET, HZ_RESULT_ITEMS, 0, NULL};
static const hzi_op VALUES = {&HZP_MAP_VALUES, HZ_RESULT_ITEMS, 0, NULL};
static const hzi_op ENTRY_SET = {&HZP_MAP_ENTRY_SET, HZ_RESULT_ITEMS, 0, NULL};

// ---- Sorting by partition ----

// Keys (width 1), or keys with their values (width 2), sorted by the partition of the key.
typedef struct sorted {
	size_t n;
	size_t width;
	int32_t partitions;
	hzi_buf bytes;      // all Data, one behind the other
	int32_t *partition; // of each key, in the caller's order
	hzp_bytes *given;   // in the caller's order
	hzp_bytes *data;    // by partition
	size_t *start;      // where each partition's keys begin in data, and after the last one
} sorted;

_Static_assert(sizeof(hzp_entry_data_data) == 2 * sizeof(hzp_bytes), "an entry is two Data");

static void
sorted_clear(sorted *all)
{
	hzi_buf_clear(&all->bytes);
	free(all->partition);
	free(all->given);
	free(all->data);
	free(all->start);
}

static hz_err
sorted_init(sorted *all, const hz_client *client, size_t n, size_t width, hz_error *err)
{
	*all = (sorted){.n = n, .width = width};
	all->partitions = hz_client_partition_count(client);
	if (all->partitions <= 0) {
		return hzi_fail(err, HZ_ERR_OFFLINE,
				"the partitions of the cluster are not known yet");
	}
	if (n > INT32_MAX / 64) {
		return hzi_fail(err, HZ_ERR_LIMIT, "too many keys for one call");
	}
	all->partition = calloc(n + 1, sizeof(*all->partition));
	all->given = calloc((n + 1) * width, sizeof(*all->given));
	all->data = calloc((n + 1) * width, sizeof(*all->data));
	all->start = calloc((size_t)all->partitions + 2, sizeof(*all->start));
	if (all->partition == NULL || all->given == NULL || all->data == NULL ||
			all->start == NULL) {
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for the keys");
	}
	return HZ_OK;
}

// Appends one value; only its length is known until all are there, since the buffer still moves.
static hz_err
add_value(sorted *all, size_t at, const hz_value *value, bool big_endian, int32_t *hash,
		hz_error *err)
{
	size_t before = all->bytes.len;
	hz_err e = hzi_data_write(&all->bytes, value, big_endian, hash, err);
	all->given[at].n = (uint32_t)(all->bytes.len - before);
	return e;
}

// A counting sort, which keeps the caller's order within a partition.
static void
sort(sorted *all)
{
	const uint8_t *p = all->bytes.data;
	for (size_t i = 0; i < all->n; i++) {
		all->start[all->partition[i] + 2]++;
	}
	for (int32_t i = 0; i < all->partitions; i++) {
		all->start[i + 2] += all->start[i + 1];
	}
	// start[p + 1] is where the next key of partition p goes, and ends up as where p + 1
	// begins.
	for (size_t i = 0; i < all->n; i++) {
		size_t to = all->start[all->partition[i] + 1]++;
		for (size_t j = 0; j < all->width; j++) {
			hzp_bytes *data = &all->data[to * all->width + j];
			*data = (hzp_bytes){p, all->given[i * all->width + j].n};
			p += data->n;
		}
	}
}

// Serializes and sorts. Either keys or entries is NULL.
static hz_err
sorted_fill(sorted *all, const hz_client *client, const hz_value *keys, const hz_entry *entries,
		hz_error *err)
{
	bool big_endian = client->config->big_endian;
	for (size_t i = 0; i < all->n; i++) {
		int32_t hash = 0;
		const hz_value *key = keys != NULL ? &keys[i] : &entries[i].key;
		hz_err e = add_value(all, i * all->width, key, big_endian, &hash, err);
		if (e == HZ_OK && all->width == 2) {
			e = add_value(all, i * 2 + 1, &entries[i].value, big_endian, NULL, err);
		}
		if (e != HZ_OK) {
			return e;
		}
		all->partition[i] = hzi_partitions_of(&client->partitions, hash);
	}
	sort(all);
	return HZ_OK;
}

static uint32_t
count_parts(const sorted *all)
{
	uint32_t parts = 0;
	for (int32_t p = 0; p < all->partitions; p++) {
		parts += all->start[p + 1] > all->start[p];
	}
	return parts;
}

// ---- Fan-out ----

// Sends what there is for one partition.
typedef void (*submit_fn)(hzi_call *parent, hzi_call *child, hzp_list part, bool flag);

typedef struct fan_out {
	const hzi_op *parent;
	const hzi_op *child;
	submit_fn submit;
	bool flag; // for submit
} fan_out;

static hzp_bytes
name_of(const hz_map *map)
{
	return hzi_handle_name(&map->handle);
}

static void
submit_get(hzi_call *parent, hzi_call *child, hzp_list part, bool flag)
{
	(void)flag;
	hzi_join_child_submit(parent, child,
			&(hzp_map_get_all_request){
					.name = name_of(parent->extra),
					.keys = part,
			});
}

static void
submit_put(hzi_call *parent, hzi_call *child, hzp_list part, bool flag)
{
	hzi_join_child_submit(parent, child,
			&(hzp_map_put_all_request){
					.name = name_of(parent->extra),
					.entries = part,
					.trigger_map_loader = flag,
			});
}

static hz_future
send_parts(hzi_call *parent, const sorted *all, const fan_out *how)
{
	uint32_t index = 0;
	if (!hzi_join_begin(parent, count_parts(all))) {
		return hzi_call_refuse(
				parent, HZ_ERR_MEMORY, "no memory for the parts of the call");
	}
	for (int32_t p = 0; p < all->partitions; p++) {
		size_t n = all->start[p + 1] - all->start[p];
		if (n == 0) {
			continue;
		}
		hzi_call *child = hzi_join_child_begin(parent, how->child, index++);
		if (child == NULL) {
			return hzi_join_abort(parent, HZ_ERR_MEMORY);
		}
		hzi_call_to_partition(child, p);
		how->submit(parent, child, HZP_LIST(all->data + all->start[p] * all->width, n),
				how->flag);
	}
	return hzi_join_submit(parent);
}

static hz_future
send_all(hz_map *map, const fan_out *how, const hz_value *keys, const hz_entry *entries, size_t n)
{
	hzi_call *parent;
	hz_future future;
	sorted all;
	if (!hzi_call_begin(hzi_map_handle(map), how->parent, &parent, &future)) {
		return future;
	}
	if (n > 0 && keys == NULL && entries == NULL) {
		return hzi_call_refuse(parent, HZ_ERR_ARGUMENT, "keys or entries is NULL");
	}
	hz_client *client = map->handle.client;
	hz_error *err = hzi_call_error(parent);
	hz_err e = sorted_init(&all, client, n, entries != NULL ? 2 : 1, err);
	if (e == HZ_OK) {
		e = sorted_fill(&all, client, keys, entries, err);
	}
	if (e == HZ_OK) {
		parent->extra = map;
		// So that each connection gets all that is for it in one write.
		hz_batch_begin(client);
		future = send_parts(parent, &all, how);
		hz_batch_end(client);
	} else {
		parent->code = e;
		future = hzi_call_refused(parent);
	}
	sorted_clear(&all);
	return future;
}

static hz_err
collect(hzi_call *parent, hz_result *out, hz_error *err)
{
	uint32_t n = hzi_join_count(parent);
	hz_items *items = hzi_items_new(n, parent->client->config->big_endian);
	if (items == NULL) {
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for the items");
	}
	for (uint32_t i = 0; i < n; i++) {
		const hzi_call *child = hzi_join_child(parent, i);
		hzp_map_get_all_response response;
		hz_err e = hzi_call_decode(child, &response, err);
		if (e != HZ_OK) {
			hz_items_destroy(&items);
			return e;
		}
		hzi_items_add(items, &child->response, &response.response, true);
	}
	out->u.items = items;
	return HZ_OK;
}

HZ_API hz_future
hz_map_get_all_async(hz_map *map, const hz_value *keys, size_t n)
{
	static const fan_out how = {&GET_ALL, &GET_SOME, submit_get, false};
	return send_all(map, &how, keys, NULL, n);
}

HZ_API hz_future
hz_map_put_all_async(hz_map *map, const hz_entry *entries, size_t n)
{
	static const fan_out how = {&PUT_ALL, &PUT_SOME, submit_put, true};
	return send_all(map, &how, NULL, entries, n);
}

HZ_API hz_future
hz_map_set_all_async(hz_map *map, const hz_entry *entries, size_t n)
{
	static const fan_out how = {&PUT_ALL, &PUT_SOME, submit_put, false};
	return send_all(map, &how, NULL, entries, n);
}

// ---- The whole map ----

HZ_API hz_future
hz_map_load_all_async(hz_map *map, bool replace_existing)
{
	hzi_call *call;
	hz_future future;
	if (!hzi_call_begin(hzi_map_handle(map), &LOAD_ALL, &call, &future)) {
		return future;
	}
	return hzi_call_submit(call,
			&(hzp_map_load_all_request){
					.name = name_of(map),
					.replace_existing_values = replace_existing,
			});
}

HZ_API hz_future
hz_map_load_keys_async(hz_map *map, const hz_value *keys, size_t n, bool replace_existing)
{
	hzi_call *call;
	hz_future future;
	if (!hzi_call_begin(hzi_map_handle(map), &LOAD_KEYS, &call, &future)) {
		return future;
	}
	hzp_map_load_given_keys_request request = {
			.name = name_of(map),
			.replace_existing_values = replace_existing,
	};
	if (!hzi_call_values(call, keys, n, &request.keys)) {
		return hzi_call_refused(call);
	}
	return hzi_call_submit(call, &request);
}

HZ_API hz_future
hz_map_key_set_async(hz_map *map)
{
	return hzi_send_name(hzi_map_handle(map), &KEY_SET);
}

HZ_API hz_future
hz_map_values_async(hz_map *map)
{
	return hzi_send_name(hzi_map_handle(map), &VALUES);
}

HZ_API hz_future
hz_map_entry_set_async(hz_map *map)
{
	return hzi_send_name(hzi_map_handle(map), &ENTRY_SET);
}
