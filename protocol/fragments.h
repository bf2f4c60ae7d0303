// SPDX-License-Identifier: Apache-2.0
//
// Puts messages together that a member sends in parts. A part is itself a message to the splitter:
// a frame with the fragment id, then frames of the real message.
#ifndef PROTOCOL_FRAGMENTS_H
#define PROTOCOL_FRAGMENTS_H

#include "base/buf.h"

#include <hazelcast/error.h>
#include <stddef.h>
#include <stdint.h>

typedef struct hzp_fragment hzp_fragment;

// What has arrived so far of unfinished messages. One a connection, used by whoever reads it. Owns
// its memory, of which there is none before the first part.
typedef struct hzp_fragments {
	hzp_fragment *open;
	uint32_t max_open;
	size_t max_bytes;
	size_t bytes; // held for all unfinished messages
} hzp_fragments;

// Starts with caps on the number of unfinished messages and on the bytes held for all of them.
void hzp_fragments_init(hzp_fragments *f, uint32_t max_open, size_t max_bytes);

// Frees everything. Accepts zeroed memory.
void hzp_fragments_clear(hzp_fragments *f);

// Takes in one part: the n bytes at p, a whole message by the splitter's word that hzp_is_fragment
// tells to be a part. When it was the last one, gives the message as *whole (for hzi_buf_clear),
// checked as by hzp_message_check; else *whole is an empty buffer. Copies; does not block.
// HZ_ERR_PROTOCOL: no proper part, one of an unknown message, or the beginning of one that is under
// way. HZ_ERR_LIMIT: over a cap. HZ_ERR_MEMORY. After an error the stream is lost.
hz_err hzp_fragments_add(hzp_fragments *f, const uint8_t *p, size_t n, hzi_buf *whole);

#endif
