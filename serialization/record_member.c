// SPDX-License-Identifier: Apache-2.0
#include "serialization/record_member.h"

#include "base/fail.h"
#include "serialization/repr.h"

#include <hazelcast/generic_record.h>
#include <hazelcast/value_read.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

// What all hz_array_* are, and what hzi_member_store gives.
typedef struct array {
	void *items;
	size_t count;
} array;

_Static_assert(sizeof(array) == sizeof(hz_array_record), "all arrays lie alike");
_Static_assert(offsetof(array, count) == offsetof(hz_array_i8, count), "all arrays lie alike");

// ---- Numbers and times, which lie in the value itself ----

// Where each lies in an hz_nullable_*, and how large it is.
typedef struct plain {
	uint8_t at;
	uint8_t size;
} plain;

#define PLAIN(kind, suffix)                                                                        \
	[HZ_KIND_##kind] = {offsetof(hz_nullable_##suffix, value),                                 \
			sizeof(((hz_nullable_##suffix *)NULL)->value)}

static const plain plains[HZ_KIND_COUNT] = {
		PLAIN(BOOL, bool),
		PLAIN(I8, i8),
		PLAIN(I16, i16),
		PLAIN(I32, i32),
		PLAIN(I64, i64),
		PLAIN(F32, f32),
		PLAIN(F64, f64),
		PLAIN(LOCAL_TIME, local_time),
		PLAIN(LOCAL_DATE, local_date),
		PLAIN(LOCAL_DATE_TIME, local_date_time),
		PLAIN(OFFSET_DATE_TIME, offset_date_time),
};

#define MAKE(name, type, constructor)                                                              \
	static hz_value make_##name(const void *from)                                              \
	{                                                                                          \
		type x;                                                                            \
		memcpy(&x, from, sizeof(x));                                                       \
		return constructor(x);                                                             \
	}
MAKE(bool, bool, hz_bool)
MAKE(i8, int8_t, hz_i8)
MAKE(i16, int16_t, hz_i16)
MAKE(i32, int32_t, hz_i32)
MAKE(i64, int64_t, hz_i64)
MAKE(f32, float, hz_f32)
MAKE(f64, double, hz_f64)
MAKE(local_time, hz_local_time, hz_local_time_value)
MAKE(local_date, hz_local_date, hz_local_date_value)
MAKE(local_date_time, hz_local_date_time, hz_local_date_time_value)
MAKE(offset_date_time, hz_offset_date_time, hz_offset_date_time_value)
MAKE(string, const char *, hz_str)

static hz_value
make_decimal(const void *from)
{
	hz_decimal x;
	memcpy(&x, from, sizeof(x));
	return x.unscaled == NULL ? hz_null() : hz_decimal_value(x);
}

static hz_value (*const makers[HZ_KIND_COUNT])(const void *from) = {
		[HZ_KIND_BOOL] = make_bool,
		[HZ_KIND_I8] = make_i8,
		[HZ_KIND_I16] = make_i16,
		[HZ_KIND_I32] = make_i32,
		[HZ_KIND_I64] = make_i64,
		[HZ_KIND_F32] = make_f32,
		[HZ_KIND_F64] = make_f64,
		[HZ_KIND_LOCAL_TIME] = make_local_time,
		[HZ_KIND_LOCAL_DATE] = make_local_date,
		[HZ_KIND_LOCAL_DATE_TIME] = make_local_date_time,
		[HZ_KIND_OFFSET_DATE_TIME] = make_offset_date_time,
		[HZ_KIND_STR] = make_string,
		[HZ_KIND_DECIMAL] = make_decimal,
};

#define TAKE(name, type)                                                                           \
	static hz_err take_##name(const hz_value *v, void *to)                                     \
	{                                                                                          \
		type x;                                                                            \
		memset(&x, 0, sizeof(x));                                                          \
		hz_err code = hz_value_get_##name(v, &x);                                          \
		memcpy(to, &x, sizeof(x));                                                         \
		return code;                                                                       \
	}
TAKE(bool, bool)
TAKE(i8, int8_t)
TAKE(i16, int16_t)
TAKE(i32, int32_t)
TAKE(i64, int64_t)
TAKE(f32, float)
TAKE(f64, double)
TAKE(local_time, hz_local_time)
TAKE(local_date, hz_local_date)
TAKE(local_date_time, hz_local_date_time)
TAKE(offset_date_time, hz_offset_date_time)

static hz_err (*const takers[HZ_KIND_COUNT])(const hz_value *v, void *to) = {
		[HZ_KIND_BOOL] = take_bool,
		[HZ_KIND_I8] = take_i8,
		[HZ_KIND_I16] = take_i16,
		[HZ_KIND_I32] = take_i32,
		[HZ_KIND_I64] = take_i64,
		[HZ_KIND_F32] = take_f32,
		[HZ_KIND_F64] = take_f64,
		[HZ_KIND_LOCAL_TIME] = take_local_time,
		[HZ_KIND_LOCAL_DATE] = take_local_date,
		[HZ_KIND_LOCAL_DATE_TIME] = take_local_date_time,
		[HZ_KIND_OFFSET_DATE_TIME] = take_offset_date_time,
};

// ---- Loading ----

static hz_value
load_one(const hz_field *field, const hzi_field_row *row, const void *from)
{
	if (row->value == HZ_KIND_RECORD) {
		const void *object;
		memcpy(&object, from, sizeof(object));
		return hz_record(field->record, object);
	}
	if (row->is_nullable) {
		bool has;
		memcpy(&has, from, sizeof(has));
		from = (const char *)from + plains[row->value].at;
		return has ? makers[row->value](from) : hz_null();
	}
	return makers[row->value](from);
}

static hz_err
load_many(const hz_field *field, const array *a, hz_value *out, void **scratch, hz_error *err)
{
	const hzi_field_row *row = hzi_field_row_of(hzi_field_item_kind(field->kind));
	if (a->count > INT32_MAX / sizeof(hz_value)) {
		return hzi_fail(err, HZ_ERR_LIMIT, "an array of %zu items", a->count);
	}
	hz_value *items = malloc((a->count + 1) * sizeof(*items));
	if (items == NULL) {
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for an array");
	}
	for (size_t i = 0; i < a->count; i++) {
		items[i] = load_one(field, row, (const char *)a->items + i * row->member);
	}
	*scratch = items;
	*out = hz_values(items, a->count);
	return HZ_OK;
}

hz_err
hzi_member_load(const hz_field *field, const void *member, hz_value *out, void **scratch,
		hz_error *err)
{
	const hzi_field_row *row = hzi_field_row_of(field->kind);
	array a;
	if (row->form < HZI_FORM_BITS) {
		*out = load_one(field, row, member);
		return HZ_OK;
	}
	memcpy(&a, member, sizeof(a));
	*out = hz_null();
	if (a.items == NULL) {
		return a.count == 0
				? HZ_OK
				: hzi_fail(err, HZ_ERR_ARGUMENT,
						  "field %.100s: NULL where %zu items should be",
						  field->name, a.count);
	}
	if (row->form == HZI_FORM_MANY && row->value != HZ_KIND_STR) {
		return load_many(field, &a, out, scratch, err);
	}
	*out = hz_bytes(a.items, a.count);
	out->kind_ = row->form == HZI_FORM_MANY ? HZ_KIND_STRS : row->value;
	return HZ_OK;
}

// ---- Storing ----

static hz_err
out_of_memory(hz_error *err)
{
	return hzi_fail(err, HZ_ERR_MEMORY, "no memory for a record");
}

static hz_err
store_text(const hz_field *field, const hz_value *v, void *to, hz_error *err)
{
	if (v->len_ != 0 && memchr(v->u_.p, 0, v->len_) != NULL) {
		return hzi_fail(err, HZ_ERR_RANGE, "field %.100s: the text has a zero byte in it",
				field->name);
	}
	char *copy = malloc((size_t)v->len_ + 1);
	if (copy == NULL) {
		return out_of_memory(err);
	}
	memcpy(copy, v->u_.p, v->len_);
	copy[v->len_] = '\0';
	memcpy(to, &copy, sizeof(copy));
	return HZ_OK;
}

static hz_err
store_decimal(const hz_value *v, void *to, hz_error *err)
{
	hz_decimal decimal;
	hz_err code = hz_value_get_decimal(v, &decimal);
	uint8_t *copy = code == HZ_OK ? malloc(decimal.size) : NULL;
	if (copy == NULL) {
		return code == HZ_OK ? out_of_memory(err) : code;
	}
	memcpy(copy, decimal.unscaled, decimal.size);
	decimal.unscaled = copy;
	memcpy(to, &decimal, sizeof(decimal));
	return HZ_OK;
}

static hz_err
store_record(const hz_field *field, const hz_value *v, void *to, hz_error *err)
{
	const hz_generic_record *record = NULL;
	hz_err code = hz_value_get_generic_record(v, &record);
	void *object = code == HZ_OK ? calloc(1, field->record->struct_size + 1) : NULL;
	if (object == NULL) {
		return code == HZ_OK ? out_of_memory(err) : code;
	}
	code = hz_record_from(record, field->record, object, err);
	if (code != HZ_OK) {
		free(object);
		return code;
	}
	memcpy(to, &object, sizeof(object));
	return HZ_OK;
}

// To a zeroed place, which is null if it can be.
static hz_err
store_one(const hz_field *field, const hzi_field_row *row, const hz_value *v, char *to,
		hz_error *err)
{
	if (v->kind_ == HZ_KIND_NULL) {
		return hzi_field_is_variable(row)
				? HZ_OK
				: hzi_fail(err, HZ_ERR_RANGE, "field %.100s is null", field->name);
	}
	if (row->value == HZ_KIND_STR) {
		return store_text(field, v, to, err);
	}
	if (row->value == HZ_KIND_DECIMAL) {
		return store_decimal(v, to, err);
	}
	if (row->value == HZ_KIND_RECORD) {
		return store_record(field, v, to, err);
	}
	if (row->is_nullable) {
		*(bool *)to = true;
		to += plains[row->value].at;
	}
	return takers[row->value](v, to);
}

static hz_err
store_array(const hz_field *field, const hz_value *v, void *member, hz_error *err)
{
	const hzi_field_row *row = hzi_field_row_of(hzi_field_item_kind(field->kind));
	array a = {.count = hz_value_count(v)};
	a.items = calloc(a.count + 1, row->member);
	if (a.items == NULL) {
		return out_of_memory(err);
	}
	// The member knows its items first: whatever fails below, they are freed with it.
	memcpy(member, &a, sizeof(a));
	hz_value item;
	size_t pos = 0;
	hz_err code = HZ_OK;
	for (size_t i = 0; code == HZ_OK && hz_value_next(v, &pos, &item); i++) {
		code = store_one(field, row, &item, (char *)a.items + i * row->member, err);
	}
	return code;
}

hz_err
hzi_member_store(const hz_field *field, const hz_value *v, void *member, hz_error *err)
{
	const hzi_field_row *row = hzi_field_row_of(field->kind);
	if (v->kind_ == HZ_KIND_NULL || row->form < HZI_FORM_BITS) {
		return store_one(field, row, v, member, err);
	}
	return store_array(field, v, member, err);
}

// ---- Clearing ----

static void
clear_one(const hz_field *field, const hzi_field_row *row, void *at)
{
	void *p;
	hz_decimal decimal;
	if (row->value == HZ_KIND_DECIMAL) {
		memcpy(&decimal, at, sizeof(decimal));
		free((void *)decimal.unscaled);
	} else if (row->value == HZ_KIND_STR || row->value == HZ_KIND_RECORD) {
		memcpy(&p, at, sizeof(p));
		if (row->value == HZ_KIND_RECORD) {
			hz_record_clear(field->record, p);
		}
		free(p);
	}
}

void
hzi_member_clear(const hz_field *field, void *member)
{
	const hzi_field_row *row = hzi_field_row_of(field->kind);
	array a;
	if (row->form < HZI_FORM_BITS) {
		clear_one(field, row, member);
		return;
	}
	memcpy(&a, member, sizeof(a));
	row = hzi_field_row_of(hzi_field_item_kind(field->kind));
	for (size_t i = 0; i < a.count; i++) {
		clear_one(field, row, (char *)a.items + i * row->member);
	}
	free(a.items);
}
