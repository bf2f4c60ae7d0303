// SPDX-License-Identifier: Apache-2.0
//
// Counts this process's system calls between two points, by a tool that is attached to it: perf
// where the kernel lets it, else strace. Both slow the process down (perf a little, strace by far),
// so that a window with this on is for counts per operation, never for times.
#ifndef BENCHMARKS_CALLS_H
#define BENCHMARKS_CALLS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct calls {
	pid_t tool; // 0: none could be attached
	const char *name;
	int control; // pipe to the tool, or -1
	int answers; // pipe from the tool
	char path[32];
	const char *why; // static text: what is missing, or NULL
	int64_t total;
	int64_t wakes; // futex calls that wake; -1: the tool cannot tell them from waits
};

// Attaches a tool; may take some tenths of a second. On failure `why` says what is missing and the
// other functions do nothing. One thread calls all of these.
void calls_attach(struct calls *calls);

// Starts counting (perf; strace counts since it was attached).
void calls_begin(struct calls *calls);

// Stops counting, detaches and fills total and wakes; false with `why` if there is no count.
bool calls_end(struct calls *calls);

#endif
