// SPDX-License-Identifier: Apache-2.0
//
// The plain stream: what each operation says when there is nothing, when there is too much, and
// when the other end has gone.
#include "base/platform.h"
#include "tests/support/suite.h"
#include "tests/transport/peer.h"
#include "transport/tcp.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

// A stream and the socket at its other end.
typedef struct pair {
	hzi_stream stream;
	int other;
} pair;

static void
pair_open(pair *p, const hzi_tcp_options *tcp)
{
	uint16_t port = 0;
	int listener = listen_on("127.0.0.1", 0, 1, &port);
	HZT_CHECK(listener >= 0);
	hzi_dial dial = {
			.host = "127.0.0.1",
			.port = port,
			.tcp = *tcp,
			.wait = {.deadline_ns = hzi_deadline_in_ms(10000)},
	};
	hz_error err;
	HZT_OK_ERR(hzi_dial_open(&dial, &p->stream, &err), &err);
	p->other = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	HZT_CHECK(p->other >= 0);
	(void)close(listener);
}

static void
pair_close(pair *p)
{
	p->stream.ops->close(&p->stream);
	(void)close(p->other);
}

static const hzi_tcp_options plain = {.no_delay = true, .linger_s = -1};

static bool
is_readable(void *ctx)
{
	struct pollfd fd = {.fd = ((pair *)ctx)->stream.fd, .events = POLLIN};
	return poll(&fd, 1, 0) > 0;
}

static void
reads_what_is_there(void)
{
	pair p;
	pair_open(&p, &plain);
	char buf[8];
	size_t got = 99;
	HZT_OK(p.stream.ops->read(&p.stream, buf, sizeof(buf), &got));
	HZT_EQ_INT(got, 0);
	HZT_EQ_INT(send(p.other, "abc", 3, 0), 3);
	HZT_AWAIT(is_readable, &p, 20000);
	HZT_OK(p.stream.ops->read(&p.stream, buf, sizeof(buf), &got));
	HZT_EQ_INT(got, 3);
	HZT_EQ_MEM(buf, "abc", 3);
	pair_close(&p);
}

static void
gathers_parts(void)
{
	pair p;
	pair_open(&p, &plain);
	char one[] = "one";
	char two[] = "two";
	struct iovec parts[2] = {{one, 3}, {two, 3}};
	size_t sent = 0;
	HZT_OK(p.stream.ops->writev(&p.stream, parts, 2, &sent));
	HZT_EQ_INT(sent, 6);
	char buf[6];
	HZT_EQ_INT(recv(p.other, buf, sizeof(buf), MSG_WAITALL), 6);
	HZT_EQ_MEM(buf, "onetwo", 6);
	pair_close(&p);
}

// Writes until the socket takes no more.
static void
fill_up(pair *p)
{
	static char zeros[65536];
	struct iovec part = {zeros, sizeof(zeros)};
	size_t sent = 1;
	while (sent != 0) {
		HZT_OK(p->stream.ops->writev(&p->stream, &part, 1, &sent));
	}
}

static void
full_socket_takes_nothing(void)
{
	pair p;
	pair_open(&p, &plain);
	fill_up(&p);
	pair_close(&p);
}

static void
more_parts_than_the_system_takes(void)
{
	pair p;
	pair_open(&p, &plain);
	enum { COUNT = 3000 };
	static struct iovec parts[COUNT];
	static char byte = 'x';
	for (int i = 0; i < COUNT; i++) {
		parts[i] = (struct iovec){&byte, 1};
	}
	size_t sent = 0;
	HZT_OK(p.stream.ops->writev(&p.stream, parts, COUNT, &sent));
	HZT_CHECK(sent > 0 && sent <= COUNT);
	pair_close(&p);
}

static void
end_of_the_other(void)
{
	pair p;
	pair_open(&p, &plain);
	HZT_EQ_INT(shutdown(p.other, SHUT_WR), 0);
	HZT_AWAIT(is_readable, &p, 20000);
	char byte;
	size_t got = 99;
	HZT_EQ_INT(p.stream.ops->read(&p.stream, &byte, 1, &got), HZ_ERR_DISCONNECTED);
	HZT_EQ_INT(got, 0);
	pair_close(&p);
}

static void
reset_by_the_other(void)
{
	pair p;
	pair_open(&p, &plain);
	struct linger drop = {.l_onoff = 1};
	HZT_EQ_INT(setsockopt(p.other, SOL_SOCKET, SO_LINGER, &drop, sizeof(drop)), 0);
	(void)close(p.other);
	HZT_AWAIT(is_readable, &p, 20000);
	char byte;
	size_t got = 99;
	HZT_EQ_INT(p.stream.ops->read(&p.stream, &byte, 1, &got), HZ_ERR_DISCONNECTED);
	struct iovec part = {&byte, 1};
	// No signal either: the test would not survive it.
	HZT_EQ_INT(p.stream.ops->writev(&p.stream, &part, 1, &got), HZ_ERR_DISCONNECTED);
	HZT_EQ_INT(got, 0);
	p.stream.ops->close(&p.stream);
}

static void
shut_down(void *arg)
{
	hzi_stream *stream = arg;
	stream->ops->shutdown(stream);
	stream->ops->shutdown(stream);
}

static void
shutdown_revokes_from_another_thread(void)
{
	pair p;
	pair_open(&p, &plain);
	fill_up(&p);
	hzi_thread thread;
	HZT_OK(hzi_thread_start(&thread, "shutdown", shut_down, &p.stream));
	struct pollfd both = {.fd = p.stream.fd, .events = POLLIN};
	HZT_EQ_INT(poll(&both, 1, 10000), 1);
	char byte = 0;
	size_t n = 99;
	HZT_EQ_INT(p.stream.ops->read(&p.stream, &byte, 1, &n), HZ_ERR_DISCONNECTED);
	struct iovec part = {&byte, 1};
	HZT_EQ_INT(p.stream.ops->writev(&p.stream, &part, 1, &n), HZ_ERR_DISCONNECTED);
	hzi_thread_join(&thread);
	pair_close(&p);
}

static void
wants_what_was_asked(void)
{
	pair p;
	pair_open(&p, &plain);
	HZT_CHECK(p.stream.ops->shared);
	HZT_EQ_INT(p.stream.ops->wants(&p.stream, true, false), EPOLLIN);
	HZT_EQ_INT(p.stream.ops->wants(&p.stream, false, true), EPOLLOUT);
	HZT_EQ_INT(p.stream.ops->wants(&p.stream, true, true), EPOLLIN | EPOLLOUT);
	pair_close(&p);
}

static int
int_option(int fd, int level, int option)
{
	int value = -1;
	socklen_t size = sizeof(value);
	HZT_EQ_INT(getsockopt(fd, level, option, &value, &size), 0);
	return value;
}

static void
sets_options(void)
{
	hzi_tcp_options options = {.no_delay = true,
			.keep_alive = true,
			.reuse_address = true,
			.linger_s = 3,
			.buffer_kb = 32};
	pair p;
	pair_open(&p, &options);
	int fd = p.stream.fd;
	HZT_CHECK(int_option(fd, IPPROTO_TCP, TCP_NODELAY) != 0);
	HZT_CHECK(int_option(fd, SOL_SOCKET, SO_KEEPALIVE) != 0);
	HZT_CHECK(int_option(fd, SOL_SOCKET, SO_REUSEADDR) != 0);
	// Linux answers with twice what was asked for.
	HZT_EQ_INT(int_option(fd, SOL_SOCKET, SO_SNDBUF), 64 * 1024);
	HZT_EQ_INT(int_option(fd, SOL_SOCKET, SO_RCVBUF), 64 * 1024);
	HZT_CHECK((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
	HZT_CHECK((fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
	pair_close(&p);
}

static void
leaves_options_alone(void)
{
	pair p;
	pair_open(&p, &(hzi_tcp_options){.linger_s = -1});
	int fd = p.stream.fd;
	HZT_EQ_INT(int_option(fd, IPPROTO_TCP, TCP_NODELAY), 0);
	HZT_EQ_INT(int_option(fd, SOL_SOCKET, SO_KEEPALIVE), 0);
	struct linger linger = {.l_onoff = 1};
	socklen_t size = sizeof(linger);
	HZT_EQ_INT(getsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, &size), 0);
	HZT_EQ_INT(linger.l_onoff, 0);
	pair_close(&p);
}

static void
close_with_linger_does_not_block(void)
{
	pair p;
	pair_open(&p, &(hzi_tcp_options){.linger_s = 30});
	fill_up(&p);
	int64_t start_ms = hzt_now_ms();
	p.stream.ops->shutdown(&p.stream);
	p.stream.ops->close(&p.stream);
	HZT_CHECK(hzt_now_ms() - start_ms < 5000);
	// What was written still arrives.
	static char buf[65536];
	HZT_CHECK(recv(p.other, buf, sizeof(buf), 0) > 0);
	(void)close(p.other);
}

static void
close_without_linger_resets(void)
{
	pair p;
	pair_open(&p, &(hzi_tcp_options){.linger_s = 0});
	p.stream.ops->close(&p.stream);
	char byte;
	HZT_EQ_INT(recv(p.other, &byte, 1, 0), -1);
	HZT_EQ_INT(errno, ECONNRESET);
	(void)close(p.other);
}

static void
unknown_family(void)
{
	int before = open_descriptors();
	int fd = -7;
	hz_error err;
	HZT_EQ_INT(hzi_tcp_socket(AF_MAX + 1, &plain, &fd, &err), HZ_ERR_IO);
	HZT_EQ_INT(err.code, HZ_ERR_IO);
	HZT_EQ_INT(fd, -7);
	hzi_tcp_close(-1);
	HZT_EQ_INT(open_descriptors(), before);
}

static const hzt_case cases[] = {
		{"reads_what_is_there", reads_what_is_there},
		{"gathers_parts", gathers_parts},
		{"full_socket_takes_nothing", full_socket_takes_nothing},
		{"more_parts_than_the_system_takes", more_parts_than_the_system_takes},
		{"end_of_the_other", end_of_the_other},
		{"reset_by_the_other", reset_by_the_other},
		{"shutdown_revokes_from_another_thread", shutdown_revokes_from_another_thread},
		{"wants_what_was_asked", wants_what_was_asked},
		{"sets_options", sets_options},
		{"leaves_options_alone", leaves_options_alone},
		{"close_with_linger_does_not_block", close_with_linger_does_not_block},
		{"close_without_linger_resets", close_without_linger_resets},
		{"unknown_family", unknown_family},
};

HZT_MAIN("transport/tcp", cases)
