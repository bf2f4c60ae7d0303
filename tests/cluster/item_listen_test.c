// SPDX-License-Identifier: Apache-2.0
//
// Listeners of items: queue, set and list have the same ones, so each case runs on each.
#include "tests/cluster/session.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

enum { SUM = 2 * 55 }; // of the items that come and go

static hz_error err;

// A structure that has item listeners, as these cases see it.
typedef struct collection {
	void *(*open)(hz_client *client, const char *name);
	hz_err (*listen)(void *it, const hz_item_listener *listener,
			const hz_listen_options *options, hz_listener_id *id);
	void (*add)(void *it, hz_value item);
	void (*remove)(void *it, hz_value item);
	void (*close)(void *it, bool destroy);
} collection;

// The functions of one, under its own names.
#define COLLECTION(noun, await_added)                                                              \
	static void *noun##_open(hz_client *client, const char *name)                              \
	{                                                                                          \
		hz_##noun *it = NULL;                                                              \
		HZT_OK_ERR(hz_##noun##_open(client, name, NULL, &it, &err), &err);                 \
		return it;                                                                         \
	}                                                                                          \
	static hz_err noun##_listen(void *it, const hz_item_listener *listener,                    \
			const hz_listen_options *options, hz_listener_id *id)                      \
	{                                                                                          \
		return hz_##noun##_listen(it, listener, options, id, &err);                        \
	}                                                                                          \
	static void noun##_add(void *it, hz_value item)                                            \
	{                                                                                          \
		HZT_OK_ERR(await_added(hz_##noun##_add_async(it, item)), &err);                    \
	}                                                                                          \
	static void noun##_remove(void *it, hz_value item)                                         \
	{                                                                                          \
		bool done = false;                                                                 \
		HZT_OK_ERR(hz_##noun##_remove(it, item, &done, &err), &err);                       \
		HZT_CHECK(done);                                                                   \
	}                                                                                          \
	static void noun##_close(void *it, bool destroy)                                           \
	{                                                                                          \
		hz_##noun *handle = it;                                                            \
		if (destroy) {                                                                     \
			HZT_OK_ERR(hz_##noun##_destroy(&handle, &err), &err);                      \
		}                                                                                  \
		hz_##noun##_close(&handle);                                                        \
	}

#define ROW(noun)                                                                                  \
	{                                                                                          \
		noun##_open, noun##_listen, noun##_add, noun##_remove, noun##_close                \
	}

static hz_err
await_none(hz_future future)
{
	return hz_await_none(future, &err);
}

static hz_err
await_true(hz_future future)
{
	bool done = false;
	hz_err e = hz_await_bool(future, &done, &err);
	HZT_CHECK(done || e != HZ_OK);
	return e;
}

COLLECTION(queue, await_none)
COLLECTION(set, await_true)
COLLECTION(list, await_true)

static const collection collections[] = {ROW(queue), ROW(set), ROW(list)};

// What was heard: how often, and the sum of the items.
typedef struct heard {
	_Atomic int added, removed, ends, running;
	_Atomic int64_t sum;
	_Atomic bool wrong_name;
	const char *name;
} heard;

static void
count(heard *h, _Atomic int *counter, const hz_item_event *e)
{
	int64_t n = 0;
	atomic_fetch_add(&h->running, 1);
	if (strcmp(e->name, h->name) != 0) {
		atomic_store(&h->wrong_name, true);
	}
	if (hz_value_get_i64(&e->item, &n) == HZ_OK) {
		atomic_fetch_add(&h->sum, n);
	}
	atomic_fetch_add(counter, 1);
	atomic_fetch_sub(&h->running, 1);
}

static void
on_added(void *ctx, const hz_item_event *e)
{
	heard *h = ctx;
	count(h, &h->added, e);
}

static void
on_removed(void *ctx, const hz_item_event *e)
{
	heard *h = ctx;
	count(h, &h->removed, e);
}

static void
on_end(void *ctx)
{
	heard *h = ctx;
	atomic_fetch_add(&h->ends, 1);
}

static hz_item_listener
listener_of(heard *h, const char *name)
{
	memset(h, 0, sizeof(*h));
	h->name = name;
	return (hz_item_listener){
			.size = sizeof(hz_item_listener),
			.ctx = h,
			.added = on_added,
			.removed = on_removed,
			.end = on_end,
	};
}

static bool
heard_ten_and_ten(void *ctx)
{
	heard *h = ctx;
	return atomic_load(&h->added) == 10 && atomic_load(&h->removed) == 10;
}

static void
add_and_remove_ten(const collection *c, void *it)
{
	for (int i = 1; i <= 10; i++) {
		c->add(it, hz_i64(i));
	}
	for (int i = 1; i <= 10; i++) {
		c->remove(it, hz_i64(i));
	}
}

// What is changed through one client is heard through the other.
static void
hear(const collection *c, const hz_listen_options *options, int64_t sum)
{
	static heard h;
	const char *name = session_name("listen");
	void *it = c->open(session_client(), name);
	void *same = c->open(session_other_client(), name);
	hz_item_listener listener = listener_of(&h, name);
	hz_listener_id id = {0};
	HZT_OK_ERR(c->listen(it, &listener, options, &id), &err);
	add_and_remove_ten(c, same);
	HZT_AWAIT(heard_ten_and_ten, &h, 10000);
	HZT_EQ_INT(atomic_load(&h.sum), sum);
	HZT_CHECK(!atomic_load(&h.wrong_name));
	HZT_OK_ERR(hz_listener_remove(session_client(), id, &err), &err);
	HZT_EQ_INT(atomic_load(&h.ends), 1);
	c->add(same, hz_i64(1));
	c->close(same, false);
	c->close(it, true);
	HZT_EQ_INT(atomic_load(&h.added), 10);
}

static void
hears_items_come_and_go(void)
{
	hz_listen_options options = hz_listen_options_default();
	options.include_value = true;
	for (size_t i = 0; i < sizeof(collections) / sizeof(collections[0]); i++) {
		hear(&collections[i], &options, SUM);
	}
}

static void
values_come_only_if_asked_for(void)
{
	for (size_t i = 0; i < sizeof(collections) / sizeof(collections[0]); i++) {
		hear(&collections[i], NULL, 0);
	}
}

// ---- After removal ----

typedef struct writer {
	const collection *c;
	void *it;
	atomic_bool stop;
} writer;

// Adds and takes away, so that nothing grows, until it is told to stop.
static void *
write_on(void *ctx)
{
	writer *w = ctx;
	for (int64_t i = 0; !atomic_load(&w->stop); i++) {
		w->c->add(w->it, hz_i64(i));
		w->c->remove(w->it, hz_i64(i));
	}
	return NULL;
}

typedef struct watched {
	heard *h;
	int added;
} watched;

static bool
has_heard(void *ctx)
{
	const watched *w = ctx;
	return atomic_load(&w->h->added) >= w->added;
}

static void
await_added(heard *h, int n)
{
	watched w = {h, n};
	HZT_AWAIT(has_heard, &w, 20000);
}

// Another client goes on changing while a listener is removed; the one that stays shows that there
// was something to hear.
static void
remove_while_written(const collection *c)
{
	static heard gone, stays;
	static writer w;
	pthread_t thread;
	const char *name = session_name("removal");
	void *it = c->open(session_client(), name);
	hz_item_listener listener = listener_of(&gone, name);
	hz_item_listener witness = listener_of(&stays, name);
	hz_listener_id id = {0}, other = {0};
	HZT_OK_ERR(c->listen(it, &listener, NULL, &id), &err);
	HZT_OK_ERR(c->listen(it, &witness, NULL, &other), &err);
	w = (writer){.c = c, .it = c->open(session_other_client(), name)};
	HZT_EQ_INT(pthread_create(&thread, NULL, write_on, &w), 0);
	await_added(&gone, 20);
	HZT_OK_ERR(hz_listener_remove(session_client(), id, &err), &err);
	int added = atomic_load(&gone.added);
	int removed = atomic_load(&gone.removed);
	HZT_EQ_INT(atomic_load(&gone.ends), 1);
	HZT_EQ_INT(atomic_load(&gone.running), 0);
	await_added(&stays, atomic_load(&stays.added) + 50);
	atomic_store(&w.stop, true);
	pthread_join(thread, NULL);
	HZT_EQ_INT(atomic_load(&gone.added), added);
	HZT_EQ_INT(atomic_load(&gone.removed), removed);
	HZT_EQ_INT(atomic_load(&gone.ends), 1);
	HZT_OK_ERR(hz_listener_remove(session_client(), other, &err), &err);
	c->close(w.it, false);
	c->close(it, true);
}

static void
nothing_is_called_after_removal(void)
{
	for (size_t i = 0; i < sizeof(collections) / sizeof(collections[0]); i++) {
		remove_while_written(&collections[i]);
	}
}

static void
refuse(const collection *c)
{
	static heard h;
	const char *name = session_name("refused");
	void *it = c->open(session_client(), name);
	hz_item_listener listener = listener_of(&h, name);
	hz_item_listener none = {.size = sizeof(none), .ctx = &h, .end = on_end};
	hz_listen_options options = hz_listen_options_default();
	hz_listener_id id = {0};
	hz_value key = hz_i32(1);
	HZT_EQ_INT(c->listen(NULL, &listener, NULL, &id), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(c->listen(it, &listener, NULL, NULL), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(c->listen(it, &none, NULL, &id), HZ_ERR_ARGUMENT);
	options.key = &key;
	HZT_EQ_INT(c->listen(it, &listener, &options, &id), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(atomic_load(&h.ends), 4);
	HZT_EQ_INT(c->listen(it, NULL, NULL, &id), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(id.id, 0);
	c->close(it, true);
}

static void
a_refused_listener_ends_too(void)
{
	for (size_t i = 0; i < sizeof(collections) / sizeof(collections[0]); i++) {
		refuse(&collections[i]);
	}
}

static const hzt_case cases[] = {
		{"hears_items_come_and_go", hears_items_come_and_go},
		{"values_come_only_if_asked_for", values_come_only_if_asked_for},
		{"nothing_is_called_after_removal", nothing_is_called_after_removal},
		{"a_refused_listener_ends_too", a_refused_listener_ends_too},
};

HZT_MAIN("item_listen", cases)
