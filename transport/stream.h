// SPDX-License-Identifier: Apache-2.0
//
// The seam between whoever reads and writes a connection and what carries its bytes: plain TCP
// or TLS. A stream is a small value inside its connection; it owns the descriptor and `state`
// from the dial that made it until close(). No operation blocks.
#ifndef HZI_TRANSPORT_STREAM_H
#define HZI_TRANSPORT_STREAM_H

#include <hazelcast/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

typedef struct hzi_stream hzi_stream;

typedef struct hzi_stream_ops {
	// For logs: "tcp" or "tls".
	const char *name;

	// Whether threads other than the I/O thread may call writev, and a lease holder read. If
	// not, only the I/O thread may touch the stream, with the exception of shutdown.
	bool shared;

	// Reads up to size (at least 1) bytes into buf, which is lent. HZ_OK with *got = 0: nothing
	// is there yet. HZ_ERR_DISCONNECTED: the peer or shutdown() ended the stream. HZ_ERR_IO or
	// HZ_ERR_TLS: it broke otherwise. *got is written in every case. By the holder of the read
	// right.
	hz_err (*read)(hzi_stream *stream, void *buf, size_t size, size_t *got);

	// Writes from count (at least 1) parts, which are lent, and says in *sent how many bytes
	// were taken; less than all, 0 as well, means that it would block. After that the next call
	// must begin with the byte that follows, unchanged. Errors as for read; *sent is written in
	// every case. By the holder of the write right.
	hz_err (*writev)(hzi_stream *stream, const struct iovec *parts, int count, size_t *sent);

	// The events (EPOLLIN, EPOLLOUT, which poll(2) knows as POLLIN, POLLOUT) to wait for after
	// a read that found nothing, a writev that did not take all, or both, as the caller says.
	// Before a wait with `reading` a read must have found nothing: TLS may hold bytes that
	// epoll does not know of.
	uint32_t (*wants)(const hzi_stream *stream, bool reading, bool writing);

	// Whether there may be bytes to read that epoll does not know of. NULL: never. By the I/O
	// thread.
	bool (*holds_bytes)(const hzi_stream *stream);

	// Why read or writev failed with HZ_ERR_TLS, for people; NULL, the function as well: there
	// is no more to say. Lends a text that lives as long as the process.
	const char *(*reason)(const hzi_stream *stream);

	// Ends both directions, so that readers and writers fail and whoever polls wakes; the
	// descriptor stays. Any thread that holds a use of the connection; may be called again.
	void (*shutdown)(hzi_stream *stream);

	// Frees the descriptor and the state. Once, by the last user.
	void (*close)(hzi_stream *stream);
} hzi_stream_ops;

struct hzi_stream {
	const hzi_stream_ops *ops;
	int fd;      // for polling only; whoever reads or writes uses ops
	void *state; // what ops keeps beside the descriptor; NULL for tcp
};

#endif
