// SPDX-License-Identifier: Apache-2.0
#include "benchmarks/report.h"

#include <inttypes.h>
#include <stdio.h>

static void
print_calls(const struct calls *calls, double operations)
{
	if (calls->why != NULL) {
		printf(",\"calls_missing\":\"%s\"", calls->why);
		return;
	}
	printf(",\"calls_by\":\"%s\",\"system_calls_per_op\":%.4f", calls->name,
			(double)calls->total / operations);
	if (calls->wakes >= 0) {
		printf(",\"futex_wakes_per_op\":%.4f", (double)calls->wakes / operations);
	}
}

static void
print_latency(const struct histogram *latency)
{
	static const struct {
		const char *name;
		double percent;
	} percentiles[] = {{"p50", 50}, {"p90", 90}, {"p99", 99}, {"p999", 99.9}, {"p9999", 99.99}};
	for (size_t i = 0; i < sizeof(percentiles) / sizeof(percentiles[0]); i++) {
		uint64_t ns = histogram_percentile(latency, percentiles[i].percent);
		printf(",\"%s_us\":%.3f", percentiles[i].name, (double)ns / 1e3);
	}
	printf(",\"mean_us\":%.3f,\"max_us\":%.3f", histogram_mean(latency) / 1e3,
			(double)histogram_max(latency) / 1e3);
}

static void
print_usage(const struct report *report, double operations)
{
	const struct usage *a = &report->before;
	const struct usage *b = &report->after;
	double user = b->user_s - a->user_s;
	double system = b->system_s - a->system_s;
	printf(",\"cpu_us_per_op\":%.4f,\"user_us_per_op\":%.4f,\"system_us_per_op\":%.4f",
			(user + system) * 1e6 / operations, user * 1e6 / operations,
			system * 1e6 / operations);
	printf(",\"voluntary_per_op\":%.4f,\"involuntary_per_op\":%.4f",
			(double)(b->voluntary - a->voluntary) / operations,
			(double)(b->involuntary - a->involuntary) / operations);
	printf(",\"allocations\":%" PRIu64 ",\"allocations_per_op\":%.5f",
			b->allocations - a->allocations,
			(double)(b->allocations - a->allocations) / operations);
	if (report->run->options->member_pid != 0) {
		printf(",\"member_us_per_op\":%.3f",
				(b->member_s - a->member_s) * 1e6 / operations);
	}
	printf(",\"resident_mb\":%.1f", report->resident_mb);
}

void
report_print(const struct report *report)
{
	const struct run *run = report->run;
	const struct cell *cell = run->cell;
	double seconds = (double)(report->after.wall_ns - report->before.wall_ns) / 1e9;
	double count = (double)histogram_count(report->latency);
	double operations = count > 0 ? count : 1;
	printf("{\"program\":\"%s\",\"cell\":\"%s\",\"operation\":\"%s\",\"threads\":%d,\"depth\":%"
	       "d,"
	       "\"value_size\":%d,\"rate\":%.0f,\"goal_ratio\":%.2f,\"goal_us\":%.2f",
			run->program, cell->name, operation_name(cell->operation), cell->threads,
			cell->depth, cell->value_size, run->rate, cell->goal_ratio, cell->goal_us);
	printf(",\"operations\":%.0f,\"seconds\":%.3f,\"ops_per_s\":%.1f", count, seconds,
			count / seconds);
	print_latency(report->latency);
	print_usage(report, operations);
	if (report->calls_counted) {
		print_calls(&report->calls, operations);
	}
	printf("}\n");
	fflush(stdout);
}
