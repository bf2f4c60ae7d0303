// SPDX-License-Identifier: Apache-2.0
//
// The suite tests itself: it runs this binary again with cases that fail, skip and hang, and reads
// what they print.
#include "tests/support/suite.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

// Runs this program with one case's name, returns its exit code and what it printed.
static int
run_self(const char *name, char *out, size_t size)
{
	char command[256];
	snprintf(command, sizeof(command),
			"HZT_INNER=1 HZT_SLOWNESS=1 HZT_TIMEOUT_S=1 /proc/%d/exe %s", (int)getpid(),
			name);
	FILE *pipe = popen(command, "r");
	HZT_CHECK(pipe != NULL);
	size_t length = fread(out, 1, size - 1, pipe);
	out[length] = '\0';
	int status = pclose(pipe);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
inner_fails(void)
{
	HZT_EQ_INT(2 + 2, 5);
	puts("never reached");
}

static void
inner_skips(void)
{
	hzt_skip("no moon");
}

static void
inner_hangs(void)
{
	for (;;) {
		pause();
	}
}

static void
inner_crashes(void)
{
	abort();
}

static void *
fail_on_thread(void *ctx)
{
	(void)ctx;
	HZT_EQ_STR("a", "b");
	return NULL;
}

static void
inner_fails_on_thread(void)
{
	pthread_t thread;
	HZT_CHECK(pthread_create(&thread, NULL, fail_on_thread, NULL) == 0);
	pthread_join(thread, NULL);
}

static void
failure_names_file_and_line(void)
{
	char out[4096];
	HZT_EQ_INT(run_self("inner_fails_once", out, sizeof(out)), 1);
	HZT_CHECK(strstr(out, "suite_test.c:") != NULL);
	HZT_CHECK(strstr(out, "is 4, expected 5") != NULL);
	HZT_CHECK(strstr(out, "never reached") == NULL);
	HZT_CHECK(strstr(out, "0 passed, 1 failed, 0 skipped") != NULL);
}

static void
skip_says_why(void)
{
	char out[4096];
	HZT_EQ_INT(run_self("inner_skips", out, sizeof(out)), 0);
	HZT_CHECK(strstr(out, "skip inner_skips: no moon") != NULL);
	HZT_CHECK(strstr(out, "0 passed, 0 failed, 1 skipped") != NULL);
}

static void
watchdog_names_the_case(void)
{
	char out[4096];
	HZT_EQ_INT(run_self("inner_hangs", out, sizeof(out)), 124);
	HZT_CHECK(strstr(out, "not ok inner_hangs") != NULL);
}

static void
crash_is_blamed_on_its_case(void)
{
	char out[4096];
	HZT_CHECK(run_self("inner_crashes", out, sizeof(out)) != 0);
	HZT_CHECK(strstr(out, "not ok inner_crashes (crashed)") != NULL);
}

static void
failure_on_a_thread_counts(void)
{
	char out[4096];
	HZT_EQ_INT(run_self("inner_fails_on_thread", out, sizeof(out)), 1);
	HZT_CHECK(strstr(out, "not ok inner_fails_on_thread") != NULL);
}

static void
unknown_name_runs_nothing_and_fails(void)
{
	char out[4096];
	HZT_EQ_INT(run_self("no_such_case", out, sizeof(out)), 1);
}

static bool
third_look(void *ctx)
{
	int *looks = ctx;
	return ++*looks >= 3;
}

static bool
never(void *ctx)
{
	(void)ctx;
	return false;
}

static void
await_polls_and_gives_up(void)
{
	int looks = 0;
	HZT_CHECK(hzt_await(third_look, &looks, 1000));
	HZT_EQ_INT(looks, 3);
	int64_t start = hzt_now_ms();
	HZT_CHECK(!hzt_await(never, NULL, 30));
	HZT_CHECK(hzt_now_ms() - start >= 30);
}

static const hzt_case inner[] = {
		{"inner_fails_once", inner_fails},
		{"inner_skips", inner_skips},
		{"inner_hangs", inner_hangs},
		{"inner_crashes", inner_crashes},
		{"inner_fails_on_thread", inner_fails_on_thread},
};

static const hzt_case cases[] = {
		{"failure_names_file_and_line", failure_names_file_and_line},
		{"skip_says_why", skip_says_why},
		{"watchdog_names_the_case", watchdog_names_the_case},
		{"crash_is_blamed_on_its_case", crash_is_blamed_on_its_case},
		{"failure_on_a_thread_counts", failure_on_a_thread_counts},
		{"unknown_name_runs_nothing_and_fails", unknown_name_runs_nothing_and_fails},
		{"await_polls_and_gives_up", await_polls_and_gives_up},
};

int
main(int argc, char **argv)
{
	if (getenv("HZT_INNER") != NULL) {
		return hzt_main("inner", inner, sizeof(inner) / sizeof(inner[0]), argc, argv);
	}
	return hzt_main("suite", cases, sizeof(cases) / sizeof(cases[0]), argc, argv);
}
