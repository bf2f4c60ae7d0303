// SPDX-License-Identifier: Apache-2.0
//
// Listeners for what happens to the client itself: its life, the members, its connections.
#include "events/dispatch.h"

#include <string.h>

typedef struct lifecycle_listener {
	hzi_listener base;
	hz_lifecycle_listener user;
} lifecycle_listener;

typedef struct membership_listener {
	hzi_listener base;
	hz_membership_listener user;
} membership_listener;

typedef struct connection_listener {
	hzi_listener base;
	hz_connection_listener user;
} connection_listener;

// A member on its way to a dispatch thread, with the host it lends.
typedef struct member_copy {
	hz_member member;
	char host[256];
} member_copy;

enum { GONE, CAME };

static hz_member
lend_member(const void *argument)
{
	const member_copy *copy = argument;
	hz_member member = copy->member;
	member.host = copy->host;
	return member;
}

// ---- The classes ----

static void
lifecycle_changed(hzi_listener *base, int what, const void *argument)
{
	const lifecycle_listener *l = HZI_OUTER(base, lifecycle_listener, base);
	(void)argument;
	if (l->user.changed != NULL) {
		l->user.changed(l->user.ctx, (hz_lifecycle_state)what);
	}
}

static void
lifecycle_end(hzi_listener *base)
{
	const lifecycle_listener *l = HZI_OUTER(base, lifecycle_listener, base);
	if (l->user.end != NULL) {
		l->user.end(l->user.ctx);
	}
}

static const hzi_listener_class lifecycle_class = {
		.local = lifecycle_changed, .end = lifecycle_end};

static void
membership_changed(hzi_listener *base, int what, const void *argument)
{
	const membership_listener *l = HZI_OUTER(base, membership_listener, base);
	hz_member member = lend_member(argument);
	void (*fn)(void *, const hz_member *) = what == CAME ? l->user.added : l->user.removed;
	if (fn != NULL) {
		fn(l->user.ctx, &member);
	}
}

static void
membership_end(hzi_listener *base)
{
	const membership_listener *l = HZI_OUTER(base, membership_listener, base);
	if (l->user.end != NULL) {
		l->user.end(l->user.ctx);
	}
}

static const hzi_listener_class membership_class = {
		.local = membership_changed, .end = membership_end};

static void
connection_changed(hzi_listener *base, int what, const void *argument)
{
	const connection_listener *l = HZI_OUTER(base, connection_listener, base);
	hz_member member = lend_member(argument);
	void (*fn)(void *, const hz_member *) = what == CAME ? l->user.opened : l->user.closed;
	if (fn != NULL) {
		fn(l->user.ctx, &member);
	}
}

static void
connection_end(hzi_listener *base)
{
	const connection_listener *l = HZI_OUTER(base, connection_listener, base);
	if (l->user.end != NULL) {
		l->user.end(l->user.ctx);
	}
}

static const hzi_listener_class connection_class = {
		.local = connection_changed, .end = connection_end};

// ---- Upcalls of core ----

static void
on_lifecycle(void *state, hzi_lifecycle what)
{
	hzi_dispatch_local(state, &lifecycle_class, (int)what, NULL, 0);
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
	push_member(state, &membership_class, member, added);
}

static void
on_connection(void *state, const hz_member *member, bool opened)
{
	push_member(state, &connection_class, member, opened);
}

const hzi_event_ops hzi_events = {
		.start = hzi_dispatch_start,
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
	hz_lifecycle_listener user;
	lifecycle_listener *l;
	hzi_copy_sized(&user, sizeof(user), listener, listener != NULL ? listener->size : 0);
	hz_err e = hzi_listener_make(client, &lifecycle_class, sizeof(*l),
			listener != NULL && out != NULL, user.end, user.ctx, (void **)&l, err);
	if (e != HZ_OK) {
		return e;
	}
	l->user = user;
	return hzi_listener_add(&l->base, HZI_NEVER, out, err);
}

HZ_API hz_err
hz_client_listen_members(hz_client *client, const hz_membership_listener *listener,
		hz_listener_id *out, hz_error *err)
{
	hz_membership_listener user;
	membership_listener *l;
	hzi_copy_sized(&user, sizeof(user), listener, listener != NULL ? listener->size : 0);
	hz_err e = hzi_listener_make(client, &membership_class, sizeof(*l),
			listener != NULL && out != NULL, user.end, user.ctx, (void **)&l, err);
	if (e != HZ_OK) {
		return e;
	}
	l->user = user;
	return hzi_listener_add(&l->base, HZI_NEVER, out, err);
}

HZ_API hz_err
hz_client_listen_connections(hz_client *client, const hz_connection_listener *listener,
		hz_listener_id *out, hz_error *err)
{
	hz_connection_listener user;
	connection_listener *l;
	hzi_copy_sized(&user, sizeof(user), listener, listener != NULL ? listener->size : 0);
	hz_err e = hzi_listener_make(client, &connection_class, sizeof(*l),
			listener != NULL && out != NULL, user.end, user.ctx, (void **)&l, err);
	if (e != HZ_OK) {
		return e;
	}
	l->user = user;
	return hzi_listener_add(&l->base, HZI_NEVER, out, err);
}
