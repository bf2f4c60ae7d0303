// SPDX-License-Identifier: Apache-2.0
#include "benchmarks/wire.h"

#include "tests/support/suite.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

// The floor's end of a pair of sockets; the test writes to the other one.
static struct wire
make_wire(int *peer)
{
	int ends[2];
	HZT_CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
	struct wire wire = {.fd = ends[0], .capacity = 64, .partitions = 271};
	wire.in = malloc(wire.capacity);
	HZT_CHECK(wire.in != NULL);
	*peer = ends[1];
	return wire;
}

// An answer to a get: its header, and a value of so many bytes.
static size_t
make_answer(uint8_t *out, int type, int correlation, size_t value_size)
{
	memset(out, 0, 19 + 6 + value_size);
	out[0] = 19;
	out[5] = 0xc0;
	out[6] = (uint8_t)type;
	out[7] = 0x02;
	out[10] = (uint8_t)correlation;
	if (type == 0) {
		out[7] = 0;
	}
	uint32_t length = (uint32_t)(6 + value_size);
	memcpy(out + 19, &length, 4);
	out[24] = 0x20;
	return 19 + 6 + value_size;
}

static void
feed(int peer, const uint8_t *bytes, size_t size)
{
	HZT_CHECK(write(peer, bytes, size) == (ssize_t)size);
}

static void
whole_messages_are_handed_out(void)
{
	int peer;
	struct wire wire = make_wire(&peer);
	uint8_t bytes[256];
	size_t size = make_answer(bytes, 1, 7, 5);
	size += make_answer(bytes + size, 1, 8, 0);
	feed(peer, bytes, size);
	while (wire.size < size) {
		HZT_CHECK(wire_fill(&wire));
	}
	const uint8_t *message;
	HZT_EQ_INT(wire_next(&wire, &message), 7);
	HZT_EQ_INT(message[24], 0x20);
	HZT_EQ_INT(wire_next(&wire, NULL), 8);
	HZT_EQ_INT(wire_next(&wire, NULL), 0);
	wire_close(&wire);
	close(peer);
}

static void
one_byte_at_a_time(void)
{
	int peer;
	struct wire wire = make_wire(&peer);
	uint8_t bytes[512];
	for (int round = 1; round <= 3; round++) {
		size_t size = make_answer(bytes, 1, round, 300);
		for (size_t i = 0; i < size; i++) {
			HZT_EQ_INT(wire_next(&wire, NULL), 0);
			feed(peer, bytes + i, 1);
			HZT_CHECK(wire_fill(&wire));
		}
		HZT_EQ_INT(wire_next(&wire, NULL), round);
	}
	wire_close(&wire);
	close(peer);
}

static void
errors_and_bad_lengths_fail(void)
{
	uint8_t bytes[64];
	int peer;
	struct wire wire = make_wire(&peer);
	feed(peer, bytes, make_answer(bytes, 0, 1, 0));
	HZT_CHECK(wire_fill(&wire));
	HZT_EQ_INT(wire_next(&wire, NULL), -1);
	HZT_EQ_STR(wire.why, "the member answered with an error");
	wire_close(&wire);
	close(peer);

	uint8_t lengths[][6] = {{0}, {5}, {0xff, 0xff, 0xff, 0x7f}, {0xff, 0xff, 0xff, 0xff}};
	for (size_t i = 0; i < 4; i++) {
		wire = make_wire(&peer);
		feed(peer, lengths[i], 6);
		HZT_CHECK(wire_fill(&wire));
		HZT_EQ_INT(wire_next(&wire, NULL), -1);
		wire_close(&wire);
		close(peer);
	}
}

static void
end_of_stream_fails(void)
{
	int peer;
	struct wire wire = make_wire(&peer);
	close(peer);
	HZT_CHECK(!wire_fill(&wire));
	HZT_CHECK(!wire_send(&wire, (const uint8_t *)"x", 1));
	wire_close(&wire);
}

// The bytes of a request, field by field.
static void
requests_have_the_layout(void)
{
	struct wire wire = {.fd = -1, .partitions = 271};
	uint8_t get[256];
	size_t size = wire_map_get(get, &wire, "m", 42);
	static const uint8_t tail[] = {7, 0, 0, 0, 0, 0, 'm', 22, 0, 0, 0, 0, 0x20, 0, 0, 0, 0,
			0xff, 0xff, 0xff, 0xf8, 0, 0, 0, 0, 0, 0, 0, 42};
	HZT_EQ_INT(size, 30 + sizeof(tail));
	HZT_EQ_INT(get[0], 30);
	HZT_EQ_INT(get[5], 0xc0);
	HZT_EQ_INT(get[7], 0x02);
	HZT_EQ_INT(get[8], 0x01);
	HZT_EQ_MEM(get + 30, tail, sizeof(tail));
	wire_number(get, 0x0102);
	HZT_EQ_INT(get[10], 2);
	HZT_EQ_INT(get[11], 1);

	uint8_t set[512];
	size = wire_map_set(set, &wire, "m", 42, 100);
	HZT_EQ_INT(size, 38 + 7 + 22 + 18 + 100);
	HZT_EQ_MEM(set + 18, get + 18, 4);
	HZT_EQ_INT(set[size - 1], 'x');
	HZT_EQ_INT(set[size - 101], 100);
}

// Keys spread over all partitions, and no key falls outside.
static void
partitions_are_in_range(void)
{
	struct wire wire = {.fd = -1, .partitions = 271};
	bool seen[271] = {false};
	int distinct = 0;
	for (int64_t key = 0; key < 10000; key++) {
		uint8_t get[256];
		uint32_t partition;
		wire_map_get(get, &wire, "m", key);
		memcpy(&partition, get + 18, 4);
		HZT_CHECK(partition < 271);
		distinct += !seen[partition];
		seen[partition] = true;
	}
	HZT_EQ_INT(distinct, 271);
}

static const hzt_case cases[] = {
		{"whole_messages_are_handed_out", whole_messages_are_handed_out},
		{"one_byte_at_a_time", one_byte_at_a_time},
		{"errors_and_bad_lengths_fail", errors_and_bad_lengths_fail},
		{"end_of_stream_fails", end_of_stream_fails},
		{"requests_have_the_layout", requests_have_the_layout},
		{"partitions_are_in_range", partitions_are_in_range},
};

HZT_MAIN("wire", cases)
