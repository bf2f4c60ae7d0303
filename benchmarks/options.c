// SPDX-License-Identifier: Apache-2.0
#include "benchmarks/options.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// A number that is the whole text.
static bool
read_number(const char *text, double *out)
{
	char *end;
	*out = strtod(text, &end);
	return end != text && *end == '\0';
}

static bool
read_whole(const char *text, int *out)
{
	double number;
	if (!read_number(text, &number) || number < 0 || number > INT_MAX) {
		return false;
	}
	*out = (int)number;
	return true;
}

static bool
read_address(struct options *options, const char *text)
{
	const char *colon = strrchr(text, ':');
	size_t length = colon != NULL ? (size_t)(colon - text) : strlen(text);
	if (length == 0 || length >= sizeof(options->host)) {
		return false;
	}
	memcpy(options->host, text, length);
	options->host[length] = '\0';
	if (colon != NULL && !read_whole(colon + 1, &options->port)) {
		return false;
	}
	return options->port > 0 && options->port < 65536;
}

// The value of an argument if it has that name, else NULL.
static const char *
value_of(const char *argument, const char *name)
{
	size_t length = strlen(name);
	return strncmp(argument, name, length) == 0 && argument[length] == '='
			? argument + length + 1
			: NULL;
}

static bool
read_argument(struct options *options, const char *argument)
{
	const char *value = NULL;
	if ((value = value_of(argument, "--address")) != NULL) {
		return read_address(options, value);
	}
	if ((value = value_of(argument, "--cluster")) != NULL) {
		options->cluster = value;
		return true;
	}
	if ((value = value_of(argument, "--warm")) != NULL) {
		return read_number(value, &options->warm_s);
	}
	if ((value = value_of(argument, "--seconds")) != NULL) {
		return read_number(value, &options->window_s);
	}
	if ((value = value_of(argument, "--rate")) != NULL) {
		return read_number(value, &options->rate);
	}
	if ((value = value_of(argument, "--member")) != NULL) {
		return read_whole(value, &options->member_pid);
	}
	options->count_calls = options->count_calls || strcmp(argument, "--calls") == 0;
	return strcmp(argument, "--calls") == 0;
}

bool
options_read(struct options *options, int argc, char **argv)
{
	*options = (struct options){
			.host = "127.0.0.1",
			.port = 5701,
			.cluster = "dev",
			.warm_s = 1,
			.window_s = 3,
	};
	if (argc < 2 || argv[1][0] == '-') {
		fprintf(stderr,
				"usage: %s COMMAND [--address=HOST:PORT] [--cluster=NAME] "
				"[--warm=S] "
				"[--seconds=S] [--rate=N] [--member=PID] [--calls]\n",
				argv[0]);
		return false;
	}
	options->command = argv[1];
	for (int i = 2; i < argc; i++) {
		if (!read_argument(options, argv[i])) {
			fprintf(stderr, "%s: bad argument %s\n", argv[0], argv[i]);
			return false;
		}
	}
	if (options->window_s <= 0 || options->warm_s < 0 || options->rate < 0) {
		fprintf(stderr, "%s: a duration or rate is out of range\n", argv[0]);
		return false;
	}
	return true;
}
