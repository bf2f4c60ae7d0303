// SPDX-License-Identifier: Apache-2.0
#include "tests/support/everything.h"

#include "tests/support/suite.h"

#include <hazelcast/generic_record.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const hz_field inner_fields[] = {
		HZ_FIELD(hzt_inner, id, I32),
		HZ_FIELD(hzt_inner, name, STRING),
};
hz_record_type hzt_inner_type = HZ_RECORD_TYPE(hzt_inner, "inner", inner_fields);

#define ROW(member, kind) HZ_FIELD(hzt_everything, member, kind)
static const hz_field everything_fields[] = {
		ROW(array_bool, ARRAY_BOOL),
		ROW(array_date, ARRAY_DATE),
		ROW(array_decimal, ARRAY_DECIMAL),
		ROW(array_f32, ARRAY_F32),
		ROW(array_f64, ARRAY_F64),
		ROW(array_i16, ARRAY_I16),
		ROW(array_i32, ARRAY_I32),
		ROW(array_i64, ARRAY_I64),
		ROW(array_i8, ARRAY_I8),
		ROW(array_nullable_bool, ARRAY_NULLABLE_BOOL),
		ROW(array_nullable_f32, ARRAY_NULLABLE_F32),
		ROW(array_nullable_f64, ARRAY_NULLABLE_F64),
		ROW(array_nullable_i16, ARRAY_NULLABLE_I16),
		ROW(array_nullable_i32, ARRAY_NULLABLE_I32),
		ROW(array_nullable_i64, ARRAY_NULLABLE_I64),
		ROW(array_nullable_i8, ARRAY_NULLABLE_I8),
		HZ_FIELD_RECORD_OF(hzt_everything, array_record, ARRAY_RECORD, &hzt_inner_type),
		ROW(array_string, ARRAY_STRING),
		ROW(array_time, ARRAY_TIME),
		ROW(array_timestamp, ARRAY_TIMESTAMP),
		ROW(array_timestamp_tz, ARRAY_TIMESTAMP_TZ),
		HZ_FIELD_AS(hzt_everything, bool_, "bool", BOOL),
		ROW(date, DATE),
		ROW(decimal, DECIMAL),
		ROW(f32, F32),
		ROW(f64, F64),
		ROW(i16, I16),
		ROW(i32, I32),
		ROW(i64, I64),
		ROW(i8, I8),
		ROW(nullable_bool, NULLABLE_BOOL),
		ROW(nullable_f32, NULLABLE_F32),
		ROW(nullable_f64, NULLABLE_F64),
		ROW(nullable_i16, NULLABLE_I16),
		ROW(nullable_i32, NULLABLE_I32),
		ROW(nullable_i64, NULLABLE_I64),
		ROW(nullable_i8, NULLABLE_I8),
		HZ_FIELD_RECORD_OF(hzt_everything, record, RECORD, &hzt_inner_type),
		ROW(string, STRING),
		ROW(time, TIME),
		ROW(timestamp, TIMESTAMP),
		ROW(timestamp_tz, TIMESTAMP_TZ),
};
hz_record_type hzt_everything_type =
		HZ_RECORD_TYPE(hzt_everything, "everything", everything_fields);

// ---- Samples ----

#define DAY                                                                                        \
	{                                                                                          \
		.year = 2024, .month = 2, .day = 29                                                \
	}
#define CLOCK                                                                                      \
	{                                                                                          \
		.hour = 23, .minute = 59, .second = 58, .nano = 123456000                          \
	}
#define INDIA (5 * 3600 + 1800)

static const bool bools[] = {true, false, true, true, false, false, true, false, true};
static const hz_nullable_local_date dates[] = {{true, DAY}, {false, {0}}, {true, DAY}};
// -1234567890123456789.0123, and 12 * 10^5
static const uint8_t digits[] = {0xfd, 0x62, 0xbd, 0x49, 0xb1, 0x89, 0x8e, 0xbd, 0xbb, 0x35};
static const uint8_t twelve[] = {12};
static const hz_decimal decimals[] = {
		{digits, sizeof(digits), 4, 0}, {NULL, 0, 0, 0}, {twelve, 1, -5, 0}};
static const float f32s[] = {-1.5F, 0, 2.25F};
static const double f64s[] = {-1.5, 0, 1e300};
static const int16_t i16s[] = {INT16_MIN, 0, INT16_MAX};
static const int32_t i32s[] = {INT32_MIN, 0, INT32_MAX};
static const int64_t i64s[] = {INT64_MIN, 0, INT64_MAX};
static const int8_t i8s[] = {INT8_MIN, 0, INT8_MAX};
static const hz_nullable_bool nullable_bools[] = {{true, true}, {false, false}, {true, false}};
static const hz_nullable_f32 nullable_f32s[] = {{true, -1.5F}, {false, 0}, {true, 0}};
static const hz_nullable_f64 nullable_f64s[] = {{true, -1.5}, {false, 0}, {true, 1e300}};
static const hz_nullable_i16 nullable_i16s[] = {{true, -2}, {false, 0}, {true, 3}};
static const hz_nullable_i32 nullable_i32s[] = {{true, -2}, {false, 0}, {true, 3}};
static const hz_nullable_i64 nullable_i64s[] = {{true, -2}, {false, 0}, {true, 3}};
static const hz_nullable_i8 nullable_i8s[] = {{true, -2}, {false, 0}, {true, 3}};
static hzt_inner ada = {36, "Ada"};
static hzt_inner nobody = {0, NULL};
static void *const records[] = {&ada, NULL, &nobody};
static char *const strings[] = {"a", NULL, "\xe4\xb8\x96\xe7\x95\x8c", ""};
static const hz_nullable_local_time times[] = {{true, CLOCK}, {false, {0}}, {true, {0}}};
static const hz_nullable_local_date_time timestamps[] = {{true, {DAY, CLOCK}}, {false, {{0}, {0}}}};
static const hz_nullable_offset_date_time zoned[] = {
		{true, {DAY, CLOCK, INDIA}}, {false, {{0}, {0}, 0}}, {true, {DAY, CLOCK, 0}}};

#define ITEMS(a)                                                                                   \
	{                                                                                          \
		(a), sizeof(a) / sizeof((a)[0])                                                    \
	}

static const hzt_everything full = {
		.array_bool = ITEMS(bools),
		.array_date = ITEMS(dates),
		.array_decimal = ITEMS(decimals),
		.array_f32 = ITEMS(f32s),
		.array_f64 = ITEMS(f64s),
		.array_i16 = ITEMS(i16s),
		.array_i32 = ITEMS(i32s),
		.array_i64 = ITEMS(i64s),
		.array_i8 = ITEMS(i8s),
		.array_nullable_bool = ITEMS(nullable_bools),
		.array_nullable_f32 = ITEMS(nullable_f32s),
		.array_nullable_f64 = ITEMS(nullable_f64s),
		.array_nullable_i16 = ITEMS(nullable_i16s),
		.array_nullable_i32 = ITEMS(nullable_i32s),
		.array_nullable_i64 = ITEMS(nullable_i64s),
		.array_nullable_i8 = ITEMS(nullable_i8s),
		.array_record = ITEMS(records),
		.array_string = ITEMS(strings),
		.array_time = ITEMS(times),
		.array_timestamp = ITEMS(timestamps),
		.array_timestamp_tz = ITEMS(zoned),
		.bool_ = true,
		.date = {true, DAY},
		.decimal = {digits, sizeof(digits), 4, 0},
		.f32 = 1.5F,
		.f64 = -2.5e-300,
		.i16 = -300,
		.i32 = -70000,
		.i64 = -5000000000,
		.i8 = -7,
		.nullable_bool = {true, true},
		.nullable_f32 = {true, -1.5F},
		.nullable_f64 = {true, 1e300},
		.nullable_i16 = {true, -300},
		.nullable_i32 = {true, -70000},
		.nullable_i64 = {true, -5000000000},
		.nullable_i8 = {true, -7},
		.record = &ada,
		.string = "Gr\xc3\xbc\xc3\x9f"
			  "e \xf0\x9f\x9a\x80",
		.time = {true, CLOCK},
		.timestamp = {true, {DAY, CLOCK}},
		.timestamp_tz = {true, {DAY, CLOCK, INDIA}},
};

static void
make_empty(hzt_everything *out)
{
	char *p = (char *)out;
	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < hzt_everything_type.field_count; i++) {
		const hz_field *field = &everything_fields[i];
		hz_array_bool none = {bools, 0};
		// Arrays, and they all lie alike.
		if (strncmp(field->name, "array_", 6) == 0) {
			memcpy(p + field->offset, &none, sizeof(none));
		}
	}
	out->string = "";
}

// Letters that live as long as the program.
static const char *
letters(size_t n)
{
	static char text[70001];
	static char less[301];
	char *to = n < sizeof(less) ? less : text;
	memset(to, 'x', n);
	return to;
}

void
hzt_everything_sample(unsigned which, hzt_everything *out)
{
	*out = full;
	if (which == HZT_NULLS) {
		memset(out, 0, sizeof(*out));
	} else if (which == HZT_EMPTY) {
		make_empty(out);
	} else if (which != HZT_FULL) {
		out->string = letters(which == HZT_MIDDLE ? 300 : 70000);
	}
}

const char *
hzt_sample_name(unsigned which)
{
	static const char *const names[] = {"full", "nulls", "empty", "middle", "large"};
	return names[which];
}

// ---- Comparison ----

static size_t
serialize(const hzt_everything *object, uint8_t **out)
{
	hz_error err = {0};
	hz_value v = hz_record(&hzt_everything_type, object);
	size_t n = 0;
	HZT_EQ_INT(hz_value_serialize(&v, true, NULL, 0, &n, &err), HZ_ERR_RANGE);
	*out = malloc(n);
	HZT_CHECK(*out != NULL);
	HZT_OK_ERR(hz_value_serialize(&v, true, *out, n, &n, &err), &err);
	return n;
}

void
hzt_everything_expect(const hzt_everything *got, const hzt_everything *want)
{
	uint8_t *a = NULL;
	uint8_t *b = NULL;
	size_t n = serialize(got, &a);
	HZT_EQ_INT(n, serialize(want, &b));
	HZT_EQ_MEM(a, b, n);
	free(a);
	free(b);
}
