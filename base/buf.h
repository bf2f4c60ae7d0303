// SPDX-License-Identifier: Apache-2.0
//
// A growable run of bytes. Zeroed memory is a valid empty buffer. One owner, one thread at a time.
//
// Failure sticks: once memory was refused, `failed` is true and every further call that wants room
// returns NULL or false, so a writer may append a whole message and look once at the end.
#ifndef HZI_BASE_BUF_H
#define HZI_BASE_BUF_H

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct hzi_buf {
	uint8_t *data;
	size_t len;
	size_t cap;
	bool failed;
	bool borrowed; // data belongs to the caller of hzi_buf_init
} hzi_buf;

// Starts with storage of the caller, which must outlive the buffer's use of it; the first growth
// past `cap` moves to the heap. `storage` may be NULL with `cap` 0.
void hzi_buf_init(hzi_buf *buf, void *storage, size_t cap);

// The slow half of hzi_buf_extend: grows, or fails.
uint8_t *hzi_buf_extend_slow(hzi_buf *buf, size_t n);

// Makes room for n bytes more without changing `len`. False when memory is refused.
bool hzi_buf_reserve(hzi_buf *buf, size_t n);

// Advances `len` by n and returns where these n bytes start; their content is unspecified. The
// pointer is valid until the next call that grows. NULL on failure, never for n == 0.
static inline uint8_t *
hzi_buf_extend(hzi_buf *buf, size_t n)
{
	if (HZI_LIKELY(n < buf->cap - buf->len && !buf->failed)) {
		uint8_t *start = buf->data + buf->len;
		buf->len += n;
		return start;
	}
	return hzi_buf_extend_slow(buf, n);
}

// Appends a copy of n bytes, which must not lie in the buffer itself.
static inline bool
hzi_buf_append(hzi_buf *buf, const void *bytes, size_t n)
{
	uint8_t *to = hzi_buf_extend(buf, n);
	if (to == NULL) {
		return false;
	}
	if (n != 0) {
		memcpy(to, bytes, n);
	}
	return true;
}

// Empties the buffer and forgets a failure; keeps the memory.
static inline void
hzi_buf_reset(hzi_buf *buf)
{
	buf->len = 0;
	buf->failed = false;
}

// Frees the memory and leaves a valid empty buffer. Safe on zeroed memory and twice.
void hzi_buf_clear(hzi_buf *buf);

// Frees the memory of an empty buffer that has grown above `max` bytes, so that one huge message
// does not stay with its connection for ever.
void hzi_buf_trim(hzi_buf *buf, size_t max);

#endif
