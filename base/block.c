// SPDX-License-Identifier: Apache-2.0
//
// A block goes back to the shard that it came from, whoever releases it: an I/O thread takes, and
// any other thread releases, so a free list by releasing thread would run dry where blocks are
// taken and fill up where they are not.
#include "base/block.h"

#include "base/platform.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { SHARDS = 4, KEPT_BYTES = 8 * 1024 * 1024 };

typedef struct shard {
	pthread_mutex_t lock;
	hzi_block *free[HZI_BLOCK_CLASSES];
	size_t kept[HZI_BLOCK_CLASSES]; // bytes in each list
	size_t out;                     // blocks that are not back
	uint64_t allocated;
	uint64_t reused;
	bool dropped;
	uint8_t pad[HZI_CACHELINE];
} shard;

struct hzi_block_pool {
	size_t kept_per_shard; // bytes a size class may keep in one shard
	_Atomic size_t left;   // after the drop: blocks still out, and one for the drop itself
	shard shards[SHARDS];
};

static size_t
class_cap(unsigned size_class)
{
	return (size_t)HZI_BLOCK_SMALLEST << (2 * size_class);
}

// The smallest class that holds `cap`, or HZI_BLOCK_CLASSES if none does.
static unsigned
class_for(size_t cap)
{
	unsigned size_class = 0;
	while (size_class < HZI_BLOCK_CLASSES && class_cap(size_class) < cap) {
		size_class++;
	}
	return size_class;
}

static hzi_block *
allocate(size_t cap)
{
	if (cap > SIZE_MAX / 2) {
		return NULL;
	}
	hzi_block *block = malloc(sizeof(hzi_block) + cap);
	if (block != NULL) {
		*block = (hzi_block){.cap = cap};
	}
	return block;
}

hz_err
hzi_block_pool_new(size_t kept_bytes, hzi_block_pool **out)
{
	hzi_block_pool *pool = calloc(1, sizeof(*pool));
	if (pool == NULL) {
		return HZ_ERR_MEMORY;
	}
	pool->kept_per_shard = (kept_bytes == 0 ? KEPT_BYTES : kept_bytes) / SHARDS;
	for (unsigned i = 0; i < SHARDS; i++) {
		if (pthread_mutex_init(&pool->shards[i].lock, NULL) != 0) {
			while (i-- != 0) {
				pthread_mutex_destroy(&pool->shards[i].lock);
			}
			free(pool);
			return HZ_ERR_MEMORY;
		}
	}
	*out = pool;
	return HZ_OK;
}

// Takes one off what a dropped pool waits for, and frees it when nothing is left.
static void
count_down(hzi_block_pool *pool)
{
	if (atomic_fetch_sub_explicit(&pool->left, 1, memory_order_acq_rel) != 1) {
		return;
	}
	for (unsigned i = 0; i < SHARDS; i++) {
		pthread_mutex_destroy(&pool->shards[i].lock);
	}
	free(pool);
}

static void
free_list(hzi_block *block)
{
	while (block != NULL) {
		hzi_block *next = block->next;
		free(block);
		block = next;
	}
}

// Bars a shard's lists, frees what they kept, and adds its missing blocks to the pool's count
// before the first of them can be taken off it.
static void
drop_shard(hzi_block_pool *pool, shard *sh)
{
	hzi_block *kept[HZI_BLOCK_CLASSES];
	pthread_mutex_lock(&sh->lock);
	sh->dropped = true;
	memcpy(kept, sh->free, sizeof(kept));
	memset(sh->free, 0, sizeof(sh->free));
	memset(sh->kept, 0, sizeof(sh->kept));
	atomic_fetch_add_explicit(&pool->left, sh->out, memory_order_relaxed);
	pthread_mutex_unlock(&sh->lock);
	for (unsigned i = 0; i < HZI_BLOCK_CLASSES; i++) {
		free_list(kept[i]);
	}
}

void
hzi_block_pool_destroy(hzi_block_pool **pool)
{
	if (*pool == NULL) {
		return;
	}
	atomic_store_explicit(&(*pool)->left, 1, memory_order_relaxed);
	for (unsigned i = 0; i < SHARDS; i++) {
		drop_shard(*pool, &(*pool)->shards[i]);
	}
	count_down(*pool);
	*pool = NULL;
}

hzi_block_stats
hzi_block_pool_stats(hzi_block_pool *pool)
{
	hzi_block_stats stats = {0};
	for (unsigned i = 0; i < SHARDS; i++) {
		shard *sh = &pool->shards[i];
		pthread_mutex_lock(&sh->lock);
		stats.allocated += sh->allocated;
		stats.reused += sh->reused;
		stats.out += sh->out;
		for (unsigned c = 0; c < HZI_BLOCK_CLASSES; c++) {
			stats.kept_bytes += sh->kept[c];
		}
		pthread_mutex_unlock(&sh->lock);
	}
	return stats;
}

// Takes a free block, or only counts the one that the caller is about to allocate.
static hzi_block *
take_free(shard *sh, unsigned size_class)
{
	pthread_mutex_lock(&sh->lock);
	HZI_ASSERT(!sh->dropped);
	hzi_block *block = sh->free[size_class];
	if (block != NULL) {
		sh->free[size_class] = block->next;
		sh->kept[size_class] -= block->cap;
		sh->reused++;
	} else {
		sh->allocated++;
	}
	sh->out++;
	pthread_mutex_unlock(&sh->lock);
	return block;
}

static hzi_block *
new_pooled(hzi_block_pool *pool, unsigned size_class)
{
	unsigned at = (unsigned)(hzi_thread_id() % SHARDS);
	shard *sh = &pool->shards[at];
	hzi_block *block = take_free(sh, size_class);
	if (block == NULL) {
		block = allocate(class_cap(size_class));
	}
	if (block == NULL) {
		pthread_mutex_lock(&sh->lock);
		sh->allocated--;
		sh->out--;
		pthread_mutex_unlock(&sh->lock);
		return NULL;
	}
	block->size_class = (uint16_t)size_class;
	block->shard = (uint16_t)at;
	block->pool = pool;
	block->next = NULL;
	return block;
}

hzi_block *
hzi_block_new(hzi_block_pool *pool, size_t min_cap)
{
	unsigned size_class = class_for(min_cap);
	bool pooled = pool != NULL && size_class < HZI_BLOCK_CLASSES;
	hzi_block *block = pooled ? new_pooled(pool, size_class) : allocate(min_cap);
	if (block != NULL) {
		atomic_store_explicit(&block->refs, 1, memory_order_relaxed);
	}
	return block;
}

void
hzi_block_return(hzi_block *block)
{
	hzi_block_pool *pool = block->pool;
	if (pool == NULL) {
		free(block);
		return;
	}
	shard *sh = &pool->shards[block->shard];
	unsigned size_class = block->size_class;
	pthread_mutex_lock(&sh->lock);
	bool dropped = sh->dropped;
	bool keep = !dropped && block->cap <= pool->kept_per_shard - sh->kept[size_class];
	if (keep) {
		block->next = sh->free[size_class];
		sh->free[size_class] = block;
		sh->kept[size_class] += block->cap;
	}
	sh->out--;
	pthread_mutex_unlock(&sh->lock);
	if (!keep) {
		free(block);
	}
	if (dropped) {
		count_down(pool);
	}
}

static bool
is_worth_its_block(const hzi_slice *slice)
{
	size_t cap = slice->block->cap;
	// In the smallest block a copy would pin as much as the slice does.
	return cap <= HZI_BLOCK_SMALLEST || slice->n >= cap / 4 + (cap % 4 != 0);
}

hz_err
hzi_slice_keep(hzi_block_pool *pool, const hzi_slice *in, hzi_slice *out)
{
	static const uint8_t nothing[1];
	if (in->n == 0) {
		*out = (hzi_slice){.p = nothing};
		return HZ_OK;
	}
	if (is_worth_its_block(in)) {
		hzi_slice_take(out, in->block, in->p, in->n);
		return HZ_OK;
	}
	hzi_block *block = hzi_block_new(pool, in->n);
	if (block == NULL) {
		return HZ_ERR_MEMORY;
	}
	memcpy(block->data, in->p, in->n);
	*out = (hzi_slice){.block = block, .p = block->data, .n = in->n};
	return HZ_OK;
}
