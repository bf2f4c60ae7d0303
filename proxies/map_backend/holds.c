// SPDX-License-Identifier: Apache-2.0
#include "proxies/map_backend/holds.h"

#include "base/platform.h"

#include <stdlib.h>

#define NS_PER_MS INT64_C(1000000)

int64_t
hzi_hold_lease_ms(const hzi_hold *hold)
{
	int64_t left_ms = (hold->lease_ns - hzi_now_ns()) / NS_PER_MS;
	if (hold->fence == 0 || hold->lease_ns == HZI_NEVER) {
		return 0;
	}
	return left_ms > 0 ? left_ms : 1;
}

void
hzi_holds_init(hzi_holds *holds)
{
	*holds = (hzi_holds){.items = NULL};
	pthread_mutex_init(&holds->lock, NULL);
}

void
hzi_holds_clear(hzi_holds *holds)
{
	pthread_mutex_destroy(&holds->lock);
	free(holds->items);
}

// With the lock held.
static hzi_hold *
find(const hzi_holds *holds, int64_t owner)
{
	for (size_t i = 0; i < holds->count; i++) {
		if (holds->items[i].owner == owner) {
			return &holds->items[i];
		}
	}
	return NULL;
}

hzi_hold
hzi_holds_get(hzi_holds *holds, int64_t owner)
{
	pthread_mutex_lock(&holds->lock);
	const hzi_hold *found = find(holds, owner);
	hzi_hold hold = found != NULL ? *found : (hzi_hold){.owner = owner};
	pthread_mutex_unlock(&holds->lock);
	return hold;
}

// With the lock held.
static hzi_hold *
add(hzi_holds *holds)
{
	if (holds->count == holds->room) {
		size_t room = holds->room * 2 + 4;
		hzi_hold *grown = realloc(holds->items, room * sizeof(*grown));
		if (grown == NULL) {
			return NULL;
		}
		holds->items = grown;
		holds->room = room;
	}
	return &holds->items[holds->count++];
}

void
hzi_holds_set(hzi_holds *holds, hzi_hold hold)
{
	pthread_mutex_lock(&holds->lock);
	hzi_hold *entry = find(holds, hold.owner);
	if (entry == NULL) {
		entry = add(holds);
	}
	if (entry != NULL) {
		*entry = hold;
	}
	pthread_mutex_unlock(&holds->lock);
}

void
hzi_holds_forget(hzi_holds *holds, int64_t owner)
{
	pthread_mutex_lock(&holds->lock);
	hzi_hold *entry = find(holds, owner);
	if (entry != NULL) {
		*entry = holds->items[--holds->count];
	}
	pthread_mutex_unlock(&holds->lock);
}

bool
hzi_holds_take(hzi_holds *holds, hzi_hold *out)
{
	pthread_mutex_lock(&holds->lock);
	bool any = holds->count > 0;
	if (any) {
		*out = holds->items[--holds->count];
	}
	pthread_mutex_unlock(&holds->lock);
	return any;
}
