// SPDX-License-Identifier: Apache-2.0
#include "serialization/murmur3.h"

#include "base/bytes.h"

#define SEED 0x01000193u
#define C1 0xcc9e2d51u
#define C2 0x1b873593u

static uint32_t
rotate_left(uint32_t x, unsigned bits)
{
	return (x << bits) | (x >> (32 - bits));
}

static uint32_t
mix_block(uint32_t k)
{
	return rotate_left(k * C1, 15) * C2;
}

// Spreads every bit over all others.
static uint32_t
avalanche(uint32_t h)
{
	h ^= h >> 16;
	h *= 0x85ebca6bu;
	h ^= h >> 13;
	h *= 0xc2b2ae35u;
	return h ^ (h >> 16);
}

int32_t
hzi_murmur3(const void *bytes, size_t n)
{
	const uint8_t *p = bytes;
	size_t blocks = n / 4;
	uint32_t h = SEED;
	for (size_t i = 0; i < blocks; i++) {
		h = rotate_left(h ^ mix_block(hzi_load_le32(p + 4 * i)), 13) * 5 + 0xe6546b64u;
	}
	uint32_t tail = 0;
	for (size_t i = n; i > 4 * blocks; i--) {
		tail = (tail << 8) | p[i - 1];
	}
	// Without a tail this mixes zero, which leaves h as it is.
	h ^= mix_block(tail);
	return (int32_t)avalanche(h ^ (uint32_t)n);
}
