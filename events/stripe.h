// SPDX-License-Identifier: Apache-2.0
//
// One dispatch thread and its inbox. Order is that of the inbox.
#ifndef HZI_EVENTS_STRIPE_H
#define HZI_EVENTS_STRIPE_H

#include "base/mailbox.h"
#include "base/platform.h"
#include "core/job.h"

#include <hazelcast/client.h>
#include <hazelcast/error.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct hzi_stripe {
	hzi_mailbox inbox;
	hzi_thread thread;
	hz_client *client; // held by the thread, which may outlive shutdown
	_Atomic bool stop;
	_Atomic uint32_t finished; // futex word
	bool running;
} hzi_stripe;

// Starts the thread. On failure nothing of it is left.
hz_err hzi_stripe_start(hzi_stripe *stripe, hz_client *client, uint32_t number);

// Ends it after the jobs that are queued. HZ_ERR_TIMEOUT: a callback is still running at the
// deadline; the thread is left behind.
hz_err hzi_stripe_stop(hzi_stripe *stripe, int64_t deadline_ns);

// Runs what is left in the inbox of a thread that is gone, and closes it.
void hzi_stripe_clear(hzi_stripe *stripe);

// Any thread; does not block.
void hzi_stripe_push(hzi_stripe *stripe, hzi_job *job);

// Whether this is one of the dispatch threads, of whatever client.
bool hzi_on_stripe(void);

#endif
