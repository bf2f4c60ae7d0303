// SPDX-License-Identifier: Apache-2.0
#include "serialization/schema.h"

#include "base/fail.h"
#include "serialization/rabin.h"
#include "serialization/utf8.h"

#include <stdlib.h>
#include <string.h>

// Java orders strings by UTF-16 units: that is the order of the bytes of UTF-8, except that what
// lies beyond U+FFFF (surrogates there, a first byte of 0xf0 or more here) comes before U+E000.
static int
weight(uint8_t byte)
{
	return byte == 0xee || byte == 0xef ? byte + 0x10 : byte;
}

static int
compare_names(const char *a, size_t a_length, const char *b, size_t b_length)
{
	size_t n = a_length < b_length ? a_length : b_length;
	for (size_t i = 0; i < n; i++) {
		if (a[i] != b[i]) {
			return weight((uint8_t)a[i]) - weight((uint8_t)b[i]);
		}
	}
	return (a_length > b_length) - (a_length < b_length);
}

static int
by_name(const void *a, const void *b)
{
	const hzi_schema_field *x = a;
	const hzi_schema_field *y = b;
	return compare_names(x->name, x->name_length, y->name, y->name_length);
}

// ---- Layout ----

static uint32_t
place_fixed(hzi_schema *schema)
{
	uint32_t at = 0;
	// The widest first; within one width by name, as they stand.
	for (uint32_t size = 8; size > 0; size /= 2) {
		for (uint32_t i = 0; i < schema->count; i++) {
			const hzi_field_row *row = hzi_field_row_of(schema->fields[i].kind);
			if (row->form == HZI_FORM_FIXED && row->size == size) {
				schema->fields[i].at = at;
				at += size;
			}
		}
	}
	return at;
}

static void
place(hzi_schema *schema)
{
	uint32_t bytes = place_fixed(schema);
	uint32_t bits = 8 * bytes;
	for (uint32_t i = 0; i < schema->count; i++) {
		hzi_schema_field *field = &schema->fields[i];
		const hzi_field_row *row = hzi_field_row_of(field->kind);
		field->index = i;
		if (row->form == HZI_FORM_BIT) {
			field->at = bits++;
		} else if (hzi_field_is_variable(row)) {
			field->at = schema->variable++;
		}
	}
	schema->fixed_size = (bits + 7) / 8;
}

static int64_t
fingerprint(const hzi_schema *schema)
{
	uint64_t f = hzi_rabin_text(HZI_RABIN_EMPTY, schema->type_name, schema->type_length);
	f = hzi_rabin_i32(f, (int32_t)schema->count);
	for (uint32_t i = 0; i < schema->count; i++) {
		const hzi_schema_field *field = &schema->fields[i];
		f = hzi_rabin_text(f, field->name, field->name_length);
		f = hzi_rabin_i32(f, (int32_t)field->kind);
	}
	return (int64_t)f;
}

// ---- Making ----

static hz_err
check_name(const char *what, const char *name, size_t n, hz_error *err)
{
	if (name == NULL || n > INT32_MAX || hzi_utf8_valid(name, n) != n) {
		return hzi_fail(err, HZ_ERR_ARGUMENT, "the name of a %s is not UTF-8", what);
	}
	return HZ_OK;
}

static hz_err
check_parts(const char *type_name, size_t type_length, const hzi_schema_part *parts, size_t count,
		size_t *text, hz_error *err)
{
	if (count > HZI_SCHEMA_FIELDS_MAX) {
		return hzi_fail(err, HZ_ERR_LIMIT, "a record of %zu fields", count);
	}
	hz_err code = check_name("type", type_name, type_length, err);
	*text = type_length + 1;
	for (size_t i = 0; code == HZ_OK && i < count; i++) {
		code = check_name("field", parts[i].name, parts[i].length, err);
		if (code == HZ_OK && hzi_field_row_of(parts[i].kind) == NULL) {
			code = hzi_fail(err, HZ_ERR_ARGUMENT, "field %.*s: Compact has no kind %lu",
					(int)parts[i].length, parts[i].name,
					(unsigned long)parts[i].kind);
		}
		*text += parts[i].length + 1;
	}
	return code;
}

// Copies a name to *to, which moves behind it.
static const char *
keep_name(char **to, const char *name, size_t n)
{
	char *kept = *to;
	memcpy(kept, name, n);
	kept[n] = '\0';
	*to += n + 1;
	return kept;
}

static void
fill(hzi_schema *schema, const hzi_schema_part *parts, char *names)
{
	for (uint32_t i = 0; i < schema->count; i++) {
		schema->fields[i] = (hzi_schema_field){
				.name = keep_name(&names, parts[i].name, parts[i].length),
				.name_length = (uint32_t)parts[i].length,
				.kind = parts[i].kind,
		};
	}
	qsort(schema->fields, schema->count, sizeof(schema->fields[0]), by_name);
}

static hz_err
check_unique(const hzi_schema *schema, hz_error *err)
{
	for (uint32_t i = 1; i < schema->count; i++) {
		if (by_name(&schema->fields[i - 1], &schema->fields[i]) == 0) {
			return hzi_fail(err, HZ_ERR_ARGUMENT, "type %s has two fields %s",
					schema->type_name, schema->fields[i].name);
		}
	}
	return HZ_OK;
}

hz_err
hzi_schema_new(const char *type_name, size_t type_length, const hzi_schema_part *parts,
		size_t count, hzi_schema **out, hz_error *err)
{
	size_t text = 0;
	*out = NULL;
	hz_err code = check_parts(type_name, type_length, parts, count, &text, err);
	if (code != HZ_OK) {
		return code;
	}
	size_t head = sizeof(hzi_schema) + count * sizeof(hzi_schema_field);
	hzi_schema *schema = calloc(1, head + text);
	if (schema == NULL) {
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for a schema");
	}
	char *names = (char *)schema + head;
	atomic_init(&schema->refs, 1);
	schema->type_name = keep_name(&names, type_name, type_length);
	schema->type_length = (uint32_t)type_length;
	schema->count = (uint32_t)count;
	fill(schema, parts, names);
	code = check_unique(schema, err);
	if (code != HZ_OK) {
		free(schema);
		return code;
	}
	place(schema);
	schema->id = fingerprint(schema);
	*out = schema;
	return HZ_OK;
}

hzi_schema *
hzi_schema_retain(const hzi_schema *schema)
{
	hzi_schema *counted = (hzi_schema *)schema;
	atomic_fetch_add_explicit(&counted->refs, 1, memory_order_relaxed);
	return counted;
}

void
hzi_schema_release(const hzi_schema *schema)
{
	hzi_schema *counted = (hzi_schema *)schema;
	if (counted != NULL &&
			atomic_fetch_sub_explicit(&counted->refs, 1, memory_order_acq_rel) == 1) {
		free(counted);
	}
}

const hzi_schema_field *
hzi_schema_find(const hzi_schema *schema, const char *name, size_t length)
{
	size_t low = 0;
	size_t high = schema->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const hzi_schema_field *field = &schema->fields[middle];
		int order = compare_names(name, length, field->name, field->name_length);
		if (order == 0) {
			return field;
		}
		if (order < 0) {
			high = middle;
		} else {
			low = middle + 1;
		}
	}
	return NULL;
}
