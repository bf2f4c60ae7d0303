// SPDX-License-Identifier: Apache-2.0
#include "core/slab.h"

#include "base/platform.h"

#include <stdlib.h>

static hzi_slab_shard *
shard_of_thread(hzi_slab *slab)
{
	return &slab->shards[hzi_thread_id() % HZI_SLAB_SHARDS];
}

hz_err
hzi_slab_init(hzi_slab *slab, struct hz_client *client)
{
	slab->client = client;
	slab->chunks = calloc(HZI_SLAB_CHUNKS, sizeof(slab->chunks[0]));
	if (slab->chunks == NULL) {
		return HZ_ERR_MEMORY;
	}
	pthread_mutex_init(&slab->grow, NULL);
	for (unsigned i = 0; i < HZI_SLAB_SHARDS; i++) {
		pthread_mutex_init(&slab->shards[i].lock, NULL);
	}
	return HZ_OK;
}

void
hzi_slab_clear(hzi_slab *slab)
{
	if (slab->chunks == NULL) {
		return;
	}
	uint32_t count = hzi_slab_count(slab);
	for (uint32_t i = 0; i < count; i++) {
		hzi_call *call = hzi_slab_at(slab, i);
		hzi_buf_clear(&call->request);
		hzi_buf_clear(&call->scratch);
	}
	for (uint32_t i = 0; i * HZI_SLAB_CHUNK < count; i++) {
		free(atomic_load_explicit(&slab->chunks[i], memory_order_relaxed));
	}
	for (unsigned i = 0; i < HZI_SLAB_SHARDS; i++) {
		pthread_mutex_destroy(&slab->shards[i].lock);
	}
	pthread_mutex_destroy(&slab->grow);
	free(slab->chunks);
	slab->chunks = NULL;
}

// One chunk more. Its records but the first go to the shard, which is not locked here; the first is
// the caller's.
static hzi_call *
grow(hzi_slab *slab, hzi_slab_shard *shard)
{
	hzi_call *chunk = NULL;
	pthread_mutex_lock(&slab->grow);
	uint32_t count = atomic_load_explicit(&slab->count, memory_order_relaxed);
	if (count < HZI_SLAB_CHUNKS * HZI_SLAB_CHUNK) {
		chunk = calloc(HZI_SLAB_CHUNK, sizeof(*chunk));
	}
	if (chunk != NULL) {
		for (uint32_t i = 0; i < HZI_SLAB_CHUNK; i++) {
			chunk[i].slot = count + i;
			chunk[i].client = slab->client;
		}
		atomic_store_explicit(
				&slab->chunks[count / HZI_SLAB_CHUNK], chunk, memory_order_release);
		atomic_store_explicit(&slab->count, count + HZI_SLAB_CHUNK, memory_order_release);
	}
	pthread_mutex_unlock(&slab->grow);
	if (chunk == NULL) {
		return NULL;
	}
	pthread_mutex_lock(&shard->lock);
	for (uint32_t i = HZI_SLAB_CHUNK - 1; i > 0; i--) {
		chunk[i].next_free = shard->free;
		shard->free = &chunk[i];
	}
	shard->live++;
	pthread_mutex_unlock(&shard->lock);
	return &chunk[0];
}

// A free record of another shard, so that records which one thread gives back and another takes do
// not make the table grow for ever.
static hzi_call *
steal(hzi_slab *slab, const hzi_slab_shard *own)
{
	for (unsigned i = 0; i < HZI_SLAB_SHARDS; i++) {
		hzi_slab_shard *shard = &slab->shards[i];
		if (shard == own || pthread_mutex_trylock(&shard->lock) != 0) {
			continue;
		}
		hzi_call *call = shard->free;
		if (call != NULL) {
			shard->free = call->next_free;
			shard->live++;
		}
		pthread_mutex_unlock(&shard->lock);
		if (call != NULL) {
			return call;
		}
	}
	return NULL;
}

hzi_call *
hzi_slab_take(hzi_slab *slab)
{
	hzi_slab_shard *shard = shard_of_thread(slab);
	pthread_mutex_lock(&shard->lock);
	hzi_call *call = shard->free;
	if (call != NULL) {
		shard->free = call->next_free;
		shard->live++;
	}
	pthread_mutex_unlock(&shard->lock);
	if (call == NULL) {
		call = steal(slab, shard);
	}
	if (call == NULL) {
		call = grow(slab, shard);
	}
	return call;
}

void
hzi_slab_give(hzi_slab *slab, hzi_call *call)
{
	hzi_slab_shard *shard = shard_of_thread(slab);
	uint64_t word = atomic_load_explicit(&call->word, memory_order_relaxed);
	pthread_mutex_lock(&shard->lock);
	shard->live--;
	// A slot whose generation would wrap is retired: it is never used again.
	if (HZI_WORD_GENERATION(word) < HZI_GENERATION_MAX - 1) {
		call->next_free = shard->free;
		shard->free = call;
	}
	pthread_mutex_unlock(&shard->lock);
}

hzi_call *
hzi_slab_at(const hzi_slab *slab, uint32_t slot)
{
	if (slot >= atomic_load_explicit(&slab->count, memory_order_acquire)) {
		return NULL;
	}
	hzi_call *chunk = atomic_load_explicit(
			&slab->chunks[slot / HZI_SLAB_CHUNK], memory_order_acquire);
	return &chunk[slot % HZI_SLAB_CHUNK];
}

uint32_t
hzi_slab_count(const hzi_slab *slab)
{
	return atomic_load_explicit(&slab->count, memory_order_acquire);
}

uint64_t
hzi_slab_live(hzi_slab *slab)
{
	uint64_t live = 0;
	for (unsigned i = 0; i < HZI_SLAB_SHARDS; i++) {
		pthread_mutex_lock(&slab->shards[i].lock);
	}
	for (unsigned i = 0; i < HZI_SLAB_SHARDS; i++) {
		live += slab->shards[i].live;
	}
	for (unsigned i = 0; i < HZI_SLAB_SHARDS; i++) {
		pthread_mutex_unlock(&slab->shards[i].lock);
	}
	return live;
}
