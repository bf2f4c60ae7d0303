// SPDX-License-Identifier: Apache-2.0
#include "tests/fault/cp_drive.h"
#include "tests/fault/cp_work.h"

#include <inttypes.h>
#include <stdio.h>

#define PATIENCE_MS 2000
#define HOLD_MS 150

static hz_err
release(cp_worker *w, hz_semaphore *semaphore, const char *key, int32_t permits)
{
	char value[16];
	snprintf(value, sizeof(value), "%" PRId32, permits);
	cp_begin(w, "release", key, value);
	return cp_end(w, hz_semaphore_release(semaphore, permits, &w->err), NULL);
}

static hz_err
acquire(cp_worker *w, hz_semaphore *semaphore, const char *key, int32_t permits, bool *got)
{
	char value[16];
	snprintf(value, sizeof(value), "%" PRId32, permits);
	cp_begin(w, "acquire", key, value);
	hz_err e;
	if (cp_random(w, 4) > 0) {
		e = hz_semaphore_try_acquire(semaphore, permits, PATIENCE_MS, got, &w->err);
	} else {
		e = hz_semaphore_acquire(semaphore, permits, &w->err);
		*got = e == HZ_OK;
	}
	return cp_end(w, e, *got ? value : "0");
}

// Without permits that it knows of. If there are none to be had, it may be itself that has them,
// because of a call in doubt or a copy of one that was answered: those it gives back.
static void
give_back(cp_worker *w, hz_semaphore *semaphore, const char *key)
{
	for (int i = 0; i < CP_PERMITS; i++) {
		if (release(w, semaphore, key, 1) != HZ_OK) {
			return;
		}
	}
}

static void
work_once(cp_worker *w, hz_semaphore *semaphore, const char *key)
{
	int32_t permits = (int32_t)cp_random(w, CP_PERMITS / 2) + 1;
	bool got = false;
	hz_err e = acquire(w, semaphore, key, permits, &got);
	if (e != HZ_OK || !got) {
		give_back(w, semaphore, key);
		return;
	}
	cp_count(w);
	w->drive->seat->has_permits = true;
	cp_wait(w, HOLD_MS);
	w->drive->seat->has_permits = false;
	release(w, semaphore, key, permits);
}

void
cp_work_semaphore(cp_worker *w)
{
	char key[64];
	hz_call call = {.timeout_ms = 4 * PATIENCE_MS};
	hz_semaphore *semaphore = NULL;
	cp_drive_name(key, w->drive->prefix, "semaphore", w->index);
	while (cp_pause(w)) {
		if (semaphore == NULL &&
				hz_semaphore_open(w->client, key, &call, &semaphore, NULL) !=
						HZ_OK) {
			continue;
		}
		work_once(w, semaphore, key);
	}
	hz_semaphore_close(&semaphore);
}
