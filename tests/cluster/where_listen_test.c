// SPDX-License-Identifier: Apache-2.0
//
// Listeners for the entries that a predicate is true for.
#include "tests/cluster/heard.h"

static hz_error err;

// What each case does last is wanted, and as the events of a key come in order, nothing else is on
// its way by then.
static hz_pred *
is_large(void)
{
	return hz_pred_greater(HZ_ATTR_THIS, hz_i64(100));
}

static hz_listen_options
where(const hz_pred *pred, const hz_value *key, bool values)
{
	hz_listen_options options = hz_listen_options_default();
	options.predicate = pred;
	options.key = key;
	options.include_value = values;
	return options;
}

static void
change(hz_map *map, const char *key)
{
	hz_value k = hz_str(key);
	HZT_OK_ERR(hz_map_set(map, k, hz_i64(1), NULL, &err), &err);
	HZT_OK_ERR(hz_map_remove(map, k, NULL, &err), &err);
	HZT_OK_ERR(hz_map_set(map, k, hz_i64(200), NULL, &err), &err);
	HZT_OK_ERR(hz_map_set(map, k, hz_i64(300), NULL, &err), &err);
	HZT_OK_ERR(hz_map_remove(map, k, NULL, &err), &err);
}

static void
of_a_map_with_values(void)
{
	static heard h;
	hz_map *map = session_map("where");
	hz_entry_listener listener = heard_listener(&h);
	hz_listener_id id = {0};
	hz_pred *pred = is_large();
	hz_listen_options options = where(pred, NULL, true);
	HZT_OK_ERR(hz_map_listen(map, &listener, &options, &id, &err), &err);
	hz_pred_destroy(&pred); // it was copied
	change(map, "k");
	heard_check(&h, 3,
			"added \"k\" 200 null 1\n"
			"updated \"k\" 300 200 1\n"
			"removed \"k\" null 300 1\n");
	heard_remove(&h, id);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static void
of_a_map_without_values(void)
{
	static heard h;
	hz_map *map = session_map("where");
	hz_entry_listener listener = heard_listener(&h);
	hz_listener_id id = {0};
	hz_pred *pred = is_large();
	hz_listen_options options = where(pred, NULL, false);
	HZT_OK_ERR(hz_map_listen(map, &listener, &options, &id, &err), &err);
	hz_pred_destroy(&pred);
	change(map, "k");
	heard_check(&h, 3,
			"added \"k\" null null 1\n"
			"updated \"k\" null null 1\n"
			"removed \"k\" null null 1\n");
	heard_remove(&h, id);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static void
of_a_key(void)
{
	static heard h;
	hz_map *map = session_map("where");
	hz_entry_listener listener = heard_listener(&h);
	hz_listener_id id = {0};
	hz_pred *pred = is_large();
	const hz_value key = hz_str("k");
	hz_listen_options options = where(pred, &key, true);
	HZT_OK_ERR(hz_map_listen(map, &listener, &options, &id, &err), &err);
	change(map, "other");
	change(map, "k");
	heard_check(&h, 3,
			"added \"k\" 200 null 1\n"
			"updated \"k\" 300 200 1\n"
			"removed \"k\" null 300 1\n");
	heard_remove(&h, id);
	// As text that members read, and of the key.
	hz_pred_destroy(&pred);
	pred = hz_pred_parse("__key = 'k' AND this > 250");
	options = where(pred, NULL, true);
	listener = heard_listener(&h);
	HZT_OK_ERR(hz_map_listen(map, &listener, &options, &id, &err), &err);
	change(map, "other");
	change(map, "k");
	heard_check(&h, 2, "updated \"k\" 300 200 1\nremoved \"k\" null 300 1\n");
	heard_remove(&h, id);
	hz_pred_destroy(&pred);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static void
change_replicated(hz_replicated_map *map, const char *key)
{
	hz_value k = hz_str(key);
	HZT_OK_ERR(hz_replicated_map_put(map, k, hz_i64(1), 0, NULL, &err), &err);
	HZT_OK_ERR(hz_replicated_map_put(map, k, hz_i64(200), 0, NULL, &err), &err);
	HZT_OK_ERR(hz_replicated_map_put(map, k, hz_i64(2), 0, NULL, &err), &err);
	HZT_OK_ERR(hz_replicated_map_put(map, k, hz_i64(300), 0, NULL, &err), &err);
}

static void
listen_to_replicated(const hz_value *key)
{
	static heard h;
	hz_replicated_map *map = NULL;
	hz_entry_listener listener = heard_listener(&h);
	hz_listener_id id = {0};
	hz_pred *pred = is_large();
	hz_listen_options options = where(pred, key, true);
	HZT_OK_ERR(hz_replicated_map_open(
				   session_client(), session_name("where"), NULL, &map, &err),
			&err);
	HZT_OK_ERR(hz_replicated_map_listen(map, &listener, &options, &id, &err), &err);
	hz_pred_destroy(&pred);
	if (key != NULL) {
		change_replicated(map, "other");
	}
	change_replicated(map, "k");
	heard_check(&h, 2, "updated \"k\" 200 1 1\nupdated \"k\" 300 2 1\n");
	heard_remove(&h, id);
	HZT_OK_ERR(hz_replicated_map_destroy(&map, &err), &err);
}

static void
of_a_replicated_map(void)
{
	const hz_value key = hz_str("k");
	listen_to_replicated(NULL);
	listen_to_replicated(&key);
}

// Whatever becomes of the call, the listener ends.
static void
refusals(void)
{
	static heard h;
	hz_map *map = session_map("refused");
	hz_multimap *multimap = NULL;
	hz_listener_id id = {0};
	hz_entry_listener listener = heard_listener(&h);
	hz_pred *pred = hz_pred_parse(NULL);
	hz_listen_options options = where(pred, NULL, true);
	HZT_EQ_INT(hz_map_listen(map, &listener, &options, &id, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_STR(err.message, "the text of a predicate is NULL");
	HZT_EQ_INT(atomic_load(&h.ends), 1);
	hz_pred_destroy(&pred);
	pred = hz_pred_in_partition(hz_str("k"), hz_pred_true());
	options = where(pred, NULL, true);
	HZT_EQ_INT(hz_map_listen(map, &listener, &options, &id, &err), HZ_ERR_ARGUMENT);
	hz_pred_destroy(&pred);
	pred = hz_pred_true();
	options = where(pred, NULL, true);
	HZT_OK_ERR(hz_multimap_open(session_client(), session_name("refused"), NULL, &multimap,
				   &err),
			&err);
	HZT_EQ_INT(hz_multimap_listen(multimap, &listener, &options, &id, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(atomic_load(&h.ends), 3);
	hz_pred_destroy(&pred);
	HZT_OK_ERR(hz_multimap_destroy(&multimap, &err), &err);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static const hzt_case cases[] = {
		{"of_a_map_with_values", of_a_map_with_values},
		{"of_a_map_without_values", of_a_map_without_values},
		{"of_a_key", of_a_key},
		{"of_a_replicated_map", of_a_replicated_map},
		{"refusals", refusals},
};

HZT_MAIN("where_listen", cases)
