// SPDX-License-Identifier: Apache-2.0
//
// A listener of a reliable topic that notes what it hears, and the topic of the case that runs: one
// client listens, another one publishes numbers that are their sequences.
#ifndef TESTS_CLUSTER_RELIABLE_EAR_H
#define TESTS_CLUSTER_RELIABLE_EAR_H

#include "tests/cluster/session.h"

#include <semaphore.h>
#include <stdatomic.h>

extern hz_error ear_err;
extern hz_reliable_topic *ear_topic; // of the case that runs; listens
extern hz_reliable_topic *ear_other; // the same one, of another client; publishes

typedef struct ear {
	_Atomic int messages, gaps, failures, ends, odd, running;
	_Atomic int64_t first, next; // of the messages; -1: none yet
	_Atomic int64_t stored;
	_Atomic int64_t gap_from, gap_to;
	_Atomic int code;
	_Atomic int64_t refuse_at; // the message that ends it; -1: none
	_Atomic int64_t wait_at;   // the message at which it waits for `go`; -1: none
	sem_t waits, go;
	char why[256];
	hz_client *leave; // removes itself in its first message
	hz_listener_id id;
	hz_uuid member;
	hz_uuid members[4]; // of the last messages, by their number
	const char *name;
} ear;

// Opens the topic by both clients, and publishes the numbers below n. finish destroys it.
void ear_begin(const char *base, int64_t n);
void ear_finish(void);

// Publishes the numbers from `from` up to below `to`.
void ear_publish(int64_t from, int64_t to);

// Empties *e and gives a listener with all functions.
hz_reliable_listener ear_listener(ear *e);

// Empties *e and listens.
hz_listener_id ear_listen(ear *e, hz_reliable_start start, int64_t sequence, bool loss_tolerant);

// Wait until a counter has come to n, and no further; the same for messages, of which none was out
// of order; until the listener has ended by itself, for this reason.
void ear_await_count(_Atomic int *counter, int n);
void ear_await_messages(ear *e, int n);
void ear_await_failure(ear *e, hz_err code, const char *why);

// Removes the listener: it has ended once when this returns, and not by itself.
void ear_remove(ear *e, hz_listener_id id);

#endif
