// SPDX-License-Identifier: Apache-2.0
#include "protocol/gen/topic.h"
#include "protocol/decode.h"
#include "proxies/handle_api.h"
#include "proxies/listen.h"

#include <hazelcast/object.h>
#include <hazelcast/topic.h>

struct hz_topic {
	hzi_handle handle;
};

static const hzi_op PUBLISH = {&HZP_TOPIC_PUBLISH, HZ_RESULT_NONE, 0, NULL};
static const hzi_op PUBLISH_ALL = {&HZP_TOPIC_PUBLISH_ALL, HZ_RESULT_NONE, 0, NULL};
static const hzi_op ADD_LISTENER = {
		&HZP_TOPIC_ADD_MESSAGE_LISTENER, HZ_RESULT_OBJECT, HZI_OP_REGISTERS, NULL};
static const hzi_op REMOVE_LISTENER = {&HZP_TOPIC_REMOVE_MESSAGE_LISTENER, HZ_RESULT_BOOL, 0, NULL};

HZI_HANDLE_API(topic, HZ_SERVICE_TOPIC)

// ---- Publishing ----

HZ_API hz_future
hz_topic_publish_async(hz_topic *topic, hz_value message)
{
	return hzi_send_value(handle_of(topic), &PUBLISH, message);
}

HZ_API hz_future
hz_topic_publish_all_async(hz_topic *topic, const hz_value *messages, size_t n)
{
	return hzi_send_values(handle_of(topic), &PUBLISH_ALL, messages, n);
}

// ---- Listening ----

static void
on_message(hzi_listener *base, const hzi_slice *msg)
{
	const hz_message_listener *user = hzi_user_of(base);
	hzp_topic_add_message_listener_topic message;
	if (hzp_decode(msg->p, msg->n, &HZP_TOPIC_ADD_MESSAGE_LISTENER_TOPIC, &message, NULL) !=
			HZ_OK) {
		hzi_event_broken(base);
		return;
	}
	hz_message event = {
			.topic = base->name,
			.published_at_ms = message.publish_time,
			.member = message.uuid,
			.sequence = -1,
	};
	hzi_event_value(base, message.item, &event.value);
	user->message(user->ctx, &event);
}

HZ_API hz_err
hz_topic_listen(hz_topic *topic, const hz_message_listener *listener, hz_listener_id *id,
		hz_error *err)
{
	static const hzi_user_kind kind = {
			.class_ = HZI_NAME_CLASS(&ADD_LISTENER, &REMOVE_LISTENER, on_message),
			.size = sizeof(*listener),
			.end_at = offsetof(hz_message_listener, end),
			.gap_at = offsetof(hz_message_listener, gap),
	};
	return hzi_handle_listen(
			handle_of(topic), &kind, listener, HZI_HAS(listener, message), id, err);
}
