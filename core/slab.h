// SPDX-License-Identifier: Apache-2.0
//
// The table of calls: all records of one client, grown in chunks, addressed by slot. Chunks never
// move and are not freed while the client lives, so that any slot number read from the wire can be
// looked up without a lock.
#ifndef HZI_CORE_SLAB_H
#define HZI_CORE_SLAB_H

#include "core/call.h"

#include <pthread.h>

#define HZI_SLAB_CHUNK 256U
#define HZI_SLAB_CHUNKS ((1U << HZI_SLOT_BITS) / HZI_SLAB_CHUNK)
#define HZI_SLAB_SHARDS 8U

typedef struct hzi_slab_shard {
	pthread_mutex_t lock;
	hzi_call *free; // linked by next_free
	uint64_t live;  // records out of this shard minus records back, modulo 2^64
} __attribute__((aligned(64))) hzi_slab_shard;

typedef struct hzi_slab {
	struct hz_client *client;
	_Atomic(hzi_call *) *chunks; // HZI_SLAB_CHUNKS pointers
	_Atomic uint32_t count;      // slots that exist
	pthread_mutex_t grow;
	hzi_slab_shard shards[HZI_SLAB_SHARDS];
} hzi_slab;

// Prepares an empty table. HZ_ERR_MEMORY. hzi_slab_clear frees it, when no record is in use any
// more.
hz_err hzi_slab_init(hzi_slab *slab, struct hz_client *client);
void hzi_slab_clear(hzi_slab *slab);

// Takes a free record: state IDLE, one hold, outcome empty. NULL without memory. Any thread; a
// short lock.
hzi_call *hzi_slab_take(hzi_slab *slab);

// Gives a record without holds back. Any thread; a short lock.
void hzi_slab_give(hzi_slab *slab, hzi_call *call);

// The record in a slot, NULL for a slot that does not exist. Any thread; no lock.
hzi_call *hzi_slab_at(const hzi_slab *slab, uint32_t slot);

// How many slots exist; a sweep visits all of them. Any thread.
uint32_t hzi_slab_count(const hzi_slab *slab);

// How many records are in use. Any thread; short locks; only for statistics and tests.
uint64_t hzi_slab_live(hzi_slab *slab);

#endif
