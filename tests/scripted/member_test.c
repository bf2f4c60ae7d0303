// SPDX-License-Identifier: Apache-2.0
//
// The scripted member is a member: a client can use it.
#include "tests/scripted/bench.h"

static void
maps_and_queues(void)
{
	bench b;
	hz_value item;
	bool done = false;
	bench_start(&b, 1, NULL);
	HZT_OK(bench_set(&b, 1, 42, NULL));
	int64_t got = 0;
	HZT_OK(bench_get(&b, 1, &got, NULL));
	HZT_EQ_INT(got, 42);
	HZT_OK(hz_queue_offer(b.queue, hz_i64(7), 0, &done, NULL));
	HZT_CHECK(done);
	HZT_OK(hz_queue_take(b.queue, &item, NULL));
	HZT_OK(hz_value_get_i64(&item, &got));
	HZT_EQ_INT(got, 7);
	hz_value_clear(&item);
	bench_end(&b);
}

static const hzt_case cases[] = {
		{"maps_and_queues", maps_and_queues},
};

HZT_MAIN("scripted member", cases)
