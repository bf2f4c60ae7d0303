// SPDX-License-Identifier: Apache-2.0
#include "benchmarks/load.h"
#include "benchmarks/usage.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { MAX_THREADS = 64, SETTLE_S = 2 };

// How often one thread has gone to sleep by itself.
struct sleeper {
	int id;
	char name[32];
	long sleeps;
};

static void
read_sleeper(struct sleeper *sleeper, const char *id)
{
	char path[64];
	char line[256];
	static const char sleeps[] = "voluntary_ctxt_switches:";
	*sleeper = (struct sleeper){.id = (int)strtol(id, NULL, 10)};
	snprintf(path, sizeof(path), "/proc/self/task/%.16s/status", id);
	FILE *file = fopen(path, "r");
	while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
		sscanf(line, "Name: %31s", sleeper->name);
		if (strncmp(line, sleeps, sizeof(sleeps) - 1) == 0) {
			sleeper->sleeps = strtol(line + sizeof(sleeps) - 1, NULL, 10);
		}
	}
	if (file != NULL) {
		fclose(file);
	}
}

static int
read_sleepers(struct sleeper *sleepers)
{
	int count = 0;
	DIR *folder = opendir("/proc/self/task");
	struct dirent *entry;
	while (folder != NULL && (entry = readdir(folder)) != NULL && count < MAX_THREADS) {
		if (entry->d_name[0] != '.') {
			read_sleeper(&sleepers[count++], entry->d_name);
		}
	}
	if (folder != NULL) {
		closedir(folder);
	}
	return count;
}

static long
sleeps_of(const struct sleeper *sleepers, int count, int id)
{
	for (int i = 0; i < count; i++) {
		if (sleepers[i].id == id) {
			return sleepers[i].sleeps;
		}
	}
	return 0;
}

static void
pause_s(double seconds)
{
	struct timespec time = {.tv_sec = (time_t)seconds};
	time.tv_nsec = (long)((seconds - (double)time.tv_sec) * 1e9);
	nanosleep(&time, NULL);
}

// One wake is one return from sleep. This thread sleeps too, once, and is left out.
static long
print_wakes(const struct sleeper *before, int count_before, const struct sleeper *after, int count)
{
	long total = 0;
	for (int i = 0; i < count; i++) {
		if (after[i].id == (int)getpid()) {
			continue;
		}
		long wakes = after[i].sleeps - sleeps_of(before, count_before, after[i].id);
		printf("%-16s %ld\n", after[i].name, wakes);
		total += wakes;
	}
	return total;
}

int
load_idle(hz_client *client, const struct options *options)
{
	static struct sleeper before[MAX_THREADS];
	static struct sleeper after[MAX_THREADS];
	struct usage used[2];
	hz_stats stats[2] = {{.size = sizeof(hz_stats)}, {.size = sizeof(hz_stats)}};
	pause_s(SETTLE_S);
	int count_before = read_sleepers(before);
	usage_read(&used[0], 0);
	hz_client_stats(client, &stats[0]);
	pause_s(options->window_s);
	int count = read_sleepers(after);
	usage_read(&used[1], 0);
	hz_client_stats(client, &stats[1]);
	long wakes = print_wakes(before, count_before, after, count);
	uint64_t pings = stats[1].pings - stats[0].pings;
	uint64_t reads = stats[1].reads - stats[0].reads;
	double cpu_s = used[1].user_s - used[0].user_s + used[1].system_s - used[0].system_s;
	printf("%ld wakes in %.0f s, %d threads; %" PRIu64 " heartbeats, %" PRIu64
	       " reads; %.2f ms of CPU; %.1f MB resident\n",
			wakes, options->window_s, count, pings, reads, cpu_s * 1e3,
			usage_resident_mb());
	// A heartbeat wakes the thread that decides on it and the one that reads the answer, each
	// perhaps twice; the member sends its views again every thirty seconds.
	long expected = 4 * (long)pings + 4 * (long)(options->window_s / 30 + 1);
	if (wakes > expected) {
		printf("more than the %ld that heartbeats explain\n", expected);
		return 1;
	}
	return 0;
}
