// SPDX-License-Identifier: Apache-2.0
//
// Histories as they are written and read, and that each checker passes those that can have happened
// and finds what is wrong with the others.
#include "tests/support/history_check.h"
#include "tests/support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PERMITS 3
#define STEPS 100000

static char text[65536];

// A history from calls with ';' between: thread, operation, value ("-": none), begin and end in
// milliseconds (end 0: never), and how it ended, "ok" if that is left out, with an error.
static hzt_history *
make(const char *calls)
{
	size_t length = 0, n = 0;
	text[0] = '\0';
	for (const char *at = calls; *at != '\0'; n++) {
		char op[16], value[64], outcome[8] = "ok", error[32] = "";
		int thread = 0, begin = 0, end = 0;
		HZT_CHECK(sscanf(at, "%d %15s %63s %d %d %7[a-z] %31[A-Z_]", &thread, op, value,
					  &begin, &end, outcome, error) >= 5);
		length += (size_t)snprintf(text + length, sizeof(text) - length,
				"{\"th\":%d,\"op\":\"%s\",\"k\":\"a\",\"v\":\"%s\",\"t0\":%d000000,"
				"\"t1\":%d000000,\"rc\":\"%s\",\"err\":\"%s\"}\n",
				thread, op, strcmp(value, "-") == 0 ? "" : value, begin, end,
				outcome, error);
		HZT_CHECK(length < sizeof(text));
		at += strcspn(at, ";");
		at += *at == ';' ? 1 : 0;
	}
	hzt_history *history = hzt_history_parse(text);
	HZT_CHECK(history != NULL);
	HZT_EQ_INT(history->torn, 0);
	HZT_EQ_INT(history->count, n);
	return history;
}

typedef hzt_verdict check(const hzt_history *history);

static hzt_verdict
verdict_of(check *c, const char *calls)
{
	hzt_history *history = make(calls);
	hzt_verdict verdict = c(history);
	hzt_history_free(&history);
	return verdict;
}

static void
passes(check *c, const char *calls, size_t seen)
{
	hzt_verdict verdict = verdict_of(c, calls);
	if (!verdict.fine) {
		printf("  %s\n", verdict.why);
	}
	HZT_CHECK(verdict.fine);
	HZT_EQ_INT(verdict.seen, seen);
}

static void
fails(check *c, const char *calls, const char *why)
{
	hzt_verdict verdict = verdict_of(c, calls);
	HZT_CHECK(!verdict.fine);
	if (strstr(verdict.why, why) == NULL) {
		printf("  '%s' does not say '%s'\n", verdict.why, why);
	}
	HZT_CHECK(strstr(verdict.why, why) != NULL);
}

// ---- Files ----

static const char *
path_of(const char *name)
{
	static char path[256];
	const char *folder = getenv("TEST_TMPDIR");
	snprintf(path, sizeof(path), "%s/%s-%ld", folder != NULL ? folder : "/tmp", name,
			(long)getpid());
	return path;
}

static void
a_line_for_each_call(void)
{
	const char *path = path_of("history");
	int file = hzt_history_append(path);
	HZT_CHECK(file >= 0);
	hzt_deed deed = {.thread = 7, .op = "add", .key = "n", .value = "5"};
	HZT_CHECK(hzt_deed_begin(file, &deed));
	snprintf(deed.value, sizeof(deed.value), "5:-12");
	deed.outcome = HZT_DONE;
	HZT_CHECK(hzt_deed_end(file, &deed));
	HZT_CHECK(hzt_deed_begin(file, &deed));
	hzt_history *history = hzt_history_read(path);
	unlink(path);
	close(file);
	HZT_CHECK(history != NULL);
	HZT_EQ_INT(history->count, 2);
	HZT_EQ_INT(history->deeds[0].thread, 7);
	HZT_EQ_STR(history->deeds[0].op, "add");
	HZT_EQ_STR(history->deeds[0].key, "n");
	HZT_EQ_INT(history->deeds[0].outcome, HZT_DONE);
	HZT_EQ_INT(history->deeds[0].numbers, 2);
	HZT_EQ_INT(history->deeds[0].number[0], 5);
	HZT_EQ_INT(history->deeds[0].number[1], -12);
	HZT_CHECK(history->deeds[0].ended_ns >= history->deeds[0].begun_ns);
	HZT_EQ_INT(history->deeds[1].outcome, HZT_IN_DOUBT);
	HZT_CHECK(history->deeds[1].ended_ns == HZT_NEVER);
	hzt_history_free(&history);
	HZT_CHECK(history == NULL);
}

static void
write_some(const char *path, int process, int n)
{
	int file = hzt_history_append(path);
	for (int i = 0; i < n; i++) {
		hzt_deed deed = {.thread = process, .op = "new_id", .key = "ids"};
		bool ok = hzt_deed_begin(file, &deed);
		snprintf(deed.value, sizeof(deed.value), "%d", process * n + i);
		deed.outcome = HZT_DONE;
		if (!ok || !hzt_deed_end(file, &deed)) {
			_exit(1);
		}
	}
	close(file);
}

enum { PROCESSES = 4, EACH = 500 };

static void
processes_share_a_file(void)
{
	const char *path = path_of("shared");
	pid_t pids[PROCESSES];
	for (int i = 0; i < PROCESSES; i++) {
		pids[i] = fork();
		HZT_CHECK(pids[i] >= 0);
		if (pids[i] == 0) {
			write_some(path, i, EACH);
			_exit(0);
		}
	}
	for (int i = 0; i < PROCESSES; i++) {
		int status = -1;
		HZT_CHECK(waitpid(pids[i], &status, 0) == pids[i]);
		HZT_EQ_INT(status, 0);
	}
	hzt_history *history = hzt_history_read(path);
	unlink(path);
	HZT_CHECK(history != NULL);
	HZT_EQ_INT(history->torn, 0);
	HZT_EQ_INT(history->count, PROCESSES * EACH);
	hzt_verdict verdict = hzt_check_ids(history);
	HZT_CHECK(verdict.fine);
	HZT_EQ_INT(verdict.seen, PROCESSES * EACH);
	hzt_history_free(&history);
}

#define LINE(th, k, t0, t1)                                                                        \
	"{\"th\":" th ",\"op\":\"get\",\"k\":\"" k "\",\"v\":\"1\",\"t0\":" t0 ",\"t1\":" t1       \
	",\"rc\":\"ok\",\"err\":\"\"}"

static void
torn_lines_are_counted(void)
{
	const char *keys[4];
	hzt_history *history = hzt_history_parse("{\"th\":1,\"op\":\"lo" LINE("2", "b", "5",
			"6") "\n"
			     "\n" LINE("1", "a", "1", "2") "\n" LINE("3", "a", "3", "4x") "\n" LINE(
					     "4", "ac", "2", "3") "\n{\"th\":1,");
	HZT_CHECK(history != NULL);
	HZT_EQ_INT(history->count, 3);
	HZT_EQ_INT(history->torn, 3);
	HZT_EQ_INT(history->deeds[0].thread, 1);
	HZT_EQ_INT(history->deeds[1].thread, 4);
	HZT_EQ_INT(history->deeds[2].thread, 2);
	HZT_EQ_INT(hzt_history_keys(history, "a", keys, 4), 2);
	HZT_EQ_STR(keys[0], "a");
	HZT_EQ_STR(keys[1], "ac");
	hzt_history *part = hzt_history_of(history, "ac");
	HZT_CHECK(part != NULL);
	HZT_EQ_INT(part->count, 1);
	HZT_EQ_INT(part->deeds[0].thread, 4);
	hzt_history_free(&part);
	hzt_history_free(&history);
	HZT_CHECK(hzt_history_read("/tmp/no/such/history") == NULL);
}

// ---- Locks ----

static void
lock_passes(void)
{
	// One after the other, also where calls overlap.
	passes(hzt_check_lock,
			"1 lock 5 1 3; "
			"1 unlock - 5 8; "
			"2 lock 6 2 7; "
			"2 unlock - 9 10",
			2);
	// Twice by one owner, and a try in vain.
	passes(hzt_check_lock,
			"1 lock 5 1 2; "
			"1 try_lock 5 3 4; "
			"2 try_lock 0 5 6; "
			"1 unlock - 7 8; "
			"1 unlock - 9 10",
			1);
	// An owner that was frozen is told so; one that was killed says nothing.
	passes(hzt_check_lock,
			"1 lock 5 1 2; "
			"2 lock 6 3 20; "
			"1 unlock - 30 31 fail LOCK_OWNERSHIP_LOST; "
			"3 lock 7 22 40",
			3);
	// What was in doubt had been taken, and is found out later.
	passes(hzt_check_lock,
			"1 lock - 1 2 info TIMEOUT; "
			"1 lock 5 3 4; "
			"1 unlock - 5 6; "
			"1 unlock - 7 8; "
			"1 unlock - 9 10 fail NOT_OWNER",
			1);
	// A release in doubt may have been none.
	passes(hzt_check_lock,
			"1 lock 5 1 2; "
			"1 unlock - 3 4 info TIMEOUT; "
			"1 unlock - 5 6; "
			"2 lock 6 3 7",
			2);
	// And may come late, when its owner has the lock again.
	passes(hzt_check_lock,
			"1 unlock - 1 2 info NOT_OWNER; "
			"1 lock 5 3 4; "
			"2 lock 6 3 5; "
			"1 unlock - 6 7 fail NOT_OWNER",
			2);
}

// Copies of calls that were repeated come late: what they do is counted, and what they may have
// done to an owner for half a minute hides nothing for longer.
static void
lock_strays(void)
{
	hzt_verdict verdict = verdict_of(hzt_check_lock,
			"1 lock 5 1 2 ok REPEATED; "
			"1 unlock - 3 4; "
			"1 lock 6 5 6; "
			"1 unlock - 7 8; "
			"1 lock 6 9 10; "
			"1 unlock - 11 12; "
			"1 unlock - 13 14; "
			"2 unlock - 15 16 info TIMEOUT; "
			"2 lock 7 17 18; "
			"1 lock 8 19 20; "
			"2 unlock - 21 22 fail NOT_OWNER; "
			"1 unlock - 23 24");
	HZT_CHECK(verdict.fine);
	HZT_EQ_INT(verdict.strays, 3);
	HZT_EQ_INT(verdict.seen, 4);
	passes(hzt_check_lock,
			"1 lock 5 1 2; "
			"1 unlock - 3 4 ok REPEATED; "
			"1 lock 6 29000 29001; "
			"2 lock 7 29002 29003; "
			"1 unlock - 29004 29005; "
			"2 unlock - 29006 29007",
			3);
	fails(hzt_check_lock,
			"1 lock 5 1 2; "
			"1 unlock - 3 4 ok REPEATED; "
			"1 lock 6 30005 30006; "
			"2 lock 7 30007 30008; "
			"1 unlock - 30009 30010; "
			"2 unlock - 30011 30012",
			"had it both");
}

static void
lock_fails(void)
{
	fails(hzt_check_lock,
			"1 lock 5 1 2; "
			"2 lock 6 3 4; "
			"1 unlock - 5 6; "
			"2 unlock - 7 8",
			"had it both");
	// The one between them, whose end nobody knows, does not hide it.
	fails(hzt_check_lock,
			"1 lock 5 1 2; "
			"1 unlock - 9 10; "
			"3 lock 6 3 30; "
			"2 lock 7 4 5",
			"had it both");
	fails(hzt_check_lock,
			"1 lock 6 1 2; "
			"1 unlock - 3 4; "
			"2 lock 5 5 6; "
			"2 unlock - 7 8",
			"fence 5 was given after 6");
	fails(hzt_check_lock,
			"1 lock 5 1 2; "
			"1 unlock - 3 4; "
			"2 lock 5 5 6; "
			"2 unlock - 7 8",
			"given to threads");
	fails(hzt_check_lock,
			"1 lock 5 1 2; "
			"1 unlock - 3 4; "
			"1 lock 5 5 6",
			"again after");
	fails(hzt_check_lock,
			"1 lock 5 1 2; "
			"1 unlock - 3 4; "
			"1 unlock - 5 6",
			"did not have");
	fails(hzt_check_lock,
			"1 lock 5 1 2; "
			"1 unlock - 3 4 fail NOT_OWNER",
			"was not told");
	// After it was told so it has nothing to release.
	fails(hzt_check_lock,
			"1 lock 5 1 2; "
			"1 try_lock - 3 4 fail LOCK_OWNERSHIP_LOST; "
			"1 unlock - 5 6",
			"did not have");
}

static void
lost_locks_are_counted(void)
{
	hzt_verdict verdict = verdict_of(hzt_check_lock,
			"1 lock 5 1 2; "
			"1 unlock - 3 4 fail LOCK_OWNERSHIP_LOST; "
			"1 lock 6 5 6; "
			"1 unlock - 7 8; "
			"1 lock 7 9 10; "
			"1 unlock - 11 12 info LOCK_OWNERSHIP_LOST; "
			"1 unlock - 13 14 fail NOT_OWNER");
	HZT_CHECK(verdict.fine);
	HZT_EQ_INT(verdict.lost, 2);
}

// ---- Semaphores ----

static hzt_verdict
check_semaphore(const hzt_history *history)
{
	return hzt_check_semaphore(history, PERMITS);
}

// Nobody acquires from 100 ms on; they must be there at 200 ms.
static hzt_verdict
check_back(const hzt_history *history)
{
	return hzt_check_permits_back(history, PERMITS, 100000000, 100000000);
}

static void
semaphore_passes(void)
{
	passes(check_semaphore,
			"1 acquire 2 1 2; "
			"2 acquire 1 1 3; "
			"1 release 2 5 6; "
			"3 acquire 2 3 5; "
			"3 release 2 9 9; "
			"2 release 1 9 10",
			3);
	// Those of a client that was killed or frozen may be in use again; who got none has none.
	passes(check_semaphore,
			"1 acquire 3 1 2; "
			"2 acquire 3 1 0 info; "
			"3 acquire 3 3 20; "
			"1 release 3 30 31 fail SESSION_EXPIRED; "
			"4 acquire 0 3 4; "
			"3 release 3 40 41",
			2);
	// What was in doubt may be released.
	passes(check_semaphore,
			"1 acquire 3 1 2 info; "
			"1 release 1 3 4; "
			"1 release 2 5 6",
			0);
}

static void
semaphore_strays(void)
{
	// A copy of a release may have given them back before.
	passes(check_semaphore,
			"1 release 2 1 2 fail STATE; "
			"1 acquire 2 3 4; "
			"1 release 2 5 6 ok REPEATED; "
			"1 acquire 3 7 8; "
			"2 acquire 3 9 10; "
			"2 release 3 11 12; "
			"1 release 3 11 12",
			3);
	fails(check_semaphore,
			"1 acquire 2 3 4; "
			"1 release 2 5 6 ok REPEATED; "
			"1 acquire 3 30007 30008; "
			"2 acquire 3 30009 30010; "
			"2 release 3 30011 30012; "
			"1 release 3 30011 30012",
			"in use");
}

static void
semaphore_fails(void)
{
	fails(check_semaphore,
			"1 acquire 2 1 2; "
			"2 acquire 2 1 3; "
			"1 release 2 5 6; "
			"2 release 2 5 6",
			"4 of 3 permits were in use");
	fails(check_semaphore,
			"1 acquire 2 1 2; "
			"1 acquire 1 3 4; "
			"2 acquire 1 5 6; "
			"2 release 1 7 8; "
			"1 release 1 9 10; "
			"1 release 2 11 12",
			"in use");
	fails(check_semaphore,
			"1 acquire 2 1 2; "
			"1 release 2 3 4; "
			"1 release 2 5 6",
			"did not have");
	fails(check_semaphore,
			"1 acquire 3 1 2; "
			"1 release 3 3 4; "
			"1 release 1 5 6; "
			"1 acquire 2 7 8 info",
			"did not have");
	fails(check_semaphore, "1 available 4 1 2", "4 permits are there");
}

static void
permits_come_back(void)
{
	passes(check_back,
			"1 available 0 50 60; "
			"1 available 1 110 120; "
			"1 available 2 190 191; "
			"1 available 3 210 211",
			3);
	// The machine was busy for 800 ms longer than it is when it is at rest.
	passes(check_back,
			"1 available 1 110 1110; "
			"1 available 2 1120 1121 info; "
			"1 available 2 990 991; "
			"1 available 3 1122 1123",
			3);
	fails(check_back,
			"1 available 2 110 111; "
			"1 available 2 210 211; "
			"1 available 3 220 221",
			"2 of 3 permits are there after 110 ms");
	fails(check_back,
			"1 available 1 110 120; "
			"1 available 2 190 191",
			"at last");
	fails(check_back, "1 available 3 50 60", "at last");
}

// ---- Latches ----

static void
latch_passes(void)
{
	passes(hzt_check_latch,
			"1 set_count 2 1 2; "
			"2 await 0 3 5; "
			"3 await 1 3 8; "
			"1 count_down - 4 6; "
			"2 get_count 1 6 7; "
			"2 count_down - 7 9; "
			"1 get_count 0 10 11; "
			"1 count_down - 10 11; "
			"4 await 1 12 13; "
			"4 set_count 0 14 15",
			2);
	// What is in doubt may have counted, or not.
	passes(hzt_check_latch,
			"1 set_count 1 1 2; "
			"1 count_down - 3 4 info; "
			"2 get_count 1 5 6; "
			"3 get_count 0 5 6; "
			"4 await 0 5 6; "
			"4 await 1 7 8",
			1);
}

static void
latch_fails(void)
{
	fails(hzt_check_latch,
			"1 set_count 2 1 2; "
			"1 count_down - 3 4; "
			"2 await 1 5 6; "
			"1 count_down - 7 8",
			"passed with 1 left");
	fails(hzt_check_latch,
			"1 set_count 1 1 2; "
			"1 count_down - 3 4; "
			"2 await 0 5 6",
			"waited in vain");
	// Counted twice, and not at all.
	fails(hzt_check_latch,
			"1 set_count 5 1 2; "
			"1 count_down - 3 4; "
			"2 get_count 3 5 6",
			"3 where it can be 4 to 4");
	fails(hzt_check_latch,
			"1 set_count 5 1 2; "
			"1 count_down - 3 4; "
			"2 get_count 5 5 6",
			"5 where it can be 4 to 4");
	fails(hzt_check_latch,
			"1 set_count 5 1 2; "
			"1 count_down - 3 4 fail; "
			"2 get_count 4 5 6",
			"4 where it can be 5 to 5");
	fails(hzt_check_latch, "1 await 1 1 2", "nobody has set");
}

// ---- Atomic longs ----

static hzt_verdict
check_atomic_long(const hzt_history *history)
{
	return hzt_check_atomic_long(history, STEPS);
}

static void
atomic_long_passes(void)
{
	passes(check_atomic_long,
			"1 get 0 1 2; "
			"1 add 5:5 3 4; "
			"2 add 2:7 3 6; "
			"3 get 7 5 6; "
			"3 cas 7:9:1 7 8; "
			"1 cas 7:8:0 7 9; "
			"1 set -3 10 11; "
			"2 get -3 12 13",
			8);
	// The order is not that of the begins.
	passes(check_atomic_long,
			"1 add 1:3 1 9; "
			"2 add 2:2 2 8; "
			"3 get 2 3 7; "
			"3 get 3 7 8",
			4);
	// What is in doubt happens when it is needed: at once, late, or never.
	passes(check_atomic_long,
			"1 add 5 1 2 info; "
			"2 get 0 3 4; "
			"2 get 5 5 6; "
			"1 add 7 7 8 info; "
			"1 cas 5:6 9 0 info; "
			"2 get 6 11 12; "
			"2 add 100 13 14 fail; "
			"2 get 6 15 16",
			4);
	passes(check_atomic_long, "", 0);
}

static void
atomic_long_fails(void)
{
	fails(check_atomic_long,
			"1 add 5:5 1 2; "
			"2 get 0 3 4",
			"no order explains");
	// A number that was read goes away again.
	fails(check_atomic_long,
			"1 add 5:5 1 9; "
			"2 get 5 2 3; "
			"3 get 0 4 5",
			"no order explains");
	fails(check_atomic_long,
			"1 add 1:1 1 4; "
			"2 add 1:1 2 3",
			"no order explains");
	fails(check_atomic_long,
			"1 cas 0:1:1 1 4; "
			"2 cas 0:2:1 2 3",
			"no order explains");
	// In doubt is once at most, and not before it began.
	fails(check_atomic_long,
			"1 add 5 1 2 info; "
			"2 get 5 3 4; "
			"2 get 10 5 6",
			"no order explains");
	fails(check_atomic_long,
			"2 get 5 1 2; "
			"1 add 5 3 4 info",
			"no order explains");
	// Certainly without effect.
	fails(check_atomic_long,
			"1 add 5 1 2 fail; "
			"2 get 5 3 4",
			"no order explains");
}

enum { DOUBTS = 60 };

// Additions in doubt that only later answers tell from one another: each answer leaves one way.
static void
many_in_doubt(void)
{
	static char calls[DOUBTS * 64];
	size_t n = 0;
	long sum = 0;
	for (int i = 0; i < DOUBTS; i++) {
		long delta = 1000 + 37L * i * i;
		sum += i % 2 == 0 ? delta : 0;
		n += (size_t)snprintf(calls + n, sizeof(calls) - n,
				"1 add %ld %d %d info; 2 get %ld %d %d;", delta, 4 * i + 1,
				4 * i + 2, sum, 4 * i + 3, 4 * i + 4);
	}
	passes(check_atomic_long, calls, DOUBTS);
	snprintf(calls + n, sizeof(calls) - n, "2 get %ld 900 901", sum + 1);
	fails(check_atomic_long, calls, "no order");
}

// The search ends, whatever it is given.
static void
search_is_bounded(void)
{
	static char calls[DOUBTS * 64];
	size_t n = 0;
	for (int i = 0; i < DOUBTS; i++) {
		n += (size_t)snprintf(calls + n, sizeof(calls) - n, "%d add %d 1 2 info;", i,
				1 << (i % 24));
	}
	snprintf(calls + n, sizeof(calls) - n, "%d get -1 3 4", DOUBTS);
	fails(check_atomic_long, calls, "no order was found in");
}

// ---- Ids ----

static void
ids(void)
{
	passes(hzt_check_ids,
			"1 new_id 1 1 2; "
			"2 new_id 3 1 2; "
			"1 new_id 2 3 4; "
			"3 new_id - 5 0 info",
			3);
	fails(hzt_check_ids,
			"1 new_id 1 1 2; "
			"2 new_id 3 1 2; "
			"3 new_id 1 3 4",
			"id 1 was given twice");
}

static const hzt_case cases[] = {
		{"a_line_for_each_call", a_line_for_each_call},
		{"processes_share_a_file", processes_share_a_file},
		{"torn_lines_are_counted", torn_lines_are_counted},
		{"lock_passes", lock_passes},
		{"lock_strays", lock_strays},
		{"lock_fails", lock_fails},
		{"lost_locks_are_counted", lost_locks_are_counted},
		{"semaphore_passes", semaphore_passes},
		{"semaphore_strays", semaphore_strays},
		{"semaphore_fails", semaphore_fails},
		{"permits_come_back", permits_come_back},
		{"latch_passes", latch_passes},
		{"latch_fails", latch_fails},
		{"atomic_long_passes", atomic_long_passes},
		{"atomic_long_fails", atomic_long_fails},
		{"many_in_doubt", many_in_doubt},
		{"search_is_bounded", search_is_bounded},
		{"ids", ids},
};

HZT_MAIN("history", cases)
