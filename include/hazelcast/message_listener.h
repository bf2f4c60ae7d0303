// SPDX-License-Identifier: Apache-2.0
//
// Listeners for the messages of a topic or reliable topic. listener.h says on which thread they run
// and what `gap` and `end` mean.
#ifndef HAZELCAST_MESSAGE_LISTENER_H
#define HAZELCAST_MESSAGE_LISTENER_H

#include <hazelcast/listener.h>
#include <hazelcast/value.h>

#ifdef __cplusplus
extern "C" {
#endif

// One message. Made by the library only and lent for the call, all that it shows included; later
// versions may append members.
typedef struct hz_message {
	const char *topic; // its name
	hz_value value;
	int64_t published_at_ms; // since 1970, by the clock of who published it
	hz_uuid member;          // that published it; all zero if that is not known
	int64_t sequence;        // reliable topics: where it stands; else -1
} hz_message;

// Size-first: zero it and set `size`; `message` must not be NULL.
typedef struct hz_message_listener {
	size_t size;
	void *ctx;
	void (*message)(void *ctx, const hz_message *message);
	void (*gap)(void *ctx, const hz_gap *gap);
	void (*end)(void *ctx);
} hz_message_listener;

#ifdef __cplusplus
}
#endif

#endif
