// SPDX-License-Identifier: Apache-2.0
//
// ReplicatedMap: which member is asked about the whole map. Every member has all of it, but each at
// a moment of its own.
#include "protocol/gen/replicated_map.h"
#include "tests/scripted/bench.h"

enum { CLIENTS = 8, ROUNDS = 5 };

static hz_error err;

static bool
looks_at_the_whole(uint32_t type)
{
	return type == HZP_REPLICATED_MAP_SIZE_REQUEST.id ||
			type == HZP_REPLICATED_MAP_IS_EMPTY_REQUEST.id ||
			type == HZP_REPLICATED_MAP_KEY_SET_REQUEST.id ||
			type == HZP_REPLICATED_MAP_VALUES_REQUEST.id ||
			type == HZP_REPLICATED_MAP_ENTRY_SET_REQUEST.id ||
			type == HZP_REPLICATED_MAP_CONTAINS_VALUE_REQUEST.id;
}

// All ways to look, through two handles.
static void
look(hz_client *client)
{
	hz_replicated_map *maps[2] = {NULL, NULL};
	for (size_t i = 0; i < 2; i++) {
		HZT_OK_ERR(hz_replicated_map_open(client, "rm", NULL, &maps[i], &err), &err);
	}
	for (size_t i = 0; i < ROUNDS; i++) {
		hz_replicated_map *map = maps[i % 2];
		HZT_OK_ERR(hz_replicated_map_size(map, NULL, &err), &err);
		HZT_OK_ERR(hz_replicated_map_is_empty(map, NULL, &err), &err);
		HZT_OK_ERR(hz_replicated_map_key_set(map, NULL, &err), &err);
		HZT_OK_ERR(hz_replicated_map_values(map, NULL, &err), &err);
		HZT_OK_ERR(hz_replicated_map_entry_set(map, NULL, &err), &err);
		HZT_OK_ERR(hz_replicated_map_contains_value(map, hz_i64((int64_t)i), NULL, &err),
				&err);
	}
	hz_replicated_map_close(&maps[0]);
	hz_replicated_map_close(&maps[1]);
}

// The partition by which all requests from the i-th on went that looked at the whole.
static int32_t
partition_since(hzt_scripted *member, uint64_t *i)
{
	int32_t partition = -1;
	uint64_t n = 0;
	hzt_seen seen;
	for (; hzt_scripted_seen(member, *i, &seen); ++*i) {
		if (looks_at_the_whole(seen.type)) {
			HZT_CHECK(seen.partition >= 0);
			HZT_CHECK(n == 0 || seen.partition == partition);
			partition = seen.partition;
			n++;
		}
	}
	HZT_EQ_INT(n, 6 * ROUNDS);
	return partition;
}

// So that what a client sees never steps back, and clients share the load.
static void
a_client_keeps_to_one_partition_and_clients_differ(void)
{
	bench b;
	uint64_t seen = 0;
	int32_t partitions[CLIENTS];
	int others = 0;
	bench_start(&b, 1, NULL);
	for (int i = 0; i < CLIENTS; i++) {
		hz_client *client = NULL;
		HZT_OK_ERR(hz_client_new(b.config, &client, &err), &err);
		look(client);
		hz_client_destroy(&client);
		partitions[i] = partition_since(b.member[0], &seen);
		others += partitions[i] != partitions[0];
	}
	HZT_CHECK(others > 0);
	bench_end(&b);
}

static const hzt_case cases[] = {
		{"a_client_keeps_to_one_partition_and_clients_differ",
				a_client_keeps_to_one_partition_and_clients_differ},
};

HZT_MAIN("replicated_map", cases)
