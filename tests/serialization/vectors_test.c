// SPDX-License-Identifier: Apache-2.0
//
// Bytes, hashes and partitions as Hazelcast itself has them.
#include "serialization/data.h"
#include "serialization/murmur3.h"
#include "serialization/partition.h"
#include "tests/serialization/samples.h"
#include "tests/support/suite.h"

#include <string.h>

typedef struct partition_vector {
	hz_value key;
	int32_t hash;
	int32_t partition; // of 271
} partition_vector;

static void
keys_have_their_partition(void)
{
	static const uint8_t bytes[] = {1, 2, 3};
	const partition_vector vectors[] = {
			{hz_str(""), 923237662, 11},
			{hz_str("a"), 2099876635, 73},
			{hz_str("foo"), 947302427, 247},
			{hz_str("key1"), 1754812034, 43},
			{hz_str("hazelcast"), 428885910, 226},
			{hz_i32(0), 923237662, 11},
			{hz_i32(1), 768969306, 31},
			{hz_i32(42), 2076340387, 175},
			{hz_i32(-1), -730160613, 164},
			{hz_i64(42), 1624962215, 145},
			{hz_bool(true), 535970202, 223},
			{hz_bytes(bytes, 3), 94186855, 263},
	};
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		hzi_buf buf = {0};
		int32_t hash = 0;
		HZT_OK(hzi_data_write(&buf, &vectors[i].key, true, &hash, NULL));
		HZT_EQ_INT(hash, vectors[i].hash);
		HZT_EQ_INT(hzi_data_hash(buf.data, buf.len), vectors[i].hash);
		HZT_EQ_INT(hzi_partition_of_hash(hash, 271), vectors[i].partition);
		hzi_buf_clear(&buf);
	}
}

static void
smallest_hash_is_partition_zero(void)
{
	HZT_EQ_INT(hzi_partition_of_hash(INT32_MIN, 271), 0);
	HZT_EQ_INT(hzi_partition_of_hash(INT32_MIN + 1, 271), INT32_MAX % 271);
	HZT_EQ_INT(hzi_partition_of_hash(INT32_MAX, 271), INT32_MAX % 271);
	HZT_EQ_INT(hzi_partition_of_hash(-3, 1), 0);
}

// Every length of the tail, at an odd address as well: the hash may not depend on alignment.
static void
hash_does_not_depend_on_alignment(void)
{
	uint8_t moved[32];
	const uint8_t bytes[] = "0123456789abcdef";
	int32_t seen[16];
	for (size_t n = 0; n < 16; n++) {
		seen[n] = hzi_murmur3(bytes, n);
		memcpy(moved + 3, bytes, n);
		HZT_EQ_INT(hzi_murmur3(moved + 3, n), seen[n]);
		for (size_t k = 0; k < n; k++) {
			HZT_CHECK(seen[k] != seen[n]);
		}
	}
}

static void
names_hash_by_what_follows_the_at(void)
{
	int32_t hash = 0;
	HZT_OK(hzi_name_hash("orders@foo", true, &hash, NULL));
	HZT_EQ_INT(hash, 947302427);
	HZT_OK(hzi_name_hash("foo", true, &hash, NULL));
	HZT_EQ_INT(hash, 947302427);
	HZT_OK(hzi_name_hash("x@", true, &hash, NULL));
	HZT_EQ_INT(hash, 923237662);
	HZT_EQ_STR(hzi_partition_key_of_name("a@b@c"), "b@c");
	HZT_EQ_INT(hzi_name_hash("\xff", true, &hash, NULL), HZ_ERR_ARGUMENT);
}

static void
header_hash_comes_first(void)
{
	const uint8_t data[] = {0, 0, 0, 7, 0xff, 0xff, 0xff, 0xf9, 0, 0, 0, 1};
	hz_value v = hz_data(data, sizeof(data));
	hzi_buf buf = {0};
	int32_t hash = 0;
	HZT_OK(hzi_data_write(&buf, &v, true, &hash, NULL));
	HZT_EQ_INT(hash, 7);
	HZT_EQ_MEM(buf.data, data, sizeof(data));
	hzi_buf_clear(&buf);
	HZT_EQ_INT(hzi_data_hash(data, 7), 0);
}

static void
write_sample(const sample *s, bool be)
{
	uint8_t want[HZT_SAMPLE_MAX];
	size_t n = hzt_unhex(s->bytes[be], want, sizeof(want));
	hzi_buf buf = {0};
	int32_t hash = 0;
	hz_error err;
	HZT_OK_ERR(hzi_data_write(&buf, &s->value, be, &hash, &err), &err);
	HZT_EQ_INT(buf.len, n);
	HZT_EQ_MEM(buf.data, want, n);
	if (be) {
		HZT_EQ_INT(hash, s->hash);
	}
	hzi_buf_clear(&buf);
}

static void
samples_are_written_as_java_writes_them(void)
{
	size_t n = 0;
	const sample *samples = hzt_samples(&n);
	for (size_t i = 0; i < n; i++) {
		write_sample(&samples[i], false);
		write_sample(&samples[i], true);
	}
}

static void
expect_text(const hz_value *v, const char *want)
{
	char text[256];
	size_t n = hz_value_format(v, text, sizeof(text));
	HZT_EQ_STR(text, want);
	HZT_EQ_INT(n, strlen(want));
	HZT_EQ_INT(hz_value_format(v, NULL, 0), n);
	char start[5];
	HZT_EQ_INT(hz_value_format(v, start, sizeof(start)), n);
	HZT_EQ_INT(strlen(start), n < 4 ? n : 4);
	HZT_EQ_MEM(start, want, strlen(start));
}

static void
read_sample(const sample *s, bool be)
{
	uint8_t data[HZT_SAMPLE_MAX];
	size_t n = hzt_unhex(s->bytes[be], data, sizeof(data));
	hz_value v;
	HZT_OK(hzi_value_view(data, n, be, &v));
	HZT_EQ_INT(hz_value_kind(&v), hz_value_kind(&s->value));
	HZT_EQ_INT(hz_value_type_id(&v), hz_value_type_id(&s->value));
	HZT_EQ_INT(hz_value_count(&v), hz_value_count(&s->value));
	HZT_CHECK(hz_value_equal(&v, &s->value));
	expect_text(&v, s->text);
	expect_text(&s->value, s->text);
}

static void
samples_are_read_as_java_wrote_them(void)
{
	size_t n = 0;
	const sample *samples = hzt_samples(&n);
	for (size_t i = 0; i < n; i++) {
		read_sample(&samples[i], false);
		read_sample(&samples[i], true);
	}
}

// Whatever Java class it was, it goes back as the same bytes, also into another byte order, unless
// the bytes mean nothing to us.
static void
pass_on(const foreign_sample *s, const hz_value *v, bool be)
{
	uint8_t want[HZT_SAMPLE_MAX];
	size_t n = hzt_unhex(s->bytes[be], want, sizeof(want));
	hzi_buf buf = {0};
	hz_err code = hzi_data_write(&buf, v, be, NULL, NULL);
	if (s->kind == HZ_KIND_RAW && be && (v->flags_ & HZI_VALUE_LE) != 0) {
		HZT_EQ_INT(code, HZ_ERR_SERIALIZATION);
	} else if (s->kind != HZ_KIND_RAW || be == ((v->flags_ & HZI_VALUE_LE) == 0)) {
		HZT_OK(code);
		HZT_EQ_INT(buf.len, n);
		HZT_EQ_MEM(buf.data, want, n);
	}
	hzi_buf_clear(&buf);
}

static void
collections_of_java_are_read_and_passed_on(void)
{
	size_t n = 0;
	const foreign_sample *samples = hzt_foreign_samples(&n);
	for (size_t i = 0; i < 2 * n; i++) {
		const foreign_sample *s = &samples[i / 2];
		bool be = i % 2 == 1;
		uint8_t data[HZT_SAMPLE_MAX];
		size_t size = hzt_unhex(s->bytes[be], data, sizeof(data));
		hz_value v;
		HZT_OK(hzi_value_view(data, size, be, &v));
		HZT_EQ_INT(hz_value_kind(&v), s->kind);
		HZT_EQ_INT(hz_value_type_id(&v), s->type_id);
		expect_text(&v, s->text);
		pass_on(s, &v, true);
		pass_on(s, &v, false);
	}
}

static const hzt_case cases[] = {
		{"keys_have_their_partition", keys_have_their_partition},
		{"smallest_hash_is_partition_zero", smallest_hash_is_partition_zero},
		{"hash_does_not_depend_on_alignment", hash_does_not_depend_on_alignment},
		{"names_hash_by_what_follows_the_at", names_hash_by_what_follows_the_at},
		{"header_hash_comes_first", header_hash_comes_first},
		{"samples_are_written_as_java_writes_them",
				samples_are_written_as_java_writes_them},
		{"samples_are_read_as_java_wrote_them", samples_are_read_as_java_wrote_them},
		{"collections_of_java_are_read_and_passed_on",
				collections_of_java_are_read_and_passed_on},
};

HZT_MAIN("vectors", cases)
