// SPDX-License-Identifier: Apache-2.0
//
// The handshake against a peer that sends nonsense.
#include "base/bytes.h"
#include "protocol/message.h"
#include "tests/support/suite.h"
#include "tests/transport/answer.h"
#include "tests/transport/peer.h"
#include "transport/handshake.h"

#include <string.h>

// Every place in the answer where a frame begins gets every hostile length.
static void
hostile_lengths(void)
{
	static const uint32_t lengths[] = {0, 1, 5, HZI_HANDSHAKE_REPLY_MAX + 1, 0x7fffffff,
			0x80000000, 0xfffffff0, 0xffffffff};
	answer_content c = good_content();
	make_answer(&c);
	for (size_t at = 0; at < answer.len;) {
		uint32_t length = hzi_load_le32(answer.data + at);
		for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
			hzi_store_le32(answer.data + at, lengths[i]);
			check_answer(HZ_ERR_PROTOCOL);
		}
		hzi_store_le32(answer.data + at, length);
		at += length;
	}
}

static void
check_bytes(const char *what, size_t size, hz_err want)
{
	start_answer();
	HZT_CHECK(hzi_buf_append(&answer, what, size));
	check_answer(want);
}

static void
not_a_member(void)
{
	static const char http[] = "HTTP/1.1 400 Bad Request\r\n\r\n";
	static const char tls_alert[] = "\x15\x03\x03\x00\x02\x02\x28";
	static const char empty_message[] = "\x06\x00\x00\x00\x00\xe0";
	static const char short_header[] =
			"\x12\x00\x00\x00\x00\xe0\x01\x01\x00\x00\x01\0\0\0\0\0\0\0";
	static const char fragment[] = "\x0e\x00\x00\x00\x00\x80\x01\0\0\0\0\0\0\0";
	check_bytes(http, sizeof(http) - 1, HZ_ERR_PROTOCOL);
	check_bytes("HZCHZC", 6, HZ_ERR_PROTOCOL);
	check_bytes(tls_alert, sizeof(tls_alert) - 1, HZ_ERR_PROTOCOL);
	check_bytes(empty_message, sizeof(empty_message) - 1, HZ_ERR_PROTOCOL);
	check_bytes(short_header, sizeof(short_header) - 1, HZ_ERR_PROTOCOL);
	check_bytes(fragment, sizeof(fragment) - 1, HZ_ERR_PROTOCOL);
}

static void
another_message(void)
{
	answer_content c = good_content();
	make_answer(&c);
	answer.data[HZP_AT_TYPE + 1] = 0x0b; // the answer to a ping
	check_answer(HZ_ERR_PROTOCOL);
	make_answer(&c);
	answer.data[HZP_AT_CORRELATION] = 2;
	check_answer(HZ_ERR_PROTOCOL);
}

static void
contents_that_make_no_sense(void)
{
	static char long_host[300];
	memset(long_host, 'h', 256);
	answer_content rows[12];
	size_t n = 0;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		rows[i] = good_content();
	}
	rows[n++].no_member_uuid = true;
	rows[n++].no_cluster_id = true;
	rows[n++].partition_count = 0;
	rows[n++].partition_count = -1;
	rows[n++].partition_count = INT32_MIN;
	rows[n++].partition_count = HZI_PARTITIONS_MAX + 1;
	rows[n++].partition_count = INT32_MAX;
	rows[n++].port = -1;
	rows[n++].port = 65536;
	rows[n++].host = long_host;
	for (size_t i = 0; i < n; i++) {
		make_answer(&rows[i]);
		check_answer(HZ_ERR_PROTOCOL);
	}
	answer_content c = good_content();
	c.partition_count = HZI_PARTITIONS_MAX;
	long_host[255] = '\0';
	c.host = long_host;
	make_answer(&c);
	check_answer(HZ_OK);
}

// The message ends after each frame but the last ones, which older members do not send.
static void
ends_too_early(void)
{
	answer_content c = good_content();
	make_answer(&c);
	size_t version_end = 0;
	size_t frame = 0;
	for (size_t at = 0; at < answer.len; frame++) {
		size_t end = at + hzi_load_le32(answer.data + at);
		uint16_t flags = hzp_message_flags(answer.data + at);
		hzi_store_le16(answer.data + at + 4, flags | HZP_FLAG_FINAL);
		outcome out;
		run_answer(0, &out);
		hzi_store_le16(answer.data + at + 4, flags);
		// Frames 0 to 4 are the header and the address, 5 is the version.
		if (frame == 5) {
			version_end = end;
		}
		HZT_CHECK(out.code == HZ_ERR_PROTOCOL || (out.code == HZ_OK && frame >= 5));
		HZT_CHECK(out.code == HZ_OK || out.err.code == HZ_ERR_PROTOCOL);
		hzi_handshake_reply_clear(&out.reply);
		at = end;
	}
	HZT_CHECK(version_end != 0);
}

static void
error_that_is_none(void)
{
	make_error(19, "C", "m");
	// The list has a mark in place of its first item.
	size_t first_item = HZP_FRAME_HEADER + 13 + HZP_FRAME_HEADER;
	hzi_store_le16(answer.data + first_item + 4, HZP_FLAG_NULL);
	check_answer(HZ_ERR_PROTOCOL);

	uint8_t first[13] = {0, 0, 0, 0, 1};
	start_answer();
	(void)put_frame(HZP_FLAG_UNFRAGMENTED, first, sizeof(first));
	put_mark(HZP_FLAG_BEGIN);
	put_mark(HZP_FLAG_END | HZP_FLAG_FINAL);
	check_answer(HZ_ERR_PROTOCOL);
}

// More than the cap, in frames of which each alone is harmless.
static void
never_ends(void)
{
	answer_content c = good_content();
	start_answer();
	put_first_frame(&c);
	static const uint8_t kilobytes[60000];
	while (answer.len < (5u << 20)) {
		(void)put_frame(0, kilobytes, sizeof(kilobytes));
	}
	check_answer(HZ_ERR_PROTOCOL);
}

static void
opens_without_end(void)
{
	answer_content c = good_content();
	start_answer();
	put_first_frame(&c);
	for (int i = 0; i < 100000; i++) {
		put_mark(HZP_FLAG_BEGIN);
	}
	put_mark(HZP_FLAG_FINAL);
	check_answer(HZ_ERR_PROTOCOL);
}

// Every byte of the answer damaged in three ways: whatever comes of it is typed and in bounds.
static void
damaged_bytes(void)
{
	static const uint8_t damage[] = {0xff, 0x80, 0x01};
	answer_content c = good_content();
	make_answer(&c);
	peer_script script = {
			.read_bytes = SIZE_MAX, .reply = answer.data, .reply_size = answer.len};
	hzi_handshake_request request = plain_request();
	for (size_t at = 0; at < answer.len; at++) {
		for (size_t i = 0; i < sizeof(damage); i++) {
			answer.data[at] ^= damage[i];
			hzi_wait wait = long_wait();
			outcome out;
			exchange(&script, &request, &wait, &out);
			answer.data[at] ^= damage[i];
			hzi_handshake_reply_clear(&out.reply);
		}
	}
}

static const hzt_case cases[] = {
		{"hostile_lengths", hostile_lengths},
		{"not_a_member", not_a_member},
		{"another_message", another_message},
		{"contents_that_make_no_sense", contents_that_make_no_sense},
		{"ends_too_early", ends_too_early},
		{"error_that_is_none", error_that_is_none},
		{"never_ends", never_ends},
		{"opens_without_end", opens_without_end},
		{"damaged_bytes", damaged_bytes},
};

HZT_MAIN("transport/handshake_hostile", cases)
