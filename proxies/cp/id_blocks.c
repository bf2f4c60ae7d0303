// SPDX-License-Identifier: Apache-2.0
#include "proxies/cp/id_blocks.h"

#include <stdlib.h>
#include <string.h>

void *
hzi_id_blocks_make(void)
{
	hzi_id_blocks *blocks = calloc(1, sizeof(*blocks));
	if (blocks != NULL) {
		pthread_mutex_init(&blocks->lock, NULL);
	}
	return blocks;
}

void
hzi_id_blocks_end(void *blocks)
{
	pthread_mutex_destroy(&((hzi_id_blocks *)blocks)->lock);
	free(blocks);
}

// ---- Lives ----

void
hzi_id_blocks_open(hzi_id_blocks *blocks, const hz_client *client, const void *group)
{
	pthread_mutex_lock(&blocks->lock);
	atomic_store_explicit(&blocks->client, client, memory_order_release);
	if (blocks->group != NULL && blocks->group != group) {
		atomic_fetch_add(&blocks->renewals, 1);
	}
	blocks->group = group;
	pthread_mutex_unlock(&blocks->lock);
}

void
hzi_id_blocks_renew(hzi_id_blocks *blocks)
{
	atomic_fetch_add(&blocks->renewals, 1);
}

uint64_t
hzi_id_blocks_life(const hzi_id_blocks *blocks)
{
	const hz_client *client = atomic_load_explicit(&blocks->client, memory_order_acquire);
	return (uint64_t)atomic_load_explicit(&blocks->renewals, memory_order_acquire) << 32 |
			atomic_load_explicit(&client->clusters, memory_order_acquire);
}

static hzi_id_terms
terms_of(uint64_t life)
{
	return (hzi_id_terms){.epoch = life, .oldest_ns = INT64_MIN};
}

// With the lock held: forgets what is of another life than the present one, which it gives.
static uint64_t
enter_life(hzi_id_blocks *blocks)
{
	uint64_t life = hzi_id_blocks_life(blocks);
	if (life != blocks->life) {
		blocks->life = life;
		blocks->floor = 0;
		blocks->count = 0;
	}
	return life;
}

// ---- Taking, with the lock held ----

// Puts the first of those that wait in the place of the block in use, which has no ids any more.
static bool
use_next(hzi_id_blocks *blocks)
{
	if (blocks->count == 0) {
		return false;
	}
	hzi_id_batch next = blocks->waiting[0];
	blocks->count--;
	memmove(&blocks->waiting[0], &blocks->waiting[1], blocks->count * sizeof(next));
	blocks->floor = next.base + next.count;
	return hzi_ids_refill(&blocks->ids, terms_of(blocks->life), &next);
}

static bool
take_locked(hzi_id_blocks *blocks, int64_t *id)
{
	do {
		if (hzi_ids_take(&blocks->ids, terms_of(blocks->life), id)) {
			return true;
		}
	} while (use_next(blocks));
	return false;
}

bool
hzi_id_blocks_take(hzi_id_blocks *blocks, int64_t *id)
{
	if (hzi_ids_take(&blocks->ids, terms_of(hzi_id_blocks_life(blocks)), id)) {
		return true;
	}
	pthread_mutex_lock(&blocks->lock);
	enter_life(blocks);
	bool taken = take_locked(blocks, id);
	pthread_mutex_unlock(&blocks->lock);
	return taken;
}

// ---- Adding, with the lock held ----

// Lengthens the one before by ids that follow it.
static bool
append(hzi_id_batch *before, int64_t first, uint32_t count)
{
	if (before->base + before->count != first || before->count + count > HZI_BATCH_MAX) {
		return false;
	}
	before->count += count;
	return true;
}

static void
insert(hzi_id_blocks *blocks, int64_t first, uint32_t count)
{
	uint32_t at = blocks->count;
	while (at > 0 && blocks->waiting[at - 1].base > first) {
		at--;
	}
	if (at > 0 && append(&blocks->waiting[at - 1], first, count)) {
		return;
	}
	if (at == HZI_ID_BLOCKS_MAX) {
		return;
	}
	// Without room the last ones go: the others are needed before them.
	uint32_t behind = blocks->count - at;
	if (blocks->count == HZI_ID_BLOCKS_MAX) {
		behind--;
	} else {
		blocks->count++;
	}
	memmove(&blocks->waiting[at + 1], &blocks->waiting[at],
			behind * sizeof(blocks->waiting[0]));
	blocks->waiting[at] = (hzi_id_batch){
			.base = first,
			.increment = 1,
			.epoch = blocks->life,
			.count = count,
	};
}

static void
add_locked(hzi_id_blocks *blocks, uint64_t life, int64_t first, uint32_t count)
{
	if (life == enter_life(blocks) && count > 0 && first >= blocks->floor) {
		insert(blocks, first, count);
	}
}

void
hzi_id_blocks_add(hzi_id_blocks *blocks, uint64_t life, int64_t first, uint32_t count)
{
	pthread_mutex_lock(&blocks->lock);
	add_locked(blocks, life, first, count);
	pthread_mutex_unlock(&blocks->lock);
}

int64_t
hzi_id_blocks_add_and_take(hzi_id_blocks *blocks, uint64_t life, int64_t first, uint32_t count)
{
	int64_t id = first;
	pthread_mutex_lock(&blocks->lock);
	add_locked(blocks, life, first, count);
	// Nothing: it came too late for the others, not for whoever asked for it.
	take_locked(blocks, &id);
	pthread_mutex_unlock(&blocks->lock);
	return id;
}
