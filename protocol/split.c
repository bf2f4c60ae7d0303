// SPDX-License-Identifier: Apache-2.0
#include "protocol/split.h"

#include "base/bytes.h"
#include "protocol/message.h"

hz_err
hzp_split(hzp_splitter *s, const uint8_t *p, size_t n, size_t *whole)
{
	*whole = 0;
	while (n - s->scanned >= HZP_FRAME_HEADER) {
		const uint8_t *frame = p + s->scanned;
		uint32_t length = hzi_load_le32(frame);
		if (length < HZP_FRAME_HEADER || length > INT32_MAX) {
			return HZ_ERR_PROTOCOL;
		}
		if (length > s->max_bytes - s->scanned) {
			return HZ_ERR_LIMIT;
		}
		if (length > n - s->scanned) {
			s->wanted = s->scanned + length;
			return HZ_OK;
		}
		s->scanned += length;
		if ((hzp_message_flags(frame) & HZP_FLAG_FINAL) != 0) {
			*whole = s->scanned;
			s->scanned = 0;
			s->wanted = 0;
			return HZ_OK;
		}
	}
	s->wanted = s->scanned + HZP_FRAME_HEADER;
	return HZ_OK;
}
