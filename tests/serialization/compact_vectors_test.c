// SPDX-License-Identifier: Apache-2.0
//
// Compact records, byte for byte, against the members' own classes: a Java program prints samples
// with a field of every kind, which structs here must be written as, and records of many shapes,
// which are read and written again.
#include "base/buf.h"
#include "serialization/data.h"
#include "tests/serialization/registry.h"
#include "tests/support/everything.h"
#include "tests/support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RANDOM = 400 };

static hzt_registry known;

// One line of the program, and what of it is in hex.
typedef struct reader {
	FILE *java;
	char *line;
	size_t cap;
	uint8_t *bytes;
	size_t n;
} reader;

static bool
next_line(reader *r)
{
	if (getline(&r->line, &r->cap, r->java) < 0) {
		return false;
	}
	r->line[strcspn(r->line, "\n")] = '\0';
	return true;
}

static int
digit(char c)
{
	return c >= 'a' ? c - 'a' + 10 : c - '0';
}

static void
unhex(reader *r, const char *hex)
{
	size_t end = strcspn(hex, " ");
	HZT_CHECK(hex[0] == 'x' && end % 2 == 1);
	r->n = (end - 1) / 2;
	r->bytes = realloc(r->bytes, r->n + 1);
	HZT_CHECK(r->bytes != NULL);
	for (size_t i = 0; i < r->n; i++) {
		r->bytes[i] = (uint8_t)(digit(hex[1 + 2 * i]) << 4 | digit(hex[2 + 2 * i]));
	}
}

static char *
take_text(reader *r, const char *hex)
{
	unhex(r, hex);
	char *text = malloc(r->n + 1);
	HZT_CHECK(text != NULL);
	memcpy(text, r->bytes, r->n);
	text[r->n] = '\0';
	return text;
}

static void
read_schema(reader *r)
{
	hzi_schema_part parts[100];
	hz_error err = {0};
	hzi_schema *schema = NULL;
	char *type = take_text(r, strchr(r->line, 'x'));
	size_t count = strtoul(strrchr(r->line, ' '), NULL, 10);
	HZT_CHECK(count <= 100);
	for (size_t i = 0; i < count; i++) {
		HZT_CHECK(next_line(r));
		char *name = take_text(r, r->line);
		uint32_t kind = (uint32_t)strtoul(strrchr(r->line, ' '), NULL, 10);
		parts[i] = (hzi_schema_part){name, strlen(name), kind};
	}
	HZT_OK_ERR(hzi_schema_new(type, strlen(type), parts, count, &schema, &err), &err);
	hzt_registry_add(&known, schema);
	for (size_t i = 0; i < count; i++) {
		free((void *)(uintptr_t)parts[i].name);
	}
	free(type);
}

static void
expect_bytes(const hzi_buf *got, const reader *r)
{
	HZT_EQ_INT(got->len, r->n);
	HZT_EQ_MEM(got->data, r->bytes, r->n);
}

// What was read is written as it was.
static void
read_and_write(const reader *r, bool be)
{
	hz_error err = {0};
	hz_generic_record *record = NULL;
	hzi_schema_source source = hzt_registry_source(&known);
	hzi_buf out = {0};
	HZT_OK_ERR(hzi_compact_read(&source, r->bytes + 8, r->n - 8, be, &record, &err), &err);
	hz_value v = hz_generic_record_value(record);
	HZT_OK_ERR(hzi_data_write(&out, &v, be, NULL, &err), &err);
	expect_bytes(&out, r);
	hzi_buf_clear(&out);
	hz_generic_record_destroy(&record);
}

static void
write_struct(const reader *r, const char *name, bool be)
{
	hz_error err = {0};
	hzi_buf out = {0};
	for (unsigned i = 0; i < HZT_SAMPLES; i++) {
		if (strncmp(name, hzt_sample_name(i), strlen(hzt_sample_name(i))) == 0) {
			hzt_everything sample;
			hzt_everything_sample(i, &sample);
			hz_value v = hz_record(&hzt_everything_type, &sample);
			HZT_OK_ERR(hzi_data_write(&out, &v, be, NULL, &err), &err);
			expect_bytes(&out, r);
			hzi_buf_clear(&out);
			return;
		}
	}
	HZT_FAIL("a sample that Java has is here as well");
}

static void
read_struct(const reader *r, const char *name, bool be)
{
	hz_error err = {0};
	hz_generic_record *record = NULL;
	hzt_everything got;
	hzt_everything want = {0};
	hzi_schema_source source = hzt_registry_source(&known);
	HZT_OK_ERR(hzi_compact_read(&source, r->bytes + 8, r->n - 8, be, &record, &err), &err);
	HZT_OK_ERR(hz_record_from(record, &hzt_everything_type, &got, &err), &err);
	for (unsigned i = 0; i < HZT_SAMPLES; i++) {
		if (strncmp(name, hzt_sample_name(i), strlen(hzt_sample_name(i))) == 0) {
			hzt_everything_sample(i, &want);
		}
	}
	hzt_everything_expect(&got, &want);
	hz_record_clear(&hzt_everything_type, &got);
	hz_generic_record_destroy(&record);
}

static void
equals_what_members_write(void)
{
	reader r = {.java = popen("tools/java.py tests/serialization/Records.java", "r")};
	size_t samples = 0;
	size_t others = 0;
	HZT_CHECK(r.java != NULL);
	while (next_line(&r)) {
		if (strncmp(r.line, "schema ", 7) == 0) {
			read_schema(&r);
			continue;
		}
		bool be = strstr(r.line, " BE ") != NULL;
		unhex(&r, strchr(r.line, 'x'));
		read_and_write(&r, be);
		if (strncmp(r.line, "sample ", 7) == 0) {
			write_struct(&r, r.line + 7, be);
			read_struct(&r, r.line + 7, be);
			samples++;
		} else {
			others++;
		}
	}
	HZT_EQ_INT(pclose(r.java), 0);
	HZT_EQ_INT(samples, 2 * HZT_SAMPLES);
	HZT_EQ_INT(others, RANDOM);
	free(r.line);
	free(r.bytes);
	hzt_registry_clear(&known);
}

// The record that the reference has in full, for places without Java.
static void
a_record_byte_by_byte(void)
{
	static const uint8_t want[] = {0, 0, 0, 0, 0xff, 0xff, 0xff, 0xc9, 0x6b, 0xc0, 0xca, 0xd2,
			0x69, 0x69, 0xf4, 0xb3, 0, 0, 0, 42, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 36, 1,
			0, 0, 0, 3, 'A', 'd', 'a', 0, 0, 0, 11, 0, 0, 0, 3, 0, 0, 0, 1, 'a', 0, 0,
			0, 2, 'b', 'c', 0, 5, 0xff, 0x0d, 0xff, 0x14};
	const char *tags[] = {"a", "bc", NULL};
	hz_error err = {0};
	hz_generic_builder *b = NULL;
	hz_generic_record *record = NULL;
	uint8_t got[sizeof(want)];
	size_t n = 0;
	HZT_OK_ERR(hz_generic_builder_new("employee", &b, &err), &err);
	HZT_OK(hz_generic_builder_set(b, "active", HZ_FIELD_BOOL, hz_bool(true), &err));
	HZT_OK(hz_generic_builder_set(b, "age", HZ_FIELD_I32, hz_i32(36), &err));
	HZT_OK(hz_generic_builder_set(b, "id", HZ_FIELD_I64, hz_i64(7), &err));
	HZT_OK(hz_generic_builder_set(b, "name", HZ_FIELD_STRING, hz_str("Ada"), &err));
	HZT_OK(hz_generic_builder_set(b, "rank", HZ_FIELD_NULLABLE_I8, hz_null(), &err));
	HZT_OK(hz_generic_builder_set(b, "tags", HZ_FIELD_ARRAY_STRING, hz_strs(tags, 3), &err));
	HZT_OK_ERR(hz_generic_builder_build(b, &record, &err), &err);
	hz_generic_builder_destroy(&b);
	hz_value v = hz_generic_record_value(record);
	HZT_OK_ERR(hz_value_serialize(&v, true, got, sizeof(got), &n, &err), &err);
	HZT_EQ_INT(n, sizeof(want));
	HZT_EQ_MEM(got, want, n);
	HZT_EQ_INT(hz_generic_record_schema_id(record), 0x6bc0cad26969f4b3);
	hz_generic_record_destroy(&record);
}

static const hzt_case cases[] = {
		{"equals_what_members_write", equals_what_members_write},
		{"a_record_byte_by_byte", a_record_byte_by_byte},
};

HZT_MAIN("compact_vectors", cases)
