// SPDX-License-Identifier: Apache-2.0
//
// Small macros that every file may need.
#ifndef HZI_BASE_ATTR_H
#define HZI_BASE_ATTR_H

#include <assert.h>
#include <stddef.h>

// Checks an invariant of ours in tests and debug builds (gone with NDEBUG). Never used on input, on
// memory or on what the system answers. What only an invariant looks at counts as used, so that
// the build without them has no warning of its own.
#define HZI_ASSERT(condition) ((void)sizeof((condition) ? 1 : 0), assert(condition))

#define HZI_LIKELY(condition) __builtin_expect(!!(condition), 1)
#define HZI_UNLIKELY(condition) __builtin_expect(!!(condition), 0)

// The structure of `type` around its `member` at `ptr`.
#define HZI_OUTER(ptr, type, member) ((type *)(void *)((char *)(ptr)-offsetof(type, member)))

// Bytes between two fields that different threads write. Used as padding and not as alignment, so
// that what embeds such fields may come from plain malloc.
#define HZI_CACHELINE 64

#define HZI_PRINTF(format_index, first_index)                                                      \
	__attribute__((format(printf, format_index, first_index)))

#endif
