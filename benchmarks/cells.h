// SPDX-License-Identifier: Apache-2.0
//
// The cells: what is measured, as one table that both programs (the library's and the floor's) and
// the table of results read.
#ifndef BENCHMARKS_CELLS_H
#define BENCHMARKS_CELLS_H

#include <stdbool.h>
#include <stddef.h>

enum operation {
	OP_GET,
	OP_SET,
	OP_MIXED, // nine gets to one set
	OP_GET_ALL,
	OP_EVENTS,     // entry events of sets that another process makes
	OP_MESSAGES,   // messages of a topic that another process publishes
	OP_QUEUE_PAIR, // offer, then take, on one thread
	OP_QUEUE_ECHO, // an item goes to another thread and back through two queues
	OP_COUNTER,    // increment_and_get of one PN counter
	OP_IDS,        // new_id of one flake id generator
	OP_ATOMIC,     // increment_and_get of one atomic long
	OP_LOCK,       // lock, then unlock, of a fenced lock that nobody else wants
	OP_SEMAPHORE,  // acquire, then release, of one permit
	OP_BLOCK_IDS,  // new_id of one id generator
	OP_QUERY,      // the values of a hundred keys, by a predicate
	OPERATIONS,
};

struct cell {
	const char *name;
	enum operation operation;
	int threads;
	int depth; // requests that each thread keeps in flight
	int keys;
	int value_size;
	double rate; // operations a second of an open loop; 0: closed loop
	// Goals, 0 where there is none: client CPU per operation as a ratio to the floor's, and in
	// microseconds on the machine of the first record.
	double goal_ratio;
	double goal_us;
	bool has_floor;
	bool quick; // part of the short run
	bool cp;    // on a member with a CP subsystem
};

extern const struct cell cells[];
extern const size_t cells_count;

// The cell of that name, or NULL. Lends a static row. Any thread.
const struct cell *cell_find(const char *name);

// The map that holds the cell's values; one for each size of value. Writes at most size bytes.
void cell_map_name(const struct cell *cell, char *out, size_t size);

// A static word for what the cell does, such as "get".
const char *operation_name(enum operation operation);

#endif
