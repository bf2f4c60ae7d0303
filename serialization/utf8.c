// SPDX-License-Identifier: Apache-2.0
#include "serialization/utf8.h"

#include "base/bytes.h"

// Sequences by their first byte: how long they are, and which second bytes leave them in shortest
// form, outside the surrogates and below U+110000.
typedef struct lead_range {
	uint8_t first, last;
	uint8_t length;
	uint8_t second_min, second_max;
} lead_range;

static const lead_range leads[] = {
		{0xc2, 0xdf, 2, 0x80, 0xbf},
		{0xe0, 0xe0, 3, 0xa0, 0xbf},
		{0xe1, 0xec, 3, 0x80, 0xbf},
		{0xed, 0xed, 3, 0x80, 0x9f},
		{0xee, 0xef, 3, 0x80, 0xbf},
		{0xf0, 0xf0, 4, 0x90, 0xbf},
		{0xf1, 0xf3, 4, 0x80, 0xbf},
		{0xf4, 0xf4, 4, 0x80, 0x8f},
};

// The length of the well-formed sequence of several bytes at p, or 0.
static size_t
sequence_length(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < sizeof(leads) / sizeof(leads[0]); i++) {
		const lead_range *lead = &leads[i];
		if (p[0] < lead->first || p[0] > lead->last) {
			continue;
		}
		if (n < lead->length || p[1] < lead->second_min || p[1] > lead->second_max) {
			return 0;
		}
		for (size_t k = 2; k < lead->length; k++) {
			if ((p[k] & 0xc0) != 0x80) {
				return 0;
			}
		}
		return lead->length;
	}
	return 0;
}

size_t
hzi_utf8_valid(const char *text, size_t n)
{
	const uint8_t *p = (const uint8_t *)text;
	size_t i = 0;
	while (i < n) {
		// Nearly all text is ASCII, so eight bytes at a time are looked at for a high bit.
		if (n - i >= 8 && (hzi_load_le64(p + i) & 0x8080808080808080u) == 0) {
			i += 8;
			continue;
		}
		size_t length = p[i] < 0x80 ? 1 : sequence_length(p + i, n - i);
		if (length == 0) {
			return i;
		}
		i += length;
	}
	return n;
}
