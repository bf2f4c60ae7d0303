// SPDX-License-Identifier: Apache-2.0
#include "core/completion.h"

#include "base/fail.h"
#include "base/platform.h"
#include "core/client.h"
#include "core/invocation.h"

#include <stdlib.h>
#include <unistd.h>

// The analyzer does not know that the last reference is not dropped while somebody holds one.
// NOLINTBEGIN(clang-analyzer-unix.Malloc)

struct hz_completions {
	hz_client *client;        // held
	_Atomic uint64_t refs;    // the application's, and one for each call on its way
	_Atomic(hzi_node *) head; // newest first
	_Atomic bool raised;      // the descriptor was made readable and not looked at since
	_Atomic bool destroyed;
	hzi_node *taken; // oldest first; the dispatching thread's
	int fd;
};

HZ_API hz_err
hz_completions_new(hz_client *client, hz_completions **out, hz_error *err)
{
	hz_err e = out == NULL ? HZ_ERR_ARGUMENT : hzi_client_enter(client);
	if (e != HZ_OK) {
		return hzi_fail(err, e, "%s", hz_err_text(e));
	}
	hz_completions *completions = calloc(1, sizeof(*completions));
	if (completions == NULL) {
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for a completion queue");
	}
	e = hzi_eventfd_open(&completions->fd);
	if (e != HZ_OK) {
		free(completions);
		return hzi_fail(err, e, "no descriptor for a completion queue");
	}
	hzi_client_retain(client);
	completions->client = client;
	atomic_store(&completions->refs, 1);
	*out = completions;
	return HZ_OK;
}

hz_completions *
hzi_completions_retain(hz_completions *completions)
{
	atomic_fetch_add_explicit(&completions->refs, 1, memory_order_relaxed);
	return completions;
}

static void
release(hz_completions *completions)
{
	if (atomic_fetch_sub_explicit(&completions->refs, 1, memory_order_acq_rel) != 1) {
		return;
	}
	hz_client *client = completions->client;
	close(completions->fd);
	free(completions);
	hzi_client_release(client);
}

// Gives back calls that nobody will dispatch.
static void
drop_all(hz_completions *completions, hzi_node *list)
{
	while (list != NULL) {
		hzi_call *call = HZI_OUTER(hzi_job_of(list), hzi_call, job);
		list = list->next;
		call->completions = NULL;
		hzi_call_release(call);
		release(completions);
	}
}

void
hzi_completions_push(hzi_call *call)
{
	hz_completions *completions = call->completions;
	hzi_node *node = &call->job.node;
	hzi_node *head = atomic_load_explicit(&completions->head, memory_order_relaxed);
	// The node may be dispatched, and the queue let go, once it is in the list.
	hzi_completions_retain(completions);
	do {
		node->next = head;
	} while (!atomic_compare_exchange_weak(&completions->head, &head, node));
	if (!atomic_exchange(&completions->raised, true)) {
		hzi_eventfd_raise(completions->fd);
	}
	// Sequentially consistent with destroy: one of the two sees the node.
	if (atomic_load(&completions->destroyed)) {
		drop_all(completions, atomic_exchange(&completions->head, NULL));
	}
	release(completions);
}

HZ_API int
hz_completions_fd(const hz_completions *completions)
{
	return completions != NULL ? completions->fd : -1;
}

// Clears the descriptor first and looks at the list afterwards, never the other way: what is pushed
// in between raises it again.
static void
take_all(hz_completions *completions)
{
	hzi_eventfd_lower(completions->fd);
	atomic_store(&completions->raised, false);
	hzi_node *node = atomic_exchange(&completions->head, NULL);
	hzi_node **end = &completions->taken;
	while (*end != NULL) {
		end = &(*end)->next;
	}
	hzi_node *oldest = NULL;
	while (node != NULL) {
		hzi_node *next = node->next;
		node->next = oldest;
		oldest = node;
		node = next;
	}
	*end = oldest;
}

static hzi_call *
next_call(hz_completions *completions)
{
	hzi_node *node = completions->taken;
	if (node == NULL) {
		return NULL;
	}
	completions->taken = node->next;
	return HZI_OUTER(hzi_job_of(node), hzi_call, job);
}

HZ_API size_t
hz_completions_dispatch(hz_completions *completions, size_t max)
{
	size_t n = 0;
	if (completions == NULL || hzi_forked(&completions->client->guard)) {
		return 0;
	}
	hzi_completions_retain(completions); // a function may destroy the queue
	take_all(completions);
	hzi_call *call;
	while ((max == 0 || n < max) && (call = next_call(completions)) != NULL) {
		call->completions = NULL;
		hzi_call_report(call);
		release(completions);
		n++;
	}
	if (completions->taken != NULL && !atomic_exchange(&completions->raised, true)) {
		hzi_eventfd_raise(completions->fd);
	}
	release(completions);
	return n;
}

HZ_API void
hz_completions_destroy(hz_completions **completions)
{
	if (completions == NULL || *completions == NULL) {
		return;
	}
	hz_completions *gone = *completions;
	*completions = NULL;
	if (hzi_forked(&gone->client->guard)) {
		return;
	}
	atomic_store(&gone->destroyed, true);
	hzi_node *taken = gone->taken;
	gone->taken = NULL;
	drop_all(gone, taken);
	drop_all(gone, atomic_exchange(&gone->head, NULL));
	release(gone);
}

// NOLINTEND(clang-analyzer-unix.Malloc)
