// SPDX-License-Identifier: Apache-2.0
//
// Listeners of a queue's items.
#include "tests/cluster/session.h"

#include <stdatomic.h>
#include <string.h>

static hz_error err;

// What was heard: how often, and the sum of the items.
typedef struct heard {
	_Atomic int added, removed, ends;
	_Atomic int64_t sum;
	_Atomic bool wrong_name;
	const char *name;
} heard;

static void
count(heard *h, _Atomic int *counter, const hz_item_event *e)
{
	int64_t n = 0;
	if (strcmp(e->name, h->name) != 0) {
		atomic_store(&h->wrong_name, true);
	}
	if (hz_value_get_i64(&e->item, &n) == HZ_OK) {
		atomic_fetch_add(&h->sum, n);
	}
	atomic_fetch_add(counter, 1);
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
listener_of(heard *h, const hz_queue *queue)
{
	memset(h, 0, sizeof(*h));
	h->name = hz_queue_name(queue);
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
add_and_take_ten(hz_queue *queue)
{
	for (int i = 1; i <= 10; i++) {
		HZT_OK_ERR(hz_queue_add(queue, hz_i64(i), &err), &err);
	}
	for (int i = 1; i <= 10; i++) {
		HZT_OK_ERR(hz_queue_take(queue, NULL, &err), &err);
	}
}

static void
hears_items_come_and_go(void)
{
	static heard h;
	hz_queue *queue = session_queue("listen");
	hz_item_listener listener = listener_of(&h, queue);
	hz_listen_options options = hz_listen_options_default();
	hz_listener_id id = {0};
	options.include_value = true;
	HZT_OK_ERR(hz_queue_listen(queue, &listener, &options, &id, &err), &err);
	add_and_take_ten(queue);
	HZT_AWAIT(heard_ten_and_ten, &h, 10000);
	HZT_EQ_INT(atomic_load(&h.sum), 2 * 55);
	HZT_CHECK(!atomic_load(&h.wrong_name));
	HZT_OK_ERR(hz_listener_remove(session_client(), id, &err), &err);
	HZT_EQ_INT(atomic_load(&h.ends), 1);
	HZT_OK_ERR(hz_queue_add(queue, hz_i64(1), &err), &err);
	HZT_OK_ERR(hz_queue_destroy(&queue, &err), &err);
	HZT_EQ_INT(atomic_load(&h.added), 10);
}

static void
values_come_only_if_asked_for(void)
{
	static heard h;
	hz_queue *queue = session_queue("no-values");
	hz_item_listener listener = listener_of(&h, queue);
	hz_listener_id id = {0};
	HZT_OK_ERR(hz_queue_listen(queue, &listener, NULL, &id, &err), &err);
	add_and_take_ten(queue);
	HZT_AWAIT(heard_ten_and_ten, &h, 10000);
	HZT_EQ_INT(atomic_load(&h.sum), 0);
	HZT_OK_ERR(hz_listener_remove(session_client(), id, &err), &err);
	HZT_OK_ERR(hz_queue_destroy(&queue, &err), &err);
}

static void
a_refused_listener_ends_too(void)
{
	static heard h;
	hz_queue *queue = session_queue("refused");
	hz_item_listener listener = listener_of(&h, queue);
	hz_item_listener none = {.size = sizeof(none), .ctx = &h, .end = on_end};
	hz_listen_options options = hz_listen_options_default();
	hz_listener_id id = {0};
	hz_value key = hz_i32(1);
	HZT_EQ_INT(hz_queue_listen(NULL, &listener, NULL, &id, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_queue_listen(queue, &listener, NULL, NULL, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_queue_listen(queue, &none, NULL, &id, &err), HZ_ERR_ARGUMENT);
	options.key = &key;
	HZT_EQ_INT(hz_queue_listen(queue, &listener, &options, &id, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(atomic_load(&h.ends), 4);
	HZT_EQ_INT(hz_queue_listen(queue, NULL, NULL, &id, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(id.id, 0);
	hz_queue_close(&queue);
}

static const hzt_case cases[] = {
		{"hears_items_come_and_go", hears_items_come_and_go},
		{"values_come_only_if_asked_for", values_come_only_if_asked_for},
		{"a_refused_listener_ends_too", a_refused_listener_ends_too},
};

HZT_MAIN("queue_listen", cases)
