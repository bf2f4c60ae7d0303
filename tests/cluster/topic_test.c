// SPDX-License-Identifier: Apache-2.0
//
// Topic: what is published through one client is heard through another, in order, and no more.
#include "tests/cluster/session.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

static hz_error err;
static hz_topic *topic; // of the case that runs
static hz_topic *other; // the same one, of another client

typedef struct heard {
	_Atomic int messages, ends, out_of_order, odd;
	_Atomic int64_t next; // the number that must come next
	const char *name;
	int64_t since_ms; // by the clock of the machine
} heard;

static int64_t
wall_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

static void
on_message(void *ctx, const hz_message *message)
{
	heard *h = ctx;
	int64_t n = -1;
	bool fine = strcmp(message->topic, h->name) == 0 && message->sequence == -1 &&
			message->published_at_ms >= h->since_ms &&
			message->published_at_ms <= wall_ms() + 1 &&
			(message->member.msb | message->member.lsb) != 0 &&
			hz_value_get_i64(&message->value, &n) == HZ_OK;
	atomic_fetch_add(&h->odd, !fine);
	atomic_fetch_add(&h->out_of_order, n != atomic_fetch_add(&h->next, 1));
	atomic_fetch_add(&h->messages, 1);
}

static void
on_end(void *ctx)
{
	heard *h = ctx;
	atomic_fetch_add(&h->ends, 1);
}

static hz_message_listener
listener_of(heard *h, const char *name)
{
	memset(h, 0, sizeof(*h));
	h->name = name;
	h->since_ms = wall_ms() - 1;
	return (hz_message_listener){
			.size = sizeof(hz_message_listener),
			.ctx = h,
			.message = on_message,
			.end = on_end,
	};
}

typedef struct wanted {
	heard *h;
	int messages;
} wanted;

static bool
heard_all(void *ctx)
{
	const wanted *w = ctx;
	return atomic_load(&w->h->messages) >= w->messages;
}

static void
await_messages(heard *h, int n)
{
	wanted w = {h, n};
	HZT_AWAIT(heard_all, &w, 20000);
	HZT_EQ_INT(atomic_load(&h->messages), n);
	HZT_EQ_INT(atomic_load(&h->out_of_order), 0);
	HZT_EQ_INT(atomic_load(&h->odd), 0);
}

static void
open_pair(const char *name)
{
	HZT_OK_ERR(hz_topic_open(session_client(), name, NULL, &topic, &err), &err);
	HZT_OK_ERR(hz_topic_open(session_other_client(), name, NULL, &other, &err), &err);
}

static void
finish(void)
{
	HZT_OK_ERR(hz_topic_destroy(&topic, &err), &err);
	HZT_CHECK(topic == NULL);
	hz_topic_close(&other);
	HZT_CHECK(other == NULL);
}

static void
messages_come_in_their_order(void)
{
	enum { MESSAGES = 500 };
	static heard h;
	hz_listener_id id = {0};
	open_pair(session_name("topic"));
	hz_message_listener listener = listener_of(&h, hz_topic_name(topic));
	HZT_OK_ERR(hz_topic_listen(topic, &listener, &id, &err), &err);
	for (int i = 0; i < MESSAGES; i++) {
		HZT_OK_ERR(hz_topic_publish(other, hz_i64(i), &err), &err);
	}
	await_messages(&h, MESSAGES);
	HZT_OK_ERR(hz_listener_remove(session_client(), id, &err), &err);
	HZT_EQ_INT(atomic_load(&h.ends), 1);
	finish();
}

// ---- Several publishers ----

enum { PUBLISHERS = 4, EACH = 250 };

// The next number of each publisher, and what was not it.
static struct {
	_Atomic int64_t next[PUBLISHERS];
	_Atomic int messages, out_of_order;
} turns;

static void
on_turn(void *ctx, const hz_message *message)
{
	int64_t n = -1;
	(void)ctx;
	bool fine = hz_value_get_i64(&message->value, &n) == HZ_OK && n >= 0 &&
			n < PUBLISHERS * EACH &&
			atomic_fetch_add(&turns.next[n / EACH], 1) == n % EACH;
	atomic_fetch_add(&turns.out_of_order, !fine);
	atomic_fetch_add(&turns.messages, 1);
}

static bool
has_all_turns(void *unused)
{
	(void)unused;
	return atomic_load(&turns.messages) >= PUBLISHERS * EACH;
}

typedef struct publisher {
	pthread_t thread;
	hz_topic *topic;
	int number;
	_Atomic int failed;
} publisher;

static void *
publish_each(void *ctx)
{
	publisher *p = ctx;
	for (int i = 0; i < EACH; i++) {
		hz_err e = hz_topic_publish(p->topic, hz_i64(p->number * EACH + i), NULL);
		atomic_fetch_add(&p->failed, e != HZ_OK);
	}
	return NULL;
}

// Two threads on each of two clients: messages of one come in its order, whatever lies between.
static void
each_publisher_keeps_its_order(void)
{
	static publisher all[PUBLISHERS];
	hz_listener_id id = {0};
	const hz_message_listener listener = {.size = sizeof(listener), .message = on_turn};
	memset(&turns, 0, sizeof(turns));
	open_pair(session_name("turns"));
	HZT_OK_ERR(hz_topic_listen(topic, &listener, &id, &err), &err);
	for (int i = 0; i < PUBLISHERS; i++) {
		hz_client *client = i % 2 == 0 ? session_client() : session_other_client();
		all[i] = (publisher){.number = i};
		HZT_OK_ERR(hz_topic_open(client, hz_topic_name(topic), NULL, &all[i].topic, &err),
				&err);
		HZT_EQ_INT(pthread_create(&all[i].thread, NULL, publish_each, &all[i]), 0);
	}
	for (int i = 0; i < PUBLISHERS; i++) {
		pthread_join(all[i].thread, NULL);
		HZT_EQ_INT(atomic_load(&all[i].failed), 0);
		hz_topic_close(&all[i].topic);
	}
	HZT_AWAIT(has_all_turns, NULL, 20000);
	HZT_EQ_INT(atomic_load(&turns.messages), PUBLISHERS * EACH);
	HZT_EQ_INT(atomic_load(&turns.out_of_order), 0);
	HZT_OK_ERR(hz_listener_remove(session_client(), id, &err), &err);
	finish();
}

static void
many_go_out_at_once(void)
{
	static heard mine, theirs;
	hz_listener_id id = {0}, other_id = {0};
	hz_value messages[100];
	for (int i = 0; i < 100; i++) {
		messages[i] = hz_i64(i);
	}
	open_pair(session_name("topic"));
	hz_message_listener listener = listener_of(&mine, hz_topic_name(topic));
	hz_message_listener witness = listener_of(&theirs, hz_topic_name(topic));
	HZT_OK_ERR(hz_topic_listen(topic, &listener, &id, &err), &err);
	HZT_OK_ERR(hz_topic_listen(other, &witness, &other_id, &err), &err);
	HZT_OK_ERR(hz_topic_publish_all(topic, messages, 100, &err), &err);
	HZT_OK_ERR(hz_topic_publish_all(topic, messages, 0, &err), &err);
	await_messages(&mine, 100);
	await_messages(&theirs, 100);
	HZT_OK_ERR(hz_listener_remove(session_client(), id, &err), &err);
	HZT_OK_ERR(hz_listener_remove(session_other_client(), other_id, &err), &err);
	finish();
}

// A second listener shows that the messages would have come.
static void
nothing_comes_after_removal(void)
{
	static heard gone, here;
	hz_listener_id id = {0}, other_id = {0};
	open_pair(session_name("topic"));
	hz_message_listener listener = listener_of(&gone, hz_topic_name(topic));
	hz_message_listener witness = listener_of(&here, hz_topic_name(topic));
	HZT_OK_ERR(hz_topic_listen(topic, &listener, &id, &err), &err);
	HZT_OK_ERR(hz_topic_listen(topic, &witness, &other_id, &err), &err);
	HZT_OK_ERR(hz_listener_remove(session_client(), id, &err), &err);
	HZT_EQ_INT(atomic_load(&gone.ends), 1);
	HZT_OK_ERR(hz_topic_publish(other, hz_i64(0), &err), &err);
	await_messages(&here, 1);
	HZT_EQ_INT(atomic_load(&gone.messages), 0);
	HZT_OK_ERR(hz_listener_remove(session_client(), other_id, &err), &err);
	finish();
}

// The witness, added afterwards, shows that there was something to hear.
static void
a_destroyed_topic_has_no_listeners(void)
{
	static heard gone, here;
	hz_listener_id id = {0}, other_id = {0};
	open_pair(session_name("topic"));
	hz_message_listener listener = listener_of(&gone, hz_topic_name(topic));
	hz_message_listener witness = listener_of(&here, hz_topic_name(topic));
	HZT_OK_ERR(hz_topic_listen(topic, &listener, &id, &err), &err);
	HZT_OK_ERR(hz_topic_publish(other, hz_i64(0), &err), &err);
	await_messages(&gone, 1);
	HZT_OK_ERR(hz_await_none(hz_topic_destroy_async(other), &err), &err);
	HZT_OK_ERR(hz_topic_listen(topic, &witness, &other_id, &err), &err);
	HZT_OK_ERR(hz_topic_publish(other, hz_i64(0), &err), &err);
	await_messages(&here, 1);
	HZT_OK_ERR(hz_listener_remove(session_client(), other_id, &err), &err);
	HZT_EQ_INT(atomic_load(&gone.ends), 0); // it is still there, and must be removed
	HZT_OK_ERR(hz_listener_remove(session_client(), id, &err), &err);
	HZT_EQ_INT(atomic_load(&gone.messages), 1);
	HZT_EQ_INT(atomic_load(&gone.ends), 1);
	finish();
}

static void
refuses_what_is_not_a_message(void)
{
	static heard h;
	const hz_value with_null[] = {hz_i64(1), hz_null()};
	hz_listener_id id = {0};
	open_pair(session_name("topic"));
	hz_message_listener listener = listener_of(&h, hz_topic_name(topic));
	hz_message_listener deaf = listener, sizeless = listener;
	deaf.message = NULL;
	sizeless.size = 0;
	HZT_EQ_INT(hz_topic_publish(topic, hz_null(), &err), HZ_ERR_ARGUMENT);
	HZT_CHECK(!err.in_doubt);
	HZT_EQ_INT(hz_topic_publish_all(topic, with_null, 2, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_topic_publish_all(topic, NULL, 2, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_topic_publish(NULL, hz_i64(1), &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_topic_listen(NULL, &listener, &id, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_topic_listen(topic, &listener, NULL, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_topic_listen(topic, &deaf, &id, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(atomic_load(&h.ends), 3);
	HZT_EQ_INT(hz_topic_listen(topic, &sizeless, &id, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_topic_listen(topic, NULL, &id, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(id.id, 0);
	finish();
}

static void
names_are_any_utf8(void)
{
	static const char *const names[] = {"nachricht f\xc3\xbcr alle", "\xe8\xa9\xb1\xe9\xa1\x8c",
			"\xf0\x9f\x93\xa3 news", " "};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		static heard h;
		hz_listener_id id = {0};
		open_pair(names[i]);
		hz_message_listener listener = listener_of(&h, names[i]);
		HZT_OK_ERR(hz_topic_listen(other, &listener, &id, &err), &err);
		HZT_OK_ERR(hz_topic_publish(topic, hz_i64(0), &err), &err);
		await_messages(&h, 1);
		HZT_OK_ERR(hz_listener_remove(session_other_client(), id, &err), &err);
		finish();
	}
}

static void
asynchronous_forms_and_deadlines(void)
{
	static heard h;
	const hz_value two[] = {hz_i64(1), hz_i64(2)};
	hz_listener_id id = {0};
	open_pair(session_name("topic"));
	hz_message_listener listener = listener_of(&h, hz_topic_name(topic));
	HZT_OK_ERR(hz_topic_call(topic, &(hz_call){.timeout_ms = 30000}), &err);
	HZT_EQ_INT(hz_topic_call(topic, &(hz_call){.timeout_ms = -7}), HZ_ERR_ARGUMENT);
	HZT_OK_ERR(hz_topic_listen(topic, &listener, &id, &err), &err);
	HZT_OK_ERR(hz_await_none(hz_topic_publish_async(topic, hz_i64(0)), &err), &err);
	HZT_OK_ERR(hz_await_none(hz_topic_publish_all_async(topic, two, 2), &err), &err);
	await_messages(&h, 3);
	HZT_OK_ERR(hz_listener_remove(session_client(), id, &err), &err);
	HZT_OK_ERR(hz_await_none(hz_topic_destroy_async(topic), &err), &err);
	HZT_OK_ERR(hz_topic_publish(topic, hz_i64(9), &err), &err);
	finish();
}

// ---- Too slow, and forgotten ----

static struct {
	_Atomic int messages, gaps, waits, go;
	_Atomic uint64_t dropped;
} slow;

static bool
may_go(void *unused)
{
	(void)unused;
	return atomic_load(&slow.go) != 0;
}

static void
on_message_slowly(void *ctx, const hz_message *message)
{
	(void)ctx;
	(void)message;
	if (atomic_fetch_add(&slow.messages, 1) == 0) {
		atomic_store(&slow.waits, 1);
		hzt_await(may_go, NULL, 60000);
	}
}

static void
on_gap(void *ctx, const hz_gap *gap)
{
	(void)ctx;
	atomic_store(&slow.dropped, gap->dropped);
	atomic_fetch_add(&slow.gaps, 1);
}

static bool
is_waiting(void *unused)
{
	(void)unused;
	return atomic_load(&slow.waits) != 0;
}

static uint64_t
dropped_by(const hz_client *client)
{
	hz_stats stats = {.size = sizeof(stats)};
	HZT_OK(hz_client_stats(client, &stats));
	return stats.events_dropped;
}

static bool
has_dropped(void *client)
{
	return dropped_by(client) == 31;
}

static bool
has_got_the_rest(void *unused)
{
	(void)unused;
	return atomic_load(&slow.messages) == 10 && atomic_load(&slow.gaps) == 1;
}

// Room for ten events: the one that it works on and nine more. The other 31 of 41 are dropped, and
// it is told so once, with their number.
static void
a_slow_listener_is_told_how_many_are_lost(void)
{
	hz_client *client = session_client_with(
			"properties.hazelcast.client.event.queue.capacity", "10");
	hz_topic *theirs = NULL;
	hz_listener_id id = {0};
	const hz_message_listener listener = {
			.size = sizeof(listener), .message = on_message_slowly, .gap = on_gap};
	open_pair(session_name("slow"));
	HZT_OK_ERR(hz_topic_open(client, hz_topic_name(topic), NULL, &theirs, &err), &err);
	HZT_OK_ERR(hz_topic_listen(theirs, &listener, &id, &err), &err);
	HZT_OK_ERR(hz_topic_publish(topic, hz_i64(0), &err), &err);
	HZT_AWAIT(is_waiting, NULL, 20000);
	for (int i = 1; i <= 40; i++) {
		HZT_OK_ERR(hz_topic_publish(topic, hz_i64(i), &err), &err);
	}
	HZT_AWAIT(has_dropped, client, 20000);
	atomic_store(&slow.go, 1);
	HZT_AWAIT(has_got_the_rest, NULL, 20000);
	HZT_EQ_INT(atomic_load(&slow.dropped), 31);
	hz_topic_close(&theirs);
	hz_client_destroy(&client);
	finish();
}

static const hzt_case cases[] = {
		{"messages_come_in_their_order", messages_come_in_their_order},
		{"each_publisher_keeps_its_order", each_publisher_keeps_its_order},
		{"many_go_out_at_once", many_go_out_at_once},
		{"nothing_comes_after_removal", nothing_comes_after_removal},
		{"a_destroyed_topic_has_no_listeners", a_destroyed_topic_has_no_listeners},
		{"refuses_what_is_not_a_message", refuses_what_is_not_a_message},
		{"names_are_any_utf8", names_are_any_utf8},
		{"asynchronous_forms_and_deadlines", asynchronous_forms_and_deadlines},
		{"a_slow_listener_is_told_how_many_are_lost",
				a_slow_listener_is_told_how_many_are_lost},
};

HZT_MAIN("topic", cases)
