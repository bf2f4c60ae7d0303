// SPDX-License-Identifier: Apache-2.0
#include "benchmarks/allocations.h"

#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>

static atomic_bool watching;
static _Atomic uint64_t counted;

void
allocations_watch(bool on)
{
	atomic_store(&watching, on);
}

uint64_t
allocations_count(void)
{
	return atomic_load(&counted);
}

static void
count(void)
{
	if (atomic_load_explicit(&watching, memory_order_relaxed)) {
		atomic_fetch_add_explicit(&counted, 1, memory_order_relaxed);
	}
}

// The C library's own entries under names that nobody overrides.
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *block, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
extern void __libc_free(void *block);

// Declared here and not by <stdlib.h>, whose attributes would have the compiler assume the C
// library's behaviour of what stands below. Visible, so that shared libraries call them as well.
#pragma GCC visibility push(default)
void *malloc(size_t size);
void *calloc(size_t members, size_t size);
void *realloc(void *block, size_t size);
void *memalign(size_t alignment, size_t size);
void *aligned_alloc(size_t alignment, size_t size);
int posix_memalign(void **out, size_t alignment, size_t size);
void free(void *block);
#pragma GCC visibility pop

void *
malloc(size_t size)
{
	count();
	return __libc_malloc(size);
}

void *
calloc(size_t members, size_t size)
{
	count();
	return __libc_calloc(members, size);
}

void *
realloc(void *block, size_t size)
{
	count();
	return __libc_realloc(block, size);
}

void *
memalign(size_t alignment, size_t size)
{
	count();
	return __libc_memalign(alignment, size);
}

void *
aligned_alloc(size_t alignment, size_t size)
{
	count();
	return __libc_memalign(alignment, size);
}

int
posix_memalign(void **out, size_t alignment, size_t size)
{
	count();
	void *block = __libc_memalign(alignment, size);
	if (block == NULL) {
		return ENOMEM;
	}
	*out = block;
	return 0;
}

void
free(void *block)
{
	__libc_free(block);
}
