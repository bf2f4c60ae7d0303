// SPDX-License-Identifier: Apache-2.0
#include "events/stripe.h"

#include "core/client.h"

#include <stdio.h>

static _Thread_local bool dispatching;

bool
hzi_on_stripe(void)
{
	return dispatching;
}

void
hzi_stripe_push(hzi_stripe *stripe, hzi_job *job)
{
	hzi_mailbox_push(&stripe->inbox, &job->node);
}

static void
run_jobs(hzi_stripe *stripe)
{
	hzi_node *list = hzi_mailbox_take(&stripe->inbox);
	while (list != NULL) {
		hzi_node *next = list->next;
		hzi_job *job = hzi_job_of(list);
		job->run(job);
		list = next;
	}
}

static void
run_stripe(void *arg)
{
	hzi_stripe *stripe = arg;
	hz_client *client = stripe->client;
	hzi_enter_callback_thread();
	dispatching = true;
	while (!atomic_load(&stripe->stop)) {
		hzi_mailbox_wait(&stripe->inbox, HZI_NEVER);
		run_jobs(stripe);
	}
	run_jobs(stripe);
	atomic_store(&stripe->finished, 1);
	hzi_futex_wake(&stripe->finished, 1);
	hzi_client_release(client);
}

hz_err
hzi_stripe_start(hzi_stripe *stripe, hz_client *client, uint32_t number)
{
	char name[24];
	stripe->client = client;
	snprintf(name, sizeof(name), "hz-event-%u", number);
	hz_err e = hzi_mailbox_init(&stripe->inbox, client->bus, name);
	if (e != HZ_OK) {
		return e;
	}
	hzi_client_retain(client);
	e = hzi_thread_start_stack(&stripe->thread, name, 0, run_stripe, stripe);
	stripe->running = e == HZ_OK;
	if (e != HZ_OK) {
		hzi_client_release(client);
		hzi_mailbox_close(&stripe->inbox);
	}
	return e;
}

hz_err
hzi_stripe_stop(hzi_stripe *stripe, int64_t deadline_ns)
{
	if (!stripe->running) {
		return HZ_OK;
	}
	stripe->running = false;
	atomic_store(&stripe->stop, true);
	hzi_mailbox_ring(&stripe->inbox);
	return hzi_thread_finish(&stripe->thread, &stripe->finished, deadline_ns);
}

void
hzi_stripe_clear(hzi_stripe *stripe)
{
	run_jobs(stripe);
	hzi_mailbox_close(&stripe->inbox);
}
