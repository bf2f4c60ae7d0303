// SPDX-License-Identifier: Apache-2.0
//
// Bytes that a broken or hostile member could send: every truncation, seeded mutations, counts that
// promise more than there is, and nesting. Each lies in a heap block of exactly its size, so that
// the sanitizers see any look beyond it.
#include "serialization/data.h"
#include "tests/serialization/samples.h"
#include "tests/support/suite.h"

#include <stdlib.h>
#include <string.h>

enum { MUTATIONS = 400 };

// Reads what a value gives, element by element.
static void
walk(const hz_value *v)
{
	size_t seen = 0;
	size_t pos = 0;
	hz_value item = hz_null();
	hz_value value = hz_null();
	while (hz_value_next(v, &pos, &item)) {
		HZT_CHECK(hz_value_format(&item, NULL, 0) > 0);
		seen++;
	}
	while (hz_value_next_entry(v, &pos, &item, &value)) {
		HZT_CHECK(hz_value_equal(&item, &item) && hz_value_equal(&value, &value));
		seen++;
	}
	HZT_EQ_INT(seen, hz_value_count(v));
}

// Whatever was accepted must be readable whole, equal to itself (as no NaN is compared as a
// number), and go back as the bytes that it came from.
static void
use(const hz_value *v, const uint8_t *data, size_t n, bool be)
{
	char text[64];
	walk(v);
	HZT_CHECK(hz_value_format(v, text, sizeof(text)) > 0);
	HZT_CHECK(memchr(text, 0, sizeof(text)) != NULL);
	HZT_CHECK(hz_value_equal(v, v));
	hz_value copy;
	hz_err code = hz_value_copy(v, &copy, NULL);
	HZT_CHECK(code == HZ_OK);
	HZT_CHECK(hz_value_equal(v, &copy));
	const void *back = NULL;
	size_t size = 0;
	if (hz_value_get_data(&copy, &back, &size) == HZ_OK) {
		HZT_EQ_INT(size, n);
		HZT_EQ_MEM((const uint8_t *)back + 4, data + 4, n - 4);
	}
	hz_value_clear(&copy);
	hzi_buf other = {0};
	code = hzi_data_write(&other, v, !be, NULL, NULL);
	HZT_CHECK(code == HZ_OK || hz_value_kind(v) != HZ_KIND_RAW || be == false || n < 8);
	hzi_buf_clear(&other);
}

static hz_err
try_bytes(const uint8_t *bytes, size_t n, bool be)
{
	uint8_t *exact = malloc(n == 0 ? 1 : n);
	HZT_CHECK(exact != NULL);
	memcpy(exact, bytes, n);
	hz_value v;
	hz_err code = hzi_value_view(exact, n, be, &v);
	HZT_CHECK(code == HZ_OK || code == HZ_ERR_SERIALIZATION);
	if (code == HZ_OK) {
		use(&v, exact, n, be);
	} else {
		HZT_CHECK(hz_value_is_null(&v));
	}
	free(exact);
	return code;
}

// Data of fewer than `known_from` bytes does not say what it is.
static void
truncate_all(const char *hex, bool be, bool readable, size_t known_from)
{
	uint8_t data[HZT_SAMPLE_MAX];
	size_t n = hzt_unhex(hex, data, sizeof(data));
	for (size_t cut = 0; cut < n; cut++) {
		hz_err code = try_bytes(data, cut, be);
		HZT_CHECK(code == HZ_ERR_SERIALIZATION ||
				(cut >= HZI_DATA_HEADER && (!readable || cut < known_from)));
	}
	HZT_OK(try_bytes(data, n, be));
	data[n] = 0;
	HZT_EQ_INT(try_bytes(data, n + 1, be), readable ? HZ_ERR_SERIALIZATION : HZ_OK);
}

static void
every_truncation_is_an_error(void)
{
	size_t n = 0;
	const sample *samples = hzt_samples(&n);
	for (size_t i = 0; i < n; i++) {
		truncate_all(samples[i].bytes[0], false, true, 0);
		truncate_all(samples[i].bytes[1], true, true, 0);
	}
	const foreign_sample *foreign = hzt_foreign_samples(&n);
	for (size_t i = 0; i < n; i++) {
		bool readable = foreign[i].kind != HZ_KIND_RAW;
		size_t known_from = foreign[i].type_id == HZI_TYPE_IDENTIFIED
				? (size_t)HZI_DATA_HEADER + HZI_IDENTITY
				: 0;
		truncate_all(foreign[i].bytes[0], false, readable, known_from);
		truncate_all(foreign[i].bytes[1], true, readable, known_from);
	}
}

// xorshift: the same mutations in every run.
static uint32_t
next_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

// Bytes that lie on the edges of lengths, counts and type ids.
static uint8_t
interesting_byte(uint32_t *state)
{
	static const uint8_t edges[] = {0x00, 0x01, 0x7f, 0x80, 0xfe, 0xff, 0xe3, 0xe0, 0xda};
	uint32_t r = next_random(state);
	return r % 3 == 0 ? (uint8_t)(r >> 8) : edges[(r >> 8) % sizeof(edges)];
}

static void
mutate(const char *hex, bool be, uint32_t seed)
{
	uint8_t original[HZT_SAMPLE_MAX];
	size_t n = hzt_unhex(hex, original, sizeof(original));
	uint32_t state = seed;
	int rounds = MUTATIONS / hzt_slowness() + 1;
	for (int i = 0; i < rounds; i++) {
		uint8_t data[HZT_SAMPLE_MAX];
		memcpy(data, original, n);
		for (uint32_t k = next_random(&state) % 4 + 1; k != 0; k--) {
			data[4 + next_random(&state) % (n - 4)] = interesting_byte(&state);
		}
		(void)try_bytes(data, n - next_random(&state) % 3, be);
	}
}

static void
mutations_are_harmless(void)
{
	size_t n = 0;
	const sample *samples = hzt_samples(&n);
	for (size_t i = 0; i < n; i++) {
		mutate(samples[i].bytes[0], false, (uint32_t)i + 1);
		mutate(samples[i].bytes[1], true, (uint32_t)i + 1001);
	}
	const foreign_sample *foreign = hzt_foreign_samples(&n);
	for (size_t i = 0; i < n; i++) {
		mutate(foreign[i].bytes[0], false, (uint32_t)i + 2001);
		mutate(foreign[i].bytes[1], true, (uint32_t)i + 3001);
	}
}

// A count may not make us work or allocate for what is not there.
static void
counts_are_held_against_the_bytes(void)
{
	const char *const bombs[] = {
			"00000000fffffff57fffffff61",               // string
			"00000000fffffff580000000",                 // negative length
			"00000000fffffff5fffffffe",                 // below null
			"00000000fffffff07fffffff00000001",         // int[]
			"00000000ffffffef200000010000000000000000", // long[] of more than 32 bits
			"00000000ffffffec7fffffff00000000",         // String[]
			"00000000ffffffec00000001fffffffe",         // its string
			"00000000ffffffe37fffffff00000000",         // ArrayList
			"00000000ffffffe3fffffffe",                 // negative
			"00000000ffffffe07fffffff0000000000000000", // HashMap
			"00000000ffffffe00000000100000000",         // a key without its value
			"00000000ffffffe6ffffffff",                 // null BigInteger
			"00000000ffffffe600000000",                 // empty BigInteger
			"00000000ffffffe50000000100000000",         // no room for the scale
			"00000000ffffffea00000000",                 // half an entry
			"00000000ffffffda00000000ffffffff",         // null TreeSet inside
			"00000000ffffffda000000",                   // cut comparator
	};
	for (size_t i = 0; i < sizeof(bombs) / sizeof(bombs[0]); i++) {
		uint8_t data[HZT_SAMPLE_MAX];
		size_t n = hzt_unhex(bombs[i], data, sizeof(data));
		HZT_EQ_INT(try_bytes(data, n, true), HZ_ERR_SERIALIZATION);
	}
}

// Lists in lists, `depth` of them, the innermost empty.
static size_t
nested_lists(uint8_t *to, size_t depth)
{
	static const uint8_t header[] = {0, 0, 0, 0, 0xff, 0xff, 0xff, 0xe3};
	memcpy(to, header, sizeof(header));
	size_t n = sizeof(header);
	for (size_t i = 1; i < depth; i++) {
		static const uint8_t list[] = {0, 0, 0, 1, 0xff, 0xff, 0xff, 0xe3};
		memcpy(to + n, list, sizeof(list));
		n += sizeof(list);
	}
	memset(to + n, 0, 4);
	return n + 4;
}

static void
deep_nesting_is_passed_on_unread(void)
{
	enum { DEEP = 200000 };
	const size_t depths[] = {1, HZI_DEPTH, HZI_DEPTH + 1, DEEP};
	static uint8_t data[8 * DEEP + 16];
	for (size_t i = 0; i < sizeof(depths) / sizeof(depths[0]); i++) {
		size_t n = nested_lists(data, depths[i]);
		hz_value v;
		HZT_OK(hzi_value_view(data, n, true, &v));
		HZT_EQ_INT(hz_value_kind(&v), depths[i] <= HZI_DEPTH ? HZ_KIND_LIST : HZ_KIND_RAW);
		HZT_EQ_INT(hz_value_equal(&v, &v), true);
		HZT_CHECK(hz_value_format(&v, NULL, 0) > 0);
		hzi_buf buf = {0};
		HZT_OK(hzi_data_write(&buf, &v, true, NULL, NULL));
		HZT_EQ_INT(buf.len, n);
		HZT_EQ_MEM(buf.data, data, n);
		hzi_buf_clear(&buf);
	}
}

// Reading a broken value from a response gives nothing and keeps nothing.
static void
broken_responses_leave_no_reference(void)
{
	hzi_block_pool *pool = NULL;
	HZT_OK(hzi_block_pool_new(0, &pool));
	hzi_block *block = hzi_block_new(pool, 256);
	size_t n = hzt_unhex("00000000fffffff0000000020000", block->data, 256);
	hzi_slice slice = {0};
	hzi_slice_take(&slice, block, block->data, n);
	hz_value v = hz_i32(1);
	hz_error err;
	HZT_EQ_INT(hzi_value_read(pool, &slice, true, &v, &err), HZ_ERR_SERIALIZATION);
	HZT_EQ_INT(err.code, HZ_ERR_SERIALIZATION);
	HZT_CHECK(hz_value_is_null(&v));
	hzi_slice_clear(&slice);
	hzi_block_release(block);
	HZT_EQ_INT(hzi_block_pool_stats(pool).out, 0);
	hzi_block_pool_destroy(&pool);
}

static const hzt_case cases[] = {
		{"every_truncation_is_an_error", every_truncation_is_an_error},
		{"mutations_are_harmless", mutations_are_harmless},
		{"counts_are_held_against_the_bytes", counts_are_held_against_the_bytes},
		{"deep_nesting_is_passed_on_unread", deep_nesting_is_passed_on_unread},
		{"broken_responses_leave_no_reference", broken_responses_leave_no_reference},
};

HZT_MAIN("hostile", cases)
