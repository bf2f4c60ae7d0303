// SPDX-License-Identifier: Apache-2.0
#include "tests/fault/cp_work.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

void
cp_give_up(cp_drive_state *drive, const char *why)
{
	if (!atomic_exchange(&drive->failed, true)) {
		snprintf(drive->seat->why, sizeof(drive->seat->why), "%s", why);
	}
}

int64_t
cp_random(cp_worker *w, int64_t n)
{
	w->random = w->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (int64_t)((w->random >> 16) % (uint64_t)n);
}

void
cp_wait(cp_worker *w, int64_t most)
{
	int64_t ms = cp_random(w, most + 1);
	struct timespec t = {ms / 1000, ms % 1000 * 1000000};
	nanosleep(&t, NULL);
}

bool
cp_pause(cp_worker *w)
{
	cp_wait(w, 2 * w->drive->pause_ms);
	return !w->drive->stop && !w->drive->failed;
}

// Of all its threads: a call was repeated only if they have become more meanwhile.
static uint64_t
retries_of(const cp_worker *w)
{
	hz_stats stats = {.size = sizeof(stats)};
	hz_client_stats(w->client, &stats);
	return stats.retries;
}

void
cp_begin(cp_worker *w, const char *op, const char *key, const char *value)
{
	hzt_deed *deed = &w->deed;
	*deed = (hzt_deed){.thread = w->thread};
	snprintf(deed->op, sizeof(deed->op), "%s", op);
	snprintf(deed->key, sizeof(deed->key), "%s", key);
	snprintf(deed->value, sizeof(deed->value), "%s", value != NULL ? value : "");
	if (!hzt_deed_begin(w->drive->history, deed)) {
		cp_give_up(w->drive, "the history cannot be written");
	}
	w->retries = retries_of(w);
	w->drive->seat->begun[w->kind]++;
}

bool
cp_is_in_doubt(const cp_worker *w, hz_err e)
{
	return e != HZ_OK && w->err.in_doubt;
}

hz_err
cp_end(cp_worker *w, hz_err e, const char *value)
{
	hzt_deed *deed = &w->deed;
	w->drive->seat->ended[w->kind]++;
	deed->outcome = e == HZ_OK ? HZT_DONE : w->err.in_doubt ? HZT_IN_DOUBT : HZT_REFUSED;
	if (e != HZ_OK) {
		snprintf(deed->error, sizeof(deed->error), "%s", hz_err_name(e));
	} else if (retries_of(w) != w->retries) {
		snprintf(deed->error, sizeof(deed->error), "REPEATED");
	}
	if (e == HZ_OK && value != NULL) {
		snprintf(deed->value, sizeof(deed->value), "%s", value);
	}
	if (!hzt_deed_end(w->drive->history, deed)) {
		cp_give_up(w->drive, "the history cannot be written");
	}
	if (w->kind == CP_LOCK) {
		w->drive->seat->lost[w->index] += e == HZ_ERR_LOCK_OWNERSHIP_LOST;
		w->drive->seat->refused[w->index] += e == HZ_ERR_NOT_OWNER;
	}
	return e;
}

void
cp_count(cp_worker *w)
{
	w->drive->seat->done[w->kind]++;
}
