// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include "base/line.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void
hzi_log_init(hzi_log *log, hzi_log_fn *fn, void *ctx, hzi_log_level level)
{
	*log = (hzi_log){.fn = fn, .ctx = ctx, .level = level};
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
		size_t end = hzi_line_cut(line, sizeof(line) - sizeof("..."));
		memcpy(line + end, "...", sizeof("..."));
	}
	hzi_line_clean(line);
	log->fn(log->ctx, level, line);
	errno = before;
}
