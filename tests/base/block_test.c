// SPDX-License-Identifier: Apache-2.0
#include "base/block.h"

#include "base/platform.h"
#include "tests/support/suite.h"

#include <stdlib.h>
#include <string.h>

static hzi_block_pool *
new_pool(size_t kept_bytes)
{
	hzi_block_pool *pool = NULL;
	HZT_OK(hzi_block_pool_new(kept_bytes, &pool));
	return pool;
}

// A block that is there: its absence fails the case.
static hzi_block *
new_block(hzi_block_pool *pool, size_t min_cap)
{
	hzi_block *block = hzi_block_new(pool, min_cap);
	if (block == NULL) {
		HZT_FAIL("no memory for a block");
		abort();
	}
	return block;
}

static void
gives_the_size_class_that_fits(void)
{
	static const struct {
		size_t asked;
		size_t got;
	} sizes[] = {{0, 256}, {1, 256}, {256, 256}, {257, 1024}, {1024, 1024}, {1025, 4096},
			{4097, 16384}, {16385, 65536}, {65537, 262144}, {262144, 262144}};
	hzi_block_pool *pool = new_pool(0);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		hzi_block *block = new_block(pool, sizes[i].asked);
		HZT_EQ_INT(block->cap, sizes[i].got);
		HZT_EQ_INT((uintptr_t)block->data % 16, 0);
		memset(block->data, 0xa5, block->cap);
		hzi_block_release(block);
	}
	hzi_block_pool_destroy(&pool);
	HZT_CHECK(pool == NULL);
	hzi_block_pool_destroy(&pool);
	hzi_block_release(NULL);
}

static void
large_blocks_know_no_pool(void)
{
	hzi_block_pool *pool = new_pool(0);
	hzi_block *block = new_block(pool, HZI_BLOCK_LARGEST + 1);
	HZT_EQ_INT(block->cap, HZI_BLOCK_LARGEST + 1);
	HZT_CHECK(block->pool == NULL);
	HZT_EQ_INT(hzi_block_pool_stats(pool).out, 0);
	hzi_block_pool_destroy(&pool);
	memset(block->data, 1, block->cap);
	hzi_block_release(block);
}

static void
refuses_what_cannot_be(void)
{
	static const size_t sizes[] = {SIZE_MAX, SIZE_MAX - sizeof(hzi_block), SIZE_MAX / 2 + 1};
	hzi_block_pool *pool = new_pool(0);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		HZT_CHECK(hzi_block_new(pool, sizes[i]) == NULL);
	}
	hzi_block_pool_destroy(&pool);
}

static void
reuses_without_the_heap(void)
{
	hzi_block_pool *pool = new_pool(0);
	for (int i = 0; i < 1000; i++) {
		hzi_block *a = new_block(pool, 5000);
		hzi_block *b = new_block(pool, 100);
		hzi_block_retain(a);
		hzi_block_release(a);
		HZT_EQ_INT(hzi_block_pool_stats(pool).out, 2);
		hzi_block_release(a);
		hzi_block_release(b);
	}
	hzi_block_stats stats = hzi_block_pool_stats(pool);
	HZT_EQ_INT(stats.allocated, 2);
	HZT_EQ_INT(stats.reused, 1998);
	HZT_EQ_INT(stats.out, 0);
	HZT_EQ_INT(stats.kept_bytes, 16384 + 256);
	hzi_block_pool_destroy(&pool);
}

static void
keeps_no_more_than_it_may(void)
{
	enum { KEPT = 64 * 1024, N = 200 };
	hzi_block *blocks[N];
	hzi_block_pool *pool = new_pool(KEPT);
	for (int i = 0; i < N; i++) {
		blocks[i] = new_block(pool, 1024);
	}
	for (int i = 0; i < N; i++) {
		hzi_block_release(blocks[i]);
	}
	hzi_block_stats stats = hzi_block_pool_stats(pool);
	HZT_EQ_INT(stats.out, 0);
	HZT_CHECK(stats.kept_bytes > 0 && stats.kept_bytes <= KEPT);
	// Larger than a shard may keep: never kept at all.
	hzi_block_release(new_block(pool, 65536));
	HZT_EQ_INT(hzi_block_pool_stats(pool).kept_bytes, stats.kept_bytes);
	hzi_block_pool_destroy(&pool);
}

static void
pool_lives_as_long_as_its_blocks(void)
{
	hzi_block_pool *pool = new_pool(0);
	hzi_block *first = new_block(pool, 10);
	hzi_block *second = new_block(pool, 10000);
	hzi_block_release(new_block(pool, 10));
	memset(second->data, 7, second->cap);
	hzi_block_pool_destroy(&pool);
	HZT_EQ_INT(second->data[9999], 7);
	hzi_block_release(second);
	hzi_block_release(first);
}

// Keeps n bytes of a block of `cap` bytes and says whether that was a reference to it.
static bool
is_kept_in_place(hzi_block_pool *pool, size_t cap, size_t n)
{
	hzi_block *block = new_block(pool, cap);
	hzi_slice in = {0};
	hzi_slice out = {0};
	HZT_CHECK(block->cap == cap);
	memset(block->data, 0x5a, block->cap);
	hzi_slice_take(&in, block, block->data + (cap - n), n);
	hzi_block_release(block);
	HZT_OK(hzi_slice_keep(pool, &in, &out));
	HZT_EQ_INT(out.n, n);
	HZT_CHECK(n == 0 || memcmp(out.p, in.p, n) == 0);
	HZT_CHECK(out.block == NULL || out.block->cap <= 4 * n ||
			out.block->cap == HZI_BLOCK_SMALLEST);
	bool in_place = out.block == in.block;
	hzi_slice_clear(&in);
	hzi_slice_clear(&out);
	hzi_slice_clear(&out);
	return in_place;
}

static void
a_small_part_is_copied_out_of_a_large_block(void)
{
	hzi_block_pool *pool = new_pool(0);
	HZT_CHECK(!is_kept_in_place(pool, 262144, 100));
	HZT_CHECK(!is_kept_in_place(pool, 262144, 65535));
	HZT_CHECK(is_kept_in_place(pool, 262144, 65536));
	HZT_CHECK(is_kept_in_place(pool, 262144, 262144));
	HZT_CHECK(!is_kept_in_place(pool, 1024, 255));
	HZT_CHECK(is_kept_in_place(pool, 1024, 256));
	HZT_CHECK(!is_kept_in_place(pool, 1000001, 250000));
	HZT_CHECK(is_kept_in_place(pool, 1000001, 250001));
	// No smaller block exists to copy into.
	HZT_CHECK(is_kept_in_place(pool, 256, 1));
	HZT_CHECK(!is_kept_in_place(pool, 256, 0));
	HZT_EQ_INT(hzi_block_pool_stats(pool).out, 0);
	hzi_block_pool_destroy(&pool);
}

// Blocks go from one thread that takes to several that release, through slots.
enum { SLOTS = 64, ROUNDS = 40000, RELEASERS = 3 };

typedef struct exchange {
	hzi_block_pool *pool;
	_Atomic(hzi_block *) slots[SLOTS];
	_Atomic bool end;
	_Atomic unsigned released;
	_Atomic unsigned damaged;
} exchange;

static void
check_and_release(exchange *x, hzi_block *block)
{
	if (block == NULL) {
		return;
	}
	uint8_t mark = block->data[0];
	if (block->data[block->cap - 1] != mark) {
		x->damaged++;
	}
	hzi_block_release(block);
	x->released++;
}

static void
release_what_comes(void *arg)
{
	exchange *x = arg;
	bool end;
	do {
		end = x->end;
		for (unsigned i = 0; i < SLOTS; i++) {
			check_and_release(x, atomic_exchange(&x->slots[i], NULL));
		}
	} while (!end);
}

// Makes n blocks; what does not get a slot is released here.
static void
take_and_pass_on(exchange *x, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		hzi_block *block = new_block(x->pool, (size_t)200 << (2 * (i % 4)));
		block->data[0] = (uint8_t)i;
		block->data[block->cap - 1] = (uint8_t)i;
		check_and_release(x, atomic_exchange(&x->slots[i % SLOTS], block));
	}
}

static void
threads_take_and_release_without_the_heap(void)
{
	static exchange x;
	hzi_thread threads[RELEASERS];
	unsigned rounds = ROUNDS / (unsigned)hzt_slowness();
	x.pool = new_pool(0);
	for (int i = 0; i < RELEASERS; i++) {
		HZT_OK(hzi_thread_start(&threads[i], "release", release_what_comes, &x));
	}
	take_and_pass_on(&x, rounds);
	// Never more out at once than slots, and one in each hand.
	hzi_block_stats stats = hzi_block_pool_stats(x.pool);
	HZT_CHECK(stats.allocated <= UINT64_C(4) * (SLOTS + RELEASERS + 1));
	HZT_EQ_INT(stats.allocated + stats.reused, rounds);
	// The owner leaves while blocks are out and coming back.
	take_and_pass_on(&x, SLOTS);
	hzi_block_pool_destroy(&x.pool);
	x.end = true;
	for (int i = 0; i < RELEASERS; i++) {
		hzi_thread_join(&threads[i]);
	}
	HZT_EQ_INT(x.released, rounds + SLOTS);
	HZT_EQ_INT(x.damaged, 0);
}

static const hzt_case cases[] = {
		{"gives_the_size_class_that_fits", gives_the_size_class_that_fits},
		{"large_blocks_know_no_pool", large_blocks_know_no_pool},
		{"refuses_what_cannot_be", refuses_what_cannot_be},
		{"reuses_without_the_heap", reuses_without_the_heap},
		{"keeps_no_more_than_it_may", keeps_no_more_than_it_may},
		{"pool_lives_as_long_as_its_blocks", pool_lives_as_long_as_its_blocks},
		{"a_small_part_is_copied_out_of_a_large_block",
				a_small_part_is_copied_out_of_a_large_block},
		{"threads_take_and_release_without_the_heap",
				threads_take_and_release_without_the_heap},
};
HZT_MAIN("block", cases)
