// SPDX-License-Identifier: Apache-2.0
#include "serialization/collection.h"

#include "base/fail.h"
#include "serialization/data.h"

enum { TYPE_SIZE = 4, COUNT_SIZE = 4, PORTABLE = -1 };

// Where the count stands in the payload.
static size_t
count_at(const hzi_builtin *row)
{
	return (size_t)row->head + row->lead;
}

// Bytes before the first object.
static size_t
head_size(const hzi_builtin *row)
{
	return count_at(row) + (row->is_single ? 0 : (size_t)COUNT_SIZE);
}

// ---- Extent ----

// Reads what stands before the objects of a collection: how many of them there are, and how many
// bytes it took to say so.
static hzi_extent
read_head(const hzi_builtin *row, const uint8_t *p, size_t n, bool be, size_t *used,
		size_t *objects)
{
	*used = head_size(row);
	*objects = row->fan;
	if (n < *used) {
		return HZI_EXTENT_BROKEN;
	}
	if (row->is_single) {
		return HZI_EXTENT_OK;
	}
	// A comparator is a Java object, of which nobody but Java knows where it ends.
	if (row->lead != 0 && hzi_load32(p + row->head, be) != 0) {
		return HZI_EXTENT_UNKNOWN;
	}
	int32_t count = (int32_t)hzi_load32(p + count_at(row), be);
	if (count == -1 && row->lead == 0) {
		*objects = 0;
		return HZI_EXTENT_OK;
	}
	// Each object takes its type id at least.
	if (count < 0 || (size_t)count > (n - *used) / TYPE_SIZE / row->fan) {
		return HZI_EXTENT_BROKEN;
	}
	*objects = (size_t)count * row->fan;
	return HZI_EXTENT_OK;
}

// What a walk over nested objects has still to read, level by level.
typedef struct walk {
	const uint8_t *p;
	size_t n;
	size_t at;
	bool be;
	size_t depth;
	size_t left[HZI_DEPTH];
} walk;

static hzi_extent
enter(walk *w, const hzi_builtin *row)
{
	if (w->depth == HZI_DEPTH) {
		return HZI_EXTENT_UNKNOWN;
	}
	size_t used = 0;
	hzi_extent found = read_head(
			row, w->p + w->at, w->n - w->at, w->be, &used, &w->left[w->depth]);
	w->at += used;
	w->depth++;
	return found;
}

static hzi_extent
pass_object(walk *w)
{
	if (w->n - w->at < TYPE_SIZE) {
		return HZI_EXTENT_BROKEN;
	}
	int32_t type = (int32_t)hzi_load32(w->p + w->at, w->be);
	w->at += TYPE_SIZE;
	const hzi_builtin *row = hzi_builtin_at(type, w->p + w->at, w->n - w->at, w->be);
	if (row == NULL) {
		return HZI_EXTENT_UNKNOWN;
	}
	if (row->shape == &hzi_shape_collection) {
		return enter(w, row);
	}
	size_t used = 0;
	hzi_extent found = row->shape->extent(row, w->p + w->at, w->n - w->at, w->be, &used);
	w->at += used;
	return found;
}

static hzi_extent
collection_extent(const hzi_builtin *row, const uint8_t *p, size_t n, bool be, size_t *used)
{
	// Only the levels that are entered are written.
	walk w;
	w.p = p;
	w.n = n;
	w.at = 0;
	w.be = be;
	w.depth = 0;
	hzi_extent found = enter(&w, row);
	while (found == HZI_EXTENT_OK && w.depth != 0) {
		if (w.left[w.depth - 1] == 0) {
			w.depth--;
			continue;
		}
		w.left[w.depth - 1]--;
		found = pass_object(&w);
	}
	*used = w.at;
	return found;
}

static void
collection_view(const hzi_builtin *row, const uint8_t *p, bool be, hz_value *out)
{
	if (!row->is_single && hzi_load32(p + count_at(row), be) == UINT32_MAX) {
		*out = hz_null();
	}
}

const hzi_shape hzi_shape_collection = {collection_extent, collection_view, NULL, NULL, NULL};

bool
hzi_entry_has_tail(const hzi_builtin *row, const uint8_t *p, size_t n, bool be)
{
	size_t at = head_size(row);
	size_t used = 0;
	if (!row->is_single || n < at + TYPE_SIZE) {
		return false;
	}
	int32_t type = (int32_t)hzi_load32(p + at, be);
	at += TYPE_SIZE;
	const hzi_builtin *key = hzi_builtin_at(type, p + at, n - at, be);
	if (key == NULL || key->shape->extent(key, p + at, n - at, be, &used) != HZI_EXTENT_OK) {
		return false;
	}
	at += used;
	if (n - at < TYPE_SIZE) {
		return false;
	}
	type = (int32_t)hzi_load32(p + at, be);
	// A Portable counts its offsets from where it no longer is.
	return type != PORTABLE && (type != HZI_TYPE_COMPACT || n - at - TYPE_SIZE >= 8);
}

// ---- Steps ----

static bool
step_borrowed(const hz_value *v, size_t *pos, hz_value *item)
{
	const hz_value *items = v->u_.p;
	if (items == NULL || *pos >= v->len_) {
		return false;
	}
	*item = hzi_value_lend(&items[*pos]);
	(*pos)++;
	return true;
}

// The value of a single entry that hzi_entry_has_tail is true for.
static bool
step_tail(int32_t type, const uint8_t *p, size_t n, bool be, hz_value *item)
{
	if (type == PORTABLE || (type == HZI_TYPE_COMPACT && n < 8)) {
		return false;
	}
	*item = (hz_value){
			.kind_ = type == HZI_TYPE_COMPACT ? HZ_KIND_RECORD : HZ_KIND_RAW,
			.flags_ = (uint8_t)(HZI_VALUE_WIRE | (be ? 0 : HZI_VALUE_LE)),
			.len_ = (uint32_t)n,
			.u_.p = p,
	};
	return true;
}

bool
hzi_collection_step(const hz_value *v, size_t *pos, hz_value *item)
{
	if (!hzi_value_is_wire(v)) {
		return step_borrowed(v, pos, item);
	}
	const hzi_builtin *row = hzi_builtin_of(v);
	bool be = hzi_value_is_big_endian(v);
	size_t n = 0;
	const uint8_t *p = hzi_value_payload(v, &n);
	size_t at = *pos;
	if (at == 0) {
		at = head_size(row);
	}
	if (at >= n) {
		return false;
	}
	int32_t type = (int32_t)hzi_load32(p + at, be);
	at += TYPE_SIZE;
	const hzi_builtin *child = hzi_builtin_at(type, p + at, n - at, be);
	size_t used = 0;
	// Only the last object of an entry can fail: the whole was walked when the value was made.
	// The look is also for what a value that somebody changed by hand would do.
	if (child == NULL ||
			child->shape->extent(child, p + at, n - at, be, &used) != HZI_EXTENT_OK) {
		bool is_tail = row->is_single && *pos != 0;
		*pos = is_tail ? n : *pos;
		return is_tail && step_tail(type, p + at, n - at, be, item);
	}
	hzi_builtin_view(child, p + at, used, be, false, item);
	*pos = at + used;
	return true;
}

size_t
hzi_collection_count(const hz_value *v)
{
	if (!hzi_value_is_wire(v)) {
		return v->len_;
	}
	const hzi_builtin *row = hzi_builtin_of(v);
	size_t n = 0;
	const uint8_t *p = hzi_value_payload(v, &n);
	return row->is_single ? 1 : hzi_load32(p + count_at(row), hzi_value_is_big_endian(v));
}

// ---- Writing ----

typedef struct level {
	hz_value v;
	size_t pos;
} level;

typedef struct writer {
	hzi_write *to;
	hzi_buf *buf;
	size_t start;
	bool be;
	size_t depth;
	level levels[HZI_DEPTH];
} writer;

static hz_err
out_of_memory(hz_error *err)
{
	return hzi_fail(err, HZ_ERR_MEMORY, "no memory to serialize a collection");
}

// Starts a collection: what stands before its objects, and a level for them.
static hz_err
open_level(writer *w, const hzi_builtin *row, const hz_value *v, hz_error *err)
{
	if (w->depth == HZI_DEPTH) {
		return hzi_fail(err, HZ_ERR_LIMIT, "lists are nested more than %d deep", HZI_DEPTH);
	}
	if (!hzi_value_is_wire(v) && v->u_.p == NULL && v->len_ != 0) {
		return hzi_fail(err, HZ_ERR_ARGUMENT, "NULL where %lu values should be",
				(unsigned long)v->len_);
	}
	w->levels[w->depth++] = (level){.v = *v};
	size_t n = head_size(row);
	uint8_t *to = n != 0 ? hzi_buf_extend(w->buf, n) : NULL;
	if (to == NULL) {
		return n != 0 ? out_of_memory(err) : HZ_OK;
	}
	memset(to, 0, n);
	if (row->head != 0) {
		hzi_identity_store(to, row->factory_id, row->class_id, w->be);
	}
	if (!row->is_single) {
		hzi_store32(to + count_at(row), (uint32_t)hzi_collection_count(v), w->be);
	}
	return HZ_OK;
}

static bool
append_type(hzi_buf *buf, int32_t type_id, bool be)
{
	uint8_t *to = hzi_buf_extend(buf, TYPE_SIZE);
	if (to != NULL) {
		hzi_store32(to, (uint32_t)type_id, be);
	}
	return to != NULL;
}

// Data inside a collection loses its header; that of a Portable cannot, because it counts its
// offsets from there.
static hz_err
append_raw(hzi_buf *buf, const hz_value *v, bool be, hz_error *err)
{
	hz_err code = hzi_raw_check(v, be, err);
	if (code != HZ_OK) {
		return code;
	}
	if (hzi_value_wire_type(v) == PORTABLE) {
		return hzi_fail(err, HZ_ERR_SERIALIZATION,
				"a serialized Portable cannot become part of another object");
	}
	size_t n = 0;
	const uint8_t *p = hzi_value_payload(v, &n);
	if (!append_type(buf, hzi_value_wire_type(v), be) || !hzi_buf_append(buf, p, n)) {
		return out_of_memory(err);
	}
	return HZ_OK;
}

// What has no row in the table of types.
static bool
is_rowless(const hz_value *v)
{
	return v->kind_ == HZ_KIND_RAW || v->kind_ == HZ_KIND_RECORD;
}

static hz_err
append_rowless(hzi_write *to, const hz_value *v, hz_error *err)
{
	if (hzi_value_is_wire(v)) {
		return append_raw(to->buf, v, to->be, err);
	}
	return append_type(to->buf, HZI_TYPE_COMPACT, to->be) ? hzi_record_append(to, v, err)
							      : out_of_memory(err);
}

hz_err
hzi_stream_append(hzi_buf *buf, const hz_value *v, bool be, hz_error *err)
{
	hzi_write to = {.buf = buf, .be = be};
	if (is_rowless(v)) {
		return append_rowless(&to, v, err);
	}
	const hzi_builtin *row = hzi_builtin_of(v);
	if (row == NULL) {
		return hzi_fail(err, HZ_ERR_ARGUMENT, "not a value");
	}
	if (!append_type(buf, row->type_id, be)) {
		return out_of_memory(err);
	}
	return row->shape == &hzi_shape_collection && !hzi_value_is_ready(v, be)
			? hzi_collection_append(&to, v, err)
			: hzi_payload_append(buf, row, v, be, err);
}

static hz_err
append_item(writer *w, const hz_value *item, hz_error *err)
{
	if (is_rowless(item)) {
		return append_rowless(w->to, item, err);
	}
	const hzi_builtin *row = hzi_builtin_of(item);
	if (row == NULL) {
		return hzi_fail(err, HZ_ERR_ARGUMENT, "an item is not a value");
	}
	if (!append_type(w->buf, row->type_id, w->be)) {
		return out_of_memory(err);
	}
	if (row->shape == &hzi_shape_collection && !hzi_value_is_ready(item, w->be)) {
		return open_level(w, row, item, err);
	}
	return hzi_payload_append(w->buf, row, item, w->be, err);
}

hz_err
hzi_collection_append(hzi_write *to, const hz_value *v, hz_error *err)
{
	writer w;
	w.to = to;
	w.buf = to->buf;
	w.start = to->buf->len;
	w.be = to->be;
	w.depth = 0;
	hz_err code = open_level(&w, hzi_builtin_of(v), v, err);
	while (code == HZ_OK && w.depth != 0) {
		level *top = &w.levels[w.depth - 1];
		hz_value item;
		if (!hzi_collection_step(&top->v, &top->pos, &item)) {
			w.depth--;
			continue;
		}
		code = append_item(&w, &item, err);
		if (code == HZ_OK && w.buf->len - w.start > INT32_MAX - 64) {
			code = hzi_fail(err, HZ_ERR_LIMIT,
					"a value of 2 GiB or more cannot be serialized");
		}
	}
	return code;
}
