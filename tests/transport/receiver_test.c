// SPDX-License-Identifier: Apache-2.0
//
// Bytes on their way in, from a stream of the test's own: messages come out whole and in order
// however the bytes arrive, kept ones stay as they are, and memory grows with what came.
#include "base/block.h"
#include "base/bytes.h"
#include "protocol/message.h"
#include "tests/support/suite.h"
#include "transport/receiver.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_MESSAGE = 64 << 20, MANY = 300 };

// ---- The stream ----

typedef struct source {
	const uint8_t *p;
	size_t n;
	size_t chunk;   // bytes that one read gives at most
	size_t largest; // room that was offered to a read
} source;

static hz_err
source_read(hzi_stream *stream, void *buf, size_t size, size_t *got)
{
	source *from = stream->state;
	size_t n = size < from->chunk ? size : from->chunk;
	n = n < from->n ? n : from->n;
	from->largest = size > from->largest ? size : from->largest;
	memcpy(buf, from->p, n);
	from->p += n;
	from->n -= n;
	*got = n;
	return HZ_OK;
}

static const hzi_stream_ops source_ops = {.name = "source", .read = source_read};

// ---- What is sent ----

static uint8_t bytes[10 << 20];
static size_t n_bytes;

static uint8_t *
put_frame(uint16_t flags, size_t n)
{
	uint8_t *p = bytes + n_bytes;
	HZT_CHECK(n_bytes + HZP_FRAME_HEADER + n <= sizeof(bytes));
	hzi_store_le32(p, (uint32_t)(n + HZP_FRAME_HEADER));
	hzi_store_le16(p + HZP_AT_FLAGS, flags);
	n_bytes += HZP_FRAME_HEADER + n;
	return p + HZP_FRAME_HEADER;
}

// A message of two frames, the second of n bytes that say its number.
static void
put_message(uint16_t flags, int number, size_t n)
{
	memset(put_frame((uint16_t)(HZP_FLAG_UNFRAGMENTED | flags), HZP_RESPONSE_HEADER), 0,
			HZP_RESPONSE_HEADER);
	memset(put_frame((uint16_t)(HZP_FLAG_FINAL | flags), n), number, n);
}

static size_t
size_of(int number)
{
	return ((size_t)number * 7919) % 20000;
}

static void
put_many(void)
{
	n_bytes = 0;
	for (int i = 0; i < MANY; i++) {
		put_message(0, i % 251, size_of(i));
	}
}

static void
check_message(const hzi_slice *msg, int number)
{
	size_t n = size_of(number);
	size_t head = 2 * (size_t)HZP_FRAME_HEADER + HZP_RESPONSE_HEADER;
	HZT_EQ_INT(msg->n, head + n);
	for (size_t i = 0; i < n; i++) {
		if (msg->p[head + i] != number % 251) {
			HZT_EQ_INT(msg->p[head + i], number % 251);
		}
	}
}

// ---- Cases ----

static hzi_block_pool *pool;
static hzi_receiver receiver;
static source from;
static hzi_stream stream = {.ops = &source_ops, .fd = -1, .state = &from};

static void
start(size_t chunk)
{
	HZT_OK(hzi_block_pool_new(0, &pool));
	hzi_receiver_init(&receiver, pool, MAX_MESSAGE);
	from = (source){.p = bytes, .n = n_bytes, .chunk = chunk};
}

static void
stop(void)
{
	hzi_receiver_clear(&receiver);
	hzi_receiver_clear(&receiver);
	HZT_EQ_INT(hzi_block_pool_stats(pool).out, 0);
	hzi_block_pool_destroy(&pool);
}

// Reads all there is; keeps every seventh message and checks it at the end.
static void
check_many(size_t chunk)
{
	static hzi_slice kept[MANY];
	int found = 0;
	start(chunk);
	while (from.n > 0) {
		size_t got;
		bool more;
		const char *why = NULL;
		HZT_OK(hzi_receiver_read(&receiver, &stream, &got, &more, &why));
		HZT_CHECK(got > 0);
		hzi_slice msg;
		for (;;) {
			HZT_OK(hzi_receiver_next(&receiver, &msg, &why));
			if (msg.n == 0) {
				break;
			}
			check_message(&msg, found);
			if (found % 7 == 0) {
				hzi_slice_take(&kept[found], msg.block, msg.p, msg.n);
			}
			found++;
		}
	}
	HZT_EQ_INT(found, MANY);
	for (int i = 0; i < MANY; i += 7) {
		check_message(&kept[i], i);
		hzi_slice_clear(&kept[i]);
	}
	stop();
}

static void
messages_come_out_however_bytes_arrive(void)
{
	static const size_t chunks[] = {1 << 20, 65536, 8191, 1000, 61};
	put_many();
	for (size_t i = 0; i < sizeof(chunks) / sizeof(chunks[0]); i++) {
		check_many(chunks[i]);
	}
}

static hz_err
next_after_one_read(hzi_slice *msg, const char **why)
{
	size_t got;
	bool more;
	HZT_OK(hzi_receiver_read(&receiver, &stream, &got, &more, why));
	return hzi_receiver_next(&receiver, msg, why);
}

static void
parts_are_joined(void)
{
	const char *why = NULL;
	hzi_slice msg;
	n_bytes = 0;
	hzi_store_le64(put_frame(HZP_FLAG_BEGIN_FRAGMENT, 8), 1);
	memset(put_frame(HZP_FLAG_UNFRAGMENTED | HZP_FLAG_FINAL, HZP_RESPONSE_HEADER), 0,
			HZP_RESPONSE_HEADER);
	put_message(0, 0, size_of(0));
	hzi_store_le64(put_frame(HZP_FLAG_END_FRAGMENT, 8), 1);
	memset(put_frame(HZP_FLAG_FINAL, size_of(3)), 3, size_of(3));
	put_message(0, 5, size_of(5));
	start(1 << 20);
	// What lies between the parts of a message comes first.
	HZT_OK(next_after_one_read(&msg, &why));
	check_message(&msg, 0);
	HZT_OK(hzi_receiver_next(&receiver, &msg, &why));
	check_message(&msg, 3);
	hzi_slice kept = {0};
	hzi_slice_take(&kept, msg.block, msg.p, msg.n);
	HZT_OK(hzi_receiver_next(&receiver, &msg, &why));
	check_message(&msg, 5);
	HZT_OK(hzi_receiver_next(&receiver, &msg, &why));
	HZT_EQ_INT(msg.n, 0);
	check_message(&kept, 3);
	hzi_slice_clear(&kept);
	stop();
}

// A header may announce 64 MB; the memory comes with the bytes.
static void
a_length_alone_gets_little_memory(void)
{
	const char *why = NULL;
	hzi_slice msg;
	n_bytes = 0;
	memset(put_frame(HZP_FLAG_UNFRAGMENTED, HZP_RESPONSE_HEADER), 0, HZP_RESPONSE_HEADER);
	size_t at = n_bytes;
	memset(put_frame(HZP_FLAG_FINAL, 1000), 0, 1000);
	hzi_store_le32(bytes + at, MAX_MESSAGE - 100);
	start(500);
	while (from.n > 0) {
		HZT_OK(next_after_one_read(&msg, &why));
		HZT_EQ_INT(msg.n, 0);
	}
	HZT_CHECK(from.largest <= 4 << 20);
	HZT_CHECK(receiver.block->cap <= 4 << 20);
	stop();
}

// A message that needed much memory leaves none of it with its connection.
static void
a_huge_block_does_not_stay(void)
{
	const char *why = NULL;
	hzi_slice msg;
	n_bytes = 0;
	put_message(0, 1, 9 << 20);
	put_message(0, 1, size_of(1));
	start(1 << 20);
	do {
		HZT_OK(next_after_one_read(&msg, &why));
	} while (msg.n == 0);
	HZT_CHECK(msg.n > 9 << 20);
	hzi_slice kept = {0};
	hzi_slice_take(&kept, msg.block, msg.p, msg.n);
	HZT_OK(hzi_receiver_next(&receiver, &msg, &why));
	check_message(&msg, 1);
	HZT_OK(hzi_receiver_next(&receiver, &msg, &why));
	HZT_EQ_INT(msg.n, 0);
	hzi_slice_clear(&kept);
	HZT_OK(next_after_one_read(&msg, &why));
	HZT_CHECK(receiver.block->cap <= 4 << 20);
	stop();
}

static void
starts_anew_after_a_clear(void)
{
	const char *why = NULL;
	hzi_slice msg;
	n_bytes = 0;
	put_message(0, 1, size_of(1));
	start(100);
	HZT_OK(next_after_one_read(&msg, &why));
	HZT_EQ_INT(msg.n, 0);
	hzi_receiver_clear(&receiver);
	from = (source){.p = bytes, .n = n_bytes, .chunk = n_bytes};
	HZT_OK(next_after_one_read(&msg, &why));
	check_message(&msg, 1);
	stop();
}

static const hzt_case cases[] = {
		{"messages_come_out_however_bytes_arrive", messages_come_out_however_bytes_arrive},
		{"parts_are_joined", parts_are_joined},
		{"a_length_alone_gets_little_memory", a_length_alone_gets_little_memory},
		{"a_huge_block_does_not_stay", a_huge_block_does_not_stay},
		{"starts_anew_after_a_clear", starts_anew_after_a_clear},
};

HZT_MAIN("transport/receiver", cases)
