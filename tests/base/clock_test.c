// SPDX-License-Identifier: Apache-2.0
#include "base/platform.h"
#include "tests/support/suite.h"

#include <limits.h>
#include <time.h>

static const int64_t NS_PER_MS = 1000000;

static void
monotonic_time_goes_forward(void)
{
	int64_t before = hzi_now_ns();
	int64_t after = hzi_now_ns();
	HZT_CHECK(before > 0 && before <= after);
}

static void
wall_time_is_that_of_the_system(void)
{
	int64_t now = (int64_t)time(NULL) * 1000;
	int64_t ms = hzi_wall_ms();
	HZT_CHECK(ms >= now - 2000 && ms <= now + 5000);
}

static void
deadlines_do_not_overflow(void)
{
	int64_t now = hzi_now_ns();
	int64_t soon = hzi_deadline_in_ms(10);
	HZT_CHECK(soon >= now + 10 * NS_PER_MS && soon <= hzi_now_ns() + 10 * NS_PER_MS);
	HZT_CHECK(hzi_deadline_in_ms(-1) == HZI_NEVER);
	HZT_CHECK(hzi_deadline_in_ms(INT64_MAX) == HZI_NEVER);
	HZT_CHECK(hzi_deadline_in_ms(HZI_NEVER / NS_PER_MS) == HZI_NEVER);
	HZT_CHECK(hzi_deadline_in_ms(INT32_MAX) < HZI_NEVER);
}

static void
poll_timeouts_round_up(void)
{
	HZT_EQ_INT(hzi_poll_timeout_ms(HZI_NEVER, 5), -1);
	HZT_EQ_INT(hzi_poll_timeout_ms(5, 5), 0);
	HZT_EQ_INT(hzi_poll_timeout_ms(4, 5), 0);
	HZT_EQ_INT(hzi_poll_timeout_ms(6, 5), 1);
	HZT_EQ_INT(hzi_poll_timeout_ms(5 + NS_PER_MS, 5), 1);
	HZT_EQ_INT(hzi_poll_timeout_ms(6 + NS_PER_MS, 5), 2);
	HZT_EQ_INT(hzi_poll_timeout_ms(HZI_NEVER - 1, 5), INT_MAX);
}

static const hzt_case cases[] = {
		{"monotonic_time_goes_forward", monotonic_time_goes_forward},
		{"wall_time_is_that_of_the_system", wall_time_is_that_of_the_system},
		{"deadlines_do_not_overflow", deadlines_do_not_overflow},
		{"poll_timeouts_round_up", poll_timeouts_round_up},
};
HZT_MAIN("clock", cases)
