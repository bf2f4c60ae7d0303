// SPDX-License-Identifier: Apache-2.0
#include "core/join.h"

#include "core/client.h"
#include "core/invocation.h"

#include <stdlib.h>

static uint64_t
generation_of(const hzi_call *call)
{
	return HZI_WORD_GENERATION(atomic_load_explicit(&call->word, memory_order_acquire));
}

bool
hzi_join_begin(hzi_call *parent, uint32_t n)
{
	hzi_join *join = calloc(1, sizeof(*join) + n * sizeof(join->children[0]));
	if (join == NULL) {
		return false;
	}
	join->parent = parent;
	join->count = n;
	atomic_store_explicit(&join->left, 1, memory_order_relaxed);
	atomic_store_explicit(&join->holds, 1, memory_order_relaxed);
	parent->own_join = join;
	hz_batch_begin(parent->client); // the children leave in one write per connection
	hzi_call_publish(parent);
	join->generation = generation_of(parent);
	return true;
}

hzi_call *
hzi_join_child_begin(hzi_call *parent, const hzi_op *op, uint32_t index)
{
	hzi_join *join = parent->own_join;
	hzi_call *child;
	hz_future refused;
	hz_call defaults = {.cancel = atomic_load_explicit(&parent->cancel, memory_order_relaxed)};
	HZI_ASSERT(index < join->count && join->children[index] == NULL);
	if (!hzi_call_begin_on(parent->client, &defaults, op, &child, &refused)) {
		return NULL;
	}
	atomic_store_explicit(&child->deadline_ns,
			atomic_load_explicit(&parent->deadline_ns, memory_order_relaxed),
			memory_order_relaxed);
	child->owner_id = parent->owner_id;
	child->hash = parent->hash;
	// The whole fan-out is one logical call: its parent's permit is the only one (rule 19).
	child->library = true;
	child->wanted = HZI_ACTION_JOIN;
	child->join = join;
	child->join_index = index;
	join->children[index] = child;
	join->begun++;
	return child;
}

void
hzi_join_child_submit(hzi_call *parent, hzi_call *child, const void *request)
{
	hzi_join *join = parent->own_join;
	atomic_fetch_add_explicit(&join->left, 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&join->holds, 1, memory_order_relaxed);
	atomic_store_explicit(&child->action, HZI_ACTION_JOIN, memory_order_relaxed);
	hzi_call_watch(child);
	hzi_call_submit(child, request);
}

// Gives the children's records back, and the join itself.
static void
free_join(hzi_join *join)
{
	for (uint32_t i = 0; i < join->count; i++) {
		if (join->children[i] != NULL) {
			hzi_call_release(join->children[i]);
		}
	}
	free(join);
}

static void
drop_hold(hzi_join *join)
{
	if (atomic_fetch_sub_explicit(&join->holds, 1, memory_order_acq_rel) == 1) {
		free_join(join);
	}
}

// What the parent ends with: the first failed child's outcome, in doubt when any part may have been
// applied.
static void
take_outcome(hzi_call *parent, const hzi_join *join)
{
	uint32_t bad = atomic_load_explicit(&join->first_bad, memory_order_acquire);
	if (bad == 0) {
		return;
	}
	const hzi_call *child = join->children[bad - 1];
	parent->code = child->code;
	parent->why = child->why;
	if (child->code == HZ_ERR_SERVER) {
		hzi_slice_take(&parent->response, child->response.block, child->response.p,
				child->response.n);
	}
	for (uint32_t i = 0; i < join->count; i++) {
		const hzi_call *other = join->children[i];
		parent->in_doubt = parent->in_doubt ||
				(other != NULL && (other->code == HZ_OK || other->in_doubt));
	}
}

static void
count_down(hzi_join *join)
{
	unsigned was;
	if (atomic_fetch_sub_explicit(&join->left, 1, memory_order_acq_rel) != 1) {
		return;
	}
	hzi_call *parent = join->parent;
	if (hzi_call_claim(parent, join->generation, &was)) {
		take_outcome(parent, join);
		hzi_call_done(parent);
	}
}

void
hzi_join_child_ended(hzi_call *child)
{
	hzi_join *join = child->join;
	if (child->code != HZ_OK) {
		uint32_t none = 0;
		atomic_compare_exchange_strong(&join->first_bad, &none, child->join_index + 1);
	}
	count_down(join);
	drop_hold(join);
}

hz_future
hzi_join_submit(hzi_call *parent)
{
	hz_future future = hzi_future_of(parent);
	hzi_join *join = parent->own_join;
	// The parent may end, and be released by nobody yet: its future is not consumed.
	if (atomic_load(&parent->client->closing)) {
		hzi_call_fail(parent, join->generation, HZ_ERR_CLOSED, NULL);
	}
	count_down(join);
	hz_batch_end(parent->client);
	return future;
}

hz_future
hzi_join_abort(hzi_call *parent, hz_err code)
{
	hz_future future = hzi_future_of(parent);
	hzi_call_fail(parent, parent->own_join->generation, code, NULL);
	hz_batch_end(parent->client);
	return future;
}

void
hzi_join_parent_ended(hzi_call *parent)
{
	hzi_join *join = parent->own_join;
	if (join == NULL) {
		return;
	}
	parent->own_join = NULL;
	for (uint32_t i = 0; i < join->count; i++) {
		hzi_call *child = join->children[i];
		if (child != NULL) {
			hzi_call_fail(child, generation_of(child), HZ_ERR_CANCELLED, NULL);
		}
	}
	drop_hold(join);
}

uint32_t
hzi_join_count(const hzi_call *parent)
{
	return parent->own_join->count;
}

hzi_call *
hzi_join_child(const hzi_call *parent, uint32_t i)
{
	return parent->own_join->children[i];
}
