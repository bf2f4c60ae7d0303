// SPDX-License-Identifier: Apache-2.0
#include "tests/fault/cp_drive.h"
#include "tests/fault/cp_work.h"

#include <inttypes.h>
#include <stdio.h>

#define AWAIT_MS 200

static bool
wait_for_zero(cp_worker *w, hz_count_down_latch *latch, const char *key)
{
	bool zero = false;
	cp_begin(w, "await", key, NULL);
	hz_err e = hz_count_down_latch_try_await(latch, AWAIT_MS, &zero, &w->err);
	return cp_end(w, e, zero ? "1" : "0") == HZ_OK && zero;
}

static void
look(cp_worker *w, hz_count_down_latch *latch, const char *key)
{
	char value[16];
	int32_t count = -1;
	cp_begin(w, "get_count", key, NULL);
	hz_err e = hz_count_down_latch_get_count(latch, &count, &w->err);
	snprintf(value, sizeof(value), "%" PRId32, count);
	cp_end(w, e, value);
}

// Returns whether the latch was passed.
static bool
work_once(cp_worker *w, hz_count_down_latch *latch, const char *key)
{
	int64_t what = cp_random(w, 4);
	if (what == 0) {
		return wait_for_zero(w, latch, key);
	}
	if (what == 1) {
		look(w, latch, key);
		return false;
	}
	cp_begin(w, "count_down", key, NULL);
	if (cp_end(w, hz_count_down_latch_count_down(latch, &w->err), NULL) == HZ_OK) {
		cp_count(w);
	}
	return false;
}

// One latch after the other, as they are set; the last one stays.
void
cp_work_latch(cp_worker *w)
{
	char key[64];
	hz_count_down_latch *latch = NULL;
	int32_t n = 0;
	while (cp_pause(w)) {
		cp_drive_name(key, w->drive->prefix, "latch", n);
		if (n >= w->drive->board->latches ||
				(latch == NULL &&
						hz_count_down_latch_open(w->client, key, NULL,
								&latch, NULL) != HZ_OK)) {
			continue;
		}
		if (work_once(w, latch, key) && n + 1 < w->drive->board->latches) {
			hz_count_down_latch_close(&latch);
			n++;
		}
	}
	hz_count_down_latch_close(&latch);
}
