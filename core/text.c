// SPDX-License-Identifier: Apache-2.0
#include "core/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

// With so many digits both the digits and the power of ten are exact in a double, so one division
// gives the nearest one.
enum { NUMBER_DIGITS = 15 };

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

hzi_span
hzi_text_trim(const char *text, size_t size)
{
	while (size > 0 && is_space(text[0])) {
		text++;
		size--;
	}
	while (size > 0 && is_space(text[size - 1])) {
		size--;
	}
	return (hzi_span){text, size};
}

// The length of the UTF-8 sequence at text, or 0 when it is malformed, overlong, a surrogate, past
// the last code point or a control character.
static size_t
utf8_length(const unsigned char *text, size_t size)
{
	static const uint32_t least[] = {0, 0x20, 0x80, 0x800, 0x10000};
	unsigned char first = text[0];
	size_t length = first < 0x80   ? 1
			: first < 0xc2 ? 0
			: first < 0xe0 ? 2
			: first < 0xf0 ? 3
				       : 4;
	if (length == 0 || length > size || first > 0xf4) {
		return 0;
	}

	uint32_t point = length == 1 ? first : first & (0xffU >> (length + 1));
	for (size_t i = 1; i < length; i++) {
		if ((text[i] & 0xc0) != 0x80) {
			return 0;
		}
		point = point << 6 | (text[i] & 0x3fU);
	}
	bool control = point == 0x7f || (point >= 0x80 && point < 0xa0);
	bool surrogate = point >= 0xd800 && point < 0xe000;
	return point < least[length] || control || surrogate || point > 0x10ffff ? 0 : length;
}

bool
hzi_text_is_clean(const char *text, size_t size)
{
	const unsigned char *at = (const unsigned char *)text;
	while (size > 0) {
		size_t length = utf8_length(at, size);
		if (length == 0) {
			return false;
		}
		at += length;
		size -= length;
	}
	return true;
}

bool
hzi_text_int(hzi_span text, int64_t *out)
{
	bool negative = text.size > 0 && text.at[0] == '-';
	size_t i = negative || (text.size > 0 && text.at[0] == '+') ? 1 : 0;
	if (i == text.size) {
		return false;
	}

	int64_t value = 0;
	for (; i < text.size; i++) {
		int64_t digit = text.at[i] - '0';
		if (!is_digit(text.at[i]) || __builtin_mul_overflow(value, 10, &value) ||
				__builtin_sub_overflow(value, digit, &value)) {
			return false;
		}
	}
	// The value was gathered below zero, where there is room for one more.
	if (!negative && __builtin_sub_overflow(0, value, &value)) {
		return false;
	}
	*out = value;
	return true;
}

bool
hzi_text_number(hzi_span text, double *out)
{
	bool negative = text.size > 0 && text.at[0] == '-';
	int digits = 0;
	bool point = false;
	int64_t all = 0;
	double divisor = 1;
	for (size_t i = negative ? 1 : 0; i < text.size; i++) {
		if (text.at[i] == '.' && !point && digits > 0) {
			point = true;
			continue;
		}
		if (!is_digit(text.at[i]) || ++digits > NUMBER_DIGITS) {
			return false;
		}
		all = all * 10 + (text.at[i] - '0');
		divisor *= point ? 10 : 1;
	}
	if (digits == 0 || text.at[text.size - 1] == '.') {
		return false;
	}
	double value = (double)all / divisor;
	*out = negative ? -value : value;
	return true;
}

const char *
hzi_text_show_number(double number, char buf[32])
{
	bool negative = number < 0;
	double size = negative ? -number : number;
	int64_t divisor = 1;
	int64_t all = (int64_t)size;
	int places = 0;
	while ((double)all / (double)divisor != size && places < NUMBER_DIGITS) {
		places++;
		divisor *= 10;
		all = (int64_t)(size * (double)divisor + 0.5);
	}
	int used = snprintf(buf, 32, "%s%" PRId64, negative ? "-" : "", all / divisor);
	if (places > 0) {
		(void)snprintf(buf + used, 32 - (size_t)used, ".%0*" PRId64, places, all % divisor);
	}
	return buf;
}

static char
folded(char c)
{
	if (c == '_') {
		return '-';
	}
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool
hzi_text_same(hzi_span a, hzi_span b)
{
	if (a.size != b.size) {
		return false;
	}
	for (size_t i = 0; i < a.size; i++) {
		if (folded(a.at[i]) != folded(b.at[i])) {
			return false;
		}
	}
	return true;
}

const char *
hzi_text_quote(const char *text, size_t size, char buf[HZI_TEXT_QUOTE])
{
	// Two quotes, the dots and the terminator must fit as well.
	size_t room = HZI_TEXT_QUOTE - 6;
	size_t shown = size < room ? size : room;
	char *to = buf;
	*to++ = '"';
	for (size_t i = 0; i < shown; i++) {
		bool plain = text[i] >= ' ' && text[i] <= '~';
		*to++ = plain ? text[i] : '?';
	}
	memcpy(to, shown < size ? "...\"" : "\"", shown < size ? 5 : 2);
	return buf;
}
