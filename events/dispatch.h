// SPDX-License-Identifier: Apache-2.0
//
// The dispatch threads (stripes) and the registry of listeners: one state per client. Stripe 0 is
// for what concerns the client itself; events of structures go by partition to the others, so that
// order per key holds.
#ifndef HZI_EVENTS_DISPATCH_H
#define HZI_EVENTS_DISPATCH_H

#include "core/job.h"
#include "events/listener.h"
#include "events/stripe.h"

#include <pthread.h>

#define HZI_STRIPES_MAX 33U
#define HZI_LISTENER_BUCKETS 256U

typedef struct hzi_dispatch {
	hz_client *client;
	uint32_t count; // stripes
	pthread_mutex_t lock;
	hzi_listener *buckets[HZI_LISTENER_BUCKETS];
	uint64_t next_id;
	bool stopping;
	hzi_stripe stripe[HZI_STRIPES_MAX];
} hzi_dispatch;

// Starts and ends the threads. As hzi_event_ops.start and stop.
hz_err hzi_dispatch_start(hz_client *client, void **state, hz_error *err);
hz_err hzi_dispatch_stop(void *state, int64_t deadline_ns);
void hzi_dispatch_clear(void *state);

// An event from a member (hzi_event_ops.event), and gaps.
void hzi_dispatch_event(void *state, uint64_t listener, int32_t partition, const hzi_slice *msg);
void hzi_dispatch_gap(void *state, uint64_t listener, int64_t lost_ns, int64_t regained_ns);

// Something of the client itself for every listener of the class that is in the registry now.
// Copies n bytes of the argument. Any thread; does not block.
void hzi_dispatch_local(hzi_dispatch *dispatch, const hzi_listener_class *class_, int what,
		const void *argument, size_t n);

// The members as they are now, for one listener alone, which is told after all that was pushed
// before. new takes the list in any case; NULL: no memory. push and drop end what it gave.
typedef struct hzi_initial hzi_initial;
hzi_initial *hzi_initial_new(hzi_dispatch *dispatch, int what, hz_members *members);
void hzi_initial_push(hzi_initial *initial, uint64_t listener);
void hzi_initial_drop(hzi_initial *initial);

// Something that another thread of the library has for one listener, which runs on the stripe of
// that listener: run is called once, with NULL if the listener is gone. The sender fills `run` and
// owns the memory again from then on. Any thread; does not block.
typedef struct hzi_delivery {
	hzi_job job;
	hzi_dispatch *dispatch;
	uint64_t listener;
	void (*run)(struct hzi_delivery *delivery, hzi_listener *listener);
} hzi_delivery;

void hzi_dispatch_deliver(hzi_dispatch *dispatch, uint64_t listener, hzi_delivery *delivery);

// Whether a listener that is running has not been removed meanwhile, maybe by itself.
bool hzi_registry_has(hzi_dispatch *dispatch, uint64_t id);

// The registry. insert gives the listener its id; false: the client is shutting down.
bool hzi_registry_insert(hzi_dispatch *dispatch, hzi_listener *listener);
hzi_listener *hzi_registry_remove(hzi_dispatch *dispatch, uint64_t id);

// Runs a listener's end and frees it; for one that was never in the registry.
void hzi_listener_free(hzi_listener *listener);

// Ends a listener that is out of the registry: a barrier passes every stripe, the last one runs its
// end and frees it. Waits for that until the deadline, unless this is a dispatch thread.
// HZ_ERR_TIMEOUT.
hz_err hzi_dispatch_retire(hzi_dispatch *dispatch, hzi_listener *listener, int64_t deadline_ns);

#endif
