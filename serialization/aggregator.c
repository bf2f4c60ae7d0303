// SPDX-License-Identifier: Apache-2.0
//
// Members send each other aggregators that have begun to count, so the class writes what it has
// counted behind the attribute. A new one writes nothing but zeros there; only their number and
// size differ.
#include "serialization/aggregator.h"

enum { FACTORY = -29 };

// What stands behind the attribute.
typedef enum counted {
	I32_0, // an int
	I64_0, // a long, or a double, whose zero has the same bytes
	I64_0_TWICE,
	NULL_, // a null object
	NULL_TWICE,
	BIG_DECIMAL_0,
	BIG_INTEGER_0,
} counted;

static void
add_zero(hzi_object *object, hz_value zero)
{
	hzi_object_value(object, &zero);
}

static void
add_counted(hzi_object *object, counted what)
{
	static const uint8_t digits[] = {0};
	switch (what) {
	case I32_0:
		hzi_object_i32(object, 0);
		break;
	case I64_0_TWICE:
		hzi_object_i64(object, 0);
		hzi_object_i64(object, 0);
		break;
	case I64_0:
		hzi_object_i64(object, 0);
		break;
	case NULL_TWICE:
		add_zero(object, hz_null());
		add_zero(object, hz_null());
		break;
	case NULL_:
		add_zero(object, hz_null());
		break;
	case BIG_DECIMAL_0:
		add_zero(object, hz_decimal_value((hz_decimal){.unscaled = digits, .size = 1}));
		break;
	case BIG_INTEGER_0:
		add_zero(object, hz_big_integer(digits, 1));
		break;
	}
}

static hz_agg *
make(int32_t class_id, const char *attribute, counted what)
{
	hz_agg *made = hzi_object_new(sizeof(*made), FACTORY, class_id);
	hzi_object_text(&made->object, attribute);
	add_counted(&made->object, what);
	return made;
}

// The averages of big numbers: a sum, and how many.
static hz_agg *
make_big_avg(int32_t class_id, const char *attribute, counted sum)
{
	hz_agg *made = make(class_id, attribute, sum);
	hzi_object_i64(&made->object, 0);
	return made;
}

static hz_agg *
make_by(int32_t class_id, const char *attribute)
{
	hz_agg *made = make(class_id, attribute, NULL_TWICE);
	if (attribute == NULL) {
		hzi_object_fail(&made->object, HZ_ERR_ARGUMENT,
				"the attribute of an aggregator is NULL");
	}
	return made;
}

HZ_API hz_agg *
hz_agg_count(const char *attribute)
{
	return make(4, attribute, I64_0);
}

HZ_API hz_agg *
hz_agg_distinct(const char *attribute)
{
	return make(5, attribute, I32_0);
}

HZ_API hz_agg *
hz_agg_max(const char *attribute)
{
	return make(14, attribute, NULL_);
}

HZ_API hz_agg *
hz_agg_min(const char *attribute)
{
	return make(15, attribute, NULL_);
}

HZ_API hz_agg *
hz_agg_max_by(const char *attribute)
{
	return make_by(17, attribute);
}

HZ_API hz_agg *
hz_agg_min_by(const char *attribute)
{
	return make_by(18, attribute);
}

// ---- Sums ----

HZ_API hz_agg *
hz_agg_int_sum(const char *attribute)
{
	return make(11, attribute, I64_0);
}

HZ_API hz_agg *
hz_agg_long_sum(const char *attribute)
{
	return make(13, attribute, I64_0);
}

HZ_API hz_agg *
hz_agg_double_sum(const char *attribute)
{
	return make(7, attribute, I64_0);
}

HZ_API hz_agg *
hz_agg_big_integer_sum(const char *attribute)
{
	return make(3, attribute, BIG_INTEGER_0);
}

HZ_API hz_agg *
hz_agg_big_decimal_sum(const char *attribute)
{
	return make(1, attribute, BIG_DECIMAL_0);
}

HZ_API hz_agg *
hz_agg_fixed_point_sum(const char *attribute)
{
	return make(8, attribute, I64_0);
}

HZ_API hz_agg *
hz_agg_floating_point_sum(const char *attribute)
{
	return make(9, attribute, I64_0);
}

// ---- Averages ----

HZ_API hz_agg *
hz_agg_int_avg(const char *attribute)
{
	return make(10, attribute, I64_0_TWICE);
}

HZ_API hz_agg *
hz_agg_long_avg(const char *attribute)
{
	return make(12, attribute, I64_0_TWICE);
}

HZ_API hz_agg *
hz_agg_double_avg(const char *attribute)
{
	return make(6, attribute, I64_0_TWICE);
}

HZ_API hz_agg *
hz_agg_big_integer_avg(const char *attribute)
{
	return make_big_avg(2, attribute, BIG_INTEGER_0);
}

HZ_API hz_agg *
hz_agg_big_decimal_avg(const char *attribute)
{
	return make_big_avg(0, attribute, BIG_DECIMAL_0);
}

HZ_API hz_agg *
hz_agg_number_avg(const char *attribute)
{
	return make(16, attribute, I64_0_TWICE);
}

HZ_API void
hz_agg_destroy(hz_agg **aggregator)
{
	if (aggregator != NULL) {
		hzi_object_free(*aggregator);
		*aggregator = NULL;
	}
}
