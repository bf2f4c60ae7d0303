// SPDX-License-Identifier: Apache-2.0
#include "serialization/hash64.h"

#include "base/bytes.h"

#define SEED 0x01000193u
#define BLOCK 16u

// The state: two words, and two factors that change from block to block.
typedef struct state {
	uint64_t h1, h2, c1, c2;
} state;

static uint64_t
rotate_left(uint64_t x, unsigned bits)
{
	return (x << bits) | (x >> (64 - bits));
}

static uint64_t
avalanche(uint64_t h)
{
	h ^= h >> 33;
	h *= UINT64_C(0xff51afd7ed558ccd);
	h ^= h >> 33;
	h *= UINT64_C(0xc4ceb9fe1a85ec53);
	return h ^ (h >> 33);
}

static void
mix(state *s, uint64_t k1, uint64_t k2)
{
	s->h1 = (s->h1 ^ rotate_left(k1 * s->c1, 23) * s->c2) + s->h2;
	s->h2 = rotate_left(s->h2, 41);
	s->h2 = (s->h2 ^ rotate_left(k2 * s->c2, 23) * s->c1) + s->h1;
	s->h1 = s->h1 * 3 + 0x52dce729u;
	s->h2 = s->h2 * 3 + 0x38495ab5u;
}

// Up to eight bytes of a last, incomplete block. Java's bytes have a sign, which spreads over all
// that stands above it.
static uint64_t
load_signed(const uint8_t *p, size_t n)
{
	uint64_t k = 0;
	for (size_t i = 0; i < n; i++) {
		k ^= (uint64_t)(int64_t)(int8_t)p[i] << (8 * i);
	}
	return k;
}

int64_t
hzi_hash64(const void *payload, size_t n)
{
	const uint8_t *p = payload;
	size_t tail = n % BLOCK;
	state s = {
			.h1 = UINT64_C(0x9368e53c2f6af274) ^ SEED,
			.h2 = UINT64_C(0x586dcd208f7cd3fd) ^ SEED,
			.c1 = UINT64_C(0x87c37b91114253d5),
			.c2 = UINT64_C(0x4cf5ad432745937f),
	};
	for (const uint8_t *end = p + (n - tail); p < end; p += BLOCK) {
		mix(&s, hzi_load_le64(p), hzi_load_le64(p + 8));
		s.c1 = s.c1 * 5 + 0x7b7d159cu;
		s.c2 = s.c2 * 5 + 0x6bce6396u;
	}
	if (tail > 0) {
		mix(&s, load_signed(p, tail < 8 ? tail : 8),
				tail > 8 ? load_signed(p + 8, tail - 8) : 0);
	}
	s.h2 ^= n;
	s.h1 += s.h2;
	s.h2 += s.h1;
	return (int64_t)(avalanche(s.h1) + avalanche(s.h2));
}
