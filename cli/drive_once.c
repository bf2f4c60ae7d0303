// SPDX-License-Identifier: Apache-2.0
//
// One call. What it gives is printed; the exit code says how it ended: 0 done, 10 failed (the
// error's name is printed), 11 in doubt (as well), 2 a wrong command line.
#include "cli/drive.h"
#include "cli/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DONE = 0, FAILED = 10, IN_DOUBT = 11 };

typedef struct once {
	hz_client *client;
	const char *const *args;
	hz_map *map;
	hz_queue *queue;
	hz_atomic_long *number;
	hz_fenced_lock *lock;
} once;

static void
print_value(hz_value *value)
{
	const char *text = NULL;
	char shown[4096];
	size_t n = 0;
	if (hz_value_get_str(value, &text, &n) == HZ_OK) {
		printf("%.*s\n", (int)n, text);
	} else {
		(void)hz_value_format(value, shown, sizeof(shown));
		puts(shown);
	}
	hz_value_clear(value);
}

static hz_err
open_map(once *o, hz_error *err)
{
	return hz_map_open(o->client, o->args[0], NULL, &o->map, err);
}

static hz_err
open_queue(once *o, hz_error *err)
{
	return hz_queue_open(o->client, o->args[0], NULL, &o->queue, err);
}

static hz_err
open_number(once *o, hz_error *err)
{
	return hz_atomic_long_open(o->client, o->args[0], NULL, &o->number, err);
}

static hz_err
open_lock(once *o, hz_error *err)
{
	return hz_fenced_lock_open(o->client, o->args[0], NULL, &o->lock, err);
}

// ---- Operations ----

static hz_err
do_get(once *o, hz_error *err)
{
	hz_value value = hz_null();
	hz_err e = hz_map_get(o->map, hz_str(o->args[1]), &value, err);
	if (e == HZ_OK) {
		print_value(&value);
	}
	return e;
}

static hz_err
do_set(once *o, hz_error *err)
{
	return hz_map_set(o->map, hz_str(o->args[1]), hz_str(o->args[2]), NULL, err);
}

static hz_err
do_put(once *o, hz_error *err)
{
	hz_value old = hz_null();
	hz_err e = hz_map_put(o->map, hz_str(o->args[1]), hz_str(o->args[2]), NULL, &old, err);
	if (e == HZ_OK) {
		print_value(&old);
	}
	return e;
}

static hz_err
do_remove(once *o, hz_error *err)
{
	hz_value old = hz_null();
	hz_err e = hz_map_remove(o->map, hz_str(o->args[1]), &old, err);
	if (e == HZ_OK) {
		print_value(&old);
	}
	return e;
}

static hz_err
do_size(once *o, hz_error *err)
{
	int32_t size = 0;
	hz_err e = hz_map_size(o->map, &size, err);
	if (e == HZ_OK) {
		printf("%d\n", size);
	}
	return e;
}

static hz_err
do_offer(once *o, hz_error *err)
{
	bool done = false;
	hz_err e = hz_queue_offer(o->queue, hz_str(o->args[1]), 0, &done, err);
	if (e == HZ_OK) {
		puts(done ? "true" : "false");
	}
	return e;
}

static hz_err
do_poll(once *o, hz_error *err)
{
	hz_value item = hz_null();
	hz_err e = hz_queue_poll(o->queue, strtoll(o->args[1], NULL, 10), &item, err);
	if (e == HZ_OK) {
		print_value(&item);
	}
	return e;
}

static hz_err
do_take(once *o, hz_error *err)
{
	hz_value item = hz_null();
	hz_err e = hz_queue_take(o->queue, &item, err);
	if (e == HZ_OK) {
		print_value(&item);
	}
	return e;
}

static hz_err
do_add(once *o, hz_error *err)
{
	int64_t sum = 0;
	hz_err e = hz_atomic_long_add_and_get(o->number, strtoll(o->args[1], NULL, 10), &sum, err);
	if (e == HZ_OK) {
		printf("%lld\n", (long long)sum);
	}
	return e;
}

static hz_err
do_lock(once *o, hz_error *err)
{
	int64_t fence = 0;
	hz_err e = hz_fenced_lock_try_lock(o->lock, strtoll(o->args[1], NULL, 10), &fence, err);
	if (e == HZ_OK) {
		printf("%lld\n", (long long)fence);
	}
	return e;
}

static const struct operation {
	const char *name;
	int args;
	const char *what;
	hz_err (*open)(once *o, hz_error *err);
	hz_err (*run)(once *o, hz_error *err);
} operations[] = {
		{"get", 2, "MAP KEY", open_map, do_get},
		{"set", 3, "MAP KEY VALUE", open_map, do_set},
		{"put", 3, "MAP KEY VALUE", open_map, do_put},
		{"remove", 2, "MAP KEY", open_map, do_remove},
		{"size", 1, "MAP", open_map, do_size},
		{"offer", 2, "QUEUE ITEM", open_queue, do_offer},
		{"poll", 2, "QUEUE TIMEOUT_MS", open_queue, do_poll},
		{"take", 1, "QUEUE", open_queue, do_take},
		{"add", 2, "ATOMIC DELTA", open_number, do_add},
		{"lock", 2, "LOCK TIMEOUT_MS", open_lock, do_lock},
};

static int
print_operations(FILE *to)
{
	for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
		fprintf(to, "  hzc drive once %-7s %s\n", operations[i].name, operations[i].what);
	}
	return to == stdout ? 0 : 2;
}

static const struct operation *
find_operation(const cli_options *o)
{
	for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]) && o->word_count > 0;
			i++) {
		if (strcmp(operations[i].name, o->words[0]) == 0 &&
				(size_t)operations[i].args == o->word_count - 1) {
			return &operations[i];
		}
	}
	return NULL;
}

static void
close_all(once *o)
{
	hz_map_close(&o->map);
	hz_queue_close(&o->queue);
	hz_atomic_long_close(&o->number);
	hz_fenced_lock_close(&o->lock);
	hz_client_destroy(&o->client);
}

static int
how_it_ended(const hz_error *err)
{
	if (err->code == HZ_OK) {
		return DONE;
	}
	puts(hz_err_name((hz_err)err->code));
	fprintf(stderr, "hzc: %s\n", err->message);
	return err->in_doubt ? IN_DOUBT : FAILED;
}

int
drive_once(int argc, char **argv)
{
	static const char *const known[] = {SESSION_OPTIONS, NULL};
	static session s;
	cli_options o;
	hz_error err = {0};
	if (argc == 1 && strcmp(argv[0], "help") == 0) {
		return print_operations(stdout);
	}
	if (!options_read(&o, argc, argv, known)) {
		return 2;
	}
	const struct operation *operation = find_operation(&o);
	if (operation == NULL) {
		return print_operations(stderr);
	}
	if (!session_configure(&s, &o)) {
		return 2;
	}
	once call = {.args = o.words + 1};
	if (hz_client_new(s.config, &call.client, &err) == HZ_OK &&
			operation->open(&call, &err) == HZ_OK) {
		(void)operation->run(&call, &err);
	}
	int code = how_it_ended(&err);
	close_all(&call);
	hz_config_destroy(&s.config);
	return code;
}
