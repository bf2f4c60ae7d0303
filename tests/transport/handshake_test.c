// SPDX-License-Identifier: Apache-2.0
//
// The handshake against a peer that answers as members do, and against one that does not: each
// failure is typed, comes in time and leaves nothing behind.
#include "transport/handshake.h"

#include "base/bytes.h"
#include "base/platform.h"
#include "protocol/decode.h"
#include "protocol/gen/client.h"
#include "protocol/gen/types.h"
#include "protocol/message.h"
#include "tests/support/suite.h"
#include "tests/transport/peer.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define IN_TIME_MS 3000

static hzi_handshake_request
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
static hzi_buf answer;

static void
start_answer(void)
{
	hzi_buf_init(&answer, bytes, sizeof(bytes));
}

// Appends a frame, and returns where its content stands.
static size_t
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

static void
put_text(const char *text)
{
	(void)put_frame(0, text, strlen(text));
}

static void
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

static const uint8_t member_uuid[16] = {0x71, 0x4e, 0xa1, 0x1e, 0x99, 0xfe, 0x5b, 0xdf, 0xe8, 0xec,
		0x55, 0xe6, 0x5e, 0x63, 0xc2, 0x8b};

// What a test may want another way; the rest is the answer of a 5.7.0 member that is alone.
typedef struct content {
	uint8_t status;
	bool no_member_uuid;
	bool no_cluster_id;
	int32_t partition_count;
	const char *host;
	int32_t port;
	const char *version;
} content;

static content
good(void)
{
	return (content){.partition_count = 271,
			.host = "127.0.0.1",
			.port = 5701,
			.version = "5.7.0"};
}

static void
put_first_frame(const content *c)
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

static void
make_answer(const content *c)
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
static void
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

static void
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

typedef struct outcome {
	hz_err code;
	hz_error err;
	hzi_handshake_reply reply;
	int64_t took_ms;
} outcome;

static void
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

static hzi_wait
long_wait(void)
{
	return (hzi_wait){.deadline_ns = hzi_deadline_in_ms(20000), .interrupt_fd = -1};
}

// The answer that was made, sent in pieces of `chunk` bytes; then the peer stays.
static void
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

static void
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

// ---- Cases: the request ----

static void
request_bytes(void)
{
	static const uint8_t want[] = {0x43, 0x50, 0x32, // CP2
			0x2a, 0, 0, 0, 0, 0xc0, 0, 0x01, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff,
			0xff, 0xff, 0, 8, 7, 6, 5, 4, 3, 2, 1, 0x18, 0x17, 0x16, 0x15, 0x14, 0x13,
			0x12, 0x11, 1, 1, 0, 9, 0, 0, 0, 0, 0, 'd', 'e', 'v', 6, 0, 0, 0, 0, 0x04,
			6, 0, 0, 0, 0, 0x04, 9, 0, 0, 0, 0, 0, 'C', 'H', 'Z', 0x0b, 0, 0, 0, 0, 0,
			'0', '.', '1', '.', '0', 0x11, 0, 0, 0, 0, 0, 'h', 'z', '.', 'c', 'l', 'i',
			'e', 'n', 't', '_', '1', 6, 0, 0, 0, 0, 0x10, 6, 0, 0, 0, 0, 0x28};
	static peer p;
	peer_start(&p, &(peer_script){.read_bytes = SIZE_MAX});
	hzi_stream stream;
	peer_dial(p.port, &stream);
	hzi_handshake_request request = plain_request();
	hzi_handshake_reply reply;
	hzi_wait wait = long_wait();
	HZT_EQ_INT(hzi_handshake(&stream, &request, &wait, &reply, NULL), HZ_ERR_DISCONNECTED);
	stream.ops->close(&stream);
	peer_stop(&p);
	HZT_EQ_INT(p.request_size, sizeof(want));
	HZT_EQ_MEM(p.request, want, sizeof(want));
}

static void
request_with_everything(void)
{
	static const char *const labels[] = {"one", "two"};
	hzi_handshake_request request = plain_request();
	request.routing = HZI_ROUTING_UNISOCKET;
	request.username = "me";
	request.password = "";
	request.labels = labels;
	request.label_count = 2;
	request.correlation_id = 0x1122334455667788;
	static peer p;
	peer_start(&p, &(peer_script){.read_bytes = SIZE_MAX});
	hzi_stream stream;
	peer_dial(p.port, &stream);
	hzi_handshake_reply reply;
	hzi_wait wait = long_wait();
	HZT_EQ_INT(hzi_handshake(&stream, &request, &wait, &reply, NULL), HZ_ERR_DISCONNECTED);
	stream.ops->close(&stream);
	peer_stop(&p);
	hzp_client_authentication_request got;
	HZT_OK(hzp_decode(p.request + 3, p.request_size - 3, &HZP_CLIENT_AUTHENTICATION_REQUEST,
			&got, NULL));
	HZT_EQ_INT(hzp_message_correlation(p.request + 3), request.correlation_id);
	HZT_EQ_INT(got.routing_mode, 0);
	HZT_EQ_INT(got.username.n, 2);
	HZT_EQ_MEM(got.username.p, "me", 2);
	HZT_CHECK(got.password.p != NULL);
	HZT_EQ_INT(got.password.n, 0);
	hzp_bytes label;
	hzp_iter it = hzp_iter_start(&got.labels);
	HZT_CHECK(hzp_iter_next(&it, &label));
	HZT_EQ_MEM(label.p, "one", 3);
	HZT_CHECK(hzp_iter_next(&it, &label));
	HZT_EQ_MEM(label.p, "two", 3);
	HZT_CHECK(!hzp_iter_next(&it, &label));
}

// A name that makes the request exactly as long as members read, and one byte longer.
static void
request_at_its_limit(void)
{
	static char name[HZI_HANDSHAKE_REQUEST_MAX + 16];
	size_t rest = 0x2a + 9 + 6 + 6 + 9 + 11 + 6 + 6 + 6;
	hzi_handshake_request request = plain_request();
	request.client_name = name;
	make_answer(&(content){.status = 1, .host = "", .version = ""});
	peer_script script = {.read_bytes = SIZE_MAX,
			.reply = answer.data,
			.reply_size = answer.len,
			.then = PEER_STAYS};
	hzi_wait wait = long_wait();
	outcome out;
	memset(name, 'n', HZI_HANDSHAKE_REQUEST_MAX - rest);
	exchange(&script, &request, &wait, &out);
	HZT_EQ_INT(out.code, HZ_ERR_AUTHENTICATION);
	name[HZI_HANDSHAKE_REQUEST_MAX - rest] = 'n';
	exchange(&script, &request, &wait, &out);
	HZT_EQ_INT(out.code, HZ_ERR_LIMIT);
	HZT_CHECK(strstr(out.err.message, "4096") != NULL);
	HZT_CHECK(!out.err.retryable);
}

static void
request_far_too_long(void)
{
	static const char *labels[2000];
	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
		labels[i] = "";
	}
	hzi_handshake_request request = plain_request();
	request.labels = labels;
	request.label_count = sizeof(labels) / sizeof(labels[0]);
	peer_script script = {.read_bytes = SIZE_MAX};
	hzi_wait wait = long_wait();
	outcome out;
	exchange(&script, &request, &wait, &out);
	HZT_EQ_INT(out.code, HZ_ERR_LIMIT);

	char *megabyte = malloc(1u << 20);
	HZT_CHECK(megabyte != NULL);
	memset(megabyte, 'p', 1u << 20);
	megabyte[(1u << 20) - 1] = '\0';
	request.label_count = 0;
	request.password = megabyte;
	exchange(&script, &request, &wait, &out);
	free(megabyte);
	HZT_EQ_INT(out.code, HZ_ERR_LIMIT);
	HZT_CHECK(strstr(out.err.message, "ppp") == NULL);
}

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
	content c = good();
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
	content c = good();
	make_answer(&c);
	outcome out;
	run_answer(1, &out);
	check_good_reply(&out);
	hzi_handshake_reply_clear(&out.reply);
}

static void
large_answer(void)
{
	content c = good();
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
	content c = good();
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
		content c = good();
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
	content c = good();
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
	hzi_wait wait = {.deadline_ns = hzi_deadline_in_ms(200), .interrupt_fd = -1};
	outcome out;
	exchange(&(peer_script){.read_bytes = SIZE_MAX, .then = PEER_STAYS}, &request, &wait, &out);
	HZT_EQ_INT(out.code, HZ_ERR_TIMEOUT);
	HZT_CHECK(out.err.retryable);
	HZT_CHECK(out.took_ms <= 1500 * hzt_slowness());
}

static void
silence_after_each_frame(void)
{
	content c = good();
	make_answer(&c);
	hzi_handshake_request request = plain_request();
	for (size_t at = 0; at < answer.len; at += hzi_load_le32(answer.data + at)) {
		hzi_wait wait = {.deadline_ns = hzi_deadline_in_ms(20), .interrupt_fd = -1};
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
	content c = good();
	make_answer(&c);
	hzi_handshake_request request = plain_request();
	hzi_wait wait = {.deadline_ns = hzi_deadline_in_ms(200), .interrupt_fd = -1};
	outcome out;
	exchange(&(peer_script){.read_bytes = SIZE_MAX,
				 .reply = answer.data,
				 .reply_size = answer.len,
				 .chunk = 1,
				 .pause_ms = 10},
			&request, &wait, &out);
	HZT_EQ_INT(out.code, HZ_ERR_TIMEOUT);
	HZT_CHECK(out.took_ms <= 1500 * hzt_slowness());
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
			.interrupt_fd = -1,
			.interrupted = on_third_question,
			.ctx = &asked};
	outcome out;
	exchange(&(peer_script){.read_bytes = SIZE_MAX, .then = PEER_STAYS}, &request, &wait, &out);
	HZT_EQ_INT(out.code, HZ_ERR_CANCELLED);
	HZT_CHECK(!out.err.retryable);
}

// ---- Cases: peers that send nonsense ----

// Every place in the answer where a frame begins gets every hostile length.
static void
hostile_lengths(void)
{
	static const uint32_t lengths[] = {0, 1, 5, HZI_HANDSHAKE_REPLY_MAX + 1, 0x7fffffff,
			0x80000000, 0xfffffff0, 0xffffffff};
	content c = good();
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
	content c = good();
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
	content rows[12];
	size_t n = 0;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		rows[i] = good();
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
	content c = good();
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
	content c = good();
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
	content c = good();
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
	content c = good();
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
	content c = good();
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
		{"request_bytes", request_bytes},
		{"request_with_everything", request_with_everything},
		{"request_at_its_limit", request_at_its_limit},
		{"request_far_too_long", request_far_too_long},
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

HZT_MAIN("transport/handshake", cases)
