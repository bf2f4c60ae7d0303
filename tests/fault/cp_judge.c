// SPDX-License-Identifier: Apache-2.0
#include "tests/fault/cp_judge.h"

#include "tests/fault/cp_board.h"
#include "tests/support/history_check.h"
#include "tests/support/suite.h"

#include <stdio.h>
#include <string.h>

#define MAX_KEYS 4096
#define MOST_STEPS 5000000 // in the search for an order

typedef struct judge {
	const hzt_history *history;
	int64_t since_ns, within_ns;
	cp_sum sum;
} judge;

static void
take(judge *j, const char *key, const hzt_verdict *verdict)
{
	if (!verdict->fine) {
		printf("  %s: %s\n", key, verdict->why);
		j->sum.wrong++;
	}
}

static void
judge_lock(judge *j, const char *key, const hzt_history *part)
{
	hzt_verdict verdict = hzt_check_lock(part);
	j->sum.holds += verdict.seen;
	j->sum.lost += verdict.lost;
	j->sum.strays += verdict.strays;
	take(j, key, &verdict);
}

static void
judge_semaphore(judge *j, const char *key, const hzt_history *part)
{
	hzt_verdict verdict = hzt_check_semaphore(part, CP_PERMITS);
	j->sum.acquired += verdict.seen;
	j->sum.strays += verdict.strays;
	take(j, key, &verdict);
	verdict = hzt_check_permits_back(part, CP_PERMITS, j->since_ns, j->within_ns);
	take(j, key, &verdict);
}

static void
judge_latch(judge *j, const char *key, const hzt_history *part)
{
	hzt_verdict verdict = hzt_check_latch(part);
	j->sum.latches += verdict.seen > 0;
	j->sum.releases += verdict.seen;
	take(j, key, &verdict);
}

static void
judge_number(judge *j, const char *key, const hzt_history *part)
{
	hzt_verdict verdict = hzt_check_atomic_long(part, MOST_STEPS);
	j->sum.numbers += verdict.seen;
	take(j, key, &verdict);
}

static void
judge_ids(judge *j, const char *key, const hzt_history *part)
{
	hzt_verdict verdict = hzt_check_ids(part);
	j->sum.ids += verdict.seen;
	take(j, key, &verdict);
}

// Each structure of a kind by itself.
static void
judge_each(judge *j, const char *prefix, const char *kind,
		void (*one)(judge *j, const char *key, const hzt_history *part))
{
	static const char *keys[MAX_KEYS];
	char beginning[64];
	snprintf(beginning, sizeof(beginning), "%s%s-", prefix, kind);
	size_t n = hzt_history_keys(j->history, beginning, keys, MAX_KEYS);
	for (size_t i = 0; i < n; i++) {
		hzt_history *part = hzt_history_of(j->history, keys[i]);
		HZT_CHECK(part != NULL);
		one(j, keys[i], part);
		hzt_history_free(&part);
	}
}

// What each kind of call ended with, if it was not well.
typedef struct tally {
	const char *op, *error;
	bool in_doubt;
	size_t count;
} tally;

static void
add_to(tally *tallies, size_t room, const hzt_deed *deed)
{
	for (size_t i = 0; i < room; i++) {
		tally *t = &tallies[i];
		if (t->op == NULL) {
			*t = (tally){deed->op, deed->error, deed->outcome == HZT_IN_DOUBT, 0};
		}
		if (strcmp(t->op, deed->op) == 0 && strcmp(t->error, deed->error) == 0 &&
				t->in_doubt == (deed->outcome == HZT_IN_DOUBT)) {
			t->count++;
			return;
		}
	}
}

static void
print_errors(const hzt_history *history)
{
	enum { ROOM = 64 };
	tally tallies[ROOM] = {{0}};
	for (size_t i = 0; i < history->count; i++) {
		if (history->deeds[i].outcome != HZT_DONE) {
			add_to(tallies, ROOM, &history->deeds[i]);
		}
	}
	printf("  not done:");
	for (size_t i = 0; i < ROOM && tallies[i].op != NULL; i++) {
		const tally *t = &tallies[i];
		printf(" %zu %s %s%s,", t->count, t->op,
				t->error[0] != '\0' ? t->error : "without an end",
				t->in_doubt ? " (in doubt)" : "");
	}
	printf("\n");
}

cp_sum
cp_judge(const char *path, const char *prefix, int64_t since_ns, int64_t within_ns)
{
	hzt_history *history = hzt_history_read(path);
	HZT_CHECK(history != NULL);
	judge j = {history, since_ns, within_ns, {.calls = history->count, .torn = history->torn}};
	for (size_t i = 0; i < history->count; i++) {
		j.sum.in_doubt += history->deeds[i].outcome == HZT_IN_DOUBT;
		j.sum.failed += history->deeds[i].outcome == HZT_REFUSED;
	}
	print_errors(history);
	judge_each(&j, prefix, "lock", judge_lock);
	judge_each(&j, prefix, "semaphore", judge_semaphore);
	judge_each(&j, prefix, "latch", judge_latch);
	judge_each(&j, prefix, "number", judge_number);
	judge_each(&j, prefix, "ids", judge_ids);
	hzt_history_free(&history);
	return j.sum;
}
