// SPDX-License-Identifier: Apache-2.0
//
// Invocation workers. Number 0 is the library's own: it drives asynchronous calls (retries,
// redirects, deadlines, waits for backup acknowledgements). The others run completion callbacks, so
// that one of the application's that blocks stops neither retries nor timeouts.
#ifndef HZI_CORE_WORKER_H
#define HZI_CORE_WORKER_H

#include "base/mailbox.h"
#include "base/platform.h"
#include "core/job.h"

#include <hazelcast/error.h>
#include <stdatomic.h>
#include <stdbool.h>

struct hz_client;
struct hzi_call;

#define HZI_WORKERS_MAX 64U

typedef struct hzi_worker {
	hzi_mailbox inbox;
	hzi_thread thread;
	struct hz_client *client;
	uint32_t index;
	_Atomic bool stop;
	_Atomic uint32_t finished; // futex word: the thread has left its loop
	bool running;
	hzi_node *paused; // number 0: calls that wait for another try
} hzi_worker;

typedef struct hzi_workers {
	hzi_worker worker[HZI_WORKERS_MAX];
	uint32_t count;
	_Atomic uint32_t next;
	_Atomic bool ticking; // worker 0 wakes every 100 ms
	_Atomic bool stopped; // no thread is left: what is still handed over is only let go
	// How often that was asked for since the one who does it last looked.
	_Atomic uint32_t drains;
} hzi_workers;

// Starts `count` (at least 2) workers. HZ_ERR_RESOURCE, HZ_ERR_MEMORY; nothing is left behind then.
hz_err hzi_workers_start(struct hz_client *client, uint32_t count);

// Drains and joins. HZ_ERR_TIMEOUT when a callback still runs at the deadline: that thread is
// detached and holds the client.
hz_err hzi_workers_stop(struct hz_client *client, int64_t deadline_ns);

// Whether all threads have ended: no callback runs any more. Any thread.
bool hzi_workers_stopped(const struct hz_client *client);

// Closes the inboxes. After stop; not while a detached worker is left.
void hzi_workers_clear(struct hz_client *client);

// Gives worker 0 a call to look at: a failed try, or one that asks for its deadline to be watched.
void hzi_worker_drive(struct hz_client *client, struct hzi_call *call);

// Makes sure that worker 0 looks at deadlines and backup acknowledgements every 100 ms for as long
// as there are any. Any thread; a bell at most when it had stopped.
void hzi_worker_tick(struct hz_client *client);

// Has worker 0 watch the deadline of a call that nobody waits for, if it has one. Its driver,
// before the call is sent or its consumer installed.
void hzi_call_watch(struct hzi_call *call);

// Has worker 0 look at the calls that pause. Any thread; a bell if it sleeps.
void hzi_worker_wake(struct hz_client *client);

// Runs a job on a user worker. Any thread; does not block.
void hzi_worker_run(struct hz_client *client, hzi_job *job);

// Gives a user worker a call whose callback is due.
void hzi_worker_complete(struct hz_client *client, struct hzi_call *call);

#endif
