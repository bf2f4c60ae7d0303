// SPDX-License-Identifier: Apache-2.0
//
// Who owns what a value shows: read from a response, copied, lent, cleared.
#include "serialization/data.h"
#include "tests/serialization/samples.h"
#include "tests/support/suite.h"

#include <string.h>

// A received block with one sample's Data somewhere in it.
typedef struct received {
	hzi_block_pool *pool;
	hzi_block *block;
	hzi_slice data;
} received;

static received
receive(const sample *s, bool be, size_t block_size)
{
	received r = {0};
	HZT_OK(hzi_block_pool_new(0, &r.pool));
	r.block = hzi_block_new(r.pool, block_size);
	if (r.block == NULL) {
		HZT_FAIL("a block");
		return r;
	}
	memset(r.block->data, 0xee, block_size);
	size_t n = hzt_unhex(s->bytes[be], r.block->data + 3, block_size - 3);
	hzi_slice_take(&r.data, r.block, r.block->data + 3, n);
	return r;
}

static void
let_go(received *r)
{
	hzi_slice_clear(&r->data);
	hzi_block_release(r->block);
}

static void
finish(received *r)
{
	HZT_EQ_INT(hzi_block_pool_stats(r->pool).out, 0);
	hzi_block_pool_destroy(&r->pool);
}

// The value must stand when all that it was read from is gone; ASan sees what it should not touch.
static void
read_and_keep(const sample *s, bool be, size_t block_size)
{
	received r = receive(s, be, block_size);
	hz_value v;
	hz_error err;
	HZT_OK_ERR(hzi_value_read(r.pool, &r.data, be, &v, &err), &err);
	let_go(&r);
	HZT_CHECK(hz_value_equal(&v, &s->value));
	hz_value copy;
	HZT_OK(hz_value_copy(&v, &copy, NULL));
	hz_value_clear(&v);
	HZT_CHECK(hz_value_is_null(&v));
	hz_value_clear(&v);
	HZT_CHECK(hz_value_equal(&copy, &s->value));
	hz_value_clear(&copy);
	finish(&r);
}

static void
what_is_read_outlives_the_response(void)
{
	size_t n = 0;
	const sample *samples = hzt_samples(&n);
	for (size_t i = 0; i < n; i++) {
		read_and_keep(&samples[i], i % 2 == 0, 256);
		read_and_keep(&samples[i], i % 2 == 1, 65536);
	}
}

// A kept value pins its block only if it is a good part of it.
static void
small_values_do_not_pin_large_blocks(void)
{
	static const uint8_t bytes[200];
	hz_value wanted = hz_bytes(bytes, sizeof(bytes));
	hzi_block_pool *pool = NULL;
	HZT_OK(hzi_block_pool_new(0, &pool));
	for (size_t size = 256; size <= 16384; size *= 64) {
		hzi_block *block = hzi_block_new(pool, size);
		size_t n = 0;
		HZT_OK(hz_value_serialize(&wanted, true, block->data, block->cap, &n, NULL));
		hzi_slice slice = {0};
		hzi_slice_take(&slice, block, block->data, n);
		hz_value v;
		HZT_OK(hzi_value_read(pool, &slice, true, &v, NULL));
		HZT_EQ_INT(v.ext_.block == block, size == 256);
		hzi_slice_clear(&slice);
		hzi_block_release(block);
		HZT_CHECK(hz_value_equal(&v, &wanted));
		hz_value_clear(&v);
	}
	HZT_EQ_INT(hzi_block_pool_stats(pool).out, 0);
	hzi_block_pool_destroy(&pool);
}

static void
given_text_is_terminated_and_lent_text_is_not(void)
{
	sample s = {.bytes = {"", "00000000fffffff500000003616263"}};
	received r = receive(&s, true, 1024);
	hz_value lent;
	hz_value given;
	const char *text = NULL;
	size_t n = 0;
	HZT_OK(hzi_value_view(r.data.p, r.data.n, true, &lent));
	HZT_OK(hzi_value_read(r.pool, &r.data, true, &given, NULL));
	HZT_EQ_INT(hz_value_get_str(&lent, &text, NULL), HZ_ERR_RANGE);
	HZT_OK(hz_value_get_str(&lent, &text, &n));
	HZT_EQ_INT(n, 3);
	HZT_EQ_MEM(text, "abc", 3);
	hz_value copy;
	HZT_OK(hz_value_copy(&lent, &copy, NULL));
	let_go(&r);
	HZT_OK(hz_value_get_str(&given, &text, NULL));
	HZT_EQ_STR(text, "abc");
	HZT_OK(hz_value_get_str(&copy, &text, NULL));
	HZT_EQ_STR(text, "abc");
	hz_value_clear(&given);
	hz_value_clear(&copy);
	finish(&r);
}

static void
text_without_its_length_must_end_where_c_thinks(void)
{
	const char *text = NULL;
	size_t n = 0;
	hz_value inside = hz_strn("a\0b", 3);
	HZT_EQ_INT(hz_value_get_str(&inside, &text, NULL), HZ_ERR_RANGE);
	hz_value copy;
	HZT_OK(hz_value_copy(&inside, &copy, NULL));
	HZT_EQ_INT(hz_value_get_str(&copy, &text, NULL), HZ_ERR_RANGE);
	HZT_OK(hz_value_get_str(&copy, &text, &n));
	HZT_EQ_INT(n, 3);
	HZT_EQ_MEM(text, "a\0b", 4);
	hz_value_clear(&copy);
	hz_value borrowed = hz_json("{}");
	HZT_OK(hz_value_get_json(&borrowed, &text, NULL));
	HZT_EQ_STR(text, "{}");
}

static void
copies_of_borrowed_values_stand_alone(void)
{
	size_t n = 0;
	const sample *samples = hzt_samples(&n);
	for (size_t i = 0; i < n; i++) {
		hz_value copy;
		hz_value again;
		hz_error err;
		HZT_OK_ERR(hz_value_copy(&samples[i].value, &copy, &err), &err);
		HZT_CHECK(hz_value_equal(&copy, &samples[i].value));
		HZT_OK(hz_value_copy(&copy, &again, NULL));
		hz_value_clear(&copy);
		HZT_CHECK(hz_value_equal(&again, &samples[i].value));
		hz_value_clear(&again);
	}
}

// More than the block that a copy of a list starts with.
static void
large_lists_are_copied(void)
{
	static hz_value items[1000];
	for (size_t i = 0; i < 1000; i++) {
		items[i] = hz_i64((int64_t)i);
	}
	hz_value list = hz_values(items, 1000);
	hz_value copy;
	HZT_OK(hz_value_copy(&list, &copy, NULL));
	HZT_CHECK(hz_value_equal(&copy, &list));
	hz_value item;
	HZT_OK(hz_value_at(&copy, 999, &item));
	int64_t last = 0;
	HZT_OK(hz_value_get_i64(&item, &last));
	HZT_EQ_INT(last, 999);
	hz_value_clear(&copy);
}

static hz_value
element(const hz_value *list, size_t i)
{
	hz_value item = hz_null();
	HZT_OK(hz_value_at(list, i, &item));
	return item;
}

// Clearing an element must not give back what the list owns.
static void
elements_are_lent_and_can_be_copied(void)
{
	hz_value inner[] = {hz_str("deep"), hz_null()};
	hz_value owned;
	hz_value parts = hz_values(inner, 2);
	HZT_OK(hz_value_copy(&parts, &owned, NULL));
	hz_value outer[] = {owned, hz_str("flat")};
	hz_value borrowed = hz_values(outer, 2);
	hz_value item = element(&borrowed, 0);
	hz_value_clear(&item);
	hz_value list;
	HZT_OK(hz_value_copy(&borrowed, &list, NULL));
	item = element(&list, 0);
	hz_value_clear(&item);
	item = element(&list, 0);
	const void *data = NULL;
	size_t n = 0;
	HZT_EQ_INT(hz_value_get_data(&item, &data, &n), HZ_ERR_TYPE);
	hz_value kept;
	HZT_OK(hz_value_copy(&item, &kept, NULL));
	hz_value_clear(&list);
	HZT_OK(hz_value_get_data(&kept, &data, &n));
	HZT_CHECK(hz_value_equal(&kept, &owned));
	const char *text = NULL;
	item = element(&kept, 0);
	HZT_OK(hz_value_get_str(&item, &text, &n));
	HZT_EQ_INT(n, 4);
	hz_value_clear(&kept);
	hz_value_clear(&owned);
}

static void
raw_data_is_kept_as_it_is(void)
{
	uint8_t bytes[HZT_SAMPLE_MAX];
	size_t n = hzt_unhex("00000005ffffff9c0102", bytes, sizeof(bytes));
	hz_value v;
	HZT_OK(hz_value_parse(bytes, n, false, &v, NULL));
	hz_value copy;
	HZT_OK(hz_value_copy(&v, &copy, NULL));
	const void *data = NULL;
	size_t size = 0;
	HZT_OK(hz_value_get_data(&copy, &data, &size));
	HZT_EQ_INT(size, n);
	HZT_EQ_MEM(data, bytes, n);
	HZT_EQ_INT(hz_value_kind(&copy), HZ_KIND_RAW);
	HZT_EQ_INT(hz_value_type_id(&copy), -100);
	HZT_EQ_INT(hz_value_serialize(&copy, true, NULL, 0, &size, NULL), HZ_ERR_SERIALIZATION);
	hz_value_clear(&copy);
}

static void
serializing_says_how_much_room_it_needs(void)
{
	size_t n = 0;
	const sample *samples = hzt_samples(&n);
	for (size_t i = 0; i < n; i++) {
		uint8_t want[HZT_SAMPLE_MAX];
		uint8_t got[HZT_SAMPLE_MAX];
		size_t size = hzt_unhex(samples[i].bytes[1], want, sizeof(want));
		size_t needed = 0;
		const hz_value *v = &samples[i].value;
		HZT_EQ_INT(hz_value_serialize(v, true, NULL, 0, &needed, NULL), HZ_ERR_RANGE);
		HZT_EQ_INT(needed, size);
		HZT_EQ_INT(hz_value_serialize(v, true, got, size - 1, &needed, NULL), HZ_ERR_RANGE);
		HZT_OK(hz_value_serialize(v, true, got, size, &needed, NULL));
		HZT_EQ_MEM(got, want, size);
	}
}

static void
null_is_null_everywhere(void)
{
	hz_value v = hz_i64(1);
	HZT_OK(hzi_value_view(NULL, 0, true, &v));
	HZT_CHECK(hz_value_is_null(&v));
	hzi_slice none = {0};
	v = hz_i64(1);
	HZT_OK(hzi_value_read(NULL, &none, true, &v, NULL));
	HZT_CHECK(hz_value_is_null(&v));
	HZT_CHECK(hz_value_is_null(NULL));
	HZT_OK(hz_value_copy(NULL, &v, NULL));
	HZT_CHECK(hz_value_equal(&v, NULL));
	hz_value_clear(NULL);
	hz_value empty = hz_str(NULL);
	HZT_CHECK(hz_value_is_null(&empty));
	empty = hz_json(NULL);
	HZT_CHECK(hz_value_is_null(&empty));
}

static const hzt_case cases[] = {
		{"what_is_read_outlives_the_response", what_is_read_outlives_the_response},
		{"small_values_do_not_pin_large_blocks", small_values_do_not_pin_large_blocks},
		{"given_text_is_terminated_and_lent_text_is_not",
				given_text_is_terminated_and_lent_text_is_not},
		{"text_without_its_length_must_end_where_c_thinks",
				text_without_its_length_must_end_where_c_thinks},
		{"copies_of_borrowed_values_stand_alone", copies_of_borrowed_values_stand_alone},
		{"large_lists_are_copied", large_lists_are_copied},
		{"elements_are_lent_and_can_be_copied", elements_are_lent_and_can_be_copied},
		{"raw_data_is_kept_as_it_is", raw_data_is_kept_as_it_is},
		{"serializing_says_how_much_room_it_needs",
				serializing_says_how_much_room_it_needs},
		{"null_is_null_everywhere", null_is_null_everywhere},
};

HZT_MAIN("ownership", cases)
