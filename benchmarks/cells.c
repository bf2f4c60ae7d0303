// SPDX-License-Identifier: Apache-2.0
#include "benchmarks/cells.h"

#include <stdio.h>
#include <string.h>

#define KIB 1024
#define MIB (1024 * 1024)

// clang-format off
const struct cell cells[] = {
	// name, operation, threads, depth, keys, value size, rate, goals: ratio, us; floor, quick, cp
	{"get-1",       OP_GET,         1,   1, 10000,      100,     0, 1.30, 25.5, true,  true,  false},
	{"get-8",       OP_GET,         8,   1, 10000,      100,     0, 1.00,  5.0, true,  true,  false},
	{"get-64",      OP_GET,        64,   1, 10000,      100,     0, 0.65,  2.5, true,  true,  false},
	{"set-1",       OP_SET,         1,   1, 10000,      100,     0,    0,    0, true,  false, false},
	{"set-8",       OP_SET,         8,   1, 10000,      100,     0,    0,  5.0, true,  false, false},
	{"set-64",      OP_SET,        64,   1, 10000,      100,     0,    0,    0, true,  false, false},
	{"mixed-8",     OP_MIXED,       8,   1, 10000,      100,     0,    0,  5.0, true,  false, false},
	{"depth-16",    OP_GET,         1,  16, 10000,      100,     0, 2.00,  2.0, true,  true,  false},
	{"depth-256",   OP_GET,         1, 256, 10000,      100,     0, 3.00, 0.45, true,  true,  false},
	{"depth-8x16",  OP_GET,         8,  16, 10000,      100,     0,    0,  1.0, true,  false, false},
	{"get-10k",     OP_GET,         1,   1, 10000, 10 * KIB,     0,    0,   27, true,  false, false},
	{"get-1m",      OP_GET,         1,   1,    50,      MIB,     0, 1.30,  200, true,  true,  false},
	{"get-all-100", OP_GET_ALL,     1,   1, 10000,      100,     0,    0,   45, false, false, false},
	{"query-100",   OP_QUERY,       1,   1, 10000,      100,     0,    0,    0, false, false, false},
	{"events",      OP_EVENTS,      1,   1, 10000,      100, 20000,    0,  1.2, false, false, false},
	{"messages",    OP_MESSAGES,    1,   1,     1,      100, 20000,    0,    0, false, false, false},
	{"queue-pair",  OP_QUEUE_PAIR,  1,   1,     1,      100,     0,    0,    0, true,  false, false},
	{"queue-echo",  OP_QUEUE_ECHO,  2,   1,     1,      100,     0,    0,    0, true,  false, false},
	{"counter-1",   OP_COUNTER,     1,   1,     1,      100,     0,    0,    0, false, false, false},
	{"counter-8",   OP_COUNTER,     8,   1,     1,      100,     0,    0,    0, false, false, false},
	{"ids-1",       OP_IDS,         1,   1,     1,      100,     0,    0,    0, false, false, false},
	{"ids-8",       OP_IDS,         8,   1,     1,      100,     0,    0,    0, false, false, false},
	{"atomic-1",    OP_ATOMIC,      1,   1,     1,      100,     0,    0,    0, false, false, true},
	{"atomic-8",    OP_ATOMIC,      8,   1,     1,      100,     0,    0,    0, false, false, true},
	{"atomic-deep", OP_ATOMIC,      1,  16,     1,      100,     0,    0,    0, false, false, true},
	{"lock-1",      OP_LOCK,        1,   1,     1,      100,     0,    0,    0, false, false, true},
	{"semaphore-1", OP_SEMAPHORE,   1,   1,     1,      100,     0,    0,    0, false, false, true},
	{"block-ids-1", OP_BLOCK_IDS,   1,   1,     1,      100,     0,    0,    0, false, false, true},
	{"block-ids-8", OP_BLOCK_IDS,   8,   1,     1,      100,     0,    0,    0, false, false, true},
	{"get-8-open",  OP_GET,         8,   1, 10000,      100, 10000,    0,    0, true,  false, false},
};
// clang-format on

const size_t cells_count = sizeof(cells) / sizeof(cells[0]);

const struct cell *
cell_find(const char *name)
{
	for (size_t i = 0; i < cells_count; i++) {
		if (strcmp(cells[i].name, name) == 0) {
			return &cells[i];
		}
	}
	return NULL;
}

void
cell_map_name(const struct cell *cell, char *out, size_t size)
{
	snprintf(out, size, "bench-%d", cell->value_size);
}

const char *
operation_name(enum operation operation)
{
	static const char *const names[OPERATIONS] = {
			[OP_GET] = "get",
			[OP_SET] = "set",
			[OP_MIXED] = "mixed",
			[OP_GET_ALL] = "get_all",
			[OP_EVENTS] = "events",
			[OP_MESSAGES] = "messages",
			[OP_QUEUE_PAIR] = "queue pair",
			[OP_QUEUE_ECHO] = "queue echo",
			[OP_COUNTER] = "counter",
			[OP_IDS] = "ids",
			[OP_ATOMIC] = "atomic long",
			[OP_LOCK] = "lock pair",
			[OP_SEMAPHORE] = "permit pair",
			[OP_BLOCK_IDS] = "block ids",
			[OP_QUERY] = "query",
	};
	return names[operation];
}
