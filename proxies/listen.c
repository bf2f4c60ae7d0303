// SPDX-License-Identifier: Apache-2.0
#include "proxies/listen.h"

#include "base/fail.h"
#include "base/platform.h"
#include "protocol/decode.h"
#include "serialization/data.h"

// ---- All ----

int64_t
hzi_listen_deadline(const hzi_handle *handle)
{
	int64_t timeout_ms = handle->call.timeout_ms;
	return hzi_deadline_in_ms(timeout_ms != 0 ? timeout_ms
						  : handle->client->config->invocation_timeout_ms);
}

void
hzi_event_value(const hzi_listener *base, hzp_bytes data, hz_value *out)
{
	bool big_endian = base->client->config->big_endian;
	if (hzi_value_view(data.p, data.n, big_endian, out) != HZ_OK) {
		*out = hz_data(data.p, data.n);
	}
}

// ---- Structs of functions ----

typedef struct name_add_request {
	hzp_bytes name;
	bool local_only;
} name_add_request;

typedef struct remove_request {
	hzp_bytes name;
	hz_uuid registration_id;
} remove_request;

void
hzi_name_fill_add(const hzi_listener *base, bool local, void *request)
{
	*(name_add_request *)request = (name_add_request){hzp_str(base->name), local};
}

void
hzi_name_fill_remove(const hzi_listener *base, hz_uuid id, void *request)
{
	*(remove_request *)request = (remove_request){hzp_str(base->name), id};
}

hz_err
hzi_handle_listen(hzi_handle *handle, const hzi_user_kind *kind, const void *user, bool complete,
		hz_listener_id *id, hz_error *err)
{
	hzi_listener *l;
	HZI_ASSERT(kind->class_.fill_add != hzi_name_fill_add ||
			kind->class_.add->proto->request->struct_size == sizeof(name_add_request));
	hz_err e = hzi_user_make(handle != NULL ? handle->client : NULL, kind, user,
			handle != NULL && id != NULL && complete, &l, err);
	if (e != HZ_OK || handle == NULL) {
		return e;
	}
	l->name = handle->name;
	return hzi_listener_add(l, hzi_listen_deadline(handle), id, err);
}

// ---- Items ----

typedef struct item_listener {
	hzi_listener base;
	hz_item_listener user;
	bool include_value;
} item_listener;

typedef struct add_request {
	hzp_bytes name;
	bool include_value;
	bool local_only;
} add_request;

typedef struct item_message {
	hzp_bytes item;
	hz_uuid uuid;
	int32_t event_type;
} item_message;

enum { ITEM_ADDED = 1, ITEM_REMOVED = 2 };

void
hzi_item_fill_add(const hzi_listener *base, bool local, void *request)
{
	const item_listener *l = HZI_OUTER(base, item_listener, base);
	*(add_request *)request = (add_request){
			.name = hzp_str(base->name),
			.include_value = l->include_value,
			.local_only = local,
	};
}

void
hzi_item_event(hzi_listener *base, const hzi_slice *msg)
{
	const item_listener *l = HZI_OUTER(base, item_listener, base);
	item_message message;
	if (hzp_decode(msg->p, msg->n, base->class_->add->proto->events[0], &message, NULL) !=
			HZ_OK) {
		hzi_event_broken(base);
		return;
	}
	hz_item_fn fn = message.event_type == ITEM_ADDED     ? l->user.added
			: message.event_type == ITEM_REMOVED ? l->user.removed
							     : NULL;
	if (fn != NULL) {
		hz_item_event event = {.name = base->name, .member = message.uuid};
		hzi_event_value(base, message.item, &event.item);
		fn(l->user.ctx, &event);
	}
}

void
hzi_item_gap(hzi_listener *base, const hz_gap *gap)
{
	const item_listener *l = HZI_OUTER(base, item_listener, base);
	if (l->user.gap != NULL) {
		l->user.gap(l->user.ctx, gap);
	}
}

void
hzi_item_end(hzi_listener *base)
{
	const item_listener *l = HZI_OUTER(base, item_listener, base);
	if (l->user.end != NULL) {
		l->user.end(l->user.ctx);
	}
}

static hz_err
check(const hzi_handle *handle, const hz_item_listener *user, const hz_listen_options *options,
		const hz_listener_id *id, hz_error *err)
{
	hz_err e = handle != NULL ? hzi_client_enter(handle->client) : HZ_ERR_ARGUMENT;
	if (e != HZ_OK) {
		return hzi_fail(err, e, "%s", hz_err_text(e));
	}
	if (id == NULL || options->key != NULL || (user->added == NULL && user->removed == NULL)) {
		return hzi_fail(err, HZ_ERR_ARGUMENT,
				"id is NULL, or a key is given, or no function");
	}
	return HZ_OK;
}

static hz_err
add(hzi_handle *handle, const hzi_listener_class *class_, const hz_item_listener *user,
		const hz_listen_options *options, hz_listener_id *id, hz_error *err)
{
	item_listener *l = hzi_listener_new(handle->client, class_, sizeof(*l));
	if (l == NULL) {
		if (user->end != NULL) {
			user->end(user->ctx);
		}
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for a listener");
	}
	l->user = *user;
	l->base.name = handle->name;
	l->include_value = options->include_value;
	return hzi_listener_add(&l->base, hzi_listen_deadline(handle), id, err);
}

hz_err
hzi_item_listen(hzi_handle *handle, const hzi_listener_class *class_,
		const hz_item_listener *listener, const hz_listen_options *given,
		hz_listener_id *id, hz_error *err)
{
	hz_item_listener user;
	hz_listen_options options;
	HZI_ASSERT(class_->add->proto->request->struct_size == sizeof(add_request));
	if (listener == NULL || !hzi_options_copy(&user, sizeof(user), listener)) {
		return hzi_fail(err, HZ_ERR_ARGUMENT, "listener is NULL or has no size");
	}
	hz_err e = hzi_options_copy(&options, sizeof(options), given)
			? check(handle, &user, &options, id, err)
			: hzi_fail(err, HZ_ERR_ARGUMENT, "options have no size");
	if (e == HZ_OK) {
		return add(handle, class_, &user, &options, id, err);
	}
	if (user.end != NULL) {
		user.end(user.ctx);
	}
	return e;
}
