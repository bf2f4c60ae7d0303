// SPDX-License-Identifier: Apache-2.0
#include "tests/support/history_check.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

// One time that an owner had the lock: it got it between `begun` and `got`, and if it released it
// itself, had it up to `had_until` at least.
typedef struct hold {
	int64_t fence, thread;
	int64_t begun_ns, got_ns;
	int64_t had_until_ns; // INT64_MIN: nobody knows
	bool certain;         // no copy can have taken it from its owner
} hold;

// What is known of a thread, going through the history.
typedef struct owner {
	int64_t thread;
	int64_t fence; // of its last hold
	size_t hold;   // which one that was
	size_t sure;   // how often it has locked what it has, as far as it knows
	bool takes;    // copies of lock may be under way
	bool releases; // copies of unlock may be
	int64_t releases_until_ns;
} owner;

typedef struct scan {
	hold *holds;
	owner *owners;
	size_t hold_count, owner_count;
	hzt_verdict verdict;
} scan;

static owner *
owner_of(scan *s, int64_t thread)
{
	for (size_t i = 0; i < s->owner_count; i++) {
		if (s->owners[i].thread == thread) {
			return &s->owners[i];
		}
	}
	s->owners[s->owner_count] = (owner){.thread = thread};
	return &s->owners[s->owner_count++];
}

// What looks like a mistake, unless a copy can have done it.
static void
find(scan *s, bool by_copy, const hzt_deed *deed, const char *what)
{
	if (by_copy) {
		s->verdict.strays++;
	} else {
		hzt_verdict_say(&s->verdict, "thread %" PRId64 " %s, at %" PRId64, deed->thread,
				what, deed->begun_ns);
	}
}

static void
take(scan *s, owner *o, const hzt_deed *deed)
{
	int64_t fence = deed->number[0];
	bool certain = !o->releases || deed->begun_ns > o->releases_until_ns;
	if (fence != o->fence) {
		o->fence = fence;
		o->hold = s->hold_count;
		o->sure = 0;
		s->holds[s->hold_count++] = (hold){fence, deed->thread, deed->begun_ns,
				deed->ended_ns, INT64_MIN, certain};
	} else if (o->sure == 0) {
		find(s, o->takes, deed, "got the same fence again after it had released it");
	}
	o->sure++;
}

// An owner hears of it from its next call, whatever that is. It may be in doubt whether that call
// had an effect before.
static bool
was_lost(scan *s, owner *o, const hzt_deed *deed)
{
	bool lost = deed->outcome != HZT_DONE && strcmp(deed->error, "LOCK_OWNERSHIP_LOST") == 0;
	if (lost) {
		s->verdict.lost++;
		o->sure = 0;
	}
	return lost;
}

static void
on_lock(scan *s, owner *o, const hzt_deed *deed)
{
	if (deed->outcome == HZT_DONE && deed->numbers > 0 && deed->number[0] > 0) {
		take(s, o, deed);
	}
	o->takes = o->takes || hzt_deed_leaves_copies(deed);
}

static void
on_unlock(scan *s, owner *o, const hzt_deed *deed)
{
	if (deed->outcome == HZT_DONE && o->sure > 0) {
		hold *h = &s->holds[o->hold];
		o->sure--;
		h->had_until_ns = h->certain ? deed->begun_ns : INT64_MIN;
	} else if (deed->outcome == HZT_DONE) {
		find(s, o->takes, deed, "released what it did not have");
	} else if (strcmp(deed->error, "NOT_OWNER") == 0) {
		if (deed->outcome == HZT_REFUSED && o->sure > 0) {
			find(s, o->releases, deed, "lost the lock and was not told so");
		}
		o->sure = 0;
	}
	if (hzt_deed_leaves_copies(deed)) {
		o->takes = o->takes || deed->outcome == HZT_IN_DOUBT; // it may have it still
		o->releases = true;
		o->releases_until_ns = deed->ended_ns < HZT_NEVER - HZT_STRAY_NS
				? deed->ended_ns + HZT_STRAY_NS
				: HZT_NEVER;
	}
}

static int
by_fence(const void *a, const void *b)
{
	const hold *x = a, *y = b;
	return (x->fence > y->fence) - (x->fence < y->fence);
}

// Whatever has a larger fence must have come later: from the last hold to the first, `first` is
// the one of those behind it that was got the earliest.
static void
compare(scan *s)
{
	const hold *first = NULL;
	qsort(s->holds, s->hold_count, sizeof(hold), by_fence);
	for (size_t i = s->hold_count; i-- > 0;) {
		const hold *h = &s->holds[i];
		if (i > 0 && s->holds[i - 1].fence == h->fence) {
			hzt_verdict_say(&s->verdict,
					"fence %" PRId64 " was given to threads %" PRId64
					" and %" PRId64,
					h->fence, s->holds[i - 1].thread, h->thread);
		}
		if (first != NULL && first->got_ns < h->begun_ns) {
			hzt_verdict_say(&s->verdict,
					"fence %" PRId64 " was given after %" PRId64 " had been",
					h->fence, first->fence);
		}
		if (first != NULL && first->got_ns <= h->had_until_ns) {
			hzt_verdict_say(&s->verdict,
					"threads %" PRId64 " (fence %" PRId64 ") and %" PRId64
					" (fence %" PRId64 ") had it both, at %" PRId64,
					h->thread, h->fence, first->thread, first->fence,
					first->got_ns);
		}
		first = first == NULL || h->got_ns < first->got_ns ? h : first;
	}
}

static void
scan_all(scan *s, const hzt_history *history)
{
	for (size_t i = 0; i < history->count; i++) {
		const hzt_deed *deed = &history->deeds[i];
		bool unlocks = hzt_deed_is(deed, "unlock");
		if (!unlocks && !hzt_deed_is(deed, "lock") && !hzt_deed_is(deed, "try_lock")) {
			continue;
		}
		owner *o = owner_of(s, deed->thread);
		if (!was_lost(s, o, deed)) {
			(unlocks ? on_unlock : on_lock)(s, o, deed);
		}
	}
	compare(s);
	s->verdict.seen = s->hold_count;
}

hzt_verdict
hzt_check_lock(const hzt_history *history)
{
	scan s = {.verdict = {.fine = true}};
	s.holds = calloc(history->count + 1, sizeof(*s.holds));
	s.owners = calloc(history->count + 1, sizeof(*s.owners));
	if (s.holds != NULL && s.owners != NULL) {
		scan_all(&s, history);
	} else {
		hzt_verdict_say(&s.verdict, "no memory");
	}
	free(s.holds);
	free(s.owners);
	return s.verdict;
}
