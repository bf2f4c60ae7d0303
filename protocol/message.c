// SPDX-License-Identifier: Apache-2.0
#include "protocol/message.h"

#include "protocol/descriptor.h"

hz_err
hzp_message_check(const uint8_t *p, size_t n)
{
	if (n < HZP_FRAME_HEADER + HZP_RESPONSE_HEADER || hzp_is_fragment(p)) {
		return HZ_ERR_PROTOCOL;
	}
	uint32_t first = hzi_load_le32(p);
	if (first < HZP_FRAME_HEADER + HZP_RESPONSE_HEADER || first > n) {
		return HZ_ERR_PROTOCOL;
	}
	return HZ_OK;
}

const hzp_message *
hzp_message_find(uint32_t id)
{
	uint32_t low = 0;
	uint32_t high = hzp_n_messages;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (hzp_messages[middle]->id < id) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low < hzp_n_messages && hzp_messages[low]->id == id ? hzp_messages[low] : NULL;
}
