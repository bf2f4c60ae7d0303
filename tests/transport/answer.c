// SPDX-License-Identifier: Apache-2.0
#include "tests/transport/answer.h"

#include "base/bytes.h"
#include "protocol/message.h"
#include "tests/support/suite.h"

#include <string.h>

#define IN_TIME_MS INT64_C(3000)

hzi_handshake_request
plain_request(void)
{
	return (hzi_handshake_request){
			.client_uuid = {0x0102030405060708, 0x1112131415161718},
			.correlation_id = 1,
			.routing = HZI_ROUTING_SMART,
			.cluster_name = "dev",
			.client_type = "CHZ",
			.client_version = "0.1.0",
			.client_name = "hz.client_1",
	};
}

// ---- Answers, frame by frame ----

// Room for the longest one; the static buffer needs no clean-up when a check leaves the case.
static uint8_t bytes[6u << 20];
hzi_buf answer;

void
start_answer(void)
{
	hzi_buf_init(&answer, bytes, sizeof(bytes));
}

// Appends a frame, and returns where its content stands.
size_t
put_frame(uint16_t flags, const void *content, size_t size)
{
	uint8_t header[HZP_FRAME_HEADER];
	hzi_store_le32(header, (uint32_t)(size + sizeof(header)));
	hzi_store_le16(header + 4, flags);
	HZT_CHECK(hzi_buf_append(&answer, header, sizeof(header)));
	size_t at = answer.len;
	HZT_CHECK(hzi_buf_append(&answer, content, size));
	return at;
}

void
put_text(const char *text)
{
	(void)put_frame(0, text, strlen(text));
}

void
put_mark(uint16_t flags)
{
	(void)put_frame(flags, NULL, 0);
}

static void
put_address(const char *host, int32_t port)
{
	uint8_t number[4];
	hzi_store_le32(number, (uint32_t)port);
	put_mark(HZP_FLAG_BEGIN);
	(void)put_frame(0, number, sizeof(number));
	put_text(host);
	put_mark(HZP_FLAG_END);
}

const uint8_t member_uuid[16] = {0x71, 0x4e, 0xa1, 0x1e, 0x99, 0xfe, 0x5b, 0xdf, 0xe8, 0xec, 0x55,
		0xe6, 0x5e, 0x63, 0xc2, 0x8b};

answer_content
good_content(void)
{
	return (answer_content){.partition_count = 271,
			.host = "127.0.0.1",
			.port = 5701,
			.version = "5.7.0"};
}

void
put_first_frame(const answer_content *c)
{
	uint8_t p[62] = {0x01, 0x01, 0, 0, 1};
	p[13] = c->status;
	p[14] = c->no_member_uuid;
	memcpy(p + 15, member_uuid, sizeof(member_uuid));
	p[31] = 1;
	hzi_store_le32(p + 32, (uint32_t)c->partition_count);
	p[36] = c->no_cluster_id;
	memset(p + 37, 0xc1, 16);
	hzi_store_le32(p + 54, 3);
	hzi_store_le32(p + 58, (uint32_t)-1);
	(void)put_frame(HZP_FLAG_UNFRAGMENTED, p, sizeof(p));
}

static void
put_member_infos(void)
{
	uint8_t fixed[18] = {0};
	memcpy(fixed + 1, member_uuid, sizeof(member_uuid));
	put_mark(HZP_FLAG_BEGIN);
	put_mark(HZP_FLAG_BEGIN);
	(void)put_frame(0, fixed, sizeof(fixed));
	put_address("127.0.0.1", 5701);
	put_mark(HZP_FLAG_BEGIN); // attributes
	put_mark(HZP_FLAG_END);
	put_mark(HZP_FLAG_BEGIN); // version
	(void)put_frame(0, "\x05\x07\x00", 3);
	put_mark(HZP_FLAG_END);
	put_mark(HZP_FLAG_BEGIN); // addresses by endpoint
	put_mark(HZP_FLAG_BEGIN);
	(void)put_frame(0, "\0\0\0\0", 4);
	put_mark(HZP_FLAG_NULL);
	put_mark(HZP_FLAG_END);
	put_address("127.0.0.1", 5701);
	put_mark(HZP_FLAG_END);
	put_mark(HZP_FLAG_END);
	put_mark(HZP_FLAG_END);
}

void
make_answer(const answer_content *c)
{
	start_answer();
	put_first_frame(c);
	put_address(c->host, c->port);
	put_text(c->version);
	put_text("");            // TPC ports
	put_mark(HZP_FLAG_NULL); // TPC token
	put_member_infos();
	put_mark(HZP_FLAG_BEGIN); // partitions
	put_mark(HZP_FLAG_END);
	put_text("");
	put_mark(HZP_FLAG_BEGIN);
	put_text("clusterVersion");
	put_text("5.7");
	put_mark(HZP_FLAG_END | HZP_FLAG_FINAL);
}

// As members before 5.4 answer: nothing that came with protocol 2.7.
void
make_old_answer(void)
{
	uint8_t p[54] = {0x01, 0x01, 0, 0, 1};
	memcpy(p + 15, member_uuid, sizeof(member_uuid));
	p[31] = 1;
	hzi_store_le32(p + 32, 271);
	memset(p + 37, 0xc1, 16);
	start_answer();
	(void)put_frame(HZP_FLAG_UNFRAGMENTED, p, sizeof(p));
	put_address("127.0.0.1", 5701);
	(void)put_frame(HZP_FLAG_FINAL, "5.0.1", 5);
}

void
make_error(int32_t code, const char *class_name, const char *message)
{
	uint8_t first[13] = {0, 0, 0, 0, 1};
	uint8_t number[4];
	hzi_store_le32(number, (uint32_t)code);
	start_answer();
	(void)put_frame(HZP_FLAG_UNFRAGMENTED, first, sizeof(first));
	put_mark(HZP_FLAG_BEGIN);
	put_mark(HZP_FLAG_BEGIN);
	(void)put_frame(0, number, sizeof(number));
	put_text(class_name);
	put_text(message);
	put_mark(HZP_FLAG_BEGIN); // stack trace
	put_mark(HZP_FLAG_END);
	put_mark(HZP_FLAG_END);
	put_mark(HZP_FLAG_END | HZP_FLAG_FINAL);
}

// ---- One exchange ----

void
exchange(const peer_script *script, const hzi_handshake_request *request, const hzi_wait *wait,
		outcome *out)
{
	int before = open_descriptors();
	static peer p;
	hzi_stream stream;
	memset(out, 0, sizeof(*out));
	peer_start(&p, script);
	peer_dial(p.port, &stream);
	int64_t start_ms = hzt_now_ms();
	out->code = hzi_handshake(&stream, request, wait, &out->reply, &out->err);
	out->took_ms = hzt_now_ms() - start_ms;
	stream.ops->close(&stream);
	peer_stop(&p);
	HZT_EQ_INT(open_descriptors(), before);
	HZT_CHECK(out->took_ms < IN_TIME_MS * hzt_slowness());
	if (out->code != HZ_OK) {
		HZT_EQ_INT(out->err.code, out->code);
		HZT_CHECK(out->err.message[0] != '\0');
		HZT_CHECK(out->reply.message.data == NULL);
	}
}

hzi_wait
long_wait(void)
{
	return (hzi_wait){.deadline_ns = hzi_deadline_in_ms(20000)};
}

// The answer that was made, sent in pieces of `chunk` bytes; then the peer stays.
void
run_answer(size_t chunk, outcome *out)
{
	peer_script script = {.read_bytes = SIZE_MAX,
			.reply = answer.data,
			.reply_size = answer.len,
			.chunk = chunk,
			.then = PEER_STAYS};
	hzi_handshake_request request = plain_request();
	hzi_wait wait = long_wait();
	exchange(&script, &request, &wait, out);
}

void
check_answer(hz_err want)
{
	outcome out;
	run_answer(0, &out);
	if (out.code != want) {
		// The text says more than two numbers.
		HZT_EQ_STR(out.err.message, "");
	}
	HZT_EQ_INT(out.code, want);
	hzi_handshake_reply_clear(&out.reply);
}
