// SPDX-License-Identifier: Apache-2.0
#include "base/fail.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void
fill(hz_error *err, hz_err code, const char *format, va_list args)
{
	memset(err, 0, sizeof(*err));
	err->code = (int32_t)code;
	(void)vsnprintf(err->message, sizeof(err->message), format, args);
}

hz_err
hzi_fail(hz_error *err, hz_err code, const char *format, ...)
{
	if (err == NULL) {
		return code;
	}
	va_list args;
	va_start(args, format);
	fill(err, code, format, args);
	va_end(args);
	return code;
}

hz_err
hzi_fail_system(hz_error *err, hz_err code, int number, const char *format, ...)
{
	if (err == NULL) {
		return code;
	}
	va_list args;
	va_start(args, format);
	fill(err, code, format, args);
	va_end(args);

	// The GNU form of strerror_r answers with its text, which need not stand in the buffer.
	char buffer[64];
	const char *text = strerror_r(number, buffer, sizeof(buffer));
	size_t used = strlen(err->message);
	(void)snprintf(err->message + used, sizeof(err->message) - used, ": %s", text);
	return code;
}
