// SPDX-License-Identifier: Apache-2.0
//
// The threads of a driver (cp_drive.h): what each does with its structure, over and over.
#ifndef HZT_CP_WORK_H
#define HZT_CP_WORK_H

#include "tests/fault/cp_board.h"
#include "tests/support/history.h"

#include <hazelcast/hazelcast.h>
#include <pthread.h>

#define CP_WORKERS 8

typedef struct cp_drive_state cp_drive_state;

typedef struct cp_worker {
	cp_drive_state *drive;
	hz_client *client;
	cp_kind kind;
	int index; // among those of its kind
	int64_t thread;
	uint64_t random;
	pthread_t id;
	hzt_deed deed;    // the call that is under way
	uint64_t retries; // of the client when it began
	hz_error err;
} cp_worker;

struct cp_drive_state {
	cp_board *board;
	cp_seat *seat;
	hz_client *client; // for locks and permits: only these repeat calls of their own accord
	hz_client *other;  // for the rest
	int history;
	int64_t number;
	int64_t pause_ms;
	const char *prefix;
	_Atomic bool stop, failed;
	size_t running;
	cp_worker workers[CP_WORKERS];
};

// Work until the drive stops.
void cp_work_lock(cp_worker *w);
void cp_work_semaphore(cp_worker *w);
void cp_work_latch(cp_worker *w);
void cp_work_number(cp_worker *w);
void cp_work_id(cp_worker *w);

// The process ends, because of this.
void cp_give_up(cp_drive_state *drive, const char *why);

// ---- For them ----

// Whether to go on, after a pause.
bool cp_pause(cp_worker *w);

// Waits for so many milliseconds, 0 up to `most`.
void cp_wait(cp_worker *w, int64_t most);

// A number from 0 up to below n.
int64_t cp_random(cp_worker *w, int64_t n);

// Writes down that a call begins; what it is given, NULL for nothing.
void cp_begin(cp_worker *w, const char *op, const char *key, const char *value);

// Writes down how it ended, with what it was given and got if it was not NULL. Returns e.
hz_err cp_end(cp_worker *w, hz_err e, const char *value);

// Whether it may have had an effect although it failed.
bool cp_is_in_doubt(const cp_worker *w, hz_err e);

// Counts a call that got what it wanted.
void cp_count(cp_worker *w);

#endif
