// SPDX-License-Identifier: Apache-2.0
//
// Attributes that every public declaration carries.
#ifndef HAZELCAST_EXPORT_H
#define HAZELCAST_EXPORT_H

#if defined(__GNUC__)
#define HZ_API __attribute__((visibility("default")))
#define HZ_MUST_USE __attribute__((warn_unused_result))
#else
#define HZ_API
#define HZ_MUST_USE
#endif

// The blocking forms of calls are one-liners over the asynchronous ones. In C they are C11 inline
// functions which the library also instantiates as symbols; C++ has the same meaning for `inline`.
#define HZ_INLINE inline

#endif
