// SPDX-License-Identifier: Apache-2.0
//
// Senders against a receiver that sleeps as often as it can: nothing is lost, doubled or swapped,
// and no wake is missed. A missed wake shows as a wait that lasts until its deadline.
#include "base/mailbox.h"

#include "tests/support/suite.h"

#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { SENDERS = 8, NODES = 100000, ROUNDS = 50000, PATIENCE_MS = 10000 };

typedef struct item {
	hzi_node node;
	int sender;
	int number;
} item;

typedef struct sender {
	hzi_thread thread;
	hzi_mailbox *mb;
	int number;
	int count;
	item *items;
	_Atomic int *wait_for; // pushes the next one when this has reached its number; or NULL
} sender;

static hzi_fork_guard guard;
static hzi_bus *bus;
static hzi_mailbox mb;

static void
open_mailbox(void)
{
	HZT_OK(hzi_fork_guard_init(&guard));
	HZT_OK(hzi_bus_new(&guard, &bus));
	HZT_OK(hzi_mailbox_init(&mb, bus, "race"));
}

static void
close_mailbox(void)
{
	hzi_mailbox_close(&mb);
	hzi_bus_destroy(&bus);
	hzi_fork_guard_clear(&guard);
}

// A wait that ends at its deadline finds what it was not woken for, so its time tells.
static void
wait_in_time(void)
{
	int64_t deadline = hzi_deadline_in_ms(PATIENCE_MS);
	HZT_CHECK(hzi_mailbox_wait(&mb, deadline));
	HZT_CHECK(hzi_now_ns() < deadline);
}

static void
send_all(void *arg)
{
	sender *s = arg;
	for (int i = 0; i < s->count; i++) {
		s->items[i].sender = s->number;
		s->items[i].number = i;
		while (s->wait_for != NULL && atomic_load(s->wait_for) < i) {
		}
		hzi_mailbox_push(s->mb, &s->items[i].node);
	}
}

static void
start_sender(sender *s, int number, int count, _Atomic int *wait_for)
{
	*s = (sender){.mb = &mb, .number = number, .count = count, .wait_for = wait_for};
	s->items = calloc((size_t)count, sizeof(*s->items));
	HZT_CHECK(s->items != NULL);
	HZT_OK(hzi_thread_start(&s->thread, "sender", send_all, s));
}

static void
end_sender(sender *s)
{
	hzi_thread_join(&s->thread);
	free(s->items);
}

// Checks that what came is what each sender sent next; counts it.
static int
receive(hzi_node *node, int next[SENDERS])
{
	int n = 0;
	while (node != NULL) {
		item *it = HZI_OUTER(node, item, node);
		node = node->next;
		HZT_EQ_INT(it->number, next[it->sender]);
		next[it->sender]++;
		n++;
	}
	return n;
}

static void
many_senders_keep_their_order(void)
{
	sender senders[SENDERS];
	int next[SENDERS] = {0};
	int count = NODES / hzt_slowness();
	uint64_t sleeps = 0;
	open_mailbox();
	for (int i = 0; i < SENDERS; i++) {
		start_sender(&senders[i], i, count, NULL);
	}
	for (int got = 0; got < SENDERS * count;) {
		wait_in_time();
		sleeps++;
		got += receive(hzi_mailbox_take(&mb), next);
	}
	for (int i = 0; i < SENDERS; i++) {
		end_sender(&senders[i]);
	}
	HZT_CHECK(hzi_mailbox_take(&mb) == NULL);
	// No sleep is rung for twice, but for the one message on its way at a time.
	HZT_CHECK(hzi_mailbox_bells(&mb) <= sleeps + 1);
	HZT_CHECK(hzi_mailbox_bells(&mb) * 2 < (uint64_t)SENDERS * (uint64_t)count);
	close_mailbox();
}

static void
every_sleep_is_woken(void)
{
	sender s;
	int next[SENDERS] = {0};
	static _Atomic int received;
	int count = ROUNDS / hzt_slowness();
	received = 0;
	open_mailbox();
	start_sender(&s, 0, count, &received);
	while (received < count) {
		wait_in_time();
		atomic_fetch_add(&received, receive(hzi_mailbox_take(&mb), next));
	}
	end_sender(&s);
	close_mailbox();
}

static void
every_sleep_in_epoll_is_woken(void)
{
	sender senders[2];
	int next[SENDERS] = {0};
	static _Atomic int received[2];
	int count = ROUNDS / 2 / hzt_slowness();
	open_mailbox();
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event event = {.events = EPOLLIN};
	HZT_EQ_INT(epoll_ctl(epoll, EPOLL_CTL_ADD, hzi_mailbox_fd(&mb), &event), 0);
	for (int i = 0; i < 2; i++) {
		received[i] = 0;
		start_sender(&senders[i], i, count, &received[i]);
	}
	while (next[0] < count || next[1] < count) {
		receive(hzi_mailbox_take(&mb), next);
		received[0] = next[0];
		received[1] = next[1];
		if (!hzi_mailbox_prepare_sleep(&mb)) {
			continue;
		}
		bool all = next[0] == count && next[1] == count;
		int n = epoll_wait(epoll, &event, 1, all ? 0 : PATIENCE_MS);
		HZT_CHECK(n == 1 || all);
		hzi_mailbox_awake(&mb, n == 1);
	}
	close(epoll);
	end_sender(&senders[0]);
	end_sender(&senders[1]);
	close_mailbox();
}

// What a ring announces: a plain number under a lock of its own, as a connection's list is.
typedef struct counter {
	pthread_mutex_t lock;
	int value;
	int count;
} counter;

static void
count_and_ring(void *arg)
{
	counter *c = arg;
	for (int i = 0; i < c->count; i++) {
		pthread_mutex_lock(&c->lock);
		c->value++;
		pthread_mutex_unlock(&c->lock);
		hzi_mailbox_ring(&mb);
	}
}

static void
no_ring_is_lost(void)
{
	counter c = {.lock = PTHREAD_MUTEX_INITIALIZER, .count = ROUNDS / hzt_slowness()};
	hzi_thread threads[3];
	open_mailbox();
	for (int i = 0; i < 3; i++) {
		HZT_OK(hzi_thread_start(&threads[i], "ring", count_and_ring, &c));
	}
	int seen = 0;
	while (seen < 3 * c.count) {
		wait_in_time();
		pthread_mutex_lock(&c.lock);
		seen = c.value;
		pthread_mutex_unlock(&c.lock);
	}
	for (int i = 0; i < 3; i++) {
		hzi_thread_join(&threads[i]);
	}
	close_mailbox();
}

static const hzt_case cases[] = {
		{"many_senders_keep_their_order", many_senders_keep_their_order},
		{"every_sleep_is_woken", every_sleep_is_woken},
		{"every_sleep_in_epoll_is_woken", every_sleep_in_epoll_is_woken},
		{"no_ring_is_lost", no_ring_is_lost},
};
HZT_MAIN("mailbox_race", cases)
