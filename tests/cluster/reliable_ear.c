// SPDX-License-Identifier: Apache-2.0
#include "tests/cluster/reliable_ear.h"

#include <string.h>

hz_error ear_err;
hz_reliable_topic *ear_topic;
hz_reliable_topic *ear_other;

static hz_err
on_message(void *ctx, const hz_message *message)
{
	ear *h = ctx;
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
	ear *h = ctx;
	atomic_fetch_add(&h->odd, atomic_load(&h->next) != next);
	atomic_store(&h->stored, next);
}

static void
on_gap(void *ctx, const hz_reliable_gap *gap)
{
	ear *h = ctx;
	atomic_store(&h->gap_from, gap->from);
	atomic_store(&h->gap_to, gap->to);
	atomic_fetch_add(&h->gaps, 1);
}

static void
on_failed(void *ctx, const hz_error *error)
{
	ear *h = ctx;
	atomic_store(&h->code, error->code);
	memcpy(h->why, error->message, sizeof(h->why));
	atomic_fetch_add(&h->failures, 1);
}

static void
on_end(void *ctx)
{
	ear *h = ctx;
	atomic_fetch_add(&h->odd, atomic_load(&h->running) != 0);
	atomic_fetch_add(&h->ends, 1);
}

hz_reliable_listener
ear_listener(ear *h)
{
	memset(h, 0, sizeof(*h));
	h->first = h->next = h->stored = h->gap_from = h->gap_to = -1;
	h->refuse_at = h->wait_at = -1;
	h->name = hz_reliable_topic_name(ear_topic);
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
	HZT_OK_ERR(hz_reliable_topic_open(session_client(), name, NULL, NULL, &ear_topic, &ear_err),
			&ear_err);
	HZT_OK_ERR(hz_reliable_topic_open(
				   session_other_client(), name, NULL, NULL, &ear_other, &ear_err),
			&ear_err);
}

void
ear_publish(int64_t from, int64_t to)
{
	for (int64_t i = from; i < to; i++) {
		int64_t sequence = -7;
		HZT_OK_ERR(hz_reliable_topic_publish(ear_other, hz_i64(i), &sequence, &ear_err),
				&ear_err);
		HZT_EQ_INT(sequence, i);
	}
}

void
ear_begin(const char *base, int64_t n)
{
	open_pair(session_name(base));
	ear_publish(0, n);
}

void
ear_finish(void)
{
	HZT_OK_ERR(hz_reliable_topic_destroy(&ear_topic, &ear_err), &ear_err);
	hz_reliable_topic_close(&ear_other);
}

hz_listener_id
ear_listen(ear *h, hz_reliable_start start, int64_t sequence, bool loss_tolerant)
{
	hz_reliable_listen_options options = hz_reliable_listen_options_default();
	hz_reliable_listener listener = ear_listener(h);
	hz_listener_id id = {0};
	options.start = start;
	options.sequence = sequence;
	options.loss_tolerant = loss_tolerant;
	HZT_OK_ERR(hz_reliable_topic_listen(ear_topic, &listener, &options, &id, &ear_err),
			&ear_err);
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

void
ear_await_count(_Atomic int *counter, int n)
{
	wanted w = {counter, n};
	HZT_AWAIT(has_counted, &w, 20000);
	HZT_EQ_INT(atomic_load(counter), n);
}

void
ear_await_messages(ear *h, int n)
{
	ear_await_count(&h->messages, n);
	HZT_EQ_INT(atomic_load(&h->odd), 0);
}

void
ear_await_failure(ear *h, hz_err code, const char *why)
{
	ear_await_count(&h->ends, 1);
	HZT_EQ_INT(atomic_load(&h->failures), 1);
	HZT_EQ_INT(atomic_load(&h->code), code);
	HZT_CHECK(strstr(h->why, why) != NULL);
}

void
ear_remove(ear *h, hz_listener_id id)
{
	HZT_OK_ERR(hz_listener_remove(session_client(), id, &ear_err), &ear_err);
	HZT_EQ_INT(atomic_load(&h->ends), 1);
	HZT_EQ_INT(atomic_load(&h->failures), 0);
	HZT_EQ_INT(atomic_load(&h->odd), 0);
}
