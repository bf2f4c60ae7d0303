// SPDX-License-Identifier: Apache-2.0
#include "base/platform.h"
#include "tests/support/suite.h"

#include <string.h>

static void
fills_every_byte(void)
{
	static uint8_t bytes[1000];
	static bool changed[sizeof(bytes)];
	for (int round = 0; round < 16; round++) {
		HZT_OK(hzi_random_bytes(bytes, sizeof(bytes)));
		for (size_t i = 0; i < sizeof(bytes); i++) {
			changed[i] = changed[i] || bytes[i] != 0;
		}
	}
	HZT_CHECK(memchr(changed, 0, sizeof(changed)) == NULL);
	HZT_OK(hzi_random_bytes(NULL, 0));
}

static void
uuids_are_of_version_4_and_differ(void)
{
	hz_uuid last = {0};
	for (int i = 0; i < 1000; i++) {
		hz_uuid uuid = hzi_uuid_random();
		HZT_EQ_INT((uuid.msb >> 12) & 0xf, 4);
		HZT_EQ_INT(uuid.lsb >> 62, 2);
		HZT_CHECK(uuid.msb != last.msb && uuid.lsb != last.lsb);
		last = uuid;
	}
}

static const hzt_case cases[] = {
		{"fills_every_byte", fills_every_byte},
		{"uuids_are_of_version_4_and_differ", uuids_are_of_version_4_and_differ},
};
HZT_MAIN("random", cases)
