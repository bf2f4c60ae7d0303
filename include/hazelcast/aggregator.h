// SPDX-License-Identifier: Apache-2.0
//
// Aggregators: one result from many entries of a map, computed where the entries are, so that only
// the result travels.
//
//	hz_agg *sum = hz_agg_long_sum("salary");
//	hz_err e = hz_map_aggregate(map, sum, NULL, &result, &err);
//	hz_agg_destroy(&sum);
//
// An attribute is a path as in predicate.h; NULL stands for the whole value. Null is counted and is
// a distinct value, but neither least nor greatest; where a path leads through a record that is
// null, there is nothing at all. The aggregator's type must be that of the attribute, or the
// members refuse it; hz_agg_fixed_point_sum,
// hz_agg_floating_point_sum and hz_agg_number_avg take numbers of any type. Numbers in JSON are
// Long or Double.
//
// Attributes are lent and written down at once. Building never fails on the spot: an aggregator
// remembers its first failure, and the call that it is given to ends with it. A call lends the
// aggregator, so one serves any number of calls, on any thread. No function here blocks.
#ifndef HAZELCAST_AGGREGATOR_H
#define HAZELCAST_AGGREGATOR_H

#include <hazelcast/error.h>
#include <hazelcast/export.h>

#ifdef __cplusplus
extern "C" {
#endif

// One aggregator. Opaque.
typedef struct hz_agg hz_agg;

// How many entries: a Long. Since 0.1.
HZ_API hz_agg *hz_agg_count(const char *attribute);

// Every value that the attribute has, once: a LIST, in nobody's order. Since 0.1.
HZ_API hz_agg *hz_agg_distinct(const char *attribute);

// The smallest, the largest: of the attribute's type, null without entries. Since 0.1.
HZ_API hz_agg *hz_agg_min(const char *attribute);
HZ_API hz_agg *hz_agg_max(const char *attribute);

// The entry whose attribute is the smallest, the largest: a MAP of that one entry, null without
// entries. The attribute is not NULL. Since 0.1.
HZ_API hz_agg *hz_agg_min_by(const char *attribute);
HZ_API hz_agg *hz_agg_max_by(const char *attribute);

// Sums. Of Integers and Longs: a Long. Of Doubles: a Double. Of BigIntegers and BigDecimals: of
// that type. fixed_point: of numbers of any type, cut to whole ones, a Long; floating_point: of
// numbers of any type, a Double. Since 0.1.
HZ_API hz_agg *hz_agg_int_sum(const char *attribute);
HZ_API hz_agg *hz_agg_long_sum(const char *attribute);
HZ_API hz_agg *hz_agg_double_sum(const char *attribute);
HZ_API hz_agg *hz_agg_big_integer_sum(const char *attribute);
HZ_API hz_agg *hz_agg_big_decimal_sum(const char *attribute);
HZ_API hz_agg *hz_agg_fixed_point_sum(const char *attribute);
HZ_API hz_agg *hz_agg_floating_point_sum(const char *attribute);

// Averages: a Double, or a BigDecimal for BigIntegers and BigDecimals; null without entries.
// number_avg takes numbers of any type. Since 0.1.
HZ_API hz_agg *hz_agg_int_avg(const char *attribute);
HZ_API hz_agg *hz_agg_long_avg(const char *attribute);
HZ_API hz_agg *hz_agg_double_avg(const char *attribute);
HZ_API hz_agg *hz_agg_big_integer_avg(const char *attribute);
HZ_API hz_agg *hz_agg_big_decimal_avg(const char *attribute);
HZ_API hz_agg *hz_agg_number_avg(const char *attribute);

// Frees an aggregator. NULL-safe, nulls the pointer. Since 0.1.
HZ_API void hz_agg_destroy(hz_agg **aggregator);

#ifdef __cplusplus
}
#endif

#endif
