// SPDX-License-Identifier: Apache-2.0
//
// A mix of calls on one map and one queue, from many threads.
#include "cli/drive.h"
#include "cli/mark.h"
#include "cli/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define VALUE_MAX ((int64_t)64 << 20)
#define KINDS 4

typedef struct load {
	session s;
	int64_t keys, value_bytes;
	int64_t rate; // calls a second of all threads together; 0: as fast as they come
	int64_t threads, seconds;
	int weights[KINDS];
	int weight; // of all
	const char *map, *queue;
	int64_t begun_ns;
	_Atomic uint64_t swapped; // values that belong elsewhere, or are damaged
} load;

// What one thread has.
typedef struct loader {
	load *l;
	int thread;
	hz_map *map;
	hz_queue *queue;
	uint64_t random;
	int64_t number;      // of the last value it made
	char *value, *other; // room for values
	char mark[MARK_MAX]; // of the value at hand
	char key[32];
} loader;

static uint64_t
next_random(loader *one)
{
	one->random ^= one->random << 13;
	one->random ^= one->random >> 7;
	one->random ^= one->random << 17;
	return one->random;
}

static void
choose_key(loader *one, char kind)
{
	(void)snprintf(one->key, sizeof(one->key), "%c%llu", kind,
			(unsigned long long)(next_random(one) % (uint64_t)one->l->keys));
}

static void
make_value(loader *one)
{
	mark_write(one->mark, one->value, (size_t)one->l->value_bytes, one->key, one->thread,
			++one->number);
}

static deed
begin(const loader *one, const char *op)
{
	return (deed){.thread = one->thread,
			.op = op,
			.key = one->key,
			.value = one->mark,
			.begun_ns = history_now_ns()};
}

// ---- The four kinds of calls ----

static void
call_set(loader *one)
{
	hz_error err = {0};
	choose_key(one, 'k');
	make_value(one);
	deed d = begin(one, "set");
	(void)hz_map_set(one->map, hz_str(one->key), hz_str(one->value), NULL, &err);
	session_note(&one->l->s, &d, &err);
}

// Reads a value into the mark. False: it is not of the key.
static bool
take_mark(loader *one, const hz_value *value)
{
	const char *text = NULL;
	size_t n = 0;
	one->mark[0] = '\0';
	if (hz_value_is_null(value)) {
		return true;
	}
	if (hz_value_get_str(value, &text, &n) == HZ_OK &&
			mark_read(one->mark, text, n, one->key)) {
		return true;
	}
	atomic_fetch_add(&one->l->swapped, 1);
	return false;
}

static void
call_get(loader *one)
{
	hz_error err = {0};
	hz_value value = hz_null();
	choose_key(one, 'k');
	deed d = begin(one, "get");
	one->mark[0] = '\0';
	hz_err e = hz_map_get(one->map, hz_str(one->key), &value, &err);
	if (e == HZ_OK && !take_mark(one, &value)) {
		history_outcome(&one->l->s.history, &d, "ok", "SWAPPED");
	} else {
		session_note(&one->l->s, &d, &err);
	}
	hz_value_clear(&value);
}

static void
call_offer(loader *one)
{
	hz_error err = {0};
	bool done = false;
	(void)snprintf(one->key, sizeof(one->key), "%.31s", one->l->queue);
	make_value(one);
	deed d = begin(one, "offer");
	hz_err e = hz_queue_offer(one->queue, hz_str(one->value), 0, &done, &err);
	if (e == HZ_OK && !done) {
		history_outcome(&one->l->s.history, &d, "fail", "FULL");
	} else {
		session_note(&one->l->s, &d, &err);
	}
}

// Takes the value that it read for the next one: "old>new". Keys of its own, for a set between
// would be no fault of anybody.
static void
call_cas(loader *one)
{
	hz_error err = {0};
	hz_value old = hz_null();
	const char *text = "";
	size_t n = 0;
	bool done = false;
	char both[2 * MARK_MAX];
	choose_key(one, 'c');
	if (hz_map_get(one->map, hz_str(one->key), &old, &err) != HZ_OK || !take_mark(one, &old)) {
		hz_value_clear(&old);
		return; // a read tells nothing of this kind
	}
	int used = snprintf(both, sizeof(both), "%s>", one->mark);
	bool absent = hz_value_is_null(&old);
	if (!absent && hz_value_get_str(&old, &text, &n) == HZ_OK) {
		memcpy(one->other, text, n);
	}
	make_value(one);
	(void)snprintf(both + used, sizeof(both) - (size_t)used, "%s", one->mark);
	deed d = begin(one, "cas");
	d.value = both;
	if (absent) {
		hz_value before = hz_null();
		(void)hz_map_put_if_absent(one->map, hz_str(one->key), hz_str(one->value), NULL,
				&before, &err);
		done = hz_value_is_null(&before);
		hz_value_clear(&before);
	} else {
		(void)hz_map_replace_if_same(one->map, hz_str(one->key), hz_strn(one->other, n),
				hz_str(one->value), &done, &err);
	}
	hz_value_clear(&old);
	if (err.code == HZ_OK && !done) {
		history_outcome(&one->l->s.history, &d, "fail", "NOT_SAME");
	} else {
		session_note(&one->l->s, &d, &err);
	}
}

static const struct {
	const char *name;
	void (*call)(loader *one);
} kinds[KINDS] = {{"set", call_set}, {"get", call_get}, {"offer", call_offer}, {"cas", call_cas}};

// ---- One thread ----

static void
call_once(loader *one)
{
	int at = (int)(next_random(one) % (uint64_t)one->l->weight);
	for (size_t i = 0; i < KINDS; i++) {
		at -= one->l->weights[i];
		if (at < 0) {
			kinds[i].call(one);
			return;
		}
	}
}

// Waits until the call is due of all those that a thread makes.
static void
keep_to_the_rate(const load *l, int64_t made)
{
	if (l->rate == 0) {
		return;
	}
	int64_t due_ns = l->begun_ns + made * l->threads * 1000000000 / l->rate;
	int64_t left_ns = due_ns - history_now_ns();
	if (left_ns > 0) {
		(void)nanosleep(&(struct timespec){left_ns / 1000000000, left_ns % 1000000000},
				NULL);
	}
}

static bool
open_loader(loader *one, hz_error *err)
{
	size_t room = (size_t)one->l->value_bytes + MARK_MAX + 1;
	one->value = malloc(room);
	one->other = malloc(room);
	return one->value != NULL && one->other != NULL &&
			hz_map_open(one->l->s.client, one->l->map, NULL, &one->map, err) == HZ_OK &&
			hz_queue_open(one->l->s.client, one->l->queue, NULL, &one->queue, err) ==
			HZ_OK;
}

static void
run_loader(void *ctx, int number)
{
	load *l = ctx;
	hz_error err = {0};
	loader one = {.l = l,
			.thread = number,
			.random = (uint64_t)history_now_ns() * 2654435761U + (uint64_t)number + 1};
	if (!open_loader(&one, &err)) {
		fprintf(stderr, "hzc: thread %d: %s\n", number,
				err.code != HZ_OK ? err.message : "no memory");
	} else {
		for (int64_t made = 0; !atomic_load(&l->s.stop); made++) {
			keep_to_the_rate(l, made);
			call_once(&one);
		}
	}
	hz_map_close(&one.map);
	hz_queue_close(&one.queue);
	free(one.value);
	free(one.other);
}

// ---- Command line ----

static bool
read_mix(load *l, const char *text)
{
	char copy[256];
	char *rest = NULL;
	(void)snprintf(copy, sizeof(copy), "%s", text);
	for (char *part = strtok_r(copy, ",", &rest); part != NULL;
			part = strtok_r(NULL, ",", &rest)) {
		size_t i = 0;
		char *colon = strchr(part, ':');
		int weight = colon != NULL ? atoi(colon + 1) : 0;
		size_t size = colon != NULL ? (size_t)(colon - part) : 0;
		while (i < KINDS &&
				(strlen(kinds[i].name) != size ||
						memcmp(kinds[i].name, part, size) != 0)) {
			i++;
		}
		if (i == KINDS || weight < 1 || weight > 1000000) {
			fprintf(stderr,
					"hzc: --mix: \"%s\" is no set, get, offer or cas with a"
					" weight\n",
					part);
			return false;
		}
		l->weights[i] += weight;
		l->weight += weight;
	}
	return l->weight > 0;
}

static bool
read_options(load *l, const cli_options *o)
{
	l->map = options_text(o, "map", "drive");
	l->queue = options_text(o, "queue", "drive");
	return options_number(o, "threads", 1, 1, &l->threads) &&
			options_number(o, "seconds", 10, 0, &l->seconds) &&
			options_number(o, "keys", 1000, 1, &l->keys) &&
			options_number(o, "value-bytes", 0, 0, &l->value_bytes) &&
			options_number(o, "rate", 0, 0, &l->rate) && l->value_bytes <= VALUE_MAX &&
			read_mix(l, options_text(o, "mix", "set:60,get:30,offer:5,cas:5"));
}

int
drive_load(int argc, char **argv)
{
	static const char *const known[] = {SESSION_OPTIONS, "threads", "seconds", "mix", "keys",
			"value-bytes", "rate", "map", "queue", NULL};
	static load l;
	cli_options o;
	if (!options_read(&o, argc, argv, known) || !read_options(&l, &o)) {
		return 2;
	}
	if (!session_open(&l.s, &o)) {
		return 3;
	}
	l.begun_ns = history_now_ns();
	bool ran = session_run(&l.s, (int)l.threads, l.seconds, run_loader, &l);
	if (atomic_load(&l.swapped) > 0) {
		fprintf(stderr, "hzc: %llu values were not those of their keys\n",
				(unsigned long long)l.swapped);
	}
	int code = session_close(&l.s);
	return ran ? code : 3;
}
