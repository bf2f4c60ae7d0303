// SPDX-License-Identifier: Apache-2.0
//
// What one thread can see of a mailbox: order, bells, sleep, resources, fork.
#include "base/mailbox.h"

#include "tests/support/suite.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct item {
	int number;
	hzi_node node;
} item;

// One bus and one mailbox, as every case needs.
typedef struct post {
	hzi_fork_guard guard;
	hzi_bus *bus;
	hzi_mailbox mb;
} post;

static void
open_post(post *p)
{
	memset(p, 0, sizeof(*p));
	HZT_OK(hzi_fork_guard_init(&p->guard));
	HZT_OK(hzi_bus_new(&p->guard, &p->bus));
	HZT_OK(hzi_mailbox_init(&p->mb, p->bus, "post"));
}

static void
close_post(post *p)
{
	hzi_mailbox_close(&p->mb);
	hzi_bus_destroy(&p->bus);
	hzi_fork_guard_clear(&p->guard);
}

static int
count_nodes(hzi_node *node)
{
	int n = 0;
	for (; node != NULL; node = node->next) {
		n++;
	}
	return n;
}

static void
delivers_in_order_of_pushes(void)
{
	item items[100];
	post p;
	open_post(&p);
	HZT_CHECK(hzi_mailbox_take(&p.mb) == NULL);
	for (int i = 0; i < 100; i++) {
		items[i].number = i;
		HZT_CHECK(hzi_mailbox_push(&p.mb, &items[i].node));
	}
	int next = 0;
	for (hzi_node *node = hzi_mailbox_take(&p.mb); node != NULL; node = node->next) {
		HZT_EQ_INT(HZI_OUTER(node, item, node)->number, next);
		next++;
	}
	HZT_EQ_INT(next, 100);
	HZT_CHECK(hzi_mailbox_take(&p.mb) == NULL);
	close_post(&p);
}

static void
a_thousand_pushes_cost_one_message(void)
{
	static item items[1000];
	post p;
	open_post(&p);
	HZT_EQ_INT(hzi_mailbox_bells(&p.mb), 0);
	HZT_CHECK(hzi_mailbox_prepare_sleep(&p.mb));
	for (int i = 0; i < 1000; i++) {
		hzi_mailbox_push(&p.mb, &items[i].node);
	}
	HZT_EQ_INT(hzi_mailbox_bells(&p.mb), 1);
	hzi_mailbox_awake(&p.mb, true);
	HZT_EQ_INT(count_nodes(hzi_mailbox_take(&p.mb)), 1000);
	// An awake receiver costs no message at all.
	for (int i = 0; i < 1000; i++) {
		hzi_mailbox_push(&p.mb, &items[i].node);
	}
	HZT_EQ_INT(hzi_mailbox_bells(&p.mb), 1);
	close_post(&p);
}

static void
does_not_sleep_on_what_is_there(void)
{
	item it;
	post p;
	open_post(&p);
	hzi_mailbox_push(&p.mb, &it.node);
	HZT_CHECK(!hzi_mailbox_prepare_sleep(&p.mb));
	HZT_CHECK(hzi_mailbox_wait(&p.mb, HZI_NEVER));
	HZT_EQ_INT(count_nodes(hzi_mailbox_take(&p.mb)), 1);
	HZT_CHECK(hzi_mailbox_prepare_sleep(&p.mb));
	hzi_mailbox_awake(&p.mb, false);
	HZT_EQ_INT(hzi_mailbox_bells(&p.mb), 0);
	close_post(&p);
}

static void
a_ring_is_looked_at_once(void)
{
	post p;
	open_post(&p);
	// Before the sleep, any number of rings: one more look.
	hzi_mailbox_ring(&p.mb);
	hzi_mailbox_ring(&p.mb);
	HZT_CHECK(!hzi_mailbox_prepare_sleep(&p.mb));
	HZT_CHECK(hzi_mailbox_prepare_sleep(&p.mb));
	// During it: one message.
	for (int i = 0; i < 1000; i++) {
		hzi_mailbox_ring(&p.mb);
	}
	HZT_EQ_INT(hzi_mailbox_bells(&p.mb), 1);
	HZT_CHECK(hzi_poll_readable(hzi_mailbox_fd(&p.mb), 0));
	hzi_mailbox_awake(&p.mb, true);
	HZT_CHECK(hzi_mailbox_prepare_sleep(&p.mb));
	hzi_mailbox_awake(&p.mb, false);
	hzi_mailbox_ring(&p.mb);
	HZT_CHECK(hzi_mailbox_wait(&p.mb, HZI_NEVER));
	HZT_CHECK(!hzi_mailbox_wait(&p.mb, 0));
	close_post(&p);
}

static void
the_descriptor_follows_the_messages(void)
{
	item it;
	post p;
	open_post(&p);
	int fd = hzi_mailbox_fd(&p.mb);
	for (int round = 0; round < 1000; round++) {
		HZT_CHECK(!hzi_poll_readable(fd, 0));
		HZT_CHECK(hzi_mailbox_prepare_sleep(&p.mb));
		hzi_mailbox_push(&p.mb, &it.node);
		// Woken by something else: the message stays, and so does its report.
		hzi_mailbox_awake(&p.mb, false);
		HZT_EQ_INT(count_nodes(hzi_mailbox_take(&p.mb)), 1);
		HZT_CHECK(hzi_poll_readable(fd, 0));
		// A second sleep that is rung for while the first message is unread sends none.
		HZT_CHECK(hzi_mailbox_prepare_sleep(&p.mb));
		hzi_mailbox_push(&p.mb, &it.node);
		HZT_EQ_INT(hzi_mailbox_bells(&p.mb), round + 1);
		HZT_CHECK(hzi_poll_readable(fd, 0));
		hzi_mailbox_awake(&p.mb, true);
		HZT_EQ_INT(count_nodes(hzi_mailbox_take(&p.mb)), 1);
	}
	close_post(&p);
}

static void
a_wait_ends_at_its_deadline_and_not_before(void)
{
	post p;
	open_post(&p);
	HZT_CHECK(!hzi_mailbox_wait(&p.mb, 0));
	HZT_CHECK(!hzi_mailbox_wait(&p.mb, INT64_MIN));
	int64_t deadline = hzi_deadline_in_ms(30);
	HZT_CHECK(!hzi_mailbox_wait(&p.mb, deadline));
	HZT_CHECK(hzi_now_ns() >= deadline);
	close_post(&p);
}

static void
refuses_bad_names(void)
{
	static const char *const names[] = {
			"", "post", "12345678901234567890123456789012345678901"};
	post p;
	open_post(&p);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		hzi_mailbox mb;
		HZT_EQ_INT(hzi_mailbox_init(&mb, p.bus, names[i]), HZ_ERR_ARGUMENT);
		hzi_mailbox_close(&mb);
	}
	hzi_mailbox longest;
	HZT_OK(hzi_mailbox_init(&longest, p.bus, "1234567890123456789012345678901234567890"));
	hzi_mailbox_close(&longest);
	close_post(&p);
}

static void
what_is_left_survives_the_close(void)
{
	item items[2];
	post p;
	open_post(&p);
	hzi_mailbox_push(&p.mb, &items[0].node);
	HZT_CHECK(!hzi_mailbox_prepare_sleep(&p.mb));
	hzi_mailbox_close(&p.mb);
	hzi_mailbox_close(&p.mb);
	hzi_bus_destroy(&p.bus);
	HZT_CHECK(p.bus == NULL);
	hzi_bus_destroy(&p.bus);
	hzi_mailbox_push(&p.mb, &items[1].node);
	hzi_mailbox_ring(&p.mb);
	HZT_CHECK(hzi_mailbox_take(&p.mb) == &items[0].node);
	HZT_CHECK(items[0].node.next == &items[1].node);
	hzi_fork_guard_clear(&p.guard);
}

static int
count_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;
	if (dir == NULL) {
		HZT_FAIL("/proc is not mounted");
		abort();
	}
	while (readdir(dir) != NULL) {
		n++;
	}
	closedir(dir);
	return n;
}

static bool
has_so_few_descriptors(void *ctx)
{
	return count_descriptors() <= *(int *)ctx;
}

static void
gives_its_descriptors_back(void)
{
	post p;
	int before = count_descriptors();
	open_post(&p);
	int with_one = count_descriptors();
	HZT_CHECK(with_one - before <= 6);
	for (int i = 0; i < 100; i++) {
		hzi_mailbox mb;
		char name[16];
		snprintf(name, sizeof(name), "n%d", i % 3);
		HZT_OK(hzi_mailbox_init(&mb, p.bus, name));
		HZT_AWAIT(has_so_few_descriptors, &(int){with_one + 2}, 10000);
		hzi_mailbox_close(&mb);
	}
	// ZeroMQ closes on a thread of its own.
	HZT_AWAIT(has_so_few_descriptors, &with_one, 10000);
	close_post(&p);
	HZT_EQ_INT(count_descriptors(), before);
}

// Tries everything with `spare` descriptors left; true if there was enough of them.
static bool
opens_with(rlim_t spare)
{
	struct rlimit before;
	post p = {0};
	HZT_OK(hzi_fork_guard_init(&p.guard));
	HZT_EQ_INT(getrlimit(RLIMIT_NOFILE, &before), 0);
	int lowest = dup(STDIN_FILENO);
	HZT_CHECK(lowest >= 0);
	close(lowest);
	struct rlimit low = before;
	low.rlim_cur = (rlim_t)lowest + spare;
	HZT_EQ_INT(setrlimit(RLIMIT_NOFILE, &low), 0);
	hz_err bus = hzi_bus_new(&p.guard, &p.bus);
	hz_err box = bus == HZ_OK ? hzi_mailbox_init(&p.mb, p.bus, "post") : HZ_ERR_RESOURCE;
	setrlimit(RLIMIT_NOFILE, &before);
	close_post(&p);
	HZT_CHECK(bus == HZ_OK || bus == HZ_ERR_RESOURCE);
	HZT_CHECK(box == HZ_OK || box == HZ_ERR_RESOURCE);
	return box == HZ_OK;
}

static void
fails_softly_without_descriptors(void)
{
	HZT_CHECK(!opens_with(0));
	rlim_t spare = 1;
	while (spare < 30 && !opens_with(spare)) {
		spare++;
	}
	HZT_CHECK(spare > 4 && spare < 30);
	HZT_CHECK(opens_with(spare + 1));
}

// What the child of a fork does with its parent's mailbox; 0 if all of it came to nothing.
static int
use_in_child(post *p)
{
	item it = {.number = 1};
	if (hzi_mailbox_push(&p->mb, &it.node)) {
		return 1;
	}
	hzi_mailbox_ring(&p->mb);
	if (hzi_mailbox_wait(&p->mb, HZI_NEVER)) {
		return 2;
	}
	if (p->mb.head != NULL || p->mb.rung != 0 || hzi_mailbox_bells(&p->mb) != 0) {
		return 3;
	}
	hzi_mailbox_close(&p->mb);
	hzi_bus_destroy(&p->bus);
	return 0;
}

static void
a_forked_child_touches_nothing(void)
{
	item it;
	post p;
	open_post(&p);
	HZT_CHECK(hzi_mailbox_prepare_sleep(&p.mb));
	// The worst moment: the lock is held in the child for ever.
	pthread_mutex_lock(&p.mb.lock);
	pid_t pid = fork();
	if (pid == 0) {
		_exit(use_in_child(&p));
	}
	pthread_mutex_unlock(&p.mb.lock);
	HZT_CHECK(pid > 0);
	int status = 0;
	HZT_CHECK(waitpid(pid, &status, 0) == pid);
	HZT_CHECK(WIFEXITED(status));
	HZT_EQ_INT(WEXITSTATUS(status), 0);
	HZT_CHECK(!hzi_poll_readable(hzi_mailbox_fd(&p.mb), 0));
	HZT_CHECK(hzi_mailbox_take(&p.mb) == NULL);
	HZT_CHECK(hzi_mailbox_push(&p.mb, &it.node));
	HZT_CHECK(hzi_poll_readable(hzi_mailbox_fd(&p.mb), 0));
	hzi_mailbox_awake(&p.mb, true);
	close_post(&p);
}

static const hzt_case cases[] = {
		{"delivers_in_order_of_pushes", delivers_in_order_of_pushes},
		{"a_thousand_pushes_cost_one_message", a_thousand_pushes_cost_one_message},
		{"does_not_sleep_on_what_is_there", does_not_sleep_on_what_is_there},
		{"a_ring_is_looked_at_once", a_ring_is_looked_at_once},
		{"the_descriptor_follows_the_messages", the_descriptor_follows_the_messages},
		{"a_wait_ends_at_its_deadline_and_not_before",
				a_wait_ends_at_its_deadline_and_not_before},
		{"refuses_bad_names", refuses_bad_names},
		{"what_is_left_survives_the_close", what_is_left_survives_the_close},
		{"gives_its_descriptors_back", gives_its_descriptors_back},
		{"fails_softly_without_descriptors", fails_softly_without_descriptors},
		{"a_forked_child_touches_nothing", a_forked_child_touches_nothing},
};
HZT_MAIN("mailbox", cases)
