// SPDX-License-Identifier: Apache-2.0
#include "serialization/compact_write.h"

#include "base/fail.h"
#include "serialization/data.h"

#include <stdlib.h>
#include <string.h>

enum { ID_SIZE = 8, SIZE_SIZE = 4, COUNT_SIZE = 4 };

static hz_err
out_of_memory(hz_error *err)
{
	return hzi_fail(err, HZ_ERR_MEMORY, "no memory to serialize a record");
}

static hz_err
check_size(size_t n, hz_error *err)
{
	return n > INT32_MAX - 64
			? hzi_fail(err, HZ_ERR_LIMIT, "a record of 2 GiB or more cannot be written")
			: HZ_OK;
}

// ---- Kinds ----

static bool
fits(const hzi_field_row *row, const hz_value *v)
{
	if (v->kind_ == HZ_KIND_NULL) {
		return hzi_field_is_variable(row);
	}
	if (row->form == HZI_FORM_MANY) {
		return v->kind_ == HZ_KIND_LIST ||
				(row->value == HZ_KIND_STR && v->kind_ == HZ_KIND_STRS);
	}
	return v->kind_ == row->value;
}

hz_err
hzi_field_check(const char *name, uint32_t kind, const hz_value *v, hz_error *err)
{
	if (fits(hzi_field_row_of(kind), v)) {
		return HZ_OK;
	}
	return hzi_fail(err, HZ_ERR_TYPE, "field %.100s of kind %s cannot be a %s", name,
			hz_field_kind_name((hz_field_kind)kind), hz_kind_name((hz_kind)v->kind_));
}

// ---- Fields without a fixed size ----

static hz_err
append_one(hzi_write *to, const hz_value *v, hz_error *err)
{
	return v->kind_ == HZ_KIND_RECORD
			? hzi_record_append(to, v, err)
			: hzi_payload_append(to->buf, hzi_builtin_of(v), v, to->be, err);
}

static hz_err
append_bits(hzi_write *to, const hz_value *v, hz_error *err)
{
	hzi_run bools = hzi_value_run(v);
	if (bools.p == NULL && bools.n != 0) {
		return hzi_fail(err, HZ_ERR_ARGUMENT, "NULL where %zu items should be", bools.n);
	}
	size_t size = COUNT_SIZE + (bools.n + 7) / 8;
	uint8_t *p = hzi_buf_extend(to->buf, size);
	if (p == NULL) {
		return out_of_memory(err);
	}
	memset(p, 0, size);
	hzi_store32(p, (uint32_t)bools.n, to->be);
	for (size_t i = 0; i < bools.n; i++) {
		if (bools.p[i] != 0) {
			p[COUNT_SIZE + i / 8] |= (uint8_t)(1u << i % 8);
		}
	}
	return HZ_OK;
}

hz_err
hzi_offsets_append(hzi_write *to, const uint32_t *offsets, size_t count, size_t data, hz_error *err)
{
	size_t width = hzi_offset_width(data);
	if (count == 0) {
		return HZ_OK;
	}
	uint8_t *p = hzi_buf_extend(to->buf, count * width);
	if (p == NULL) {
		return out_of_memory(err);
	}
	for (size_t i = 0; i < count; i++) {
		hzi_store_sized(p + i * width, offsets[i], width, to->be);
	}
	return HZ_OK;
}

// Records in one array must be of one schema: members read all by the first one's.
static hz_err
check_schema(const hzi_write *to, const hz_value *item, size_t at, int64_t *id, hz_error *err)
{
	if (item->kind_ != HZ_KIND_RECORD) {
		return HZ_OK;
	}
	int64_t own = (int64_t)hzi_load64(to->buf->data + at, to->be);
	if (*id != 0 && *id != own) {
		return hzi_fail(err, HZ_ERR_TYPE, "the records of an array have several schemas");
	}
	*id = own;
	return HZ_OK;
}

static hz_err
append_items(hzi_write *to, const hzi_field_row *row, const hz_value *v, uint32_t *offsets,
		size_t base, hz_error *err)
{
	size_t count = hz_value_count(v);
	size_t pos = 0;
	size_t i = 0;
	int64_t id = 0;
	hz_err code = HZ_OK;
	hz_value item;
	for (; code == HZ_OK && i < count && hz_value_next(v, &pos, &item); i++) {
		size_t at = to->buf->len;
		offsets[i] = HZI_OFFSET_NULL;
		if (item.kind_ == HZ_KIND_NULL) {
			continue;
		}
		if (item.kind_ != row->value) {
			return hzi_fail(err, HZ_ERR_TYPE, "an item cannot be a %s",
					hz_kind_name((hz_kind)item.kind_));
		}
		offsets[i] = (uint32_t)(at - base);
		code = append_one(to, &item, err);
		if (code == HZ_OK) {
			code = check_schema(to, &item, at, &id, err);
		}
		if (code == HZ_OK) {
			code = check_size(to->buf->len - base, err);
		}
	}
	if (code == HZ_OK && i < count) {
		code = hzi_fail(err, HZ_ERR_ARGUMENT, "NULL where %zu items should be", count);
	}
	return code;
}

static hz_err
append_many(hzi_write *to, const hzi_field_row *row, const hz_value *v, hz_error *err)
{
	size_t count = hz_value_count(v);
	uint32_t *offsets = calloc(count + 1, sizeof(*offsets));
	size_t base = to->buf->len + SIZE_SIZE + COUNT_SIZE;
	uint8_t *head = offsets == NULL ? NULL : hzi_buf_extend(to->buf, SIZE_SIZE + COUNT_SIZE);
	hz_err code = head == NULL ? out_of_memory(err)
				   : append_items(to, row, v, offsets, base, err);
	if (code == HZ_OK) {
		size_t data = to->buf->len - base;
		head = to->buf->data + base - SIZE_SIZE - COUNT_SIZE;
		hzi_store32(head, (uint32_t)data, to->be);
		hzi_store32(head + SIZE_SIZE, (uint32_t)count, to->be);
		code = hzi_offsets_append(to, offsets, count, data, err);
	}
	free(offsets);
	return code;
}

hz_err
hzi_variable_append(hzi_write *to, const hzi_field_row *row, const hz_value *v, hz_error *err)
{
	if (row->form == HZI_FORM_MANY) {
		return append_many(to, row, v, err);
	}
	return row->form == HZI_FORM_BITS ? append_bits(to, v, err) : append_one(to, v, err);
}

// ---- Records ----

static hz_err
report(const hzi_write *to, const hzi_schema *schema, hz_error *err)
{
	return to->sink != NULL ? to->sink->seen(to->sink->ctx, schema, err) : HZ_OK;
}

hz_err
hzi_record_begin(hzi_record_out *out, hzi_write *to, const hzi_schema *schema, hz_error *err)
{
	size_t head = ID_SIZE + (schema->variable > 0 ? SIZE_SIZE : 0u);
	if (to->depth >= HZI_DEPTH) {
		return hzi_fail(err, HZ_ERR_LIMIT, "records are nested more than %d deep",
				HZI_DEPTH);
	}
	hz_err code = report(to, schema, err);
	if (code != HZ_OK) {
		return code;
	}
	out->to = to;
	out->schema = schema;
	out->offsets = schema->variable <= HZI_OFFSETS_AT_HAND
			? out->at_hand
			: malloc(schema->variable * sizeof(*out->offsets));
	uint8_t *p = out->offsets == NULL ? NULL
					  : hzi_buf_extend(to->buf, head + schema->fixed_size);
	if (p == NULL) {
		if (out->offsets != out->at_hand) {
			free(out->offsets);
		}
		return out_of_memory(err);
	}
	hzi_store64(p, (uint64_t)schema->id, to->be);
	memset(p + ID_SIZE, 0, head - ID_SIZE + schema->fixed_size);
	memset(out->offsets, 0xff, schema->variable * sizeof(*out->offsets));
	out->data = to->buf->len - schema->fixed_size;
	to->depth++;
	return HZ_OK;
}

// A float lies in the first bytes of the union, which are the low ones of its bits.
static void
put_fixed(hzi_record_out *out, const hzi_schema_field *field, const hzi_field_row *row,
		const hz_value *v)
{
	uint8_t *data = out->to->buf->data + out->data;
	if (row->form == HZI_FORM_FIXED) {
		hzi_store_sized(data + field->at, v->u_.bits, row->size, out->to->be);
	} else if (v->u_.i != 0) {
		data[field->at / 8] |= (uint8_t)(1u << field->at % 8);
	}
}

hz_err
hzi_record_put(hzi_record_out *out, const hzi_schema_field *field, const hz_value *v, hz_error *err)
{
	const hzi_field_row *row = hzi_field_row_of(field->kind);
	hzi_write *to = out->to;
	hz_err code = hzi_field_check(field->name, field->kind, v, err);
	if (code != HZ_OK || v->kind_ == HZ_KIND_NULL) {
		return code;
	}
	if (!hzi_field_is_variable(row)) {
		put_fixed(out, field, row, v);
		return HZ_OK;
	}
	out->offsets[field->at] = (uint32_t)(to->buf->len - out->data);
	code = hzi_variable_append(to, row, v, err);
	return code == HZ_OK ? check_size(to->buf->len - out->data, err) : code;
}

hz_err
hzi_record_end(hzi_record_out *out, bool ok, hz_error *err)
{
	hzi_write *to = out->to;
	hz_err code = HZ_OK;
	if (ok && out->schema->variable > 0) {
		size_t data = to->buf->len - out->data;
		hzi_store32(to->buf->data + out->data - SIZE_SIZE, (uint32_t)data, to->be);
		code = hzi_offsets_append(to, out->offsets, out->schema->variable, data, err);
	}
	if (out->offsets != out->at_hand) {
		free(out->offsets);
	}
	to->depth--;
	return code;
}
