// SPDX-License-Identifier: Apache-2.0
//
// Reliable topics on a member that does what members seldom do: what a listener makes of a topic
// that is not the one it has read, of errors that pass and errors that do not, and of answers that
// cannot be.
#include "tests/scripted/ring.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

static bench b;
static scripted_ring r;
static hz_reliable_topic *topic;
static hz_error err;

// What a listener has heard, as text: numbers, "(FROM,TO)" of a gap, "!CODE" of a failure, ".".
typedef struct ear {
	pthread_mutex_t lock;
	char text[512];
	hz_listener_id id;
} ear;

static void
note(ear *e, const char *text)
{
	pthread_mutex_lock(&e->lock);
	size_t used = strlen(e->text);
	snprintf(e->text + used, sizeof(e->text) - used, "%s%s", used > 0 ? " " : "", text);
	pthread_mutex_unlock(&e->lock);
}

static hz_err
on_message(void *ctx, const hz_message *message)
{
	char text[32];
	int64_t n = -1;
	(void)hz_value_get_i64(&message->value, &n);
	snprintf(text, sizeof(text), "%" PRId64, n);
	note(ctx, text);
	return HZ_OK;
}

static void
on_gap(void *ctx, const hz_reliable_gap *gap)
{
	char text[64];
	snprintf(text, sizeof(text), "(%" PRId64 ",%" PRId64 ")", gap->from, gap->to);
	note(ctx, text);
}

static void
on_failed(void *ctx, const hz_error *error)
{
	char text[32];
	snprintf(text, sizeof(text), "!%d", (int)error->code);
	note(ctx, text);
}

static void
on_end(void *ctx)
{
	note(ctx, ".");
}

static hz_err
listen(ear *e, hz_reliable_start start, bool loss_tolerant)
{
	hz_reliable_listen_options options = hz_reliable_listen_options_default();
	*e = (ear){.lock = PTHREAD_MUTEX_INITIALIZER};
	options.start = start;
	options.loss_tolerant = loss_tolerant;
	const hz_reliable_listener listener = {
			.size = sizeof(listener),
			.ctx = e,
			.message = on_message,
			.gap = on_gap,
			.failed = on_failed,
			.end = on_end,
	};
	return hz_reliable_topic_listen(topic, &listener, &options, &e->id, &err);
}

typedef struct wanted {
	ear *e;
	const char *text;
} wanted;

static bool
has_heard(void *ctx)
{
	const wanted *w = ctx;
	pthread_mutex_lock(&w->e->lock);
	bool heard = strcmp(w->e->text, w->text) == 0;
	pthread_mutex_unlock(&w->e->lock);
	return heard;
}

static void
await(ear *e, const char *text)
{
	wanted w = {e, text};
	if (!hzt_await(has_heard, &w, PATIENCE_MS)) {
		pthread_mutex_lock(&e->lock);
		printf("  heard \"%s\", not \"%s\"\n", e->text, text);
		pthread_mutex_unlock(&e->lock);
		HZT_FAIL("the listener hears what it should");
	}
}

static void
begin(const char *const *settings)
{
	bench_start(&b, 1, settings);
	ring_serve(b.member[0], &r, RING_ROOM);
	HZT_OK_ERR(hz_reliable_topic_open(b.client, "t", NULL, NULL, &topic, &err), &err);
}

static void
end(void)
{
	hz_reliable_topic_close(&topic);
	bench_end(&b);
}

static void
publish(int64_t from, int64_t to)
{
	for (int64_t n = from; n < to; n++) {
		ring_publish(b.member[0], &r, n);
	}
}

// A listener that has heard the numbers from 0 to 4, which are their sequences.
static void
begin_heard(ear *e, bool loss_tolerant)
{
	begin(NULL);
	HZT_OK_ERR(listen(e, HZ_RELIABLE_START_OLDEST, loss_tolerant), &err);
	publish(0, 5);
	await(e, "0 1 2 3 4");
}

// The read that waits fails.
static void
lose_connection(void)
{
	hzt_scripted_await_held(b.member[0], RING_READ, 1, PATIENCE_MS);
	hzt_scripted_disconnect(b.member[0], HZT_RESET);
}

// ---- Is it still the same topic? ----

static void
an_unchanged_topic_goes_on(void)
{
	static ear e;
	begin_heard(&e, false);
	lose_connection();
	hzt_scripted_await_request(b.member[0], RING_TAIL, 1, PATIENCE_MS);
	hzt_scripted_await_held(b.member[0], RING_READ, 1, PATIENCE_MS);
	publish(5, 7);
	await(&e, "0 1 2 3 4 5 6");
	end();
}

// The last two were lost with a member, and others have their sequences.
static void
goes_on_behind_the_last_that_is_the_same(void)
{
	static ear e;
	begin_heard(&e, false);
	ring_set(&r, 3, 13);
	ring_set(&r, 4, 14);
	lose_connection();
	await(&e, "0 1 2 3 4 13 14");
	end();
}

static void
goes_on_where_a_shorter_topic_ends(void)
{
	static ear e;
	begin_heard(&e, false);
	ring_cut(&r, 2);
	lose_connection();
	publish(23, 24);
	await(&e, "0 1 2 3 4 23");
	end();
}

static void
another_topic_is_a_loss(void)
{
	static ear bears, ends;
	begin_heard(&bears, true);
	HZT_OK_ERR(listen(&ends, HZ_RELIABLE_START_OLDEST, false), &err);
	await(&ends, "0 1 2 3 4");
	hzt_scripted_await_held(b.member[0], RING_READ, 2, PATIENCE_MS);
	for (int64_t i = 0; i < 5; i++) {
		ring_set(&r, i, 10 + i);
	}
	lose_connection();
	await(&bears, "0 1 2 3 4 (5,0) 10 11 12 13 14");
	await(&ends, "0 1 2 3 4 !115 .");
	end();
}

static void
answer_and_empty(void *ctx, hzt_request *request)
{
	ring_on_tail(ctx, request);
	ring_empty(ctx);
}

// It is told at once, and not when something is published again.
static void
a_topic_that_vanishes_while_it_is_looked_at(void)
{
	static ear e;
	begin_heard(&e, true);
	hzt_scripted_on(b.member[0], RING_TAIL, 1, answer_and_empty, &r);
	lose_connection();
	await(&e, "0 1 2 3 4 (5,0)");
	publish(7, 9);
	await(&e, "0 1 2 3 4 (5,0) 7 8");
	end();
}

static void
empty_and_read(void *ctx, hzt_request *request)
{
	ring_empty(ctx);
	ring_on_read(ctx, request);
}

// Somebody destroyed it between two reads, and nothing has failed: the second one waits for a
// sequence that lies far ahead, and gets the next one to come instead.
static void
a_topic_begun_anew_is_noticed_by_its_messages(void)
{
	static ear bears, ends;
	begin_heard(&bears, true);
	HZT_OK_ERR(listen(&ends, HZ_RELIABLE_START_OLDEST, false), &err);
	await(&ends, "0 1 2 3 4");
	hzt_scripted_await_held(b.member[0], RING_READ, 2, PATIENCE_MS);
	uint64_t reads = hzt_scripted_count(b.member[0], RING_READ);
	hzt_scripted_on(b.member[0], RING_READ, 2, empty_and_read, &r);
	publish(5, 6);
	hzt_scripted_await_request(b.member[0], RING_READ, reads + 2, PATIENCE_MS);
	hzt_scripted_await_held(b.member[0], RING_READ, 2, PATIENCE_MS);
	publish(7, 9);
	await(&bears, "0 1 2 3 4 5 (6,0) 7 8");
	await(&ends, "0 1 2 3 4 5 !115 .");
	end();
}

// ---- Errors ----

// Members' errors that say that it was not the right moment: tried again with pauses, before each
// of which the member is asked for the tail in vain.
static void
errors_that_pass_are_passed_over(void)
{
	static const hzt_error_answer passing[] = {
			{19, "HazelcastInstanceNotActiveException", "no"},
			{22, "java.io.IOException", "no"},
			{33, "MemberLeftException", "no"},
			{38, "OperationTimeoutException", "no"},
			{52, "TargetDisconnectedException", "no"},
	};
	enum { FAILURES = 8, QUICK = 3 };
	for (size_t i = 0; i < sizeof(passing) / sizeof(passing[0]); i++) {
		static ear e;
		begin_heard(&e, false);
		uint64_t before = hzt_scripted_count(b.member[0], RING_READ);
		hzt_scripted_on(b.member[0], RING_READ, FAILURES, hzt_failing, (void *)&passing[i]);
		lose_connection();
		// After it the messages that it has heard are compared, by a read that may fail
		// too.
		hzt_scripted_await_request(
				b.member[0], RING_READ, before + FAILURES + 1, PATIENCE_MS);
		hzt_scripted_await_held(b.member[0], RING_READ, 1, PATIENCE_MS);
		HZT_CHECK(hzt_scripted_count(b.member[0], RING_TAIL) >= 2 * FAILURES - QUICK);
		publish(5, 6);
		await(&e, "0 1 2 3 4 5");
		end();
	}
}

static void
other_errors_end_a_listener(void)
{
	static const struct {
		hzt_error_answer error;
		const char *heard;
	} rows[] = {
			{{27, "java.lang.IllegalStateException", "no"}, "0 1 2 3 4 !15 ."},
			{{23, "java.lang.IllegalArgumentException", "no"}, "0 1 2 3 4 !1 ."},
			{{14, "DistributedObjectDestroyedException", "no"}, "0 1 2 3 4 !103 ."},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		static ear e;
		begin_heard(&e, true);
		hzt_scripted_await_held(b.member[0], RING_READ, 1, PATIENCE_MS);
		hzt_scripted_release(
				b.member[0], RING_READ, false, hzt_failing, (void *)&rows[i].error);
		await(&e, rows[i].heard);
		end();
	}
}

static bool
is_idle(void *unused)
{
	(void)unused;
	return bench_stats(&b).in_flight == 0;
}

// A listener tries without end, but not longer than it is there.
static void
removal_ends_the_tries(void)
{
	static const hzt_error_answer not_active = {
			19, "HazelcastInstanceNotActiveException", "no"};
	static ear e;
	begin_heard(&e, true);
	hzt_scripted_on(b.member[0], RING_TAIL, 0, hzt_failing, (void *)&not_active);
	lose_connection();
	hzt_scripted_await_request(b.member[0], RING_TAIL, 10, PATIENCE_MS);
	HZT_OK_ERR(hz_listener_remove(b.client, e.id, &err), &err);
	await(&e, "0 1 2 3 4 .");
	HZT_AWAIT(is_idle, NULL, PATIENCE_MS);
	end();
}

// ---- Answers that cannot be ----

static void
sequences_that_cannot_be_are_refused(void)
{
	static const int64_t before_all = -2, last = INT64_MAX, none = -1;
	static ear e;
	begin(NULL);
	hzt_scripted_on(b.member[0], RING_TAIL, 1, ring_on_number, (void *)&before_all);
	HZT_EQ_INT(listen(&e, HZ_RELIABLE_START_NEXT, true), HZ_ERR_PROTOCOL);
	await(&e, ".");
	hzt_scripted_on(b.member[0], RING_TAIL, 1, ring_on_number, (void *)&last);
	HZT_EQ_INT(listen(&e, HZ_RELIABLE_START_NEXT, true), HZ_ERR_PROTOCOL);
	await(&e, ".");
	end();
	begin_heard(&e, true);
	ring_empty(&r);
	hzt_scripted_on(b.member[0], RING_HEAD, 1, ring_on_number, (void *)&none);
	lose_connection();
	await(&e, "0 1 2 3 4 !23 .");
	end();
}

static void
answer_twice(void *ctx, hzt_request *request)
{
	const hzp_bytes items[] = {{(const uint8_t *)"no item", 7}, {(const uint8_t *)"none", 4}};
	const int64_t sequences[] = {-1, INT64_MAX};
	(void)ctx;
	hzt_reply(request, &HZP_RINGBUFFER_READ_MANY_RESPONSE,
			&(hzp_ringbuffer_read_many_response){
					.items = HZP_LIST(items, 2),
					.item_seqs = HZP_LIST(sequences, 2),
					.read_count = 2,
					.next_seq = INT64_MIN,
			});
}

static void
items_without_a_sequence_are_passed_over(void)
{
	static ear e;
	begin_heard(&e, false);
	uint64_t errors = bench_stats(&b).decode_errors;
	hzt_scripted_await_held(b.member[0], RING_READ, 1, PATIENCE_MS);
	hzt_scripted_release(b.member[0], RING_READ, false, answer_twice, NULL);
	hzt_scripted_await_held(b.member[0], RING_READ, 1, PATIENCE_MS);
	HZT_EQ_INT(bench_stats(&b).decode_errors, errors + 2);
	publish(5, 6);
	await(&e, "0 1 2 3 4 5");
	end();
}

// ---- Publishing ----

static _Atomic int64_t full_until_ms;

static void
is_full_for_a_while(void *ctx, hzt_request *request)
{
	static const int64_t no_room = -1, room = 7;
	(void)ctx;
	bool full = hzt_now_ms() < atomic_load(&full_until_ms);
	ring_on_number((void *)(full ? &no_room : &room), request);
}

// The member answers, so the time for failures does not run.
static void
waits_for_room_longer_than_for_failures(void)
{
	static const char *const hasty[] = {
			"hazelcast.client.invocation.timeout.seconds", "1", NULL};
	int64_t sequence = -1;
	begin(hasty);
	HZT_OK(hz_reliable_topic_call(topic, &(hz_call){.timeout_ms = PATIENCE_MS}));
	atomic_store(&full_until_ms, hzt_now_ms() + 1500);
	hzt_scripted_on(b.member[0], RING_ADD, 0, is_full_for_a_while, NULL);
	HZT_OK_ERR(hz_reliable_topic_publish(topic, hz_i64(1), &sequence, &err), &err);
	HZT_EQ_INT(sequence, 7);
	end();
}

static void
close_it(void *ctx, hzt_request *request)
{
	(void)ctx;
	hzt_close(request, HZT_RESET);
}

static void
publishes_once_and_leaves_in_doubt(void)
{
	begin(NULL);
	hzt_scripted_on(b.member[0], RING_ADD, 0, close_it, NULL);
	HZT_EQ_INT(hz_reliable_topic_publish(topic, hz_i64(1), NULL, &err), HZ_ERR_DISCONNECTED);
	HZT_CHECK(err.in_doubt);
	HZT_EQ_INT(hzt_scripted_count(b.member[0], RING_ADD), 1);
	end();
}

static const hzt_case cases[] = {
		{"an_unchanged_topic_goes_on", an_unchanged_topic_goes_on},
		{"goes_on_behind_the_last_that_is_the_same",
				goes_on_behind_the_last_that_is_the_same},
		{"goes_on_where_a_shorter_topic_ends", goes_on_where_a_shorter_topic_ends},
		{"another_topic_is_a_loss", another_topic_is_a_loss},
		{"a_topic_that_vanishes_while_it_is_looked_at",
				a_topic_that_vanishes_while_it_is_looked_at},
		{"a_topic_begun_anew_is_noticed_by_its_messages",
				a_topic_begun_anew_is_noticed_by_its_messages},
		{"removal_ends_the_tries", removal_ends_the_tries},
		{"errors_that_pass_are_passed_over", errors_that_pass_are_passed_over},
		{"other_errors_end_a_listener", other_errors_end_a_listener},
		{"sequences_that_cannot_be_are_refused", sequences_that_cannot_be_are_refused},
		{"items_without_a_sequence_are_passed_over",
				items_without_a_sequence_are_passed_over},
		{"waits_for_room_longer_than_for_failures",
				waits_for_room_longer_than_for_failures},
		{"publishes_once_and_leaves_in_doubt", publishes_once_and_leaves_in_doubt},
};

HZT_MAIN("reliable_topic", cases)
