// SPDX-License-Identifier: Apache-2.0
//
// Readers give what is there and never convert; setters do what constructors do.
#include "tests/serialization/samples.h"
#include "tests/support/suite.h"

#include <hazelcast/value.h>
#include <string.h>

// One reader of a kind, called with room for any answer.
typedef struct reader {
	hz_kind kind;
	hz_err (*read)(const hz_value *v);
} reader;

#define READER(name, type)                                                                         \
	static hz_err read_##name(const hz_value *v)                                               \
	{                                                                                          \
		type out;                                                                          \
		return hz_value_get_##name(v, &out);                                               \
	}
READER(bool, bool)
READER(i8, int8_t)
READER(i16, int16_t)
READER(char16, uint16_t)
READER(i32, int32_t)
READER(i64, int64_t)
READER(f32, float)
READER(f64, double)
READER(uuid, hz_uuid)
READER(decimal, hz_decimal)
READER(date, int64_t)
READER(local_date, hz_local_date)
READER(local_time, hz_local_time)
READER(local_date_time, hz_local_date_time)
READER(offset_date_time, hz_offset_date_time)

#define RUN_READER(name, type)                                                                     \
	static hz_err read_##name(const hz_value *v)                                               \
	{                                                                                          \
		type out;                                                                          \
		size_t n;                                                                          \
		return hz_value_get_##name(v, &out, &n);                                           \
	}
RUN_READER(str, const char *)
RUN_READER(json, const char *)
RUN_READER(bytes, const void *)
RUN_READER(big_integer, const void *)

#define ARRAY_READER(name, type)                                                                   \
	static hz_err read_##name(const hz_value *v)                                               \
	{                                                                                          \
		type out[16];                                                                      \
		return hz_value_get_##name(v, out, 16, NULL);                                      \
	}
ARRAY_READER(bools, bool)
ARRAY_READER(i16s, int16_t)
ARRAY_READER(char16s, uint16_t)
ARRAY_READER(i32s, int32_t)
ARRAY_READER(i64s, int64_t)
ARRAY_READER(f32s, float)
ARRAY_READER(f64s, double)

static const reader readers[] = {
		{HZ_KIND_BOOL, read_bool},
		{HZ_KIND_I8, read_i8},
		{HZ_KIND_I16, read_i16},
		{HZ_KIND_CHAR16, read_char16},
		{HZ_KIND_I32, read_i32},
		{HZ_KIND_I64, read_i64},
		{HZ_KIND_F32, read_f32},
		{HZ_KIND_F64, read_f64},
		{HZ_KIND_STR, read_str},
		{HZ_KIND_BYTES, read_bytes},
		{HZ_KIND_JSON, read_json},
		{HZ_KIND_UUID, read_uuid},
		{HZ_KIND_BIG_INTEGER, read_big_integer},
		{HZ_KIND_DECIMAL, read_decimal},
		{HZ_KIND_DATE, read_date},
		{HZ_KIND_LOCAL_DATE, read_local_date},
		{HZ_KIND_LOCAL_TIME, read_local_time},
		{HZ_KIND_LOCAL_DATE_TIME, read_local_date_time},
		{HZ_KIND_OFFSET_DATE_TIME, read_offset_date_time},
		{HZ_KIND_BOOLS, read_bools},
		{HZ_KIND_I16S, read_i16s},
		{HZ_KIND_CHAR16S, read_char16s},
		{HZ_KIND_I32S, read_i32s},
		{HZ_KIND_I64S, read_i64s},
		{HZ_KIND_F32S, read_f32s},
		{HZ_KIND_F64S, read_f64s},
};

static void
each_kind_has_one_reader(void)
{
	size_t n = 0;
	const sample *samples = hzt_samples(&n);
	for (size_t i = 0; i < n; i++) {
		const hz_value *v = &samples[i].value;
		for (size_t r = 0; r < sizeof(readers) / sizeof(readers[0]); r++) {
			HZT_EQ_INT(readers[r].read(v),
					readers[r].kind == hz_value_kind(v) ? HZ_OK : HZ_ERR_TYPE);
		}
	}
	hz_value nothing = hz_null();
	for (size_t r = 0; r < sizeof(readers) / sizeof(readers[0]); r++) {
		HZT_EQ_INT(readers[r].read(&nothing), HZ_ERR_TYPE);
		HZT_EQ_INT(readers[r].read(NULL), HZ_ERR_ARGUMENT);
	}
}

static void
every_kind_has_a_sample_and_a_name(void)
{
	size_t n = 0;
	const sample *samples = hzt_samples(&n);
	// Records have tests of their own.
	bool seen[HZ_KIND_COUNT] = {[HZ_KIND_NULL] = true,
			[HZ_KIND_MAP] = true,
			[HZ_KIND_RAW] = true,
			[HZ_KIND_RECORD] = true};
	for (size_t i = 0; i < n; i++) {
		seen[hz_value_kind(&samples[i].value)] = true;
	}
	for (int kind = 0; kind < HZ_KIND_COUNT; kind++) {
		HZT_CHECK(seen[kind]);
		HZT_CHECK(strcmp(hz_kind_name((hz_kind)kind), "UNKNOWN") != 0);
	}
	HZT_EQ_STR(hz_kind_name(HZ_KIND_I64), "I64");
	HZT_EQ_STR(hz_kind_name(HZ_KIND_COUNT), "UNKNOWN");
}

static void
numbers_of_different_kinds_differ(void)
{
	const hz_value ones[] = {hz_bool(true), hz_i8(1), hz_i16(1), hz_char16(1), hz_i32(1),
			hz_i64(1), hz_f32(1), hz_f64(1), hz_date(1), hz_str("1")};
	for (size_t i = 0; i < sizeof(ones) / sizeof(ones[0]); i++) {
		for (size_t k = 0; k < sizeof(ones) / sizeof(ones[0]); k++) {
			HZT_EQ_INT(hz_value_equal(&ones[i], &ones[k]), i == k);
		}
	}
	hz_value minus = hz_f64(-0.0);
	hz_value plus = hz_f64(0.0);
	HZT_CHECK(!hz_value_equal(&minus, &plus));
}

static void
extremes_survive(void)
{
	int64_t n = 0;
	int8_t small = 0;
	hz_value v = hz_i64(INT64_MIN);
	HZT_OK(hz_value_get_i64(&v, &n));
	HZT_CHECK(n == INT64_MIN);
	v = hz_i8(INT8_MIN);
	HZT_OK(hz_value_get_i8(&v, &small));
	HZT_EQ_INT(small, INT8_MIN);
	uint8_t data[16];
	size_t size = 0;
	HZT_OK(hz_value_serialize(&v, false, data, sizeof(data), &size, NULL));
	HZT_OK(hz_value_parse(data, size, false, &v, NULL));
	HZT_OK(hz_value_get_i8(&v, &small));
	HZT_EQ_INT(small, INT8_MIN);
}

// Reads an array one by one, at once, and with too little room.
static void
arrays_are_read_in_every_way(void)
{
	static const int32_t numbers[] = {7, -8, INT32_MAX};
	hz_value v = hz_i32s(numbers, 3);
	int32_t out[3] = {0};
	size_t n = 0;
	HZT_EQ_INT(hz_value_get_i32s(&v, out, 2, &n), HZ_ERR_RANGE);
	HZT_EQ_INT(n, 3);
	HZT_EQ_INT(out[0], 0);
	HZT_OK(hz_value_get_i32s(&v, NULL, 0, &n));
	HZT_EQ_INT(hz_value_get_i32s(&v, NULL, 3, &n), HZ_ERR_ARGUMENT);
	HZT_OK(hz_value_get_i32s(&v, out, 3, &n));
	HZT_EQ_MEM(out, numbers, sizeof(numbers));
	size_t pos = 0;
	size_t seen = 0;
	hz_value item = hz_null();
	while (seen < 3 && hz_value_next(&v, &pos, &item)) {
		int32_t got = 0;
		HZT_OK(hz_value_get_i32(&item, &got));
		HZT_EQ_INT(got, numbers[seen++]);
	}
	HZT_EQ_INT(seen, 3);
	HZT_CHECK(!hz_value_next(&v, &pos, &item));
	HZT_EQ_INT(hz_value_at(&v, 3, &item), HZ_ERR_RANGE);
	hz_value text = hz_str("abc");
	HZT_EQ_INT(hz_value_at(&text, 0, &item), HZ_ERR_TYPE);
	HZT_EQ_INT(hz_value_count(&text), 0);
}

static void
wire_bools_become_c_bools(void)
{
	uint8_t data[HZT_SAMPLE_MAX];
	size_t n = hzt_unhex("00000000fffffff3000000030002ff", data, sizeof(data));
	hz_value v;
	HZT_OK(hz_value_parse(data, n, true, &v, NULL));
	bool out[3];
	HZT_EQ_INT(hz_value_get_bools(&v, out, 2, &n), HZ_ERR_RANGE);
	HZT_EQ_INT(hz_value_get_bools(&v, NULL, 1, &n), HZ_ERR_ARGUMENT);
	HZT_OK(hz_value_get_bools(&v, out, 3, &n));
	const uint8_t want[] = {0, 1, 1};
	HZT_EQ_MEM(out, want, 3);
	const bool same[] = {false, true, true};
	hz_value built = hz_bools(same, 3);
	HZT_CHECK(hz_value_equal(&v, &built));
}

static void
maps_are_read_entry_by_entry(void)
{
	uint8_t data[HZT_SAMPLE_MAX];
	size_t n = hzt_unhex("00000000ffffffdd00000002"
			     "fffffff5000000016bfffffff900000001"
			     "00000000fffffff8000000000000002a",
			data, sizeof(data));
	hz_value map;
	hz_value key = hz_null();
	hz_value value = hz_null();
	HZT_OK(hz_value_parse(data, n, true, &map, NULL));
	HZT_EQ_INT(hz_value_count(&map), 2);
	HZT_OK(hz_value_entry_at(&map, 1, &key, &value));
	HZT_CHECK(hz_value_is_null(&key));
	int64_t got = 0;
	HZT_OK(hz_value_get_i64(&value, &got));
	HZT_EQ_INT(got, 42);
	HZT_EQ_INT(hz_value_entry_at(&map, 2, &key, &value), HZ_ERR_RANGE);
	HZT_EQ_INT(hz_value_at(&map, 0, &key), HZ_ERR_TYPE);
	HZT_EQ_INT(hz_value_entry_at(&key, 0, &key, &value), HZ_ERR_TYPE);
	size_t pos = 0;
	size_t entries = 0;
	while (hz_value_next_entry(&map, &pos, &key, &value)) {
		entries++;
	}
	HZT_EQ_INT(entries, 2);
	char text[64];
	hz_value_format(&map, text, sizeof(text));
	HZT_EQ_STR(text, "{\"k\": 1, null: 42}");
}

// Null arrays inside a typed Data are Java's null.
static void
null_contents_are_null(void)
{
	const char *const nulls[] = {"00000000fffffff5ffffffff", "00000000fffffff4ffffffff",
			"00000000ffffffecffffffff", "00000000ffffffe4ffffffff", "0000000000000000"};
	for (size_t i = 0; i < sizeof(nulls) / sizeof(nulls[0]); i++) {
		uint8_t data[HZT_SAMPLE_MAX];
		size_t n = hzt_unhex(nulls[i], data, sizeof(data));
		hz_value v = hz_i32(1);
		HZT_OK(hz_value_parse(data, n, true, &v, NULL));
		HZT_CHECK(hz_value_is_null(&v));
	}
}

static void
decimals_are_equal_with_their_scale(void)
{
	static const uint8_t short_form[] = {0xff, 0x7f};
	static const uint8_t long_form[] = {0xff, 0xff, 0xff, 0x7f};
	hz_value a = hz_decimal_value((hz_decimal){.unscaled = short_form, .size = 2, .scale = 1});
	hz_value b = hz_decimal_value((hz_decimal){.unscaled = long_form, .size = 4, .scale = 1});
	hz_value c = hz_decimal_value((hz_decimal){.unscaled = long_form, .size = 4, .scale = 2});
	HZT_CHECK(hz_value_equal(&a, &b));
	HZT_CHECK(!hz_value_equal(&b, &c));
	hz_decimal out;
	HZT_OK(hz_value_get_decimal(&c, &out));
	HZT_EQ_INT(out.scale, 2);
	HZT_EQ_INT(out.size, 4);
}

#define SET_AS(call, constructed)                                                                  \
	do {                                                                                       \
		hz_value want = (constructed);                                                     \
		memset(&v, 0xff, sizeof(v));                                                       \
		call;                                                                              \
		HZT_EQ_MEM(&v, &want, sizeof(v));                                                  \
	} while (0)

static void
setters_do_what_constructors_do(void)
{
	hz_value v;
	const hz_uuid uuid = {1, 2};
	const hz_local_date date = {.year = 1, .month = 2, .day = 3};
	const hz_local_date_time when = {.date = date, .time = {.hour = 4}};
	const hz_offset_date_time far = {.date = date, .offset_seconds = 5};
	const hz_decimal decimal = {.unscaled = (const uint8_t *)"x", .size = 1, .scale = 3};
	const int16_t shorts[] = {1};
	const char *const strings[] = {"a"};
	const hz_value items[] = {hz_null()};
	SET_AS(hz_value_set_null(&v), hz_null());
	SET_AS(hz_value_set_bool(&v, true), hz_bool(true));
	SET_AS(hz_value_set_i8(&v, -1), hz_i8(-1));
	SET_AS(hz_value_set_i16(&v, -1), hz_i16(-1));
	SET_AS(hz_value_set_char16(&v, 65), hz_char16(65));
	SET_AS(hz_value_set_i32(&v, -1), hz_i32(-1));
	SET_AS(hz_value_set_i64(&v, -1), hz_i64(-1));
	SET_AS(hz_value_set_f64(&v, 1.5), hz_f64(1.5));
	SET_AS(hz_value_set_str(&v, strings[0]), hz_str(strings[0]));
	SET_AS(hz_value_set_strn(&v, strings[0], 1), hz_strn(strings[0], 1));
	SET_AS(hz_value_set_json(&v, strings[0]), hz_json(strings[0]));
	SET_AS(hz_value_set_jsonn(&v, strings[0], 1), hz_jsonn(strings[0], 1));
	SET_AS(hz_value_set_bytes(&v, strings[0], 1), hz_bytes(strings[0], 1));
	SET_AS(hz_value_set_uuid(&v, &uuid), hz_uuid_value(uuid));
	SET_AS(hz_value_set_big_integer(&v, strings[0], 1), hz_big_integer(strings[0], 1));
	SET_AS(hz_value_set_decimal(&v, &decimal), hz_decimal_value(decimal));
	SET_AS(hz_value_set_date(&v, 1), hz_date(1));
	SET_AS(hz_value_set_local_date(&v, &date), hz_local_date_value(date));
	SET_AS(hz_value_set_local_time(&v, &when.time), hz_local_time_value(when.time));
	SET_AS(hz_value_set_local_date_time(&v, &when), hz_local_date_time_value(when));
	SET_AS(hz_value_set_offset_date_time(&v, &far), hz_offset_date_time_value(far));
	SET_AS(hz_value_set_bools(&v, NULL, 0), hz_bools(NULL, 0));
	SET_AS(hz_value_set_i16s(&v, shorts, 1), hz_i16s(shorts, 1));
	SET_AS(hz_value_set_char16s(&v, NULL, 0), hz_char16s(NULL, 0));
	SET_AS(hz_value_set_i32s(&v, NULL, 0), hz_i32s(NULL, 0));
	SET_AS(hz_value_set_i64s(&v, NULL, 0), hz_i64s(NULL, 0));
	SET_AS(hz_value_set_f32s(&v, NULL, 0), hz_f32s(NULL, 0));
	SET_AS(hz_value_set_f64s(&v, NULL, 0), hz_f64s(NULL, 0));
	SET_AS(hz_value_set_strs(&v, strings, 1), hz_strs(strings, 1));
	SET_AS(hz_value_set_values(&v, items, 1), hz_values(items, 1));
	SET_AS(hz_value_set_data(&v, strings, 8), hz_data(strings, 8));
	SET_AS(v = hz_value_same(hz_i32(7)), hz_i32(7));
	hz_value_set_f32(&v, 1.5f);
	hz_value want = hz_f32(1.5f);
	HZT_CHECK(hz_value_equal(&v, &want));
}

static void
sugar_picks_the_constructor(void)
{
	int64_t n = 5;
	long long m = 6;
	double d = 0.5;
	bool b = true;
	char text[] = "t";
	hz_value v = HZ(n);
	HZT_EQ_INT(hz_value_kind(&v), HZ_KIND_I64);
	v = HZ(m);
	HZT_EQ_INT(hz_value_kind(&v), HZ_KIND_I64);
	v = HZ(d);
	HZT_EQ_INT(hz_value_kind(&v), HZ_KIND_F64);
	v = HZ(b);
	HZT_EQ_INT(hz_value_kind(&v), HZ_KIND_BOOL);
	v = HZ(text);
	HZT_EQ_INT(hz_value_kind(&v), HZ_KIND_STR);
	v = HZ("literal");
	HZT_EQ_INT(hz_value_kind(&v), HZ_KIND_STR);
	v = HZ(hz_i32(1));
	HZT_EQ_INT(hz_value_kind(&v), HZ_KIND_I32);
}

static const hzt_case cases[] = {
		{"each_kind_has_one_reader", each_kind_has_one_reader},
		{"every_kind_has_a_sample_and_a_name", every_kind_has_a_sample_and_a_name},
		{"numbers_of_different_kinds_differ", numbers_of_different_kinds_differ},
		{"extremes_survive", extremes_survive},
		{"arrays_are_read_in_every_way", arrays_are_read_in_every_way},
		{"wire_bools_become_c_bools", wire_bools_become_c_bools},
		{"maps_are_read_entry_by_entry", maps_are_read_entry_by_entry},
		{"null_contents_are_null", null_contents_are_null},
		{"decimals_are_equal_with_their_scale", decimals_are_equal_with_their_scale},
		{"setters_do_what_constructors_do", setters_do_what_constructors_do},
		{"sugar_picks_the_constructor", sugar_picks_the_constructor},
};

HZT_MAIN("type", cases)
