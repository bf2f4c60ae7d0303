// SPDX-License-Identifier: Apache-2.0
#include "tests/fault/ledger.h"

#include "tests/support/suite.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define SHOWN 8

ledger *
ledger_open(int descriptor)
{
	void *at = mmap(NULL, sizeof(ledger), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
	return at != MAP_FAILED ? at : NULL;
}

ledger *
ledger_new(int *descriptor)
{
	*descriptor = memfd_create("ledger", MFD_CLOEXEC);
	HZT_CHECK(*descriptor >= 0);
	HZT_CHECK(ftruncate(*descriptor, sizeof(ledger)) == 0);
	ledger *book = ledger_open(*descriptor);
	HZT_CHECK(book != NULL);
	return book;
}

void
ledger_destroy(ledger **book, int descriptor)
{
	munmap(*book, sizeof(**book));
	close(descriptor);
	*book = NULL;
}

int64_t
ledger_now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void
ledger_hear(ledger *book, int64_t key, int64_t number)
{
	if (key < 0 || key >= LEDGER_KEYS || number < 1 || number >= LEDGER_WRITES) {
		book->strange++;
		return;
	}
	uint64_t disorder = number <= book->last[key];
	uint64_t again = atomic_fetch_add(&book->entries[key][number].heard, 1) > 0;
	if ((disorder || again) && book->disordered + book->twice < SHOWN) {
		printf("  key %" PRId64 ": %" PRId64 " heard after %" PRId64 "%s\n", key, number,
				(int64_t)book->last[key],
				again ? ", and not for the first time" : "");
	}
	book->disordered += disorder;
	book->twice += again;
	book->last[key] = number;
	book->heard++;
}

void
ledger_gap(ledger *book, const hz_gap *gap)
{
	size_t n = book->gap_count;
	book->dropped = gap->dropped > book->dropped ? gap->dropped : (uint64_t)book->dropped;
	if (gap->lost_at_ms != 0 && n < LEDGER_GAPS) {
		book->gaps[n] = *gap;
		book->gap_count = n + 1;
	}
}

// ---- What is missing ----

static bool
is_in_a_gap(const ledger *book, const ledger_entry *entry)
{
	for (size_t i = 0; i < book->gap_count; i++) {
		const hz_gap *gap = &book->gaps[i];
		if (entry->begun_ms <= gap->regained_at_ms && entry->done_ms >= gap->lost_at_ms) {
			return true;
		}
	}
	return false;
}

static void
show(const ledger *book, int64_t key, int64_t number)
{
	const ledger_entry *entry = &book->entries[key][number];
	const hz_gap *next = NULL;
	for (size_t i = 0; i < book->gap_count; i++) {
		const hz_gap *gap = &book->gaps[i];
		bool later = gap->lost_at_ms > entry->done_ms;
		if (later && (next == NULL || gap->lost_at_ms < next->lost_at_ms)) {
			next = gap;
		}
	}
	printf("  key %" PRId64 ": %" PRId64 ", written in %" PRId64 " ms, is missing; ", key,
			number, entry->done_ms - entry->begun_ms);
	if (next != NULL) {
		printf("the next gap began %" PRId64 " ms later\n",
				next->lost_at_ms - entry->done_ms);
	} else {
		printf("there is no later gap\n");
	}
}

static void
add_up(const ledger *book, int64_t key, int64_t number, ledger_sum *sum)
{
	const ledger_entry *entry = &book->entries[key][number];
	bool missing = entry->heard == 0;
	bool after = entry->begun_ms > sum->last_gap_ms;
	sum->written++;
	sum->missing += missing;
	sum->after += after;
	sum->missing_after += missing && after;
	if (missing && !is_in_a_gap(book, entry)) {
		if (sum->unexplained < SHOWN) {
			show(book, key, number);
		}
		sum->unexplained++;
	}
}

ledger_sum
ledger_sum_up(const ledger *book)
{
	ledger_sum sum = {0};
	for (size_t i = 0; i < book->gap_count; i++) {
		const hz_gap *gap = &book->gaps[i];
		int64_t length_ms = gap->regained_at_ms - gap->lost_at_ms;
		sum.gaps_ms += length_ms;
		sum.longest_ms = length_ms > sum.longest_ms ? length_ms : sum.longest_ms;
		if (gap->regained_at_ms > sum.last_gap_ms) {
			sum.last_gap_ms = gap->regained_at_ms;
		}
	}
	for (int64_t key = 0; key < LEDGER_KEYS; key++) {
		for (int64_t n = 1; n <= book->written[key]; n++) {
			add_up(book, key, n, &sum);
		}
	}
	return sum;
}
