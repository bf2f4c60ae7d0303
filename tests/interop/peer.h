// SPDX-License-Identifier: Apache-2.0
//
// The other client: a Python or Java program beside the test that takes one line and answers by one
// line.
// A failure fails the case (see suite.h).
#ifndef TESTS_INTEROP_PEER_H
#define TESTS_INTEROP_PEER_H

#include <stdio.h>
#include <sys/types.h>

typedef struct hzt_peer {
	pid_t pid;
	FILE *to, *from;
} hzt_peer;

// Starts a script of this folder, NAME.py or NAME.java, with the official client beside the shared
// members. To be called before there are threads. The first call of all installs the client for
// Python, which takes a while.
void hzt_peer_start(hzt_peer *self, const char *script);

// The same beside other members.
void hzt_peer_start_at(hzt_peer *self, const char *script, const char *addresses);

// Sends a line (without its end) and gives the answer (without its end), lent until the next call.
const char *hzt_peer_ask(hzt_peer *self, const char *line);

// Ends the program, which must end with 0.
void hzt_peer_end(hzt_peer *self);

#endif
