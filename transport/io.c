// SPDX-License-Identifier: Apache-2.0
#include "transport/io.h"

#include "base/fail.h"
#include "transport/lease.h"

#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

// Reads in a row before the thread looks at its orders and at what is to be written.
#define READS_IN_A_ROW 16

struct hzi_io {
	hzi_connection *conn;
	hzi_mailbox inbox; // only its bell: orders stand below
	hzi_thread thread;
	int epoll;
	bool open; // the I/O thread's own view: a connection stands
	hzi_dial options;
	const hzi_handshake_request *handshake;

	pthread_mutex_t lock; // guards the orders
	bool stop;
	bool dial;
	hzi_dial_order order;
	bool close;
	uint64_t close_id;
	hz_err close_code;
	const char *close_why;
};

// ---- Orders ----

void
hzi_io_ring(hzi_io *io)
{
	hzi_mailbox_ring(&io->inbox);
}

void
hzi_io_dial(hzi_io *io, const hzi_dial_order *order)
{
	pthread_mutex_lock(&io->lock);
	io->order = *order;
	io->dial = true;
	pthread_mutex_unlock(&io->lock);
	hzi_io_ring(io);
}

void
hzi_io_close(hzi_io *io, uint64_t conn_id, hz_err code, const char *why)
{
	pthread_mutex_lock(&io->lock);
	io->close = true;
	io->close_id = conn_id;
	io->close_code = code;
	io->close_why = why;
	pthread_mutex_unlock(&io->lock);
	hzi_io_ring(io);
}

void
hzi_io_stop(hzi_io *io)
{
	pthread_mutex_lock(&io->lock);
	io->stop = true;
	pthread_mutex_unlock(&io->lock);
	hzi_io_ring(io);
}

static bool
ordered(hzi_io *io)
{
	pthread_mutex_lock(&io->lock);
	bool any = io->stop || io->dial || io->close;
	pthread_mutex_unlock(&io->lock);
	return any;
}

// ---- Closing ----

static void
close_connection(hzi_io *io, hz_err code, const char *why)
{
	if (!io->open) {
		return;
	}
	io->open = false;
	epoll_ctl(io->epoll, EPOLL_CTL_DEL, io->conn->stream.fd, NULL);
	hzi_connection_close(io->conn, code, why);
}

static void
run_close(hzi_io *io)
{
	pthread_mutex_lock(&io->lock);
	bool wanted = io->close;
	uint64_t id = io->close_id;
	hz_err code = io->close_code;
	const char *why = io->close_why;
	io->close = false;
	pthread_mutex_unlock(&io->lock);
	if (wanted && id == atomic_load_explicit(&io->conn->id, memory_order_relaxed)) {
		close_connection(io, code, why);
	}
}

// ---- Dialling ----

// A close is none of a dial's business: it is for the connection that was there before.
static bool
dial_interrupted(void *ctx)
{
	hzi_io *io = ctx;
	pthread_mutex_lock(&io->lock);
	bool interrupted = io->stop || io->dial;
	pthread_mutex_unlock(&io->lock);
	return interrupted;
}

static hz_err
dial_and_authenticate(hzi_io *io, const hzi_dial_order *order, hzi_stream *stream,
		hzi_handshake_reply *reply, hz_error *err)
{
	hzi_dial dial = io->options;
	dial.host = order->host;
	dial.port = order->port;
	dial.wait = (hzi_wait){.deadline_ns = hzi_deadline_in_ms(order->timeout_ms),
			.interrupted = dial_interrupted,
			.ctx = io};
	hz_err e = hzi_dial_open(&dial, stream, err);
	if (e != HZ_OK) {
		return e;
	}
	e = hzi_handshake(stream, io->handshake, &dial.wait, reply, err);
	if (e != HZ_OK) {
		stream->ops->close(stream);
	}
	return e;
}

static hz_err
watch(hzi_io *io, const hzi_stream *stream, hz_error *err)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = io->conn};
	if (epoll_ctl(io->epoll, EPOLL_CTL_ADD, stream->fd, &event) != 0) {
		return hzi_fail(err, HZ_ERR_RESOURCE,
				"the connection's descriptor cannot be watched");
	}
	return HZ_OK;
}

static void
run_dial(hzi_io *io)
{
	hzi_dial_order order;
	pthread_mutex_lock(&io->lock);
	bool wanted = io->dial;
	order = io->order;
	io->dial = false;
	pthread_mutex_unlock(&io->lock);
	if (!wanted) {
		return;
	}
	close_connection(io, HZ_ERR_DISCONNECTED, "another connection takes its place");
	hz_error err = {0};
	hzi_stream stream = {0};
	hzi_handshake_reply reply = {0};
	hz_err e = dial_and_authenticate(io, &order, &stream, &reply, &err);
	if (e == HZ_OK) {
		e = watch(io, &stream, &err);
		if (e != HZ_OK) {
			stream.ops->close(&stream);
			hzi_handshake_reply_clear(&reply);
		}
	}
	if (e == HZ_OK) {
		io->open = true;
		hzi_connection_open(io->conn, &stream, order.conn_id);
	}
	io->conn->ops->dialled(io->conn->ctx, io->conn, e, e == HZ_OK ? &reply : NULL,
			e == HZ_OK ? NULL : &err);
}

// ---- Serving ----

void
hzi_io_watch(hzi_io *io, int fd, bool in, bool out)
{
	struct epoll_event event = {.events = (in ? EPOLLIN : 0U) | (out ? EPOLLOUT : 0U),
			.data.ptr = io->conn};
	epoll_ctl(io->epoll, EPOLL_CTL_MOD, fd, &event);
}

// Reads until the socket is drained. What went wrong, or HZ_OK.
static hz_err
read_some(hzi_io *io, const char **why)
{
	bool more = true;
	hz_err e = HZ_OK;
	if (!hzi_connection_take_read(io->conn)) {
		return HZ_OK; // a caller reads its own answer
	}
	for (int i = 0; e == HZ_OK && more && i < READS_IN_A_ROW; i++) {
		e = hzi_connection_read(io->conn, &more, why);
	}
	hzi_connection_drop_read(io->conn);
	return e;
}

// Whether there are bytes that epoll does not know of. Of a stream that callers share there are none,
// and it is not ours to look at.
static bool
stream_holds_bytes(const hzi_io *io)
{
	const hzi_stream *stream = &io->conn->stream;
	return io->open && stream->ops->holds_bytes != NULL && stream->ops->holds_bytes(stream);
}

static void
serve(hzi_io *io, uint32_t events)
{
	if (!io->open) {
		return;
	}
	const char *why = NULL;
	hz_err e = hzi_connection_broken(io->conn, &why);
	if (events != 0 && !io->conn->stream.ops->shared) {
		// With TLS a read may wait for room to write, and a write for something to read.
		events |= EPOLLIN | EPOLLOUT;
	}
	if (e == HZ_OK && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) {
		e = read_some(io, &why);
	}
	if (e != HZ_OK) {
		close_connection(io, e == HZ_ERR_IO ? HZ_ERR_DISCONNECTED : e, why);
		return;
	}
	hzi_connection_write(io->conn, (events & EPOLLOUT) != 0);
}

// Sleeps until the socket or the bell wants something; returns the socket's events.
static uint32_t
sleep_for_events(hzi_io *io)
{
	struct epoll_event event[2];
	uint32_t events = 0;
	bool belled = false;
	if (!hzi_mailbox_prepare_sleep(&io->inbox)) {
		return 0;
	}
	bool busy = ordered(io) || (io->open && !hzi_connection_idle(io->conn));
	bool hidden = !busy && stream_holds_bytes(io);
	int n = busy || hidden ? 0 : epoll_wait(io->epoll, event, 2, -1);
	for (int i = 0; i < n; i++) {
		if (event[i].data.ptr == io) {
			belled = true;
		} else {
			events = event[i].events;
		}
	}
	hzi_mailbox_awake(&io->inbox, belled);
	return hidden ? EPOLLIN : events;
}

static void
run(void *arg)
{
	hzi_io *io = arg;
	for (;;) {
		pthread_mutex_lock(&io->lock);
		bool stop = io->stop;
		pthread_mutex_unlock(&io->lock);
		if (stop) {
			break;
		}
		run_close(io);
		run_dial(io);
		serve(io, sleep_for_events(io));
		atomic_fetch_add_explicit(&io->conn->counters.rounds, 1, memory_order_relaxed);
	}
	close_connection(io, HZ_ERR_CLOSED, "the client is shutting down");
}

// ---- Life ----

static hz_err
prepare(hzi_io *io, hzi_bus *bus, const char *name)
{
	hz_err e = hzi_mailbox_init(&io->inbox, bus, name);
	if (e != HZ_OK) {
		return e;
	}
	io->epoll = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = io};
	if (io->epoll < 0 ||
			epoll_ctl(io->epoll, EPOLL_CTL_ADD, hzi_mailbox_fd(&io->inbox), &event) !=
					0) {
		return HZ_ERR_RESOURCE;
	}
	return HZ_OK;
}

static void
give_back_descriptors(hzi_io *io)
{
	if (io->epoll >= 0) {
		close(io->epoll);
		io->epoll = -1;
	}
	hzi_mailbox_close(&io->inbox);
}

hz_err
hzi_io_start(hzi_io **out, hzi_connection *conn, hzi_bus *bus, const char *name,
		const hzi_dial *options, const hzi_handshake_request *handshake)
{
	hzi_io *io = calloc(1, sizeof(*io));
	if (io == NULL) {
		return HZ_ERR_MEMORY;
	}
	io->conn = conn;
	io->epoll = -1;
	io->options = *options;
	io->handshake = handshake;
	if (pthread_mutex_init(&io->lock, NULL) != 0) {
		free(io);
		return HZ_ERR_RESOURCE;
	}
	conn->io = io;
	hz_err e = prepare(io, bus, name);
	if (e == HZ_OK) {
		e = hzi_thread_start(&io->thread, name, run, io);
	}
	if (e != HZ_OK) {
		conn->io = NULL;
		give_back_descriptors(io);
		hzi_io_destroy(&io);
		return e;
	}
	*out = io;
	return HZ_OK;
}

void
hzi_io_join(hzi_io *io)
{
	hzi_thread_join(&io->thread);
	give_back_descriptors(io);
}

void
hzi_io_destroy(hzi_io **io)
{
	if (*io != NULL) {
		pthread_mutex_destroy(&(*io)->lock);
		free(*io);
		*io = NULL;
	}
}
