// SPDX-License-Identifier: Apache-2.0
//
// The handshake against a peer that answers as members do, that leaves, or that says nothing: each
// failure is typed, comes in time and leaves nothing behind.
#include "base/bytes.h"
#include "base/platform.h"
#include "protocol/decode.h"
#include "protocol/gen/client.h"
#include "protocol/message.h"
#include "tests/support/suite.h"
#include "tests/transport/answer.h"
#include "tests/transport/peer.h"
#include "transport/handshake.h"

#include <string.h>

// ---- Cases: answers ----

static void
check_good_reply(outcome *out)
{
	HZT_OK_ERR(out->code, &out->err);
	hzi_handshake_reply *reply = &out->reply;
	HZT_CHECK(reply->member_uuid.msb == hzi_load_le64(member_uuid));
	HZT_CHECK(reply->member_uuid.lsb == hzi_load_le64(member_uuid + 8));
	HZT_CHECK(reply->cluster_id.msb == 0xc1c1c1c1c1c1c1c1);
	HZT_EQ_INT(reply->partition_count, 271);
	HZT_EQ_STR(reply->host, "127.0.0.1");
	HZT_EQ_INT(reply->port, 5701);
}

static void
accepted(void)
{
	answer_content c = good_content();
	make_answer(&c);
	outcome out;
	run_answer(0, &out);
	check_good_reply(&out);
	HZT_EQ_STR(out.reply.server_version, "5.7.0");
	HZT_EQ_INT(out.reply.member_list_version, 3);
	HZT_EQ_INT(out.reply.partition_list_version, -1);
	HZT_EQ_INT(out.reply.message.len, answer.len);
	HZT_EQ_MEM(out.reply.message.data, answer.data, answer.len);
	hzp_client_authentication_response got;
	HZT_OK(hzp_decode(out.reply.message.data, out.reply.message.len,
			&HZP_CLIENT_AUTHENTICATION_RESPONSE, &got, NULL));
	HZT_EQ_INT(got.member_infos.count, 1);
	hzi_handshake_reply_clear(&out.reply);
	hzi_handshake_reply_clear(&out.reply);
}

static void
accepted_by_an_old_member(void)
{
	make_old_answer();
	outcome out;
	run_answer(0, &out);
	check_good_reply(&out);
	HZT_EQ_STR(out.reply.server_version, "5.0.1");
	HZT_EQ_INT(out.reply.member_list_version, -1);
	HZT_EQ_INT(out.reply.partition_list_version, -1);
	hzi_handshake_reply_clear(&out.reply);
}

static void
one_byte_at_a_time(void)
{
	answer_content c = good_content();
	make_answer(&c);
	outcome out;
	run_answer(1, &out);
	check_good_reply(&out);
	hzi_handshake_reply_clear(&out.reply);
}

static void
large_answer(void)
{
	answer_content c = good_content();
	c.version = "5.7.0-SNAPSHOT with more words than there is room for";
	make_answer(&c);
	// A frame that a newer member might add, of two megabytes, behind what is known.
	static uint8_t extra[2u << 20];
	answer.data[answer.len - 1] &= (uint8_t) ~(HZP_FLAG_FINAL >> 8);
	(void)put_frame(HZP_FLAG_FINAL, extra, sizeof(extra));
	outcome out;
	run_answer(0, &out);
	check_good_reply(&out);
	HZT_EQ_STR(out.reply.server_version, "5.7.0-SNAPSHOT with more words ");
	HZT_EQ_INT(out.reply.message.len, answer.len);
	hzi_handshake_reply_clear(&out.reply);
}

static void
leaves_what_follows(void)
{
	answer_content c = good_content();
	make_answer(&c);
	size_t size = answer.len;
	HZT_CHECK(hzi_buf_append(&answer, "next", 4));
	static peer p;
	peer_start(&p,
			&(peer_script){.read_bytes = SIZE_MAX,
					.reply = answer.data,
					.reply_size = answer.len,
					.then = PEER_STAYS});
	hzi_stream stream;
	peer_dial(p.port, &stream);
	hzi_handshake_request request = plain_request();
	hzi_handshake_reply reply;
	hzi_wait wait = long_wait();
	HZT_OK(hzi_handshake(&stream, &request, &wait, &reply, NULL));
	HZT_EQ_INT(reply.message.len, size);
	hzi_handshake_reply_clear(&reply);
	char rest[8];
	size_t got = 0;
	for (size_t n = 0; got < 4; got += n) {
		HZT_OK(hzi_wait_for(&wait, stream.fd, stream.ops->wants(&stream, true, false), "",
				NULL));
		HZT_OK(stream.ops->read(&stream, rest + got, sizeof(rest) - got, &n));
	}
	HZT_EQ_MEM(rest, "next", 4);
	stream.ops->close(&stream);
	peer_stop(&p);
}

static void
each_status(void)
{
	static const struct {
		uint8_t status;
		hz_err want;
	} rows[] = {
			{0, HZ_OK},
			{1, HZ_ERR_AUTHENTICATION},
			{2, HZ_ERR_UNSUPPORTED},
			{3, HZ_ERR_NOT_ALLOWED},
			{4, HZ_ERR_PROTOCOL},
			{127, HZ_ERR_PROTOCOL},
			{255, HZ_ERR_PROTOCOL},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		answer_content c = good_content();
		c.status = rows[i].status;
		make_answer(&c);
		check_answer(rows[i].want);
	}
}

// Word for word what a member sends with a refusal.
static void
refusal(void)
{
	uint8_t p[62] = {0x01, 0x01, 0, 0, 1};
	p[13] = 1;
	p[14] = 1;
	p[31] = 0xff;
	hzi_store_le32(p + 32, (uint32_t)-1);
	p[36] = 1;
	hzi_store_le32(p + 54, (uint32_t)-1);
	hzi_store_le32(p + 58, (uint32_t)-1);
	start_answer();
	(void)put_frame(HZP_FLAG_UNFRAGMENTED, p, sizeof(p));
	put_mark(HZP_FLAG_NULL);
	put_text("");
	put_mark(HZP_FLAG_NULL);
	put_mark(HZP_FLAG_NULL);
	put_mark(HZP_FLAG_BEGIN);
	put_mark(HZP_FLAG_END);
	put_mark(HZP_FLAG_BEGIN);
	put_mark(HZP_FLAG_END);
	put_text("");
	put_mark(HZP_FLAG_BEGIN);
	put_mark(HZP_FLAG_END | HZP_FLAG_FINAL);
	outcome out;
	run_answer(0, &out);
	HZT_EQ_INT(out.code, HZ_ERR_AUTHENTICATION);
	HZT_CHECK(!out.err.retryable);
}

static void
errors_of_the_member(void)
{
	static const struct {
		int32_t server_code;
		hz_err want;
		bool retryable;
	} rows[] = {
			{19, HZ_ERR_OFFLINE, true},
			{3, HZ_ERR_AUTHENTICATION, false},
			{46, HZ_ERR_SERVER, true},
			{20, HZ_ERR_SERVER, true},
			{49, HZ_ERR_AUTHENTICATION, false},
			{64, HZ_ERR_AUTHENTICATION, false},
			{65, HZ_ERR_AUTHENTICATION, false},
			{61, HZ_ERR_SERVER, false},
			{0, HZ_ERR_SERVER, false},
			{-5, HZ_ERR_SERVER, false},
			{100000, HZ_ERR_SERVER, false},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		make_error(rows[i].server_code, "com.example.NotReady", "not ready\nyet!");
		outcome out;
		run_answer(0, &out);
		HZT_EQ_INT(out.code, rows[i].want);
		HZT_EQ_INT(out.err.server_code, rows[i].server_code);
		HZT_EQ_INT(out.err.retryable, rows[i].retryable);
		HZT_EQ_STR(out.err.where, "com.example.NotReady");
		HZT_EQ_STR(out.err.message, "the member answered: not ready yet!");
	}
}

static void
long_error_is_cut(void)
{
	static char text[100001];
	memset(text, 'x', sizeof(text) - 1);
	make_error(19, text, text);
	check_answer(HZ_ERR_OFFLINE);
}

// ---- Cases: peers that leave, or say nothing ----

static void
closes_while_reading_the_request(void)
{
	hzi_handshake_request request = plain_request();
	for (size_t at = 0; at < 0x70; at++) {
		hzi_wait wait = long_wait();
		outcome out;
		exchange(&(peer_script){.read_bytes = at}, &request, &wait, &out);
		HZT_EQ_INT(out.code, HZ_ERR_DISCONNECTED);
		HZT_CHECK(out.err.retryable);
	}
}

static void
closes_after_each_byte_of_the_answer(void)
{
	answer_content c = good_content();
	make_answer(&c);
	hzi_handshake_request request = plain_request();
	for (size_t at = 0; at < answer.len; at++) {
		hzi_wait wait = long_wait();
		outcome out;
		exchange(&(peer_script){.read_bytes = SIZE_MAX,
					 .reply = answer.data,
					 .reply_size = at},
				&request, &wait, &out);
		HZT_EQ_INT(out.code, HZ_ERR_DISCONNECTED);
		HZT_CHECK(out.err.retryable);
	}
}

static void
silence(void)
{
	hzi_handshake_request request = plain_request();
	hzi_wait wait = {.deadline_ns = hzi_deadline_in_ms(200)};
	outcome out;
	exchange(&(peer_script){.read_bytes = SIZE_MAX, .then = PEER_STAYS}, &request, &wait, &out);
	HZT_EQ_INT(out.code, HZ_ERR_TIMEOUT);
	HZT_CHECK(out.err.retryable);
	HZT_CHECK(out.took_ms <= INT64_C(1500) * hzt_slowness());
}

static void
silence_after_each_frame(void)
{
	answer_content c = good_content();
	make_answer(&c);
	hzi_handshake_request request = plain_request();
	for (size_t at = 0; at < answer.len; at += hzi_load_le32(answer.data + at)) {
		hzi_wait wait = {.deadline_ns = hzi_deadline_in_ms(20)};
		outcome out;
		exchange(&(peer_script){.read_bytes = SIZE_MAX,
					 .reply = answer.data,
					 .reply_size = at,
					 .then = PEER_STAYS},
				&request, &wait, &out);
		HZT_EQ_INT(out.code, HZ_ERR_TIMEOUT);
	}
}

// A byte now and then does not move the deadline.
static void
slow_drip(void)
{
	answer_content c = good_content();
	make_answer(&c);
	hzi_handshake_request request = plain_request();
	hzi_wait wait = {.deadline_ns = hzi_deadline_in_ms(200)};
	outcome out;
	exchange(&(peer_script){.read_bytes = SIZE_MAX,
				 .reply = answer.data,
				 .reply_size = answer.len,
				 .chunk = 1,
				 .pause_ms = 10},
			&request, &wait, &out);
	HZT_EQ_INT(out.code, HZ_ERR_TIMEOUT);
	HZT_CHECK(out.took_ms <= INT64_C(1500) * hzt_slowness());
}

static bool
on_third_question(void *ctx)
{
	return ++*(int *)ctx == 3;
}

static void
interrupted(void)
{
	int asked = 0;
	hzi_handshake_request request = plain_request();
	hzi_wait wait = {.deadline_ns = hzi_deadline_in_ms(60000),
			.interrupted = on_third_question,
			.ctx = &asked};
	outcome out;
	exchange(&(peer_script){.read_bytes = SIZE_MAX, .then = PEER_STAYS}, &request, &wait, &out);
	HZT_EQ_INT(out.code, HZ_ERR_CANCELLED);
	HZT_CHECK(!out.err.retryable);
}

static const hzt_case cases[] = {
		{"accepted", accepted},
		{"accepted_by_an_old_member", accepted_by_an_old_member},
		{"one_byte_at_a_time", one_byte_at_a_time},
		{"large_answer", large_answer},
		{"leaves_what_follows", leaves_what_follows},
		{"each_status", each_status},
		{"refusal", refusal},
		{"errors_of_the_member", errors_of_the_member},
		{"long_error_is_cut", long_error_is_cut},
		{"closes_while_reading_the_request", closes_while_reading_the_request},
		{"closes_after_each_byte_of_the_answer", closes_after_each_byte_of_the_answer},
		{"silence", silence},
		{"silence_after_each_frame", silence_after_each_frame},
		{"slow_drip", slow_drip},
		{"interrupted", interrupted},
};

HZT_MAIN("transport/handshake", cases)
