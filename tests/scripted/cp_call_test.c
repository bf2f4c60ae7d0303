// SPDX-License-Identifier: Apache-2.0
//
// Locks and semaphores: refusals that real members give rarely, answers that are lost or leave it
// open what happened, and what the next request then holds.
#include "tests/scripted/cp_member.h"

#include <string.h>

enum { LONG_BEAT_MS = 10000, WAIT_MS = 60000 };

static hzt_error_answer limit_reached = {87, "LockAcquireLimitReachedException", "limit"};
static hzt_error_answer replaced = {86, "WaitKeyCancelledException", NULL};
static hzt_error_answer destroyed = {14, "DistributedObjectDestroyedException", "destroyed"};
static hzt_error_answer not_owner = {26, "IllegalMonitorStateException", "not yours"};
static hzt_error_answer doubts[] = {
		{33, "MemberLeftException", "left"},
		{38, "OperationTimeoutException", "too late"},
		{52, "TargetDisconnectedException", "cut"},
		{80, "IndeterminateOperationStateException", "who knows"},
		{91, "LeaderDemotedException", "no leader"},
		{92, "StaleAppendRequestException", "stale"},
};
enum { DOUBTS = sizeof(doubts) / sizeof(doubts[0]) };

static hz_error err;
static hz_fenced_lock *lock;
static hz_semaphore *permits;

static void
start(bench *b, bool without_sessions)
{
	cp_start(b, 1, LONG_BEAT_MS, NULL);
	cp_without_sessions(without_sessions);
	HZT_OK_ERR(hz_fenced_lock_open(b->client, "l", NULL, &lock, &err), &err);
	HZT_OK_ERR(hz_semaphore_open(b->client, "s", NULL, &permits, &err), &err);
}

static void
end(bench *b)
{
	hz_fenced_lock_close(&lock);
	hz_semaphore_close(&permits);
	bench_end(b);
}

// ---- All calls ----

// What each does when it goes well, with the request that it sends.
typedef struct call_row {
	uint32_t type;
	hz_err (*run)(void);

} call_row;

static hz_err
run_lock(void)
{
	int64_t fence = 0;
	hz_err e = hz_fenced_lock_lock(lock, &fence, &err);
	HZT_CHECK(e != HZ_OK || fence == CP_FENCE);
	return e;
}

static hz_err
run_try_lock(void)
{
	int64_t fence = 0;
	hz_err e = hz_fenced_lock_try_lock(lock, WAIT_MS, &fence, &err);
	HZT_CHECK(e != HZ_OK || fence == CP_FENCE);
	return e;
}

static hz_err
run_unlock(void)
{
	return hz_fenced_lock_unlock(lock, &err);
}

static hz_err
run_acquire(void)
{
	return hz_semaphore_acquire(permits, 2, &err);
}

static hz_err
run_try_acquire(void)
{
	bool got = false;
	hz_err e = hz_semaphore_try_acquire(permits, 2, WAIT_MS, &got, &err);
	HZT_CHECK(e != HZ_OK || got);
	return e;
}

static hz_err
run_release(void)
{
	return hz_semaphore_release(permits, 2, &err);
}

static hz_err
run_drain(void)
{
	int32_t n = 0;
	hz_err e = hz_semaphore_drain_permits(permits, &n, &err);
	HZT_CHECK(e != HZ_OK || n == CP_DRAINED);
	return e;
}

static hz_err
run_change(void)
{
	return hz_semaphore_reduce_permits(permits, 2, &err);
}

static const call_row rows[] = {
		{CP_LOCK, run_lock},
		{CP_UNLOCK, run_unlock},
		{CP_TRY_LOCK, run_try_lock},
		{CP_UNLOCK, run_unlock},
		{CP_ACQUIRE, run_acquire},
		{CP_ACQUIRE, run_try_acquire},
		{CP_RELEASE, run_release},
		{CP_DRAIN, run_drain},
		{CP_CHANGE, run_change},
};
enum { ROWS = sizeof(rows) / sizeof(rows[0]), FIRST_OF_SEMAPHORES = 4 };

// Runs a call whose first try gets that; the second one has the same id and goes well.
static void
check_repeated(const bench *b, const call_row *row, hzt_rule rule, void *ctx)
{
	size_t before = cp_count(row->type);
	cp_on(b, row->type, 1, rule, ctx);
	HZT_OK_ERR(row->run(), &err);
	HZT_EQ_INT(cp_count(row->type), before + 2);
	cp_said first = cp_nth(row->type, before), second = cp_nth(row->type, before + 1);
	HZT_EQ_MEM(second.uid, first.uid, sizeof(first.uid));
	HZT_EQ_INT(second.session, first.session);
	HZT_EQ_INT(second.thread, first.thread);
	HZT_EQ_INT(second.permits, first.permits);
}

static void
lost_answers_are_asked_for_again(void)
{
	bench b;
	start(&b, false);
	for (size_t i = 0; i < ROWS; i++) {
		check_repeated(&b, &rows[i], cp_cut, NULL);
	}
	HZT_EQ_INT(cp_received(&b, CP_MAKE), 1);
	end(&b);
}

static void
doubtful_answers_are_asked_for_again(void)
{
	bench b;
	start(&b, false);
	for (size_t i = 0; i < ROWS; i++) {
		for (size_t k = 0; k < DOUBTS; k++) {
			check_repeated(&b, &rows[i], cp_error, &doubts[k]);
		}
		HZT_OK_ERR(run_lock(), &err);
	}
	end(&b);
}

// ---- Without sessions ----

// The members do not know a repeated call of no session again: it is in doubt.
static void
check_in_doubt(const bench *b, const call_row *row, hzt_rule rule, hzt_error_answer *answer)
{
	size_t before = cp_count(row->type);
	cp_on(b, row->type, 1, rule, answer);
	hz_err want = answer == NULL || answer->code == 80 ? HZ_ERR_INDETERMINATE : HZ_ERR_SERVER;
	HZT_EQ_INT(row->run(), want);
	HZT_CHECK(err.in_doubt);
	HZT_EQ_INT(cp_count(row->type), before + 1);
	cp_said said = cp_nth(row->type, before);
	HZT_EQ_INT(said.session, -1);
	HZT_CHECK(said.thread > 1000);
}

static void
without_a_session_it_is_in_doubt(void)
{
	bench b;
	start(&b, true);
	for (size_t i = FIRST_OF_SEMAPHORES; i < ROWS; i++) {
		check_in_doubt(&b, &rows[i], cp_cut, NULL);
		for (size_t k = 0; k < DOUBTS; k++) {
			check_in_doubt(&b, &rows[i], cp_error, &doubts[k]);
		}
	}
	HZT_EQ_INT(cp_received(&b, CP_MAKE), 0);
	end(&b);
}

// Unless the application has said that everything may be repeated.
static void
without_a_session_by_leave(void)
{
	static const char *const redo[] = {"network.redo-operation", "true", NULL};
	bench b;
	cp_start(&b, 1, LONG_BEAT_MS, redo);
	cp_without_sessions(true);
	HZT_OK_ERR(hz_semaphore_open(b.client, "s", NULL, &permits, &err), &err);
	for (size_t i = FIRST_OF_SEMAPHORES; i < ROWS; i++) {
		check_repeated(&b, &rows[i], cp_cut, NULL);
		check_repeated(&b, &rows[i], cp_error, &doubts[0]);
	}
	end(&b);
}

// ---- Refusals ----

static void
check_refused(const bench *b, const call_row *row, hzt_error_answer *answer, hz_err want)
{
	size_t before = cp_count(row->type);
	cp_on(b, row->type, 1, cp_error, answer);
	HZT_EQ_INT(row->run(), want);
	HZT_EQ_INT(err.server_code, answer->code);
	HZT_CHECK(!err.in_doubt && !err.retryable);
	HZT_EQ_INT(cp_count(row->type), before + 1);
}

static void
refusals_have_a_type(void)
{
	bench b;
	start(&b, false);
	HZT_OK_ERR(run_acquire(), &err);
	for (size_t i = 0; i < ROWS; i++) {
		bool waits = rows[i].type == CP_LOCK || rows[i].type == CP_TRY_LOCK ||
				rows[i].type == CP_ACQUIRE;
		if (waits) {
			check_refused(&b, &rows[i], &replaced, HZ_ERR_WAIT_KEY_CANCELLED);
		}
		check_refused(&b, &rows[i], &destroyed, HZ_ERR_DESTROYED);
	}
	check_refused(&b, &rows[0], &limit_reached, HZ_ERR_LOCK_LIMIT);
	check_refused(&b, &rows[2], &limit_reached, HZ_ERR_LOCK_LIMIT);
	check_refused(&b, &rows[1], &not_owner, HZ_ERR_NOT_OWNER);
	end(&b);
}

// Members say that the limit is reached by a fence that is none.
static void
a_lock_has_a_limit(void)
{
	bench b;
	int64_t fence = 9;
	start(&b, false);
	cp_on(&b, CP_LOCK, 1, cp_no, NULL);
	HZT_EQ_INT(hz_fenced_lock_lock(lock, &fence, &err), HZ_ERR_LOCK_LIMIT);
	HZT_EQ_INT(fence, 9);
	cp_on(&b, CP_TRY_LOCK, 1, cp_no, NULL);
	HZT_OK_ERR(hz_fenced_lock_try_lock(lock, 0, &fence, &err), &err);
	HZT_EQ_INT(fence, HZ_NO_FENCE); // somebody else has it
	HZT_OK_ERR(run_lock(), &err);
	cp_on(&b, CP_TRY_LOCK, 1, cp_no, NULL);
	HZT_EQ_INT(hz_fenced_lock_try_lock(lock, 0, &fence, &err), HZ_ERR_LOCK_LIMIT);
	cp_on(&b, CP_TRY_LOCK, 1, cp_no, NULL);
	HZT_OK(hz_fenced_lock_call(lock, &(hz_call){.timeout_ms = WAIT_MS}));
	HZT_EQ_INT(hz_fenced_lock_lock(lock, &fence, &err), HZ_ERR_LOCK_LIMIT);
	HZT_CHECK(!err.in_doubt);
	end(&b);
}

// ---- Several calls of one owner under way ----

static void
lose_session(const bench *b)
{
	static hzt_error_answer expired = {85, "SessionExpiredException", "gone"};
	cp_on(b, CP_ACQUIRE, 1, cp_error, &expired);
	HZT_OK_ERR(run_acquire(), &err);
}

// The lock is free, says an answer from before it was taken.
static void
an_old_look_is_no_loss(void)
{
	bench b;
	bool mine = true;
	start(&b, false);
	cp_on(&b, CP_OWNERSHIP, 1, cp_hold, NULL);
	hz_future look = hz_fenced_lock_is_locked_by_current_owner_async(lock);
	cp_await(CP_OWNERSHIP, 1);
	HZT_OK_ERR(run_lock(), &err);
	HZT_EQ_INT(cp_release(&b, CP_OWNERSHIP, cp_give, NULL), 1);
	HZT_OK_ERR(hz_await_bool(look, &mine, &err), &err);
	HZT_CHECK(!mine);
	// It is one when it was taken before.
	HZT_EQ_INT(hz_fenced_lock_is_locked_by_current_owner(lock, &mine, &err),
			HZ_ERR_LOCK_OWNERSHIP_LOST);
	HZT_OK_ERR(run_lock(), &err);
	lose_session(&b);
	HZT_EQ_INT(run_unlock(), HZ_ERR_LOCK_OWNERSHIP_LOST);
	end(&b);
}

// The lock is free, says an answer from after it was given up.
static void
a_look_behind_an_unlock_is_no_loss(void)
{
	bench b;
	bool mine = true;
	start(&b, false);
	HZT_OK_ERR(run_lock(), &err);
	cp_on(&b, CP_OWNERSHIP, 1, cp_hold, NULL);
	cp_on(&b, CP_UNLOCK, 1, cp_hold, NULL);
	hz_future look = hz_fenced_lock_is_locked_by_current_owner_async(lock);
	hz_future unlock = hz_fenced_lock_unlock_async(lock);
	cp_await(CP_OWNERSHIP, 1);
	cp_await(CP_UNLOCK, 1);
	HZT_EQ_INT(cp_release(&b, HZT_ANY, cp_give, NULL), 2);
	HZT_OK_ERR(hz_await_bool(look, &mine, &err), &err);
	HZT_CHECK(!mine);
	HZT_OK_ERR(hz_await_none(unlock, &err), &err);
	lose_session(&b);
	cp_on(&b, CP_UNLOCK, 1, cp_error, &not_owner);
	HZT_EQ_INT(run_unlock(), HZ_ERR_NOT_OWNER);
	end(&b);
}

// What an unlock left behind was nothing, but the lock has been taken again since.
static void
an_old_unlock_forgets_nothing(void)
{
	bench b;
	start(&b, false);
	HZT_OK_ERR(run_lock(), &err);
	cp_on(&b, CP_UNLOCK, 1, cp_hold, NULL);
	hz_future unlock = hz_fenced_lock_unlock_async(lock);
	cp_await(CP_UNLOCK, 1);
	HZT_OK_ERR(run_lock(), &err);
	HZT_EQ_INT(cp_release(&b, CP_UNLOCK, cp_give, NULL), 1);
	HZT_OK_ERR(hz_await_none(unlock, &err), &err);
	lose_session(&b);
	HZT_EQ_INT(run_unlock(), HZ_ERR_LOCK_OWNERSHIP_LOST);
	end(&b);
}

static void
cut_then_no(void *ctx, hzt_request *request)
{
	int *tries = ctx;
	((*tries)++ == 0 ? cp_cut : cp_no)(NULL, request);
}

static void
check_not_taken(const bench *b, uint32_t type, hz_err (*run)(void), hz_err want)
{
	static int tries;
	tries = 0;
	cp_on(b, type, 2, cut_then_no, &tries);
	HZT_EQ_INT(run(), want);
	HZT_CHECK(err.in_doubt);
	HZT_EQ_INT(tries, 2);
	cp_on(b, type, 1, cp_no, NULL);
	err.in_doubt = false;
	hz_err e = run();
	HZT_CHECK(e == HZ_OK || (e == want && !err.in_doubt));
}

static hz_err
run_try_lock_in_vain(void)
{
	int64_t fence = 9;
	hz_err e = hz_fenced_lock_try_lock(lock, WAIT_MS, &fence, &err);
	HZT_CHECK(e != HZ_OK || fence == HZ_NO_FENCE);
	return e;
}

static hz_err
run_try_acquire_in_vain(void)
{
	bool got = true;
	hz_err e = hz_semaphore_try_acquire(permits, 2, WAIT_MS, &got, &err);
	HZT_CHECK(e != HZ_OK || !got);
	return e;
}

// A try whose answer was lost may have been passed on to a leader that stands still: that the next
// one takes nothing does not say that nothing will be taken.
static void
not_taken_after_a_lost_try_is_in_doubt(void)
{
	bench b;
	start(&b, false);
	check_not_taken(&b, CP_TRY_LOCK, run_try_lock_in_vain, HZ_ERR_INDETERMINATE);
	check_not_taken(&b, CP_ACQUIRE, run_try_acquire_in_vain, HZ_ERR_INDETERMINATE);
	HZT_OK(hz_fenced_lock_call(lock, &(hz_call){.timeout_ms = WAIT_MS}));
	HZT_OK(hz_semaphore_call(permits, &(hz_call){.timeout_ms = WAIT_MS}));
	check_not_taken(&b, CP_TRY_LOCK, run_lock, HZ_ERR_TIMEOUT);
	check_not_taken(&b, CP_ACQUIRE, run_acquire, HZ_ERR_TIMEOUT);
	end(&b);
}

// ---- Late answers ----

static bool
is_undone(void *ctx)
{
	const uint32_t *type = ctx;
	return cp_count(*type) == 1;
}

// What comes after the call was given up is given back by whoever took it.
static void
check_given_back(const bench *b, hz_future future, hz_cancel *token, uint32_t took, uint32_t back)
{
	cp_await(took, 1);
	hz_cancel_fire(token);
	HZT_EQ_INT(took == CP_LOCK ? hz_await_i64(future, NULL, &err) : hz_await_none(future, &err),
			HZ_ERR_CANCELLED);
	HZT_EQ_INT(cp_count(back), 0);
	HZT_EQ_INT(cp_release(b, took, cp_give, NULL), 1);
	HZT_AWAIT(is_undone, &back, PATIENCE_MS);
	cp_said taken = cp_nth(took, 0), undone = cp_nth(back, 0);
	HZT_EQ_INT(undone.session, taken.session);
	HZT_EQ_INT(undone.thread, taken.thread);
	HZT_EQ_INT(undone.permits, taken.permits);
	HZT_CHECK(memcmp(undone.uid, taken.uid, sizeof(taken.uid)) != 0);
}

static void
late_answers_are_given_back(void)
{
	for (int kind = 0; kind < 3; kind++) {
		bench b;
		hz_call call = {0};
		start(&b, kind == 2);
		if (kind < 2) {
			HZT_OK_ERR(run_drain(), &err); // a session
		} else {
			HZT_OK_ERR(run_change(), &err); // a thread id
		}
		HZT_OK_ERR(hz_cancel_new(b.client, &call.cancel, &err), &err);
		HZT_OK(hz_fenced_lock_call(lock, &call));
		HZT_OK(hz_semaphore_call(permits, &call));
		if (kind == 0) {
			cp_on(&b, CP_LOCK, 1, cp_hold, NULL);
			check_given_back(&b, hz_fenced_lock_lock_async(lock), call.cancel, CP_LOCK,
					CP_UNLOCK);
		} else {
			cp_on(&b, CP_ACQUIRE, 1, cp_hold, NULL);
			check_given_back(&b, hz_semaphore_acquire_async(permits, 2), call.cancel,
					CP_ACQUIRE, CP_RELEASE);
		}
		HZT_OK(hz_fenced_lock_call(lock, NULL));
		HZT_OK(hz_semaphore_call(permits, NULL));
		hz_cancel_destroy(&call.cancel);
		end(&b);
	}
}

static const hzt_case cases[] = {
		{"lost_answers_are_asked_for_again", lost_answers_are_asked_for_again},
		{"doubtful_answers_are_asked_for_again", doubtful_answers_are_asked_for_again},
		{"without_a_session_it_is_in_doubt", without_a_session_it_is_in_doubt},
		{"without_a_session_by_leave", without_a_session_by_leave},
		{"refusals_have_a_type", refusals_have_a_type},
		{"a_lock_has_a_limit", a_lock_has_a_limit},
		{"an_old_look_is_no_loss", an_old_look_is_no_loss},
		{"a_look_behind_an_unlock_is_no_loss", a_look_behind_an_unlock_is_no_loss},
		{"an_old_unlock_forgets_nothing", an_old_unlock_forgets_nothing},
		{"not_taken_after_a_lost_try_is_in_doubt", not_taken_after_a_lost_try_is_in_doubt},
		{"late_answers_are_given_back", late_answers_are_given_back},
};

HZT_MAIN("cp_call", cases)
