// SPDX-License-Identifier: Apache-2.0
//
// Constructors of values that are many: arrays and lists of n items each. What value.h says of
// constructors holds: the items are lent until the call that the value is handed to returns, they
// are of the host's byte order, and NULL with n == 0 is an empty array. (For byte[] see hz_bytes.)
#ifndef HAZELCAST_VALUE_ARRAY_H
#define HAZELCAST_VALUE_ARRAY_H

#include <hazelcast/value.h>

#ifdef __cplusplus
extern "C" {
#endif

// A boolean[]. Since 0.1.
HZ_API HZ_INLINE hz_value
hz_bools(const bool *items, size_t n)
{
	hz_value v = hz_bytes(items, n);
	v.kind_ = HZ_KIND_BOOLS;
	return v;
}

// A short[]. Since 0.1.
HZ_API HZ_INLINE hz_value
hz_i16s(const int16_t *items, size_t n)
{
	hz_value v = hz_bytes(items, n);
	v.kind_ = HZ_KIND_I16S;
	return v;
}

// A char[], that is UTF-16 units. Since 0.1.
HZ_API HZ_INLINE hz_value
hz_char16s(const uint16_t *items, size_t n)
{
	hz_value v = hz_bytes(items, n);
	v.kind_ = HZ_KIND_CHAR16S;
	return v;
}

// An int[]. Since 0.1.
HZ_API HZ_INLINE hz_value
hz_i32s(const int32_t *items, size_t n)
{
	hz_value v = hz_bytes(items, n);
	v.kind_ = HZ_KIND_I32S;
	return v;
}

// A long[]. Since 0.1.
HZ_API HZ_INLINE hz_value
hz_i64s(const int64_t *items, size_t n)
{
	hz_value v = hz_bytes(items, n);
	v.kind_ = HZ_KIND_I64S;
	return v;
}

// A float[]. Since 0.1.
HZ_API HZ_INLINE hz_value
hz_f32s(const float *items, size_t n)
{
	hz_value v = hz_bytes(items, n);
	v.kind_ = HZ_KIND_F32S;
	return v;
}

// A double[]. Since 0.1.
HZ_API HZ_INLINE hz_value
hz_f64s(const double *items, size_t n)
{
	hz_value v = hz_bytes(items, n);
	v.kind_ = HZ_KIND_F64S;
	return v;
}

// A String[] of strings in UTF-8, each terminated by a zero byte; a NULL among them is a null
// element. Since 0.1.
HZ_API HZ_INLINE hz_value
hz_strs(const char *const *items, size_t n)
{
	hz_value v = hz_bytes(items, n);
	v.kind_ = HZ_KIND_STRS;
	return v;
}

// A java.util.ArrayList of values, which may be of different kinds, null, or lists again (up to 64
// deep). What items own stays theirs. Since 0.1.
HZ_API HZ_INLINE hz_value
hz_values(const hz_value *items, size_t n)
{
	hz_value v = hz_bytes(items, n);
	v.kind_ = HZ_KIND_LIST;
	return v;
}

#ifdef __cplusplus
}
#endif

#endif
