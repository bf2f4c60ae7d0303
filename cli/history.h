// SPDX-License-Identifier: Apache-2.0
//
// The file in which a drive writes what its calls did, a line of JSON each:
//
//	{"th":3,"op":"set","k":"k7","v":"k7/3/45","t0":120,"t1":155,"rc":"ok","err":""}
//
// t0 and t1 are nanoseconds of CLOCK_MONOTONIC. rc is "ok", "fail" (certainly without effect) or
// "info" (in doubt); err is the error's name, "" for none. Every line is one write to a file opened
// for appending, so several processes may share it and a killed one leaves whole lines.
#ifndef CLI_HISTORY_H
#define CLI_HISTORY_H

#include <hazelcast/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct history {
	int fd; // -1: nothing is written
} history;

typedef struct deed {
	int thread;
	const char *op;
	const char *key;
	const char *value;
	int64_t begun_ns, ended_ns;
} deed;

// Opens the file; NULL: nothing is to be written. False: it cannot be, and standard error says why.
bool history_open(history *h, const char *path);
void history_close(history *h);

int64_t history_now_ns(void);

// Writes how a call ended, whose end is now. Any thread.
void history_call(const history *h, deed *d, const hz_error *err);

// The same for an outcome that is no error of the library, such as an item that did not fit.
void history_outcome(const history *h, deed *d, const char *rc, const char *name);

// Writes a whole line, made like printf's. Any thread.
void history_line(const history *h, const char *format, ...) __attribute__((format(printf, 2, 3)));

// Writes text as the inside of a JSON string into `to`, cut to what fits. Returns to.
const char *history_escape(char *to, size_t size, const char *text);

#endif
