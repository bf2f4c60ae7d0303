// SPDX-License-Identifier: Apache-2.0
//
// Text of numbers of any size. OpenSSL's big numbers do the arithmetic.
#include "base/fail.h"
#include "serialization/sink.h"

#include <hazelcast/decimal.h>
#include <openssl/bn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Digits of the longest number that is handled: bytes * log10(256), rounded up.
enum { DIGITS_MAX = HZ_DECIMAL_TEXT_MAX * 5 / 2 };

// ---- From text ----

typedef struct scanned {
	bool negative;
	size_t digits;    // how many were kept
	int64_t scale;    // before it is known to fit
	const char *rest; // behind the number
} scanned;

// Keeps the digits of the mantissa, without leading zeros, in `digits`; counts those behind the
// point. False for no digit, two points, or too many digits (then s->digits is DIGITS_MAX + 1).
static bool
scan_mantissa(const char *p, char *digits, scanned *s)
{
	bool point = false;
	bool any = false;
	for (; (*p >= '0' && *p <= '9') || (*p == '.' && !point); p++) {
		if (*p == '.') {
			point = true;
			continue;
		}
		any = true;
		s->scale += point;
		if (s->digits == 0 && *p == '0') {
			continue;
		}
		if (s->digits == DIGITS_MAX) {
			s->digits++;
			return false;
		}
		digits[s->digits++] = *p;
	}
	s->rest = p;
	return any;
}

// Reads "e-12" and the like; an absurd exponent is cut to one that is still too large.
static bool
scan_exponent(scanned *s)
{
	const char *p = s->rest;
	if (*p != 'e' && *p != 'E') {
		return true;
	}
	p++;
	bool negative = *p == '-';
	p += *p == '-' || *p == '+';
	if (*p < '0' || *p > '9') {
		return false;
	}
	int64_t exponent = 0;
	for (; *p >= '0' && *p <= '9'; p++) {
		exponent = exponent > INT32_MAX ? exponent : exponent * 10 + (*p - '0');
	}
	s->scale += negative ? exponent : -exponent;
	s->rest = p;
	return true;
}

// The shortest two's complement form of n: a leading bit more than the magnitude needs, but for the
// negative powers of two. Negative numbers are the inverted bits of one less.
static hz_err
store_number(BIGNUM *n, bool negative, uint8_t *storage, size_t cap, hz_decimal *out, hz_error *err)
{
	if (negative && !BN_is_zero(n)) {
		if (!BN_sub_word(n, 1)) {
			return hzi_fail(err, HZ_ERR_MEMORY, "no memory for a decimal");
		}
	} else {
		negative = false;
	}
	size_t size = (size_t)BN_num_bits(n) / 8 + 1;
	if (size > cap || size > HZ_DECIMAL_TEXT_MAX) {
		return hzi_fail(err, HZ_ERR_LIMIT, "the number takes %zu bytes", size);
	}
	if (BN_bn2binpad(n, storage, (int)size) < 0) {
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for a decimal");
	}
	for (size_t i = 0; negative && i < size; i++) {
		storage[i] = (uint8_t)~storage[i];
	}
	out->unscaled = storage;
	out->size = size;
	return HZ_OK;
}

static hz_err
parse_digits(const char *digits, const scanned *s, uint8_t *storage, size_t cap, hz_decimal *out,
		hz_error *err)
{
	BIGNUM *n = NULL;
	if (BN_dec2bn(&n, s->digits == 0 ? "0" : digits) == 0) {
		BN_free(n);
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for a decimal");
	}
	hz_decimal number = {.scale = (int32_t)s->scale};
	hz_err code = store_number(n, s->negative, storage, cap, &number, err);
	BN_free(n);
	if (code == HZ_OK) {
		*out = number;
	}
	return code;
}

hz_err
hz_decimal_parse(const char *text, uint8_t *storage, size_t cap, hz_decimal *out, hz_error *err)
{
	if (text == NULL || storage == NULL || out == NULL) {
		return hzi_fail(err, HZ_ERR_ARGUMENT, "hz_decimal_parse needs text and room");
	}
	char digits[DIGITS_MAX + 1];
	scanned s = {.negative = *text == '-'};
	if (!scan_mantissa(text + (*text == '-' || *text == '+'), digits, &s)) {
		return s.digits > DIGITS_MAX
				? hzi_fail(err, HZ_ERR_LIMIT, "a decimal of more than %d digits",
						  DIGITS_MAX)
				: hzi_fail(err, HZ_ERR_ARGUMENT, "not a number: %.40s", text);
	}
	digits[s.digits] = 0;
	if (!scan_exponent(&s) || *s.rest != 0) {
		return hzi_fail(err, HZ_ERR_ARGUMENT, "not a number: %.40s", text);
	}
	if (s.scale > INT32_MAX || s.scale < INT32_MIN) {
		return hzi_fail(err, HZ_ERR_RANGE, "the exponent of %.40s is too large", text);
	}
	return parse_digits(digits, &s, storage, cap, out, err);
}

// ---- To text ----

// The digits of the magnitude, without sign. The caller frees them with OPENSSL_free.
static char *
magnitude_digits(const hz_decimal *decimal, bool negative)
{
	uint8_t bytes[HZ_DECIMAL_TEXT_MAX];
	for (size_t i = 0; i < decimal->size; i++) {
		bytes[i] = (uint8_t)(negative ? ~decimal->unscaled[i] : decimal->unscaled[i]);
	}
	char *digits = NULL;
	BIGNUM *n = BN_bin2bn(bytes, (int)decimal->size, NULL);
	if (n != NULL && (!negative || BN_add_word(n, 1))) {
		digits = BN_bn2dec(n);
	}
	BN_free(n);
	return digits;
}

// A scale of up to this many digits is written out.
enum { PLAIN_SCALE = 40 };

static void
put_number(hzi_sink *to, const char *digits, int32_t scale)
{
	size_t n = strlen(digits);
	if (scale < 0 || scale > PLAIN_SCALE) {
		char exponent[24];
		int length = snprintf(exponent, sizeof(exponent), "E%+lld", -(long long)scale);
		hzi_sink_put(to, digits, n);
		hzi_sink_put(to, exponent, (size_t)length);
		return;
	}
	size_t behind = (size_t)scale;
	if (n <= behind) {
		hzi_sink_put(to, "0.", 2);
		for (size_t i = n; i < behind; i++) {
			hzi_sink_put_char(to, '0');
		}
		hzi_sink_put(to, digits, n);
		return;
	}
	hzi_sink_put(to, digits, n - behind);
	if (behind != 0) {
		hzi_sink_put(to, ".", 1);
		hzi_sink_put(to, digits + n - behind, behind);
	}
}

hz_err
hz_decimal_format(const hz_decimal *decimal, char *buf, size_t cap, size_t *needed, hz_error *err)
{
	if (decimal == NULL || decimal->unscaled == NULL || decimal->size == 0 ||
			(buf == NULL && cap != 0)) {
		return hzi_fail(err, HZ_ERR_ARGUMENT, "hz_decimal_format needs a number and room");
	}
	if (decimal->size > HZ_DECIMAL_TEXT_MAX) {
		return hzi_fail(err, HZ_ERR_LIMIT, "a number of %zu bytes", decimal->size);
	}
	bool negative = (decimal->unscaled[0] & 0x80) != 0;
	char *digits = magnitude_digits(decimal, negative);
	if (digits == NULL) {
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for a decimal");
	}
	hzi_sink to = {.cap = cap};
	to.buf = buf;
	hzi_sink_put(&to, "-", negative ? 1 : 0);
	put_number(&to, digits, decimal->scale);
	hzi_sink_end(&to);
	if (needed != NULL) {
		*needed = to.n;
	}
	OPENSSL_free(digits);
	return HZ_OK;
}
