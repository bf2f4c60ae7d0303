// SPDX-License-Identifier: Apache-2.0
//
// The library's side of the cells: one function for each operation, which a lane runs until the
// measurement is over.
#ifndef BENCHMARKS_LOAD_H
#define BENCHMARKS_LOAD_H

#include "benchmarks/run.h"

#include <hazelcast/hazelcast.h>

// What a lane works with: the client, which all share, and room for one value.
struct load {
	hz_client *client;
	uint8_t *bytes; // value_size of them
};

// A lane's work for the cells of that operation and depth. Lends a function.
typedef void (*load_work)(struct lane *);
load_work load_of(const struct cell *cell);

// The works, each in the file of its structure.
void load_map(struct lane *lane);      // get, set, mixed: one call after the other
void load_map_deep(struct lane *lane); // the same with many calls in flight
void load_get_all(struct lane *lane);
void load_query(struct lane *lane);
void load_events(struct lane *lane);
void load_messages(struct lane *lane);
void load_queue_pair(struct lane *lane);
void load_queue_echo(struct lane *lane);
void load_counter(struct lane *lane);
void load_ids(struct lane *lane);
void load_atomic(struct lane *lane);
void load_atomic_deep(struct lane *lane);
void load_lock(struct lane *lane);
void load_semaphore(struct lane *lane);
void load_id_generator(struct lane *lane);

// A ring of calls on a handle: the oldest is awaited and then replaced, so that as many are on
// their way at any time as the cell has depth. `depart` sends one, `arrive` says whether its result
// is right, and fails the run otherwise.
typedef hz_future (*load_depart)(struct lane *lane, void *handle);
typedef bool (*load_arrive)(struct lane *lane, hz_future future);
void load_ring(struct lane *lane, void *handle, load_depart depart, load_arrive arrive);

// Ends the run with the text of an error. Any thread.
void load_fail(struct lane *lane, const char *what, const hz_error *error);

// Whether the value is the byte array that the cell's map or queue holds.
bool load_is_value(const struct lane *lane, const hz_value *value);

// Measures how often an idle client wakes up; prints a line for each of its threads. Exit code.
int load_idle(hz_client *client, const struct options *options);

#endif
