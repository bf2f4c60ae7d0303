// SPDX-License-Identifier: Apache-2.0
//
// A caller that reads its own answer gives the read right back: what came with the answer, behind
// it, or in pieces around it is not lost. And whoever closes the connection waits for such callers,
// so that none of them touches a descriptor that is somebody else's by then.
#include "protocol/encode.h"
#include "protocol/gen/map.h"
#include "protocol/gen/queue.h"
#include "protocol/message.h"
#include "tests/scripted/bench.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ADD HZP_MAP_ADD_ENTRY_LISTENER_REQUEST.id
#define GET HZP_MAP_GET_REQUEST.id
#define TAKE HZP_QUEUE_TAKE_REQUEST.id

static void
heard(void *ctx, const hz_entry_event *event)
{
	_Atomic int *events = ctx;
	(void)event;
	atomic_fetch_add(events, 1);
}

static void
listen_to(bench *b, _Atomic int *events)
{
	hz_error err;
	hz_listener_id id;
	hz_entry_listener listener = {.size = sizeof(listener), .ctx = events, .added = heard};
	HZT_OK_ERR(hz_map_listen(b->map, &listener, NULL, &id, &err), &err);
}

static hzp_map_add_entry_listener_entry
some_event(hzt_scripted *member)
{
	return (hzp_map_add_entry_listener_entry){.event_type = 1,
			.uuid = hzt_scripted_uuid(member),
			.number_of_affected_entries = 1};
}

static void
tell(hzt_scripted *member)
{
	hzp_map_add_entry_listener_entry event = some_event(member);
	HZT_EQ_INT(hzt_scripted_event(member, ADD, &HZP_MAP_ADD_ENTRY_LISTENER_ENTRY, &event), 1);
}

typedef struct number {
	_Atomic int *at;
	int n;
} number;

static bool
has_come(void *ctx)
{
	const number *wanted = ctx;
	return *wanted->at >= wanted->n;
}

static void
await_number(_Atomic int *at, int n)
{
	HZT_AWAIT(has_come, (&(number){at, n}), PATIENCE_MS);
	HZT_EQ_INT(*at, n);
}

// ---- What is not the caller's own ----

// The event is told after the call returned: the thread that reads then must know that it does.
static void
what_comes_after_it(void)
{
	enum { ROUNDS = 50 };
	bench b;
	_Atomic int events = 0;
	bench_start(&b, 1, NULL);
	listen_to(&b, &events);
	for (int i = 1; i <= ROUNDS; i++) {
		HZT_OK(bench_get(&b, i, NULL, NULL));
		tell(b.member[0]);
		await_number(&events, i);
	}
	bench_end(&b);
}

// The answer and, behind it, the answer of a call that waits: whole, or cut anywhere.
typedef struct pieces {
	hzi_buf late; // the other call's answer
	size_t cut;   // so much of it leaves with the caller's own
	_Atomic uint64_t connection;
} pieces;

static void
make_late(void *ctx, hzt_request *request)
{
	pieces *p = ctx;
	static const uint8_t item[] = {0, 0, 0, 0, 0xff, 0xff, 0xff, 0xf8, 0, 0, 0, 0, 0, 0, 0, 7};
	hzp_queue_take_response response = {.response = {item, sizeof(item)}};
	p->late.len = 0;
	HZT_OK(hzp_encode(&p->late, &HZP_QUEUE_TAKE_RESPONSE, &response));
	hzp_message_set_correlation(p->late.data, request->correlation);
	p->connection = request->connection;
}

static void
answer_and_some(void *ctx, hzt_request *request)
{
	const pieces *p = ctx;
	hzi_buf out = {0};
	hzt_make_default(request, &out);
	HZT_CHECK(hzi_buf_append(&out, p->late.data, p->cut));
	hzt_reply_bytes(request, out.data, out.len);
	hzi_buf_clear(&out);
}

static void
take_in_pieces(bench *b, pieces *p, uint64_t nth)
{
	hz_value out;
	int64_t got = 0;
	hz_future take = hz_queue_take_async(b->queue);
	hzt_scripted_await_request(b->member[0], TAKE, nth, PATIENCE_MS);
	HZT_OK(bench_get(b, 1, NULL, NULL));
	size_t left = p->late.len - p->cut;
	if (left > 0) {
		HZT_CHECK(!hz_future_done(take));
		HZT_EQ_INT(hzt_scripted_send(b->member[0], p->connection, p->late.data + p->cut,
					   left),
				1);
	}
	HZT_OK(hz_await_value(take, &out, NULL));
	HZT_OK(hz_value_get_i64(&out, &got));
	HZT_EQ_INT(got, 7);
}

static void
what_comes_with_it(void)
{
	bench b;
	pieces p = {0};
	bench_start(&b, 1, NULL);
	hzt_scripted_on(b.member[0], TAKE, 0, make_late, &p);
	hzt_scripted_on(b.member[0], GET, 0, answer_and_some, &p);
	uint64_t nth = 1;
	do {
		take_in_pieces(&b, &p, nth++);
		p.cut = p.cut + 5 < p.late.len ? p.cut + 5 : p.late.len;
	} while (p.cut < p.late.len);
	take_in_pieces(&b, &p, nth);
	hzt_scripted_on(b.member[0], TAKE, 0, NULL, NULL);
	hzi_buf_clear(&p.late);
	bench_end(&b);
}

// ---- Whose descriptor it is ----

enum { CALLERS = 3, CUTS = 60 };

typedef struct caller {
	bench *b;
	pthread_t thread;
	_Atomic bool *stop;
	int calls;
} caller;

static void *
call_until_told(void *arg)
{
	caller *c = arg;
	while (!*c->stop) {
		bench_get(c->b, c->calls, NULL, NULL);
		c->calls++;
	}
	return NULL;
}

typedef struct stranger {
	pthread_t thread;
	_Atomic bool *stop;
	int opened;
	int disturbed;
} stranger;

// Opens descriptors that have the lowest free numbers, as the one of a connection just closed, and
// says into each what is no answer. Whatever is read there besides, or is missing, was somebody
// else's doing.
static void *
be_disturbed(void *arg)
{
	stranger *s = arg;
	while (!*s->stop) {
		int pair[2];
		char byte[64];
		if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) != 0) {
			continue;
		}
		s->disturbed += send(pair[0], "mine", 4, MSG_NOSIGNAL) != 4;
		s->disturbed += send(pair[1], "mine", 4, MSG_NOSIGNAL) != 4;
		usleep(200);
		s->disturbed += recv(pair[0], byte, sizeof(byte), 0) != 4;
		s->disturbed += recv(pair[1], byte, sizeof(byte), 0) != 4;
		close(pair[0]);
		close(pair[1]);
		s->opened++;
	}
	return NULL;
}

// Callers read and write all the time, while the connection is lost again and again.
static void
nobody_touches_what_is_closed(void)
{
	bench b;
	_Atomic bool stop = false;
	caller callers[CALLERS];
	stranger s = {.stop = &stop};
	bench_start(&b, 1, NULL);
	HZT_OK(hz_map_call(b.map, &(hz_call){.timeout_ms = 1000}));
	HZT_EQ_INT(pthread_create(&s.thread, NULL, be_disturbed, &s), 0);
	for (int i = 0; i < CALLERS; i++) {
		callers[i] = (caller){.b = &b, .stop = &stop};
		HZT_EQ_INT(pthread_create(&callers[i].thread, NULL, call_until_told, &callers[i]),
				0);
	}
	for (int i = 0; i < CUTS; i++) {
		uint64_t asked = hzt_scripted_count(b.member[0], GET);
		hzt_scripted_await_request(b.member[0], GET, asked + 3, PATIENCE_MS);
		hzt_scripted_disconnect(b.member[0], i % 2 == 0 ? HZT_RESET : HZT_CLOSE);
	}
	stop = true;
	for (int i = 0; i < CALLERS; i++) {
		pthread_join(callers[i].thread, NULL);
	}
	pthread_join(s.thread, NULL);
	HZT_CHECK(s.opened > 0);
	HZT_EQ_INT(s.disturbed, 0);
	HZT_OK(hz_map_call(b.map, NULL));
	bench_end(&b);
}

static const hzt_case cases[] = {
		{"what_comes_after_it", what_comes_after_it},
		{"what_comes_with_it", what_comes_with_it},
		{"nobody_touches_what_is_closed", nobody_touches_what_is_closed},
};

HZT_MAIN("leases", cases)
