// SPDX-License-Identifier: Apache-2.0
//
// HZ(x) picks the constructor by the type of x where that type leaves no doubt: int64_t, double,
// bool variables, strings, and hz_value itself. An int, a char, an unsigned or a float is refused
// by the compiler, because nobody can see in HZ(42) which key was meant: write hz_i32(42) or
// hz_i64(42).
//
// The kernel's headers have a macro of the same name (clock ticks); the #undef and, in C++, the
// macro that expands to itself keep the two apart in either order of inclusion.
#ifndef HAZELCAST_VALUE_HZ_H
#define HAZELCAST_VALUE_HZ_H

#include <hazelcast/value.h>

#undef HZ
#ifdef __cplusplus
#define HZ HZ
#if LONG_MAX > INT_MAX
inline hz_value
HZ(long n)
{
	return hz_i64(n);
}
#endif
inline hz_value
HZ(long long n)
{
	return hz_i64(n);
}
inline hz_value
HZ(double d)
{
	return hz_f64(d);
}
inline hz_value
HZ(bool b)
{
	return hz_bool(b);
}
inline hz_value
HZ(const char *s)
{
	return hz_str(s);
}
inline hz_value
HZ(char *s)
{
	return hz_str(s);
}
inline hz_value
HZ(hz_value v)
{
	return v;
}
hz_value HZ(int n) = delete;
template <typename T> hz_value HZ(T x) = delete;
#else
#if LONG_MAX > INT_MAX
#define HZ_LONG_ long : hz_i64,
#else
#define HZ_LONG_
#endif
#define HZ(x)                                                                                      \
	_Generic((x), HZ_LONG_ long long: hz_i64, double: hz_f64, _Bool: hz_bool, char *: hz_str,  \
		const char *: hz_str, hz_value: hz_value_same)(x)
#endif

#endif
