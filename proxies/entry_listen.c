// SPDX-License-Identifier: Apache-2.0
#include "proxies/entry_listen.h"

#include "base/fail.h"
#include "protocol/decode.h"
#include "protocol/gen/map.h"
#include "serialization/data.h"
#include "serialization/predicate.h"

// The ten kinds of events by the numbers that members give them.
typedef struct event_kind {
	int32_t number;
	size_t function; // where its function stands in hz_entry_listener
} event_kind;

static const event_kind kinds[] = {
		{1, offsetof(hz_entry_listener, added)},
		{2, offsetof(hz_entry_listener, removed)},
		{4, offsetof(hz_entry_listener, updated)},
		{8, offsetof(hz_entry_listener, evicted)},
		{16, offsetof(hz_entry_listener, expired)},
		{32, offsetof(hz_entry_listener, evict_all)},
		{64, offsetof(hz_entry_listener, clear_all)},
		{128, offsetof(hz_entry_listener, merged)},
		{256, offsetof(hz_entry_listener, invalidated)},
		{512, offsetof(hz_entry_listener, loaded)},
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static hz_entry_fn
function_at(const hz_entry_listener *user, size_t offset)
{
	hz_entry_fn fn;
	memcpy(&fn, (const char *)user + offset, sizeof(fn));
	return fn;
}

static hz_entry_fn
function_of(const hz_entry_listener *user, int32_t number)
{
	for (size_t i = 0; i < KINDS; i++) {
		if (kinds[i].number == number) {
			return function_at(user, kinds[i].function);
		}
	}
	return NULL;
}

static int32_t
wanted_kinds(const hz_entry_listener *user)
{
	int32_t wanted = 0;
	for (size_t i = 0; i < KINDS; i++) {
		wanted |= function_at(user, kinds[i].function) != NULL ? kinds[i].number : 0;
	}
	return wanted;
}

// ---- Messages ----

// The events of all structures have the same fields.
typedef hzp_map_add_entry_listener_entry entry_message;

void
hzi_entry_event(hzi_listener *base, const hzi_slice *msg)
{
	const hzi_entry_listener *l = HZI_OUTER(base, hzi_entry_listener, base);
	entry_message message;
	if (hzp_decode(msg->p, msg->n, base->class_->add->proto->events[0], &message, NULL) !=
			HZ_OK) {
		hzi_event_broken(base);
		return;
	}
	hz_entry_fn fn = function_of(&l->user, message.event_type);
	if (fn == NULL) {
		return;
	}
	hz_entry_event event = {
			.name = base->name,
			.member = message.uuid,
			.affected = message.number_of_affected_entries,
	};
	hzi_event_value(base, message.key, &event.key);
	hzi_event_value(base, message.value, &event.value);
	hzi_event_value(base, message.old_value, &event.old_value);
	hzi_event_value(base, message.merging_value, &event.merging_value);
	fn(l->user.ctx, &event);
}

void
hzi_entry_gap(hzi_listener *base, const hz_gap *gap)
{
	const hzi_entry_listener *l = HZI_OUTER(base, hzi_entry_listener, base);
	if (l->user.gap != NULL) {
		l->user.gap(l->user.ctx, gap);
	}
}

static void
end_user(const hz_entry_listener *user)
{
	if (user->end != NULL) {
		user->end(user->ctx);
	}
}

void
hzi_entry_end(hzi_listener *base)
{
	hzi_entry_listener *l = HZI_OUTER(base, hzi_entry_listener, base);
	end_user(&l->user);
	hzi_buf_clear(&l->key);
	hzi_buf_clear(&l->predicate);
}

// ---- Registering ----

static hz_err
check(const hzi_handle *handle, const hz_entry_listener *user, const hz_listener_id *id,
		hz_error *err)
{
	hz_err e = handle != NULL ? hzi_client_enter(handle->client) : HZ_ERR_ARGUMENT;
	if (e != HZ_OK) {
		return hzi_fail(err, e, "%s", hz_err_text(e));
	}
	if (id == NULL || wanted_kinds(user) == 0) {
		return hzi_fail(err, HZ_ERR_ARGUMENT, "%s",
				id == NULL ? "id is NULL"
					   : "the listener has no function for an event");
	}
	return HZ_OK;
}

// What the listener is for, serialized, until a listener takes it.
typedef struct wanted {
	hzi_buf key;
	hzi_buf predicate;
} wanted;

static void
wanted_clear(wanted *w)
{
	hzi_buf_clear(&w->key);
	hzi_buf_clear(&w->predicate);
}

static hz_err
write_predicate(hzi_buf *to, const hz_pred *pred, bool big_endian, hz_error *err)
{
	hz_value v;
	hz_err e = hzi_object_read(&pred->object, big_endian, &v, err);
	if (e == HZ_OK && pred->target != NULL) {
		e = hzi_fail(err, HZ_ERR_ARGUMENT, "a listener is for all partitions");
	}
	return e == HZ_OK ? hzi_data_write(to, &v, big_endian, NULL, err) : e;
}

static hz_err
write_wanted(wanted *w, const hz_client *client, const hz_listen_options *options, hz_error *err)
{
	bool big_endian = client->config->big_endian;
	hz_err e = HZ_OK;
	if (options->key != NULL) {
		e = hzi_data_write(&w->key, options->key, big_endian, NULL, err);
	}
	if (e == HZ_OK && options->predicate != NULL) {
		e = write_predicate(&w->predicate, options->predicate, big_endian, err);
	}
	return e;
}

static const hzi_listener_class *
pick(const hzi_entry_classes *classes, const hz_listen_options *options)
{
	if (options->predicate != NULL) {
		return options->key != NULL ? classes->key_where : classes->all_where;
	}
	return options->key != NULL ? classes->one_key : classes->all_keys;
}

static hz_err
add(hzi_handle *handle, const hzi_listener_class *class_, const hz_entry_listener *user,
		const hz_listen_options *options, wanted *w, hz_listener_id *id, hz_error *err)
{
	hzi_entry_listener *l = hzi_listener_new(handle->client, class_, sizeof(*l));
	if (l == NULL) {
		end_user(user);
		wanted_clear(w);
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for a listener");
	}
	HZI_ASSERT(class_->add->proto->events[0]->struct_size == sizeof(entry_message));
	l->user = *user;
	l->base.name = handle->name;
	l->key = w->key;
	l->predicate = w->predicate;
	l->kinds = wanted_kinds(user);
	l->include_value = options->include_value;
	return hzi_listener_add(&l->base, hzi_listen_deadline(handle), id, err);
}

hz_err
hzi_entry_listen(hzi_handle *handle, const hzi_entry_classes *classes,
		const hz_entry_listener *listener, const hz_listen_options *given,
		hz_listener_id *id, hz_error *err)
{
	hz_entry_listener user;
	hz_listen_options options;
	wanted w = {0};
	if (listener == NULL || !hzi_options_copy(&user, sizeof(user), listener)) {
		return hzi_fail(err, HZ_ERR_ARGUMENT, "listener is NULL or has no size");
	}
	hz_err e = hzi_options_copy(&options, sizeof(options), given)
			? check(handle, &user, id, err)
			: hzi_fail(err, HZ_ERR_ARGUMENT, "options have no size");
	const hzi_listener_class *class_ = pick(classes, &options);
	if (e == HZ_OK && class_ == NULL) {
		e = hzi_fail(err, HZ_ERR_ARGUMENT,
				"members have no such listener with a predicate");
	}
	if (e == HZ_OK) {
		e = write_wanted(&w, handle->client, &options, err);
	}
	if (e == HZ_OK && class_ != NULL) {
		return add(handle, class_, &user, &options, &w, id, err);
	}
	end_user(&user);
	wanted_clear(&w);
	return e;
}
