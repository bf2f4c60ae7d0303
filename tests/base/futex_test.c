// SPDX-License-Identifier: Apache-2.0
#include "base/platform.h"
#include "tests/support/suite.h"

#include <signal.h>
#include <string.h>

static void
a_changed_word_does_not_sleep(void)
{
	_Atomic uint32_t word = 1;
	HZT_EQ_INT(hzi_futex_wait(&word, 0, HZI_NEVER), HZI_FUTEX_CHANGED);
}

static void
a_deadline_ends_the_wait_and_not_before(void)
{
	_Atomic uint32_t word = 0;
	int64_t deadline = hzi_deadline_in_ms(30);
	hzi_futex_result result;
	do {
		result = hzi_futex_wait(&word, 0, deadline);
	} while (result == HZI_FUTEX_WOKEN || result == HZI_FUTEX_INTERRUPTED);
	HZT_EQ_INT(result, HZI_FUTEX_TIMEOUT);
	HZT_CHECK(hzi_now_ns() >= deadline);
}

static void
a_past_deadline_returns_at_once(void)
{
	_Atomic uint32_t word = 0;
	static const int64_t past[] = {INT64_MIN, -1, 0, 1};
	for (size_t i = 0; i < sizeof(past) / sizeof(past[0]); i++) {
		HZT_EQ_INT(hzi_futex_wait(&word, 0, past[i]), HZI_FUTEX_TIMEOUT);
	}
}

// A thread that waits until the word is no longer 0, in the manner of every waiter.
typedef struct waiter {
	_Atomic uint32_t word;
	_Atomic bool waiting;
	_Atomic int interrupts;
	_Atomic bool done;
	int64_t deadline;
} waiter;

static void
wait_for_word(void *arg)
{
	waiter *w = arg;
	sigset_t none;
	sigemptyset(&none);
	pthread_sigmask(SIG_SETMASK, &none, NULL);
	w->waiting = true;
	while (atomic_load(&w->word) == 0) {
		if (hzi_futex_wait(&w->word, 0, w->deadline) == HZI_FUTEX_INTERRUPTED) {
			w->interrupts++;
		}
	}
	w->done = true;
}

static bool
is_done(void *ctx)
{
	return ((waiter *)ctx)->done;
}

static void
a_wake_ends_an_endless_wait(void)
{
	for (int i = 0; i < 200; i++) {
		waiter w = {.deadline = HZI_NEVER};
		hzi_thread thread;
		HZT_OK(hzi_thread_start(&thread, "waiter", wait_for_word, &w));
		while (i % 2 != 0 && !w.waiting) {
		}
		atomic_store(&w.word, 1);
		hzi_futex_wake(&w.word, 1);
		HZT_AWAIT(is_done, &w, 10000);
		hzi_thread_join(&thread);
	}
}

static void
park_on_word(void *ctx)
{
	waiter *w = ctx;
	w->waiting = true;
	while (atomic_load(&w->word) == 0) {
		hzi_futex_park(&w->word, 0, w->deadline);
	}
	w->done = true;
}

static void
a_parked_thread_is_unparked(void)
{
	_Atomic uint32_t word = 0;
	HZT_EQ_INT(hzi_futex_park(&word, 1, HZI_NEVER), HZI_FUTEX_CHANGED);
	HZT_EQ_INT(hzi_futex_park(&word, 0, 0), HZI_FUTEX_TIMEOUT);
	for (int i = 0; i < 200; i++) {
		waiter w = {.deadline = HZI_NEVER};
		hzi_thread thread;
		HZT_OK(hzi_thread_start(&thread, "parked", park_on_word, &w));
		while (i % 2 != 0 && !w.waiting) {
		}
		atomic_store(&w.word, 1);
		hzi_futex_unpark(&w.word, 1);
		HZT_AWAIT(is_done, &w, 10000);
		hzi_thread_join(&thread);
	}
}

static void
handle_nothing(int signal)
{
	(void)signal;
}

static bool
is_interrupted(void *ctx)
{
	waiter *w = ((void **)ctx)[0];
	hzi_thread *thread = ((void **)ctx)[1];
	pthread_kill(thread->handle, SIGUSR1);
	return w->interrupts != 0;
}

static void
a_signal_is_told_apart(void)
{
	struct sigaction action = {.sa_handler = handle_nothing};
	struct sigaction before;
	sigaction(SIGUSR1, &action, &before);
	waiter w = {.deadline = HZI_NEVER};
	hzi_thread thread;
	HZT_OK(hzi_thread_start(&thread, "waiter", wait_for_word, &w));
	while (!w.waiting) {
	}
	HZT_AWAIT(is_interrupted, ((void *[]){&w, &thread}), 10000);
	atomic_store(&w.word, 1);
	hzi_futex_wake(&w.word, 1);
	hzi_thread_join(&thread);
	sigaction(SIGUSR1, &before, NULL);
}

static const hzt_case cases[] = {
		{"a_changed_word_does_not_sleep", a_changed_word_does_not_sleep},
		{"a_deadline_ends_the_wait_and_not_before",
				a_deadline_ends_the_wait_and_not_before},
		{"a_past_deadline_returns_at_once", a_past_deadline_returns_at_once},
		{"a_wake_ends_an_endless_wait", a_wake_ends_an_endless_wait},
		{"a_parked_thread_is_unparked", a_parked_thread_is_unparked},
		{"a_signal_is_told_apart", a_signal_is_told_apart},
};
HZT_MAIN("futex", cases)
