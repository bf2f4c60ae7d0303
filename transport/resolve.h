// SPDX-License-Identifier: Apache-2.0
//
// From a host and port to socket addresses. Numeric addresses are read where they are; a name is
// looked up by a thread of its own, because getaddrinfo(3) blocks and cannot be stopped: whoever
// waits may leave at the deadline, and the thread cleans up whenever it comes back.
#ifndef HZI_TRANSPORT_RESOLVE_H
#define HZI_TRANSPORT_RESOLVE_H

#include "transport/wait.h"

#include <hazelcast/error.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

// More addresses than these are left out.
#define HZI_ENDPOINTS_MAX 16

// Room for "[address%scope]:port".
#define HZI_ENDPOINT_TEXT 80

typedef struct hzi_endpoint {
	struct sockaddr_storage address;
	socklen_t size;
} hzi_endpoint;

typedef struct hzi_endpoints {
	size_t count;
	hzi_endpoint at[HZI_ENDPOINTS_MAX];
} hzi_endpoints;

// Resolves host, an IPv4 or IPv6 address (in brackets or not, with a scope or not) or a name,
// afresh each time. Lends host. On success *out has at least one address, in the order in which
// they should be tried. Blocks, for names only, until wait ends it. HZ_ERR_RESOLVE: there is no
// such host; HZ_ERR_RESOURCE: no thread or descriptor left; HZ_ERR_MEMORY; and those of wait.
hz_err hzi_resolve(const char *host, uint16_t port, const hzi_wait *wait, hzi_endpoints *out,
		hz_error *err);

// Writes the numeric form, such as "127.0.0.1:5701" or "[::1]:5701", for logs and errors. Returns
// text. Any thread; does not block.
const char *hzi_endpoint_text(const hzi_endpoint *endpoint, char text[HZI_ENDPOINT_TEXT]);

#endif
