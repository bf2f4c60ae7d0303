// SPDX-License-Identifier: Apache-2.0
#include "events/registry.h"

static hzi_listener **
find_slot(hzi_dispatch *dispatch, uint64_t id)
{
	hzi_listener **at = &dispatch->buckets[id % HZI_LISTENER_BUCKETS];
	while (*at != NULL && (*at)->id != id) {
		at = &(*at)->next;
	}
	return at;
}

bool
hzi_registry_insert(hzi_dispatch *dispatch, hzi_listener *listener)
{
	pthread_mutex_lock(&dispatch->lock);
	if (dispatch->stopping) {
		pthread_mutex_unlock(&dispatch->lock);
		return false;
	}
	listener->id = dispatch->next_id++;
	hzi_listener **at = &dispatch->buckets[listener->id % HZI_LISTENER_BUCKETS];
	listener->next = *at;
	*at = listener;
	pthread_mutex_unlock(&dispatch->lock);
	return true;
}

hzi_listener *
hzi_registry_remove(hzi_dispatch *dispatch, uint64_t id)
{
	pthread_mutex_lock(&dispatch->lock);
	hzi_listener **at = find_slot(dispatch, id);
	hzi_listener *listener = *at;
	if (listener != NULL) {
		*at = listener->next;
		listener->next = NULL;
	}
	pthread_mutex_unlock(&dispatch->lock);
	return listener;
}

hzi_listener *
hzi_registry_find(hzi_dispatch *dispatch, uint64_t id)
{
	pthread_mutex_lock(&dispatch->lock);
	hzi_listener *listener = *find_slot(dispatch, id);
	pthread_mutex_unlock(&dispatch->lock);
	return listener;
}

hzi_listener *
hzi_registry_next(hzi_dispatch *dispatch, const hzi_listener_class *class_, bool registered,
		uint64_t after)
{
	hzi_listener *best = NULL;
	pthread_mutex_lock(&dispatch->lock);
	for (unsigned i = 0; i < HZI_LISTENER_BUCKETS; i++) {
		for (hzi_listener *l = dispatch->buckets[i]; l != NULL; l = l->next) {
			bool fits = registered ? l->class_->add != NULL : l->class_ == class_;
			if (fits && l->id > after && (best == NULL || l->id < best->id)) {
				best = l;
			}
		}
	}
	pthread_mutex_unlock(&dispatch->lock);
	return best;
}

hzi_listener *
hzi_registry_take_any(hzi_dispatch *dispatch)
{
	hzi_listener *listener = NULL;
	pthread_mutex_lock(&dispatch->lock);
	for (unsigned i = 0; listener == NULL && i < HZI_LISTENER_BUCKETS; i++) {
		listener = dispatch->buckets[i];
		if (listener != NULL) {
			dispatch->buckets[i] = listener->next;
		}
	}
	pthread_mutex_unlock(&dispatch->lock);
	return listener;
}

bool
hzi_registry_has(hzi_dispatch *dispatch, uint64_t id)
{
	return hzi_registry_find(dispatch, id) != NULL;
}

// ---- Bounds ----

// With the lock held, all three. True: the listener has to be told, and no marker is under way.
static bool
ask_for_marker(hzi_listener *l)
{
	bool marker = l->dropped != l->told && !l->gap_queued;
	l->gap_queued = l->gap_queued || marker;
	return marker;
}

static void
count_drop(hzi_dispatch *dispatch, hzi_listener *l)
{
	l->dropped++;
	atomic_fetch_add_explicit(
			&dispatch->client->counters.events_dropped, 1, memory_order_relaxed);
}

static void
uncount(hzi_listener *l, size_t cost)
{
	l->queued_events--;
	l->queued_bytes -= cost;
}

bool
hzi_registry_admit(hzi_dispatch *dispatch, uint64_t id, size_t cost, bool *marker)
{
	const hz_config *config = dispatch->client->config;
	bool room = false;
	pthread_mutex_lock(&dispatch->lock);
	hzi_listener *l = *find_slot(dispatch, id);
	if (l != NULL) {
		room = l->queued_events < (uint32_t)config->listener_queue_events &&
				l->queued_bytes + cost <= (size_t)config->listener_queue_bytes;
		if (room) {
			l->queued_events++;
			l->queued_bytes += cost;
		} else {
			count_drop(dispatch, l);
		}
		*marker = ask_for_marker(l);
	}
	pthread_mutex_unlock(&dispatch->lock);
	return room;
}

bool
hzi_registry_drop(hzi_dispatch *dispatch, uint64_t id, size_t cost)
{
	bool marker = false;
	pthread_mutex_lock(&dispatch->lock);
	hzi_listener *l = *find_slot(dispatch, id);
	if (l != NULL) {
		uncount(l, cost);
		count_drop(dispatch, l);
		marker = ask_for_marker(l);
	}
	pthread_mutex_unlock(&dispatch->lock);
	return marker;
}

void
hzi_registry_lose(hzi_dispatch *dispatch, uint64_t id)
{
	pthread_mutex_lock(&dispatch->lock);
	hzi_listener *l = *find_slot(dispatch, id);
	if (l != NULL) {
		count_drop(dispatch, l);
	}
	pthread_mutex_unlock(&dispatch->lock);
}

void
hzi_registry_unmark(hzi_dispatch *dispatch, uint64_t id)
{
	pthread_mutex_lock(&dispatch->lock);
	hzi_listener *l = *find_slot(dispatch, id);
	if (l != NULL) {
		l->gap_queued = false;
	}
	pthread_mutex_unlock(&dispatch->lock);
}

void
hzi_registry_discharge(hzi_dispatch *dispatch, uint64_t id, size_t cost)
{
	pthread_mutex_lock(&dispatch->lock);
	hzi_listener *l = *find_slot(dispatch, id);
	if (l != NULL) {
		uncount(l, cost);
	}
	pthread_mutex_unlock(&dispatch->lock);
}

uint64_t
hzi_registry_dropped(hzi_dispatch *dispatch, hzi_listener *listener)
{
	pthread_mutex_lock(&dispatch->lock);
	uint64_t dropped = listener->dropped;
	listener->told = dropped;
	listener->gap_queued = false;
	pthread_mutex_unlock(&dispatch->lock);
	return dropped;
}
