// SPDX-License-Identifier: Apache-2.0
//
// One client's log: a level and the function that gets the lines. The library prints nothing by
// itself; without a function, lines are dropped before they are formatted.
#ifndef HZI_BASE_LOG_H
#define HZI_BASE_LOG_H

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>

typedef enum hzi_log_level {
	HZI_LOG_OFF = 0,
	HZI_LOG_ERROR,
	HZI_LOG_WARN,
	HZI_LOG_INFO,
	HZI_LOG_DEBUG,
	HZI_LOG_TRACE
} hzi_log_level;

// Longest line, with its end.
enum { HZI_LOG_LINE = 512 };

// Called on whatever thread has something to say, several at once; must not block or call the
// client. The line is lent for the call: one line, no control characters, no newline.
typedef void hzi_log_fn(void *ctx, hzi_log_level level, const char *line);

typedef struct hzi_log {
	hzi_log_fn *fn;
	void *ctx;
	hzi_log_level level; // highest level that is written
} hzi_log;

// Sets up a log, which does not change afterwards; `fn` may be NULL. Before any other thread uses
// it.
void hzi_log_init(hzi_log *log, hzi_log_fn *fn, void *ctx, hzi_log_level level);

// Whether a line of this level would be written; asked before costly arguments are made.
static inline bool
hzi_log_wants(const hzi_log *log, hzi_log_level level)
{
	return log->fn != NULL && level <= log->level;
}

// Formats on the stack and calls the function; what does not fit ends in "...". Any thread; blocks
// only as long as the function does; errno is as before.
void hzi_log_write(const hzi_log *log, hzi_log_level level, const char *format, ...)
		HZI_PRINTF(3, 4);

#endif
