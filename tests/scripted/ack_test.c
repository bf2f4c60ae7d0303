// SPDX-License-Identifier: Apache-2.0
//
// Acknowledgements of backups: before the response, after it, at the same time, too many, too few,
// from other connections than the response, and never.
#include "protocol/gen/client.h"
#include "protocol/gen/map.h"
#include "protocol/message.h"
#include "tests/scripted/bench.h"

#include <pthread.h>
#include <stdatomic.h>

#define PUT HZP_MAP_PUT_REQUEST.id
#define BACKUP_LISTENER HZP_CLIENT_LOCAL_BACKUP_LISTENER_REQUEST.id
#define TIMEOUT_MS 300
#define SHORT "hazelcast.client.operation.backup.timeout.millis", "300"

static const char *const briefly[] = {SHORT, NULL};
static const char *const strictly[] = {
		SHORT, "hazelcast.client.operation.fail.on.indeterminate.state", "true", NULL};

// Which acknowledgements come before the response and after it, and how many the response says.
typedef struct plan {
	uint8_t expected;
	int before, after;
	hzt_scripted *member; // that acknowledges
	int64_t last;         // id of the last request
} plan;

static void
answer(void *ctx, hzt_request *request)
{
	plan *p = ctx;
	p->last = request->correlation;
	request->backups = p->expected;
	for (int i = 0; i < p->before; i++) {
		hzt_scripted_acknowledge(p->member, request->correlation);
	}
	hzt_reply_default(request);
	for (int i = 0; i < p->after; i++) {
		hzt_scripted_acknowledge(p->member, request->correlation);
	}
}

static void
start(bench *b, plan *p, size_t members, const char *const *settings)
{
	bench_start(b, members, settings);
	p->member = b->member[members - 1];
	for (size_t i = 0; i < members; i++) {
		hzt_scripted_on(b->member[i], PUT, 0, answer, p);
	}
}

static void
any_order(void)
{
	static const struct {
		uint8_t expected;
		int before, after;
	} orders[] = {{1, 1, 0}, {1, 0, 1}, {2, 1, 1}, {2, 2, 0}, {2, 0, 2}, {3, 1, 2}, {6, 3, 3},
			{1, 3, 3}, {0, 2, 2}, {255, 200, 55}, {255, 0, 255}};
	for (size_t members = 1; members <= 2; members++) {
		bench b;
		plan p = {0};
		start(&b, &p, members, NULL);
		for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
			p.expected = orders[i].expected;
			p.before = orders[i].before;
			p.after = orders[i].after;
			int64_t start_ms = hzt_now_ms();
			HZT_OK(bench_put(&b, (int64_t)i, 1, NULL, NULL));
			HZT_CHECK(hzt_now_ms() - start_ms < INT64_C(4000) * hzt_slowness());
		}
		HZT_EQ_INT(bench_stats(&b).backup_timeouts, 0);
		bench_end(&b);
	}
}

// Puts, and says whether that request asked for acknowledgements.
static bool
put_asks(bench *b)
{
	hzt_seen seen;
	uint16_t flags = 0;
	HZT_OK(bench_put(b, bench_key(b, 0, 1), 1, NULL, NULL));
	for (uint64_t i = 0; hzt_scripted_seen(b->member[0], i, &seen); i++) {
		flags = seen.type == PUT ? seen.flags : flags;
	}
	return (flags & HZP_FLAG_BACKUP_AWARE) != 0;
}

static bool
asks(void *ctx)
{
	return put_asks(ctx);
}

static bool
asks_not(void *ctx)
{
	return !put_asks(ctx);
}

// Requests ask for acknowledgements only when every member could send them.
static void
asks_only_when_all_listen(void)
{
	bench b;
	bench_start(&b, 2, NULL);
	HZT_AWAIT(asks, &b, PATIENCE_MS);
	hzt_scripted_down(b.member[1], HZT_CLOSE);
	HZT_AWAIT(asks_not, &b, PATIENCE_MS);
	HZT_CHECK(!put_asks(&b));
	// Back, but its backup listener is not confirmed yet.
	hzt_scripted_on(b.member[1], BACKUP_LISTENER, 0, hzt_held, NULL);
	hzt_scripted_up(b.member[1], (hz_uuid){0, 0}, (hz_uuid){0, 0});
	hzt_scripted_await_held(b.member[1], BACKUP_LISTENER, 1, PATIENCE_MS);
	HZT_CHECK(!put_asks(&b));
	hzt_scripted_release(b.member[1], BACKUP_LISTENER, false, NULL, NULL);
	HZT_AWAIT(asks, &b, PATIENCE_MS);
	bench_end(&b);
}

// Whoever did not ask does not wait.
static void
not_asked_for(void)
{
	static const char *const off[] = {"backup-ack-to-client-enabled", "false", NULL};
	bench b;
	plan p = {.expected = 7};
	start(&b, &p, 2, off);
	HZT_OK(bench_put(&b, 1, 1, NULL, NULL));
	HZT_EQ_INT(hzt_scripted_count(b.member[0], BACKUP_LISTENER), 0);
	HZT_EQ_INT(bench_stats(&b).backup_timeouts, 0);
	bench_end(&b);
}

static void
waits_for_the_last(void)
{
	bench b;
	hz_value old;
	plan p = {.expected = 2, .after = 1};
	start(&b, &p, 2, NULL);
	hz_future future = hz_map_put_async(b.map, hz_i64(1), hz_i64(1), NULL);
	// One is missing; an answer that came after it says that it was read.
	int64_t ignored;
	HZT_OK(bench_get(&b, 1, &ignored, NULL));
	HZT_CHECK(!hz_future_done(future));
	HZT_EQ_INT(hzt_scripted_acknowledge(b.member[0], p.last), 1);
	HZT_OK(hz_await_value(future, &old, NULL));
	HZT_EQ_INT(bench_stats(&b).backup_timeouts, 0);
	bench_end(&b);
}

static void
never(void)
{
	bench b;
	hz_error err = {0};
	plan p = {.expected = 255, .after = 1};
	start(&b, &p, 1, briefly);
	int64_t start_ms = hzt_now_ms();
	HZT_OK(bench_put(&b, 1, 1, NULL, NULL));
	int64_t took = hzt_now_ms() - start_ms;
	HZT_CHECK(took >= TIMEOUT_MS && took < PATIENCE_MS);
	HZT_EQ_INT(bench_stats(&b).backup_timeouts, 1);
	bench_end(&b);
	start(&b, &p, 1, strictly);
	HZT_EQ_INT(bench_put(&b, 1, 1, NULL, &err), HZ_ERR_INDETERMINATE);
	HZT_CHECK(err.in_doubt);
	HZT_EQ_INT(hzt_scripted_count(b.member[0], PUT), 1);
	bench_end(&b);
}

// The member that answered is lost while backups are missing: never "done".
static void
answering_member_is_lost(void)
{
	bench b;
	hz_error err = {0};
	hz_value old;
	plan p = {.expected = 1};
	start(&b, &p, 2, briefly);
	int64_t key = bench_key(&b, 0, 1);
	hz_future future = hz_map_put_async(b.map, hz_i64(key), hz_i64(1), NULL);
	hzt_scripted_await_request(b.member[0], PUT, 1, PATIENCE_MS);
	HZT_OK(bench_get(&b, key, NULL, NULL));
	hzt_scripted_down(b.member[0], HZT_RESET);
	HZT_EQ_INT(hz_await_value(future, &old, &err), HZ_ERR_INDETERMINATE);
	HZT_CHECK(err.in_doubt);
	HZT_EQ_INT(hzt_scripted_count(b.member[1], PUT), 0);
	bench_end(&b);
}

// The response's connection is lost, then the acknowledgement comes over the other one.
static void
acknowledged_after_the_loss(void)
{
	bench b;
	hz_value old;
	plan p = {.expected = 1};
	start(&b, &p, 2, NULL);
	int64_t key = bench_key(&b, 0, 1);
	hz_future future = hz_map_put_async(b.map, hz_i64(key), hz_i64(1), NULL);
	hzt_scripted_await_request(b.member[0], PUT, 1, PATIENCE_MS);
	HZT_OK(bench_get(&b, key, NULL, NULL));
	hzt_scripted_down(b.member[0], HZT_RESET);
	bench_await_connections(&b, 1);
	HZT_EQ_INT(hzt_scripted_acknowledge(b.member[1], p.last), 1);
	HZT_OK(hz_await_value(future, &old, NULL));
	bench_end(&b);
}

// Acknowledgements of calls that are none, or were, or will be.
static void
strange_ids(void)
{
	bench b;
	plan p = {0};
	start(&b, &p, 2, NULL);
	HZT_OK(bench_put(&b, 1, 1, NULL, NULL));
	const int64_t ids[] = {0, -1, INT64_MIN, INT64_MAX, p.last, p.last + (INT64_C(1) << 23),
			p.last - (INT64_C(1) << 23), p.last ^ 1, 0x7fffff};
	for (int round = 0; round < 20; round++) {
		for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
			hzt_scripted_acknowledge(b.member[i % 2], ids[i]);
		}
		HZT_OK(bench_put(&b, round, round, NULL, NULL));
	}
	// One too short to hold an id.
	hzp_client_ping_request nothing = {false};
	hzt_scripted_event(b.member[0], BACKUP_LISTENER, &HZP_CLIENT_PING_REQUEST, &nothing);
	HZT_OK(bench_put(&b, 1, 1, NULL, NULL));
	HZT_EQ_INT(bench_stats(&b).disconnects, 0);
	HZT_EQ_INT(bench_stats(&b).backup_timeouts, 0);
	bench_end(&b);
}

// ---- At the same time ----

typedef struct race {
	bench *b;
	_Atomic int64_t id; // to be acknowledged
	_Atomic bool stop;
} race;

static void
answer_and_tell(void *ctx, hzt_request *request)
{
	race *r = ctx;
	request->backups = 1;
	if (request->nth % 2 == 0) {
		r->id = request->correlation;
		hzt_reply_default(request);
	} else {
		hzt_reply_default(request);
		r->id = request->correlation;
	}
}

static void *
acknowledge(void *arg)
{
	race *r = arg;
	while (!r->stop) {
		int64_t id = atomic_exchange(&r->id, 0);
		if (id != 0) {
			hzt_scripted_acknowledge(r->b->member[1], id);
		}
	}
	return NULL;
}

// Response and acknowledgement race on two connections, that is on two threads of the client:
// exactly one of them completes the call, and none gets lost.
static void
at_the_same_time(void)
{
	bench b;
	race r = {.b = &b};
	pthread_t thread;
	bench_start(&b, 2, NULL);
	int64_t key = bench_key(&b, 0, 1);
	hzt_scripted_on(b.member[0], PUT, 0, answer_and_tell, &r);
	HZT_EQ_INT(pthread_create(&thread, NULL, acknowledge, &r), 0);
	for (int i = 0; i < 2000 / hzt_slowness(); i++) {
		int64_t old = 0;
		HZT_OK(bench_put(&b, key, i, &old, NULL));
		HZT_EQ_INT(old, i - 1);
	}
	r.stop = true;
	pthread_join(thread, NULL);
	HZT_EQ_INT(bench_stats(&b).backup_timeouts, 0);
	HZT_EQ_INT(bench_stats(&b).in_flight, 0);
	bench_end(&b);
}

static const hzt_case cases[] = {
		{"any_order", any_order},
		{"asks_only_when_all_listen", asks_only_when_all_listen},
		{"not_asked_for", not_asked_for},
		{"waits_for_the_last", waits_for_the_last},
		{"never", never},
		{"answering_member_is_lost", answering_member_is_lost},
		{"acknowledged_after_the_loss", acknowledged_after_the_loss},
		{"strange_ids", strange_ids},
		{"at_the_same_time", at_the_same_time},
};

HZT_MAIN("acknowledgements", cases)
