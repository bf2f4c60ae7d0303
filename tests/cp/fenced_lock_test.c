// SPDX-License-Identifier: Apache-2.0
//
// Fenced locks: results, and what another client sees of the lock afterwards.
#include "tests/cp/rig.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

static hz_error err;
static hz_fenced_lock *lock, *seen;

static void
begin_as(const char *base)
{
	const char *name = rig_name(base, NULL);
	HZT_OK_ERR(hz_fenced_lock_open(rig_client(), name, NULL, &lock, &err), &err);
	HZT_OK_ERR(hz_fenced_lock_open(rig_other(), name, NULL, &seen, &err), &err);
}

static void
begin(void)
{
	begin_as("lock");
}

static void
finish(void)
{
	hz_fenced_lock_close(&seen);
	HZT_OK_ERR(hz_fenced_lock_destroy(&lock, &err), &err);
	HZT_CHECK(lock == NULL);
}

// What both clients are told of it.
static void
check_count(int32_t want)
{
	bool locked = want == 0, mine = want == 0;
	int32_t count = -1;
	HZT_OK_ERR(hz_fenced_lock_get_lock_count(seen, &count, &err), &err);
	HZT_EQ_INT(count, want);
	HZT_OK_ERR(hz_fenced_lock_is_locked(seen, &locked, &err), &err);
	HZT_EQ_INT(locked, want > 0);
	HZT_OK_ERR(hz_fenced_lock_is_locked_by_current_owner(lock, &mine, &err), &err);
	HZT_EQ_INT(mine, want > 0);
	HZT_OK_ERR(hz_fenced_lock_is_locked_by_current_owner(seen, &mine, &err), &err);
	HZT_CHECK(!mine);
}

static void
locks_when_free(void)
{
	int64_t fence = 0, again = 0;
	begin();
	check_count(0);
	HZT_OK_ERR(hz_fenced_lock_lock(lock, &fence, &err), &err);
	HZT_CHECK(fence > 0);
	check_count(1);
	HZT_OK_ERR(hz_fenced_lock_get_fence(lock, &again, &err), &err);
	HZT_EQ_INT(again, fence);
	HZT_EQ_INT(hz_fenced_lock_get_fence(seen, &again, &err), HZ_ERR_NOT_OWNER);
	HZT_OK_ERR(hz_fenced_lock_unlock(lock, &err), &err);
	check_count(0);
	HZT_OK_ERR(hz_fenced_lock_lock(seen, &again, &err), &err);
	HZT_CHECK(again > fence);
	HZT_OK_ERR(hz_fenced_lock_unlock(seen, &err), &err);
	finish();
}

static void
locks_again(void)
{
	int64_t fence = 0, again = 0;
	begin();
	HZT_OK_ERR(hz_fenced_lock_lock(lock, &fence, &err), &err);
	HZT_OK_ERR(hz_fenced_lock_lock(lock, &again, &err), &err);
	HZT_EQ_INT(again, fence);
	HZT_OK_ERR(hz_fenced_lock_try_lock(lock, 0, &again, &err), &err);
	HZT_EQ_INT(again, fence);
	HZT_OK_ERR(hz_fenced_lock_try_lock(lock, 1000, &again, &err), &err);
	HZT_EQ_INT(again, fence);
	check_count(4);
	for (int32_t left = 3; left >= 0; left--) {
		HZT_OK_ERR(hz_fenced_lock_unlock(lock, &err), &err);
		check_count(left);
	}
	HZT_EQ_INT(hz_fenced_lock_unlock(lock, &err), HZ_ERR_NOT_OWNER);
	finish();
}

// The members' configuration says how often locks with such a name may be locked.
static void
locks_twice_at_most(void)
{
	int64_t fence = 0, again = 0;
	begin_as("twice");
	HZT_OK_ERR(hz_fenced_lock_lock(lock, &fence, &err), &err);
	HZT_OK_ERR(hz_fenced_lock_lock(lock, &again, &err), &err);
	HZT_EQ_INT(again, fence);
	if (!rig_says(RIG_LOCK_LIMIT)) {
		HZT_OK_ERR(hz_fenced_lock_lock(lock, &again, &err), &err);
		finish();
		return;
	}
	HZT_EQ_INT(hz_fenced_lock_lock(lock, &again, &err), HZ_ERR_LOCK_LIMIT);
	HZT_CHECK(!err.in_doubt && !err.retryable);
	HZT_EQ_INT(hz_fenced_lock_try_lock(lock, 0, &again, &err), HZ_ERR_LOCK_LIMIT);
	HZT_EQ_INT(hz_fenced_lock_try_lock(lock, 1000, &again, &err), HZ_ERR_LOCK_LIMIT);
	HZT_OK_ERR(hz_fenced_lock_try_lock(seen, 0, &again, &err), &err);
	HZT_EQ_INT(again, HZ_NO_FENCE);
	check_count(2);
	HZT_OK_ERR(hz_fenced_lock_unlock(lock, &err), &err);
	HZT_OK_ERR(hz_fenced_lock_try_lock(lock, 0, &again, &err), &err);
	HZT_EQ_INT(again, fence);
	HZT_OK_ERR(hz_fenced_lock_unlock(lock, &err), &err);
	HZT_OK_ERR(hz_fenced_lock_unlock(lock, &err), &err);
	check_count(0);
	finish();
}

static void
stays_taken(void)
{
	int64_t fence = 0, none = 7;
	begin();
	HZT_OK_ERR(hz_fenced_lock_lock(lock, &fence, &err), &err);
	HZT_OK_ERR(hz_fenced_lock_try_lock(seen, 0, &none, &err), &err);
	HZT_EQ_INT(none, HZ_NO_FENCE);
	none = 7;
	HZT_OK_ERR(hz_fenced_lock_try_lock(seen, 300, &none, &err), &err);
	HZT_EQ_INT(none, HZ_NO_FENCE);
	HZT_EQ_INT(hz_fenced_lock_try_lock(seen, -1, &none, &err), HZ_ERR_ARGUMENT);
	HZT_OK(hz_fenced_lock_call(seen, &(hz_call){.timeout_ms = 200}));
	HZT_EQ_INT(hz_fenced_lock_lock(seen, &none, &err), HZ_ERR_TIMEOUT);
	HZT_CHECK(!err.in_doubt);
	HZT_OK(hz_fenced_lock_call(seen, NULL));
	HZT_EQ_INT(hz_fenced_lock_unlock(seen, &err), HZ_ERR_NOT_OWNER);
	check_count(1);
	HZT_OK_ERR(hz_fenced_lock_unlock(lock, &err), &err);
	check_count(0);
	finish();
}

static void
unlocks_only_its_own(void)
{
	begin();
	HZT_EQ_INT(hz_fenced_lock_unlock(lock, &err), HZ_ERR_NOT_OWNER);
	HZT_EQ_INT(hz_fenced_lock_get_fence(lock, &(int64_t){0}, &err), HZ_ERR_NOT_OWNER);
	check_count(0);
	finish();
}

// ---- Owners ----

static void
contexts_are_owners(void)
{
	hz_lock_context *one = NULL, *two = NULL;
	int64_t fence = 0, other = 7;
	int32_t count = 0;
	begin();
	HZT_OK_ERR(hz_lock_context_new(rig_client(), &one, &err), &err);
	HZT_OK_ERR(hz_lock_context_new(rig_client(), &two, &err), &err);
	HZT_OK(hz_fenced_lock_call(lock, &(hz_call){.owner = one}));
	HZT_OK_ERR(hz_fenced_lock_lock(lock, &fence, &err), &err);
	HZT_OK(hz_fenced_lock_call(lock, &(hz_call){.owner = two}));
	HZT_OK_ERR(hz_fenced_lock_try_lock(lock, 0, &other, &err), &err);
	HZT_EQ_INT(other, HZ_NO_FENCE);
	HZT_EQ_INT(hz_fenced_lock_unlock(lock, &err), HZ_ERR_NOT_OWNER);
	HZT_OK_ERR(hz_fenced_lock_get_lock_count(lock, &count, &err), &err);
	HZT_EQ_INT(count, 1);
	HZT_OK(hz_fenced_lock_call(lock, &(hz_call){.owner = one}));
	HZT_OK_ERR(hz_fenced_lock_unlock(lock, &err), &err);
	HZT_OK(hz_fenced_lock_call(lock, NULL));
	hz_lock_context_destroy(&one);
	hz_lock_context_destroy(&two);
	check_count(0);
	finish();
}

typedef struct turn {
	const char *name;
	int64_t fences[20];
	_Atomic int *inside;
	_Atomic int *clashes;
	hz_err e;
} turn;

static void *
take_turns(void *arg)
{
	turn *t = arg;
	hz_fenced_lock *mine = NULL;
	t->e = hz_fenced_lock_open(rig_client(), t->name, NULL, &mine, NULL);
	for (int i = 0; i < 20 && t->e == HZ_OK; i++) {
		t->e = hz_fenced_lock_lock(mine, &t->fences[i], NULL);
		atomic_fetch_add(t->clashes, atomic_fetch_add(t->inside, 1) != 0);
		atomic_fetch_sub(t->inside, 1);
		if (t->e == HZ_OK) {
			t->e = hz_fenced_lock_unlock(mine, NULL);
		}
	}
	hz_fenced_lock_close(&mine);
	return NULL;
}

// Threads that meet at a new lock: one session for all, one of them at a time, fences that rise.
static void
threads_take_turns(void)
{
	enum { N = 16 };
	static turn turns[N];
	static _Atomic int inside, clashes;
	pthread_t threads[N];
	begin();
	for (int i = 0; i < N; i++) {
		turns[i] = (turn){.name = hz_fenced_lock_name(lock),
				.inside = &inside,
				.clashes = &clashes};
		HZT_EQ_INT(pthread_create(&threads[i], NULL, take_turns, &turns[i]), 0);
	}
	for (int i = 0; i < N; i++) {
		pthread_join(threads[i], NULL);
		HZT_OK(turns[i].e);
		for (int k = 1; k < 20; k++) {
			HZT_CHECK(turns[i].fences[k] > turns[i].fences[k - 1]);
		}
	}
	HZT_EQ_INT(atomic_load(&clashes), 0);
	check_count(0);
	finish();
}

static void
waits_for_its_turn(void)
{
	int64_t fence = 0, next = 0;
	begin();
	HZT_OK_ERR(hz_fenced_lock_lock(lock, &fence, &err), &err);
	hz_future waiting = hz_fenced_lock_lock_async(seen);
	check_count(1);
	HZT_OK_ERR(hz_fenced_lock_unlock(lock, &err), &err);
	HZT_OK_ERR(hz_await_i64(waiting, &next, &err), &err);
	HZT_CHECK(next > fence);
	HZT_OK_ERR(hz_fenced_lock_unlock(seen, &err), &err);
	check_count(0);
	finish();
}

static _Atomic int waits_ended[2]; // HZ_OK is -1 here

static void
note_end(void *ctx, hz_err e, hz_result *result, const hz_error *why)
{
	(void)result;
	(void)why;
	atomic_store((_Atomic int *)ctx, e == HZ_OK ? -1 : (int)e);
}

static int
count_ends(int how)
{
	return (atomic_load(&waits_ended[0]) == how) + (atomic_load(&waits_ended[1]) == how);
}

static bool
one_is_replaced(void *ctx)
{
	(void)ctx;
	return count_ends(HZ_ERR_WAIT_KEY_CANCELLED) == 1;
}

static bool
one_has_the_lock(void *ctx)
{
	(void)ctx;
	return count_ends(-1) == 1;
}

static void
check_count_of_others(int32_t want)
{
	int32_t count = -1;
	HZT_OK_ERR(hz_fenced_lock_get_lock_count(lock, &count, &err), &err);
	HZT_EQ_INT(count, want);
}

static bool
both_have_the_lock(void *ctx)
{
	(void)ctx;
	return count_ends(-1) == 2;
}

// Where a later wait does not take the place of the one before, both get the lock.
static void
unlock_both(void)
{
	HZT_OK_ERR(hz_fenced_lock_unlock(lock, &err), &err);
	HZT_AWAIT(both_have_the_lock, NULL, 20000);
	check_count_of_others(2);
	HZT_OK_ERR(hz_fenced_lock_unlock(seen, &err), &err);
}

// An owner waits once: a later call takes the place of the one before. Which of the two comes later
// is for the members to say, for they may reach the group by way of different ones.
static void
replaces_its_own_wait(void)
{
	hz_lock_context *owner = NULL;
	int64_t fence = 0;
	begin();
	HZT_OK_ERR(hz_fenced_lock_lock(lock, &fence, &err), &err);
	HZT_OK_ERR(hz_lock_context_new(rig_other(), &owner, &err), &err);
	HZT_OK(hz_fenced_lock_call(seen, &(hz_call){.owner = owner}));
	for (int i = 0; i < 2; i++) {
		atomic_store(&waits_ended[i], 0);
		HZT_OK(hz_then(hz_fenced_lock_lock_async(seen), note_end, &waits_ended[i]));
	}
	if (rig_says(RIG_ONE_WAIT)) {
		HZT_AWAIT(one_is_replaced, NULL, 20000);
		HZT_EQ_INT(count_ends(0), 1);
		HZT_OK_ERR(hz_fenced_lock_unlock(lock, &err), &err);
		HZT_AWAIT(one_has_the_lock, NULL, 20000);
	} else {
		unlock_both();
	}
	HZT_OK_ERR(hz_fenced_lock_unlock(seen, &err), &err);
	HZT_OK(hz_fenced_lock_call(seen, NULL));
	hz_lock_context_destroy(&owner);
	check_count(0);
	finish();
}

static bool
is_free(void *ctx)
{
	bool locked = true;
	(void)ctx;
	HZT_OK_ERR(hz_fenced_lock_is_locked(seen, &locked, &err), &err);
	return !locked;
}

static bool
is_taken_by_others(void *fence)
{
	HZT_OK_ERR(hz_fenced_lock_try_lock(seen, 0, fence, &err), &err);
	return *(int64_t *)fence > 0;
}

static void
cancelled(void)
{
	hz_call call = {0};
	int64_t fence = 0;
	bool locked = false;
	begin();
	HZT_OK_ERR(hz_fenced_lock_lock(seen, &fence, &err), &err);
	HZT_OK_ERR(hz_cancel_new(rig_client(), &call.cancel, &err), &err);
	HZT_OK(hz_fenced_lock_call(lock, &call));
	HZT_OK_ERR(hz_fenced_lock_try_lock(lock, 0, &fence, &err), &err); // makes the session
	hz_future waiting = hz_fenced_lock_lock_async(lock);
	HZT_OK_ERR(hz_fenced_lock_is_locked(seen, &locked, &err), &err);
	hz_cancel_fire(call.cancel);
	HZT_EQ_INT(hz_await_i64(waiting, &fence, &err), HZ_ERR_CANCELLED);
	HZT_OK(hz_fenced_lock_call(lock, NULL));
	hz_cancel_destroy(&call.cancel);
	HZT_OK_ERR(hz_fenced_lock_unlock(seen, &err), &err);
	// If the members give it the lock all the same, it is given back.
	HZT_AWAIT(is_taken_by_others, &fence, 20000);
	HZT_OK_ERR(hz_fenced_lock_unlock(seen, &err), &err);
	HZT_AWAIT(is_free, NULL, 20000);
	finish();
}

static void
lives_in_its_group(void)
{
	hz_fenced_lock *elsewhere = NULL;
	int64_t fence = 0;
	bool locked = false;
	begin();
	char name[160];
	snprintf(name, sizeof(name), "%s@side", hz_fenced_lock_name(lock));
	HZT_OK_ERR(hz_fenced_lock_open(rig_client(), name, NULL, &elsewhere, &err), &err);
	HZT_EQ_STR(hz_fenced_lock_name(elsewhere), name);
	HZT_OK_ERR(hz_fenced_lock_lock(elsewhere, &fence, &err), &err);
	HZT_OK_ERR(hz_fenced_lock_is_locked(elsewhere, &locked, &err), &err);
	HZT_CHECK(locked);
	check_count(0);
	HZT_OK_ERR(hz_fenced_lock_unlock(elsewhere, &err), &err);
	HZT_OK_ERR(hz_fenced_lock_destroy(&elsewhere, &err), &err);
	finish();
}

static void
destroyed(void)
{
	int64_t fence = 0;
	bool b = false;
	begin();
	HZT_OK_ERR(hz_fenced_lock_lock(lock, &fence, &err), &err);
	hz_future waiting = hz_fenced_lock_lock_async(seen);
	HZT_OK_ERR(hz_await_none(hz_fenced_lock_destroy_async(lock), &err), &err);
	HZT_EQ_INT(hz_await_i64(waiting, &fence, &err), HZ_ERR_DESTROYED);
	HZT_EQ_INT(hz_fenced_lock_lock(lock, &fence, &err), HZ_ERR_DESTROYED);
	HZT_EQ_INT(hz_fenced_lock_try_lock(lock, 0, &fence, &err), HZ_ERR_DESTROYED);
	HZT_EQ_INT(hz_fenced_lock_unlock(lock, &err), HZ_ERR_DESTROYED);
	HZT_EQ_INT(hz_fenced_lock_is_locked(seen, &b, &err), HZ_ERR_DESTROYED);
	finish();
}

// ---- What only one backend has ----

static bool
lost_it(void *ctx)
{
	(void)ctx;
	return hz_fenced_lock_get_fence(lock, &(int64_t){0}, &err) == HZ_ERR_LOCK_OWNERSHIP_LOST;
}

static void
leases(void)
{
	int64_t fence = 0, next = 0, rest = 7;
	begin();
	HZT_EQ_INT(hz_fenced_lock_backend(lock), rig_is_map() ? HZ_BACKEND_MAP : HZ_BACKEND_CP);
	HZT_EQ_INT(hz_fenced_lock_backend(NULL), HZ_BACKEND_NONE);
	if (!rig_says(RIG_LEASES)) {
		HZT_EQ_INT(hz_fenced_lock_lock_lease(lock, 1000, &fence, &err),
				HZ_ERR_UNSUPPORTED);
		HZT_EQ_INT(hz_fenced_lock_try_lock_lease(lock, 0, 1000, &fence, &err),
				HZ_ERR_UNSUPPORTED);
		HZT_EQ_INT(hz_fenced_lock_get_remaining_lease(lock, &rest, &err),
				HZ_ERR_UNSUPPORTED);
		finish();
		return;
	}
	HZT_OK_ERR(hz_fenced_lock_get_remaining_lease(lock, &rest, &err), &err);
	HZT_EQ_INT(rest, 0);
	HZT_EQ_INT(hz_fenced_lock_lock_lease(lock, -1, &fence, &err), HZ_ERR_ARGUMENT);
	HZT_OK_ERR(hz_fenced_lock_lock_lease(lock, 60000, &fence, &err), &err);
	HZT_OK_ERR(hz_fenced_lock_get_remaining_lease(seen, &rest, &err), &err);
	HZT_CHECK(rest > 0 && rest <= 60000);
	HZT_OK_ERR(hz_fenced_lock_unlock(lock, &err), &err);
	HZT_OK_ERR(hz_fenced_lock_lock(lock, &fence, &err), &err);
	HZT_OK_ERR(hz_fenced_lock_get_remaining_lease(seen, &rest, &err), &err);
	HZT_EQ_INT(rest, HZ_FOREVER);
	HZT_OK_ERR(hz_fenced_lock_unlock(lock, &err), &err);
	HZT_OK_ERR(hz_fenced_lock_try_lock_lease(lock, 0, 500, &fence, &err), &err);
	HZT_OK_ERR(hz_fenced_lock_lock(seen, &next, &err), &err); // when the lease is over
	HZT_CHECK(next > fence && fence > 0);
	HZT_AWAIT(lost_it, NULL, 10000);
	HZT_EQ_INT(hz_fenced_lock_unlock(lock, &err), HZ_ERR_NOT_OWNER);
	HZT_OK_ERR(hz_fenced_lock_unlock(seen, &err), &err);
	check_count(0);
	finish();
}

static void
forces_unlock(void)
{
	int64_t fence = 0, next = 0;
	begin();
	if (!rig_says(RIG_LEASES)) {
		HZT_EQ_INT(hz_fenced_lock_force_unlock(lock, &err), HZ_ERR_UNSUPPORTED);
		finish();
		return;
	}
	HZT_OK_ERR(hz_fenced_lock_force_unlock(seen, &err), &err); // nobody has it
	HZT_OK_ERR(hz_fenced_lock_lock(lock, &fence, &err), &err);
	HZT_OK_ERR(hz_fenced_lock_lock(lock, &fence, &err), &err);
	HZT_OK_ERR(hz_fenced_lock_force_unlock(seen, &err), &err);
	HZT_OK_ERR(hz_fenced_lock_lock(seen, &next, &err), &err);
	HZT_CHECK(next > fence);
	HZT_EQ_INT(hz_fenced_lock_unlock(lock, &err), HZ_ERR_LOCK_OWNERSHIP_LOST);
	HZT_EQ_INT(hz_fenced_lock_unlock(lock, &err), HZ_ERR_NOT_OWNER);
	HZT_OK_ERR(hz_fenced_lock_unlock(seen, &err), &err);
	check_count(0);
	finish();
}

// ---- The end of the client ----

// Shutting down closes the session: long before it would expire, its locks are free.
static void
free_after_shutdown(void)
{
	int64_t fence = 0;
	hz_fenced_lock *theirs = NULL;
	begin();
	hz_client *client = rig_client_with(NULL, NULL);
	HZT_OK_ERR(hz_fenced_lock_open(client, hz_fenced_lock_name(lock), NULL, &theirs, &err),
			&err);
	HZT_OK_ERR(hz_fenced_lock_lock(theirs, &fence, &err), &err);
	HZT_CHECK(!is_free(NULL));
	HZT_OK_ERR(hz_client_shutdown(client, 0, &err), &err);
	HZT_AWAIT(is_free, NULL, 3000);
	HZT_EQ_INT(hz_fenced_lock_lock(theirs, &fence, &err), HZ_ERR_CLOSED);
	HZT_EQ_INT(hz_fenced_lock_unlock(theirs, &err), HZ_ERR_CLOSED);
	hz_fenced_lock_close(&theirs);
	hz_client_destroy(&client);
	finish();
}

static void
shutdown_ends_waits(void)
{
	int64_t fence = 0;
	hz_fenced_lock *theirs = NULL;
	begin();
	HZT_OK_ERR(hz_fenced_lock_lock(lock, &fence, &err), &err);
	hz_client *client = rig_client_with(NULL, NULL);
	HZT_OK_ERR(hz_fenced_lock_open(client, hz_fenced_lock_name(lock), NULL, &theirs, &err),
			&err);
	hz_future waiting = hz_fenced_lock_lock_async(theirs);
	HZT_OK_ERR(hz_client_shutdown(client, 0, &err), &err);
	HZT_EQ_INT(hz_await_i64(waiting, &fence, &err), HZ_ERR_CLOSED);
	hz_fenced_lock_close(&theirs);
	hz_client_destroy(&client);
	HZT_OK_ERR(hz_fenced_lock_unlock(lock, &err), &err);
	check_count(0);
	finish();
}

static const hzt_case cases[] = {
		{"locks_when_free", locks_when_free},
		{"locks_again", locks_again},
		{"locks_twice_at_most", locks_twice_at_most},
		{"stays_taken", stays_taken},
		{"unlocks_only_its_own", unlocks_only_its_own},
		{"contexts_are_owners", contexts_are_owners},
		{"threads_take_turns", threads_take_turns},
		{"waits_for_its_turn", waits_for_its_turn},
		{"replaces_its_own_wait", replaces_its_own_wait},
		{"cancelled", cancelled},
		{"lives_in_its_group", lives_in_its_group},
		{"destroyed", destroyed},
		{"leases", leases},
		{"forces_unlock", forces_unlock},
		{"free_after_shutdown", free_after_shutdown},
		{"shutdown_ends_waits", shutdown_ends_waits},
};

HZT_MAIN("fenced_lock", cases)
