// SPDX-License-Identifier: Apache-2.0
//
// Connections that fall silent, break, lead elsewhere than before; members that come and go.
#include "protocol/gen/client.h"
#include "protocol/gen/map.h"
#include "tests/scripted/bench.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#define AUTH HZP_CLIENT_AUTHENTICATION_REQUEST.id
#define PING HZP_CLIENT_PING_REQUEST.id
#define GET HZP_MAP_GET_REQUEST.id
#define PUT HZP_MAP_PUT_REQUEST.id

#define BEAT                                                                                       \
	"hazelcast.client.heartbeat.interval", "50", "hazelcast.client.heartbeat.timeout", "400"

static const char *const beat[] = {BEAT, NULL};

// ---- Signs of life ----

static void
silent_member_is_left(void)
{
	bench b;
	hz_error err = {0};
	bench_start(&b, 2, beat);
	int64_t key = bench_key(&b, 0, 1);
	hzt_scripted_mute(b.member[0], true);
	int64_t start = hzt_now_ms();
	HZT_EQ_INT(bench_put(&b, key, 1, NULL, &err), HZ_ERR_DISCONNECTED);
	int64_t took = hzt_now_ms() - start;
	HZT_CHECK(err.in_doubt);
	HZT_CHECK(took >= 300 && took < PATIENCE_MS);
	// The other member takes over; the silent one is asked again and does not answer.
	HZT_OK(bench_put(&b, key, 2, NULL, NULL));
	HZT_EQ_INT(hzt_scripted_count(b.member[1], PUT), 1);
	HZT_CHECK(hzt_scripted_count(b.member[0], PING) >= 1);
	hzt_scripted_mute(b.member[0], false);
	hzt_scripted_disconnect(b.member[0], HZT_CLOSE);
	bench_await_connections(&b, 2);
	HZT_EQ_INT(bench_stats(&b).disconnects, 1);
	bench_end(&b);
}

// Nobody uses it, pings keep it.
static void
idle_connection_is_kept(void)
{
	bench b;
	bench_start(&b, 1, beat);
	hzt_scripted_await_request(b.member[0], PING, 20, PATIENCE_MS);
	HZT_EQ_INT(bench_stats(&b).disconnects, 0);
	HZT_CHECK(bench_stats(&b).pings >= 20);
	bench_end(&b);
}

static void
remember(void *ctx, hzt_request *request)
{
	hzt_make_default(request, ctx);
}

// An answer that takes longer than the heartbeat timeout to arrive: each byte is a sign of life.
static void
slow_answer_is_life(void)
{
	enum { PIECES = 16 };
	bench b;
	hzi_buf answer = {0};
	hz_value got;
	bench_start(&b, 1, beat);
	HZT_OK(bench_put(&b, 1, 77, NULL, NULL));
	hzt_scripted_on(b.member[0], GET, 1, remember, &answer);
	hz_future future = hz_map_get_async(b.map, hz_i64(1));
	hzt_scripted_await_request(b.member[0], GET, 1, PATIENCE_MS);
	hzt_scripted_on(b.member[0], PING, 0, hzt_silent, NULL);
	int64_t start = hzt_now_ms();
	size_t sent = 0;
	for (size_t i = 0; i < PIECES; i++) {
		uint64_t pings = hzt_scripted_count(b.member[0], PING);
		HZT_EQ_INT(hzt_scripted_send(b.member[0], 0, answer.data + sent, 1), 1);
		sent++;
		hzt_scripted_await_request(b.member[0], PING, pings + 1, PATIENCE_MS);
	}
	HZT_CHECK(hzt_now_ms() - start > 500);
	hzt_scripted_on(b.member[0], PING, 0, NULL, NULL);
	hzt_scripted_send(b.member[0], 0, answer.data + sent, answer.len - sent);
	HZT_OK(hz_await_value(future, &got, NULL));
	hz_value_clear(&got);
	HZT_EQ_INT(bench_stats(&b).disconnects, 0);
	hzi_buf_clear(&answer);
	bench_end(&b);
}

// ---- Reconnecting ----

typedef struct dials {
	bench *b;
	uint64_t n;
} dials;

static bool
has_failed_dials(void *ctx)
{
	dials *d = ctx;
	return bench_stats(d->b).failed_dials >= d->n;
}

static void
close_it(void *ctx, hzt_request *request)
{
	(void)ctx;
	hzt_close(request, HZT_CLOSE);
}

// Attempts follow each other slower and slower, whether the port is closed or a member accepts and
// closes; threads and descriptors stay as many as they were.
static void
backoff(void)
{
	static const char *const doubling[] = {
			"connection-strategy.connection-retry.initial-backoff-millis",
			"20",
			"connection-strategy.connection-retry.max-backoff-millis",
			"10000",
			"connection-strategy.connection-retry.multiplier",
			"2",
			NULL,
	};
	for (int accepting = 0; accepting < 2; accepting++) {
		bench b;
		bench_start(&b, 1, doubling);
		int threads = bench_threads();
		if (accepting) {
			hzt_scripted_on(b.member[0], AUTH, 0, close_it, NULL);
			hzt_scripted_disconnect(b.member[0], HZT_CLOSE);
		} else {
			hzt_scripted_down(b.member[0], HZT_CLOSE);
		}
		bench_await_connections(&b, 0);
		int64_t start = hzt_now_ms();
		dials d = {&b, 7};
		HZT_AWAIT(has_failed_dials, &d, PATIENCE_MS);
		// The pauses before seven attempts: 20, 40, 80, ...
		HZT_CHECK(hzt_now_ms() - start >= 20 + 40 + 80 + 160 + 320 + 640 - 60);
		bench_await_threads(threads);
		bench_close(&b);
	}
}

// ---- The client's own life ----

#define LOG_MAX 4096

typedef struct chronicle {
	pthread_mutex_t lock;
	char text[LOG_MAX];
	_Atomic int ends;
} chronicle;

static void
note(chronicle *c, const char *what)
{
	pthread_mutex_lock(&c->lock);
	size_t n = strlen(c->text);
	snprintf(c->text + n, sizeof(c->text) - n, "%s ", what);
	pthread_mutex_unlock(&c->lock);
}

static bool
says(chronicle *c, const char *what)
{
	pthread_mutex_lock(&c->lock);
	bool yes = strstr(c->text, what) != NULL;
	pthread_mutex_unlock(&c->lock);
	return yes;
}

static void
changed(void *ctx, hz_lifecycle_state state)
{
	static const char *const names[] = {"starting", "started", "connected", "disconnected",
			"changed-cluster", "shutting-down", "shutdown"};
	note(ctx, names[state]);
}

static void
member_added(void *ctx, const hz_member *member)
{
	char text[64];
	snprintf(text, sizeof(text), "+%llu:%u", (unsigned long long)(member->uuid.msb & 0xffff),
			member->port);
	note(ctx, text);
}

static void
member_removed(void *ctx, const hz_member *member)
{
	char text[64];
	snprintf(text, sizeof(text), "-%llu:%u", (unsigned long long)(member->uuid.msb & 0xffff),
			member->port);
	note(ctx, text);
}

static void
ended(void *ctx)
{
	chronicle *c = ctx;
	c->ends++;
}

static void
listen_all(bench *b, chronicle *c)
{
	hz_lifecycle_listener life = {
			.size = sizeof(life), .ctx = c, .changed = changed, .end = ended};
	hz_membership_listener members = {.size = sizeof(members),
			.ctx = c,
			.added = member_added,
			.removed = member_removed,
			.end = ended};
	hz_listener_id id;
	*c = (chronicle){.lock = PTHREAD_MUTEX_INITIALIZER};
	HZT_OK(hz_client_listen_lifecycle(b->client, &life, &id, NULL));
	HZT_OK(hz_client_listen_members(b->client, &members, &id, NULL));
}

typedef struct saying {
	chronicle *c;
	const char *what;
} saying;

static bool
has_said(void *ctx)
{
	saying *s = ctx;
	return says(s->c, s->what);
}

static void
await_note(chronicle *c, const char *what)
{
	saying s = {c, what};
	HZT_AWAIT(has_said, &s, PATIENCE_MS);
}

// The same cluster, after a cut: no word of another one.
static void
same_cluster_again(void)
{
	bench b;
	chronicle c;
	bench_start(&b, 2, NULL);
	listen_all(&b, &c);
	hzt_scripted_down(b.member[0], HZT_CLOSE);
	hzt_scripted_down(b.member[1], HZT_CLOSE);
	await_note(&c, "disconnected");
	hzt_scripted_up(b.member[0], (hz_uuid){0, 0}, (hz_uuid){0, 0});
	hzt_scripted_up(b.member[1], (hz_uuid){0, 0}, (hz_uuid){0, 0});
	bench_await_connections(&b, 2);
	await_note(&c, "disconnected connected");
	HZT_CHECK(!says(&c, "changed-cluster"));
	HZT_CHECK(!says(&c, "+") && !says(&c, "-1"));
	bench_end(&b);
	HZT_EQ_INT(c.ends, 2);
	HZT_CHECK(says(&c, "shutting-down disconnected shutdown "));
}

// All members are started anew on the same ports: other members, another cluster. The
// client makes its structures again, once.
static void
another_cluster(void)
{
	bench b;
	chronicle c;
	bench_start(&b, 2, NULL);
	listen_all(&b, &c);
	hz_uuid id = {0xabc, 0xdef};
	for (size_t i = 0; i < 2; i++) {
		hzt_scripted_down(b.member[i], HZT_RESET);
	}
	bench_await_connections(&b, 0);
	for (size_t i = 0; i < 2; i++) {
		hzt_scripted_up(b.member[i], (hz_uuid){100 + i, 1}, id);
	}
	await_note(&c, "changed-cluster");
	await_note(&c, "+100");
	await_note(&c, "+101");
	bench_await_connections(&b, 2);
	HZT_EQ_INT(hz_client_cluster_id(b.client).msb, id.msb);
	uint64_t made = hzt_scripted_count(b.member[0], HZP_CLIENT_CREATE_PROXIES_REQUEST.id) +
			hzt_scripted_count(b.member[1], HZP_CLIENT_CREATE_PROXIES_REQUEST.id);
	HZT_EQ_INT(made, 1);
	bench_end(&b);
}

// ---- Strangers ----

static void
refuses_member(const hzt_scripted_options *options)
{
	bench b;
	bench_start(&b, 1, NULL);
	b.member[1] = hzt_scripted_start(options);
	b.members = 2;
	hzt_scripted_cluster(b.member, 2);
	hzt_scripted_await_request(b.member[1], AUTH, 3, PATIENCE_MS);
	HZT_EQ_INT(bench_stats(&b).connections, 1);
	HZT_EQ_INT(bench_stats(&b).disconnects, 0);
	for (int64_t key = 0; key < 20; key++) {
		HZT_OK(bench_put(&b, key, key, NULL, NULL));
	}
	HZT_EQ_INT(hzt_scripted_count(b.member[1], PUT), 0);
	bench_end(&b);
}

static void
member_of_another_cluster(void)
{
	refuses_member(&(hzt_scripted_options){.cluster = {7, 7}});
}

static void
other_number_of_partitions(void)
{
	refuses_member(&(hzt_scripted_options){.partitions = 13});
}

// Two addresses, one member: one connection.
static void
same_member_twice(void)
{
	bench b;
	hzt_scripted_options twin = {.uuid = {55, 55}};
	bench_members(&b, 2, &twin, NULL);
	hzt_scripted_cluster(&b.member[0], 1);
	hzt_scripted_cluster(&b.member[1], 1);
	bench_connect(&b);
	for (int64_t key = 0; key < 20; key++) {
		HZT_OK(bench_put(&b, key, key, NULL, NULL));
	}
	HZT_EQ_INT(hzt_scripted_open(b.member[0]) + hzt_scripted_open(b.member[1]), 1);
	HZT_EQ_INT(bench_stats(&b).connections, 1);
	bench_end(&b);
}

// ---- Member lists ----

static int
position(chronicle *c, const char *what)
{
	char *at = strstr(c->text, what);
	HZT_CHECK(at != NULL);
	return (int)(at - c->text);
}

static void
name_of(const bench *b, size_t i, char sign, char *out, size_t size)
{
	const char *port = strrchr(hzt_scripted_address(b->member[i]), ':');
	snprintf(out, size, "%c%llu%s", sign,
			(unsigned long long)(hzt_scripted_uuid(b->member[i]).msb & 0xffff), port);
}

// Of one change those that go are told first; connections follow the list.
static void
removals_before_additions(void)
{
	bench b;
	chronicle c;
	char gone[64];
	char come[64];
	bench_start(&b, 2, NULL);
	listen_all(&b, &c);
	b.member[2] = hzt_scripted_start(NULL);
	b.members = 3;
	hzt_scripted *next[] = {b.member[0], b.member[2]};
	hzt_scripted_cluster_by(b.member[1], next, 2);
	hzt_scripted_cluster(next, 2);
	name_of(&b, 1, '-', gone, sizeof(gone));
	name_of(&b, 2, '+', come, sizeof(come));
	await_note(&c, come);
	HZT_CHECK(position(&c, gone) < position(&c, come));
	hzt_scripted_await_open(b.member[1], 0, PATIENCE_MS);
	hzt_scripted_await_open(b.member[2], 1, PATIENCE_MS);
	bench_await_connections(&b, 2);
	HZT_OK(bench_put(&b, bench_key(&b, 2, 1), 1, NULL, NULL));
	HZT_EQ_INT(hzt_scripted_count(b.member[2], PUT), 1);
	// Whoever left is not dialled any more.
	uint64_t accepted = hzt_scripted_accepted(b.member[1]);
	hzt_scripted_disconnect(b.member[0], HZT_CLOSE);
	bench_await_connections(&b, 2);
	HZT_EQ_INT(hzt_scripted_accepted(b.member[1]), accepted);
	bench_end(&b);
}

// A member that is started anew on its port is another one.
static void
restarted_member(void)
{
	bench b;
	chronicle c;
	char gone[64];
	bench_start(&b, 2, NULL);
	listen_all(&b, &c);
	name_of(&b, 1, '-', gone, sizeof(gone));
	hzt_scripted_down(b.member[1], HZT_RESET);
	bench_await_connections(&b, 1);
	hzt_scripted_up(b.member[1], (hz_uuid){300, 1}, (hz_uuid){0, 0});
	hzt_scripted_cluster(b.member, 2);
	await_note(&c, "+300");
	bench_await_connections(&b, 2);
	HZT_CHECK(position(&c, gone) < position(&c, "+300"));
	HZT_EQ_INT(hzt_scripted_open(b.member[1]), 1);
	HZT_OK(bench_put(&b, bench_key(&b, 1, 1), 1, NULL, NULL));
	HZT_EQ_INT(hzt_scripted_count(b.member[1], PUT), 1);
	bench_end(&b);
}

// The same member at another address: gone and come.
static void
moved_member(void)
{
	bench b;
	chronicle c;
	char gone[64];
	char come[64];
	bench_start(&b, 2, NULL);
	listen_all(&b, &c);
	name_of(&b, 1, '-', gone, sizeof(gone));
	hzt_scripted_down(b.member[1], HZT_CLOSE);
	b.member[2] = hzt_scripted_start(
			&(hzt_scripted_options){.uuid = hzt_scripted_uuid(b.member[1])});
	b.members = 3;
	name_of(&b, 2, '+', come, sizeof(come));
	hzt_scripted *next[] = {b.member[0], b.member[2]};
	hzt_scripted_cluster(next, 2);
	await_note(&c, come);
	HZT_CHECK(position(&c, gone) < position(&c, come));
	hzt_scripted_await_open(b.member[2], 1, PATIENCE_MS);
	bench_await_connections(&b, 2);
	bench_end(&b);
}

// ---- Unisocket ----

static void
one_connection_only(void)
{
	static const char *const single[] = {"network.cluster-routing.mode", "SINGLE_MEMBER", NULL};
	bench b;
	bench_members(&b, 3, NULL, single);
	bench_connect(&b);
	bench_await_connections(&b, 1);
	for (int64_t key = 0; key < 30; key++) {
		HZT_OK(bench_put(&b, key, key, NULL, NULL));
	}
	uint64_t open = 0;
	for (size_t i = 0; i < 3; i++) {
		uint64_t here = hzt_scripted_open(b.member[i]);
		HZT_EQ_INT(hzt_scripted_count(b.member[i], PUT), here * 30);
		open += here;
	}
	HZT_EQ_INT(open, 1);
	// Lost: another one takes over.
	for (size_t i = 0; i < 3; i++) {
		if (hzt_scripted_open(b.member[i]) == 1) {
			hzt_scripted_down(b.member[i], HZT_RESET);
		}
	}
	HZT_OK(bench_get(&b, 1, NULL, NULL));
	bench_end(&b);
}

static const hzt_case cases[] = {
		{"silent_member_is_left", silent_member_is_left},
		{"idle_connection_is_kept", idle_connection_is_kept},
		{"slow_answer_is_life", slow_answer_is_life},
		{"backoff", backoff},
		{"same_cluster_again", same_cluster_again},
		{"another_cluster", another_cluster},
		{"member_of_another_cluster", member_of_another_cluster},
		{"other_number_of_partitions", other_number_of_partitions},
		{"same_member_twice", same_member_twice},
		{"removals_before_additions", removals_before_additions},
		{"restarted_member", restarted_member},
		{"moved_member", moved_member},
		{"one_connection_only", one_connection_only},
};

HZT_MAIN("connections", cases)
