// SPDX-License-Identifier: Apache-2.0
//
// Gaps: every kind of listener that members tell of something is told when the connection to a
// member was lost and regained, once, with the time span, and no more after its removal.
#include "tests/scripted/bench.h"

#include <stdatomic.h>
#include <string.h>
#include <time.h>

static bench b;
static hz_error err;

typedef struct ear {
	_Atomic int gaps, ends;
	_Atomic int64_t lost_at_ms, regained_at_ms;
	_Atomic uint64_t dropped;
	hz_listener_id id;
} ear;

static void
on_gap(void *ctx, const hz_gap *gap)
{
	ear *e = ctx;
	e->lost_at_ms = gap->lost_at_ms;
	e->regained_at_ms = gap->regained_at_ms;
	e->dropped = gap->dropped;
	e->gaps++;
}

static void
on_end(void *ctx)
{
	ear *e = ctx;
	e->ends++;
}

// ---- The kinds ----

// Something to hear, so that the struct is complete; no member says it here.
#define HEARS(name, type)                                                                          \
	static void name(void *ctx, const type *what)                                              \
	{                                                                                          \
		(void)ctx;                                                                         \
		(void)what;                                                                        \
	}

HEARS(on_entry, hz_entry_event)
HEARS(on_item, hz_item_event)
HEARS(on_message, hz_message)
HEARS(on_map_lost, hz_map_partition_lost_event)
HEARS(on_lost, hz_partition_lost_event)
HEARS(on_migration, hz_migration)
HEARS(on_object, hz_object_event)

// How a structure's listener is added: by a handle that is closed again.
#define ADDS(noun, listener_type, heard, fn, call)                                                 \
	static hz_err add_to_##noun(ear *e)                                                        \
	{                                                                                          \
		hz_##noun *it = NULL;                                                              \
		const listener_type listener = {.size = sizeof(listener),                          \
				.ctx = e,                                                          \
				.heard = (fn),                                                     \
				.gap = on_gap,                                                     \
				.end = on_end};                                                    \
		HZT_OK_ERR(hz_##noun##_open(b.client, #noun, NULL, &it, &err), &err);              \
		hz_err added = call;                                                               \
		hz_##noun##_close(&it);                                                            \
		return added;                                                                      \
	}

#define WITH_OPTIONS(noun) hz_##noun##_listen(it, &listener, NULL, &e->id, &err)

ADDS(map, hz_entry_listener, added, on_entry, WITH_OPTIONS(map))
ADDS(multimap, hz_entry_listener, added, on_entry, WITH_OPTIONS(multimap))
ADDS(replicated_map, hz_entry_listener, added, on_entry, WITH_OPTIONS(replicated_map))
ADDS(queue, hz_item_listener, added, on_item, WITH_OPTIONS(queue))
ADDS(list, hz_item_listener, added, on_item, WITH_OPTIONS(list))
ADDS(set, hz_item_listener, added, on_item, WITH_OPTIONS(set))
ADDS(topic, hz_message_listener, message, on_message, hz_topic_listen(it, &listener, &e->id, &err))

static hz_err
add_to_lost_partitions_of_map(ear *e)
{
	const hz_map_partition_lost_listener listener = {
			sizeof(listener), e, on_map_lost, on_gap, on_end};
	return hz_map_listen_partition_lost(b.map, &listener, &e->id, &err);
}

static hz_err
add_to_lost_partitions(ear *e)
{
	const hz_partition_lost_listener listener = {sizeof(listener), e, on_lost, on_gap, on_end};
	return hz_client_listen_partition_lost(b.client, &listener, &e->id, &err);
}

static hz_err
add_to_migrations(ear *e)
{
	const hz_migration_listener listener = {.size = sizeof(listener),
			.ctx = e,
			.started = on_migration,
			.gap = on_gap,
			.end = on_end};
	return hz_client_listen_migrations(b.client, &listener, &e->id, &err);
}

static hz_err
add_to_objects(ear *e)
{
	const hz_object_listener listener = {.size = sizeof(listener),
			.ctx = e,
			.created = on_object,
			.gap = on_gap,
			.end = on_end};
	return hz_client_listen_objects(b.client, &listener, &e->id, &err);
}

static hz_err (*const kinds[])(ear *e) = {
		add_to_map,
		add_to_multimap,
		add_to_replicated_map,
		add_to_queue,
		add_to_list,
		add_to_set,
		add_to_topic,
		add_to_lost_partitions_of_map,
		add_to_lost_partitions,
		add_to_migrations,
		add_to_objects,
};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

// ---- What they are told ----

static int64_t
wall_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

typedef struct wanted {
	ear *ears;
	int gaps;
} wanted;

static bool
all_have_gaps(void *ctx)
{
	const wanted *w = ctx;
	for (size_t i = 0; i < KINDS; i++) {
		if (w->ears[i].gaps < w->gaps) {
			return false;
		}
	}
	return true;
}

// The first of two members is lost and regained.
static void
lose_one(ear *ears, int gaps)
{
	wanted w = {ears, gaps};
	int64_t before_ms = wall_ms();
	hzt_scripted_disconnect(b.member[0], HZT_RESET);
	HZT_AWAIT(all_have_gaps, &w, PATIENCE_MS);
	int64_t after_ms = wall_ms();
	for (size_t i = 0; i < KINDS; i++) {
		HZT_EQ_INT(ears[i].gaps, gaps);
		HZT_EQ_INT(ears[i].dropped, 0);
		HZT_CHECK(ears[i].lost_at_ms <= before_ms + 1);
		HZT_CHECK(ears[i].regained_at_ms >= before_ms);
		HZT_CHECK(ears[i].regained_at_ms <= after_ms + 1);
	}
	bench_await_connections(&b, 2);
}

static void
every_kind_is_told_of_a_lost_connection(void)
{
	static ear ears[KINDS], gone[KINDS];
	memset(ears, 0, sizeof(ears));
	memset(gone, 0, sizeof(gone));
	bench_start(&b, 2, NULL);
	for (size_t i = 0; i < KINDS; i++) {
		HZT_OK_ERR(kinds[i](&ears[i]), &err);
		HZT_OK_ERR(kinds[i](&gone[i]), &err);
	}
	for (size_t i = 0; i < KINDS; i++) {
		HZT_OK_ERR(hz_listener_remove(b.client, gone[i].id, &err), &err);
		HZT_EQ_INT(gone[i].ends, 1);
	}
	lose_one(ears, 1);
	lose_one(ears, 2);
	bench_end(&b);
	for (size_t i = 0; i < KINDS; i++) {
		HZT_EQ_INT(ears[i].gaps, 2);
		HZT_EQ_INT(ears[i].ends, 1);
		HZT_EQ_INT(gone[i].gaps, 0);
		HZT_EQ_INT(gone[i].ends, 1);
	}
}

static const hzt_case cases[] = {
		{"every_kind_is_told_of_a_lost_connection",
				every_kind_is_told_of_a_lost_connection},
};

HZT_MAIN("gap", cases)
