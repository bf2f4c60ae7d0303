// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include "tests/support/suite.h"

#include <errno.h>
#include <string.h>

typedef struct sink {
	int lines;
	hzi_log_level level;
	char line[HZI_LOG_LINE];
} sink;

static void
remember(void *ctx, hzi_log_level level, const char *line)
{
	sink *to = ctx;
	to->lines++;
	to->level = level;
	strncpy(to->line, line, sizeof(to->line) - 1);
	errno = EIO;
}

static void
writes_up_to_its_level(void)
{
	sink to = {0};
	hzi_log log;
	hzi_log_init(&log, remember, &to, HZI_LOG_INFO);
	hzi_log_write(&log, HZI_LOG_INFO, "%s %d", "member", 7);
	HZT_EQ_INT(to.lines, 1);
	HZT_EQ_INT(to.level, HZI_LOG_INFO);
	HZT_EQ_STR(to.line, "member 7");
	hzi_log_write(&log, HZI_LOG_DEBUG, "unseen");
	HZT_EQ_INT(to.lines, 1);
	hzi_log_init(&log, remember, &to, HZI_LOG_DEBUG);
	hzi_log_write(&log, HZI_LOG_DEBUG, "seen");
	HZT_EQ_INT(to.lines, 2);
	hzi_log_init(&log, remember, &to, HZI_LOG_OFF);
	hzi_log_write(&log, HZI_LOG_ERROR, "unseen");
	HZT_EQ_INT(to.lines, 2);
}

static void
is_silent_without_a_function(void)
{
	hzi_log log;
	hzi_log_init(&log, NULL, NULL, HZI_LOG_TRACE);
	HZT_CHECK(!hzi_log_wants(&log, HZI_LOG_ERROR));
	hzi_log_write(&log, HZI_LOG_ERROR, "unseen");
}

static void
marks_a_line_that_was_cut(void)
{
	sink to = {0};
	hzi_log log;
	hzi_log_init(&log, remember, &to, HZI_LOG_INFO);
	char text[2 * HZI_LOG_LINE];
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	hzi_log_write(&log, HZI_LOG_WARN, "%s", text);
	HZT_EQ_INT(strlen(to.line), HZI_LOG_LINE - 1);
	HZT_EQ_STR(to.line + HZI_LOG_LINE - 5, "x...");
	text[HZI_LOG_LINE - 1] = '\0';
	hzi_log_write(&log, HZI_LOG_WARN, "%s", text);
	HZT_EQ_STR(to.line, text);
}

static void
stays_one_line_and_leaves_errno(void)
{
	sink to = {0};
	hzi_log log;
	hzi_log_init(&log, remember, &to, HZI_LOG_INFO);
	errno = ENOENT;
	hzi_log_write(&log, HZI_LOG_ERROR, "a\nb\r\x1b[2J\x7f\xc3\xa9");
	HZT_EQ_INT(errno, ENOENT);
	HZT_EQ_STR(to.line, "a b  [2J \xc3\xa9");
}

static const hzt_case cases[] = {
		{"writes_up_to_its_level", writes_up_to_its_level},
		{"is_silent_without_a_function", is_silent_without_a_function},
		{"marks_a_line_that_was_cut", marks_a_line_that_was_cut},
		{"stays_one_line_and_leaves_errno", stays_one_line_and_leaves_errno},
};
HZT_MAIN("log", cases)
