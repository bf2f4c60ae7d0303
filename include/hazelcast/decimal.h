// SPDX-License-Identifier: Apache-2.0
//
// Numbers of any size (BigInteger, BigDecimal) as the cluster keeps them, and their text form.
#ifndef HAZELCAST_DECIMAL_H
#define HAZELCAST_DECIMAL_H

#include <hazelcast/error.h>
#include <hazelcast/export.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// The number unscaled * 10^-scale. A plain view: it owns nothing and lends its bytes. Frozen.
typedef struct hz_decimal {
	const uint8_t *unscaled; // two's complement, most significant byte first
	size_t size;             // bytes there, at least 1
	int32_t scale; // digits after the decimal point; 0 for a whole number, may be negative
	int32_t reserved;
} hz_decimal;

// The longest unscaled number, in bytes, that the two functions below handle.
#define HZ_DECIMAL_TEXT_MAX 4096

// Reads a number such as "-12.50" (unscaled -1250, scale 2) or "1e3" (unscaled 1, scale -3): an
// optional sign, digits with at most one point among them, optionally an exponent. Writes the
// shortest two's complement form into `storage` and lets `out` view it, so out lends from storage.
// `storage` of `cap` bytes: half the length of a text without exponent, plus one, is always enough.
// HZ_ERR_ARGUMENT: not a number. HZ_ERR_LIMIT: cap or HZ_DECIMAL_TEXT_MAX is too small.
// HZ_ERR_RANGE: the scale does not fit into 32 bits. Any thread; does not block. Since 0.1.
HZ_API hz_err hz_decimal_parse(
		const char *text, uint8_t *storage, size_t cap, hz_decimal *out, hz_error *err);

// Writes the number as text, terminated, cut to `cap` bytes with the terminator: plain digits with
// a point when the scale is 0 to 40, else with an exponent. `*needed` (may be NULL) is the length
// of the whole text without terminator; buf may be NULL when cap is 0. HZ_ERR_ARGUMENT: no bytes.
// HZ_ERR_LIMIT: longer than HZ_DECIMAL_TEXT_MAX. Any thread; does not block. Since 0.1.
HZ_API hz_err hz_decimal_format(
		const hz_decimal *decimal, char *buf, size_t cap, size_t *needed, hz_error *err);

#ifdef __cplusplus
}
#endif

#endif
