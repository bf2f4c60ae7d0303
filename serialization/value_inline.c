// SPDX-License-Identifier: Apache-2.0
//
// The constructors that value.h defines inline, once as symbols.
#include <hazelcast/value.h>

extern inline hz_value hz_null(void);
extern inline hz_value hz_bool(bool b);
extern inline hz_value hz_i8(int8_t n);
extern inline hz_value hz_i16(int16_t n);
extern inline hz_value hz_char16(uint16_t unit);
extern inline hz_value hz_i32(int32_t n);
extern inline hz_value hz_i64(int64_t n);
extern inline hz_value hz_f32(float f);
extern inline hz_value hz_f64(double d);
extern inline hz_value hz_strn(const char *s, size_t n);
extern inline hz_value hz_str(const char *s);
extern inline hz_value hz_jsonn(const char *json, size_t n);
extern inline hz_value hz_json(const char *json);
extern inline hz_value hz_bytes(const void *bytes, size_t n);
extern inline hz_value hz_uuid_value(hz_uuid uuid);
extern inline hz_value hz_big_integer(const void *bytes, size_t n);
extern inline hz_value hz_decimal_value(hz_decimal decimal);
extern inline hz_value hz_date(int64_t unix_ms);
extern inline hz_value hz_local_date_value(hz_local_date date);
extern inline hz_value hz_local_time_value(hz_local_time time);
extern inline hz_value hz_local_date_time_value(hz_local_date_time when);
extern inline hz_value hz_offset_date_time_value(hz_offset_date_time when);
extern inline hz_value hz_bools(const bool *items, size_t n);
extern inline hz_value hz_i16s(const int16_t *items, size_t n);
extern inline hz_value hz_char16s(const uint16_t *items, size_t n);
extern inline hz_value hz_i32s(const int32_t *items, size_t n);
extern inline hz_value hz_i64s(const int64_t *items, size_t n);
extern inline hz_value hz_f32s(const float *items, size_t n);
extern inline hz_value hz_f64s(const double *items, size_t n);
extern inline hz_value hz_strs(const char *const *items, size_t n);
extern inline hz_value hz_values(const hz_value *items, size_t n);
extern inline hz_value hz_data(const void *data, size_t n);
extern inline hz_value hz_value_same(hz_value v);
