// SPDX-License-Identifier: Apache-2.0
//
// The blocks of ids that a client has of one generator: the one in use, from which any number of
// threads take without a lock, and those that come after it. Blocks are used in the order of their
// ids, so that what a client gives ascends; one that comes too late for that is thrown away.
//
// All that is known is worth nothing in another *life*: after the generator was destroyed, its
// group is another one, or the client's cluster is.
#ifndef HZI_PROXIES_CP_ID_BLOCKS_H
#define HZI_PROXIES_CP_ID_BLOCKS_H

#include "core/client.h"
#include "proxies/id_batch.h"

#define HZI_ID_BLOCK 10000 // ids of a block

// Blocks that wait for their turn. Those that follow each other count as one; for more than these
// there is no room, and their ids are lost.
#define HZI_ID_BLOCKS_MAX 16U

typedef struct hzi_id_blocks {
	hzi_ids ids; // of the block in use; refilled with the lock held
	_Atomic uint32_t renewals;
	_Atomic(const hz_client *) client;

	pthread_mutex_t lock; // short
	const void *group;    // the generator's, as its handles know it
	uint64_t life;        // that the rest is of
	int64_t floor;        // ids below it come too late
	uint32_t count;
	hzi_id_batch waiting[HZI_ID_BLOCKS_MAX]; // ascending
} hzi_id_blocks;

// For hzi_names_shared.
void *hzi_id_blocks_make(void);
void hzi_id_blocks_end(void *blocks);

// Whose generator it is and in which group, by whoever opens a handle: another group than before
// begins another life. Lends both, for the life of the client. Any thread; a short lock.
void hzi_id_blocks_open(hzi_id_blocks *blocks, const hz_client *client, const void *group);

// Throws away all there is, and what comes for requests of the life that ends. Any thread; a short
// lock.
void hzi_id_blocks_renew(hzi_id_blocks *blocks);

// The present life, to be noted when a block is asked for. Any thread.
uint64_t hzi_id_blocks_life(const hzi_id_blocks *blocks);

// Takes the next id. False: there is none. Any thread; without a lock while the block in use has
// ids.
bool hzi_id_blocks_take(hzi_id_blocks *blocks, int64_t *id);

// Adds `count` ids from `first` on, perhaps 0, that were asked for in this life; and the same, and
// takes the next id of all there are: of these ones, which must be at least one, if there is no
// other. Any thread; a short lock.
void hzi_id_blocks_add(hzi_id_blocks *blocks, uint64_t life, int64_t first, uint32_t count);
int64_t hzi_id_blocks_add_and_take(
		hzi_id_blocks *blocks, uint64_t life, int64_t first, uint32_t count);

#endif
