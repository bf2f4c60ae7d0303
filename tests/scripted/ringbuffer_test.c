// SPDX-License-Identifier: Apache-2.0
//
// Ringbuffers: when the member is asked for the capacity, and what is done with answers that cannot
// be.
#include "tests/scripted/ring.h"

#include <stdatomic.h>

static bench b;
static hz_error err;

static void
has_capacity(int64_t capacity)
{
	static int64_t answer;
	answer = capacity;
	hzt_scripted_on(b.member[0], RING_CAPACITY, 0, ring_on_number, &answer);
}

static uint64_t
asked(void)
{
	return hzt_scripted_count(b.member[0], RING_CAPACITY);
}

static hz_err
read_six(hz_ringbuffer *ring)
{
	hz_items *items = NULL;
	hz_err e = hz_ringbuffer_read_many(ring, 0, 0, 6, &items, &err);
	hz_items_destroy(&items);
	return e;
}

// A name's first handle asks; later ones, and the checks of reads, go by that, until somebody asks
// again.
static void
the_capacity_is_asked_for_once(void)
{
	hz_ringbuffer *ring = NULL, *same = NULL, *another = NULL;
	int64_t n = 0;
	bench_start(&b, 1, NULL);
	has_capacity(5);
	HZT_OK_ERR(hz_ringbuffer_open(b.client, "r", NULL, &ring, &err), &err);
	HZT_OK_ERR(hz_ringbuffer_open(b.client, "r", NULL, &same, &err), &err);
	HZT_EQ_INT(asked(), 1);
	HZT_OK_ERR(hz_ringbuffer_open(b.client, "another", NULL, &another, &err), &err);
	HZT_EQ_INT(asked(), 2);
	HZT_EQ_INT(read_six(same), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hzt_scripted_count(b.member[0], RING_READ), 0);
	has_capacity(6);
	HZT_OK_ERR(hz_ringbuffer_capacity(ring, &n, &err), &err);
	HZT_EQ_INT(n, 6);
	HZT_OK_ERR(read_six(same), &err);
	HZT_EQ_INT(read_six(another), HZ_ERR_ARGUMENT);
	hz_ringbuffer_close(&ring);
	hz_ringbuffer_close(&same);
	hz_ringbuffer_close(&another);
	bench_end(&b);
}

static void
a_ringbuffer_has_room(void)
{
	static const int64_t no_room[] = {0, -1, INT64_MIN};
	hz_ringbuffer *ring = NULL;
	bench_start(&b, 1, NULL);
	for (size_t i = 0; i < sizeof(no_room) / sizeof(no_room[0]); i++) {
		has_capacity(no_room[i]);
		HZT_EQ_INT(hz_ringbuffer_open(b.client, "r", NULL, &ring, &err), HZ_ERR_PROTOCOL);
		HZT_CHECK(ring == NULL);
	}
	has_capacity(1);
	HZT_OK_ERR(hz_ringbuffer_open(b.client, "r", NULL, &ring, &err), &err);
	HZT_EQ_INT(asked(), 4);
	hz_ringbuffer_close(&ring);
	bench_end(&b);
}

static void
ends_are_numbers_of_items(void)
{
	static const int64_t least = -2, none = -1, greatest = INT64_MAX;
	hz_ringbuffer *ring = NULL;
	hzt_scripted *member;
	int64_t n = 7;
	bench_start(&b, 1, NULL);
	member = b.member[0];
	has_capacity(5);
	HZT_OK_ERR(hz_ringbuffer_open(b.client, "r", NULL, &ring, &err), &err);
	hzt_scripted_on(member, RING_TAIL, 0, ring_on_number, (void *)&least);
	HZT_EQ_INT(hz_ringbuffer_tail_sequence(ring, &n, &err), HZ_ERR_PROTOCOL);
	hzt_scripted_on(member, RING_TAIL, 0, ring_on_number, (void *)&greatest);
	HZT_EQ_INT(hz_ringbuffer_tail_sequence(ring, &n, &err), HZ_ERR_PROTOCOL);
	hzt_scripted_on(member, RING_HEAD, 0, ring_on_number, (void *)&none);
	HZT_EQ_INT(hz_ringbuffer_head_sequence(ring, &n, &err), HZ_ERR_PROTOCOL);
	HZT_EQ_INT(n, 7);
	hzt_scripted_on(member, RING_TAIL, 0, ring_on_number, (void *)&none);
	HZT_OK_ERR(hz_ringbuffer_tail_sequence(ring, &n, &err), &err);
	HZT_EQ_INT(n, -1);
	hz_ringbuffer_close(&ring);
	bench_end(&b);
}

// ---- On a callback thread ----

typedef struct callback_read {
	hz_ringbuffer *ring;
	hz_err waits, looks;
	atomic_bool done;
} callback_read;

static void
read_in_callback(void *ctx, hz_err e, hz_result *result, const hz_error *failure)
{
	callback_read *c = ctx;
	(void)e;
	(void)result;
	(void)failure;
	c->waits = hz_ringbuffer_read_many(c->ring, 0, 1, 1, NULL, NULL);
	c->looks = hz_ringbuffer_read_many(c->ring, 0, 0, 1, NULL, NULL);
	c->done = true;
}

static bool
is_done(void *ctx)
{
	return ((callback_read *)ctx)->done;
}

// A read without a minimum does not wait, so that it is allowed where waiting is not.
static void
a_read_without_a_minimum_does_not_wait(void)
{
	static callback_read c;
	bench_start(&b, 1, NULL);
	has_capacity(5);
	c = (callback_read){.waits = HZ_OK, .looks = HZ_ERR_STATE};
	HZT_OK_ERR(hz_ringbuffer_open(b.client, "r", NULL, &c.ring, &err), &err);
	HZT_OK(hz_then(hz_ringbuffer_size_async(c.ring), read_in_callback, &c));
	HZT_AWAIT(is_done, &c, PATIENCE_MS);
	HZT_EQ_INT(c.waits, HZ_ERR_WOULD_DEADLOCK);
	HZT_EQ_INT(c.looks, HZ_OK);
	HZT_EQ_INT(hzt_scripted_count(b.member[0], RING_READ), 1);
	hz_ringbuffer_close(&c.ring);
	bench_end(&b);
}

static const hzt_case cases[] = {
		{"the_capacity_is_asked_for_once", the_capacity_is_asked_for_once},
		{"a_ringbuffer_has_room", a_ringbuffer_has_room},
		{"ends_are_numbers_of_items", ends_are_numbers_of_items},
		{"a_read_without_a_minimum_does_not_wait", a_read_without_a_minimum_does_not_wait},
};

HZT_MAIN("ringbuffer", cases)
