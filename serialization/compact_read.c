// SPDX-License-Identifier: Apache-2.0
#include "serialization/compact_read.h"

#include "base/buf.h"
#include "base/fail.h"
#include "serialization/compact_write.h"
#include "serialization/data.h"
#include "serialization/utf8.h"

#include <stdlib.h>
#include <string.h>

enum { ID_SIZE = 8, SIZE_SIZE = 4, COUNT_SIZE = 4 };

// Bytes from which something is to be read.
typedef struct span {
	const uint8_t *p;
	size_t n;
} span;

// A record that was found and not yet read, and where its value goes.
typedef struct task {
	span bytes;
	hz_value *out;
	unsigned depth;
} task;

typedef struct reader {
	const hzi_schema_source *source;
	bool be;
	size_t left; // bytes that may still be read in total
	hz_generic_record *root;
	hz_generic_record *last;
	hzi_buf tasks;
	hzi_arena arena; // of the root, once there is one
	hz_error *err;
} reader;

// What lies where in one record.
typedef struct layout {
	span data;
	span offsets;
	size_t width;
	unsigned depth;
} layout;

static hz_err
broken(reader *r, const char *why)
{
	return hzi_fail(r->err, HZ_ERR_SERIALIZATION, "a Compact record contradicts itself: %s",
			why);
}

static hz_err
out_of_memory(reader *r)
{
	return hzi_fail(r->err, HZ_ERR_MEMORY, "no memory for a record");
}

static hz_err
charge(reader *r, size_t n)
{
	if (n > r->left) {
		return broken(r, "parts of it overlap");
	}
	r->left -= n;
	return HZ_OK;
}

// ---- Single values ----

// Copies what a value only lends, and makes text a string of C's.
static hz_err
keep_bytes(reader *r, hz_value *v, const void *bytes, size_t n)
{
	char *kept = hzi_arena_take(&r->arena, n + 1);
	if (kept == NULL) {
		return out_of_memory(r);
	}
	if (n != 0) {
		memcpy(kept, bytes, n);
	}
	v->u_.p = kept;
	return HZ_OK;
}

static hz_err
keep_text(reader *r, hz_value *v)
{
	const char *text = v->u_.p;
	if (hzi_utf8_valid(text, v->len_) != v->len_) {
		return broken(r, "a text is not UTF-8");
	}
	v->flags_ = HZ_VALUE_TERMINATED_;
	return keep_bytes(r, v, text, v->len_);
}

static hz_err
keep_array(reader *r, hz_value *v, hzi_run items, size_t size)
{
	uint8_t *kept = hzi_arena_take(&r->arena, items.n * size + 1);
	if (kept == NULL) {
		return out_of_memory(r);
	}
	hzi_copy_items(kept, false, items.p, items.big_endian, items.n, size);
	v->u_.p = kept;
	return HZ_OK;
}

// A value with a row in the table of builtin types, at the start of the span.
static hz_err
read_builtin(reader *r, unsigned kind, span from, hz_value *out)
{
	const hzi_builtin *row = hzi_builtin_by_kind(kind);
	size_t used = 0;
	if (row->shape->extent(row, from.p, from.n, r->be, &used) != HZI_EXTENT_OK) {
		return broken(r, "a field ends behind its data");
	}
	hz_err code = charge(r, used);
	if (code != HZ_OK || hzi_builtin_is_inline(row)) {
		row->shape->view(row, from.p, r->be, out);
		return code;
	}
	hz_value wire;
	hzi_builtin_view(row, from.p, used, r->be, false, &wire);
	if (wire.kind_ == HZ_KIND_NULL) {
		*out = wire;
		return HZ_OK;
	}
	hzi_run run = hzi_counted_run(row, &wire);
	*out = hz_bytes(run.p, run.n);
	out->kind_ = row->kind;
	if (kind == HZ_KIND_STR) {
		return keep_text(r, out);
	}
	if (kind == HZ_KIND_DECIMAL) {
		out->ext_.scale = hzi_decimal_scale(&wire);
	}
	return keep_array(r, out, run, row->item);
}

static hz_err
push_record(reader *r, span from, hz_value *out, unsigned depth)
{
	task later = {.bytes = from, .out = out, .depth = depth};
	hz_err code = charge(r, ID_SIZE);
	if (code != HZ_OK) {
		return code;
	}
	return hzi_buf_append(&r->tasks, &later, sizeof(later)) ? HZ_OK : out_of_memory(r);
}

static hz_err
read_one(reader *r, unsigned kind, span from, hz_value *out, unsigned depth)
{
	return kind == HZ_KIND_RECORD ? push_record(r, from, out, depth + 1)
				      : read_builtin(r, kind, from, out);
}

// ---- Arrays ----

static hz_err
read_bits(reader *r, span from, hz_value *out)
{
	size_t count = from.n < COUNT_SIZE ? SIZE_MAX : hzi_load32(from.p, r->be);
	if (count > INT32_MAX || (count + 7) / 8 > from.n - COUNT_SIZE) {
		return broken(r, "a field ends behind its data");
	}
	hz_err code = charge(r, COUNT_SIZE + (count + 7) / 8);
	if (code != HZ_OK) {
		return code;
	}
	bool *items = hzi_arena_take(&r->arena, count + 1);
	if (items == NULL) {
		return out_of_memory(r);
	}
	for (size_t i = 0; i < count; i++) {
		items[i] = (from.p[COUNT_SIZE + i / 8] >> i % 8 & 1) != 0;
	}
	*out = hz_bools(items, count);
	return HZ_OK;
}

// The i-th offset, which is checked to lie within the data. HZI_OFFSET_NULL: null.
static hz_err
read_offset(reader *r, span offsets, size_t width, size_t i, size_t data, size_t *out)
{
	uint64_t at = hzi_load_sized(offsets.p + i * width, width, r->be);
	*out = HZI_OFFSET_NULL;
	if (at == (UINT64_MAX >> (64 - 8 * width))) {
		return HZ_OK;
	}
	if (at > data) {
		return broken(r, "an offset points behind the data");
	}
	*out = (size_t)at;
	return HZ_OK;
}

static hz_err
read_items(reader *r, unsigned kind, span items, span offsets, hz_value *list, size_t count,
		unsigned depth)
{
	size_t width = hzi_offset_width(items.n);
	hz_err code = HZ_OK;
	for (size_t i = 0; code == HZ_OK && i < count; i++) {
		size_t at = 0;
		code = read_offset(r, offsets, width, i, items.n, &at);
		if (code == HZ_OK && at != HZI_OFFSET_NULL) {
			span from = {items.p + at, items.n - at};
			code = read_one(r, kind, from, &list[i], depth);
		}
	}
	return code;
}

static hz_err
read_many(reader *r, unsigned kind, span from, hz_value *out, unsigned depth)
{
	const size_t head = SIZE_SIZE + COUNT_SIZE;
	size_t data = from.n < head ? SIZE_MAX : hzi_load32(from.p, r->be);
	if (data == SIZE_MAX || data > from.n - head) {
		return broken(r, "a field ends behind its data");
	}
	size_t count = hzi_load32(from.p + SIZE_SIZE, r->be);
	size_t width = hzi_offset_width(data);
	if (count > (from.n - head - data) / width) {
		return broken(r, "an array has fewer items than it says");
	}
	hz_err code = charge(r, head + count * width);
	if (code != HZ_OK) {
		return code;
	}
	hz_value *list = hzi_arena_take(&r->arena, (count + 1) * sizeof(*list));
	if (list == NULL) {
		return out_of_memory(r);
	}
	*out = hz_values(list, count);
	span items = {from.p + head, data};
	span offsets = {items.p + data, count * width};
	return read_items(r, kind, items, offsets, list, count, depth);
}

// ---- Records ----

static hz_err
read_variable(reader *r, const layout *at, const hzi_schema_field *field, const hzi_field_row *row,
		size_t *offset, hz_value *out)
{
	hz_err code = read_offset(r, at->offsets, at->width, field->at, at->data.n, offset);
	if (code != HZ_OK || *offset == HZI_OFFSET_NULL) {
		return code;
	}
	span from = {at->data.p + *offset, at->data.n - *offset};
	switch (row->form) {
	case HZI_FORM_BITS:
		return read_bits(r, from, out);
	case HZI_FORM_MANY:
		return read_many(r, row->value, from, out, at->depth);
	default:
		return read_one(r, row->value, from, out, at->depth);
	}
}

static void
read_fixed(const reader *r, const layout *at, const hzi_schema_field *field,
		const hzi_field_row *row, hz_value *out)
{
	if (row->form == HZI_FORM_BIT) {
		*out = hz_bool((at->data.p[field->at / 8] >> field->at % 8 & 1) != 0);
		return;
	}
	const hzi_builtin *builtin = hzi_builtin_by_kind(row->value);
	builtin->shape->view(builtin, at->data.p + field->at, r->be, out);
}

// A field and where its bytes are.
typedef struct placed {
	size_t offset;
	uint32_t index;
} placed;

static int
by_offset(const void *a, const void *b)
{
	const placed *x = a;
	const placed *y = b;
	return x->offset != y->offset ? (x->offset > y->offset) - (x->offset < y->offset)
				      : (x->index > y->index) - (x->index < y->index);
}

static hz_err
read_fields(reader *r, hz_generic_record *record, const layout *at)
{
	const hzi_schema *schema = record->schema;
	placed at_hand[HZI_OFFSETS_AT_HAND];
	placed *order = schema->variable <= HZI_OFFSETS_AT_HAND
			? at_hand
			: malloc(schema->variable * sizeof(*order));
	hz_err code = HZ_OK;
	if (order == NULL) {
		return out_of_memory(r);
	}
	for (uint32_t i = 0; code == HZ_OK && i < schema->count; i++) {
		const hzi_schema_field *field = &schema->fields[i];
		const hzi_field_row *row = hzi_field_row_of(field->kind);
		if (hzi_field_is_variable(row)) {
			placed *own = &order[field->at];
			own->index = i;
			code = read_variable(r, at, field, row, &own->offset, &record->values[i]);
		} else {
			read_fixed(r, at, field, row, &record->values[i]);
		}
	}
	if (code == HZ_OK) {
		qsort(order, schema->variable, sizeof(*order), by_offset);
	}
	for (uint32_t i = 0; code == HZ_OK && i < schema->variable; i++) {
		record->order[i] = order[i].index;
	}
	if (order != at_hand) {
		free(order);
	}
	return code;
}

// Finds the parts of the record at the start of the bytes; *used says where it ends.
static hz_err
lay_out(reader *r, const hzi_schema *schema, span bytes, layout *at, size_t *used)
{
	size_t head = ID_SIZE + (schema->variable > 0 ? SIZE_SIZE : 0u);
	if (bytes.n < head) {
		return broken(r, "its head is cut");
	}
	size_t data = schema->variable > 0 ? hzi_load32(bytes.p + ID_SIZE, r->be)
					   : schema->fixed_size;
	if (data > bytes.n - head || data < schema->fixed_size) {
		return broken(r, "its size is wrong");
	}
	at->data = (span){bytes.p + head, data};
	at->width = hzi_offset_width(data);
	at->offsets = (span){at->data.p + data, schema->variable * at->width};
	if (at->offsets.n > bytes.n - head - data) {
		return broken(r, "its offsets are cut");
	}
	*used = head + data + at->offsets.n;
	// What lies behind the fixed part is charged where it is read.
	return charge(r, head - ID_SIZE + schema->fixed_size + at->offsets.n);
}

static hz_generic_record *
add_record(reader *r, const hzi_schema *schema)
{
	hz_generic_record *record = hzi_arena_take(
			&r->arena, sizeof(*record) + schema->count * sizeof(record->values[0]));
	uint32_t *order = hzi_arena_take(&r->arena, (schema->variable + 1u) * sizeof(*order));
	if (record == NULL || order == NULL) {
		return NULL;
	}
	record->schema = hzi_schema_retain(schema);
	record->order = order;
	if (r->root == NULL) {
		r->root = record;
	} else {
		r->last->next = record;
	}
	r->last = record;
	return record;
}

static hz_err
read_record(reader *r, const task *from)
{
	layout at = {.depth = from->depth};
	size_t used = 0;
	hz_err code = HZ_ERR_SERIALIZATION;
	if (from->bytes.n < ID_SIZE) {
		return broken(r, "its head is cut");
	}
	if (from->depth >= HZI_DEPTH) {
		return hzi_fail(r->err, HZ_ERR_LIMIT, "records are nested more than %d deep",
				HZI_DEPTH);
	}
	int64_t id = (int64_t)hzi_load64(from->bytes.p, r->be);
	bool is_root = r->root == NULL;
	const hzi_schema *schema = r->source->find(r->source->ctx, id, &code, r->err);
	if (schema == NULL) {
		return code;
	}
	code = lay_out(r, schema, from->bytes, &at, &used);
	// Bytes behind the end are somebody's mistake, too.
	if (code == HZ_OK && is_root && used != from->bytes.n) {
		code = broken(r, "its size is wrong");
	}
	if (code != HZ_OK) {
		return code;
	}
	hz_generic_record *record = add_record(r, schema);
	if (record == NULL) {
		return out_of_memory(r);
	}
	if (from->out != NULL) {
		*from->out = hzi_generic_value(record);
	}
	return read_fields(r, record, &at);
}

hz_err
hzi_compact_read(const hzi_schema_source *source, const uint8_t *p, size_t n, bool be,
		hz_generic_record **out, hz_error *err)
{
	reader r = {.source = source, .be = be, .left = n, .err = err};
	*out = NULL;
	hz_err code = push_record(&r, (span){p, n}, NULL, 0);
	while (code == HZ_OK && r.tasks.len > 0) {
		task next;
		r.tasks.len -= sizeof(next);
		memcpy(&next, r.tasks.data + r.tasks.len, sizeof(next));
		code = read_record(&r, &next);
	}
	hzi_buf_clear(&r.tasks);
	if (r.root == NULL) {
		hzi_arena_clear(&r.arena);
		return code;
	}
	r.root->arena = r.arena;
	if (code != HZ_OK) {
		hz_generic_record_destroy(&r.root);
		return code;
	}
	*out = r.root;
	return HZ_OK;
}

hz_value
hzi_generic_value(const hz_generic_record *record)
{
	hz_value v = {.kind_ = HZ_KIND_RECORD, .flags_ = HZI_VALUE_GENERIC, .u_.p = record};
	return record != NULL ? v : hz_null();
}
