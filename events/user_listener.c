// SPDX-License-Identifier: Apache-2.0
#include "events/user_listener.h"

#include <string.h>

typedef struct user_listener {
	hzi_listener base;
	_Alignas(16) uint8_t user[];
} user_listener;

typedef void (*end_fn)(void *ctx);
typedef void (*gap_fn)(void *ctx, const hz_gap *gap);

const void *
hzi_user_of(const hzi_listener *listener)
{
	return HZI_OUTER(listener, user_listener, base)->user;
}

static const hzi_user_kind *
kind_of(const hzi_listener *listener)
{
	return HZI_OUTER(listener->class_, hzi_user_kind, class_);
}

void
hzi_user_gap(hzi_listener *listener, const hz_gap *gap)
{
	const hzi_user_head *user = hzi_user_of(listener);
	gap_fn fn;
	memcpy(&fn, (const char *)user + kind_of(listener)->gap_at, sizeof(fn));
	if (fn != NULL) {
		fn(user->ctx, gap);
	}
}

void
hzi_user_end(hzi_listener *listener)
{
	const hzi_user_head *user = hzi_user_of(listener);
	end_fn fn;
	memcpy(&fn, (const char *)user + kind_of(listener)->end_at, sizeof(fn));
	if (fn != NULL) {
		fn(user->ctx);
	}
}

// ---- Requests ----

typedef struct client_add_request {
	bool local_only;
} client_add_request;

typedef struct client_remove_request {
	hz_uuid registration_id;
} client_remove_request;

void
hzi_client_fill_add(const hzi_listener *listener, bool local, void *request)
{
	HZI_ASSERT(listener->class_->add->proto->request->struct_size ==
			sizeof(client_add_request));
	*(client_add_request *)request = (client_add_request){local};
}

void
hzi_client_fill_remove(const hzi_listener *listener, hz_uuid id, void *request)
{
	HZI_ASSERT(listener->class_->remove->proto->request->struct_size ==
			sizeof(client_remove_request));
	*(client_remove_request *)request = (client_remove_request){id};
}

// ---- Making one ----

hz_err
hzi_user_make(hz_client *client, const hzi_user_kind *kind, const void *user, bool complete,
		hzi_listener **out, hz_error *err)
{
	const hzi_user_head *head = user;
	size_t given = head != NULL ? head->size : 0;
	end_fn end = NULL;
	if (user != NULL && given >= kind->end_at + sizeof(end)) {
		memcpy(&end, (const char *)user + kind->end_at, sizeof(end));
	}
	void *made = NULL;
	hz_err e = hzi_listener_make(client, &kind->class_, sizeof(user_listener) + kind->size,
			complete && given > sizeof(head->size), end,
			given >= sizeof(*head) ? head->ctx : NULL, &made, err);
	if (e == HZ_OK && user != NULL) {
		user_listener *l = made;
		hzi_copy_sized(l->user, kind->size, user, given);
		*out = &l->base;
	}
	return e;
}

hz_err
hzi_user_listen(hz_client *client, const hzi_user_kind *kind, const void *user, hz_listener_id *id,
		hz_error *err)
{
	hzi_listener *l = NULL;
	hz_err e = hzi_user_make(client, kind, user, id != NULL, &l, err);
	if (l == NULL) {
		return e;
	}
	int64_t deadline_ns = kind->class_.add != NULL
			? hzi_deadline_in_ms(client->config->invocation_timeout_ms)
			: HZI_NEVER;
	return hzi_listener_add(l, deadline_ns, id, err);
}
