// SPDX-License-Identifier: Apache-2.0
//
// TLS before real members: a stunnel process that takes TLS on ports of its own and speaks plain to
// the members behind it. Clients find only these ports:
//
//	hzt_tls_front *front = hzt_tls_front_new(2);
//	"2 backup=1 public=<hzt_tls_front_addresses(front)>"   the specification of the cluster
//	hzt_tls_front_start(front, members, ...)               members: hzt_cluster_direct of each
//
// The process ends when it is told to and when this process ends, however it ends. One thread.
#ifndef HZT_TLS_FRONT_H
#define HZT_TLS_FRONT_H

#include "tests/support/certs.h"

#include <stddef.h>

typedef struct hzt_tls_front hzt_tls_front;

// Keeps free ports for so many members; nothing runs yet. Gives it; end it with hzt_tls_front_end.
hzt_tls_front *hzt_tls_front_new(size_t members);

// "127.0.0.1:port,..."; lent until it ends.
const char *hzt_tls_front_addresses(const hzt_tls_front *front);

// Starts the process, after ending the one that ran, whose connections are closed then. own: what
// clients are shown; clients: who must have signed theirs, NULL: none is asked for. direct: the
// members' own addresses. Fails the case if it does not run.
void hzt_tls_front_start(hzt_tls_front *front, const char *const *direct, const cert *own,
		const cert *clients);

// Ends the process. NULL-safe, nulls the pointer.
void hzt_tls_front_end(hzt_tls_front **front);

#endif
