// SPDX-License-Identifier: Apache-2.0
//
// The listener for distributed objects (Client.addDistributedObjectListener).
#include "events/user_listener.h"
#include "protocol/decode.h"
#include "protocol/gen/client.h"

#include <stdlib.h>
#include <string.h>

static const hzi_op add_op = {&HZP_CLIENT_ADD_DISTRIBUTED_OBJECT_LISTENER, HZ_RESULT_OBJECT,
		HZI_OP_REGISTERS, NULL};
static const hzi_op remove_op = {
		&HZP_CLIENT_REMOVE_DISTRIBUTED_OBJECT_LISTENER, HZ_RESULT_BOOL, 0, NULL};

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
	const hz_object_listener *user = hzi_user_of(base);
	hzp_client_add_distributed_object_listener_distributed_object event;
	if (hzp_decode(msg->p, msg->n,
			    &HZP_CLIENT_ADD_DISTRIBUTED_OBJECT_LISTENER_DISTRIBUTED_OBJECT, &event,
			    NULL) != HZ_OK) {
		hzi_event_broken(base);
		return;
	}
	void (*fn)(void *, const hz_object_event *) = NULL;
	if (equals(event.event_type, "CREATED")) {
		fn = user->created;
	} else if (equals(event.event_type, "DESTROYED")) {
		fn = user->destroyed;
	}
	char *service = terminated(event.service_name);
	char *name = terminated(event.name);
	if (fn != NULL && service != NULL && name != NULL) {
		fn(user->ctx,
				&(hz_object_event){.service = service,
						.name = name,
						.member = event.source});
	}
	free(service);
	free(name);
}

const hzi_user_kind hzi_object_kind =
		HZI_CLIENT_KIND(hz_object_listener, &add_op, &remove_op, on_event);

HZ_API hz_err
hz_client_listen_objects(hz_client *client, const hz_object_listener *listener, hz_listener_id *out,
		hz_error *err)
{
	return hzi_user_listen(client, &hzi_object_kind, listener, out, err);
}
