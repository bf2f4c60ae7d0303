// SPDX-License-Identifier: Apache-2.0
//
// Records on real members: the schema is there before the first record of it, whichever call brings
// that, and another client finds out what it does not know.
#include "tests/cluster/session.h"
#include "tests/support/everything.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { THREADS = 8, TYPES = 12 };

static hz_error err;

// A name of a type that no test before has used: its schema is new to the members.
static const char *
new_type(const char *base)
{
	static _Atomic unsigned next;
	static _Thread_local char name[80];
	snprintf(name, sizeof(name), "%s-%d-%u", base, (int)getpid(), atomic_fetch_add(&next, 1));
	return name;
}

static hz_generic_record *
record_of(const char *type, int32_t id)
{
	hz_generic_builder *b = NULL;
	hz_generic_record *record = NULL;
	hz_error e = {0};
	HZT_OK_ERR(hz_generic_builder_new(type, &b, &e), &e);
	HZT_OK_ERR(hz_generic_builder_set(b, "id", HZ_FIELD_I32, hz_i32(id), &e), &e);
	HZT_OK_ERR(hz_generic_builder_set(b, "text", HZ_FIELD_STRING, hz_str("x"), &e), &e);
	HZT_OK_ERR(hz_generic_builder_build(b, &record, &e), &e);
	hz_generic_builder_destroy(&b);
	return record;
}

// Reads a record with the client that knows nothing of it, and ends the value.
static int32_t
id_of(hz_client *client, hz_value *v)
{
	hz_generic_record *record = NULL;
	hz_value id = hz_null();
	int32_t n = -1;
	hz_error e = {0};
	HZT_OK_ERR(hz_generic_record_read(client, v, &record, &e), &e);
	HZT_OK_ERR(hz_generic_record_get(record, "id", &id, &e), &e);
	HZT_OK(hz_value_get_i32(&id, &n));
	hz_generic_record_destroy(&record);
	hz_value_clear(v);
	return n;
}

static void
every_kind_comes_back(void)
{
	hz_map *map = session_map("compact");
	for (unsigned i = 0; i < HZT_SAMPLES; i++) {
		hzt_everything want;
		hzt_everything got;
		hz_value v = hz_null();
		hzt_everything_sample(i, &want);
		hz_value record = hz_record(&hzt_everything_type, &want);
		HZT_OK_ERR(hz_map_set(map, hz_i32((int32_t)i), record, NULL, &err), &err);
		HZT_OK_ERR(hz_map_get(map, hz_i32((int32_t)i), &v, &err), &err);
		HZT_EQ_INT(hz_value_kind(&v), HZ_KIND_RECORD);
		HZT_OK_ERR(hz_record_read(session_client(), &v, &hzt_everything_type, &got, &err),
				&err);
		hzt_everything_expect(&got, &want);
		hz_record_clear(&hzt_everything_type, &got);
		hz_value_clear(&v);
	}
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static void
another_client_asks_for_the_schema(void)
{
	const char *type = new_type("fetched");
	const char *name = session_name("compact");
	hz_map *ours = NULL;
	hz_map *theirs = NULL;
	hz_value v = hz_null();
	hz_client *other = session_client_with(NULL, NULL);
	hz_generic_record *record = record_of(type, 42);
	HZT_OK_ERR(hz_map_open(session_client(), name, NULL, &ours, &err), &err);
	HZT_OK_ERR(hz_map_open(other, name, NULL, &theirs, &err), &err);
	hz_value written = hz_generic_record_value(record);
	HZT_OK_ERR(hz_map_set(ours, hz_i32(1), written, NULL, &err), &err);
	HZT_OK_ERR(hz_map_get(theirs, hz_i32(1), &v, &err), &err);
	// Without a client nobody can be asked.
	hz_generic_record *none = NULL;
	HZT_EQ_INT(hz_generic_record_read(NULL, &v, &none, &err), HZ_ERR_SERIALIZATION);
	HZT_CHECK(none == NULL);
	HZT_EQ_INT(id_of(other, &v), 42);
	hz_generic_record_destroy(&record);
	hz_map_close(&theirs);
	HZT_OK_ERR(hz_map_destroy(&ours, &err), &err);
	hz_client_destroy(&other);
}

static void
nobody_knows_a_made_up_schema(void)
{
	uint8_t data[16] = {0, 0, 0, 0, 0xff, 0xff, 0xff, 0xc9, 1, 2, 3, 4, 5, 6, 7, 8};
	hz_generic_record *none = NULL;
	hz_value v = hz_null();
	HZT_OK_ERR(hz_value_parse(data, sizeof(data), true, &v, &err), &err);
	HZT_EQ_INT(hz_value_kind(&v), HZ_KIND_RECORD);
	HZT_EQ_INT(hz_generic_record_read(session_client(), &v, &none, &err), HZ_ERR_SERIALIZATION);
	HZT_CHECK(none == NULL && strstr(err.message, "no member knows the schema") != NULL);
}

// Members look keys up by their bytes, and their partition by the bytes' hash.
static void
records_are_keys(void)
{
	const char *name = session_name("compact");
	hz_map *map = NULL;
	hz_map *again = NULL;
	hzt_inner key = {7, "key"};
	hz_value k = hz_record(&hzt_inner_type, &key);
	HZT_OK_ERR(hz_map_open(session_client(), name, NULL, &map, &err), &err);
	HZT_OK_ERR(hz_map_open(session_other_client(), name, NULL, &again, &err), &err);
	HZT_OK_ERR(hz_map_set(map, k, hz_i64(1), NULL, &err), &err);
	HZT_CHECK(map_has(again, k, 1));
	key.id = 8;
	HZT_CHECK(map_lacks(again, k));
	hz_items *keys = NULL;
	HZT_OK_ERR(hz_map_key_set(map, &keys, &err), &err);
	HZT_EQ_INT(hz_items_count(keys), 1);
	hz_value found = hz_null();
	HZT_CHECK(hz_items_next(keys, NULL, &found));
	// As it came, and read and written again.
	HZT_CHECK(map_has(map, found, 1));
	hz_generic_record *record = NULL;
	HZT_OK_ERR(hz_generic_record_read(session_client(), &found, &record, &err), &err);
	HZT_CHECK(map_has(map, hz_generic_record_value(record), 1));
	hz_generic_record_destroy(&record);
	hz_items_destroy(&keys);
	hz_map_close(&again);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static void
a_fan_out_waits_for_its_schemas(void)
{
	hz_map *map = session_map("compact");
	hz_generic_record *records[TYPES];
	hz_entry entries[TYPES];
	hz_value v = hz_null();
	for (int32_t i = 0; i < TYPES; i++) {
		records[i] = record_of(new_type("fan-out"), i);
		entries[i] = (hz_entry){hz_i32(i), hz_generic_record_value(records[i])};
	}
	HZT_OK_ERR(hz_map_put_all(map, entries, TYPES, &err), &err);
	for (int32_t i = 0; i < TYPES; i++) {
		HZT_OK_ERR(hz_map_get(map, hz_i32(i), &v, &err), &err);
		HZT_EQ_INT(id_of(session_other_client(), &v), i);
		hz_generic_record_destroy(&records[i]);
	}
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static void
an_asynchronous_call_waits_for_its_schema(void)
{
	hz_map *map = session_map("compact");
	hz_future futures[TYPES];
	hz_value v = hz_null();
	for (int32_t i = 0; i < TYPES; i++) {
		hz_generic_record *record = record_of(new_type("async"), i);
		futures[i] = hz_map_set_async(
				map, hz_i32(i), hz_generic_record_value(record), NULL);
		hz_generic_record_destroy(&record);
	}
	for (int32_t i = 0; i < TYPES; i++) {
		HZT_OK_ERR(hz_await_none(futures[i], &err), &err);
		HZT_OK_ERR(hz_map_get(map, hz_i32(i), &v, &err), &err);
		HZT_EQ_INT(id_of(session_other_client(), &v), i);
	}
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

typedef struct heard {
	_Atomic int32_t id;
	hz_client *client;
} heard;

// On a callback thread, which may ask the members as well.
static void
note_id(void *ctx, hz_err code, hz_result *result, const hz_error *e)
{
	heard *h = ctx;
	hz_value v = hz_null();
	(void)e;
	int32_t id = -2;
	if (code == HZ_OK && hz_result_take_value(result, &v) == HZ_OK) {
		id = id_of(h->client, &v);
	}
	atomic_store(&h->id, id);
}

static bool
has_heard(void *ctx)
{
	heard *h = ctx;
	return atomic_load(&h->id) != -1;
}

static void
callbacks_may_read_what_is_new_to_them(void)
{
	const char *name = session_name("compact");
	hz_map *ours = NULL;
	hz_map *theirs = NULL;
	hz_client *other = session_client_with(NULL, NULL);
	heard h = {.id = -1, .client = other};
	hz_generic_record *record = record_of(new_type("callback"), 5);
	HZT_OK_ERR(hz_map_open(session_client(), name, NULL, &ours, &err), &err);
	HZT_OK_ERR(hz_map_open(other, name, NULL, &theirs, &err), &err);
	HZT_OK_ERR(hz_map_set(ours, hz_i32(1), hz_generic_record_value(record), NULL, &err), &err);
	HZT_OK(hz_then(hz_map_get_async(theirs, hz_i32(1)), note_id, &h));
	HZT_AWAIT(has_heard, &h, 20000);
	HZT_EQ_INT(atomic_load(&h.id), 5);
	hz_generic_record_destroy(&record);
	hz_map_close(&theirs);
	HZT_OK_ERR(hz_map_destroy(&ours, &err), &err);
	hz_client_destroy(&other);
}

typedef struct writer {
	pthread_t thread;
	hz_map *map;
	const char (*types)[80];
	int32_t first;
	_Atomic bool *failed;
} writer;

static void *
write_all(void *arg)
{
	writer *w = arg;
	for (int32_t i = 0; i < TYPES; i++) {
		hz_error e = {0};
		hz_generic_record *record = record_of(w->types[i], w->first + i);
		hz_value v = hz_generic_record_value(record);
		if (hz_map_set(w->map, hz_i32(w->first + i), v, NULL, &e) != HZ_OK) {
			printf("  %s\n", e.message);
			atomic_store(w->failed, true);
		}
		hz_generic_record_destroy(&record);
	}
	return NULL;
}

// All threads meet each schema at about the same time.
static void
threads_share_one_replication(void)
{
	static char types[TYPES][80];
	_Atomic bool failed = false;
	writer writers[THREADS];
	hz_map *map = session_map("compact");
	hz_value v = hz_null();
	for (int32_t i = 0; i < TYPES; i++) {
		memcpy(types[i], new_type("threads"), sizeof(types[i]));
	}
	for (int32_t i = 0; i < THREADS; i++) {
		writers[i] = (writer){.map = map,
				.types = (const char(*)[80])types,
				.first = i * TYPES,
				.failed = &failed};
		HZT_EQ_INT(pthread_create(&writers[i].thread, NULL, write_all, &writers[i]), 0);
	}
	for (int32_t i = 0; i < THREADS; i++) {
		pthread_join(writers[i].thread, NULL);
	}
	HZT_CHECK(!atomic_load(&failed));
	for (int32_t i = 0; i < THREADS * TYPES; i++) {
		HZT_OK_ERR(hz_map_get(map, hz_i32(i), &v, &err), &err);
		HZT_EQ_INT(id_of(session_other_client(), &v), i);
	}
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static void
other_structures_take_records(void)
{
	hz_queue *queue = session_queue("compact");
	hz_generic_record *record = record_of(new_type("queue"), 9);
	hz_value v = hz_null();
	bool done = false;
	HZT_OK_ERR(hz_queue_offer(queue, hz_generic_record_value(record), 0, &done, &err), &err);
	HZT_CHECK(done);
	HZT_OK_ERR(hz_queue_poll(queue, 1000, &v, &err), &err);
	HZT_EQ_INT(id_of(session_other_client(), &v), 9);
	hz_generic_record_destroy(&record);
	HZT_OK_ERR(hz_queue_destroy(&queue, &err), &err);
}

// Members do not look into messages, but who hears of them does.
static void
messages_bring_their_schemas(void)
{
	hz_reliable_topic *topic = NULL;
	const char *name = session_name("compact");
	HZT_OK_ERR(hz_reliable_topic_open(session_client(), name, NULL, NULL, &topic, &err), &err);
	for (int32_t i = 0; i < 2; i++) {
		hz_generic_record *record = record_of(new_type("topic"), i);
		hz_value v = hz_generic_record_value(record);
		hz_value copy = hz_null();
		if (i == 0) {
			HZT_OK_ERR(hz_reliable_topic_publish(topic, v, NULL, &err), &err);
		} else {
			HZT_OK_ERR(hz_reliable_topic_publish_all(topic, &v, 1, NULL, &err), &err);
		}
		HZT_OK_ERR(hz_value_copy(&v, &copy, &err), &err);
		HZT_EQ_INT(id_of(session_other_client(), &copy), i);
		hz_generic_record_destroy(&record);
	}
	HZT_OK_ERR(hz_reliable_topic_destroy(&topic, &err), &err);
}

// What another version of a type has.
typedef struct older {
	int32_t id;
	hz_nullable_i32 age;
} older;

typedef struct newer {
	int32_t id;
	int32_t age;
	const char *name;
} newer;

static void
versions_read_each_other(void)
{
	static const hz_field older_fields[] = {
			HZ_FIELD(older, id, I32), HZ_FIELD(older, age, NULLABLE_I32)};
	static const hz_field newer_fields[] = {HZ_FIELD(newer, id, I32), HZ_FIELD(newer, age, I32),
			HZ_FIELD(newer, name, STRING)};
	static hz_record_type older_type = HZ_RECORD_TYPE(older, "version", older_fields);
	static hz_record_type newer_type = HZ_RECORD_TYPE(newer, "version", newer_fields);
	hz_map *map = session_map("compact");
	older o = {1, {true, 30}};
	newer n = {2, 40, "Ada"};
	hz_value v = hz_null();
	HZT_OK_ERR(hz_map_set(map, hz_i32(1), hz_record(&older_type, &o), NULL, &err), &err);
	HZT_OK_ERR(hz_map_set(map, hz_i32(2), hz_record(&newer_type, &n), NULL, &err), &err);
	HZT_OK_ERR(hz_map_get(map, hz_i32(1), &v, &err), &err);
	HZT_OK_ERR(hz_record_read(session_other_client(), &v, &newer_type, &n, &err), &err);
	HZT_CHECK(n.id == 1 && n.age == 30 && n.name == NULL);
	hz_record_clear(&newer_type, &n);
	hz_value_clear(&v);
	HZT_OK_ERR(hz_map_get(map, hz_i32(2), &v, &err), &err);
	HZT_OK_ERR(hz_record_read(session_other_client(), &v, &older_type, &o, &err), &err);
	HZT_CHECK(o.id == 2 && o.age.has && o.age.value == 40);
	hz_value_clear(&v);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
}

static const hzt_case cases[] = {
		{"every_kind_comes_back", every_kind_comes_back},
		{"another_client_asks_for_the_schema", another_client_asks_for_the_schema},
		{"nobody_knows_a_made_up_schema", nobody_knows_a_made_up_schema},
		{"records_are_keys", records_are_keys},
		{"a_fan_out_waits_for_its_schemas", a_fan_out_waits_for_its_schemas},
		{"an_asynchronous_call_waits_for_its_schema",
				an_asynchronous_call_waits_for_its_schema},
		{"callbacks_may_read_what_is_new_to_them", callbacks_may_read_what_is_new_to_them},
		{"threads_share_one_replication", threads_share_one_replication},
		{"other_structures_take_records", other_structures_take_records},
		{"messages_bring_their_schemas", messages_bring_their_schemas},
		{"versions_read_each_other", versions_read_each_other},
};

HZT_MAIN("compact_map", cases)
