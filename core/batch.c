// SPDX-License-Identifier: Apache-2.0
#include "core/batch.h"

#include <hazelcast/future.h>

#define WINDOW_CALLS 64U
#define WINDOW_BYTES ((size_t)64 * 1024)
#define WINDOW_CONNECTIONS 16U

typedef struct hzi_batch {
	hz_client *client; // held, for its connections: NULL without a batch
	unsigned depth;
	uint32_t calls;
	size_t bytes;
	unsigned connections;
	hzi_connection *connection[WINDOW_CONNECTIONS];
} hzi_batch;

static _Thread_local hzi_batch batch;

bool
hzi_batch_open(const hz_client *client)
{
	return batch.depth != 0 && batch.client == client;
}

static void
flush(void)
{
	for (unsigned i = 0; i < batch.connections; i++) {
		hzi_connection_flush(batch.connection[i]);
	}
	batch.connections = 0;
	batch.calls = 0;
	batch.bytes = 0;
}

void
hzi_batch_flush(const hz_client *client)
{
	if (hzi_batch_open(client) && batch.connections != 0) {
		flush();
	}
}

// The client may have been destroyed in the meantime, and this be the last that holds it.
static void
leave(void)
{
	hz_client *client = batch.client;
	flush();
	batch.depth = 0;
	batch.client = NULL;
	hzi_client_release(client);
}

static void
note_connection(hzi_connection *conn)
{
	for (unsigned i = 0; i < batch.connections; i++) {
		if (batch.connection[i] == conn) {
			return;
		}
	}
	batch.connection[batch.connections++] = conn;
}

void
hzi_batch_added(hz_client *client, hzi_connection *conn, size_t n)
{
	(void)client;
	note_connection(conn);
	batch.calls++;
	batch.bytes += n;
	if (batch.calls >= WINDOW_CALLS || batch.bytes >= WINDOW_BYTES ||
			batch.connections == WINDOW_CONNECTIONS) {
		flush();
	}
}

HZ_API void
hz_batch_begin(hz_client *client)
{
	// Also while the client is closing: begins and ends must pair.
	if (client == NULL || hzi_forked(&client->guard)) {
		return;
	}
	if (batch.depth != 0 && batch.client != client) {
		// One batch at a time: the other client's goes out now.
		leave();
	}
	if (batch.depth++ == 0) {
		hzi_client_retain(client);
		batch.client = client;
	}
}

HZ_API void
hz_batch_end(hz_client *client)
{
	if (client == NULL || !hzi_batch_open(client) || hzi_forked(&client->guard)) {
		return;
	}
	if (--batch.depth == 0) {
		leave();
	}
}
