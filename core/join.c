// SPDX-License-Identifier: Apache-2.0
#include "core/join.h"

#include "core/client.h"
#include "core/invocation.h"
#include "protocol/encode.h"

#include <stdlib.h>

static uint64_t
generation_of(const hzi_call *call)
{
	return HZI_WORD_GENERATION(atomic_load_explicit(&call->word, memory_order_acquire));
}

bool
hzi_join_begin(hzi_call *parent, uint32_t n)
{
	hzi_join *join = calloc(1, sizeof(*join) + n * sizeof(hzi_call *));
	if (join == NULL) {
		return false;
	}
	join->parent = parent;
	join->count = n;
	atomic_store_explicit(&join->holds, 1, memory_order_relaxed);
	parent->own_join = join;
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
		parent->code = (hz_err)refused.id_; // no memory, or the client is being closed
		return NULL;
	}
	atomic_store_explicit(&child->deadline_ns,
			atomic_load_explicit(&parent->deadline_ns, memory_order_relaxed),
			memory_order_relaxed);
	child->owner_id = parent->owner_id;
	child->hash = parent->hash;
	child->wanted = HZI_ACTION_JOIN;
	child->join = join;
	child->join_index = index;
	join->children[index] = child;
	return child;
}

void
hzi_join_child_submit(hzi_call *parent, hzi_call *child, const void *request)
{
	hz_err e = hzp_encode(&child->request, child->op->proto->request, request);
	if (e != HZ_OK && parent->code == HZ_OK) {
		parent->code = e;
	}
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

static void
send_child(hzi_call *child)
{
	atomic_store_explicit(&child->action, HZI_ACTION_JOIN, memory_order_relaxed);
	hzi_call_watch(child);
	hzi_call_send(child);
}

void
hzi_join_send(hzi_call *parent)
{
	hz_client *client = parent->client;
	hzi_join *join = parent->own_join;
	parent->view = atomic_load(&client->view);
	if (!hzi_call_take_permit(parent)) {
		hzi_call_end_idle(parent, HZ_ERR_OVERLOAD, NULL);
		return;
	}
	atomic_store_explicit(&join->left, join->count + 1, memory_order_relaxed);
	atomic_store_explicit(&join->holds, join->count + 1, memory_order_relaxed);
	join->generation = generation_of(parent) + 1;
	hzi_call_retain(parent); // it may end as soon as it is published
	hzi_call_publish(parent);
	hz_batch_begin(client); // the children leave in one write per connection
	if (atomic_load(&client->closing)) {
		hzi_call_fail(parent, join->generation, HZ_ERR_CLOSED, NULL);
	}
	for (uint32_t i = 0; i < join->count; i++) {
		send_child(join->children[i]);
	}
	count_down(join);
	hz_batch_end(client);
	hzi_call_release(parent);
}

void
hzi_join_child_sending(const hzi_call *child)
{
	const hzi_join *join = child->join;
	hzi_call *parent = join->parent;
	// The parent may have given up and be in another life: the generation tells.
	uint64_t word = atomic_load_explicit(&parent->word, memory_order_relaxed);
	while (HZI_WORD_STATE(word) == HZI_CALL_PENDING &&
			HZI_WORD_GENERATION(word) == join->generation) {
		uint64_t sent = (word & ~UINT64_C(15)) | HZI_CALL_SENT;
		if (atomic_compare_exchange_weak_explicit(&parent->word, &word, sent,
				    memory_order_acq_rel, memory_order_relaxed)) {
			return;
		}
	}
}

hz_future
hzi_join_submit(hzi_call *parent)
{
	return parent->code == HZ_OK ? hzi_call_start(parent) : hzi_call_refused(parent);
}

hz_future
hzi_join_abort(hzi_call *parent, hz_err code)
{
	return hzi_call_refuse(parent, parent->code != HZ_OK ? parent->code : code, NULL);
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
