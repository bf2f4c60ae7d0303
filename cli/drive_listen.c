// SPDX-License-Identifier: Apache-2.0
//
// The events of a map, a line each: {"t":ns,"k":"k7","seq":45,"kind":"updated","v":"k7/3/45"}. A
// gap is a line too: {"t":ns,"kind":"gap","from_ms":..,"to_ms":..,"dropped":..}, with the span in
// milliseconds since 1970 in which events may be missing, or how many were dropped so far.
#include "cli/drive.h"
#include "cli/mark.h"
#include "cli/session.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define TEXT_MAX 256

typedef struct listening {
	session s;
	const char *name;
	int64_t seconds;
} listening;

static void
text_of(const hz_value *value, char *to, size_t size)
{
	const char *text = NULL;
	size_t n = 0;
	if (hz_value_is_null(value)) {
		to[0] = '\0';
	} else if (hz_value_get_str(value, &text, &n) == HZ_OK) {
		(void)snprintf(to, size, "%.*s", (int)(n < size - 1 ? n : size - 1), text);
	} else {
		(void)hz_value_format(value, to, size);
	}
}

static void
note_event(listening *l, const hz_entry_event *event, const char *kind)
{
	char key[TEXT_MAX], value[TEXT_MAX], mark[MARK_MAX];
	char key_text[2 * TEXT_MAX], value_text[2 * TEXT_MAX];
	text_of(&event->key, key, sizeof(key));
	text_of(hz_value_is_null(&event->value) ? &event->old_value : &event->value, value,
			sizeof(value));
	bool marked = mark_read(mark, value, strlen(value), key);
	history_line(&l->s.history,
			"{\"t\":%lld,\"k\":\"%s\",\"seq\":%lld,\"kind\":\"%s\",\"v\":\"%s\"}",
			(long long)history_now_ns(),
			history_escape(key_text, sizeof(key_text), key),
			(long long)(marked ? mark_number(mark) : -1), kind,
			history_escape(value_text, sizeof(value_text), marked ? mark : value));
}

#define HEARD(kind)                                                                                \
	static void on_##kind(void *ctx, const hz_entry_event *event)                              \
	{                                                                                          \
		note_event(ctx, event, #kind);                                                     \
	}

HEARD(added)
HEARD(updated)
HEARD(removed)
HEARD(evicted)
HEARD(expired)
HEARD(merged)
HEARD(evict_all)
HEARD(clear_all)

static void
on_gap(void *ctx, const hz_gap *gap)
{
	listening *l = ctx;
	history_line(&l->s.history,
			"{\"t\":%lld,\"kind\":\"gap\",\"from_ms\":%lld,\"to_ms\":%lld,"
			"\"dropped\":%llu}",
			(long long)history_now_ns(), (long long)gap->lost_at_ms,
			(long long)gap->regained_at_ms, (unsigned long long)gap->dropped);
}

static void
wait_here(void *ctx, int number)
{
	listening *l = ctx;
	(void)number;
	while (!atomic_load(&l->s.stop)) {
		(void)nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
	}
}

int
drive_listen(int argc, char **argv)
{
	static const char *const known[] = {SESSION_OPTIONS, "map", "seconds", NULL};
	static listening l;
	cli_options o;
	hz_error err = {0};
	hz_map *map = NULL;
	hz_listener_id id;
	if (!options_read(&o, argc, argv, known) ||
			!options_number(&o, "seconds", 0, 0, &l.seconds)) {
		return 2;
	}
	if (!session_open(&l.s, &o)) {
		return 3;
	}
	hz_entry_listener listener = {.size = sizeof(listener),
			.ctx = &l,
			.added = on_added,
			.updated = on_updated,
			.removed = on_removed,
			.evicted = on_evicted,
			.expired = on_expired,
			.merged = on_merged,
			.evict_all = on_evict_all,
			.clear_all = on_clear_all,
			.gap = on_gap};
	hz_listen_options options = hz_listen_options_default();
	options.include_value = true;
	bool ran = hz_map_open(l.s.client, options_text(&o, "map", "drive"), NULL, &map, &err) ==
					HZ_OK &&
			hz_map_listen(map, &listener, &options, &id, &err) == HZ_OK;
	if (!ran) {
		fprintf(stderr, "hzc: %s\n", err.message);
	} else {
		printf("{\"listening\":true}\n");
		(void)fflush(stdout);
		ran = session_run(&l.s, 1, l.seconds, wait_here, &l);
	}
	hz_map_close(&map);
	int code = session_close(&l.s);
	return ran ? code : 3;
}
