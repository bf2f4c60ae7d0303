// SPDX-License-Identifier: Apache-2.0
//
// Listeners for what happens to the items of a collection. listener.h says on which thread they run
// and what `gap` and `end` mean.
#ifndef HAZELCAST_ITEM_LISTENER_H
#define HAZELCAST_ITEM_LISTENER_H

#include <hazelcast/listener.h>
#include <hazelcast/value.h>

#ifdef __cplusplus
extern "C" {
#endif

// One event. Made by the library only and lent for the call, all that it shows included; later
// versions may append members.
typedef struct hz_item_event {
	const char *name; // of the collection
	hz_value item;    // null if values were not asked for
	hz_uuid member;   // where it happened
} hz_item_event;

typedef void (*hz_item_fn)(void *ctx, const hz_item_event *event);

// Size-first: zero it and set `size`. Functions may be NULL.
typedef struct hz_item_listener {
	size_t size;
	void *ctx;
	hz_item_fn added;
	hz_item_fn removed;
	void (*gap)(void *ctx, const hz_gap *gap);
	void (*end)(void *ctx);
} hz_item_listener;

#ifdef __cplusplus
}
#endif

#endif
