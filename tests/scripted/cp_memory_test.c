// SPDX-License-Identifier: Apache-2.0
//
// Locks and semaphores without memory: a call that is begun needs no more of it to remember its
// owner, and what comes too late is given back as soon as there is some. The linker puts the
// functions below in front of the C library's.
#include "tests/scripted/cp_member.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);

enum { LONG_BEAT_MS = 600000 };

static hzt_error_answer expired = {85, "SessionExpiredException", "gone"};

static hz_error err;
static hz_fenced_lock *lock;
static hz_semaphore *permits;

// ---- No memory ----

// Allocations of this thread until the one that fails; 0: none does.
static _Thread_local int fuse;

// Allocations of the workers fail, and so many have.
static _Atomic bool starving;
static _Atomic int starved;

// 0: not known yet; 1: a worker of the library; 2: another thread.
static _Thread_local int kind;

static bool
is_worker(void)
{
	char name[16] = "";
	if (kind == 0) {
		pthread_getname_np(pthread_self(), name, sizeof(name));
		kind = strncmp(name, "hz-work", 7) == 0 ? 1 : 2;
	}
	return kind == 1;
}

static bool
fails(void)
{
	if (atomic_load(&starving) && is_worker()) {
		atomic_fetch_add(&starved, 1);
		return true;
	}
	return fuse > 0 && --fuse == 0;
}

void *
__wrap_malloc(size_t size)
{
	return fails() ? NULL : __real_malloc(size);
}

void *
__wrap_calloc(size_t count, size_t size)
{
	return fails() ? NULL : __real_calloc(count, size);
}

void *
__wrap_realloc(void *old, size_t size)
{
	return fails() ? NULL : __real_realloc(old, size);
}

// ---- Cases ----

static void
start(bench *b)
{
	cp_start(b, 1, LONG_BEAT_MS, NULL);
	HZT_OK_ERR(hz_fenced_lock_open(b->client, "l", NULL, &lock, &err), &err);
	HZT_OK_ERR(hz_semaphore_open(b->client, "s", NULL, &permits, &err), &err);
	HZT_OK_ERR(hz_semaphore_acquire(permits, 1, &err), &err); // a session
}

static void
end(bench *b)
{
	hz_fenced_lock_close(&lock);
	hz_semaphore_close(&permits);
	bench_end(b);
}

// Whatever finds no memory says so, and then the members were not asked. What went through is
// remembered: its owner hears of the end of its session.
static void
a_lock_is_taken_and_remembered_or_neither(void)
{
	bench b;
	int64_t fence = 0;
	int refused = 0;
	start(&b);
	for (hz_err e = HZ_ERR_MEMORY; e == HZ_ERR_MEMORY; refused++) {
		fuse = refused + 1;
		e = hz_fenced_lock_lock(lock, &fence, &err);
		fuse = 0;
		HZT_CHECK(e == HZ_OK || e == HZ_ERR_MEMORY);
		HZT_EQ_INT(cp_count(CP_LOCK), e == HZ_OK);
	}
	HZT_CHECK(refused > 1);
	cp_on(&b, CP_ACQUIRE, 1, cp_error, &expired);
	HZT_OK_ERR(hz_semaphore_acquire(permits, 1, &err), &err);
	HZT_EQ_INT(hz_fenced_lock_unlock(lock, &err), HZ_ERR_LOCK_OWNERSHIP_LOST);
	end(&b);
}

static void
permits_are_taken_or_not(void)
{
	bench b;
	int refused = 0;
	start(&b);
	hz_semaphore_close(&permits);
	HZT_OK_ERR(hz_semaphore_open(b.client, "fresh", NULL, &permits, &err), &err);
	size_t before = cp_count(CP_ACQUIRE);
	for (hz_err e = HZ_ERR_MEMORY; e == HZ_ERR_MEMORY; refused++) {
		fuse = refused + 1;
		e = hz_semaphore_acquire(permits, 1, &err);
		fuse = 0;
		HZT_CHECK(e == HZ_OK || e == HZ_ERR_MEMORY);
		HZT_EQ_INT(cp_count(CP_ACQUIRE), before + (e == HZ_OK));
	}
	HZT_CHECK(refused > 1);
	end(&b);
}

static bool
is_given_back(void *ctx)
{
	(void)ctx;
	return cp_count(CP_UNLOCK) == 1;
}

static bool
has_starved(void *ctx)
{
	(void)ctx;
	return atomic_load(&starved) > 0 || cp_count(CP_UNLOCK) == 1;
}

enum { OTHERS = 64 };

// Calls that take the records which have had a request before: the next one needs memory for it.
static void
take_used_records(const bench *b, hz_future *others)
{
	size_t before = cp_count(CP_ACQUIRE);
	cp_on(b, CP_ACQUIRE, 0, cp_hold, NULL);
	for (size_t i = 0; i < OTHERS; i++) {
		others[i] = hz_semaphore_acquire_async(permits, 1);
	}
	cp_await(CP_ACQUIRE, before + OTHERS);
}

static void
end_others(const bench *b, hz_future *others)
{
	HZT_EQ_INT(cp_release(b, CP_ACQUIRE, cp_give, NULL), OTHERS);
	for (size_t i = 0; i < OTHERS; i++) {
		HZT_OK_ERR(hz_await_none(others[i], &err), &err);
	}
}

// A call was given up and has got the lock all the same, while there is no memory for calls.
static void
a_late_lock_is_given_back_in_the_end(void)
{
	static hz_future others[OTHERS];
	bench b;
	hz_call call = {0};
	start(&b);
	HZT_OK_ERR(hz_cancel_new(b.client, &call.cancel, &err), &err);
	HZT_OK(hz_fenced_lock_call(lock, &call));
	cp_on(&b, CP_LOCK, 1, cp_hold, NULL);
	hz_future waiting = hz_fenced_lock_lock_async(lock);
	cp_await(CP_LOCK, 1);
	hz_cancel_fire(call.cancel);
	HZT_EQ_INT(hz_await_i64(waiting, NULL, &err), HZ_ERR_CANCELLED);
	take_used_records(&b, others);
	atomic_store(&starved, 0);
	atomic_store(&starving, true);
	HZT_EQ_INT(cp_release(&b, CP_LOCK, cp_give, NULL), 1);
	HZT_AWAIT(has_starved, NULL, PATIENCE_MS);
	atomic_store(&starving, false);
	HZT_AWAIT(is_given_back, NULL, PATIENCE_MS);
	HZT_EQ_INT(cp_nth(CP_UNLOCK, 0).thread, cp_nth(CP_LOCK, 0).thread);
	end_others(&b, others);
	HZT_OK(hz_fenced_lock_call(lock, NULL));
	hz_cancel_destroy(&call.cancel);
	end(&b);
}

static const hzt_case cases[] = {
		{"a_lock_is_taken_and_remembered_or_neither",
				a_lock_is_taken_and_remembered_or_neither},
		{"permits_are_taken_or_not", permits_are_taken_or_not},
		{"a_late_lock_is_given_back_in_the_end", a_late_lock_is_given_back_in_the_end},
};

HZT_MAIN("cp_memory", cases)
