// SPDX-License-Identifier: Apache-2.0
#include "tests/support/history_check.h"

#include <stdarg.h>
#include <stdio.h>

bool
hzt_verdict_say(hzt_verdict *verdict, const char *format, ...)
{
	va_list args;
	if (verdict->fine) {
		verdict->fine = false;
		va_start(args, format);
		vsnprintf(verdict->why, sizeof(verdict->why), format, args);
		va_end(args);
	}
	return false;
}
