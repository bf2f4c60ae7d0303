// SPDX-License-Identifier: Apache-2.0
//
// Dialling: every way to fail ends in time, with a typed error, and leaves no descriptor behind.
#include "base/platform.h"
#include "tests/support/suite.h"
#include "tests/transport/peer.h"
#include "transport/dial.h"

#include <dlfcn.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define SOON_MS INT64_C(3000)

static hzi_dial
dial_to(const char *host, uint16_t port, int64_t timeout_ms)
{
	return (hzi_dial){
			.host = host,
			.port = port,
			.tcp = {.no_delay = true,
					.keep_alive = true,
					.reuse_address = true,
					.linger_s = -1},
			.wait = {.deadline_ns = hzi_deadline_in_ms(timeout_ms)},
	};
}

// Dials, and checks that it fails with `want` in time and without a trace.
static void
check_fails(const hzi_dial *dial, hz_err want, hz_error *err)
{
	int before = open_descriptors();
	int64_t start_ms = hzt_now_ms();
	hzi_stream stream;
	HZT_EQ_INT(hzi_dial_open(dial, &stream, err), want);
	HZT_CHECK(hzt_now_ms() - start_ms < SOON_MS * hzt_slowness());
	HZT_EQ_INT(err->code, want);
	HZT_EQ_INT(open_descriptors(), before);
}

// ---- The test's own view of the network: two names, and a port that answers itself ----

static _Atomic bool bind_to_target;

int
getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
		struct addrinfo **out)
{
	typedef int lookup(const char *, const char *, const struct addrinfo *, struct addrinfo **);
	lookup *real = (lookup *)dlsym(RTLD_NEXT, "getaddrinfo");
	if (strcmp(host, "two.example") != 0 || (hints->ai_flags & AI_NUMERICHOST) != 0) {
		return real(host, service, hints, out);
	}
	int result = real("127.0.0.1", service, hints, out);
	return result != 0 ? result : real("127.0.0.2", service, hints, &(*out)->ai_next);
}

int
connect(int fd, const struct sockaddr *to, socklen_t size)
{
	typedef int connector(int, const struct sockaddr *, socklen_t);
	connector *real = (connector *)dlsym(RTLD_NEXT, "connect");
	if (atomic_load(&bind_to_target) && bind(fd, to, size) != 0) {
		return -1;
	}
	return real(fd, to, size);
}

// ---- Cases ----

static void
connects(void)
{
	peer p;
	peer_start(&p, &(peer_script){.reply = (const uint8_t *)"hi", .reply_size = 2});
	hzi_stream stream;
	peer_dial(p.port, &stream);
	HZT_EQ_STR(stream.ops->name, "tcp");
	stream.ops->close(&stream);
	peer_stop(&p);
}

static void
refused(void)
{
	uint16_t port = 0;
	int listener = listen_on("127.0.0.1", 0, 1, &port);
	HZT_CHECK(listener >= 0);
	(void)close(listener);
	hz_error err;
	hzi_dial dial = dial_to("127.0.0.1", port, 10000);
	check_fails(&dial, HZ_ERR_IO, &err);
	HZT_CHECK(err.retryable);
	HZT_CHECK(strstr(err.message, "connecting to 127.0.0.1:") != NULL);
	HZT_CHECK(strstr(err.message, "refused") != NULL);
}

static void
unreachable(void)
{
	// No connection can be made to a broadcast address, and the system knows without asking
	// anybody.
	hz_error err;
	hzi_dial dial = dial_to("255.255.255.255", 5701, 10000);
	check_fails(&dial, HZ_ERR_IO, &err);
	HZT_CHECK(err.retryable);
}

static void
deadline(void)
{
	black_hole hole;
	black_hole_open(&hole, 0);
	hz_error err;
	int64_t start_ms = hzt_now_ms();
	hzi_dial dial = dial_to("127.0.0.1", hole.port, 200);
	check_fails(&dial, HZ_ERR_TIMEOUT, &err);
	HZT_CHECK(hzt_now_ms() - start_ms >= 199);
	HZT_CHECK(err.retryable);
	black_hole_close(&hole);
}

typedef struct interruption {
	_Atomic bool set;
	_Atomic int asked;
} interruption;

static bool
ask(void *ctx)
{
	interruption *in = ctx;
	atomic_fetch_add(&in->asked, 1);
	return atomic_load(&in->set);
}

// Interrupts once the dial was seen to wait.
static bool
was_asked_twice(void *ctx)
{
	return atomic_load(&((interruption *)ctx)->asked) >= 2;
}

static void
interrupt_later(void *arg)
{
	interruption *in = arg;
	(void)hzt_await(was_asked_twice, in, 10000);
	atomic_store(&in->set, true);
}

static void
interrupted(void)
{
	black_hole hole;
	black_hole_open(&hole, 0);
	interruption in = {.set = false};
	hzi_dial dial = dial_to("127.0.0.1", hole.port, 60000);
	dial.wait.interrupted = ask;
	dial.wait.ctx = &in;
	hzi_thread thread;
	HZT_OK(hzi_thread_start(&thread, "interrupt", interrupt_later, &in));
	hz_error err;
	check_fails(&dial, HZ_ERR_CANCELLED, &err);
	HZT_CHECK(!err.retryable);
	hzi_thread_join(&thread);
	black_hole_close(&hole);
}

static void
asks_now_and_then_only(void)
{
	black_hole hole;
	black_hole_open(&hole, 0);
	interruption in = {.set = false};
	hzi_dial dial = dial_to("127.0.0.1", hole.port, 300);
	dial.wait.interrupted = ask;
	dial.wait.ctx = &in;
	hz_error err;
	check_fails(&dial, HZ_ERR_TIMEOUT, &err);
	HZT_CHECK(atomic_load(&in.asked) >= 3);
	HZT_CHECK(atomic_load(&in.asked) <= 10);
	black_hole_close(&hole);
}

static void
dead_address_leaves_time_for_the_next(void)
{
	black_hole hole;
	black_hole_open(&hole, 0);
	uint16_t port = 0;
	int listener = listen_on("127.0.0.2", hole.port, 8, &port);
	if (listener < 0) {
		hzt_skip("the port is taken on the second address");
	}
	int before = open_descriptors();
	hzi_dial dial = dial_to("two.example", hole.port, 1000);
	hzi_stream stream;
	hz_error err;
	HZT_OK_ERR(hzi_dial_open(&dial, &stream, &err), &err);
	stream.ops->close(&stream);
	HZT_EQ_INT(open_descriptors(), before);
	(void)close(listener);
	black_hole_close(&hole);
}

static void
last_address_gives_the_reason(void)
{
	black_hole hole;
	black_hole_open(&hole, 0);
	hz_error err;
	hzi_dial dial = dial_to("two.example", hole.port, 400);
	check_fails(&dial, HZ_ERR_IO, &err);
	HZT_CHECK(strstr(err.message, "127.0.0.2:") != NULL);
	black_hole_close(&hole);
}

static void
connection_to_oneself_is_none(void)
{
	uint16_t port = 0;
	int listener = listen_on("127.0.0.1", 0, 1, &port);
	HZT_CHECK(listener >= 0);
	(void)close(listener);
	atomic_store(&bind_to_target, true);
	hz_error err;
	hzi_dial dial = dial_to("127.0.0.1", port, 2000);
	check_fails(&dial, HZ_ERR_IO, &err);
	atomic_store(&bind_to_target, false);
	HZT_CHECK(strstr(err.message, "refused") != NULL);
}

static void
no_descriptor_left(void)
{
	struct rlimit old;
	HZT_EQ_INT(getrlimit(RLIMIT_NOFILE, &old), 0);
	struct rlimit none = {.rlim_cur = 0, .rlim_max = old.rlim_max};
	hzi_dial dial = dial_to("127.0.0.1", 5701, 2000);
	hzi_stream stream;
	hz_error err;
	HZT_EQ_INT(setrlimit(RLIMIT_NOFILE, &none), 0);
	hz_err by_number = hzi_dial_open(&dial, &stream, &err);
	dial.host = "two.example";
	hz_err by_name = hzi_dial_open(&dial, &stream, NULL);
	HZT_EQ_INT(setrlimit(RLIMIT_NOFILE, &old), 0);
	HZT_EQ_INT(by_number, HZ_ERR_RESOURCE);
	HZT_EQ_INT(err.code, HZ_ERR_RESOURCE);
	HZT_CHECK(err.retryable);
	HZT_EQ_INT(by_name, HZ_ERR_RESOURCE);
}

static const hzt_case cases[] = {
		{"connects", connects},
		{"refused", refused},
		{"unreachable", unreachable},
		{"deadline", deadline},
		{"interrupted", interrupted},
		{"asks_now_and_then_only", asks_now_and_then_only},
		{"dead_address_leaves_time_for_the_next", dead_address_leaves_time_for_the_next},
		{"last_address_gives_the_reason", last_address_gives_the_reason},
		{"connection_to_oneself_is_none", connection_to_oneself_is_none},
		{"no_descriptor_left", no_descriptor_left},
};

HZT_MAIN("transport/dial", cases)
