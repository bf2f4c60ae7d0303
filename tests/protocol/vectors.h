// SPDX-License-Identifier: Apache-2.0
//
// The protocol's compatibility files: every message of a version, once with values and once with
// null wherever it may be null.
#ifndef TESTS_PROTOCOL_VECTORS_H
#define TESTS_PROTOCOL_VECTORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct vector_file {
	char name[64];
	uint8_t version;   // 2.N.M as N * 10 + M
	bool nulls;        // the file with nulls
	uint32_t messages; // how many it must hold
	size_t n;
	uint8_t *bytes;
} vector_file;

enum { N_VECTOR_FILES = 24 };

// All files, read once. Lends them for the life of the process; fails the case if one is missing.
const vector_file *vector_files(void);

// The length of the message at p, of which n bytes are there; fails the case if there is none.
size_t vector_message(const uint8_t *p, size_t n);

#endif
