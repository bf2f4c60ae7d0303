// SPDX-License-Identifier: Apache-2.0
//
// Reference-counted runs of bytes: what sockets read into, and what values handed to users lie in.
//
// Blocks come from a pool with six sizes and go back to it from any thread, also after the pool's
// owner has dropped it: the pool goes with its last block. Larger blocks come from the heap and
// know no pool. The holder of the only reference may write; shared blocks are read only.
#ifndef HZI_BASE_BLOCK_H
#define HZI_BASE_BLOCK_H

#include "base/attr.h"

#include <hazelcast/error.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Capacity of the smallest and of the largest pooled block; between them each is four times the
// one below.
enum { HZI_BLOCK_SMALLEST = 256, HZI_BLOCK_LARGEST = 256 * 1024, HZI_BLOCK_CLASSES = 6 };

typedef struct hzi_block_pool hzi_block_pool;

typedef struct hzi_block {
	_Atomic uint32_t refs;
	uint16_t size_class;
	uint16_t shard;
	hzi_block_pool *pool;   // NULL: from the heap, and back to it
	struct hzi_block *next; // in the pool's list of free ones
	size_t cap;
	_Alignas(16) uint8_t data[];
} hzi_block;

// A part of a block, with its own reference. Zeroed memory is an empty slice.
typedef struct hzi_slice {
	hzi_block *block;
	const uint8_t *p;
	size_t n;
} hzi_slice;

// What a pool has done, for tests and statistics.
typedef struct hzi_block_stats {
	uint64_t allocated; // blocks that came from the heap
	uint64_t reused;    // blocks that came from a free list
	size_t out;         // pooled blocks that are not back
	size_t kept_bytes;  // in the free lists
} hzi_block_stats;

// Gives a pool that keeps at most kept_bytes free bytes of each size (0: 8 MiB). HZ_ERR_MEMORY.
hz_err hzi_block_pool_new(size_t kept_bytes, hzi_block_pool **out);

// The owner's farewell: no new blocks from now on, memory goes once all blocks are back. NULL-safe,
// and nulls the pointer. Blocks may be released at the same time on other threads.
void hzi_block_pool_destroy(hzi_block_pool **pool);

// A snapshot of the counters. Any thread.
hzi_block_stats hzi_block_pool_stats(hzi_block_pool *pool);

// Gives a block of at least min_cap bytes with one reference, or NULL. Its content is unspecified.
// Any thread, until the pool is destroyed. With pool NULL the block is one of the heap.
hzi_block *hzi_block_new(hzi_block_pool *pool, size_t min_cap);

// Gives a pooled or freed block back to where it came from; the slow half of hzi_block_release.
void hzi_block_return(hzi_block *block);

// One more reference. Whoever calls this holds one already.
static inline hzi_block *
hzi_block_retain(hzi_block *block)
{
	atomic_fetch_add_explicit(&block->refs, 1, memory_order_relaxed);
	return block;
}

// One reference less. NULL-safe; any thread, also after the pool was destroyed.
static inline void
hzi_block_release(hzi_block *block)
{
	if (block != NULL &&
			atomic_fetch_sub_explicit(&block->refs, 1, memory_order_acq_rel) == 1) {
		hzi_block_return(block);
	}
}

// Makes `out` the n bytes at p of the block, with a reference of its own. `out` must be empty.
static inline void
hzi_slice_take(hzi_slice *out, hzi_block *block, const uint8_t *p, size_t n)
{
	HZI_ASSERT(p >= block->data && n <= block->cap - (size_t)(p - block->data));
	*out = (hzi_slice){.block = hzi_block_retain(block), .p = p, .n = n};
}

// Releases the reference and leaves an empty slice. Safe on zeroed memory and twice.
static inline void
hzi_slice_clear(hzi_slice *slice)
{
	hzi_block_release(slice->block);
	*slice = (hzi_slice){0};
}

// For bytes that outlive the call that read them: `out` becomes a second reference if the slice is
// at least a quarter of its block, else a copy in a small block, so that a kept value never pins a
// block many times its size. `in` stays the caller's; `out` must be empty. HZ_ERR_MEMORY.
hz_err hzi_slice_keep(hzi_block_pool *pool, const hzi_slice *in, hzi_slice *out);

#endif
