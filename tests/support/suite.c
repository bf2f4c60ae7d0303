// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <CUnit/CUnit.h>
#include <CUnit/TestRun.h>
#include <inttypes.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define DEFAULT_TIMEOUT_S 60
#define SOAK_FACTOR 60

// State of the one suite that a process runs. The watchdog's handler reads `current` too, so it is
// written before the case starts and only ever points into the table of cases.
static struct {
	pthread_t thread;
	jmp_buf leave;
	const hzt_case *volatile current;
	const char *skipped;
	pthread_mutex_t lock; // CUnit's list of failures is not made for threads
	unsigned failures;    // of the current case
	unsigned passed, failed, skips;
} run = {.lock = PTHREAD_MUTEX_INITIALIZER};

int64_t
hzt_now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static unsigned
number_from_environment(const char *name, unsigned otherwise)
{
	const char *text = getenv(name);
	unsigned long value = text != NULL ? strtoul(text, NULL, 10) : 0;
	return value > 0 && value < 1000000 ? (unsigned)value : otherwise;
}

int
hzt_slowness(void)
{
	return (int)number_from_environment("HZT_SLOWNESS", 1);
}

bool
hzt_await(bool (*cond)(void *ctx), void *ctx, int64_t timeout_ms)
{
	int64_t deadline = hzt_now_ms() + timeout_ms * hzt_slowness();
	long pause_ns = 200000;
	while (!cond(ctx)) {
		if (hzt_now_ms() >= deadline) {
			return cond(ctx);
		}
		nanosleep(&(struct timespec){.tv_nsec = pause_ns}, NULL);
		// Quick at first, then no more than a hundred looks a second.
		pause_ns = pause_ns < 5000000 ? pause_ns * 2 : 10000000;
	}
	return true;
}

static void
fail(const char *message, const char *file, int line)
{
	pthread_mutex_lock(&run.lock);
	run.failures++;
	printf("  %s:%d: %s\n", file, line, message);
	fflush(stdout);
	CU_assertImplementation(CU_FALSE, (unsigned)line, message, file, "", CU_FALSE);
	pthread_mutex_unlock(&run.lock);
	if (pthread_equal(pthread_self(), run.thread)) {
		longjmp(run.leave, 1);
	}
}

void
hzt_check(bool cond, const char *text, const char *file, int line)
{
	if (!cond) {
		char message[512];
		snprintf(message, sizeof(message), "failed: %s", text);
		fail(message, file, line);
	}
}

void
hzt_eq_int(int64_t got, int64_t want, const char *text, const char *file, int line)
{
	if (got != want) {
		char message[512];
		snprintf(message, sizeof(message), "%s is %" PRId64 ", expected %" PRId64, text,
				got, want);
		fail(message, file, line);
	}
}

void
hzt_eq_str(const char *got, const char *want, const char *text, const char *file, int line)
{
	bool same = got == want || (got != NULL && want != NULL && strcmp(got, want) == 0);
	if (!same) {
		char message[1024];
		snprintf(message, sizeof(message), "%s is \"%.400s\", expected \"%.400s\"", text,
				got != NULL ? got : "(null)", want != NULL ? want : "(null)");
		fail(message, file, line);
	}
}

void
hzt_eq_mem(const void *got, const void *want, size_t size, const char *text, const char *file,
		int line)
{
	const unsigned char *a = got;
	const unsigned char *b = want;
	for (size_t i = 0; i < size; i++) {
		if (a[i] != b[i]) {
			char message[512];
			snprintf(message, sizeof(message),
					"%s: byte %zu of %zu is 0x%02x, expected 0x%02x", text, i,
					size, a[i], b[i]);
			fail(message, file, line);
			return;
		}
	}
}

void
hzt_ok(hz_err code, const hz_error *error, const char *text, const char *file, int line)
{
	if (code != HZ_OK) {
		char message[1024];
		snprintf(message, sizeof(message), "%s returned %d%s%s", text, (int)code,
				error != NULL ? ": " : "", error != NULL ? error->message : "");
		fail(message, file, line);
	}
}

void
hzt_skip(const char *why)
{
	run.skipped = why;
	longjmp(run.leave, 1);
}

// What CUnit calls for every case.
static void
run_current(void)
{
	if (setjmp(run.leave) == 0) {
		run.current->run();
	}
}

// Only write() is allowed in a signal handler; the summary line is missing then, which counts as a
// failure too.
static void
blame_current(const char *why)
{
	const char *name = run.current != NULL ? run.current->name : "set-up";
	const char *const parts[] = {"not ok ", name, why};
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (write(STDOUT_FILENO, parts[i], strlen(parts[i])) < 0) {
			break;
		}
	}
}

static void
on_alarm(int number)
{
	(void)number;
	blame_current(" (hangs: the binary's time limit passed)\n");
	_exit(124);
}

static void
on_crash(int number)
{
	blame_current(" (crashed)\n");
	raise(number); // the handler is off by now, so this ends the process as it would have ended
}

static void
watch_crashes(void)
{
	static const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		struct sigaction before;
		struct sigaction ours = {.sa_handler = on_crash, .sa_flags = (int)SA_RESETHAND};
		// A sanitizer's handler says more than ours.
		if (sigaction(signals[i], NULL, &before) == 0 && before.sa_handler == SIG_DFL) {
			sigaction(signals[i], &ours, NULL);
		}
	}
}

static void
start_watchdog(void)
{
	struct sigaction action = {.sa_handler = on_alarm};
	sigaction(SIGALRM, &action, NULL);
	unsigned limit_s = number_from_environment("HZT_TIMEOUT_S", DEFAULT_TIMEOUT_S);
	unsigned soak = getenv("HZ_SOAK") != NULL ? SOAK_FACTOR : 1;
	alarm(limit_s * soak * (unsigned)hzt_slowness());
}

static bool
is_chosen(const char *name, int argc, char **argv)
{
	if (argc < 2) {
		return true;
	}
	for (int i = 1; i < argc; i++) {
		if (strstr(name, argv[i]) != NULL) {
			return true;
		}
	}
	return false;
}

static void
run_case(CU_pSuite suite, const hzt_case *one)
{
	CU_pTest test = CU_add_test(suite, one->name, run_current);
	run.current = one;
	run.skipped = NULL;
	run.failures = 0;
	int64_t start = hzt_now_ms();
	CU_ErrorCode code = test != NULL ? CU_run_test(suite, test) : CU_get_error();
	int64_t took = hzt_now_ms() - start;
	if (code != CUE_SUCCESS || run.failures > 0) {
		run.failed++;
		printf("not ok %s (%" PRId64 " ms)\n", one->name, took);
	} else if (run.skipped != NULL) {
		run.skips++;
		printf("skip %s: %s (%" PRId64 " ms)\n", one->name, run.skipped, took);
	} else {
		run.passed++;
		printf("ok %s (%" PRId64 " ms)\n", one->name, took);
	}
	fflush(stdout);
}

int
hzt_main(const char *suite, const hzt_case *cases, size_t count, int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--list") == 0) {
		for (size_t i = 0; i < count; i++) {
			puts(cases[i].name);
		}
		return 0;
	}
	run.thread = pthread_self();
	start_watchdog();
	watch_crashes();
	CU_pSuite cunit = NULL;
	if (CU_initialize_registry() == CUE_SUCCESS) {
		cunit = CU_add_suite(suite, NULL, NULL);
	}
	if (cunit == NULL) {
		printf("not ok %s (CUnit: %s)\n", suite, CU_get_error_msg());
		return 2;
	}
	for (size_t i = 0; i < count; i++) {
		if (is_chosen(cases[i].name, argc, argv)) {
			run_case(cunit, &cases[i]);
		}
	}
	CU_cleanup_registry();
	alarm(0);
	printf("%s: %u passed, %u failed, %u skipped\n", suite, run.passed, run.failed, run.skips);
	fflush(stdout);
	bool nothing_ran = run.passed + run.failed + run.skips == 0;
	return run.failed > 0 || nothing_ran ? 1 : 0;
}
