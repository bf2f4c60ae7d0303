// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void
hzi_log_init(hzi_log *log, hzi_log_fn *fn, void *ctx, hzi_log_level level)
{
	*log = (hzi_log){.fn = fn, .ctx = ctx, .level = level};
}

// Texts of members go into lines, and must neither end a line nor steer a terminal.
static void
blank_control_characters(char *line)
{
	for (char *c = line; *c != '\0'; c++) {
		if ((unsigned char)*c < 0x20 || *c == 0x7f) {
			*c = ' ';
		}
	}
}

void
hzi_log_write(const hzi_log *log, hzi_log_level level, const char *format, ...)
{
	if (!hzi_log_wants(log, level)) {
		return;
	}
	int before = errno;
	char line[HZI_LOG_LINE];
	va_list args;
	va_start(args, format);
	int n = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (n < 0) {
		line[0] = '\0';
	} else if ((size_t)n >= sizeof(line)) {
		memcpy(line + sizeof(line) - sizeof("..."), "...", sizeof("..."));
	}
	blank_control_characters(line);
	log->fn(log->ctx, level, line);
	errno = before;
}
