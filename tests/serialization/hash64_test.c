// SPDX-License-Identifier: Apache-2.0
//
// The hash of cardinality estimators, against the members' own classes: a Java program prints
// payloads of every length and what Hazelcast makes of them.
#include "serialization/hash64.h"
#include "tests/support/suite.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define PAYLOAD_MAX 256
#define VECTORS_MIN 1400

static size_t
unhex(const char *hex, uint8_t *to)
{
	size_t n = 0;
	unsigned byte = 0;
	while (n < PAYLOAD_MAX && sscanf(hex + 2 * n, "%2x", &byte) == 1) {
		to[n++] = (uint8_t)byte;
	}
	HZT_EQ_INT(2 * n, strlen(hex));
	return n;
}

static void
equals_the_hash_of_members(void)
{
	char line[2 * PAYLOAD_MAX + 64];
	size_t vectors = 0;
	FILE *java = popen("tools/java.py tests/serialization/Hashes.java", "r");
	HZT_CHECK(java != NULL);
	while (fgets(line, sizeof(line), java) != NULL) {
		char hex[2 * PAYLOAD_MAX + 2] = "";
		uint8_t room[PAYLOAD_MAX + 1];
		int64_t want = 0;
		HZT_EQ_INT(sscanf(line, "-%512[0-9a-f] %" SCNd64, hex, &want) == 2 ||
						sscanf(line, "- %" SCNd64, &want) == 1,
				1);
		// At an odd address as well.
		size_t n = unhex(hex, room);
		HZT_EQ_INT(hzi_hash64(room, n), want);
		memmove(room + 1, room, n);
		HZT_EQ_INT(hzi_hash64(room + 1, n), want);
		vectors++;
	}
	HZT_EQ_INT(pclose(java), 0);
	HZT_CHECK(vectors >= VECTORS_MIN);
}

// A few of them for places without Java.
static void
known_payloads(void)
{
	HZT_EQ_INT(hzi_hash64("", 0), INT64_C(9168145165656307917));
	HZT_EQ_INT(hzi_hash64("\x80", 1), INT64_C(-6508478005855803180));
	HZT_EQ_INT(hzi_hash64("0123456789abcdef", 16), INT64_C(-8662831058301528006));
	HZT_EQ_INT(hzi_hash64("0123456789abcdef\xff\x01", 18), INT64_C(-3726642514638463238));
}

static const hzt_case cases[] = {
		{"equals_the_hash_of_members", equals_the_hash_of_members},
		{"known_payloads", known_payloads},
};

HZT_MAIN("hash64", cases)
