// SPDX-License-Identifier: Apache-2.0
#include "benchmarks/usage.h"

#include "benchmarks/allocations.h"

#include <stdio.h>
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
	// The name, in parentheses, may hold spaces; twelve fields stand between it and the times.
	const char *fields = strrchr(line, ')');
	unsigned long user = 0;
	unsigned long system = 0;
	if (fields == NULL ||
			sscanf(fields + 1, " %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %lu %lu",
					&user, &system) != 2) {
		return 0;
	}
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
	unsigned long resident = 0;
	FILE *file = fopen("/proc/self/statm", "r");
	if (file == NULL) {
		return 0;
	}
	int found = fscanf(file, "%*s %lu", &resident);
	fclose(file);
	return found == 1 ? (double)resident * (double)sysconf(_SC_PAGESIZE) / 1e6 : 0;
}
