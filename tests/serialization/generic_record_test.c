// SPDX-License-Identifier: Apache-2.0
//
// Records without a struct: building, looking at them, building on what was read.
#include "serialization/data.h"
#include "tests/serialization/registry.h"
#include "tests/support/everything.h"
#include "tests/support/suite.h"

#include <hazelcast/generic_record.h>
#include <stdlib.h>
#include <string.h>

static hz_error err;

static hz_generic_builder *
builder_of(const char *type)
{
	hz_generic_builder *b = NULL;
	HZT_OK_ERR(hz_generic_builder_new(type, &b, &err), &err);
	return b;
}

static void
set(hz_generic_builder *b, const char *name, hz_field_kind kind, hz_value v)
{
	HZT_OK_ERR(hz_generic_builder_set(b, name, kind, v, &err), &err);
}

static hz_generic_record *
build(hz_generic_builder *b)
{
	hz_generic_record *record = NULL;
	HZT_OK_ERR(hz_generic_builder_build(b, &record, &err), &err);
	hz_generic_builder_destroy(&b);
	HZT_CHECK(b == NULL);
	return record;
}

static hz_value
get(const hz_generic_record *record, const char *name)
{
	hz_value v = hz_null();
	HZT_OK_ERR(hz_generic_record_get(record, name, &v, &err), &err);
	return v;
}

static void
fields_are_found_by_name(void)
{
	hz_generic_builder *b = builder_of("person");
	set(b, "name", HZ_FIELD_STRING, hz_str("Ada"));
	set(b, "age", HZ_FIELD_I32, hz_i32(36));
	set(b, "rank", HZ_FIELD_NULLABLE_I8, hz_null());
	hz_generic_record *record = build(b);
	hz_value v = get(record, "name");
	const char *text = NULL;
	int32_t age = 0;
	HZT_OK(hz_value_get_str(&v, &text, NULL));
	HZT_EQ_STR(text, "Ada");
	v = get(record, "age");
	HZT_OK(hz_value_get_i32(&v, &age));
	HZT_EQ_INT(age, 36);
	v = get(record, "rank");
	HZT_CHECK(hz_value_is_null(&v));
	HZT_EQ_INT(hz_generic_record_kind(record, "rank"), HZ_FIELD_NULLABLE_I8);
	HZT_EQ_INT(hz_generic_record_kind(record, "none"), HZ_FIELD_NONE);
	HZT_EQ_INT(hz_generic_record_get(record, "none", &v, &err), HZ_ERR_NOT_FOUND);
	HZT_EQ_STR(err.message, "type person has no field none");
	HZT_EQ_STR(hz_generic_record_type(record), "person");
	HZT_CHECK(hz_generic_record_schema_id(record) != 0);
	hz_generic_record_destroy(&record);
	HZT_CHECK(record == NULL);
}

static void
fields_are_counted_in_order_of_their_names(void)
{
	static const char *const want[] = {"a", "b", "c"};
	hz_generic_builder *b = builder_of("t");
	set(b, "c", HZ_FIELD_I8, hz_i8(3));
	set(b, "a", HZ_FIELD_I16, hz_i16(1));
	set(b, "b", HZ_FIELD_BOOL, hz_bool(true));
	hz_generic_record *record = build(b);
	HZT_EQ_INT(hz_generic_record_count(record), 3);
	for (size_t i = 0; i < 3; i++) {
		const char *name = NULL;
		hz_field_kind kind = HZ_FIELD_NONE;
		HZT_OK(hz_generic_record_field(record, i, &name, &kind));
		HZT_EQ_STR(name, want[i]);
		HZT_EQ_INT(kind, hz_generic_record_kind(record, name));
	}
	HZT_EQ_INT(hz_generic_record_field(record, 3, NULL, NULL), HZ_ERR_RANGE);
	HZT_OK(hz_generic_record_field(record, 0, NULL, NULL));
	hz_generic_record_destroy(&record);
}

static void
null_is_nothing(void)
{
	hz_value v = hz_null();
	hz_generic_record *record = NULL;
	hz_generic_builder *b = NULL;
	HZT_EQ_STR(hz_generic_record_type(NULL), "");
	HZT_EQ_INT(hz_generic_record_schema_id(NULL), 0);
	HZT_EQ_INT(hz_generic_record_count(NULL), 0);
	HZT_EQ_INT(hz_generic_record_field(NULL, 0, NULL, NULL), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_generic_record_kind(NULL, "a"), HZ_FIELD_NONE);
	HZT_EQ_INT(hz_generic_record_get(NULL, "a", &v, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_generic_builder_new(NULL, &b, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_generic_builder_build(NULL, &record, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_generic_builder_set(NULL, "a", HZ_FIELD_I8, hz_i8(1), &err), HZ_ERR_ARGUMENT);
	hz_generic_record_destroy(&record);
	hz_generic_record_destroy(NULL);
	hz_generic_builder_destroy(&b);
	hz_generic_builder_destroy(NULL);
}

static void
what_does_not_fit_is_refused(void)
{
	hz_value mixed[] = {hz_i32(1), hz_i64(2)};
	hz_generic_builder *b = builder_of("t");
	HZT_EQ_INT(hz_generic_builder_set(b, "a", HZ_FIELD_I32, hz_i64(1), &err), HZ_ERR_TYPE);
	HZT_EQ_STR(err.message, "field a of kind I32 cannot be a I64");
	HZT_EQ_INT(hz_generic_builder_set(b, "a", HZ_FIELD_I32, hz_null(), &err), HZ_ERR_TYPE);
	HZT_EQ_INT(hz_generic_builder_set(b, "a", HZ_FIELD_ARRAY_I8, hz_i8(1), &err), HZ_ERR_TYPE);
	HZT_EQ_INT(hz_generic_builder_set(
				   b, "a", HZ_FIELD_ARRAY_NULLABLE_I32, hz_values(mixed, 2), &err),
			HZ_ERR_TYPE);
	HZT_EQ_INT(hz_generic_builder_set(b, "a", HZ_FIELD_STRING, hz_str("\xff"), &err),
			HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_generic_builder_set(b, "a", (hz_field_kind)31, hz_null(), &err),
			HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_generic_builder_set(b, NULL, HZ_FIELD_I8, hz_i8(1), &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_generic_builder_set(b, "a", HZ_FIELD_ARRAY_BOOL, hz_bools(NULL, 3), &err),
			HZ_ERR_ARGUMENT);
	// None of that is there.
	set(b, "a", HZ_FIELD_STRING, hz_str("fits"));
	HZT_EQ_INT(hz_generic_builder_set(b, "a", HZ_FIELD_I8, hz_i8(1), &err), HZ_ERR_ARGUMENT);
	HZT_EQ_STR(err.message, "field a is there already");
	hz_generic_record *record = build(b);
	HZT_EQ_INT(hz_generic_record_count(record), 1);
	hz_value v = get(record, "a");
	hz_value want = hz_str("fits");
	HZT_CHECK(hz_value_equal(&v, &want));
	hz_generic_record_destroy(&record);
}

static void
records_hold_records(void)
{
	hzt_inner ada = {36, "Ada"};
	hz_generic_builder *b = builder_of("leaf");
	set(b, "n", HZ_FIELD_I32, hz_i32(1));
	hz_generic_record *leaf = build(b);
	hz_value items[] = {hz_generic_record_value(leaf), hz_null()};
	b = builder_of("tree");
	set(b, "leaf", HZ_FIELD_RECORD, hz_generic_record_value(leaf));
	set(b, "many", HZ_FIELD_ARRAY_RECORD, hz_values(items, 2));
	set(b, "struct", HZ_FIELD_RECORD, hz_record(&hzt_inner_type, &ada));
	// Records of two types in one array: members would read them wrongly.
	items[1] = hz_record(&hzt_inner_type, &ada);
	HZT_EQ_INT(hz_generic_builder_set(
				   b, "mixed", HZ_FIELD_ARRAY_RECORD, hz_values(items, 2), &err),
			HZ_ERR_TYPE);
	hz_generic_record *tree = build(b);
	hz_generic_record_destroy(&leaf);
	hz_value v = get(tree, "many");
	hz_value item = hz_null();
	const hz_generic_record *inner = NULL;
	HZT_EQ_INT(hz_value_count(&v), 2);
	HZT_OK(hz_value_at(&v, 0, &item));
	HZT_OK(hz_value_get_generic_record(&item, &inner));
	HZT_EQ_STR(hz_generic_record_type(inner), "leaf");
	HZT_OK(hz_value_at(&v, 1, &item));
	HZT_CHECK(hz_value_is_null(&item));
	v = get(tree, "struct");
	HZT_OK(hz_value_get_generic_record(&v, &inner));
	hzt_inner got;
	HZT_OK_ERR(hz_record_from(inner, &hzt_inner_type, &got, &err), &err);
	HZT_EQ_STR(got.name, "Ada");
	hz_record_clear(&hzt_inner_type, &got);
	hz_generic_record_destroy(&tree);
}

// A builder can be used on, and what it made before does not change.
static void
a_builder_makes_many(void)
{
	hz_generic_builder *b = builder_of("t");
	hz_generic_record *first = NULL;
	set(b, "a", HZ_FIELD_I32, hz_i32(1));
	HZT_OK_ERR(hz_generic_builder_build(b, &first, &err), &err);
	set(b, "b", HZ_FIELD_I32, hz_i32(2));
	hz_generic_record *second = build(b);
	HZT_EQ_INT(hz_generic_record_count(first), 1);
	HZT_EQ_INT(hz_generic_record_count(second), 2);
	HZT_CHECK(hz_generic_record_schema_id(first) != hz_generic_record_schema_id(second));
	hz_generic_record_destroy(&first);
	hz_generic_record_destroy(&second);
}

// Every kind through builder, bytes and reader, by the values that a sample's record shows.
static void
every_kind_is_set_as_it_was_got(void)
{
	static hzt_registry known;
	hzi_schema_sink sink = hzt_registry_sink(&known);
	hzi_schema_source source = hzt_registry_source(&known);
	for (unsigned i = 0; i < HZT_SAMPLES; i++) {
		hzt_everything sample;
		hzi_buf bytes = {0};
		hz_generic_record *record = NULL;
		hzt_everything_sample(i, &sample);
		hz_value v = hz_record(&hzt_everything_type, &sample);
		HZT_OK_ERR(hzi_data_write_to(&bytes, &v, true, &sink, NULL, &err), &err);
		HZT_OK_ERR(hzi_compact_read(&source, bytes.data + 8, bytes.len - 8, true, &record,
					   &err),
				&err);
		hz_generic_builder *b = builder_of("everything");
		for (size_t k = 0; k < hz_generic_record_count(record); k++) {
			const char *name = NULL;
			hz_field_kind kind = HZ_FIELD_NONE;
			HZT_OK(hz_generic_record_field(record, k, &name, &kind));
			set(b, name, kind, get(record, name));
		}
		hz_generic_record *again = build(b);
		hz_value one = hz_generic_record_value(record);
		hz_value two = hz_generic_record_value(again);
		HZT_CHECK(hz_value_equal(&one, &two) && hz_value_equal(&v, &two));
		hz_generic_record_destroy(&record);
		hz_generic_record_destroy(&again);
		hzi_buf_clear(&bytes);
	}
	hzt_registry_clear(&known);
}

// A record that was received may have a schema that nobody here knows.
static void
received_records_must_be_read_first(void)
{
	hzt_inner ada = {36, "Ada"};
	hz_value v = hz_record(&hzt_inner_type, &ada);
	hz_value copy = hz_null();
	hz_generic_record *record = NULL;
	HZT_OK_ERR(hz_value_copy(&v, &copy, &err), &err);
	hz_generic_builder *b = builder_of("t");
	set(b, "a", HZ_FIELD_RECORD, copy);
	HZT_EQ_INT(hz_generic_builder_build(b, &record, &err), HZ_ERR_SERIALIZATION);
	HZT_CHECK(record == NULL);
	hz_generic_builder_destroy(&b);
	hz_value_clear(&copy);
}

static const hzt_case cases[] = {
		{"fields_are_found_by_name", fields_are_found_by_name},
		{"fields_are_counted_in_order_of_their_names",
				fields_are_counted_in_order_of_their_names},
		{"null_is_nothing", null_is_nothing},
		{"what_does_not_fit_is_refused", what_does_not_fit_is_refused},
		{"records_hold_records", records_hold_records},
		{"a_builder_makes_many", a_builder_makes_many},
		{"every_kind_is_set_as_it_was_got", every_kind_is_set_as_it_was_got},
		{"received_records_must_be_read_first", received_records_must_be_read_first},
};

HZT_MAIN("generic_record", cases)
