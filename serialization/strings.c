// SPDX-License-Identifier: Apache-2.0
//
// The shape of String[]: a count, and so many strings, each with a length of its own or null.
#include "base/fail.h"
#include "serialization/builtin.h"

hzi_extent
hzi_string_extent(const uint8_t *p, size_t n, bool be, size_t *used, bool *is_null)
{
	if (n < 4) {
		return HZI_EXTENT_BROKEN;
	}
	int32_t length = (int32_t)hzi_load32(p, be);
	*is_null = length == -1;
	if (length < -1 || (length > 0 && (size_t)length > n - 4)) {
		return HZI_EXTENT_BROKEN;
	}
	*used = 4 + (*is_null ? 0 : (size_t)length);
	return HZI_EXTENT_OK;
}

static hzi_extent
strings_extent(const hzi_builtin *row, const uint8_t *p, size_t n, bool be, size_t *used)
{
	(void)row;
	if (n < 4) {
		return HZI_EXTENT_BROKEN;
	}
	int32_t count = (int32_t)hzi_load32(p, be);
	size_t at = 4;
	if (count < -1 || (count > 0 && (size_t)count > (n - at) / 4)) {
		return HZI_EXTENT_BROKEN;
	}
	for (int32_t i = 0; i < count; i++) {
		size_t taken = 0;
		bool is_null = false;
		if (hzi_string_extent(p + at, n - at, be, &taken, &is_null) != HZI_EXTENT_OK) {
			return HZI_EXTENT_BROKEN;
		}
		at += taken;
	}
	*used = at;
	return HZI_EXTENT_OK;
}

static void
strings_view(const hzi_builtin *row, const uint8_t *p, bool be, hz_value *out)
{
	(void)row;
	if (hzi_load32(p, be) == UINT32_MAX) {
		*out = hz_null();
	}
}

// Both forms are walked by the public function; what it yields is a string or null.
static hz_err
strings_measure(const hzi_builtin *row, const hz_value *v, size_t *size, hz_error *err)
{
	(void)row;
	if (!hzi_value_is_wire(v) && v->u_.p == NULL && v->len_ != 0) {
		return hzi_fail(err, HZ_ERR_ARGUMENT, "NULL where %lu strings should be",
				(unsigned long)v->len_);
	}
	size_t total = 4;
	size_t pos = 0;
	hz_value item;
	while (hz_value_next(v, &pos, &item)) {
		hz_err code = hzi_value_is_wire(v) ? HZ_OK
						   : hzi_check_text(item.u_.p, item.len_, err);
		if (code != HZ_OK) {
			return code;
		}
		total += 4 + (size_t)item.len_;
		if (total > INT32_MAX - 64) {
			return hzi_fail(err, HZ_ERR_LIMIT,
					"a value of 2 GiB or more cannot be serialized");
		}
	}
	*size = total;
	return HZ_OK;
}

static void
strings_put(const hzi_builtin *row, const hz_value *v, uint8_t *to, bool be)
{
	(void)row;
	hzi_store32(to, (uint32_t)hz_value_count(v), be);
	to += 4;
	size_t pos = 0;
	hz_value item;
	while (hz_value_next(v, &pos, &item)) {
		bool is_null = item.kind_ == HZ_KIND_NULL;
		hzi_store32(to, is_null ? UINT32_MAX : item.len_, be);
		if (item.len_ != 0) {
			memcpy(to + 4, item.u_.p, item.len_);
		}
		to += 4 + (size_t)item.len_;
	}
}

static bool
strings_equal(const hzi_builtin *row, const hz_value *a, const hz_value *b)
{
	(void)row;
	size_t pos_a = 0;
	size_t pos_b = 0;
	hz_value x;
	hz_value y;
	if (hz_value_count(a) != hz_value_count(b)) {
		return false;
	}
	while (hz_value_next(a, &pos_a, &x) && hz_value_next(b, &pos_b, &y)) {
		if (x.kind_ != y.kind_ || x.len_ != y.len_ ||
				(x.len_ != 0 && memcmp(x.u_.p, y.u_.p, x.len_) != 0)) {
			return false;
		}
	}
	return true;
}

const hzi_shape hzi_shape_strings = {
		strings_extent,
		strings_view,
		strings_measure,
		strings_put,
		strings_equal,
};
