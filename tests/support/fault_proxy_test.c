// SPDX-License-Identifier: Apache-2.0
//
// The fault proxy between two plain sockets of one test.
#include "tests/support/fault_proxy.h"

#include "tests/support/suite.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PATIENCE_MS 20000
#define BIG 400000

// Both ends of one connection through a proxy.
typedef struct line {
	hzt_proxy *proxy;
	int listener;
	int client, member;
} line;

static int
make_socket(void)
{
	struct timeval patience = {.tv_sec = PATIENCE_MS / 1000};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	HZT_CHECK(fd >= 0);
	HZT_CHECK(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) == 0);
	return fd;
}

static struct sockaddr_in
parse(const char *address)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	at.sin_port = htons((uint16_t)strtoul(strrchr(address, ':') + 1, NULL, 10));
	return at;
}

static int
connect_to(const char *address)
{
	struct sockaddr_in at = parse(address);
	int fd = make_socket();
	HZT_CHECK(connect(fd, (struct sockaddr *)&at, sizeof(at)) == 0);
	return fd;
}

static void
join(line *l)
{
	l->client = connect_to(hzt_proxy_address(l->proxy));
	l->member = accept(l->listener, NULL, NULL);
	HZT_CHECK(l->member >= 0);
	struct timeval patience = {.tv_sec = PATIENCE_MS / 1000};
	setsockopt(l->member, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
}

static void
part(line *l)
{
	close(l->client);
	close(l->member);
	hzt_proxy_await_open(l->proxy, 0, PATIENCE_MS);
}

static line
start(void)
{
	line l = {.proxy = hzt_proxy_start(), .listener = make_socket()};
	struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t size = sizeof(own);
	char address[32];
	HZT_CHECK(bind(l.listener, (struct sockaddr *)&own, size) == 0);
	HZT_CHECK(listen(l.listener, 4) == 0);
	HZT_CHECK(getsockname(l.listener, (struct sockaddr *)&own, &size) == 0);
	snprintf(address, sizeof(address), "127.0.0.1:%u", (unsigned)ntohs(own.sin_port));
	hzt_proxy_target(l.proxy, address);
	join(&l);
	hzt_proxy_await_open(l.proxy, 1, PATIENCE_MS);
	return l;
}

static void
end(line *l)
{
	part(l);
	close(l->listener);
	hzt_proxy_end(&l->proxy);
	HZT_CHECK(l->proxy == NULL);
}

static void
fill(uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		bytes[i] = (uint8_t)(i * 31 + i / 251);
	}
}

static void
put(int fd, const void *bytes, size_t n)
{
	HZT_EQ_INT(send(fd, bytes, n, MSG_NOSIGNAL), n);
}

// Reads until n bytes are there, or the end; returns how many.
static size_t
take(int fd, uint8_t *bytes, size_t n)
{
	size_t got = 0;
	while (got < n) {
		ssize_t one = recv(fd, bytes + got, n - got, 0);
		if (one <= 0) {
			break;
		}
		got += (size_t)one;
	}
	return got;
}

static void
expect(int fd, const void *bytes, size_t n)
{
	uint8_t *got = malloc(n);
	HZT_CHECK(got != NULL);
	HZT_EQ_INT(take(fd, got, n), n);
	HZT_EQ_MEM(got, bytes, n);
	free(got);
}

static void
expect_end(int fd)
{
	uint8_t byte;
	HZT_EQ_INT(recv(fd, &byte, 1, 0), 0);
}

static void
expect_reset(int fd)
{
	uint8_t byte;
	HZT_EQ_INT(recv(fd, &byte, 1, 0), -1);
	HZT_EQ_INT(errno, ECONNRESET);
}

// ---- Nothing spoilt ----

typedef struct sending {
	int fd;
	const uint8_t *bytes;
	size_t n;
} sending;

static void *
send_all(void *arg)
{
	const sending *s = arg;
	put(s->fd, s->bytes, s->n);
	return NULL;
}

static void
passes_both_ways(void)
{
	static uint8_t bytes[BIG];
	line l = start();
	fill(bytes, BIG);
	for (int i = 0; i < 2; i++) {
		sending s = {i == 0 ? l.client : l.member, bytes, BIG};
		pthread_t thread;
		HZT_EQ_INT(pthread_create(&thread, NULL, send_all, &s), 0);
		expect(i == 0 ? l.member : l.client, bytes, BIG);
		pthread_join(thread, NULL);
	}
	HZT_EQ_INT(hzt_proxy_seen(l.proxy, HZT_TO_MEMBER).bytes, BIG);
	HZT_EQ_INT(hzt_proxy_seen(l.proxy, HZT_BOTH_WAYS).bytes, 2 * BIG);
	// Each side's end is passed on by itself, behind what was sent.
	put(l.client, "x", 1);
	shutdown(l.client, SHUT_WR);
	expect(l.member, "x", 1);
	expect_end(l.member);
	put(l.member, "y", 1);
	close(l.member);
	expect(l.client, "y", 1);
	expect_end(l.client);
	hzt_proxy_await_open(l.proxy, 0, PATIENCE_MS);
	join(&l);
	HZT_EQ_INT(hzt_proxy_accepted(l.proxy), 2);
	end(&l);
}

static void
nobody_behind_it(void)
{
	line l = start();
	hzt_proxy_target(l.proxy, NULL);
	int fd = connect_to(hzt_proxy_address(l.proxy));
	expect_reset(fd);
	close(fd);
	// A port that nobody listens on.
	hzt_proxy *closed = hzt_proxy_start();
	hzt_proxy_target(l.proxy, hzt_proxy_address(closed));
	hzt_proxy_end(&closed);
	fd = connect_to(hzt_proxy_address(l.proxy));
	expect_reset(fd);
	close(fd);
	// The connection that was there is not touched.
	put(l.client, "x", 1);
	expect(l.member, "x", 1);
	end(&l);
}

// ---- Late, slow, torn ----

static void
delays(void)
{
	enum { DELAY_MS = 120 };
	line l = start();
	hzt_proxy_delay(l.proxy, HZT_BOTH_WAYS, DELAY_MS);
	int64_t begin_ms = hzt_now_ms();
	put(l.client, "ping", 4);
	expect(l.member, "ping", 4);
	put(l.member, "pong", 4);
	expect(l.client, "pong", 4);
	HZT_CHECK(hzt_now_ms() - begin_ms >= 2 * DELAY_MS - 2);
	// What was read keeps its delay, so nothing overtakes it.
	put(l.client, "first", 5);
	hzt_proxy_delay(l.proxy, HZT_BOTH_WAYS, 0);
	put(l.client, "second", 6);
	expect(l.member, "firstsecond", 11);
	end(&l);
}

static void
keeps_to_a_rate(void)
{
	static uint8_t bytes[30000];
	line l = start();
	fill(bytes, sizeof(bytes));
	hzt_proxy_rate(l.proxy, HZT_TO_CLIENT, 100000);
	int64_t begin_ms = hzt_now_ms();
	put(l.member, bytes, sizeof(bytes));
	expect(l.client, bytes, sizeof(bytes));
	// One step of a hundredth of a second is free.
	int64_t took_ms = hzt_now_ms() - begin_ms;
	HZT_CHECK(took_ms >= 280 && took_ms < INT64_C(3000) * hzt_slowness());
	begin_ms = hzt_now_ms();
	// The other way none: ten times as much, three seconds at that rate.
	for (int i = 0; i < 10; i++) {
		put(l.client, bytes, sizeof(bytes));
		expect(l.member, bytes, sizeof(bytes));
	}
	HZT_CHECK(hzt_now_ms() - begin_ms < 2700);
	end(&l);
}

static void
dribbles(void)
{
	static uint8_t bytes[5000];
	line l = start();
	fill(bytes, sizeof(bytes));
	hzt_proxy_dribble(l.proxy, HZT_TO_MEMBER, true);
	put(l.client, bytes, sizeof(bytes));
	expect(l.member, bytes, sizeof(bytes));
	HZT_EQ_INT(hzt_proxy_seen(l.proxy, HZT_TO_MEMBER).writes, sizeof(bytes));
	put(l.member, bytes, sizeof(bytes));
	expect(l.client, bytes, sizeof(bytes));
	HZT_CHECK(hzt_proxy_seen(l.proxy, HZT_TO_CLIENT).writes < 100);
	end(&l);
}

static void
stalls_one_direction(void)
{
	uint8_t byte;
	line l = start();
	hzt_proxy_stall(l.proxy, HZT_TO_CLIENT, true);
	put(l.member, "held", 4);
	shutdown(l.member, SHUT_WR);
	// The other direction goes on; its answer would have come by then.
	for (int i = 0; i < 50; i++) {
		put(l.client, "x", 1);
		expect(l.member, "x", 1);
	}
	HZT_EQ_INT(recv(l.client, &byte, 1, MSG_DONTWAIT), -1);
	HZT_EQ_INT(hzt_proxy_seen(l.proxy, HZT_TO_CLIENT).bytes, 0);
	hzt_proxy_stall(l.proxy, HZT_TO_CLIENT, false);
	expect(l.client, "held", 4);
	expect_end(l.client);
	end(&l);
}

// ---- Ends ----

static void
cuts_at_a_byte(void)
{
	enum { AT = 1234 };
	static uint8_t bytes[5000];
	static uint8_t got[5000];
	line l = start();
	fill(bytes, sizeof(bytes));
	hzt_proxy_cut_after(l.proxy, HZT_TO_CLIENT, AT, HZT_CUT_FIN);
	put(l.member, bytes, sizeof(bytes));
	HZT_EQ_INT(take(l.client, got, sizeof(got)), AT);
	HZT_EQ_MEM(got, bytes, AT);
	expect_end(l.client);
	expect_end(l.member);
	HZT_EQ_INT(hzt_proxy_open(l.proxy), 0);
	part(&l);
	// Those to come, too, and in the other direction.
	hzt_proxy_cut_new_after(l.proxy, HZT_TO_MEMBER, AT, HZT_CUT_FIN);
	for (int i = 0; i < 3; i++) {
		join(&l);
		put(l.client, bytes, sizeof(bytes));
		HZT_EQ_INT(take(l.member, got, sizeof(got)), AT);
		part(&l);
	}
	hzt_proxy_cut_new_after(l.proxy, HZT_TO_MEMBER, -1, HZT_CUT_FIN);
	join(&l);
	put(l.client, bytes, sizeof(bytes));
	expect(l.member, bytes, sizeof(bytes));
	end(&l);
}

static void
cuts_now(void)
{
	line l = start();
	HZT_EQ_INT(hzt_proxy_cut(l.proxy, 2, HZT_CUT_RESET), 0);
	HZT_EQ_INT(hzt_proxy_cut(l.proxy, 1, HZT_CUT_RESET), 1);
	expect_reset(l.client);
	expect_reset(l.member);
	part(&l);
	join(&l);
	hzt_proxy_await_open(l.proxy, 1, PATIENCE_MS);
	HZT_EQ_INT(hzt_proxy_cut(l.proxy, 0, HZT_CUT_FIN), 1);
	expect_end(l.client);
	expect_end(l.member);
	HZT_EQ_INT(hzt_proxy_cut(l.proxy, 0, HZT_CUT_FIN), 0);
	// One side's reset is the other one's.
	part(&l);
	join(&l);
	struct linger linger = {.l_onoff = 1};
	setsockopt(l.client, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	close(l.client);
	expect_reset(l.member);
	l.client = dup(l.member);
	end(&l);
}

static void
closes_one_half(void)
{
	line l = start();
	hzt_proxy_half_close(l.proxy, HZT_TO_CLIENT);
	expect_end(l.client);
	// The sender of the closed half notices nothing; the other half works.
	put(l.member, "lost", 4);
	put(l.client, "heard", 5);
	expect(l.member, "heard", 5);
	put(l.member, "lost", 4);
	HZT_EQ_INT(hzt_proxy_open(l.proxy), 1);
	HZT_EQ_INT(hzt_proxy_seen(l.proxy, HZT_TO_CLIENT).bytes, 0);
	end(&l);
}

// ---- Changed bytes ----

// What the member gets of these bytes, sent in pieces of `piece` bytes over the connection with
// this number of a new proxy.
static size_t
mutated(const hzt_mutation *rule, uint64_t number, size_t piece, const uint8_t *bytes, size_t n,
		uint8_t *out, size_t room)
{
	line l = start();
	for (uint64_t i = 1; i < number; i++) {
		part(&l);
		join(&l);
	}
	hzt_proxy_mutate(l.proxy, HZT_TO_MEMBER, rule);
	for (size_t at = 0; at < n; at += piece) {
		put(l.client, bytes + at, piece < n - at ? piece : n - at);
	}
	shutdown(l.client, SHUT_WR);
	size_t got = take(l.member, out, room);
	// The other flow has no such rule.
	put(l.member, bytes, 100);
	expect(l.client, bytes, 100);
	end(&l);
	return got;
}

static size_t
differences(const uint8_t *a, const uint8_t *b, size_t n)
{
	size_t found = 0;
	for (size_t i = 0; i < n; i++) {
		found += a[i] != b[i];
	}
	return found;
}

static void
flips_bits_by_seed(void)
{
	enum { N = 20000 };
	static uint8_t bytes[N];
	static uint8_t first[N];
	static uint8_t again[N];
	hzt_mutation rule = {HZT_MUTATE_FLIP, 100, 0, 0, 42};
	fill(bytes, N);
	HZT_EQ_INT(mutated(&rule, 1, N, bytes, N, first, N), N);
	size_t changed = differences(bytes, first, N);
	HZT_CHECK(changed > 120 && changed < 300);
	for (size_t i = 0; i < N; i++) {
		uint8_t bits = bytes[i] ^ first[i];
		HZT_CHECK((bits & (bits - 1)) == 0);
	}
	HZT_EQ_INT(mutated(&rule, 1, 777, bytes, N, again, N), N);
	HZT_EQ_MEM(again, first, N);
	HZT_EQ_INT(mutated(&rule, 2, N, bytes, N, again, N), N);
	HZT_CHECK(differences(first, again, N) > 100);
	rule.seed++;
	HZT_EQ_INT(mutated(&rule, 1, N, bytes, N, again, N), N);
	HZT_CHECK(differences(first, again, N) > 100);
}

static void
skips_and_repeats(void)
{
	static const uint8_t bytes[100] = "abcdef";
	static uint8_t got[300];
	hzt_mutation rule = {HZT_MUTATE_SKIP, 1, 1, 4, 0};
	HZT_EQ_INT(mutated(&rule, 1, 100, bytes, 100, got, sizeof(got)), 97);
	HZT_EQ_MEM(got, "aef", 4);
	rule.kind = HZT_MUTATE_TWICE;
	HZT_EQ_INT(mutated(&rule, 1, 1, bytes, 100, got, sizeof(got)), 103);
	HZT_EQ_MEM(got, "abbccddef", 10);
	rule = (hzt_mutation){HZT_MUTATE_SKIP, 1, 0, 0, 0};
	HZT_EQ_INT(mutated(&rule, 1, 100, bytes, 100, got, sizeof(got)), 0);
	HZT_EQ_INT(mutated(NULL, 1, 100, bytes, 100, got, sizeof(got)), 100);
	HZT_EQ_MEM(got, bytes, 100);
}

static const hzt_case cases[] = {
		{"passes_both_ways", passes_both_ways},
		{"nobody_behind_it", nobody_behind_it},
		{"delays", delays},
		{"keeps_to_a_rate", keeps_to_a_rate},
		{"dribbles", dribbles},
		{"stalls_one_direction", stalls_one_direction},
		{"cuts_at_a_byte", cuts_at_a_byte},
		{"cuts_now", cuts_now},
		{"closes_one_half", closes_one_half},
		{"flips_bits_by_seed", flips_bits_by_seed},
		{"skips_and_repeats", skips_and_repeats},
};

HZT_MAIN("fault proxy", cases)
