// SPDX-License-Identifier: Apache-2.0
#include "serialization/builder.h"

#include "base/fail.h"
#include "serialization/compact_read.h"

#include <stdlib.h>
#include <string.h>

// ---- Life ----

void
hzi_builder_init(hz_generic_builder *builder, const char *type_name, bool be, unsigned depth)
{
	*builder = (hz_generic_builder){.type_name = type_name, .be = be, .depth = depth};
}

static size_t
count_of(const hz_generic_builder *builder)
{
	return builder->fields.len / sizeof(hzi_built_field);
}

static const hzi_built_field *
field_at(const hz_generic_builder *builder, size_t i)
{
	return (const hzi_built_field *)(const void *)builder->fields.data + i;
}

static size_t
schema_count(const hz_generic_builder *builder)
{
	return builder->schemas.len / sizeof(const hzi_schema *);
}

static const hzi_schema *
schema_at(const hz_generic_builder *builder, size_t i)
{
	return ((const hzi_schema *const *)(const void *)builder->schemas.data)[i];
}

void
hzi_builder_clear(hz_generic_builder *builder)
{
	for (size_t i = 0; i < schema_count(builder); i++) {
		hzi_schema_release(schema_at(builder, i));
	}
	hzi_buf_clear(&builder->fields);
	hzi_buf_clear(&builder->bytes);
	hzi_buf_clear(&builder->schemas);
	hzi_arena_clear(&builder->arena);
}

static char *
keep_text(hz_generic_builder *builder, const char *text)
{
	size_t n = strlen(text);
	char *kept = hzi_arena_take(&builder->arena, n + 1);
	if (kept != NULL) {
		memcpy(kept, text, n);
	}
	return kept;
}

HZ_API hz_err
hz_generic_builder_new(const char *type_name, hz_generic_builder **out, hz_error *err)
{
	if (type_name == NULL || out == NULL) {
		return hzi_fail(err, HZ_ERR_ARGUMENT, "a builder needs the name of a type");
	}
	hz_generic_builder *builder = calloc(1, sizeof(*builder));
	if (builder == NULL) {
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for a builder");
	}
	hzi_builder_init(builder, NULL, true, 0);
	builder->type_name = keep_text(builder, type_name);
	if (builder->type_name == NULL) {
		free(builder);
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for a builder");
	}
	*out = builder;
	return HZ_OK;
}

HZ_API void
hz_generic_builder_destroy(hz_generic_builder **builder)
{
	if (builder != NULL && *builder != NULL) {
		hzi_builder_clear(*builder);
		free(*builder);
		*builder = NULL;
	}
}

// ---- Fields ----

static hz_err
check_new(const hz_generic_builder *builder, const char *name, hz_error *err)
{
	size_t n = strlen(name);
	for (size_t i = 0; i < count_of(builder); i++) {
		const hzi_schema_part *part = &field_at(builder, i)->part;
		if (part->length == n && memcmp(part->name, name, n) == 0) {
			return hzi_fail(err, HZ_ERR_ARGUMENT, "field %.100s is there already",
					name);
		}
	}
	return HZ_OK;
}

static hz_err
keep_schema(void *ctx, const hzi_schema *schema, hz_error *err)
{
	hz_generic_builder *builder = ctx;
	for (size_t i = 0; i < schema_count(builder); i++) {
		if (schema_at(builder, i)->id == schema->id) {
			return HZ_OK;
		}
	}
	const void *entry = schema;
	if (!hzi_buf_append(&builder->schemas, &entry, sizeof(entry))) {
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for a schema");
	}
	hzi_schema_retain(schema);
	return HZ_OK;
}

static hz_err
append_variable(hz_generic_builder *builder, const hzi_field_row *row, const hz_value *v,
		hz_error *err)
{
	hzi_schema_sink sink = {.seen = keep_schema, .ctx = builder};
	hzi_write to = {.buf = &builder->bytes,
			.be = builder->be,
			.depth = builder->depth + 1,
			.sink = &sink};
	size_t start = builder->bytes.len;
	hz_err code = hzi_variable_append(&to, row, v, err);
	if (code == HZ_OK && builder->bytes.len > INT32_MAX - 64) {
		code = hzi_fail(err, HZ_ERR_LIMIT, "a record of 2 GiB or more cannot be written");
	}
	if (code != HZ_OK) {
		builder->bytes.len = start;
		builder->bytes.failed = false;
	}
	return code;
}

static hz_err
add(hz_generic_builder *builder, const char *name, uint32_t kind, const hz_value *v, hz_error *err)
{
	const hzi_field_row *row = hzi_field_row_of(kind);
	hzi_built_field field = {
			.part = {keep_text(builder, name), strlen(name), kind},
			.offset = HZI_OFFSET_NULL,
	};
	hz_err code = HZ_OK;
	if (!hzi_field_is_variable(row)) {
		field.fixed = *v;
	} else if (v->kind_ != HZ_KIND_NULL) {
		field.offset = (uint32_t)builder->bytes.len;
		code = append_variable(builder, row, v, err);
	}
	if (code == HZ_OK &&
			(field.part.name == NULL ||
					!hzi_buf_append(&builder->fields, &field, sizeof(field)))) {
		code = hzi_fail(err, HZ_ERR_MEMORY, "no memory for a field");
	}
	return code;
}

HZ_API hz_err
hz_generic_builder_set(hz_generic_builder *builder, const char *name, hz_field_kind kind,
		hz_value value, hz_error *err)
{
	if (builder == NULL || name == NULL || hzi_field_row_of((uint32_t)kind) == NULL) {
		return hzi_fail(err, HZ_ERR_ARGUMENT, "%s",
				builder == NULL ? "the builder is NULL"
						: name == NULL
						? "a field needs a name"
						: "Compact has no such kind of field");
	}
	hz_err code = check_new(builder, name, err);
	if (code == HZ_OK) {
		code = hzi_field_check(name, (uint32_t)kind, &value, err);
	}
	return code == HZ_OK ? add(builder, name, (uint32_t)kind, &value, err) : code;
}

// ---- The record ----

static bool
is_schema(const hz_generic_builder *builder, const hzi_schema *known)
{
	if (known == NULL || known->count != count_of(builder)) {
		return false;
	}
	for (size_t i = 0; i < known->count; i++) {
		const hzi_schema_part *part = &field_at(builder, i)->part;
		const hzi_schema_field *field = hzi_schema_find(known, part->name, part->length);
		if (field == NULL || field->kind != part->kind) {
			return false;
		}
	}
	return true;
}

hz_err
hzi_builder_schema(const hz_generic_builder *builder, const hzi_schema *known, hzi_schema **out,
		hz_error *err)
{
	size_t n = count_of(builder);
	if (is_schema(builder, known)) {
		*out = hzi_schema_retain(known);
		return HZ_OK;
	}
	hzi_schema_part *parts = calloc(n + 1, sizeof(*parts));
	if (parts == NULL) {
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for a schema");
	}
	for (size_t i = 0; i < n; i++) {
		parts[i] = field_at(builder, i)->part;
	}
	hz_err code = hzi_schema_new(
			builder->type_name, strlen(builder->type_name), parts, n, out, err);
	free(parts);
	return code;
}

static hz_err
put_fields(const hz_generic_builder *builder, hzi_record_out *out, hz_error *err)
{
	hz_err code = HZ_OK;
	for (size_t i = 0; code == HZ_OK && i < count_of(builder); i++) {
		const hzi_built_field *built = field_at(builder, i);
		const hzi_schema_field *field =
				hzi_schema_find(out->schema, built->part.name, built->part.length);
		if (!hzi_field_is_variable(hzi_field_row_of(field->kind))) {
			code = hzi_record_put(out, field, &built->fixed, err);
		} else if (built->offset != HZI_OFFSET_NULL) {
			out->offsets[field->at] = out->schema->fixed_size + built->offset;
		}
	}
	return code;
}

hz_err
hzi_builder_append(const hz_generic_builder *builder, const hzi_schema *schema, hzi_write *to,
		hz_error *err)
{
	hzi_record_out out;
	hz_err code = HZ_OK;
	for (size_t i = 0; to->sink != NULL && code == HZ_OK && i < schema_count(builder); i++) {
		code = to->sink->seen(to->sink->ctx, schema_at(builder, i), err);
	}
	if (code == HZ_OK) {
		code = hzi_record_begin(&out, to, schema, err);
	}
	if (code != HZ_OK) {
		return code;
	}
	code = put_fields(builder, &out, err);
	if (code == HZ_OK && !hzi_buf_append(to->buf, builder->bytes.data, builder->bytes.len)) {
		code = hzi_fail(err, HZ_ERR_MEMORY, "no memory for a record");
	}
	hz_err ended = hzi_record_end(&out, code == HZ_OK, err);
	return code == HZ_OK ? ended : code;
}

// What was written, read back: one way to make a record, whoever made its bytes.
typedef struct sources {
	const hz_generic_builder *builder;
	const hzi_schema *own;
} sources;

static const hzi_schema *
find_schema(void *ctx, int64_t id, hz_err *code, hz_error *err)
{
	const sources *from = ctx;
	if (from->own->id == id) {
		return from->own;
	}
	for (size_t i = 0; i < schema_count(from->builder); i++) {
		if (schema_at(from->builder, i)->id == id) {
			return schema_at(from->builder, i);
		}
	}
	*code = hzi_fail(err, HZ_ERR_SERIALIZATION,
			"a received record must be read before it becomes part of another one");
	return NULL;
}

HZ_API hz_err
hz_generic_builder_build(const hz_generic_builder *builder, hz_generic_record **out, hz_error *err)
{
	hzi_schema *schema = NULL;
	hzi_buf bytes = {0};
	if (builder == NULL || out == NULL) {
		return hzi_fail(err, HZ_ERR_ARGUMENT, "a record needs a builder and a place to go");
	}
	*out = NULL;
	hz_err code = hzi_builder_schema(builder, NULL, &schema, err);
	if (code != HZ_OK) {
		return code;
	}
	hzi_write to = {.buf = &bytes, .be = builder->be};
	code = hzi_builder_append(builder, schema, &to, err);
	if (code == HZ_OK) {
		sources from = {.builder = builder, .own = schema};
		hzi_schema_source source = {.find = find_schema, .ctx = &from};
		code = hzi_compact_read(&source, bytes.data, bytes.len, builder->be, out, err);
	}
	hzi_buf_clear(&bytes);
	hzi_schema_release(schema);
	return code;
}
