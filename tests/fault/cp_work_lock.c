// SPDX-License-Identifier: Apache-2.0
#include "tests/fault/cp_drive.h"
#include "tests/fault/cp_work.h"

#include <inttypes.h>
#include <stdio.h>

#define PATIENCE_MS 2000
#define HOLD_MS 100
#define TRIES 8 // to give back what may have been taken

static void
raise_fence(_Atomic int64_t *highest, int64_t fence)
{
	int64_t seen = *highest;
	while (seen < fence && !atomic_compare_exchange_weak(highest, &seen, fence)) {
	}
}

static hz_err
unlock(cp_worker *w, hz_fenced_lock *lock, const char *key)
{
	cp_begin(w, "unlock", key, NULL);
	return cp_end(w, hz_fenced_lock_unlock(lock, &w->err), NULL);
}

static void
hold(cp_worker *w, int64_t fence)
{
	cp_drive_state *d = w->drive;
	raise_fence(&d->board->fence[w->index], fence);
	cp_count(w);
	d->seat->has_lock[w->index] = true;
	cp_wait(w, HOLD_MS);
	d->seat->has_lock[w->index] = false;
}

// Gives *fence; returns whether it has the lock now. Mostly it does not wait without end.
static hz_err
lock_once(cp_worker *w, hz_fenced_lock *lock, const char *key, int64_t *fence)
{
	char value[32];
	bool tries = cp_random(w, 4) > 0;
	cp_begin(w, tries ? "try_lock" : "lock", key, NULL);
	hz_err e = tries ? hz_fenced_lock_try_lock(lock, PATIENCE_MS, fence, &w->err)
			 : hz_fenced_lock_lock(lock, fence, &w->err);
	snprintf(value, sizeof(value), "%" PRId64, *fence);
	return cp_end(w, e, value);
}

// What a thread knows of its past.
typedef struct past {
	int64_t fence; // of its last lock
	bool doubt;    // it may have the lock
} past;

// Locks and unlocks. After a call in doubt, or when it finds that it had the lock without knowing,
// because of a copy of an earlier call, it unlocks until there is nothing to unlock: the others
// want their turn.
static void
work_once(cp_worker *w, hz_fenced_lock *lock, const char *key, past *p)
{
	int64_t fence = HZ_NO_FENCE;
	hz_err e = lock_once(w, lock, key, &fence);
	p->doubt = p->doubt || cp_is_in_doubt(w, e);
	if (e == HZ_OK && fence != HZ_NO_FENCE) {
		p->doubt = p->doubt || fence == p->fence;
		p->fence = fence;
		hold(w, fence);
		e = unlock(w, lock, key);
		p->doubt = p->doubt || cp_is_in_doubt(w, e);
	}
	for (int i = 0; p->doubt && i < TRIES; i++) {
		e = unlock(w, lock, key);
		p->doubt = e == HZ_OK || cp_is_in_doubt(w, e);
	}
}

void
cp_work_lock(cp_worker *w)
{
	char key[64];
	// Without end means: as long as any call may take.
	hz_call call = {.timeout_ms = 4 * PATIENCE_MS};
	hz_fenced_lock *lock = NULL;
	past p = {HZ_NO_FENCE, false};
	cp_drive_name(key, w->drive->prefix, "lock", w->index);
	while (cp_pause(w)) {
		if (lock == NULL &&
				hz_fenced_lock_open(w->client, key, &call, &lock, NULL) != HZ_OK) {
			continue;
		}
		work_once(w, lock, key, &p);
	}
	hz_fenced_lock_close(&lock);
}
