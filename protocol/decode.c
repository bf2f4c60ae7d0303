// SPDX-License-Identifier: Apache-2.0
//
// One interpreter for all tables. It recurses along the descriptor of a message, which is constant,
// acyclic and a few levels deep, never along what was received: structures that we do not know are
// skipped by counting.
#include "protocol/decode.h"

#include "protocol/frame.h"

#include <string.h>

static bool take_value(hzp_frames *in, const hzp_type *t, bool nullable, void *out);

static bool
fail(hzp_frames *in, const char *reason)
{
	in->reason = reason;
	return false;
}

static void
load_fixed(const uint8_t *p, uint8_t kind, void *out)
{
	switch ((hzp_kind)kind) {
	case HZP_KIND_BOOL:
		*(bool *)out = *p != 0;
		break;
	case HZP_KIND_I8:
		*(uint8_t *)out = *p;
		break;
	case HZP_KIND_I32:
	case HZP_KIND_F32: {
		uint32_t bits = hzi_load_le32(p);
		memcpy(out, &bits, sizeof(bits));
		break;
	}
	case HZP_KIND_I64:
	case HZP_KIND_F64: {
		uint64_t bits = hzi_load_le64(p);
		memcpy(out, &bits, sizeof(bits));
		break;
	}
	default: {
		// A null UUID says so in its first byte; the rest may then be anything.
		hz_uuid u = {0, 0};
		if (*p == 0) {
			u = (hz_uuid){hzi_load_le64(p + 1), hzi_load_le64(p + 9)};
		}
		*(hz_uuid *)out = u;
		break;
	}
	}
}

// The fields of fixed size from a frame's content; *done: how many of the fields they are. A field
// exists if the content reaches to its end, and only one newer than its owner may be missing.
static bool
load_fields(hzp_frames *in, const hzp_frame *f, const hzp_field *fields, uint32_t n, uint8_t since,
		void *record, uint32_t *done)
{
	uint32_t i = 0;
	for (; i < n && fields[i].wire != HZP_VAR; i++) {
		const hzp_field *field = &fields[i];
		if ((uint32_t)field->wire + field->type->wire > f->n) {
			if (field->since <= since) {
				return fail(in, "a field of fixed size is cut off");
			}
			continue;
		}
		if (record != NULL) {
			load_fixed(f->p + field->wire, field->type->kind,
					(char *)record + field->offset);
		}
	}
	*done = i;
	return true;
}

static bool
take_plain(hzp_frames *in, hzp_frame *f)
{
	if (!hzp_frames_take(in, f)) {
		return false;
	}
	if ((f->flags & (HZP_FLAG_BEGIN | HZP_FLAG_END | HZP_FLAG_NULL)) != 0) {
		return fail(in, "a plain frame is missing");
	}
	return true;
}

static bool
take_begin(hzp_frames *in)
{
	hzp_frame f;
	if (!hzp_frames_take(in, &f)) {
		return false;
	}
	return (f.flags & HZP_FLAG_BEGIN) != 0 || fail(in, "the begin of a structure is missing");
}

static bool
take_bytes(hzp_frames *in, hzp_bytes *out)
{
	hzp_frame f;
	if (!take_plain(in, &f)) {
		return false;
	}
	if (out != NULL) {
		*out = (hzp_bytes){f.p, f.n};
	}
	return true;
}

static bool
take_packed(hzp_frames *in, const hzp_type *t, hzp_list *out)
{
	hzp_frame f;
	if (!take_plain(in, &f)) {
		return false;
	}
	if (f.n % t->element->wire != 0) {
		return fail(in, "an array does not divide into items");
	}
	if (out != NULL) {
		*out = (hzp_list){.raw = f.p,
				.type = t,
				.n_bytes = f.n,
				.count = f.n / t->element->wire};
	}
	return true;
}

// NOLINTBEGIN(misc-no-recursion): along the descriptor only, as the head of this file says.

// The frames of all items up to END, which is consumed.
static bool
take_items(hzp_frames *in, const hzp_type *item, bool nullable, hzp_list *list)
{
	if (!take_begin(in)) {
		return false;
	}
	list->raw = in->p;
	for (;;) {
		hzp_frame f;
		if (!hzp_frames_peek(in, &f)) {
			return false;
		}
		if ((f.flags & HZP_FLAG_END) != 0) {
			break;
		}
		if (!take_value(in, item, nullable, NULL)) {
			return false;
		}
		list->count++;
	}
	list->n_bytes = (size_t)(in->p - list->raw);
	hzp_frame end;
	return hzp_frames_take(in, &end);
}

static bool
take_list(hzp_frames *in, const hzp_type *t, hzp_list *out)
{
	hzp_list list = {.type = t};
	if (t->kind == HZP_KIND_LIST) {
		if (!take_items(in, t->element, t->nullable, &list)) {
			return false;
		}
	} else {
		hzp_frame keys;
		if (!take_items(in, t->element->fields[1].type, false, &list) ||
				!take_plain(in, &keys)) {
			return false;
		}
		if (keys.n != (uint64_t)list.count * t->element->fields[0].type->wire) {
			return fail(in, "a map has not as many keys as values");
		}
		list.keys = keys.p;
	}
	if (out != NULL) {
		*out = list;
	}
	return true;
}

static bool
take_struct(hzp_frames *in, const hzp_type *t, void *out)
{
	hzp_frame f;
	uint32_t i = 0;
	if (!take_begin(in)) {
		return false;
	}
	if (t->fixed > 0) {
		if (!take_plain(in, &f) ||
				!load_fields(in, &f, t->fields, t->n_fields, t->since, out, &i)) {
			return false;
		}
	}
	for (; i < t->n_fields; i++) {
		const hzp_field *field = &t->fields[i];
		if (!hzp_frames_peek(in, &f)) {
			return false;
		}
		if ((f.flags & HZP_FLAG_END) != 0) {
			if (field->since <= t->since) {
				return fail(in, "a structure ends before its last field");
			}
			continue;
		}
		void *value = out != NULL ? (char *)out + field->offset : NULL;
		if (!take_value(in, field->type, field->nullable, value)) {
			return false;
		}
	}
	if (out != NULL) {
		*(bool *)out = true; // `present`, the first member of every generated custom type
	}
	return hzp_frames_skip_to_end(in);
}

static bool
take_frames(hzp_frames *in, hzp_bytes *out)
{
	const uint8_t *start = in->p;
	if (!take_begin(in) || !hzp_frames_skip_to_end(in)) {
		return false;
	}
	if ((size_t)(in->p - start) > UINT32_MAX) {
		return fail(in, "a structure is too long");
	}
	if (out != NULL) {
		*out = (hzp_bytes){start, (uint32_t)(in->p - start)};
	}
	return true;
}

// One value of any shape that has frames of its own. Without `out` it is only checked; with it, the
// memory is zero beforehand, which is also what null leaves there.
static bool
take_value(hzp_frames *in, const hzp_type *t, bool nullable, void *out)
{
	hzp_frame f;
	if (t->kind == HZP_KIND_ENTRY) {
		char *record = out;
		const hzp_field *key = &t->fields[0];
		const hzp_field *value = &t->fields[1];
		return take_value(in, key->type, false,
				       out != NULL ? record + key->offset : NULL) &&
				take_value(in, value->type, false,
						out != NULL ? record + value->offset : NULL);
	}
	if (!hzp_frames_peek(in, &f)) {
		return false;
	}
	if ((f.flags & HZP_FLAG_NULL) != 0) {
		return nullable ? hzp_frames_take(in, &f) : fail(in, "null where a value belongs");
	}
	switch ((hzp_kind)t->kind) {
	case HZP_KIND_BYTES:
		return take_bytes(in, out);
	case HZP_KIND_PACKED:
		return take_packed(in, t, out);
	case HZP_KIND_STRUCT:
		return take_struct(in, t, out);
	case HZP_KIND_FRAMES:
		return take_frames(in, out);
	default:
		return take_list(in, t, out);
	}
}

// NOLINTEND(misc-no-recursion)

static bool
take_message(hzp_frames *in, const hzp_message *m, void *record)
{
	hzp_frame f;
	uint32_t i = 0;
	uint32_t header = (m->flags & HZP_RESPONSE) != 0 ? HZP_RESPONSE_HEADER : HZP_REQUEST_HEADER;
	if (!hzp_frames_take(in, &f)) {
		return false;
	}
	if (f.n < header || hzi_load_le32(f.p) != m->id) {
		return fail(in, "the message is of another type");
	}
	if (!load_fields(in, &f, m->fields, m->n_fields, m->since, record, &i)) {
		return false;
	}
	for (; i < m->n_fields; i++) {
		const hzp_field *field = &m->fields[i];
		if (in->p == in->end) {
			if (field->since <= m->since) {
				return fail(in, "the message ends before its last field");
			}
			continue;
		}
		void *value = (char *)record + field->offset;
		if (!take_value(in, field->type, field->nullable, value)) {
			return false;
		}
	}
	return true;
}

hz_err
hzp_decode(const uint8_t *msg, size_t n, const hzp_message *m, void *record, const char **reason)
{
	hzp_frames in = {.p = msg, .end = msg + n};
	memset(record, 0, m->struct_size);
	bool whole = take_message(&in, m, record);
	if (reason != NULL) {
		*reason = in.reason;
	}
	return whole ? HZ_OK : HZ_ERR_PROTOCOL;
}

hzp_iter
hzp_iter_start(const hzp_list *list)
{
	hzp_iter it = {0};
	if (list->raw != NULL && list->type != NULL) {
		it = (hzp_iter){
				.p = list->raw,
				.end = list->raw + list->n_bytes,
				.keys = list->keys,
				.type = list->type,
				.left = list->count,
		};
	}
	return it;
}

static bool
next_packed(hzp_iter *it, const hzp_type *element, void *item)
{
	if (element->kind == HZP_KIND_ENTRY) {
		for (uint32_t i = 0; i < element->n_fields; i++) {
			const hzp_field *f = &element->fields[i];
			load_fixed(it->p + f->wire, f->type->kind, (char *)item + f->offset);
		}
	} else {
		load_fixed(it->p, element->kind, item);
	}
	it->p += element->wire;
	return true;
}

bool
hzp_iter_next(hzp_iter *it, void *item)
{
	if (it->left == 0) {
		return false;
	}
	it->left--;
	const hzp_type *element = it->type->element;
	memset(item, 0, element->size);
	if (it->type->kind == HZP_KIND_PACKED) {
		return next_packed(it, element, item);
	}
	hzp_frames in = {.p = it->p, .end = it->end};
	const hzp_type *type = element;
	char *value = item;
	if (it->type->kind == HZP_KIND_SPLIT) {
		const hzp_field *key = &element->fields[0];
		load_fixed(it->keys, key->type->kind, (char *)item + key->offset);
		it->keys += key->type->wire;
		type = element->fields[1].type;
		value += element->fields[1].offset;
	}
	// Decoding has checked all items, so this cannot fail on a list that nobody tampered with.
	bool taken = take_value(&in, type, it->type->nullable, value);
	it->p = in.p;
	return taken;
}

// Where item i of a list of numbers of that type stands; NULL if there is none.
static const uint8_t *
packed_item(const hzp_list *list, hzp_kind kind, uint32_t i)
{
	const hzp_type *t = list->type;
	if (t == NULL || t->kind != HZP_KIND_PACKED || t->element->kind != kind ||
			i >= list->count) {
		return NULL;
	}
	return list->raw + (size_t)i * t->element->wire;
}

int32_t
hzp_list_i32(const hzp_list *list, uint32_t i)
{
	const uint8_t *p = packed_item(list, HZP_KIND_I32, i);
	return p != NULL ? (int32_t)hzi_load_le32(p) : 0;
}

int64_t
hzp_list_i64(const hzp_list *list, uint32_t i)
{
	const uint8_t *p = packed_item(list, HZP_KIND_I64, i);
	return p != NULL ? (int64_t)hzi_load_le64(p) : 0;
}
