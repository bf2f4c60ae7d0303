// SPDX-License-Identifier: Apache-2.0
#include "benchmarks/histogram.h"

#include "tests/support/suite.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

static int
compare(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a;
	uint64_t right = *(const uint64_t *)b;
	return left < right ? -1 : left > right;
}

static uint64_t
next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static struct histogram *
make(void)
{
	struct histogram *histogram = histogram_create();
	HZT_CHECK(histogram != NULL);
	return histogram;
}

static void
empty_has_nothing(void)
{
	struct histogram *h = make();
	HZT_EQ_INT(histogram_count(h), 0);
	HZT_EQ_INT(histogram_min(h), 0);
	HZT_EQ_INT(histogram_max(h), 0);
	HZT_EQ_INT(histogram_percentile(h, 50), 0);
	HZT_CHECK(histogram_mean(h) == 0);
	histogram_destroy(h);
	histogram_destroy(NULL);
}

// One value alone must come back at every magnitude, and at both ends of every row.
static void
one_value_comes_back(void)
{
	for (int bit = 0; bit < 42; bit++) {
		uint64_t power = UINT64_C(1) << bit;
		uint64_t near[] = {power - 1, power, power + 1, power + power / 3};
		for (size_t i = 0; i < 4; i++) {
			struct histogram *h = make();
			uint64_t want = near[i] == 0 ? 1 : near[i];
			histogram_record(h, near[i]);
			HZT_EQ_INT(histogram_percentile(h, 50), want);
			HZT_EQ_INT(histogram_min(h), want);
			HZT_EQ_INT(histogram_max(h), want);
			histogram_destroy(h);
		}
	}
}

// A counter must cover what it counts with three significant digits: the percentile of the lower of
// two values is never below it and at most one part in a thousand above.
static void
three_digits_everywhere(void)
{
	uint64_t random = 88172645463325252u;
	for (int i = 0; i < 2000; i++) {
		uint64_t value = next_random(&random) >> (22 + next_random(&random) % 42);
		value = value == 0 ? 1 : value;
		struct histogram *h = make();
		histogram_record(h, value);
		histogram_record(h, HISTOGRAM_MAX_NS);
		uint64_t got = histogram_percentile(h, 50);
		HZT_CHECK(got >= value);
		HZT_CHECK(got - value <= value / 1000);
		histogram_destroy(h);
	}
}

static void
too_long_is_clamped(void)
{
	struct histogram *h = make();
	histogram_record(h, UINT64_MAX);
	HZT_EQ_INT(histogram_count(h), 1);
	HZT_EQ_INT(histogram_percentile(h, 99.99), HISTOGRAM_MAX_NS);
	histogram_destroy(h);
}

static void
percentiles_match_sorted_values(void)
{
	enum { COUNT = 100000 };
	static uint64_t values[COUNT];
	struct histogram *h = make();
	uint64_t random = 1442695040888963407u;
	double sum = 0;
	for (size_t i = 0; i < COUNT; i++) {
		// Mostly 50 to 100 us, with a tail of up to half a second.
		uint64_t wide = next_random(&random) % 100 == 0 ? 500000000 : 50000;
		values[i] = 50000 + next_random(&random) % wide;
		sum += (double)values[i];
		histogram_record(h, values[i]);
	}
	qsort(values, COUNT, sizeof(*values), compare);
	double percents[] = {0, 1, 50, 90, 99, 99.9, 99.99, 100};
	for (size_t i = 0; i < sizeof(percents) / sizeof(percents[0]); i++) {
		size_t rank = (size_t)(percents[i] / 100 * COUNT + 0.5);
		uint64_t want = values[rank == 0 ? 0 : rank - 1];
		uint64_t got = histogram_percentile(h, percents[i]);
		HZT_CHECK(got >= want);
		HZT_CHECK(got - want <= want / 1000);
	}
	HZT_EQ_INT(histogram_min(h), values[0]);
	HZT_EQ_INT(histogram_max(h), values[COUNT - 1]);
	double mean = histogram_mean(h) - sum / COUNT;
	HZT_CHECK(mean < 1 && mean > -1);
	histogram_destroy(h);
}

static void
merge_adds_up(void)
{
	struct histogram *all = make();
	struct histogram *low = make();
	struct histogram *high = make();
	for (uint64_t i = 1; i <= 1000; i++) {
		histogram_record(low, i);
		histogram_record(high, 1000 + i);
	}
	struct histogram *empty = make();
	histogram_merge(all, empty);
	histogram_destroy(empty);
	HZT_EQ_INT(histogram_count(all), 0);
	histogram_merge(all, high);
	histogram_merge(all, low);
	HZT_EQ_INT(histogram_count(all), 2000);
	HZT_EQ_INT(histogram_min(all), 1);
	HZT_EQ_INT(histogram_max(all), 2000);
	HZT_EQ_INT(histogram_percentile(all, 50), 1000);
	HZT_EQ_INT(histogram_percentile(all, 25), 500);
	HZT_CHECK(histogram_mean(all) == 1000.5);
	histogram_destroy(all);
	histogram_destroy(low);
	histogram_destroy(high);
}

// One stall of 1 s in a loop that wanted to run every 100 ms: nine more operations were held back,
// by 900 ms down to 100 ms.
static void
correction_fills_the_stall(void)
{
	struct histogram *h = make();
	histogram_record_corrected(h, 1000000000, 100000000);
	HZT_EQ_INT(histogram_count(h), 10);
	HZT_EQ_INT(histogram_min(h), 100000000);
	HZT_EQ_INT(histogram_max(h), 1000000000);
	histogram_record_corrected(h, 50000000, 100000000);
	HZT_EQ_INT(histogram_count(h), 11);
	histogram_record_corrected(h, 1000000000, 0);
	HZT_EQ_INT(histogram_count(h), 12);
	histogram_destroy(h);
}

struct writer {
	struct histogram *histogram;
	_Atomic int done;
};

static void *
record_many(void *context)
{
	struct writer *writer = context;
	for (uint64_t i = 0; i < 200000; i++) {
		histogram_record(writer->histogram, i);
	}
	atomic_store(&writer->done, 1);
	return NULL;
}

// Reading beside the writer must be free of races (the thread sanitizer says) and never see more
// than was written.
static void
reads_beside_the_writer(void)
{
	struct writer writer = {.histogram = make()};
	pthread_t thread;
	HZT_CHECK(pthread_create(&thread, NULL, record_many, &writer) == 0);
	while (!atomic_load(&writer.done)) {
		HZT_CHECK(histogram_count(writer.histogram) <= 200000);
		HZT_CHECK(histogram_percentile(writer.histogram, 99) <= 200000);
	}
	pthread_join(thread, NULL);
	HZT_EQ_INT(histogram_count(writer.histogram), 200000);
	histogram_destroy(writer.histogram);
}

static const hzt_case cases[] = {
		{"empty_has_nothing", empty_has_nothing},
		{"one_value_comes_back", one_value_comes_back},
		{"three_digits_everywhere", three_digits_everywhere},
		{"too_long_is_clamped", too_long_is_clamped},
		{"percentiles_match_sorted_values", percentiles_match_sorted_values},
		{"merge_adds_up", merge_adds_up},
		{"correction_fills_the_stall", correction_fills_the_stall},
		{"reads_beside_the_writer", reads_beside_the_writer},
};

HZT_MAIN("histogram", cases)
