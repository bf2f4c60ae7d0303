// SPDX-License-Identifier: Apache-2.0
#include "proxies/id_batch.h"

#include <stdlib.h>

#define NEXT_BITS 24
#define NEXT_MASK ((UINT64_C(1) << NEXT_BITS) - 1)
#define BUSY NEXT_MASK // in place of the next id: the fields are being changed

// Ids are numbers modulo 2 to the 64th, whatever a member sends.
static int64_t
id_at(int64_t base, int64_t increment, uint64_t i)
{
	return (int64_t)((uint64_t)base + (uint64_t)increment * i);
}

static bool
is_good(hzi_id_terms terms, uint64_t epoch, int64_t came_ns)
{
	return epoch == terms.epoch && came_ns > terms.oldest_ns;
}

// Whether the word's batch has something to give. The fields may be those of a later generation:
// who acts on the answer changes the word by compare-and-swap, which then fails. Each of them is
// stored with release after the word said BUSY, so whoever has read a new one finds the word
// changed.
static bool
has_left(hzi_ids *ids, uint64_t word, hzi_id_terms terms)
{
	return (word & NEXT_MASK) < atomic_load_explicit(&ids->count, memory_order_acquire) &&
			is_good(terms, atomic_load_explicit(&ids->epoch, memory_order_acquire),
					atomic_load_explicit(&ids->came_ns, memory_order_acquire));
}

bool
hzi_ids_take(hzi_ids *ids, hzi_id_terms terms, int64_t *id)
{
	uint64_t word = atomic_load_explicit(&ids->word, memory_order_acquire);
	while (has_left(ids, word, terms)) {
		int64_t base = atomic_load_explicit(&ids->base, memory_order_acquire);
		int64_t increment = atomic_load_explicit(&ids->increment, memory_order_acquire);
		if (atomic_compare_exchange_weak_explicit(&ids->word, &word, word + 1,
				    memory_order_acq_rel, memory_order_acquire)) {
			*id = id_at(base, increment, word & NEXT_MASK);
			return true;
		}
	}
	return false;
}

// Makes the word BUSY, in the next generation. False: it changed meanwhile.
static bool
seize(hzi_ids *ids, uint64_t *word)
{
	uint64_t busy = ((*word >> NEXT_BITS) + 1) << NEXT_BITS | BUSY;
	if (!atomic_compare_exchange_weak_explicit(
			    &ids->word, word, busy, memory_order_acq_rel, memory_order_acquire)) {
		return false;
	}
	*word = busy;
	return true;
}

static void
store(hzi_ids *ids, uint64_t busy, const hzi_id_batch *batch)
{
	atomic_store_explicit(&ids->base, batch->base, memory_order_release);
	atomic_store_explicit(&ids->increment, batch->increment, memory_order_release);
	atomic_store_explicit(&ids->came_ns, batch->came_ns, memory_order_release);
	atomic_store_explicit(&ids->epoch, batch->epoch, memory_order_release);
	atomic_store_explicit(&ids->count, batch->count, memory_order_release);
	atomic_store_explicit(&ids->word, busy & ~NEXT_MASK, memory_order_release);
}

bool
hzi_ids_are_below(hzi_ids *ids, uint64_t epoch, int64_t base)
{
	return atomic_load_explicit(&ids->epoch, memory_order_acquire) == epoch &&
			atomic_load_explicit(&ids->base, memory_order_acquire) < base;
}

// Whether the batch may come after the word's one. The answer holds if the word has not changed.
static bool
may_follow(hzi_ids *ids, hzi_id_terms terms, const hzi_id_batch *batch)
{
	return !terms.ascending ||
			atomic_load_explicit(&ids->epoch, memory_order_acquire) != batch->epoch ||
			hzi_ids_are_below(ids, batch->epoch, batch->base);
}

bool
hzi_ids_refill(hzi_ids *ids, hzi_id_terms terms, const hzi_id_batch *batch)
{
	uint64_t word = atomic_load_explicit(&ids->word, memory_order_acquire);
	do {
		if ((word & NEXT_MASK) == BUSY || has_left(ids, word, terms) ||
				!may_follow(ids, terms, batch)) {
			return false;
		}
	} while (!seize(ids, &word));
	store(ids, word, batch);
	return true;
}

bool
hzi_ids_drain(hzi_ids *ids, hzi_id_terms terms, hzi_id_batch *left)
{
	uint64_t word = atomic_load_explicit(&ids->word, memory_order_acquire);
	uint64_t next;
	do {
		next = word & NEXT_MASK;
		if (!has_left(ids, word, terms)) {
			return false;
		}
	} while (!seize(ids, &word));
	// Ours alone until the word says something else.
	*left = (hzi_id_batch){
			.increment = atomic_load_explicit(&ids->increment, memory_order_relaxed),
			.came_ns = atomic_load_explicit(&ids->came_ns, memory_order_relaxed),
			.epoch = atomic_load_explicit(&ids->epoch, memory_order_relaxed),
			.count = atomic_load_explicit(&ids->count, memory_order_relaxed) -
					(uint32_t)next,
	};
	left->base = id_at(atomic_load_explicit(&ids->base, memory_order_relaxed), left->increment,
			next);
	store(ids, word, &(hzi_id_batch){0});
	return true;
}

// ---- The shelf ----

void *
hzi_id_shelf_make(void)
{
	hzi_id_shelf *shelf = calloc(1, sizeof(*shelf));
	if (shelf != NULL) {
		pthread_mutex_init(&shelf->lock, NULL);
	}
	return shelf;
}

void
hzi_id_shelf_end(void *shelf)
{
	pthread_mutex_destroy(&((hzi_id_shelf *)shelf)->lock);
	free(shelf);
}

void
hzi_id_shelf_put(hzi_id_shelf *shelf, const hzi_id_batch *batch)
{
	pthread_mutex_lock(&shelf->lock);
	if (batch->epoch == atomic_load_explicit(&shelf->epoch, memory_order_relaxed) &&
			shelf->count < HZI_SHELF_MAX) {
		shelf->kept[shelf->count++] = *batch;
	}
	pthread_mutex_unlock(&shelf->lock);
}

bool
hzi_id_shelf_get(hzi_id_shelf *shelf, int64_t oldest_ns, hzi_id_batch *batch)
{
	bool found = false;
	pthread_mutex_lock(&shelf->lock);
	hzi_id_terms terms = {
			.epoch = atomic_load_explicit(&shelf->epoch, memory_order_relaxed),
			.oldest_ns = oldest_ns,
	};
	while (!found && shelf->count > 0) {
		*batch = shelf->kept[--shelf->count];
		found = is_good(terms, batch->epoch, batch->came_ns);
	}
	pthread_mutex_unlock(&shelf->lock);
	return found;
}

void
hzi_id_shelf_renew(hzi_id_shelf *shelf)
{
	pthread_mutex_lock(&shelf->lock);
	atomic_fetch_add(&shelf->epoch, 1);
	shelf->count = 0;
	pthread_mutex_unlock(&shelf->lock);
}
