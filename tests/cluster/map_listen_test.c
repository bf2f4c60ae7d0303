// SPDX-License-Identifier: Apache-2.0
//
// Listeners of a map's entries, with the kinds of events that ordinary operations make.
#include "tests/cluster/heard.h"

#include <stdio.h>

static hz_error err;

static void
hears_of_every_change(void)
{
	static heard h;
	hz_map *map = session_map("listen");
	hz_entry_listener listener = heard_listener(&h);
	hz_listen_options options = hz_listen_options_default();
	hz_listener_id id = {0};
	hz_value k = hz_str("k");
	options.include_value = true;
	HZT_OK_ERR(hz_map_listen(map, &listener, &options, &id, &err), &err);
	HZT_CHECK(id.id != 0);
	HZT_OK_ERR(hz_map_set(map, k, hz_i64(1), NULL, &err), &err);
	HZT_OK_ERR(hz_map_put(map, k, hz_i64(2), NULL, NULL, &err), &err);
	HZT_OK_ERR(hz_map_remove(map, k, NULL, &err), &err);
	heard_check(&h, 3,
			"added \"k\" 1 null 1\n"
			"updated \"k\" 2 1 1\n"
			"removed \"k\" null 2 1\n");
	HZT_OK_ERR(hz_map_set(map, k, hz_i64(3), NULL, &err), &err);
	HZT_OK_ERR(hz_map_evict(map, k, NULL, &err), &err);
	heard_check(&h, 2, "added \"k\" 3 null 1\nevicted \"k\" null 3 1\n");
	// Order is kept for each key; an event of the whole map may come by way of another member.
	HZT_OK_ERR(hz_map_set(map, k, hz_i64(4), NULL, &err), &err);
	heard_check(&h, 1, "added \"k\" 4 null 1\n");
	HZT_OK_ERR(hz_map_evict_all(map, &err), &err);
	heard_check(&h, 1, "evict_all null null null 1\n");
	HZT_OK_ERR(hz_map_set(map, k, hz_i64(5), NULL, &err), &err);
	heard_check(&h, 1, "added \"k\" 5 null 1\n");
	HZT_OK_ERR(hz_map_clear(map, &err), &err);
	heard_check(&h, 1, "clear_all null null null 1\n");
	heard_remove(&h, id);
	HZT_OK_ERR(hz_map_set(map, k, hz_i64(6), NULL, &err), &err);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
	HZT_EQ_INT(atomic_load(&h.count), 0);
}

static void
hears_when_an_entry_expires(void)
{
	static heard h;
	hz_map *map = session_map("expires");
	hz_entry_listener listener = heard_listener(&h);
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
	heard_check(&h, 2, "added \"k\" null null 1\nexpired \"k\" null null 1\n");
	heard_remove(&h, id);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static void
hears_what_the_store_loads(void)
{
	static heard h;
	hz_map *map = session_map("store");
	hz_entry_listener listener = heard_listener(&h);
	hz_listen_options options = hz_listen_options_default();
	hz_listener_id id = {0};
	hz_value k = hz_str("k");
	options.include_value = true;
	HZT_OK_ERR(hz_map_set(map, k, hz_str("v"), NULL, &err), &err);
	HZT_OK_ERR(hz_map_evict(map, k, NULL, &err), &err);
	HZT_OK_ERR(hz_map_listen(map, &listener, &options, &id, &err), &err);
	HZT_OK_ERR(hz_map_get(map, k, NULL, &err), &err);
	heard_check(&h, 1, "loaded \"k\" \"v\" null 1\n");
	heard_remove(&h, id);
	HZT_OK_ERR(hz_map_clear(map, &err), &err);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static void
hears_of_one_key_only(void)
{
	static heard h;
	hz_map *map = session_map("one-key");
	hz_entry_listener listener = heard_listener(&h);
	hz_listen_options options = hz_listen_options_default();
	hz_listener_id id = {0};
	hz_value seven = hz_i32(7);
	options.key = &seven;
	HZT_OK_ERR(hz_map_listen(map, &listener, &options, &id, &err), &err);
	for (int i = 0; i < 20; i++) {
		HZT_OK_ERR(hz_map_set(map, hz_i32(i), hz_i64(i), NULL, &err), &err);
	}
	HZT_OK_ERR(hz_map_delete(map, seven, &err), &err);
	heard_check(&h, 2, "added 7 null null 1\nremoved 7 null null 1\n");
	heard_remove(&h, id);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static void
hears_only_what_it_has_functions_for(void)
{
	static heard h;
	hz_map *map = session_map("few");
	hz_entry_listener listener = heard_listener(&h);
	hz_listener_id id = {0};
	listener.added = NULL;
	listener.updated = NULL;
	HZT_OK_ERR(hz_map_listen(map, &listener, NULL, &id, &err), &err);
	HZT_OK_ERR(hz_map_set(map, hz_i32(1), hz_i64(1), NULL, &err), &err);
	HZT_OK_ERR(hz_map_set(map, hz_i32(1), hz_i64(2), NULL, &err), &err);
	HZT_OK_ERR(hz_map_delete(map, hz_i32(1), &err), &err);
	heard_check(&h, 1, "removed 1 null null 1\n");
	heard_remove(&h, id);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static void
keeps_the_order_of_a_key(void)
{
	static heard h;
	static char want[4096];
	hz_map *map = session_map("order");
	hz_entry_listener listener = heard_listener(&h);
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
	heard_check(&h, 100, want);
	heard_remove(&h, id);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

// Whatever becomes of the call, the ctx comes back once.
static void
a_refused_listener_ends_too(void)
{
	static heard h;
	hz_map *map = session_map("refused");
	hz_entry_listener listener = heard_listener(&h);
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
	hz_entry_listener none = {.size = sizeof(none), .ctx = &h, .end = listener.end};
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
	hz_entry_listener listener = heard_listener(&h);
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
	hz_entry_listener listener = heard_listener(&before);
	hz_listener_id ids[2] = {{0}, {0}};
	HZT_OK_ERR(hz_map_listen(map, &listener, NULL, &ids[0], &err), &err);
	HZT_OK_ERR(hz_await_none(hz_map_destroy_async(map), &err), &err);
	listener = heard_listener(&after);
	HZT_OK_ERR(hz_map_listen(map, &listener, NULL, &ids[1], &err), &err);
	for (int32_t i = 0; i < 50; i++) {
		HZT_OK_ERR(hz_map_set(map, hz_i32(i), hz_i32(i), NULL, &err), &err);
	}
	heard_await(&after, 50);
	HZT_EQ_INT(atomic_load(&before.count), 0);
	HZT_EQ_INT(atomic_load(&before.ends), 0);
	heard_remove(&before, ids[0]);
	heard_remove(&after, ids[1]);
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
