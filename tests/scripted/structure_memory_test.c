// SPDX-License-Identifier: Apache-2.0
//
// Every allocation that a call of a structure makes on its caller's thread fails once: the answer
// is HZ_ERR_MEMORY, or the call does without; a listener ends once in any case, the structure works
// on, and once the client is gone nothing is left. The linker puts the functions below in front of
// the C library's; they also count what is there, since a client that somebody still holds is no
// leak to a sanitizer that finds it by way of some global of another library.
#include "tests/scripted/ring.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t size);
void __real_free(void *p);

static _Atomic int64_t live; // allocations

// Allocations of this thread until the one that fails; 0: none does.
static _Thread_local int fuse;

static bool
burns(void)
{
	return fuse > 0 && --fuse == 0;
}

static void *
count(void *p)
{
	live += p != NULL;
	return p;
}

void *
__wrap_malloc(size_t size)
{
	return burns() ? NULL : count(__real_malloc(size));
}

void *
__wrap_calloc(size_t n, size_t size)
{
	return burns() ? NULL : count(__real_calloc(n, size));
}

void *
__wrap_realloc(void *old, size_t size)
{
	if (burns()) {
		return NULL;
	}
	return old != NULL ? __real_realloc(old, size) : count(__real_malloc(size));
}

void *
__wrap_aligned_alloc(size_t alignment, size_t size)
{
	return burns() ? NULL : count(__real_aligned_alloc(alignment, size));
}

char *
__wrap_strdup(const char *text)
{
	return burns() ? NULL : count(__real_strdup(text));
}

char *
__wrap_strndup(const char *text, size_t size)
{
	return burns() ? NULL : count(__real_strndup(text, size));
}

void
__wrap_free(void *p)
{
	live -= p != NULL;
	__real_free(p);
}

// Calls attempt with each allocation failing in turn, until there are fewer than that. Returns how
// many attempts failed.
static int
burn_all(hz_err (*attempt)(void))
{
	int failed = 0;
	for (int at = 1;; at++) {
		fuse = at;
		hz_err e = attempt();
		bool burnt = fuse == 0;
		fuse = 0;
		HZT_CHECK(e == HZ_OK || (burnt && e == HZ_ERR_MEMORY));
		failed += e != HZ_OK;
		if (!burnt) {
			HZT_OK(e);
			return failed;
		}
		HZT_CHECK(at < 1000);
	}
}

static bench b;
static scripted_ring r;
static hz_error err;
static hz_topic *topic;
static hz_ringbuffer *ring;
static hz_reliable_topic *reliable;
static hz_replicated_map *rm;
static char large[5000]; // more than lies on the stack, or in a record's buffers
static atomic_int ends;
static int begun;      // listeners
static int64_t before; // allocations that were there

static void
begin(void)
{
	before = live;
	bench_start(&b, 1, NULL);
	ring_serve(b.member[0], &r, RING_ROOM);
	HZT_OK_ERR(hz_topic_open(b.client, "t", NULL, &topic, &err), &err);
	HZT_OK_ERR(hz_ringbuffer_open(b.client, "r", NULL, &ring, &err), &err);
	HZT_OK_ERR(hz_reliable_topic_open(b.client, "rt", NULL, NULL, &reliable, &err), &err);
	HZT_OK_ERR(hz_replicated_map_open(b.client, "rm", NULL, &rm, &err), &err);
	memset(large, 'x', sizeof(large) - 1);
	ends = 0;
	begun = 0;
}

static bool
all_is_freed(void *unused)
{
	(void)unused;
	return live == before;
}

static void
end(void)
{
	hz_topic_close(&topic);
	hz_ringbuffer_close(&ring);
	hz_reliable_topic_close(&reliable);
	hz_replicated_map_close(&rm);
	bench_end(&b);
	HZT_AWAIT(all_is_freed, NULL, PATIENCE_MS);
}

// ---- Handles ----

static hz_err
open_ring(void)
{
	hz_ringbuffer *made = NULL;
	hz_err e = hz_ringbuffer_open(b.client, "another ring", NULL, &made, &err);
	HZT_CHECK((made != NULL) == (e == HZ_OK));
	hz_ringbuffer_close(&made);
	return e;
}

static hz_err
open_reliable(void)
{
	hz_reliable_topic *made = NULL;
	hz_err e = hz_reliable_topic_open(b.client, "another topic", NULL, NULL, &made, &err);
	HZT_CHECK((made != NULL) == (e == HZ_OK));
	hz_reliable_topic_close(&made);
	return e;
}

static void
handles_are_made_whole_or_not_at_all(void)
{
	begin();
	HZT_CHECK(burn_all(open_ring) >= 1);
	HZT_CHECK(burn_all(open_reliable) >= 2);
	end();
}

// ---- Calls ----

static hz_err
add_all(void)
{
	const hz_value items[] = {hz_str(large), hz_i64(2)};
	return hz_ringbuffer_add_all(ring, items, 2, HZ_OVERFLOW_FAIL, NULL, &err);
}

static hz_err
read_many(void)
{
	hz_items *items = NULL;
	hz_err e = hz_ringbuffer_read_many(ring, 0, 1, 2, &items, &err);
	HZT_CHECK((items != NULL) == (e == HZ_OK));
	hz_items_destroy(&items);
	return e;
}

static hz_err
publish(void)
{
	return hz_reliable_topic_publish(reliable, hz_str(large), NULL, &err);
}

static hz_err
publish_all(void)
{
	const hz_value messages[] = {hz_str(large), hz_i64(2)};
	return hz_reliable_topic_publish_all(reliable, messages, 2, NULL, &err);
}

static hz_err
put_all(void)
{
	const hz_entry entries[] = {{hz_i64(1), hz_str(large)}, {hz_i64(2), hz_i64(2)}};
	return hz_replicated_map_put_all(rm, entries, 2, &err);
}

static hz_err
destroy_topic(void)
{
	return hz_await_none(hz_reliable_topic_destroy_async(reliable), &err);
}

// Which of them need memory is theirs to say: records keep what they once had.
static void
calls_answer_without_memory(void)
{
	static hz_err (*const calls[])(void) = {
			add_all, read_many, publish, publish_all, put_all, destroy_topic};
	begin();
	ring_publish(b.member[0], &r, 1);
	int failed = 0;
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		failed += burn_all(calls[i]);
	}
	HZT_CHECK(failed >= 5);
	end();
}

// ---- Listeners ----

static void
on_message(void *ctx, const hz_message *message)
{
	(void)ctx;
	(void)message;
}

static hz_err
on_reliable_message(void *ctx, const hz_message *message)
{
	(void)ctx;
	(void)message;
	return HZ_OK;
}

static void
on_end(void *ctx)
{
	(void)ctx;
	ends++;
}

static bool
all_have_ended(void *unused)
{
	(void)unused;
	return ends == begun;
}

// Whether it failed or is removed again: it ends once. A listener whose first read could not be
// made is told so, and ends, on its own thread; then its removal does not wait. Only the adding is
// put to the test.
static hz_err
finish(hz_err e, hz_listener_id id)
{
	int left = fuse;
	fuse = 0;
	begun++;
	HZT_CHECK((id.id != 0) == (e == HZ_OK));
	if (e == HZ_OK) {
		HZT_OK_ERR(hz_listener_remove(b.client, id, &err), &err);
	}
	HZT_AWAIT(all_have_ended, NULL, PATIENCE_MS);
	fuse = left;
	return e;
}

static hz_err
listen_to_topic(void)
{
	const hz_message_listener listener = {
			.size = sizeof(listener), .message = on_message, .end = on_end};
	hz_listener_id id = {0};
	return finish(hz_topic_listen(topic, &listener, &id, &err), id);
}

static hz_err
listen_reliably(hz_reliable_start start)
{
	const hz_reliable_listener listener = {
			.size = sizeof(listener), .message = on_reliable_message, .end = on_end};
	hz_reliable_listen_options options = hz_reliable_listen_options_default();
	hz_listener_id id = {0};
	options.start = start;
	return finish(hz_reliable_topic_listen(reliable, &listener, &options, &id, &err), id);
}

static hz_err
listen_to_the_next(void)
{
	return listen_reliably(HZ_RELIABLE_START_NEXT);
}

static hz_err
listen_to_a_sequence(void)
{
	return listen_reliably(HZ_RELIABLE_START_SEQUENCE);
}

static void
listeners_end_once_without_memory(void)
{
	begin();
	HZT_CHECK(burn_all(listen_to_topic) >= 2);
	HZT_CHECK(burn_all(listen_to_the_next) >= 4);
	HZT_CHECK(burn_all(listen_to_a_sequence) >= 4);
	end();
	HZT_EQ_INT(ends, begun);
}

static const hzt_case cases[] = {
		{"handles_are_made_whole_or_not_at_all", handles_are_made_whole_or_not_at_all},
		{"calls_answer_without_memory", calls_answer_without_memory},
		{"listeners_end_once_without_memory", listeners_end_once_without_memory},
};

HZT_MAIN("structure_memory", cases)
