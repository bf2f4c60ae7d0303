// SPDX-License-Identifier: Apache-2.0
#include "tests/fault/cp_crew.h"

#include "tests/fault/rig.h"
#include "tests/support/suite.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE_MS 180000
#define MAX_WORDS 32
#define WORD_SIZE 640

// ---- Starting ----

// This same program, with other arguments.
static void
spawn(cp_crew *crew, size_t seat, char *const *argv)
{
	int input[2];
	posix_spawn_file_actions_t actions;
	HZT_CHECK(pipe2(input, O_CLOEXEC) == 0);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, input[0], STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, crew->descriptor, CP_BOARD_FD);
	int failed = posix_spawn(&crew->pid[seat], "/proc/self/exe", &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(input[0]);
	crew->input[seat] = input[1];
	HZT_EQ_INT(failed, 0);
}

void
cp_crew_start(cp_crew *crew, size_t seat)
{
	static char words[4][WORD_SIZE];
	char *argv[MAX_WORDS] = {"cp_test", "--drive", words[0], words[1], words[2], words[3]};
	size_t n = 6;
	snprintf(words[0], WORD_SIZE, "seat=%zu", seat);
	snprintf(words[1], WORD_SIZE, "number=%" PRId64, ++crew->started);
	snprintf(words[2], WORD_SIZE, "history=%s", crew->history);
	snprintf(words[3], WORD_SIZE, "network.cluster-members=%s", crew->addresses);
	for (const char *const *setting = crew->settings; *setting != NULL; setting++) {
		HZT_CHECK(n + 1 < MAX_WORDS);
		argv[n++] = (char *)*setting;
	}
	spawn(crew, seat, argv);
}

// ---- Ending ----

// What it was about to do it does not do any more.
static void
clear_seat(cp_crew *crew, size_t seat)
{
	cp_seat *s = &crew->board->seats[seat];
	close(crew->input[seat]);
	crew->pid[seat] = 0;
	for (size_t i = 0; i < CP_KINDS; i++) {
		atomic_store(&s->ended[i], atomic_load(&s->begun[i]));
	}
	for (size_t i = 0; i < CP_LOCKS; i++) {
		s->has_lock[i] = false;
	}
	s->has_permits = false;
}

static void
kill_one(cp_crew *crew, size_t seat)
{
	kill(crew->pid[seat], SIGKILL);
	while (waitpid(crew->pid[seat], NULL, 0) < 0 && errno == EINTR) {
	}
	clear_seat(crew, seat);
}

typedef struct ending {
	pid_t pid;
	int status;
} ending;

static bool
has_ended(void *ctx)
{
	ending *e = ctx;
	return waitpid(e->pid, &e->status, WNOHANG) == e->pid;
}

void
cp_crew_end(cp_crew *crew, size_t seat)
{
	ending e = {crew->pid[seat], -1};
	close(crew->input[seat]);
	crew->input[seat] = -1;
	HZT_AWAIT(has_ended, &e, PATIENCE_MS);
	clear_seat(crew, seat);
	if (e.status != 0) {
		printf("  a client ended with status %d: %s\n", e.status,
				crew->board->seats[seat].why);
	}
	HZT_EQ_INT(e.status, 0);
}

void
cp_crew_kill_all(cp_crew *crew)
{
	for (size_t i = 0; i < CP_CLIENTS; i++) {
		if (crew->pid[i] > 0) {
			kill_one(crew, i);
		}
	}
}

// ---- Stopping at a moment ----

// Waits for the process to have stopped, which it has not when kill returns.
static void
stop(cp_crew *crew, size_t seat)
{
	int status = 0;
	pid_t pid = crew->pid[seat];
	HZT_EQ_INT(kill(pid, SIGSTOP), 0);
	while (waitpid(pid, &status, WUNTRACED) < 0 && errno == EINTR) {
	}
	if (!WIFSTOPPED(status)) {
		printf("  a client ended: %s\n", crew->board->seats[seat].why);
		clear_seat(crew, seat);
		HZT_FAIL("the clients live until they are ended");
	}
}

void
cp_crew_thaw(cp_crew *crew, size_t seat)
{
	HZT_EQ_INT(kill(crew->pid[seat], SIGCONT), 0);
}

// A moment to stop at: the first process from `seat` on that has what is wanted.
typedef struct moment {
	cp_crew *crew;
	size_t seat, lock;
	bool permits;
} moment;

static bool
has_it(moment *m, size_t seat)
{
	const cp_seat *s = &m->crew->board->seats[seat];
	if (m->crew->pid[seat] == 0) {
		return false;
	}
	if (m->permits) {
		return s->has_permits;
	}
	for (size_t i = 0; i < CP_LOCKS; i++) {
		if (s->has_lock[i]) {
			m->lock = i;
			return true;
		}
	}
	return false;
}

// Stopped or not, what it has it says before it uses it and until it gives it back.
static bool
is_stopped_with_it(void *ctx)
{
	moment *m = ctx;
	for (size_t i = 0; i < CP_CLIENTS; i++) {
		size_t seat = (m->seat + i) % CP_CLIENTS;
		if (!has_it(m, seat)) {
			continue;
		}
		stop(m->crew, seat);
		if (has_it(m, seat)) {
			m->seat = seat;
			return true;
		}
		cp_crew_thaw(m->crew, seat);
	}
	return false;
}

size_t
cp_crew_freeze_owner(cp_crew *crew, uint64_t *seed, size_t *lock)
{
	moment m = {.crew = crew, .seat = hzt_random(seed, CP_CLIENTS)};
	HZT_AWAIT(is_stopped_with_it, &m, PATIENCE_MS);
	*lock = m.lock;
	return m.seat;
}

size_t
cp_crew_kill_holder(cp_crew *crew, uint64_t *seed)
{
	moment m = {.crew = crew, .seat = hzt_random(seed, CP_CLIENTS), .permits = true};
	HZT_AWAIT(is_stopped_with_it, &m, PATIENCE_MS);
	kill_one(crew, m.seat);
	return m.seat;
}

// ---- Work ----

typedef struct progress {
	cp_crew *crew;
	uint64_t done[CP_CLIENTS][CP_KINDS];
} progress;

// Whether a process has ended that should not have.
static bool
has_died(cp_crew *crew, size_t seat)
{
	int status = 0;
	pid_t pid = crew->pid[seat];
	if (pid == 0 || waitpid(pid, &status, WNOHANG) != pid) {
		return false;
	}
	printf("  client %zu ended with status %d: %s\n", seat, status,
			crew->board->seats[seat].why);
	clear_seat(crew, seat);
	return true;
}

static bool
have_worked(void *ctx)
{
	const progress *p = ctx;
	for (size_t i = 0; i < CP_CLIENTS; i++) {
		HZT_CHECK(!has_died(p->crew, i));
		for (size_t kind = 0; kind < CP_KINDS; kind++) {
			if (p->crew->board->seats[i].done[kind] <= p->done[i][kind]) {
				return false;
			}
		}
	}
	return true;
}

static void
print_idle(const progress *p)
{
	for (size_t i = 0; i < CP_CLIENTS; i++) {
		for (size_t kind = 0; kind < CP_KINDS; kind++) {
			const cp_seat *s = &p->crew->board->seats[i];
			if (s->done[kind] <= p->done[i][kind]) {
				printf("  client %zu did nothing of kind %zu: %" PRIu64
				       " calls, %" PRIu64 " ended; %s\n",
						i, kind, (uint64_t)s->begun[kind],
						(uint64_t)s->ended[kind], s->why);
			}
		}
	}
}

void
cp_crew_await_work(cp_crew *crew)
{
	progress p = {.crew = crew};
	for (size_t i = 0; i < CP_CLIENTS; i++) {
		for (size_t kind = 0; kind < CP_KINDS; kind++) {
			p.done[i][kind] = crew->board->seats[i].done[kind];
		}
	}
	if (!hzt_await(have_worked, &p, PATIENCE_MS)) {
		print_idle(&p);
		HZT_FAIL("every client gets its turn");
	}
}
