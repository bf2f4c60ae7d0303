// SPDX-License-Identifier: Apache-2.0
//
// All ten kinds of entry events, and what of each reaches a map's listener. Members of one healthy
// cluster never send some of them: merged, invalidated.
#include "protocol/decode.h"
#include "protocol/gen/map.h"
#include "tests/scripted/bench.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#define ADD HZP_MAP_ADD_ENTRY_LISTENER_REQUEST.id
#define ADD_TO_KEY HZP_MAP_ADD_ENTRY_LISTENER_TO_KEY_REQUEST.id
#define ALL_KINDS 1023

// What was heard last, as one line.
typedef struct heard {
	pthread_mutex_t lock;
	char line[512];
	hz_uuid member;
	_Atomic int count;
} heard;

static void
write_down(heard *h, const char *what, const hz_entry_event *e)
{
	char key[64];
	char value[64];
	char old[64];
	char merging[64];
	hz_value_format(&e->key, key, sizeof(key));
	hz_value_format(&e->value, value, sizeof(value));
	hz_value_format(&e->old_value, old, sizeof(old));
	hz_value_format(&e->merging_value, merging, sizeof(merging));
	pthread_mutex_lock(&h->lock);
	snprintf(h->line, sizeof(h->line), "%s of %s: %s %s %s %s %d", what, e->name, key, value,
			old, merging, (int)e->affected);
	h->member = e->member;
	pthread_mutex_unlock(&h->lock);
	h->count++;
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
HEARS(merged)
HEARS(invalidated)
HEARS(evict_all)
HEARS(clear_all)

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
			.merged = on_merged,
			.invalidated = on_invalidated,
			.evict_all = on_evict_all,
			.clear_all = on_clear_all,
	};
}

// ---- What the member sends ----

// The serialized form of a long.
static hzp_bytes
put_long(uint8_t out[16], int64_t value)
{
	static const uint8_t head[8] = {0, 0, 0, 0, 0xff, 0xff, 0xff, 0xf8};
	memcpy(out, head, sizeof(head));
	for (int i = 0; i < 8; i++) {
		out[8 + i] = (uint8_t)((uint64_t)value >> (56 - 8 * i));
	}
	return (hzp_bytes){out, 16};
}

// One event of a kind; a value below 0 is not sent.
typedef struct told {
	int32_t kind;
	int64_t key, value, old, merging;
	int32_t affected;
	const char *line;
} told;

// The values that members give each kind, with values included.
static const told events[] = {
		{1, 7, 10, -1, -1, 1, "added of m: 7 10 null null 1"},
		{4, 7, 11, 10, -1, 1, "updated of m: 7 11 10 null 1"},
		{2, 7, -1, 11, -1, 1, "removed of m: 7 null 11 null 1"},
		{8, 7, -1, 12, -1, 1, "evicted of m: 7 null 12 null 1"},
		{16, 7, -1, 13, -1, 1, "expired of m: 7 null 13 null 1"},
		{512, 7, 14, -1, -1, 1, "loaded of m: 7 14 null null 1"},
		{128, 7, 15, 14, 16, 1, "merged of m: 7 15 14 16 1"},
		{256, 7, -1, -1, -1, 1, "invalidated of m: 7 null null null 1"},
		{32, -1, -1, -1, -1, 42, "evict_all of m: null null null null 42"},
		{64, -1, -1, -1, -1, INT32_MAX, "clear_all of m: null null null null 2147483647"},
};

#define EVENTS (sizeof(events) / sizeof(events[0]))

static hzp_bytes
bytes_of(uint8_t out[16], int64_t value)
{
	return value >= 0 ? put_long(out, value) : (hzp_bytes){NULL, 0};
}

static size_t
tell(bench *b, uint32_t request, const told *what)
{
	uint8_t key[16];
	uint8_t value[16];
	uint8_t old[16];
	uint8_t merging[16];
	hzp_map_add_entry_listener_entry event = {
			.key = bytes_of(key, what->key),
			.value = bytes_of(value, what->value),
			.old_value = bytes_of(old, what->old),
			.merging_value = bytes_of(merging, what->merging),
			.event_type = what->kind,
			.uuid = hzt_scripted_uuid(b->member[0]),
			.number_of_affected_entries = what->affected,
	};
	const hzp_message *message = request == ADD ? &HZP_MAP_ADD_ENTRY_LISTENER_ENTRY
						    : &HZP_MAP_ADD_ENTRY_LISTENER_TO_KEY_ENTRY;
	return hzt_scripted_event_at(b->member[0], request, message, &event, 3);
}

// ---- What the listener hears ----

typedef struct awaited {
	heard *h;
	int count;
} awaited;

static bool
has_heard(void *ctx)
{
	const awaited *a = ctx;
	return a->h->count >= a->count;
}

static void
check_heard(bench *b, heard *h, int count, const char *line)
{
	awaited a = {h, count};
	char copy[sizeof(h->line)];
	HZT_AWAIT(has_heard, &a, PATIENCE_MS);
	pthread_mutex_lock(&h->lock);
	memcpy(copy, h->line, sizeof(copy));
	hz_uuid member = h->member;
	pthread_mutex_unlock(&h->lock);
	hz_uuid wanted = hzt_scripted_uuid(b->member[0]);
	HZT_EQ_STR(copy, line);
	HZT_EQ_INT(h->count, count);
	HZT_CHECK(member.msb == wanted.msb && member.lsb == wanted.lsb);
}

// What the last registration asked for.
static _Atomic int32_t asked_kinds;

static void
look_at_kinds(void *ctx, hzt_request *request)
{
	(void)ctx;
	hzp_map_add_entry_listener_request asked = {0};
	HZT_OK(hzp_decode(request->msg, request->n, &HZP_MAP_ADD_ENTRY_LISTENER_REQUEST, &asked,
			NULL));
	asked_kinds = asked.listener_flags;
	hzt_reply_default(request);
}

static void
every_kind_with_its_values(void)
{
	static heard h;
	bench b;
	hz_entry_listener listener = listener_of(&h);
	hz_listen_options options = hz_listen_options_default();
	hz_listener_id id;
	options.include_value = true;
	bench_start(&b, 1, NULL);
	hzt_scripted_on(b.member[0], ADD, 0, look_at_kinds, NULL);
	HZT_OK(hz_map_listen(b.map, &listener, &options, &id, NULL));
	HZT_EQ_INT(asked_kinds, ALL_KINDS);
	for (size_t i = 0; i < EVENTS; i++) {
		HZT_EQ_INT(tell(&b, ADD, &events[i]), 1);
		check_heard(&b, &h, (int)i + 1, events[i].line);
	}
	HZT_EQ_INT(bench_stats(&b).events, EVENTS);
	HZT_EQ_INT(bench_stats(&b).decode_errors, 0);
	bench_end(&b);
}

// The same for a listener of one key: another message, the same fields.
static void
every_kind_of_one_key(void)
{
	static heard h;
	bench b;
	hz_entry_listener listener = listener_of(&h);
	hz_listen_options options = hz_listen_options_default();
	hz_listener_id id;
	hz_value key = hz_i64(7);
	options.include_value = true;
	options.key = &key;
	bench_start(&b, 1, NULL);
	HZT_OK(hz_map_listen(b.map, &listener, &options, &id, NULL));
	HZT_EQ_INT(hzt_scripted_count(b.member[0], ADD_TO_KEY), 1);
	for (size_t i = 0; i < EVENTS; i++) {
		HZT_EQ_INT(tell(&b, ADD_TO_KEY, &events[i]), 1);
		check_heard(&b, &h, (int)i + 1, events[i].line);
	}
	bench_end(&b);
}

// Members are asked for the kinds with a function and no others; one that comes all the same is
// nobody's.
static void
only_what_was_asked_for(void)
{
	static heard h;
	bench b;
	hz_entry_listener all = listener_of(&h);
	hz_entry_listener listener = {.size = sizeof(listener),
			.ctx = &h,
			.merged = all.merged,
			.invalidated = all.invalidated};
	hz_listener_id id;
	int heard_so_far = 0;
	bench_start(&b, 1, NULL);
	hzt_scripted_on(b.member[0], ADD, 0, look_at_kinds, NULL);
	HZT_OK(hz_map_listen(b.map, &listener, NULL, &id, NULL));
	HZT_EQ_INT(asked_kinds, 128 + 256);
	for (size_t i = 0; i < EVENTS; i++) {
		tell(&b, ADD, &events[i]);
		if ((events[i].kind & asked_kinds) != 0) {
			heard_so_far++;
			check_heard(&b, &h, heard_so_far, events[i].line);
		}
	}
	HZT_EQ_INT(heard_so_far, 2);
	bench_end(&b);
	HZT_EQ_INT(h.count, 2);
}

static const hzt_case cases[] = {
		{"every_kind_with_its_values", every_kind_with_its_values},
		{"every_kind_of_one_key", every_kind_of_one_key},
		{"only_what_was_asked_for", only_what_was_asked_for},
};

HZT_MAIN("entry events", cases)
