// SPDX-License-Identifier: Apache-2.0
//
// The bytes of a handshake: the request to send, and what the answer says. No stream, no waiting.
// Used by handshake.c, and by tests that have bytes only.
#ifndef HZI_TRANSPORT_HANDSHAKE_MESSAGE_H
#define HZI_TRANSPORT_HANDSHAKE_MESSAGE_H

#include "base/buf.h"
#include "transport/handshake.h"

#include <hazelcast/error.h>
#include <stdint.h>

// Appends all that a client sends first: the three bytes that name the protocol, and the request.
// Lends request. The caller wipes out, which holds the password. Does not block. HZ_ERR_LIMIT: a
// member would not read it; HZ_ERR_MEMORY.
hz_err hzi_handshake_encode(const hzi_handshake_request *request, hzi_buf *out, hz_error *err);

// Reads the answer, one whole message, to the request with this id, and fills all of reply but its
// message. Lends answer, every byte of which is taken for hostile; its type becomes that of the plain
// answer. Does not block. Errors as
// hzi_handshake has them; reply may be half filled then.
hz_err hzi_handshake_decode(
		hzi_buf *answer, int64_t correlation_id, hzi_handshake_reply *reply, hz_error *err);

#endif
