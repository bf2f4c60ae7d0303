// SPDX-License-Identifier: Apache-2.0
//
// What every mode of a drive has: a client by the options that all modes know, the history, and
// the signals. SIGUSR1 prints one line of statistics; SIGTERM and SIGINT shut the client down, so
// that every call ends, and end the program.
#ifndef CLI_SESSION_H
#define CLI_SESSION_H

#include "cli/history.h"
#include "cli/options.h"

#include <hazelcast/hazelcast.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

// The names of the options that session_open reads.
#define SESSION_OPTIONS                                                                            \
	"members", "cluster", "tls", "heartbeat-ms", "invocation-timeout-ms", "redo",              \
			"fail-on-indeterminate", "backend", "set", "history"

typedef struct session {
	hz_config *config;
	hz_client *client;
	history history;
	pthread_t signals;
	_Atomic bool stop;       // the time is over, or a signal came: begin nothing more
	_Atomic bool ends;       // the program's own end: the thread of signals goes
	_Atomic int64_t shut_ms; // how long the shutdown took that a signal asked for; -1: none
	_Atomic uint64_t done, failed, doubted; // calls
} session;

// Fills the configuration. False: standard error says why.
bool session_configure(session *s, const cli_options *o);

// Configures, connects and starts the thread of signals, which must not be started yet by anybody
// else. False: standard error says why, and nothing is left.
bool session_open(session *s, const cli_options *o);

// Shuts down, prints how many calls ended how, and frees all. Returns the program's exit code.
int session_close(session *s);

// Counts and writes the end of a call.
void session_note(session *s, deed *d, const hz_error *err);

// Prints one line of statistics to standard output. Any thread.
void session_print_stats(session *s);

// Runs fn(ctx, number) on n threads and waits for them: until they return, or, for `seconds` > 0,
// sets s->stop then. False: no threads.
bool session_run(session *s, int n, int64_t seconds, void (*fn)(void *ctx, int number), void *ctx);

// What the process holds.
typedef struct holdings {
	int threads, descriptors;
	int64_t bytes; // resident
} holdings;
holdings holdings_now(void);

#endif
