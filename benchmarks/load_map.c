// SPDX-License-Identifier: Apache-2.0
#include "benchmarks/load.h"
#include "benchmarks/usage.h"

enum { KEYS_AT_ONCE = 100, STRIDE = 97 };

static bool
open_map(struct lane *lane, hz_map **map)
{
	const struct load *load = lane->context;
	char name[64];
	hz_error error;
	cell_map_name(lane->run->cell, name, sizeof(name));
	if (hz_map_open(load->client, name, NULL, map, &error) != HZ_OK) {
		load_fail(lane, "open", &error);
		return false;
	}
	return true;
}

static bool
picks_set(struct lane *lane)
{
	enum operation operation = lane->run->cell->operation;
	return operation == OP_SET || (operation == OP_MIXED && lane_random(lane, 10) == 0);
}

static bool
get(struct lane *lane, hz_map *map, hz_value key)
{
	hz_error error;
	hz_value value;
	if (hz_map_get(map, key, &value, &error) != HZ_OK) {
		load_fail(lane, "get", &error);
		return false;
	}
	bool right = load_is_value(lane, &value);
	hz_value_clear(&value);
	if (!right) {
		run_fail(lane->run, "get", "not the value that was set");
	}
	return right;
}

static bool
set(struct lane *lane, hz_map *map, hz_value key)
{
	const struct load *load = lane->context;
	hz_error error;
	hz_value value = hz_bytes(load->bytes, (size_t)lane->run->cell->value_size);
	if (hz_map_set(map, key, value, NULL, &error) != HZ_OK) {
		load_fail(lane, "set", &error);
		return false;
	}
	return true;
}

void
load_map(struct lane *lane)
{
	hz_map *map = NULL;
	bool fine = open_map(lane, &map);
	while (fine && lane_goes_on(lane)) {
		hz_value key = hz_i64((int64_t)lane_random(lane, (uint64_t)lane->run->cell->keys));
		uint64_t begin = lane_begin(lane);
		fine = picks_set(lane) ? set(lane, map, key) : get(lane, map, key);
		lane_record(lane, begin, now_ns());
	}
	hz_map_close(&map);
}

static hz_future
depart(struct lane *lane, void *map)
{
	uint64_t key = lane_random(lane, (uint64_t)lane->run->cell->keys);
	return hz_map_get_async(map, hz_i64((int64_t)key));
}

static bool
arrive(struct lane *lane, hz_future future)
{
	hz_error error;
	hz_value value;
	if (hz_await_value(future, &value, &error) != HZ_OK) {
		load_fail(lane, "await", &error);
		return false;
	}
	bool right = load_is_value(lane, &value);
	hz_value_clear(&value);
	if (!right) {
		run_fail(lane->run, "await", "not the value that was set");
	}
	return right;
}

void
load_map_deep(struct lane *lane)
{
	hz_map *map = NULL;
	if (open_map(lane, &map)) {
		load_ring(lane, map, depart, arrive);
	}
	hz_map_close(&map);
}

static bool
get_all(struct lane *lane, hz_map *map, const hz_value *keys)
{
	hz_error error;
	hz_items *items = NULL;
	hz_value value;
	if (hz_map_get_all(map, keys, KEYS_AT_ONCE, &items, &error) != HZ_OK) {
		load_fail(lane, "get_all", &error);
		return false;
	}
	int right = 0;
	while (hz_items_next(items, NULL, &value)) {
		right += load_is_value(lane, &value);
	}
	hz_items_destroy(&items);
	if (right != KEYS_AT_ONCE) {
		run_fail(lane->run, "get_all", "not the values that were set");
	}
	return right == KEYS_AT_ONCE;
}

void
load_get_all(struct lane *lane)
{
	hz_map *map = NULL;
	hz_value keys[KEYS_AT_ONCE];
	uint64_t all = (uint64_t)lane->run->cell->keys;
	bool fine = open_map(lane, &map);
	while (fine && lane_goes_on(lane)) {
		// The stride has no factor in common with the number of keys: all are different.
		uint64_t first = lane_random(lane, all);
		for (uint64_t i = 0; i < KEYS_AT_ONCE; i++) {
			keys[i] = hz_i64((int64_t)((first + i * STRIDE) % all));
		}
		uint64_t begin = lane_begin(lane);
		fine = get_all(lane, map, keys);
		lane_record(lane, begin, now_ns());
	}
	hz_map_close(&map);
}
