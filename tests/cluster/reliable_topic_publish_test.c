// SPDX-License-Identifier: Apache-2.0
//
// Reliable topic: publishing, and what each overload policy does when there is no room. The members
// give topics named bounded* room for four messages that live for an hour, and those named brief*
// for four that live for a second.
#include "tests/cluster/session.h"

#include <stdio.h>
#include <string.h>

static hz_error err;
static hz_reliable_topic *topic; // of the case that runs
static hz_ringbuffer *ring;      // what is behind it, seen by another client

static const hz_value *
numbers(void)
{
	static hz_value filled[5];
	for (size_t i = 0; i < sizeof(filled) / sizeof(filled[0]); i++) {
		filled[i] = hz_i64((int64_t)i);
	}
	return filled;
}

static void
open_topic(const char *name, hz_topic_overload overload, int64_t timeout_ms)
{
	char ring_name[160];
	hz_reliable_topic_options options = hz_reliable_topic_options_default();
	hz_call call = {.timeout_ms = timeout_ms};
	options.overload = overload;
	snprintf(ring_name, sizeof(ring_name), "_hz_rb_%s", name);
	HZT_OK_ERR(hz_reliable_topic_open(session_client(), name, &options, &call, &topic, &err),
			&err);
	HZT_OK_ERR(hz_ringbuffer_open(session_other_client(), ring_name, NULL, &ring, &err), &err);
}

static void
begin(const char *base, hz_topic_overload overload)
{
	open_topic(session_name(base), overload, 0);
}

static void
publish(int64_t number, int64_t want)
{
	int64_t sequence = -7;
	HZT_OK_ERR(hz_reliable_topic_publish(topic, hz_i64(number), &sequence, &err), &err);
	HZT_EQ_INT(sequence, want);
}

// A topic with all its room taken.
static void
begin_full(hz_topic_overload overload)
{
	begin("bounded", overload);
	for (int64_t i = 0; i < 4; i++) {
		publish(i, i);
	}
}

static void
finish(void)
{
	HZT_OK_ERR(hz_reliable_topic_destroy(&topic, &err), &err);
	HZT_CHECK(topic == NULL);
	hz_ringbuffer_close(&ring);
}

// The other client sees this head and this tail.
static void
check_ends(int64_t head, int64_t tail)
{
	int64_t got = -7;
	HZT_OK_ERR(hz_ringbuffer_head_sequence(ring, &got, &err), &err);
	HZT_EQ_INT(got, head);
	HZT_OK_ERR(hz_ringbuffer_tail_sequence(ring, &got, &err), &err);
	HZT_EQ_INT(got, tail);
}

static void
publishes_into_the_ringbuffer(void)
{
	int64_t last = -7;
	begin("publish", HZ_TOPIC_OVERLOAD_BLOCK);
	publish(0, 0);
	HZT_OK_ERR(hz_reliable_topic_publish_all(topic, numbers(), 5, &last, &err), &err);
	HZT_EQ_INT(last, 5);
	HZT_OK_ERR(hz_reliable_topic_publish(topic, hz_str("text"), NULL, &err), &err);
	check_ends(0, 6);
	finish();
}

// As every other client writes it: a time, no address, the text as Data.
static void
envelopes_are_those_of_other_clients(void)
{
	static const uint8_t before[] = {
			0, 0, 0, 0, 0xff, 0xff, 0xff, 0xfe, 1, 0xff, 0xff, 0xff, 0xf7, 0, 0, 0, 2};
	static const uint8_t after[] = {0, 0, 0, 0, 0, 0, 0, 17, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xf5,
			0, 0, 0, 5, 'h', 'e', 'l', 'l', 'o'};
	hz_value item;
	const void *data = NULL;
	size_t n = 0;
	begin("envelope", HZ_TOPIC_OVERLOAD_BLOCK);
	HZT_OK_ERR(hz_reliable_topic_publish(topic, hz_str("hello"), NULL, &err), &err);
	HZT_OK_ERR(hz_ringbuffer_read_one(ring, 0, &item, &err), &err);
	HZT_OK(hz_value_get_data(&item, &data, &n));
	HZT_EQ_INT(n, sizeof(before) + 8 + sizeof(after));
	HZT_EQ_MEM(data, before, sizeof(before));
	HZT_EQ_MEM((const uint8_t *)data + sizeof(before) + 8, after, sizeof(after));
	hz_value_clear(&item);
	finish();
}

static void
discards_the_oldest(void)
{
	int64_t last = -7;
	begin_full(HZ_TOPIC_OVERLOAD_DISCARD_OLDEST);
	publish(4, 4);
	check_ends(1, 4);
	HZT_OK_ERR(hz_reliable_topic_publish_all(topic, numbers(), 3, &last, &err), &err);
	HZT_EQ_INT(last, 7);
	check_ends(4, 7);
	finish();
}

static void
discards_the_newest(void)
{
	int64_t last = -7;
	begin_full(HZ_TOPIC_OVERLOAD_DISCARD_NEWEST);
	publish(4, -1);
	HZT_OK_ERR(hz_reliable_topic_publish_all(topic, numbers(), 3, &last, &err), &err);
	HZT_EQ_INT(last, -1);
	check_ends(0, 3);
	finish();
}

static void
says_that_it_is_full(void)
{
	int64_t sequence = -7;
	begin_full(HZ_TOPIC_OVERLOAD_ERROR);
	HZT_EQ_INT(hz_reliable_topic_publish(topic, hz_i64(4), &sequence, &err),
			HZ_ERR_TOPIC_OVERLOAD);
	HZT_EQ_INT(err.code, HZ_ERR_TOPIC_OVERLOAD);
	HZT_CHECK(!err.in_doubt && strstr(err.message, "the topic is full") != NULL);
	HZT_EQ_INT(hz_reliable_topic_publish_all(topic, numbers(), 3, &sequence, &err),
			HZ_ERR_TOPIC_OVERLOAD);
	HZT_EQ_INT(sequence, -7);
	check_ends(0, 3);
	finish();
}

static void
blocks_until_there_is_room(void)
{
	int64_t last = -7;
	begin("brief", HZ_TOPIC_OVERLOAD_BLOCK);
	int64_t start_ms = hzt_now_ms();
	HZT_OK_ERR(hz_reliable_topic_publish_all(topic, numbers(), 4, &last, &err), &err);
	hz_future one = hz_reliable_topic_publish_async(topic, hz_i64(4));
	HZT_OK_ERR(hz_await_i64(one, &last, &err), &err);
	HZT_EQ_INT(last, 4);
	HZT_CHECK(hzt_now_ms() - start_ms >= 500);
	HZT_OK_ERR(hz_reliable_topic_publish_all(topic, numbers(), 4, &last, &err), &err);
	HZT_EQ_INT(last, 8);
	finish();
}

static void
blocks_to_its_deadline(void)
{
	int64_t sequence = -7;
	begin_full(HZ_TOPIC_OVERLOAD_BLOCK);
	HZT_OK(hz_reliable_topic_call(topic, &(hz_call){.timeout_ms = 300}));
	int64_t start_ms = hzt_now_ms();
	HZT_EQ_INT(hz_reliable_topic_publish(topic, hz_i64(4), &sequence, &err), HZ_ERR_TIMEOUT);
	HZT_CHECK(err.retryable); // in doubt only if a try was under way in this moment
	HZT_CHECK(hzt_now_ms() - start_ms >= 290);
	hz_future future = hz_reliable_topic_publish_all_async(topic, numbers(), 2);
	HZT_EQ_INT(hz_await_i64(future, &sequence, &err), HZ_ERR_TIMEOUT);
	HZT_EQ_INT(sequence, -7);
	check_ends(0, 3);
	finish();
}

static void
a_token_ends_a_blocked_publish(void)
{
	hz_cancel *cancel = NULL;
	begin_full(HZ_TOPIC_OVERLOAD_BLOCK);
	HZT_OK_ERR(hz_cancel_new(session_client(), &cancel, &err), &err);
	HZT_OK(hz_reliable_topic_call(
			topic, &(hz_call){.timeout_ms = HZ_FOREVER, .cancel = cancel}));
	hz_future future = hz_reliable_topic_publish_async(topic, hz_i64(4));
	hz_cancel_fire(cancel);
	HZT_EQ_INT(hz_await_i64(future, NULL, &err), HZ_ERR_CANCELLED);
	HZT_OK(hz_reliable_topic_call(topic, NULL));
	hz_cancel_destroy(&cancel);
	finish();
}

static void
refuses_what_is_not_a_message(void)
{
	const hz_value with_null[] = {hz_i64(1), hz_null()};
	int64_t sequence = -7;
	begin("refuse", HZ_TOPIC_OVERLOAD_BLOCK);
	HZT_EQ_INT(hz_reliable_topic_publish(topic, hz_null(), &sequence, &err), HZ_ERR_ARGUMENT);
	HZT_CHECK(!err.in_doubt);
	HZT_EQ_INT(hz_reliable_topic_publish_all(topic, with_null, 2, &sequence, &err),
			HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_reliable_topic_publish_all(topic, NULL, 2, &sequence, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_reliable_topic_publish_all(topic, with_null, 0, &sequence, &err),
			HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_reliable_topic_publish_all(topic, with_null, 1001, &sequence, &err),
			HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_reliable_topic_publish(NULL, hz_i64(1), &sequence, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(sequence, -7);
	check_ends(0, -1);
	finish();
}

static void
large_messages_go_through(void)
{
	static char text[100000];
	hz_value item;
	const void *data = NULL;
	size_t n = 0;
	memset(text, 'x', sizeof(text) - 1);
	begin("large", HZ_TOPIC_OVERLOAD_BLOCK);
	HZT_OK_ERR(hz_reliable_topic_publish(topic, hz_str(text), NULL, &err), &err);
	HZT_OK_ERR(hz_ringbuffer_read_one(ring, 0, &item, &err), &err);
	HZT_OK(hz_value_get_data(&item, &data, &n));
	HZT_CHECK(n > sizeof(text));
	hz_value_clear(&item);
	finish();
}

static void
options_are_checked(void)
{
	hz_client *client = session_client();
	hz_reliable_topic *none = NULL;
	hz_reliable_topic_options wrong = hz_reliable_topic_options_default();
	wrong.overload = (hz_topic_overload)4;
	HZT_EQ_INT(hz_reliable_topic_open(client, "x", &wrong, NULL, &none, &err), HZ_ERR_ARGUMENT);
	wrong = hz_reliable_topic_options_default();
	wrong.read_batch_size = 1001;
	HZT_EQ_INT(hz_reliable_topic_open(client, "x", &wrong, NULL, &none, &err), HZ_ERR_ARGUMENT);
	wrong.read_batch_size = -1;
	HZT_EQ_INT(hz_reliable_topic_open(client, "x", &wrong, NULL, &none, &err), HZ_ERR_ARGUMENT);
	wrong.size = 0;
	HZT_EQ_INT(hz_reliable_topic_open(client, "x", &wrong, NULL, &none, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_reliable_topic_open(client, "", NULL, NULL, &none, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_reliable_topic_open(client, NULL, NULL, NULL, &none, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_reliable_topic_open(client, "x", NULL, NULL, NULL, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_reliable_topic_open(NULL, "x", NULL, NULL, &none, &err), HZ_ERR_ARGUMENT);
	HZT_CHECK(none == NULL);
	HZT_EQ_INT(hz_reliable_topic_call(NULL, NULL), HZ_ERR_ARGUMENT);
	HZT_EQ_STR(hz_reliable_topic_name(NULL), "");
}

static void
names_are_any_utf8(void)
{
	static const char *const names[] = {"nachricht f\xc3\xbcr alle", "\xe8\xa9\xb1\xe9\xa1\x8c",
			"\xf0\x9f\x93\xa3 news", " ", "news@key"};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		open_topic(names[i], HZ_TOPIC_OVERLOAD_BLOCK, 0);
		HZT_EQ_STR(hz_reliable_topic_name(topic), names[i]);
		publish(1, 0);
		check_ends(0, 0);
		finish();
	}
}

static void
a_destroyed_one_begins_anew(void)
{
	begin("destroy", HZ_TOPIC_OVERLOAD_BLOCK);
	publish(1, 0);
	HZT_OK_ERR(hz_await_none(hz_reliable_topic_destroy_async(topic), &err), &err);
	check_ends(0, -1);
	publish(2, 0);
	check_ends(0, 0);
	finish();
}

static const hzt_case cases[] = {
		{"publishes_into_the_ringbuffer", publishes_into_the_ringbuffer},
		{"envelopes_are_those_of_other_clients", envelopes_are_those_of_other_clients},
		{"discards_the_oldest", discards_the_oldest},
		{"discards_the_newest", discards_the_newest},
		{"says_that_it_is_full", says_that_it_is_full},
		{"blocks_until_there_is_room", blocks_until_there_is_room},
		{"blocks_to_its_deadline", blocks_to_its_deadline},
		{"a_token_ends_a_blocked_publish", a_token_ends_a_blocked_publish},
		{"refuses_what_is_not_a_message", refuses_what_is_not_a_message},
		{"large_messages_go_through", large_messages_go_through},
		{"options_are_checked", options_are_checked},
		{"names_are_any_utf8", names_are_any_utf8},
		{"a_destroyed_one_begins_anew", a_destroyed_one_begins_anew},
};

HZT_MAIN("reliable_topic_publish", cases)
