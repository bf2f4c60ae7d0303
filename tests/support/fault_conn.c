// SPDX-License-Identifier: Apache-2.0
#include "tests/support/fault_conn.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

void
hzt_fault_give_up(const char *what)
{
	fprintf(stderr, "fault proxy: %s: %s\n", what, strerror(errno));
	abort();
}

// ---- Ends ----

void
hzt_fault_reset(int fd)
{
	struct linger linger = {.l_onoff = 1};
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	close(fd);
}

static void
reset(hzt_fault_conn *conn)
{
	if (!conn->dead) {
		conn->dead = true;
		hzt_fault_reset(conn->client.fd);
		hzt_fault_reset(conn->member.fd);
	}
}

void
hzt_fault_conn_cut(hzt_fault_conn *conn, hzt_proxy_cut_kind how)
{
	if (how == HZT_CUT_RESET) {
		reset(conn);
		return;
	}
	conn->closing = true;
	hzt_pipe_finish(&conn->pipes[HZT_UP]);
	hzt_pipe_finish(&conn->pipes[HZT_DOWN]);
}

void
hzt_fault_conn_free(hzt_fault_conn *conn)
{
	hzt_pipe_clear(&conn->pipes[HZT_UP]);
	hzt_pipe_clear(&conn->pipes[HZT_DOWN]);
	free(conn);
}

// ---- Beginning ----

static void
send_at_once(int fd)
{
	int one = 1;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
}

static int
dial(const struct sockaddr_in *target)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	hzt_fault_need(fd >= 0, "a socket");
	if (connect(fd, (const struct sockaddr *)target, sizeof(*target)) != 0 &&
			errno != EINPROGRESS) {
		close(fd);
		return -1;
	}
	send_at_once(fd);
	return fd;
}

static hzt_pipe
make_pipe(const hzt_fault_conn *conn, hzt_faults *faults, int flow)
{
	return (hzt_pipe){
			.faults = faults,
			.salt = 2 * conn->number + (uint64_t)flow,
			.from = flow == HZT_UP ? conn->client.fd : conn->member.fd,
			.to = flow == HZT_UP ? conn->member.fd : conn->client.fd,
			.cut_left = faults->cut_new_after,
			.cut_how = faults->cut_new_how,
	};
}

hzt_fault_conn *
hzt_fault_conn_new(int client, const struct sockaddr_in *target, uint64_t number,
		hzt_faults faults[HZT_FLOWS])
{
	int member = target->sin_port != 0 ? dial(target) : -1;
	if (member < 0) {
		hzt_fault_reset(client);
		return NULL;
	}
	hzt_fault_conn *conn = calloc(1, sizeof(*conn));
	hzt_fault_need(conn != NULL, "memory for a connection");
	send_at_once(client);
	conn->number = number;
	conn->client.fd = client;
	conn->member.fd = member;
	for (int i = 0; i < HZT_FLOWS; i++) {
		conn->pipes[i] = make_pipe(conn, &faults[i], i);
	}
	return conn;
}

// ---- Moving ----

static void
move_pipe(hzt_fault_conn *conn, hzt_pipe *pipe, int64_t now_ns)
{
	hzt_pipe_state state = hzt_pipe_fill(pipe, now_ns);
	if (state == HZT_PIPE_GOES_ON && !conn->closing) {
		state = hzt_pipe_drain(pipe, now_ns);
	}
	if (state == HZT_PIPE_BROKEN) {
		reset(conn);
	} else if (state == HZT_PIPE_CUT) {
		hzt_fault_conn_cut(conn, pipe->cut_how);
	}
}

static bool
is_over(const hzt_fault_conn *conn)
{
	const hzt_pipe *up = &conn->pipes[HZT_UP];
	const hzt_pipe *down = &conn->pipes[HZT_DOWN];
	return up->came_to_end && up->ended && down->came_to_end && down->ended;
}

int64_t
hzt_fault_conn_move(hzt_fault_conn *conn, int64_t now_ns)
{
	int64_t due_ns = INT64_MAX;
	for (int i = 0; i < HZT_FLOWS && !conn->dead; i++) {
		move_pipe(conn, &conn->pipes[i], now_ns);
	}
	if (!conn->dead && is_over(conn)) {
		conn->dead = true;
		close(conn->client.fd);
		close(conn->member.fd);
	}
	for (int i = 0; i < HZT_FLOWS && !conn->dead; i++) {
		int64_t pipe_ns = hzt_pipe_due(&conn->pipes[i], now_ns);
		due_ns = pipe_ns < due_ns ? pipe_ns : due_ns;
	}
	return due_ns;
}

// A descriptor that nothing is wanted of is not watched at all: its errors would wake us without
// end.
static void
watch(int poll, hzt_fault_end *end, const hzt_pipe *in, const hzt_pipe *out, int64_t now_ns)
{
	uint32_t wanted = 0;
	wanted |= hzt_pipe_wants_to_read(in) ? EPOLLIN : 0;
	wanted |= hzt_pipe_wants_to_write(out, now_ns) ? EPOLLOUT : 0;
	if (wanted == end->watched) {
		return;
	}
	struct epoll_event event = {.events = wanted};
	int what = end->watched == 0 ? EPOLL_CTL_ADD : wanted == 0 ? EPOLL_CTL_DEL : EPOLL_CTL_MOD;
	hzt_fault_need(epoll_ctl(poll, what, end->fd, &event) == 0, "epoll");
	end->watched = wanted;
}

void
hzt_fault_conn_watch(hzt_fault_conn *conn, int poll, int64_t now_ns)
{
	hzt_pipe *up = &conn->pipes[HZT_UP];
	hzt_pipe *down = &conn->pipes[HZT_DOWN];
	watch(poll, &conn->client, up, down, now_ns);
	watch(poll, &conn->member, down, up, now_ns);
}
