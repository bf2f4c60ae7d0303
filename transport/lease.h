// SPDX-License-Identifier: Apache-2.0
//
// The read right of a connection (rule 12), which the I/O thread has while it reads, or a caller
// for the time of its lease.
#ifndef HZI_TRANSPORT_LEASE_H
#define HZI_TRANSPORT_LEASE_H

#include "transport/connection.h"

#include <hazelcast/error.h>
#include <stdbool.h>
#include <stdint.h>

// The lease: a caller that is alone on the connection takes the read right and reads its own
// answer, so that only the socket wakes it. The socket is out of the I/O thread's sight meanwhile.
//
// lease: false when somebody else reads or other calls are in flight. await: sleeps until there is
// something to read, reads it and hands up what came; false at the deadline or when the connection
// is to be closed. give_back ends it; the connection's end (shutdown of the socket) does, too. Any
// thread.
bool hzi_connection_lease(hzi_connection *conn, uint64_t id);
bool hzi_connection_await(hzi_connection *conn, int64_t deadline_ns);
void hzi_connection_give_back(hzi_connection *conn);

// The read right for the I/O thread. False: a caller has it.
bool hzi_connection_take_read(hzi_connection *conn);
void hzi_connection_drop_read(hzi_connection *conn);

// What a caller found wrong with the connection, HZ_OK if nothing. I/O thread.
hz_err hzi_connection_broken(hzi_connection *conn, const char **why);

#endif
