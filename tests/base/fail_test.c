// SPDX-License-Identifier: Apache-2.0
#include "base/fail.h"

#include "tests/support/suite.h"

#include <errno.h>
#include <string.h>

static void
fills_all_of_the_error(void)
{
	hz_error err;
	memset(&err, 0xff, sizeof(err));
	HZT_EQ_INT(hzi_fail(&err, HZ_ERR_RANGE, "%s %d", "index", 7), HZ_ERR_RANGE);
	HZT_EQ_INT(err.code, HZ_ERR_RANGE);
	HZT_EQ_STR(err.message, "index 7");
	HZT_EQ_INT(err.server_code, 0);
	HZT_CHECK(!err.in_doubt && !err.retryable);
	HZT_EQ_STR(err.where, "");
	HZT_EQ_INT(hzi_fail(NULL, HZ_ERR_RANGE, "%s", "nobody asks"), HZ_ERR_RANGE);
	HZT_EQ_INT(hzi_fail_system(NULL, HZ_ERR_IO, EIO, "nobody asks"), HZ_ERR_IO);
}

static void
its_own_text_may_be_an_argument(void)
{
	hz_error err;
	hzi_fail(&err, HZ_ERR_IO, "the reason");
	hzi_fail(&err, HZ_ERR_OFFLINE, "failed: %s", err.message);
	HZT_EQ_STR(err.message, "failed: the reason");
}

static void
the_systems_reason_stands_behind(void)
{
	hz_error err;
	HZT_EQ_INT(hzi_fail_system(&err, HZ_ERR_RESOURCE, EMFILE, "socket %d", 3), HZ_ERR_RESOURCE);
	HZT_EQ_STR(err.message, "socket 3: Too many open files");
}

static void
the_text_is_one_line_and_cut_between_characters(void)
{
	hz_error err;
	char text[sizeof(err.message) + 16];
	hzi_fail(&err, HZ_ERR_SERVER, "%s", "first\n\tsecond\x1b");
	HZT_EQ_STR(err.message, "first  second ");
	// The last character would begin on the last byte that there is room for.
	memset(text, 'x', sizeof(text));
	memcpy(text + sizeof(err.message) - 2, "\xe2\x82\xac", 4);
	hzi_fail(&err, HZ_ERR_SERVER, "%s", text);
	HZT_EQ_INT(strlen(err.message), sizeof(err.message) - 2);
	hzi_fail_system(&err, HZ_ERR_SERVER, EIO, "%s", text);
	HZT_EQ_INT(strlen(err.message), sizeof(err.message) - 2);
}

static const hzt_case cases[] = {
		{"fills_all_of_the_error", fills_all_of_the_error},
		{"its_own_text_may_be_an_argument", its_own_text_may_be_an_argument},
		{"the_systems_reason_stands_behind", the_systems_reason_stands_behind},
		{"the_text_is_one_line_and_cut_between_characters",
				the_text_is_one_line_and_cut_between_characters},
};
HZT_MAIN("fail", cases)
