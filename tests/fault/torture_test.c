// SPDX-License-Identifier: Apache-2.0
//
// Listeners whose connections are cut again and again while another process writes: what they miss
// they are told, and nothing else is missing, twice, or out of order.
#include "tests/fault/ledger.h"
#include "tests/fault/rig.h"
#include "tests/support/cluster.h"
#include "tests/support/fault_proxy.h"
#include "tests/support/suite.h"

#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MEMBERS 2
#define PATIENCE_MS 60000
#define WRITERS 4
#define LEDGER_FD 3
#define MAP "torture"
#define SPEC "2 backup=1 public="

// ---- The process that writes ----

typedef struct writing {
	ledger *book;
	hz_map *map;
	int64_t pause_ns; // between two writes of a thread
	atomic_bool stop;
} writing;

static void
give_up(ledger *book, const char *why)
{
	if (!atomic_exchange(&book->failed, true)) {
		snprintf(book->why, sizeof(book->why), "%s", why);
	}
}

static bool
write_one(writing *w, int64_t key)
{
	hz_error err = {0};
	int64_t number = w->book->written[key] + 1;
	if (number >= LEDGER_WRITES) {
		give_up(w->book, "the ledger is full");
		return false;
	}
	ledger_entry *entry = &w->book->entries[key][number];
	entry->begun_ms = ledger_now_ms();
	if (hz_map_set(w->map, hz_i64(key), hz_i64(number), NULL, &err) != HZ_OK) {
		give_up(w->book, err.message);
		return false;
	}
	entry->done_ms = ledger_now_ms();
	w->book->written[key] = number;
	return true;
}

// Writes its share of the keys in turn, each write at its time, or as soon as it can.
static void
write_keys(void *ctx, size_t number)
{
	writing *w = ctx;
	struct timespec due;
	clock_gettime(CLOCK_MONOTONIC, &due);
	for (int64_t i = 0; !w->stop; i++) {
		int64_t key = (int64_t)number + i * WRITERS % LEDGER_KEYS;
		if (!write_one(w, key)) {
			return;
		}
		due.tv_nsec += (long)w->pause_ns;
		due.tv_sec += due.tv_nsec / 1000000000;
		due.tv_nsec %= 1000000000;
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL);
	}
}

// Until its input ends, which it also does with the process that tests.
static void
write_until_end(writing *w)
{
	struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
	hzt_team *team = hzt_team_start(WRITERS, write_keys, w);
	while (poll(&input, 1, -1) < 0) {
	}
	w->stop = true;
	hzt_team_join(&team, PATIENCE_MS);
}

// It talks to one member past the proxies, and is never disturbed.
static int
run_writer(const char *address, int64_t rate)
{
	static writing w;
	hz_error err = {0};
	w.book = ledger_open(LEDGER_FD);
	if (w.book == NULL) {
		return 1;
	}
	w.pause_ns = WRITERS * INT64_C(1000000000) / rate;
	hz_client *client = hzt_client(address, "network.smart-routing", "false", NULL);
	if (hz_map_open(client, MAP, NULL, &w.map, &err) != HZ_OK) {
		give_up(w.book, err.message);
	} else {
		write_until_end(&w);
		hz_map_close(&w.map);
	}
	hz_client_destroy(&client);
	return 0;
}

// ---- The process that tests ----

typedef struct scene {
	hzt_cluster *cluster;
	hzt_proxy *proxy[MEMBERS];
	ledger *book;
	int descriptor;
	pid_t writer;
	int writer_input;
	hz_client *client;
	hz_map *map;
	hz_listener_id id;
	uint64_t connections; // that the client has when all is well
	uint64_t seed;
	size_t cuts;
} scene;

static scene s;

static void
start_members(void)
{
	char spec[256];
	if (s.cluster != NULL) {
		return;
	}
	for (size_t i = 0; i < MEMBERS; i++) {
		s.proxy[i] = hzt_proxy_start();
	}
	snprintf(spec, sizeof(spec), SPEC "%s,%s", hzt_proxy_address(s.proxy[0]),
			hzt_proxy_address(s.proxy[1]));
	s.cluster = hzt_cluster_start(spec);
	for (size_t i = 0; i < MEMBERS; i++) {
		hzt_proxy_target(s.proxy[i], hzt_cluster_direct(s.cluster, i));
	}
}

// This same program, with other arguments.
static void
start_writer(size_t rate)
{
	char text[32];
	int input[2];
	snprintf(text, sizeof(text), "%zu", rate);
	char *const argv[] = {"torture_test", "--write", (char *)hzt_cluster_direct(s.cluster, 0),
			text, NULL};
	posix_spawn_file_actions_t actions;
	HZT_CHECK(pipe2(input, O_CLOEXEC) == 0);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, input[0], STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, s.descriptor, LEDGER_FD);
	int failed = posix_spawn(&s.writer, "/proc/self/exe", &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(input[0]);
	s.writer_input = input[1];
	HZT_EQ_INT(failed, 0);
}

static void
end_writer(void)
{
	int status = -1;
	pid_t writer = s.writer;
	s.writer = 0;
	close(s.writer_input);
	HZT_CHECK(waitpid(writer, &status, 0) == writer);
	HZT_EQ_INT(status, 0);
	if (s.book->failed) {
		printf("  the writer gave up: %s\n", s.book->why);
		HZT_FAIL("every write succeeds");
	}
}

// ---- The listener ----

static void
on_entry(void *ctx, const hz_entry_event *event)
{
	int64_t key = -1;
	int64_t number = -1;
	(void)hz_value_get_i64(&event->key, &key);
	(void)hz_value_get_i64(&event->value, &number);
	ledger_hear(ctx, key, number);
}

static void
on_gap(void *ctx, const hz_gap *gap)
{
	ledger_gap(ctx, gap);
}

static void
start_listener(const char *smart)
{
	static const hz_listen_options options = {.size = sizeof(options), .include_value = true};
	char addresses[128];
	hz_error err = {0};
	hz_entry_listener listener = {.size = sizeof(listener),
			.ctx = s.book,
			.added = on_entry,
			.updated = on_entry,
			.gap = on_gap};
	snprintf(addresses, sizeof(addresses), "%s,%s", hzt_proxy_address(s.proxy[0]),
			hzt_proxy_address(s.proxy[1]));
	s.client = hzt_client(addresses, "network.smart-routing", smart,
			"connection-strategy.connection-retry.initial-backoff-millis", "10",
			"connection-strategy.connection-retry.max-backoff-millis", "100",
			"network.connection-timeout", "2000", "hazelcast.client.event.thread.count",
			"4", "hazelcast.client.heartbeat.interval", "300",
			"hazelcast.client.heartbeat.timeout", "1500", NULL);
	HZT_OK_ERR(hz_map_open(s.client, MAP, NULL, &s.map, &err), &err);
	HZT_OK_ERR(hz_map_clear(s.map, &err), &err);
	HZT_OK_ERR(hz_map_listen(s.map, &listener, &options, &s.id, &err), &err);
}

typedef struct wanted {
	uint64_t heard, disconnects;
} wanted;

// Both ends agree on what is open: a cut then hits what the client uses, and not what is left of a
// connection it has given up.
static bool
is_well(void *ctx)
{
	const wanted *w = ctx;
	uint64_t open = 0;
	for (size_t i = 0; i < MEMBERS; i++) {
		open += hzt_proxy_open(s.proxy[i]);
	}
	return s.book->heard >= w->heard && open == s.connections &&
			HZT_STAT(s.client, connections) == s.connections &&
			HZT_STAT(s.client, disconnects) >= w->disconnects;
}

static bool
has_lost(void *ctx)
{
	const wanted *w = ctx;
	return HZT_STAT(s.client, disconnects) >= w->disconnects;
}

// ---- Cuts ----

static void
reset(hzt_proxy *proxy)
{
	hzt_proxy_cut(proxy, 0, HZT_CUT_RESET);
}

static void
end_politely(hzt_proxy *proxy)
{
	hzt_proxy_cut(proxy, 0, HZT_CUT_FIN);
}

// In the middle of a message, most of the time.
static void
cut_at_a_byte(hzt_proxy *proxy)
{
	hzt_proxy_cut_after(proxy, HZT_TO_CLIENT, hzt_random(&s.seed, 5000), HZT_CUT_RESET);
}

static void
close_to_client(hzt_proxy *proxy)
{
	hzt_proxy_half_close(proxy, HZT_TO_CLIENT);
}

static void
close_to_member(hzt_proxy *proxy)
{
	hzt_proxy_half_close(proxy, HZT_TO_MEMBER);
}

// Nothing comes any more, but the connection stands: until the client loses patience.
static void
stall(hzt_proxy *proxy)
{
	wanted w = {.disconnects = HZT_STAT(s.client, disconnects) + 1};
	hzt_proxy_stall(proxy, HZT_TO_CLIENT, true);
	HZT_AWAIT(has_lost, &w, PATIENCE_MS);
	hzt_proxy_stall(proxy, HZT_TO_CLIENT, false);
}

static uint64_t
arrivals(void)
{
	uint64_t n = 0;
	for (size_t i = 0; i < MEMBERS; i++) {
		n += hzt_proxy_accepted(s.proxy[i]);
	}
	return n;
}

static bool
have_come(void *ctx)
{
	const uint64_t *n = ctx;
	return arrivals() >= *n;
}

static void
cut_new_after(int64_t n)
{
	for (size_t i = 0; i < MEMBERS; i++) {
		hzt_proxy_cut_new_after(s.proxy[i], HZT_TO_CLIENT, n, HZT_CUT_RESET);
	}
}

// The next ones break while they are set up, wherever they go.
static void
cut_while_setting_up(hzt_proxy *proxy)
{
	uint64_t n = arrivals() + 3;
	cut_new_after(hzt_random(&s.seed, 2500));
	hzt_proxy_cut(proxy, 0, HZT_CUT_RESET);
	HZT_AWAIT(have_come, &n, PATIENCE_MS);
	cut_new_after(-1);
	// One that came through before it reached its byte is cut when it does.
}

typedef struct cut_kind {
	const char *name;
	void (*run)(hzt_proxy *proxy);
} cut_kind;

static const cut_kind kinds[] = {
		{"reset", reset},
		{"end", end_politely},
		{"cut at a byte", cut_at_a_byte},
		{"half closed to the client", close_to_client},
		{"half closed to the member", close_to_member},
		{"stalled", stall},
		{"cut while being set up", cut_while_setting_up},
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

// The network is also late now and then, and everything comes byte by byte for a while.
static void
spoil(hzt_proxy *proxy)
{
	static const int64_t delays[] = {0, 0, 30, 120};
	wanted w = {.heard = s.book->heard + 20};
	hzt_proxy_delay(proxy, HZT_TO_CLIENT, delays[hzt_random(&s.seed, 4)]);
	if (hzt_random(&s.seed, 4) == 0) {
		hzt_proxy_dribble(proxy, HZT_BOTH_WAYS, true);
		HZT_AWAIT(is_well, &w, PATIENCE_MS);
		hzt_proxy_dribble(proxy, HZT_BOTH_WAYS, false);
	}
}

// In unisocket mode one proxy has the only connection.
static hzt_proxy *
pick(void)
{
	size_t first = hzt_random(&s.seed, MEMBERS);
	hzt_proxy *proxy = s.proxy[first];
	return hzt_proxy_open(proxy) > 0 ? proxy : s.proxy[1 - first];
}

static void
cut_once(size_t i)
{
	const cut_kind *kind = &kinds[i % KINDS];
	wanted w = {.disconnects = HZT_STAT(s.client, disconnects) + 1};
	hzt_proxy *proxy = pick();
	kind->run(proxy);
	if (!hzt_await(has_lost, &w, PATIENCE_MS)) {
		printf("  cut %zu: %s; %" PRIu64 " connections of the client, %" PRIu64
		       " and %" PRIu64 " of the proxies\n",
				i, kind->name, HZT_STAT(s.client, connections),
				hzt_proxy_open(s.proxy[0]), hzt_proxy_open(s.proxy[1]));
		HZT_FAIL("the client notices that its connection is gone");
	}
	s.cuts++;
	spoil(proxy);
	w.heard = s.book->heard + 50 + hzt_random(&s.seed, 400);
	if (!hzt_await(is_well, &w, PATIENCE_MS)) {
		printf("  cut %zu: %s; %" PRIu64 " connections\n", i, kind->name,
				HZT_STAT(s.client, connections));
		HZT_FAIL("the client connects again, and hears");
	}
}

// ---- What came of it ----

static bool
has_heard_the_last(void *ctx)
{
	(void)ctx;
	for (int64_t key = 0; key < LEDGER_KEYS; key++) {
		if (s.book->last[key] < s.book->written[key]) {
			return false;
		}
	}
	return true;
}

static void
check(size_t cuts, int64_t took_ms)
{
	ledger_sum sum = ledger_sum_up(s.book);
	printf("  %zu cuts, %zu gaps of %" PRId64 " ms together, the longest %" PRId64
	       " ms; %" PRIu64 " writes, %" PRIu64 " a second; %" PRIu64 " missing, %" PRIu64
	       " of them in no gap; %" PRIu64 " after the last gap, %" PRIu64 " of them missing\n",
			cuts, (size_t)s.book->gap_count, sum.gaps_ms, sum.longest_ms, sum.written,
			sum.written * 1000 / (uint64_t)took_ms, sum.missing, sum.unexplained,
			sum.after, sum.missing_after);
	HZT_EQ_INT(s.book->strange, 0);
	HZT_EQ_INT(s.book->dropped, 0);
	HZT_EQ_INT(s.book->disordered, 0);
	HZT_EQ_INT(s.book->twice, 0);
	HZT_EQ_INT(sum.unexplained, 0);
	HZT_EQ_INT(sum.missing_after, 0);
	HZT_CHECK(sum.after > 0);
	HZT_CHECK(s.book->gap_count >= cuts);
	HZT_EQ_INT(HZT_STAT(s.client, decode_errors), 0);
	// The load was one: without cuts nothing would be missing.
	HZT_CHECK(sum.missing > 0);
}

static void
torture(const char *smart, uint64_t connections, size_t cuts)
{
	if (s.writer != 0) {
		end_writer(); // of a case that failed
	}
	start_members();
	s.book = ledger_new(&s.descriptor);
	s.connections = connections;
	s.seed = (uint64_t)time(NULL);
	printf("  seed %" PRIu64 "\n", s.seed);
	start_listener(smart);
	start_writer(hzt_size(2000, 2000, 400));
	int64_t begin_ms = hzt_now_ms();
	wanted w = {.heard = 100};
	HZT_AWAIT(is_well, &w, PATIENCE_MS);
	for (size_t i = 0; i < cuts; i++) {
		cut_once(i);
	}
	w = (wanted){.heard = s.book->heard + 1000};
	HZT_AWAIT(is_well, &w, PATIENCE_MS);
	end_writer();
	int64_t took_ms = hzt_now_ms() - begin_ms;
	HZT_AWAIT(has_heard_the_last, NULL, PATIENCE_MS);
	HZT_OK(hz_listener_remove(s.client, s.id, NULL));
	check(cuts, took_ms);
	hz_map_close(&s.map);
	hz_client_destroy(&s.client);
	ledger_destroy(&s.book, s.descriptor);
}

static void
connections_to_all_members(void)
{
	torture("true", MEMBERS, hzt_size(50, KINDS, KINDS));
}

static void
connection_to_one_member(void)
{
	torture("false", 1, hzt_size(50, KINDS, KINDS));
}

static void
end_members(void)
{
	hzt_cluster_end(&s.cluster);
	for (size_t i = 0; i < MEMBERS; i++) {
		hzt_proxy_end(&s.proxy[i]);
	}
}

static const hzt_case cases[] = {
		{"connections_to_all_members", connections_to_all_members},
		{"connection_to_one_member", connection_to_one_member},
};

int
main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "--write") == 0) {
		return run_writer(argv[2], strtoll(argv[3], NULL, 10));
	}
	int result = hzt_main(
			"listener torture", cases, sizeof(cases) / sizeof(cases[0]), argc, argv);
	end_members();
	return result;
}
