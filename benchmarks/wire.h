// SPDX-License-Identifier: Apache-2.0
//
// The little of the protocol that the floor needs: a blocking socket, authentication, a few
// requests built in advance, and the search for the end of a message. It checks framing and nothing
// else, so that what it costs is what the kernel and the member cost.
#ifndef BENCHMARKS_WIRE_H
#define BENCHMARKS_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A connection. One thread uses it.
struct wire {
	int fd;
	uint8_t *in;
	size_t capacity;
	size_t begin;   // of the first message not yet handed out
	size_t scanned; // whole frames of it end here
	size_t size;    // bytes received
	uint32_t partitions;
	const char *why; // static text for the last failure
};

// A request is at most this much longer than its value, for names of up to 128 bytes.
#define WIRE_OVERHEAD ((size_t)256)

// Connects and authenticates; blocks. False with `why` on failure; close with wire_close then too.
bool wire_dial(struct wire *wire, const char *host, int port, const char *cluster);

// Closes the socket and frees the buffer.
void wire_close(struct wire *wire);

// Sends all; blocks.
bool wire_send(struct wire *wire, const uint8_t *bytes, size_t size);

// Receives once what there is; blocks until there is something.
bool wire_fill(struct wire *wire);

// Hands out the next message that is whole: its correlation id, or 0 if more bytes are needed, or
// -1 with `why` if the member answered with an error or broke the framing. The message lies at
// *message until the next wire_fill; NULL is allowed.
int64_t wire_next(struct wire *wire, const uint8_t **message);

// Sends a request and waits for its answer, on a connection with nothing in flight.
bool wire_call(struct wire *wire, const uint8_t *bytes, size_t size);

// Each builds a request into `out` and returns its size. `out` has room for WIRE_OVERHEAD and the
// value. Values are byte arrays of 'x', queues take and give the same.
size_t wire_map_get(uint8_t *out, const struct wire *wire, const char *map, int64_t key);
size_t wire_map_set(uint8_t *out, const struct wire *wire, const char *map, int64_t key,
		size_t value_size);
size_t wire_queue_offer(
		uint8_t *out, const struct wire *wire, const char *queue, size_t value_size);
size_t wire_topic_publish(
		uint8_t *out, const struct wire *wire, const char *topic, size_t value_size);
size_t wire_queue_take(uint8_t *out, const struct wire *wire, const char *queue);

// Writes the correlation id into a built request.
void wire_number(uint8_t *request, int64_t correlation);

#endif
