// SPDX-License-Identifier: Apache-2.0
//
// Listeners of a structure: registered once on each connection, again after each loss, taken back;
// what members send in strange order, too fast, or broken.
#include "protocol/gen/map.h"
#include "protocol/message.h"
#include "tests/scripted/bench.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#define ADD HZP_MAP_ADD_ENTRY_LISTENER_REQUEST.id
#define REMOVE HZP_MAP_REMOVE_ENTRY_LISTENER_REQUEST.id
#define ENTRY HZP_MAP_ADD_ENTRY_LISTENER_ENTRY
#define ADDED 1

typedef struct ear {
	_Atomic int events;
	_Atomic int gaps;
	_Atomic int ends;
	_Atomic int64_t last;   // key of the last event
	_Atomic int disordered; // keys that were not the next one
	_Atomic uint64_t dropped;
	_Atomic bool block; // the listener stays in its function
	_Atomic bool entered;
	hz_client *client;
	hz_listener_id id;
	bool remove_itself;
	_Atomic hz_err removed;
} ear;

static void
added(void *ctx, const hz_entry_event *event)
{
	ear *e = ctx;
	int64_t key = -1;
	(void)hz_value_get_i64(&event->key, &key);
	e->entered = true;
	while (e->block) {
	}
	e->disordered += key != e->last + 1;
	e->last = key;
	e->events++;
	if (e->remove_itself) {
		e->remove_itself = false;
		e->removed = hz_listener_remove(e->client, e->id, NULL);
	}
}

static void
gap(void *ctx, const hz_gap *what)
{
	ear *e = ctx;
	e->dropped = what->dropped;
	e->gaps++;
}

static void
end(void *ctx)
{
	ear *e = ctx;
	e->ends++;
}

static hz_err
listen_to(bench *b, ear *e, hz_error *err)
{
	hz_entry_listener listener = {
			.size = sizeof(listener), .ctx = e, .added = added, .gap = gap, .end = end};
	e->last = -1;
	e->client = b->client;
	return hz_map_listen(b->map, &listener, NULL, &e->id, err);
}

// The serialized form of a long.
static void
put_long(uint8_t *out, int64_t value)
{
	static const uint8_t head[8] = {0, 0, 0, 0, 0xff, 0xff, 0xff, 0xf8};
	memcpy(out, head, sizeof(head));
	for (int i = 0; i < 8; i++) {
		out[8 + i] = (uint8_t)((uint64_t)value >> (56 - 8 * i));
	}
}

static size_t
tell(hzt_scripted *member, int64_t key, int32_t partition)
{
	uint8_t bytes[16];
	put_long(bytes, key);
	hzp_map_add_entry_listener_entry event = {.key = {bytes, sizeof(bytes)},
			.event_type = ADDED,
			.uuid = hzt_scripted_uuid(member),
			.number_of_affected_entries = 1};
	return hzt_scripted_event_at(member, ADD, &ENTRY, &event, partition);
}

typedef struct number {
	_Atomic int *at;
	int n;
} number;

static bool
has_come(void *ctx)
{
	number *wanted = ctx;
	return *wanted->at >= wanted->n;
}

static void
await_number(_Atomic int *at, int n)
{
	number wanted = {at, n};
	HZT_AWAIT(has_come, &wanted, PATIENCE_MS);
	HZT_EQ_INT(*at, n);
}

// ---- Registering ----

static void
once_on_each_member(void)
{
	bench b;
	ear e = {0};
	bench_start(&b, 2, NULL);
	HZT_OK(listen_to(&b, &e, NULL));
	for (size_t i = 0; i < 2; i++) {
		HZT_EQ_INT(hzt_scripted_count(b.member[i], ADD), 1);
		HZT_EQ_INT(tell(b.member[i], (int64_t)i, 0), 1);
	}
	await_number(&e.events, 2);
	// A member that comes later gets it too, before calls go there.
	b.member[2] = hzt_scripted_start(NULL);
	b.members = 3;
	hzt_scripted_cluster(b.member, 3);
	bench_await_connections(&b, 3);
	HZT_EQ_INT(hzt_scripted_count(b.member[2], ADD), 1);
	HZT_EQ_INT(tell(b.member[2], 2, 0), 1);
	await_number(&e.events, 3);
	bench_end(&b);
	HZT_EQ_INT(e.ends, 1);
}

static void
events_first(void *ctx, hzt_request *request)
{
	(void)ctx;
	for (int64_t key = 0; key < 3; key++) {
		uint8_t bytes[16];
		put_long(bytes, key);
		hzp_map_add_entry_listener_entry event = {
				.key = {bytes, sizeof(bytes)}, .event_type = ADDED};
		hzt_reply_event(request, &ENTRY, &event);
	}
	hzt_reply_default(request);
}

static void
events_before_the_response(void)
{
	bench b;
	ear e = {0};
	bench_start(&b, 1, NULL);
	hzt_scripted_on(b.member[0], ADD, 1, events_first, NULL);
	HZT_OK(listen_to(&b, &e, NULL));
	await_number(&e.events, 3);
	HZT_EQ_INT(e.disordered, 0);
	bench_end(&b);
}

static void
again_after_each_loss(void)
{
	bench b;
	ear e = {0};
	bench_start(&b, 2, NULL);
	HZT_OK(listen_to(&b, &e, NULL));
	for (int i = 1; i <= 10; i++) {
		hzt_scripted_disconnect(b.member[0], i % 2 == 0 ? HZT_CLOSE : HZT_RESET);
		hzt_scripted_await_request(b.member[0], ADD, (uint64_t)i + 1, PATIENCE_MS);
		await_number(&e.gaps, i);
		HZT_EQ_INT(tell(b.member[0], e.last + 1, 5), 1);
		await_number(&e.events, i);
		bench_await_connections(&b, 2);
	}
	HZT_EQ_INT(hzt_scripted_count(b.member[0], ADD), 11);
	HZT_EQ_INT(hzt_scripted_count(b.member[1], ADD), 1);
	HZT_EQ_INT(e.disordered, 0);
	HZT_EQ_INT(e.dropped, 0);
	bench_end(&b);
	HZT_EQ_INT(e.ends, 1);
}

static const hzt_error_answer refusal = {61, "UnsupportedOperationException", "no"};

// One of two members refuses: the call fails, and nothing stays at the other one.
static void
refused_by_one(void)
{
	bench b;
	ear e = {0};
	hz_error err = {0};
	bench_start(&b, 2, NULL);
	hzt_scripted_on(b.member[1], ADD, 0, hzt_failing, (void *)&refusal);
	HZT_EQ_INT(listen_to(&b, &e, &err), HZ_ERR_UNSUPPORTED);
	HZT_EQ_INT(err.server_code, 61);
	hzt_scripted_await_request(b.member[0], REMOVE, 1, PATIENCE_MS);
	await_number(&e.ends, 1);
	HZT_EQ_INT(tell(b.member[0], 0, 0), 0);
	hzt_scripted_disconnect(b.member[0], HZT_CLOSE);
	bench_await_connections(&b, 2);
	HZT_EQ_INT(hzt_scripted_count(b.member[0], ADD), 1);
	bench_end(&b);
	HZT_EQ_INT(e.ends, 1);
}

// The confirmation comes after the caller has given up: the member is told to forget it.
static void
confirmed_too_late(void)
{
	bench b;
	ear e = {0};
	bench_start(&b, 1, NULL);
	hzt_scripted_on(b.member[0], ADD, 1, hzt_held, NULL);
	HZT_OK(hz_map_call(b.map, &(hz_call){.timeout_ms = 200}));
	HZT_EQ_INT(listen_to(&b, &e, NULL), HZ_ERR_TIMEOUT);
	HZT_OK(hz_map_call(b.map, NULL));
	HZT_EQ_INT(hzt_scripted_count(b.member[0], REMOVE), 0);
	HZT_EQ_INT(hzt_scripted_release(b.member[0], ADD, false, NULL, NULL), 1);
	hzt_scripted_await_request(b.member[0], REMOVE, 1, PATIENCE_MS);
	HZT_EQ_INT(tell(b.member[0], 0, 0), 0);
	await_number(&e.ends, 1);
	HZT_EQ_INT(e.events, 0);
	bench_end(&b);
}

typedef struct adding {
	bench *b;
	ear *e;
	hz_err result;
} adding;

static void *
add_on_thread(void *arg)
{
	adding *a = arg;
	a->result = listen_to(a->b, a->e, NULL);
	return NULL;
}

// The connection is lost while the registration waits for its answer: it is made on the next one.
static void
lost_while_registering(void)
{
	bench b;
	ear e = {0};
	adding a = {&b, &e, HZ_ERR_STATE};
	pthread_t thread;
	bench_start(&b, 1, NULL);
	hzt_scripted_on(b.member[0], ADD, 1, hzt_held, NULL);
	HZT_EQ_INT(pthread_create(&thread, NULL, add_on_thread, &a), 0);
	hzt_scripted_await_held(b.member[0], ADD, 1, PATIENCE_MS);
	hzt_scripted_disconnect(b.member[0], HZT_RESET);
	pthread_join(thread, NULL);
	HZT_OK(a.result);
	hzt_scripted_await_request(b.member[0], ADD, 2, PATIENCE_MS);
	HZT_EQ_INT(tell(b.member[0], 0, 0), 1);
	await_number(&e.events, 1);
	HZT_EQ_INT(hzt_scripted_count(b.member[0], ADD), 2);
	bench_end(&b);
}

// Nobody can be asked: the listener is there, and is told what it missed until somebody could.
static void
added_while_nobody_is_connected(void)
{
	bench b;
	ear e = {0};
	bench_start(&b, 1, NULL);
	hzt_scripted_down(b.member[0], HZT_RESET);
	bench_await_connections(&b, 0);
	HZT_OK(listen_to(&b, &e, NULL));
	HZT_EQ_INT(e.gaps, 0);
	hzt_scripted_up(b.member[0], (hz_uuid){0, 0}, (hz_uuid){0, 0});
	bench_await_connections(&b, 1);
	HZT_EQ_INT(hzt_scripted_count(b.member[0], ADD), 1);
	await_number(&e.gaps, 1);
	HZT_EQ_INT(tell(b.member[0], 0, 0), 1);
	await_number(&e.events, 1);
	bench_end(&b);
}

// One of two listeners is refused when the connection comes back: the member is used all the same,
// and that listener alone hears how long it was without the member.
static void
refused_for_a_while(void)
{
	static const hzt_error_answer no = {19, "HazelcastInstanceNotActiveException", "no"};
	bench b;
	ear refused = {0};
	ear heard = {0};
	hz_listener_id objects;
	hz_object_listener other = {.size = sizeof(other), .ctx = &heard, .gap = gap, .end = end};
	bench_start(&b, 1, NULL);
	HZT_OK(listen_to(&b, &refused, NULL));
	HZT_OK(hz_client_listen_objects(b.client, &other, &objects, NULL));
	hzt_scripted_on(b.member[0], ADD, 0, hzt_failing, (void *)&no);
	hzt_scripted_disconnect(b.member[0], HZT_RESET);
	await_number(&refused.gaps, 1);
	await_number(&heard.gaps, 1);
	HZT_OK(bench_put(&b, 1, 1, NULL, NULL));
	HZT_EQ_INT(tell(b.member[0], 0, 0), 0);
	hzt_scripted_on(b.member[0], ADD, 0, NULL, NULL);
	await_number(&refused.gaps, 2);
	HZT_EQ_INT(tell(b.member[0], 0, 0), 1);
	await_number(&refused.events, 1);
	HZT_EQ_INT(heard.gaps, 1);
	HZT_EQ_INT(bench_stats(&b).disconnects, 1);
	bench_end(&b);
	HZT_EQ_INT(refused.ends, 1);
	HZT_EQ_INT(heard.ends, 1);
}

// ---- Taking back ----

static void
taken_back(void)
{
	bench b;
	ear e = {0};
	bench_start(&b, 2, NULL);
	HZT_OK(listen_to(&b, &e, NULL));
	HZT_OK(hz_listener_remove(b.client, e.id, NULL));
	HZT_EQ_INT(e.ends, 1);
	for (size_t i = 0; i < 2; i++) {
		hzt_scripted_await_request(b.member[i], REMOVE, 1, PATIENCE_MS);
		HZT_EQ_INT(tell(b.member[i], 0, 0), 0);
	}
	HZT_OK(hz_listener_remove(b.client, e.id, NULL));
	hzt_scripted_disconnect(b.member[0], HZT_CLOSE);
	hzt_scripted_await_open(b.member[0], 1, PATIENCE_MS);
	bench_await_connections(&b, 2);
	HZT_EQ_INT(hzt_scripted_count(b.member[0], ADD), 1);
	HZT_EQ_INT(e.gaps, 0);
	bench_end(&b);
	HZT_EQ_INT(e.ends, 1);
	HZT_EQ_INT(e.events, 0);
}

// The member does not answer: nobody waits for it, and what it still sends is not delivered.
static void
member_silent_at_removal(void)
{
	bench b;
	ear e = {0};
	bench_start(&b, 1, NULL);
	HZT_OK(listen_to(&b, &e, NULL));
	hzt_scripted_on(b.member[0], REMOVE, 0, hzt_silent, NULL);
	int64_t start = hzt_now_ms();
	HZT_OK(hz_listener_remove(b.client, e.id, NULL));
	HZT_CHECK(hzt_now_ms() - start < INT64_C(2000) * hzt_slowness());
	HZT_EQ_INT(e.ends, 1);
	HZT_EQ_INT(tell(b.member[0], 0, 0), 1);
	HZT_OK(bench_get(&b, 1, NULL, NULL));
	HZT_EQ_INT(e.events, 0);
	bench_end(&b);
}

static void
from_itself(void)
{
	bench b;
	ear e = {.remove_itself = true, .removed = HZ_ERR_STATE};
	bench_start(&b, 1, NULL);
	HZT_OK(listen_to(&b, &e, NULL));
	for (int64_t i = 0; i < 5; i++) {
		tell(b.member[0], i, 0);
	}
	await_number(&e.ends, 1);
	HZT_EQ_INT(e.removed, HZ_OK);
	HZT_EQ_INT(e.events, 1);
	hzt_scripted_await_request(b.member[0], REMOVE, 1, PATIENCE_MS);
	bench_end(&b);
}

// ---- Too fast ----

static void
in_order(void)
{
	enum { EVENTS = 5000 };
	bench b;
	ear e = {0};
	bench_start(&b, 1, NULL);
	HZT_OK(listen_to(&b, &e, NULL));
	for (int64_t i = 0; i < EVENTS; i++) {
		tell(b.member[0], i, 42);
	}
	await_number(&e.events, EVENTS);
	HZT_EQ_INT(e.disordered, 0);
	HZT_EQ_INT(bench_stats(&b).events_dropped, 0);
	bench_end(&b);
}

// A listener that is stuck keeps a bounded number of events; the rest is counted and announced, and
// neither calls nor pings suffer.
static void
stuck_listener(void)
{
	enum { BOUND = 10, EVENTS = 500 };
	static const char *const settings[] = {"hazelcast.client.event.queue.capacity", "10", NULL};
	bench b;
	ear e = {.block = true};
	bench_start(&b, 1, settings);
	HZT_OK(listen_to(&b, &e, NULL));
	for (int64_t i = 0; i < EVENTS; i++) {
		tell(b.member[0], i, 42);
	}
	HZT_OK(bench_put(&b, 1, 1, NULL, NULL));
	uint64_t dropped = bench_stats(&b).events_dropped;
	HZT_CHECK(dropped >= EVENTS - BOUND - 1 && dropped <= EVENTS - BOUND);
	e.block = false;
	await_number(&e.gaps, 1);
	HZT_EQ_INT(e.dropped, dropped);
	HZT_EQ_INT(e.events, EVENTS - (int)dropped);
	HZT_EQ_INT(e.disordered, 0);
	bench_end(&b);
}

// ---- Broken ----

// Events whose bytes are no event, or of another kind, are dropped one by one.
static void
broken_events(void)
{
	bench b;
	ear e = {0};
	hzt_seen seen = {0};
	bench_start(&b, 1, NULL);
	HZT_OK(listen_to(&b, &e, NULL));
	for (uint64_t i = 0; hzt_scripted_seen(b.member[0], i, &seen) && seen.type != ADD; i++) {
	}
	for (size_t size = HZP_RESPONSE_HEADER; size < 60; size++) {
		uint8_t bytes[70] = {0};
		hzi_store_le32(bytes, (uint32_t)(HZP_FRAME_HEADER + size));
		hzi_store_le16(bytes + HZP_AT_FLAGS,
				HZP_FLAG_UNFRAGMENTED | HZP_FLAG_FINAL | HZP_FLAG_EVENT);
		hzi_store_le32(bytes + HZP_AT_TYPE, size % 2 == 0 ? ENTRY.id : 0x7f7f02);
		hzp_message_set_correlation(bytes, seen.correlation);
		hzt_scripted_send(b.member[0], 0, bytes, HZP_FRAME_HEADER + size);
	}
	hzp_map_add_entry_listener_entry event = {.event_type = 0x40000000};
	hzt_scripted_event(b.member[0], ADD, &ENTRY, &event);
	event.event_type = -1;
	hzt_scripted_event(b.member[0], ADD, &ENTRY, &event);
	static const int32_t partitions[] = {-1, INT32_MIN, INT32_MAX, 271, 0};
	for (int i = 0; i < 5; i++) {
		tell(b.member[0], i, partitions[i]);
	}
	HZT_OK(bench_put(&b, 1, 1, NULL, NULL));
	await_number(&e.events, 5);
	HZT_CHECK(bench_stats(&b).decode_errors > 0);
	HZT_EQ_INT(bench_stats(&b).disconnects, 0);
	bench_end(&b);
}

static const hzt_case cases[] = {
		{"once_on_each_member", once_on_each_member},
		{"refused_for_a_while", refused_for_a_while},
		{"events_before_the_response", events_before_the_response},
		{"again_after_each_loss", again_after_each_loss},
		{"refused_by_one", refused_by_one},
		{"confirmed_too_late", confirmed_too_late},
		{"lost_while_registering", lost_while_registering},
		{"added_while_nobody_is_connected", added_while_nobody_is_connected},
		{"taken_back", taken_back},
		{"member_silent_at_removal", member_silent_at_removal},
		{"from_itself", from_itself},
		{"in_order", in_order},
		{"stuck_listener", stuck_listener},
		{"broken_events", broken_events},
};

HZT_MAIN("listeners", cases)
