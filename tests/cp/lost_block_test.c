// SPDX-License-Identifier: Apache-2.0
//
// A generator of ids whose request for a block loses its answer: the block is given up, another one
// is taken, and the caller notices nothing. The client sees the member through a proxy that cuts
// after each number of bytes in turn; another one looks at the member itself.
#include "tests/cp/cut.h"

#include <stdio.h>

#define BLOCK 10000
#define ONE_ANSWER 28 // a little more than the bytes of the answer

static hz_error err;
static hz_id_generator *ids;
static hz_atomic_long *number; // behind it, past the proxy

static void
begin(void)
{
	char behind[160];
	const char *name = rig_name("lost", NULL);
	cut_start();
	hzt_proxy_await_open(cut_proxy, 1, CUT_LONG_MS);
	HZT_OK_ERR(hz_id_generator_open(cut_client, name, NULL, &ids, &err), &err);
	snprintf(behind, sizeof(behind), "hz:atomic:idGenerator:%s", name);
	HZT_OK_ERR(hz_atomic_long_open(cut_direct, behind, NULL, &number, &err), &err);
}

static int64_t
finish(void)
{
	int64_t blocks = -1;
	HZT_OK_ERR(hz_atomic_long_get(number, &blocks, &err), &err);
	hz_id_generator_close(&ids);
	HZT_OK_ERR(hz_atomic_long_destroy(&number, &err), &err);
	return blocks;
}

static int64_t
take_cut_after(int64_t n, bool asynchronous)
{
	int64_t id = -1;
	hzt_proxy_cut_after(cut_proxy, HZT_TO_CLIENT, n, HZT_CUT_RESET);
	hz_err e = asynchronous ? hz_await_i64(hz_id_generator_new_id_async(ids), &id, &err)
				: hz_id_generator_new_id(ids, &id, &err);
	cut_no_more();
	HZT_OK_ERR(e, &err);
	return id;
}

// The id is the first one of a block, whatever became of those that were taken as well.
static void
another_block_is_taken(void)
{
	int64_t given_up = 0;
	cut_start();
	uint64_t before = hzt_proxy_accepted(cut_proxy);
	for (int64_t n = 0; n < ONE_ANSWER; n++) {
		begin();
		int64_t id = take_cut_after(n, n % 2 == 0);
		int64_t next = -1;
		HZT_OK_ERR(hz_id_generator_new_id(ids, &next, &err), &err);
		HZT_EQ_INT(next, id + 1);
		int64_t blocks = finish();
		HZT_CHECK(id % BLOCK == 0 && id < blocks * BLOCK);
		given_up += blocks - 1;
	}
	HZT_CHECK(hzt_proxy_accepted(cut_proxy) >= before + 20);
	HZT_CHECK(given_up > 0);
}

// Who tries to begin is not repeated: it might then be told that somebody else has.
static void
a_beginning_is_in_doubt(void)
{
	int doubts = 0;
	for (int64_t n = 0; n < ONE_ANSWER; n += 4) {
		bool done = false;
		int64_t id = -1;
		begin();
		hzt_proxy_cut_after(cut_proxy, HZT_TO_CLIENT, n, HZT_CUT_RESET);
		hz_err e = hz_id_generator_init(ids, 700, &done, &err);
		cut_no_more();
		HZT_CHECK(e == HZ_OK ? done : e == HZ_ERR_DISCONNECTED && err.in_doubt && !done);
		doubts += e != HZ_OK;
		HZT_OK_ERR(hz_id_generator_new_id(ids, &id, &err), &err);
		HZT_CHECK(e == HZ_OK ? id == 701 : id % BLOCK == 0);
		HZT_CHECK(id < finish() * BLOCK);
	}
	HZT_CHECK(doubts > 0);
}

static const hzt_case cases[] = {
		{"another_block_is_taken", another_block_is_taken},
		{"a_beginning_is_in_doubt", a_beginning_is_in_doubt},
		{"ends_the_members", cut_ends_the_members},
};

HZT_MAIN("lost_block", cases)
