// SPDX-License-Identifier: Apache-2.0
//
// Batches of ids from a member: the one that a handle takes its ids from, without a lock, and the
// few that closed handles of one name have left.
#ifndef HZI_PROXIES_ID_BATCH_H
#define HZI_PROXIES_ID_BATCH_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

// More ids than any batch has.
#define HZI_BATCH_MAX 0xfffffeU

// Ids base, base + increment, ... Plain data.
typedef struct hzi_id_batch {
	int64_t base;
	int64_t increment;
	int64_t came_ns; // CLOCK_MONOTONIC
	uint64_t epoch;  // of the shelf, when it was asked for
	uint32_t count;
} hzi_id_batch;

// What a handle takes: batches of the shelf's epoch that are not too old for it.
typedef struct hzi_id_terms {
	uint64_t epoch;
	int64_t oldest_ns; // those that came later are good; INT64_MIN: all
	bool ascending;    // a batch must begin above the one before it
} hzi_id_terms;

// ---- The batch in use ----

// Zeroed memory has no ids. Any number of threads take from it; the fields belong to the generation
// that stands in the word, and are changed only while the word says that they are.
typedef struct hzi_ids {
	_Atomic uint64_t word; // generation (40), next id (24)
	_Atomic int64_t base;
	_Atomic int64_t increment;
	_Atomic int64_t came_ns;
	_Atomic uint64_t epoch;
	_Atomic uint32_t count;
} hzi_ids;

// Takes the next id. False: none left, too old, of another epoch, or being replaced right now. Any
// thread; takes no lock.
bool hzi_ids_take(hzi_ids *ids, hzi_id_terms terms, int64_t *id);

// Puts a batch in place of one that has nothing left to give. False: it has, or the new one does not
// fit the terms. Lends batch. Any thread; takes no lock.
bool hzi_ids_refill(hzi_ids *ids, hzi_id_terms terms, const hzi_id_batch *batch);

// Whether the last batch put here was of this epoch and began below `base`; so is no batch of none.
// Any thread; takes no lock.
bool hzi_ids_are_below(hzi_ids *ids, uint64_t epoch, int64_t base);

// Takes all that is left. False: nothing. Any thread.
bool hzi_ids_drain(hzi_ids *ids, hzi_id_terms terms, hzi_id_batch *left);

// ---- What is left of others ----

#define HZI_SHELF_MAX 16U

typedef struct hzi_id_shelf {
	pthread_mutex_t lock;   // short
	_Atomic uint64_t epoch; // batches of another one are worth nothing
	uint32_t count;
	hzi_id_batch kept[HZI_SHELF_MAX];
} hzi_id_shelf;

// For hzi_names_shared.
void *hzi_id_shelf_make(void);
void hzi_id_shelf_end(void *shelf);

// Keeps a batch, if there is room. Takes the last one kept that is good, and throws those away that
// are too old; false: none. Forgets all, and whatever is under way. Any thread.
void hzi_id_shelf_put(hzi_id_shelf *shelf, const hzi_id_batch *batch);
bool hzi_id_shelf_get(hzi_id_shelf *shelf, int64_t oldest_ns, hzi_id_batch *batch);
void hzi_id_shelf_renew(hzi_id_shelf *shelf);

#endif
