// SPDX-License-Identifier: Apache-2.0
//
// Sessions of CP groups: made once, kept alive in time, replaced when the members say that they
// have expired, and what each call gets then.
#include "tests/scripted/cp_member.h"

#include <stdatomic.h>

enum { LONG_BEAT_MS = 10000, WAIT_MS = 60000 };

static hzt_error_answer expired = {85, "SessionExpiredException", "gone"};
static hzt_error_answer timed_out = {38, "OperationTimeoutException", "too late"};
static hzt_error_answer left = {33, "MemberLeftException", "left"};
static hzt_error_answer refused = {64, "AccessControlException", "not you"};
static hzt_error_answer group_destroyed = {89, "CPGroupDestroyedException", "gone"};

static hz_error err;
static hz_fenced_lock *lock;
static hz_semaphore *permits;

static void
open_both(const bench *b)
{
	HZT_OK_ERR(hz_fenced_lock_open(b->client, "l", NULL, &lock, &err), &err);
	HZT_OK_ERR(hz_semaphore_open(b->client, "s", NULL, &permits, &err), &err);
}

static void
start(bench *b, int64_t beat_ms)
{
	cp_start(b, 1, beat_ms, NULL);
	open_both(b);
}

static void
end(bench *b)
{
	hz_fenced_lock_close(&lock);
	hz_semaphore_close(&permits);
	bench_end(b);
}

// ---- Being made ----

static void
one_for_all_structures(void)
{
	bench b;
	int64_t fence = 0;
	start(&b, LONG_BEAT_MS);
	HZT_EQ_INT(cp_received(&b, CP_MAKE), 0);
	HZT_OK_ERR(hz_fenced_lock_lock(lock, &fence, &err), &err);
	HZT_OK_ERR(hz_semaphore_acquire(permits, 2, &err), &err);
	HZT_EQ_INT(fence, CP_FENCE);
	HZT_EQ_INT(cp_received(&b, CP_MAKE), 1);
	HZT_EQ_INT(cp_nth(CP_LOCK, 0).session, 1);
	HZT_EQ_INT(cp_nth(CP_ACQUIRE, 0).session, 1);
	HZT_EQ_INT(cp_nth(CP_ACQUIRE, 0).permits, 2);
	HZT_EQ_INT(cp_nth(CP_ACQUIRE, 0).thread, cp_nth(CP_LOCK, 0).thread);
	hz_fenced_lock_close(&lock);
	hz_semaphore_close(&permits);
	HZT_OK_ERR(hz_client_shutdown(b.client, 0, &err), &err);
	HZT_EQ_INT(cp_count(CP_CLOSE), 1);
	HZT_EQ_INT(cp_nth(CP_CLOSE, 0).session, 1);
	bench_close(&b);
}

// What may go better is tried again; a member's last word is the call's.
static void
a_failure_to_make_one(void)
{
	bench b;
	int64_t fence = 0;
	start(&b, LONG_BEAT_MS);
	cp_on(&b, CP_MAKE, 1, hzt_failing, &timed_out);
	cp_on(&b, CP_MAKE, 1, hzt_failing, &left);
	HZT_OK_ERR(hz_fenced_lock_lock(lock, &fence, &err), &err);
	HZT_EQ_INT(cp_received(&b, CP_MAKE), 3);
	end(&b);
	start(&b, LONG_BEAT_MS);
	cp_on(&b, CP_MAKE, 1, hzt_failing, &refused);
	HZT_EQ_INT(hz_fenced_lock_lock(lock, &fence, &err), HZ_ERR_SERVER);
	HZT_EQ_INT(cp_received(&b, CP_MAKE), 1);
	HZT_EQ_INT(cp_count(CP_LOCK), 0);
	HZT_OK_ERR(hz_fenced_lock_lock(lock, &fence, &err), &err); // asked once more
	HZT_EQ_INT(cp_received(&b, CP_MAKE), 2);
	end(&b);
}

// ---- Signs of life ----

static void
heartbeats_come_in_time(void)
{
	enum { BEAT_MS = 100, BEATS = 10, LATEST_MS = 20000 }; // the latest: a session's life
	bench b;
	int64_t fence = 0;
	start(&b, BEAT_MS);
	int64_t begun_ms = hzt_now_ms(), before_ms = begun_ms;
	HZT_OK_ERR(hz_fenced_lock_lock(lock, &fence, &err), &err);
	cp_await(CP_BEAT, BEATS);
	for (size_t i = 0; i < BEATS; i++) {
		cp_said said = cp_nth(CP_BEAT, i);
		HZT_EQ_INT(said.session, 1);
		HZT_CHECK(said.at_ms - before_ms < (int64_t)LATEST_MS * hzt_slowness());
		before_ms = said.at_ms;
	}
	// None sooner than it is due.
	HZT_CHECK(before_ms - begun_ms >= BEATS * BEAT_MS * 9 / 10);
	end(&b);
}

// Neither a member's failure nor its silence ends a session.
static void
heartbeats_go_on_after_a_failure(void)
{
	enum { BEAT_MS = 100 };
	bench b;
	int64_t fence = 0;
	start(&b, BEAT_MS);
	HZT_OK_ERR(hz_fenced_lock_lock(lock, &fence, &err), &err);
	cp_on(&b, CP_BEAT, 1, cp_error, &timed_out);
	cp_await(CP_BEAT, cp_count(CP_BEAT) + 3);
	cp_on(&b, CP_BEAT, 1, cp_hold, NULL);
	cp_await(CP_BEAT, cp_count(CP_BEAT) + 3);
	HZT_EQ_INT(cp_received(&b, CP_MAKE), 1);
	HZT_OK_ERR(hz_fenced_lock_unlock(lock, &err), &err);
	HZT_EQ_INT(cp_nth(CP_UNLOCK, 0).session, 1);
	end(&b);
}

static bool
session_is_gone(void *ctx)
{
	(void)ctx;
	return hz_semaphore_release(permits, 1, &err) == HZ_ERR_SESSION_EXPIRED;
}

// ---- Being replaced ----

// An owner learns of it from its next call, once, and nothing of it reaches the members.
static void
an_owner_hears_of_it(void)
{
	enum { BEAT_MS = 100 };
	bench b;
	int64_t fence = 0;
	bool mine = true;
	start(&b, BEAT_MS);
	HZT_OK_ERR(hz_fenced_lock_lock(lock, &fence, &err), &err);
	HZT_OK_ERR(hz_semaphore_acquire(permits, 1, &err), &err);
	cp_on(&b, CP_BEAT, 1, cp_error, &expired);
	HZT_AWAIT(session_is_gone, NULL, PATIENCE_MS);
	HZT_EQ_INT(hz_fenced_lock_unlock(lock, &err), HZ_ERR_LOCK_OWNERSHIP_LOST);
	HZT_EQ_INT(hz_fenced_lock_unlock(lock, &err), HZ_ERR_NOT_OWNER);
	HZT_EQ_INT(cp_count(CP_UNLOCK), 0);
	HZT_OK_ERR(hz_fenced_lock_is_locked_by_current_owner(lock, &mine, &err), &err);
	HZT_CHECK(!mine);
	HZT_OK_ERR(hz_fenced_lock_lock(lock, &fence, &err), &err);
	HZT_EQ_INT(cp_nth(CP_LOCK, 1).session, 2);
	HZT_EQ_INT(cp_received(&b, CP_MAKE), 2);
	end(&b);
}

// The same from the answer to the call itself; another owner locks as if nothing had been.
static void
a_call_is_told_by_the_member(void)
{
	bench b;
	int64_t fence = 0;
	hz_lock_context *other = NULL;
	start(&b, LONG_BEAT_MS);
	HZT_OK_ERR(hz_lock_context_new(b.client, &other, &err), &err);
	HZT_OK_ERR(hz_fenced_lock_lock(lock, &fence, &err), &err);
	cp_on(&b, CP_UNLOCK, 1, cp_error, &expired);
	HZT_EQ_INT(hz_fenced_lock_unlock(lock, &err), HZ_ERR_LOCK_OWNERSHIP_LOST);
	HZT_OK_ERR(hz_fenced_lock_lock(lock, &fence, &err), &err);
	cp_on(&b, CP_LOCK, 1, cp_error, &expired);
	HZT_EQ_INT(hz_fenced_lock_lock(lock, &fence, &err), HZ_ERR_LOCK_OWNERSHIP_LOST);
	HZT_OK_ERR(hz_fenced_lock_lock(lock, &fence, &err), &err);
	HZT_EQ_INT(cp_received(&b, CP_MAKE), 3);
	HZT_OK(hz_fenced_lock_call(lock, &(hz_call){.owner = other}));
	cp_on(&b, CP_LOCK, 1, cp_error, &expired);
	HZT_OK_ERR(hz_fenced_lock_lock(lock, &fence, &err), &err);
	HZT_EQ_INT(cp_received(&b, CP_MAKE), 4);
	HZT_OK(hz_fenced_lock_call(lock, NULL));
	HZT_EQ_INT(hz_fenced_lock_unlock(lock, &err), HZ_ERR_LOCK_OWNERSHIP_LOST);
	HZT_OK_ERR(hz_semaphore_acquire(permits, 1, &err), &err);
	cp_on(&b, CP_RELEASE, 1, cp_error, &expired);
	HZT_EQ_INT(hz_semaphore_release(permits, 1, &err), HZ_ERR_SESSION_EXPIRED);
	HZT_EQ_INT(cp_count(CP_RELEASE), 1);
	hz_lock_context_destroy(&other);
	end(&b);
}

// A call that waits does so again, with the new session, the id it had, and what is left of its
// time.
static void
check_again(uint32_t type, int64_t timeout_ms)
{
	cp_await(type, 2);
	cp_said first = cp_nth(type, 0), second = cp_nth(type, 1);
	HZT_EQ_INT(first.session, 1);
	HZT_EQ_INT(second.session, 2);
	HZT_EQ_INT(second.thread, first.thread);
	HZT_EQ_INT(second.permits, first.permits);
	HZT_EQ_MEM(second.uid, first.uid, sizeof(first.uid));
	HZT_CHECK(first.timeout_ms <= timeout_ms && second.timeout_ms <= first.timeout_ms);
	HZT_CHECK(timeout_ms <= 0 || second.timeout_ms > 0);
}

typedef struct outcome {
	_Atomic bool ended;
	hz_err e;
	int64_t n; // of a fence or a bool
	hz_error err;
} outcome;

static void
note_end(void *ctx, hz_err e, hz_result *result, const hz_error *why)
{
	outcome *o = ctx;
	o->e = e;
	o->n = result->kind == HZ_RESULT_I64             ? result->u.i64
			: result->kind == HZ_RESULT_BOOL ? result->u.b
							 : 0;
	if (why != NULL) {
		o->err = *why;
	}
	atomic_store(&o->ended, true);
}

static bool
has_ended(void *ctx)
{
	return atomic_load(&((outcome *)ctx)->ended);
}

static void
watch(hz_future future, outcome *o)
{
	*o = (outcome){.e = HZ_OK};
	HZT_OK(hz_then(future, note_end, o));
}

static void
check_end(outcome *o, hz_err want, int64_t n)
{
	HZT_AWAIT(has_ended, o, PATIENCE_MS);
	HZT_EQ_INT(o->e, want);
	HZT_EQ_INT(o->n, n);
}

static void
waits_go_on_with_the_next(void)
{
	static outcome locking, trying, taking;
	bench b;
	hz_lock_context *other = NULL;
	int32_t drained = 0;
	start(&b, LONG_BEAT_MS);
	HZT_OK_ERR(hz_semaphore_drain_permits(permits, &drained, &err), &err); // a session
	HZT_EQ_INT(drained, CP_DRAINED);
	HZT_OK_ERR(hz_lock_context_new(b.client, &other, &err), &err);
	cp_on(&b, CP_LOCK, 1, cp_hold, NULL);
	cp_on(&b, CP_TRY_LOCK, 1, cp_hold, NULL);
	cp_on(&b, CP_ACQUIRE, 1, cp_hold, NULL);
	watch(hz_fenced_lock_lock_async(lock), &locking);
	HZT_OK(hz_fenced_lock_call(lock, &(hz_call){.owner = other}));
	watch(hz_fenced_lock_try_lock_async(lock, WAIT_MS), &trying);
	watch(hz_semaphore_try_acquire_async(permits, 3, WAIT_MS), &taking);
	cp_await(CP_LOCK, 1);
	cp_await(CP_TRY_LOCK, 1);
	cp_await(CP_ACQUIRE, 1);
	HZT_EQ_INT(cp_release(&b, HZT_ANY, hzt_failing, &expired), 3);
	check_again(CP_LOCK, 0);
	check_again(CP_TRY_LOCK, WAIT_MS);
	check_again(CP_ACQUIRE, WAIT_MS);
	check_end(&locking, HZ_OK, CP_FENCE);
	check_end(&trying, HZ_OK, CP_FENCE);
	check_end(&taking, HZ_OK, true);
	HZT_EQ_INT(cp_received(&b, CP_MAKE), 2);
	HZT_OK(hz_fenced_lock_call(lock, NULL));
	hz_lock_context_destroy(&other);
	end(&b);
}

// An owner that waits to lock again what it had has lost it, and does not get it as if it were the
// first time.
static void
a_wait_of_the_owner_ends(void)
{
	static outcome again;
	bench b;
	int64_t fence = 0;
	hz_lock_context *owner = NULL;
	start(&b, LONG_BEAT_MS);
	HZT_OK_ERR(hz_lock_context_new(b.client, &owner, &err), &err);
	HZT_OK(hz_fenced_lock_call(lock, &(hz_call){.owner = owner}));
	HZT_OK_ERR(hz_fenced_lock_lock(lock, &fence, &err), &err);
	cp_on(&b, CP_TRY_LOCK, 1, cp_hold, NULL);
	watch(hz_fenced_lock_try_lock_async(lock, WAIT_MS), &again);
	cp_await(CP_TRY_LOCK, 1);
	HZT_EQ_INT(cp_release(&b, CP_TRY_LOCK, hzt_failing, &expired), 1);
	check_end(&again, HZ_ERR_LOCK_OWNERSHIP_LOST, 0);
	HZT_EQ_INT(cp_count(CP_TRY_LOCK), 1);
	HZT_EQ_INT(hz_fenced_lock_unlock(lock, &err), HZ_ERR_NOT_OWNER);
	HZT_OK(hz_fenced_lock_call(lock, NULL));
	hz_lock_context_destroy(&owner);
	end(&b);
}

// A change is made again only if it cannot have come through.
static void
changes_are_made_once(void)
{
	bench b;
	start(&b, LONG_BEAT_MS);
	cp_on(&b, CP_CHANGE, 1, cp_error, &expired);
	HZT_OK_ERR(hz_semaphore_increase_permits(permits, 2, &err), &err);
	HZT_EQ_INT(cp_count(CP_CHANGE), 2);
	HZT_EQ_INT(cp_nth(CP_CHANGE, 1).session, 2);
	cp_on(&b, CP_CHANGE, 1, cp_error, &expired);
	cp_on(&b, CP_CHANGE, 1, cp_cut, NULL);
	HZT_EQ_INT(hz_semaphore_reduce_permits(permits, 2, &err), HZ_ERR_SESSION_EXPIRED);
	HZT_CHECK(err.in_doubt);
	HZT_EQ_INT(cp_count(CP_CHANGE), 4);
	HZT_EQ_INT(cp_nth(CP_CHANGE, 3).permits, -2);
	end(&b);
}

// Permits of the session before are back at the members, and those of the next one are others'.
static void
a_release_keeps_to_its_session(void)
{
	static outcome releasing;
	bench b;
	start(&b, LONG_BEAT_MS);
	HZT_OK_ERR(hz_semaphore_acquire(permits, 1, &err), &err);
	cp_on(&b, CP_RELEASE, 1, cp_hold, NULL);
	watch(hz_semaphore_release_async(permits, 1), &releasing);
	cp_await(CP_RELEASE, 1);
	cp_on(&b, CP_ACQUIRE, 1, cp_error, &expired);
	HZT_OK_ERR(hz_semaphore_acquire(permits, 1, &err), &err);
	HZT_EQ_INT(cp_nth(CP_ACQUIRE, 2).session, 2);
	HZT_EQ_INT(cp_release(&b, CP_RELEASE, hzt_failing, &timed_out), 1);
	check_end(&releasing, HZ_ERR_SESSION_EXPIRED, 0);
	HZT_CHECK(releasing.err.in_doubt);
	HZT_EQ_INT(cp_count(CP_RELEASE), 1);
	end(&b);
}

// ---- Groups that are gone ----

static void
a_group_takes_its_session_along(void)
{
	bench b;
	int64_t fence = 0;
	start(&b, LONG_BEAT_MS);
	HZT_OK_ERR(hz_semaphore_acquire(permits, 1, &err), &err);
	cp_on(&b, CP_LOCK, 1, cp_error, &group_destroyed);
	HZT_EQ_INT(hz_fenced_lock_lock(lock, &fence, &err), HZ_ERR_GROUP_DESTROYED);
	HZT_CHECK(!err.in_doubt);
	cp_renew_group();
	cp_on(&b, CP_MAKE, 1, hzt_failing, &group_destroyed);
	HZT_EQ_INT(hz_fenced_lock_lock(lock, &fence, &err), HZ_ERR_GROUP_DESTROYED);
	hz_fenced_lock *renewed = NULL;
	HZT_OK_ERR(hz_fenced_lock_open(b.client, "l", NULL, &renewed, &err), &err);
	HZT_OK_ERR(hz_fenced_lock_lock(renewed, &fence, &err), &err);
	cp_said said = cp_nth(CP_LOCK, 1);
	HZT_EQ_INT(said.group, cp_nth(CP_LOCK, 0).group + 1);
	HZT_EQ_INT(said.session, 2);
	HZT_OK_ERR(hz_fenced_lock_unlock(renewed, &err), &err);
	HZT_EQ_INT(cp_nth(CP_UNLOCK, 0).group, said.group);
	hz_fenced_lock_close(&renewed);
	end(&b);
}

static void
a_heartbeat_tells_of_it(void)
{
	enum { BEAT_MS = 100 };
	bench b;
	start(&b, BEAT_MS);
	HZT_OK_ERR(hz_semaphore_acquire(permits, 1, &err), &err);
	cp_on(&b, CP_BEAT, 1, cp_error, &group_destroyed);
	HZT_AWAIT(session_is_gone, NULL, PATIENCE_MS);
	end(&b);
}

static const hzt_case cases[] = {
		{"one_for_all_structures", one_for_all_structures},
		{"a_failure_to_make_one", a_failure_to_make_one},
		{"heartbeats_come_in_time", heartbeats_come_in_time},
		{"heartbeats_go_on_after_a_failure", heartbeats_go_on_after_a_failure},
		{"an_owner_hears_of_it", an_owner_hears_of_it},
		{"a_call_is_told_by_the_member", a_call_is_told_by_the_member},
		{"waits_go_on_with_the_next", waits_go_on_with_the_next},
		{"a_wait_of_the_owner_ends", a_wait_of_the_owner_ends},
		{"changes_are_made_once", changes_are_made_once},
		{"a_release_keeps_to_its_session", a_release_keeps_to_its_session},
		{"a_group_takes_its_session_along", a_group_takes_its_session_along},
		{"a_heartbeat_tells_of_it", a_heartbeat_tells_of_it},
};

HZT_MAIN("cp_session", cases)
