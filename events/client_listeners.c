// SPDX-License-Identifier: Apache-2.0
//
// Listeners for what happens to the client itself: its life, the members, its connections.
#include "base/fail.h"
#include "core/cluster.h"
#include "events/config_listeners.h"
#include "events/user_listener.h"

#include <string.h>

// A member on its way to a dispatch thread, with the host it lends.
typedef struct member_copy {
	hz_member member;
	char host[256];
} member_copy;

enum { GONE, CAME, FIRST };

static void
tell_member(void (*fn)(void *ctx, const hz_member *member), void *ctx, const void *argument)
{
	const member_copy *copy = argument;
	hz_member member = copy->member;
	member.host = copy->host;
	if (fn != NULL) {
		fn(ctx, &member);
	}
}

// ---- The kinds ----

static void
lifecycle_changed(hzi_listener *base, int what, const void *argument)
{
	const hz_lifecycle_listener *user = hzi_user_of(base);
	(void)argument;
	if (user->changed != NULL) {
		user->changed(user->ctx, (hz_lifecycle_state)what);
	}
}

const hzi_user_kind hzi_lifecycle_kind = HZI_LOCAL_KIND(hz_lifecycle_listener, lifecycle_changed);

static void
membership_changed(hzi_listener *base, int what, const void *argument)
{
	const hz_membership_listener *user = hzi_user_of(base);
	if (what != FIRST) {
		tell_member(what == CAME ? user->added : user->removed, user->ctx, argument);
	} else if (user->initial != NULL) {
		user->initial(user->ctx, argument);
	}
}

const hzi_user_kind hzi_membership_kind =
		HZI_LOCAL_KIND(hz_membership_listener, membership_changed);

static void
connection_changed(hzi_listener *base, int what, const void *argument)
{
	const hz_connection_listener *user = hzi_user_of(base);
	tell_member(what == CAME ? user->opened : user->closed, user->ctx, argument);
}

const hzi_user_kind hzi_connection_kind =
		HZI_LOCAL_KIND(hz_connection_listener, connection_changed);

// ---- Upcalls of core ----

static void
on_lifecycle(void *state, hzi_lifecycle what)
{
	hzi_dispatch_local(state, &hzi_lifecycle_kind.class_, (int)what, NULL, 0);
}

static void
push_member(void *state, const hzi_listener_class *class_, const hz_member *member, bool came)
{
	member_copy copy = {.member = *member};
	if (member->host != NULL) {
		size_t n = strlen(member->host);
		memcpy(copy.host, member->host, n < sizeof(copy.host) ? n : sizeof(copy.host) - 1);
	}
	copy.member.host = NULL;
	hzi_dispatch_local(state, class_, came ? CAME : GONE, &copy, sizeof(copy));
}

static void
on_membership(void *state, const hz_member *member, bool added)
{
	push_member(state, &hzi_membership_kind.class_, member, added);
}

static void
on_connection(void *state, const hz_member *member, bool opened)
{
	push_member(state, &hzi_connection_kind.class_, member, opened);
}

static hz_err
start(hz_client *client, void **state, hz_error *err)
{
	hz_err e = hzi_dispatch_start(client, state, err);
	return e == HZ_OK ? hzi_config_listeners_add(client, *state, err) : e;
}

const hzi_event_ops hzi_events = {
		.start = start,
		.prepare = hzi_config_listeners_register,
		.stop = hzi_dispatch_stop,
		.clear = hzi_dispatch_clear,
		.event = hzi_dispatch_event,
		.gap = hzi_dispatch_gap,
		.lifecycle = on_lifecycle,
		.membership = on_membership,
		.connection = on_connection,
};

_Static_assert((int)HZI_LIFECYCLE_SHUTDOWN == (int)HZ_LIFECYCLE_SHUTDOWN, "numbered alike");

HZ_API hz_err
hz_client_new(const hz_config *config, hz_client **out, hz_error *err)
{
	return hzi_client_create(config, &hzi_events, out, err);
}

// ---- Adding ----

HZ_API hz_err
hz_client_listen_lifecycle(hz_client *client, const hz_lifecycle_listener *listener,
		hz_listener_id *out, hz_error *err)
{
	return hzi_user_listen(client, &hzi_lifecycle_kind, listener, out, err);
}

HZ_API hz_err
hz_client_listen_connections(hz_client *client, const hz_connection_listener *listener,
		hz_listener_id *out, hz_error *err)
{
	return hzi_user_listen(client, &hzi_connection_kind, listener, out, err);
}

typedef struct members_request {
	hz_client *client;
	hzi_listener *listener;
	uint64_t id;
	hz_error *err;
	hz_err result;
} members_request;

// On the cluster thread, which tells of every change: what the list says now comes first, and all
// that changes it comes afterwards.
static void
add_with_members(void *ctx)
{
	members_request *request = ctx;
	hzi_dispatch *dispatch = request->client->events_state;
	hz_members *members = NULL;
	request->result = hz_client_members(request->client, &members, request->err);
	if (request->result != HZ_OK) {
		return;
	}
	hzi_initial *initial = hzi_initial_new(dispatch, FIRST, members);
	if (initial == NULL) {
		request->result = hzi_fail(request->err, HZ_ERR_MEMORY, "no memory for a listener");
	} else if (!hzi_registry_insert(dispatch, request->listener)) {
		hzi_initial_drop(initial);
		request->result = hzi_fail(request->err, HZ_ERR_CLOSED, "the client is closed");
	} else {
		request->id = request->listener->id;
		hzi_initial_push(initial, request->id);
	}
}

HZ_API hz_err
hz_client_listen_members(hz_client *client, const hz_membership_listener *listener,
		hz_listener_id *out, hz_error *err)
{
	members_request request = {.client = client, .err = err};
	hz_err e = hzi_user_make(client, &hzi_membership_kind, listener, out != NULL,
			&request.listener, err);
	if (e != HZ_OK || out == NULL) {
		return e;
	}
	if (!hzi_cluster_run(client, add_with_members, &request)) {
		request.result = hzi_fail(err, HZ_ERR_CLOSED, "the client is closed");
	}
	if (request.result != HZ_OK) {
		hzi_listener_free(request.listener);
		return request.result;
	}
	out->id = request.id;
	return HZ_OK;
}
