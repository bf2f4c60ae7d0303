// SPDX-License-Identifier: Apache-2.0
#include "benchmarks/usage.h"

#include "benchmarks/allocations.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

uint64_t
now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static double
seconds(struct timeval time)
{
	return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

// What follows after so many words.
static const char *
skip_words(const char *text, int words)
{
	for (; words > 0; words--) {
		text += strspn(text, " ");
		text += strcspn(text, " ");
	}
	return text;
}

// User and system time of another process, from the line that the kernel keeps of it.
static double
process_cpu_s(int pid)
{
	char path[64];
	char line[1024];
	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	FILE *file = fopen(path, "r");
	if (file == NULL) {
		return 0;
	}
	size_t length = fread(line, 1, sizeof(line) - 1, file);
	fclose(file);
	line[length] = '\0';
	// The name, in parentheses, may hold spaces; eleven fields stand between it and the times.
	const char *name_end = strrchr(line, ')');
	const char *times = name_end != NULL ? skip_words(name_end + 1, 11) : "";
	char *rest;
	unsigned long user = strtoul(times, &rest, 10);
	unsigned long system = strtoul(rest, NULL, 10);
	return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

void
usage_read(struct usage *usage, int member_pid)
{
	struct rusage own;
	getrusage(RUSAGE_SELF, &own);
	*usage = (struct usage){
			.wall_ns = now_ns(),
			.user_s = seconds(own.ru_utime),
			.system_s = seconds(own.ru_stime),
			.member_s = member_pid != 0 ? process_cpu_s(member_pid) : 0,
			.voluntary = own.ru_nvcsw,
			.involuntary = own.ru_nivcsw,
			.allocations = allocations_count(),
	};
}

double
usage_resident_mb(void)
{
	char line[256] = "";
	FILE *file = fopen("/proc/self/statm", "r");
	if (file == NULL) {
		return 0;
	}
	bool found = fgets(line, sizeof(line), file) != NULL;
	fclose(file);
	unsigned long pages = found ? strtoul(skip_words(line, 1), NULL, 10) : 0;
	return (double)pages * (double)sysconf(_SC_PAGESIZE) / 1e6;
}
