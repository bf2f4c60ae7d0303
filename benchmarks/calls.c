// SPDX-License-Identifier: Apache-2.0
#include "benchmarks/calls.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ATTACH_MS = 5000 };

// FUTEX_WAKE, WAKE_OP and WAKE_BITSET, each with and without FUTEX_PRIVATE_FLAG.
static char wakes_filter[] = "op==1||op==129||op==5||op==133||op==10||op==138";

// The descriptors that a started tool has its pipes on.
enum { TOOL_CONTROL = 8, TOOL_ANSWERS = 9 };

// Starts a tool with the reading end of one pipe and the writing end of another.
static bool
start(struct calls *calls, char *const *argv, bool errors_are_answers)
{
	int down[2];
	int up[2];
	if (pipe2(down, O_CLOEXEC) != 0) {
		return false;
	}
	if (pipe2(up, O_CLOEXEC) != 0) {
		close(down[0]);
		close(down[1]);
		return false;
	}
	posix_spawn_file_actions_t actions;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, down[0], TOOL_CONTROL);
	posix_spawn_file_actions_adddup2(&actions, up[1], TOOL_ANSWERS);
	if (errors_are_answers) {
		posix_spawn_file_actions_adddup2(&actions, up[1], STDERR_FILENO);
	} else {
		posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	}
	int failed = posix_spawnp(&calls->tool, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(down[0]);
	close(up[1]);
	calls->control = down[1];
	calls->answers = up[0];
	if (failed != 0) {
		calls->tool = 0;
		close(calls->control);
		close(calls->answers);
	}
	return failed == 0;
}

// Ends the tool with an interrupt, upon which both tools write their counts.
static void
stop(struct calls *calls)
{
	kill(calls->tool, SIGINT);
	while (waitpid(calls->tool, NULL, 0) < 0 && errno == EINTR) {
	}
	calls->tool = 0;
	close(calls->control);
	close(calls->answers);
}

// Waits until the tool has written that word.
static bool
await(struct calls *calls, const char *word)
{
	char text[512] = "";
	size_t length = 0;
	struct pollfd ready = {.fd = calls->answers, .events = POLLIN};
	while (length + 1 < sizeof(text) && poll(&ready, 1, ATTACH_MS) > 0) {
		ssize_t got = read(calls->answers, text + length, sizeof(text) - 1 - length);
		if (got <= 0) {
			return false;
		}
		length += (size_t)got;
		text[length] = '\0';
		if (strstr(text, word) != NULL) {
			return true;
		}
	}
	return false;
}

static bool
command(struct calls *calls, const char *word)
{
	size_t length = strlen(word);
	return write(calls->control, word, length) == (ssize_t)length && await(calls, "ack");
}

static bool
attach_perf(struct calls *calls, char *pid)
{
	char *argv[] = {"perf", "stat", "-x,", "-o", calls->path, "-D", "-1", "--control", "fd:8,9",
			"-e", "raw_syscalls:sys_enter", "-e", "syscalls:sys_enter_futex",
			"--filter", wakes_filter, "-p", pid, NULL};
	calls->name = "perf";
	if (!start(calls, argv, false)) {
		return false;
	}
	// A perf that may not open the events ends at once, and its pipe with it.
	if (!command(calls, "ping\n")) {
		stop(calls);
		return false;
	}
	return true;
}

static bool
attach_strace(struct calls *calls, char *pid)
{
	char *argv[] = {"strace", "-f", "-c", "-o", calls->path, "-p", pid, NULL};
	calls->name = "strace";
	if (!start(calls, argv, true)) {
		return false;
	}
	if (!await(calls, "attached")) {
		stop(calls);
		return false;
	}
	return true;
}

void
calls_attach(struct calls *calls)
{
	*calls = (struct calls){.wakes = -1, .path = "/tmp/calls-XXXXXX"};
	int file = mkstemp(calls->path);
	if (file < 0) {
		calls->why = "no temporary file";
		return;
	}
	close(file);
	char pid[16];
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	if (!attach_perf(calls, pid) && !attach_strace(calls, pid)) {
		calls->why = "neither perf nor strace could be attached";
		unlink(calls->path);
	}
}

void
calls_begin(struct calls *calls)
{
	if (calls->tool != 0 && strcmp(calls->name, "perf") == 0 && !command(calls, "enable\n")) {
		calls->why = "perf did not answer";
	}
}

// A line of perf: count, unit, event, and more, between commas.
static void
read_perf_line(struct calls *calls, const char *line)
{
	if (strstr(line, "raw_syscalls:sys_enter") != NULL) {
		calls->total = strtoll(line, NULL, 10);
	} else if (strstr(line, "syscalls:sys_enter_futex") != NULL && line[0] >= '0' &&
			line[0] <= '9') {
		calls->wakes = strtoll(line, NULL, 10);
	}
}

// The last line of strace: share, seconds, microseconds a call, calls, perhaps errors, "total".
static void
read_strace_line(struct calls *calls, const char *line)
{
	char *at = NULL;
	if (strstr(line, " total") != NULL) {
		strtod(line, &at);
		strtod(at, &at);
		strtod(at, &at);
		calls->total = strtoll(at, NULL, 10);
	}
}

bool
calls_end(struct calls *calls)
{
	if (calls->tool == 0) {
		return false;
	}
	bool perf = strcmp(calls->name, "perf") == 0;
	if (perf && !command(calls, "disable\n")) {
		calls->why = "perf did not answer";
	}
	stop(calls);
	FILE *file = fopen(calls->path, "r");
	char line[512];
	while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
		if (perf) {
			read_perf_line(calls, line);
		} else {
			read_strace_line(calls, line);
		}
	}
	if (file != NULL) {
		fclose(file);
	}
	unlink(calls->path);
	if (calls->why == NULL && calls->total == 0) {
		calls->why = "the tool counted nothing";
	}
	return calls->why == NULL;
}
