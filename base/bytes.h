// SPDX-License-Identifier: Apache-2.0
//
// Integers in memory, at any alignment and of a named byte order. The host is little-endian, which
// base/platform.h checks once.
#ifndef HZI_BASE_BYTES_H
#define HZI_BASE_BYTES_H

#include "base/platform.h"

#include <stdint.h>
#include <string.h>

// hzi_load_le16(p) and its kin read, hzi_store_le16(p, v) and its kin write exactly the bytes that
// the name says. The caller has checked that they are there.
static inline uint16_t
hzi_load_le16(const void *p)
{
	uint16_t v;
	memcpy(&v, p, sizeof(v));
	return v;
}

static inline uint32_t
hzi_load_le32(const void *p)
{
	uint32_t v;
	memcpy(&v, p, sizeof(v));
	return v;
}

static inline uint64_t
hzi_load_le64(const void *p)
{
	uint64_t v;
	memcpy(&v, p, sizeof(v));
	return v;
}

static inline uint16_t
hzi_load_be16(const void *p)
{
	return __builtin_bswap16(hzi_load_le16(p));
}

static inline uint32_t
hzi_load_be32(const void *p)
{
	return __builtin_bswap32(hzi_load_le32(p));
}

static inline uint64_t
hzi_load_be64(const void *p)
{
	return __builtin_bswap64(hzi_load_le64(p));
}

static inline void
hzi_store_le16(void *p, uint16_t v)
{
	memcpy(p, &v, sizeof(v));
}

static inline void
hzi_store_le32(void *p, uint32_t v)
{
	memcpy(p, &v, sizeof(v));
}

static inline void
hzi_store_le64(void *p, uint64_t v)
{
	memcpy(p, &v, sizeof(v));
}

static inline void
hzi_store_be32(void *p, uint32_t v)
{
	hzi_store_le32(p, __builtin_bswap32(v));
}

#endif
