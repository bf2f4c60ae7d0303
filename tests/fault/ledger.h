// SPDX-License-Identifier: Apache-2.0
//
// What one process has written into a map, and when, and what another one has heard of it: memory
// that both share. Each key is written by one thread with the numbers 1, 2, 3, ...
#ifndef HZT_LEDGER_H
#define HZT_LEDGER_H

#include <hazelcast/listener.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LEDGER_KEYS 64
#define LEDGER_WRITES 16384 // of one key
#define LEDGER_GAPS 4096

typedef struct ledger_entry {
	int64_t begun_ms, done_ms; // the write, by the wall clock; done 0: under way
	_Atomic uint32_t heard;    // how often
} ledger_entry;

typedef struct ledger {
	_Atomic int64_t written[LEDGER_KEYS]; // the last number whose write is done
	_Atomic bool failed;                  // the writer gave up
	char why[512];
	// The listener's.
	_Atomic int64_t last[LEDGER_KEYS]; // the last number heard
	_Atomic uint64_t heard;
	_Atomic uint64_t disordered; // not above the one before
	_Atomic uint64_t twice;
	_Atomic uint64_t strange; // of no key, or a number that nobody wrote
	_Atomic uint64_t dropped;
	_Atomic size_t gap_count;
	hz_gap gaps[LEDGER_GAPS];
	ledger_entry entries[LEDGER_KEYS][LEDGER_WRITES];
} ledger;

// Gives a new ledger and its descriptor, for the other process; ends both. A failure fails the
// case.
ledger *ledger_new(int *descriptor);
void ledger_destroy(ledger **book, int descriptor);

// The ledger of the process that made this descriptor, in the other one; NULL: there is none.
ledger *ledger_open(int descriptor);

// Milliseconds since 1970.
int64_t ledger_now_ms(void);

// Writes down that the number was heard of the key; the calls of one key come one after the other.
void ledger_hear(ledger *book, int64_t key, int64_t number);

// Writes down a gap; one call at a time.
void ledger_gap(ledger *book, const hz_gap *gap);

// What is missing of all that was written.
typedef struct ledger_sum {
	uint64_t written, missing;
	uint64_t unexplained; // missing, and in no gap; the first few are printed
	int64_t gaps_ms;      // length of all gaps together
	int64_t longest_ms;   // the longest gap
	int64_t last_gap_ms;  // when the last gap ended
	uint64_t after;       // written after that
	uint64_t missing_after;
} ledger_sum;
ledger_sum ledger_sum_up(const ledger *book);

#endif
