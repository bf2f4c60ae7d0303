// SPDX-License-Identifier: Apache-2.0
//
// The scripted member's life, and its thread.
#include "tests/support/scripted.h"

#include "tests/support/scripted_state.h"
#include "tests/support/suite.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNS_MAX 256
#define PARTITIONS 271
#define BACKLOG 64

static pthread_mutex_t lock;
static pthread_once_t lock_made = PTHREAD_ONCE_INIT;
static hzt_scripted *all;

static void
make_lock(void)
{
	pthread_mutexattr_t attributes;
	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
	pthread_mutex_init(&lock, &attributes);
	pthread_mutexattr_destroy(&attributes);
}

void
hzt_lock(void)
{
	pthread_once(&lock_made, make_lock);
	pthread_mutex_lock(&lock);
}

void
hzt_unlock(void)
{
	pthread_mutex_unlock(&lock);
}

void
hzt_give_up(const char *what)
{
	fprintf(stderr, "scripted member: %s: %s\n", what, strerror(errno));
	abort();
}

void
hzt_ring(hzt_scripted *member)
{
	uint64_t one = 1;
	ssize_t n = write(member->bell, &one, sizeof(one));
	(void)n; // full: it has been rung often enough
}

// ---- The thread ----

static void
reap(hzt_scripted *member)
{
	for (hzt_conn **at = &member->conns; *at != NULL;) {
		hzt_conn *conn = *at;
		if (conn->broken) {
			*at = conn->next;
			hzi_buf_clear(&conn->in);
			hzi_buf_clear(&conn->out);
			free(conn);
		} else {
			at = &conn->next;
		}
	}
}

static nfds_t
gather_polls(hzt_scripted *member, struct pollfd *polls, hzt_conn **conns)
{
	nfds_t n = 0;
	polls[n++] = (struct pollfd){.fd = member->bell, .events = POLLIN};
	polls[n++] = (struct pollfd){.fd = member->listener, .events = POLLIN};
	for (hzt_conn *conn = member->conns; conn != NULL && n < CONNS_MAX; conn = conn->next) {
		bool out = conn->out_at < conn->out.len;
		conns[n] = conn;
		polls[n++] = (struct pollfd){.fd = conn->fd,
				.events = (short)((member->deaf ? 0 : POLLIN) |
						(out ? POLLOUT : 0))};
	}
	return n;
}

static void
handle_polls(hzt_scripted *member, const struct pollfd *polls, hzt_conn **conns, nfds_t n)
{
	uint64_t rung;
	if (polls[0].revents != 0) {
		ssize_t got = read(member->bell, &rung, sizeof(rung));
		(void)got;
	}
	if ((polls[1].revents & POLLIN) != 0 && member->listener >= 0) {
		hzt_conn_accept(member);
	}
	for (nfds_t i = 2; i < n; i++) {
		hzt_conn *conn = conns[i];
		if ((polls[i].revents & (POLLIN | POLLHUP | POLLERR)) != 0 && !conn->broken) {
			hzt_conn_read(conn);
		}
		hzt_conn_flush(conn);
	}
	for (hzt_conn *conn = member->conns; conn != NULL; conn = conn->next) {
		hzt_conn_flush(conn);
	}
}

static void *
run(void *arg)
{
	hzt_scripted *member = arg;
	struct pollfd polls[CONNS_MAX];
	hzt_conn *conns[CONNS_MAX];
	hzt_lock();
	while (!member->stop) {
		reap(member);
		nfds_t n = gather_polls(member, polls, conns);
		int64_t now_ms = hzt_now_ms();
		int64_t due_ms = hzt_end_polls(member, now_ms);
		int timeout = due_ms == INT64_MAX ? -1 : (int)(due_ms - now_ms);
		hzt_unlock();
		poll(polls, n, timeout);
		hzt_lock();
		handle_polls(member, polls, conns, n);
	}
	for (hzt_conn *conn = member->conns; conn != NULL; conn = conn->next) {
		hzt_conn_close(conn);
	}
	reap(member);
	hzt_unlock();
	return NULL;
}

// ---- Life ----

// The port of a member that is down may be given to a connection on its way out: then it is tried
// again.
static bool
try_listen(void *arg)
{
	hzt_scripted *member = arg;
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(member->port)};
	socklen_t size = sizeof(address);
	int one = 1;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	hzt_need(fd >= 0, "a socket");
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (member->options.receive_buffer > 0) {
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &member->options.receive_buffer, sizeof(int));
	}
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
			listen(fd, BACKLOG) != 0 ||
			getsockname(fd, (struct sockaddr *)&address, &size) != 0) {
		close(fd);
		return false;
	}
	hzt_lock();
	member->port = ntohs(address.sin_port);
	member->listener = fd;
	hzt_unlock();
	hzt_ring(member);
	return true;
}

static hz_uuid
new_uuid(void)
{
	static _Atomic uint64_t last;
	uint64_t n = ++last;
	return (hz_uuid){.msb = UINT64_C(0x5c1e7ed000000000) + n,
			.lsb = UINT64_C(0x8000000000000000) + n};
}

static bool
is_none(hz_uuid uuid)
{
	return uuid.msb == 0 && uuid.lsb == 0;
}

static void
fill_options(hzt_scripted *member, const hzt_scripted_options *options)
{
	if (options != NULL) {
		member->options = *options;
	}
	const hzt_scripted_options *o = &member->options;
	snprintf(member->cluster_name, sizeof(member->cluster_name), "%s",
			o->cluster_name != NULL ? o->cluster_name : "dev");
	snprintf(member->version, sizeof(member->version), "%s",
			o->version != NULL ? o->version : "5.7.0");
	if (is_none(o->uuid)) {
		member->options.uuid = new_uuid();
	}
	if (is_none(o->cluster)) {
		member->options.cluster = (hz_uuid){UINT64_C(0xc105), 1};
	}
	if (o->partitions == 0) {
		member->options.partitions = PARTITIONS;
	}
}

hzt_scripted *
hzt_scripted_start(const hzt_scripted_options *options)
{
	hzt_scripted *member = calloc(1, sizeof(*member));
	hzt_need(member != NULL, "memory for a member");
	member->seen = calloc(HZT_SEEN_MAX, sizeof(*member->seen));
	hzt_need(member->seen != NULL, "memory for a member");
	fill_options(member, options);
	member->listener = -1;
	member->cut_after = -1;
	member->held_tail = &member->held;
	member->parked_tail = &member->parked;
	member->bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	hzt_need(member->bell >= 0, "an eventfd");
	hzt_need(try_listen(member), "a port");
	snprintf(member->address, sizeof(member->address), "127.0.0.1:%u", member->port);
	hzt_lock();
	member->next = all;
	all = member;
	hzt_unlock();
	hzt_scripted_cluster(&member, 1);
	hzt_need(pthread_create(&member->thread, NULL, run, member) == 0, "a thread");
	return member;
}

// Nobody tells of it any more.
static void
leave(hzt_scripted *member)
{
	for (hzt_scripted **at = &all; *at != NULL;) {
		hzt_scripted *one = *at;
		size_t kept = 0;
		for (size_t i = 0; i < one->cluster_size; i++) {
			if (one->cluster[i] != member) {
				one->cluster[kept++] = one->cluster[i];
			}
		}
		one->cluster_size = kept;
		if (one == member) {
			*at = one->next;
		} else {
			at = &one->next;
		}
	}
	if (all == NULL) {
		hzt_drop_data();
	}
}

static void
free_member(hzt_scripted *member)
{
	while (member->rules != NULL) {
		hzt_rule_row *row = member->rules;
		member->rules = row->next;
		free(row);
	}
	while (member->tallies != NULL) {
		hzt_tally *tally = member->tallies;
		member->tallies = tally->next;
		free(tally);
	}
	hzt_waiting_drop(&member->held, &member->held_tail, 0);
	hzt_waiting_drop(&member->parked, &member->parked_tail, 0);
	free(member->seen);
	free(member);
}

void
hzt_scripted_end(hzt_scripted **where)
{
	hzt_scripted *member = where != NULL ? *where : NULL;
	if (member == NULL) {
		return;
	}
	*where = NULL;
	hzt_lock();
	member->stop = true;
	hzt_unlock();
	hzt_ring(member);
	pthread_join(member->thread, NULL);
	hzt_lock();
	leave(member);
	hzt_unlock();
	if (member->listener >= 0) {
		close(member->listener);
	}
	close(member->bell);
	free_member(member);
}

const char *
hzt_scripted_address(const hzt_scripted *member)
{
	return member->address;
}

hz_uuid
hzt_scripted_uuid(const hzt_scripted *member)
{
	return member->options.uuid;
}

// ---- Down and up ----

void
hzt_scripted_down(hzt_scripted *member, hzt_end how)
{
	hzt_lock();
	if (member->listener >= 0) {
		close(member->listener);
		member->listener = -1;
	}
	hzt_scripted_cut(member, 0, how);
	hzt_unlock();
}

void
hzt_scripted_up(hzt_scripted *member, hz_uuid uuid, hz_uuid cluster)
{
	hzt_lock();
	if (!is_none(uuid)) {
		member->options.uuid = uuid;
	}
	if (!is_none(cluster)) {
		member->options.cluster = cluster;
	}
	hzt_unlock();
	if (member->listener < 0) {
		HZT_AWAIT(try_listen, member, 20000);
	}
}
