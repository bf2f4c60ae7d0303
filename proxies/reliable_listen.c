// SPDX-License-Identifier: Apache-2.0
//
// Listeners of reliable topics. Each has one call under way: it reads the next messages, or finds
// out where the ringbuffer begins or ends. What comes back is handed to the dispatch thread that
// the listener belongs to, which calls the application and sends the next call. So no listener
// costs a thread, no two of its functions run at once, and removing it is as of any listener.
#include "proxies/reliable_topic.h"

#include "base/fail.h"
#include "base/platform.h"
#include "events/dispatch.h"
#include "proxies/listen.h"
#include "proxies/reliable_message.h"
#include "serialization/murmur3.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define ANYWHERE INT64_C(-1) // whatever comes first is the beginning
#define QUICK_FAILURES 3U    // reads that fail before there are pauses
#define SEEN 128             // of how many messages a listener knows what they were

typedef enum step {
	READ, // the next messages
	TAIL, // is the sequence one that the ringbuffer has got to?
	LAST, // it is not: is the last message one that was heard?
	HEAD  // nor that, so it is another ringbuffer: where does it begin?
} step;

// What goes from one thread to the next. It outlives its listener by the call that is under way.
typedef struct reader {
	hzi_delivery delivery;  // while no call is under way
	_Atomic uint32_t holds; // the listener's, and that of the call
	hz_client *client;
	hz_ringbuffer *ring;
	hz_cancel *cancel; // ends the call
	uint64_t listener;
	int64_t next; // sequence to read, or ANYWHERE
	int32_t batch;
	uint32_t failures; // reads that failed one after the other
	step step;
	// What the call has brought.
	hz_err code;
	hz_error err;
	hz_items *items;
	int64_t sequence;
} reader;

typedef struct reliable_listener {
	hzi_listener base;
	hz_reliable_listener user;
	bool loss_tolerant;
	reader *reader;
	// The messages heard last, each in the place that its sequence gives.
	struct {
		int64_t end; // its sequence + 1; 0: none
		int32_t hash;
	} seen[SEEN];
} reliable_listener;

// ---- The reader ----

static void
drop(reader *r)
{
	if (atomic_fetch_sub_explicit(&r->holds, 1, memory_order_acq_rel) != 1) {
		return;
	}
	hz_items_destroy(&r->items);
	hz_cancel_destroy(&r->cancel);
	hz_ringbuffer_close(&r->ring);
	free(r);
}

static reader *
make_reader(hz_reliable_topic *topic, hz_error *err)
{
	hz_client *client = topic->handle.client;
	reader *r = calloc(1, sizeof(*r));
	if (r == NULL) {
		hzi_fail(err, HZ_ERR_MEMORY, "no memory for a listener");
		return NULL;
	}
	atomic_store(&r->holds, 1);
	r->client = client;
	r->batch = topic->read_batch_size;
	if (hz_cancel_new(client, &r->cancel, err) != HZ_OK ||
			hzi_reliable_ring_open(client, topic->handle.name, &topic->handle.call,
					&r->ring, err) != HZ_OK) {
		drop(r);
		return NULL;
	}
	int64_t capacity = hzi_ringbuffer_known_capacity(r->ring);
	if (capacity < r->batch) {
		r->batch = (int32_t)capacity;
	}
	return r;
}

// ---- What is worth another try ----

// Members' errors that say no more than that they were not the right ones, or not in time: 19 not
// active, 22 I/O, 33 member left, 38 operation timeout, 52 target disconnected (protocol 3.13).
static bool
is_passing(hz_err code, int32_t server_code, bool retryable)
{
	switch (server_code) {
	case 19:
	case 22:
	case 33:
	case 38:
	case 52:
		return true;
	default:
		return retryable || code == HZ_ERR_OFFLINE || code == HZ_ERR_DISCONNECTED ||
				code == HZ_ERR_OVERLOAD;
	}
}

static hz_err
stay(hzi_call *call)
{
	(void)call;
	return HZ_OK;
}

// A read is sent once: after whatever has gone wrong the messages may be others, and the read would
// not tell before one more is published.
static hz_err
send_once(hzi_call *call)
{
	return call->tries == 0 || call->code == HZ_ERR_OVERLOAD ? HZ_OK : HZ_ERR_STATE;
}

static hzi_again
again_if_not_sent(hzi_call *call)
{
	if (call->code != HZ_ERR_OVERLOAD) {
		return HZI_AGAIN_NO;
	}
	call->retry_until_ns = 0;
	return HZI_AGAIN_LATER;
}

// Without end, but with the pauses of any call.
static hzi_again
again_if_passing(hzi_call *call)
{
	if (!is_passing(call->code, call->server_code, false)) {
		return HZI_AGAIN_NO;
	}
	call->retry_until_ns = 0;
	return HZI_AGAIN_LATER;
}

// When reads go on failing though the member answers otherwise, the first answer counts as a
// failure too, so that there is a pause.
static hz_err
accept_slowly(const hzi_call *call)
{
	const reader *r = call->aim_ctx;
	return r->failures > QUICK_FAILURES && call->tries == 0 ? HZ_ERR_OFFLINE : HZ_OK;
}

static const hzi_aim ONCE = {.choose = send_once, .again = again_if_not_sent};
static const hzi_aim PATIENT = {.choose = stay, .again = again_if_passing};
static const hzi_aim SLOW = {.choose = stay, .again = again_if_passing, .accept = accept_slowly};

// ---- The call ----

static void run(hzi_delivery *delivery, hzi_listener *listener);

// On a worker.
static void
on_done(void *ctx, hz_err e, hz_result *result, const hz_error *err)
{
	reader *r = ctx;
	r->code = e;
	if (e != HZ_OK) {
		r->err = *err;
	} else if (r->step == READ || r->step == LAST) {
		hz_result_take_items(result, &r->items);
	} else {
		r->sequence = result->u.i64;
	}
	r->delivery.run = run;
	hzi_dispatch_deliver(r->client->events_state, r->listener, &r->delivery);
}

// Takes a hold, which run() gives back.
static hz_err
submit(reader *r, step next_step)
{
	hz_future future;
	r->step = next_step;
	atomic_fetch_add_explicit(&r->holds, 1, memory_order_relaxed);
	if (next_step == READ) {
		future = hzi_ringbuffer_read_many(r->ring, &ONCE, r->cancel,
				r->next == ANYWHERE ? 0 : r->next, 1, r->batch);
	} else if (next_step == LAST) {
		future = hzi_ringbuffer_read_many(r->ring, &PATIENT, r->cancel, r->sequence, 1, 1);
	} else {
		future = hzi_ringbuffer_find(r->ring, &SLOW, r, r->cancel, next_step == HEAD);
	}
	hz_err e = hz_then(future, on_done, r);
	if (e != HZ_OK) {
		drop(r);
	}
	return e;
}

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
	reader *r = l->reader;
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

// The member that published, if it is still there.
static hz_uuid
find_member(hz_client *client, const hzi_reliable_message *message)
{
	hz_uuid found = {0};
	hz_members *members = NULL;
	if (message->host.p == NULL || hz_client_members(client, &members, NULL) != HZ_OK) {
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

// ---- What was heard ----

static int32_t
hash_of(const hz_value *item)
{
	const void *data = NULL;
	size_t n = 0;
	return hz_value_get_data(item, &data, &n) == HZ_OK ? hzi_murmur3(data, n) : 0;
}

static void
remember(reliable_listener *l, const hz_value *item, int64_t sequence)
{
	l->seen[sequence % SEEN].end = sequence + 1;
	l->seen[sequence % SEEN].hash = hash_of(item);
}

static bool
remembers(const reliable_listener *l, int64_t sequence)
{
	return sequence >= 0 && l->seen[sequence % SEEN].end == sequence + 1;
}

// The ringbuffer ends with sequence `tail`, before what was heard. A member that is lost takes
// the newest messages with it which had no backup yet, and whose publishers do not believe in
// them: then the last one that is left is known, and nothing is missing. Otherwise the topic is
// another one.
static bool
look_back(reliable_listener *l, int64_t tail, step *next_step)
{
	if (remembers(l, tail)) {
		l->reader->sequence = tail;
		*next_step = LAST;
		return true;
	}
	if (l->loss_tolerant) {
		*next_step = HEAD;
		return true;
	}
	fail_lost(l, l->reader->next, tail + 1);
	return false;
}

static bool
take_last(reliable_listener *l, step *next_step)
{
	reader *r = l->reader;
	hz_value item;
	int64_t tail = r->sequence;
	*next_step = READ;
	if (hz_items_next(r->items, NULL, &item) && hz_items_seq(r->items) == tail &&
			l->seen[tail % SEEN].hash == hash_of(&item)) {
		r->next = tail + 1;
		return true;
	}
	l->seen[tail % SEEN].end = 0;
	return look_back(l, tail, next_step);
}

// ---- Messages ----

// True: the listener goes on.
static bool
give(reliable_listener *l, const hz_value *item, int64_t sequence)
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
			.member = find_member(client, &message),
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
give_all(reliable_listener *l, step *next_step)
{
	reader *r = l->reader;
	hz_value item;
	r->failures = 0;
	while (hz_items_next(r->items, NULL, &item)) {
		int64_t sequence = hz_items_seq(r->items);
		if (sequence < 0 || sequence == INT64_MAX) {
			hzi_event_broken(&l->base);
			continue;
		}
		if (r->next != ANYWHERE && sequence < r->next) {
			return look_back(l, sequence - 1, next_step);
		}
		if (r->next != ANYWHERE && sequence > r->next && !bear_loss(l, sequence)) {
			return false;
		}
		remember(l, &item, sequence);
		r->next = sequence + 1;
		if (!give(l, &item, sequence)) {
			return false;
		}
	}
	*next_step = READ;
	return true;
}

static bool
take_tail(reliable_listener *l, step *next_step)
{
	const reader *r = l->reader;
	*next_step = READ;
	return r->next == ANYWHERE || r->sequence >= r->next - 1 ||
			look_back(l, r->sequence, next_step);
}

static bool
take_head(reliable_listener *l, step *next_step)
{
	*next_step = READ;
	return bear_loss(l, l->reader->sequence);
}

// What becomes of a call that failed.
static bool
take_failure(reliable_listener *l, step *next_step)
{
	reader *r = l->reader;
	if (r->code == HZ_ERR_CLOSED || r->code == HZ_ERR_FORKED || r->code == HZ_ERR_CANCELLED) {
		return false; // its end is on its way
	}
	if (r->code == HZ_ERR_STATE || is_passing(r->code, r->err.server_code, r->err.retryable)) {
		r->failures++;
		*next_step = TAIL;
		return true;
	}
	fail(l, &r->err);
	return false;
}

static bool
take(reliable_listener *l, step *next_step)
{
	const reader *r = l->reader;
	if (r->code != HZ_OK) {
		return take_failure(l, next_step);
	}
	static bool (*const takes[])(reliable_listener * l, step * next_step) = {[READ] = give_all,
			[TAIL] = take_tail,
			[LAST] = take_last,
			[HEAD] = take_head};
	return takes[r->step](l, next_step);
}

static void
run(hzi_delivery *delivery, hzi_listener *listener)
{
	reader *r = HZI_OUTER(delivery, reader, delivery);
	step next_step = READ;
	if (listener != NULL) {
		reliable_listener *l = HZI_OUTER(listener, reliable_listener, base);
		bool more = take(l, &next_step);
		hz_items_destroy(&r->items);
		hz_err e = more ? submit(r, next_step) : HZ_OK;
		if (e != HZ_OK && e != HZ_ERR_CLOSED && e != HZ_ERR_FORKED) {
			hz_error err;
			hzi_fail(&err, e, "%s: %s", l->base.name, hz_err_text(e));
			fail(l, &err);
		}
	}
	drop(r);
}

static void
on_end(hzi_listener *base)
{
	reliable_listener *l = HZI_OUTER(base, reliable_listener, base);
	if (l->reader != NULL) {
		hz_cancel_fire(l->reader->cancel);
		drop(l->reader);
	}
	if (l->user.end != NULL) {
		l->user.end(l->user.ctx);
	}
}

// ---- Adding a listener ----

// Where it begins; asks for it if need be.
static hz_err
find_start(reader *r, const hz_reliable_listen_options *options, hz_error *err)
{
	hz_err e = HZ_OK;
	r->next = ANYWHERE;
	if (options->start == HZ_RELIABLE_START_SEQUENCE) {
		r->next = options->sequence;
	} else if (options->start == HZ_RELIABLE_START_NEXT) {
		e = hz_ringbuffer_tail_sequence(r->ring, &r->next, err);
		r->next += r->next < INT64_MAX;
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
	reader *r = make_reader(topic, &why);
	hz_err e = r != NULL ? find_start(r, options, &why) : (hz_err)why.code;
	l->reader = r;
	if (e != HZ_OK) {
		hzi_listener_free(&l->base);
		if (err != NULL) {
			*err = why;
		}
		return e;
	}
	// Added, the listener may be gone at any time, and its hold with it.
	atomic_fetch_add_explicit(&r->holds, 1, memory_order_relaxed);
	e = hzi_listener_add(&l->base, HZI_NEVER, id, err);
	if (e == HZ_OK) {
		r->listener = id->id;
		e = submit(r, options->start == HZ_RELIABLE_START_SEQUENCE ? TAIL : READ);
		if (e != HZ_OK) {
			hz_listener_remove(r->client, *id, NULL);
			hzi_fail(err, e, "%s", hz_err_text(e));
		}
	}
	drop(r);
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
	reliable_listener *l = made;
	l->user = user;
	l->base.name = topic->handle.name;
	l->loss_tolerant = options.loss_tolerant;
	return start(topic, l, &options, id, err);
}
