// SPDX-License-Identifier: Apache-2.0
//
// Listeners of reliable topics: where they begin, in which order they hear, what they are told when
// messages are gone, and how they end. The members give topics named small* room for ten messages.
#include "tests/cluster/session.h"

#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static hz_error err;
static hz_reliable_topic *topic; // of the case that runs; listens
static hz_reliable_topic *other; // the same one, of another client; publishes

// What was heard. Messages are numbers that are their sequences.
typedef struct heard {
	_Atomic int messages, gaps, failures, ends, odd, running;
	_Atomic int64_t first, next; // of the messages; -1: none yet
	_Atomic int64_t stored;
	_Atomic int64_t gap_from, gap_to;
	_Atomic int code;
	_Atomic int64_t refuse_at; // the message that ends it; -1: none
	_Atomic int64_t wait_at;   // the message at which it waits for `go`; -1: none
	sem_t waits, go;
	char why[256];
	hz_client *leave; // removes itself in its first message
	hz_listener_id id;
	hz_uuid member;
	hz_uuid members[4]; // of the last messages, by their number
	const char *name;
} heard;

static hz_err
on_message(void *ctx, const hz_message *message)
{
	heard *h = ctx;
	int64_t n = -1, none = -1;
	atomic_fetch_add(&h->odd, atomic_fetch_add(&h->running, 1) != 0);
	bool fine = strcmp(message->topic, h->name) == 0 && message->published_at_ms > 0 &&
			hz_value_get_i64(&message->value, &n) == HZ_OK && n == message->sequence;
	atomic_fetch_add(&h->odd, !fine);
	atomic_compare_exchange_strong(&h->first, &none, n);
	int64_t want = atomic_exchange(&h->next, n + 1);
	atomic_fetch_add(&h->odd, want != -1 && want != n && atomic_load(&h->gap_to) != n);
	h->member = message->member;
	h->members[(uint64_t)n % 4] = message->member;
	atomic_fetch_add(&h->messages, 1);
	if (h->leave != NULL) {
		atomic_fetch_add(&h->odd, hz_listener_remove(h->leave, h->id, NULL) != HZ_OK);
	}
	if (n == atomic_load(&h->wait_at)) {
		sem_post(&h->waits);
		sem_wait(&h->go);
	}
	atomic_fetch_sub(&h->running, 1);
	return n == atomic_load(&h->refuse_at) ? HZ_ERR_STATE : HZ_OK;
}

static void
on_stored(void *ctx, int64_t next)
{
	heard *h = ctx;
	atomic_fetch_add(&h->odd, atomic_load(&h->next) != next);
	atomic_store(&h->stored, next);
}

static void
on_gap(void *ctx, const hz_reliable_gap *gap)
{
	heard *h = ctx;
	atomic_store(&h->gap_from, gap->from);
	atomic_store(&h->gap_to, gap->to);
	atomic_fetch_add(&h->gaps, 1);
}

static void
on_failed(void *ctx, const hz_error *error)
{
	heard *h = ctx;
	atomic_store(&h->code, error->code);
	memcpy(h->why, error->message, sizeof(h->why));
	atomic_fetch_add(&h->failures, 1);
}

static void
on_end(void *ctx)
{
	heard *h = ctx;
	atomic_fetch_add(&h->odd, atomic_load(&h->running) != 0);
	atomic_fetch_add(&h->ends, 1);
}

static hz_reliable_listener
listener_of(heard *h)
{
	memset(h, 0, sizeof(*h));
	h->first = h->next = h->stored = h->gap_from = h->gap_to = -1;
	h->refuse_at = h->wait_at = -1;
	h->name = hz_reliable_topic_name(topic);
	sem_init(&h->waits, 0, 0);
	sem_init(&h->go, 0, 0);
	return (hz_reliable_listener){
			.size = sizeof(hz_reliable_listener),
			.ctx = h,
			.message = on_message,
			.store_sequence = on_stored,
			.gap = on_gap,
			.failed = on_failed,
			.end = on_end,
	};
}

static void
open_pair(const char *name)
{
	HZT_OK_ERR(hz_reliable_topic_open(session_client(), name, NULL, NULL, &topic, &err), &err);
	HZT_OK_ERR(hz_reliable_topic_open(session_other_client(), name, NULL, NULL, &other, &err),
			&err);
}

static void
publish(int64_t from, int64_t to)
{
	for (int64_t i = from; i < to; i++) {
		int64_t sequence = -7;
		HZT_OK_ERR(hz_reliable_topic_publish(other, hz_i64(i), &sequence, &err), &err);
		HZT_EQ_INT(sequence, i);
	}
}

static void
begin(const char *base, int64_t n)
{
	open_pair(session_name(base));
	publish(0, n);
}

static void
finish(void)
{
	HZT_OK_ERR(hz_reliable_topic_destroy(&topic, &err), &err);
	hz_reliable_topic_close(&other);
}

static hz_listener_id
listen(heard *h, hz_reliable_start start, int64_t sequence, bool loss_tolerant)
{
	hz_reliable_listen_options options = hz_reliable_listen_options_default();
	hz_reliable_listener listener = listener_of(h);
	hz_listener_id id = {0};
	options.start = start;
	options.sequence = sequence;
	options.loss_tolerant = loss_tolerant;
	HZT_OK_ERR(hz_reliable_topic_listen(topic, &listener, &options, &id, &err), &err);
	HZT_CHECK(id.id != 0);
	return id;
}

typedef struct wanted {
	_Atomic int *counter;
	int n;
} wanted;

static bool
has_counted(void *ctx)
{
	const wanted *w = ctx;
	return atomic_load(w->counter) >= w->n;
}

static void
await_count(_Atomic int *counter, int n)
{
	wanted w = {counter, n};
	HZT_AWAIT(has_counted, &w, 20000);
	HZT_EQ_INT(atomic_load(counter), n);
}

static void
await_messages(heard *h, int n)
{
	await_count(&h->messages, n);
	HZT_EQ_INT(atomic_load(&h->odd), 0);
}

static void
await_failure(heard *h, hz_err code, const char *why)
{
	await_count(&h->ends, 1);
	HZT_EQ_INT(atomic_load(&h->failures), 1);
	HZT_EQ_INT(atomic_load(&h->code), code);
	HZT_CHECK(strstr(h->why, why) != NULL);
}

static void
remove_listener(heard *h, hz_listener_id id)
{
	HZT_OK_ERR(hz_listener_remove(session_client(), id, &err), &err);
	HZT_EQ_INT(atomic_load(&h->ends), 1);
	HZT_EQ_INT(atomic_load(&h->failures), 0);
	HZT_EQ_INT(atomic_load(&h->odd), 0);
}

// ---- Where it begins ----

static void
begins_with_the_next_message(void)
{
	static heard h;
	hz_reliable_listener listener;
	hz_listener_id id = {0};
	begin("next", 5);
	listener = listener_of(&h);
	HZT_OK_ERR(hz_reliable_topic_listen(topic, &listener, NULL, &id, &err), &err);
	publish(5, 105);
	await_messages(&h, 100);
	HZT_EQ_INT(atomic_load(&h.first), 5);
	HZT_EQ_INT(atomic_load(&h.next), 105);
	remove_listener(&h, id);
	finish();
}

static void
begins_with_the_oldest(void)
{
	static heard h;
	begin("small", 25);
	hz_listener_id id = listen(&h, HZ_RELIABLE_START_OLDEST, 0, false);
	await_messages(&h, 10);
	HZT_EQ_INT(atomic_load(&h.first), 15);
	publish(25, 27);
	await_messages(&h, 12);
	HZT_EQ_INT(atomic_load(&h.gaps), 0);
	remove_listener(&h, id);
	finish();
}

static void
begins_with_a_sequence(void)
{
	static heard h;
	begin("sequence", 20);
	hz_listener_id id = listen(&h, HZ_RELIABLE_START_SEQUENCE, 7, false);
	await_messages(&h, 13);
	HZT_EQ_INT(atomic_load(&h.first), 7);
	HZT_EQ_INT(atomic_load(&h.gaps), 0);
	remove_listener(&h, id);
	finish();
}

static bool
has_stored(void *ctx)
{
	return atomic_load(&((heard *)ctx)->stored) == 12;
}

// What one listener has stored another one goes on from: nothing is missing, nothing comes twice.
static void
goes_on_from_what_was_stored(void)
{
	static heard before, after;
	begin("durable", 12);
	hz_listener_id id = listen(&before, HZ_RELIABLE_START_OLDEST, 0, false);
	HZT_AWAIT(has_stored, &before, 20000);
	remove_listener(&before, id);
	publish(12, 30);
	HZT_EQ_INT(atomic_load(&before.messages), 12);
	id = listen(&after, HZ_RELIABLE_START_SEQUENCE, atomic_load(&before.stored), false);
	await_messages(&after, 18);
	HZT_EQ_INT(atomic_load(&after.first), 12);
	remove_listener(&after, id);
	finish();
}

// ---- What is gone ----

static void
lost_messages_end_a_listener(void)
{
	static heard h;
	begin("small", 25);
	listen(&h, HZ_RELIABLE_START_SEQUENCE, 3, false);
	await_failure(&h, HZ_ERR_STALE_SEQUENCE, "12 messages are lost");
	HZT_EQ_INT(atomic_load(&h.messages), 0);
	HZT_EQ_INT(atomic_load(&h.gaps), 0);
	finish();
}

static void
a_tolerant_listener_is_told_how_many_are_lost(void)
{
	static heard h;
	begin("small", 25);
	hz_listener_id id = listen(&h, HZ_RELIABLE_START_SEQUENCE, 3, true);
	await_messages(&h, 10);
	HZT_EQ_INT(atomic_load(&h.gaps), 1);
	HZT_EQ_INT(atomic_load(&h.gap_from), 3);
	HZT_EQ_INT(atomic_load(&h.gap_to), 15);
	HZT_EQ_INT(atomic_load(&h.first), 15);
	remove_listener(&h, id);
	finish();
}

// It waits in a message until all that it has read, and more, was overwritten.
static void
slow_one(bool loss_tolerant)
{
	static heard h;
	begin("small", 0);
	hz_listener_id id = listen(&h, HZ_RELIABLE_START_OLDEST, 0, loss_tolerant);
	atomic_store(&h.wait_at, 0);
	publish(0, 1);
	sem_wait(&h.waits);
	publish(1, 31);
	sem_post(&h.go);
	if (loss_tolerant) {
		await_messages(&h, 11);
		HZT_EQ_INT(atomic_load(&h.gaps), 1);
		HZT_EQ_INT(atomic_load(&h.gap_from), 1);
		HZT_EQ_INT(atomic_load(&h.gap_to), 21);
		HZT_EQ_INT(atomic_load(&h.next), 31);
		remove_listener(&h, id);
	} else {
		await_failure(&h, HZ_ERR_STALE_SEQUENCE, "20 messages are lost");
		HZT_EQ_INT(atomic_load(&h.messages), 1);
		HZT_EQ_INT(atomic_load(&h.stored), 1);
	}
	finish();
}

static void
a_slow_listener_ends(void)
{
	slow_one(false);
}

static void
a_slow_tolerant_listener_goes_on(void)
{
	slow_one(true);
}

// The sequence is one of a topic that is no more, so the new one has not got that far.
static void
a_sequence_beyond_the_tail_shows_a_new_topic(void)
{
	static heard ends, bears;
	begin("anew", 3);
	listen(&ends, HZ_RELIABLE_START_SEQUENCE, 5000, false);
	await_failure(&ends, HZ_ERR_STALE_SEQUENCE, "begun anew");
	HZT_EQ_INT(atomic_load(&ends.messages), 0);
	hz_listener_id id = listen(&bears, HZ_RELIABLE_START_SEQUENCE, 5000, true);
	await_messages(&bears, 3);
	HZT_EQ_INT(atomic_load(&bears.gaps), 1);
	HZT_EQ_INT(atomic_load(&bears.gap_from), 5000);
	HZT_EQ_INT(atomic_load(&bears.gap_to), 0);
	HZT_EQ_INT(atomic_load(&bears.first), 0);
	publish(3, 5);
	await_messages(&bears, 5);
	remove_listener(&bears, id);
	finish();
}

// The sequence after the newest is no loss: it is where a listener that has heard all goes on.
static void
the_sequence_after_the_newest_is_fine(void)
{
	static heard h;
	begin("tail", 3);
	hz_listener_id id = listen(&h, HZ_RELIABLE_START_SEQUENCE, 3, false);
	publish(3, 6);
	await_messages(&h, 3);
	HZT_EQ_INT(atomic_load(&h.first), 3);
	remove_listener(&h, id);
	finish();
}

// ---- How it ends ----

static void
nothing_comes_after_removal(void)
{
	static heard gone, here;
	begin("removed", 0);
	hz_listener_id id = listen(&gone, HZ_RELIABLE_START_NEXT, 0, false);
	hz_listener_id other_id = listen(&here, HZ_RELIABLE_START_NEXT, 0, false);
	publish(0, 1);
	await_messages(&gone, 1);
	remove_listener(&gone, id);
	HZT_OK_ERR(hz_listener_remove(session_client(), id, &err), &err);
	publish(1, 50);
	await_messages(&here, 50);
	HZT_EQ_INT(atomic_load(&gone.messages), 1);
	HZT_EQ_INT(atomic_load(&gone.ends), 1);
	remove_listener(&here, other_id);
	finish();
}

// Its id is there when it is called for the first time, since nothing was published before.
static void
a_listener_may_remove_itself(void)
{
	static heard h;
	begin("itself", 0);
	hz_listener_id id = listen(&h, HZ_RELIABLE_START_NEXT, 0, false);
	h.leave = session_client();
	h.id = id;
	HZT_OK_ERR(hz_reliable_topic_publish_all(other,
				   (const hz_value[]){hz_i64(0), hz_i64(1), hz_i64(2)}, 3, NULL,
				   &err),
			&err);
	await_count(&h.ends, 1);
	HZT_EQ_INT(atomic_load(&h.messages), 1);
	HZT_EQ_INT(atomic_load(&h.stored), -1);
	HZT_EQ_INT(atomic_load(&h.failures), 0);
	HZT_EQ_INT(atomic_load(&h.odd), 0);
	finish();
}

static void
a_refused_message_ends_a_listener(void)
{
	static heard h;
	begin("refused", 0);
	listen(&h, HZ_RELIABLE_START_OLDEST, 0, true);
	atomic_store(&h.refuse_at, 4);
	publish(0, 10);
	await_failure(&h, HZ_ERR_STATE, "refused message 4");
	HZT_EQ_INT(atomic_load(&h.messages), 5);
	HZT_EQ_INT(atomic_load(&h.stored), 4);
	finish();
}

typedef struct destroyer {
	heard *h;
} destroyer;

// A read that reaches the member after the topic was destroyed waits in a new one.
static bool
ends_by_destroying(void *ctx)
{
	HZT_OK_ERR(hz_await_none(hz_reliable_topic_destroy_async(other), &err), &err);
	return atomic_load(&((destroyer *)ctx)->h->ends) == 1;
}

static void
destroying_the_topic_ends_a_listener(void)
{
	static heard h;
	begin("destroyed", 0);
	listen(&h, HZ_RELIABLE_START_NEXT, 0, true);
	destroyer d = {&h};
	HZT_AWAIT(ends_by_destroying, &d, 20000);
	await_failure(&h, HZ_ERR_DESTROYED, "");
	finish();
}

static void
shutdown_ends_a_listener(void)
{
	static heard h;
	hz_client *client = session_client_with(NULL, NULL);
	begin("shutdown", 0);
	hz_reliable_topic *theirs = NULL, *mine = topic;
	HZT_OK_ERR(hz_reliable_topic_open(client, hz_reliable_topic_name(topic), NULL, NULL,
				   &theirs, &err),
			&err);
	topic = theirs;
	listen(&h, HZ_RELIABLE_START_NEXT, 0, false);
	topic = mine;
	h.name = hz_reliable_topic_name(topic);
	publish(0, 3);
	await_messages(&h, 3);
	hz_reliable_topic_close(&theirs); // the listener stays
	publish(3, 5);
	await_messages(&h, 5);
	hz_client_destroy(&client);
	HZT_EQ_INT(atomic_load(&h.ends), 1);
	HZT_EQ_INT(atomic_load(&h.failures), 0);
	finish();
}

// ---- Many ----

enum { LISTENERS = 200, PUBLISHED = 50 };

static int
threads_of_process(void)
{
	int n = 0;
	char line[128];
	FILE *status = fopen("/proc/self/status", "re");
	HZT_CHECK(status != NULL);
	while (fgets(line, sizeof(line), status) != NULL) {
		if (strncmp(line, "Threads:", 8) == 0) {
			n = atoi(line + 8);
		}
	}
	fclose(status);
	return n;
}

static void
many_listeners_cost_no_threads(void)
{
	static heard all[LISTENERS];
	static hz_listener_id ids[LISTENERS];
	begin("many", 0);
	int threads = threads_of_process();
	for (int i = 0; i < LISTENERS; i++) {
		ids[i] = listen(&all[i], HZ_RELIABLE_START_OLDEST, 0, false);
	}
	HZT_EQ_INT(threads_of_process(), threads);
	publish(0, PUBLISHED);
	for (int i = 0; i < LISTENERS; i++) {
		await_messages(&all[i], PUBLISHED);
	}
	for (int i = 0; i < LISTENERS; i++) {
		remove_listener(&all[i], ids[i]);
	}
	finish();
}

static void
batches_may_be_large_or_larger_than_the_topic(void)
{
	static heard h;
	hz_reliable_topic_options options = hz_reliable_topic_options_default();
	static const char *const bases[] = {"small", "batch"};
	options.read_batch_size = 1000;
	for (int i = 0; i < 2; i++) {
		begin(bases[i], 10);
		hz_reliable_topic *large = NULL, *plain = topic;
		HZT_OK_ERR(hz_reliable_topic_open(session_client(), hz_reliable_topic_name(topic),
					   &options, NULL, &large, &err),
				&err);
		topic = large;
		hz_listener_id id = listen(&h, HZ_RELIABLE_START_OLDEST, 0, false);
		await_messages(&h, 10);
		remove_listener(&h, id);
		topic = plain;
		hz_reliable_topic_close(&large);
		finish();
	}
}

// ---- What others publish ----

static hz_ringbuffer *
open_ring(void)
{
	char name[160];
	hz_ringbuffer *ring = NULL;
	snprintf(name, sizeof(name), "_hz_rb_%s", hz_reliable_topic_name(topic));
	HZT_OK_ERR(hz_ringbuffer_open(session_other_client(), name, NULL, &ring, &err), &err);
	return ring;
}

static uint8_t *
put(uint8_t *to, uint64_t n, int bytes)
{
	for (int i = bytes - 1; i >= 0; i--) {
		*to++ = (uint8_t)(n >> (8 * i));
	}
	return to;
}

// The envelope of a member: with its address.
static size_t
envelope_of(uint8_t *to, const hz_member *member, int64_t number)
{
	size_t host = strlen(member->host);
	uint8_t *p = put(to, 0, 4);
	p = put(p, (uint32_t)-2, 4);
	p = put(p, 1, 1);
	p = put(p, (uint32_t)-9, 4);
	p = put(p, 2, 4);
	p = put(p, 1234567890123, 8);
	p = put(p, (uint32_t)-2, 4);
	p = put(p, 1, 1);
	p = put(p, 0, 4);
	p = put(p, 1, 4);
	p = put(p, member->port, 4);
	p = put(p, 4, 1);
	p = put(p, host, 4);
	memcpy(p, member->host, host);
	p = put(p + host, 16, 4);
	p = put(p, 0, 4);
	p = put(p, (uint32_t)-8, 4); // Long
	p = put(p, (uint64_t)number, 8);
	return (size_t)(p - to);
}

static void
members_publish_under_their_address(void)
{
	static heard h;
	uint8_t bytes[256];
	hz_members *members = NULL;
	begin("member", 0);
	hz_ringbuffer *ring = open_ring();
	hz_listener_id id = listen(&h, HZ_RELIABLE_START_NEXT, 0, false);
	HZT_OK_ERR(hz_client_members(session_client(), &members, &err), &err);
	const hz_member *last = hz_members_at(members, hz_members_count(members) - 1);
	size_t n = envelope_of(bytes, last, 0);
	HZT_OK_ERR(hz_ringbuffer_add(ring, hz_data(bytes, n), HZ_OVERFLOW_FAIL, NULL, &err), &err);
	await_messages(&h, 1);
	HZT_CHECK(h.member.msb == last->uuid.msb && h.member.lsb == last->uuid.lsb);
	publish(1, 2);
	await_messages(&h, 2);
	HZT_CHECK(h.member.msb == 0 && h.member.lsb == 0);
	// What is cut short, or no envelope at all, is counted and passed over.
	hz_stats stats = {.size = sizeof(stats)};
	HZT_OK(hz_client_stats(session_client(), &stats));
	uint64_t errors = stats.decode_errors;
	for (size_t cut = 8; cut < n; cut++) {
		HZT_OK_ERR(hz_ringbuffer_add(
					   ring, hz_data(bytes, cut), HZ_OVERFLOW_FAIL, NULL, &err),
				&err);
	}
	int64_t next = 0;
	HZT_OK_ERR(hz_ringbuffer_add(ring, hz_i64(5), HZ_OVERFLOW_FAIL, &next, &err), &err);
	atomic_store(&h.gap_to, next + 1); // the numbers go on there
	publish(next + 1, next + 2);
	await_messages(&h, 3);
	HZT_OK(hz_client_stats(session_client(), &stats));
	HZT_EQ_INT(stats.decode_errors - errors, n - 8 + 1);
	hz_members_destroy(&members);
	remove_listener(&h, id);
	hz_ringbuffer_close(&ring);
	finish();
}

// Publishers take turns within one batch: each message has its own.
static void
publishers_of_one_batch_are_told_apart(void)
{
	static heard h;
	static const size_t turns[4] = {0, 1, 1, 0};
	uint8_t bytes[4][256];
	hz_value items[4];
	hz_members *members = NULL;
	begin("turns", 0);
	hz_ringbuffer *ring = open_ring();
	hz_listener_id id = listen(&h, HZ_RELIABLE_START_NEXT, 0, false);
	HZT_OK_ERR(hz_client_members(session_client(), &members, &err), &err);
	for (int i = 0; i < 4; i++) {
		items[i] = hz_data(bytes[i],
				envelope_of(bytes[i], hz_members_at(members, turns[i]), i));
	}
	HZT_OK_ERR(hz_ringbuffer_add_all(ring, items, 4, HZ_OVERFLOW_FAIL, NULL, &err), &err);
	await_messages(&h, 4);
	for (int i = 0; i < 4; i++) {
		const hz_uuid want = hz_members_at(members, turns[i])->uuid;
		HZT_CHECK(h.members[i].msb == want.msb && h.members[i].lsb == want.lsb);
	}
	hz_members_destroy(&members);
	remove_listener(&h, id);
	hz_ringbuffer_close(&ring);
	finish();
}

// ---- Arguments ----

static void
arguments_are_checked(void)
{
	static heard h;
	hz_reliable_listen_options options = hz_reliable_listen_options_default();
	hz_listener_id id = {0};
	begin("arguments", 0);
	hz_reliable_listener listener = listener_of(&h), deaf = listener, sizeless = listener;
	deaf.message = NULL;
	sizeless.size = 0;
	HZT_EQ_INT(hz_reliable_topic_listen(NULL, &listener, NULL, &id, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_reliable_topic_listen(topic, &listener, NULL, NULL, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_reliable_topic_listen(topic, &deaf, NULL, &id, &err), HZ_ERR_ARGUMENT);
	options.start = (hz_reliable_start)3;
	HZT_EQ_INT(hz_reliable_topic_listen(topic, &listener, &options, &id, &err),
			HZ_ERR_ARGUMENT);
	options.start = HZ_RELIABLE_START_SEQUENCE;
	options.sequence = -1;
	HZT_EQ_INT(hz_reliable_topic_listen(topic, &listener, &options, &id, &err),
			HZ_ERR_ARGUMENT);
	HZT_EQ_STR(err.message, "negative sequence");
	options.size = 0;
	HZT_EQ_INT(hz_reliable_topic_listen(topic, &listener, &options, &id, &err),
			HZ_ERR_ARGUMENT);
	HZT_EQ_INT(atomic_load(&h.ends), 6);
	HZT_EQ_INT(hz_reliable_topic_listen(topic, &sizeless, NULL, &id, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_reliable_topic_listen(topic, NULL, NULL, &id, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(atomic_load(&h.ends), 6);
	HZT_EQ_INT(id.id, 0);
	finish();
}

static const hzt_case cases[] = {
		{"begins_with_the_next_message", begins_with_the_next_message},
		{"begins_with_the_oldest", begins_with_the_oldest},
		{"begins_with_a_sequence", begins_with_a_sequence},
		{"goes_on_from_what_was_stored", goes_on_from_what_was_stored},
		{"lost_messages_end_a_listener", lost_messages_end_a_listener},
		{"a_tolerant_listener_is_told_how_many_are_lost",
				a_tolerant_listener_is_told_how_many_are_lost},
		{"a_slow_listener_ends", a_slow_listener_ends},
		{"a_slow_tolerant_listener_goes_on", a_slow_tolerant_listener_goes_on},
		{"a_sequence_beyond_the_tail_shows_a_new_topic",
				a_sequence_beyond_the_tail_shows_a_new_topic},
		{"the_sequence_after_the_newest_is_fine", the_sequence_after_the_newest_is_fine},
		{"nothing_comes_after_removal", nothing_comes_after_removal},
		{"a_listener_may_remove_itself", a_listener_may_remove_itself},
		{"a_refused_message_ends_a_listener", a_refused_message_ends_a_listener},
		{"destroying_the_topic_ends_a_listener", destroying_the_topic_ends_a_listener},
		{"shutdown_ends_a_listener", shutdown_ends_a_listener},
		{"many_listeners_cost_no_threads", many_listeners_cost_no_threads},
		{"batches_may_be_large_or_larger_than_the_topic",
				batches_may_be_large_or_larger_than_the_topic},
		{"members_publish_under_their_address", members_publish_under_their_address},
		{"publishers_of_one_batch_are_told_apart", publishers_of_one_batch_are_told_apart},
		{"arguments_are_checked", arguments_are_checked},
};

HZT_MAIN("reliable_topic_listen", cases)
