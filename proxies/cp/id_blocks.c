// SPDX-License-Identifier: Apache-2.0
#include "proxies/cp/id_blocks.h"

#include "base/platform.h"
#include "core/client.h"

#include <stdlib.h>

#define NS_PER_MS INT64_C(1000000)

void *
hzi_id_blocks_make(void)
{
	return calloc(1, sizeof(hzi_id_blocks));
}

void
hzi_id_blocks_end(void *blocks)
{
	free(blocks);
}

// ---- Lives ----

void
hzi_id_blocks_open(hzi_id_blocks *blocks, struct hz_client *client, const void *group)
{
	atomic_store(&blocks->client, client);
	const void *before = atomic_exchange(&blocks->group, group);
	if (before != NULL && before != group) {
		hzi_id_blocks_renew(blocks);
	}
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

// ---- Ids ----

static hzi_id_terms
terms_of(uint64_t life)
{
	return (hzi_id_terms){.epoch = life, .oldest_ns = INT64_MIN, .ascending = true};
}

bool
hzi_id_blocks_take(hzi_id_blocks *blocks, int64_t *id)
{
	return hzi_ids_take(&blocks->ids, terms_of(hzi_id_blocks_life(blocks)), id);
}

void
hzi_id_blocks_put(hzi_id_blocks *blocks, uint64_t life, int64_t first, uint32_t count)
{
	hzi_id_batch block = {.base = first, .increment = 1, .epoch = life, .count = count};
	if (life == hzi_id_blocks_life(blocks)) {
		hzi_ids_refill(&blocks->ids, terms_of(life), &block);
	}
}

int64_t
hzi_id_blocks_own(hzi_id_blocks *blocks, uint64_t life, int64_t first)
{
	int64_t id;
	while (life == hzi_id_blocks_life(blocks) &&
			hzi_ids_are_below(&blocks->ids, life, first + 1)) {
		if (hzi_id_blocks_take(blocks, &id)) {
			return id;
		}
		hzi_id_blocks_put(blocks, life, first + 1, HZI_ID_BLOCK - 1);
	}
	return first;
}

// ---- Who asks ----

// Whether the try with this id is, or is just about to be, under way: until then its record has the
// generation before. Slots stay, whatever becomes of the call.
static bool
is_under_way(const hzi_id_blocks *blocks, int64_t id)
{
	const hz_client *client = atomic_load(&blocks->client);
	uint64_t generation = (uint64_t)id >> HZI_SLOT_BITS;
	const hzi_call *call =
			hzi_slab_at(&client->slab, (uint32_t)(id & ((1 << HZI_SLOT_BITS) - 1)));
	uint64_t word = atomic_load(&call->word);
	unsigned state = HZI_WORD_STATE(word);
	return HZI_WORD_GENERATION(word) + 1 == generation ||
			(HZI_WORD_GENERATION(word) == generation &&
					(state == HZI_CALL_PENDING || state == HZI_CALL_SENT ||
							state == HZI_CALL_CLAIMED));
}

// Counted from the end of its first try, in which it may only have found that another one asks.
static bool
has_waited(const hzi_call *call)
{
	const hz_config *config = call->client->config;
	int64_t until_ns = call->retry_until_ns -
			(config->invocation_timeout_ms - config->invocation_retry_pause_ms) *
					NS_PER_MS;
	return call->retry_until_ns != 0 && hzi_now_ns() >= until_ns;
}

bool
hzi_id_blocks_ask(hzi_id_blocks *blocks, const hzi_call *call)
{
	bool patient = !has_waited(call);
	int64_t other = atomic_load(&blocks->asking);
	uint64_t word = atomic_load_explicit(&call->word, memory_order_relaxed);
	int64_t own = hzi_call_id(call->slot, HZI_WORD_GENERATION(word) + 1);
	if (patient && other != 0 && is_under_way(blocks, other)) {
		return false;
	}
	return atomic_compare_exchange_strong(&blocks->asking, &other, own) || !patient;
}

static void
tell(const hzi_id_blocks *blocks)
{
	hzi_client_view_changed(atomic_load(&blocks->client));
}

void
hzi_id_blocks_answered(hzi_id_blocks *blocks)
{
	atomic_store(&blocks->asking, 0);
	tell(blocks);
}

void
hzi_id_blocks_settle(hzi_id_blocks *blocks)
{
	int64_t id = atomic_load(&blocks->asking);
	if (id != 0 && !is_under_way(blocks, id) &&
			atomic_compare_exchange_strong(&blocks->asking, &id, 0)) {
		tell(blocks);
	}
}
