// SPDX-License-Identifier: Apache-2.0
//
// What a listener of entries has heard, as text: one line an event, "KIND KEY VALUE OLD AFFECTED".
#ifndef TESTS_CLUSTER_HEARD_H
#define TESTS_CLUSTER_HEARD_H

#include "tests/cluster/session.h"

#include <pthread.h>
#include <stdatomic.h>

typedef struct heard {
	pthread_mutex_t lock;
	char text[4096];
	_Atomic int count; // of events not yet checked
	_Atomic int ends;
} heard;

// Empties *h and gives a listener, with a function for every kind of event, that writes there.
hz_entry_listener heard_listener(heard *h);

// Waits until there were `count` events.
void heard_await(heard *h, int count);

// The same, and then exactly these lines were heard; they are forgotten.
void heard_check(heard *h, int count, const char *text);

// Removes the listener: it has ended once when this returns, and a second removal changes nothing.
void heard_remove(heard *h, hz_listener_id id);

#endif
