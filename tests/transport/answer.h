// SPDX-License-Identifier: Apache-2.0
//
// Answers to the authentication request, built frame by frame and without the encoder, and one
// exchange of a request and such an answer. One answer at a time, on the thread of the case.
#ifndef TESTS_TRANSPORT_ANSWER_H
#define TESTS_TRANSPORT_ANSWER_H

#include "base/buf.h"
#include "tests/transport/peer.h"
#include "transport/handshake.h"

#include <hazelcast/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The answer under way. Its memory is static, so that a check may leave a case at any time.
extern hzi_buf answer;

extern const uint8_t member_uuid[16];

// What a test may want another way; the rest is the answer of a 5.7.0 member that is alone.
typedef struct answer_content {
	uint8_t status;
	bool no_member_uuid;
	bool no_cluster_id;
	int32_t partition_count;
	const char *host;
	int32_t port;
	const char *version;
} answer_content;

answer_content good_content(void);

// The pieces: empties the answer; appends a frame and returns where its content stands; appends a
// frame of text, one of flags only, or the first frame.
void start_answer(void);
size_t put_frame(uint16_t flags, const void *content, size_t size);
void put_text(const char *text);
void put_mark(uint16_t flags);
void put_first_frame(const answer_content *c);

// Whole answers: of a 5.7.0 member; of one before 5.4, without anything that came with protocol
// 2.7; an error message.
void make_answer(const answer_content *c);
void make_old_answer(void);
void make_error(int32_t code, const char *class_name, const char *message);

typedef struct outcome {
	hz_err code;
	hz_error err;
	hzi_handshake_reply reply;
	int64_t took_ms;
} outcome;

// A smart client with neither credentials nor labels, as in the worked bytes.
hzi_handshake_request plain_request(void);

// A deadline that no case should reach.
hzi_wait long_wait(void);

// Dials a peer that plays the script, shakes hands and closes. Checks that it took no longer than
// it may, that descriptors are back, and that a failure has a text and no reply.
void exchange(const peer_script *script, const hzi_handshake_request *request, const hzi_wait *wait,
		outcome *out);

// An exchange with the answer that was made, sent in pieces of `chunk` bytes (0: all at once) by a
// peer that stays.
void run_answer(size_t chunk, outcome *out);

// The same, all at once, with nothing but this result.
void check_answer(hz_err want);

#endif
