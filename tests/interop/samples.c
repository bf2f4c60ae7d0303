// SPDX-License-Identifier: Apache-2.0
#include "tests/interop/samples.h"

#include "tests/support/suite.h"

#define COUNT(items) (sizeof(items) / sizeof((items)[0]))
#define SAMPLES_MAX 64

static hzt_sample samples[SAMPLES_MAX];
static size_t count;

static void
add(const char *name, hz_value value, bool both_ways)
{
	HZT_CHECK(count < SAMPLES_MAX);
	samples[count++] = (hzt_sample){name, value, both_ways};
}

static hz_value
decimal(const char *text, uint8_t storage[32])
{
	hz_decimal number;
	HZT_OK(hz_decimal_parse(text, storage, 32, &number, NULL));
	return hz_decimal_value(number);
}

// 2 to the power of 80, plus 12345; and its negative.
static const uint8_t big[] = {1, 0, 0, 0, 0, 0, 0, 0, 0, 0x30, 0x39};
static const uint8_t big_negative[] = {
		0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xcf, 0xc7};
static const uint8_t zero[] = {0};
static const uint8_t bytes[] = {0, 1, 127, 128, 255};
static const hz_uuid uuid = {UINT64_C(0x0123456789abcdef), UINT64_C(0xfedcba9876543210)};

static void
add_single_values(void)
{
	static uint8_t storage[2][32];
	add("bool_true", hz_bool(true), true);
	add("bool_false", hz_bool(false), true);
	add("i8", hz_i8(7), true);
	add("i8_negative", hz_i8(-7), false);
	add("i16", hz_i16(-300), true);
	add("i32", hz_i32(-70000), true);
	add("i64", hz_i64(-5000000000), true);
	add("big_integer", hz_big_integer(big, sizeof(big)), true);
	add("big_integer_negative", hz_big_integer(big_negative, sizeof(big_negative)), true);
	add("big_integer_small", hz_big_integer(zero, sizeof(zero)), true);
	add("f64", hz_f64(-2.5e-300), true);
	add("f32", hz_f32(1.5F), false);
	add("char16", hz_char16(0x3a9), false);
	add("str", hz_str("Gr\u00fc\u00dfe, \u4e16\u754c \U0001f680"), true);
	add("str_empty", hz_str(""), true);
	add("json", hz_json("{\"a\": [1, 2.5, null, \"\u00e9\"]}"), true);
	add("bytes", hz_bytes(bytes, sizeof(bytes)), true);
	add("bytes_empty", hz_bytes(NULL, 0), true);
	add("uuid", hz_uuid_value(uuid), true);
	add("decimal", decimal("-1234567890123456789.0123", storage[0]), true);
	add("decimal_exponent", decimal("12e5", storage[1]), true);
}

static void
add_times(void)
{
	static const hz_local_date date = {.year = 2024, .month = 2, .day = 29};
	static const hz_local_time time = {
			.hour = 23, .minute = 59, .second = 58, .nano = 123456000};
	add("local_date", hz_local_date_value(date), true);
	add("local_time", hz_local_time_value(time), true);
	add("local_date_time", hz_local_date_time_value((hz_local_date_time){date, time}), false);
	add("offset_date_time",
			hz_offset_date_time_value(
					(hz_offset_date_time){date, time, (5 * 60 + 30) * 60}),
			true);
}

static void
add_arrays(void)
{
	static const bool bools[] = {true, false, true};
	static const int16_t i16s[] = {INT16_MIN, 0, INT16_MAX};
	static const uint16_t char16s[] = {'a', 0x3a9};
	static const int32_t i32s[] = {INT32_MIN, 0, INT32_MAX};
	static const int64_t i64s[] = {INT64_MIN, 0, INT64_MAX};
	static const float f32s[] = {-1.5F, 0, 2.25F};
	static const double f64s[] = {-1.5, 0, 1e300};
	static const char *const strs[] = {"a", NULL, "\u4e16\u754c"};
	add("bools", hz_bools(bools, COUNT(bools)), false);
	add("i16s", hz_i16s(i16s, COUNT(i16s)), false);
	add("char16s", hz_char16s(char16s, COUNT(char16s)), false);
	add("i32s", hz_i32s(i32s, COUNT(i32s)), false);
	add("i64s", hz_i64s(i64s, COUNT(i64s)), false);
	add("f32s", hz_f32s(f32s, COUNT(f32s)), false);
	add("f64s", hz_f64s(f64s, COUNT(f64s)), false);
	add("strs", hz_strs(strs, COUNT(strs)), false);
}

static void
add_lists(void)
{
	static hz_value inner[2], outer[5], i32s[3], i64s[3];
	inner[0] = hz_str("b");
	inner[1] = hz_values(NULL, 0);
	outer[0] = hz_str("a");
	outer[1] = hz_f64(2.5);
	outer[2] = hz_null();
	outer[3] = hz_bool(true);
	outer[4] = hz_values(inner, COUNT(inner));
	for (int i = 0; i < 3; i++) {
		int number = i == 1 ? -2 : i + 1;
		i32s[i] = hz_i32(number);
		i64s[i] = hz_i64(number);
	}
	add("list", hz_values(outer, COUNT(outer)), true);
	add("list_of_i32", hz_values(i32s, COUNT(i32s)), true);
	add("list_of_i64", hz_values(i64s, COUNT(i64s)), true);
}

const hzt_sample *
hzt_samples(size_t *n)
{
	if (count == 0) {
		add_single_values();
		add_times();
		add_arrays();
		add_lists();
	}
	*n = count;
	return samples;
}
