// SPDX-License-Identifier: Apache-2.0
#include "transport/tls.h"

#include "base/fail.h"
#include "transport/tls_context.h"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

// What one record can hold.
#define RECORD_BYTES ((size_t)16384)

// Beside the descriptor: one of these a connection. The I/O thread's alone, but for shutdown, which
// looks at `inner` only.
typedef struct tls_state {
	hzi_stream inner;
	SSL *ssl;
	hzi_tls_peer peer;
	bool drained;                 // the last read found that nothing more is there
	bool read_wants_out;          // ... and can go on only when there is room to write
	bool write_wants_in;          // the last write can go on only when something came
	hz_err lost;                  // what the inner stream said when it broke
	hz_err broken;                // how this stream ended: every further read and write says it
	const char *why;              // the same for people; a text of the program or of OpenSSL
	uint8_t record[RECORD_BYTES]; // where small parts meet before they are encrypted
} tls_state;

// ---- The way to the inner stream ----

static int
bio_read(BIO *bio, char *buf, size_t size, size_t *got)
{
	tls_state *state = BIO_get_data(bio);
	BIO_clear_retry_flags(bio);
	hz_err e = state->inner.ops->read(&state->inner, buf, size, got);
	if (e != HZ_OK) {
		state->lost = e;
		return 0;
	}
	if (*got == 0) {
		BIO_set_retry_read(bio);
		return -1;
	}
	return 1;
}

static int
bio_write(BIO *bio, const char *buf, size_t size, size_t *sent)
{
	tls_state *state = BIO_get_data(bio);
	// What is written from is not written to; only the type cannot say so.
	struct iovec part = {.iov_base = (void *)buf, .iov_len = size};
	BIO_clear_retry_flags(bio);
	hz_err e = state->inner.ops->writev(&state->inner, &part, 1, sent);
	if (e != HZ_OK) {
		state->lost = e;
		return 0;
	}
	if (*sent == 0) {
		BIO_set_retry_write(bio);
		return -1;
	}
	return 1;
}

static long
bio_control(BIO *bio, int command, long number, void *pointer)
{
	const tls_state *state = BIO_get_data(bio);
	(void)number;
	(void)pointer;
	if (command == BIO_CTRL_EOF) {
		return state->lost != HZ_OK;
	}
	return command == BIO_CTRL_FLUSH;
}

// The type is that of no other BIO's kind: there are few numbers to be had, and none is needed.
BIO_METHOD *
hzi_tls_bio_method(void)
{
	BIO_METHOD *method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "hazelcast");
	if (method != NULL) {
		(void)BIO_meth_set_read_ex(method, bio_read);
		(void)BIO_meth_set_write_ex(method, bio_write);
		(void)BIO_meth_set_ctrl(method, bio_control);
	}
	return method;
}

// ---- What came of a step ----

// Notes how the stream ended, for this call and every one that follows.
static hz_err
end_with(tls_state *state, hz_err code, const char *why)
{
	state->broken = code;
	state->why = why; // NULL: the code says all
	ERR_clear_error();
	return code;
}

// Why a step of OpenSSL that wants neither to read nor to write again has failed.
static hz_err
fail_step(tls_state *state, int reason)
{
	unsigned long number = ERR_peek_last_error();
	const char *text = ERR_reason_error_string(number);
	if (reason == SSL_ERROR_ZERO_RETURN) {
		return end_with(state, HZ_ERR_DISCONNECTED, "the member ended TLS");
	}
	if (state->lost != HZ_OK) {
		return end_with(state, state->lost, NULL);
	}
	return end_with(state, HZ_ERR_TLS, text != NULL ? text : "TLS failed");
}

// ---- Reading and writing ----

// Reads until the buffer is full or the member has sent no more: what OpenSSL has read ahead, epoll
// does not know of.
static hz_err
read_some(hzi_stream *stream, void *buf, size_t size, size_t *got)
{
	tls_state *state = stream->state;
	*got = 0;
	state->drained = false;
	state->read_wants_out = false;
	while (state->broken == HZ_OK && *got < size) {
		size_t n = 0;
		ERR_clear_error();
		int result = SSL_read_ex(state->ssl, (uint8_t *)buf + *got, size - *got, &n);
		int reason = result == 1 ? SSL_ERROR_NONE : SSL_get_error(state->ssl, result);
		*got += n;
		if (reason == SSL_ERROR_WANT_READ || reason == SSL_ERROR_WANT_WRITE) {
			state->drained = true;
			state->read_wants_out = reason == SSL_ERROR_WANT_WRITE;
			return HZ_OK;
		}
		if (reason != SSL_ERROR_NONE) {
			(void)fail_step(state, reason);
		}
	}
	// What came before the end is handed over first.
	return *got > 0 ? HZ_OK : state->broken;
}

// Where the next record begins, in parts that are not written.
typedef struct cursor {
	const struct iovec *parts;
	int count;
	size_t skip; // bytes of the first part
} cursor;

// The next record's bytes: lent where they lie when they are enough, else brought together.
static const uint8_t *
next_record(const cursor *at, uint8_t *record, size_t *size)
{
	const uint8_t *first = (const uint8_t *)at->parts->iov_base + at->skip;
	size_t n = at->parts->iov_len - at->skip;
	if (at->count == 1 || n >= RECORD_BYTES) {
		*size = n < RECORD_BYTES ? n : RECORD_BYTES;
		return first;
	}
	memcpy(record, first, n);
	for (int i = 1; i < at->count && n < RECORD_BYTES; i++) {
		size_t more = at->parts[i].iov_len;
		more = more < RECORD_BYTES - n ? more : RECORD_BYTES - n;
		memcpy(record + n, at->parts[i].iov_base, more);
		n += more;
	}
	*size = n;
	return record;
}

static void
advance(cursor *at, size_t n)
{
	at->skip += n;
	while (at->count > 0 && at->skip >= at->parts->iov_len) {
		at->skip -= at->parts->iov_len;
		at->parts++;
		at->count--;
	}
}

// A member that refuses us says why and closes, and we notice when we write: its last word is still
// to be read then. What else there is to read stays where it is.
static hz_err
fail_write(tls_state *state, int reason)
{
	uint8_t byte;
	size_t n = 0;
	if (state->lost == HZ_OK) {
		return fail_step(state, reason);
	}
	hz_err lost = state->lost;
	ERR_clear_error();
	int result = SSL_peek_ex(state->ssl, &byte, 1, &n);
	if (result != 1 && SSL_get_error(state->ssl, result) == SSL_ERROR_SSL) {
		state->lost = HZ_OK;
		return fail_step(state, SSL_ERROR_SSL);
	}
	ERR_clear_error();
	return lost;
}

static hz_err
write_some(hzi_stream *stream, const struct iovec *parts, int count, size_t *sent)
{
	tls_state *state = stream->state;
	cursor at = {.parts = parts, .count = count};
	*sent = 0;
	state->write_wants_in = false;
	advance(&at, 0); // past parts without bytes
	while (state->broken == HZ_OK && at.count > 0) {
		size_t size = 0;
		size_t n = 0;
		const uint8_t *bytes = next_record(&at, state->record, &size);
		ERR_clear_error();
		int result = SSL_write_ex(state->ssl, bytes, size, &n);
		int reason = result == 1 ? SSL_ERROR_NONE : SSL_get_error(state->ssl, result);
		if (reason == SSL_ERROR_WANT_READ || reason == SSL_ERROR_WANT_WRITE) {
			state->write_wants_in = reason == SSL_ERROR_WANT_READ;
			return HZ_OK;
		}
		if (reason != SSL_ERROR_NONE) {
			return fail_write(state, reason);
		}
		*sent += n;
		advance(&at, n);
	}
	return state->broken;
}

static uint32_t
wanted_events(const hzi_stream *stream, bool reading, bool writing)
{
	const tls_state *state = stream->state;
	uint32_t events = 0;
	if (reading) {
		events |= state->read_wants_out ? EPOLLOUT : EPOLLIN;
	}
	if (writing) {
		events |= state->write_wants_in ? EPOLLIN : EPOLLOUT;
	}
	return events;
}

static bool
holds_bytes(const hzi_stream *stream)
{
	const tls_state *state = stream->state;
	return !state->drained;
}

static const char *
reason_of(const hzi_stream *stream)
{
	const tls_state *state = stream->state;
	return state->broken == HZ_ERR_TLS ? state->why : NULL;
}

// ---- Life ----

static void
end_both_directions(hzi_stream *stream)
{
	tls_state *state = stream->state;
	state->inner.ops->shutdown(&state->inner);
}

static void
free_state(tls_state *state)
{
	if (state->ssl != NULL) {
		// Nobody waits for a farewell, and the session is good for another connection.
		SSL_set_shutdown(state->ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
		SSL_free(state->ssl);
	}
	state->inner.ops->close(&state->inner);
	OPENSSL_cleanse(state->record, sizeof(state->record));
	free(state);
	ERR_clear_error();
}

static void
close_stream(hzi_stream *stream)
{
	free_state(stream->state);
	stream->state = NULL;
	stream->fd = -1;
}

static const hzi_stream_ops tls_ops = {
		.name = "tls",
		.shared = false,
		.read = read_some,
		.writev = write_some,
		.wants = wanted_events,
		.holds_bytes = holds_bytes,
		.reason = reason_of,
		.shutdown = end_both_directions,
		.close = close_stream,
};

// Takes *inner in every case. NULL: no memory.
static tls_state *
new_state(hzi_tls *tls, hzi_stream *inner, const char *host, uint16_t port)
{
	tls_state *state = calloc(1, sizeof(*state));
	if (state == NULL) {
		inner->ops->close(inner);
		return NULL;
	}
	state->inner = *inner;
	state->peer = (hzi_tls_peer){.tls = tls, .port = port};
	(void)snprintf(state->peer.host, sizeof(state->peer.host), "%s", host);
	state->ssl = hzi_tls_connection(&state->peer);
	BIO *bio = state->ssl != NULL ? BIO_new(tls->bio) : NULL;
	if (bio == NULL) {
		free_state(state);
		return NULL;
	}
	BIO_set_data(bio, state);
	BIO_set_init(bio, 1);
	SSL_set_bio(state->ssl, bio, bio);
	return state;
}

// ---- Agreeing ----

static hz_err
fail_agreement(const tls_state *state, int reason, const char *doing, hz_error *err)
{
	long verdict = SSL_get_verify_result(state->ssl);
	if (state->lost != HZ_OK && verdict == X509_V_OK) {
		ERR_clear_error();
		return hzi_fail(err, state->lost, "the member closed the connection while %s",
				doing);
	}
	if (verdict != X509_V_OK) {
		const char *name = X509_VERIFY_PARAM_get0_host(SSL_get0_param(state->ssl), 0);
		ERR_clear_error();
		return hzi_fail(err, HZ_ERR_TLS, "%s: the member's certificate: %s%s%s", doing,
				X509_verify_cert_error_string(verdict),
				name != NULL ? ", for the name " : "", name != NULL ? name : "");
	}
	return hzi_tls_fail(err, reason == SSL_ERROR_ZERO_RETURN ? HZ_ERR_DISCONNECTED : HZ_ERR_TLS,
			doing);
}

static hz_err
agree(tls_state *state, const hzi_wait *wait, const char *doing, hz_error *err)
{
	for (;;) {
		ERR_clear_error();
		int result = SSL_connect(state->ssl);
		int reason = result == 1 ? SSL_ERROR_NONE : SSL_get_error(state->ssl, result);
		if (reason == SSL_ERROR_NONE) {
			return HZ_OK;
		}
		if (reason != SSL_ERROR_WANT_READ && reason != SSL_ERROR_WANT_WRITE) {
			return fail_agreement(state, reason, doing, err);
		}
		uint32_t events = reason == SSL_ERROR_WANT_READ ? EPOLLIN : EPOLLOUT;
		hz_err e = hzi_wait_for(wait, state->inner.fd, events, doing, err);
		if (e != HZ_OK) {
			return e;
		}
	}
}

hz_err
hzi_tls_open(hzi_tls *tls, hzi_stream *inner, const char *host, uint16_t port, const hzi_wait *wait,
		hzi_stream *out, hz_error *err)
{
	char doing[320];
	(void)snprintf(doing, sizeof(doing), "agreeing on TLS with %s:%u", host, port);
	tls_state *state = new_state(tls, inner, host, port);
	if (state == NULL) {
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for %s", doing);
	}
	hz_err e = agree(state, wait, doing, err);
	// OpenSSL has looked at it; a second look costs nothing and does not depend on its mode.
	if (e == HZ_OK && SSL_get_verify_mode(state->ssl) == SSL_VERIFY_PEER &&
			(SSL_get0_peer_certificate(state->ssl) == NULL ||
					SSL_get_verify_result(state->ssl) != X509_V_OK)) {
		e = fail_agreement(state, SSL_ERROR_SSL, doing, err);
	}
	if (e != HZ_OK) {
		free_state(state);
		return e;
	}
	*out = (hzi_stream){.ops = &tls_ops, .fd = state->inner.fd, .state = state};
	return HZ_OK;
}
