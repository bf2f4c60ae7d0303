// SPDX-License-Identifier: Apache-2.0
#include "benchmarks/wire.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	FRAME_HEADER = 6,
	FIRST_BUFFER = 128 * 1024,
	LARGEST_FRAME = 64 * 1024 * 1024,

	// Offsets from the start of a message.
	AT_TYPE = 6,
	AT_CORRELATION = 10,
	AT_STATUS = 19,     // in the answer to an authentication
	AT_PARTITIONS = 38, // there too

	FLAG_WHOLE = 0xc000,
	FLAG_LAST = 0x2000,
	FLAG_BEGIN = 0x1000,
	FLAG_END = 0x0800,
	FLAG_NULL = 0x0400,

	TYPE_ERROR = 0,
	TYPE_AUTHENTICATE = 0x000100,
	TYPE_MAP_GET = 0x010200,
	TYPE_MAP_SET = 0x010f00,
	TYPE_TOPIC_PUBLISH = 0x040100,
	TYPE_QUEUE_OFFER = 0x030100,
	TYPE_QUEUE_TAKE = 0x030600,

	DATA_LONG = -8,
	DATA_BYTES = -12,
};

static uint16_t
read16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static uint32_t
read32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static uint64_t
read64(const uint8_t *p)
{
	return read32(p) | (uint64_t)read32(p + 4) << 32;
}

static uint8_t *
put_bytes(uint8_t *p, const void *bytes, size_t size)
{
	memcpy(p, bytes, size);
	return p + size;
}

// The protocol's own numbers are little-endian.
static uint8_t *
put_number(uint8_t *p, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		p[i] = (uint8_t)(value >> (8 * i));
	}
	return p + size;
}

// What stands inside serialized data is big-endian.
static uint8_t *
put_reversed(uint8_t *p, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		p[i] = (uint8_t)(value >> (8 * (size - 1 - i)));
	}
	return p + size;
}

static uint8_t *
put_frame(uint8_t *p, unsigned flags, const void *content, size_t size)
{
	p = put_number(p, FRAME_HEADER + size, 4);
	p = put_number(p, flags, 2);
	return size > 0 ? put_bytes(p, content, size) : p;
}

// The first frame of a request, up to its fixed fields, of which so many bytes follow.
static uint8_t *
put_head(uint8_t *p, uint32_t type, int32_t partition, size_t fields)
{
	p = put_number(p, FRAME_HEADER + 16 + fields, 4);
	p = put_number(p, FLAG_WHOLE, 2);
	p = put_number(p, type, 4);
	p = put_number(p, 0, 8);
	return put_number(p, (uint32_t)partition, 4);
}

// Murmur3 with 32 bits, as the cluster hashes keys.
static uint32_t
hash_of(const uint8_t *bytes, size_t size)
{
	uint32_t h = 0x01000193;
	for (size_t i = 0; i < size; i += 4) {
		uint32_t k = 0;
		size_t rest = size - i < 4 ? size - i : 4;
		for (size_t j = 0; j < rest; j++) {
			k |= (uint32_t)bytes[i + j] << (8 * j);
		}
		k *= 0xcc9e2d51;
		k = k << 15 | k >> 17;
		h ^= k * 0x1b873593;
		if (rest == 4) {
			h = (h << 13 | h >> 19) * 5 + 0xe6546b64;
		}
	}
	h ^= (uint32_t)size;
	h = (h ^ h >> 16) * 0x85ebca6b;
	h = (h ^ h >> 13) * 0xc2b2ae35;
	return h ^ h >> 16;
}

static int32_t
partition_of(const struct wire *wire, const uint8_t *payload, size_t size)
{
	uint32_t hash = hash_of(payload, size);
	uint32_t positive = hash == 0x80000000 ? 0 : hash > 0x80000000 ? 0 - hash : hash;
	return (int32_t)(positive % wire->partitions);
}

// Serialized data: four bytes of partition hash (0: take the content's), the type, the content.
static size_t
long_data(uint8_t *out, int64_t value)
{
	uint8_t *p = put_reversed(out, 0, 4);
	p = put_reversed(p, (uint32_t)DATA_LONG, 4);
	return (size_t)(put_reversed(p, (uint64_t)value, 8) - out);
}

static uint8_t *
put_value_frame(uint8_t *p, size_t value_size)
{
	p = put_number(p, FRAME_HEADER + 12 + value_size, 4);
	p = put_number(p, FLAG_LAST, 2);
	p = put_reversed(p, 0, 4);
	p = put_reversed(p, (uint32_t)DATA_BYTES, 4);
	p = put_reversed(p, value_size, 4);
	memset(p, 'x', value_size);
	return p + value_size;
}

size_t
wire_map_get(uint8_t *out, const struct wire *wire, const char *map, int64_t key)
{
	uint8_t data[16];
	size_t size = long_data(data, key);
	uint8_t *p = put_head(out, TYPE_MAP_GET, partition_of(wire, data + 8, size - 8), 8);
	p = put_number(p, 1, 8); // thread
	p = put_frame(p, 0, map, strlen(map));
	return (size_t)(put_frame(p, FLAG_LAST, data, size) - out);
}

size_t
wire_map_set(uint8_t *out, const struct wire *wire, const char *map, int64_t key, size_t value_size)
{
	uint8_t data[16];
	size_t size = long_data(data, key);
	uint8_t *p = put_head(out, TYPE_MAP_SET, partition_of(wire, data + 8, size - 8), 16);
	p = put_number(p, 1, 8);          // thread
	p = put_number(p, UINT64_MAX, 8); // lives as long as the map's configuration says
	p = put_frame(p, 0, map, strlen(map));
	p = put_frame(p, 0, data, size);
	return (size_t)(put_value_frame(p, value_size) - out);
}

// A queue lives in the partition of its name, hashed as a string.
static int32_t
name_partition(const struct wire *wire, const char *queue)
{
	uint8_t content[WIRE_OVERHEAD];
	size_t length = strnlen(queue, sizeof(content) - 4);
	uint8_t *p = put_reversed(content, length, 4);
	p = put_bytes(p, queue, length);
	return partition_of(wire, content, (size_t)(p - content));
}

size_t
wire_queue_offer(uint8_t *out, const struct wire *wire, const char *queue, size_t value_size)
{
	uint8_t *p = put_head(out, TYPE_QUEUE_OFFER, name_partition(wire, queue), 8);
	p = put_number(p, 0, 8); // does not wait for room
	p = put_frame(p, 0, queue, strlen(queue));
	return (size_t)(put_value_frame(p, value_size) - out);
}

size_t
wire_queue_take(uint8_t *out, const struct wire *wire, const char *queue)
{
	uint8_t *p = put_head(out, TYPE_QUEUE_TAKE, name_partition(wire, queue), 0);
	return (size_t)(put_frame(p, FLAG_LAST, queue, strlen(queue)) - out);
}

size_t
wire_topic_publish(uint8_t *out, const struct wire *wire, const char *topic, size_t value_size)
{
	uint8_t *p = put_head(out, TYPE_TOPIC_PUBLISH, name_partition(wire, topic), 0);
	p = put_frame(p, 0, topic, strlen(topic));
	return (size_t)(put_value_frame(p, value_size) - out);
}

void
wire_number(uint8_t *request, int64_t correlation)
{
	put_number(request + AT_CORRELATION, (uint64_t)correlation, 8);
}

static bool
fail(struct wire *wire, const char *why)
{
	wire->why = why;
	return false;
}

bool
wire_send(struct wire *wire, const uint8_t *bytes, size_t size)
{
	while (size > 0) {
		ssize_t sent = send(wire->fd, bytes, size, MSG_NOSIGNAL);
		if (sent < 0 && errno != EINTR) {
			return fail(wire, "send failed");
		}
		if (sent > 0) {
			bytes += sent;
			size -= (size_t)sent;
		}
	}
	return true;
}

// Makes room behind what was received: by moving it to the front, or by a larger buffer.
static bool
make_room(struct wire *wire, size_t room)
{
	if (wire->begin > 0) {
		memmove(wire->in, wire->in + wire->begin, wire->size - wire->begin);
		wire->size -= wire->begin;
		wire->scanned -= wire->begin;
		wire->begin = 0;
	}
	if (wire->capacity - wire->size >= room) {
		return true;
	}
	size_t capacity = wire->size + room;
	uint8_t *in = realloc(wire->in, capacity);
	if (in == NULL) {
		return fail(wire, "out of memory");
	}
	wire->in = in;
	wire->capacity = capacity;
	return true;
}

bool
wire_fill(struct wire *wire)
{
	if (!make_room(wire, 4096)) {
		return false;
	}
	ssize_t got;
	do {
		got = recv(wire->fd, wire->in + wire->size, wire->capacity - wire->size, 0);
	} while (got < 0 && errno == EINTR);
	if (got <= 0) {
		return fail(wire, got == 0 ? "the member closed the connection" : "recv failed");
	}
	wire->size += (size_t)got;
	return true;
}

// The message from begin to scanned is whole.
static int64_t
hand_out(struct wire *wire, const uint8_t **message)
{
	const uint8_t *start = wire->in + wire->begin;
	if (wire->scanned - wire->begin < AT_CORRELATION + 8) {
		fail(wire, "a message without a header");
		return -1;
	}
	if (read32(start + AT_TYPE) == TYPE_ERROR) {
		fail(wire, "the member answered with an error");
		return -1;
	}
	wire->begin = wire->scanned;
	if (message != NULL) {
		*message = start;
	}
	return (int64_t)read64(start + AT_CORRELATION);
}

int64_t
wire_next(struct wire *wire, const uint8_t **message)
{
	while (wire->size - wire->scanned >= FRAME_HEADER) {
		const uint8_t *frame = wire->in + wire->scanned;
		uint32_t length = read32(frame);
		if (length < FRAME_HEADER || length > LARGEST_FRAME) {
			fail(wire, "a frame of impossible length");
			return -1;
		}
		if (wire->size - wire->scanned < length) {
			// So that a large frame is received in few pieces.
			size_t missing = length - (wire->size - wire->scanned);
			if (wire->begin == 0 && wire->capacity - wire->size < missing &&
					!make_room(wire, missing + FIRST_BUFFER)) {
				return -1;
			}
			return 0;
		}
		wire->scanned += length;
		if (read16(frame + 4) & FLAG_LAST) {
			return hand_out(wire, message);
		}
	}
	return 0;
}

bool
wire_call(struct wire *wire, const uint8_t *bytes, size_t size)
{
	if (!wire_send(wire, bytes, size)) {
		return false;
	}
	int64_t answer;
	while ((answer = wire_next(wire, NULL)) == 0) {
		if (!wire_fill(wire)) {
			return false;
		}
	}
	return answer > 0;
}

static bool
authenticate(struct wire *wire, const char *cluster)
{
	static const char name[] = "floor";
	static const char type[] = "CHZ";
	static const char version[] = "0.1.0";
	uint8_t request[512];
	uint8_t uuid[16];
	if (strlen(cluster) > 128 || getentropy(uuid, sizeof(uuid)) != 0) {
		return fail(wire, "cannot authenticate");
	}
	uint8_t *p = put_head(request, TYPE_AUTHENTICATE, -1, 20);
	*p++ = 0; // the uuid is not null
	p = put_bytes(p, uuid, sizeof(uuid));
	*p++ = 1; // version of the serialization
	*p++ = 0; // routing mode
	*p++ = 0; // no direct way to CP leaders
	p = put_frame(p, 0, cluster, strlen(cluster));
	p = put_frame(p, FLAG_NULL, NULL, 0); // user
	p = put_frame(p, FLAG_NULL, NULL, 0); // password
	p = put_frame(p, 0, type, sizeof(type) - 1);
	p = put_frame(p, 0, version, sizeof(version) - 1);
	p = put_frame(p, 0, name, sizeof(name) - 1);
	p = put_frame(p, FLAG_BEGIN, NULL, 0); // no labels
	p = put_frame(p, FLAG_END | FLAG_LAST, NULL, 0);
	wire_number(request, 1);
	if (!wire_send(wire, (const uint8_t *)"CP2", 3) ||
			!wire_call(wire, request, (size_t)(p - request))) {
		return false;
	}
	// What was handed out lies in the buffer until more is received.
	if (wire->scanned < AT_PARTITIONS + 4 || wire->in[AT_STATUS] != 0) {
		return fail(wire, "authentication refused");
	}
	wire->partitions = read32(wire->in + AT_PARTITIONS);
	return wire->partitions > 0 || fail(wire, "no partitions");
}

bool
wire_dial(struct wire *wire, const char *host, int port, const char *cluster)
{
	*wire = (struct wire){.fd = -1, .capacity = FIRST_BUFFER};
	wire->in = calloc(1, wire->capacity);
	if (wire->in == NULL) {
		return fail(wire, "out of memory");
	}
	char service[16];
	snprintf(service, sizeof(service), "%d", port);
	struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
	struct addrinfo *found = NULL;
	if (getaddrinfo(host, service, &hints, &found) != 0) {
		return fail(wire, "the address is unknown");
	}
	wire->fd = socket(found->ai_family, found->ai_socktype | SOCK_CLOEXEC, 0);
	int failed = wire->fd < 0 || connect(wire->fd, found->ai_addr, found->ai_addrlen) != 0;
	freeaddrinfo(found);
	int one = 1;
	if (failed || setsockopt(wire->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) != 0) {
		return fail(wire, "cannot connect");
	}
	return authenticate(wire, cluster);
}

void
wire_close(struct wire *wire)
{
	if (wire->fd >= 0) {
		close(wire->fd);
	}
	free(wire->in);
	*wire = (struct wire){.fd = -1};
}
