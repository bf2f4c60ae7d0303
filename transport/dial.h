// SPDX-License-Identifier: Apache-2.0
//
// Opens the stream to a member: resolve, connect and agree on TLS under one deadline. Blocks the thread that
// calls it, which is the I/O thread of that member, and nobody else.
#ifndef HZI_TRANSPORT_DIAL_H
#define HZI_TRANSPORT_DIAL_H

#include "transport/stream.h"
#include "transport/tcp.h"
#include "transport/tls.h"
#include "transport/wait.h"

#include <hazelcast/error.h>
#include <stdint.h>

typedef struct hzi_dial {
	const char *host; // as hzi_resolve takes it
	uint16_t port;
	hzi_tcp_options tcp;
	hzi_tls *tls;  // NULL: plain TCP
	hzi_wait wait; // over everything
} hzi_dial;

// Tries the addresses of the host one after the other, each with its share of the time that is
// left, until one answers. Lends dial. Gives *out, to be closed by its ops; on failure nothing
// stays open. Blocks until the deadline at most.
// HZ_ERR_RESOLVE, HZ_ERR_RESOURCE, HZ_ERR_MEMORY; HZ_ERR_IO: no address could be connected (the
// text has the last reason); HZ_ERR_TLS, HZ_ERR_DISCONNECTED; HZ_ERR_TIMEOUT; HZ_ERR_CANCELLED: the owner interrupted it. All but
// the last are marked retryable.
hz_err hzi_dial_open(const hzi_dial *dial, hzi_stream *out, hz_error *err);

#endif
