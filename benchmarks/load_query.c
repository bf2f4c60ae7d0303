// SPDX-License-Identifier: Apache-2.0
#include "benchmarks/load.h"
#include "benchmarks/usage.h"

enum { FOUND = 100 };

// The map's keys are the numbers from 0 up, so as many entries are found as are asked for.
static bool
query(struct lane *lane, hz_map *map, int64_t first)
{
	hz_error error;
	hz_items *items = NULL;
	hz_value value;
	hz_pred *pred = hz_pred_between(HZ_ATTR_KEY, hz_i64(first), hz_i64(first + FOUND - 1));
	hz_err e = hz_map_values_where(map, pred, &items, &error);
	hz_pred_destroy(&pred);
	if (e != HZ_OK) {
		load_fail(lane, "query", &error);
		return false;
	}
	size_t right = 0;
	while (hz_items_next(items, NULL, &value)) {
		right += load_is_value(lane, &value);
	}
	hz_items_destroy(&items);
	if (right != FOUND) {
		run_fail(lane->run, "query", "not the entries that were looked for");
	}
	return right == FOUND;
}

void
load_query(struct lane *lane)
{
	const struct load *load = lane->context;
	char name[64];
	hz_map *map = NULL;
	hz_error error;
	cell_map_name(lane->run->cell, name, sizeof(name));
	bool fine = hz_map_open(load->client, name, NULL, &map, &error) == HZ_OK;
	if (!fine) {
		load_fail(lane, "open", &error);
	}
	while (fine && lane_goes_on(lane)) {
		uint64_t room = (uint64_t)lane->run->cell->keys - FOUND;
		int64_t first = (int64_t)lane_random(lane, room);
		uint64_t begin = lane_begin(lane);
		fine = query(lane, map, first);
		lane_record(lane, begin, now_ns());
	}
	hz_map_close(&map);
}
