// SPDX-License-Identifier: Apache-2.0
#include "base/fail.h"

#include "base/line.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define TEXT_SIZE sizeof(((hz_error *)0)->message)

// Takes the text, of which there may have been more. It is made before anything is cleared, so that
// its arguments may lie in *err.
static void
fill(hz_error *err, hz_err code, char *text)
{
	if (strlen(text) == TEXT_SIZE - 1) {
		(void)hzi_line_cut(text, TEXT_SIZE - 1);
	}
	hzi_line_clean(text);
	memset(err, 0, sizeof(*err));
	err->code = (int32_t)code;
	memcpy(err->message, text, strlen(text) + 1);
}

hz_err
hzi_fail(hz_error *err, hz_err code, const char *format, ...)
{
	if (err == NULL) {
		return code;
	}
	char text[TEXT_SIZE];
	va_list args;
	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	fill(err, code, text);
	return code;
}

hz_err
hzi_fail_system(hz_error *err, hz_err code, int number, const char *format, ...)
{
	if (err == NULL) {
		return code;
	}
	char text[TEXT_SIZE];
	va_list args;
	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);

	// The GNU form of strerror_r answers with its text, which need not stand in the buffer.
	char buffer[64];
	const char *reason = strerror_r(number, buffer, sizeof(buffer));
	size_t used = strlen(text);
	(void)snprintf(text + used, sizeof(text) - used, ": %s", reason);
	fill(err, code, text);
	return code;
}
