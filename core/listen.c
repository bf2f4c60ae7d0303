// SPDX-License-Identifier: Apache-2.0
//
// How other threads ask the cluster thread for a listener, and wait for it. A request lies on the
// stack of who waits, so nobody leaves before the cluster thread has let go of it.
#include "base/fail.h"
#include "core/cluster.h"
#include "core/cluster_state.h"
#include "core/note.h"
#include "core/registration.h"

#include <limits.h>

typedef struct listen_request {
	hzi_note note;
	const hzi_registration *reg;
	uint64_t listener;
	struct listen_request *revoked; // of one that takes another back
	void (*fn)(void *ctx);          // of one that is to be run
	void *ctx;
	hz_err code;
	hz_error err;
	bool found;
	_Atomic uint32_t done; // futex word
} listen_request;

// The requester's stack may be gone after the store; waking an address nobody waits on is harmless.
static void
finish(listen_request *request, hz_err code)
{
	request->code = code;
	atomic_store_explicit(&request->done, 1, memory_order_release);
	hzi_futex_wake(&request->done, INT_MAX);
}

static bool
is_done(listen_request *request)
{
	return atomic_load_explicit(&request->done, memory_order_acquire) != 0;
}

static bool
wait_until(listen_request *request, int64_t deadline_ns)
{
	while (!is_done(request)) {
		if (hzi_futex_wait(&request->done, 0, deadline_ns) == HZI_FUTEX_TIMEOUT) {
			return is_done(request);
		}
	}
	return true;
}

static void
on_answer(void *ctx, hz_err code, const hz_error *err)
{
	listen_request *request = ctx;
	if (err != NULL) {
		request->err = *err;
	}
	finish(request, code);
}

// ---- On the cluster thread ----

static void
run_listen(hzi_cluster *cluster, hzi_note *note)
{
	listen_request *request = HZI_OUTER(note, listen_request, note);
	if (hzi_cluster_stopping(cluster)) {
		hzi_fail(&request->err, HZ_ERR_CLOSED, "the client is closed");
		finish(request, HZ_ERR_CLOSED);
		return;
	}
	// Before it begins, since the request may be gone afterwards. With nobody to ask, events
	// are missing from now until somebody is connected, and the listener is told so.
	if (cluster->lost_ns == 0 && hzi_peers_in(cluster, HZI_PEERS_CONNECTED) == 0) {
		cluster->lost_ns = hzi_now_ns();
	}
	hzi_registrations_begin(cluster, request->reg, on_answer, request);
}

static void
run_revoke(hzi_cluster *cluster, hzi_note *note)
{
	listen_request *request = HZI_OUTER(note, listen_request, note);
	if (hzi_registrations_await(cluster, request->listener, request->revoked)) {
		hzi_registrations_end(cluster, request->listener, HZ_ERR_TIMEOUT,
				"not all members confirmed the listener in time");
	}
	finish(request, HZ_OK);
}

static void
run_unlisten(hzi_cluster *cluster, hzi_note *note)
{
	listen_request *request = HZI_OUTER(note, listen_request, note);
	request->found = hzi_registrations_end(cluster, request->listener, HZ_ERR_CANCELLED,
			"the listener was removed meanwhile");
	finish(request, HZ_OK);
}

static void
run_fn(hzi_cluster *cluster, hzi_note *note)
{
	listen_request *request = HZI_OUTER(note, listen_request, note);
	(void)cluster;
	request->fn(request->ctx);
	finish(request, HZ_OK);
}

// ---- On the thread that asks ----

bool
hzi_cluster_run(hz_client *client, void (*fn)(void *ctx), void *ctx)
{
	listen_request request = {.note = {.run = run_fn}, .fn = fn, .ctx = ctx};
	if (!hzi_note_send(client->cluster, &request.note)) {
		return false;
	}
	wait_until(&request, HZI_NEVER);
	return true;
}

hz_err
hzi_cluster_listen(hz_client *client, const hzi_registration *registration, int64_t deadline_ns,
		hz_error *err)
{
	listen_request request = {.note = {.run = run_listen}, .reg = registration};
	listen_request revoke = {.note = {.run = run_revoke},
			.listener = registration->listener,
			.revoked = &request};
	if (!hzi_note_send(client->cluster, &request.note)) {
		return hzi_fail(err, HZ_ERR_CLOSED, "the client is closed");
	}
	if (!wait_until(&request, deadline_ns)) {
		// The cluster thread may be about to touch the request: it must hear of this first.
		// It waits for nobody, so this is short.
		if (hzi_note_send(client->cluster, &revoke.note)) {
			wait_until(&revoke, HZI_NEVER);
		}
		wait_until(&request, HZI_NEVER);
	}
	if (request.code != HZ_OK && err != NULL) {
		*err = request.err;
	}
	return request.code;
}

bool
hzi_cluster_unlisten(hz_client *client, uint64_t listener, int64_t deadline_ns)
{
	listen_request request = {.note = {.run = run_unlisten}, .listener = listener};
	(void)deadline_ns; // the cluster thread waits for nobody
	if (!hzi_note_send(client->cluster, &request.note)) {
		return false;
	}
	wait_until(&request, HZI_NEVER);
	return request.found;
}

// ---- Before the thread runs ----

static void
keep_answer(void *ctx, hz_err code, const hz_error *err)
{
	(void)err;
	*(hz_err *)ctx = code;
}

bool
hzi_cluster_listen_first(hz_client *client, const hzi_registration *registration)
{
	hz_err e = HZ_OK;
	// Nobody is connected, so the answer comes at once.
	hzi_registrations_begin(client->cluster, registration, keep_answer, &e);
	return e == HZ_OK;
}
