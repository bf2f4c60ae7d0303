// SPDX-License-Identifier: Apache-2.0
//
// Maps and queues, as far as a client needs something that answers. All members of the process
// share them, as those of a cluster do. Values are the bytes that came.
#include "protocol/decode.h"
#include "protocol/gen/map.h"
#include "protocol/gen/queue.h"
#include "tests/support/scripted_state.h"
#include "tests/support/suite.h"

#include <stdlib.h>
#include <string.h>

#define BUCKETS 1024U

// An entry of a map, or, without a key, an item of a queue.
typedef struct entry {
	struct entry *next;
	uint8_t *name, *key, *value;
	uint32_t name_n, key_n, value_n;
} entry;

static entry *buckets[BUCKETS];
static entry *items, **items_tail = &items;

// ---- Bytes ----

static uint8_t *
copy(hzp_bytes bytes)
{
	uint8_t *to = malloc(bytes.n > 0 ? bytes.n : 1);
	hzt_need(to != NULL, "memory for data");
	if (bytes.n > 0) {
		memcpy(to, bytes.p, bytes.n);
	}
	return to;
}

static bool
same(const uint8_t *p, uint32_t n, hzp_bytes bytes)
{
	return n == bytes.n && (n == 0 || memcmp(p, bytes.p, n) == 0);
}

static entry *
new_entry(hzp_bytes name, hzp_bytes key, hzp_bytes value)
{
	entry *e = calloc(1, sizeof(*e));
	hzt_need(e != NULL, "memory for data");
	*e = (entry){NULL, copy(name), copy(key), copy(value), name.n, key.n, value.n};
	return e;
}

static void
free_entry(entry *e)
{
	free(e->name);
	free(e->key);
	free(e->value);
	free(e);
}

static hzp_bytes
value_of(const entry *e)
{
	return e != NULL ? (hzp_bytes){e->value, e->value_n} : (hzp_bytes){0};
}

static entry **
find(hzp_bytes name, hzp_bytes key)
{
	uint32_t hash = 2166136261U;
	for (uint32_t i = 0; i < key.n; i++) {
		hash = (hash ^ key.p[i]) * 16777619U;
	}
	entry **at = &buckets[hash % BUCKETS];
	while (*at != NULL &&
			!(same((*at)->key, (*at)->key_n, key) &&
					same((*at)->name, (*at)->name_n, name))) {
		at = &(*at)->next;
	}
	return at;
}

// ---- Map ----

// Replaces the value; gives what was there (NULL: nothing).
static entry *
put(hzp_bytes name, hzp_bytes key, hzp_bytes value)
{
	entry **at = find(name, key);
	entry *old = *at;
	entry *e = new_entry(name, key, value);
	e->next = old != NULL ? old->next : NULL;
	*at = e;
	return old;
}

static void
map_get(hzt_request *request, const void *in)
{
	const hzp_map_get_request *get = in;
	hzp_map_get_response out = {value_of(*find(get->name, get->key))};
	hzt_reply(request, &HZP_MAP_GET_RESPONSE, &out);
}

static void
map_set(hzt_request *request, const void *in)
{
	const hzp_map_set_request *set = in;
	hzp_map_set_response out = {false};
	entry *old = put(set->name, set->key, set->value);
	if (old != NULL) {
		free_entry(old);
	}
	hzt_reply(request, &HZP_MAP_SET_RESPONSE, &out);
}

static void
map_put(hzt_request *request, const void *in)
{
	const hzp_map_put_request *set = in;
	entry *old = put(set->name, set->key, set->value);
	hzp_map_put_response out = {value_of(old)};
	hzt_reply(request, &HZP_MAP_PUT_RESPONSE, &out);
	if (old != NULL) {
		free_entry(old);
	}
}

static void
map_remove(hzt_request *request, const void *in)
{
	const hzp_map_remove_request *get = in;
	entry **at = find(get->name, get->key);
	entry *old = *at;
	hzp_map_remove_response out = {value_of(old)};
	hzt_reply(request, &HZP_MAP_REMOVE_RESPONSE, &out);
	if (old != NULL) {
		*at = old->next;
		free_entry(old);
	}
}

static void
map_size(hzt_request *request, const void *in)
{
	const hzp_map_size_request *size = in;
	hzp_map_size_response out = {0};
	for (unsigned i = 0; i < BUCKETS; i++) {
		for (entry *e = buckets[i]; e != NULL; e = e->next) {
			out.response += same(e->name, e->name_n, size->name);
		}
	}
	hzt_reply(request, &HZP_MAP_SIZE_RESPONSE, &out);
}

// ---- Queue ----

static entry *
take_item(hzp_bytes name)
{
	entry **at = &items;
	while (*at != NULL && !same((*at)->name, (*at)->name_n, name)) {
		at = &(*at)->next;
	}
	entry *e = *at;
	if (e != NULL) {
		*at = e->next;
		if (*at == NULL) {
			items_tail = at;
		}
	}
	return e;
}

static void
answer_item(hzt_request *request, const entry *e)
{
	hzp_queue_take_response take = {value_of(e)};
	hzp_queue_poll_response polled = {value_of(e)};
	if (request->type == HZP_QUEUE_TAKE_REQUEST.id) {
		hzt_reply(request, &HZP_QUEUE_TAKE_RESPONSE, &take);
	} else {
		hzt_reply(request, &HZP_QUEUE_POLL_RESPONSE, &polled);
	}
}

// The name of the queue in a parked request.
static hzp_bytes
parked_name(const hzt_waiting *waiting)
{
	hzp_queue_take_request take = {0};
	hzp_queue_poll_request polled = {0};
	const hzt_request *request = &waiting->request;
	if (request->type == HZP_QUEUE_TAKE_REQUEST.id) {
		(void)hzp_decode(request->msg, request->n, &HZP_QUEUE_TAKE_REQUEST, &take, NULL);
		return take.name;
	}
	(void)hzp_decode(request->msg, request->n, &HZP_QUEUE_POLL_REQUEST, &polled, NULL);
	return polled.name;
}

// Takes parked requests of a queue off a member's list and answers them, as long as there are
// items.
static void
feed_member(hzt_scripted *member, hzp_bytes name)
{
	for (hzt_waiting **at = &member->parked; *at != NULL;) {
		hzt_waiting *one = *at;
		hzp_bytes its = parked_name(one);
		entry *e = same(its.p, its.n, name) ? take_item(name) : NULL;
		if (e == NULL) {
			at = &one->next;
			continue;
		}
		*at = one->next;
		if (*at == NULL) {
			member->parked_tail = at;
		}
		answer_item(&one->request, e);
		free_entry(e);
		free(one);
		hzt_ring(member);
	}
}

static void
queue_offer(hzt_request *request, const void *in)
{
	const hzp_queue_offer_request *offer = in;
	hzp_queue_offer_response out = {true};
	hzt_scripted *member = request->member;
	entry *e = new_entry(offer->name, (hzp_bytes){0}, offer->value);
	*items_tail = e;
	items_tail = &e->next;
	hzt_reply(request, &HZP_QUEUE_OFFER_RESPONSE, &out);
	for (size_t i = 0; i < member->cluster_size; i++) {
		feed_member(member->cluster[i], offer->name);
	}
}

static void
park(hzt_request *request, int64_t until_ms)
{
	hzt_wait_in(&request->member->parked_tail, request)->until_ms = until_ms;
}

static void
queue_take(hzt_request *request, const void *in)
{
	const hzp_queue_take_request *take = in;
	entry *e = take_item(take->name);
	if (e == NULL) {
		park(request, INT64_MAX);
		return;
	}
	answer_item(request, e);
	free_entry(e);
}

static void
queue_poll(hzt_request *request, const void *in)
{
	const hzp_queue_poll_request *take = in;
	entry *e = take_item(take->name);
	if (e == NULL && take->timeout_millis > 0) {
		int64_t now_ms = hzt_now_ms();
		park(request,
				take->timeout_millis > INT64_MAX - now_ms
						? INT64_MAX
						: now_ms + take->timeout_millis);
		return;
	}
	answer_item(request, e);
	if (e != NULL) {
		free_entry(e);
	}
}

static void
queue_size(hzt_request *request, const void *in)
{
	const hzp_queue_size_request *size = in;
	hzp_queue_size_response out = {0};
	for (entry *e = items; e != NULL; e = e->next) {
		out.response += same(e->name, e->name_n, size->name);
	}
	hzt_reply(request, &HZP_QUEUE_SIZE_RESPONSE, &out);
}

int64_t
hzt_end_polls(hzt_scripted *member, int64_t now_ms)
{
	int64_t due_ms = INT64_MAX;
	for (hzt_waiting **at = &member->parked; *at != NULL;) {
		hzt_waiting *one = *at;
		if (one->until_ms > now_ms) {
			due_ms = one->until_ms < due_ms ? one->until_ms : due_ms;
			at = &one->next;
			continue;
		}
		*at = one->next;
		if (*at == NULL) {
			member->parked_tail = at;
		}
		answer_item(&one->request, NULL);
		free(one);
		due_ms = now_ms;
	}
	return due_ms;
}

// ---- All of them ----

static const struct {
	const hzp_message *m;
	void (*fn)(hzt_request *request, const void *in);
} rows[] = {
		{&HZP_MAP_GET_REQUEST, map_get},
		{&HZP_MAP_SET_REQUEST, map_set},
		{&HZP_MAP_PUT_REQUEST, map_put},
		{&HZP_MAP_REMOVE_REQUEST, map_remove},
		{&HZP_MAP_SIZE_REQUEST, map_size},
		{&HZP_QUEUE_OFFER_REQUEST, queue_offer},
		{&HZP_QUEUE_TAKE_REQUEST, queue_take},
		{&HZP_QUEUE_POLL_REQUEST, queue_poll},
		{&HZP_QUEUE_SIZE_REQUEST, queue_size},
};

bool
hzt_answer_data(hzt_request *request, const hzp_message *m)
{
	union {
		hzp_map_put_request put;
		hzp_map_set_request set;
		hzp_queue_offer_request offer;
		uint8_t room[256];
	} in;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].m == m) {
			hzt_need(m->struct_size <= sizeof(in), "a small request");
			hzt_need(hzp_decode(request->msg, request->n, m, &in, NULL) == HZ_OK,
					"a proper request");
			rows[i].fn(request, &in);
			return true;
		}
	}
	return false;
}

void
hzt_drop_data(void)
{
	for (unsigned i = 0; i < BUCKETS; i++) {
		while (buckets[i] != NULL) {
			entry *e = buckets[i];
			buckets[i] = e->next;
			free_entry(e);
		}
	}
	while (items != NULL) {
		entry *e = items;
		items = e->next;
		free_entry(e);
	}
	items_tail = &items;
}
