// SPDX-License-Identifier: Apache-2.0
//
// The fault proxy's thread, and what tests tell it. The thread looks at all connections whenever
// one of them has something, which is plenty for a test.
#include "tests/support/fault_proxy.h"

#include "tests/support/fault_conn.h"
#include "tests/support/suite.h"

#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BACKLOG 128
#define EVENTS_AT_ONCE 64
#define NS_PER_MS INT64_C(1000000)
#define MS_PER_S 1000

struct hzt_proxy {
	pthread_mutex_t lock;
	pthread_t thread;
	int listener, bell, poll;
	char address[32];
	struct sockaddr_in target; // port 0: none
	hzt_faults faults[HZT_FLOWS];
	hzt_fault_conn *conns;
	uint64_t accepted;
	bool stop;
};

static int64_t
now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * MS_PER_S * NS_PER_MS + t.tv_nsec;
}

static void
ring(hzt_proxy *proxy)
{
	uint64_t one = 1;
	ssize_t n = write(proxy->bell, &one, sizeof(one));
	(void)n; // full: it has been rung often enough
}

// ---- The thread ----

static void
accept_one(hzt_proxy *proxy)
{
	int fd = accept4(proxy->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd < 0) {
		return;
	}
	proxy->accepted++;
	hzt_fault_conn *conn =
			hzt_fault_conn_new(fd, &proxy->target, proxy->accepted, proxy->faults);
	if (conn != NULL) {
		conn->next = proxy->conns;
		proxy->conns = conn;
	}
}

static void
reap(hzt_proxy *proxy)
{
	for (hzt_fault_conn **at = &proxy->conns; *at != NULL;) {
		hzt_fault_conn *conn = *at;
		if (conn->dead) {
			*at = conn->next;
			hzt_fault_conn_free(conn);
		} else {
			at = &conn->next;
		}
	}
}

// Does what can be done now; returns when more will be due by the clock.
static int64_t
look_round(hzt_proxy *proxy)
{
	int64_t due_ns = INT64_MAX;
	int64_t now_ns = now();
	accept_one(proxy);
	reap(proxy);
	for (hzt_fault_conn *conn = proxy->conns; conn != NULL; conn = conn->next) {
		int64_t conn_ns = hzt_fault_conn_move(conn, now_ns);
		due_ns = conn_ns < due_ns ? conn_ns : due_ns;
		if (!conn->dead) {
			hzt_fault_conn_watch(conn, proxy->poll, now_ns);
		}
	}
	reap(proxy);
	return due_ns;
}

static int
timeout_until(int64_t due_ns)
{
	int64_t wait_ns = due_ns - now();
	if (due_ns == INT64_MAX) {
		return -1;
	}
	return wait_ns > 0 ? (int)((wait_ns + NS_PER_MS - 1) / NS_PER_MS) : 0;
}

static void *
run(void *arg)
{
	hzt_proxy *proxy = arg;
	struct epoll_event events[EVENTS_AT_ONCE];
	uint64_t rung;
	pthread_mutex_lock(&proxy->lock);
	while (!proxy->stop) {
		int64_t due_ns = look_round(proxy);
		pthread_mutex_unlock(&proxy->lock);
		epoll_wait(proxy->poll, events, EVENTS_AT_ONCE, timeout_until(due_ns));
		pthread_mutex_lock(&proxy->lock);
		ssize_t n = read(proxy->bell, &rung, sizeof(rung));
		(void)n; // not rung: something else woke us
	}
	for (hzt_fault_conn *conn = proxy->conns; conn != NULL; conn = conn->next) {
		if (!conn->dead) {
			hzt_fault_conn_cut(conn, HZT_CUT_RESET);
		}
	}
	reap(proxy);
	pthread_mutex_unlock(&proxy->lock);
	return NULL;
}

// ---- Life ----

static void
watch_always(hzt_proxy *proxy, int fd)
{
	struct epoll_event event = {.events = EPOLLIN};
	hzt_fault_need(epoll_ctl(proxy->poll, EPOLL_CTL_ADD, fd, &event) == 0, "epoll");
}

static void
listen_somewhere(hzt_proxy *proxy)
{
	struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t size = sizeof(own);
	proxy->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	hzt_fault_need(proxy->listener >= 0, "a socket");
	hzt_fault_need(bind(proxy->listener, (struct sockaddr *)&own, size) == 0, "a port");
	hzt_fault_need(listen(proxy->listener, BACKLOG) == 0, "listening");
	hzt_fault_need(getsockname(proxy->listener, (struct sockaddr *)&own, &size) == 0,
			"the port");
	snprintf(proxy->address, sizeof(proxy->address), "127.0.0.1:%u",
			(unsigned)ntohs(own.sin_port));
}

hzt_proxy *
hzt_proxy_start(void)
{
	hzt_proxy *proxy = calloc(1, sizeof(*proxy));
	hzt_fault_need(proxy != NULL, "memory");
	pthread_mutex_init(&proxy->lock, NULL);
	proxy->faults[HZT_UP].cut_new_after = -1;
	proxy->faults[HZT_DOWN].cut_new_after = -1;
	listen_somewhere(proxy);
	proxy->bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	proxy->poll = epoll_create1(EPOLL_CLOEXEC);
	hzt_fault_need(proxy->bell >= 0 && proxy->poll >= 0, "descriptors");
	watch_always(proxy, proxy->listener);
	watch_always(proxy, proxy->bell);
	hzt_fault_need(pthread_create(&proxy->thread, NULL, run, proxy) == 0, "a thread");
	return proxy;
}

void
hzt_proxy_end(hzt_proxy **at)
{
	if (at == NULL || *at == NULL) {
		return;
	}
	hzt_proxy *proxy = *at;
	pthread_mutex_lock(&proxy->lock);
	proxy->stop = true;
	pthread_mutex_unlock(&proxy->lock);
	ring(proxy);
	pthread_join(proxy->thread, NULL);
	close(proxy->listener);
	close(proxy->bell);
	close(proxy->poll);
	pthread_mutex_destroy(&proxy->lock);
	free(proxy);
	*at = NULL;
}

const char *
hzt_proxy_address(const hzt_proxy *proxy)
{
	return proxy->address;
}

void
hzt_proxy_target(hzt_proxy *proxy, const char *address)
{
	struct sockaddr_in target = {.sin_family = AF_INET};
	const char *colon = address != NULL ? strrchr(address, ':') : NULL;
	if (colon != NULL) {
		char host[64];
		snprintf(host, sizeof(host), "%.*s", (int)(colon - address), address);
		hzt_fault_need(inet_pton(AF_INET, host, &target.sin_addr) == 1, address);
		target.sin_port = htons((uint16_t)strtoul(colon + 1, NULL, 10));
	}
	pthread_mutex_lock(&proxy->lock);
	proxy->target = target;
	pthread_mutex_unlock(&proxy->lock);
}

// ---- Faults ----

// Locks, and gives the faults of these flows.
static size_t
begin(hzt_proxy *proxy, hzt_flow flow, hzt_faults *out[HZT_FLOWS])
{
	size_t n = 0;
	pthread_mutex_lock(&proxy->lock);
	for (unsigned i = 0; i < HZT_FLOWS; i++) {
		if (((unsigned)flow >> i & 1U) != 0) {
			out[n++] = &proxy->faults[i];
		}
	}
	return n;
}

static void
finish(hzt_proxy *proxy)
{
	pthread_mutex_unlock(&proxy->lock);
	ring(proxy);
}

void
hzt_proxy_delay(hzt_proxy *proxy, hzt_flow flow, int64_t delay_ms)
{
	hzt_faults *faults[HZT_FLOWS];
	for (size_t n = begin(proxy, flow, faults); n > 0; n--) {
		faults[n - 1]->delay_ns = delay_ms * NS_PER_MS;
	}
	finish(proxy);
}

void
hzt_proxy_rate(hzt_proxy *proxy, hzt_flow flow, int64_t bytes_per_second)
{
	hzt_faults *faults[HZT_FLOWS];
	for (size_t n = begin(proxy, flow, faults); n > 0; n--) {
		faults[n - 1]->rate = bytes_per_second;
	}
	finish(proxy);
}

void
hzt_proxy_dribble(hzt_proxy *proxy, hzt_flow flow, bool on)
{
	hzt_faults *faults[HZT_FLOWS];
	for (size_t n = begin(proxy, flow, faults); n > 0; n--) {
		faults[n - 1]->dribble = on;
	}
	finish(proxy);
}

void
hzt_proxy_stall(hzt_proxy *proxy, hzt_flow flow, bool on)
{
	hzt_faults *faults[HZT_FLOWS];
	for (size_t n = begin(proxy, flow, faults); n > 0; n--) {
		faults[n - 1]->stall = on;
	}
	finish(proxy);
}

void
hzt_proxy_mutate(hzt_proxy *proxy, hzt_flow flow, const hzt_mutation *mutation)
{
	hzt_faults *faults[HZT_FLOWS];
	for (size_t n = begin(proxy, flow, faults); n > 0; n--) {
		faults[n - 1]->mutation = mutation != NULL ? *mutation : (hzt_mutation){0};
	}
	finish(proxy);
}

// ---- Ends ----

static bool
is_open(const hzt_fault_conn *conn)
{
	return !conn->dead && !conn->closing;
}

size_t
hzt_proxy_cut(hzt_proxy *proxy, uint64_t connection, hzt_proxy_cut_kind how)
{
	size_t n = 0;
	pthread_mutex_lock(&proxy->lock);
	for (hzt_fault_conn *conn = proxy->conns; conn != NULL; conn = conn->next) {
		if (is_open(conn) && (connection == 0 || conn->number == connection)) {
			hzt_fault_conn_cut(conn, how);
			n++;
		}
	}
	finish(proxy);
	return n;
}

void
hzt_proxy_cut_after(hzt_proxy *proxy, hzt_flow flow, int64_t n, hzt_proxy_cut_kind how)
{
	int at = flow == HZT_TO_MEMBER ? HZT_UP : HZT_DOWN;
	pthread_mutex_lock(&proxy->lock);
	for (hzt_fault_conn *conn = proxy->conns; conn != NULL; conn = conn->next) {
		conn->pipes[at].cut_left = n;
		conn->pipes[at].cut_how = how;
	}
	finish(proxy);
}

void
hzt_proxy_cut_new_after(hzt_proxy *proxy, hzt_flow flow, int64_t n, hzt_proxy_cut_kind how)
{
	hzt_faults *faults[HZT_FLOWS];
	for (size_t i = begin(proxy, flow, faults); i > 0; i--) {
		faults[i - 1]->cut_new_after = n;
		faults[i - 1]->cut_new_how = how;
	}
	finish(proxy);
}

void
hzt_proxy_half_close(hzt_proxy *proxy, hzt_flow flow)
{
	pthread_mutex_lock(&proxy->lock);
	for (hzt_fault_conn *conn = proxy->conns; conn != NULL; conn = conn->next) {
		for (unsigned i = 0; i < HZT_FLOWS; i++) {
			if (is_open(conn) && ((unsigned)flow >> i & 1U) != 0) {
				hzt_pipe_finish(&conn->pipes[i]);
			}
		}
	}
	finish(proxy);
}

// ---- What it has seen ----

uint64_t
hzt_proxy_accepted(hzt_proxy *proxy)
{
	pthread_mutex_lock(&proxy->lock);
	uint64_t n = proxy->accepted;
	pthread_mutex_unlock(&proxy->lock);
	return n;
}

uint64_t
hzt_proxy_open(hzt_proxy *proxy)
{
	uint64_t n = 0;
	pthread_mutex_lock(&proxy->lock);
	for (const hzt_fault_conn *conn = proxy->conns; conn != NULL; conn = conn->next) {
		n += is_open(conn);
	}
	pthread_mutex_unlock(&proxy->lock);
	return n;
}

hzt_seen_flow
hzt_proxy_seen(hzt_proxy *proxy, hzt_flow flow)
{
	hzt_seen_flow sum = {0};
	hzt_faults *faults[HZT_FLOWS];
	for (size_t n = begin(proxy, flow, faults); n > 0; n--) {
		sum.bytes += faults[n - 1]->passed;
		sum.writes += faults[n - 1]->writes;
	}
	pthread_mutex_unlock(&proxy->lock);
	return sum;
}

typedef struct awaited {
	hzt_proxy *proxy;
	uint64_t n;
} awaited;

static bool
has_open(void *ctx)
{
	const awaited *a = ctx;
	return hzt_proxy_open(a->proxy) == a->n;
}

void
hzt_proxy_await_open(hzt_proxy *proxy, uint64_t n, int64_t timeout_ms)
{
	awaited a = {proxy, n};
	HZT_AWAIT(has_open, &a, timeout_ms);
}
