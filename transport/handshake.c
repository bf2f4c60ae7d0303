// SPDX-License-Identifier: Apache-2.0
#include "transport/handshake.h"

#include "base/bytes.h"
#include "base/fail.h"
#include "protocol/message.h"
#include "transport/handshake_message.h"

#include <string.h>

// What one read asks for at most: memory grows with what came, not with what a length promised.
#define CHUNK ((size_t)64 << 10)

// Where the message under way goes, and what there is to say when it does not come.
typedef struct exchange {
	hzi_stream *stream;
	const hzi_wait *wait;
	hz_error *err;
} exchange;

static hz_err
fail_stream(const exchange *ex, hz_err code, const char *doing)
{
	if (code == HZ_ERR_DISCONNECTED) {
		return hzi_fail(ex->err, code, "the member closed the connection while %s", doing);
	}
	const hzi_stream *stream = ex->stream;
	const char *reason = stream->ops->reason != NULL ? stream->ops->reason(stream) : NULL;
	return hzi_fail(ex->err, code, "the connection broke while %s%s%s", doing,
			reason != NULL ? ": " : "", reason != NULL ? reason : "");
}

static hz_err
send_all(const exchange *ex, const uint8_t *bytes, size_t size)
{
	static const char doing[] = "sending the authentication request";
	hzi_stream *stream = ex->stream;
	while (size != 0) {
		// A list for writing is not written to; only the type cannot say so.
		struct iovec part = {.iov_base = (void *)bytes, .iov_len = size};
		size_t sent = 0;
		hz_err code = stream->ops->writev(stream, &part, 1, &sent);
		if (code != HZ_OK) {
			return fail_stream(ex, code, doing);
		}
		bytes += sent;
		size -= sent;
		if (size != 0) {
			uint32_t events = stream->ops->wants(stream, false, true);
			code = hzi_wait_for(ex->wait, stream->fd, events, doing, ex->err);
			if (code != HZ_OK) {
				return code;
			}
		}
	}
	return HZ_OK;
}

static hz_err
read_exactly(const exchange *ex, uint8_t *to, size_t size)
{
	static const char doing[] = "waiting for the answer to the authentication request";
	hzi_stream *stream = ex->stream;
	while (size != 0) {
		size_t got = 0;
		hz_err code = stream->ops->read(stream, to, size, &got);
		if (code != HZ_OK) {
			return fail_stream(ex, code, doing);
		}
		to += got;
		size -= got;
		if (got == 0) {
			uint32_t events = stream->ops->wants(stream, true, false);
			code = hzi_wait_for(ex->wait, stream->fd, events, doing, ex->err);
			if (code != HZ_OK) {
				return code;
			}
		}
	}
	return HZ_OK;
}

static hz_err
append_from_stream(const exchange *ex, hzi_buf *in, size_t size)
{
	while (size != 0) {
		size_t chunk = size < CHUNK ? size : CHUNK;
		uint8_t *to = hzi_buf_extend(in, chunk);
		if (to == NULL) {
			return hzi_fail(ex->err, HZ_ERR_MEMORY,
					"no memory for the answer to the authentication request");
		}
		hz_err code = read_exactly(ex, to, chunk);
		if (code != HZ_OK) {
			return code;
		}
		size -= chunk;
	}
	return HZ_OK;
}

static hz_err
check_header(const exchange *ex, const hzi_buf *in, size_t at)
{
	const uint8_t *header = in->data + at;
	if (at == 0 && hzp_is_fragment(header)) {
		return hzi_fail(ex->err, HZ_ERR_PROTOCOL,
				"what listens there does not speak the client protocol");
	}
	uint32_t length = hzi_load_le32(header);
	if (length < HZP_FRAME_HEADER || length > HZI_HANDSHAKE_REPLY_MAX - at) {
		return hzi_fail(ex->err, HZ_ERR_PROTOCOL,
				"a frame of the authentication answer claims to have %u bytes",
				length);
	}
	return HZ_OK;
}

// Reads to the end of the message and not a byte further: what follows belongs to the connection.
static hz_err
read_message(const exchange *ex, hzi_buf *in)
{
	size_t at = 0;
	hz_err code = append_from_stream(ex, in, HZP_FRAME_HEADER);
	while (code == HZ_OK) {
		code = check_header(ex, in, at);
		if (code != HZ_OK) {
			break;
		}
		size_t length = hzi_load_le32(in->data + at);
		if ((hzp_message_flags(in->data + at) & HZP_FLAG_FINAL) != 0) {
			return append_from_stream(ex, in, length - HZP_FRAME_HEADER);
		}
		// The rest of this frame, and the next one's header.
		code = append_from_stream(ex, in, length);
		at += length;
	}
	return code;
}

static hz_err
send_request(const exchange *ex, const hzi_handshake_request *request)
{
	hzi_buf out = {0};
	hz_err code = hzi_handshake_encode(request, &out, ex->err);
	if (code == HZ_OK) {
		code = send_all(ex, out.data, out.len);
	}
	if (out.data != NULL) {
		explicit_bzero(out.data, out.cap);
	}
	hzi_buf_clear(&out);
	return code;
}

static bool
is_transient(hz_err code)
{
	return code == HZ_ERR_DISCONNECTED || code == HZ_ERR_IO || code == HZ_ERR_TIMEOUT ||
			code == HZ_ERR_MEMORY;
}

hz_err
hzi_handshake(hzi_stream *stream, const hzi_handshake_request *request, const hzi_wait *wait,
		hzi_handshake_reply *reply, hz_error *err)
{
	exchange ex = {.stream = stream, .wait = wait, .err = err};
	hzi_handshake_reply taken = {0};
	hz_err code = send_request(&ex, request);
	if (code == HZ_OK) {
		code = read_message(&ex, &taken.message);
	}
	if (code == HZ_OK) {
		code = hzi_handshake_decode(&taken.message, request->correlation_id, &taken, err);
	}
	if (code == HZ_OK) {
		*reply = taken;
		return HZ_OK;
	}
	hzi_handshake_reply_clear(&taken);
	if (err != NULL && is_transient(code)) {
		err->retryable = true;
	}
	return code;
}

void
hzi_handshake_reply_clear(hzi_handshake_reply *reply)
{
	hzi_buf_clear(&reply->message);
	*reply = (hzi_handshake_reply){0};
}
