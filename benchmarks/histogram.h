// SPDX-License-Identifier: Apache-2.0
//
// A histogram of durations with a high dynamic range: three significant digits from 1 ns to a
// little over an hour, whatever the spread. Each thread owns one and records into it without locks
// or read-modify-write instructions; another thread may read or merge it meanwhile and sees every
// counter whole, though not all of the same moment.
#ifndef BENCHMARKS_HISTOGRAM_H
#define BENCHMARKS_HISTOGRAM_H

#include <stdint.h>

// The largest duration that is told apart from longer ones: 2^42 ns, 73 minutes.
#define HISTOGRAM_MAX_NS ((UINT64_C(1) << 42) - 1)

struct histogram;

// Gives an empty histogram (about 270 KB, of which only the used pages become resident), or NULL
// when memory is short. Any thread.
struct histogram *histogram_create(void);

// Frees it; NULL is allowed.
void histogram_destroy(struct histogram *histogram);

// Counts one duration; 0 counts as 1 ns, and what is longer than HISTOGRAM_MAX_NS as that. The
// owner's thread only; wait-free.
void histogram_record(struct histogram *histogram, uint64_t ns);

// Counts one duration of a closed loop that should have begun an operation every interval_ns:
// besides the duration itself those that the operations held back by it would have seen. The
// owner's thread only; an interval of 0 corrects nothing.
void histogram_record_corrected(struct histogram *histogram, uint64_t ns, uint64_t interval_ns);

// Adds the counts of another histogram. The thread that owns the target.
void histogram_merge(struct histogram *into, const struct histogram *from);

// How many durations were counted. Any thread.
uint64_t histogram_count(const struct histogram *histogram);

// The smallest, the largest and the mean duration; 0 when there is none. Any thread.
uint64_t histogram_min(const struct histogram *histogram);
uint64_t histogram_max(const struct histogram *histogram);
double histogram_mean(const struct histogram *histogram);

// The duration that so many per cent (0 to 100) of the counted ones do not exceed, at most one part
// in a thousand too long; 0 when there is none. Any thread.
uint64_t histogram_percentile(const struct histogram *histogram, double percent);

#endif
