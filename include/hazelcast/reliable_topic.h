// SPDX-License-Identifier: Apache-2.0
//
// Reliable topic: messages to all who listen, kept in a ringbuffer of the cluster with backups
// until newer ones need the room or their time is over. A listener reads at its own pace, can begin
// with what was published before, goes on by itself after members were lost, and is told when it
// was too slow and messages are gone.
//
//	hz_reliable_topic *news = NULL;
//	if (hz_reliable_topic_open(client, "news", NULL, NULL, &news, &err) == HZ_OK) {
//		hz_reliable_topic_publish(news, hz_str("it rains"), NULL, &err);
//	}
//	hz_reliable_topic_close(&news);
//
// All listeners get all messages in one order, that of their sequences. The ringbuffer has the
// topic's name behind "_hz_rb_"; its capacity and time to live are what the cluster's configuration
// says of a ringbuffer with the topic's own name. Messages are interchangeable with those of other
// Hazelcast clients and of members. Handles, the two forms of each operation, ownership, threads
// and common errors are as map.h has them.
#ifndef HAZELCAST_RELIABLE_TOPIC_H
#define HAZELCAST_RELIABLE_TOPIC_H

#include <hazelcast/call.h>
#include <hazelcast/future.h>
#include <hazelcast/message_listener.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

// A handle of one reliable topic. Opaque.
typedef struct hz_reliable_topic hz_reliable_topic;

// What becomes of a new message when all the room is taken by messages whose time to live is not
// over. Messages without a time to live keep no room: a new one then always replaces the oldest.
typedef enum hz_topic_overload {
	HZ_TOPIC_OVERLOAD_BLOCK = 0,          // waits for room, to the deadline of the call
	HZ_TOPIC_OVERLOAD_DISCARD_OLDEST = 1, // it takes the place of the oldest
	HZ_TOPIC_OVERLOAD_DISCARD_NEWEST = 2, // it is not published, which a sequence of -1 says
	HZ_TOPIC_OVERLOAD_ERROR = 3           // HZ_ERR_TOPIC_OVERLOAD
} hz_topic_overload;

// Size-first: start from hz_reliable_topic_options_default() or set `size`.
typedef struct hz_reliable_topic_options {
	size_t size;
	hz_topic_overload overload;
	int32_t read_batch_size; // messages that listeners read at once, up to 1,000; 0: 10
} hz_reliable_topic_options;

// All defaults. Since 0.1.
static inline hz_reliable_topic_options
hz_reliable_topic_options_default(void)
{
	hz_reliable_topic_options options = {
			sizeof(hz_reliable_topic_options), HZ_TOPIC_OVERLOAD_BLOCK, 0};
	return options;
}

// ---- Handles ----

// Opens a handle; as hz_map_open. Lends options, which may be NULL. HZ_ERR_ARGUMENT also for an
// option that cannot be. Since 0.1.
HZ_API hz_err hz_reliable_topic_open(hz_client *client, const char *name,
		const hz_reliable_topic_options *options, const hz_call *call,
		hz_reliable_topic **topic, hz_error *err);

// Ends the handle; the topic in the cluster and the handle's listeners stay. NULL-safe, nulls the
// pointer. Does not block. Since 0.1.
HZ_API void hz_reliable_topic_close(hz_reliable_topic **topic);

// The topic's name, lent until the handle is closed; "" for NULL. Since 0.1.
HZ_API const char *hz_reliable_topic_name(const hz_reliable_topic *topic);

// Changes what applies to the calls of this handle from now on; as hz_map_call. Since 0.1.
HZ_API hz_err hz_reliable_topic_call(hz_reliable_topic *topic, const hz_call *call);

// Destroys the topic in the cluster, with all its messages, for everybody. Listeners that wait for
// a message end with HZ_ERR_DESTROYED; one that is just being called notices when the next message
// comes. The handle stays; whoever uses it begins a new topic, with sequence 0. Result: none. Since
// 0.1.
HZ_API hz_future hz_reliable_topic_destroy_async(hz_reliable_topic *topic);

// The same, and ends the handle when it succeeded: *topic is then NULL. Since 0.1.
HZ_API HZ_INLINE hz_err
hz_reliable_topic_destroy(hz_reliable_topic **topic, hz_error *err)
{
	hz_err e = hz_run_none(hz_reliable_topic_destroy_async(topic != NULL ? *topic : NULL), err);
	if (e == HZ_OK) {
		hz_reliable_topic_close(topic);
	}
	return e;
}

// ---- Publishing ----

// Publishes a message. *sequence, result: i64, is where it stands, or -1 if it was discarded
// (HZ_TOPIC_OVERLOAD_DISCARD_NEWEST). HZ_TOPIC_OVERLOAD_BLOCK: tries at once, then less and less
// often, once a second in the end; HZ_ERR_TIMEOUT if there was no room until the deadline, and the
// message was then not published unless err says in doubt. HZ_ERR_TOPIC_OVERLOAD: no room, with
// HZ_TOPIC_OVERLOAD_ERROR. Since 0.1.
HZ_API hz_future hz_reliable_topic_publish_async(hz_reliable_topic *topic, hz_value message);
HZ_API HZ_INLINE hz_err
hz_reliable_topic_publish(
		hz_reliable_topic *topic, hz_value message, int64_t *sequence, hz_error *err)
{
	return hz_run_i64(hz_reliable_topic_publish_async(topic, message), sequence, err);
}

// Publishes 1 to 1,000 messages, in their order, all or none. *last, result: i64, is where the last
// one stands, or -1; otherwise as hz_reliable_topic_publish. More messages than the topic has room
// for in all never fit, unless the oldest are discarded. Lends messages. Since 0.1.
HZ_API hz_future hz_reliable_topic_publish_all_async(
		hz_reliable_topic *topic, const hz_value *messages, size_t n);
HZ_API HZ_INLINE hz_err
hz_reliable_topic_publish_all(hz_reliable_topic *topic, const hz_value *messages, size_t n,
		int64_t *last, hz_error *err)
{
	return hz_run_i64(hz_reliable_topic_publish_all_async(topic, messages, n), last, err);
}

// ---- Listening ----

// Messages that are gone before the listener got them: those from sequence `from` up to below `to`.
// If `to` is not above `from`, the cluster has lost the topic or somebody destroyed it, and it
// began anew with other messages; how many are lost nobody knows.
typedef struct hz_reliable_gap {
	int64_t from;
	int64_t to; // the next one that comes
} hz_reliable_gap;

// Size-first: zero it and set `size`; `message` must not be NULL. One function of a listener runs
// at a time, in the order of the messages, on an event dispatch thread (listener.h).
typedef struct hz_reliable_listener {
	size_t size;
	void *ctx;
	// HZ_OK: goes on. Anything else ends the listener with that code; the message does not
	// count as processed then.
	hz_err (*message)(void *ctx, const hz_message *message);
	// The message was processed: `next` is the sequence to begin with another time. Called
	// after each message unless the listener removed itself in it. A listener that begins
	// with the last `next` that was stored misses nothing and gets nothing twice but, after a
	// crash, the one message whose sequence was not stored yet.
	void (*store_sequence)(void *ctx, int64_t next);
	// Only of a listener that bears losses.
	void (*gap)(void *ctx, const hz_reliable_gap *gap);
	// The listener has ended by itself, only `end` is still to come. HZ_ERR_STALE_SEQUENCE:
	// messages are gone, and it does not bear losses. HZ_ERR_DESTROYED: the topic was
	// destroyed. Not called when it is removed or the client is shut down.
	void (*failed)(void *ctx, const hz_error *err);
	void (*end)(void *ctx);
} hz_reliable_listener;

// Where a listener begins.
typedef enum hz_reliable_start {
	HZ_RELIABLE_START_NEXT = 0,     // with the next message that is published
	HZ_RELIABLE_START_OLDEST = 1,   // with the oldest that is there
	HZ_RELIABLE_START_SEQUENCE = 2, // with the one of the given sequence
} hz_reliable_start;

// Size-first: start from hz_reliable_listen_options_default() or set `size`.
typedef struct hz_reliable_listen_options {
	size_t size;
	hz_reliable_start start;
	bool loss_tolerant; // goes on after messages were lost
	int64_t sequence;   // for HZ_RELIABLE_START_SEQUENCE
} hz_reliable_listen_options;

// All defaults. Since 0.1.
static inline hz_reliable_listen_options
hz_reliable_listen_options_default(void)
{
	hz_reliable_listen_options options = {
			sizeof(hz_reliable_listen_options), HZ_RELIABLE_START_NEXT, false, 0};
	return options;
}

// Adds a listener; options may be NULL. Lends both structs, which are copied, and takes ctx: `end`
// is called in every case, also when this call fails (but not for a listener that is NULL or has no
// size). hz_listener_remove ends it. It costs no thread, but a call that waits in the member, which
// goes on waiting for the next message after the listener was removed.
//
// While a member is lost or the cluster cannot be reached, the listener tries again, without end:
// it goes on where it was. If messages are gone by then, or because it was slower than those who
// publish, it is told by `gap` and goes on with the oldest that is there if it bears losses;
// otherwise it ends with HZ_ERR_STALE_SEQUENCE. Blocks for a round trip. HZ_ERR_ARGUMENT, those of
// a call, and those of a listener (listener.h). Since 0.1.
HZ_API hz_err hz_reliable_topic_listen(hz_reliable_topic *topic,
		const hz_reliable_listener *listener, const hz_reliable_listen_options *options,
		hz_listener_id *id, hz_error *err);

#ifdef __cplusplus
}
#endif

#endif
