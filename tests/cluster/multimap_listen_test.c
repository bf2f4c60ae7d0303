// SPDX-License-Identifier: Apache-2.0
//
// Listeners of a multimap: added, removed and cleared are what it has.
#include "tests/cluster/heard.h"

static hz_error err;
static hz_multimap *mm;    // of the case that runs
static hz_multimap *other; // the same one, changed by another client
static heard h;
static hz_listener_id id;

#define K hz_str("k")

static void
begin(const char *base, const hz_listen_options *options)
{
	const char *name = session_name(base);
	hz_entry_listener listener = heard_listener(&h);
	HZT_OK_ERR(hz_multimap_open(session_client(), name, NULL, &mm, &err), &err);
	HZT_OK_ERR(hz_multimap_open(session_other_client(), name, NULL, &other, &err), &err);
	HZT_OK_ERR(hz_multimap_listen(mm, &listener, options, &id, &err), &err);
	HZT_CHECK(id.id != 0);
}

static void
finish(void)
{
	heard_remove(&h, id);
	hz_multimap_close(&other);
	HZT_OK_ERR(hz_multimap_destroy(&mm, &err), &err);
	HZT_EQ_INT(atomic_load(&h.count), 0);
}

static void
put(hz_value key, int64_t value)
{
	HZT_OK_ERR(hz_multimap_put(other, key, hz_i64(value), NULL, &err), &err);
}

static void
hears_of_every_change(void)
{
	hz_listen_options options = hz_listen_options_default();
	options.include_value = true;
	begin("listen", &options);
	put(K, 1);
	put(K, 2);
	put(K, 2); // changes nothing
	HZT_OK_ERR(hz_multimap_remove(other, K, hz_i64(1), NULL, &err), &err);
	heard_check(&h, 3,
			"added \"k\" 1 null 1\n"
			"added \"k\" 2 null 1\n"
			"removed \"k\" null 1 1\n");
	HZT_OK_ERR(hz_multimap_remove_all(other, K, NULL, &err), &err);
	HZT_OK_ERR(hz_multimap_remove_all(other, K, NULL, &err), &err); // changes nothing
	put(K, 3);
	heard_check(&h, 2, "removed \"k\" null 2 1\nadded \"k\" 3 null 1\n");
	finish();
}

// The order of events is one only within a partition, so the keys come one after the other.
static void
hears_of_many_at_once(void)
{
	const hz_entry entries[] = {{K, hz_i64(1)}, {K, hz_i64(2)}, {K, hz_i64(2)}};
	hz_listen_options options = hz_listen_options_default();
	options.include_value = true;
	begin("many", &options);
	HZT_OK_ERR(hz_multimap_put_all(other, entries, 3, &err), &err);
	heard_check(&h, 2, "added \"k\" 1 null 1\nadded \"k\" 2 null 1\n");
	put(hz_str("j"), 3);
	heard_check(&h, 1, "added \"j\" 3 null 1\n");
	HZT_OK_ERR(hz_multimap_clear(other, &err), &err);
	heard_check(&h, 1, "clear_all null null null 2\n"); // keys
	finish();
}

static void
values_come_only_if_asked_for(void)
{
	begin("keys", NULL);
	put(K, 1);
	HZT_OK_ERR(hz_multimap_remove(other, K, hz_i64(1), NULL, &err), &err);
	heard_check(&h, 2, "added \"k\" null null 1\nremoved \"k\" null null 1\n");
	finish();
}

// As the header says: who wants to hear of it uses hz_multimap_remove_all.
static void
members_tell_nothing_of_a_delete(void)
{
	begin("delete", NULL);
	put(K, 1);
	HZT_OK_ERR(hz_multimap_delete(other, K, &err), &err);
	put(K, 1);
	heard_check(&h, 2, "added \"k\" null null 1\nadded \"k\" null null 1\n");
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
		put(hz_i32(i), i);
	}
	put(hz_i64(7), 1); // another key
	HZT_OK_ERR(hz_multimap_remove_all(other, seven, NULL, &err), &err);
	heard_check(&h, 2, "added 7 null null 1\nremoved 7 null null 1\n");
	HZT_OK_ERR(hz_multimap_clear(other, &err), &err);
	heard_check(&h, 1, "clear_all null null null 20\n");
	finish();
}

// The second listener, which is there still, shows that there was something to hear.
static void
hears_nothing_after_removal(void)
{
	static heard gone;
	hz_entry_listener listener = heard_listener(&gone);
	hz_listener_id first = {0};
	begin("removal", NULL);
	HZT_OK_ERR(hz_multimap_listen(mm, &listener, NULL, &first, &err), &err);
	heard_remove(&gone, first);
	for (int32_t i = 0; i < 50; i++) {
		put(hz_i32(i), i);
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
	HZT_EQ_INT(hz_multimap_listen(NULL, &listener, NULL, &none, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_multimap_listen(mm, &listener, NULL, NULL, &err), HZ_ERR_ARGUMENT);
	options.key = &null;
	HZT_EQ_INT(hz_multimap_listen(mm, &listener, &options, &none, &err), HZ_ERR_ARGUMENT);
	options.size = 0;
	HZT_EQ_INT(hz_multimap_listen(mm, &listener, &options, &none, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(atomic_load(&refused.ends), 4);
	HZT_EQ_INT(hz_multimap_listen(mm, NULL, NULL, &none, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(none.id, 0);
	finish();
}

static const hzt_case cases[] = {
		{"hears_of_every_change", hears_of_every_change},
		{"hears_of_many_at_once", hears_of_many_at_once},
		{"values_come_only_if_asked_for", values_come_only_if_asked_for},
		{"members_tell_nothing_of_a_delete", members_tell_nothing_of_a_delete},
		{"hears_of_one_key_only", hears_of_one_key_only},
		{"hears_nothing_after_removal", hears_nothing_after_removal},
		{"a_refused_listener_ends_too", a_refused_listener_ends_too},
};

HZT_MAIN("multimap_listen", cases)
