// SPDX-License-Identifier: Apache-2.0
#include "tests/support/history_check.h"

#include <inttypes.h>
#include <stdlib.h>

#define MAX_OPEN 16
#define AT_REST_NS INT64_C(200000000) // what a question and the pause before it take at most

// Permits that a thread has acquired and not released yet.
typedef struct open_permits {
	int64_t permits, since_ns;
	bool certain; // no copy can have released them
} open_permits;

typedef struct holder {
	int64_t thread;
	open_permits open[MAX_OPEN];
	size_t count;
	bool takes;    // copies of acquire may be under way
	bool releases; // copies of release may be
	int64_t releases_until_ns;
} holder;

// Permits that come into use, or go out of it.
typedef struct change {
	int64_t at_ns, permits;
} change;

typedef struct scan {
	holder *holders;
	change *changes;
	size_t holder_count, change_count;
	hzt_verdict verdict;
} scan;

static holder *
holder_of(scan *s, int64_t thread)
{
	for (size_t i = 0; i < s->holder_count; i++) {
		if (s->holders[i].thread == thread) {
			return &s->holders[i];
		}
	}
	s->holders[s->holder_count] = (holder){.thread = thread};
	return &s->holders[s->holder_count++];
}

static void
on_acquire(scan *s, holder *h, const hzt_deed *deed)
{
	h->takes = h->takes || hzt_deed_leaves_copies(deed);
	if (deed->outcome != HZT_DONE || deed->number[0] == 0) {
		return;
	}
	if (h->count == MAX_OPEN) {
		hzt_verdict_say(&s->verdict, "thread %" PRId64 " acquires again and again",
				deed->thread);
		return;
	}
	bool certain = !h->releases || deed->begun_ns > h->releases_until_ns;
	h->open[h->count++] = (open_permits){deed->number[0], deed->ended_ns, certain};
	s->verdict.seen++;
}

// What was certainly in use.
static void
use(scan *s, const open_permits *permits, int64_t until_ns)
{
	if (permits->certain && until_ns > permits->since_ns) {
		s->changes[s->change_count++] = (change){permits->since_ns, permits->permits};
		s->changes[s->change_count++] = (change){until_ns, -permits->permits};
	}
}

// The last that were acquired go first.
static void
on_release(scan *s, holder *h, const hzt_deed *deed)
{
	const open_permits *last = h->count > 0 ? &h->open[h->count - 1] : NULL;
	if (last != NULL && last->permits == deed->number[0]) {
		h->count--;
		if (deed->outcome == HZT_DONE) {
			use(s, last, deed->begun_ns);
		}
	} else if (deed->outcome == HZT_DONE && h->takes) {
		s->verdict.strays++;
	} else if (deed->outcome == HZT_DONE) {
		hzt_verdict_say(&s->verdict,
				"thread %" PRId64 " released what it did not have, at %" PRId64,
				deed->thread, deed->begun_ns);
	}
	if (hzt_deed_leaves_copies(deed)) {
		h->takes = h->takes || deed->outcome == HZT_IN_DOUBT; // it may have them still
		h->releases = true;
		h->releases_until_ns = deed->ended_ns < HZT_NEVER - HZT_STRAY_NS
				? deed->ended_ns + HZT_STRAY_NS
				: HZT_NEVER;
	}
}

// What ends when something else begins does not meet it.
static int
by_time(const void *a, const void *b)
{
	const change *x = a, *y = b;
	if (x->at_ns != y->at_ns) {
		return x->at_ns < y->at_ns ? -1 : 1;
	}
	return (x->permits > y->permits) - (x->permits < y->permits);
}

static void
add_up(scan *s, int64_t limit)
{
	int64_t used = 0;
	qsort(s->changes, s->change_count, sizeof(change), by_time);
	for (size_t i = 0; i < s->change_count; i++) {
		used += s->changes[i].permits;
		if (used > limit) {
			hzt_verdict_say(&s->verdict,
					"%" PRId64 " of %" PRId64
					" permits were in use, at %" PRId64,
					used, limit, s->changes[i].at_ns);
		}
	}
}

static void
scan_all(scan *s, const hzt_history *history, int64_t limit)
{
	for (size_t i = 0; i < history->count; i++) {
		const hzt_deed *deed = &history->deeds[i];
		if (hzt_deed_is(deed, "acquire")) {
			on_acquire(s, holder_of(s, deed->thread), deed);
		} else if (hzt_deed_is(deed, "release")) {
			on_release(s, holder_of(s, deed->thread), deed);
		} else if (hzt_deed_is(deed, "available") && deed->outcome == HZT_DONE &&
				deed->number[0] > limit) {
			hzt_verdict_say(&s->verdict, "%" PRId64 " permits are there, of %" PRId64,
					deed->number[0], limit);
		}
	}
	add_up(s, limit);
}

hzt_verdict
hzt_check_semaphore(const hzt_history *history, int64_t permits)
{
	scan s = {.verdict = {.fine = true}};
	s.holders = calloc(history->count + 1, sizeof(*s.holders));
	s.changes = calloc(2 * history->count + 1, sizeof(*s.changes));
	if (s.holders != NULL && s.changes != NULL) {
		scan_all(&s, history, permits);
	} else {
		hzt_verdict_say(&s.verdict, "no memory");
	}
	free(s.holders);
	free(s.changes);
	return s.verdict;
}

// ---- Afterwards ----

static int64_t
beyond(int64_t took_ns)
{
	return took_ns > AT_REST_NS ? took_ns - AT_REST_NS : 0;
}

hzt_verdict
hzt_check_permits_back(
		const hzt_history *history, int64_t permits, int64_t since_ns, int64_t within_ns)
{
	hzt_verdict verdict = {.fine = true};
	int64_t limit_ns = since_ns + within_ns;
	int64_t last_ns = since_ns;
	int64_t last = -1;
	for (size_t i = 0; i < history->count; i++) {
		const hzt_deed *deed = &history->deeds[i];
		if (!hzt_deed_is(deed, "available") || deed->begun_ns < since_ns) {
			continue;
		}
		limit_ns += beyond(deed->begun_ns - last_ns) +
				beyond(deed->ended_ns - deed->begun_ns);
		last_ns = deed->ended_ns;
		if (deed->outcome == HZT_DONE) {
			last = deed->number[0];
			verdict.seen++;
		}
		if (deed->outcome == HZT_DONE && last != permits && deed->begun_ns > limit_ns) {
			hzt_verdict_say(&verdict,
					"%" PRId64 " of %" PRId64
					" permits are there after %" PRId64 " ms",
					last, permits, (deed->begun_ns - since_ns) / 1000000);
		}
	}
	if (last != permits) {
		hzt_verdict_say(&verdict, "%" PRId64 " of %" PRId64 " permits were there at last",
				last, permits);
	}
	return verdict;
}
