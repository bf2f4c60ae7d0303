// SPDX-License-Identifier: Apache-2.0
//
// Reading frames, one after the other, from the bytes of one message. The caller owns the bytes and
// keeps them where they are; nothing blocks.
#ifndef PROTOCOL_FRAME_H
#define PROTOCOL_FRAME_H

#include "base/bytes.h"
#include "protocol/message.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A view of one frame's content.
typedef struct hzp_frame {
	const uint8_t *p;
	uint32_t n;
	uint16_t flags;
} hzp_frame;

// Where reading stands, and why it came to an end: a constant sentence, NULL so far.
typedef struct hzp_frames {
	const uint8_t *p;
	const uint8_t *end;
	const char *reason;
} hzp_frames;

// The next frame, left where it is. False, with a reason, if there is no whole one with a proper
// length, or if one marked as the message's last is not.
bool hzp_frames_peek(hzp_frames *in, hzp_frame *out);

// The next frame, consumed. Fails as hzp_frames_peek does.
bool hzp_frames_take(hzp_frames *in, hzp_frame *out);

// Consumes everything up to the END of the structure that reading stands in, whatever is nested
// there. Counts instead of recursing. False, with a reason, when there is no such END.
bool hzp_frames_skip_to_end(hzp_frames *in);

#endif
