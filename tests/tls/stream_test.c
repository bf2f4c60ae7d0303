// SPDX-License-Identifier: Apache-2.0
//
// TLS as a stream: whatever the pieces, the bytes come through whole and in order, and the reader is
// never left asleep beside bytes that OpenSSL holds.
#include "tests/support/certs.h"
#include "tests/support/fault_proxy.h"
#include "tests/support/suite.h"
#include "tests/tls/tls_end.h"
#include "transport/dial.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#define PATIENCE_MS 60000
#define BYTES ((size_t)3 << 20)
#define FEW ((size_t)300)

static cert authority, good;

typedef struct line {
	tls_end end;
	hzt_proxy *proxy; // NULL: straight to the end
	hzi_tls *tls;
	hzi_stream stream;
} line;

static uint16_t
port_of(const char *address)
{
	return (uint16_t)strtoul(strchr(address, ':') + 1, NULL, 10);
}

static void
open_line(line *l, tls_end_options options, bool dribble)
{
	hz_error err = {0};
	char address[32];
	memset(l, 0, sizeof(*l));
	cert_make(&(cert_spec){.name = "Test Authority", .authority = true}, &authority);
	cert_make(&(cert_spec){.name = "member", .alt_names = "IP:127.0.0.1", .issuer = &authority},
			&good);
	options.own = &good;
	tls_end_start(&l->end, &options);
	uint16_t port = l->end.port;
	if (dribble) {
		(void)snprintf(address, sizeof(address), "127.0.0.1:%u", port);
		l->proxy = hzt_proxy_start();
		hzt_proxy_target(l->proxy, address);
		hzt_proxy_dribble(l->proxy, HZT_BOTH_WAYS, true);
		port = port_of(hzt_proxy_address(l->proxy));
	}
	HZT_OK_ERR(hzi_tls_new(&(hzi_tls_options){.trust = authority.pem}, &l->tls, &err), &err);
	hzi_dial dial = {.host = "127.0.0.1",
			.port = port,
			.tcp = {.no_delay = true, .linger_s = -1, .buffer_kb = 64},
			.tls = l->tls,
			.wait = {.deadline_ns = hzi_deadline_in_ms(PATIENCE_MS)}};
	HZT_OK_ERR(hzi_dial_open(&dial, &l->stream, &err), &err);
}

static void
close_line(line *l)
{
	l->stream.ops->close(&l->stream);
	hzt_proxy_end(&l->proxy);
	hzi_tls_destroy(&l->tls);
	tls_end_stop(&l->end);
	cert_clear(&authority);
	cert_clear(&good);
}

static uint8_t
byte_at(size_t i)
{
	return (uint8_t)(i * 31 + (i >> 8) * 7 + (i >> 16));
}

// Writes from `sent` on, in so many parts of this size as are left. How many bytes were taken.
static size_t
write_parts(hzi_stream *stream, const uint8_t *bytes, size_t sent, size_t part)
{
	struct iovec parts[64];
	int n = 0;
	size_t taken = 0;
	for (size_t at = sent; at < BYTES && n < 64; n++) {
		size_t size = BYTES - at < part ? BYTES - at : part;
		parts[n] = (struct iovec){(void *)(uintptr_t)(bytes + at), size};
		at += size;
	}
	HZT_OK(stream->ops->writev(stream, parts, n, &taken));
	return taken;
}

// Reads what there is, in pieces of this size, and compares it with what was sent.
static size_t
read_pieces(hzi_stream *stream, size_t done, size_t piece)
{
	static uint8_t buffer[70000];
	size_t got = 0;
	HZT_OK(stream->ops->read(stream, buffer, piece, &got));
	for (size_t i = 0; i < got; i++) {
		HZT_EQ_INT(buffer[i], byte_at(done + i));
	}
	return got;
}

// As an I/O thread does it: waits for what the stream wants, unless it holds bytes already.
static void
send_and_read_back(hzi_stream *stream, size_t part, size_t piece)
{
	uint8_t *bytes = malloc(BYTES);
	size_t sent = 0;
	size_t done = 0;
	HZT_CHECK(bytes != NULL);
	for (size_t i = 0; i < BYTES; i++) {
		bytes[i] = byte_at(i);
	}
	while (done < BYTES) {
		bool blocked = false;
		if (sent < BYTES) {
			size_t taken = write_parts(stream, bytes, sent, part);
			sent += taken;
			blocked = sent < BYTES && taken == 0;
		}
		size_t got = read_pieces(stream, done, piece);
		done += got;
		if (got == 0 && (blocked || sent == BYTES)) {
			HZT_CHECK(!stream->ops->holds_bytes(stream));
			struct pollfd one = {.fd = stream->fd,
					.events = (short)stream->ops->wants(
							stream, true, sent < BYTES)};
			HZT_CHECK(poll(&one, 1, PATIENCE_MS) == 1);
		}
	}
	free(bytes);
}

static void
all_sizes(void)
{
	static const size_t sizes[][2] = {
			{100, 70000}, {16384, 16384}, {16385, 1000}, {40, 16}, {1000000, 65536}};
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		line l;
		int version = i % 2 == 0 ? 0 : TLS1_2_VERSION;
		open_line(&l, (tls_end_options){.oldest = version, .newest = version}, false);
		HZT_CHECK(!l.stream.ops->shared && strcmp(l.stream.ops->name, "tls") == 0);
		send_and_read_back(&l.stream, sizes[i][0], sizes[i][1]);
		close_line(&l);
	}
}

static void
read_all_back(hzi_stream *stream, size_t size)
{
	hzi_wait wait = {.deadline_ns = hzi_deadline_in_ms(PATIENCE_MS)};
	for (size_t done = 0; done < size;) {
		size_t got = read_pieces(stream, done, size - done);
		done += got;
		if (got == 0) {
			HZT_OK(hzi_wait_for(&wait, stream->fd, EPOLLIN, "an echo", NULL));
		}
	}
}

static void
send_few(hzi_stream *stream)
{
	uint8_t bytes[FEW];
	struct iovec part = {bytes, FEW};
	size_t sent = 0;
	for (size_t i = 0; i < FEW; i++) {
		bytes[i] = byte_at(i);
	}
	HZT_OK(stream->ops->writev(stream, &part, 1, &sent));
	HZT_EQ_INT(sent, FEW);
}

// A read has to write then: the answer to the exchange. (OpenSSL 3.0 cannot while a record of ours
// waits for room; the connection is lost then, and another one made.)
static void
keys_are_exchanged(void)
{
	line l;
	open_line(&l, (tls_end_options){.new_keys = true, .oldest = TLS1_3_VERSION}, false);
	for (int i = 0; i < 20; i++) {
		send_few(&l.stream);
		read_all_back(&l.stream, FEW);
	}
	close_line(&l);
}

// Half a record wakes the reader and gives it nothing.
static void
byte_by_byte(void)
{
	line l;
	open_line(&l, (tls_end_options){.own = NULL}, true);
	send_few(&l.stream);
	read_all_back(&l.stream, FEW);
	close_line(&l);
}

// epoll says nothing of what OpenSSL has read ahead: the stream does, until a read finds the end.
static void
says_what_it_holds(void)
{
	line l;
	open_line(&l, (tls_end_options){.own = NULL}, false);
	hzi_wait wait = {.deadline_ns = hzi_deadline_in_ms(PATIENCE_MS)};
	HZT_CHECK(l.stream.ops->holds_bytes(&l.stream)); // for all that it knows
	HZT_EQ_INT(read_pieces(&l.stream, 0, FEW), 0);
	HZT_CHECK(!l.stream.ops->holds_bytes(&l.stream));
	send_few(&l.stream);
	size_t done = 0;
	while (done == 0) {
		HZT_OK(hzi_wait_for(&wait, l.stream.fd, EPOLLIN, "an echo", NULL));
		done = read_pieces(&l.stream, 0, 10);
	}
	HZT_EQ_INT(done, 10);
	HZT_CHECK(l.stream.ops->holds_bytes(&l.stream));
	HZT_EQ_INT(read_pieces(&l.stream, done, 2 * FEW), FEW - 10);
	HZT_CHECK(!l.stream.ops->holds_bytes(&l.stream));
	close_line(&l);
}

static hz_err
read_to_the_end(hzi_stream *stream)
{
	uint8_t byte;
	size_t got = 0;
	hzi_wait wait = {.deadline_ns = hzi_deadline_in_ms(PATIENCE_MS)};
	hz_err e;
	while ((e = stream->ops->read(stream, &byte, 1, &got)) == HZ_OK) {
		if (got == 0) {
			HZT_OK(hzi_wait_for(&wait, stream->fd, EPOLLIN, "the end", NULL));
		}
	}
	return e;
}

// The end of the socket without the end of TLS is a lost connection as any other, and stays one.
static void
end_without_a_word(void)
{
	line l;
	open_line(&l, (tls_end_options){.rude = true}, false);
	struct iovec part = {(void *)(uintptr_t) "x", 1};
	size_t sent = 0;
	HZT_OK(l.stream.ops->writev(&l.stream, &part, 1, &sent));
	HZT_EQ_INT(read_to_the_end(&l.stream), HZ_ERR_DISCONNECTED);
	HZT_EQ_INT(read_to_the_end(&l.stream), HZ_ERR_DISCONNECTED);
	HZT_EQ_INT(l.stream.ops->writev(&l.stream, &part, 1, &sent), HZ_ERR_DISCONNECTED);
	HZT_CHECK(l.stream.ops->reason(&l.stream) == NULL);
	close_line(&l);
}

static void
shutdown_wakes_the_reader(void)
{
	line l;
	open_line(&l, (tls_end_options){.own = NULL}, false);
	uint8_t byte;
	size_t got = 0;
	HZT_OK(l.stream.ops->read(&l.stream, &byte, 1, &got));
	HZT_EQ_INT(got, 0);
	l.stream.ops->shutdown(&l.stream);
	l.stream.ops->shutdown(&l.stream);
	HZT_EQ_INT(read_to_the_end(&l.stream), HZ_ERR_DISCONNECTED);
	close_line(&l);
}

static const hzt_case cases[] = {
		{"all_sizes", all_sizes},
		{"keys_are_exchanged", keys_are_exchanged},
		{"byte_by_byte", byte_by_byte},
		{"says_what_it_holds", says_what_it_holds},
		{"end_without_a_word", end_without_a_word},
		{"shutdown_wakes_the_reader", shutdown_wakes_the_reader},
};

HZT_MAIN("tls/stream", cases)
