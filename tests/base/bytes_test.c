// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.h"

#include "tests/support/suite.h"

static const uint8_t sample[] = {0xff, 0x01, 0x82, 0x03, 0x84, 0x05, 0x86, 0x07, 0x88, 0xff};

static void
loads_at_any_alignment(void)
{
	const uint8_t *p = sample + 1;
	HZT_EQ_INT(hzi_load_le16(p), 0x8201);
	HZT_EQ_INT(hzi_load_be16(p), 0x0182);
	HZT_EQ_INT(hzi_load_le32(p), 0x84038201u);
	HZT_EQ_INT(hzi_load_be32(p), 0x01820384u);
	HZT_CHECK(hzi_load_le64(p) == UINT64_C(0x8807860584038201));
	HZT_CHECK(hzi_load_be64(p) == UINT64_C(0x0182038405860788));
}

static void
stores_what_it_loads_and_nothing_beside(void)
{
	uint8_t out[sizeof(sample)];
	memset(out, 0xff, sizeof(out));
	hzi_store_le64(out + 1, hzi_load_le64(sample + 1));
	HZT_EQ_MEM(out, sample, sizeof(out));

	memset(out, 0xff, sizeof(out));
	hzi_store_be32(out + 1, hzi_load_be32(sample + 1));
	hzi_store_le32(out + 5, hzi_load_le32(sample + 5));
	HZT_EQ_MEM(out, sample, sizeof(out));

	memset(out, 0xff, sizeof(out));
	hzi_store_le16(out + 1, hzi_load_le16(sample + 1));
	HZT_EQ_MEM(out, sample, 3);
	HZT_EQ_INT(out[3], 0xff);
}

static const hzt_case cases[] = {
		{"loads_at_any_alignment", loads_at_any_alignment},
		{"stores_what_it_loads_and_nothing_beside",
				stores_what_it_loads_and_nothing_beside},
};
HZT_MAIN("bytes", cases)
