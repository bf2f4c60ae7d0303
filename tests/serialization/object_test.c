// SPDX-License-Identifier: Apache-2.0
//
// Objects that members know: predicates, aggregators and projections are what Java writes for them,
// in both byte orders; and what goes wrong while they are built is told by who sends them.
#include "base/buf.h"
#include "serialization/aggregator.h"
#include "serialization/data.h"
#include "serialization/predicate.h"
#include "tests/serialization/samples.h"
#include "tests/support/suite.h"

#include <hazelcast/record.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

// ---- What Java writes ----

static FILE *to_java, *from_java;
static pid_t java;

static void
start_java(void)
{
	int in[2], out[2];
	HZT_CHECK(pipe(in) == 0 && pipe(out) == 0);
	java = fork();
	HZT_CHECK(java >= 0);
	if (java == 0) {
		dup2(in[0], STDIN_FILENO);
		dup2(out[1], STDOUT_FILENO);
		for (size_t i = 0; i < 2; i++) {
			close(in[i]);
			close(out[i]);
		}
		execl("tools/java.py", "tools/java.py", "tests/serialization/Objects.java",
				(char *)NULL);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	to_java = fdopen(in[1], "w");
	from_java = fdopen(out[0], "r");
	HZT_CHECK(to_java != NULL && from_java != NULL);
}

static void
end_java(void)
{
	int status = -1;
	fclose(to_java);
	HZT_EQ_INT(waitpid(java, &status, 0), java);
	fclose(from_java);
	HZT_EQ_INT(status, 0);
}

static void
expect_bytes(const hzi_object *object, bool be, const char *hex)
{
	uint8_t want[HZT_SAMPLE_MAX];
	size_t n = hzt_unhex(hex, want, sizeof(want));
	hz_value v;
	hz_error err;
	HZT_OK_ERR(hzi_object_read(object, be, &v, &err), &err);
	HZT_EQ_INT(hz_value_kind(&v), HZ_KIND_RAW);
	hzi_buf buf = {0};
	HZT_OK_ERR(hzi_data_write(&buf, &v, be, NULL, &err), &err);
	HZT_EQ_INT(buf.len, n);
	HZT_EQ_MEM(buf.data, want, n);
	hzi_buf_clear(&buf);
}

// The object is what Java writes for the one of this name.
static void
expect_as_java(const char *name, const hzi_object *object)
{
	static char hex[2][2 * HZT_SAMPLE_MAX + 1];
	fprintf(to_java, "%s\n", name);
	fflush(to_java);
	if (fscanf(from_java, "%512s %512s", hex[0], hex[1]) != 2) {
		printf("  no object '%s'\n", name);
		HZT_FAIL("Java has it, too");
	}
	expect_bytes(object, false, hex[0]);
	expect_bytes(object, true, hex[1]);
}

static void
pred(const char *name, hz_pred *made)
{
	expect_as_java(name, &made->object);
	hz_pred_destroy(&made);
	HZT_CHECK(made == NULL);
}

static hz_pred *
young(void)
{
	return hz_pred_less("age", hz_i32(20));
}

static hz_pred *
old(void)
{
	return hz_pred_greater("age", hz_i32(60));
}

static hz_pred *
named(void)
{
	return hz_pred_equal("id", hz_uuid_value((hz_uuid){1, 2}));
}

static void
simple_predicates(void)
{
	static const uint8_t minus_1250[] = {0xfb, 0x1e};
	const hz_value names[] = {hz_str("a"), hz_str(""), hz_str("b")};
	pred("parse", hz_pred_parse("age > 30 and name like 'A%'"));
	pred("equal", hz_pred_equal("age", hz_i32(7)));
	pred("equal_null", hz_pred_equal("name", hz_null()));
	pred("not_equal", hz_pred_not_equal("name", hz_str("Zo\u00eb \U0001f600")));
	pred("greater", hz_pred_greater("pay", hz_f64(1.5)));
	pred("greater_equal", hz_pred_greater_equal(HZ_ATTR_KEY, hz_i64(INT64_C(1) << 40)));
	pred("less",
			hz_pred_less(HZ_ATTR_THIS,
					hz_decimal_value((hz_decimal){.unscaled = minus_1250,
							.size = 2,
							.scale = 2})));
	pred("less_equal", hz_pred_less_equal("a.b[any].c", hz_i16(-2)));
	pred("between", hz_pred_between("age", hz_i32(18), hz_i32(65)));
	pred("in", hz_pred_in("name", names, 3));
	pred("in_nothing", hz_pred_in("name", NULL, 0));
	pred("like", hz_pred_like("name", "A_%"));
	pred("ilike", hz_pred_ilike("name", "a%"));
	pred("regex", hz_pred_regex("name", "^A.*[0-9]$"));
	pred("instance_of", hz_pred_instance_of("java.lang.Long"));
	pred("true", hz_pred_true());
	pred("false", hz_pred_false());
}

static void
joined_predicates(void)
{
	pred("and", hz_pred_and(young(), named()));
	pred("or", hz_pred_or(young(), old()));
	pred("not", hz_pred_not(young()));
	hz_pred *all[] = {named(), hz_pred_not(old()), hz_pred_or(young(), old())};
	pred("all_of", hz_pred_all_of(all, 3));
	hz_pred *any[] = {young(), old(), named()};
	pred("any_of", hz_pred_any_of(any, 3));
	pred("in_partition", hz_pred_in_partition(hz_str("key"), young()));
}

static void
aggregators(void)
{
	static const struct {
		const char *name;
		hz_agg *(*make)(const char *attribute);
	} all[] = {
			{"count", hz_agg_count},
			{"distinct", hz_agg_distinct},
			{"min", hz_agg_min},
			{"max", hz_agg_max},
			{"min_by", hz_agg_min_by},
			{"max_by", hz_agg_max_by},
			{"int_sum", hz_agg_int_sum},
			{"long_sum", hz_agg_long_sum},
			{"double_sum", hz_agg_double_sum},
			{"big_integer_sum", hz_agg_big_integer_sum},
			{"big_decimal_sum", hz_agg_big_decimal_sum},
			{"fixed_point_sum", hz_agg_fixed_point_sum},
			{"floating_point_sum", hz_agg_floating_point_sum},
			{"int_avg", hz_agg_int_avg},
			{"long_avg", hz_agg_long_avg},
			{"double_avg", hz_agg_double_avg},
			{"big_integer_avg", hz_agg_big_integer_avg},
			{"big_decimal_avg", hz_agg_big_decimal_avg},
			{"number_avg", hz_agg_number_avg},
	};
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		hz_agg *made = all[i].make("pay");
		expect_as_java(all[i].name, &made->object);
		hz_agg_destroy(&made);
	}
	hz_agg *count = hz_agg_count(NULL);
	expect_as_java("count_all", &count->object);
	hz_agg_destroy(&count);
	HZT_CHECK(count == NULL);
}

static void
projections(void)
{
	hz_proj *made = hz_proj_single("pay");
	expect_as_java("single", &made->object);
	hz_proj_destroy(&made);
	made = hz_proj_multi((const char *const[]){"pay", "name"}, 2);
	expect_as_java("multi", &made->object);
	hz_proj_destroy(&made);
	made = hz_proj_identity();
	expect_as_java("identity", &made->object);
	hz_proj_destroy(&made);
	HZT_CHECK(made == NULL);
}

// Once for all objects, as Java takes its time to start.
static void
written_as_java_writes_them(void)
{
	start_java();
	simple_predicates();
	joined_predicates();
	aggregators();
	projections();
	end_java();
}

// ---- What goes wrong ----

static void
expect_failed(const hzi_object *object, hz_err want)
{
	for (size_t be = 0; be < 2; be++) {
		hz_value v = hz_i32(1);
		hz_error err = {0};
		HZT_EQ_INT(hzi_object_read(object, be != 0, &v, &err), want);
		HZT_EQ_INT(err.code, want);
		HZT_CHECK(err.message[0] != '\0' && hz_value_is_null(&v));
		HZT_EQ_INT(hzi_object_read(object, be != 0, &v, NULL), want);
	}
}

static void
failed(hz_pred *made, hz_err want)
{
	expect_failed(&made->object, want);
	hz_pred_destroy(&made);
}

static void
bad_arguments_are_remembered(void)
{
	failed(hz_pred_parse(NULL), HZ_ERR_ARGUMENT);
	failed(hz_pred_equal(NULL, hz_i32(1)), HZ_ERR_ARGUMENT);
	failed(hz_pred_equal("\xff", hz_i32(1)), HZ_ERR_ARGUMENT);
	failed(hz_pred_equal("a", hz_strn(NULL, 3)), HZ_ERR_ARGUMENT);
	failed(hz_pred_greater("a", hz_null()), HZ_ERR_ARGUMENT);
	failed(hz_pred_between("a", hz_i32(1), hz_null()), HZ_ERR_ARGUMENT);
	failed(hz_pred_in("a", NULL, 1), HZ_ERR_ARGUMENT);
	failed(hz_pred_in("a", NULL, SIZE_MAX), HZ_ERR_ARGUMENT);
	failed(hz_pred_like("a", NULL), HZ_ERR_ARGUMENT);
	failed(hz_pred_ilike(NULL, "a"), HZ_ERR_ARGUMENT);
	failed(hz_pred_regex("a", "\xc0\x80"), HZ_ERR_ARGUMENT);
	failed(hz_pred_instance_of(NULL), HZ_ERR_ARGUMENT);
	failed(hz_pred_not(NULL), HZ_ERR_ARGUMENT);
	failed(hz_pred_and(young(), NULL), HZ_ERR_ARGUMENT);
	failed(hz_pred_or(NULL, young()), HZ_ERR_ARGUMENT);
	failed(hz_pred_all_of(NULL, 0), HZ_ERR_ARGUMENT);
	failed(hz_pred_any_of(NULL, 2), HZ_ERR_ARGUMENT);
	failed(hz_pred_in_partition(hz_null(), young()), HZ_ERR_ARGUMENT);
	failed(hz_pred_in_partition(hz_str("k"), NULL), HZ_ERR_ARGUMENT);
	failed(hz_pred_not(hz_pred_in_partition(hz_str("k"), young())), HZ_ERR_ARGUMENT);
}

// What was joined with it fails alike, and with the same words.
static void
the_first_failure_stays(void)
{
	hz_error err = {0};
	hz_value v;
	hz_pred *made = hz_pred_and(hz_pred_not(hz_pred_parse(NULL)), hz_pred_like("a", NULL));
	HZT_EQ_INT(hzi_object_read(&made->object, true, &v, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_STR(err.message, "the text of a predicate is NULL");
	hz_pred_destroy(&made);
}

static void
aggregators_and_projections_remember(void)
{
	hz_agg *agg = hz_agg_max_by(NULL);
	expect_failed(&agg->object, HZ_ERR_ARGUMENT);
	hz_agg_destroy(&agg);
	agg = hz_agg_count("\xff");
	expect_failed(&agg->object, HZ_ERR_ARGUMENT);
	hz_agg_destroy(&agg);
	hz_proj *proj = hz_proj_single(NULL);
	expect_failed(&proj->object, HZ_ERR_ARGUMENT);
	hz_proj_destroy(&proj);
	proj = hz_proj_multi((const char *const[]){"a", NULL}, 2);
	expect_failed(&proj->object, HZ_ERR_ARGUMENT);
	hz_proj_destroy(&proj);
	proj = hz_proj_multi(NULL, 0);
	expect_failed(&proj->object, HZ_ERR_ARGUMENT);
	hz_proj_destroy(&proj);
	hz_proj_destroy(&proj);
	hz_proj_destroy(NULL);
	hz_agg_destroy(NULL);
	hz_pred_destroy(NULL);
}

static void
no_deeper_than_the_limit(void)
{
	hz_value v;
	hz_pred *made = young();
	for (uint32_t depth = 1; depth < HZI_OBJECT_DEPTH; depth++) {
		made = hz_pred_not(made);
		HZT_OK(hzi_object_read(&made->object, true, &v, NULL));
	}
	made = hz_pred_or(made, young());
	failed(made, HZ_ERR_LIMIT);
	// Breadth is no depth.
	hz_pred *many[200];
	for (size_t i = 0; i < 200; i++) {
		many[i] = young();
	}
	made = hz_pred_any_of(many, 200);
	HZT_OK(hzi_object_read(&made->object, false, &v, NULL));
	hz_pred_destroy(&made);
}

static void
no_larger_than_the_limit(void)
{
	size_t n = HZI_OBJECT_MAX / 2;
	char *text = malloc(n + 1);
	HZT_CHECK(text != NULL);
	memset(text, 'x', n);
	text[n] = '\0';
	hz_pred *half = hz_pred_equal("a", hz_strn(text, n));
	HZT_EQ_INT(half->object.code, HZ_OK);
	failed(hz_pred_and(half, hz_pred_equal("b", hz_strn(text, n))), HZ_ERR_LIMIT);
	const hz_value halves[] = {hz_strn(text, n), hz_strn(text, n)};
	failed(hz_pred_in("a", halves, 2), HZ_ERR_LIMIT);
	free(text);
}

// ---- Entries of records ----

// An entry as members send it: a text, and behind it an object that only its schema knows the end
// of, which is that of the Data.
static const char *const ENTRY[] = {
		"00000000fffffffe01fcffffff78000000f5ffffff0100000061c9ffffff0102030405060708070000"
		"00",
		"00000000fffffffe01fffffffc00000078fffffff50000000161ffffffc90807060504030201000000"
		"07",
};

static void
expect_record(const hz_value *record, bool be)
{
	static const uint8_t want[][20] = {
			{0, 0, 0, 0, 255, 255, 255, 201, 1, 2, 3, 4, 5, 6, 7, 8, 7, 0, 0, 0},
			{0, 0, 0, 0, 255, 255, 255, 201, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0, 0, 7},
	};
	int64_t schema = 0;
	const void *data = NULL;
	size_t n = 0;
	hz_value copy;
	HZT_EQ_INT(hz_value_kind(record), HZ_KIND_RECORD);
	HZT_OK(hz_value_get_schema_id(record, &schema));
	HZT_EQ_INT(schema, 0x0807060504030201);
	// On its own it gets the header that it had not inside.
	HZT_OK(hz_value_copy(record, &copy, NULL));
	HZT_OK(hz_value_get_data(&copy, &data, &n));
	HZT_EQ_INT(n, sizeof(want[0]));
	HZT_EQ_MEM(data, want[be], n);
	HZT_OK(hz_value_get_schema_id(&copy, &schema));
	HZT_EQ_INT(schema, 0x0807060504030201);
	hz_value_clear(&copy);
}

static void
entries_of_records(void)
{
	for (size_t be = 0; be < 2; be++) {
		uint8_t data[HZT_SAMPLE_MAX];
		size_t n = hzt_unhex(ENTRY[be], data, sizeof(data));
		size_t pos = 0;
		hz_value v, key, value;
		const hz_value a = hz_str("a");
		HZT_OK(hzi_value_view(data, n, be != 0, &v));
		HZT_EQ_INT(hz_value_kind(&v), HZ_KIND_MAP);
		HZT_CHECK(hz_value_next_entry(&v, &pos, &key, &value));
		HZT_CHECK(hz_value_equal(&key, &a));
		expect_record(&value, be != 0);
		HZT_CHECK(!hz_value_next_entry(&v, &pos, &key, &value));
	}
}

// Each in a block of its size, so that the sanitizers see a look beyond it.
static void
entries_cut_short(void)
{
	uint8_t data[HZT_SAMPLE_MAX];
	size_t n = hzt_unhex(ENTRY[1], data, sizeof(data));
	for (size_t cut = 0; cut < n; cut++) {
		uint8_t *exact = malloc(cut + 1);
		HZT_CHECK(exact != NULL);
		memcpy(exact, data, cut);
		hz_value v, key, value;
		size_t pos = 0;
		hz_err e = hzi_value_view(exact, cut, true, &v);
		HZT_CHECK(e == HZ_OK || e == HZ_ERR_SERIALIZATION);
		// With all of the schema's number it might be a record, whatever its fields say.
		HZT_CHECK((hz_value_kind(&v) == HZ_KIND_MAP) == (cut >= n - 4));
		HZT_CHECK(hz_value_next_entry(&v, &pos, &key, &value) == (cut >= n - 4));
		free(exact);
	}
}

// A Portable counts its offsets from where it stood, and a key that nobody knows the end of hides
// its value.
static void
entries_that_stay_raw(void)
{
	static const char *const raw[] = {
			"00000000fffffffe01fffffffc00000078fffffff50000000161ffffffff"
			"000000010000000200000000",
			"00000000fffffffe01fffffffc00000078ffffffc9080706050403020100000007"
			"fffffff50000000161",
	};
	for (size_t i = 0; i < 2; i++) {
		uint8_t data[HZT_SAMPLE_MAX];
		size_t n = hzt_unhex(raw[i], data, sizeof(data));
		hz_value v;
		HZT_OK(hzi_value_view(data, n, true, &v));
		HZT_EQ_INT(hz_value_kind(&v), HZ_KIND_RAW);
	}
}

static const hzt_case cases[] = {
		{"entries_of_records", entries_of_records},
		{"entries_cut_short", entries_cut_short},
		{"entries_that_stay_raw", entries_that_stay_raw},
		{"written_as_java_writes_them", written_as_java_writes_them},
		{"bad_arguments_are_remembered", bad_arguments_are_remembered},
		{"the_first_failure_stays", the_first_failure_stays},
		{"aggregators_and_projections_remember", aggregators_and_projections_remember},
		{"no_deeper_than_the_limit", no_deeper_than_the_limit},
		{"no_larger_than_the_limit", no_larger_than_the_limit},
};

HZT_MAIN("object", cases)
