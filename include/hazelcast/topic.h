// SPDX-License-Identifier: Apache-2.0
//
// Topic: messages to all who listen now. Nothing is kept: who is not connected when a message is
// published does not get it (reliable_topic.h keeps messages).
//
//	hz_topic *news = NULL;
//	if (hz_topic_open(client, "news", NULL, &news, &err) == HZ_OK) {
//		hz_topic_publish(news, hz_str("it rains"), &err);
//	}
//	hz_topic_close(&news);
//
// Messages of one publishing member come in the order in which it published them; those of several
// members come in no common order, unless the members' configuration asks for a global one. A
// message goes out from the member that owns the topic's partition, so that messages come in one
// order as long as that stays. Handles, the two forms of each operation, ownership, threads and
// common errors are as map.h has them.
#ifndef HAZELCAST_TOPIC_H
#define HAZELCAST_TOPIC_H

#include <hazelcast/call.h>
#include <hazelcast/future.h>
#include <hazelcast/message_listener.h>

#ifdef __cplusplus
extern "C" {
#endif

// A handle of one topic. Opaque.
typedef struct hz_topic hz_topic;

// ---- Handles ----

// Opens a handle; as hz_map_open. Since 0.1.
HZ_API hz_err hz_topic_open(hz_client *client, const char *name, const hz_call *call,
		hz_topic **topic, hz_error *err);

// Ends the handle; the topic in the cluster stays. NULL-safe, nulls the pointer. Does not block.
// Since 0.1.
HZ_API void hz_topic_close(hz_topic **topic);

// The topic's name, lent until the handle is closed; "" for NULL. Since 0.1.
HZ_API const char *hz_topic_name(const hz_topic *topic);

// Changes what applies to the calls of this handle from now on; as hz_map_call. Since 0.1.
HZ_API hz_err hz_topic_call(hz_topic *topic, const hz_call *call);

// Destroys the topic in the cluster for everybody: members forget its listeners, which hear nothing
// more but stay until they are removed. The handle stays. Result: none. Since 0.1.
HZ_API hz_future hz_topic_destroy_async(hz_topic *topic);

// The same, and ends the handle when it succeeded: *topic is then NULL. Since 0.1.
HZ_API HZ_INLINE hz_err
hz_topic_destroy(hz_topic **topic, hz_error *err)
{
	hz_err e = hz_run_none(hz_topic_destroy_async(topic != NULL ? *topic : NULL), err);
	if (e == HZ_OK) {
		hz_topic_close(topic);
	}
	return e;
}

// ---- Publishing ----

// Publishes a message. It may come to listeners a moment after the call has ended. Result: none.
// Since 0.1.
HZ_API hz_future hz_topic_publish_async(hz_topic *topic, hz_value message);
HZ_API HZ_INLINE hz_err
hz_topic_publish(hz_topic *topic, hz_value message, hz_error *err)
{
	return hz_run_none(hz_topic_publish_async(topic, message), err);
}

// Publishes n messages, in their order, by one request. Lends messages. Result: none. Since 0.1.
HZ_API hz_future hz_topic_publish_all_async(hz_topic *topic, const hz_value *messages, size_t n);
HZ_API HZ_INLINE hz_err
hz_topic_publish_all(hz_topic *topic, const hz_value *messages, size_t n, hz_error *err)
{
	return hz_run_none(hz_topic_publish_all_async(topic, messages, n), err);
}

// ---- Listening ----

// Listens to messages that are published from now on; as hz_map_listen. What was published while a
// connection was lost, or while the listener was too slow, is lost, and its `gap` is called. Since
// 0.1.
HZ_API hz_err hz_topic_listen(hz_topic *topic, const hz_message_listener *listener,
		hz_listener_id *id, hz_error *err);

#ifdef __cplusplus
}
#endif

#endif
