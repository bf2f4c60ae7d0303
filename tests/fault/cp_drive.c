// SPDX-License-Identifier: Apache-2.0
#include "tests/fault/cp_drive.h"

#include "tests/fault/cp_board.h"
#include "tests/fault/cp_work.h"

#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#define THREADS_EACH 100
#define TURN_S 4

static const struct {
	void (*run)(cp_worker *w);
	cp_kind kind;
	int index;
} works[] = {
		{cp_work_lock, CP_LOCK, 0},
		{cp_work_lock, CP_LOCK, 1},
		{cp_work_semaphore, CP_ACQUIRE, 0},
		{cp_work_latch, CP_COUNT_DOWN, 0},
		{cp_work_number, CP_NUMBER, 0},
		{cp_work_number, CP_NUMBER, 1},
		{cp_work_id, CP_ID, 0},
};

#define WORKS (sizeof(works) / sizeof(works[0]))

void
cp_drive_name(char *name, const char *prefix, const char *kind, long n)
{
	snprintf(name, 64, "%s%s-%ld", prefix, kind, n);
}

long
cp_drive_turn(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (long)now.tv_sec / TURN_S;
}

// ---- The command line ----

static bool
take_setting(hz_config *config, const char *key, const char *value)
{
	hz_error err;
	if (hz_config_set(config, key, value, &err) == HZ_OK) {
		return true;
	}
	printf("%s=%s: %s\n", key, value, err.message);
	return false;
}

static bool
take_word(cp_drive_state *d, hz_config *config, char *word)
{
	char *value = strchr(word, '=');
	if (value == NULL) {
		printf("KEY=VALUE expected, not '%s'\n", word);
		return false;
	}
	*value++ = '\0';
	if (strcmp(word, "seat") == 0) {
		d->seat = &d->board->seats[strtoul(value, NULL, 10) % CP_CLIENTS];
	} else if (strcmp(word, "number") == 0) {
		d->number = strtoll(value, NULL, 10);
	} else if (strcmp(word, "history") == 0) {
		d->history = hzt_history_append(value);
	} else if (strcmp(word, "prefix") == 0) {
		d->prefix = value;
	} else if (strcmp(word, "pause") == 0) {
		d->pause_ms = strtoll(value, NULL, 10);
	} else {
		return take_setting(config, word, value);
	}
	return true;
}

// A call of a latch is two, which counts as a repeated one; what is told of the others' calls must
// be theirs alone, so they have a client of their own.
static bool
start_clients(cp_drive_state *d, int count, char **words)
{
	hz_error err = {0};
	hz_config *config = NULL;
	hz_err e = hz_config_new(&config, &err);
	bool ok = e == HZ_OK;
	for (int i = 0; ok && i < count; i++) {
		ok = take_word(d, config, words[i]);
	}
	if (ok && d->history < 0) {
		printf("no history\n");
	} else if (ok) {
		e = hz_client_new(config, &d->client, &err);
		e = e == HZ_OK ? hz_client_new(config, &d->other, &err) : e;
	}
	if (e != HZ_OK) {
		printf("%s\n", err.message);
	}
	hz_config_destroy(&config);
	return d->other != NULL;
}

// ---- Work ----

static void *
run_worker(void *arg)
{
	cp_worker *w = arg;
	works[w - w->drive->workers].run(w);
	return NULL;
}

static void
start_workers(cp_drive_state *d)
{
	for (size_t i = 0; i < WORKS; i++) {
		cp_worker *w = &d->workers[i];
		*w = (cp_worker){.drive = d, .kind = works[i].kind, .index = works[i].index};
		w->client = w->kind == CP_LOCK || w->kind == CP_ACQUIRE ? d->client : d->other;
		w->thread = d->number * THREADS_EACH + (int64_t)i;
		w->random = (uint64_t)w->thread + (uint64_t)time(NULL);
		if (pthread_create(&w->id, NULL, run_worker, w) != 0) {
			cp_give_up(d, "this system gives no more threads");
			break;
		}
		d->running++;
	}
}

// Until the input ends.
static int
run(cp_drive_state *d)
{
	struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
	start_workers(d);
	while (!d->failed && poll(&input, 1, 100) <= 0) {
	}
	d->stop = true;
	for (size_t i = 0; i < d->running; i++) {
		pthread_join(d->workers[i].id, NULL);
	}
	hz_client_destroy(&d->client);
	hz_client_destroy(&d->other);
	return d->failed ? 1 : 0;
}

int
cp_drive(int count, char **words)
{
	static cp_board own;
	static cp_drive_state d;
	// Stopped or not: it does not outlive the thread that started it.
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	cp_board *board = cp_board_open(CP_BOARD_FD);
	d = (cp_drive_state){.board = board != NULL ? board : &own,
			.number = 1,
			.history = -1,
			.prefix = "",
			.pause_ms = 80};
	d.seat = &d.board->seats[0];
	return start_clients(&d, count, words) ? run(&d) : 1;
}
