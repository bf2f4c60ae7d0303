// SPDX-License-Identifier: Apache-2.0
#include "base/platform.h"
#include "tests/support/suite.h"

#include <sys/wait.h>
#include <unistd.h>

// Forks; the child's exit code is whether it thinks that it was forked.
static int
what_the_child_says(const hzi_fork_guard *guard)
{
	pid_t pid = fork();
	HZT_CHECK(pid >= 0);
	if (pid == 0) {
		_exit(hzi_forked(guard) ? 1 : 0);
	}
	int status = 0;
	HZT_CHECK(waitpid(pid, &status, 0) == pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
child_knows_and_parent_does_not_notice(void)
{
	hzi_fork_guard guard;
	HZT_OK(hzi_fork_guard_init(&guard));
	HZT_CHECK(!hzi_forked(&guard));
	HZT_EQ_INT(what_the_child_says(&guard), 1);
	HZT_CHECK(!hzi_forked(&guard));
	HZT_EQ_INT(what_the_child_says(&guard), 1);
	hzi_fork_guard_clear(&guard);
	hzi_fork_guard_clear(&guard);
}

static void
works_without_the_kernels_help(void)
{
	hzi_fork_guard guard = {.pid = getpid()};
	HZT_CHECK(!hzi_forked(&guard));
	HZT_EQ_INT(what_the_child_says(&guard), 1);
	HZT_CHECK(!hzi_forked(&guard));
}

static void
a_guard_made_in_the_child_is_its_own(void)
{
	pid_t pid = fork();
	HZT_CHECK(pid >= 0);
	if (pid == 0) {
		hzi_fork_guard guard;
		_exit(hzi_fork_guard_init(&guard) == HZ_OK && !hzi_forked(&guard) ? 0 : 1);
	}
	int status = 0;
	HZT_CHECK(waitpid(pid, &status, 0) == pid);
	HZT_CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static const hzt_case cases[] = {
		{"child_knows_and_parent_does_not_notice", child_knows_and_parent_does_not_notice},
		{"works_without_the_kernels_help", works_without_the_kernels_help},
		{"a_guard_made_in_the_child_is_its_own", a_guard_made_in_the_child_is_its_own},
};
HZT_MAIN("fork", cases)
