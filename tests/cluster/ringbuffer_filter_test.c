// SPDX-License-Identifier: Apache-2.0
//
// Ringbuffer: reading what a filter of the members' lets through; their test artefact has two that
// look how a text begins.
#include "tests/cluster/session.h"

#include <stdio.h>

enum { N = 100 };

static hz_error err;

static void
fill(hz_ringbuffer *ring)
{
	hz_value texts[N];
	static char room[N][8];
	for (int i = 0; i < N; i++) {
		snprintf(room[i], sizeof(room[i]), "%s%d", i % 4 == 0 ? "a" : "b", i);
		texts[i] = hz_str(room[i]);
	}
	HZT_OK_ERR(hz_ringbuffer_add_all(ring, texts, N, HZ_OVERFLOW_FAIL, NULL, &err), &err);
}

// The items are the texts of every fourth number from `from` on, which are their sequences.
static void
check(hz_items *items, int from, int count)
{
	hz_value item;
	HZT_EQ_INT(hz_items_count(items), count);
	for (int i = 0; i < count; i++) {
		char want[8];
		snprintf(want, sizeof(want), "a%d", from + 4 * i);
		const hz_value text = hz_str(want);
		HZT_CHECK(hz_items_next(items, NULL, &item) && hz_value_equal(&item, &text));
		HZT_EQ_INT(hz_items_seq(items), from + 4 * i);
	}
}

static void
by_filter(int32_t factory, int32_t number)
{
	hz_ringbuffer *ring = NULL;
	hz_items *items = NULL;
	hz_value filter;
	hz_identified *begins = hz_identified_new(factory, number);
	hz_identified_add_text(begins, "a");
	HZT_OK_ERR(hz_identified_value(begins, session_client(), &filter, &err), &err);
	HZT_OK_ERR(hz_ringbuffer_open(session_client(), session_name("filter"), NULL, &ring, &err),
			&err);
	fill(ring);
	HZT_OK_ERR(hz_ringbuffer_read_filtered(ring, 0, 25, 100, filter, &items, &err), &err);
	check(items, 0, 25);
	HZT_EQ_INT(hz_items_read_count(items), N);
	HZT_EQ_INT(hz_items_next_seq(items), N);
	hz_items_destroy(&items);
	// At most so many, and from there on the rest.
	HZT_OK_ERR(hz_ringbuffer_read_filtered(ring, 1, 1, 10, filter, &items, &err), &err);
	check(items, 4, 10);
	int64_t next = hz_items_next_seq(items);
	HZT_EQ_INT(next, 41);
	hz_items_destroy(&items);
	HZT_OK_ERR(hz_ringbuffer_read_filtered(ring, next, 0, 100, filter, &items, &err), &err);
	check(items, 44, 14);
	hz_items_destroy(&items);
	HZT_EQ_INT(hz_ringbuffer_read_filtered(ring, 0, 1, 1, hz_null(), &items, &err),
			HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_ringbuffer_read_filtered(ring, 0, 2, 1, filter, &items, &err),
			HZ_ERR_ARGUMENT);
	HZT_OK_ERR(hz_ringbuffer_destroy(&ring, &err), &err);
	hz_identified_destroy(&begins);
}

static void
by_prefix(void)
{
	by_filter(66, 4);
}

static void
by_start(void)
{
	by_filter(666, 14);
}

static const hzt_case cases[] = {
		{"by_prefix", by_prefix},
		{"by_start", by_start},
};

HZT_MAIN("ringbuffer_filter", cases)
