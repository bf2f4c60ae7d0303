// SPDX-License-Identifier: Apache-2.0
//
// Entries that end by themselves, and what a view says of them.
#include "tests/cluster/session.h"

static hz_error err;

typedef struct entry {
	hz_map *map;
	const char *key;
} entry;

static bool
is_gone(void *ctx)
{
	const entry *e = ctx;
	return map_lacks(e->map, hz_str(e->key));
}

static int64_t
ttl_of(hz_map *map, const char *key)
{
	hz_entry_view *view = NULL;
	HZT_OK_ERR(hz_map_get_entry_view(map, hz_str(key), &view, &err), &err);
	int64_t ttl_ms = view != NULL ? view->ttl_ms : -1;
	hz_entry_view_destroy(&view);
	return ttl_ms;
}

static int64_t
max_idle_of(hz_map *map, const char *key)
{
	hz_entry_view *view = NULL;
	HZT_OK_ERR(hz_map_get_entry_view(map, hz_str(key), &view, &err), &err);
	int64_t max_idle_ms = view != NULL ? view->max_idle_ms : -1;
	hz_entry_view_destroy(&view);
	return max_idle_ms;
}

static void
each_write_takes_a_ttl(void)
{
	hz_map *map = session_map("ttl");
	hz_put_options options = hz_put_options_default();
	options.ttl_ms = 50000;
	HZT_OK_ERR(hz_map_put(map, hz_str("put"), hz_i64(1), &options, NULL, &err), &err);
	HZT_OK_ERR(hz_map_set(map, hz_str("set"), hz_i64(1), &options, &err), &err);
	HZT_OK_ERR(hz_map_put_if_absent(map, hz_str("absent"), hz_i64(1), &options, NULL, &err),
			&err);
	HZT_OK_ERR(hz_map_put_transient(map, hz_str("transient"), hz_i64(1), &options, &err), &err);
	HZT_OK_ERR(hz_map_set(map, hz_str("default"), hz_i64(1), NULL, &err), &err);
	HZT_EQ_INT(ttl_of(map, "put"), 50000);
	HZT_EQ_INT(ttl_of(map, "set"), 50000);
	HZT_EQ_INT(ttl_of(map, "absent"), 50000);
	HZT_EQ_INT(ttl_of(map, "transient"), 50000);
	HZT_EQ_INT(ttl_of(map, "default"), HZ_NEVER_MS);
	options.ttl_ms = HZ_FOREVER;
	HZT_OK_ERR(hz_map_set(map, hz_str("put"), hz_i64(1), &options, &err), &err);
	HZT_EQ_INT(ttl_of(map, "put"), HZ_NEVER_MS);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static void
each_write_takes_an_idle_time(void)
{
	hz_map *map = session_map("idle");
	hz_put_options options = hz_put_options_default();
	options.max_idle_ms = 40000;
	HZT_OK_ERR(hz_map_put(map, hz_str("put"), hz_i64(1), &options, NULL, &err), &err);
	HZT_OK_ERR(hz_map_set(map, hz_str("set"), hz_i64(1), &options, &err), &err);
	HZT_OK_ERR(hz_map_put_if_absent(map, hz_str("absent"), hz_i64(1), &options, NULL, &err),
			&err);
	HZT_OK_ERR(hz_map_put_transient(map, hz_str("transient"), hz_i64(1), &options, &err), &err);
	HZT_OK_ERR(hz_map_set(map, hz_str("default"), hz_i64(1), NULL, &err), &err);
	HZT_EQ_INT(max_idle_of(map, "put"), 40000);
	HZT_EQ_INT(max_idle_of(map, "set"), 40000);
	HZT_EQ_INT(max_idle_of(map, "absent"), 40000);
	HZT_EQ_INT(max_idle_of(map, "transient"), 40000);
	HZT_EQ_INT(max_idle_of(map, "default"), HZ_NEVER_MS);
	HZT_EQ_INT(ttl_of(map, "put"), HZ_NEVER_MS);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static void
entries_end(void)
{
	hz_map *map = session_map("ends");
	hz_put_options options = hz_put_options_default();
	options.ttl_ms = 1000;
	HZT_OK_ERR(hz_map_set(map, hz_str("ttl"), hz_i64(1), &options, &err), &err);
	options = hz_put_options_default();
	options.max_idle_ms = 1000;
	HZT_OK_ERR(hz_map_set(map, hz_str("idle"), hz_i64(1), &options, &err), &err);
	HZT_OK_ERR(hz_map_set(map, hz_str("stays"), hz_i64(1), NULL, &err), &err);
	HZT_AWAIT(is_gone, (&(entry){map, "ttl"}), 15000);
	// Looking at it would keep the idle one alive; its size does not.
	int32_t n = 0;
	for (int64_t until = hzt_now_ms() + 20000; n != 1 && hzt_now_ms() < until;) {
		HZT_OK_ERR(hz_map_size(map, &n, &err), &err);
	}
	HZT_CHECK(map_lacks(map, hz_str("idle")) && map_has(map, hz_str("stays"), 1));
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static void
set_ttl_says_whether_it_did(void)
{
	hz_map *map = session_map("set-ttl");
	bool done = true;
	HZT_OK_ERR(hz_map_set_ttl(map, hz_str("k"), 1000, &done, &err), &err);
	HZT_CHECK(!done);
	HZT_OK_ERR(hz_map_set(map, hz_str("k"), hz_i64(1), NULL, &err), &err);
	HZT_OK_ERR(hz_map_set_ttl(map, hz_str("k"), 30000, &done, &err), &err);
	HZT_CHECK(done);
	HZT_EQ_INT(ttl_of(map, "k"), 30000);
	HZT_OK_ERR(hz_map_set_ttl(map, hz_str("k"), HZ_FOREVER, &done, &err), &err);
	HZT_EQ_INT(ttl_of(map, "k"), HZ_NEVER_MS);
	HZT_OK_ERR(hz_map_set_ttl(map, hz_str("k"), 1000, &done, &err), &err);
	HZT_AWAIT(is_gone, (&(entry){map, "k"}), 15000);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static void
views_show_the_entry(void)
{
	hz_map *map = session_map("counted");
	hz_entry_view *view = NULL;
	HZT_OK_ERR(hz_map_get_entry_view(map, hz_str("k"), &view, &err), &err);
	HZT_CHECK(view == NULL);
	HZT_EQ_INT(hz_map_get_entry_view(map, hz_str("k"), NULL, &err), HZ_ERR_ARGUMENT);
	HZT_OK_ERR(hz_map_set(map, hz_str("k"), hz_str("first"), NULL, &err), &err);
	HZT_OK_ERR(hz_map_set(map, hz_str("k"), hz_str("second"), NULL, &err), &err);
	HZT_OK_ERR(hz_map_get(map, hz_str("k"), NULL, &err), &err);
	HZT_OK_ERR(hz_map_get_entry_view(map, hz_str("k"), &view, &err), &err);
	if (view == NULL) {
		HZT_FAIL("the key has no view");
		return;
	}
	hz_value key = hz_str("k");
	hz_value value = hz_str("second");
	HZT_CHECK(hz_value_equal(&view->key, &key) && hz_value_equal(&view->value, &value));
	HZT_CHECK(view->cost > 0 && view->hits >= 1 && view->version >= 1);
	HZT_CHECK(view->creation_time_ms > INT64_C(1500000000000));
	HZT_CHECK(view->last_update_time_ms >= view->creation_time_ms);
	HZT_CHECK(view->last_access_time_ms >= view->creation_time_ms);
	HZT_EQ_INT(view->expiration_time_ms, HZ_NEVER_MS);
	HZT_EQ_INT(view->max_idle_ms, HZ_NEVER_MS);
	hz_entry_view_destroy(&view);
	HZT_CHECK(view == NULL);
	hz_entry_view_destroy(&view);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static void
dropped_views_are_freed(void)
{
	hz_map *map = session_map("dropped");
	HZT_OK_ERR(hz_map_set(map, hz_str("k"), hz_str("v"), NULL, &err), &err);
	hz_drop(hz_map_get_entry_view_async(map, hz_str("k")));
	// Of a wrong kind: what was made must go.
	HZT_EQ_INT(hz_await_value(hz_map_get_entry_view_async(map, hz_str("k")), NULL, &err),
			HZ_ERR_TYPE);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static const hzt_case cases[] = {
		{"each_write_takes_a_ttl", each_write_takes_a_ttl},
		{"each_write_takes_an_idle_time", each_write_takes_an_idle_time},
		{"entries_end", entries_end},
		{"set_ttl_says_whether_it_did", set_ttl_says_whether_it_did},
		{"views_show_the_entry", views_show_the_entry},
		{"dropped_views_are_freed", dropped_views_are_freed},
};

HZT_MAIN("map_ttl", cases)
