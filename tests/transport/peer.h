// SPDX-License-Identifier: Apache-2.0
//
// The other end of a handshake: a thread that accepts one connection on loopback, reads as much of
// the request as it is told, answers with given bytes, and ends as told. Also a few things that all
// tests of this folder look at.
#ifndef TESTS_TRANSPORT_PEER_H
#define TESTS_TRANSPORT_PEER_H

#include "base/platform.h"
#include "transport/dial.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum peer_end {
	PEER_CLOSES, // at once
	PEER_STAYS,  // silent, until the client closes
	PEER_WAITS   // reads nothing until peer_let_go, then as PEER_STAYS; its window is small
} peer_end;

typedef struct peer_script {
	size_t read_bytes;    // of the request before answering; SIZE_MAX: all of it
	const uint8_t *reply; // lent
	size_t reply_size;
	size_t chunk; // bytes a write; 0: all at once
	int pause_ms; // between writes
	peer_end then;
	const uint8_t *later; // lent; sent when it was let go
	size_t later_size;
} peer_script;

typedef struct peer {
	int listener;
	uint16_t port;
	peer_script script;
	hzi_thread thread;
	_Atomic bool accepted; // a client is there
	_Atomic bool go;
	size_t rest_size;      // what came behind the request, to be read after peer_stop
	uint8_t request[8192]; // what came, to be read after peer_stop
	size_t request_size;
} peer;

// Listens and starts the thread. Fails the case if it cannot.
void peer_start(peer *p, const peer_script *script);

// Has a peer that waits read. Any thread.
void peer_let_go(peer *p);

// Waits for the thread, which ends when the client has closed its side, and closes all.
void peer_stop(peer *p);

// Opens a stream to a port of loopback, or fails the case.
void peer_dial(uint16_t port, hzi_stream *out);

// A listener whose queue is full, so that further connects are never answered: its backlog holds
// what `fill` connects. On 127.0.0.1, at the given port or, with 0, any.
typedef struct black_hole {
	int listener;
	int fill[8];
	uint16_t port;
} black_hole;

void black_hole_open(black_hole *hole, uint16_t port);
void black_hole_close(black_hole *hole);

// Binds a listener to the address (such as "127.0.0.1") and port, 0 for any; -1 if it is taken.
int listen_on(const char *address, uint16_t port, int backlog, uint16_t *bound);

// How many descriptors this process has open.
int open_descriptors(void);

#endif
