// SPDX-License-Identifier: Apache-2.0
//
// Keys, values, items, messages: everything that goes to the cluster or comes from it is an
// hz_value, a small tagged view that is passed by value.
//
//	hz_map_put(map, hz_str("answer"), hz_i64(42), NULL, NULL, &err);
//
// Types are exact and nothing converts: an Integer 42 (hz_i32) and a Long 42 (hz_i64) are different
// keys in the cluster, and a value read as another kind than it has is HZ_ERR_TYPE.
//
// Ownership. Built by a constructor (this file): borrows the bytes it was given, which must stay
// until the call that it is handed to returns; nothing to free. Given by the library (an output of
// a call, hz_value_copy): owns what it shows; end it with hz_value_clear. Lent by the library (an
// element, a callback's argument): valid as long as what lends it; hz_value_copy keeps it longer.
// hz_value_clear is harmless on all three.
//
// Constructors of arrays and lists stand in value_array.h, readers in value_read.h, setters for
// hosts that dislike structs by value in value_set.h, the HZ() sugar in value_hz.h; all are
// included at the end of this file. No function on values blocks or needs a client, and all may be
// used on any thread; one value by one thread at a time, unless all only read it.
#ifndef HAZELCAST_VALUE_H
#define HAZELCAST_VALUE_H

#include <hazelcast/decimal.h>
#include <hazelcast/error.h>
#include <hazelcast/export.h>
#include <hazelcast/temporal.h>
#include <hazelcast/types.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

// X(name, number, Java type). Numbers are part of the ABI; new ones are appended.
#define HZ_KIND_MAP_(X)                                                                            \
	X(NULL, 0, "null")                                                                         \
	X(BOOL, 1, "Boolean")                                                                      \
	X(I8, 2, "Byte")                                                                           \
	X(I16, 3, "Short")                                                                         \
	X(CHAR16, 4, "Character")                                                                  \
	X(I32, 5, "Integer")                                                                       \
	X(I64, 6, "Long")                                                                          \
	X(F32, 7, "Float")                                                                         \
	X(F64, 8, "Double")                                                                        \
	X(STR, 9, "String")                                                                        \
	X(BYTES, 10, "byte[]")                                                                     \
	X(JSON, 11, "HazelcastJsonValue")                                                          \
	X(UUID, 12, "UUID")                                                                        \
	X(BIG_INTEGER, 13, "BigInteger")                                                           \
	X(DECIMAL, 14, "BigDecimal")                                                               \
	X(DATE, 15, "Date")                                                                        \
	X(LOCAL_DATE, 16, "LocalDate")                                                             \
	X(LOCAL_TIME, 17, "LocalTime")                                                             \
	X(LOCAL_DATE_TIME, 18, "LocalDateTime")                                                    \
	X(OFFSET_DATE_TIME, 19, "OffsetDateTime")                                                  \
	X(BOOLS, 20, "boolean[]")                                                                  \
	X(I16S, 21, "short[]")                                                                     \
	X(CHAR16S, 22, "char[]")                                                                   \
	X(I32S, 23, "int[]")                                                                       \
	X(I64S, 24, "long[]")                                                                      \
	X(F32S, 25, "float[]")                                                                     \
	X(F64S, 26, "double[]")                                                                    \
	X(STRS, 27, "String[]")                                                                    \
	X(LIST, 28, "Collection")                                                                  \
	X(MAP, 29, "Map")                                                                          \
	X(RAW, 30, "serialized object")                                                            \
	X(RECORD, 31, "Compact object")

// What a value is. LIST stands for every Java collection and Object[], MAP for every map and a
// single map entry, RAW for what is known by its bytes and its type id only. RECORD: see record.h.
typedef enum hz_kind {
	HZ_KIND_COUNT = 32, // no kind: how many there are
#define HZ_KIND_ENUM_(name, number, java) HZ_KIND_##name = (number),
	HZ_KIND_MAP_(HZ_KIND_ENUM_)
#undef HZ_KIND_ENUM_
} hz_kind;

// A value. Frozen; the fields are private, use the functions. Zeroed memory is a valid null value.
typedef struct hz_value {
	uint8_t kind_;
	uint8_t flags_;
	uint16_t reserved_;
	uint32_t len_;
	union {
		int64_t i;
		uint64_t bits;
		double d;
		float f;
		const void *p;
		hz_local_date date;
		hz_local_time time;
	} u_;
	union {
		uint64_t bits;
		int64_t scale;
		void *block;
		hz_local_time time;
	} ext_;
} hz_value;

#ifdef __cplusplus
static_assert(sizeof(hz_value) == 24, "hz_value is part of the ABI");
#else
_Static_assert(sizeof(hz_value) == 24, "hz_value is part of the ABI");
#endif

// Private: the text of a borrowed value ends with a zero byte; the bytes of a borrowed value are
// Data; and a length that does not fit, which serializing refuses.
#define HZ_VALUE_TERMINATED_ 0x08
#define HZ_VALUE_DATA_ 0x05
#define HZ_VALUE_LEN_(n) ((n) < UINT32_MAX ? (uint32_t)(n) : UINT32_MAX)

// ---- Constructors ----
//
// All are C11 inline and symbols of the library as well. None fails, allocates or looks at the
// bytes that it is given; what cannot be serialized is refused by the call that serializes it.
// Pointers are lent until that call returns; NULL with a length of 0 is an empty array, except
// where NULL is said to be the null value.

// The null value: "nothing", as an absent value is read. Since 0.1.
HZ_API HZ_INLINE hz_value
hz_null(void)
{
	hz_value v = {HZ_KIND_NULL, 0, 0, 0, {0}, {0}};
	return v;
}

// A Java Boolean. Since 0.1.
HZ_API HZ_INLINE hz_value
hz_bool(bool b)
{
	hz_value v = {HZ_KIND_BOOL, 0, 0, 0, {b}, {0}};
	return v;
}

// A Java Byte. Since 0.1.
HZ_API HZ_INLINE hz_value
hz_i8(int8_t n)
{
	hz_value v = {HZ_KIND_I8, 0, 0, 0, {n}, {0}};
	return v;
}

// A Java Short. Since 0.1.
HZ_API HZ_INLINE hz_value
hz_i16(int16_t n)
{
	hz_value v = {HZ_KIND_I16, 0, 0, 0, {n}, {0}};
	return v;
}

// A Java Character, that is one UTF-16 unit; any 16 bits. Since 0.1.
HZ_API HZ_INLINE hz_value
hz_char16(uint16_t unit)
{
	hz_value v = {HZ_KIND_CHAR16, 0, 0, 0, {unit}, {0}};
	return v;
}

// A Java Integer. Since 0.1.
HZ_API HZ_INLINE hz_value
hz_i32(int32_t n)
{
	hz_value v = {HZ_KIND_I32, 0, 0, 0, {n}, {0}};
	return v;
}

// A Java Long. Since 0.1.
HZ_API HZ_INLINE hz_value
hz_i64(int64_t n)
{
	hz_value v = {HZ_KIND_I64, 0, 0, 0, {n}, {0}};
	return v;
}

// A Java Float. Since 0.1.
HZ_API HZ_INLINE hz_value
hz_f32(float f)
{
	hz_value v = {HZ_KIND_F32, 0, 0, 0, {0}, {0}};
	v.u_.f = f;
	return v;
}

// A Java Double. Since 0.1.
HZ_API HZ_INLINE hz_value
hz_f64(double d)
{
	hz_value v = {HZ_KIND_F64, 0, 0, 0, {0}, {0}};
	v.u_.d = d;
	return v;
}

// A Java String of n bytes of UTF-8. Anything else is refused when it is serialized. Since 0.1.
HZ_API HZ_INLINE hz_value
hz_strn(const char *s, size_t n)
{
	hz_value v = {HZ_KIND_STR, 0, 0, HZ_VALUE_LEN_(n), {0}, {0}};
	v.u_.p = s;
	return v;
}

// The same, terminated by a zero byte; NULL is the null value. Since 0.1.
HZ_API HZ_INLINE hz_value
hz_str(const char *s)
{
	hz_value v = hz_strn(s, s == NULL ? 0 : strlen(s));
	v.kind_ = s == NULL ? HZ_KIND_NULL : HZ_KIND_STR;
	v.flags_ = s == NULL ? 0 : HZ_VALUE_TERMINATED_;
	return v;
}

// A HazelcastJsonValue of n bytes of JSON text in UTF-8. The text is not parsed. Since 0.1.
HZ_API HZ_INLINE hz_value
hz_jsonn(const char *json, size_t n)
{
	hz_value v = hz_strn(json, n);
	v.kind_ = HZ_KIND_JSON;
	return v;
}

// The same, terminated by a zero byte; NULL is the null value. Since 0.1.
HZ_API HZ_INLINE hz_value
hz_json(const char *json)
{
	hz_value v = hz_str(json);
	v.kind_ = json == NULL ? HZ_KIND_NULL : HZ_KIND_JSON;
	return v;
}

// A Java byte[]. Since 0.1.
HZ_API HZ_INLINE hz_value
hz_bytes(const void *bytes, size_t n)
{
	hz_value v = {HZ_KIND_BYTES, 0, 0, HZ_VALUE_LEN_(n), {0}, {0}};
	v.u_.p = bytes;
	return v;
}

// A UUID; it lies in the value, nothing is lent. Since 0.1.
HZ_API HZ_INLINE hz_value
hz_uuid_value(hz_uuid uuid)
{
	hz_value v = {HZ_KIND_UUID, 0, 0, 0, {0}, {0}};
	v.u_.bits = uuid.msb;
	v.ext_.bits = uuid.lsb;
	return v;
}

// A BigInteger from n >= 1 bytes in two's complement, most significant byte first. Since 0.1.
HZ_API HZ_INLINE hz_value
hz_big_integer(const void *bytes, size_t n)
{
	hz_value v = hz_bytes(bytes, n);
	v.kind_ = HZ_KIND_BIG_INTEGER;
	return v;
}

// A BigDecimal; lends decimal.unscaled, the struct itself is copied. Since 0.1.
HZ_API HZ_INLINE hz_value
hz_decimal_value(hz_decimal decimal)
{
	hz_value v = hz_bytes(decimal.unscaled, decimal.size);
	v.kind_ = HZ_KIND_DECIMAL;
	v.ext_.scale = decimal.scale;
	return v;
}

// A java.util.Date, in milliseconds since 1970 UTC. Since 0.1.
HZ_API HZ_INLINE hz_value
hz_date(int64_t unix_ms)
{
	hz_value v = {HZ_KIND_DATE, 0, 0, 0, {unix_ms}, {0}};
	return v;
}

// A LocalDate; it lies in the value, nothing is lent. Since 0.1.
HZ_API HZ_INLINE hz_value
hz_local_date_value(hz_local_date date)
{
	hz_value v = {HZ_KIND_LOCAL_DATE, 0, 0, 0, {0}, {0}};
	v.u_.date = date;
	return v;
}

// A LocalTime; it lies in the value, nothing is lent. Since 0.1.
HZ_API HZ_INLINE hz_value
hz_local_time_value(hz_local_time time)
{
	hz_value v = {HZ_KIND_LOCAL_TIME, 0, 0, 0, {0}, {0}};
	v.u_.time = time;
	return v;
}

// A LocalDateTime; it lies in the value, nothing is lent. Since 0.1.
HZ_API HZ_INLINE hz_value
hz_local_date_time_value(hz_local_date_time when)
{
	hz_value v = {HZ_KIND_LOCAL_DATE_TIME, 0, 0, 0, {0}, {0}};
	v.u_.date = when.date;
	v.ext_.time = when.time;
	return v;
}

// An OffsetDateTime; it lies in the value, nothing is lent. Since 0.1.
HZ_API HZ_INLINE hz_value
hz_offset_date_time_value(hz_offset_date_time when)
{
	hz_value v = {HZ_KIND_OFFSET_DATE_TIME, 0, 0, (uint32_t)when.offset_seconds, {0}, {0}};
	v.u_.date = when.date;
	v.ext_.time = when.time;
	return v;
}

// A value that somebody has serialized already: the n >= 8 bytes of a Data, in the byte order that
// the client is configured for. It is passed on as it is. See hz_value_parse to look into it. Since
// 0.1.
HZ_API HZ_INLINE hz_value
hz_data(const void *data, size_t n)
{
	hz_value v = hz_bytes(data, n);
	v.kind_ = HZ_KIND_RAW;
	v.flags_ = HZ_VALUE_DATA_;
	return v;
}

// Returns its argument; HZ() needs it for what is a value already. Since 0.1.
HZ_API HZ_INLINE hz_value
hz_value_same(hz_value v)
{
	return v;
}

// ---- Life ----

// Ends a value: gives back what it owns and makes it null. Harmless on NULL, on borrowed, lent and
// null values, and twice. Since 0.1.
HZ_API void hz_value_clear(hz_value *v);

// Makes a value that owns what it shows. Lends v, gives *out, which becomes null on failure; v and
// out must not be the same. What the library gave already is shared, not copied; text becomes
// terminated by a zero byte. HZ_ERR_MEMORY, or what serializing refuses. Since 0.1.
HZ_API hz_err hz_value_copy(const hz_value *v, hz_value *out, hz_error *err);

// Tells whether two values have the same kind and content. Floating point numbers are compared bit
// by bit, decimals with their scale, collections and maps item by item in their order, whatever
// their Java classes. Two RAW values are equal if all their bytes are; a collection nested more
// than 64 deep equals none. Lends both. Since 0.1.
HZ_API bool hz_value_equal(const hz_value *a, const hz_value *b);

// Writes the value for people to read, such as `[1, "a", null]`, terminated and cut to `cap` bytes
// with the terminator; returns the length of the whole text, without terminator. The text may
// change from version to version. Lends v; buf may be NULL when cap is 0. Since 0.1.
HZ_API size_t hz_value_format(const hz_value *v, char *buf, size_t cap);

#ifdef __cplusplus
}
#endif

#include <hazelcast/value_array.h>
#include <hazelcast/value_hz.h>
#include <hazelcast/value_read.h>
#include <hazelcast/value_set.h>

#endif
