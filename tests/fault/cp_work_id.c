// SPDX-License-Identifier: Apache-2.0
#include "tests/fault/cp_drive.h"
#include "tests/fault/cp_work.h"

#include <inttypes.h>
#include <stdio.h>

static void
work_once(cp_worker *w, hz_id_generator *generator, const char *key)
{
	char value[32];
	int64_t id = -1;
	cp_begin(w, "new_id", key, NULL);
	hz_err e = hz_id_generator_new_id(generator, &id, &w->err);
	snprintf(value, sizeof(value), "%" PRId64, id);
	if (cp_end(w, e, value) == HZ_OK) {
		cp_count(w);
	}
}

// Few ids of many generators, for asking for a block is what can go wrong.
void
cp_work_id(cp_worker *w)
{
	char key[64] = "";
	hz_id_generator *generator = NULL;
	long at = -1;
	while (cp_pause(w)) {
		if (cp_drive_turn() != at) {
			hz_id_generator_close(&generator);
			at = cp_drive_turn();
			cp_drive_name(key, w->drive->prefix, "ids", at);
		}
		if (generator != NULL ||
				hz_id_generator_open(w->client, key, NULL, &generator, NULL) ==
						HZ_OK) {
			work_once(w, generator, key);
		}
	}
	hz_id_generator_close(&generator);
}
