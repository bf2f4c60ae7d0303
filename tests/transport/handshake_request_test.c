// SPDX-License-Identifier: Apache-2.0
//
// What the handshake sends, byte by byte, and what it refuses to send.
#include "protocol/decode.h"
#include "protocol/gen/client.h"
#include "protocol/message.h"
#include "tests/support/suite.h"
#include "tests/transport/answer.h"
#include "tests/transport/peer.h"
#include "transport/handshake.h"
#include "transport/handshake_message.h"

#include <stdlib.h>
#include <string.h>

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
	make_answer(&(answer_content){.status = 1, .host = "", .version = ""});
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

// A buffer that grew would leave the password behind in memory that is not wiped.
static void
what_is_too_long_is_not_written(void)
{
	static char text[HZI_HANDSHAKE_REQUEST_MAX];
	static uint8_t storage[4 * HZI_HANDSHAKE_REQUEST_MAX];
	static const char *labels[20];
	memset(text, 'x', sizeof(text) - 1);
	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
		labels[i] = text;
	}
	hzi_handshake_request request = plain_request();
	request.password = "secret";
	request.labels = labels;
	request.label_count = sizeof(labels) / sizeof(labels[0]);
	hzi_buf out;
	hzi_buf_init(&out, storage, sizeof(storage));
	HZT_EQ_INT(hzi_handshake_encode(&request, &out, NULL), HZ_ERR_LIMIT);
	HZT_CHECK(out.data == storage);
	// The longest that may be sent, in as many pieces as there can be.
	char one[] = "";
	static const char *many[HZI_HANDSHAKE_REQUEST_MAX / 6];
	for (size_t i = 0; i < sizeof(many) / sizeof(many[0]); i++) {
		many[i] = one;
	}
	request.labels = many;
	request.label_count = sizeof(many) / sizeof(many[0]);
	hzi_buf_reset(&out);
	HZT_EQ_INT(hzi_handshake_encode(&request, &out, NULL), HZ_ERR_LIMIT);
	HZT_CHECK(out.data == storage);
	request.label_count -= 20;
	hzi_buf_reset(&out);
	HZT_OK(hzi_handshake_encode(&request, &out, NULL));
	HZT_CHECK(out.data == storage);
	hzi_buf_clear(&out);
}

static const hzt_case cases[] = {
		{"request_bytes", request_bytes},
		{"request_with_everything", request_with_everything},
		{"request_at_its_limit", request_at_its_limit},
		{"request_far_too_long", request_far_too_long},
		{"what_is_too_long_is_not_written", what_is_too_long_is_not_written},
};

HZT_MAIN("transport/handshake_request", cases)
