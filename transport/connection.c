// SPDX-License-Identifier: Apache-2.0
#include "transport/connection.h"

#include "base/platform.h"
#include "protocol/message.h"
#include "transport/io.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

// One write gathers at most this many requests.
#define GATHER_MAX 64

// A caller writes at most this many batches for others before it passes the rest to the I/O thread.
#define CALLER_BATCHES 2U

// With more than this in flight a caller leaves the write to the I/O thread, so that several
// requests leave in one system call.
#define WRITE_THROUGH 2

#define BLOCK_BYTES (64U * 1024U)
#define READ_MIN 2048U

// The most that is allocated on a header's word alone; beyond it a message's block grows as its
// bytes arrive.
#define TRUST_BYTES (4U * 1024U * 1024U)

#define FRAGMENTED_MESSAGES_MAX 64U

hz_err
hzi_connection_init(hzi_connection *conn, uint32_t index, const hzi_conn_ops *ops, void *ctx,
		hzi_block_pool *blocks, size_t max_message)
{
	*conn = (hzi_connection){
			.index = index, .ops = ops, .ctx = ctx, .blocks = blocks, .closed = true};
	if (pthread_mutex_init(&conn->lock, NULL) != 0) {
		return HZ_ERR_RESOURCE;
	}
	if (pthread_cond_init(&conn->right, NULL) != 0) {
		pthread_mutex_destroy(&conn->lock);
		return HZ_ERR_RESOURCE;
	}
	conn->tail = &conn->head;
	conn->gathered_tail = &conn->gathered;
	conn->splitter.max_bytes = max_message;
	hzp_fragments_init(&conn->fragments, FRAGMENTED_MESSAGES_MAX, max_message);
	return HZ_OK;
}

void
hzi_connection_clear(hzi_connection *conn)
{
	hzi_block_release(conn->block);
	conn->block = NULL;
	hzp_fragments_clear(&conn->fragments);
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
		parts[n].iov_base = (void *)(uintptr_t)(out->data + skip);
		parts[n].iov_len = out->n - skip;
		bytes += parts[n].iov_len;
		skip = 0;
		n++;
	}
	size_t sent = 0;
	hz_err e = conn->stream.ops->writev(&conn->stream, parts, n, &sent);
	count(&conn->counters.writes, 1);
	count(&conn->counters.bytes_written, sent);
	if (sent > 0) {
		atomic_store_explicit(&conn->write_ns, hzi_now_ns(), memory_order_relaxed);
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
	want_out(conn, atomic_load_explicit(&conn->blocked, memory_order_acquire));
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

static bool
only_ours(const hzi_block *block)
{
	return atomic_load_explicit(&block->refs, memory_order_acquire) == 1;
}

// Gets a block with room for what is known to come, and moves what is there of the message at hand.
static hz_err
new_block(hzi_connection *conn, size_t used, size_t need)
{
	size_t size = need > BLOCK_BYTES ? need : BLOCK_BYTES;
	if (conn->block != NULL && only_ours(conn->block) && conn->block->cap >= size) {
		memmove(conn->block->data, conn->block->data + conn->start, used);
	} else {
		hzi_block *block = hzi_block_new(conn->blocks, size);
		if (block == NULL) {
			return HZ_ERR_MEMORY;
		}
		if (used > 0) {
			memcpy(block->data, conn->block->data + conn->start, used);
		}
		hzi_block_release(conn->block);
		conn->block = block;
	}
	conn->start = 0;
	conn->fill = used;
	return HZ_OK;
}

static hz_err
make_room(hzi_connection *conn)
{
	size_t used = conn->fill - conn->start;
	size_t need = conn->splitter.wanted > used ? conn->splitter.wanted : used + READ_MIN;
	size_t most = 2 * used > TRUST_BYTES ? 2 * used : TRUST_BYTES;
	if (need > most) {
		need = most;
	}
	if (conn->block != NULL && used == 0 && only_ours(conn->block)) {
		conn->start = conn->fill = 0;
	}
	if (conn->block != NULL && conn->block->cap - conn->start >= need &&
			conn->block->cap - conn->fill >= (need > used + READ_MIN ? 1 : READ_MIN)) {
		return HZ_OK;
	}
	// A message of many frames makes itself known piece by piece: at least twice the room each
	// time, so that its bytes are moved a few times and not once a read.
	return new_block(conn, used, need > 2 * used ? need : 2 * used);
}

static void
hand_up(hzi_connection *conn, const hzi_slice *msg)
{
	conn->ops->message(conn->ctx, conn, atomic_load_explicit(&conn->id, memory_order_relaxed),
			msg);
}

static const char *
why_not_split(hz_err e)
{
	return e == HZ_ERR_LIMIT ? "a message is longer than the configured limit"
				 : "a frame has an impossible length";
}

static const char *
why_no_fragment(hz_err e)
{
	if (e == HZ_ERR_LIMIT) {
		return "messages in parts take more than the configured limit";
	}
	return e == HZ_ERR_MEMORY ? "no memory for a message in parts"
				  : "a part of a message belongs to none";
}

static hz_err
hand_up_fragment(hzi_connection *conn, const uint8_t *p, size_t n)
{
	hzi_buf whole = {0};
	hz_err e = hzp_fragments_add(&conn->fragments, p, n, &whole);
	if (e == HZ_OK && whole.len > 0) {
		hzi_block *block = hzi_block_new(conn->blocks, whole.len);
		if (block == NULL) {
			e = HZ_ERR_MEMORY;
		} else {
			memcpy(block->data, whole.data, whole.len);
			hzi_slice msg = {.block = block, .p = block->data, .n = whole.len};
			hand_up(conn, &msg);
			hzi_block_release(block);
		}
	}
	hzi_buf_clear(&whole);
	return e;
}

// Every whole message in the buffer goes up.
static hz_err
split(hzi_connection *conn, const char **why)
{
	for (;;) {
		const uint8_t *p = conn->block->data + conn->start;
		size_t n = 0;
		hz_err e = hzp_split(&conn->splitter, p, conn->fill - conn->start, &n);
		if (e != HZ_OK) {
			*why = why_not_split(e);
			return e;
		}
		if (n == 0) {
			return HZ_OK;
		}
		conn->start += n;
		if (hzp_is_fragment(p)) {
			e = hand_up_fragment(conn, p, n);
			*why = e == HZ_OK ? *why : why_no_fragment(e);
		} else if (hzp_message_check(p, n) == HZ_OK) {
			hand_up(conn, &(hzi_slice){.block = conn->block, .p = p, .n = n});
		} else {
			e = HZ_ERR_PROTOCOL;
			*why = "a message has no proper header";
		}
		if (e != HZ_OK) {
			return e;
		}
	}
}

hz_err
hzi_connection_read(hzi_connection *conn, bool *more, const char **why)
{
	size_t got = 0;
	*more = false;
	hz_err e = make_room(conn);
	if (e != HZ_OK) {
		*why = "no memory to read into";
		return e;
	}
	size_t room = conn->block->cap - conn->fill;
	e = conn->stream.ops->read(&conn->stream, conn->block->data + conn->fill, room, &got);
	count(&conn->counters.reads, 1);
	if (e != HZ_OK) {
		*why = "the member closed the connection";
		return e;
	}
	if (got == 0) {
		return HZ_OK;
	}
	count(&conn->counters.bytes_read, got);
	atomic_store_explicit(&conn->read_ns, hzi_now_ns(), memory_order_relaxed);
	conn->fill += got;
	*more = got == room;
	e = split(conn, why);
	if (e == HZ_ERR_PROTOCOL || e == HZ_ERR_LIMIT) {
		count(&conn->counters.decode_errors, 1);
	}
	return e;
}

// ---- The read right ----

bool
hzi_connection_take_read(hzi_connection *conn)
{
	pthread_mutex_lock(&conn->lock);
	bool free = !conn->reading;
	conn->reading = true;
	pthread_mutex_unlock(&conn->lock);
	return free;
}

// With the lock held: the right is given back, and a closer who waits for it is told.
static void
drop_read(hzi_connection *conn)
{
	conn->reading = false;
	conn->leased = false;
	if (conn->closed) {
		pthread_cond_signal(&conn->right);
	}
}

void
hzi_connection_drop_read(hzi_connection *conn)
{
	pthread_mutex_lock(&conn->lock);
	drop_read(conn);
	pthread_mutex_unlock(&conn->lock);
}

hz_err
hzi_connection_broken(hzi_connection *conn, const char **why)
{
	pthread_mutex_lock(&conn->lock);
	hz_err e = conn->broken;
	*why = conn->broken_why;
	pthread_mutex_unlock(&conn->lock);
	return e;
}

bool
hzi_connection_lease(hzi_connection *conn, uint64_t id)
{
	if (atomic_load_explicit(&conn->in_flight, memory_order_relaxed) > 1) {
		return false;
	}
	pthread_mutex_lock(&conn->lock);
	bool got = !conn->closed && !conn->reading && conn->stream.ops->shared &&
			conn->broken == HZ_OK &&
			atomic_load_explicit(&conn->id, memory_order_relaxed) == id;
	if (got) {
		conn->reading = true;
		conn->leased = true;
		hzi_io_watch(conn->io, conn->stream.fd, false, conn->want_out);
	}
	pthread_mutex_unlock(&conn->lock);
	return got;
}

bool
hzi_connection_await(hzi_connection *conn, int64_t deadline_ns)
{
	bool more = false;
	const char *why = NULL;
	struct pollfd fd = {.fd = conn->stream.fd, .events = POLLIN};
	int n = poll(&fd, 1, hzi_poll_timeout_ms(deadline_ns, hzi_now_ns()));
	if (n <= 0) {
		return n < 0 && errno == EINTR;
	}
	hz_err e = hzi_connection_read(conn, &more, &why);
	if (e != HZ_OK) {
		pthread_mutex_lock(&conn->lock);
		conn->broken = e;
		conn->broken_why = why;
		pthread_mutex_unlock(&conn->lock);
		hzi_io_ring(conn->io);
	}
	return e == HZ_OK;
}

void
hzi_connection_give_back(hzi_connection *conn)
{
	pthread_mutex_lock(&conn->lock);
	drop_read(conn);
	if (!conn->closed) {
		// Whatever came since, also between the last read and this call, is reported now.
		hzi_io_watch(conn->io, conn->stream.fd, true, conn->want_out);
	}
	pthread_mutex_unlock(&conn->lock);
}

// ---- Opening and closing ----

void
hzi_connection_open(hzi_connection *conn, const hzi_stream *stream, uint64_t id)
{
	int64_t now_ns = hzi_now_ns();
	atomic_store_explicit(&conn->read_ns, now_ns, memory_order_relaxed);
	atomic_store_explicit(&conn->write_ns, now_ns, memory_order_relaxed);
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

static void
reset_reading(hzi_connection *conn)
{
	hzi_block_release(conn->block);
	conn->block = NULL;
	conn->start = conn->fill = 0;
	conn->splitter.scanned = conn->splitter.wanted = 0;
	uint32_t max_open = conn->fragments.max_open;
	size_t max_bytes = conn->fragments.max_bytes;
	hzp_fragments_clear(&conn->fragments);
	hzp_fragments_init(&conn->fragments, max_open, max_bytes);
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
	reset_reading(conn);
}
