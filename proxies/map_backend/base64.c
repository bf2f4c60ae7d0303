// SPDX-License-Identifier: Apache-2.0
#include "proxies/map_backend/base64.h"

static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void
hzi_base64_write(hzi_buf *out, const uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < n; i += 3) {
		size_t have = n - i < 3 ? n - i : 3;
		uint32_t bits = (uint32_t)bytes[i] << 16;
		bits |= have > 1 ? (uint32_t)bytes[i + 1] << 8 : 0;
		bits |= have > 2 ? bytes[i + 2] : 0;
		char four[4];
		for (unsigned k = 0; k < 4; k++) {
			four[k] = k <= have ? DIGITS[bits >> (18 - 6 * k) & 63] : '=';
		}
		hzi_buf_append(out, four, sizeof(four));
	}
}

static int
digit_of(char c)
{
	const char *at = c != '\0' ? strchr(DIGITS, c) : NULL;
	return at != NULL ? (int)(at - DIGITS) : -1;
}

bool
hzi_base64_read(hzi_buf *out, const char *text, size_t n)
{
	if (n % 4 != 0) {
		return false;
	}
	for (size_t i = 0; i < n; i += 4) {
		bool last = i + 4 == n;
		size_t have = last && text[i + 3] == '=' ? (text[i + 2] == '=' ? 1 : 2) : 3;
		uint32_t bits = 0;
		for (unsigned k = 0; k < 4; k++) {
			int digit = k <= have ? digit_of(text[i + k]) : 0;
			if (digit < 0) {
				return false;
			}
			bits = bits << 6 | (unsigned)digit;
		}
		uint8_t three[3] = {(uint8_t)(bits >> 16), (uint8_t)(bits >> 8), (uint8_t)bits};
		hzi_buf_append(out, three, have);
	}
	return !out->failed;
}
