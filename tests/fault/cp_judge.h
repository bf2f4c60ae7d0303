// SPDX-License-Identifier: Apache-2.0
//
// Whether what drivers (cp_drive.h) have written down can have happened.
#ifndef HZT_CP_JUDGE_H
#define HZT_CP_JUDGE_H

#include <stddef.h>
#include <stdint.h>

// What was in a history.
typedef struct cp_sum {
	size_t calls, in_doubt, failed, torn;
	size_t holds, lost;       // locks
	size_t strays;            // what copies of calls did that had been answered
	size_t acquired;          // times that permits were
	size_t latches, releases; // those that were passed, and by how many
	size_t numbers;           // operations on them
	size_t ids;
	size_t wrong; // structures whose history cannot have happened; each is printed
} cp_sum;

// Reads the history in a file. Names begin with the prefix; nobody acquires permits after
// `since_ns`, and all are there again `within_ns` later. Fails the case if it cannot be read.
// Prints how often calls ended with which error.
cp_sum cp_judge(const char *path, const char *prefix, int64_t since_ns, int64_t within_ns);

#endif
