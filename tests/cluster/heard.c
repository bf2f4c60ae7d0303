// SPDX-License-Identifier: Apache-2.0
#include "tests/cluster/heard.h"

#include <stdio.h>
#include <string.h>

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

hz_entry_listener
heard_listener(heard *h)
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

void
heard_await(heard *h, int count)
{
	awaited a = {h, count};
	HZT_AWAIT(has_heard, &a, 10000);
}

void
heard_check(heard *h, int count, const char *text)
{
	char copy[sizeof(h->text)];
	heard_await(h, count);
	pthread_mutex_lock(&h->lock);
	memcpy(copy, h->text, sizeof(copy));
	h->text[0] = '\0';
	pthread_mutex_unlock(&h->lock);
	atomic_fetch_sub(&h->count, count);
	HZT_EQ_STR(copy, text);
}

void
heard_remove(heard *h, hz_listener_id id)
{
	hz_error err = {0};
	HZT_OK_ERR(hz_listener_remove(session_client(), id, &err), &err);
	HZT_EQ_INT(atomic_load(&h->ends), 1);
	HZT_OK_ERR(hz_listener_remove(session_client(), id, &err), &err);
	HZT_EQ_INT(atomic_load(&h->ends), 1);
}
