// SPDX-License-Identifier: Apache-2.0
#include "benchmarks/feed.h"

#include "benchmarks/cells.h"
#include "benchmarks/usage.h"
#include "benchmarks/wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { WRITES_AT_ONCE = 512 };

// Sets all keys of the cell's map.
static bool
preload_map(struct wire *wire, const struct cell *cell, uint8_t *out)
{
	char map[64];
	cell_map_name(cell, map, sizeof(map));
	for (int key = 0; key < cell->keys; key++) {
		size_t size = wire_map_set(out, wire, map, key, (size_t)cell->value_size);
		wire_number(out, 1);
		if (!wire_call(wire, out, size)) {
			return false;
		}
	}
	return true;
}

// The first cell with that size of value stands for all: they have the same keys.
static bool
is_first_of_size(const struct cell *cell)
{
	for (const struct cell *c = cells; c < cell; c++) {
		if (c->value_size == cell->value_size) {
			return false;
		}
	}
	return true;
}

static bool
preload(struct wire *wire)
{
	for (size_t i = 0; i < cells_count; i++) {
		if (!is_first_of_size(&cells[i])) {
			continue;
		}
		uint8_t *out = malloc(WIRE_OVERHEAD + (size_t)cells[i].value_size);
		bool fine = out != NULL && preload_map(wire, &cells[i], out);
		free(out);
		if (!fine) {
			return false;
		}
	}
	return true;
}

// Builds one of the cell's writes: a set of the next key, or a message.
static size_t
build(uint8_t *out, const struct wire *wire, const struct cell *cell, int *key)
{
	char name[64];
	cell_map_name(cell, name, sizeof(name));
	if (cell->operation == OP_MESSAGES) {
		return wire_topic_publish(out, wire, name, (size_t)cell->value_size);
	}
	size_t size = wire_map_set(out, wire, name, *key, (size_t)cell->value_size);
	*key = (*key + 1) % cell->keys;
	return size;
}

// Sends so many writes in one piece, each with the time in its value, and waits for the answers.
static bool
write_some(struct wire *wire, const struct cell *cell, uint8_t *out, int count, int *key)
{
	uint8_t *end = out;
	uint64_t now = now_ns();
	for (int i = 0; i < count; i++) {
		size_t size = build(end, wire, cell, key);
		wire_number(end, 1);
		memcpy(end + size - cell->value_size, &now, sizeof(now));
		end += size;
	}
	if (!wire_send(wire, out, (size_t)(end - out))) {
		return false;
	}
	while (count > 0) {
		int64_t answer = wire_next(wire, NULL);
		if (answer < 0 || (answer == 0 && !wire_fill(wire))) {
			return false;
		}
		count -= answer > 0;
	}
	return true;
}

// Once a millisecond, what is due by then.
static bool
write_steadily(struct wire *wire, const struct options *options)
{
	bool publish = strcmp(options->command, "publish") == 0;
	const struct cell *cell = cell_find(publish ? "messages" : "events");
	double rate = options->rate > 0 ? options->rate : cell->rate;
	uint8_t *out = malloc(WRITES_AT_ONCE * (WIRE_OVERHEAD + (size_t)cell->value_size));
	uint64_t start = now_ns();
	uint64_t written = 0;
	double elapsed = 0;
	bool fine = out != NULL;
	int key = 0;
	while (fine && elapsed < options->window_s) {
		uint64_t due = (uint64_t)(elapsed * rate);
		uint64_t behind = due > written ? due - written : 0;
		int count = behind > WRITES_AT_ONCE ? WRITES_AT_ONCE : (int)behind;
		if (count > 0) {
			fine = write_some(wire, cell, out, count, &key);
			written += (uint64_t)count;
		}
		nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
		elapsed = (double)(now_ns() - start) / 1e9;
	}
	free(out);
	fprintf(stderr, "floor: %.0f writes a second\n",
			elapsed > 0 ? (double)written / elapsed : 0);
	return fine;
}

int
feed(const struct options *options)
{
	struct wire wire;
	bool fine = wire_dial(&wire, options->host, options->port, options->cluster);
	if (fine) {
		fine = strcmp(options->command, "preload") == 0 ? preload(&wire)
								: write_steadily(&wire, options);
	}
	if (!fine) {
		fprintf(stderr, "floor: %s\n", wire.why != NULL ? wire.why : "out of memory");
	}
	wire_close(&wire);
	return fine ? 0 : 1;
}
