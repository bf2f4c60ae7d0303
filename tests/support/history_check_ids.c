// SPDX-License-Identifier: Apache-2.0
#include "tests/support/history_check.h"

#include <inttypes.h>
#include <stdlib.h>

static int
by_id(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return (x > y) - (x < y);
}

hzt_verdict
hzt_check_ids(const hzt_history *history)
{
	hzt_verdict verdict = {.fine = true};
	int64_t *ids = calloc(history->count + 1, sizeof(*ids));
	if (ids == NULL) {
		hzt_verdict_say(&verdict, "no memory");
		return verdict;
	}
	for (size_t i = 0; i < history->count; i++) {
		const hzt_deed *deed = &history->deeds[i];
		if (hzt_deed_is(deed, "new_id") && deed->outcome == HZT_DONE) {
			ids[verdict.seen++] = deed->number[0];
		}
	}
	qsort(ids, verdict.seen, sizeof(*ids), by_id);
	for (size_t i = 1; i < verdict.seen; i++) {
		if (ids[i] == ids[i - 1]) {
			hzt_verdict_say(&verdict, "id %" PRId64 " was given twice", ids[i]);
		}
	}
	free(ids);
	return verdict;
}
