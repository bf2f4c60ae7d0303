// SPDX-License-Identifier: Apache-2.0
//
// The ids that a client has of one generator: a block, or what is left of it, from which any number
// of threads take without a lock; and who asks for the next one. One call at a time does, and the
// others wait for what it brings (core/retry.h: for a change of the client's view), but none for
// longer than one pause: the future of the one that asks may be nobody's business.
//
// A block is thrown away when it comes while there are ids, or with lower ids than the one before.
// All is worth nothing in another *life*: after the generator was destroyed, its group is another
// one, or the client's cluster is.
#ifndef HZI_PROXIES_CP_ID_BLOCKS_H
#define HZI_PROXIES_CP_ID_BLOCKS_H

#include "core/call.h"
#include "proxies/id_batch.h"

#define HZI_ID_BLOCK 10000 // ids of a block

typedef struct hzi_id_blocks {
	hzi_ids ids;            // its epoch is a life
	_Atomic int64_t asking; // correlation id of the try that asks; 0: none
	_Atomic uint32_t renewals;
	_Atomic(struct hz_client *) client;
	_Atomic(const void *) group;
} hzi_id_blocks;

// Of the last block whose ids are all numbers.
#define HZI_ID_BLOCK_LAST (INT64_MAX / HZI_ID_BLOCK - 1)

// For hzi_names_shared.
void *hzi_id_blocks_make(void);
void hzi_id_blocks_end(void *blocks);

// ---- Lives ----

// Whose generator it is and in which group, by whoever opens a handle: another group than before
// begins another life. Lends both, for the life of the client. Any thread.
void hzi_id_blocks_open(hzi_id_blocks *blocks, struct hz_client *client, const void *group);

// Throws away all there is, and what comes for requests of the life that ends. Any thread.
void hzi_id_blocks_renew(hzi_id_blocks *blocks);

// The present life, to be noted when a block is asked for. Any thread.
uint64_t hzi_id_blocks_life(const hzi_id_blocks *blocks);

// ---- Ids ----

// Takes the next id. False: there is none. Any thread; takes no lock.
bool hzi_id_blocks_take(hzi_id_blocks *blocks, int64_t *id);

// Puts `count` ids from `first` on, perhaps 0, that were asked for in this life. Any thread; takes
// no lock.
void hzi_id_blocks_put(hzi_id_blocks *blocks, uint64_t life, int64_t first, uint32_t count);

// The id of the call that has brought the block from `first` on, whose other ids were put: `first`,
// unless the block came while there were ids of an earlier one, which go before it.
int64_t hzi_id_blocks_own(hzi_id_blocks *blocks, uint64_t life, int64_t first);

// ---- Who asks ----

// Before a try of this call: true if it should ask, false if another one does so right now. Its
// driver; takes no lock.
bool hzi_id_blocks_ask(hzi_id_blocks *blocks, const hzi_call *call);

// The answer has come: those that wait are told. Any thread, also one that reads.
void hzi_id_blocks_answered(hzi_id_blocks *blocks);

// The same if the one that asked last has ended without an answer. Any thread; takes no lock.
void hzi_id_blocks_settle(hzi_id_blocks *blocks);

#endif
