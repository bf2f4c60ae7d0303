// SPDX-License-Identifier: Apache-2.0
#include "protocol/fragments.h"

#include "protocol/decode.h"
#include "protocol/encode.h"
#include "protocol/gen/map.h"
#include "protocol/message.h"
#include "protocol/split.h"
#include "tests/protocol/build.h"
#include "tests/support/suite.h"

#include <stdlib.h>
#include <string.h>

static hzp_fragments fragments;
static hzi_buf whole;

// Hands in one part: the frame with the id, then these bytes, whose last frame becomes final.
static hz_err
add(unsigned flags, uint64_t id, const uint8_t *frames, size_t n)
{
	hzi_buf b = {0};
	uint8_t content[8];
	hzi_store_le64(content, id);
	size_t last = build_frame(&b, flags, content, sizeof(content));
	size_t start = b.len;
	HZT_CHECK(hzi_buf_append(&b, frames, n));
	for (size_t p = start; p < b.len; p += hzi_load_le32(b.data + p)) {
		last = p;
	}
	build_final(&b, last);
	HZT_CHECK(hzp_is_fragment(b.data));
	uint8_t *copy = build_copy(b.data, b.len);
	hz_err err = hzp_fragments_add(&fragments, copy, b.len, &whole);
	free(copy);
	hzi_buf_clear(&b);
	return err;
}

// A response of five frames, and where each frame starts.
static void
build_response(hzi_buf *b, size_t *at)
{
	hzp_bytes keys[] = {hzp_str("a"), hzp_str("bb"), hzp_str("")};
	hzp_map_key_set_response record = {.response = HZP_LIST(keys, 3)};
	HZT_OK(hzp_encode(b, &HZP_MAP_KEY_SET_RESPONSE, &record));
	int i = 0;
	for (size_t p = 0; p < b->len; p += hzi_load_le32(b->data + p)) {
		at[i++] = p;
	}
	at[i] = b->len;
	HZT_EQ_INT(i, 6);
}

static void
check_whole(const hzi_buf *want)
{
	HZT_EQ_INT(whole.len, want->len);
	HZT_EQ_MEM(whole.data, want->data, want->len);
	hzi_buf_clear(&whole);
}

static void
start(uint32_t max_open, size_t max_bytes)
{
	hzp_fragments_clear(&fragments);
	hzp_fragments_init(&fragments, max_open, max_bytes);
}

static void
puts_parts_together(void)
{
	hzi_buf b = {0};
	size_t at[7];
	build_response(&b, at);
	start(4, 1000);
	HZT_OK(add(HZP_FLAG_BEGIN_FRAGMENT, 7, b.data, at[1]));
	HZT_EQ_INT(whole.len, 0);
	HZT_OK(add(0, 7, b.data + at[1], at[4] - at[1]));
	HZT_EQ_INT(whole.len, 0);
	HZT_OK(add(HZP_FLAG_END_FRAGMENT, 7, b.data + at[4], at[6] - at[4]));
	HZT_EQ_INT(fragments.bytes, 0);
	check_whole(&b);
	hzi_buf_clear(&b);
	hzp_fragments_clear(&fragments);
}

static void
keeps_interleaved_messages_apart(void)
{
	hzi_buf b = {0};
	size_t at[7];
	build_response(&b, at);
	start(3, 1000);
	for (uint64_t id = 1; id <= 3; id++) {
		HZT_OK(add(HZP_FLAG_BEGIN_FRAGMENT, id, b.data, at[id]));
	}
	for (uint64_t id = 3; id >= 1; id--) {
		HZT_OK(add(HZP_FLAG_END_FRAGMENT, id, b.data + at[id], b.len - at[id]));
		check_whole(&b);
	}
	// The slots are free again, and so is an id.
	HZT_OK(add(HZP_FLAG_BEGIN_FRAGMENT, 1, b.data, at[1]));
	hzp_fragments_clear(&fragments);
	HZT_EQ_INT(fragments.bytes, 0);
	hzi_buf_clear(&b);
}

static void
refuses_parts_out_of_place(void)
{
	hzi_buf b = {0};
	size_t at[7];
	build_response(&b, at);
	start(3, 1000);
	HZT_EQ_INT(add(0, 9, b.data, at[1]), HZ_ERR_PROTOCOL);
	HZT_EQ_INT(add(HZP_FLAG_END_FRAGMENT, 9, b.data, at[1]), HZ_ERR_PROTOCOL);
	HZT_OK(add(HZP_FLAG_BEGIN_FRAGMENT, 9, b.data, at[1]));
	HZT_EQ_INT(add(HZP_FLAG_BEGIN_FRAGMENT, 9, b.data, at[1]), HZ_ERR_PROTOCOL);
	// A part without a frame of the message, and a message that starts in its middle.
	HZT_EQ_INT(add(0, 9, b.data, 0), HZ_ERR_PROTOCOL);
	HZT_OK(add(HZP_FLAG_BEGIN_FRAGMENT, 10, b.data + at[1], at[2] - at[1]));
	HZT_EQ_INT(add(HZP_FLAG_END_FRAGMENT, 10, b.data + at[2], at[3] - at[2]), HZ_ERR_PROTOCOL);
	HZT_EQ_INT(whole.len, 0);
	hzp_fragments_clear(&fragments);
	hzi_buf_clear(&b);
}

static void
refuses_broken_parts(void)
{
	start(3, 1000);
	hzi_buf b = {0};
	build_frame(&b, HZP_FLAG_BEGIN_FRAGMENT | HZP_FLAG_FINAL, "seven..", 7);
	HZT_EQ_INT(hzp_fragments_add(&fragments, b.data, b.len, &whole), HZ_ERR_PROTOCOL);
	hzi_buf_reset(&b);
	build_frame(&b, HZP_FLAG_BEGIN_FRAGMENT, "eight...", 8);
	build_text(&b, "not final");
	HZT_EQ_INT(hzp_fragments_add(&fragments, b.data, b.len, &whole), HZ_ERR_PROTOCOL);
	build_final(&b, 14);
	HZT_EQ_INT(hzp_fragments_add(&fragments, b.data, b.len - 1, &whole), HZ_ERR_PROTOCOL);
	HZT_OK(hzp_fragments_add(&fragments, b.data, b.len, &whole));
	hzp_fragments_clear(&fragments);
	hzi_buf_clear(&b);
}

static void
has_caps(void)
{
	hzi_buf b = {0};
	size_t at[7];
	build_response(&b, at);
	start(2, 3 * at[1]);
	HZT_OK(add(HZP_FLAG_BEGIN_FRAGMENT, 1, b.data, at[1]));
	HZT_OK(add(HZP_FLAG_BEGIN_FRAGMENT, 2, b.data, at[1]));
	HZT_EQ_INT(add(HZP_FLAG_BEGIN_FRAGMENT, 3, b.data, at[1]), HZ_ERR_LIMIT);
	HZT_OK(add(0, 1, b.data, at[1]));
	HZT_EQ_INT(add(0, 2, b.data, at[1]), HZ_ERR_LIMIT);
	HZT_EQ_INT(fragments.bytes, 3 * at[1]);
	start(0, 1000);
	HZT_EQ_INT(add(HZP_FLAG_BEGIN_FRAGMENT, 1, b.data, at[1]), HZ_ERR_LIMIT);
	hzp_fragments_clear(&fragments);
	hzi_buf_clear(&b);
}

static const hzt_case cases[] = {
		{"puts_parts_together", puts_parts_together},
		{"keeps_interleaved_messages_apart", keeps_interleaved_messages_apart},
		{"refuses_parts_out_of_place", refuses_parts_out_of_place},
		{"refuses_broken_parts", refuses_broken_parts},
		{"has_caps", has_caps},
};
HZT_MAIN("fragments", cases)
