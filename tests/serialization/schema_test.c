// SPDX-License-Identifier: Apache-2.0
//
// Schemas: their numbers and the places of fields, against the members' own classes.
#include "serialization/schema.h"

#include "serialization/rabin.h"
#include "tests/support/suite.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_MAX_BYTES = 64, FIELDS_MAX = 200, SCHEMAS = 302 };

typedef struct wanted {
	char name[NAME_MAX_BYTES];
	size_t length;
	unsigned kind;
	int offset, bit, index;
} wanted;

static size_t
unhex(const char *hex, char *to)
{
	size_t n = 0;
	unsigned byte = 0;
	while (n < NAME_MAX_BYTES && sscanf(hex + 1 + 2 * n, "%2x", &byte) == 1) {
		to[n++] = (char)byte;
	}
	HZT_EQ_INT(2 * n + 1, strlen(hex));
	return n;
}

static void
expect_place(const hzi_schema *schema, const wanted *w)
{
	const hzi_schema_field *field = hzi_schema_find(schema, w->name, w->length);
	HZT_CHECK(field != NULL);
	HZT_EQ_INT(field->kind, w->kind);
	HZT_EQ_INT(field - schema->fields, field->index);
	if (w->bit >= 0) {
		HZT_EQ_INT(field->at, 8 * w->offset + w->bit);
	} else if (w->offset >= 0) {
		HZT_EQ_INT(field->at, w->offset);
	} else {
		HZT_EQ_INT(field->at, w->index);
	}
}

// Reads the fields of one schema, makes it and compares.
static void
expect_schema(FILE *java, const char *type_hex, int64_t id, uint32_t fixed, uint32_t variable,
		size_t count)
{
	static wanted fields[FIELDS_MAX];
	hzi_schema_part parts[FIELDS_MAX];
	hz_error err = {0};
	char type[NAME_MAX_BYTES];
	char line[512];
	HZT_CHECK(count <= FIELDS_MAX);
	for (size_t i = 0; i < count; i++) {
		char hex[2 * NAME_MAX_BYTES + 2];
		wanted *w = &fields[i];
		HZT_CHECK(fgets(line, sizeof(line), java) != NULL);
		HZT_EQ_INT(sscanf(line, "%129s %u %d %d %d", hex, &w->kind, &w->offset, &w->bit,
					   &w->index),
				5);
		w->length = unhex(hex, w->name);
		parts[i] = (hzi_schema_part){w->name, w->length, w->kind};
	}
	hzi_schema *schema = NULL;
	size_t n = unhex(type_hex, type);
	HZT_OK_ERR(hzi_schema_new(type, n, parts, count, &schema, &err), &err);
	HZT_EQ_INT(schema->fixed_size, fixed);
	HZT_EQ_INT(schema->variable, variable);
	for (size_t i = 0; i < count; i++) {
		expect_place(schema, &fields[i]);
	}
	HZT_EQ_INT(schema->id, id);
	HZT_CHECK(hzi_schema_find(schema, "no such field", 13) == NULL);
	hzi_schema_release(schema);
}

static void
equals_the_schemas_of_members(void)
{
	char line[512];
	size_t schemas = 0;
	FILE *java = popen("tools/java.py tests/serialization/Schemas.java", "r");
	HZT_CHECK(java != NULL);
	while (fgets(line, sizeof(line), java) != NULL) {
		char type[2 * NAME_MAX_BYTES + 2];
		int64_t id = 0;
		uint32_t fixed = 0;
		uint32_t variable = 0;
		size_t count = 0;
		HZT_EQ_INT(sscanf(line, "%129s %" SCNd64 " %" SCNu32 " %" SCNu32 " %zu", type, &id,
					   &fixed, &variable, &count),
				5);
		expect_schema(java, type, id, fixed, variable, count);
		schemas++;
	}
	HZT_EQ_INT(pclose(java), 0);
	HZT_EQ_INT(schemas, SCHEMAS);
}

// For places without Java.
static void
known_fingerprints(void)
{
	static const hzi_schema_part parts[] = {
			{"id", 2, HZ_FIELD_I32},
			{"name", 4, HZ_FIELD_STRING},
			{"age", 3, HZ_FIELD_I8},
			{"times", 5, HZ_FIELD_ARRAY_TIMESTAMP},
	};
	hz_error err = {0};
	hzi_schema *schema = NULL;
	HZT_EQ_INT(hzi_rabin_text(HZI_RABIN_EMPTY, "", 0), INT64_C(-2316162475121075004));
	HZT_EQ_INT(hzi_rabin_text(HZI_RABIN_EMPTY, "STUdent", 7), INT64_C(1896492170246289820));
	HZT_OK_ERR(hzi_schema_new("SomeType", 8, parts, 4, &schema, &err), &err);
	HZT_EQ_INT(schema->id, INT64_C(3662264393229655598));
	hzi_schema *second = hzi_schema_retain(schema);
	hzi_schema_release(schema);
	HZT_EQ_STR(second->type_name, "SomeType");
	hzi_schema_release(second);
	hzi_schema_release(NULL);
}

static void
refuses_what_is_no_schema(void)
{
	const hzi_schema_part twice[] = {{"a", 1, HZ_FIELD_I8}, {"b", 1, HZ_FIELD_I8}, {"a", 1, 9}};
	const hzi_schema_part text = {"\xff", 1, HZ_FIELD_I8};
	static const uint32_t kinds[] = {0, 5, 6, 31, 32, 47, 48, UINT32_MAX};
	hzi_schema *schema = NULL;
	hz_error err = {0};
	HZT_EQ_INT(hzi_schema_new("t", 1, twice, 3, &schema, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_STR(err.message, "type t has two fields a");
	HZT_EQ_INT(hzi_schema_new("t", 1, &text, 1, &schema, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hzi_schema_new("\xc0\x80", 2, twice, 1, &schema, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hzi_schema_new(NULL, 0, twice, 1, &schema, &err), HZ_ERR_ARGUMENT);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const hzi_schema_part part = {"a", 1, kinds[i]};
		HZT_EQ_INT(hzi_schema_new("t", 1, &part, 1, &schema, &err), HZ_ERR_ARGUMENT);
	}
	HZT_EQ_INT(hzi_schema_new("t", 1, twice, HZI_SCHEMA_FIELDS_MAX + 1, &schema, &err),
			HZ_ERR_LIMIT);
	HZT_CHECK(schema == NULL);
}

static void
kinds_have_names_and_nullable_forms(void)
{
	HZT_EQ_STR(hz_field_kind_name(HZ_FIELD_NULLABLE_I32), "NULLABLE_I32");
	HZT_EQ_STR(hz_field_kind_name(HZ_FIELD_NONE), "NONE");
	HZT_EQ_STR(hz_field_kind_name((hz_field_kind)5), "UNKNOWN");
	HZT_EQ_STR(hz_field_kind_name((hz_field_kind)47), "UNKNOWN");
	HZT_CHECK(hzi_field_is_readable_as(HZ_FIELD_I32, HZ_FIELD_NULLABLE_I32));
	HZT_CHECK(hzi_field_is_readable_as(HZ_FIELD_NULLABLE_BOOL, HZ_FIELD_BOOL));
	HZT_CHECK(hzi_field_is_readable_as(HZ_FIELD_ARRAY_F64, HZ_FIELD_ARRAY_NULLABLE_F64));
	HZT_CHECK(hzi_field_is_readable_as(HZ_FIELD_STRING, HZ_FIELD_STRING));
	HZT_CHECK(!hzi_field_is_readable_as(HZ_FIELD_I32, HZ_FIELD_I64));
	HZT_CHECK(!hzi_field_is_readable_as(HZ_FIELD_I32, HZ_FIELD_ARRAY_I32));
	HZT_CHECK(!hzi_field_is_readable_as(HZ_FIELD_TIME, HZ_FIELD_STRING));
	HZT_CHECK(!hzi_field_is_readable_as(HZ_FIELD_NULLABLE_I8, HZ_FIELD_NULLABLE_I16));
}

static const hzt_case cases[] = {
		{"equals_the_schemas_of_members", equals_the_schemas_of_members},
		{"known_fingerprints", known_fingerprints},
		{"refuses_what_is_no_schema", refuses_what_is_no_schema},
		{"kinds_have_names_and_nullable_forms", kinds_have_names_and_nullable_forms},
};

HZT_MAIN("schema", cases)
