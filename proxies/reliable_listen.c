// SPDX-License-Identifier: Apache-2.0
//
// Listeners of reliable topics. Each has one call under way (reliable_reader.h). What it brings is
// worked on by the dispatch thread of the listener, which calls the application and then sends the
// next call. So no listener costs a thread, no two of its functions run at once, and removing it is
// as of any listener.
#include "base/fail.h"
#include "base/platform.h"
#include "proxies/listen.h"
#include "proxies/reliable_heard.h"
#include "proxies/reliable_message.h"
#include "proxies/reliable_reader.h"

#include <inttypes.h>
#include <string.h>

typedef struct reliable_listener {
	hzi_listener base;
	hz_reliable_listener user;
	bool loss_tolerant;
	hzi_reader *reader;
	hzi_heard heard;
} reliable_listener;

// ---- On the dispatch thread ----

static bool
lives(const reliable_listener *l)
{
	return hzi_registry_has(l->base.client->events_state, l->base.id);
}

// The listener ends by itself.
static void
fail(reliable_listener *l, const hz_error *err)
{
	if (l->user.failed != NULL) {
		l->user.failed(l->user.ctx, err);
	}
	hz_listener_remove(l->base.client, (hz_listener_id){l->base.id}, NULL);
}

static void
fail_lost(reliable_listener *l, int64_t next, int64_t came)
{
	hz_error err;
	if (came > next) {
		hzi_fail(&err, HZ_ERR_STALE_SEQUENCE, "%s: %" PRId64 " messages are lost",
				l->base.name, came - next);
	} else {
		hzi_fail(&err, HZ_ERR_STALE_SEQUENCE, "%s: the topic has begun anew", l->base.name);
	}
	fail(l, &err);
}

// The next message is not the one that was expected. True: the listener bears that.
static bool
bear_loss(reliable_listener *l, int64_t came)
{
	hzi_reader *r = l->reader;
	hz_reliable_gap gap = {.from = r->next, .to = came};
	if (!l->loss_tolerant) {
		fail_lost(l, r->next, came);
		return false;
	}
	r->next = came;
	if (l->user.gap != NULL) {
		l->user.gap(l->user.ctx, &gap);
	}
	return lives(l);
}

// Who published the message before, in the same batch: mostly it is who published this one.
typedef struct publisher {
	hzp_bytes host; // lent by the batch; NULL: there was none
	int32_t port;
	hz_uuid member;
} publisher;

static hz_uuid
look_up_member(hz_client *client, const hzi_reliable_message *message)
{
	hz_uuid found = {0};
	hz_members *members = NULL;
	if (hz_client_members(client, &members, NULL) != HZ_OK) {
		return found;
	}
	for (size_t i = 0; i < hz_members_count(members); i++) {
		const hz_member *member = hz_members_at(members, i);
		if (member->port == message->port && strlen(member->host) == message->host.n &&
				memcmp(member->host, message->host.p, message->host.n) == 0) {
			found = member->uuid;
		}
	}
	hz_members_destroy(&members);
	return found;
}

// The member that published, if it is still there.
static hz_uuid
find_member(hz_client *client, const hzi_reliable_message *message, publisher *last)
{
	if (message->host.p == NULL) {
		return (hz_uuid){0};
	}
	if (last->host.p == NULL || last->port != message->port ||
			last->host.n != message->host.n ||
			memcmp(last->host.p, message->host.p, last->host.n) != 0) {
		*last = (publisher){message->host, message->port, look_up_member(client, message)};
	}
	return last->member;
}

// ---- Is it still the same ringbuffer? ----
//
// A member that is lost takes the newest messages with it which had no backup yet, and whose
// publishers do not believe in them; others may have their sequences by now. And if there was no
// backup at all, there is another ringbuffer. So after each failure the listener compares what it
// has heard with what is there, from the newest message backwards, and goes on behind the last one
// that is the same. If there is none, the topic counts as lost.

// Goes back to the message of a sequence, up to which there are messages. True: with *next_step.
static bool
look_back(reliable_listener *l, int64_t sequence, hzi_step *next_step)
{
	hzi_reader *r = l->reader;
	if (hzi_heard_has(&l->heard, sequence)) {
		r->sequence = sequence;
		*next_step = HZI_STEP_LAST;
		return true;
	}
	if (l->loss_tolerant) {
		*next_step = HZI_STEP_HEAD;
		return true;
	}
	fail_lost(l, r->next, sequence + 1);
	return false;
}

static bool
take_tail(reliable_listener *l, hzi_step *next_step)
{
	const hzi_reader *r = l->reader;
	*next_step = HZI_STEP_READ;
	if (r->next == HZI_ANYWHERE) {
		return true;
	}
	bool complete = r->sequence >= r->next - 1;
	int64_t newest = complete ? r->next - 1 : r->sequence;
	if (complete && !hzi_heard_has(&l->heard, newest)) {
		return true; // there is nothing to compare
	}
	return look_back(l, newest, next_step);
}

static bool
take_last(reliable_listener *l, hzi_step *next_step)
{
	hzi_reader *r = l->reader;
	hz_value item;
	int64_t sequence = r->sequence;
	*next_step = HZI_STEP_READ;
	if (!hz_items_next(r->items, NULL, &item)) {
		r->failures++;
		*next_step = HZI_STEP_TAIL; // the topic has become shorter since it was asked
		return true;
	}
	if (hz_items_seq(r->items) > sequence) {
		return true; // gone by now: what is missing will be seen
	}
	if (hz_items_seq(r->items) == sequence && hzi_heard_same(&l->heard, sequence, &item)) {
		r->next = sequence + 1;
		return true;
	}
	return look_back(l, sequence - 1, next_step);
}

static bool
take_head(reliable_listener *l, hzi_step *next_step)
{
	*next_step = HZI_STEP_READ;
	l->heard = (hzi_heard){0};
	return bear_loss(l, l->reader->sequence);
}

// ---- Messages ----

// True: the listener goes on.
static bool
give(reliable_listener *l, const hz_value *item, int64_t sequence, publisher *last)
{
	hz_client *client = l->base.client;
	hzi_reliable_message message;
	const void *data = NULL;
	size_t n = 0;
	if (hz_value_get_data(item, &data, &n) != HZ_OK ||
			!hzi_reliable_message_read(data, n, client->config->big_endian, &message)) {
		hzi_event_broken(&l->base); // somebody else's item
		return true;
	}
	atomic_fetch_add_explicit(&client->counters.events, 1, memory_order_relaxed);
	hz_message event = {
			.topic = l->base.name,
			.published_at_ms = message.published_at_ms,
			.member = find_member(client, &message, last),
			.sequence = sequence,
	};
	hzi_event_value(&l->base, message.payload, &event.value);
	hz_err e = l->user.message(l->user.ctx, &event);
	if (!lives(l)) {
		return false;
	}
	if (e != HZ_OK) {
		hz_error err;
		hzi_fail(&err, e, "%s: the listener has refused message %" PRId64, l->base.name,
				sequence);
		fail(l, &err);
		return false;
	}
	if (l->user.store_sequence != NULL) {
		l->user.store_sequence(l->user.ctx, sequence + 1);
		return lives(l);
	}
	return true;
}

// Gives the messages of a batch. True: the listener goes on, with *next_step.
static bool
give_all(reliable_listener *l, hzi_step *next_step)
{
	hzi_reader *r = l->reader;
	hz_value item;
	publisher last = {0};
	r->failures = 0;
	while (hz_items_next(r->items, NULL, &item)) {
		int64_t sequence = hz_items_seq(r->items);
		if (sequence < 0 || sequence == INT64_MAX) {
			hzi_event_broken(&l->base);
			continue;
		}
		if (r->next != HZI_ANYWHERE && sequence < r->next) {
			return look_back(l, sequence - 1, next_step);
		}
		if (r->next != HZI_ANYWHERE && sequence > r->next && !bear_loss(l, sequence)) {
			return false;
		}
		hzi_heard_add(&l->heard, sequence, &item);
		r->next = sequence + 1;
		if (!give(l, &item, sequence, &last)) {
			return false;
		}
	}
	*next_step = HZI_STEP_READ;
	return true;
}

// ---- Steps ----

// What becomes of a call that failed.
static bool
take_failure(reliable_listener *l, hzi_step *next_step)
{
	hzi_reader *r = l->reader;
	if (hzi_reader_is_over(r)) {
		return false; // its end is on its way
	}
	if (hzi_reader_may_pass(r)) {
		r->failures++;
		*next_step = HZI_STEP_TAIL;
		return true;
	}
	fail(l, &r->err);
	return false;
}

static bool
take(reliable_listener *l, hzi_step *next_step)
{
	const hzi_reader *r = l->reader;
	if (r->code != HZ_OK) {
		return take_failure(l, next_step);
	}
	static bool (*const takes[])(reliable_listener * l, hzi_step * next_step) = {
			[HZI_STEP_READ] = give_all,
			[HZI_STEP_TAIL] = take_tail,
			[HZI_STEP_LAST] = take_last,
			[HZI_STEP_HEAD] = take_head};
	return takes[r->step](l, next_step);
}

static void
run(hzi_delivery *delivery, hzi_listener *listener)
{
	hzi_reader *r = HZI_OUTER(delivery, hzi_reader, delivery);
	hzi_step next_step = HZI_STEP_READ;
	if (listener != NULL) {
		reliable_listener *l = HZI_OUTER(listener, reliable_listener, base);
		bool more = take(l, &next_step);
		hz_items_destroy(&r->items);
		hz_err e = more ? hzi_reader_submit(r, next_step) : HZ_OK;
		if (e != HZ_OK && e != HZ_ERR_CLOSED && e != HZ_ERR_FORKED) {
			hz_error err;
			hzi_fail(&err, e, "%s: %s", l->base.name, hz_err_text(e));
			fail(l, &err);
		}
	}
	hzi_reader_drop(r);
}

static void
on_end(hzi_listener *base)
{
	reliable_listener *l = HZI_OUTER(base, reliable_listener, base);
	if (l->reader != NULL) {
		hz_cancel_fire(l->reader->cancel);
		hzi_reader_drop(l->reader);
	}
	if (l->user.end != NULL) {
		l->user.end(l->user.ctx);
	}
}

// ---- Adding a listener ----

// Where it begins; asks for it if need be.
static hz_err
find_start(hzi_reader *r, const hz_reliable_listen_options *options, hz_error *err)
{
	hz_err e = HZ_OK;
	r->next = HZI_ANYWHERE;
	if (options->start == HZ_RELIABLE_START_SEQUENCE) {
		r->next = options->sequence;
	} else if (options->start == HZ_RELIABLE_START_NEXT) {
		e = hz_ringbuffer_tail_sequence(r->ring, &r->next, err);
		r->next++;
	}
	// What applied to these calls is not for those that come, and may be gone before them.
	hz_ringbuffer_call(r->ring, NULL);
	return e;
}

static hz_err
start(hz_reliable_topic *topic, reliable_listener *l, const hz_reliable_listen_options *options,
		hz_listener_id *id, hz_error *err)
{
	hz_error why = {0};
	hzi_reader *r = hzi_reader_new(topic, run, &why);
	hz_err e = r != NULL ? find_start(r, options, &why) : (hz_err)why.code;
	l->reader = r;
	if (e != HZ_OK || r == NULL) {
		hzi_listener_free(&l->base);
		if (err != NULL) {
			*err = why;
		}
		return e;
	}
	HZI_ASSERT(id != NULL);
	// Added, the listener may be gone at any time, and its hold with it.
	hzi_reader_hold(r);
	e = hzi_listener_add(&l->base, HZI_NEVER, id, err);
	if (e == HZ_OK) {
		r->listener = id->id; // the application has its id before its first message
		e = hzi_reader_submit(r,
				options->start == HZ_RELIABLE_START_SEQUENCE ? HZI_STEP_TAIL
									     : HZI_STEP_READ);
		if (e != HZ_OK) {
			hz_listener_remove(r->client, *id, NULL);
			*id = (hz_listener_id){0};
			hzi_fail(err, e, "%s", hz_err_text(e));
		}
	}
	hzi_reader_drop(r);
	return e;
}

static const char *
fault_of(const hz_reliable_listener *user, const hz_reliable_listen_options *options)
{
	if (user->message == NULL) {
		return "no function for messages";
	}
	if (options->start < HZ_RELIABLE_START_NEXT ||
			options->start > HZ_RELIABLE_START_SEQUENCE) {
		return "no such start";
	}
	return options->start == HZ_RELIABLE_START_SEQUENCE && options->sequence < 0
			? "negative sequence"
			: NULL;
}

HZ_API hz_err
hz_reliable_topic_listen(hz_reliable_topic *topic, const hz_reliable_listener *listener,
		const hz_reliable_listen_options *given, hz_listener_id *id, hz_error *err)
{
	static const hzi_listener_class class_ = {.end = on_end};
	hz_reliable_listen_options options;
	hz_reliable_listener user;
	void *made = NULL;
	if (listener == NULL || !hzi_options_copy(&user, sizeof(user), listener)) {
		return hzi_fail(err, HZ_ERR_ARGUMENT, "listener is NULL or has no size");
	}
	const char *fault = !hzi_options_copy(&options, sizeof(options), given)
			? "options have no size"
			: fault_of(&user, &options);
	hz_err e = hzi_listener_make(topic != NULL ? topic->handle.client : NULL, &class_,
			sizeof(reliable_listener), topic != NULL && id != NULL && fault == NULL,
			user.end, user.ctx, &made, err);
	if (e != HZ_OK) {
		return fault != NULL ? hzi_fail(err, e, "%s", fault) : e;
	}
	HZI_ASSERT(topic != NULL && id != NULL); // since the listener was made
	reliable_listener *l = made;
	l->user = user;
	l->base.name = topic->handle.name;
	l->loss_tolerant = options.loss_tolerant;
	return start(topic, l, &options, id, err);
}
