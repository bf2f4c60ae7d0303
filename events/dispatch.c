// SPDX-License-Identifier: Apache-2.0
#include "events/dispatch.h"

#include "base/fail.h"
#include "core/upcalls.h"
#include "events/registry.h"

#include <stdlib.h>
#include <string.h>

#define NS_PER_MS INT64_C(1000000)

// Messages up to this size are copied beside their node; larger ones are kept by reference when
// that does not pin a block many times their size (rule 16).
#define COPY_MAX 4096U

// What lies in an inbox for a message. Its memory is a block of the client's pool.
typedef struct event_job {
	hzi_job job;
	hzi_dispatch *dispatch;
	hzi_block *block; // this job's own memory
	uint64_t listener;
	size_t cost;
	hzi_slice msg; // .block NULL when the bytes stand behind this struct
} event_job;

typedef struct gap_job {
	hzi_job job;
	hzi_dispatch *dispatch;
	uint64_t listener;
	hz_gap gap;
} gap_job;

typedef struct local_job {
	hzi_job job;
	hzi_dispatch *dispatch;
	const hzi_listener_class *class_;
	uint64_t before; // listeners from this id on came later
	int what;
	_Alignas(16) uint8_t argument[];
} local_job;

struct hzi_initial {
	hzi_job job;
	hzi_dispatch *dispatch;
	uint64_t listener;
	int what;
	hz_members *members;
};

// One node for every stripe; the last stripe to pass it ends the listener.
typedef struct barrier {
	struct barrier_node {
		hzi_job job;
		struct barrier *barrier;
	} node[HZI_STRIPES_MAX];
	hzi_listener *listener;
	_Atomic uint32_t left;
	_Atomic uint32_t holds;  // one for the waiter, one for the stripes
	_Atomic uint32_t passed; // futex word
} barrier;

// ---- Handing over ----

static hzi_stripe *
stripe_for(hzi_dispatch *dispatch, int32_t partition, uint64_t listener)
{
	uint64_t key = partition >= 0 ? (uint32_t)partition : listener;
	return &dispatch->stripe[1 + key % (dispatch->count - 1)];
}

static void
run_gap(hzi_job *job)
{
	gap_job *gap = HZI_OUTER(job, gap_job, job);
	hzi_listener *listener = hzi_registry_find(gap->dispatch, gap->listener);
	if (listener != NULL) {
		if (gap->gap.lost_at_ms == 0) {
			// Dropped events are counted on until the marker is delivered.
			gap->gap.dropped = hzi_registry_dropped(gap->dispatch, listener);
		}
		if (listener->class_->gap != NULL) {
			listener->class_->gap(listener, &gap->gap);
		}
	}
	free(gap);
}

// False: no memory.
static bool
push_gap(hzi_dispatch *dispatch, hzi_stripe *stripe, uint64_t listener, hz_gap what)
{
	gap_job *gap = malloc(sizeof(*gap));
	if (gap != NULL) {
		*gap = (gap_job){.job.run = run_gap,
				.dispatch = dispatch,
				.listener = listener,
				.gap = what};
		hzi_stripe_push(stripe, &gap->job);
	}
	return gap != NULL;
}

static void
run_event(hzi_job *job)
{
	event_job *event = HZI_OUTER(job, event_job, job);
	hzi_dispatch *dispatch = event->dispatch;
	hzi_listener *listener = hzi_registry_find(dispatch, event->listener);
	if (listener != NULL) {
		atomic_fetch_add_explicit(
				&dispatch->client->counters.events, 1, memory_order_relaxed);
		listener->class_->event(listener, &event->msg);
	}
	hzi_registry_discharge(dispatch, event->listener, event->cost);
	if (event->msg.block != event->block) {
		hzi_slice_clear(&event->msg);
	}
	hzi_block_release(event->block);
}

// The message's bytes go with the job: copied behind it, or by reference.
static event_job *
make_event(hzi_dispatch *dispatch, const hzi_slice *msg)
{
	bool copy = msg->n <= COPY_MAX;
	hzi_block_pool *pool = dispatch->client->blocks;
	hzi_block *block = hzi_block_new(pool, sizeof(event_job) + (copy ? msg->n : 0));
	if (block == NULL) {
		return NULL;
	}
	event_job *event = (event_job *)(void *)block->data;
	memset(event, 0, sizeof(*event));
	event->block = block;
	if (copy) {
		uint8_t *bytes = block->data + sizeof(*event);
		memcpy(bytes, msg->p, msg->n);
		event->msg = (hzi_slice){.block = block, .p = bytes, .n = msg->n};
	} else if (hzi_slice_keep(pool, msg, &event->msg) != HZ_OK) {
		hzi_block_release(block);
		return NULL;
	}
	return event;
}

void
hzi_dispatch_event(void *state, uint64_t listener, int32_t partition, const hzi_slice *msg)
{
	hzi_dispatch *dispatch = state;
	hzi_stripe *stripe = stripe_for(dispatch, partition, listener);
	size_t cost = sizeof(event_job) + msg->n;
	bool marker = false;
	event_job *event = NULL;
	if (hzi_registry_admit(dispatch, listener, cost, &marker)) {
		event = make_event(dispatch, msg);
		if (event == NULL) {
			marker = hzi_registry_drop(dispatch, listener, cost) || marker;
		}
	}
	// In front of the event: what was dropped was before it, or was this one.
	if (marker && !push_gap(dispatch, stripe, listener, (hz_gap){0})) {
		hzi_registry_unmark(dispatch, listener);
	}
	if (event != NULL) {
		event->job.run = run_event;
		event->dispatch = dispatch;
		event->listener = listener;
		event->cost = cost;
		hzi_stripe_push(stripe, &event->job);
	}
}

// A gap of a lost connection.
static void
tell_gap(hzi_dispatch *dispatch, uint64_t listener, hz_gap gap)
{
	if (!push_gap(dispatch, stripe_for(dispatch, -1, listener), listener, gap)) {
		hzi_registry_lose(dispatch, listener);
	}
}

void
hzi_dispatch_gap(void *state, uint64_t listener, int64_t lost_ns, int64_t regained_ns)
{
	hzi_dispatch *dispatch = state;
	int64_t wall_ms = hzi_wall_ms();
	int64_t now_ns = hzi_now_ns();
	// Rounded so that the span is never shorter than it was.
	hz_gap gap = {.lost_at_ms = wall_ms - (now_ns - lost_ns + NS_PER_MS - 1) / NS_PER_MS,
			.regained_at_ms = wall_ms + 1 - (now_ns - regained_ns) / NS_PER_MS};
	if (listener != 0) {
		tell_gap(dispatch, listener, gap);
		return;
	}
	uint64_t id = 0;
	const hzi_listener *l;
	while ((l = hzi_registry_next(dispatch, NULL, true, id)) != NULL) {
		id = l->id;
		tell_gap(dispatch, id, gap);
	}
}

static void
run_local(hzi_job *job)
{
	local_job *local = HZI_OUTER(job, local_job, job);
	uint64_t id = 0;
	hzi_listener *listener;
	while ((listener = hzi_registry_next(local->dispatch, local->class_, false, id)) != NULL &&
			listener->id < local->before) {
		id = listener->id;
		listener->class_->local(listener, local->what, local->argument);
	}
	free(local);
}

void
hzi_dispatch_local(hzi_dispatch *dispatch, const hzi_listener_class *class_, int what,
		const void *argument, size_t n)
{
	local_job *local = aligned_alloc(16, (sizeof(*local) + n + 15) / 16 * 16);
	if (local == NULL) {
		return;
	}
	*local = (local_job){
			.job.run = run_local, .dispatch = dispatch, .class_ = class_, .what = what};
	pthread_mutex_lock(&dispatch->lock);
	local->before = dispatch->next_id;
	pthread_mutex_unlock(&dispatch->lock);
	if (n > 0) {
		memcpy(local->argument, argument, n);
	}
	hzi_stripe_push(&dispatch->stripe[0], &local->job);
}

hzi_initial *
hzi_initial_new(hzi_dispatch *dispatch, int what, hz_members *members)
{
	hzi_initial *initial = calloc(1, sizeof(*initial));
	if (initial == NULL) {
		hz_members_destroy(&members);
		return NULL;
	}
	initial->dispatch = dispatch;
	initial->what = what;
	initial->members = members;
	return initial;
}

void
hzi_initial_drop(hzi_initial *initial)
{
	hz_members_destroy(&initial->members);
	free(initial);
}

static void
run_initial(hzi_job *job)
{
	hzi_initial *initial = HZI_OUTER(job, hzi_initial, job);
	hzi_listener *listener = hzi_registry_find(initial->dispatch, initial->listener);
	if (listener != NULL) {
		listener->class_->local(listener, initial->what, initial->members);
	}
	hzi_initial_drop(initial);
}

void
hzi_initial_push(hzi_initial *initial, uint64_t listener)
{
	initial->job.run = run_initial;
	initial->listener = listener;
	hzi_stripe_push(&initial->dispatch->stripe[0], &initial->job);
}

static void
run_delivery(hzi_job *job)
{
	hzi_delivery *delivery = HZI_OUTER(job, hzi_delivery, job);
	delivery->run(delivery, hzi_registry_find(delivery->dispatch, delivery->listener));
}

void
hzi_dispatch_deliver(hzi_dispatch *dispatch, uint64_t listener, hzi_delivery *delivery)
{
	delivery->job.run = run_delivery;
	delivery->dispatch = dispatch;
	delivery->listener = listener;
	hzi_stripe_push(stripe_for(dispatch, -1, listener), &delivery->job);
}

// ---- Beginning and ending listeners ----

void *
hzi_listener_new(hz_client *client, const hzi_listener_class *class_, size_t size)
{
	hzi_listener *listener = calloc(1, size);
	// The barrier comes first, so that taking a listener back cannot fail.
	void *b = calloc(1, sizeof(barrier));
	if (listener == NULL || b == NULL) {
		free(listener);
		free(b);
		return NULL;
	}
	listener->class_ = class_;
	listener->client = client;
	listener->barrier = b;
	return listener;
}

static void
drop_barrier(barrier *b)
{
	if (atomic_fetch_sub_explicit(&b->holds, 1, memory_order_acq_rel) == 1) {
		free(b);
	}
}

void
hzi_listener_free(hzi_listener *listener)
{
	if (listener->class_->end != NULL) {
		listener->class_->end(listener);
	}
	free(listener->barrier);
	free(listener);
}

static void
run_barrier(hzi_job *job)
{
	barrier *b = HZI_OUTER(job, struct barrier_node, job)->barrier;
	if (atomic_fetch_sub_explicit(&b->left, 1, memory_order_acq_rel) != 1) {
		return;
	}
	if (b->listener != NULL) {
		hzi_listener_free(b->listener);
	}
	atomic_store(&b->passed, 1);
	hzi_futex_wake(&b->passed, 1);
	drop_barrier(b);
}

static hz_err
wait_for_barrier(barrier *b, int64_t deadline_ns)
{
	while (atomic_load(&b->passed) == 0) {
		if (hzi_futex_wait(&b->passed, 0, deadline_ns) == HZI_FUTEX_TIMEOUT) {
			return HZ_ERR_TIMEOUT;
		}
	}
	return HZ_OK;
}

// Sends a barrier behind all that is queued now, and waits for it unless this is a dispatch thread.
static hz_err
pass_barrier(hzi_dispatch *dispatch, barrier *b, int64_t deadline_ns)
{
	atomic_store(&b->left, dispatch->count);
	atomic_store(&b->holds, 2);
	for (uint32_t i = 0; i < dispatch->count; i++) {
		b->node[i].job.run = run_barrier;
		b->node[i].barrier = b;
	}
	for (uint32_t i = 0; i < dispatch->count; i++) {
		hzi_stripe_push(&dispatch->stripe[i], &b->node[i].job);
	}
	hz_err e = hzi_on_stripe() ? HZ_OK : wait_for_barrier(b, deadline_ns);
	drop_barrier(b);
	return e;
}

hz_err
hzi_dispatch_retire(hzi_dispatch *dispatch, hzi_listener *listener, int64_t deadline_ns)
{
	barrier *b = listener->barrier;
	listener->barrier = NULL;
	b->listener = listener;
	return pass_barrier(dispatch, b, deadline_ns);
}

// ---- The threads ----

// The start failed half-way: nobody has been told of anything yet.
static void
give_up(hzi_dispatch *dispatch)
{
	for (uint32_t i = 0; i < dispatch->count; i++) {
		hzi_stripe_stop(&dispatch->stripe[i], HZI_NEVER);
	}
	hzi_dispatch_clear(dispatch);
}

hz_err
hzi_dispatch_start(hz_client *client, void **state, hz_error *err)
{
	hzi_dispatch *dispatch = calloc(1, sizeof(*dispatch));
	if (dispatch == NULL) {
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for the event dispatch");
	}
	uint32_t threads = (uint32_t)client->config->dispatch_threads;
	dispatch->client = client;
	dispatch->next_id = HZI_LISTENER_FIRST;
	dispatch->count = 1 +
			(threads < 1 ? 1
							: threads < HZI_STRIPES_MAX
							? threads
							: HZI_STRIPES_MAX - 1);
	pthread_mutex_init(&dispatch->lock, NULL);
	*state = dispatch;
	for (uint32_t i = 0; i < dispatch->count; i++) {
		hz_err e = hzi_stripe_start(&dispatch->stripe[i], client, i);
		if (e != HZ_OK) {
			dispatch->count = i;
			give_up(dispatch);
			*state = NULL;
			return hzi_fail(err, e, "no thread for the event dispatch");
		}
	}
	return HZ_OK;
}

// What is queued is delivered, as long as the listeners are still to be found. Without memory for
// the barrier it is dropped.
static hz_err
deliver_queued(hzi_dispatch *dispatch, int64_t deadline_ns)
{
	pthread_mutex_lock(&dispatch->lock);
	dispatch->stopping = true;
	pthread_mutex_unlock(&dispatch->lock);
	barrier *b = calloc(1, sizeof(*b));
	return b != NULL ? pass_barrier(dispatch, b, deadline_ns) : HZ_OK;
}

hz_err
hzi_dispatch_stop(void *state, int64_t deadline_ns)
{
	hzi_dispatch *dispatch = state;
	hzi_listener *listener;
	hz_err e = deliver_queued(dispatch, deadline_ns);
	while ((listener = hzi_registry_take_any(dispatch)) != NULL) {
		hz_err one = hzi_dispatch_retire(dispatch, listener, deadline_ns);
		e = e == HZ_OK ? one : e;
	}
	for (uint32_t i = 0; i < dispatch->count; i++) {
		hz_err one = hzi_stripe_stop(&dispatch->stripe[i], deadline_ns);
		e = e == HZ_OK ? one : e;
	}
	return e;
}

void
hzi_dispatch_clear(void *state)
{
	hzi_dispatch *dispatch = state;
	for (uint32_t i = 0; i < dispatch->count; i++) {
		// Late arrivals of a stripe whose thread is gone; nobody hears them any more.
		hzi_stripe_clear(&dispatch->stripe[i]);
	}
	pthread_mutex_destroy(&dispatch->lock);
	free(dispatch);
}
