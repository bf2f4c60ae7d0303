// SPDX-License-Identifier: Apache-2.0
//
// The I/O thread of a connection slot: dials what it is told to, reads, finishes writes that
// callers left over, and is the only one that closes. It is started when a member is first
// connected and kept through reconnects.
#ifndef HZI_TRANSPORT_IO_H
#define HZI_TRANSPORT_IO_H

#include "base/mailbox.h"
#include "base/platform.h"
#include "transport/connection.h"
#include "transport/dial.h"
#include "transport/handshake.h"

typedef struct hzi_io hzi_io;

// What to dial: lent to hzi_io_dial, copied.
typedef struct hzi_dial_order {
	char host[256];
	uint16_t port;
	int64_t timeout_ms; // over resolve, connect and authentication
	uint64_t conn_id; // the id the connection gets when it is open; never 0, never used before
} hzi_dial_order;

// Starts the thread of a slot. `name` has at most 15 bytes. The handshake request is lent for the
// thread's life. HZ_ERR_RESOURCE, HZ_ERR_MEMORY.
hz_err hzi_io_start(hzi_io **out, hzi_connection *conn, hzi_bus *bus, const char *name,
		const hzi_dial *options, const hzi_handshake_request *handshake);

// Orders; any thread, never block, the newest of each kind wins. dial: closes what is open first,
// and ends a dial under way (HZ_ERR_CANCELLED). close: with a reason, which must live as long as
// the thread; only if the connection with this id is open, so it never ends a dial.
void hzi_io_dial(hzi_io *io, const hzi_dial_order *order);
void hzi_io_close(hzi_io *io, uint64_t conn_id, hz_err code, const char *why);

// Wakes the thread, if it sleeps, to write what is queued. Any thread.
void hzi_io_ring(hzi_io *io);

// Has the thread's epoll wait for reading and for room to write on the descriptor. Any thread that
// has the connection's lock; does not block.
void hzi_io_watch(hzi_io *io, int fd, bool in, bool out);

// Asks the thread to end (it closes its connection); join waits for it and gives its descriptors
// back. Late callers may still ring and give orders, which nobody follows.
void hzi_io_stop(hzi_io *io);
void hzi_io_join(hzi_io *io);

// Frees what is left, when no caller can come any more. NULL-safe, nulls the pointer.
void hzi_io_destroy(hzi_io **io);

#endif
