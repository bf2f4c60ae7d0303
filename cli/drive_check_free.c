// SPDX-License-Identifier: Apache-2.0
//
// Clients made and ended one after the other; what the process holds before and afterwards.
#include "cli/drive.h"
#include "cli/session.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static void
print_holdings(const char *name, holdings have)
{
	printf("\"%s\":{\"threads\":%d,\"descriptors\":%d,\"bytes\":%lld}", name, have.threads,
			have.descriptors, (long long)have.bytes);
}

// One client that does a little. False: standard error says why not.
static bool
live_once(session *s)
{
	hz_error err = {0};
	hz_map *map = NULL;
	hz_value value = hz_null();
	bool done = hz_client_new(s->config, &s->client, &err) == HZ_OK &&
			hz_map_open(s->client, "drive", NULL, &map, &err) == HZ_OK &&
			hz_map_set(map, hz_str("free"), hz_i64(1), NULL, &err) == HZ_OK &&
			hz_map_get(map, hz_str("free"), &value, &err) == HZ_OK;
	if (!done) {
		fprintf(stderr, "hzc: %s\n", err.message);
	}
	hz_value_clear(&value);
	hz_map_close(&map);
	hz_client_destroy(&s->client);
	return done;
}

// A thread that was joined may stand in /proc for a moment longer.
static holdings
settled(int threads)
{
	holdings have = holdings_now();
	for (int i = 0; i < 100 && have.threads > threads; i++) {
		(void)nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
		have = holdings_now();
	}
	return have;
}

static volatile sig_atomic_t told;

static void
on_signal(int number)
{
	(void)number;
	told = 1;
}

int
drive_check_free(int argc, char **argv)
{
	static const char *const known[] = {SESSION_OPTIONS, "seconds", NULL};
	static session s;
	cli_options o;
	int64_t seconds = 0;
	int64_t cycles = 0;
	if (!options_read(&o, argc, argv, known) ||
			!options_number(&o, "seconds", 10, 0, &seconds) ||
			!session_configure(&s, &o)) {
		return 2;
	}
	(void)signal(SIGTERM, on_signal);
	(void)signal(SIGINT, on_signal);
	// The first one makes what stays for the life of the process: arenas, tables of OpenSSL.
	bool good = live_once(&s);
	holdings before = settled(1);
	int64_t end_ns = history_now_ns() + seconds * 1000000000;
	while (good && told == 0 && history_now_ns() < end_ns) {
		good = live_once(&s);
		cycles++;
	}
	printf("{\"cycles\":%lld,", (long long)cycles);
	print_holdings("before", before);
	printf(",");
	print_holdings("after", settled(before.threads));
	printf("}\n");
	hz_config_destroy(&s.config);
	return good ? 0 : 3;
}
