// SPDX-License-Identifier: Apache-2.0
//
// The line of JSON that a measurement ends with, and that table.py reads.
#ifndef BENCHMARKS_REPORT_H
#define BENCHMARKS_REPORT_H

#include "benchmarks/calls.h"
#include "benchmarks/run.h"
#include "benchmarks/usage.h"

struct report {
	const struct run *run;
	struct histogram *latency; // of all lanes
	struct usage before;
	struct usage after;
	double resident_mb;
	bool calls_counted;
	struct calls calls;
};

// Prints it to standard output. Any thread.
void report_print(const struct report *report);

#endif
