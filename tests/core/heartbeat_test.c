// SPDX-License-Identifier: Apache-2.0
#include "core/heartbeat.h"

#include "base/platform.h"
#include "tests/support/suite.h"

enum { INTERVAL = 5, TIMEOUT = 60 };

static hzi_beat
look(int64_t now, int64_t read, int64_t written, int64_t *due)
{
	return hzi_heartbeat_look(now, read, written, INTERVAL, TIMEOUT, due);
}

static void
a_new_connection_is_left_alone(void)
{
	int64_t due = 0;
	HZT_EQ_INT(look(100, 100, 100, &due), HZI_BEAT_NONE);
	HZT_EQ_INT(due, 105);
}

// Only what we write keeps us alive at the member; reading much is no reason not to ping.
static void
pings_follow_what_was_written(void)
{
	int64_t due = 0;
	HZT_EQ_INT(look(110, 110, 100, &due), HZI_BEAT_PING);
	HZT_EQ_INT(due, 115);
	HZT_EQ_INT(look(110, 100, 108, &due), HZI_BEAT_NONE);
	HZT_EQ_INT(due, 113);
	HZT_EQ_INT(look(105, 105, 100, &due), HZI_BEAT_PING);
	HZT_EQ_INT(look(104, 104, 100, &due), HZI_BEAT_NONE);
}

static void
death_follows_what_was_read(void)
{
	int64_t due = 0;
	HZT_EQ_INT(look(160, 100, 160, &due), HZI_BEAT_DEAD);
	HZT_EQ_INT(look(159, 100, 158, &due), HZI_BEAT_NONE);
	HZT_EQ_INT(due, 160);
	// Silence of both: the end is looked for even if the next ping would be later.
	HZT_EQ_INT(look(158, 100, 153, &due), HZI_BEAT_PING);
	HZT_EQ_INT(due, 160);
	HZT_EQ_INT(look(1000000, 100, 999999, &due), HZI_BEAT_DEAD);
}

static const hzt_case cases[] = {
		{"a_new_connection_is_left_alone", a_new_connection_is_left_alone},
		{"pings_follow_what_was_written", pings_follow_what_was_written},
		{"death_follows_what_was_read", death_follows_what_was_read},
};
HZT_MAIN("heartbeat", cases)
