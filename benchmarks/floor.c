// SPDX-License-Identifier: Apache-2.0
//
// The floor: what the same operations cost a plain loop over blocking sockets that knows nothing
// but requests built in advance. Each thread has a socket of its own with the cell's depth in
// flight.
//
//	floor CELL      measures one cell, prints one line of JSON
//	floor preload   fills the maps that all cells read
//	floor write     sets values that hold the time of their sending, for the cell of events
//	floor publish   publishes such values, for the cell of messages
//	floor cells     lists the cells: name, is there a floor, is it in the short run, for CP members
#include "benchmarks/cells.h"
#include "benchmarks/feed.h"
#include "benchmarks/run.h"
#include "benchmarks/usage.h"
#include "benchmarks/wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// Requests of one kind, one for each key, all of one size; shared by the threads.
struct requests {
	uint8_t *bytes;
	size_t size;
};

struct plan {
	struct requests gets;
	struct requests sets;
};

// One thread's own things.
struct road {
	const struct plan *plan;
	struct wire wire;
	uint8_t *out;       // requests about to be sent
	uint64_t *begun_ns; // by slot; the correlation id is slot plus one
	int *idle;          // slots with nothing in flight
	int idle_count;
};

static const uint8_t *
pick_request(struct lane *lane, const struct plan *plan, size_t *size)
{
	uint64_t key = lane_random(lane, (uint64_t)lane->run->cell->keys);
	bool set = plan->gets.bytes == NULL ||
			(plan->sets.bytes != NULL && lane_random(lane, 10) == 0);
	const struct requests *from = set ? &plan->sets : &plan->gets;
	*size = from->size;
	return from->bytes + key * from->size;
}

// Puts a request into every idle slot, all of them into one send.
static bool
send_idle(struct lane *lane, struct road *road)
{
	uint8_t *end = road->out;
	uint64_t begun = lane_begin(lane);
	while (road->idle_count > 0) {
		int slot = road->idle[--road->idle_count];
		size_t size;
		const uint8_t *request = pick_request(lane, road->plan, &size);
		memcpy(end, request, size);
		wire_number(end, slot + 1);
		end += size;
		road->begun_ns[slot] = begun;
	}
	return wire_send(&road->wire, road->out, (size_t)(end - road->out));
}

// Receives once and takes every whole answer.
static bool
take_answers(struct lane *lane, struct road *road)
{
	if (!wire_fill(&road->wire)) {
		return false;
	}
	int64_t answer;
	while ((answer = wire_next(&road->wire, NULL)) > 0) {
		if (answer > lane->run->cell->depth) {
			road->wire.why = "an answer to nothing";
			return false;
		}
		lane_record(lane, road->begun_ns[answer - 1], now_ns());
		road->idle[road->idle_count++] = (int)(answer - 1);
	}
	return answer == 0;
}

static void
work_on_map(struct lane *lane)
{
	struct road *road = lane->context;
	while (lane_goes_on(lane)) {
		bool fine = send_idle(lane, road);
		while (fine && road->idle_count == 0) {
			fine = take_answers(lane, road);
		}
		if (!fine) {
			run_fail(lane->run, "map", road->wire.why);
		}
	}
}

static bool
offer(struct road *road, const char *queue, size_t value_size)
{
	size_t size = wire_queue_offer(road->out, &road->wire, queue, value_size);
	wire_number(road->out, 1);
	return wire_call(&road->wire, road->out, size);
}

static bool
take(struct road *road, const char *queue)
{
	size_t size = wire_queue_take(road->out, &road->wire, queue);
	wire_number(road->out, 1);
	return wire_call(&road->wire, road->out, size);
}

// One thread: offer, then take; the queue is empty in between.
static void
work_on_pair(struct lane *lane)
{
	struct road *road = lane->context;
	size_t value_size = (size_t)lane->run->cell->value_size;
	char queue[64];
	snprintf(queue, sizeof(queue), "bench-pair-%d-%d", (int)getpid(), lane->number);
	while (lane_goes_on(lane)) {
		uint64_t begun = lane_begin(lane);
		if (!offer(road, queue, value_size) || !take(road, queue)) {
			run_fail(lane->run, queue, road->wire.why);
		}
		lane_record(lane, begun, now_ns());
	}
}

// Thread 0 sends an item there and waits for it to come back; thread 1 sends back what it takes.
static void
work_on_echo(struct lane *lane)
{
	struct road *road = lane->context;
	size_t value_size = (size_t)lane->run->cell->value_size;
	bool first = lane->number == 0;
	char there[64];
	char back[64];
	snprintf(there, sizeof(there), "bench-there-%d", (int)getpid());
	snprintf(back, sizeof(back), "bench-back-%d", (int)getpid());
	while (lane_goes_on(lane)) {
		uint64_t begun = lane_begin(lane);
		bool fine = first ? offer(road, there, value_size) && take(road, back)
				  : take(road, there) && offer(road, back, value_size);
		if (!fine) {
			run_fail(lane->run, "queue", road->wire.why);
		}
		if (first) {
			lane_record(lane, begun, now_ns());
		}
	}
	// The other thread may be waiting for one more.
	if (first && !offer(road, there, value_size)) {
		run_fail(lane->run, "queue", road->wire.why);
	}
}

static bool
make_requests(struct requests *requests, const struct wire *wire, const struct cell *cell, bool set)
{
	char map[64];
	cell_map_name(cell, map, sizeof(map));
	size_t room = WIRE_OVERHEAD + (set ? (size_t)cell->value_size : 0);
	uint8_t *one = malloc(room);
	if (one == NULL) {
		return false;
	}
	size_t value_size = (size_t)cell->value_size;
	for (int key = 0; key < cell->keys; key++) {
		requests->size = set ? wire_map_set(one, wire, map, key, value_size)
				     : wire_map_get(one, wire, map, key);
		if (requests->bytes == NULL) {
			requests->bytes = malloc((size_t)cell->keys * requests->size);
		}
		if (requests->bytes == NULL) {
			break;
		}
		memcpy(requests->bytes + (size_t)key * requests->size, one, requests->size);
	}
	free(one);
	return requests->bytes != NULL;
}

static bool
make_plan(struct plan *plan, const struct wire *wire, const struct cell *cell)
{
	bool sets = cell->operation == OP_SET || cell->operation == OP_MIXED;
	bool gets = cell->operation == OP_GET || cell->operation == OP_MIXED;
	return (!gets || make_requests(&plan->gets, wire, cell, false)) &&
			(!sets || make_requests(&plan->sets, wire, cell, true));
}

static bool
open_road(struct road *road, const struct cell *cell, const struct options *options)
{
	if (!wire_dial(&road->wire, options->host, options->port, options->cluster)) {
		return false;
	}
	size_t depth = (size_t)cell->depth;
	// Only requests to maps travel many at once, and of those with a value only small ones.
	road->out = malloc(depth * (WIRE_OVERHEAD + (size_t)cell->value_size));
	road->begun_ns = calloc(depth, sizeof(*road->begun_ns));
	road->idle = calloc(depth, sizeof(*road->idle));
	if (road->out == NULL || road->begun_ns == NULL || road->idle == NULL) {
		road->wire.why = "out of memory";
		return false;
	}
	for (; road->idle_count < cell->depth; road->idle_count++) {
		road->idle[road->idle_count] = road->idle_count;
	}
	return true;
}

static void
close_road(struct road *road)
{
	wire_close(&road->wire);
	free(road->out);
	free(road->begun_ns);
	free(road->idle);
}

static int
measure_cell(const struct cell *cell, const struct options *options)
{
	static void (*const works[OPERATIONS])(struct lane *) = {
			[OP_GET] = work_on_map,
			[OP_SET] = work_on_map,
			[OP_MIXED] = work_on_map,
			[OP_QUEUE_PAIR] = work_on_pair,
			[OP_QUEUE_ECHO] = work_on_echo,
	};
	struct run run = {.program = "floor", .cell = cell, .options = options};
	struct plan plan = {.gets = {.bytes = NULL}};
	size_t threads = (size_t)cell->threads;
	struct road *roads = calloc(threads, sizeof(*roads));
	void **contexts = calloc(threads, sizeof(*contexts));
	int code = 1;
	if (works[cell->operation] == NULL || roads == NULL || contexts == NULL) {
		fprintf(stderr, "floor: %s has no floor\n", cell->name);
		goto out;
	}
	for (size_t i = 0; i < threads; i++) {
		roads[i].wire.fd = -1;
		roads[i].plan = &plan;
		contexts[i] = &roads[i];
	}
	for (size_t i = 0; i < threads; i++) {
		if (!open_road(&roads[i], cell, options)) {
			fprintf(stderr, "floor: %s\n", roads[i].wire.why);
			goto out;
		}
	}
	if (!make_plan(&plan, &roads[0].wire, cell)) {
		fprintf(stderr, "floor: out of memory\n");
		goto out;
	}
	code = run_measure(&run, works[cell->operation], contexts);
out:
	for (size_t i = 0; roads != NULL && i < threads; i++) {
		close_road(&roads[i]);
	}
	free(plan.gets.bytes);
	free(plan.sets.bytes);
	free(roads);
	free(contexts);
	return code;
}

int
main(int argc, char **argv)
{
	struct options options;
	if (!options_read(&options, argc, argv)) {
		return 2;
	}
	if (strcmp(options.command, "cells") == 0) {
		for (size_t i = 0; i < cells_count; i++) {
			printf("%s %s %s %s\n", cells[i].name, cells[i].has_floor ? "floor" : "-",
					cells[i].quick ? "quick" : "-", cells[i].cp ? "cp" : "-");
		}
		return 0;
	}
	if (strcmp(options.command, "preload") == 0 || strcmp(options.command, "write") == 0 ||
			strcmp(options.command, "publish") == 0) {
		return feed(&options);
	}
	const struct cell *cell = cell_find(options.command);
	if (cell == NULL) {
		fprintf(stderr, "floor: there is no cell %s; `floor cells` lists them\n",
				options.command);
		return 2;
	}
	return measure_cell(cell, &options);
}
