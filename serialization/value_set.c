// SPDX-License-Identifier: Apache-2.0
#include <hazelcast/value_set.h>

void
hz_value_set_null(hz_value *v)
{
	*v = hz_null();
}

void
hz_value_set_bool(hz_value *v, bool b)
{
	*v = hz_bool(b);
}

void
hz_value_set_i8(hz_value *v, int8_t n)
{
	*v = hz_i8(n);
}

void
hz_value_set_i16(hz_value *v, int16_t n)
{
	*v = hz_i16(n);
}

void
hz_value_set_char16(hz_value *v, uint16_t unit)
{
	*v = hz_char16(unit);
}

void
hz_value_set_i32(hz_value *v, int32_t n)
{
	*v = hz_i32(n);
}

void
hz_value_set_i64(hz_value *v, int64_t n)
{
	*v = hz_i64(n);
}

void
hz_value_set_f32(hz_value *v, float f)
{
	*v = hz_f32(f);
}

void
hz_value_set_f64(hz_value *v, double d)
{
	*v = hz_f64(d);
}

void
hz_value_set_str(hz_value *v, const char *s)
{
	*v = hz_str(s);
}

void
hz_value_set_strn(hz_value *v, const char *s, size_t n)
{
	*v = hz_strn(s, n);
}

void
hz_value_set_json(hz_value *v, const char *json)
{
	*v = hz_json(json);
}

void
hz_value_set_jsonn(hz_value *v, const char *json, size_t n)
{
	*v = hz_jsonn(json, n);
}

void
hz_value_set_bytes(hz_value *v, const void *bytes, size_t n)
{
	*v = hz_bytes(bytes, n);
}

void
hz_value_set_uuid(hz_value *v, const hz_uuid *uuid)
{
	*v = hz_uuid_value(*uuid);
}

void
hz_value_set_big_integer(hz_value *v, const void *bytes, size_t n)
{
	*v = hz_big_integer(bytes, n);
}

void
hz_value_set_decimal(hz_value *v, const hz_decimal *decimal)
{
	*v = hz_decimal_value(*decimal);
}

void
hz_value_set_date(hz_value *v, int64_t unix_ms)
{
	*v = hz_date(unix_ms);
}

void
hz_value_set_local_date(hz_value *v, const hz_local_date *date)
{
	*v = hz_local_date_value(*date);
}

void
hz_value_set_local_time(hz_value *v, const hz_local_time *time)
{
	*v = hz_local_time_value(*time);
}

void
hz_value_set_local_date_time(hz_value *v, const hz_local_date_time *when)
{
	*v = hz_local_date_time_value(*when);
}

void
hz_value_set_offset_date_time(hz_value *v, const hz_offset_date_time *when)
{
	*v = hz_offset_date_time_value(*when);
}

void
hz_value_set_bools(hz_value *v, const bool *items, size_t n)
{
	*v = hz_bools(items, n);
}

void
hz_value_set_i16s(hz_value *v, const int16_t *items, size_t n)
{
	*v = hz_i16s(items, n);
}

void
hz_value_set_char16s(hz_value *v, const uint16_t *items, size_t n)
{
	*v = hz_char16s(items, n);
}

void
hz_value_set_i32s(hz_value *v, const int32_t *items, size_t n)
{
	*v = hz_i32s(items, n);
}

void
hz_value_set_i64s(hz_value *v, const int64_t *items, size_t n)
{
	*v = hz_i64s(items, n);
}

void
hz_value_set_f32s(hz_value *v, const float *items, size_t n)
{
	*v = hz_f32s(items, n);
}

void
hz_value_set_f64s(hz_value *v, const double *items, size_t n)
{
	*v = hz_f64s(items, n);
}

void
hz_value_set_strs(hz_value *v, const char *const *items, size_t n)
{
	*v = hz_strs(items, n);
}

void
hz_value_set_values(hz_value *v, const hz_value *items, size_t n)
{
	*v = hz_values(items, n);
}

void
hz_value_set_data(hz_value *v, const void *data, size_t n)
{
	*v = hz_data(data, n);
}
