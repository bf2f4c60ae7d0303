// SPDX-License-Identifier: Apache-2.0
//
// A value of every builtin type, under the names that tests/interop/values_peer.py knows.
#ifndef HZT_INTEROP_SAMPLES_H
#define HZT_INTEROP_SAMPLES_H

#include <hazelcast/hazelcast.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct hzt_sample {
	const char *name;
	hz_value value;
	bool both_ways; // the Python client writes this type too; it reads all of them
} hzt_sample;

// Fills in the samples. Lends static memory; *n is how many there are.
const hzt_sample *hzt_samples(size_t *n);

#endif
