// SPDX-License-Identifier: Apache-2.0
//
// A connection slot with its I/O thread and a layer above that only counts. One at a time; the
// case's own thread calls everything here.
#ifndef TESTS_TRANSPORT_LINK_H
#define TESTS_TRANSPORT_LINK_H

#include "base/block.h"
#include "base/mailbox.h"
#include "transport/connection.h"
#include "transport/io.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The longest message that a link takes.
#define LINK_MESSAGE_MAX 100000U

typedef struct link_end {
	hzi_fork_guard guard;
	hzi_bus *bus;
	hzi_block_pool *pool;
	hzi_handshake_request handshake;
	hzi_connection conn;
	hzi_io *io;

	// What the layer above was told, counted after the rest was written.
	_Atomic int dials;
	_Atomic int dial_code;
	_Atomic int closes;
	_Atomic int close_code;
	_Atomic(const char *) close_why;
	_Atomic int messages;
	_Atomic int released;
	_Atomic(hzi_out *)
			ended; // a request that is to be left out, by the word of the layer above
} link_end;

// Starts the thread; nothing is dialled yet. Fails the case if it cannot.
void link_open(link_end *link);

// Orders a dial to a port of loopback.
void link_dial(link_end *link, uint16_t port, uint64_t conn_id);

// Waits until so many dials have ended; returns how the last one did.
hz_err link_await_dials(link_end *link, int dials);

// Waits until so many connections were closed; returns why the last one was.
hz_err link_await_closes(link_end *link, int closes);

// Ends the thread and gives everything back.
void link_close(link_end *link);

#endif
