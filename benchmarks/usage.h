// SPDX-License-Identifier: Apache-2.0
//
// What this process has used so far, to be subtracted at the two ends of a window.
#ifndef BENCHMARKS_USAGE_H
#define BENCHMARKS_USAGE_H

#include <stdint.h>

struct usage {
	uint64_t wall_ns;
	double user_s;
	double system_s;
	double member_s; // of another process, see usage_read
	int64_t voluntary;
	int64_t involuntary;
	uint64_t allocations; // heap allocations while they were counted
};

// Nanoseconds of the monotonic clock, which all processes of the machine share. Any thread.
uint64_t now_ns(void);

// Reads all of it. member_pid names a process whose CPU time is read too (in ticks of the kernel,
// mostly 10 ms); 0: none. Any thread.
void usage_read(struct usage *usage, int member_pid);

// Resident memory of this process in MB. Any thread.
double usage_resident_mb(void);

#endif
