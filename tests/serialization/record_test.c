// SPDX-License-Identifier: Apache-2.0
//
// Structs as records: what is read back, what is refused, and what the application may get wrong.
#include "base/fail.h"
#include "serialization/data.h"
#include "tests/serialization/registry.h"
#include "tests/support/everything.h"
#include "tests/support/suite.h"

#include <hazelcast/generic_record.h>
#include <stdlib.h>
#include <string.h>

static hz_error err;

// Writes a struct as one type and gives the record that is read, whatever schemas it has.
static hz_generic_record *
pass(hz_record_type *type, const void *object)
{
	static hzt_registry known;
	hzi_buf bytes = {0};
	hz_generic_record *record = NULL;
	hz_value v = hz_record(type, object);
	hzi_schema_sink sink = hzt_registry_sink(&known);
	hzi_schema_source source = hzt_registry_source(&known);
	HZT_OK_ERR(hzi_data_write_to(&bytes, &v, true, &sink, NULL, &err), &err);
	HZT_OK_ERR(hzi_compact_read(&source, bytes.data + 8, bytes.len - 8, true, &record, &err),
			&err);
	hzi_buf_clear(&bytes);
	hzt_registry_clear(&known);
	return record;
}

static hz_err
refusal(hz_record_type *type, const void *object)
{
	hzi_buf bytes = {0};
	hz_value v = hz_record(type, object);
	hz_err code = hzi_data_write(&bytes, &v, true, NULL, &err);
	HZT_EQ_INT(bytes.len, 0);
	hzi_buf_clear(&bytes);
	return code;
}

// ---- Versions ----

typedef struct small {
	int32_t number;
} small;

typedef struct large {
	hz_nullable_i32 number;
	const char *text;
	bool flag;
	hz_array_i32 numbers;
} large;

typedef struct sparse {
	hz_array_nullable_i32 numbers;
	hz_nullable_bool flag;
} sparse;

typedef struct odd {
	const char *number;
} odd;

static const hz_field small_fields[] = {HZ_FIELD(small, number, I32)};
static hz_record_type small_type = HZ_RECORD_TYPE(small, "versioned", small_fields);

static const hz_field large_fields[] = {
		HZ_FIELD(large, number, NULLABLE_I32),
		HZ_FIELD(large, text, STRING),
		HZ_FIELD(large, flag, BOOL),
		HZ_FIELD(large, numbers, ARRAY_I32),
};
static hz_record_type large_type = HZ_RECORD_TYPE(large, "versioned", large_fields);

static const hz_field sparse_fields[] = {
		HZ_FIELD(sparse, numbers, ARRAY_NULLABLE_I32),
		HZ_FIELD(sparse, flag, NULLABLE_BOOL),
};
static hz_record_type sparse_type = HZ_RECORD_TYPE(sparse, "versioned", sparse_fields);

static const hz_field odd_fields[] = {HZ_FIELD(odd, number, STRING)};
static hz_record_type odd_type = HZ_RECORD_TYPE(odd, "versioned", odd_fields);

static void
missing_fields_are_zero_and_others_are_left_out(void)
{
	small s = {7};
	large l;
	hz_generic_record *record = pass(&small_type, &s);
	memset(&l, 0xa5, sizeof(l));
	HZT_OK_ERR(hz_record_from(record, &large_type, &l, &err), &err);
	HZT_CHECK(l.number.has && l.number.value == 7);
	HZT_CHECK(l.text == NULL && !l.flag && l.numbers.items == NULL && l.numbers.count == 0);
	hz_record_clear(&large_type, &l);
	hz_generic_record_destroy(&record);

	l = (large){.number = {true, 9}, .text = "x", .flag = true};
	record = pass(&large_type, &l);
	HZT_OK_ERR(hz_record_from(record, &small_type, &s, &err), &err);
	HZT_EQ_INT(s.number, 9);
	hz_generic_record_destroy(&record);
}

static void
nullable_and_not_read_each_other(void)
{
	static const int32_t numbers[] = {1, -2};
	static const hz_nullable_i32 holes[] = {{true, 1}, {false, 0}};
	large l = {.flag = true, .numbers = {numbers, 2}};
	sparse s;
	hz_generic_record *record = pass(&large_type, &l);
	HZT_OK_ERR(hz_record_from(record, &sparse_type, &s, &err), &err);
	HZT_CHECK(s.flag.has && s.flag.value && s.numbers.count == 2);
	HZT_CHECK(s.numbers.items[1].has && s.numbers.items[1].value == -2);
	hz_record_clear(&sparse_type, &s);
	HZT_CHECK(s.numbers.items == NULL);
	small none = {3};
	// number is null in the record, and cannot be in the struct.
	HZT_EQ_INT(hz_record_from(record, &small_type, &none, &err), HZ_ERR_RANGE);
	HZT_EQ_STR(err.message, "field number is null");
	HZT_EQ_INT(none.number, 0);
	hz_generic_record_destroy(&record);

	s = (sparse){.numbers = {holes, 1}, .flag = {true, true}};
	record = pass(&sparse_type, &s);
	HZT_OK_ERR(hz_record_from(record, &large_type, &l, &err), &err);
	HZT_CHECK(l.numbers.count == 1 && l.numbers.items[0] == 1 && l.flag);
	hz_record_clear(&large_type, &l);
	hz_generic_record_destroy(&record);
	s.numbers.count = 2;
	record = pass(&sparse_type, &s);
	HZT_EQ_INT(hz_record_from(record, &large_type, &l, &err), HZ_ERR_RANGE);
	HZT_CHECK(l.numbers.items == NULL);
	hz_generic_record_destroy(&record);
}

static void
another_kind_is_refused(void)
{
	small s = {7};
	odd o;
	hz_generic_record *record = pass(&small_type, &s);
	HZT_EQ_INT(hz_record_from(record, &odd_type, &o, &err), HZ_ERR_TYPE);
	HZT_EQ_STR(err.message, "field number is of kind I32, not STRING");
	HZT_CHECK(o.number == NULL);
	hz_generic_record_destroy(&record);
}

// ---- Values ----

static void
values_of_structs_behave_like_others(void)
{
	hzt_inner ada = {36, "Ada"};
	hzt_inner other = {37, "Ada"};
	hz_value v = hz_record(&hzt_inner_type, &ada);
	hz_value same = hz_null();
	hz_value copy = hz_null();
	char text[100];
	int64_t id = 0;
	HZT_EQ_INT(hz_value_kind(&v), HZ_KIND_RECORD);
	HZT_EQ_INT(hz_value_type_id(&v), -55);
	HZT_EQ_INT(hz_value_get_schema_id(&v, &id), HZ_ERR_TYPE);
	HZT_EQ_INT(hz_value_get_schema_id(NULL, &id), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_value_format(&v, text, sizeof(text)), strlen("<record of type inner>"));
	HZT_EQ_STR(text, "<record of type inner>");
	hz_value_set_record(&same, &hzt_inner_type, &ada);
	HZT_CHECK(hz_value_equal(&v, &same));
	HZT_OK_ERR(hz_value_copy(&v, &copy, &err), &err);
	HZT_EQ_INT(hz_value_kind(&copy), HZ_KIND_RECORD);
	HZT_EQ_INT(hz_value_type_id(&copy), -55);
	HZT_CHECK(hz_value_equal(&v, &copy) && hz_value_equal(&copy, &v));
	HZT_OK(hz_value_get_schema_id(&copy, &id));
	HZT_CHECK(id != 0);
	HZT_CHECK(hz_value_format(&copy, text, sizeof(text)) > 0);
	HZT_CHECK(strncmp(text, "<record of schema ", 18) == 0);
	same = hz_record(&hzt_inner_type, &other);
	HZT_CHECK(!hz_value_equal(&v, &same) && !hz_value_equal(&copy, &same));
	hz_value_clear(&copy);
	same = hz_record(NULL, &ada);
	HZT_CHECK(hz_value_is_null(&same));
	same = hz_record(&hzt_inner_type, NULL);
	HZT_CHECK(hz_value_is_null(&same));
}

static void
generic_values_behave_like_others(void)
{
	hzt_inner ada = {36, "Ada"};
	hz_generic_record *record = pass(&hzt_inner_type, &ada);
	hz_value v = hz_generic_record_value(record);
	hz_value by_pointer = hz_null();
	hz_value made = hz_record(&hzt_inner_type, &ada);
	const hz_generic_record *lent = NULL;
	char text[100];
	hz_value_set_generic_record(&by_pointer, record);
	HZT_CHECK(hz_value_equal(&v, &by_pointer) && hz_value_equal(&v, &made));
	HZT_OK(hz_value_get_generic_record(&v, &lent));
	HZT_CHECK(lent == record);
	HZT_EQ_INT(hz_value_get_generic_record(&made, &lent), HZ_ERR_TYPE);
	HZT_EQ_INT(hz_value_get_generic_record(NULL, &lent), HZ_ERR_ARGUMENT);
	hz_value_format(&v, text, sizeof(text));
	HZT_EQ_STR(text, "<record of type inner>");
	hz_generic_record_destroy(&record);
	v = hz_generic_record_value(NULL);
	HZT_CHECK(hz_value_is_null(&v));
}

static void
lists_take_records(void)
{
	hzt_inner ada = {36, "Ada"};
	hz_value items[] = {hz_i32(1), hz_record(&hzt_inner_type, &ada)};
	hz_value list = hz_values(items, 2);
	hzi_buf bytes = {0};
	HZT_OK_ERR(hzi_data_write(&bytes, &list, true, NULL, &err), &err);
	// 8 of header, 4 of count, 8 for the number, then the record's type.
	HZT_EQ_INT((int32_t)hzi_load_be32(bytes.data + 20), -55);
	// Where a record in a list ends nobody knows without its schema.
	hz_value v;
	HZT_OK(hzi_value_view(bytes.data, bytes.len, true, &v));
	HZT_EQ_INT(hz_value_kind(&v), HZ_KIND_RAW);
	hzi_buf_clear(&bytes);
}

// ---- Depth ----

typedef struct node {
	int32_t number;
	struct node *next;
} node;

static hz_record_type node_type; // it points to itself
static const hz_field node_fields[] = {
		HZ_FIELD(node, number, I32),
		HZ_FIELD_RECORD_OF(node, next, RECORD, &node_type),
};
static hz_record_type node_type = HZ_RECORD_TYPE(node, "node", node_fields);

static void
records_are_nested_up_to_a_limit(void)
{
	node nodes[HZI_DEPTH + 1];
	node got = {0, NULL};
	for (int32_t i = 0; i <= HZI_DEPTH; i++) {
		nodes[i] = (node){i, i < HZI_DEPTH ? &nodes[i + 1] : NULL};
	}
	hz_generic_record *record = pass(&node_type, &nodes[1]);
	HZT_OK_ERR(hz_record_from(record, &node_type, &got, &err), &err);
	int32_t depth = 0;
	for (const node *n = &got; n != NULL; n = n->next) {
		HZT_EQ_INT(n->number, ++depth);
	}
	HZT_EQ_INT(depth, HZI_DEPTH);
	hz_record_clear(&node_type, &got);
	hz_generic_record_destroy(&record);
	HZT_EQ_INT(refusal(&node_type, &nodes[0]), HZ_ERR_LIMIT);
	// In a circle.
	nodes[3].next = &nodes[1];
	HZT_EQ_INT(refusal(&node_type, &nodes[1]), HZ_ERR_LIMIT);
}

// ---- Mistakes ----

static void
wrong_tables_are_refused(void)
{
	hzt_inner ada = {36, "Ada"};
	hz_field bad = HZ_FIELD(hzt_inner, id, I32);
	hz_field fields[2];
	hz_record_type type = {sizeof(type), "bad", sizeof(ada), fields, 1, NULL, NULL};
	bad.size = 8;
	fields[0] = bad;
	HZT_EQ_INT(refusal(&type, &ada), HZ_ERR_ARGUMENT);
	HZT_EQ_STR(err.message, "type bad, field id: the member is not of kind I32");
	bad.size = 4;
	bad.offset = sizeof(ada) - 2;
	fields[0] = bad;
	HZT_EQ_INT(refusal(&type, &ada), HZ_ERR_ARGUMENT);
	bad.offset = 0;
	bad.kind = 31;
	fields[0] = bad;
	HZT_EQ_INT(refusal(&type, &ada), HZ_ERR_ARGUMENT);
	bad.kind = HZ_FIELD_I32;
	bad.name = NULL;
	fields[0] = bad;
	HZT_EQ_INT(refusal(&type, &ada), HZ_ERR_ARGUMENT);
	bad.name = "id";
	fields[0] = fields[1] = bad;
	type.field_count = 2;
	HZT_EQ_INT(refusal(&type, &ada), HZ_ERR_ARGUMENT);
	HZT_EQ_STR(err.message, "type bad has two fields id");
	type.fields = NULL;
	HZT_EQ_INT(refusal(&type, &ada), HZ_ERR_ARGUMENT);
	type.size = 8;
	HZT_EQ_INT(refusal(&type, &ada), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_record_from(NULL, &type, &ada, &err), HZ_ERR_ARGUMENT);
	hz_record_type_clear(&type);
	hz_record_type_clear(NULL);
	hz_record_clear(NULL, &ada);
	hz_record_clear(&type, NULL);
}

static void
wrong_content_is_refused(void)
{
	hzt_everything e;
	hzt_inner bad = {1, "\xff"};
	hzt_everything_sample(HZT_NULLS, &e);
	e.record = &bad;
	HZT_EQ_INT(refusal(&hzt_everything_type, &e), HZ_ERR_ARGUMENT);
	e.record = NULL;
	e.date = (hz_nullable_local_date){true, {.year = 2023, .month = 2, .day = 29}};
	HZT_EQ_INT(refusal(&hzt_everything_type, &e), HZ_ERR_RANGE);
	e.date.has = false;
	e.array_i32.count = 3;
	HZT_EQ_INT(refusal(&hzt_everything_type, &e), HZ_ERR_ARGUMENT);
	HZT_EQ_STR(err.message, "field array_i32: NULL where 3 items should be");
	e.array_i32.count = 0;
	e.decimal = (hz_decimal){(const uint8_t *)"", 0, 0, 0};
	HZT_EQ_INT(refusal(&hzt_everything_type, &e), HZ_ERR_ARGUMENT);
}

// Types on the stack are made known and forgotten again.
static void
a_type_may_be_cleared(void)
{
	for (int i = 0; i < 3; i++) {
		small s = {i};
		hz_record_type type = HZ_RECORD_TYPE(small, "cleared", small_fields);
		hz_generic_record *record = pass(&type, &s);
		HZT_EQ_STR(hz_generic_record_type(record), "cleared");
		hz_generic_record_destroy(&record);
		hz_record_type_clear(&type);
	}
}

// ---- Codecs ----

// A temperature, which is kept in tenths of degrees in memory and in text in the cluster.
typedef struct reading {
	int tenths;
	char *unit;
} reading;

static hz_err
write_reading(void *ctx, const void *object, hz_generic_builder *to, hz_error *e)
{
	const reading *r = object;
	(void)ctx;
	if (r->tenths == 9999) {
		return HZ_ERR_STATE;
	}
	if (r->tenths == 8888) {
		return hzi_fail(e, HZ_ERR_LIMIT, "too hot");
	}
	hz_err code = hz_generic_builder_set(
			to, "degrees", HZ_FIELD_F64, hz_f64(r->tenths / 10.0), e);
	return code == HZ_OK
			? hz_generic_builder_set(to, "unit", HZ_FIELD_STRING, hz_str(r->unit), e)
			: code;
}

static hz_err
read_reading(void *ctx, const hz_generic_record *from, void *object, hz_error *e)
{
	reading *r = object;
	hz_value v = hz_null();
	double degrees = 0;
	const char *unit = NULL;
	++*(int *)ctx;
	hz_err code = hz_generic_record_get(from, "degrees", &v, e);
	if (code == HZ_OK) {
		code = hz_value_get_f64(&v, &degrees);
	}
	if (code == HZ_OK) {
		code = hz_generic_record_get(from, "unit", &v, e);
	}
	if (code == HZ_OK) {
		code = hz_value_get_str(&v, &unit, NULL);
	}
	r->tenths = (int)(degrees * 10);
	r->unit = code == HZ_OK ? strdup(unit) : NULL;
	return code;
}

static void
clear_reading(void *ctx, void *object)
{
	(void)ctx;
	free(((reading *)object)->unit);
}

static int codec_reads;
static const hz_record_codec reading_codec = {
		sizeof(hz_record_codec), write_reading, read_reading, clear_reading, &codec_reads};
static hz_record_type reading_type = HZ_RECORD_CODEC_TYPE(reading, "reading", &reading_codec);

typedef struct station {
	const char *name;
	reading *last;
	hz_array_record all;
} station;

static const hz_field station_fields[] = {
		HZ_FIELD(station, name, STRING),
		HZ_FIELD_RECORD_OF(station, last, RECORD, &reading_type),
		HZ_FIELD_RECORD_OF(station, all, ARRAY_RECORD, &reading_type),
};
static hz_record_type station_type = HZ_RECORD_TYPE(station, "station", station_fields);

static void
a_codec_writes_and_reads(void)
{
	char celsius[] = "C";
	reading r = {215, celsius};
	reading got = {0, NULL};
	codec_reads = 0;
	for (int i = 0; i < 2; i++) {
		hz_generic_record *record = pass(&reading_type, &r);
		HZT_EQ_INT(hz_generic_record_kind(record, "degrees"), HZ_FIELD_F64);
		HZT_OK_ERR(hz_record_from(record, &reading_type, &got, &err), &err);
		HZT_EQ_INT(got.tenths, 215);
		HZT_EQ_STR(got.unit, "C");
		hz_record_clear(&reading_type, &got);
		HZT_CHECK(got.unit == NULL);
		hz_generic_record_destroy(&record);
	}
	HZT_EQ_INT(codec_reads, 2);
}

static void
a_codec_works_inside_a_struct(void)
{
	char celsius[] = "C";
	reading r = {215, celsius};
	reading next = {-3, celsius};
	void *all[] = {&r, NULL, &next};
	station s = {"North", &r, {all, 3}};
	station got;
	hz_generic_record *record = pass(&station_type, &s);
	HZT_OK_ERR(hz_record_from(record, &station_type, &got, &err), &err);
	HZT_EQ_STR(got.name, "North");
	HZT_EQ_INT(got.last->tenths, 215);
	HZT_CHECK(got.all.count == 3 && got.all.items[1] == NULL);
	HZT_EQ_INT(((const reading *)got.all.items[2])->tenths, -3);
	hz_record_clear(&station_type, &got);
	hz_generic_record_destroy(&record);
}

static void
a_codec_that_fails_says_so(void)
{
	reading r = {9999, NULL};
	HZT_EQ_INT(refusal(&reading_type, &r), HZ_ERR_STATE);
	HZT_EQ_STR(err.message, "type reading: its codec failed");
	r.tenths = 8888;
	HZT_EQ_INT(refusal(&reading_type, &r), HZ_ERR_LIMIT);
	HZT_EQ_STR(err.message, "too hot");
	small s = {1};
	hz_generic_record *record = pass(&small_type, &s);
	reading got;
	HZT_EQ_INT(hz_record_from(record, &reading_type, &got, &err), HZ_ERR_NOT_FOUND);
	HZT_EQ_STR(err.message, "type versioned has no field degrees");
	HZT_CHECK(got.unit == NULL);
	hz_generic_record_destroy(&record);
	hz_record_codec none = {sizeof(none), NULL, NULL, NULL, NULL};
	hz_record_type type = HZ_RECORD_CODEC_TYPE(small, "none", &none);
	HZT_EQ_INT(refusal(&type, &s), HZ_ERR_ARGUMENT);
}

static const hzt_case cases[] = {
		{"missing_fields_are_zero_and_others_are_left_out",
				missing_fields_are_zero_and_others_are_left_out},
		{"nullable_and_not_read_each_other", nullable_and_not_read_each_other},
		{"another_kind_is_refused", another_kind_is_refused},
		{"values_of_structs_behave_like_others", values_of_structs_behave_like_others},
		{"generic_values_behave_like_others", generic_values_behave_like_others},
		{"lists_take_records", lists_take_records},
		{"records_are_nested_up_to_a_limit", records_are_nested_up_to_a_limit},
		{"wrong_tables_are_refused", wrong_tables_are_refused},
		{"wrong_content_is_refused", wrong_content_is_refused},
		{"a_type_may_be_cleared", a_type_may_be_cleared},
		{"a_codec_writes_and_reads", a_codec_writes_and_reads},
		{"a_codec_works_inside_a_struct", a_codec_works_inside_a_struct},
		{"a_codec_that_fails_says_so", a_codec_that_fails_says_so},
};

HZT_MAIN("record", cases)
