// SPDX-License-Identifier: Apache-2.0
#include "benchmarks/histogram.h"

#include <stdatomic.h>
#include <stdlib.h>

// A value below 2^11 has a counter of its own. Above that each power of two is one row of 2^10
// counters, so that a counter is never wider than one part in 1,024 of what it counts.
enum {
	EXACT_BITS = 11,
	ROW_BITS = EXACT_BITS - 1,
	ROW = 1 << ROW_BITS,
	MAX_BITS = 42,
	COUNTERS = (MAX_BITS - EXACT_BITS + 2) * ROW,
};

struct histogram {
	_Atomic uint64_t count;
	_Atomic uint64_t sum;
	_Atomic uint64_t min;
	_Atomic uint64_t max;
	_Atomic uint64_t counters[COUNTERS];
};

static uint64_t
load(const _Atomic uint64_t *word)
{
	return atomic_load_explicit(word, memory_order_relaxed);
}

static void
store(_Atomic uint64_t *word, uint64_t value)
{
	atomic_store_explicit(word, value, memory_order_relaxed);
}

// One writer, so a load and a store are enough, and the compiler makes one plain addition of them.
static void
add(_Atomic uint64_t *word, uint64_t value)
{
	store(word, load(word) + value);
}

static unsigned
shift_of(uint64_t value)
{
	unsigned bits = 64 - (unsigned)__builtin_clzll(value | 1);
	return bits > EXACT_BITS ? bits - EXACT_BITS : 0;
}

static size_t
index_of(uint64_t value)
{
	unsigned shift = shift_of(value);
	return (size_t)shift * ROW + (size_t)(value >> shift);
}

// The largest value that the counter at an index counts.
static uint64_t
top_of(size_t index)
{
	uint64_t row = index < (size_t)2 * ROW ? 0 : index / ROW - 1;
	uint64_t part = index - row * ROW;
	return ((part + 1) << row) - 1;
}

static void
count_value(struct histogram *h, uint64_t value, uint64_t times)
{
	uint64_t count = load(&h->count);
	if (count == 0 || value < load(&h->min)) {
		store(&h->min, value);
	}
	if (value > load(&h->max)) {
		store(&h->max, value);
	}
	add(&h->counters[index_of(value)], times);
	add(&h->sum, value * times);
	store(&h->count, count + times);
}

static uint64_t
clamp(uint64_t ns)
{
	return ns == 0 ? 1 : ns > HISTOGRAM_MAX_NS ? HISTOGRAM_MAX_NS : ns;
}

struct histogram *
histogram_create(void)
{
	return calloc(1, sizeof(struct histogram));
}

void
histogram_destroy(struct histogram *histogram)
{
	free(histogram);
}

void
histogram_record(struct histogram *histogram, uint64_t ns)
{
	count_value(histogram, clamp(ns), 1);
}

void
histogram_record_corrected(struct histogram *histogram, uint64_t ns, uint64_t interval_ns)
{
	uint64_t value = clamp(ns);
	count_value(histogram, value, 1);
	if (interval_ns == 0) {
		return;
	}
	while (value > interval_ns) {
		value -= interval_ns;
		// Less than one interval behind: that is the next operation, which was made.
		if (value < interval_ns) {
			break;
		}
		count_value(histogram, value, 1);
	}
}

void
histogram_merge(struct histogram *into, const struct histogram *from)
{
	uint64_t count = load(&from->count);
	if (count == 0) {
		return;
	}
	if (load(&into->count) == 0 || load(&from->min) < load(&into->min)) {
		store(&into->min, load(&from->min));
	}
	if (load(&from->max) > load(&into->max)) {
		store(&into->max, load(&from->max));
	}
	for (size_t i = 0; i < COUNTERS; i++) {
		uint64_t times = load(&from->counters[i]);
		if (times > 0) {
			add(&into->counters[i], times);
		}
	}
	add(&into->sum, load(&from->sum));
	add(&into->count, count);
}

uint64_t
histogram_count(const struct histogram *histogram)
{
	return load(&histogram->count);
}

uint64_t
histogram_min(const struct histogram *histogram)
{
	return load(&histogram->min);
}

uint64_t
histogram_max(const struct histogram *histogram)
{
	return load(&histogram->max);
}

double
histogram_mean(const struct histogram *histogram)
{
	uint64_t count = load(&histogram->count);
	return count == 0 ? 0 : (double)load(&histogram->sum) / (double)count;
}

uint64_t
histogram_percentile(const struct histogram *histogram, double percent)
{
	uint64_t count = load(&histogram->count);
	if (count == 0) {
		return 0;
	}
	// Rounded up, but not for the sake of a rounding error in the product.
	double wanted = percent / 100 * (double)count - 1e-6;
	uint64_t rank = wanted < 0 ? 1 : (uint64_t)wanted + 1;
	rank = rank > count ? count : rank;
	uint64_t seen = 0;
	uint64_t max = load(&histogram->max);
	for (size_t i = 0; i < COUNTERS; i++) {
		seen += load(&histogram->counters[i]);
		if (seen >= rank) {
			uint64_t top = top_of(i);
			return top < max ? top : max;
		}
	}
	return max;
}
