// SPDX-License-Identifier: Apache-2.0
//
// Whether a history (history.h) of one structure can have happened, if the structure is what it
// promises to be. Each looks at the deeds of one key; deeds of other kinds do not count. What is in
// doubt may have happened or not, whichever explains the rest.
#ifndef HZT_HISTORY_CHECK_H
#define HZT_HISTORY_CHECK_H

#include "tests/support/history.h"

typedef struct hzt_verdict {
	bool fine;
	size_t seen;   // acquisitions, acquired permits, releases of the latch, operations, ids
	size_t lost;   // locks: owners that were told that they had lost it
	size_t strays; // what copies of calls did that had long been answered
	char why[256]; // what cannot have happened, for people
} hzt_verdict;

// A copy of a call whose connection was lost may wait at a member that stands still. Members know
// it again only while nothing else has happened: later, such a copy of lock takes the lock again,
// and a copy of unlock releases what its owner has then. Nobody can tell, and it is no mistake of
// the structure; so an owner's time with a lock or with permits counts as certain only when no
// copy of a release of its own can be under way, which takes so long at most.
#define HZT_STRAY_NS INT64_C(30000000000)

// Locks: two owners never have it at once, where whoever released it had it until then; the fence
// of an acquisition is larger than those of all before it, and its owner's alone; nobody releases
// what it does not have, or loses it without being told, but by a stray copy.
hzt_verdict hzt_check_lock(const hzt_history *history);

// Semaphores with these permits: those that were certainly in use at the same time, from the end of
// acquiring to the beginning of releasing, are never more. Of one client, one thread at a time.
hzt_verdict hzt_check_semaphore(const hzt_history *history, int64_t permits);

// All permits are there again within `within_ns` of a time after which nobody acquires any, as
// somebody saw who kept asking. What its asking took longer than it takes on a machine at rest is
// added to the limit: it measures how busy the machine was.
hzt_verdict hzt_check_permits_back(
		const hzt_history *history, int64_t permits, int64_t since_ns, int64_t within_ns);

// Latches that are set once: nobody passes before the count can have been zero, nobody waits when
// it must have been, each count_down counts once.
hzt_verdict hzt_check_latch(const hzt_history *history);

// Atomic longs that begin with 0: there is an order of all operations, each between its begin and
// its end, in which every answer is right. The search gives up after so many steps (not fine).
hzt_verdict hzt_check_atomic_long(const hzt_history *history, size_t most_steps);

// Generators of ids: none was given twice.
hzt_verdict hzt_check_ids(const hzt_history *history);

// ---- For the checkers ----

static inline bool
hzt_deed_is(const hzt_deed *deed, const char *op)
{
	const char *a = deed->op;
	while (*a != '\0' && *a == *op) {
		a++;
		op++;
	}
	return *a == *op;
}

// Whether copies of the call may come after its end.
bool hzt_deed_leaves_copies(const hzt_deed *deed);

// Says what is wrong, unless something was already. Returns false.
bool hzt_verdict_say(hzt_verdict *verdict, const char *format, ...)
		__attribute__((format(printf, 2, 3)));

#endif
