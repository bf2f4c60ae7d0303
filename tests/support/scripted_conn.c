// SPDX-License-Identifier: Apache-2.0
//
// The scripted member's connections: bytes in, bytes out, and their end.
#include "protocol/message.h"
#include "tests/support/scripted_state.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define READ_BYTES 65536
#define MESSAGE_MAX (256U << 20)

// ---- One connection ----

hzt_conn *
hzt_conn_find(hzt_scripted *member, uint64_t number)
{
	for (hzt_conn *conn = member->conns; conn != NULL; conn = conn->next) {
		if (conn->number == number && !conn->broken) {
			return conn;
		}
	}
	return NULL;
}

static void
forget_listeners(hzt_scripted *member, uint64_t connection)
{
	for (hzt_listener **at = &member->listeners; *at != NULL;) {
		hzt_listener *one = *at;
		if (one->connection == connection) {
			*at = one->next;
			free(one);
		} else {
			at = &one->next;
		}
	}
}

void
hzt_conn_close(hzt_conn *conn)
{
	hzt_scripted *member = conn->member;
	if (conn->broken) {
		return;
	}
	if (conn->ending && conn->end == HZT_RESET) {
		struct linger linger = {.l_onoff = 1};
		setsockopt(conn->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	}
	close(conn->fd);
	conn->fd = -1;
	conn->broken = true;
	forget_listeners(member, conn->number);
	hzt_waiting_drop(&member->held, &member->held_tail, conn->number);
	hzt_waiting_drop(&member->parked, &member->parked_tail, conn->number);
}

void
hzt_conn_send(hzt_conn *conn, const void *bytes, size_t n)
{
	if (!conn->broken && !conn->half && !conn->ending && n > 0) {
		hzt_need(hzi_buf_append(&conn->out, bytes, n), "memory for an answer");
	}
}

static void
finish(hzt_conn *conn)
{
	if (!conn->ending) {
		return;
	}
	if (conn->end != HZT_HALF) {
		hzt_conn_close(conn);
	} else if (!conn->half) {
		conn->half = true;
		shutdown(conn->fd, SHUT_WR);
	}
}

void
hzt_conn_flush(hzt_conn *conn)
{
	while (!conn->broken && !conn->half && conn->out_at < conn->out.len) {
		size_t left = conn->out.len - conn->out_at;
		size_t want = conn->member->dribble ? 1 : left;
		ssize_t n = send(conn->fd, conn->out.data + conn->out_at, want,
				MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && errno == EAGAIN) {
			return;
		}
		if (n < 0) {
			hzt_conn_close(conn);
			return;
		}
		conn->out_at += (size_t)n;
	}
	hzi_buf_reset(&conn->out);
	hzi_buf_trim(&conn->out, READ_BYTES);
	conn->out_at = 0;
	finish(conn);
}

void
hzt_conn_accept(hzt_scripted *member)
{
	int fd = accept4(member->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd < 0) {
		return;
	}
	int one = 1;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	hzt_conn *conn = calloc(1, sizeof(*conn));
	hzt_need(conn != NULL, "memory for a connection");
	conn->member = member;
	conn->fd = fd;
	conn->number = ++member->accepted;
	conn->splitter.max_bytes = MESSAGE_MAX;
	conn->read_left = member->cut_after;
	conn->cut_how = member->cut_how;
	conn->next = member->conns;
	member->conns = conn;
	if (conn->read_left == 0) {
		conn->ending = true;
		conn->end = member->cut_how;
		finish(conn);
	}
}

// ---- Reading ----

// Whole messages of what has been read.
static void
split(hzt_conn *conn)
{
	size_t at = 0;
	if (!conn->greeted && conn->in.len >= 3) {
		hzt_need(memcmp(conn->in.data, "CP2", 3) == 0, "the client's first bytes");
		conn->greeted = true;
		at = 3;
	}
	while (conn->greeted && !conn->broken) {
		size_t whole = 0;
		hz_err e = hzp_split(
				&conn->splitter, conn->in.data + at, conn->in.len - at, &whole);
		hzt_need(e == HZ_OK, "frames from the client");
		if (whole == 0) {
			break;
		}
		if (!conn->ending || conn->end == HZT_HALF) {
			hzt_serve(conn, conn->in.data + at, whole);
		}
		at += whole;
	}
	if (at > 0) {
		memmove(conn->in.data, conn->in.data + at, conn->in.len - at);
		conn->in.len -= at;
	}
}

void
hzt_conn_read(hzt_conn *conn)
{
	size_t want = READ_BYTES;
	if (conn->read_left >= 0 && (uint64_t)conn->read_left < want) {
		want = (size_t)conn->read_left;
	}
	size_t before = conn->in.len;
	uint8_t *to = hzi_buf_extend(&conn->in, want > 0 ? want : 1);
	hzt_need(to != NULL, "memory to read into");
	ssize_t n = want > 0 ? recv(conn->fd, to, want, MSG_DONTWAIT) : 0;
	conn->in.len = before + (n > 0 ? (size_t)n : 0);
	if (want > 0 && n < 0 && errno == EAGAIN) {
		return;
	}
	if (want > 0 && n <= 0) {
		hzt_conn_close(conn);
		return;
	}
	conn->member->bytes += (uint64_t)n;
	if (conn->read_left >= 0) {
		conn->read_left -= n;
	}
	split(conn);
	if (conn->read_left == 0 && !conn->broken) {
		conn->ending = true;
		conn->end = conn->cut_how;
	}
	hzt_conn_flush(conn);
}

// ---- From outside ----

static void
end_conn(hzt_conn *conn, hzt_end how)
{
	conn->ending = true;
	conn->end = how;
	hzt_conn_flush(conn);
}

void
hzt_scripted_cut(hzt_scripted *member, uint64_t connection, hzt_end how)
{
	hzt_lock();
	for (hzt_conn *conn = member->conns; conn != NULL; conn = conn->next) {
		if (connection == 0 || conn->number == connection) {
			end_conn(conn, how);
		}
	}
	hzt_unlock();
	hzt_ring(member);
}

void
hzt_scripted_disconnect(hzt_scripted *member, hzt_end how)
{
	hzt_scripted_cut(member, 0, how);
}

size_t
hzt_scripted_send(hzt_scripted *member, uint64_t connection, const void *bytes, size_t n)
{
	size_t sent = 0;
	hzt_lock();
	for (hzt_conn *conn = member->conns; conn != NULL; conn = conn->next) {
		if (connection != 0 ? conn->number == connection : conn->authenticated) {
			hzt_conn_send(conn, bytes, n);
			hzt_conn_flush(conn);
			sent += !conn->broken;
		}
	}
	hzt_unlock();
	hzt_ring(member);
	return sent;
}

void
hzt_scripted_cut_after(hzt_scripted *member, int64_t n, hzt_end how)
{
	hzt_lock();
	for (hzt_conn *conn = member->conns; conn != NULL; conn = conn->next) {
		conn->read_left = n;
		conn->cut_how = how;
		if (n == 0) {
			end_conn(conn, how);
		}
	}
	hzt_unlock();
	hzt_ring(member);
}

void
hzt_scripted_cut_new_after(hzt_scripted *member, int64_t n, hzt_end how)
{
	hzt_lock();
	member->cut_after = n;
	member->cut_how = how;
	hzt_unlock();
}

void
hzt_scripted_stop_reading(hzt_scripted *member, bool stop)
{
	hzt_lock();
	member->deaf = stop;
	hzt_unlock();
	hzt_ring(member);
}

void
hzt_scripted_dribble(hzt_scripted *member, bool dribble)
{
	hzt_lock();
	member->dribble = dribble;
	hzt_unlock();
}

void
hzt_scripted_mute(hzt_scripted *member, bool mute)
{
	hzt_lock();
	member->mute = mute;
	hzt_unlock();
}

uint64_t
hzt_scripted_accepted(hzt_scripted *member)
{
	hzt_lock();
	uint64_t n = member->accepted;
	hzt_unlock();
	return n;
}

uint64_t
hzt_scripted_open(hzt_scripted *member)
{
	uint64_t n = 0;
	hzt_lock();
	for (hzt_conn *conn = member->conns; conn != NULL; conn = conn->next) {
		n += !conn->broken && conn->authenticated;
	}
	hzt_unlock();
	return n;
}

uint64_t
hzt_scripted_bytes(hzt_scripted *member)
{
	hzt_lock();
	uint64_t n = member->bytes;
	hzt_unlock();
	return n;
}
