// SPDX-License-Identifier: Apache-2.0
//
// Reading values. A reader writes its output only on success and never converts: another kind than
// the one asked for is HZ_ERR_TYPE, and so is a null value. What a reader lends (text, bytes,
// elements) is valid until the value is cleared, or as long as what lent the value. NULL for `v` or
// for an output is HZ_ERR_ARGUMENT where an error can be returned.
//
// Values are checked whole when they arrive; arrays and text are then read where they lie.
#ifndef HAZELCAST_VALUE_READ_H
#define HAZELCAST_VALUE_READ_H

#include <hazelcast/value.h>

#ifdef __cplusplus
extern "C" {
#endif

// ---- What it is ----

// The kind of a value; HZ_KIND_NULL for NULL. Since 0.1.
HZ_API hz_kind hz_value_kind(const hz_value *v);

// True for the null value (and for NULL). Since 0.1.
HZ_API bool hz_value_is_null(const hz_value *v);

// The constant's name without its prefix, such as "I64"; "UNKNOWN" for a number that is none. Lends
// a static string. Since 0.1.
HZ_API const char *hz_kind_name(hz_kind kind);

// The number that the cluster knows the type by, such as -8 for a Long: the one a value arrived
// with, or will be written with. Of a RAW value it says what it is; 0 for null and for Data that is
// too short. Since 0.1.
HZ_API int32_t hz_value_type_id(const hz_value *v);

// ---- Single values ----

// A BOOL. Since 0.1.
HZ_API hz_err hz_value_get_bool(const hz_value *v, bool *out);
// An I8. Since 0.1.
HZ_API hz_err hz_value_get_i8(const hz_value *v, int8_t *out);
// An I16. Since 0.1.
HZ_API hz_err hz_value_get_i16(const hz_value *v, int16_t *out);
// A CHAR16, one UTF-16 unit. Since 0.1.
HZ_API hz_err hz_value_get_char16(const hz_value *v, uint16_t *out);
// An I32. Since 0.1.
HZ_API hz_err hz_value_get_i32(const hz_value *v, int32_t *out);
// An I64. Since 0.1.
HZ_API hz_err hz_value_get_i64(const hz_value *v, int64_t *out);
// An F32. Since 0.1.
HZ_API hz_err hz_value_get_f32(const hz_value *v, float *out);
// An F64. Since 0.1.
HZ_API hz_err hz_value_get_f64(const hz_value *v, double *out);

// A STR: lends its bytes and their number. Text that a call or hz_value_copy gave, or that was
// built by hz_str, is followed by a zero byte. Text lent by the library (elements, callbacks'
// arguments) is not; `n` may be NULL to insist: then text without that zero byte, or with one
// inside, is HZ_ERR_RANGE. What came from the cluster is UTF-8 as its writer made it; it is not
// checked again. Since 0.1.
HZ_API hz_err hz_value_get_str(const hz_value *v, const char **s, size_t *n);

// A JSON; as hz_value_get_str. Since 0.1.
HZ_API hz_err hz_value_get_json(const hz_value *v, const char **json, size_t *n);

// A BYTES: lends them. Since 0.1.
HZ_API hz_err hz_value_get_bytes(const hz_value *v, const void **bytes, size_t *n);

// A UUID. Since 0.1.
HZ_API hz_err hz_value_get_uuid(const hz_value *v, hz_uuid *out);

// A BIG_INTEGER: lends its two's complement, most significant byte first. Since 0.1.
HZ_API hz_err hz_value_get_big_integer(const hz_value *v, const void **bytes, size_t *n);

// A DECIMAL: out->unscaled is lent. Since 0.1.
HZ_API hz_err hz_value_get_decimal(const hz_value *v, hz_decimal *out);

// A DATE (java.util.Date), in milliseconds since 1970 UTC. Since 0.1.
HZ_API hz_err hz_value_get_date(const hz_value *v, int64_t *unix_ms);
// A LOCAL_DATE. Fields are as the writer made them. Since 0.1.
HZ_API hz_err hz_value_get_local_date(const hz_value *v, hz_local_date *out);
// A LOCAL_TIME. Since 0.1.
HZ_API hz_err hz_value_get_local_time(const hz_value *v, hz_local_time *out);
// A LOCAL_DATE_TIME. Since 0.1.
HZ_API hz_err hz_value_get_local_date_time(const hz_value *v, hz_local_date_time *out);
// An OFFSET_DATE_TIME. Since 0.1.
HZ_API hz_err hz_value_get_offset_date_time(const hz_value *v, hz_offset_date_time *out);

// ---- Arrays, lists and maps ----

// How many elements an array (BYTES too), a LIST or a MAP has (a MAP: entries); 0 for everything
// else. Since 0.1.
HZ_API size_t hz_value_count(const hz_value *v);

// The element at index i as a value of its own, lent. Any array and LIST; a constant time for
// arrays of numbers, else proportional to i: see hz_value_next. HZ_ERR_RANGE: there is none. Since
// 0.1.
HZ_API hz_err hz_value_at(const hz_value *v, size_t i, hz_value *out);

// The entry at index i of a MAP, both lent; a time proportional to i: see hz_value_next_entry.
// HZ_ERR_RANGE: there is none. Since 0.1.
HZ_API hz_err hz_value_entry_at(const hz_value *v, size_t i, hz_value *key, hz_value *value);

// Walks an array or LIST: lends the next element. `*pos` starts at 0 and is only for this function.
// False after the last one, and for what is neither.
//	size_t pos = 0;
//	while (hz_value_next(&list, &pos, &item)) { ... }
// Since 0.1.
HZ_API bool hz_value_next(const hz_value *v, size_t *pos, hz_value *item);

// Walks a MAP in the same way, entry by entry, both lent. Since 0.1.
HZ_API bool hz_value_next_entry(const hz_value *v, size_t *pos, hz_value *key, hz_value *value);

// Copies a whole array of numbers, in the host's byte order, to `out` of `cap` items, and says in
// `*n` (may be NULL) how many there are. With out NULL and cap 0 it only counts. HZ_ERR_RANGE: cap
// is too small; `*n` is written, `out` is not. Since 0.1.
HZ_API hz_err hz_value_get_bools(const hz_value *v, bool *out, size_t cap, size_t *n);
// The same for I16S. Since 0.1.
HZ_API hz_err hz_value_get_i16s(const hz_value *v, int16_t *out, size_t cap, size_t *n);
// The same for CHAR16S. Since 0.1.
HZ_API hz_err hz_value_get_char16s(const hz_value *v, uint16_t *out, size_t cap, size_t *n);
// The same for I32S. Since 0.1.
HZ_API hz_err hz_value_get_i32s(const hz_value *v, int32_t *out, size_t cap, size_t *n);
// The same for I64S. Since 0.1.
HZ_API hz_err hz_value_get_i64s(const hz_value *v, int64_t *out, size_t cap, size_t *n);
// The same for F32S. Since 0.1.
HZ_API hz_err hz_value_get_f32s(const hz_value *v, float *out, size_t cap, size_t *n);
// The same for F64S. Since 0.1.
HZ_API hz_err hz_value_get_f64s(const hz_value *v, double *out, size_t cap, size_t *n);

// ---- Serialized form ----

// The Data of a value that has one at hand: what hz_data was built with, and what was received,
// unless it is null or of a single-value kind that lies in the hz_value itself (numbers, UUID,
// dates), and unless it is an element, which has none of its own; those are HZ_ERR_TYPE
// (hz_value_serialize makes a Data of every value). Lends. Since 0.1.
HZ_API hz_err hz_value_get_data(const hz_value *v, const void **data, size_t *n);

// Serializes any value but null into `cap` bytes at buf: a Data, as it is stored in the cluster.
// Writes its size to `*n` also when cap is too small (HZ_ERR_RANGE; buf may be NULL when cap is 0).
// `big_endian` is the cluster's byte order, normally true. Other errors: HZ_ERR_ARGUMENT (null
// value, malformed UTF-8, Data too short), HZ_ERR_RANGE (a date that does not exist), HZ_ERR_LIMIT
// (2 GiB, or lists nested more than 64 deep), HZ_ERR_SERIALIZATION, HZ_ERR_MEMORY. Since 0.1.
HZ_API hz_err hz_value_serialize(const hz_value *v, bool big_endian, void *buf, size_t cap,
		size_t *n, hz_error *err);

// Looks into n bytes of Data: a value that lends them. A type that this library cannot read becomes
// a RAW value. HZ_ERR_SERIALIZATION: the bytes contradict themselves. Since 0.1.
HZ_API hz_err hz_value_parse(
		const void *data, size_t n, bool big_endian, hz_value *out, hz_error *err);

#ifdef __cplusplus
}
#endif

#endif
