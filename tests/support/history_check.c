// SPDX-License-Identifier: Apache-2.0
#include "tests/support/history_check.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool
hzt_deed_leaves_copies(const hzt_deed *deed)
{
	return deed->outcome == HZT_IN_DOUBT || strcmp(deed->error, "REPEATED") == 0;
}

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
