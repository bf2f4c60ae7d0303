// SPDX-License-Identifier: Apache-2.0
#include "protocol/fragments.h"

#include "protocol/frame.h"

#include <stdlib.h>

struct hzp_fragment {
	uint64_t id;
	bool used;
	hzi_buf bytes;
};

// The bytes of a fragment id.
#define ID_BYTES 8u

void
hzp_fragments_init(hzp_fragments *f, uint32_t max_open, size_t max_bytes)
{
	*f = (hzp_fragments){.max_open = max_open, .max_bytes = max_bytes};
}

void
hzp_fragments_clear(hzp_fragments *f)
{
	for (uint32_t i = 0; f->open != NULL && i < f->max_open; i++) {
		hzi_buf_clear(&f->open[i].bytes);
	}
	free(f->open);
	f->open = NULL;
	f->bytes = 0;
}

static hzp_fragment *
find(hzp_fragments *f, bool used, uint64_t id)
{
	for (uint32_t i = 0; f->open != NULL && i < f->max_open; i++) {
		hzp_fragment *part = &f->open[i];
		if (part->used == used && (!used || part->id == id)) {
			return part;
		}
	}
	return NULL;
}

// The message that a part belongs to; a first part opens it.
static hz_err
find_or_open(hzp_fragments *f, const hzp_frame *head, hzp_fragment **out)
{
	uint64_t id = hzi_load_le64(head->p);
	*out = find(f, true, id);
	bool begins = (head->flags & HZP_FLAG_BEGIN_FRAGMENT) != 0;
	if (begins == (*out != NULL)) {
		return HZ_ERR_PROTOCOL;
	}
	if (!begins) {
		return HZ_OK;
	}
	if (f->open == NULL) {
		f->open = calloc(f->max_open, sizeof(*f->open));
		if (f->open == NULL && f->max_open > 0) {
			return HZ_ERR_MEMORY;
		}
	}
	*out = find(f, false, 0);
	if (*out == NULL) {
		return HZ_ERR_LIMIT;
	}
	(*out)->used = true;
	(*out)->id = id;
	return HZ_OK;
}

// Where the last of these frames starts, or NULL if they are not whole frames up to a final one.
static const uint8_t *
last_frame(const uint8_t *p, const uint8_t *end)
{
	hzp_frames in = {.p = p, .end = end};
	const uint8_t *last = NULL;
	hzp_frame f = {0};
	while (in.p < in.end) {
		last = in.p;
		if (!hzp_frames_take(&in, &f)) {
			return NULL;
		}
	}
	return (f.flags & HZP_FLAG_FINAL) != 0 ? last : NULL;
}

hz_err
hzp_fragments_add(hzp_fragments *f, const uint8_t *p, size_t n, hzi_buf *whole)
{
	*whole = (hzi_buf){0};
	hzp_frames in = {.p = p, .end = p + n};
	hzp_frame head;
	if (!hzp_frames_take(&in, &head) || head.n < ID_BYTES) {
		return HZ_ERR_PROTOCOL;
	}
	size_t size = (size_t)(in.end - in.p);
	const uint8_t *last = last_frame(in.p, in.end);
	if (last == NULL) {
		return HZ_ERR_PROTOCOL;
	}
	hzp_fragment *part = NULL;
	hz_err err = find_or_open(f, &head, &part);
	if (err != HZ_OK) {
		return err;
	}
	if (size > f->max_bytes - f->bytes) {
		return HZ_ERR_LIMIT;
	}
	if (!hzi_buf_append(&part->bytes, in.p, size)) {
		return HZ_ERR_MEMORY;
	}
	f->bytes += size;
	if ((head.flags & HZP_FLAG_END_FRAGMENT) == 0) {
		// Each part has a final frame, but only the last part's is the message's.
		uint8_t *mark = part->bytes.data + part->bytes.len - (size_t)(in.end - last);
		hzi_store_le16(mark + HZP_AT_FLAGS,
				(uint16_t)(hzp_message_flags(mark) & ~HZP_FLAG_FINAL));
		return HZ_OK;
	}
	*whole = part->bytes;
	part->bytes = (hzi_buf){0};
	part->used = false;
	f->bytes -= whole->len;
	err = hzp_message_check(whole->data, whole->len);
	if (err != HZ_OK) {
		hzi_buf_clear(whole);
	}
	return err;
}
