// SPDX-License-Identifier: Apache-2.0
//
// Secrets at rest: readable as text, in no core dump, gone when they are freed.
#include "base/secret.h"
#include "tests/support/suite.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
is_a_copy_with_an_end(void)
{
	char text[20000];
	memset(text, 'x', sizeof(text));
	static const size_t sizes[] = {0, 1, 4000, 4080, 4087, 4088, 4089, 4096, 20000};
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		char *secret = hzi_secret_new(text, sizes[i]);
		HZT_CHECK(secret != NULL);
		HZT_EQ_INT(strlen(secret), sizes[i]);
		HZT_EQ_MEM(secret, text, sizes[i]);
		hzi_secret_free(secret);
	}
	hzi_secret_free(NULL);
	HZT_CHECK(hzi_secret_new("x", SIZE_MAX) == NULL);
}

// The flags of the mapping that an address is in, as the kernel lists them; "" if there is none.
static void
flags_of(const char *at, char *flags, size_t size)
{
	char line[512];
	bool inside = false;
	FILE *maps = fopen("/proc/self/smaps", "r");
	HZT_CHECK(maps != NULL);
	flags[0] = '\0';
	while (fgets(line, sizeof(line), maps) != NULL) {
		uintptr_t from = 0;
		uintptr_t to = 0;
		if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " ", &from, &to) == 2) {
			inside = (uintptr_t)at >= from && (uintptr_t)at < to;
		} else if (inside && strncmp(line, "VmFlags:", 8) == 0) {
			(void)snprintf(flags, size, "%s", line + 8);
		}
	}
	fclose(maps);
}

// "dd": do not include in a core dump.
static void
is_in_no_dump(void)
{
	char flags[256];
	char *secret = hzi_secret_new("open sesame", 11);
	HZT_CHECK(secret != NULL);
	flags_of(secret, flags, sizeof(flags));
	HZT_CHECK(strstr(flags, " dd") != NULL);
	hzi_secret_free(secret);
}

static const hzt_case cases[] = {
		{"is_a_copy_with_an_end", is_a_copy_with_an_end},
		{"is_in_no_dump", is_in_no_dump},
};

HZT_MAIN("base/secret", cases)
