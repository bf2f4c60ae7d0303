// SPDX-License-Identifier: Apache-2.0
#include "events/listener.h"

#include "base/fail.h"
#include "core/cluster.h"
#include "events/dispatch.h"

#include <string.h>

void
hzi_copy_sized(void *to, size_t own_size, const void *from, size_t their_size)
{
	memset(to, 0, own_size);
	if (their_size == 0) {
		return;
	}
	memcpy(to, from, their_size < own_size ? their_size : own_size);
}

void
hzi_event_broken(const hzi_listener *listener)
{
	atomic_fetch_add_explicit(
			&listener->client->counters.decode_errors, 1, memory_order_relaxed);
}

hz_err
hzi_listener_make(hz_client *client, const hzi_listener_class *class_, size_t size, bool complete,
		void (*end)(void *ctx), void *ctx, void **out, hz_error *err)
{
	hz_err e = complete ? hzi_client_enter(client) : HZ_ERR_ARGUMENT;
	if (e == HZ_OK) {
		*out = hzi_listener_new(client, class_, size);
		e = *out != NULL ? HZ_OK : HZ_ERR_MEMORY;
	}
	if (e == HZ_OK) {
		return HZ_OK;
	}
	if (end != NULL) {
		end(ctx);
	}
	return hzi_fail(err, e, "%s", hz_err_text(e));
}

// ---- Registration at the members ----

static void
fill_add(void *ctx, bool local, void *to)
{
	const hzi_listener *listener = ctx;
	listener->class_->fill_add(listener, local, to);
}

static void
fill_remove(void *ctx, hz_uuid id, void *to)
{
	const hzi_listener *listener = ctx;
	listener->class_->fill_remove(listener, id, to);
}

hzi_registration
hzi_listener_registration(hzi_listener *listener)
{
	return (hzi_registration){.listener = listener->id,
			.add = listener->class_->add,
			.remove = listener->class_->remove,
			.fill_add = fill_add,
			.fill_remove = fill_remove,
			.ctx = listener};
}

static hz_err
register_at_members(hzi_listener *listener, int64_t deadline_ns, hz_error *err)
{
	hzi_registration registration = hzi_listener_registration(listener);
	return hzi_cluster_listen(listener->client, &registration, deadline_ns, err);
}

static int64_t
patience(const hz_client *client)
{
	return hzi_deadline_in_ms(client->config->invocation_timeout_ms);
}

hz_err
hzi_listener_add(hzi_listener *listener, int64_t deadline_ns, hz_listener_id *out, hz_error *err)
{
	hz_client *client = listener->client;
	hzi_dispatch *dispatch = client->events_state;
	hz_err e = HZ_OK;
	if (!hzi_registry_insert(dispatch, listener)) {
		e = hzi_fail(err, HZ_ERR_CLOSED, "the client is shutting down");
		hzi_listener_free(listener);
		return e;
	}
	// Only the id from now on: the listener may be taken back by a shutdown at any time.
	uint64_t id = listener->id;
	if (listener->class_->add != NULL) {
		e = register_at_members(listener, deadline_ns, err);
	}
	if (e != HZ_OK) {
		listener = hzi_registry_remove(dispatch, id);
		if (listener != NULL) {
			hzi_dispatch_retire(dispatch, listener, patience(client));
		}
		return e;
	}
	out->id = id;
	return HZ_OK;
}

HZ_API hz_err
hz_listener_remove(hz_client *client, hz_listener_id id, hz_error *err)
{
	hz_err e = hzi_client_enter(client);
	if (e != HZ_OK) {
		return hzi_fail(err, e, "%s", hz_err_text(e));
	}
	hzi_dispatch *dispatch = client->events_state;
	hzi_listener *listener = hzi_registry_remove(dispatch, id.id);
	if (listener == NULL) {
		return HZ_OK;
	}
	int64_t deadline_ns = patience(client);
	if (listener->class_->add != NULL) {
		hzi_cluster_unlisten(client, id.id, deadline_ns);
	}
	e = hzi_dispatch_retire(dispatch, listener, deadline_ns);
	return e == HZ_OK ? HZ_OK : hzi_fail(err, e, "a function of the listener is still running");
}
