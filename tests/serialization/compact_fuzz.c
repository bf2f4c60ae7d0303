// SPDX-License-Identifier: Apache-2.0
//
// Any bytes as a Compact record: the first one chooses the schema, byte order and the rest. What is
// accepted is put into a struct, written again, and read back as the same.
#include "serialization/compact_read.h"
#include "serialization/data.h"

#include <hazelcast/generic_record.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

enum { SCHEMAS = 4, KINDS = 47 };

static hzi_schema *schemas[SCHEMAS];

// One with all kinds, one with each nesting, one without fields that need offsets, one empty.
static void
make_schemas(void)
{
	static const uint32_t plain[] = {1, 1, 3, 7, 9, 11, 13, 15};
	static const uint32_t nested[] = {29, 30, 9, 17};
	static char names[KINDS][3];
	hzi_schema_part parts[KINDS];
	size_t n = 0;
	for (uint32_t kind = 0; kind < KINDS; kind++) {
		names[kind][0] = (char)('a' + kind / 10);
		names[kind][1] = (char)('a' + kind % 10);
		if (hzi_field_row_of(kind) != NULL) {
			parts[n++] = (hzi_schema_part){names[kind], 2, kind};
		}
	}
	hzi_schema_new("all", 3, parts, n, &schemas[0], NULL);
	for (size_t i = 0; i < 8; i++) {
		parts[i] = (hzi_schema_part){names[i], 2, plain[i]};
	}
	hzi_schema_new("plain", 5, parts, 8, &schemas[1], NULL);
	for (size_t i = 0; i < 4; i++) {
		parts[i] = (hzi_schema_part){names[i], 2, nested[i]};
	}
	hzi_schema_new("nested", 6, parts, 4, &schemas[2], NULL);
	hzi_schema_new("empty", 5, parts, 0, &schemas[3], NULL);
}

// Any number names one of them, so that records inside others are found often.
static const hzi_schema *
find(void *ctx, int64_t id, hz_err *code, hz_error *err)
{
	(void)ctx;
	(void)code;
	(void)err;
	for (size_t i = 0; i < SCHEMAS; i++) {
		if (schemas[i]->id == id) {
			return schemas[i];
		}
	}
	return schemas[(uint64_t)id % SCHEMAS];
}

static void
try_again(const hz_generic_record *record, const hzi_schema_source *source, bool be)
{
	hzi_buf out = {0};
	hz_generic_record *again = NULL;
	hz_value v = hz_generic_record_value(record);
	hz_err code = hzi_data_write(&out, &v, be, NULL, NULL);
	// Days that do not exist, numbers without a byte and arrays of mixed records are not
	// written.
	if (code == HZ_OK) {
		if (hzi_compact_read(source, out.data + 8, out.len - 8, be, &again, NULL) !=
				HZ_OK) {
			abort();
		}
		hz_value same = hz_generic_record_value(again);
		if (!hz_value_equal(&v, &same)) {
			abort();
		}
	}
	hz_generic_record_destroy(&again);
	hzi_buf_clear(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	hzi_schema_source source = {.find = find};
	hz_generic_record *record = NULL;
	if (schemas[0] == NULL) {
		make_schemas();
	}
	if (n == 0) {
		return 0;
	}
	bool be = (bytes[0] & 1) != 0;
	if (hzi_compact_read(&source, bytes + 1, n - 1, be, &record, NULL) == HZ_OK) {
		try_again(record, &source, be);
	}
	hz_generic_record_destroy(&record);
	return 0;
}
