// SPDX-License-Identifier: Apache-2.0
//
// A client's core between scripted members and a layer above that only writes down what it is told.
#ifndef TESTS_CORE_RIG_H
#define TESTS_CORE_RIG_H

#include "core/client.h"
#include "core/cluster.h"
#include "tests/support/scripted.h"
#include "tests/support/suite.h"

#include <stdatomic.h>

#define RIG_MEMBERS 4

// No step of a case should take this long; what takes longer hangs.
#define PATIENCE_MS 20000

// What the layer above was told, one letter each, in order:
//	S s     starting, started          C D X   connected, disconnected, other cluster
//	z Z     shutting down, shut down   + -     member came, member left
//	o c     connection opened, closed  g       gap
#define RIG_LOG 512

typedef struct rig {
	hzt_scripted *member[RIG_MEMBERS];
	size_t members;
	hz_config *config;
	hz_client *client;

	pthread_mutex_t lock;
	char log[RIG_LOG];
	size_t logged;
	_Atomic uint32_t events; // of listeners
	_Atomic uint64_t last_listener;
	_Atomic uint64_t last_gap; // whose; 0: of all listeners
} rig;

// Starts n members that know of each other, and a configuration for a client of all of them with
// short pauses. The settings are pairs of key and value, with NULL at the end; NULL for none.
void rig_members(rig *r, size_t n, const char *const *settings);

// Starts the client; returns what its creation returned.
hz_err rig_connect(rig *r, hz_error *err);

// Both, and the client must have started.
void rig_start(rig *r, size_t n, const char *const *settings);

// Shuts the client down, which must not take long, and frees everything: no call record may be
// left.
void rig_end(rig *r);

// Waits until the log has at least n of a letter.
void rig_await(rig *r, char what, size_t n);
size_t rig_count(rig *r, char what);

// Where a letter stands in the log for the n-th time (from 1); RIG_LOG if it does not.
size_t rig_where(rig *r, char what, size_t n);

// Waits until so many connections are open for calls.
void rig_await_open(rig *r, uint64_t n);
hz_stats rig_stats(rig *r);

#endif
