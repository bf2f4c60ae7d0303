// SPDX-License-Identifier: Apache-2.0
//
// The listener for distributed objects (Client.addDistributedObjectListener).
#include "events/dispatch.h"
#include "protocol/decode.h"
#include "protocol/gen/client.h"

#include <stdlib.h>
#include <string.h>

typedef struct object_listener {
	hzi_listener base;
	hz_object_listener user;
} object_listener;

static const hzi_op add_op = {&HZP_CLIENT_ADD_DISTRIBUTED_OBJECT_LISTENER, HZ_RESULT_OBJECT,
		HZI_OP_REGISTERS, NULL};
static const hzi_op remove_op = {
		&HZP_CLIENT_REMOVE_DISTRIBUTED_OBJECT_LISTENER, HZ_RESULT_BOOL, 0, NULL};

static void
fill_add(const hzi_listener *base, bool local, void *to)
{
	(void)base;
	*(hzp_client_add_distributed_object_listener_request *)to =
			(hzp_client_add_distributed_object_listener_request){.local_only = local};
}

static void
fill_remove(const hzi_listener *base, hz_uuid id, void *to)
{
	(void)base;
	*(hzp_client_remove_distributed_object_listener_request *)to =
			(hzp_client_remove_distributed_object_listener_request){
					.registration_id = id};
}

static char *
terminated(hzp_bytes bytes)
{
	char *text = malloc((size_t)bytes.n + 1);
	if (text != NULL) {
		if (bytes.n > 0) {
			memcpy(text, bytes.p, bytes.n);
		}
		text[bytes.n] = '\0';
	}
	return text;
}

static bool
equals(hzp_bytes bytes, const char *text)
{
	return bytes.n == strlen(text) && memcmp(bytes.p, text, bytes.n) == 0;
}

static void
on_event(hzi_listener *base, const hzi_slice *msg)
{
	const object_listener *l = HZI_OUTER(base, object_listener, base);
	hzp_client_add_distributed_object_listener_distributed_object event;
	if (hzp_decode(msg->p, msg->n,
			    &HZP_CLIENT_ADD_DISTRIBUTED_OBJECT_LISTENER_DISTRIBUTED_OBJECT, &event,
			    NULL) != HZ_OK) {
		atomic_fetch_add_explicit(
				&base->client->counters.decode_errors, 1, memory_order_relaxed);
		return;
	}
	void (*fn)(void *, const hz_object_event *) = NULL;
	if (equals(event.event_type, "CREATED")) {
		fn = l->user.created;
	} else if (equals(event.event_type, "DESTROYED")) {
		fn = l->user.destroyed;
	}
	char *service = terminated(event.service_name);
	char *name = terminated(event.name);
	if (fn != NULL && service != NULL && name != NULL) {
		fn(l->user.ctx,
				&(hz_object_event){.service = service,
						.name = name,
						.member = event.source});
	}
	free(service);
	free(name);
}

static void
on_gap(hzi_listener *base, const hz_gap *gap)
{
	const object_listener *l = HZI_OUTER(base, object_listener, base);
	if (l->user.gap != NULL) {
		l->user.gap(l->user.ctx, gap);
	}
}

static void
on_end(hzi_listener *base)
{
	const object_listener *l = HZI_OUTER(base, object_listener, base);
	if (l->user.end != NULL) {
		l->user.end(l->user.ctx);
	}
}

static const hzi_listener_class object_class = {
		.add = &add_op,
		.remove = &remove_op,
		.fill_add = fill_add,
		.fill_remove = fill_remove,
		.event = on_event,
		.gap = on_gap,
		.end = on_end,
};

HZ_API hz_err
hz_client_listen_objects(hz_client *client, const hz_object_listener *listener, hz_listener_id *out,
		hz_error *err)
{
	hz_object_listener user;
	object_listener *l;
	hzi_copy_sized(&user, sizeof(user), listener, listener != NULL ? listener->size : 0);
	hz_err e = hzi_listener_make(client, &object_class, sizeof(*l),
			listener != NULL && listener->size > sizeof(listener->size) && out != NULL,
			user.end, user.ctx, (void **)&l, err);
	if (e != HZ_OK) {
		return e;
	}
	l->user = user;
	return hzi_listener_add(&l->base, hzi_deadline_in_ms(client->config->invocation_timeout_ms),
			out, err);
}
