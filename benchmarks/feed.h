// SPDX-License-Identifier: Apache-2.0
//
// What has to be in the member before or during a measurement, written over one plain connection.
#ifndef BENCHMARKS_FEED_H
#define BENCHMARKS_FEED_H

#include "benchmarks/options.h"

// The command "preload" sets every key of the cells' maps; "write" sets keys of the events' map,
// and "publish" publishes messages, at a steady rate for the length of the window, with the time in
// each value. Blocks; returns the exit code and prints what went wrong.
int feed(const struct options *options);

#endif
