// SPDX-License-Identifier: Apache-2.0
//
// A connection slot: the place for the connection to one member. It lives as long as the client and
// holds one connection after another, told apart by connection id. Its I/O thread (transport/io.h)
// dials, reads and closes; any thread may append a request and, while it holds the write right,
// write.
//
// Rules of the design that live here: 4 (sent before the first byte), 5 (register or be refused), 6
// (write right), 10 (one closer per descriptor), 12 (read right).
#ifndef HZI_TRANSPORT_CONNECTION_H
#define HZI_TRANSPORT_CONNECTION_H

#include "base/block.h"
#include "base/mailbox.h"
#include "transport/handshake.h"
#include "transport/mark.h"
#include "transport/receiver.h"
#include "transport/stream.h"

#include <hazelcast/error.h>
#include <hazelcast/types.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct hzi_connection hzi_connection;

// One request queued for writing; embedded in its call record, in one list at a time.
typedef struct hzi_out {
	struct hzi_out *next;
	const uint8_t *data;
	size_t n;
	_Atomic bool queued; // the connection still refers to data
} hzi_out;

// What the layer above hands down at start. All run on whatever thread writes or reads; none may
// block.
typedef struct hzi_conn_ops {
	// The request is about to be written. False: it ended meanwhile, leave it out.
	bool (*sending)(hzi_out *out);
	// The connection refers to the request no more.
	void (*released)(hzi_out *out);
	// One whole message was read. Lends msg; keep it by hzi_slice_take.
	void (*message)(void *ctx, hzi_connection *conn, uint64_t conn_id, const hzi_slice *msg);
	// A dial ended. On success the reply is given and the connection is open for calls bound to
	// it.
	void (*dialled)(void *ctx, hzi_connection *conn, hz_err code, hzi_handshake_reply *reply,
			const hz_error *err);
	// The connection is closed, both rights are held: nothing of it runs any more. Sweep its
	// calls.
	void (*closed)(void *ctx, hzi_connection *conn, uint64_t conn_id, hz_err code,
			const char *why);
} hzi_conn_ops;

// Counters of one slot, relaxed.
typedef struct hzi_conn_counters {
	_Atomic uint64_t bytes_read, bytes_written, reads, writes, decode_errors;
	_Atomic uint64_t rounds; // of the I/O thread; none while nothing happens
} hzi_conn_counters;

struct hzi_connection {
	// Read on the hot path by every caller.
	_Atomic uint64_t id;       // of the open connection; 0 while there is none
	_Atomic uint64_t open_id;  // the same while callers may use it (set-up is finished); else 0
	_Atomic int32_t in_flight; // requests queued or sent, parked ones not counted
	uint32_t index;            // of this slot

	// The append lock guards what follows.
	pthread_mutex_t lock;
	pthread_cond_t right; // signalled when a right is given back while closing
	bool closed;          // no append, no write; set before anything is torn down
	bool writing;         // the write right is taken
	bool reading;         // the read right is taken
	bool leased;          // ... by a caller, who reads its own answer (the lease)
	bool want_out;        // the I/O thread waits for room in the socket
	hz_err broken; // what a caller found wrong with the bytes; the I/O thread closes for it
	const char *broken_why;
	hzi_out *head, **tail; // queued, not yet gathered

	// Owned by the holder of the write right.
	hzi_out *gathered, **gathered_tail; // marked sent; the first may be partly written
	size_t written;                     // bytes of the first that are out
	_Atomic bool blocked; // the socket took no more: the I/O thread waits for room

	// Owned by the holder of the read right.
	hzi_stream stream;
	hzi_receiver receiver;
	_Atomic int64_t read_ns, write_ns; // when bytes last came and went
	hzi_mark mark;                     // up to when all is known to be here

	const hzi_conn_ops *ops;
	void *ctx;
	hzi_conn_counters counters;
	struct hzi_io *io;
};

// Prepares a slot without a connection. HZ_ERR_RESOURCE. Cleared when its I/O thread has ended.
hz_err hzi_connection_init(hzi_connection *conn, uint32_t index, const hzi_conn_ops *ops, void *ctx,
		hzi_block_pool *blocks, size_t max_message);
void hzi_connection_clear(hzi_connection *conn);

enum { HZI_APPEND_FIRST = 1, HZI_APPEND_ONLY = 2 };

// Queues a request on the connection `id` and gets it on its way: writes it here when little is in
// flight (the caller has counted it in in_flight), else leaves it to the I/O thread and rings.
// FIRST puts it before all that is not begun; ONLY does neither write nor ring (a batch; follow
// with hzi_connection_flush). False: that connection is closed and nothing was sent. Any thread;
// never blocks on the socket.
bool hzi_connection_append(hzi_connection *conn, uint64_t id, hzi_out *out, unsigned flags);

// Takes back a request that no write has begun. True: it is out of the list (and `released` was not
// called); false: it is being written or gone. Any thread.
bool hzi_connection_withdraw(hzi_connection *conn, hzi_out *out);

// Has what is queued written: here, as far as the socket takes it and nobody else is writing, or by
// the I/O thread, if the stream is its alone. Any thread.
void hzi_connection_flush(hzi_connection *conn);

// Writes what is queued as far as the socket takes it, also what others left over, and has epoll
// wait for room if there is not enough. `room`: epoll says that there is some again. I/O thread.
void hzi_connection_write(hzi_connection *conn, bool room);

// Reads once and hands every whole message up. HZ_OK with *more = false when the socket is drained.
// The caller holds the read right. HZ_ERR_DISCONNECTED, HZ_ERR_IO, HZ_ERR_PROTOCOL, HZ_ERR_LIMIT,
// HZ_ERR_MEMORY end the connection.
hz_err hzi_connection_read(hzi_connection *conn, bool *more, const char **why);

// I/O thread: installs a dialled stream under a new id, opens the lists.
void hzi_connection_open(hzi_connection *conn, const hzi_stream *stream, uint64_t id);

// I/O thread: closes the door, revokes both rights, drops what is queued, closes the descriptor and
// reports upward.
void hzi_connection_close(hzi_connection *conn, hz_err code, const char *why);

// Whether there is nothing that the I/O thread could write now. Before it sleeps.
bool hzi_connection_idle(hzi_connection *conn);

#endif
