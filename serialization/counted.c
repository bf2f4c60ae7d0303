// SPDX-License-Identifier: Apache-2.0
//
// The shape of everything that is a count and so many equal items: text, arrays of numbers, and the
// bytes of a big number, behind which a decimal has its scale.
#include "base/fail.h"
#include "serialization/builtin.h"
#include "serialization/utf8.h"

enum { COUNT_SIZE = 4 };

static hzi_extent
counted_extent(const hzi_builtin *row, const uint8_t *p, size_t n, bool be, size_t *used)
{
	if (n < COUNT_SIZE) {
		return HZI_EXTENT_BROKEN;
	}
	int32_t count = (int32_t)hzi_load32(p, be);
	if (count == -1 && row->min_count == 0) {
		*used = COUNT_SIZE;
		return HZI_EXTENT_OK;
	}
	size_t left = n - COUNT_SIZE;
	if (count < row->min_count || left < row->tail ||
			(size_t)count > (left - row->tail) / row->item) {
		return HZI_EXTENT_BROKEN;
	}
	*used = COUNT_SIZE + (size_t)count * row->item + row->tail;
	return HZI_EXTENT_OK;
}

static void
counted_view(const hzi_builtin *row, const uint8_t *p, bool be, hz_value *out)
{
	(void)row;
	if (hzi_load32(p, be) == UINT32_MAX) {
		*out = hz_null();
	}
}

hzi_run
hzi_counted_run(const hzi_builtin *row, const hz_value *v)
{
	if (!hzi_value_is_wire(v)) {
		return (hzi_run){.p = v->u_.p, .n = v->len_};
	}
	size_t n = 0;
	const uint8_t *p = hzi_value_payload(v, &n);
	return (hzi_run){
			.p = p + COUNT_SIZE,
			.n = (n - COUNT_SIZE - row->tail) / row->item,
			.big_endian = hzi_value_is_big_endian(v),
	};
}

hzi_run
hzi_value_run(const hz_value *v)
{
	return hzi_counted_run(hzi_builtin_by_kind(v->kind_), v);
}

int32_t
hzi_decimal_scale(const hz_value *v)
{
	if (!hzi_value_is_wire(v)) {
		return (int32_t)v->ext_.scale;
	}
	size_t n = 0;
	const uint8_t *p = hzi_value_payload(v, &n);
	return (int32_t)hzi_load32(p + n - 4, hzi_value_is_big_endian(v));
}

hz_err
hzi_check_text(const char *text, size_t n, hz_error *err)
{
	size_t good = hzi_utf8_valid(text, n);
	if (good != n) {
		return hzi_fail(err, HZ_ERR_ARGUMENT, "text is not UTF-8 at byte %zu of %zu", good,
				n);
	}
	return HZ_OK;
}

static hz_err
counted_measure(const hzi_builtin *row, const hz_value *v, size_t *size, hz_error *err)
{
	hzi_run span = hzi_counted_run(row, v);
	if (span.n > (INT32_MAX - 64) / row->item) {
		return hzi_fail(err, HZ_ERR_LIMIT, "a value of 2 GiB or more cannot be serialized");
	}
	if (span.p == NULL && span.n != 0) {
		return hzi_fail(err, HZ_ERR_ARGUMENT, "NULL where %zu items should be", span.n);
	}
	if ((int64_t)span.n < row->min_count) {
		return hzi_fail(err, HZ_ERR_ARGUMENT, "a number needs at least one byte");
	}
	// What came from the cluster goes back as it was; only what is new is looked at.
	if (row->is_text && !hzi_value_is_wire(v)) {
		hz_err code = hzi_check_text((const char *)span.p, span.n, err);
		if (code != HZ_OK) {
			return code;
		}
	}
	*size = COUNT_SIZE + span.n * row->item + row->tail;
	return HZ_OK;
}

static void
counted_put(const hzi_builtin *row, const hz_value *v, uint8_t *to, bool be)
{
	hzi_run span = hzi_counted_run(row, v);
	hzi_store32(to, (uint32_t)span.n, be);
	hzi_copy_items(to + COUNT_SIZE, be, span.p, span.big_endian, span.n, row->item);
	if (row->tail != 0) {
		hzi_store32(to + COUNT_SIZE + span.n * row->item, (uint32_t)hzi_decimal_scale(v),
				be);
	}
}

// Leaves out leading bytes that only repeat the sign.
static hzi_run
shortest(hzi_run number)
{
	while (number.n > 1 && (number.p[0] == 0x00 || number.p[0] == 0xff) &&
			(number.p[0] & 0x80) == (number.p[1] & 0x80)) {
		number.p++;
		number.n--;
	}
	return number;
}

static bool
items_equal(hzi_run x, hzi_run y, size_t size)
{
	if (size == 1 || x.big_endian == y.big_endian) {
		return x.n == 0 || memcmp(x.p, y.p, x.n * size) == 0;
	}
	for (size_t i = 0; i < x.n; i++) {
		if (hzi_load_sized(x.p + i * size, size, x.big_endian) !=
				hzi_load_sized(y.p + i * size, size, y.big_endian)) {
			return false;
		}
	}
	return true;
}

// Any byte but 0 is true.
static bool
bools_equal(hzi_run x, hzi_run y)
{
	for (size_t i = 0; i < x.n; i++) {
		if ((x.p[i] != 0) != (y.p[i] != 0)) {
			return false;
		}
	}
	return true;
}

static bool
counted_equal(const hzi_builtin *row, const hz_value *a, const hz_value *b)
{
	hzi_run x = hzi_counted_run(row, a);
	hzi_run y = hzi_counted_run(row, b);
	if (row->min_count != 0) {
		x = shortest(x);
		y = shortest(y);
	}
	if (x.n != y.n) {
		return false;
	}
	if (row->tail != 0 && hzi_decimal_scale(a) != hzi_decimal_scale(b)) {
		return false;
	}
	return row->kind == HZ_KIND_BOOLS ? bools_equal(x, y) : items_equal(x, y, row->item);
}

const hzi_shape hzi_shape_counted = {
		counted_extent,
		counted_view,
		counted_measure,
		counted_put,
		counted_equal,
};
