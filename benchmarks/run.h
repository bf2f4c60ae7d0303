// SPDX-License-Identifier: Apache-2.0
//
// One measurement: threads ("lanes") that repeat an operation, a warm-up, a window in which they
// record what they see, and one line of JSON with what it cost. Both programs run on this, so that
// the library and the floor are counted in the same way.
#ifndef BENCHMARKS_RUN_H
#define BENCHMARKS_RUN_H

#include "benchmarks/cells.h"
#include "benchmarks/histogram.h"
#include "benchmarks/options.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum phase { PHASE_WARM, PHASE_WINDOW, PHASE_OVER };

struct run {
	const char *program;
	const struct cell *cell;
	const struct options *options;
	double rate; // operations a second of all lanes together; 0: closed loop
	_Atomic int phase;
	atomic_bool failed;
	pthread_mutex_t lock; // with `change`: wakes who waits for the end or for a failure
	pthread_cond_t change;
	struct lane *lanes;
};

// One thread's part. Only that thread touches it while the run lasts.
struct lane {
	struct run *run;
	int number;
	struct histogram *latency;
	uint64_t random;
	uint64_t due_ns; // open loop: when the next operation is to begin
	void *context;   // for the program: whatever the lane needs
};

// Runs work on one thread for each of the cell's, prints the line, and returns the exit code.
// contexts has one pointer for each thread.
int run_measure(struct run *run, void (*work)(struct lane *), void **contexts);

// True until the window is over or something failed. The lane's thread, as all that follow.
bool lane_goes_on(const struct lane *lane);

// The start of the next operation: now in a closed loop; in an open one the time when it was
// meant to begin, which this waits for.
uint64_t lane_begin(struct lane *lane);

// Counts an operation, if the window is open.
void lane_record(struct lane *lane, uint64_t begin_ns, uint64_t end_ns);

// A random number below the limit.
uint64_t lane_random(struct lane *lane, uint64_t limit);

// Prints why and ends the whole run. Any thread.
void run_fail(struct run *run, const char *what, const char *detail);

// Sleeps until the run is over.
void lane_wait_for_end(struct lane *lane);

#endif
