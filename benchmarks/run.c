// SPDX-License-Identifier: Apache-2.0
#include "benchmarks/run.h"

#include "benchmarks/allocations.h"
#include "benchmarks/calls.h"
#include "benchmarks/report.h"
#include "benchmarks/usage.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

struct start {
	struct lane *lane;
	void (*work)(struct lane *);
};

bool
lane_goes_on(const struct lane *lane)
{
	const struct run *run = lane->run;
	return atomic_load_explicit(&run->phase, memory_order_relaxed) != PHASE_OVER &&
			!atomic_load_explicit(&run->failed, memory_order_relaxed);
}

uint64_t
lane_begin(struct lane *lane)
{
	uint64_t now = now_ns();
	if (lane->run->rate == 0) {
		return now;
	}
	uint64_t interval = (uint64_t)(1e9 * lane->run->cell->threads / lane->run->rate);
	uint64_t due = lane->due_ns == 0 ? now + lane_random(lane, interval) : lane->due_ns;
	lane->due_ns = due + interval;
	if (due > now) {
		struct timespec until = {
				.tv_sec = (time_t)(due / 1000000000u),
				.tv_nsec = (long)(due % 1000000000u),
		};
		while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR) {
		}
	}
	return due;
}

void
lane_record(struct lane *lane, uint64_t begin_ns, uint64_t end_ns)
{
	if (atomic_load_explicit(&lane->run->phase, memory_order_relaxed) == PHASE_WINDOW) {
		histogram_record(lane->latency, end_ns > begin_ns ? end_ns - begin_ns : 0);
	}
}

uint64_t
lane_random(struct lane *lane, uint64_t limit)
{
	uint64_t x = lane->random;
	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	lane->random = x;
	// The upper half of a multiplied word has the better bits; below 2^32 this is even enough.
	return ((x * UINT64_C(0x2545F4914F6CDD1D)) >> 32) * limit >> 32;
}

void
run_fail(struct run *run, const char *what, const char *detail)
{
	if (!atomic_exchange(&run->failed, true)) {
		fprintf(stderr, "%s: %s: %s: %s\n", run->program, run->cell->name, what, detail);
	}
	pthread_mutex_lock(&run->lock);
	pthread_cond_broadcast(&run->change);
	pthread_mutex_unlock(&run->lock);
}

// Sleeps for so long, or until something failed.
static void
pause_for(struct run *run, double seconds)
{
	uint64_t until_ns = now_ns() + (uint64_t)(seconds * 1e9);
	struct timespec until = {
			.tv_sec = (time_t)(until_ns / 1000000000u),
			.tv_nsec = (long)(until_ns % 1000000000u),
	};
	pthread_mutex_lock(&run->lock);
	while (!atomic_load(&run->failed) &&
			pthread_cond_timedwait(&run->change, &run->lock, &until) != ETIMEDOUT) {
	}
	pthread_mutex_unlock(&run->lock);
}

void
lane_wait_for_end(struct lane *lane)
{
	struct run *run = lane->run;
	pthread_mutex_lock(&run->lock);
	while (lane_goes_on(lane)) {
		pthread_cond_wait(&run->change, &run->lock);
	}
	pthread_mutex_unlock(&run->lock);
}

static void
set_phase(struct run *run, enum phase phase)
{
	pthread_mutex_lock(&run->lock);
	atomic_store(&run->phase, phase);
	pthread_cond_broadcast(&run->change);
	pthread_mutex_unlock(&run->lock);
}

static void *
run_lane(void *context)
{
	struct start *start = context;
	// By default a sleep of an open loop may end 50 us late.
	prctl(PR_SET_TIMERSLACK, 1UL);
	start->work(start->lane);
	return NULL;
}

static bool
prepare(struct run *run, struct start *starts, void (*work)(struct lane *), void **contexts)
{
	pthread_condattr_t attributes;
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_mutex_init(&run->lock, NULL);
	pthread_cond_init(&run->change, &attributes);
	pthread_condattr_destroy(&attributes);
	run->rate = run->options->rate > 0 ? run->options->rate : run->cell->rate;
	for (int i = 0; i < run->cell->threads; i++) {
		struct lane *lane = &run->lanes[i];
		*lane = (struct lane){
				.run = run,
				.number = i,
				.latency = histogram_create(),
				.random = UINT64_C(0x9E3779B97F4A7C15) * (uint64_t)(i + 1) ^
						now_ns(),
				.context = contexts[i],
		};
		starts[i] = (struct start){.lane = lane, .work = work};
		if (lane->latency == NULL) {
			return false;
		}
	}
	return true;
}

// Warm-up, window, end; the lanes run meanwhile.
static void
measure(struct run *run, struct report *report)
{
	const struct options *options = run->options;
	struct calls calls = {.tool = 0};
	pause_for(run, options->warm_s);
	if (options->count_calls) {
		calls_attach(&calls);
		calls_begin(&calls);
	}
	usage_read(&report->before, options->member_pid);
	allocations_watch(true);
	set_phase(run, PHASE_WINDOW);
	pause_for(run, options->window_s);
	set_phase(run, PHASE_OVER);
	allocations_watch(false);
	usage_read(&report->after, options->member_pid);
	report->resident_mb = usage_resident_mb();
	report->calls_counted = options->count_calls;
	if (options->count_calls) {
		calls_end(&calls);
		report->calls = calls;
	}
}

static void
collect(struct run *run, struct histogram *all)
{
	for (int i = 0; i < run->cell->threads; i++) {
		histogram_merge(all, run->lanes[i].latency);
	}
}

int
run_measure(struct run *run, void (*work)(struct lane *), void **contexts)
{
	size_t threads = (size_t)run->cell->threads;
	struct report report = {.run = run, .latency = histogram_create()};
	struct start *starts = calloc(threads, sizeof(*starts));
	pthread_t *ids = calloc(threads, sizeof(*ids));
	run->lanes = calloc(threads, sizeof(*run->lanes));
	int code = 1;
	size_t started = 0;
	if (report.latency == NULL || starts == NULL || ids == NULL || run->lanes == NULL ||
			!prepare(run, starts, work, contexts)) {
		fprintf(stderr, "%s: out of memory\n", run->program);
		goto out;
	}
	for (; started < threads; started++) {
		if (pthread_create(&ids[started], NULL, run_lane, &starts[started]) != 0) {
			run_fail(run, "thread", "cannot be started");
			break;
		}
	}
	measure(run, &report);
	if (atomic_load(&run->failed)) {
		// A lane may wait for an answer that never comes.
		_exit(1);
	}
	for (size_t i = 0; i < started; i++) {
		pthread_join(ids[i], NULL);
	}
	collect(run, report.latency);
	if (!atomic_load(&run->failed)) {
		report_print(&report);
		code = 0;
	}
out:
	for (size_t i = 0; run->lanes != NULL && i < threads; i++) {
		histogram_destroy(run->lanes[i].latency);
	}
	histogram_destroy(report.latency);
	free(run->lanes);
	free(starts);
	free(ids);
	return code;
}
