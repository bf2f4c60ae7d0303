// SPDX-License-Identifier: Apache-2.0
//
// A thread's batch (hz_batch_begin): the connections that got requests which were only appended.
// What is appended is in the connections' own lists, so any other writer may send it earlier; a
// batch only delays the write of its own thread.
#ifndef HZI_CORE_BATCH_H
#define HZI_CORE_BATCH_H

#include "core/client.h"

// Whether this thread collects calls of the client. No system call.
bool hzi_batch_open(const hz_client *client);

// Notes that a request of n bytes was appended only; writes when the window is full.
void hzi_batch_added(hz_client *client, hzi_connection *conn, size_t n);

// Writes what this thread collected for the client. Does nothing without a batch.
void hzi_batch_flush(const hz_client *client);

#endif
