// SPDX-License-Identifier: Apache-2.0
#include "protocol/frame.h"

bool
hzp_frames_peek(hzp_frames *in, hzp_frame *out)
{
	size_t left = (size_t)(in->end - in->p);
	if (left < HZP_FRAME_HEADER) {
		in->reason = left == 0 ? "a frame is missing" : "the header of a frame is cut off";
		return false;
	}
	// A negative length is a large one here, and larger than what is left.
	uint32_t length = hzi_load_le32(in->p);
	if (length < HZP_FRAME_HEADER || length > left) {
		in->reason = "the length of a frame is wrong";
		return false;
	}
	uint16_t flags = hzp_message_flags(in->p);
	if ((flags & HZP_FLAG_FINAL) != 0 && length != left) {
		in->reason = "there are bytes after the final frame";
		return false;
	}
	*out = (hzp_frame){in->p + HZP_FRAME_HEADER, length - HZP_FRAME_HEADER, flags};
	return true;
}

bool
hzp_frames_take(hzp_frames *in, hzp_frame *out)
{
	if (!hzp_frames_peek(in, out)) {
		return false;
	}
	in->p = out->p + out->n;
	return true;
}

bool
hzp_frames_skip_to_end(hzp_frames *in)
{
	// Each BEGIN costs six bytes of input, so the depth cannot overflow.
	size_t depth = 1;
	while (depth > 0) {
		hzp_frame f;
		if (!hzp_frames_take(in, &f)) {
			return false;
		}
		if ((f.flags & HZP_FLAG_BEGIN) != 0) {
			depth++;
		}
		if ((f.flags & HZP_FLAG_END) != 0) {
			depth--;
		}
	}
	return true;
}
