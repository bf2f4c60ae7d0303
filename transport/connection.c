// SPDX-License-Identifier: Apache-2.0
#include "transport/connection.h"

#include "base/platform.h"
#include "protocol/message.h"
#include "transport/io.h"

#include <sys/epoll.h>

// One write gathers at most this many requests.
#define GATHER_MAX 64

// A caller writes at most this many batches for others before it passes the rest to the I/O thread.
#define CALLER_BATCHES 2U

// With more than this in flight a caller leaves the write to the I/O thread, so that several
// requests leave in one system call.
#define WRITE_THROUGH 2

hz_err
hzi_connection_init(hzi_connection *conn, uint32_t index, const hzi_conn_ops *ops, void *ctx,
		hzi_block_pool *blocks, size_t max_message)
{
	*conn = (hzi_connection){.index = index, .ops = ops, .ctx = ctx, .closed = true};
	if (pthread_mutex_init(&conn->lock, NULL) != 0) {
		return HZ_ERR_RESOURCE;
	}
	if (pthread_cond_init(&conn->right, NULL) != 0) {
		pthread_mutex_destroy(&conn->lock);
		return HZ_ERR_RESOURCE;
	}
	conn->tail = &conn->head;
	conn->gathered_tail = &conn->gathered;
	hzi_receiver_init(&conn->receiver, blocks, max_message);
	return HZ_OK;
}

void
hzi_connection_clear(hzi_connection *conn)
{
	hzi_receiver_clear(&conn->receiver);
	pthread_cond_destroy(&conn->right);
	pthread_mutex_destroy(&conn->lock);
}

static void
count(_Atomic uint64_t *counter, uint64_t n)
{
	atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

// ---- Writing ----

// The record may start another life as soon as `released` was called.
static void
release(const hzi_connection *conn, hzi_out *out)
{
	atomic_store_explicit(&out->queued, false, memory_order_release);
	conn->ops->released(out);
}

static void
release_all(const hzi_connection *conn, hzi_out *list)
{
	while (list != NULL) {
		hzi_out *next = list->next;
		release(conn, list);
		list = next;
	}
}

// Moves what is queued to the holder of the write right. Marks each request as sent before any
// system call can let its bytes out (rule 4).
static void
gather(hzi_connection *conn)
{
	pthread_mutex_lock(&conn->lock);
	hzi_out *list = conn->head;
	conn->head = NULL;
	conn->tail = &conn->head;
	pthread_mutex_unlock(&conn->lock);
	while (list != NULL) {
		hzi_out *next = list->next;
		if (conn->ops->sending(list)) {
			list->next = NULL;
			*conn->gathered_tail = list;
			conn->gathered_tail = &list->next;
		} else {
			release(conn, list);
		}
		list = next;
	}
}

// Takes n written bytes off the gathered list.
static void
written(hzi_connection *conn, size_t n)
{
	while (n > 0) {
		hzi_out *out = conn->gathered;
		HZI_ASSERT(out != NULL);
		size_t left = out->n - conn->written;
		if (n < left) {
			conn->written += n;
			return;
		}
		n -= left;
		conn->written = 0;
		conn->gathered = out->next;
		if (conn->gathered == NULL) {
			conn->gathered_tail = &conn->gathered;
		}
		release(conn, out);
	}
}

// One system call. False: the socket took not everything, or is broken.
static bool
write_once(hzi_connection *conn)
{
	struct iovec parts[GATHER_MAX];
	int n = 0;
	size_t bytes = 0;
	size_t skip = conn->written;
	for (hzi_out *out = conn->gathered; out != NULL && n < GATHER_MAX; out = out->next) {
		// What is written from is not written to; only the type cannot say so.
		parts[n].iov_base = (void *)(out->data + skip);
		parts[n].iov_len = out->n - skip;
		bytes += parts[n].iov_len;
		skip = 0;
		n++;
	}
	size_t sent = 0;
	int64_t now_ns = hzi_now_ns();
	if (conn->written == 0 && conn->gathered->n >= HZP_FRAME_HEADER + HZP_REQUEST_HEADER) {
		hzi_mark_sending(
				&conn->mark, hzp_message_correlation(conn->gathered->data), now_ns);
	}
	hz_err e = conn->stream.ops->writev(&conn->stream, parts, n, &sent);
	count(&conn->counters.writes, 1);
	count(&conn->counters.bytes_written, sent);
	if (sent > 0) {
		atomic_store_explicit(&conn->write_ns, now_ns, memory_order_relaxed);
		written(conn, sent);
	}
	if (e != HZ_OK) {
		// The reader finds out by itself: it is the one that closes.
		conn->stream.ops->shutdown(&conn->stream);
		return false;
	}
	return sent == bytes;
}

// The write right goes back, unless there is more to write and the holder has batches left. True:
// it was given back. *rest: something stays for the I/O thread.
static bool
give_back(hzi_connection *conn, bool stuck, unsigned batches, bool *rest)
{
	bool given = true;
	pthread_mutex_lock(&conn->lock);
	bool more = conn->head != NULL && !stuck;
	if (more && batches > 0 && !conn->closed) {
		given = false;
	} else {
		conn->writing = false;
		*rest = more || stuck;
		if (conn->closed) {
			pthread_cond_signal(&conn->right);
		}
	}
	pthread_mutex_unlock(&conn->lock);
	return given;
}

// Writes with the right in hand, and gives it back. True: something is left for the I/O thread.
static bool
write_out(hzi_connection *conn, unsigned batches)
{
	bool rest = false;
	bool stuck;
	do {
		gather(conn);
		stuck = false;
		while (conn->gathered != NULL && !stuck) {
			stuck = !write_once(conn);
		}
		if (stuck) {
			atomic_store_explicit(&conn->blocked, true, memory_order_release);
		}
		batches--;
	} while (!give_back(conn, stuck, batches, &rest));
	return rest;
}

static void
link_out(hzi_connection *conn, hzi_out *out, bool first)
{
	atomic_store_explicit(&out->queued, true, memory_order_relaxed);
	out->next = first ? conn->head : NULL;
	if (first) {
		conn->head = out;
		if (out->next == NULL) {
			conn->tail = &out->next;
		}
	} else {
		*conn->tail = out;
		conn->tail = &out->next;
	}
}

bool
hzi_connection_append(hzi_connection *conn, uint64_t id, hzi_out *out, unsigned flags)
{
	bool write = false;
	pthread_mutex_lock(&conn->lock);
	if (conn->closed || atomic_load_explicit(&conn->id, memory_order_relaxed) != id) {
		pthread_mutex_unlock(&conn->lock);
		return false;
	}
	link_out(conn, out, (flags & HZI_APPEND_FIRST) != 0);
	if ((flags & HZI_APPEND_ONLY) == 0 && !conn->writing && conn->stream.ops->shared &&
			!atomic_load_explicit(&conn->blocked, memory_order_relaxed) &&
			atomic_load_explicit(&conn->in_flight, memory_order_relaxed) <=
					WRITE_THROUGH) {
		conn->writing = true;
		write = true;
	}
	pthread_mutex_unlock(&conn->lock);
	if ((flags & HZI_APPEND_ONLY) == 0 && (!write || write_out(conn, CALLER_BATCHES))) {
		hzi_io_ring(conn->io);
	}
	return true;
}

// Takes the write right if there is something to write and it can be written.
static bool
begin_write(hzi_connection *conn, bool io_thread, bool *due)
{
	pthread_mutex_lock(&conn->lock);
	*due = !conn->closed && !conn->writing && (conn->head != NULL || conn->gathered != NULL) &&
			!atomic_load_explicit(&conn->blocked, memory_order_relaxed);
	bool write = *due && (io_thread || conn->stream.ops->shared);
	if (write) {
		conn->writing = true;
	}
	pthread_mutex_unlock(&conn->lock);
	return write;
}

void
hzi_connection_flush(hzi_connection *conn)
{
	bool due = false;
	if (begin_write(conn, false, &due)) {
		due = write_out(conn, CALLER_BATCHES);
	}
	if (due) {
		hzi_io_ring(conn->io);
	}
}

static void
want_out(hzi_connection *conn, bool out)
{
	pthread_mutex_lock(&conn->lock);
	if (conn->want_out != out) {
		conn->want_out = out;
		hzi_io_watch(conn->io, conn->stream.fd, !conn->leased, out);
	}
	pthread_mutex_unlock(&conn->lock);
}

void
hzi_connection_write(hzi_connection *conn, bool room)
{
	bool due = false;
	if (room) {
		atomic_store_explicit(&conn->blocked, false, memory_order_release);
	}
	if (begin_write(conn, true, &due) && write_out(conn, CALLER_BATCHES)) {
		hzi_io_ring(conn->io);
	}
	bool out = atomic_load_explicit(&conn->blocked, memory_order_acquire);
	if (!conn->stream.ops->shared) {
		out = (conn->stream.ops->wants(&conn->stream, true, out) & EPOLLOUT) != 0;
	}
	want_out(conn, out);
}

bool
hzi_connection_withdraw(hzi_connection *conn, hzi_out *out)
{
	bool found = false;
	pthread_mutex_lock(&conn->lock);
	for (hzi_out **at = &conn->head; *at != NULL; at = &(*at)->next) {
		if (*at == out) {
			*at = out->next;
			if (out->next == NULL) {
				conn->tail = at;
			}
			found = true;
			break;
		}
	}
	pthread_mutex_unlock(&conn->lock);
	if (found) {
		atomic_store_explicit(&out->queued, false, memory_order_release);
	}
	return found;
}

bool
hzi_connection_idle(hzi_connection *conn)
{
	pthread_mutex_lock(&conn->lock);
	bool idle = conn->closed || conn->writing || conn->head == NULL ||
			atomic_load_explicit(&conn->blocked, memory_order_relaxed);
	pthread_mutex_unlock(&conn->lock);
	return idle;
}

// ---- Reading ----

static void
hand_up(hzi_connection *conn, uint64_t id, const hzi_slice *msg)
{
	conn->ops->message(conn->ctx, conn, id, msg);
	// Events repeat the id of their registration.
	if ((hzp_message_flags(msg->p) & (HZP_FLAG_EVENT | HZP_FLAG_BACKUP_EVENT)) == 0) {
		hzi_mark_answered(&conn->mark, hzp_message_correlation(msg->p));
	}
}

hz_err
hzi_connection_read(hzi_connection *conn, bool *more, const char **why)
{
	size_t got = 0;
	hz_err e = hzi_receiver_read(&conn->receiver, &conn->stream, &got, more, why);
	count(&conn->counters.reads, 1);
	if (e != HZ_OK || got == 0) {
		return e;
	}
	count(&conn->counters.bytes_read, got);
	atomic_store_explicit(&conn->read_ns, hzi_now_ns(), memory_order_relaxed);
	uint64_t id = atomic_load_explicit(&conn->id, memory_order_relaxed);
	hzi_slice msg;
	for (;;) {
		e = hzi_receiver_next(&conn->receiver, &msg, why);
		if (e != HZ_OK || msg.n == 0) {
			break;
		}
		hand_up(conn, id, &msg);
	}
	count(&conn->counters.decode_errors, e == HZ_ERR_PROTOCOL || e == HZ_ERR_LIMIT);
	return e;
}

// ---- Opening and closing ----

void
hzi_connection_open(hzi_connection *conn, const hzi_stream *stream, uint64_t id)
{
	int64_t now_ns = hzi_now_ns();
	atomic_store_explicit(&conn->read_ns, now_ns, memory_order_relaxed);
	atomic_store_explicit(&conn->write_ns, now_ns, memory_order_relaxed);
	hzi_mark_begin(&conn->mark, now_ns);
	pthread_mutex_lock(&conn->lock);
	conn->stream = *stream;
	conn->closed = false;
	conn->want_out = false;
	conn->broken = HZ_OK;
	atomic_store_explicit(&conn->blocked, false, memory_order_relaxed);
	atomic_store_explicit(&conn->id, id, memory_order_release);
	pthread_mutex_unlock(&conn->lock);
}

// The door closes: nobody may append, and both rights come to the closer.
static hzi_out *
gain_rights(hzi_connection *conn)
{
	pthread_mutex_lock(&conn->lock);
	conn->closed = true;
	atomic_store_explicit(&conn->open_id, 0, memory_order_release);
	// Sequentially consistent: a call that is given up right now must see this, or be seen by
	// the sweep.
	atomic_store(&conn->id, 0);
	conn->stream.ops->shutdown(&conn->stream);
	while (conn->writing || conn->reading) {
		pthread_cond_wait(&conn->right, &conn->lock);
	}
	hzi_out *queued = conn->head;
	conn->head = NULL;
	conn->tail = &conn->head;
	pthread_mutex_unlock(&conn->lock);
	return queued;
}

void
hzi_connection_close(hzi_connection *conn, hz_err code, const char *why)
{
	uint64_t id = atomic_load_explicit(&conn->id, memory_order_relaxed);
	hzi_out *queued = gain_rights(conn);
	hzi_out *gathered = conn->gathered;
	conn->gathered = NULL;
	conn->gathered_tail = &conn->gathered;
	conn->written = 0;
	// First the outcome, then the bytes: a request that was gathered counts as sent.
	conn->ops->closed(conn->ctx, conn, id, code, why);
	release_all(conn, gathered);
	release_all(conn, queued);
	conn->stream.ops->close(&conn->stream);
	hzi_receiver_clear(&conn->receiver);
}
