// SPDX-License-Identifier: Apache-2.0
//
// The library's side of the benchmark: one client, measured in one cell.
//
//	bench CELL    measures one cell, prints one line of JSON
//	bench idle    counts what wakes an idle client
#include "benchmarks/cells.h"
#include "benchmarks/load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Connects to the one member that the options name.
static hz_client *
connect_client(const struct options *options)
{
	hz_config *config = NULL;
	hz_client *client = NULL;
	hz_error error = {.code = 0};
	char address[80];
	snprintf(address, sizeof(address), "%s:%d", options->host, options->port);
	if (hz_config_new(&config, &error) != HZ_OK ||
			hz_config_set(config, "cluster-name", options->cluster, &error) != HZ_OK ||
			hz_config_set(config, "network.cluster-members", address, &error) !=
					HZ_OK ||
			hz_client_new(config, &client, &error) != HZ_OK) {
		fprintf(stderr, "bench: %s\n", error.message);
	}
	hz_config_destroy(&config);
	return client;
}

static int
measure_cell(hz_client *client, const struct cell *cell, const struct options *options)
{
	struct run run = {.program = "ours", .cell = cell, .options = options};
	struct load load = {
			.client = client,
			.bytes = calloc(1, (size_t)cell->value_size),
	};
	void **contexts = calloc((size_t)cell->threads, sizeof(*contexts));
	int code = 1;
	if (load.bytes != NULL && contexts != NULL) {
		for (int i = 0; i < cell->threads; i++) {
			contexts[i] = &load;
		}
		code = run_measure(&run, load_of(cell), contexts);
	}
	free(contexts);
	free(load.bytes);
	return code;
}

int
main(int argc, char **argv)
{
	struct options options;
	if (!options_read(&options, argc, argv)) {
		return 2;
	}
	bool idle = strcmp(options.command, "idle") == 0;
	const struct cell *cell = cell_find(options.command);
	if (!idle && cell == NULL) {
		fprintf(stderr, "bench: there is no cell %s; `floor cells` lists them\n",
				options.command);
		return 2;
	}
	hz_client *client = connect_client(&options);
	if (client == NULL) {
		return 1;
	}
	int code = idle ? load_idle(client, &options) : measure_cell(client, cell, &options);
	hz_client_destroy(&client);
	return code;
}
