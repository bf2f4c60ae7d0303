// SPDX-License-Identifier: Apache-2.0
#include "base/buf.h"

#include <stdlib.h>

enum { FIRST_CAP = 256 };

void
hzi_buf_init(hzi_buf *buf, void *storage, size_t cap)
{
	*buf = (hzi_buf){.data = storage, .cap = cap, .borrowed = storage != NULL};
}

// The capacity that holds `need` bytes: doubled, so that appending stays linear as a whole.
static size_t
grown_cap(size_t cap, size_t need)
{
	size_t doubled = cap > SIZE_MAX / 4 ? need : cap * 2;
	if (doubled < FIRST_CAP) {
		doubled = FIRST_CAP;
	}
	return doubled < need ? need : doubled;
}

static bool
grow(hzi_buf *buf, size_t need)
{
	size_t cap = grown_cap(buf->cap, need);
	uint8_t *data = realloc(buf->borrowed ? NULL : buf->data, cap);
	if (data == NULL) {
		return false;
	}
	if (buf->borrowed && buf->len != 0) {
		memcpy(data, buf->data, buf->len);
	}
	buf->data = data;
	buf->cap = cap;
	buf->borrowed = false;
	return true;
}

bool
hzi_buf_reserve(hzi_buf *buf, size_t n)
{
	if (buf->failed) {
		return false;
	}
	if (buf->cap != 0 && n <= buf->cap - buf->len) {
		return true;
	}
	// Half the address space is the limit, so that no difference of two pointers overflows.
	if (n > SIZE_MAX / 2 - buf->len || !grow(buf, buf->len + n)) {
		buf->failed = true;
	}
	return !buf->failed;
}

uint8_t *
hzi_buf_extend_slow(hzi_buf *buf, size_t n)
{
	if (!hzi_buf_reserve(buf, n)) {
		return NULL;
	}
	uint8_t *start = buf->data + buf->len;
	buf->len += n;
	return start;
}

void
hzi_buf_clear(hzi_buf *buf)
{
	if (!buf->borrowed) {
		free(buf->data);
	}
	*buf = (hzi_buf){0};
}

void
hzi_buf_trim(hzi_buf *buf, size_t max)
{
	if (buf->len == 0 && buf->cap > max && !buf->borrowed) {
		hzi_buf_clear(buf);
	}
}
