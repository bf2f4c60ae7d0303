// SPDX-License-Identifier: Apache-2.0
//
// Messages made by hand, good and bad ones, for the tests of this folder.
#ifndef TESTS_PROTOCOL_BUILD_H
#define TESTS_PROTOCOL_BUILD_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Appends a frame; returns where it starts.
size_t build_frame(hzi_buf *b, unsigned flags, const void *content, size_t n);

// Appends a frame of text.
void build_text(hzi_buf *b, const char *text);

// Appends the first frame of a message: header as for its kind, then n bytes of fields.
void build_first(hzi_buf *b, uint32_t type, bool response, const void *fields, size_t n);

// Marks the frame at an offset as the final one.
void build_final(hzi_buf *b, size_t at);

// A copy with nothing behind it that could be read unseen; for free().
uint8_t *build_copy(const void *p, size_t n);

// Bytes from hexadecimal digits, in which blanks do not count.
void build_hex(hzi_buf *b, const char *digits);

#endif
