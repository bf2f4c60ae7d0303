// SPDX-License-Identifier: Apache-2.0
//
// Listeners of a map's entries, with the kinds of events that ordinary operations make.
#include "tests/cluster/session.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

static hz_error err;

// What was heard, as text, one line an event.
typedef struct heard {
	pthread_mutex_t lock;
	char text[4096];
	_Atomic int count;
	_Atomic int ends;
} heard;

static void
write_down(heard *h, const char *what, const hz_entry_event *e)
{
	char line[512];
	char key[64];
	char value[64];
	char old[64];
	hz_value_format(&e->key, key, sizeof(key));
	hz_value_format(&e->value, value, sizeof(value));
	hz_value_format(&e->old_value, old, sizeof(old));
	int n = snprintf(
			line, sizeof(line), "%s %s %s %s %d\n", what, key, value, old, e->affected);
	pthread_mutex_lock(&h->lock);
	size_t used = strlen(h->text);
	if (used + (size_t)n < sizeof(h->text)) {
		memcpy(h->text + used, line, (size_t)n + 1);
	}
	pthread_mutex_unlock(&h->lock);
	atomic_fetch_add(&h->count, 1);
}

#define HEARS(what)                                                                                \
	static void on_##what(void *ctx, const hz_entry_event *e)                                  \
	{                                                                                          \
		write_down(ctx, #what, e);                                                         \
	}
HEARS(added)
HEARS(updated)
HEARS(removed)
HEARS(evicted)
HEARS(expired)
HEARS(loaded)
HEARS(evict_all)
HEARS(clear_all)

static void
on_end(void *ctx)
{
	heard *h = ctx;
	atomic_fetch_add(&h->ends, 1);
}

static hz_entry_listener
listener_of(heard *h)
{
	memset(h, 0, sizeof(*h));
	pthread_mutex_init(&h->lock, NULL);
	return (hz_entry_listener){
			.size = sizeof(hz_entry_listener),
			.ctx = h,
			.added = on_added,
			.updated = on_updated,
			.removed = on_removed,
			.evicted = on_evicted,
			.expired = on_expired,
			.loaded = on_loaded,
			.evict_all = on_evict_all,
			.clear_all = on_clear_all,
			.end = on_end,
	};
}

typedef struct awaited {
	heard *heard;
	int count;
} awaited;

static bool
has_heard(void *ctx)
{
	const awaited *a = ctx;
	return atomic_load(&a->heard->count) >= a->count;
}

static void
check_heard(heard *h, int count, const char *text)
{
	awaited a = {h, count};
	HZT_AWAIT(has_heard, &a, 10000);
	pthread_mutex_lock(&h->lock);
	char copy[sizeof(h->text)];
	memcpy(copy, h->text, sizeof(copy));
	h->text[0] = '\0';
	pthread_mutex_unlock(&h->lock);
	atomic_fetch_sub(&h->count, count);
	HZT_EQ_STR(copy, text);
}

static void
remove_listener(heard *h, hz_listener_id id)
{
	HZT_OK_ERR(hz_listener_remove(session_client(), id, &err), &err);
	HZT_EQ_INT(atomic_load(&h->ends), 1);
	HZT_OK_ERR(hz_listener_remove(session_client(), id, &err), &err);
	HZT_EQ_INT(atomic_load(&h->ends), 1);
}

static void
hears_of_every_change(void)
{
	static heard h;
	hz_map *map = session_map("listen");
	hz_entry_listener listener = listener_of(&h);
	hz_listen_options options = hz_listen_options_default();
	hz_listener_id id = {0};
	hz_value k = hz_str("k");
	options.include_value = true;
	HZT_OK_ERR(hz_map_listen(map, &listener, &options, &id, &err), &err);
	HZT_CHECK(id.id != 0);
	HZT_OK_ERR(hz_map_set(map, k, hz_i64(1), NULL, &err), &err);
	HZT_OK_ERR(hz_map_put(map, k, hz_i64(2), NULL, NULL, &err), &err);
	HZT_OK_ERR(hz_map_remove(map, k, NULL, &err), &err);
	check_heard(&h, 3,
			"added \"k\" 1 null 1\n"
			"updated \"k\" 2 1 1\n"
			"removed \"k\" null 2 1\n");
	HZT_OK_ERR(hz_map_set(map, k, hz_i64(3), NULL, &err), &err);
	HZT_OK_ERR(hz_map_evict(map, k, NULL, &err), &err);
	check_heard(&h, 2, "added \"k\" 3 null 1\nevicted \"k\" null 3 1\n");
	// Order is kept for each key; an event of the whole map may come by way of another member.
	HZT_OK_ERR(hz_map_set(map, k, hz_i64(4), NULL, &err), &err);
	check_heard(&h, 1, "added \"k\" 4 null 1\n");
	HZT_OK_ERR(hz_map_evict_all(map, &err), &err);
	check_heard(&h, 1, "evict_all null null null 1\n");
	HZT_OK_ERR(hz_map_set(map, k, hz_i64(5), NULL, &err), &err);
	check_heard(&h, 1, "added \"k\" 5 null 1\n");
	HZT_OK_ERR(hz_map_clear(map, &err), &err);
	check_heard(&h, 1, "clear_all null null null 1\n");
	remove_listener(&h, id);
	HZT_OK_ERR(hz_map_set(map, k, hz_i64(6), NULL, &err), &err);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
	HZT_EQ_INT(atomic_load(&h.count), 0);
}

static void
hears_when_an_entry_expires(void)
{
	static heard h;
	hz_map *map = session_map("expires");
	hz_entry_listener listener = listener_of(&h);
	hz_listener_id id = {0};
	hz_put_options put = hz_put_options_default();
	put.ttl_ms = 1000;
	HZT_OK_ERR(hz_map_listen(map, &listener, NULL, &id, &err), &err);
	HZT_OK_ERR(hz_map_set(map, hz_str("k"), hz_i64(1), &put, &err), &err);
	for (int64_t until = hzt_now_ms() + 15000; hzt_now_ms() < until;) {
		if (map_lacks(map, hz_str("k"))) {
			break;
		}
	}
	check_heard(&h, 2, "added \"k\" null null 1\nexpired \"k\" null null 1\n");
	remove_listener(&h, id);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static void
hears_what_the_store_loads(void)
{
	static heard h;
	hz_map *map = session_map("store");
	hz_entry_listener listener = listener_of(&h);
	hz_listen_options options = hz_listen_options_default();
	hz_listener_id id = {0};
	hz_value k = hz_str("k");
	options.include_value = true;
	HZT_OK_ERR(hz_map_set(map, k, hz_str("v"), NULL, &err), &err);
	HZT_OK_ERR(hz_map_evict(map, k, NULL, &err), &err);
	HZT_OK_ERR(hz_map_listen(map, &listener, &options, &id, &err), &err);
	HZT_OK_ERR(hz_map_get(map, k, NULL, &err), &err);
	check_heard(&h, 1, "loaded \"k\" \"v\" null 1\n");
	remove_listener(&h, id);
	HZT_OK_ERR(hz_map_clear(map, &err), &err);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static void
hears_of_one_key_only(void)
{
	static heard h;
	hz_map *map = session_map("one-key");
	hz_entry_listener listener = listener_of(&h);
	hz_listen_options options = hz_listen_options_default();
	hz_listener_id id = {0};
	hz_value seven = hz_i32(7);
	options.key = &seven;
	HZT_OK_ERR(hz_map_listen(map, &listener, &options, &id, &err), &err);
	for (int i = 0; i < 20; i++) {
		HZT_OK_ERR(hz_map_set(map, hz_i32(i), hz_i64(i), NULL, &err), &err);
	}
	HZT_OK_ERR(hz_map_delete(map, seven, &err), &err);
	check_heard(&h, 2, "added 7 null null 1\nremoved 7 null null 1\n");
	remove_listener(&h, id);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static void
hears_only_what_it_has_functions_for(void)
{
	static heard h;
	hz_map *map = session_map("few");
	hz_entry_listener listener = listener_of(&h);
	hz_listener_id id = {0};
	listener.added = NULL;
	listener.updated = NULL;
	HZT_OK_ERR(hz_map_listen(map, &listener, NULL, &id, &err), &err);
	HZT_OK_ERR(hz_map_set(map, hz_i32(1), hz_i64(1), NULL, &err), &err);
	HZT_OK_ERR(hz_map_set(map, hz_i32(1), hz_i64(2), NULL, &err), &err);
	HZT_OK_ERR(hz_map_delete(map, hz_i32(1), &err), &err);
	check_heard(&h, 1, "removed 1 null null 1\n");
	remove_listener(&h, id);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static void
keeps_the_order_of_a_key(void)
{
	static heard h;
	static char want[4096];
	hz_map *map = session_map("order");
	hz_entry_listener listener = listener_of(&h);
	hz_listen_options options = hz_listen_options_default();
	hz_listener_id id = {0};
	options.include_value = true;
	HZT_OK_ERR(hz_map_listen(map, &listener, &options, &id, &err), &err);
	size_t used = 0;
	for (int i = 0; i < 100; i++) {
		HZT_OK_ERR(hz_map_set(map, hz_i32(1), hz_i64(i), NULL, &err), &err);
		used += (size_t)(i == 0 ? snprintf(want + used, sizeof(want) - used,
							  "added 1 0 null 1\n")
					: snprintf(want + used, sizeof(want) - used,
							  "updated 1 %d %d 1\n", i, i - 1));
	}
	check_heard(&h, 100, want);
	remove_listener(&h, id);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

// Whatever becomes of the call, the ctx comes back once.
static void
a_refused_listener_ends_too(void)
{
	static heard h;
	hz_map *map = session_map("refused");
	hz_entry_listener listener = listener_of(&h);
	hz_listen_options options = hz_listen_options_default();
	hz_listener_id id = {0};
	hz_value null = hz_null();
	HZT_EQ_INT(hz_map_listen(NULL, &listener, NULL, &id, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(atomic_load(&h.ends), 1);
	HZT_EQ_INT(hz_map_listen(map, &listener, NULL, NULL, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(atomic_load(&h.ends), 2);
	options.key = &null;
	HZT_EQ_INT(hz_map_listen(map, &listener, &options, &id, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(atomic_load(&h.ends), 3);
	options.size = 0;
	HZT_EQ_INT(hz_map_listen(map, &listener, &options, &id, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(atomic_load(&h.ends), 4);
	hz_entry_listener none = {.size = sizeof(none), .ctx = &h, .end = on_end};
	HZT_EQ_INT(hz_map_listen(map, &none, NULL, &id, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(atomic_load(&h.ends), 5);
	HZT_EQ_INT(hz_map_listen(map, NULL, NULL, &id, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(id.id, 0);
	hz_map_close(&map);
}

static void
a_listener_ends_with_its_client(void)
{
	static heard h;
	hz_client *client = session_client_with(NULL, NULL);
	hz_map *map = NULL;
	hz_entry_listener listener = listener_of(&h);
	hz_listener_id id = {0};
	HZT_OK_ERR(hz_map_open(client, session_name("ends"), NULL, &map, &err), &err);
	HZT_OK_ERR(hz_map_listen(map, &listener, NULL, &id, &err), &err);
	hz_map_close(&map);
	HZT_EQ_INT(atomic_load(&h.ends), 0);
	HZT_OK_ERR(hz_client_shutdown(client, 0, &err), &err);
	HZT_EQ_INT(atomic_load(&h.ends), 1);
	hz_client_destroy(&client);
	HZT_EQ_INT(atomic_load(&h.ends), 1);
}

// As the header says. The one that was added afterwards shows that there was something to hear.
static void
members_forget_it_with_the_map(void)
{
	static heard before;
	static heard after;
	hz_map *map = session_map("destroyed");
	hz_entry_listener listener = listener_of(&before);
	hz_listener_id ids[2] = {{0}, {0}};
	HZT_OK_ERR(hz_map_listen(map, &listener, NULL, &ids[0], &err), &err);
	HZT_OK_ERR(hz_await_none(hz_map_destroy_async(map), &err), &err);
	listener = listener_of(&after);
	HZT_OK_ERR(hz_map_listen(map, &listener, NULL, &ids[1], &err), &err);
	for (int32_t i = 0; i < 50; i++) {
		HZT_OK_ERR(hz_map_set(map, hz_i32(i), hz_i32(i), NULL, &err), &err);
	}
	awaited all = {&after, 50};
	HZT_AWAIT(has_heard, &all, 10000);
	HZT_EQ_INT(atomic_load(&before.count), 0);
	HZT_EQ_INT(atomic_load(&before.ends), 0);
	remove_listener(&before, ids[0]);
	remove_listener(&after, ids[1]);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static const hzt_case cases[] = {
		{"hears_of_every_change", hears_of_every_change},
		{"hears_when_an_entry_expires", hears_when_an_entry_expires},
		{"hears_what_the_store_loads", hears_what_the_store_loads},
		{"hears_of_one_key_only", hears_of_one_key_only},
		{"hears_only_what_it_has_functions_for", hears_only_what_it_has_functions_for},
		{"keeps_the_order_of_a_key", keeps_the_order_of_a_key},
		{"a_refused_listener_ends_too", a_refused_listener_ends_too},
		{"a_listener_ends_with_its_client", a_listener_ends_with_its_client},
		{"members_forget_it_with_the_map", members_forget_it_with_the_map},
};

HZT_MAIN("map_listen", cases)
