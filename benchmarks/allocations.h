// SPDX-License-Identifier: Apache-2.0
//
// Counts the heap allocations of the whole process, libraries included, while it is told to.
// allocations.c defines malloc and its kin, which the linker prefers to those of the C library.
#ifndef BENCHMARKS_ALLOCATIONS_H
#define BENCHMARKS_ALLOCATIONS_H

#include <stdbool.h>
#include <stdint.h>

// Starts or stops counting. Any thread.
void allocations_watch(bool on);

// Allocations counted so far: calls of malloc, calloc, realloc and the aligned ones. Any thread.
uint64_t allocations_count(void);

#endif
