// SPDX-License-Identifier: Apache-2.0
//
// hzc, the command of libhazelcast. It sees the public library only.
#include "cli/drive.h"

#include <stdio.h>
#include <string.h>

static const char usage[] =
		"usage: hzc drive MODE [--members HOST:PORT,...] [options]\n"
		"\n"
		"  load    --threads N --seconds S --mix set:60,get:30,offer:5,cas:5 [--keys K]\n"
		"          [--value-bytes B] [--rate R] [--map M] [--queue Q] [--history FILE]\n"
		"  block   --queue Q --count N --mode thread|async [--history FILE]\n"
		"  listen  --map M [--seconds S] [--history FILE]\n"
		"  check-free --seconds S\n"
		"  cp      --lock L | --semaphore S | --latch C | --atomic A\n"
		"          --threads N --seconds S [--permits P] [--backend cp|map] [--history "
		"FILE]\n"
		"  once    OP ARGS...     (hzc drive once help)\n"
		"\n"
		"all:      [--cluster NAME] [--tls ca=..,name=..,cert=..,key=..]\n"
		"          [--heartbeat-ms INTERVAL/TIMEOUT] [--invocation-timeout-ms N] [--redo "
		"0|1]\n"
		"          [--fail-on-indeterminate 0|1] [--set KEY=VALUE]...\n"
		"\n"
		"SIGUSR1 prints one line of statistics, SIGTERM shuts down.\n";

int
main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(int argc, char **argv);
	} modes[] = {
			{"load", drive_load},
			{"block", drive_block},
			{"listen", drive_listen},
			{"check-free", drive_check_free},
			{"cp", drive_cp},
			{"once", drive_once},
	};
	if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0)) {
		fputs(usage, stdout);
		return 0;
	}
	if (argc < 3 || strcmp(argv[1], "drive") != 0) {
		fputs(usage, stderr);
		return 2;
	}
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (strcmp(argv[2], modes[i].name) == 0) {
			return modes[i].run(argc - 3, argv + 3);
		}
	}
	fprintf(stderr, "hzc: there is no mode \"%s\"\n%s", argv[2], usage);
	return 2;
}
