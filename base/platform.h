// SPDX-License-Identifier: Apache-2.0
//
// What the operating system gives: clocks, waiting on a word, threads, random bytes, descriptors,
// and the knowledge of having been forked. Implemented in platform_linux.c.
#ifndef HZI_BASE_PLATFORM_H
#define HZI_BASE_PLATFORM_H

#include "base/attr.h"

#include <hazelcast/error.h>
#include <hazelcast/types.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the protocol is read in place");
_Static_assert(sizeof(size_t) >= 4, "lengths are 31 bits on the wire");

// ---- Clocks ----

// A deadline that never comes.
#define HZI_NEVER INT64_MAX

// Nanoseconds of CLOCK_MONOTONIC. All deadlines are absolute and of this clock.
int64_t hzi_now_ns(void);

// Milliseconds since 1970 of the wall clock, for what is shown to people or sent to members; never
// for a deadline.
int64_t hzi_wall_ms(void);

// The deadline `ms` milliseconds from now. Negative, or too far to count: HZI_NEVER.
int64_t hzi_deadline_in_ms(int64_t ms);

// What is left of a deadline in whole milliseconds, rounded up: 0 when passed, -1 for HZI_NEVER, at
// most INT32_MAX; as poll and epoll_wait take it.
int hzi_poll_timeout_ms(int64_t deadline_ns, int64_t now_ns);

// ---- Futex ----

typedef enum hzi_futex_result {
	HZI_FUTEX_WOKEN,      // by hzi_futex_wake, or for no reason
	HZI_FUTEX_CHANGED,    // the word was not `expected`
	HZI_FUTEX_TIMEOUT,    // the deadline passed
	HZI_FUTEX_INTERRUPTED // a signal handler ran
} hzi_futex_result;

// Sleeps while `*word` is `expected`, until a wake or the absolute deadline. Wakes without a reason
// are normal: the caller loops on the word, whatever the result.
hzi_futex_result hzi_futex_wait(_Atomic uint32_t *word, uint32_t expected, int64_t deadline_ns);

// Wakes at most n threads that sleep on the word. One system call, also when nobody sleeps: the
// waker asks first whether somebody announced himself.
void hzi_futex_wake(_Atomic uint32_t *word, int n);

// The same two for words on which thousands may sleep for long, one on each. Newer kernels keep a
// process's own sleepers in very few lists, and each wake of any other word would walk over all of
// them (9 us beside 4,000 sleepers, 0.2 without); these sleepers wait in the lists that all
// processes share. A word must be waited for and woken by the same pair.
hzi_futex_result hzi_futex_park(_Atomic uint32_t *word, uint32_t expected, int64_t deadline_ns);
void hzi_futex_unpark(_Atomic uint32_t *word, int n);

// ---- Random bytes ----

// Fills from the system's generator. HZ_ERR_RESOURCE when it has none.
hz_err hzi_random_bytes(void *to, size_t n);

// A random (version 4) UUID; all zero, which stands for none, when the system has no random bytes.
hz_uuid hzi_uuid_random(void);

// ---- Threads ----

typedef struct hzi_thread {
	pthread_t handle;
} hzi_thread;

// Runs fn(arg) on a new thread with every signal blocked, a name of at most 15 bytes and a stack of
// 256 KiB, enough for code of ours. HZ_ERR_RESOURCE or HZ_ERR_MEMORY when there is no thread;
// `thread` is then unchanged. It must be joined or detached once.
hz_err hzi_thread_start(hzi_thread *thread, const char *name, void (*fn)(void *), void *arg);

// The same for threads that run code of the user's: stack_bytes 0 is the system's default size.
hz_err hzi_thread_start_stack(hzi_thread *thread, const char *name, size_t stack_bytes,
		void (*fn)(void *), void *arg);

// Waits for the thread to return.
void hzi_thread_join(hzi_thread *thread);

// Lets the thread end on its own.
void hzi_thread_detach(hzi_thread *thread);

// Joins a thread that says in a futex word, by a number other than 0 and a wake, that it has left
// its loop. HZ_ERR_TIMEOUT: it has not by then, and is detached. Blocks up to the deadline.
hz_err hzi_thread_finish(hzi_thread *thread, _Atomic uint32_t *finished, int64_t deadline_ns);

// This thread's number in this process: starts at 1, never reused. No system call.
uint64_t hzi_thread_id(void);

// ---- Fork ----

// Tells whether the process was forked since init. One per client; lives as long as the client.
typedef struct hzi_fork_guard {
	_Atomic uint32_t *page; // wiped by the kernel in the child; NULL where it cannot
	pid_t pid;
} hzi_fork_guard;

// HZ_ERR_MEMORY when there is no page for it.
hz_err hzi_fork_guard_init(hzi_fork_guard *guard);

// Gives the page back. Safe on zeroed memory.
void hzi_fork_guard_clear(hzi_fork_guard *guard);

// The half for kernels without MADV_WIPEONFORK: compares process ids.
bool hzi_forked_by_pid(const hzi_fork_guard *guard);

// True in a child of the process that called init. One load; any thread. To be asked before any
// lock, descriptor or memory of the client is touched.
static inline bool
hzi_forked(const hzi_fork_guard *guard)
{
	if (HZI_LIKELY(guard->page != NULL)) {
		return HZI_UNLIKELY(atomic_load_explicit(guard->page, memory_order_relaxed) == 0);
	}
	return hzi_forked_by_pid(guard);
}

// ---- Descriptors ----

// Tries whether n (at most 64) more descriptors can be had, and gives them back: for libraries that
// abort where the system refuses one. HZ_ERR_RESOURCE if not.
hz_err hzi_probe_descriptors(unsigned n);

// The same for a thread with the system's default stack.
hz_err hzi_probe_thread(void);

// Sleeps until the descriptor is readable, or has an error to be read: true; or until the absolute
// deadline or a signal: false.
bool hzi_poll_readable(int fd, int64_t deadline_ns);

// A descriptor that polls readable once raised and until lowered (an eventfd, non-blocking,
// close-on-exec). HZ_ERR_RESOURCE when refused; closed with close().
hz_err hzi_eventfd_open(int *fd);

// Makes the descriptor readable. Any thread; does not block.
void hzi_eventfd_raise(int fd);

// Makes it unreadable again; true if it had been raised.
bool hzi_eventfd_lower(int fd);

#endif
