// SPDX-License-Identifier: Apache-2.0
//
// Five processes use locks, a semaphore, latches, numbers and ids of three members that agree by
// Raft. Meanwhile leaders stand still and a member is killed, owners of locks are frozen for
// longer than their sessions live, holders of permits are killed, and connections are cut while
// calls are under way. What every call got is written down and must be possible.
#include "tests/fault/cp_crew.h"
#include "tests/fault/cp_drive.h"
#include "tests/fault/cp_faults.h"
#include "tests/fault/cp_judge.h"
#include "tests/fault/rig.h"
#include "tests/support/history.h"
#include "tests/support/suite.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_MS 180000
#define LATCHES 120
#define LATCH_COUNT 40
#define PREFIX ""
#define NS_PER_MS INT64_C(1000000)
#define SOAK_MINUTES 30

// As the members are configured (tools/launcher), and what the session may take longer than that.
#define SESSION_MS 10000
#define GRACE_MS 5000

// A leader that stands still is replaced after some seconds; a Raft group of the members' own
// configuration waits for longer than this test may take. And what a group that lost its leader may
// or may not have done is said, where members by default do it again by themselves, so that an
// addition can count twice.
#define CP "-Dhz.cp-subsystem."
#define RAFT CP "raft-algorithm."
#define SPEC                                                                                       \
	"3 version=5.4.0 cp=3 public=%s,%s,%s \"jvm=" CP                                           \
	"fail-on-indeterminate-operation-state=true " RAFT                                         \
	"leader-heartbeat-period-in-millis=1000 " RAFT "max-missed-leader-heartbeat-count=3 " RAFT \
	"leader-election-timeout-in-millis=1000\""

static const char *const settings[] = {
		"prefix=" PREFIX,
		"network.connection-timeout=3000",
		"connection-strategy.connection-retry.initial-backoff-millis=20",
		"connection-strategy.connection-retry.max-backoff-millis=200",
		"hazelcast.client.heartbeat.interval=1000",
		"hazelcast.client.heartbeat.timeout=6000",
		"hazelcast.client.invocation.timeout.seconds=15",
		NULL,
};

typedef struct scene {
	cp_faults faults;
	cp_crew crew;
	hz_client *client; // of our own, which nothing is done to
	int history;
	uint64_t seed;
	size_t freezes, kills;
	size_t told;      // owners that were frozen, of their loss
	int64_t since_ns; // nobody acquires permits after it
} scene;

static scene s;
static hz_error err;

// ---- Beginning ----

static void
start_members(void)
{
	char spec[1024];
	for (size_t i = 0; i < CP_MEMBERS; i++) {
		s.faults.proxy[i] = hzt_proxy_start();
	}
	snprintf(spec, sizeof(spec), SPEC, hzt_proxy_address(s.faults.proxy[0]),
			hzt_proxy_address(s.faults.proxy[1]), hzt_proxy_address(s.faults.proxy[2]));
	s.faults.cluster = hzt_cluster_start(spec);
	for (size_t i = 0; i < CP_MEMBERS; i++) {
		hzt_proxy_target(s.faults.proxy[i], hzt_cluster_direct(s.faults.cluster, i));
	}
	snprintf(s.crew.addresses, sizeof(s.crew.addresses), "%s",
			hzt_cluster_addresses(s.faults.cluster));
}

static void
open_history(void)
{
	const char *folder = getenv("TEST_UNDECLARED_OUTPUTS_DIR");
	folder = folder != NULL ? folder : getenv("TEST_TMPDIR");
	snprintf(s.crew.history, sizeof(s.crew.history), "%s/cp-history-%ld-%" PRIu64,
			folder != NULL ? folder : "/tmp", (long)getpid(), s.seed);
	unlink(s.crew.history);
	s.history = hzt_history_append(s.crew.history);
	HZT_CHECK(s.history >= 0);
}

static hzt_deed
begin(const char *op, const char *kind, long n)
{
	hzt_deed deed = {.outcome = HZT_IN_DOUBT};
	snprintf(deed.op, sizeof(deed.op), "%s", op);
	cp_drive_name(deed.key, PREFIX, kind, n);
	HZT_CHECK(hzt_deed_begin(s.history, &deed));
	return deed;
}

static void
end(hzt_deed *deed, hz_err e, int64_t value)
{
	deed->outcome = e == HZ_OK ? HZT_DONE : HZT_REFUSED;
	snprintf(deed->value, sizeof(deed->value), "%" PRId64, value);
	HZT_CHECK(hzt_deed_end(s.history, deed));
}

// One that was set by a try whose answer was lost is set all the same.
static void
set_latch(long n)
{
	hz_count_down_latch *latch = NULL;
	bool done = false;
	int32_t count = 0;
	hzt_deed deed = begin("set_count", "latch", n);
	HZT_OK_ERR(hz_count_down_latch_open(s.client, deed.key, NULL, &latch, &err), &err);
	HZT_OK_ERR(hz_count_down_latch_try_set_count(latch, LATCH_COUNT, &done, &err), &err);
	HZT_OK_ERR(hz_count_down_latch_get_count(latch, &count, &err), &err);
	HZT_EQ_INT(count, LATCH_COUNT);
	end(&deed, HZ_OK, count);
	hz_count_down_latch_close(&latch);
}

static hz_semaphore *
open_semaphore(void)
{
	char name[64];
	hz_semaphore *semaphore = NULL;
	cp_drive_name(name, PREFIX, "semaphore", 0);
	HZT_OK_ERR(hz_semaphore_open(s.client, name, NULL, &semaphore, &err), &err);
	return semaphore;
}

static void
set_structures(void)
{
	bool done = false;
	int32_t permits = 0;
	hz_semaphore *semaphore = open_semaphore();
	HZT_OK_ERR(hz_semaphore_init(semaphore, CP_PERMITS, &done, &err), &err);
	HZT_OK_ERR(hz_semaphore_available_permits(semaphore, &permits, &err), &err);
	HZT_EQ_INT(permits, CP_PERMITS);
	hz_semaphore_close(&semaphore);
	for (long n = 0; n < LATCHES; n++) {
		set_latch(n);
	}
	s.crew.board->latches = LATCHES;
}

static void
end_scene(void)
{
	cp_crew_kill_all(&s.crew);
	hz_client_destroy(&s.client);
	hzt_cluster_end(&s.faults.cluster);
	for (size_t i = 0; i < CP_MEMBERS; i++) {
		hzt_proxy_end(&s.faults.proxy[i]);
	}
	if (s.crew.board != NULL) {
		close(s.history);
		cp_board_destroy(&s.crew.board, s.crew.descriptor);
	}
}

static void
begin_scene(uint64_t seed)
{
	memset(&s, 0, sizeof(s));
	s.seed = seed;
	s.faults.seed = seed;
	s.faults.cut_seed = seed + 1;
	s.faults.stops = hzt_size(5, 5, 2);
	s.crew.settings = settings;
	start_members();
	s.crew.board = cp_board_new(&s.crew.descriptor);
	s.faults.board = s.crew.board;
	open_history();
	s.client = hzt_client(s.crew.addresses, NULL);
	set_structures();
	for (size_t i = 0; i < CP_CLIENTS; i++) {
		cp_crew_start(&s.crew, i);
	}
	cp_crew_await_work(&s.crew);
}

// ---- What happens to clients ----

typedef struct passed {
	const cp_board *board;
	size_t lock, seat;
	int64_t fence, until_ms;
	uint64_t lost, refused;
} passed;

static bool
has_next_owner(void *ctx)
{
	const passed *p = ctx;
	return hzt_now_ms() >= p->until_ms && p->board->fence[p->lock] > p->fence;
}

// Or that it does not have it: a copy of an unlock of its own may have come meanwhile.
static bool
was_told(void *ctx)
{
	const passed *p = ctx;
	const cp_seat *seat = &p->board->seats[p->seat];
	return seat->lost[p->lock] > p->lost || seat->refused[p->lock] > p->refused;
}

// For longer than its session lives, and until somebody else has its lock.
static void
freeze_owner(void)
{
	passed p = {.board = s.crew.board};
	p.seat = cp_crew_freeze_owner(&s.crew, &s.seed, &p.lock);
	const cp_seat *seat = &p.board->seats[p.seat];
	p.until_ms = hzt_now_ms() + SESSION_MS + 2000;
	p.fence = p.board->fence[p.lock];
	p.lost = seat->lost[p.lock];
	p.refused = seat->refused[p.lock];
	bool lost = hzt_await(has_next_owner, &p, PATIENCE_MS);
	cp_crew_thaw(&s.crew, p.seat);
	if (!lost) {
		HZT_FAIL("a frozen owner loses its lock to somebody else");
	}
	HZT_AWAIT(was_told, &p, PATIENCE_MS);
	s.freezes++;
	s.told += seat->lost[p.lock] > p.lost;
}

static void
kill_holder(void)
{
	cp_crew_start(&s.crew, cp_crew_kill_holder(&s.crew, &s.seed));
	s.kills++;
}

static bool
members_are_through(void *ctx)
{
	(void)ctx;
	return s.faults.over;
}

static void
run_faults(void *ctx, size_t number)
{
	(void)ctx;
	(number == 0 ? cp_faults_of_members : cp_faults_of_connections)(&s.faults);
}

static void
do_harm(void)
{
	hzt_team *team = hzt_team_start(2, run_faults, NULL);
	while (!s.faults.over || s.told == 0) {
		hzt_await(members_are_through, NULL, 2000 + hzt_random(&s.seed, 4000));
		freeze_owner();
		hzt_await(members_are_through, NULL, 2000 + hzt_random(&s.seed, 4000));
		kill_holder();
	}
	hzt_team_join(&team, PATIENCE_MS);
}

// ---- Ending ----

static int64_t
now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 * NS_PER_MS + now.tv_nsec;
}

static bool
all_are_back(void *ctx)
{
	int32_t permits = -1;
	hzt_deed deed = begin("available", "semaphore", 0);
	hz_err e = hz_semaphore_available_permits(ctx, &permits, &err);
	end(&deed, e, permits);
	return e == HZ_OK && permits == CP_PERMITS;
}

// The last fault: one process is left, and killed while it has permits.
static void
end_crew(void)
{
	hz_semaphore *semaphore = open_semaphore();
	cp_crew_await_work(&s.crew);
	for (size_t i = 1; i < CP_CLIENTS; i++) {
		cp_crew_end(&s.crew, i);
	}
	cp_crew_kill_holder(&s.crew, &s.seed);
	s.since_ns = now_ns();
	s.kills++;
	HZT_AWAIT(all_are_back, semaphore, PATIENCE_MS);
	printf("  all permits back after %" PRId64 " ms\n", (now_ns() - s.since_ns) / NS_PER_MS);
	hz_semaphore_close(&semaphore);
}

static void
print_sum(const cp_sum *sum)
{
	const cp_faults *f = &s.faults;
	printf("  %zu leaders and %zu other members stopped, %s killed; %zu owners frozen, %zu "
	       "told "
	       "of their loss, %zu holders killed\n",
			f->leaders_stopped, f->others_stopped,
			f->leader_killed ? "a leader" : "another one", s.freezes, s.told, s.kills);
	printf("  cut off: %zu locks, %zu acquires, %zu count_downs\n", f->cuts[CP_LOCK],
			f->cuts[CP_ACQUIRE], f->cuts[CP_COUNT_DOWN]);
	printf("  %zu calls, %zu in doubt, %zu failed, %zu strays\n", sum->calls, sum->in_doubt,
			sum->failed, sum->strays);
	printf("  locked %zu times, %zu losses told; acquired %zu times; %zu latches passed %zu "
	       "times; %zu operations on numbers, %zu ids\n",
			sum->holds, sum->lost, sum->acquired, sum->latches, sum->releases,
			sum->numbers, sum->ids);
}

static void
judge(void)
{
	int64_t within_ns = (SESSION_MS + GRACE_MS) * NS_PER_MS;
	cp_sum sum = cp_judge(s.crew.history, PREFIX, s.since_ns, within_ns);
	print_sum(&sum);
	if (sum.wrong > 0) {
		printf("  the history is %s\n", s.crew.history);
	}
	HZT_EQ_INT(sum.wrong, 0);
	HZT_CHECK(sum.torn <= s.kills);
	HZT_CHECK(s.told > 0 && sum.lost >= s.told);
	HZT_CHECK(sum.holds > 0 && sum.acquired > 0 && sum.latches > 0 && sum.numbers > 0);
	HZT_CHECK(sum.ids > 0);
	HZT_CHECK(s.faults.leaders_stopped > 0);
	HZT_CHECK(s.faults.cuts[CP_LOCK] > 0 && s.faults.cuts[CP_ACQUIRE] > 0);
	HZT_CHECK(s.faults.cuts[CP_COUNT_DOWN] > 0);
	unlink(s.crew.history);
}

static void
run_round(uint64_t seed)
{
	int64_t begun_ms = hzt_now_ms();
	printf("  seed %" PRIu64 "\n", seed);
	begin_scene(seed);
	do_harm();
	end_crew();
	judge();
	end_scene();
	printf("  %" PRId64 " s\n", (hzt_now_ms() - begun_ms) / 1000);
	fflush(stdout);
}

static uint64_t
number_from(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);
	return text != NULL ? strtoull(text, NULL, 10) : otherwise;
}

static void
what_all_saw_is_possible(void)
{
	uint64_t seed = number_from("HZT_SEED", (uint64_t)time(NULL));
	int64_t minutes = (int64_t)number_from("HZT_MINUTES", hzt_soak() ? SOAK_MINUTES : 0);
	int64_t end_ms = hzt_now_ms() + minutes * 60000;
	do {
		run_round(seed++);
	} while (hzt_now_ms() < end_ms);
}

static const hzt_case cases[] = {
		{"what_all_saw_is_possible", what_all_saw_is_possible},
};

int
main(int argc, char **argv)
{
	if (argc > 2 && strcmp(argv[1], "--drive") == 0) {
		return cp_drive(argc - 2, argv + 2);
	}
	// If the case fails, its threads still use the scene, which ends with the process.
	return hzt_main("cp", cases, sizeof(cases) / sizeof(cases[0]), argc, argv);
}
