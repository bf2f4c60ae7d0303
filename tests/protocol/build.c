// SPDX-License-Identifier: Apache-2.0
#include "tests/protocol/build.h"

#include "protocol/message.h"
#include "tests/support/suite.h"

#include <stdlib.h>
#include <string.h>

size_t
build_frame(hzi_buf *b, unsigned flags, const void *content, size_t n)
{
	size_t at = b->len;
	uint8_t *p = hzi_buf_extend(b, HZP_FRAME_HEADER + n);
	HZT_CHECK(p != NULL);
	hzi_store_le32(p, (uint32_t)(HZP_FRAME_HEADER + n));
	hzi_store_le16(p + HZP_AT_FLAGS, (uint16_t)flags);
	if (n > 0) {
		memcpy(p + HZP_FRAME_HEADER, content, n);
	}
	return at;
}

void
build_text(hzi_buf *b, const char *text)
{
	build_frame(b, 0, text, strlen(text));
}

void
build_first(hzi_buf *b, uint32_t type, bool response, const void *fields, size_t n)
{
	uint8_t content[256] = {0};
	size_t header = response ? HZP_RESPONSE_HEADER : HZP_REQUEST_HEADER;
	HZT_CHECK(header + n <= sizeof(content));
	hzi_store_le32(content, type);
	if (n > 0) {
		memcpy(content + header, fields, n);
	}
	build_frame(b, HZP_FLAG_UNFRAGMENTED, content, header + n);
}

void
build_final(hzi_buf *b, size_t at)
{
	hzp_message_add_flags(b->data + at, HZP_FLAG_FINAL);
}

uint8_t *
build_copy(const void *p, size_t n)
{
	uint8_t *copy = malloc(n > 0 ? n : 1);
	HZT_CHECK(copy != NULL);
	if (n > 0) {
		memcpy(copy, p, n);
	}
	return copy;
}

static int
digit(char c)
{
	return c <= '9' ? c - '0' : c - 'a' + 10;
}

void
build_hex(hzi_buf *b, const char *digits)
{
	while (*digits != '\0') {
		if (*digits == ' ') {
			digits++;
			continue;
		}
		uint8_t byte = (uint8_t)(digit(digits[0]) * 16 + digit(digits[1]));
		HZT_CHECK(hzi_buf_append(b, &byte, 1));
		digits += 2;
	}
}
