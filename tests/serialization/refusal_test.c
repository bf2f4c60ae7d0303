// SPDX-License-Identifier: Apache-2.0
//
// What may not be written, and that a refusal leaves nothing behind.
#include "serialization/data.h"
#include "serialization/utf8.h"
#include "tests/serialization/samples.h"
#include "tests/support/suite.h"

#include <string.h>

static void
expect_refused(hz_value v, hz_err want)
{
	hzi_buf buf = {0};
	HZT_CHECK(hzi_buf_append(&buf, "before", 6));
	int32_t hash = 77;
	hz_error err;
	memset(&err, 0xff, sizeof(err));
	HZT_EQ_INT(hzi_data_write(&buf, &v, true, &hash, &err), want);
	HZT_EQ_INT(err.code, want);
	HZT_CHECK(err.message[0] != 0 && memchr(err.message, 0, sizeof(err.message)) != NULL);
	HZT_EQ_INT(buf.len, 6);
	HZT_EQ_INT(hash, 77);
	HZT_EQ_INT(hzi_data_write(&buf, &v, true, NULL, NULL), want);
	// The same as an item of a list, where only null is welcome.
	hz_value items[] = {hz_i32(1), v};
	hz_value list = hz_values(items, 2);
	HZT_EQ_INT(hzi_data_write(&buf, &list, true, NULL, NULL),
			hz_value_is_null(&v) ? HZ_OK : want);
	hzi_buf_clear(&buf);
}

static void
null_and_nonsense_are_refused(void)
{
	expect_refused(hz_null(), HZ_ERR_ARGUMENT);
	expect_refused(hz_bytes(NULL, 1), HZ_ERR_ARGUMENT);
	expect_refused(hz_strn(NULL, 1), HZ_ERR_ARGUMENT);
	expect_refused(hz_strs(NULL, 1), HZ_ERR_ARGUMENT);
	expect_refused(hz_values(NULL, 1), HZ_ERR_ARGUMENT);
	expect_refused(hz_big_integer("", 0), HZ_ERR_ARGUMENT);
	expect_refused(hz_decimal_value((hz_decimal){.unscaled = (const uint8_t *)""}),
			HZ_ERR_ARGUMENT);
	expect_refused(hz_data("short", 7), HZ_ERR_ARGUMENT);
	expect_refused(hz_data(NULL, 0), HZ_ERR_ARGUMENT);
	hz_value v = hz_null();
	v.kind_ = 200;
	expect_refused(v, HZ_ERR_ARGUMENT);
}

// Looked at by their length only.
static void
two_gibibytes_are_refused(void)
{
	expect_refused(hz_bytes("x", SIZE_MAX), HZ_ERR_LIMIT);
	expect_refused(hz_bytes("x", INT32_MAX), HZ_ERR_LIMIT);
	static const int64_t one[1];
	expect_refused(hz_i64s(one, INT32_MAX / 8), HZ_ERR_LIMIT);
	expect_refused(hz_strn("x", UINT32_MAX), HZ_ERR_LIMIT);
	expect_refused(hz_data("12345678", UINT32_MAX), HZ_ERR_LIMIT);
}

static hz_value
date(int32_t year, uint8_t month, uint8_t day)
{
	return hz_local_date_value((hz_local_date){.year = year, .month = month, .day = day});
}

static hz_value
time_of_day(uint8_t hour, uint8_t minute, uint8_t second, int32_t nano)
{
	return hz_local_time_value((hz_local_time){
			.hour = hour, .minute = minute, .second = second, .nano = nano});
}

static hz_value
offset(int32_t seconds)
{
	return hz_offset_date_time_value((hz_offset_date_time){
			.date = {.year = 1, .month = 1, .day = 1}, .offset_seconds = seconds});
}

static void
expect_written(hz_value v)
{
	hzi_buf buf = {0};
	hz_error err;
	HZT_OK_ERR(hzi_data_write(&buf, &v, true, NULL, &err), &err);
	hzi_buf_clear(&buf);
}

static void
days_and_times_that_do_not_exist_are_refused(void)
{
	expect_refused(date(2021, 0, 1), HZ_ERR_RANGE);
	expect_refused(date(2021, 13, 1), HZ_ERR_RANGE);
	expect_refused(date(2021, 1, 0), HZ_ERR_RANGE);
	expect_refused(date(2021, 2, 29), HZ_ERR_RANGE);
	expect_refused(date(1900, 2, 29), HZ_ERR_RANGE);
	expect_refused(date(2021, 4, 31), HZ_ERR_RANGE);
	expect_refused(date(1000000000, 1, 1), HZ_ERR_RANGE);
	expect_written(date(2000, 2, 29));
	expect_written(date(2024, 2, 29));
	expect_written(date(0, 2, 29));
	expect_written(date(-4, 2, 29));
	expect_written(date(2021, 12, 31));
	expect_refused(time_of_day(24, 0, 0, 0), HZ_ERR_RANGE);
	expect_refused(time_of_day(0, 60, 0, 0), HZ_ERR_RANGE);
	expect_refused(time_of_day(0, 0, 60, 0), HZ_ERR_RANGE);
	expect_refused(time_of_day(0, 0, 0, 1000000000), HZ_ERR_RANGE);
	expect_refused(time_of_day(0, 0, 0, -1), HZ_ERR_RANGE);
	expect_written(time_of_day(23, 59, 59, 999999999));
	expect_refused(offset(18 * 3600 + 1), HZ_ERR_RANGE);
	expect_refused(offset(-18 * 3600 - 1), HZ_ERR_RANGE);
	expect_written(offset(-18 * 3600));
}

// Where a text stops being UTF-8, by Unicode's table of well-formed sequences.
static void
only_utf8_is_text(void)
{
	static const struct {
		const char *text;
		size_t good;
	} texts[] = {
			{"", 0},
			{"\x7f\xc2\x80\xdf\xbf", 5},
			{"\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf", 12},
			{"\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", 8},
			{"plain text that is longer than a word", 37},
			{"plain text with \xc3\xa4 and on and on and on", 39},
			{"\x80", 0},
			{"a\xc0\x80", 1},
			{"a\xc1\xbf", 1},
			{"\xc3", 0},
			{"\xc3(", 0},
			{"\xe0\x9f\xbf", 0},
			{"\xe2\x82", 0},
			{"\xe2(\xa1", 0},
			{"\xe2\x82(", 0},
			{"\xed\xa0\x80", 0},
			{"12345678\xed\xbf\xbf", 8},
			{"\xf0\x8f\xbf\xbf", 0},
			{"\xf0\x9f\x98", 0},
			{"\xf4\x90\x80\x80", 0},
			{"\xf5\x80\x80\x80", 0},
			{"1234567\xff", 7},
	};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		size_t n = strlen(texts[i].text);
		HZT_EQ_INT(hzi_utf8_valid(texts[i].text, n), texts[i].good);
		if (texts[i].good != n) {
			const char *const strings[] = {"good", texts[i].text};
			expect_refused(hz_str(texts[i].text), HZ_ERR_ARGUMENT);
			expect_refused(hz_json(texts[i].text), HZ_ERR_ARGUMENT);
			expect_refused(hz_strs(strings, 2), HZ_ERR_ARGUMENT);
		}
	}
	hz_error err;
	hz_value v = hz_str("ab\xff");
	hzi_buf buf = {0};
	HZT_EQ_INT(hzi_data_write(&buf, &v, true, NULL, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_STR(err.message, "text is not UTF-8 at byte 2 of 3");
	hzi_buf_clear(&buf);
}

static hz_value
nest(hz_value *levels, size_t depth)
{
	levels[0] = hz_values(NULL, 0);
	for (size_t i = 1; i < depth; i++) {
		levels[i] = hz_values(&levels[i - 1], 1);
	}
	return levels[depth - 1];
}

static void
lists_nest_to_a_limit(void)
{
	static hz_value levels[HZI_DEPTH + 1];
	hz_value deepest = nest(levels, HZI_DEPTH);
	expect_written(deepest);
	hz_value copy;
	HZT_OK(hz_value_copy(&deepest, &copy, NULL));
	HZT_CHECK(hz_value_equal(&copy, &deepest));
	hz_value_clear(&copy);
	deepest = nest(levels, HZI_DEPTH + 1);
	HZT_CHECK(!hz_value_equal(&deepest, &deepest));
	HZT_CHECK(hz_value_format(&deepest, NULL, 0) > 2 * (size_t)HZI_DEPTH);
	hzi_buf buf = {0};
	HZT_EQ_INT(hzi_data_write(&buf, &deepest, true, NULL, NULL), HZ_ERR_LIMIT);
	hzi_buf_clear(&buf);
	// A list that holds itself ends the same way.
	hz_value self[1];
	self[0] = hz_values(self, 1);
	HZT_EQ_INT(hzi_data_write(&buf, &self[0], true, NULL, NULL), HZ_ERR_LIMIT);
	hzi_buf_clear(&buf);
}

// A Portable counts its offsets from the header that it would lose.
static void
raw_items_lose_their_header_only_if_they_can(void)
{
	static const uint8_t portable[] = {0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 1};
	static const uint8_t user_type[] = {0, 0, 0, 9, 0, 0, 0, 7, 1, 2};
	hz_value item = hz_data(portable, sizeof(portable));
	hz_value list = hz_values(&item, 1);
	hzi_buf buf = {0};
	HZT_EQ_INT(hzi_data_write(&buf, &list, true, NULL, NULL), HZ_ERR_SERIALIZATION);
	item = hz_data(user_type, sizeof(user_type));
	HZT_OK(hzi_data_write(&buf, &list, true, NULL, NULL));
	static const uint8_t want[] = {
			0, 0, 0, 0, 0xff, 0xff, 0xff, 0xe3, 0, 0, 0, 1, 0, 0, 0, 7, 1, 2};
	HZT_EQ_INT(buf.len, sizeof(want));
	HZT_EQ_MEM(buf.data, want, sizeof(want));
	// Nobody knows where the item ends, so the list comes back whole.
	hz_value back;
	HZT_OK(hzi_value_view(buf.data, buf.len, true, &back));
	HZT_EQ_INT(hz_value_kind(&back), HZ_KIND_RAW);
	HZT_EQ_INT(hz_value_type_id(&back), -29);
	hzi_buf_clear(&buf);
}

static void
refused_memory_is_an_error(void)
{
	size_t n = 0;
	const sample *samples = hzt_samples(&n);
	for (size_t i = 0; i < n; i++) {
		hzi_buf buf = {.failed = true};
		hz_error err;
		HZT_EQ_INT(hzi_data_write(&buf, &samples[i].value, true, NULL, &err),
				HZ_ERR_MEMORY);
		HZT_EQ_INT(err.code, HZ_ERR_MEMORY);
		HZT_EQ_INT(buf.len, 0);
	}
}

static void
arguments_are_checked(void)
{
	hz_value v = hz_i32(1);
	size_t n = 0;
	uint8_t data[16];
	HZT_EQ_INT(hz_value_copy(&v, &v, NULL), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_value_copy(&v, NULL, NULL), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_value_serialize(NULL, true, data, 16, &n, NULL), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_value_serialize(&v, true, NULL, 16, &n, NULL), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_value_serialize(&v, true, data, 16, NULL, NULL), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_value_parse(NULL, 8, true, &v, NULL), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_value_parse(data, 8, true, NULL, NULL), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_value_get_str(&v, NULL, &n), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_value_get_data(&v, NULL, &n), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_value_at(NULL, 0, &v), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_value_entry_at(NULL, 0, &v, &v), HZ_ERR_ARGUMENT);
	HZT_CHECK(!hz_value_next(NULL, &n, &v));
	HZT_CHECK(!hz_value_next_entry(NULL, &n, &v, &v));
	HZT_EQ_INT(hz_value_count(NULL), 0);
	HZT_EQ_INT(hz_value_type_id(NULL), 0);
	HZT_EQ_INT(hz_value_kind(NULL), HZ_KIND_NULL);
}

static const hzt_case cases[] = {
		{"null_and_nonsense_are_refused", null_and_nonsense_are_refused},
		{"two_gibibytes_are_refused", two_gibibytes_are_refused},
		{"days_and_times_that_do_not_exist_are_refused",
				days_and_times_that_do_not_exist_are_refused},
		{"only_utf8_is_text", only_utf8_is_text},
		{"lists_nest_to_a_limit", lists_nest_to_a_limit},
		{"raw_items_lose_their_header_only_if_they_can",
				raw_items_lose_their_header_only_if_they_can},
		{"refused_memory_is_an_error", refused_memory_is_an_error},
		{"arguments_are_checked", arguments_are_checked},
};

HZT_MAIN("refusal", cases)
