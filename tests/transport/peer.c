// SPDX-License-Identifier: Apache-2.0
#include "tests/transport/peer.h"

#include "base/bytes.h"
#include "protocol/message.h"
#include "tests/support/suite.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int
listen_on(const char *address, uint16_t port, int backlog, uint16_t *bound)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	HZT_CHECK(fd >= 0);
	int one = 1;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	struct sockaddr_in own = {.sin_family = AF_INET, .sin_port = htons(port)};
	HZT_EQ_INT(inet_pton(AF_INET, address, &own.sin_addr), 1);
	socklen_t size = sizeof(own);
	if (bind(fd, (struct sockaddr *)&own, size) != 0 || listen(fd, backlog) != 0 ||
			getsockname(fd, (struct sockaddr *)&own, &size) != 0) {
		(void)close(fd);
		return -1;
	}
	*bound = ntohs(own.sin_port);
	return fd;
}

// Whether the first n bytes of a request are the preamble and one whole message.
static bool
is_whole(const uint8_t *p, size_t n)
{
	size_t at = 3;
	while (n >= at + HZP_FRAME_HEADER) {
		uint32_t length = hzi_load_le32(p + at);
		if (length < HZP_FRAME_HEADER || n - at < length) {
			return false;
		}
		if ((hzp_message_flags(p + at) & HZP_FLAG_FINAL) != 0) {
			return true;
		}
		at += length;
	}
	return false;
}

static void
read_request(peer *p, int fd)
{
	size_t want = p->script.read_bytes;
	size_t room = want < sizeof(p->request) ? want : sizeof(p->request);
	while (p->request_size < room && !is_whole(p->request, p->request_size)) {
		ssize_t n = recv(fd, p->request + p->request_size, room - p->request_size, 0);
		if (n <= 0) {
			return;
		}
		p->request_size += (size_t)n;
	}
}

static void
write_reply(const peer_script *script, int fd)
{
	size_t chunk = script->chunk != 0 ? script->chunk : script->reply_size;
	for (size_t at = 0; at < script->reply_size;) {
		size_t left = script->reply_size - at;
		ssize_t n = send(fd, script->reply + at, left < chunk ? left : chunk, MSG_NOSIGNAL);
		if (n <= 0) {
			return;
		}
		at += (size_t)n;
		struct pollfd gone = {.fd = fd, .events = POLLRDHUP};
		if (script->pause_ms != 0 && poll(&gone, 1, script->pause_ms) > 0) {
			return;
		}
	}
}

// Until the client closes.
static void
read_rest(peer *p, int fd)
{
	static _Thread_local uint8_t rest[65536];
	while (p->script.then == PEER_WAITS && !atomic_load(&p->go)) {
		(void)poll(NULL, 0, 1);
	}
	if (p->script.later_size != 0) {
		(void)send(fd, p->script.later, p->script.later_size, MSG_NOSIGNAL);
	}
	for (;;) {
		ssize_t n = recv(fd, rest, sizeof(rest), 0);
		if (n <= 0) {
			return;
		}
		p->rest_size += (size_t)n;
	}
}

static void
run_peer(void *arg)
{
	peer *p = arg;
	int fd = accept4(p->listener, NULL, NULL, SOCK_CLOEXEC);
	if (fd < 0) {
		return;
	}
	atomic_store(&p->accepted, true);
	int one = 1;
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	read_request(p, fd);
	write_reply(&p->script, fd);
	if (p->script.then != PEER_CLOSES) {
		read_rest(p, fd);
	}
	(void)close(fd);
}

void
peer_start(peer *p, const peer_script *script)
{
	memset(p, 0, sizeof(*p));
	p->script = *script;
	p->listener = listen_on("127.0.0.1", 0, 8, &p->port);
	HZT_CHECK(p->listener >= 0);
	if (script->then == PEER_WAITS) {
		int window = 16 * 1024;
		(void)setsockopt(p->listener, SOL_SOCKET, SO_RCVBUF, &window, sizeof(window));
	}
	HZT_OK(hzi_thread_start(&p->thread, "peer", run_peer, p));
}

void
peer_let_go(peer *p)
{
	atomic_store(&p->go, true);
}

void
peer_stop(peer *p)
{
	// Ends an accept that nobody connected to.
	(void)shutdown(p->listener, SHUT_RDWR);
	hzi_thread_join(&p->thread);
	(void)close(p->listener);
}

void
peer_dial(uint16_t port, hzi_stream *out)
{
	hzi_dial dial = {
			.host = "127.0.0.1",
			.port = port,
			.tcp = {.no_delay = true, .linger_s = -1},
			.wait = {.deadline_ns = hzi_deadline_in_ms(10000)},
	};
	hz_error err;
	HZT_OK_ERR(hzi_dial_open(&dial, out, &err), &err);
}

void
black_hole_open(black_hole *hole, uint16_t port)
{
	hole->listener = listen_on("127.0.0.1", port, 0, &hole->port);
	HZT_CHECK(hole->listener >= 0);
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(hole->port)};
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	for (size_t i = 0; i < sizeof(hole->fill) / sizeof(hole->fill[0]); i++) {
		hole->fill[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		(void)connect(hole->fill[i], (struct sockaddr *)&to, sizeof(to));
	}
}

void
black_hole_close(black_hole *hole)
{
	for (size_t i = 0; i < sizeof(hole->fill) / sizeof(hole->fill[0]); i++) {
		(void)close(hole->fill[i]);
	}
	(void)close(hole->listener);
}

int
open_descriptors(void)
{
	DIR *folder = opendir("/proc/self/fd");
	HZT_CHECK(folder != NULL);
	int count = 0;
	while (readdir(folder) != NULL) {
		count++;
	}
	(void)closedir(folder);
	return count;
}
