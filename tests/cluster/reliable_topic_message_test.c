// SPDX-License-Identifier: Apache-2.0
//
// Listeners of reliable topics: many of them, and what they make of messages that others put into
// the ringbuffer. The members give topics named small* room for ten messages.
#include "tests/cluster/reliable_ear.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
	static ear all[LISTENERS];
	static hz_listener_id ids[LISTENERS];
	ear_begin("many", 0);
	int threads = threads_of_process();
	for (int i = 0; i < LISTENERS; i++) {
		ids[i] = ear_listen(&all[i], HZ_RELIABLE_START_OLDEST, 0, false);
	}
	// One each would be two hundred; a client may still be on its way to another member.
	HZT_CHECK(threads_of_process() - threads < LISTENERS / 10);
	ear_publish(0, PUBLISHED);
	for (int i = 0; i < LISTENERS; i++) {
		ear_await_messages(&all[i], PUBLISHED);
	}
	for (int i = 0; i < LISTENERS; i++) {
		ear_remove(&all[i], ids[i]);
	}
	ear_finish();
}

static void
batches_may_be_large_or_larger_than_the_topic(void)
{
	static ear h;
	hz_reliable_topic_options options = hz_reliable_topic_options_default();
	static const char *const bases[] = {"small", "batch"};
	options.read_batch_size = 1000;
	for (int i = 0; i < 2; i++) {
		ear_begin(bases[i], 10);
		hz_reliable_topic *large = NULL, *plain = ear_topic;
		HZT_OK_ERR(hz_reliable_topic_open(session_client(),
					   hz_reliable_topic_name(ear_topic), &options, NULL,
					   &large, &ear_err),
				&ear_err);
		ear_topic = large;
		hz_listener_id id = ear_listen(&h, HZ_RELIABLE_START_OLDEST, 0, false);
		ear_await_messages(&h, 10);
		ear_remove(&h, id);
		ear_topic = plain;
		hz_reliable_topic_close(&large);
		ear_finish();
	}
}

// ---- What others publish ----

static hz_ringbuffer *
open_ring(void)
{
	char name[160];
	hz_ringbuffer *ring = NULL;
	snprintf(name, sizeof(name), "_hz_rb_%s", hz_reliable_topic_name(ear_topic));
	HZT_OK_ERR(hz_ringbuffer_open(session_other_client(), name, NULL, &ring, &ear_err),
			&ear_err);
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
	static ear h;
	uint8_t bytes[256];
	hz_members *members = NULL;
	ear_begin("member", 0);
	hz_ringbuffer *ring = open_ring();
	hz_listener_id id = ear_listen(&h, HZ_RELIABLE_START_NEXT, 0, false);
	HZT_OK_ERR(hz_client_members(session_client(), &members, &ear_err), &ear_err);
	const hz_member *last = hz_members_at(members, hz_members_count(members) - 1);
	size_t n = envelope_of(bytes, last, 0);
	HZT_OK_ERR(hz_ringbuffer_add(ring, hz_data(bytes, n), HZ_OVERFLOW_FAIL, NULL, &ear_err),
			&ear_err);
	ear_await_messages(&h, 1);
	HZT_CHECK(h.member.msb == last->uuid.msb && h.member.lsb == last->uuid.lsb);
	ear_publish(1, 2);
	ear_await_messages(&h, 2);
	HZT_CHECK(h.member.msb == 0 && h.member.lsb == 0);
	// What is cut short, or no envelope at all, is counted and passed over.
	hz_stats stats = {.size = sizeof(stats)};
	HZT_OK(hz_client_stats(session_client(), &stats));
	uint64_t errors = stats.decode_errors;
	for (size_t cut = 8; cut < n; cut++) {
		HZT_OK_ERR(hz_ringbuffer_add(ring, hz_data(bytes, cut), HZ_OVERFLOW_FAIL, NULL,
					   &ear_err),
				&ear_err);
	}
	int64_t next = 0;
	HZT_OK_ERR(hz_ringbuffer_add(ring, hz_i64(5), HZ_OVERFLOW_FAIL, &next, &ear_err), &ear_err);
	atomic_store(&h.gap_to, next + 1); // the numbers go on there
	ear_publish(next + 1, next + 2);
	ear_await_messages(&h, 3);
	HZT_OK(hz_client_stats(session_client(), &stats));
	HZT_EQ_INT(stats.decode_errors - errors, n - 8 + 1);
	hz_members_destroy(&members);
	ear_remove(&h, id);
	hz_ringbuffer_close(&ring);
	ear_finish();
}

// Publishers take turns within one batch: each message has its own.
static void
publishers_of_one_batch_are_told_apart(void)
{
	static ear h;
	static const size_t turns[4] = {0, 1, 1, 0};
	uint8_t bytes[4][256];
	hz_value items[4];
	hz_members *members = NULL;
	ear_begin("turns", 0);
	hz_ringbuffer *ring = open_ring();
	hz_listener_id id = ear_listen(&h, HZ_RELIABLE_START_NEXT, 0, false);
	HZT_OK_ERR(hz_client_members(session_client(), &members, &ear_err), &ear_err);
	for (int i = 0; i < 4; i++) {
		items[i] = hz_data(bytes[i],
				envelope_of(bytes[i], hz_members_at(members, turns[i]), i));
	}
	HZT_OK_ERR(hz_ringbuffer_add_all(ring, items, 4, HZ_OVERFLOW_FAIL, NULL, &ear_err),
			&ear_err);
	ear_await_messages(&h, 4);
	for (int i = 0; i < 4; i++) {
		const hz_uuid want = hz_members_at(members, turns[i])->uuid;
		HZT_CHECK(h.members[i].msb == want.msb && h.members[i].lsb == want.lsb);
	}
	hz_members_destroy(&members);
	ear_remove(&h, id);
	hz_ringbuffer_close(&ring);
	ear_finish();
}

static const hzt_case cases[] = {
		{"many_listeners_cost_no_threads", many_listeners_cost_no_threads},
		{"batches_may_be_large_or_larger_than_the_topic",
				batches_may_be_large_or_larger_than_the_topic},
		{"members_publish_under_their_address", members_publish_under_their_address},
		{"publishers_of_one_batch_are_told_apart", publishers_of_one_batch_are_told_apart},
};

HZT_MAIN("reliable_topic_message", cases)
