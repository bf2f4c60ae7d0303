// SPDX-License-Identifier: Apache-2.0
//
// Integers of serialized payloads, whose byte order is the cluster's configuration: big-endian
// unless somebody changed it.
#ifndef HZI_SERIALIZATION_ORDER_H
#define HZI_SERIALIZATION_ORDER_H

#include "base/bytes.h"

#include <stdbool.h>
#include <stddef.h>

// hzi_load32(p, be) and its kin read and hzi_store32(p, v, be) and its kin write at any alignment;
// the caller has checked that the bytes are there.
static inline uint16_t
hzi_load16(const void *p, bool big_endian)
{
	return big_endian ? hzi_load_be16(p) : hzi_load_le16(p);
}

static inline uint32_t
hzi_load32(const void *p, bool big_endian)
{
	return big_endian ? hzi_load_be32(p) : hzi_load_le32(p);
}

static inline uint64_t
hzi_load64(const void *p, bool big_endian)
{
	return big_endian ? hzi_load_be64(p) : hzi_load_le64(p);
}

static inline void
hzi_store16(void *p, uint16_t v, bool big_endian)
{
	hzi_store_le16(p, big_endian ? __builtin_bswap16(v) : v);
}

static inline void
hzi_store32(void *p, uint32_t v, bool big_endian)
{
	hzi_store_le32(p, big_endian ? __builtin_bswap32(v) : v);
}

static inline void
hzi_store64(void *p, uint64_t v, bool big_endian)
{
	hzi_store_le64(p, big_endian ? __builtin_bswap64(v) : v);
}

// The integer of `size` bytes (1, 2, 4 or 8) at p, zero-extended.
static inline uint64_t
hzi_load_sized(const uint8_t *p, size_t size, bool big_endian)
{
	if (size == 8) {
		return hzi_load64(p, big_endian);
	}
	if (size == 4) {
		return hzi_load32(p, big_endian);
	}
	return size == 2 ? hzi_load16(p, big_endian) : *p;
}

// Writes the low `size` bytes (1, 2, 4 or 8) of v.
static inline void
hzi_store_sized(uint8_t *p, uint64_t v, size_t size, bool big_endian)
{
	if (size == 8) {
		hzi_store64(p, v, big_endian);
	} else if (size == 4) {
		hzi_store32(p, (uint32_t)v, big_endian);
	} else if (size == 2) {
		hzi_store16(p, (uint16_t)v, big_endian);
	} else {
		*p = (uint8_t)v;
	}
}

// Copies n items of `size` bytes, from one byte order to another if the two differ. The runs must
// not overlap; `from` may be NULL when n is 0.
static inline void
hzi_copy_items(uint8_t *to, bool to_be, const uint8_t *from, bool from_be, size_t n, size_t size)
{
	if (n == 0) {
		return;
	}
	if (size == 1 || to_be == from_be) {
		memcpy(to, from, n * size);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		hzi_store_sized(to + i * size, hzi_load_sized(from + i * size, size, from_be), size,
				to_be);
	}
}

#endif
