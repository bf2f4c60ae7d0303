// SPDX-License-Identifier: Apache-2.0
//
// Listeners of a replicated map.
#include "tests/cluster/heard.h"

static hz_error err;
static hz_replicated_map *map;   // of the case that runs
static hz_replicated_map *other; // the same one, changed by another client
static heard h;
static hz_listener_id id;

#define K hz_str("k")

static void
begin(const char *base, const hz_listen_options *options)
{
	const char *name = session_name(base);
	hz_entry_listener listener = heard_listener(&h);
	HZT_OK_ERR(hz_replicated_map_open(session_client(), name, NULL, &map, &err), &err);
	HZT_OK_ERR(hz_replicated_map_open(session_other_client(), name, NULL, &other, &err), &err);
	HZT_OK_ERR(hz_replicated_map_listen(map, &listener, options, &id, &err), &err);
	HZT_CHECK(id.id != 0);
}

static void
finish(void)
{
	heard_remove(&h, id);
	hz_replicated_map_close(&other);
	HZT_OK_ERR(hz_replicated_map_destroy(&map, &err), &err);
	HZT_EQ_INT(atomic_load(&h.count), 0);
}

static void
put(hz_value key, int64_t value, int64_t ttl_ms)
{
	HZT_OK_ERR(hz_replicated_map_put(other, key, hz_i64(value), ttl_ms, NULL, &err), &err);
}

static void
hears_of_every_change(void)
{
	begin("listen", NULL);
	put(K, 1, 0);
	put(K, 2, 0);
	HZT_OK_ERR(hz_replicated_map_remove(other, K, NULL, &err), &err);
	HZT_OK_ERR(hz_replicated_map_remove(other, K, NULL, &err), &err);
	heard_check(&h, 4,
			"added \"k\" 1 null 1\n"
			"updated \"k\" 2 1 1\n"
			"removed \"k\" null 2 1\n"
			"removed \"k\" null null 1\n");
	const hz_entry twice[] = {{K, hz_i64(3)}, {K, hz_i64(4)}};
	HZT_OK_ERR(hz_replicated_map_put_all(other, twice, 2, &err), &err);
	heard_check(&h, 2, "added \"k\" 3 null 1\nupdated \"k\" 4 3 1\n");
	HZT_OK_ERR(hz_replicated_map_clear(other, &err), &err);
	heard_check(&h, 1, "clear_all null null null 1\n");
	finish();
}

// The header says that each member tells of it; the cluster has two.
static void
hears_of_each_replica_that_expires(void)
{
	begin("expires", NULL);
	put(K, 1, 500);
	heard_check(&h, 3,
			"added \"k\" 1 null 1\n"
			"evicted \"k\" null 1 1\n"
			"evicted \"k\" null 1 1\n");
	finish();
}

static void
hears_of_one_key_only(void)
{
	hz_listen_options options = hz_listen_options_default();
	const hz_value seven = hz_i32(7);
	options.key = &seven;
	begin("one-key", &options);
	for (int32_t i = 0; i < 20; i++) {
		put(hz_i32(i), i, 0);
	}
	put(hz_i64(7), 1, 0); // another key
	HZT_OK_ERR(hz_replicated_map_remove(other, seven, NULL, &err), &err);
	heard_check(&h, 2, "added 7 7 null 1\nremoved 7 null 7 1\n");
	finish();
}

static void
hears_only_what_it_has_functions_for(void)
{
	static heard few;
	hz_entry_listener listener = heard_listener(&few);
	hz_listener_id second = {0};
	begin("few", NULL);
	listener.added = NULL;
	listener.updated = NULL;
	HZT_OK_ERR(hz_replicated_map_listen(map, &listener, NULL, &second, &err), &err);
	put(K, 1, 0);
	put(K, 2, 0);
	HZT_OK_ERR(hz_replicated_map_remove(other, K, NULL, &err), &err);
	heard_check(&few, 1, "removed \"k\" null 2 1\n");
	heard_remove(&few, second);
	heard_check(&h, 3,
			"added \"k\" 1 null 1\n"
			"updated \"k\" 2 1 1\n"
			"removed \"k\" null 2 1\n");
	finish();
}

// The listener that is there still shows that there was something to hear.
static void
hears_nothing_after_removal(void)
{
	static heard gone;
	hz_entry_listener listener = heard_listener(&gone);
	hz_listener_id first = {0};
	begin("removal", NULL);
	HZT_OK_ERR(hz_replicated_map_listen(map, &listener, NULL, &first, &err), &err);
	heard_remove(&gone, first);
	for (int32_t i = 0; i < 50; i++) {
		put(hz_i32(i), i, 0);
	}
	heard_await(&h, 50);
	HZT_EQ_INT(atomic_load(&gone.count), 0);
	atomic_store(&h.count, 0);
	finish();
}

static void
a_refused_listener_ends_too(void)
{
	static heard refused;
	hz_entry_listener listener = heard_listener(&refused);
	hz_listener_id none = {0};
	hz_listen_options options = hz_listen_options_default();
	const hz_value null = hz_null();
	begin("refused", NULL);
	HZT_EQ_INT(hz_replicated_map_listen(NULL, &listener, NULL, &none, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_replicated_map_listen(map, &listener, NULL, NULL, &err), HZ_ERR_ARGUMENT);
	options.key = &null;
	HZT_EQ_INT(hz_replicated_map_listen(map, &listener, &options, &none, &err),
			HZ_ERR_ARGUMENT);
	HZT_EQ_INT(atomic_load(&refused.ends), 3);
	HZT_EQ_INT(hz_replicated_map_listen(map, NULL, NULL, &none, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(none.id, 0);
	finish();
}

static const hzt_case cases[] = {
		{"hears_of_every_change", hears_of_every_change},
		{"hears_of_each_replica_that_expires", hears_of_each_replica_that_expires},
		{"hears_of_one_key_only", hears_of_one_key_only},
		{"hears_only_what_it_has_functions_for", hears_only_what_it_has_functions_for},
		{"hears_nothing_after_removal", hears_nothing_after_removal},
		{"a_refused_listener_ends_too", a_refused_listener_ends_too},
};

HZT_MAIN("replicated_map_listen", cases)
