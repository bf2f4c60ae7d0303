// SPDX-License-Identifier: Apache-2.0
#include "serialization/rabin.h"

#include "base/bytes.h"

// The eight steps that one byte takes, worked out where they are needed: a schema is folded once,
// so a table would cost more than it saves.
static uint64_t
spread(uint64_t byte)
{
	for (int i = 0; i < 8; i++) {
		byte = (byte >> 1) ^ (HZI_RABIN_EMPTY & (0 - (byte & 1)));
	}
	return byte;
}

uint64_t
hzi_rabin_bytes(uint64_t fingerprint, const void *bytes, size_t n)
{
	const uint8_t *p = bytes;
	for (size_t i = 0; i < n; i++) {
		fingerprint = (fingerprint >> 8) ^ spread((fingerprint ^ p[i]) & 0xff);
	}
	return fingerprint;
}

uint64_t
hzi_rabin_i32(uint64_t fingerprint, int32_t number)
{
	uint8_t bytes[4];
	hzi_store_le32(bytes, (uint32_t)number);
	return hzi_rabin_bytes(fingerprint, bytes, sizeof(bytes));
}

uint64_t
hzi_rabin_text(uint64_t fingerprint, const char *text, size_t n)
{
	return hzi_rabin_bytes(hzi_rabin_i32(fingerprint, (int32_t)n), text, n);
}
