// SPDX-License-Identifier: Apache-2.0
//
// The constructors of value.h once more, as functions that write to an hz_value by pointer, for
// hosts that dislike structs by value. What is said there of each constructor holds here: the value
// borrows what the pointers show. The old content of *v is overwritten, not cleared; v must not be
// NULL.
#ifndef HAZELCAST_VALUE_SET_H
#define HAZELCAST_VALUE_SET_H

#include <hazelcast/value.h>

#ifdef __cplusplus
extern "C" {
#endif

// As hz_null. Since 0.1.
HZ_API void hz_value_set_null(hz_value *v);
// As hz_bool. Since 0.1.
HZ_API void hz_value_set_bool(hz_value *v, bool b);
// As hz_i8. Since 0.1.
HZ_API void hz_value_set_i8(hz_value *v, int8_t n);
// As hz_i16. Since 0.1.
HZ_API void hz_value_set_i16(hz_value *v, int16_t n);
// As hz_char16. Since 0.1.
HZ_API void hz_value_set_char16(hz_value *v, uint16_t unit);
// As hz_i32. Since 0.1.
HZ_API void hz_value_set_i32(hz_value *v, int32_t n);
// As hz_i64. Since 0.1.
HZ_API void hz_value_set_i64(hz_value *v, int64_t n);
// As hz_f32. Since 0.1.
HZ_API void hz_value_set_f32(hz_value *v, float f);
// As hz_f64. Since 0.1.
HZ_API void hz_value_set_f64(hz_value *v, double d);
// As hz_str. Since 0.1.
HZ_API void hz_value_set_str(hz_value *v, const char *s);
// As hz_strn. Since 0.1.
HZ_API void hz_value_set_strn(hz_value *v, const char *s, size_t n);
// As hz_json. Since 0.1.
HZ_API void hz_value_set_json(hz_value *v, const char *json);
// As hz_jsonn. Since 0.1.
HZ_API void hz_value_set_jsonn(hz_value *v, const char *json, size_t n);
// As hz_bytes. Since 0.1.
HZ_API void hz_value_set_bytes(hz_value *v, const void *bytes, size_t n);
// As hz_uuid_value; lends uuid only during the call. Since 0.1.
HZ_API void hz_value_set_uuid(hz_value *v, const hz_uuid *uuid);
// As hz_big_integer. Since 0.1.
HZ_API void hz_value_set_big_integer(hz_value *v, const void *bytes, size_t n);
// As hz_decimal_value; lends decimal->unscaled. Since 0.1.
HZ_API void hz_value_set_decimal(hz_value *v, const hz_decimal *decimal);
// As hz_date. Since 0.1.
HZ_API void hz_value_set_date(hz_value *v, int64_t unix_ms);
// As hz_local_date_value; lends date only during the call. Since 0.1.
HZ_API void hz_value_set_local_date(hz_value *v, const hz_local_date *date);
// As hz_local_time_value; lends time only during the call. Since 0.1.
HZ_API void hz_value_set_local_time(hz_value *v, const hz_local_time *time);
// As hz_local_date_time_value; lends when only during the call. Since 0.1.
HZ_API void hz_value_set_local_date_time(hz_value *v, const hz_local_date_time *when);
// As hz_offset_date_time_value; lends when only during the call. Since 0.1.
HZ_API void hz_value_set_offset_date_time(hz_value *v, const hz_offset_date_time *when);
// As hz_bools. Since 0.1.
HZ_API void hz_value_set_bools(hz_value *v, const bool *items, size_t n);
// As hz_i16s. Since 0.1.
HZ_API void hz_value_set_i16s(hz_value *v, const int16_t *items, size_t n);
// As hz_char16s. Since 0.1.
HZ_API void hz_value_set_char16s(hz_value *v, const uint16_t *items, size_t n);
// As hz_i32s. Since 0.1.
HZ_API void hz_value_set_i32s(hz_value *v, const int32_t *items, size_t n);
// As hz_i64s. Since 0.1.
HZ_API void hz_value_set_i64s(hz_value *v, const int64_t *items, size_t n);
// As hz_f32s. Since 0.1.
HZ_API void hz_value_set_f32s(hz_value *v, const float *items, size_t n);
// As hz_f64s. Since 0.1.
HZ_API void hz_value_set_f64s(hz_value *v, const double *items, size_t n);
// As hz_strs. Since 0.1.
HZ_API void hz_value_set_strs(hz_value *v, const char *const *items, size_t n);
// As hz_values. Since 0.1.
HZ_API void hz_value_set_values(hz_value *v, const hz_value *items, size_t n);
// As hz_data. Since 0.1.
HZ_API void hz_value_set_data(hz_value *v, const void *data, size_t n);

#ifdef __cplusplus
}
#endif

#endif
