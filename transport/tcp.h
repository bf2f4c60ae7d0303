// SPDX-License-Identifier: Apache-2.0
//
// The stream over a plain TCP socket, and the socket options a configuration can set.
#ifndef HZI_TRANSPORT_TCP_H
#define HZI_TRANSPORT_TCP_H

#include "transport/stream.h"

#include <hazelcast/error.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct hzi_tcp_options {
	bool no_delay;
	bool keep_alive;
	bool reuse_address;
	// What close does with bytes that the peer has not taken: negative, the system's way; 0,
	// they are dropped and the peer sees a reset; positive, the system keeps trying for so many
	// seconds, in the background: close itself never blocks.
	int linger_s;
	int buffer_kb; // of each direction; 0 leaves it to the system, which then adapts it
} hzi_tcp_options;

// Makes a socket of the address family, non-blocking and closed on exec, with the options set.
// Gives *fd. An option that the system refuses is no error: it is a wish. Any thread; does not
// block. HZ_ERR_RESOURCE: no descriptor or memory left; HZ_ERR_IO: the family is not supported.
hz_err hzi_tcp_socket(int family, const hzi_tcp_options *options, int *fd, hz_error *err);

// Makes a stream of a connected socket. Takes fd. Cannot fail.
void hzi_tcp_wrap(int fd, hzi_stream *out);

// Closes a socket that never became a stream, or whose stream failed. NULL-like -1 is ignored.
void hzi_tcp_close(int fd);

#endif
