// SPDX-License-Identifier: Apache-2.0
#include "tests/fault/cp_drive.h"
#include "tests/fault/cp_work.h"

#include <inttypes.h>
#include <stdio.h>

// No two sums are alike, so that a number tells what is in it.
#define DELTAS (INT64_C(1) << 40)

static hz_err
get(cp_worker *w, hz_atomic_long *number, const char *key, int64_t *last)
{
	char value[32];
	cp_begin(w, "get", key, NULL);
	hz_err e = hz_atomic_long_get(number, last, &w->err);
	snprintf(value, sizeof(value), "%" PRId64, *last);
	return cp_end(w, e, value);
}

static hz_err
add(cp_worker *w, hz_atomic_long *number, const char *key, int64_t *last)
{
	char value[64];
	int64_t delta = cp_random(w, DELTAS);
	snprintf(value, sizeof(value), "%" PRId64, delta);
	cp_begin(w, "add", key, value);
	hz_err e = hz_atomic_long_add_and_get(number, delta, last, &w->err);
	snprintf(value, sizeof(value), "%" PRId64 ":%" PRId64, delta, *last);
	return cp_end(w, e, value);
}

static hz_err
compare_and_set(cp_worker *w, hz_atomic_long *number, const char *key, int64_t *last)
{
	char value[64];
	int64_t update = cp_random(w, DELTAS);
	bool done = false;
	int n = snprintf(value, sizeof(value), "%" PRId64 ":%" PRId64, *last, update);
	cp_begin(w, "cas", key, value);
	hz_err e = hz_atomic_long_compare_and_set(number, *last, update, &done, &w->err);
	snprintf(value + n, sizeof(value) - (size_t)n, ":%d", done);
	*last = done ? update : *last;
	return cp_end(w, e, value);
}

static void
work_once(cp_worker *w, hz_atomic_long *number, const char *key, int64_t *last)
{
	int64_t what = cp_random(w, 8);
	hz_err e = what < 3        ? get(w, number, key, last)
			: what < 6 ? add(w, number, key, last)
				   : compare_and_set(w, number, key, last);
	if (e == HZ_OK) {
		cp_count(w);
	}
}

void
cp_work_number(cp_worker *w)
{
	char key[64] = "";
	hz_atomic_long *number = NULL;
	long at = -1;
	int64_t last = 0;
	while (cp_pause(w)) {
		if (cp_drive_turn() != at) {
			hz_atomic_long_close(&number);
			at = cp_drive_turn();
			last = 0;
			cp_drive_name(key, w->drive->prefix, "number", at);
		}
		if (number != NULL ||
				hz_atomic_long_open(w->client, key, NULL, &number, NULL) == HZ_OK) {
			work_once(w, number, key, &last);
		}
	}
	hz_atomic_long_close(&number);
}
