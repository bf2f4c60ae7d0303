// SPDX-License-Identifier: Apache-2.0
#include "benchmarks/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
	if (colon != NULL) {
		options->port = atoi(colon + 1);
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
	} else if ((value = value_of(argument, "--warm")) != NULL) {
		options->warm_s = atof(value);
	} else if ((value = value_of(argument, "--seconds")) != NULL) {
		options->window_s = atof(value);
	} else if ((value = value_of(argument, "--rate")) != NULL) {
		options->rate = atof(value);
	} else if ((value = value_of(argument, "--member")) != NULL) {
		options->member_pid = atoi(value);
	} else if (strcmp(argument, "--calls") == 0) {
		options->count_calls = true;
	} else {
		return false;
	}
	return true;
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
