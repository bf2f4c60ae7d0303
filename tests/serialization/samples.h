// SPDX-License-Identifier: Apache-2.0
//
// Values with the bytes that a Java member makes of them, for all tests of this folder.
#ifndef HZT_SERIALIZATION_SAMPLES_H
#define HZT_SERIALIZATION_SAMPLES_H

#include <hazelcast/value.h>
#include <stddef.h>
#include <stdint.h>

// One that we can build as well.
typedef struct sample {
	const char *name;
	hz_value value;
	const char *bytes[2]; // hexadecimal Data, little-endian and big-endian
	int32_t hash;         // of the big-endian one
	const char *text;     // as hz_value_format has it
} sample;

// One that only Java makes: all collections.
typedef struct foreign_sample {
	const char *name;
	const char *bytes[2];
	hz_kind kind;
	int32_t type_id;
	const char *text;
} foreign_sample;

// Lends the table, which lives as long as the process; fills it at the first call. One thread.
const sample *hzt_samples(size_t *n);
const foreign_sample *hzt_foreign_samples(size_t *n);

// Turns hexadecimal digits into bytes at `to`, which has room for `cap`; returns how many. Fails
// the case if there are more.
size_t hzt_unhex(const char *hex, uint8_t *to, size_t cap);

// The longest Data among the samples.
enum { HZT_SAMPLE_MAX = 256 };

#endif
