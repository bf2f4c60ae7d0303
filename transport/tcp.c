// SPDX-License-Identifier: Apache-2.0
#include "transport/tcp.h"

#include "base/fail.h"

#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

// What the system says when the way to the peer is gone; anything else is trouble of our own.
static bool
is_lost(int number)
{
	static const int lost[] = {ECONNRESET, EPIPE, ETIMEDOUT, ECONNABORTED, ECONNREFUSED,
			EHOSTUNREACH, EHOSTDOWN, ENETUNREACH, ENETDOWN, ENETRESET, ENOTCONN,
			ESHUTDOWN};
	for (size_t i = 0; i < sizeof(lost) / sizeof(lost[0]); i++) {
		if (number == lost[i]) {
			return true;
		}
	}
	return false;
}

static hz_err
after_failure(int number)
{
	if (number == EAGAIN || number == EWOULDBLOCK) {
		return HZ_OK;
	}
	return is_lost(number) ? HZ_ERR_DISCONNECTED : HZ_ERR_IO;
}

static hz_err
read_some(hzi_stream *stream, void *buf, size_t size, size_t *got)
{
	ssize_t n;
	do {
		n = recv(stream->fd, buf, size, MSG_DONTWAIT);
	} while (n < 0 && errno == EINTR);
	*got = n > 0 ? (size_t)n : 0;
	if (n == 0) {
		return HZ_ERR_DISCONNECTED;
	}
	return n > 0 ? HZ_OK : after_failure(errno);
}

static hz_err
write_some(hzi_stream *stream, const struct iovec *parts, int count, size_t *sent)
{
	// The list is lent and sendmsg does not write to it; only its type cannot say so.
	struct msghdr message = {
			.msg_iov = (struct iovec *)parts,
			.msg_iovlen = (size_t)(count < IOV_MAX ? count : IOV_MAX),
	};
	ssize_t n;
	do {
		n = sendmsg(stream->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
	} while (n < 0 && errno == EINTR);
	*sent = n > 0 ? (size_t)n : 0;
	return n >= 0 ? HZ_OK : after_failure(errno);
}

static uint32_t
wanted_events(const hzi_stream *stream, bool reading, bool writing)
{
	(void)stream;
	return (reading ? (uint32_t)EPOLLIN : 0) | (writing ? (uint32_t)EPOLLOUT : 0);
}

static void
end_both_directions(hzi_stream *stream)
{
	(void)shutdown(stream->fd, SHUT_RDWR);
}

static void
close_stream(hzi_stream *stream)
{
	hzi_tcp_close(stream->fd);
	stream->fd = -1;
}

static const hzi_stream_ops tcp_ops = {
		.name = "tcp",
		.shared = true,
		.read = read_some,
		.writev = write_some,
		.wants = wanted_events,
		.shutdown = end_both_directions,
		.close = close_stream,
};

static void
set_int(int fd, int level, int option, int value)
{
	(void)setsockopt(fd, level, option, &value, sizeof(value));
}

static void
set_options(int fd, const hzi_tcp_options *options)
{
	set_int(fd, IPPROTO_TCP, TCP_NODELAY, options->no_delay);
	set_int(fd, SOL_SOCKET, SO_KEEPALIVE, options->keep_alive);
	set_int(fd, SOL_SOCKET, SO_REUSEADDR, options->reuse_address);
	if (options->buffer_kb > 0 && options->buffer_kb <= INT_MAX / 1024) {
		set_int(fd, SOL_SOCKET, SO_SNDBUF, options->buffer_kb * 1024);
		set_int(fd, SOL_SOCKET, SO_RCVBUF, options->buffer_kb * 1024);
	}
	if (options->linger_s >= 0) {
		struct linger linger = {.l_onoff = 1, .l_linger = options->linger_s};
		(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	}
}

hz_err
hzi_tcp_socket(int family, const hzi_tcp_options *options, int *fd, hz_error *err)
{
	int made = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (made < 0) {
		bool scarce = errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
				errno == ENOMEM;
		return hzi_fail_system(err, scarce ? HZ_ERR_RESOURCE : HZ_ERR_IO, errno, "socket");
	}
	set_options(made, options);
	*fd = made;
	return HZ_OK;
}

void
hzi_tcp_wrap(int fd, hzi_stream *out)
{
	*out = (hzi_stream){.ops = &tcp_ops, .fd = fd};
}

// With a positive linger time close(2) would wait for the peer, on a non-blocking socket as well.
// The time is handed to the retransmission timer instead, which gives up in the background.
static void
linger_in_background(int fd)
{
	struct linger linger = {0};
	socklen_t size = sizeof(linger);
	if (getsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, &size) != 0 || linger.l_onoff == 0 ||
			linger.l_linger <= 0) {
		return;
	}
	int limit_ms = linger.l_linger < INT_MAX / 1000 ? linger.l_linger * 1000 : INT_MAX;
	set_int(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, limit_ms);
	linger.l_onoff = 0;
	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
}

void
hzi_tcp_close(int fd)
{
	if (fd < 0) {
		return;
	}
	linger_in_background(fd);
	// Never repeated after EINTR: the descriptor is gone by then and may be somebody else's.
	(void)close(fd);
}
