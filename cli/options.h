// SPDX-License-Identifier: Apache-2.0
//
// A command line of words and "--name value" pairs, checked against a table of the names that a
// mode knows.
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OPTIONS_MAX 32
#define WORDS_MAX 8

typedef struct cli_options {
	const char *names[OPTIONS_MAX];
	const char *values[OPTIONS_MAX];
	size_t count;
	const char *words[WORDS_MAX]; // what is no option, in order
	size_t word_count;
} cli_options;

// Reads arguments; "--name=value" is the same as "--name value". `known` is a list of names, without
// the dashes, ended by NULL. False: something is wrong, and standard error says what.
bool options_read(cli_options *o, int argc, char **argv, const char *const *known);

// The value of a name; the given one if it was not said. Lends.
const char *options_text(const cli_options *o, const char *name, const char *otherwise);

// The same as a whole number from `least` on. False: it is none, and standard error says so.
bool options_number(const cli_options *o, const char *name, int64_t otherwise, int64_t least,
		int64_t *out);

#endif
