// SPDX-License-Identifier: Apache-2.0
#include "core/worker.h"

#include "core/cancel.h"
#include "core/client.h"
#include "core/invocation.h"
#include "core/retry.h"

#include <stdio.h>

#define TICK_NS INT64_C(100000000)
#define NS_PER_MS INT64_C(1000000)
#define CALLBACK_STACK_BYTES 0 // the system's default: code of the application's runs there

// ---- Handing over ----

static void run_callback(hzi_job *job);
static void drive(hzi_job *job);
static void run_jobs(hzi_worker *worker);

// After the end of the threads whoever comes late lets go of what he brought himself. One at a time
// does it, for all who ask meanwhile: a job may bring another one, on this very thread. A worker
// that was left behind in a callback is still its inbox's only receiver.
static void
drain(hz_client *client)
{
	hzi_workers *workers = &client->workers;
	uint32_t asked = 1;
	if (atomic_fetch_add(&workers->drains, 1) != 0) {
		return;
	}
	do {
		for (uint32_t i = 0; i < workers->count; i++) {
			if (atomic_load(&workers->worker[i].finished) != 0) {
				run_jobs(&workers->worker[i]);
			}
		}
	} while (!atomic_compare_exchange_strong(&workers->drains, &asked, 0));
}

static void
hand_over(hz_client *client, hzi_worker *worker, hzi_job *job)
{
	// The job may be the last thing that holds the client.
	hzi_client_retain(client);
	hzi_mailbox_push(&worker->inbox, &job->node);
	if (atomic_load(&client->workers.stopped)) {
		drain(client);
	}
	hzi_client_release(client);
}

bool
hzi_workers_stopped(const hz_client *client)
{
	return atomic_load(&client->workers.stopped);
}

void
hzi_worker_complete(struct hz_client *client, struct hzi_call *call)
{
	call->job.run = run_callback;
	hzi_worker_run(client, &call->job);
}

void
hzi_worker_run(struct hz_client *client, hzi_job *job)
{
	hzi_workers *workers = &client->workers;
	uint32_t users = workers->count - 1;
	uint32_t n = atomic_fetch_add_explicit(&workers->next, 1, memory_order_relaxed);
	hand_over(client, &workers->worker[1 + n % users], job);
}

void
hzi_worker_drive(struct hz_client *client, struct hzi_call *call)
{
	call->job.run = drive;
	hand_over(client, &client->workers.worker[0], &call->job);
}

void
hzi_worker_tick(struct hz_client *client)
{
	if (!atomic_exchange(&client->workers.ticking, true)) {
		hzi_mailbox_ring(&client->workers.worker[0].inbox);
	}
}

void
hzi_call_watch(hzi_call *call)
{
	if (atomic_load_explicit(&call->deadline_ns, memory_order_relaxed) != HZI_NEVER) {
		call->watched = true;
		atomic_fetch_add_explicit(&call->client->asynchronous, 1, memory_order_relaxed);
		hzi_worker_tick(call->client);
	}
}

void
hzi_worker_wake(struct hz_client *client)
{
	hzi_mailbox_ring(&client->workers.worker[0].inbox);
}

// ---- Number 0: driving asynchronous calls ----

// Calls that pause before another try. Worker 0's own, reached by its jobs through the client.
static void
park(hzi_call *call)
{
	hzi_worker *worker = &call->client->workers.worker[0];
	call->job.node.next = worker->paused;
	worker->paused = &call->job.node;
}

static hz_err
ended_while_paused(const hzi_call *call, int64_t now_ns)
{
	const hz_cancel *cancel = atomic_load_explicit(&call->cancel, memory_order_relaxed);
	if (atomic_load(&call->client->closing)) {
		return HZ_ERR_CLOSED;
	}
	if (cancel != NULL && hzi_cancel_fired(cancel)) {
		return HZ_ERR_CANCELLED;
	}
	return now_ns >= atomic_load_explicit(&call->deadline_ns, memory_order_relaxed)
			? HZ_ERR_TIMEOUT
			: HZ_OK;
}

static void
send_again(hzi_call *call)
{
	hzi_slice_clear(&call->response);
	atomic_fetch_add_explicit(&call->client->counters.retries, 1, memory_order_relaxed);
	atomic_store_explicit(&call->action, call->wanted, memory_order_relaxed);
	hzi_call_send(call);
}

static void
fail_for_good(hzi_call *call, hz_err code)
{
	call->code = code;
	call->in_doubt = call->in_doubt || call->was_in_doubt;
	hzi_call_deliver(call);
}

static void
drive(hzi_job *job)
{
	hzi_call *call = HZI_OUTER(job, hzi_call, job);
	switch (hzi_retry_decide(call, false, hzi_now_ns())) {
	case HZI_RETRY_NOW:
		send_again(call);
		break;
	case HZI_RETRY_PAUSE:
		park(call);
		break;
	default:
		fail_for_good(call, call->code);
		break;
	}
}

// Another look at the calls that pause: their time may have come, or the view may be another one
// than when their last try began.
static void
look_at_paused(hzi_worker *worker)
{
	int64_t now_ns = hzi_now_ns();
	uint32_t view = atomic_load(&worker->client->view);
	hzi_node *list = worker->paused;
	worker->paused = NULL;
	while (list != NULL) {
		hzi_call *call = HZI_OUTER(hzi_job_of(list), hzi_call, job);
		list = list->next;
		hz_err e = ended_while_paused(call, now_ns);
		if (e != HZ_OK) {
			fail_for_good(call, e);
		} else if (view != call->view || now_ns >= call->resume_ns) {
			send_again(call);
		} else {
			park(call);
		}
	}
}

static bool
is_watched(uint32_t action)
{
	return action >= HZI_ACTION_CALLBACK && action <= HZI_ACTION_CLUSTER;
}

static void
look_at_call(hzi_call *call, int64_t now_ns, int64_t backup_ns)
{
	uint64_t word = atomic_load_explicit(&call->word, memory_order_acquire);
	unsigned state = HZI_WORD_STATE(word);
	if (state == HZI_CALL_HELD) {
		if (now_ns - atomic_load_explicit(&call->held_ns, memory_order_relaxed) >=
				backup_ns) {
			hzi_call_end_hold(call, HZI_WORD_GENERATION(word));
		}
		return;
	}
	if ((state == HZI_CALL_PENDING || state == HZI_CALL_SENT) &&
			is_watched(atomic_load_explicit(&call->action, memory_order_acquire)) &&
			now_ns >= atomic_load_explicit(&call->deadline_ns, memory_order_relaxed)) {
		hzi_call_give_up(call, HZI_WORD_GENERATION(word), HZ_ERR_TIMEOUT);
	}
}

// One look at every record. True: there is something to look at again.
static bool
tick(struct hz_client *client)
{
	int64_t now_ns = hzi_now_ns();
	int64_t backup_ns = client->config->backup_timeout_ms * NS_PER_MS;
	uint32_t count = hzi_slab_count(&client->slab);
	bool held = false;
	for (uint32_t i = 0; i < count; i++) {
		hzi_call *call = hzi_slab_at(&client->slab, i);
		look_at_call(call, now_ns, backup_ns);
		uint64_t word = atomic_load_explicit(&call->word, memory_order_relaxed);
		held = held || HZI_WORD_STATE(word) == HZI_CALL_HELD;
	}
	return held || atomic_load(&client->asynchronous) != 0;
}

// Stops ticking when there is nothing to tick for; whoever adds something sets the flag again and
// rings.
static void
tick_or_stop(struct hz_client *client)
{
	if (!tick(client)) {
		atomic_store(&client->workers.ticking, false);
		if (tick(client)) {
			atomic_store(&client->workers.ticking, true);
		}
	}
}

static int64_t
next_look_ns(const hzi_worker *worker, int64_t next_tick_ns)
{
	bool ticking = atomic_load(&worker->client->workers.ticking);
	int64_t due_ns = ticking || worker->paused != NULL ? next_tick_ns : HZI_NEVER;
	for (hzi_node *node = worker->paused; node != NULL; node = node->next) {
		const hzi_call *call = HZI_OUTER(hzi_job_of(node), hzi_call, job);
		due_ns = call->resume_ns < due_ns ? call->resume_ns : due_ns;
	}
	return due_ns;
}

// ---- The others: callbacks ----

static void
run_callback(hzi_job *job)
{
	hzi_call *call = HZI_OUTER(job, hzi_call, job);
	if (hzi_workers_stopped(call->client)) {
		hzi_call_release(call);
	} else {
		hzi_call_report(call);
	}
}

void
hzi_call_report(hzi_call *call)
{
	hz_result result = {0};
	hz_error err = {0};
	hz_err e = call->code;
	if (e == HZ_OK) {
		e = hzi_call_result(call, &result, &err);
	} else {
		e = hzi_call_explain(call, e, &err);
	}
	call->fn(call->ctx, e, &result, e == HZ_OK ? NULL : &err);
	hzi_result_clear(&result);
	hzi_call_release(call);
}

// ---- The threads ----

static void
run_jobs(hzi_worker *worker)
{
	hzi_node *list = hzi_mailbox_take(&worker->inbox);
	while (list != NULL) {
		hzi_node *next = list->next;
		hzi_job *job = hzi_job_of(list);
		job->run(job);
		list = next;
	}
}

static void
run_library_worker(void *arg)
{
	hzi_worker *worker = arg;
	hz_client *client = worker->client;
	int64_t next_tick_ns = hzi_now_ns() + TICK_NS;
	while (!atomic_load(&worker->stop)) {
		hzi_mailbox_wait(&worker->inbox, next_look_ns(worker, next_tick_ns));
		run_jobs(worker);
		look_at_paused(worker);
		if (hzi_now_ns() >= next_tick_ns) {
			tick_or_stop(client);
			next_tick_ns = hzi_now_ns() + TICK_NS;
		}
	}
	run_jobs(worker);
	look_at_paused(worker);
	run_jobs(worker);
	atomic_store(&worker->finished, 1);
	hzi_futex_wake(&worker->finished, 1);
}

static void
run_user_worker(void *arg)
{
	hzi_worker *worker = arg;
	hz_client *client = worker->client;
	hzi_enter_callback_thread();
	while (!atomic_load(&worker->stop)) {
		hzi_mailbox_wait(&worker->inbox, HZI_NEVER);
		run_jobs(worker);
	}
	run_jobs(worker);
	atomic_store(&worker->finished, 1);
	hzi_futex_wake(&worker->finished, 1);
	if (atomic_load(&client->workers.stopped)) {
		drain(client); // left behind by shutdown: nobody else looks into this inbox
	}
	hzi_client_release(client);
}

static hz_err
start_worker(struct hz_client *client, uint32_t index)
{
	hzi_worker *worker = &client->workers.worker[index];
	char name[24];
	worker->client = client;
	worker->index = index;
	snprintf(name, sizeof(name), "hz-work-%u", index);
	hz_err e = hzi_mailbox_init(&worker->inbox, client->bus, name);
	if (e != HZ_OK) {
		return e;
	}
	// A thread of callbacks holds the client: it may outlive shutdown.
	if (index == 0) {
		e = hzi_thread_start(&worker->thread, name, run_library_worker, worker);
	} else {
		hzi_client_retain(client);
		e = hzi_thread_start_stack(&worker->thread, name, CALLBACK_STACK_BYTES,
				run_user_worker, worker);
		if (e != HZ_OK) {
			hzi_client_release(client);
		}
	}
	worker->running = e == HZ_OK;
	if (e != HZ_OK) {
		hzi_mailbox_close(&worker->inbox);
	}
	return e;
}

hz_err
hzi_workers_start(struct hz_client *client, uint32_t count)
{
	count = count < 2 ? 2 : count > HZI_WORKERS_MAX ? HZI_WORKERS_MAX : count;
	for (uint32_t i = 0; i < count; i++) {
		hz_err e = start_worker(client, i);
		if (e != HZ_OK) {
			hzi_workers_stop(client, HZI_NEVER);
			return e;
		}
		// Nobody looks at a worker that has no inbox.
		client->workers.count = i + 1;
	}
	return HZ_OK;
}

static hz_err
stop_worker(hzi_worker *worker, int64_t deadline_ns)
{
	if (!worker->running) {
		return HZ_OK;
	}
	worker->running = false;
	atomic_store(&worker->stop, true);
	hzi_mailbox_ring(&worker->inbox);
	return hzi_thread_finish(&worker->thread, &worker->finished, deadline_ns);
}

hz_err
hzi_workers_stop(struct hz_client *client, int64_t deadline_ns)
{
	hz_err e = HZ_OK;
	// Number 0 first: what it ends still goes to the others. It runs no code but ours.
	for (uint32_t i = 0; i < client->workers.count; i++) {
		hz_err one = stop_worker(
				&client->workers.worker[i], i == 0 ? HZI_NEVER : deadline_ns);
		e = e == HZ_OK ? one : e;
	}
	atomic_store(&client->workers.stopped, true);
	drain(client);
	return e;
}

void
hzi_workers_clear(struct hz_client *client)
{
	for (uint32_t i = 0; i < client->workers.count; i++) {
		hzi_mailbox_close(&client->workers.worker[i].inbox);
	}
}
