// SPDX-License-Identifier: Apache-2.0
//
// The header of a whole message in memory: where things stand in its first frame, to be read or
// patched in place. All functions take a message that hzp_message_check accepted or hzp_encode
// wrote; none blocks.
#ifndef PROTOCOL_MESSAGE_H
#define PROTOCOL_MESSAGE_H

#include "base/bytes.h"

#include <hazelcast/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A frame: length (4 bytes, itself and the flags included), flags (2), content.
#define HZP_FRAME_HEADER 6u

enum {
	HZP_FLAG_BEGIN_FRAGMENT = 0x8000,
	HZP_FLAG_END_FRAGMENT = 0x4000,
	HZP_FLAG_UNFRAGMENTED = 0xc000,
	HZP_FLAG_FINAL = 0x2000,
	HZP_FLAG_BEGIN = 0x1000,
	HZP_FLAG_END = 0x0800,
	HZP_FLAG_NULL = 0x0400,
	HZP_FLAG_EVENT = 0x0200,
	HZP_FLAG_BACKUP_AWARE = 0x0100,
	HZP_FLAG_BACKUP_EVENT = 0x0080
};

// Offsets from the start of a message. Requests and events have a partition id where responses
// have, in one byte, the number of backups to wait for.
enum {
	HZP_AT_FLAGS = 4,
	HZP_AT_TYPE = 6,
	HZP_AT_CORRELATION = 10,
	HZP_AT_PARTITION = 18,
	HZP_AT_BACKUPS = 18
};

// Bytes of the header in the first frame's content.
enum { HZP_REQUEST_HEADER = 16, HZP_RESPONSE_HEADER = 13 };

#define HZP_TYPE_ERROR 0u

// Whether the n bytes at p, whole frames by the splitter's word, begin with an unfragmented first
// frame that holds a header. HZ_ERR_PROTOCOL if not; look at hzp_is_fragment before.
hz_err hzp_message_check(const uint8_t *p, size_t n);

static inline uint16_t
hzp_message_flags(const uint8_t *msg)
{
	return hzi_load_le16(msg + HZP_AT_FLAGS);
}

// Whether this is one part of a fragmented message (see fragments.h). p has at least six bytes.
static inline bool
hzp_is_fragment(const uint8_t *p)
{
	return (hzp_message_flags(p) & HZP_FLAG_UNFRAGMENTED) != HZP_FLAG_UNFRAGMENTED;
}

static inline uint32_t
hzp_message_type(const uint8_t *msg)
{
	return hzi_load_le32(msg + HZP_AT_TYPE);
}

static inline int64_t
hzp_message_correlation(const uint8_t *msg)
{
	return (int64_t)hzi_load_le64(msg + HZP_AT_CORRELATION);
}

// Of an event; -1 when the frame is too short to tell.
static inline int32_t
hzp_message_partition(const uint8_t *msg)
{
	if (hzi_load_le32(msg) < HZP_FRAME_HEADER + HZP_REQUEST_HEADER) {
		return -1;
	}
	return (int32_t)hzi_load_le32(msg + HZP_AT_PARTITION);
}

// Of a response: how many backup acknowledgements to wait for.
static inline uint8_t
hzp_message_backups(const uint8_t *msg)
{
	return msg[HZP_AT_BACKUPS];
}

static inline void
hzp_message_set_correlation(uint8_t *msg, int64_t id)
{
	hzi_store_le64(msg + HZP_AT_CORRELATION, (uint64_t)id);
}

static inline void
hzp_message_set_partition(uint8_t *msg, int32_t partition)
{
	hzi_store_le32(msg + HZP_AT_PARTITION, (uint32_t)partition);
}

// Adds flags of the first frame, such as HZP_FLAG_BACKUP_AWARE.
static inline void
hzp_message_add_flags(uint8_t *msg, uint16_t flags)
{
	hzi_store_le16(msg + HZP_AT_FLAGS, (uint16_t)(hzp_message_flags(msg) | flags));
}

#endif
