// SPDX-License-Identifier: Apache-2.0
//
// What the sanitizers have to be told, and nothing in builds without them. Libraries that are not
// instrumented hand memory from thread to thread without ThreadSanitizer seeing it; the two ends
// of such a hand-over say so here.
#ifndef HZI_BASE_PLATFORM_TSAN_H
#define HZI_BASE_PLATFORM_TSAN_H

#include <stdatomic.h>

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define HZI_TSAN 1
#endif
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#define HZI_SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_THREAD__)
#define HZI_TSAN 1
#endif
#if defined(HZI_TSAN) || defined(__SANITIZE_ADDRESS__)
#define HZI_SANITIZED 1
#endif

#if defined(HZI_TSAN)
void __tsan_acquire(void *address);
void __tsan_release(void *address);
#endif

// Everything this thread did so far is visible to who calls hzi_tsan_acquire(address) later.
static inline void
hzi_tsan_release(void *address)
{
#if defined(HZI_TSAN)
	__tsan_release(address);
#else
	(void)address;
#endif
}

static inline void
hzi_tsan_acquire(void *address)
{
#if defined(HZI_TSAN)
	__tsan_acquire(address);
#else
	(void)address;
#endif
}

// A full fence: no load after it is done before a store ahead of it. GCC's ThreadSanitizer does
// not compile fences; a read-modify-write of a word of nobody's is one on every target it knows.
static inline void
hzi_full_fence(void)
{
#if defined(HZI_TSAN) && !defined(__clang__)
	static _Atomic unsigned nobody;
	atomic_fetch_add_explicit(&nobody, 0, memory_order_seq_cst);
#else
	atomic_thread_fence(memory_order_seq_cst);
#endif
}

#endif
