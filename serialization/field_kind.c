// SPDX-License-Identifier: Apache-2.0
#include "serialization/field_kind.h"

#define FORM(where, what, n, type)                                                                 \
	.form = HZI_FORM_##where, .value = HZ_KIND_##what, .size = (n), .member = sizeof(type)

// A number, its array, its nullable form and the array of that.
#define NUMBER(name, at, null_at, what, n, type, many)                                             \
	[at] = {FORM(FIXED, what, n, type)}, [(at) + 1] = {FORM(ARRAY, many, n, hz_array_##name)}, \
	[null_at] = {FORM(ONE, what, n, hz_nullable_##name), .is_nullable = true},                 \
	[(null_at) + 1] = {FORM(MANY, what, 0, hz_array_nullable_##name)}

#define TEMPORAL(name, at, what)                                                                   \
	[at] = {FORM(ONE, what, 0, hz_nullable_##name), .is_nullable = true},                      \
	[(at) + 1] = {FORM(MANY, what, 0, hz_array_nullable_##name)}

#define OTHER(name, at, what, type)                                                                \
	[at] = {FORM(ONE, what, 0, type)}, [(at) + 1] = {FORM(MANY, what, 0, hz_array_##name)}

static const hzi_field_row rows[] = {
		[1] = {FORM(BIT, BOOL, 0, bool)},
		[2] = {FORM(BITS, BOOLS, 0, hz_array_bool)},
		[33] = {FORM(ONE, BOOL, 1, hz_nullable_bool), .is_nullable = true},
		[34] = {FORM(MANY, BOOL, 0, hz_array_nullable_bool)},
		NUMBER(i8, 3, 35, I8, 1, int8_t, BYTES),
		NUMBER(i16, 7, 37, I16, 2, int16_t, I16S),
		NUMBER(i32, 9, 39, I32, 4, int32_t, I32S),
		NUMBER(i64, 11, 41, I64, 8, int64_t, I64S),
		NUMBER(f32, 13, 43, F32, 4, float, F32S),
		NUMBER(f64, 15, 45, F64, 8, double, F64S),
		OTHER(string, 17, STR, char *),
		OTHER(decimal, 19, DECIMAL, hz_decimal),
		TEMPORAL(local_time, 21, LOCAL_TIME),
		TEMPORAL(local_date, 23, LOCAL_DATE),
		TEMPORAL(local_date_time, 25, LOCAL_DATE_TIME),
		TEMPORAL(offset_date_time, 27, OFFSET_DATE_TIME),
		OTHER(record, 29, RECORD, void *),
};

static const char *const names[sizeof(rows) / sizeof(rows[0])] = {"NONE",
#define NAME(name, number, type) [number] = #name,
		HZ_FIELD_KIND_MAP_(NAME)
#undef NAME
};

const hzi_field_row *
hzi_field_row_of(uint32_t kind)
{
	if (kind >= sizeof(rows) / sizeof(rows[0]) || rows[kind].form == HZI_FORM_NONE) {
		return NULL;
	}
	return &rows[kind];
}

HZ_API const char *
hz_field_kind_name(hz_field_kind kind)
{
	uint32_t at = (uint32_t)kind;
	return at < sizeof(rows) / sizeof(rows[0]) && names[at] != NULL ? names[at] : "UNKNOWN";
}

// The kinds of numbers and of their nullable forms, by the number of the one without null; the
// arrays follow each.
static uint32_t
nullable_form(uint32_t kind)
{
	static const uint8_t forms[] = {
			[1] = 33, [3] = 35, [7] = 37, [9] = 39, [11] = 41, [13] = 43, [15] = 45};
	uint32_t base = kind % 2 == 1 ? kind : kind - 1;
	return kind == 0 || base >= sizeof(forms) || forms[base] == 0 ? kind
								      : forms[base] + (kind - base);
}

bool
hzi_field_is_readable_as(uint32_t wanted, uint32_t found)
{
	return wanted == found || nullable_form(wanted) == nullable_form(found);
}
