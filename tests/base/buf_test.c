// SPDX-License-Identifier: Apache-2.0
#include "base/buf.h"

#include "tests/support/suite.h"

#include <stdlib.h>

static void
zeroed_memory_is_an_empty_buffer(void)
{
	hzi_buf buf = {0};
	HZT_CHECK(hzi_buf_append(&buf, "abc", 3));
	HZT_CHECK(hzi_buf_append(&buf, NULL, 0));
	HZT_EQ_INT(buf.len, 3);
	HZT_EQ_MEM(buf.data, "abc", 3);
	hzi_buf_clear(&buf);
	hzi_buf_clear(&buf);
	HZT_CHECK(buf.data == NULL && buf.len == 0 && buf.cap == 0);
}

static void
extending_by_nothing_is_no_failure(void)
{
	hzi_buf buf = {0};
	HZT_CHECK(hzi_buf_extend(&buf, 0) != NULL);
	HZT_EQ_INT(buf.len, 0);
	HZT_CHECK(!buf.failed);
	hzi_buf_clear(&buf);
}

static void
grows_and_keeps_what_was_there(void)
{
	hzi_buf buf = {0};
	for (uint32_t i = 0; i < 100000; i++) {
		HZT_CHECK(hzi_buf_append(&buf, &i, sizeof(i)));
	}
	HZT_EQ_INT(buf.len, 400000);
	for (uint32_t i = 0; i < 100000; i++) {
		HZT_EQ_MEM(buf.data + i * sizeof(i), &i, sizeof(i));
	}
	hzi_buf_clear(&buf);
}

static void
fills_its_capacity_without_growing(void)
{
	hzi_buf buf = {0};
	HZT_CHECK(hzi_buf_reserve(&buf, 300));
	uint8_t *data = buf.data;
	size_t cap = buf.cap;
	HZT_CHECK(cap >= 300);
	HZT_CHECK(hzi_buf_extend(&buf, cap) == data);
	HZT_EQ_INT(buf.cap, cap);
	HZT_CHECK(hzi_buf_extend(&buf, 1) != NULL);
	HZT_CHECK(buf.cap > cap);
	hzi_buf_clear(&buf);
}

static void
leaves_the_callers_storage_alone(void)
{
	uint8_t storage[8];
	hzi_buf buf;
	hzi_buf_init(&buf, storage, sizeof(storage));
	HZT_CHECK(hzi_buf_append(&buf, "12345678", 8));
	HZT_CHECK(buf.data == storage);
	HZT_CHECK(hzi_buf_append(&buf, "9", 1));
	HZT_CHECK(buf.data != storage && !buf.borrowed);
	HZT_EQ_MEM(buf.data, "123456789", 9);
	hzi_buf_clear(&buf);
	HZT_EQ_MEM(storage, "12345678", 8);

	hzi_buf_init(&buf, storage, sizeof(storage));
	hzi_buf_clear(&buf);
	hzi_buf_init(&buf, NULL, 0);
	HZT_CHECK(hzi_buf_append(&buf, "x", 1));
	hzi_buf_clear(&buf);
}

static void
a_failure_sticks_until_reset(void)
{
	hzi_buf buf = {0};
	HZT_CHECK(hzi_buf_append(&buf, "abc", 3));
	HZT_CHECK(hzi_buf_extend(&buf, SIZE_MAX) == NULL);
	HZT_CHECK(buf.failed);
	HZT_EQ_INT(buf.len, 3);
	HZT_CHECK(!hzi_buf_append(&buf, "d", 1));
	HZT_CHECK(!hzi_buf_reserve(&buf, 1));
	HZT_CHECK(hzi_buf_extend(&buf, SIZE_MAX - 3) == NULL);
	hzi_buf_reset(&buf);
	HZT_CHECK(!buf.failed && buf.len == 0 && buf.cap != 0);
	HZT_CHECK(hzi_buf_append(&buf, "d", 1));
	hzi_buf_clear(&buf);
}

static void
refuses_sizes_that_overflow(void)
{
	static const size_t sizes[] = {SIZE_MAX, SIZE_MAX - 1, SIZE_MAX / 2 + 1, SIZE_MAX / 2};
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		hzi_buf buf = {0};
		HZT_CHECK(hzi_buf_append(&buf, "abc", 3));
		HZT_CHECK(hzi_buf_extend(&buf, sizes[i]) == NULL);
		HZT_CHECK(buf.failed);
		hzi_buf_clear(&buf);
	}
}

static void
trims_only_what_is_empty_and_large(void)
{
	hzi_buf buf = {0};
	HZT_CHECK(hzi_buf_extend(&buf, 10000) != NULL);
	hzi_buf_trim(&buf, 100);
	HZT_EQ_INT(buf.len, 10000);
	hzi_buf_reset(&buf);
	hzi_buf_trim(&buf, 100000);
	HZT_CHECK(buf.cap >= 10000);
	hzi_buf_trim(&buf, 100);
	HZT_EQ_INT(buf.cap, 0);
	HZT_CHECK(hzi_buf_append(&buf, "x", 1));
	hzi_buf_clear(&buf);
}

static const hzt_case cases[] = {
		{"zeroed_memory_is_an_empty_buffer", zeroed_memory_is_an_empty_buffer},
		{"extending_by_nothing_is_no_failure", extending_by_nothing_is_no_failure},
		{"grows_and_keeps_what_was_there", grows_and_keeps_what_was_there},
		{"fills_its_capacity_without_growing", fills_its_capacity_without_growing},
		{"leaves_the_callers_storage_alone", leaves_the_callers_storage_alone},
		{"a_failure_sticks_until_reset", a_failure_sticks_until_reset},
		{"refuses_sizes_that_overflow", refuses_sizes_that_overflow},
		{"trims_only_what_is_empty_and_large", trims_only_what_is_empty_and_large},
};
HZT_MAIN("buf", cases)
