// SPDX-License-Identifier: Apache-2.0
//
// Small checks of text that people or files hand in. Nothing here depends on the locale: a host
// program may have set one with a decimal comma.
#ifndef HZI_CORE_TEXT_H
#define HZI_CORE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A piece of someone else's text; not terminated.
typedef struct hzi_span {
	const char *at;
	size_t size;
} hzi_span;

enum { HZI_TEXT_QUOTE = 72 };

// All of text without the spaces, tabs and line ends around it. Lends text. Any thread.
hzi_span hzi_text_trim(const char *text, size_t size);

// Whether the bytes are well-formed UTF-8 without control characters. Lends text. Any thread.
bool hzi_text_is_clean(const char *text, size_t size);

// Reads a whole decimal number with an optional sign; false for anything else and for what does not
// fit. Lends text. *out is written only on success. Any thread.
bool hzi_text_int(hzi_span text, int64_t *out);

// Reads a decimal fraction without an exponent, such as "1.05", of at most 15 digits; false for
// anything else. Lends text. *out is written only on success. Any thread.
bool hzi_text_number(hzi_span text, double *out);

// Writes a number that hzi_text_number has read in its shortest form, with terminator; returns buf.
const char *hzi_text_show_number(double number, char buf[32]);

// Same text when letters' case is ignored and '-' and '_' are one. Lends both. Any thread.
bool hzi_text_same(hzi_span a, hzi_span b);

// text in a form that is safe in a message: in quotes, cut when long, '?' for every byte that is
// not printable ASCII. Lends text; returns buf. Any thread.
const char *hzi_text_quote(const char *text, size_t size, char buf[HZI_TEXT_QUOTE]);

#endif
