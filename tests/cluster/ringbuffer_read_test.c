// SPDX-License-Identifier: Apache-2.0
//
// Ringbuffer: reading, and waiting for what is to be read. The members give ringbuffers named
// small* room for ten items.
#include "tests/cluster/session.h"

#include <stdatomic.h>
#include <string.h>

static hz_error err;
static hz_ringbuffer *ring;  // of the case that runs
static hz_ringbuffer *other; // the same one, of another client

// Adds numbers that are their sequences; the other client does, so that the first only reads.
static void
add(int64_t from, int64_t to)
{
	for (int64_t i = from; i < to; i++) {
		int64_t sequence = -7;
		HZT_OK_ERR(hz_ringbuffer_add(other, hz_i64(i), HZ_OVERFLOW_OVERWRITE, &sequence,
					   &err),
				&err);
		HZT_EQ_INT(sequence, i);
	}
}

static void
begin(const char *base, int64_t n)
{
	const char *name = session_name(base);
	HZT_OK_ERR(hz_ringbuffer_open(session_client(), name, NULL, &ring, &err), &err);
	HZT_OK_ERR(hz_ringbuffer_open(session_other_client(), name, NULL, &other, &err), &err);
	add(0, n);
}

static void
finish(void)
{
	HZT_OK_ERR(hz_ringbuffer_destroy(&ring, &err), &err);
	hz_ringbuffer_close(&other);
}

// Another handle of it with a deadline or a token.
static hz_ringbuffer *
same_ring(int64_t timeout_ms, hz_cancel *cancel)
{
	hz_ringbuffer *same = NULL;
	hz_call call = {.timeout_ms = timeout_ms, .cancel = cancel};
	HZT_OK_ERR(hz_ringbuffer_open(
				   session_client(), hz_ringbuffer_name(ring), &call, &same, &err),
			&err);
	return same;
}

// The items are the numbers from `from` up to below `to`, which are their sequences; ends them.
static void
check_items(hz_items **items, int64_t from, int64_t to)
{
	hz_value item;
	HZT_CHECK(*items != NULL);
	HZT_EQ_INT(hz_items_count(*items), to - from);
	HZT_EQ_INT(hz_items_read_count(*items), to - from);
	HZT_EQ_INT(hz_items_seq(*items), -1);
	for (int64_t i = from; i < to; i++) {
		int64_t n = -1;
		HZT_CHECK(hz_items_next(*items, NULL, &item));
		HZT_OK(hz_value_get_i64(&item, &n));
		HZT_EQ_INT(n, i);
		HZT_EQ_INT(hz_items_seq(*items), i);
	}
	HZT_CHECK(!hz_items_next(*items, NULL, &item));
	HZT_EQ_INT(hz_items_next_seq(*items), to);
	hz_items_destroy(items);
}

static void
check_read(int64_t at, int32_t min, int32_t max, int64_t from, int64_t to)
{
	hz_items *items = NULL;
	HZT_OK_ERR(hz_ringbuffer_read_many(ring, at, min, max, &items, &err), &err);
	check_items(&items, from, to);
}

static uint64_t
parked(void)
{
	hz_stats stats = {.size = sizeof(stats)};
	HZT_OK(hz_client_stats(session_client(), &stats));
	return stats.parked;
}

static bool
has_parked(void *n)
{
	return parked() == *(const uint64_t *)n;
}

static void
await_parked(uint64_t n)
{
	HZT_AWAIT(has_parked, &n, 10000);
}

// ---- One ----

static void
read_one_takes_nothing_away(void)
{
	hz_value item;
	int64_t n = 0;
	begin("one", 3);
	for (int i = 0; i < 2; i++) {
		HZT_OK_ERR(hz_ringbuffer_read_one(ring, 1, &item, &err), &err);
		HZT_CHECK(took_i64(&item, 1));
	}
	HZT_OK_ERR(hz_ringbuffer_size(other, &n, &err), &err);
	HZT_EQ_INT(n, 3);
	finish();
}

static void
read_one_has_typed_errors(void)
{
	hz_value item = hz_null();
	begin("small", 25);
	HZT_EQ_INT(hz_ringbuffer_read_one(ring, 3, &item, &err), HZ_ERR_STALE_SEQUENCE);
	HZT_EQ_INT(err.code, HZ_ERR_STALE_SEQUENCE);
	HZT_EQ_INT(err.server_code, 51);
	HZT_CHECK(strstr(err.message, "headSequence is:15") != NULL);
	HZT_EQ_INT(hz_ringbuffer_read_one(ring, 27, &item, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(err.server_code, 23);
	HZT_CHECK(strstr(err.message, "too large") != NULL);
	HZT_EQ_INT(hz_ringbuffer_read_one(ring, -1, &item, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(err.server_code, 0);
	HZT_CHECK(strstr(err.message, "negative sequence") != NULL);
	HZT_CHECK(!err.in_doubt && took_null(&item));
	finish();
}

static void
read_one_waits_at_the_tail(void)
{
	hz_value item;
	begin("tail", 2);
	hz_future future = hz_ringbuffer_read_one_async(ring, 2);
	await_parked(1);
	HZT_CHECK(!hz_future_done(future));
	add(2, 3);
	HZT_OK_ERR(hz_await_value(future, &item, &err), &err);
	HZT_CHECK(took_i64(&item, 2));
	await_parked(0);
	finish();
}

static void
a_deadline_ends_a_read(void)
{
	hz_items *items = NULL;
	hz_value item = hz_i64(1);
	begin("deadline", 1);
	hz_ringbuffer *hurried = same_ring(200, NULL);
	int64_t start_ms = hzt_now_ms();
	HZT_EQ_INT(hz_ringbuffer_read_one(hurried, 1, &item, &err), HZ_ERR_TIMEOUT);
	HZT_CHECK(err.retryable && took_null(&item));
	HZT_EQ_INT(hz_ringbuffer_read_many(hurried, 0, 2, 2, &items, &err), HZ_ERR_TIMEOUT);
	HZT_CHECK(items == NULL);
	HZT_CHECK(hzt_now_ms() - start_ms >= 390);
	// The members go on waiting; whoever reads later misses nothing by it.
	await_parked(2);
	add(1, 2);
	await_parked(0);
	HZT_OK_ERR(hz_ringbuffer_read_one(hurried, 1, &item, &err), &err);
	HZT_CHECK(took_i64(&item, 1));
	hz_ringbuffer_close(&hurried);
	finish();
}

static void
a_token_ends_a_read(void)
{
	hz_cancel *cancel = NULL;
	begin("cancel", 0);
	HZT_OK_ERR(hz_cancel_new(session_client(), &cancel, &err), &err);
	hz_ringbuffer *waiting = same_ring(0, cancel);
	hz_future future = hz_ringbuffer_read_one_async(waiting, 0);
	await_parked(1);
	hz_cancel_fire(cancel);
	HZT_EQ_INT(hz_await_value(future, NULL, &err), HZ_ERR_CANCELLED);
	add(0, 1);
	await_parked(0);
	hz_ringbuffer_close(&waiting);
	hz_cancel_destroy(&cancel);
	finish();
}

typedef struct destroyed_reads {
	hz_future one, many;
} destroyed_reads;

// A read that reaches the member after the ringbuffer was destroyed waits in a new one.
static bool
ends_by_destroying(void *ctx)
{
	const destroyed_reads *d = ctx;
	HZT_OK_ERR(hz_await_none(hz_ringbuffer_destroy_async(other), &err), &err);
	return hz_future_done(d->one) && hz_future_done(d->many);
}

static void
destroying_the_ringbuffer_ends_reads(void)
{
	begin("destroyed", 0);
	destroyed_reads d = {hz_ringbuffer_read_one_async(ring, 0),
			hz_ringbuffer_read_many_async(ring, 0, 1, 2)};
	await_parked(2);
	HZT_AWAIT(ends_by_destroying, &d, 20000);
	HZT_EQ_INT(hz_await_value(d.one, NULL, &err), HZ_ERR_DESTROYED);
	HZT_EQ_INT(err.code, HZ_ERR_DESTROYED);
	HZT_EQ_INT(hz_await_items(d.many, NULL, &err), HZ_ERR_DESTROYED);
	finish();
}

// ---- Many ----

static void
read_many_gives_what_is_there(void)
{
	begin("small", 5);
	check_read(0, 5, 10, 0, 5);
	check_read(1, 1, 10, 1, 5);
	check_read(4, 1, 1, 4, 5);
	check_read(0, 1, 3, 0, 3);
	check_read(3, 0, 10, 3, 5);
	finish();
}

static void
read_many_may_find_nothing(void)
{
	hz_items *items = NULL;
	begin("nothing", 2);
	check_read(2, 0, 10, 2, 2);
	check_read(77, 0, 10, 77, 77);
	HZT_OK_ERR(hz_ringbuffer_read_many(ring, 2, 0, 10, &items, &err), &err);
	HZT_EQ_INT(hz_items_seq(items), -1);
	hz_items_destroy(&items);
	HZT_EQ_INT(hz_items_next_seq(NULL), -1);
	HZT_EQ_INT(hz_items_read_count(NULL), -1);
	finish();
}

static void
read_many_begins_at_the_head(void)
{
	begin("small", 25);
	check_read(0, 1, 4, 15, 19);
	check_read(3, 10, 10, 15, 25);
	check_read(24, 1, 10, 24, 25);
	finish();
}

static void
read_many_waits_for_the_minimum(void)
{
	hz_items *items = NULL;
	begin("minimum", 2);
	hz_future future = hz_ringbuffer_read_many_async(ring, 1, 3, 5);
	await_parked(1);
	add(2, 3);
	HZT_CHECK(!hz_future_done(future));
	add(3, 4);
	HZT_OK_ERR(hz_await_items(future, &items, &err), &err);
	check_items(&items, 1, 4);
	finish();
}

static void
read_many_waits_at_the_tail(void)
{
	hz_items *items = NULL;
	begin("tail", 2);
	hz_future future = hz_ringbuffer_read_many_async(ring, 2, 1, 5);
	await_parked(1);
	HZT_CHECK(!hz_future_done(future));
	add(2, 3);
	HZT_OK_ERR(hz_await_items(future, &items, &err), &err);
	check_items(&items, 2, 3);
	finish();
}

// ---- Beyond the tail ----

typedef struct beyond {
	hz_future future;
	int64_t next; // to be added
} beyond;

// What is added before the read has reached the member is not for it.
static bool
ends_by_adding(void *ctx)
{
	beyond *b = ctx;
	if (!hz_future_done(b->future)) {
		add(b->next, b->next + 1);
		b->next++;
	}
	return hz_future_done(b->future);
}

static void
read_many_beyond_the_tail_gets_the_next(void)
{
	hz_items *items = NULL;
	begin("beyond", 2);
	beyond b = {hz_ringbuffer_read_many_async(ring, 5000, 1, 1), 2};
	await_parked(1);
	HZT_AWAIT(ends_by_adding, &b, 10000);
	HZT_OK_ERR(hz_await_items(b.future, &items, &err), &err);
	int64_t next = hz_items_next_seq(items);
	HZT_CHECK(next > 2 && next <= b.next);
	check_items(&items, next - 1, next);
	finish();
}

static void
read_many_checks_its_numbers(void)
{
	static const struct {
		int64_t from;
		int32_t min, max;
		const char *what;
	} wrong[] = {
			{-1, 0, 1, "negative sequence or count"},
			{0, -1, 1, "negative sequence or count"},
			{0, 2, 1, "max is less than min"},
			{0, 0, -1, "max is less than min"},
			{0, 0, 0, "max is less than 1"},
			{0, 0, 1001, "max is more than 1,000"},
			{0, 11, 11, "max is more than the capacity"},
			{0, 1, 11, "max is more than the capacity"},
	};
	hz_items *items = NULL;
	begin("small", 1);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		HZT_EQ_INT(hz_ringbuffer_read_many(ring, wrong[i].from, wrong[i].min, wrong[i].max,
					   &items, &err),
				HZ_ERR_ARGUMENT);
		HZT_CHECK(strstr(err.message, wrong[i].what) != NULL);
		HZT_CHECK(items == NULL && !err.in_doubt);
	}
	finish();
}

static void
items_of_other_kinds_come_back(void)
{
	const hz_value kinds[] = {hz_str("text"), hz_f64(1.5), hz_bytes("\1\2", 2)};
	hz_items *items = NULL;
	hz_value item;
	begin("kinds", 0);
	HZT_OK_ERR(hz_ringbuffer_add_all(ring, kinds, 3, HZ_OVERFLOW_FAIL, NULL, &err), &err);
	HZT_OK_ERR(hz_ringbuffer_read_many(other, 0, 3, 3, &items, &err), &err);
	for (size_t i = 0; i < 3; i++) {
		HZT_CHECK(hz_items_next(items, NULL, &item));
		HZT_CHECK(hz_value_equal(&item, &kinds[i]));
	}
	hz_items_destroy(&items);
	finish();
}

// ---- Hundreds at once ----

enum { READS = 400, MAP_CALLS = 200 };

static void
on_added(void *ctx, const hz_entry_event *event)
{
	(void)event;
	atomic_fetch_add((_Atomic int *)ctx, 1);
}

static bool
heard_all(void *ctx)
{
	return atomic_load((_Atomic int *)ctx) == MAP_CALLS;
}

// All at the tail of one ringbuffer: none of them keeps a thread or the connection, so that a
// listener and ordinary calls on the same client go on.
static void
hundreds_wait_while_others_go_on(void)
{
	static hz_future reads[READS];
	static _Atomic int heard;
	hz_listener_id id = {0};
	hz_map *map = session_map("beside");
	hz_entry_listener listener = {.size = sizeof(listener), .ctx = &heard, .added = on_added};
	atomic_store(&heard, 0);
	begin("hundreds", 0);
	HZT_OK_ERR(hz_map_listen(map, &listener, NULL, &id, &err), &err);
	for (int i = 0; i < READS; i++) {
		reads[i] = i % 2 == 0 ? hz_ringbuffer_read_one_async(ring, 0)
				      : hz_ringbuffer_read_many_async(ring, 0, 1, 10);
	}
	await_parked(READS);
	for (int i = 0; i < MAP_CALLS; i++) {
		HZT_OK_ERR(hz_map_set(map, hz_i64(i), hz_i64(i), NULL, &err), &err);
		HZT_CHECK(map_has(map, hz_i64(i), i));
	}
	HZT_AWAIT(heard_all, &heard, 10000);
	HZT_EQ_INT(parked(), READS);
	add(0, 1);
	for (int i = 0; i < READS; i++) {
		hz_value item;
		hz_items *items = NULL;
		if (i % 2 == 0) {
			HZT_OK_ERR(hz_await_value(reads[i], &item, &err), &err);
			HZT_CHECK(took_i64(&item, 0));
		} else {
			HZT_OK_ERR(hz_await_items(reads[i], &items, &err), &err);
			check_items(&items, 0, 1);
		}
	}
	await_parked(0);
	HZT_OK_ERR(hz_listener_remove(session_client(), id, &err), &err);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
	finish();
}

// ---- On a callback thread ----

typedef struct callback_read {
	hz_ringbuffer *ring, *hurried;
	_Atomic int endless, timed, done;
} callback_read;

static void
read_in_callback(void *ctx, hz_err e, hz_result *result, const hz_error *error)
{
	callback_read *c = ctx;
	(void)e;
	(void)result;
	(void)error;
	atomic_store(&c->endless, hz_ringbuffer_read_one(c->ring, 1, NULL, NULL));
	atomic_store(&c->timed, hz_ringbuffer_read_one(c->hurried, 0, NULL, NULL));
	atomic_store(&c->done, 1);
}

static bool
is_done(void *ctx)
{
	return atomic_load(&((callback_read *)ctx)->done) == 1;
}

static void
an_endless_read_is_refused_on_a_callback_thread(void)
{
	static callback_read c;
	begin("callback", 1);
	c = (callback_read){.ring = ring, .hurried = same_ring(20000, NULL), .endless = -1};
	HZT_OK(hz_then(hz_ringbuffer_size_async(ring), read_in_callback, &c));
	HZT_AWAIT(is_done, &c, 20000);
	HZT_EQ_INT(atomic_load(&c.endless), HZ_ERR_WOULD_DEADLOCK);
	HZT_EQ_INT(atomic_load(&c.timed), HZ_OK);
	hz_ringbuffer_close(&c.hurried);
	finish();
}

static const hzt_case cases[] = {
		{"read_one_takes_nothing_away", read_one_takes_nothing_away},
		{"read_one_has_typed_errors", read_one_has_typed_errors},
		{"read_one_waits_at_the_tail", read_one_waits_at_the_tail},
		{"a_deadline_ends_a_read", a_deadline_ends_a_read},
		{"a_token_ends_a_read", a_token_ends_a_read},
		{"destroying_the_ringbuffer_ends_reads", destroying_the_ringbuffer_ends_reads},
		{"read_many_gives_what_is_there", read_many_gives_what_is_there},
		{"read_many_may_find_nothing", read_many_may_find_nothing},
		{"read_many_begins_at_the_head", read_many_begins_at_the_head},
		{"read_many_waits_for_the_minimum", read_many_waits_for_the_minimum},
		{"read_many_waits_at_the_tail", read_many_waits_at_the_tail},
		{"read_many_beyond_the_tail_gets_the_next",
				read_many_beyond_the_tail_gets_the_next},
		{"read_many_checks_its_numbers", read_many_checks_its_numbers},
		{"items_of_other_kinds_come_back", items_of_other_kinds_come_back},
		{"hundreds_wait_while_others_go_on", hundreds_wait_while_others_go_on},
		{"an_endless_read_is_refused_on_a_callback_thread",
				an_endless_read_is_refused_on_a_callback_thread},
};

HZT_MAIN("ringbuffer_read", cases)
