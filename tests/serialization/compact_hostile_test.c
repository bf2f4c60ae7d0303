// SPDX-License-Identifier: Apache-2.0
//
// Compact records that a broken or hostile member could send: every truncation, mutations, offsets
// that point in circles or all to one place, depth, text that is none. Each lies in a heap block of
// exactly its size, so that the sanitizers see any look beyond it.
#include "serialization/data.h"
#include "tests/serialization/registry.h"
#include "tests/support/everything.h"
#include "tests/support/suite.h"

#include <stdlib.h>
#include <string.h>

enum { MUTATIONS = 30000, HEAD = 8 };

static hzt_registry known;
static hz_error err;

// The payload of a sample. The caller frees it.
static uint8_t *
sample_bytes(unsigned which, bool be, size_t *n)
{
	hzt_everything sample;
	hzi_buf bytes = {0};
	hzi_schema_sink sink = hzt_registry_sink(&known);
	hzt_everything_sample(which, &sample);
	hz_value v = hz_record(&hzt_everything_type, &sample);
	HZT_OK_ERR(hzi_data_write_to(&bytes, &v, be, &sink, NULL, &err), &err);
	*n = bytes.len - HEAD;
	uint8_t *payload = malloc(*n);
	HZT_CHECK(payload != NULL);
	memcpy(payload, bytes.data + HEAD, *n);
	hzi_buf_clear(&bytes);
	return payload;
}

// Whatever was accepted can be walked, put into a struct, and written again.
static void
use(const hz_generic_record *record, bool be)
{
	hzi_buf bytes = {0};
	hzt_everything e;
	hz_value v = hz_generic_record_value(record);
	for (size_t i = 0; i < hz_generic_record_count(record); i++) {
		const char *name = NULL;
		hz_value field = hz_null();
		HZT_OK(hz_generic_record_field(record, i, &name, NULL));
		HZT_OK(hz_generic_record_get(record, name, &field, NULL));
		HZT_CHECK(hz_value_format(&field, NULL, 0) > 0);
	}
	if (hz_record_from(record, &hzt_everything_type, &e, &err) == HZ_OK) {
		hz_record_clear(&hzt_everything_type, &e);
	}
	// Days that do not exist are read, but not written.
	hz_err code = hzi_data_write(&bytes, &v, be, NULL, &err);
	HZT_CHECK(code == HZ_OK || code == HZ_ERR_RANGE || code == HZ_ERR_TYPE ||
			code == HZ_ERR_ARGUMENT);
	hzi_buf_clear(&bytes);
}

static hz_err
try_bytes(const uint8_t *bytes, size_t n, bool be)
{
	hzi_schema_source source = hzt_registry_source(&known);
	hz_generic_record *record = NULL;
	uint8_t *exact = malloc(n == 0 ? 1 : n);
	HZT_CHECK(exact != NULL);
	if (n != 0) {
		memcpy(exact, bytes, n);
	}
	hz_err code = hzi_compact_read(&source, exact, n, be, &record, &err);
	HZT_CHECK(code == HZ_OK || code == HZ_ERR_SERIALIZATION || code == HZ_ERR_LIMIT);
	HZT_CHECK((code == HZ_OK) == (record != NULL));
	if (record != NULL) {
		use(record, be);
	}
	hz_generic_record_destroy(&record);
	free(exact);
	return code;
}

static void
every_truncation_is_refused(void)
{
	for (unsigned which = 0; which <= HZT_MIDDLE; which++) {
		for (int be = 0; be < 2; be++) {
			size_t n = 0;
			uint8_t *bytes = sample_bytes(which, be != 0, &n);
			HZT_OK_ERR(try_bytes(bytes, n, be != 0), &err);
			for (size_t cut = 0; cut < n; cut++) {
				HZT_EQ_INT(try_bytes(bytes, cut, be != 0), HZ_ERR_SERIALIZATION);
			}
			free(bytes);
		}
	}
	hzt_registry_clear(&known);
}

static void
mutations_are_read_or_refused(void)
{
	uint64_t dice = 42;
	size_t refused = 0;
	for (int i = 0; i < MUTATIONS; i++) {
		size_t n = 0;
		bool be = i % 2 == 0;
		uint8_t *bytes = sample_bytes((unsigned)i / 2 % (HZT_MIDDLE + 1), be, &n);
		for (int k = 0; k <= i % 4; k++) {
			dice = dice * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
			// Mostly small numbers, and those at the ends of what a type has.
			static const uint8_t likely[] = {0, 1, 2, 0x7f, 0x80, 0xfe, 0xff};
			bytes[HEAD + (dice >> 33) % (n - HEAD)] = likely[(dice >> 20) % 7];
		}
		refused += try_bytes(bytes, n, be) != HZ_OK;
		free(bytes);
	}
	HZT_CHECK(refused > MUTATIONS / 10 && refused < MUTATIONS);
	hzt_registry_clear(&known);
}

// ---- Made by hand ----

static hzi_schema *
schema_of(const char *type, const char *field, hz_field_kind kind)
{
	hzi_schema_part part = {field, strlen(field), kind};
	hzi_schema *schema = NULL;
	HZT_OK_ERR(hzi_schema_new(type, strlen(type), &part, 1, &schema, &err), &err);
	hzt_registry_add(&known, hzi_schema_retain(schema));
	hzi_schema_release(schema);
	return schema; // the registry has it
}

static uint8_t *
put32(uint8_t *p, uint32_t n)
{
	hzi_store32(p, n, true);
	return p + 4;
}

static uint8_t *
put_head(uint8_t *p, const hzi_schema *schema, uint32_t data)
{
	hzi_store64(p, (uint64_t)schema->id, true);
	return put32(p + 8, data);
}

// A record that holds itself: the offset points back to where the record begins.
static void
a_record_inside_itself(void)
{
	uint8_t bytes[12 + 16];
	const hzi_schema *schema = schema_of("loop", "r", HZ_FIELD_RECORD);
	uint8_t *p = put_head(bytes, schema, 15);
	put_head(p, schema, 3);
	// Data of 15 bytes: a record whose own data is what follows, with an offset of 0.
	memset(p + 12, 0, 4);
	HZT_EQ_INT(try_bytes(bytes, sizeof(bytes), true), HZ_ERR_SERIALIZATION);
	hzt_registry_clear(&known);
}

// As many offsets as there is room for, all to one long text: without a limit on what is read in
// total, a megabyte would become gigabytes.
static void
many_offsets_to_one_place(void)
{
	enum { TEXT = 60000, ITEMS = 400000 };
	size_t n = 12 + 8 + 4 + TEXT + 2 * ITEMS + 4;
	uint8_t *bytes = calloc(1, n);
	HZT_CHECK(bytes != NULL);
	const hzi_schema *schema = schema_of("many", "s", HZ_FIELD_ARRAY_STRING);
	uint8_t *p = put_head(bytes, schema, (uint32_t)(n - 12 - 4));
	p = put32(p, 4 + TEXT);
	p = put32(p, ITEMS);
	p = put32(p, TEXT);
	memset(p, 'x', TEXT);
	HZT_EQ_INT(try_bytes(bytes, n, true), HZ_ERR_SERIALIZATION);
	HZT_CHECK(strstr(err.message, "overlap") != NULL);
	free(bytes);
	hzt_registry_clear(&known);
}

static void
counts_beyond_the_bytes(void)
{
	static const hz_field_kind kinds[] = {HZ_FIELD_ARRAY_BOOL, HZ_FIELD_ARRAY_I8,
			HZ_FIELD_ARRAY_I64, HZ_FIELD_ARRAY_STRING, HZ_FIELD_ARRAY_NULLABLE_F64,
			HZ_FIELD_ARRAY_RECORD, HZ_FIELD_STRING, HZ_FIELD_DECIMAL};
	static const uint32_t counts[] = {100, 0x10000000, INT32_MAX, 0x80000000, UINT32_MAX - 1};
	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		for (size_t c = 0; c < sizeof(counts) / sizeof(counts[0]); c++) {
			uint8_t bytes[12 + 8 + 1];
			memset(bytes, 0, sizeof(bytes));
			const hzi_schema *schema = schema_of("counts", "a", kinds[k]);
			uint8_t *p = put_head(bytes, schema, 8);
			// Both the count and the size of the items, where they have one.
			put32(put32(p, counts[c]), counts[c]);
			HZT_EQ_INT(try_bytes(bytes, sizeof(bytes), true), HZ_ERR_SERIALIZATION);
			hzt_registry_clear(&known);
		}
	}
}

static void
text_that_is_none(void)
{
	static const uint8_t bad[][3] = {
			{0xff, 'a', 'b'}, {0xc0, 0x80, 'a'}, {0xed, 0xa0, 0x80}, {'a', 'b', 0xe4}};
	const hzi_schema *schema = schema_of("text", "s", HZ_FIELD_STRING);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		uint8_t bytes[12 + 7 + 1];
		uint8_t *p = put32(put_head(bytes, schema, 7), 3);
		memcpy(p, bad[i], 3);
		p[3] = 0;
		HZT_EQ_INT(try_bytes(bytes, sizeof(bytes), true), HZ_ERR_SERIALIZATION);
		HZT_CHECK(strstr(err.message, "UTF-8") != NULL);
		memcpy(p, "abc", 3);
		HZT_OK_ERR(try_bytes(bytes, sizeof(bytes), true), &err);
	}
	hzt_registry_clear(&known);
}

// Puts a record of n bytes into another one; returns the size of that.
static size_t
wrap(uint8_t *bytes, size_t n, const hzi_schema *schema)
{
	size_t width = hzi_offset_width(n);
	memmove(bytes + 12, bytes, n);
	put_head(bytes, schema, (uint32_t)n);
	memset(bytes + 12 + n, n == 0 ? 0xff : 0, width);
	return 12 + n + width;
}

static void
depth_is_limited(void)
{
	static uint8_t bytes[(HZI_DEPTH + 1) * 16];
	const hzi_schema *schema = schema_of("deep", "r", HZ_FIELD_RECORD);
	size_t n = 0;
	for (size_t depth = 1; depth <= HZI_DEPTH; depth++) {
		n = wrap(bytes, n, schema);
		HZT_OK_ERR(try_bytes(bytes, n, true), &err);
	}
	n = wrap(bytes, n, schema);
	HZT_EQ_INT(try_bytes(bytes, n, true), HZ_ERR_LIMIT);
	hzt_registry_clear(&known);
}

static void
a_size_that_is_wrong(void)
{
	uint8_t bytes[12 + 8 + 2];
	const hzi_schema *schema = schema_of("size", "s", HZ_FIELD_STRING);
	static const uint32_t sizes[] = {0, 8, 10, 11, 0x7fffffff, 0x80000000, 0xffffffff};
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		memset(bytes, 0, sizeof(bytes));
		put_head(bytes, schema, sizes[i]);
		HZT_EQ_INT(try_bytes(bytes, sizeof(bytes), true), HZ_ERR_SERIALIZATION);
	}
	// The right one, and bytes behind the end.
	memset(bytes, 0, sizeof(bytes));
	put_head(bytes, schema, 8);
	HZT_OK_ERR(try_bytes(bytes, 12 + 8 + 1, true), &err);
	HZT_EQ_INT(try_bytes(bytes, sizeof(bytes), true), HZ_ERR_SERIALIZATION);
	hzt_registry_clear(&known);
}

static const hzt_case cases[] = {
		{"every_truncation_is_refused", every_truncation_is_refused},
		{"mutations_are_read_or_refused", mutations_are_read_or_refused},
		{"a_record_inside_itself", a_record_inside_itself},
		{"many_offsets_to_one_place", many_offsets_to_one_place},
		{"counts_beyond_the_bytes", counts_beyond_the_bytes},
		{"text_that_is_none", text_that_is_none},
		{"depth_is_limited", depth_is_limited},
		{"a_size_that_is_wrong", a_size_that_is_wrong},
};

HZT_MAIN("compact_hostile", cases)
