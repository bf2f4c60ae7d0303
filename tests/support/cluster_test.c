// SPDX-License-Identifier: Apache-2.0
//
// The launcher, seen from C: members that live, die, come back, and never outlive who started them.
#include "tests/support/cluster.h"

#include "tests/support/suite.h"

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static bool
accepts(const char *address)
{
	char host[64];
	snprintf(host, sizeof(host), "%s", address);
	char *colon = strrchr(host, ':');
	HZT_CHECK(colon != NULL);
	*colon = '\0';
	struct sockaddr_in to = {.sin_family = AF_INET,
			.sin_port = htons((uint16_t)strtoul(colon + 1, NULL, 10))};
	HZT_EQ_INT(inet_pton(AF_INET, host, &to.sin_addr), 1);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	HZT_CHECK(fd >= 0);
	bool open = connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0;
	close(fd);
	return open;
}

static bool
refuses(void *address)
{
	return !accepts(address);
}

static void
members_end_and_return(void)
{
	hzt_cluster *cluster = hzt_cluster_start("2 backup=1");
	HZT_EQ_INT(hzt_cluster_size(cluster), 2);
	HZT_CHECK(accepts(hzt_cluster_address(cluster, 0)));
	hzt_cluster_kill(cluster, 0);
	HZT_CHECK(!accepts(hzt_cluster_address(cluster, 0)));
	hzt_cluster_wait_safe(cluster);
	hzt_cluster_restart(cluster, 0);
	HZT_CHECK(accepts(hzt_cluster_address(cluster, 0)));
	HZT_EQ_INT(hzt_cluster_add(cluster), 2);
	HZT_CHECK(accepts(hzt_cluster_address(cluster, 2)));
	hzt_cluster_stop(cluster, 1);
	hzt_cluster_cont(cluster, 1);
	hzt_cluster_term(cluster, 1);
	HZT_CHECK(!accepts(hzt_cluster_address(cluster, 1)));
	hzt_cluster_wait_safe(cluster);
	hzt_cluster_end(&cluster);
	HZT_CHECK(cluster == NULL);
}

static void
killed_test_leaves_no_member(void)
{
	int pipes[2];
	HZT_CHECK(pipe(pipes) == 0);
	pid_t child = fork();
	HZT_CHECK(child >= 0);
	if (child == 0) {
		hzt_cluster *cluster = hzt_cluster_start("1");
		const char *address = hzt_cluster_address(cluster, 0);
		ssize_t written = write(pipes[1], address, strlen(address) + 1);
		(void)written;
		for (;;) {
			pause();
		}
	}
	close(pipes[1]);
	char address[64] = "";
	HZT_CHECK(read(pipes[0], address, sizeof(address)) > 0);
	close(pipes[0]);
	HZT_CHECK(accepts(address));
	kill(child, SIGKILL);
	HZT_CHECK(waitpid(child, NULL, 0) == child);
	HZT_AWAIT(refuses, address, 10000);
}

static void
shared_cluster_has_two_members(void)
{
	char first[64];
	const char *addresses = hzt_shared_addresses();
	size_t length = strcspn(addresses, ",");
	HZT_CHECK(addresses[length] == ',');
	snprintf(first, sizeof(first), "%.*s", (int)length, addresses);
	HZT_CHECK(accepts(first));
	HZT_CHECK(accepts(addresses + length + 1));
}

static const hzt_case cases[] = {
		{"members_end_and_return", members_end_and_return},
		{"killed_test_leaves_no_member", killed_test_leaves_no_member},
		{"shared_cluster_has_two_members", shared_cluster_has_two_members},
};

HZT_MAIN("cluster", cases)
