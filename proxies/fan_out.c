// SPDX-License-Identifier: Apache-2.0
#include "proxies/fan_out.h"

#include "base/fail.h"
#include "protocol/gen/types.h"
#include "serialization/data.h"

#include <stdlib.h>

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
	void *room;         // what the structure needs to make its requests
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
	free(all->room);
}

static hz_err
sorted_init(sorted *all, const hz_client *client, size_t n, size_t width, size_t room,
		hz_error *err)
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
	all->room = calloc(n + 1, room + 1);
	if (all->room == NULL || all->partition == NULL || all->given == NULL ||
			all->data == NULL || all->start == NULL) {
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for the keys");
	}
	return HZ_OK;
}

// Appends one value; only its length is known until all are there, since the buffer still moves.
static hz_err
add_value(sorted *all, size_t at, const hz_value *value, hzi_call *call, int32_t *hash,
		hz_error *err)
{
	size_t before = all->bytes.len;
	hzi_schema_sink sink = hzi_call_sink(call);
	bool be = call->client->config->big_endian;
	hz_err e = hzi_data_write_to(&all->bytes, value, be, &sink, hash, err);
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
sorted_fill(sorted *all, hzi_call *parent, const hz_value *keys, const hz_entry *entries,
		hz_error *err)
{
	const hz_client *client = parent->client;
	for (size_t i = 0; i < all->n; i++) {
		int32_t hash = 0;
		const hz_value *key = keys != NULL ? &keys[i] : &entries[i].key;
		hz_err e = add_value(all, i * all->width, key, parent, &hash, err);
		if (e == HZ_OK && all->width == 2) {
			e = add_value(all, i * 2 + 1, &entries[i].value, parent, NULL, err);
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

// ---- Sending ----

static hz_future
send_parts(hzi_handle *handle, hzi_call *parent, const sorted *all, const hzi_fan_out *how)
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
		how->submit(handle, parent, child,
				HZP_LIST(all->data + all->start[p] * all->width, n), all->room);
	}
	return hzi_join_submit(parent);
}

hz_future
hzi_fan_out_send(hzi_handle *handle, const hzi_fan_out *how, const hz_value *keys,
		const hz_entry *entries, size_t n)
{
	hzi_call *parent;
	hz_future future;
	sorted all;
	if (!hzi_call_begin(handle, how->parent, &parent, &future)) {
		return future;
	}
	if (n > 0 && keys == NULL && entries == NULL) {
		return hzi_call_refuse(parent, HZ_ERR_ARGUMENT, "keys or entries is NULL");
	}
	hz_client *client = handle->client;
	hz_error *err = hzi_call_error(parent);
	hz_err e = sorted_init(&all, client, n, entries != NULL ? 2 : 1, how->room, err);
	if (e == HZ_OK) {
		e = sorted_fill(&all, parent, keys, entries, err);
	}
	if (e == HZ_OK) {
		// So that each connection gets all that is for it in one write.
		hz_batch_begin(client);
		future = send_parts(handle, parent, &all, how);
		hz_batch_end(client);
	} else {
		parent->code = e;
		future = hzi_call_refused(parent);
	}
	sorted_clear(&all);
	return future;
}
