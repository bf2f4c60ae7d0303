// SPDX-License-Identifier: Apache-2.0
#include "base/platform.h"
#include "base/platform_tsan.h"
#include "tests/support/suite.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

typedef struct facts {
	char name[16];
	sigset_t blocked;
	size_t stack;
	uint64_t id;
	uint64_t id_again;
	_Atomic bool done;
} facts;

static void
look_around(void *arg)
{
	facts *f = arg;
	pthread_attr_t attr;
	pthread_getname_np(pthread_self(), f->name, sizeof(f->name));
	pthread_sigmask(SIG_BLOCK, NULL, &f->blocked);
	if (pthread_getattr_np(pthread_self(), &attr) == 0) {
		pthread_attr_getstacksize(&attr, &f->stack);
		pthread_attr_destroy(&attr);
	}
	f->id = hzi_thread_id();
	f->id_again = hzi_thread_id();
	f->done = true;
}

static void
starts_named_and_without_signals(void)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGCHLD, SIGUSR1, SIGALRM, SIGPIPE};
	sigset_t before;
	sigset_t after;
	facts f = {0};
	hzi_thread thread;
	pthread_sigmask(SIG_BLOCK, NULL, &before);
	HZT_OK(hzi_thread_start(&thread, "a-name-too-long-for-it", look_around, &f));
	hzi_thread_join(&thread);
	pthread_sigmask(SIG_BLOCK, NULL, &after);
	HZT_EQ_STR(f.name, "a-name-too-long");
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		HZT_EQ_INT(sigismember(&f.blocked, signals[i]), 1);
		HZT_EQ_INT(sigismember(&after, signals[i]), sigismember(&before, signals[i]));
	}
}

static void
takes_the_stack_that_is_asked_for(void)
{
	facts f = {0};
	hzi_thread thread;
	HZT_OK(hzi_thread_start_stack(&thread, "big", 3 << 20, look_around, &f));
	hzi_thread_join(&thread);
	HZT_CHECK(f.stack >= 3 << 20);
	// Less than the system can do with: its default is taken instead of failing.
	HZT_OK(hzi_thread_start_stack(&thread, "tiny", 1, look_around, &f));
	hzi_thread_join(&thread);
	HZT_CHECK(f.stack > 65536);
}

static bool
is_done(void *ctx)
{
	return ((facts *)ctx)->done;
}

static void
a_detached_thread_runs(void)
{
	static facts f;
	hzi_thread thread;
	HZT_OK(hzi_thread_start(&thread, "detached", look_around, &f));
	hzi_thread_detach(&thread);
	HZT_AWAIT(is_done, &f, 10000);
}

static void
ids_are_never_reused(void)
{
	uint64_t own = hzi_thread_id();
	uint64_t last = own;
	HZT_CHECK(own >= 1);
	for (int i = 0; i < 500; i++) {
		facts f = {0};
		hzi_thread thread;
		HZT_OK(hzi_thread_start(&thread, "id", look_around, &f));
		hzi_thread_join(&thread);
		HZT_CHECK(f.id > last);
		HZT_CHECK(f.id_again == f.id);
		last = f.id;
	}
	HZT_CHECK(hzi_thread_id() == own);
}

// The number of the lowest free descriptor: with a limit of so many, none is left.
static rlim_t
lowest_free(void)
{
	int fd = dup(STDIN_FILENO);
	HZT_CHECK(fd >= 0);
	close(fd);
	return (rlim_t)fd;
}

static void
probing_tells_what_is_left(void)
{
	struct rlimit before;
	HZT_EQ_INT(getrlimit(RLIMIT_NOFILE, &before), 0);
	rlim_t free = lowest_free();
	struct rlimit low = before;
	low.rlim_cur = free + 4;
	HZT_EQ_INT(setrlimit(RLIMIT_NOFILE, &low), 0);
	hz_err four = hzi_probe_descriptors(4);
	hz_err again = hzi_probe_descriptors(4);
	hz_err five = hzi_probe_descriptors(5);
	low.rlim_cur = free;
	setrlimit(RLIMIT_NOFILE, &low);
	hz_err none = hzi_probe_descriptors(1);
	int fd = -1;
	hz_err event = hzi_eventfd_open(&fd);
	setrlimit(RLIMIT_NOFILE, &before);
	HZT_OK(four);
	HZT_OK(again);
	HZT_EQ_INT(five, HZ_ERR_RESOURCE);
	HZT_EQ_INT(none, HZ_ERR_RESOURCE);
	HZT_EQ_INT(event, HZ_ERR_RESOURCE);
	HZT_EQ_INT(fd, -1);
	HZT_OK(hzi_probe_descriptors(0));
	HZT_OK(hzi_probe_descriptors(64));
	HZT_OK(hzi_probe_thread());
}

static void
an_eventfd_is_raised_and_lowered(void)
{
	int fd;
	HZT_OK(hzi_eventfd_open(&fd));
	HZT_CHECK(!hzi_poll_readable(fd, 0));
	HZT_CHECK(!hzi_eventfd_lower(fd));
	hzi_eventfd_raise(fd);
	hzi_eventfd_raise(fd);
	HZT_CHECK(hzi_poll_readable(fd, HZI_NEVER));
	HZT_CHECK(hzi_eventfd_lower(fd));
	HZT_CHECK(!hzi_eventfd_lower(fd));
	int64_t deadline = hzi_deadline_in_ms(20);
	HZT_CHECK(!hzi_poll_readable(fd, deadline));
	HZT_CHECK(hzi_now_ns() >= deadline);
	close(fd);
}

static const hzt_case cases[] = {
		{"starts_named_and_without_signals", starts_named_and_without_signals},
		{"takes_the_stack_that_is_asked_for", takes_the_stack_that_is_asked_for},
		{"a_detached_thread_runs", a_detached_thread_runs},
		{"ids_are_never_reused", ids_are_never_reused},
		{"probing_tells_what_is_left", probing_tells_what_is_left},
		{"an_eventfd_is_raised_and_lowered", an_eventfd_is_raised_and_lowered},
};
HZT_MAIN("thread", cases)
