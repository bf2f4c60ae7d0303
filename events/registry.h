// SPDX-License-Identifier: Apache-2.0
//
// The registry of a client's listeners, found by id, and how much of each one's bound is used.
#ifndef HZI_EVENTS_REGISTRY_H
#define HZI_EVENTS_REGISTRY_H

#include "events/dispatch.h"

// A listener found here stays valid for this job: it is only freed behind a barrier that passes
// this stripe. NULL: it is gone. Dispatch thread; a short lock.
hzi_listener *hzi_registry_find(hzi_dispatch *dispatch, uint64_t id);

// The listener of the class (`registered`: of any class that members are asked for) with the
// smallest id above `after`, so that a walk survives changes. NULL at the end. Any thread; a short
// lock.
hzi_listener *hzi_registry_next(hzi_dispatch *dispatch, const hzi_listener_class *class_,
		bool registered, uint64_t after);

// Takes one out, whichever. NULL: there is none.
hzi_listener *hzi_registry_take_any(hzi_dispatch *dispatch);

// Counts an event into its listener's bound. False: there is no such listener, or it has no room.
// *marker: events were dropped, this one perhaps, and no marker is under way. Any thread; a short
// lock.
bool hzi_registry_admit(hzi_dispatch *dispatch, uint64_t id, size_t cost, bool *marker);

// The memory for an admitted event was refused: it is dropped like one without room. Returns
// *marker.
bool hzi_registry_drop(hzi_dispatch *dispatch, uint64_t id, size_t cost);

// There was no memory for a gap of a lost connection: it counts as a drop, so that the next event
// asks for a marker. Any thread; a short lock.
void hzi_registry_lose(hzi_dispatch *dispatch, uint64_t id);

// There was no memory for the marker that an event asked for: the next one asks again. Any thread;
// a short lock.
void hzi_registry_unmark(hzi_dispatch *dispatch, uint64_t id);

// The event was delivered, or nobody is there any more.
void hzi_registry_discharge(hzi_dispatch *dispatch, uint64_t id, size_t cost);

// A marker is about to be delivered: how many events were dropped up to now. The next drop needs
// another marker.
uint64_t hzi_registry_dropped(hzi_dispatch *dispatch, hzi_listener *listener);

#endif
