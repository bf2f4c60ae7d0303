// SPDX-License-Identifier: Apache-2.0
//
// The one way in which code of every folder fills an hz_error: at the place where the failure is
// first known, with one line for people.
#ifndef HZI_BASE_FAIL_H
#define HZI_BASE_FAIL_H

#include "base/attr.h"

#include <hazelcast/error.h>

// Fills err, which may be NULL, with code and the formatted text (one line, cut to what fits) and
// clears its other fields. Returns code, so that a caller can fail in one line. Lends the
// arguments, which may lie in *err itself. Any thread; does not block.
hz_err hzi_fail(hz_error *err, hz_err code, const char *format, ...) HZI_PRINTF(3, 4);

// The same, with ": " and the text of the system's error number behind it.
hz_err hzi_fail_system(hz_error *err, hz_err code, int number, const char *format, ...)
		HZI_PRINTF(4, 5);

#endif
