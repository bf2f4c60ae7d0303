// SPDX-License-Identifier: Apache-2.0
//
// Where text for people goes that may be longer than its room: counts all of it, keeps what fits.
#ifndef HZI_SERIALIZATION_SINK_H
#define HZI_SERIALIZATION_SINK_H

#include <stddef.h>
#include <string.h>

typedef struct hzi_sink {
	char *buf;
	size_t cap; // 0: only count; `buf` may then be NULL
	size_t n;
} hzi_sink;

// Adds n characters, which are lent.
static inline void
hzi_sink_put(hzi_sink *to, const char *text, size_t n)
{
	if (n != 0 && to->n + 1 < to->cap) {
		size_t room = to->cap - 1 - to->n;
		memcpy(to->buf + to->n, text, n < room ? n : room);
	}
	to->n += n;
}

static inline void
hzi_sink_put_char(hzi_sink *to, char c)
{
	hzi_sink_put(to, &c, 1);
}

// Terminates what has been kept.
static inline void
hzi_sink_end(const hzi_sink *to)
{
	if (to->cap != 0) {
		to->buf[to->n < to->cap ? to->n : to->cap - 1] = '\0';
	}
}

#endif
