// SPDX-License-Identifier: Apache-2.0
//
// Histories: which calls the threads of several processes made, when, and how each ended. They are
// lines of one file that all of these processes append to:
//
//	{"th":3,"op":"lock","k":"a","v":"17","t0":120,"t1":155,"rc":"ok","err":""}
//
// t0 and t1 are nanoseconds of CLOCK_MONOTONIC, which all processes of a machine share; a thread's
// number is its own among all of them. rc is "ok", "fail" (certainly without effect) or "info" (in
// doubt). v holds what the call was given and what it got, numbers with ':' between:
//
//	lock, try_lock     fence (0: not taken)           unlock
//	acquire            permits it got                 release     permits
//	available          permits                        set_count   count (0: was set before)
//	count_down                                        get_count   count
//	await              1: the count was zero, 0: not  new_id      id
//	get, set           number                         add         delta:sum
//	cas                expected:update:done
//
// "err" is the error's name, and "REPEATED" for a call that went well but may have been sent more
// than once: copies of it may still be on their way to a member that stands still.
//
// A call that is under way has a line already, with t1 0 and rc "info", which its end replaces: a
// process may be killed at any time, and its last call stays in doubt. So may a line be torn.
#ifndef HZT_HISTORY_H
#define HZT_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HZT_NEVER INT64_MAX // a call that did not end
#define HZT_NUMBERS 3       // at most, in a value

typedef enum hzt_outcome { HZT_DONE, HZT_REFUSED, HZT_IN_DOUBT } hzt_outcome;

// One call.
typedef struct hzt_deed {
	int64_t thread;
	char op[16];
	char key[64];
	char value[64];
	int64_t begun_ns, ended_ns;
	hzt_outcome outcome;
	char error[32]; // its name, "" for none
	// What a reader finds in the value.
	int64_t number[HZT_NUMBERS];
	size_t numbers;
} hzt_deed;

// Sorted by when the calls began.
typedef struct hzt_history {
	hzt_deed *deeds;
	size_t count;
	size_t torn; // lines that could not be read
} hzt_history;

// ---- Writing ----

// Opens a file for appending, made if it is not there. Gives a descriptor, -1 with errno.
int hzt_history_append(const char *path);

// Stamps the deed, whose thread, op, key and value are set, and writes that it is under way. False:
// it could not be written. Any thread and process.
bool hzt_deed_begin(int file, hzt_deed *deed);

// Stamps its end and writes how it ended: value, outcome and error are set.
bool hzt_deed_end(int file, hzt_deed *deed);

// ---- Reading ----

// Gives the history of a text, or of a file; NULL: it cannot be read, or there is no memory.
hzt_history *hzt_history_parse(const char *text);
hzt_history *hzt_history_read(const char *path);

// Gives the part that is about one structure, by its key. NULL without memory.
hzt_history *hzt_history_of(const hzt_history *history, const char *key);

// The keys that begin like this, each once, at most `room`; lent by the history. Returns how many
// there are.
size_t hzt_history_keys(
		const hzt_history *history, const char *beginning, const char **keys, size_t room);

// NULL-safe, nulls the pointer.
void hzt_history_free(hzt_history **history);

#endif
