// SPDX-License-Identifier: Apache-2.0
#include "tests/fault/cp_drive.h"
#include "tests/fault/cp_work.h"

#include <inttypes.h>
#include <stdio.h>

#define PATIENCE_MS 2000
#define HOLD_MS 150
#define LATE_TRIES 4 // after a permit in doubt was not there yet

// Permits that the client may have without knowing, and how often it still asks for them.
typedef struct doubt {
	int32_t permits;
	int tries;
} doubt;

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

// One at a time, as it has not any that it knows of.
static void
give_back(cp_worker *w, hz_semaphore *semaphore, const char *key, doubt *d)
{
	if (d->permits == 0) {
		return;
	}
	hz_err e = release(w, semaphore, key, 1);
	if (e == HZ_OK || --d->tries == 0) {
		d->permits = e == HZ_OK ? d->permits - 1 : 0;
		d->tries = LATE_TRIES;
	}
}

static void
work_once(cp_worker *w, hz_semaphore *semaphore, const char *key, doubt *d)
{
	int32_t permits = (int32_t)cp_random(w, CP_PERMITS / 2) + 1;
	bool got = false;
	hz_err e = acquire(w, semaphore, key, permits, &got);
	if (cp_is_in_doubt(w, e)) {
		d->permits += permits;
		d->tries = LATE_TRIES;
	}
	if (e != HZ_OK || !got) {
		return;
	}
	cp_count(w);
	w->drive->seat->has_permits = true;
	cp_wait(w, HOLD_MS);
	w->drive->seat->has_permits = false;
	if (cp_is_in_doubt(w, release(w, semaphore, key, permits))) {
		d->permits += permits;
		d->tries = LATE_TRIES;
	}
}

void
cp_work_semaphore(cp_worker *w)
{
	char key[64];
	hz_call call = {.timeout_ms = 4 * PATIENCE_MS};
	hz_semaphore *semaphore = NULL;
	doubt d = {0, LATE_TRIES};
	cp_drive_name(key, w->drive->prefix, "semaphore", w->index);
	while (cp_pause(w)) {
		if (semaphore == NULL &&
				hz_semaphore_open(w->drive->client, key, &call, &semaphore, NULL) !=
						HZ_OK) {
			continue;
		}
		give_back(w, semaphore, key, &d);
		work_once(w, semaphore, key, &d);
	}
	hz_semaphore_close(&semaphore);
}
