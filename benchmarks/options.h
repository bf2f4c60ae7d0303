// SPDX-License-Identifier: Apache-2.0
//
// The command line that both programs share: a command (a cell's name or another word), then
// --name=value.
#ifndef BENCHMARKS_OPTIONS_H
#define BENCHMARKS_OPTIONS_H

#include <stdbool.h>

struct options {
	const char *command; // lent by argv
	char host[64];
	int port;
	const char *cluster; // lent by argv
	double warm_s;
	double window_s;
	double rate;      // overrides the cell's, 0 if not given
	int member_pid;   // 0 if not given
	bool count_calls; // count system calls in the window, at the price of its speed
};

// Reads argv into options, defaults first. Prints what is wrong and returns false.
bool options_read(struct options *options, int argc, char **argv);

#endif
