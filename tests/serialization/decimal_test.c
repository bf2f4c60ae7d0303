// SPDX-License-Identifier: Apache-2.0
//
// Numbers of any size from text and to text.
#include "tests/serialization/samples.h"
#include "tests/support/suite.h"

#include <hazelcast/decimal.h>
#include <hazelcast/value.h>
#include <stdlib.h>
#include <string.h>

typedef struct vector {
	const char *text;
	const char *bytes; // hexadecimal
	int32_t scale;
	const char *back; // NULL: as text
} vector;

static const vector vectors[] = {
		{"0", "00", 0, NULL},
		{"-0", "00", 0, "0"},
		{"+7", "07", 0, "7"},
		{"127", "7f", 0, NULL},
		{"128", "0080", 0, NULL},
		{"-1", "ff", 0, NULL},
		{"-128", "80", 0, NULL},
		{"-129", "ff7f", 0, NULL},
		{"-256", "ff00", 0, NULL},
		{"255", "00ff", 0, NULL},
		{"-32768", "8000", 0, NULL},
		{"1314432323232411", "04ab781fb5229b", 0, NULL},
		{"-12.50", "fb1e", 2, NULL},
		{"31231.1230", "129d7dbe", 4, NULL},
		{".5", "05", 1, "0.5"},
		{"5.", "05", 0, "5"},
		{"0.00", "00", 2, NULL},
		{"0.001", "01", 3, NULL},
		{"1e3", "01", -3, "1E+3"},
		{"1.5E-2", "0f", 3, "0.015"},
		{"2e+2", "02", -2, "2E+2"},
		{"1e-41", "01", 41, "1E-41"},
		{"1e-2147483647", "01", 2147483647, "1E-2147483647"},
		{"1e2147483648", "01", INT32_MIN, "1E+2147483648"},
		{"0001", "01", 0, "1"},
		{"18446744073709551616", "010000000000000000", 0, NULL},
		{"-18446744073709551616", "ff0000000000000000", 0, NULL},
};

static void
text_and_number_agree(void)
{
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		uint8_t want[32];
		uint8_t storage[32];
		char text[64];
		size_t needed = 0;
		size_t n = hzt_unhex(vectors[i].bytes, want, sizeof(want));
		hz_decimal out;
		hz_error err;
		HZT_OK_ERR(hz_decimal_parse(vectors[i].text, storage, sizeof(storage), &out, &err),
				&err);
		HZT_EQ_INT(out.size, n);
		HZT_EQ_MEM(out.unscaled, want, n);
		HZT_EQ_INT(out.scale, vectors[i].scale);
		HZT_OK(hz_decimal_format(&out, text, sizeof(text), &needed, NULL));
		HZT_EQ_STR(text, vectors[i].back == NULL ? vectors[i].text : vectors[i].back);
		HZT_EQ_INT(needed, strlen(text));
		if (vectors[i].back == NULL) {
			HZT_OK(hz_decimal_parse(vectors[i].text, storage, strlen(text) / 2 + 1,
					&out, NULL));
		}
	}
}

static void
what_is_no_number_is_refused(void)
{
	const char *const texts[] = {"", "-", "+", ".", "e1", "1e", "1e+", "1x", "1.2.3", " 1",
			"1 ", "--1", "0x10", "NaN", "1e1e1"};
	uint8_t storage[32];
	hz_decimal out = {.size = 99};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		hz_error err;
		HZT_EQ_INT(hz_decimal_parse(texts[i], storage, 32, &out, &err), HZ_ERR_ARGUMENT);
		HZT_EQ_INT(err.code, HZ_ERR_ARGUMENT);
	}
	HZT_EQ_INT(hz_decimal_parse("1e99999999999999999999", storage, 32, &out, NULL),
			HZ_ERR_RANGE);
	HZT_EQ_INT(hz_decimal_parse("1e-2147483648", storage, 32, &out, NULL), HZ_ERR_RANGE);
	HZT_EQ_INT(hz_decimal_parse("256", storage, 1, &out, NULL), HZ_ERR_LIMIT);
	HZT_EQ_INT(hz_decimal_parse(NULL, storage, 1, &out, NULL), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(out.size, 99);
}

static void
text_is_cut_to_its_room(void)
{
	const uint8_t bytes[] = {0xfb, 0x1e};
	hz_decimal number = {.unscaled = bytes, .size = 2, .scale = 2};
	char text[4] = "???";
	size_t needed = 0;
	HZT_OK(hz_decimal_format(&number, text, sizeof(text), &needed, NULL));
	HZT_EQ_STR(text, "-12");
	HZT_EQ_INT(needed, 6);
	HZT_OK(hz_decimal_format(&number, NULL, 0, &needed, NULL));
	HZT_EQ_INT(needed, 6);
	number.size = 0;
	HZT_EQ_INT(hz_decimal_format(&number, text, 4, &needed, NULL), HZ_ERR_ARGUMENT);
}

// Up to the limit it works, above it is an error and, in hz_value_format, hexadecimal.
static void
long_numbers_have_a_limit(void)
{
	static uint8_t bytes[HZ_DECIMAL_TEXT_MAX + 1];
	static uint8_t back[HZ_DECIMAL_TEXT_MAX];
	static char text[3 * HZ_DECIMAL_TEXT_MAX];
	memset(bytes, 0x5a, sizeof(bytes));
	hz_decimal number = {.unscaled = bytes, .size = HZ_DECIMAL_TEXT_MAX};
	hz_decimal again;
	size_t needed = 0;
	HZT_OK(hz_decimal_format(&number, text, sizeof(text), &needed, NULL));
	HZT_EQ_INT(strlen(text), needed);
	HZT_OK(hz_decimal_parse(text, back, sizeof(back), &again, NULL));
	HZT_EQ_INT(again.size, number.size);
	HZT_EQ_MEM(again.unscaled, bytes, number.size);
	number.size++;
	HZT_EQ_INT(hz_decimal_format(&number, text, sizeof(text), &needed, NULL), HZ_ERR_LIMIT);
	hz_value v = hz_decimal_value(number);
	HZT_EQ_INT(hz_value_format(&v, text, sizeof(text)), 2 + 2 * number.size);
	HZT_EQ_MEM(text, "0x5a5a", 6);
	memset(text, '9', sizeof(text) - 1);
	text[sizeof(text) - 1] = 0;
	HZT_EQ_INT(hz_decimal_parse(text, back, sizeof(back), &again, NULL), HZ_ERR_LIMIT);
}

static const hzt_case cases[] = {
		{"text_and_number_agree", text_and_number_agree},
		{"what_is_no_number_is_refused", what_is_no_number_is_refused},
		{"text_is_cut_to_its_room", text_is_cut_to_its_room},
		{"long_numbers_have_a_limit", long_numbers_have_a_limit},
};

HZT_MAIN("decimal", cases)
