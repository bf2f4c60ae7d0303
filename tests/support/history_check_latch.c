// SPDX-License-Identifier: Apache-2.0
#include "tests/support/history_check.h"

#include <inttypes.h>
#include <stdlib.h>

// Times at which calls to count_down that may have counted began, and at which those that certainly
// have ended; both sorted.
typedef struct scan {
	int64_t *begun, *ended;
	size_t begun_count, ended_count;
	int64_t count; // that was set
	hzt_verdict verdict;
} scan;

static int
by_time(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return (x > y) - (x < y);
}

// How many of them are before this time.
static int64_t
before(const int64_t *times, size_t n, int64_t at_ns)
{
	size_t low = 0;
	while (low < n) {
		size_t middle = low + (n - low) / 2;
		if (times[middle] < at_ns) {
			low = middle + 1;
		} else {
			n = middle;
		}
	}
	return (int64_t)low;
}

static void
gather(scan *s, const hzt_history *history)
{
	for (size_t i = 0; i < history->count; i++) {
		const hzt_deed *deed = &history->deeds[i];
		if (hzt_deed_is(deed, "set_count") && deed->outcome == HZT_DONE &&
				deed->number[0] > 0) {
			if (s->count > 0) {
				hzt_verdict_say(&s->verdict, "the count was set twice");
			}
			s->count = deed->number[0];
		}
		if (!hzt_deed_is(deed, "count_down") || deed->outcome == HZT_REFUSED) {
			continue;
		}
		s->begun[s->begun_count++] = deed->begun_ns;
		if (deed->outcome == HZT_DONE) {
			s->ended[s->ended_count++] = deed->ended_ns;
		}
	}
	qsort(s->begun, s->begun_count, sizeof(int64_t), by_time);
	qsort(s->ended, s->ended_count, sizeof(int64_t), by_time);
}

static int64_t
left_after(const scan *s, int64_t downs)
{
	return downs < s->count ? s->count - downs : 0;
}

static void
check_answer(scan *s, const hzt_deed *deed)
{
	int64_t least = left_after(s, before(s->begun, s->begun_count, deed->ended_ns));
	int64_t most = left_after(s, before(s->ended, s->ended_count, deed->begun_ns));
	int64_t got = deed->number[0];
	if (hzt_deed_is(deed, "get_count") && (got < least || got > most)) {
		hzt_verdict_say(&s->verdict,
				"the count was %" PRId64 " where it can be %" PRId64 " to %" PRId64
				", at %" PRId64,
				got, least, most, deed->begun_ns);
	}
	if (hzt_deed_is(deed, "await") && got != 0 && least > 0) {
		hzt_verdict_say(&s->verdict,
				"thread %" PRId64 " passed with %" PRId64
				" left to count, at %" PRId64,
				deed->thread, least, deed->ended_ns);
	}
	if (hzt_deed_is(deed, "await") && got == 0 && most == 0) {
		hzt_verdict_say(&s->verdict,
				"thread %" PRId64
				" waited in vain with nothing left, from %" PRId64,
				deed->thread, deed->begun_ns);
	}
	s->verdict.seen += hzt_deed_is(deed, "await") && got != 0;
}

static void
scan_all(scan *s, const hzt_history *history)
{
	gather(s, history);
	if (s->count == 0) {
		hzt_verdict_say(&s->verdict, "nobody has set the count");
	}
	for (size_t i = 0; i < history->count; i++) {
		const hzt_deed *deed = &history->deeds[i];
		if (deed->outcome == HZT_DONE && deed->numbers > 0) {
			check_answer(s, deed);
		}
	}
}

hzt_verdict
hzt_check_latch(const hzt_history *history)
{
	scan s = {.verdict = {.fine = true}};
	s.begun = calloc(history->count + 1, sizeof(*s.begun));
	s.ended = calloc(history->count + 1, sizeof(*s.ended));
	if (s.begun != NULL && s.ended != NULL) {
		scan_all(&s, history);
	} else {
		hzt_verdict_say(&s.verdict, "no memory");
	}
	free(s.begun);
	free(s.ended);
	return s.verdict;
}
