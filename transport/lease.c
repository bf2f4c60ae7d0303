// SPDX-License-Identifier: Apache-2.0
#include "transport/lease.h"

#include "base/platform.h"
#include "transport/io.h"

#include <errno.h>
#include <poll.h>

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
