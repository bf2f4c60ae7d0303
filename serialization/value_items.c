// SPDX-License-Identifier: Apache-2.0
//
// Readers of arrays, lists and maps.
#include "serialization/builtin.h"
#include "serialization/collection.h"

#include <hazelcast/value_read.h>

// What the elements of an array of numbers are; null where a kind is none.
static const uint8_t element_kinds[HZ_KIND_COUNT] = {
		[HZ_KIND_BYTES] = HZ_KIND_I8,
		[HZ_KIND_BOOLS] = HZ_KIND_BOOL,
		[HZ_KIND_I16S] = HZ_KIND_I16,
		[HZ_KIND_CHAR16S] = HZ_KIND_CHAR16,
		[HZ_KIND_I32S] = HZ_KIND_I32,
		[HZ_KIND_I64S] = HZ_KIND_I64,
		[HZ_KIND_F32S] = HZ_KIND_F32,
		[HZ_KIND_F64S] = HZ_KIND_F64,
};

static bool
is_number_array(const hz_value *v)
{
	return v->kind_ < HZ_KIND_COUNT && element_kinds[v->kind_] != HZ_KIND_NULL;
}

size_t
hz_value_count(const hz_value *v)
{
	if (v == NULL) {
		return 0;
	}
	if (is_number_array(v)) {
		return hzi_value_run(v).n;
	}
	if (v->kind_ == HZ_KIND_LIST || v->kind_ == HZ_KIND_MAP) {
		return hzi_collection_count(v);
	}
	if (v->kind_ != HZ_KIND_STRS) {
		return 0;
	}
	size_t n = 0;
	return hzi_value_is_wire(v)
			? hzi_load32(hzi_value_payload(v, &n), hzi_value_is_big_endian(v))
			: v->len_;
}

// ---- One after the other ----

static bool
next_number(const hz_value *v, size_t *pos, hz_value *item)
{
	hzi_run span = hzi_value_run(v);
	if (*pos >= span.n) {
		return false;
	}
	const hzi_builtin *row = hzi_builtin_by_kind(element_kinds[v->kind_]);
	row->shape->view(row, span.p + *pos * row->item, span.big_endian, item);
	(*pos)++;
	return true;
}

static bool
next_borrowed_string(const hz_value *v, size_t *pos, hz_value *item)
{
	const char *const *strings = v->u_.p;
	if (strings == NULL || *pos >= v->len_) {
		return false;
	}
	*item = hz_str(strings[*pos]);
	(*pos)++;
	return true;
}

// The position is that of the string's length in the payload; 0 stands for the first one.
static bool
next_string(const hz_value *v, size_t *pos, hz_value *item)
{
	if (!hzi_value_is_wire(v)) {
		return next_borrowed_string(v, pos, item);
	}
	size_t n = 0;
	const uint8_t *p = hzi_value_payload(v, &n);
	size_t at = *pos == 0 ? 4 : *pos;
	size_t used = 0;
	bool is_null = false;
	if (at >= n ||
			hzi_string_extent(p + at, n - at, hzi_value_is_big_endian(v), &used,
					&is_null) != HZI_EXTENT_OK) {
		return false;
	}
	*item = is_null ? hz_null() : hz_strn((const char *)p + at + 4, used - 4);
	*pos = at + used;
	return true;
}

bool
hz_value_next(const hz_value *v, size_t *pos, hz_value *item)
{
	if (v == NULL || pos == NULL || item == NULL) {
		return false;
	}
	if (is_number_array(v)) {
		return next_number(v, pos, item);
	}
	if (v->kind_ == HZ_KIND_STRS) {
		return next_string(v, pos, item);
	}
	return v->kind_ == HZ_KIND_LIST && hzi_collection_step(v, pos, item);
}

bool
hz_value_next_entry(const hz_value *v, size_t *pos, hz_value *key, hz_value *value)
{
	if (v == NULL || pos == NULL || key == NULL || value == NULL || v->kind_ != HZ_KIND_MAP) {
		return false;
	}
	return hzi_collection_step(v, pos, key) && hzi_collection_step(v, pos, value);
}

// ---- By index ----

// True where the position that a walk keeps is the index itself.
static bool
is_indexed(const hz_value *v)
{
	return is_number_array(v) || !hzi_value_is_wire(v);
}

hz_err
hz_value_at(const hz_value *v, size_t i, hz_value *out)
{
	if (v == NULL || out == NULL) {
		return HZ_ERR_ARGUMENT;
	}
	if (!is_number_array(v) && v->kind_ != HZ_KIND_STRS && v->kind_ != HZ_KIND_LIST) {
		return HZ_ERR_TYPE;
	}
	if (i >= hz_value_count(v)) {
		return HZ_ERR_RANGE;
	}
	size_t pos = is_indexed(v) ? i : 0;
	hz_value item = hz_null();
	bool found = hz_value_next(v, &pos, &item);
	for (size_t k = 0; found && !is_indexed(v) && k < i; k++) {
		found = hz_value_next(v, &pos, &item);
	}
	if (!found) {
		return HZ_ERR_RANGE;
	}
	*out = item;
	return HZ_OK;
}

hz_err
hz_value_entry_at(const hz_value *v, size_t i, hz_value *key, hz_value *value)
{
	if (v == NULL || key == NULL || value == NULL) {
		return HZ_ERR_ARGUMENT;
	}
	if (v->kind_ != HZ_KIND_MAP) {
		return HZ_ERR_TYPE;
	}
	size_t pos = 0;
	hz_value found_key = hz_null();
	hz_value found_value = hz_null();
	for (size_t k = 0; k <= i; k++) {
		if (!hz_value_next_entry(v, &pos, &found_key, &found_value)) {
			return HZ_ERR_RANGE;
		}
	}
	*key = found_key;
	*value = found_value;
	return HZ_OK;
}

// ---- At once ----

static hz_err
get_items(const hz_value *v, hz_kind kind, void *out, size_t cap, size_t *n)
{
	if (v == NULL || (out == NULL && cap != 0)) {
		return HZ_ERR_ARGUMENT;
	}
	if (v->kind_ != kind) {
		return HZ_ERR_TYPE;
	}
	hzi_run span = hzi_value_run(v);
	if (n != NULL) {
		*n = span.n;
	}
	if (out == NULL) {
		return HZ_OK;
	}
	if (span.n > cap) {
		return HZ_ERR_RANGE;
	}
	hzi_copy_items(out, false, span.p, span.big_endian, span.n,
			hzi_builtin_by_kind(kind)->item);
	return HZ_OK;
}

hz_err
hz_value_get_bools(const hz_value *v, bool *out, size_t cap, size_t *n)
{
	hz_err code = get_items(v, HZ_KIND_BOOLS, NULL, 0, n);
	if (code != HZ_OK || out == NULL) {
		return code != HZ_OK || cap == 0 ? code : HZ_ERR_ARGUMENT;
	}
	hzi_run span = hzi_value_run(v);
	if (span.n > cap) {
		return HZ_ERR_RANGE;
	}
	// On the wire any byte but 0 is true; a C bool may hold no other than 0 and 1.
	for (size_t i = 0; i < span.n; i++) {
		out[i] = span.p[i] != 0;
	}
	return HZ_OK;
}

#define ITEMS_GETTER(name, kind, type)                                                             \
	hz_err hz_value_get_##name(const hz_value *v, type *out, size_t cap, size_t *n)            \
	{                                                                                          \
		return get_items(v, kind, out, cap, n);                                            \
	}
ITEMS_GETTER(i16s, HZ_KIND_I16S, int16_t)
ITEMS_GETTER(char16s, HZ_KIND_CHAR16S, uint16_t)
ITEMS_GETTER(i32s, HZ_KIND_I32S, int32_t)
ITEMS_GETTER(i64s, HZ_KIND_I64S, int64_t)
ITEMS_GETTER(f32s, HZ_KIND_F32S, float)
ITEMS_GETTER(f64s, HZ_KIND_F64S, double)
