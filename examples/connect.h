// SPDX-License-Identifier: Apache-2.0
//
// The first lines of every example: connect to the members that the command line names, and stop
// with one line when something fails. A program of your own would handle its errors; see
// docs/errors.md.
#ifndef EXAMPLES_CONNECT_H
#define EXAMPLES_CONNECT_H

#include <hazelcast/hazelcast.h>
#include <stdio.h>
#include <stdlib.h>

static inline void
check(hz_err e, const hz_error *err)
{
	if (e != HZ_OK) {
		fprintf(stderr, "%s: %s%s\n", hz_err_name(e),
				err != NULL ? err->message : hz_err_text(e),
				err != NULL && err->in_doubt ? " (in doubt)" : "");
		exit(1);
	}
}

// argv[1]: addresses with commas between, by default 127.0.0.1.
static inline hz_client *
connect_to(int argc, char **argv)
{
	hz_error err = {0};
	hz_config *config = NULL;
	hz_client *client = NULL;
	const char *members = argc > 1 ? argv[1] : "127.0.0.1";
	check(hz_config_new(&config, &err), &err);
	check(hz_config_set(config, "network.cluster-members", members, &err), &err);
	check(hz_client_new(config, &client, &err), &err);
	hz_config_destroy(&config);
	return client;
}

#endif
