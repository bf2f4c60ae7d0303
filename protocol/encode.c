// SPDX-License-Identifier: Apache-2.0
//
// One interpreter for all tables. It recurses along the descriptor of a message, which is constant,
// acyclic and a few levels deep, never along data.
#include "protocol/encode.h"

#include "protocol/message.h"

#include <string.h>

typedef struct writer {
	hzi_buf *out;
	size_t last; // where the last frame starts: it becomes the final one
	hz_err err;
} writer;

static bool put_value(writer *w, const hzp_type *t, bool nullable, const void *value);

static bool
fail(writer *w, hz_err err)
{
	w->err = err;
	return false;
}

// Appends a frame's header and returns where its n bytes of content go.
static uint8_t *
put_frame(writer *w, uint16_t flags, size_t n)
{
	if (n > INT32_MAX - HZP_FRAME_HEADER) {
		w->err = HZ_ERR_LIMIT;
		return NULL;
	}
	size_t at = w->out->len;
	uint8_t *p = hzi_buf_extend(w->out, n + HZP_FRAME_HEADER);
	if (p == NULL) {
		w->err = HZ_ERR_MEMORY;
		return NULL;
	}
	hzi_store_le32(p, (uint32_t)(n + HZP_FRAME_HEADER));
	hzi_store_le16(p + HZP_AT_FLAGS, flags);
	w->last = at;
	return p + HZP_FRAME_HEADER;
}

static bool
put_mark(writer *w, uint16_t flag)
{
	return put_frame(w, flag, 0) != NULL;
}

static bool
put_bytes(writer *w, const void *from, size_t n)
{
	uint8_t *p = put_frame(w, 0, n);
	if (p != NULL && n > 0) {
		memcpy(p, from, n);
	}
	return p != NULL;
}

static void
store_uuid(uint8_t *p, const hz_uuid *u)
{
	p[0] = u->msb == 0 && u->lsb == 0;
	hzi_store_le64(p + 1, u->msb);
	hzi_store_le64(p + 9, u->lsb);
}

static void
store_fixed(uint8_t *p, uint8_t kind, const void *value)
{
	switch ((hzp_kind)kind) {
	case HZP_KIND_BOOL:
		*p = *(const bool *)value ? 1 : 0;
		break;
	case HZP_KIND_I8:
		*p = *(const uint8_t *)value;
		break;
	case HZP_KIND_I32:
	case HZP_KIND_F32: {
		uint32_t bits;
		memcpy(&bits, value, sizeof(bits));
		hzi_store_le32(p, bits);
		break;
	}
	case HZP_KIND_I64:
	case HZP_KIND_F64: {
		uint64_t bits;
		memcpy(&bits, value, sizeof(bits));
		hzi_store_le64(p, bits);
		break;
	}
	default:
		store_uuid(p, value);
		break;
	}
}

// The fields of fixed size, which come first; returns how many they are.
static uint32_t
store_fields(uint8_t *content, const hzp_field *fields, uint32_t n, const void *record)
{
	uint32_t i = 0;
	for (; i < n && fields[i].wire != HZP_VAR; i++) {
		const char *value = (const char *)record + fields[i].offset;
		store_fixed(content + fields[i].wire, fields[i].type->kind, value);
	}
	return i;
}

static const char *
item_at(const hzp_list *l, const hzp_type *element, uint32_t i)
{
	return (const char *)l->items + (size_t)i * element->size;
}

static bool
put_packed(writer *w, const hzp_type *t, const hzp_list *l)
{
	const hzp_type *element = t->element;
	if (l->items == NULL) {
		return put_bytes(w, l->raw, l->raw != NULL ? l->n_bytes : 0);
	}
	uint8_t *p = put_frame(w, 0, (size_t)l->count * element->wire);
	if (p == NULL) {
		return false;
	}
	for (uint32_t i = 0; i < l->count; i++, p += element->wire) {
		const char *item = item_at(l, element, i);
		if (element->kind == HZP_KIND_ENTRY) {
			store_fields(p, element->fields, element->n_fields, item);
		} else {
			store_fixed(p, element->kind, item);
		}
	}
	return true;
}

// Frames as they stand. What was the end of a message need not be the end of the next one, so the
// mark of the final frame is taken off.
static bool
put_raw(writer *w, const uint8_t *from, size_t n)
{
	while (n > 0) {
		uint32_t length = n < HZP_FRAME_HEADER ? 0 : hzi_load_le32(from);
		if (length < HZP_FRAME_HEADER || length > n) {
			return fail(w, HZ_ERR_ARGUMENT);
		}
		uint8_t *p = put_frame(w, 0, length - HZP_FRAME_HEADER);
		if (p == NULL) {
			return false;
		}
		uint16_t flags = (uint16_t)(hzp_message_flags(from) & ~HZP_FLAG_FINAL);
		hzi_store_le16(p - HZP_FRAME_HEADER + HZP_AT_FLAGS, flags);
		memcpy(p, from + HZP_FRAME_HEADER, length - HZP_FRAME_HEADER);
		from += length;
		n -= length;
	}
	return true;
}

// NOLINTBEGIN(misc-no-recursion): along the descriptor only, as the head of this file says.

// Items of a list, or the values of a map whose keys follow in one frame of their own.
static bool
put_items(writer *w, const hzp_type *t, const hzp_list *l)
{
	const hzp_type *element = t->element;
	size_t offset = t->kind == HZP_KIND_SPLIT ? element->fields[1].offset : 0;
	const hzp_type *type = t->kind == HZP_KIND_SPLIT ? element->fields[1].type : element;
	if (l->items == NULL) {
		return l->raw == NULL || put_raw(w, l->raw, l->n_bytes);
	}
	for (uint32_t i = 0; i < l->count; i++) {
		if (!put_value(w, type, t->nullable, item_at(l, element, i) + offset)) {
			return false;
		}
	}
	return true;
}

static bool
put_keys(writer *w, const hzp_type *t, const hzp_list *l)
{
	const hzp_type *key = t->element->fields[0].type;
	uint32_t count = l->items != NULL || l->keys != NULL ? l->count : 0;
	uint8_t *p = put_frame(w, 0, (size_t)count * key->wire);
	if (p == NULL) {
		return false;
	}
	if (l->items == NULL && count > 0) {
		memcpy(p, l->keys, (size_t)count * key->wire);
		return true;
	}
	for (uint32_t i = 0; i < count; i++, p += key->wire) {
		store_fixed(p, key->kind, item_at(l, t->element, i) + t->element->fields[0].offset);
	}
	return true;
}

static bool
put_list(writer *w, const hzp_type *t, bool nullable, const hzp_list *l)
{
	if (nullable && l->items == NULL && l->raw == NULL) {
		return put_mark(w, HZP_FLAG_NULL);
	}
	if (t->kind == HZP_KIND_PACKED) {
		return put_packed(w, t, l);
	}
	return put_mark(w, HZP_FLAG_BEGIN) && put_items(w, t, l) && put_mark(w, HZP_FLAG_END) &&
			(t->kind == HZP_KIND_LIST || put_keys(w, t, l));
}

static bool
put_fields(writer *w, const hzp_field *fields, uint32_t i, uint32_t n, const void *record)
{
	for (; i < n; i++) {
		const hzp_field *f = &fields[i];
		if (!put_value(w, f->type, f->nullable, (const char *)record + f->offset)) {
			return false;
		}
	}
	return true;
}

static bool
put_struct(writer *w, const hzp_type *t, bool nullable, const void *record)
{
	// `present` is the first member of every generated custom type.
	if (nullable && !*(const bool *)record) {
		return put_mark(w, HZP_FLAG_NULL);
	}
	if (!put_mark(w, HZP_FLAG_BEGIN)) {
		return false;
	}
	uint32_t i = 0;
	if (t->fixed > 0) {
		uint8_t *content = put_frame(w, 0, t->fixed);
		if (content == NULL) {
			return false;
		}
		i = store_fields(content, t->fields, t->n_fields, record);
	}
	return put_fields(w, t->fields, i, t->n_fields, record) && put_mark(w, HZP_FLAG_END);
}

// A structure kept as frames; one that is not nullable and was not given becomes an empty one.
static bool
put_frames(writer *w, const hzp_bytes *b)
{
	if (b->p == NULL) {
		return put_mark(w, HZP_FLAG_BEGIN) && put_mark(w, HZP_FLAG_END);
	}
	return put_raw(w, b->p, b->n);
}

static bool
put_value(writer *w, const hzp_type *t, bool nullable, const void *value)
{
	switch ((hzp_kind)t->kind) {
	case HZP_KIND_BYTES:
	case HZP_KIND_FRAMES: {
		const hzp_bytes *b = value;
		if (nullable && b->p == NULL) {
			return put_mark(w, HZP_FLAG_NULL);
		}
		return t->kind == HZP_KIND_BYTES ? put_bytes(w, b->p, b->n) : put_frames(w, b);
	}
	case HZP_KIND_ENTRY:
		return put_fields(w, t->fields, 0, t->n_fields, value);
	case HZP_KIND_STRUCT:
		return put_struct(w, t, nullable, value);
	default:
		return put_list(w, t, nullable, value);
	}
}

// NOLINTEND(misc-no-recursion)

// The first frame: header and fields of fixed size; returns how many fields those are.
static bool
put_first(writer *w, const hzp_message *m, const void *record, uint32_t *done)
{
	uint16_t flags = HZP_FLAG_UNFRAGMENTED;
	flags |= (m->flags & HZP_EVENT) != 0 ? HZP_FLAG_EVENT : 0;
	uint8_t *content = put_frame(w, flags, m->fixed);
	if (content == NULL) {
		return false;
	}
	uint8_t *msg = content - HZP_FRAME_HEADER;
	hzi_store_le32(msg + HZP_AT_TYPE, m->id);
	hzp_message_set_correlation(msg, 0);
	if ((m->flags & HZP_RESPONSE) != 0) {
		msg[HZP_AT_BACKUPS] = 0;
	} else {
		hzp_message_set_partition(msg, -1);
	}
	*done = store_fields(content, m->fields, m->n_fields, record);
	return true;
}

hz_err
hzp_encode(hzi_buf *out, const hzp_message *m, const void *record)
{
	writer w = {.out = out, .err = HZ_OK};
	size_t start = out->len;
	uint32_t done = 0;
	if (!put_first(&w, m, record, &done) ||
			!put_fields(&w, m->fields, done, m->n_fields, record)) {
		out->len = start;
		return w.err;
	}
	hzp_message_add_flags(out->data + w.last, HZP_FLAG_FINAL);
	return HZ_OK;
}
