// SPDX-License-Identifier: Apache-2.0
//
// Records as values: writing those that were built from structs, by codecs or field by field, and
// filling structs from what was read.
#include "base/fail.h"
#include "serialization/builder.h"
#include "serialization/compact_read.h"
#include "serialization/data.h"
#include "serialization/record_member.h"
#include "serialization/record_plan.h"

#include <stdlib.h>
#include <string.h>

extern inline hz_value hz_record(hz_record_type *type, const void *object);

HZ_API void
hz_value_set_record(hz_value *v, hz_record_type *type, const void *object)
{
	*v = hz_record(type, object);
}

HZ_API void
hz_value_set_generic_record(hz_value *v, const hz_generic_record *record)
{
	*v = hzi_generic_value(record);
}

HZ_API hz_value
hz_generic_record_value(const hz_generic_record *record)
{
	return hzi_generic_value(record);
}

HZ_API hz_err
hz_value_get_generic_record(const hz_value *v, const hz_generic_record **out)
{
	if (v == NULL || out == NULL) {
		return HZ_ERR_ARGUMENT;
	}
	if (v->kind_ != HZ_KIND_RECORD || (v->flags_ & HZI_VALUE_GENERIC) == 0) {
		return HZ_ERR_TYPE;
	}
	*out = v->u_.p;
	return HZ_OK;
}

HZ_API hz_err
hz_value_get_schema_id(const hz_value *v, int64_t *id)
{
	size_t n = 0;
	if (v == NULL || id == NULL) {
		return HZ_ERR_ARGUMENT;
	}
	if (!hzi_value_is_compact(v)) {
		return HZ_ERR_TYPE;
	}
	const uint8_t *p = hzi_value_payload(v, &n);
	*id = (int64_t)hzi_load64(p, hzi_value_is_big_endian(v));
	return HZ_OK;
}

// ---- Writing ----

static hz_err
append_fields(hzi_record_out *out, const hz_record_type *type, const hzi_record_plan *plan,
		const char *object, hz_error *err)
{
	hz_err code = HZ_OK;
	for (size_t i = 0; code == HZ_OK && i < type->field_count; i++) {
		const hz_field *field = &type->fields[i];
		void *scratch = NULL;
		hz_value v;
		code = hzi_member_load(field, object + field->offset, &v, &scratch, err);
		if (code == HZ_OK) {
			code = hzi_record_put(out, &plan->schema->fields[plan->index[i]], &v, err);
		}
		free(scratch);
	}
	return code;
}

// A codec may say why it failed, or only that it did.
static void
expect_words(hz_error *err)
{
	if (err != NULL) {
		err->code = HZ_OK;
	}
}

static void
give_words(const hz_record_type *type, hz_err code, hz_error *err)
{
	if (err != NULL && err->code != (int32_t)code) {
		hzi_fail(err, code, "type %.100s: its codec failed", type->name);
	}
}

// The codec has no other way out than a builder, so that it cannot break a record.
static hz_err
append_by_codec(hzi_write *to, hz_record_type *type, const void *object, hz_error *err)
{
	const hz_record_codec *codec = type->codec;
	const hzi_record_plan *plan = NULL;
	hzi_schema *schema = NULL;
	hz_generic_builder builder;
	if (codec->size < sizeof(*codec) || codec->write == NULL) {
		return hzi_fail(err, HZ_ERR_ARGUMENT, "type %.100s: a codec that cannot write",
				type->name);
	}
	hz_err code = hzi_record_plan_of(type, &plan, err);
	if (code != HZ_OK) {
		return code;
	}
	hzi_builder_init(&builder, type->name, to->be, to->depth);
	expect_words(err);
	code = codec->write(codec->ctx, object, &builder, err);
	if (code != HZ_OK) {
		give_words(type, code, err);
	}
	if (code == HZ_OK) {
		code = hzi_builder_schema(
				&builder, plan != NULL ? plan->schema : NULL, &schema, err);
	}
	if (code == HZ_OK) {
		if (plan == NULL) {
			hzi_record_plan_learn(type, schema);
		}
		code = hzi_builder_append(&builder, schema, to, err);
	}
	hzi_schema_release(schema);
	hzi_builder_clear(&builder);
	return code;
}

static hz_err
append_struct(hzi_write *to, hz_record_type *type, const void *object, hz_error *err)
{
	const hzi_record_plan *plan = NULL;
	hzi_record_out out;
	if (type->codec != NULL) {
		return append_by_codec(to, type, object, err);
	}
	hz_err code = hzi_record_plan_of(type, &plan, err);
	if (code == HZ_OK) {
		code = hzi_record_begin(&out, to, plan->schema, err);
	}
	if (code != HZ_OK) {
		return code;
	}
	code = append_fields(&out, type, plan, object, err);
	hz_err ended = hzi_record_end(&out, code == HZ_OK, err);
	return code == HZ_OK ? ended : code;
}

static hz_err
append_generic_fields(hzi_record_out *out, const hz_generic_record *record, hz_error *err)
{
	const hzi_schema *schema = record->schema;
	hz_err code = HZ_OK;
	for (uint32_t i = 0; code == HZ_OK && i < schema->count; i++) {
		const hzi_schema_field *field = &schema->fields[i];
		if (!hzi_field_is_variable(hzi_field_row_of(field->kind))) {
			code = hzi_record_put(out, field, &record->values[i], err);
		}
	}
	// As they came, so that a key that was read finds its entry.
	for (uint32_t i = 0; code == HZ_OK && i < schema->variable; i++) {
		uint32_t at = record->order[i];
		code = hzi_record_put(out, &schema->fields[at], &record->values[at], err);
	}
	return code;
}

static hz_err
append_generic(hzi_write *to, const hz_generic_record *record, hz_error *err)
{
	hzi_record_out out;
	hz_err code = hzi_record_begin(&out, to, record->schema, err);
	if (code != HZ_OK) {
		return code;
	}
	code = append_generic_fields(&out, record, err);
	hz_err ended = hzi_record_end(&out, code == HZ_OK, err);
	return code == HZ_OK ? ended : code;
}

static hz_err
append_wire(hzi_write *to, const hz_value *v, hz_error *err)
{
	size_t n = 0;
	hz_err code = hzi_raw_check(v, to->be, err);
	if (code != HZ_OK) {
		return code;
	}
	const uint8_t *p = hzi_value_payload(v, &n);
	return hzi_buf_append(to->buf, p, n)
			? HZ_OK
			: hzi_fail(err, HZ_ERR_MEMORY, "no memory to serialize a record");
}

// By structs that the application made, so recursion goes as deep as they do, and HZI_DEPTH at
// most.
hz_err
hzi_record_append(hzi_write *to, const hz_value *v, hz_error *err)
{
	if (hzi_value_is_wire(v)) {
		return append_wire(to, v, err);
	}
	return (v->flags_ & HZI_VALUE_GENERIC) != 0
			? append_generic(to, v->u_.p, err)
			: append_struct(to, v->ext_.block, v->u_.p, err);
}

// ---- Copies ----

// What lies in a record was found after it.
static const hzi_schema *
find_in_tree(void *ctx, int64_t id, hz_err *code, hz_error *err)
{
	for (const hz_generic_record *r = ctx; r != NULL; r = r->next) {
		if (r->schema->id == id) {
			return r->schema;
		}
	}
	*code = hzi_fail(err, HZ_ERR_SERIALIZATION, "a record without its schema");
	return NULL;
}

hz_err
hzi_generic_copy(const hz_generic_record *record, hz_generic_record **out, hz_error *err)
{
	hzi_buf bytes = {0};
	hzi_write to = {.buf = &bytes, .be = true};
	hzi_schema_source source = {.find = find_in_tree, .ctx = (void *)record};
	hz_err code = append_generic(&to, record, err);
	if (code == HZ_OK) {
		code = hzi_compact_read(&source, bytes.data, bytes.len, true, out, err);
	}
	hzi_buf_clear(&bytes);
	return code;
}

// ---- Filling structs ----

static hz_err
fill_field(const hz_generic_record *record, const hz_field *field, char *object, hz_error *err)
{
	const hzi_schema_field *found =
			hzi_schema_find(record->schema, field->name, strlen(field->name));
	if (found == NULL) {
		return HZ_OK;
	}
	if (!hzi_field_is_readable_as(field->kind, found->kind)) {
		return hzi_fail(err, HZ_ERR_TYPE, "field %.100s is of kind %s, not %s", field->name,
				hz_field_kind_name((hz_field_kind)found->kind),
				hz_field_kind_name((hz_field_kind)field->kind));
	}
	return hzi_member_store(field, &record->values[found->index], object + field->offset, err);
}

static hz_err
fill_by_codec(const hz_generic_record *record, hz_record_type *type, void *object, hz_error *err)
{
	const hz_record_codec *codec = type->codec;
	if (codec->size < sizeof(*codec) || codec->read == NULL) {
		return hzi_fail(err, HZ_ERR_ARGUMENT, "type %.100s: a codec that cannot read",
				type->name);
	}
	expect_words(err);
	hz_err code = codec->read(codec->ctx, record, object, err);
	if (code != HZ_OK) {
		give_words(type, code, err);
	}
	return code;
}

static hz_err
fill(const hz_generic_record *record, hz_record_type *type, void *object, hz_error *err)
{
	const hzi_record_plan *plan = NULL; // its making checks the table
	hz_err code = hzi_record_plan_of(type, &plan, err);
	if (code != HZ_OK || type->codec != NULL) {
		return code == HZ_OK ? fill_by_codec(record, type, object, err) : code;
	}
	for (size_t i = 0; code == HZ_OK && i < type->field_count; i++) {
		code = fill_field(record, &type->fields[i], object, err);
	}
	return code;
}

HZ_API hz_err
hz_record_from(const hz_generic_record *record, hz_record_type *type, void *out, hz_error *err)
{
	const hzi_record_plan *plan = NULL;
	if (record == NULL || type == NULL || out == NULL) {
		return hzi_fail(err, HZ_ERR_ARGUMENT, "a record, its type or a struct is NULL");
	}
	hz_err code = hzi_record_plan_of(type, &plan, err);
	if (code != HZ_OK) {
		return code;
	}
	memset(out, 0, type->struct_size);
	code = fill(record, type, out, err);
	if (code != HZ_OK) {
		hz_record_clear(type, out);
	}
	return code;
}

HZ_API void
hz_record_clear(hz_record_type *type, void *object)
{
	if (type == NULL || object == NULL) {
		return;
	}
	if (type->codec != NULL && type->codec->clear != NULL) {
		type->codec->clear(type->codec->ctx, object);
	}
	for (size_t i = 0; type->codec == NULL && i < type->field_count; i++) {
		hzi_member_clear(&type->fields[i], (char *)object + type->fields[i].offset);
	}
	memset(object, 0, type->struct_size);
}
