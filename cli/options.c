// SPDX-License-Identifier: Apache-2.0
#include "cli/options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *
known_name(const char *const *known, const char *name, size_t size)
{
	for (; *known != NULL; known++) {
		if (strlen(*known) == size && memcmp(*known, name, size) == 0) {
			return *known;
		}
	}
	return NULL;
}

// Reads one option at *at, which is moved to its last argument.
static bool
read_option(cli_options *o, int argc, char **argv, int *at, const char *const *known)
{
	const char *text = argv[*at] + 2;
	size_t size = strcspn(text, "=");
	const char *name = known_name(known, text, size);
	if (name == NULL || o->count == OPTIONS_MAX) {
		fprintf(stderr, "hzc: there is no option --%.*s here\n", (int)size, text);
		return false;
	}
	if (text[size] == '=') {
		o->values[o->count] = text + size + 1;
	} else if (*at + 1 < argc) {
		o->values[o->count] = argv[++*at];
	} else {
		fprintf(stderr, "hzc: --%s wants a value\n", name);
		return false;
	}
	o->names[o->count++] = name;
	return true;
}

bool
options_read(cli_options *o, int argc, char **argv, const char *const *known)
{
	*o = (cli_options){.count = 0};
	for (int at = 0; at < argc; at++) {
		if (strncmp(argv[at], "--", 2) == 0) {
			if (!read_option(o, argc, argv, &at, known)) {
				return false;
			}
		} else if (o->word_count < WORDS_MAX) {
			o->words[o->word_count++] = argv[at];
		} else {
			fprintf(stderr, "hzc: too many words, from \"%s\" on\n", argv[at]);
			return false;
		}
	}
	return true;
}

const char *
options_text(const cli_options *o, const char *name, const char *otherwise)
{
	for (size_t i = o->count; i > 0; i--) {
		if (strcmp(o->names[i - 1], name) == 0) {
			return o->values[i - 1];
		}
	}
	return otherwise;
}

bool
options_number(const cli_options *o, const char *name, int64_t otherwise, int64_t least,
		int64_t *out)
{
	const char *text = options_text(o, name, NULL);
	char *end = NULL;
	*out = otherwise;
	if (text == NULL) {
		return true;
	}
	errno = 0;
	*out = strtoll(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || *out < least) {
		fprintf(stderr, "hzc: --%s wants a whole number, at least %lld\n", name,
				(long long)least);
		return false;
	}
	return true;
}
