// SPDX-License-Identifier: Apache-2.0
//
// After its warm-up a mailbox allocates nothing, ZeroMQ included: this program's malloc stands
// before the C library's for every library that it loads, and counts. The sanitizers have a malloc
// of their own, and skip.
#include "base/mailbox.h"

#include "base/platform_tsan.h"
#include "tests/support/suite.h"

#include <stdlib.h>

static _Atomic unsigned long allocations;
static _Atomic int counting;

#if !defined(HZI_SANITIZED)
void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);

static void
count(void)
{
	if (atomic_load(&counting) != 0) {
		atomic_fetch_add(&allocations, 1);
	}
}

__attribute__((visibility("default"))) void *
malloc(size_t n)
{
	count();
	return __libc_malloc(n);
}

__attribute__((visibility("default"))) void *
calloc(size_t n, size_t size)
{
	count();
	return __libc_calloc(n, size);
}

__attribute__((visibility("default"))) void *
realloc(void *p, size_t n)
{
	count();
	return __libc_realloc(p, n);
}
static const bool can_count = true;
#else
static const bool can_count = false;
#endif

enum { ROUNDS = 20000, SENDERS = 3 };

static hzi_fork_guard guard;
static hzi_bus *bus;
static hzi_mailbox mb;
static _Atomic int sending;

static void
send_and_ring(void *arg)
{
	hzi_node *nodes = arg;
	// The start of a thread may allocate, and its end too: both lie outside of what is counted.
	while (atomic_load(&counting) == 0) {
	}
	for (int i = 0; i < ROUNDS; i++) {
		hzi_mailbox_push(&mb, &nodes[i]);
		if (i % 3 == 0) {
			hzi_mailbox_ring(&mb);
		}
	}
	atomic_fetch_sub(&sending, 1);
	hzi_mailbox_ring(&mb);
	while (atomic_load(&counting) != 0) {
	}
}

static void
the_counter_counts(void)
{
	if (!can_count) {
		hzt_skip("a sanitizer's malloc is in place");
	}
	counting = 1;
	unsigned long before = allocations;
	void *volatile p = malloc(10);
	unsigned long after = allocations;
	counting = 0;
	free(p);
	HZT_EQ_INT(after - before, 1);
}

static void
hands_over_without_allocating(void)
{
	static hzi_node nodes[SENDERS][ROUNDS];
	hzi_thread threads[SENDERS];
	if (!can_count) {
		hzt_skip("a sanitizer's malloc is in place");
	}
	HZT_OK(hzi_fork_guard_init(&guard));
	HZT_OK(hzi_bus_new(&guard, &bus));
	HZT_OK(hzi_mailbox_init(&mb, bus, "memory"));
	sending = SENDERS;
	for (int i = 0; i < SENDERS; i++) {
		HZT_OK(hzi_thread_start(&threads[i], "sender", send_and_ring, nodes[i]));
	}
	allocations = 0;
	counting = 1;
	int received = 0;
	bool late = false;
	while (!late && (received < SENDERS * ROUNDS || sending != 0)) {
		late = !hzi_mailbox_wait(&mb, hzi_deadline_in_ms(20000));
		for (hzi_node *n = hzi_mailbox_take(&mb); n != NULL; n = n->next) {
			received++;
		}
	}
	for (int i = 0; i < 5000; i++) {
		late = late || !hzi_mailbox_prepare_sleep(&mb);
		hzi_mailbox_ring(&mb);
		hzi_mailbox_awake(&mb, true);
	}
	unsigned long made = allocations;
	counting = 0;
	for (int i = 0; i < SENDERS; i++) {
		hzi_thread_join(&threads[i]);
	}
	HZT_CHECK(!late);
	HZT_EQ_INT(received, SENDERS * ROUNDS);
	// Some hundred thousand hand-overs; a starting thread may take a little for itself.
	HZT_CHECK(made <= SENDERS);
	HZT_CHECK(hzi_mailbox_bells(&mb) >= 5000);
	hzi_mailbox_close(&mb);
	hzi_bus_destroy(&bus);
	hzi_fork_guard_clear(&guard);
}

static const hzt_case cases[] = {
		{"the_counter_counts", the_counter_counts},
		{"hands_over_without_allocating", hands_over_without_allocating},
};
HZT_MAIN("mailbox_memory", cases)
