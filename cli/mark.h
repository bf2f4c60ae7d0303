// SPDX-License-Identifier: Apache-2.0
//
// Values that say whose they are: "key/thread/number", filled up with dots to the length that was
// asked for. A value that turns up under another key, or damaged, is recognised.
#ifndef CLI_MARK_H
#define CLI_MARK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MARK_MAX 96

// Writes the mark of a value into `mark` (MARK_MAX bytes), and the value of `size` bytes at least
// into `value`, which has room for the longer of both and a terminator.
void mark_write(char *mark, char *value, size_t size, const char *key, int thread, int64_t number);

// Reads the mark of n bytes of a value into `mark`. False: it is not of this key, or damaged.
bool mark_read(char *mark, const char *value, size_t n, const char *key);

// The number at the end of a mark, -1 if there is none.
int64_t mark_number(const char *mark);

#endif
