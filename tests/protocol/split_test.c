// SPDX-License-Identifier: Apache-2.0
#include "protocol/split.h"

#include "base/bytes.h"
#include "protocol/message.h"
#include "tests/protocol/build.h"
#include "tests/support/suite.h"

#include <stdlib.h>

// Three messages: a small one, one of several frames with an empty one among them, a small one.
static void
build_three(hzi_buf *b, size_t *sizes)
{
	build_first(b, 0x000b01, true, NULL, 0);
	build_final(b, 0);
	sizes[0] = b->len;
	build_first(b, 0x010201, true, "abc", 3);
	build_text(b, "");
	build_final(b, build_frame(b, 0, "some data", 9));
	sizes[1] = b->len - sizes[0];
	size_t third = b->len;
	build_first(b, 0x000b01, true, NULL, 0);
	build_final(b, third);
	sizes[2] = b->len - third;
}

static void
finds_messages_byte_by_byte(void)
{
	hzi_buf b = {0};
	size_t sizes[3];
	build_three(&b, sizes);
	hzp_splitter s = {.max_bytes = 1000};
	size_t start = 0;
	int found = 0;
	for (size_t n = 1; start + n <= b.len; n++) {
		// Each time elsewhere and with nothing behind, as if the buffer had moved.
		uint8_t *copy = build_copy(b.data + start, n);
		size_t whole;
		HZT_OK(hzp_split(&s, copy, n, &whole));
		free(copy);
		if (whole == 0) {
			HZT_CHECK(s.wanted > n && s.wanted <= sizes[found]);
			continue;
		}
		HZT_EQ_INT(whole, n);
		HZT_EQ_INT(whole, sizes[found]);
		found++;
		start += whole;
		n = 0;
	}
	HZT_EQ_INT(found, 3);
	HZT_EQ_INT(start, b.len);
	hzi_buf_clear(&b);
}

static void
finds_messages_in_one_read(void)
{
	hzi_buf b = {0};
	size_t sizes[3];
	build_three(&b, sizes);
	hzp_splitter s = {.max_bytes = 1000};
	size_t p = 0;
	for (int i = 0; i < 3; i++) {
		size_t whole;
		HZT_OK(hzp_split(&s, b.data + p, b.len - p, &whole));
		HZT_EQ_INT(whole, sizes[i]);
		p += whole;
	}
	size_t whole;
	HZT_OK(hzp_split(&s, b.data + p, 0, &whole));
	HZT_EQ_INT(whole, 0);
	HZT_EQ_INT(s.wanted, HZP_FRAME_HEADER);
	hzi_buf_clear(&b);
}

static hz_err
split_length(uint32_t length, size_t max_bytes)
{
	uint8_t header[HZP_FRAME_HEADER] = {0};
	hzi_store_le32(header, length);
	hzp_splitter s = {.max_bytes = max_bytes};
	size_t whole;
	return hzp_split(&s, header, sizeof(header), &whole);
}

static void
refuses_lengths_at_the_header(void)
{
	for (uint32_t length = 0; length < HZP_FRAME_HEADER; length++) {
		HZT_EQ_INT(split_length(length, SIZE_MAX), HZ_ERR_PROTOCOL);
	}
	HZT_EQ_INT(split_length(UINT32_MAX, SIZE_MAX), HZ_ERR_PROTOCOL);
	HZT_EQ_INT(split_length(0x80000000u, SIZE_MAX), HZ_ERR_PROTOCOL);
	HZT_EQ_INT(split_length(0x7fffffffu, SIZE_MAX), HZ_OK);
	HZT_EQ_INT(split_length(1001, 1000), HZ_ERR_LIMIT);
	HZT_EQ_INT(split_length(1000, 1000), HZ_OK);
	HZT_EQ_INT(split_length(6, 0), HZ_ERR_LIMIT);
}

static void
caps_the_whole_message(void)
{
	hzi_buf b = {0};
	build_first(&b, 0x010201, true, NULL, 0);
	for (int i = 0; i < 5; i++) {
		build_text(&b, "four");
	}
	size_t five = b.len;
	for (int i = 0; i < 5; i++) {
		build_text(&b, "four");
	}
	hzp_splitter s = {.max_bytes = five + 9};
	size_t whole;
	// Five frames fit; the header of the sixth is enough to refuse.
	HZT_OK(hzp_split(&s, b.data, five + 5, &whole));
	HZT_EQ_INT(whole, 0);
	HZT_EQ_INT(hzp_split(&s, b.data, five + 6, &whole), HZ_ERR_LIMIT);
	hzi_buf_clear(&b);
}

static void
looks_at_each_frame_once(void)
{
	// Frames without content, the worst there is, given six more bytes at a time: were they
	// walked from the start each time, this would be 5e9 steps.
	const size_t frames = 100000;
	hzi_buf b = {0};
	for (size_t i = 0; i < frames; i++) {
		build_frame(&b, 0, NULL, 0);
	}
	hzp_splitter s = {.max_bytes = SIZE_MAX};
	size_t whole;
	for (size_t i = 1; i <= frames; i++) {
		HZT_OK(hzp_split(&s, b.data, i * HZP_FRAME_HEADER, &whole));
		HZT_EQ_INT(whole, 0);
		HZT_EQ_INT(s.scanned, i * HZP_FRAME_HEADER);
		// What was looked at is never read again.
		hzi_store_le32(b.data + (i - 1) * HZP_FRAME_HEADER, 0);
	}
	hzi_buf_clear(&b);
}

static void
checks_the_first_frame(void)
{
	hzi_buf b = {0};
	build_first(&b, 0x010201, true, NULL, 0);
	HZT_OK(hzp_message_check(b.data, b.len));
	HZT_EQ_INT(hzp_message_check(b.data, b.len - 1), HZ_ERR_PROTOCOL);
	hzi_store_le32(b.data, (uint32_t)b.len - 1);
	HZT_EQ_INT(hzp_message_check(b.data, b.len), HZ_ERR_PROTOCOL);
	hzi_store_le32(b.data, (uint32_t)b.len);
	hzi_store_le16(b.data + HZP_AT_FLAGS, HZP_FLAG_BEGIN_FRAGMENT);
	HZT_EQ_INT(hzp_message_check(b.data, b.len), HZ_ERR_PROTOCOL);
	HZT_CHECK(hzp_is_fragment(b.data));
	hzi_buf_clear(&b);
}

static const hzt_case cases[] = {
		{"finds_messages_byte_by_byte", finds_messages_byte_by_byte},
		{"finds_messages_in_one_read", finds_messages_in_one_read},
		{"refuses_lengths_at_the_header", refuses_lengths_at_the_header},
		{"caps_the_whole_message", caps_the_whole_message},
		{"looks_at_each_frame_once", looks_at_each_frame_once},
		{"checks_the_first_frame", checks_the_first_frame},
};
HZT_MAIN("split", cases)
