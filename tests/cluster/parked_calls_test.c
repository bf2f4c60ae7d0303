// SPDX-License-Identifier: Apache-2.0
//
// Calls that wait in a member, hundreds of each kind on one client: meanwhile listeners and
// ordinary calls of the same client go on, and each waiting call gets what it waits for.
#include "tests/cluster/session.h"

#include <stdatomic.h>

enum { CALLS = 300, ROUNDS = 100 };

static hz_error err;
static hz_client *client; // of the case that runs, its own: its counters are not others'
static hz_future futures[CALLS];

// ---- While they wait ----

typedef struct heard {
	_Atomic int events;
} heard;

static void
on_entry(void *ctx, const hz_entry_event *event)
{
	heard *h = ctx;
	(void)event;
	atomic_fetch_add(&h->events, 1);
}

static bool
heard_all(void *ctx)
{
	heard *h = ctx;
	return atomic_load(&h->events) == ROUNDS;
}

static uint64_t
parked(void)
{
	hz_stats stats = {.size = sizeof(stats)};
	HZT_OK(hz_client_stats(client, &stats));
	return stats.parked;
}

// Writes and reads a map and hears of each write, with all of the calls still waiting.
static void
work_beside(void)
{
	static heard h;
	const hz_entry_listener listener = {.size = sizeof(listener),
			.ctx = &h,
			.added = on_entry,
			.updated = on_entry};
	hz_listener_id id = {0};
	hz_map *map = NULL;
	atomic_store(&h.events, 0);
	HZT_EQ_INT(parked(), CALLS);
	HZT_OK_ERR(hz_map_open(client, session_name("beside"), NULL, &map, &err), &err);
	HZT_OK_ERR(hz_map_listen(map, &listener, NULL, &id, &err), &err);
	for (int i = 0; i < ROUNDS; i++) {
		HZT_OK_ERR(hz_map_set(map, hz_i32(i), hz_i64(i), NULL, &err), &err);
		HZT_CHECK(map_has(map, hz_i32(i), i));
	}
	HZT_AWAIT(heard_all, &h, 20000);
	HZT_OK_ERR(hz_listener_remove(client, id, &err), &err);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
	HZT_EQ_INT(parked(), CALLS);
	for (int i = 0; i < CALLS; i++) {
		HZT_CHECK(!hz_future_done(futures[i]));
	}
}

static void
begin(void)
{
	client = session_client_with(NULL, NULL);
}

static void
end(void)
{
	HZT_EQ_INT(parked(), 0);
	hz_client_destroy(&client);
}

// ---- The calls ----

static void
takes_of_a_queue(void)
{
	static bool came[CALLS];
	hz_queue *queue = NULL;
	begin();
	HZT_OK_ERR(hz_queue_open(client, session_name("takes"), NULL, &queue, &err), &err);
	for (int i = 0; i < CALLS; i++) {
		futures[i] = hz_queue_take_async(queue);
	}
	work_beside();
	for (int i = 0; i < CALLS; i++) {
		HZT_OK_ERR(hz_queue_add(queue, hz_i64(i), &err), &err);
	}
	for (int i = 0; i < CALLS; i++) {
		hz_value item = hz_null();
		int64_t n = -1;
		HZT_OK_ERR(hz_await_value(futures[i], &item, &err), &err);
		HZT_OK(hz_value_get_i64(&item, &n));
		HZT_CHECK(n >= 0 && n < CALLS && !came[n]);
		came[n] = true;
		hz_value_clear(&item);
	}
	HZT_OK_ERR(hz_queue_destroy(&queue, &err), &err);
	end();
}

// The members give queues named bounded* room for four items.
static void
puts_on_a_full_queue(void)
{
	static bool came[4 + CALLS];
	hz_queue *queue = NULL;
	begin();
	HZT_OK_ERR(hz_queue_open(client, session_name("bounded"), NULL, &queue, &err), &err);
	for (int i = 0; i < 4; i++) {
		HZT_OK_ERR(hz_queue_add(queue, hz_i64(CALLS + i), &err), &err);
	}
	for (int i = 0; i < CALLS; i++) {
		futures[i] = hz_queue_put_async(queue, hz_i64(i));
	}
	work_beside();
	for (int i = 0; i < 4 + CALLS; i++) {
		hz_value item = hz_null();
		int64_t n = -1;
		HZT_OK_ERR(hz_queue_poll(queue, 20000, &item, &err), &err);
		HZT_OK(hz_value_get_i64(&item, &n));
		HZT_CHECK(n >= 0 && n < 4 + CALLS && !came[n]);
		came[n] = true;
		hz_value_clear(&item);
	}
	for (int i = 0; i < CALLS; i++) {
		HZT_OK_ERR(hz_await_none(futures[i], &err), &err);
	}
	HZT_OK_ERR(hz_queue_destroy(&queue, &err), &err);
	end();
}

// Each call has an owner of its own, which passes the lock on when it has it.
static void
locks_of_a_key(void)
{
	static hz_lock_context *owners[CALLS];
	static hz_map *handles[CALLS];
	const char *name = session_name("locks");
	const hz_value key = hz_str("key");
	hz_map *map = NULL;
	begin();
	HZT_OK_ERR(hz_map_open(client, name, NULL, &map, &err), &err);
	HZT_OK_ERR(hz_map_lock(map, key, NULL, &err), &err);
	for (int i = 0; i < CALLS; i++) {
		HZT_OK_ERR(hz_lock_context_new(client, &owners[i], &err), &err);
		hz_call call = {.owner = owners[i]};
		HZT_OK_ERR(hz_map_open(client, name, &call, &handles[i], &err), &err);
		futures[i] = hz_map_lock_async(handles[i], key, NULL);
	}
	work_beside();
	HZT_OK_ERR(hz_map_unlock(map, key, &err), &err);
	for (int left = CALLS; left > 0;) {
		for (int i = 0; i < CALLS; i++) {
			if (handles[i] != NULL && hz_future_done(futures[i])) {
				HZT_OK_ERR(hz_await_none(futures[i], &err), &err);
				HZT_OK_ERR(hz_map_unlock(handles[i], key, &err), &err);
				hz_map_close(&handles[i]);
				hz_lock_context_destroy(&owners[i]);
				left--;
			}
		}
	}
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
	end();
}

static const hzt_case cases[] = {
		{"takes_of_a_queue", takes_of_a_queue},
		{"puts_on_a_full_queue", puts_on_a_full_queue},
		{"locks_of_a_key", locks_of_a_key},
};

HZT_MAIN("parked_calls", cases)
