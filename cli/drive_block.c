// SPDX-License-Identifier: Apache-2.0
//
// Many takes at once from one queue, each by a thread of its own or all as futures of one thread.
#include "cli/drive.h"
#include "cli/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct block {
	session s;
	hz_queue *queue;
	const char *name;
	int64_t count;
} block;

typedef struct taken {
	block *b;
	deed d;
	_Atomic int64_t *left;
} taken;

static void
note_item(block *b, deed *d, const hz_value *item, const hz_error *err)
{
	const char *text = NULL;
	char copy[256] = "";
	size_t n = 0;
	if (err->code == HZ_OK && hz_value_get_str(item, &text, &n) == HZ_OK) {
		(void)snprintf(copy, sizeof(copy), "%.*s", (int)(n < 255 ? n : 255), text);
	} else if (err->code == HZ_OK) {
		(void)hz_value_format(item, copy, sizeof(copy));
	}
	d->value = copy;
	session_note(&b->s, d, err);
}

static void
take_one(void *ctx, int number)
{
	block *b = ctx;
	hz_error err = {0};
	hz_value item = hz_null();
	deed d = {.thread = number, .op = "take", .key = b->name, .begun_ns = history_now_ns()};
	(void)hz_queue_take(b->queue, &item, &err);
	note_item(b, &d, &item, &err);
	hz_value_clear(&item);
}

// ---- Futures ----

static void
came(void *ctx, hz_err e, hz_result *result, const hz_error *err)
{
	static const hz_error none = {0};
	taken *t = ctx;
	note_item(t->b, &t->d, &result->u.value, e == HZ_OK || err == NULL ? &none : err);
	atomic_fetch_sub(t->left, 1);
}

// Begins them all; a refused one ends at once.
static void
take_all(void *ctx, int number)
{
	block *b = ctx;
	static _Atomic int64_t left;
	taken *all = calloc((size_t)b->count, sizeof(*all));
	(void)number;
	if (all == NULL) {
		fprintf(stderr, "hzc: no memory\n");
		return;
	}
	atomic_store(&left, b->count);
	for (int64_t i = 0; i < b->count; i++) {
		taken *t = &all[i];
		*t = (taken){b, {.thread = (int)i, .op = "take", .key = b->name}, &left};
		t->d.begun_ns = history_now_ns();
		hz_err e = hz_then(hz_queue_take_async(b->queue), came, t);
		if (e != HZ_OK) {
			hz_error err = {.code = (int32_t)e};
			note_item(b, &t->d, NULL, &err);
			atomic_fetch_sub(&left, 1);
		}
	}
	while (atomic_load(&left) > 0) {
		(void)nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
	}
	free(all);
}

// ---- Command line ----

int
drive_block(int argc, char **argv)
{
	static const char *const known[] = {SESSION_OPTIONS, "queue", "count", "mode", NULL};
	static block b;
	cli_options o;
	hz_error err = {0};
	if (!options_read(&o, argc, argv, known) || !options_number(&o, "count", 1, 1, &b.count)) {
		return 2;
	}
	const char *mode = options_text(&o, "mode", "thread");
	bool futures = strcmp(mode, "async") == 0;
	b.name = options_text(&o, "queue", "drive");
	if (!futures && strcmp(mode, "thread") != 0) {
		fprintf(stderr, "hzc: --mode is thread or async\n");
		return 2;
	}
	if (!session_open(&b.s, &o)) {
		return 3;
	}
	bool ran = hz_queue_open(b.s.client, b.name, NULL, &b.queue, &err) == HZ_OK;
	if (!ran) {
		fprintf(stderr, "hzc: %s\n", err.message);
	} else {
		ran = session_run(&b.s, futures ? 1 : (int)b.count, 0,
				futures ? take_all : take_one, &b);
	}
	hz_queue_close(&b.queue);
	int code = session_close(&b.s);
	return ran ? code : 3;
}
