// SPDX-License-Identifier: Apache-2.0
#include "tests/support/cluster.h"

#include "tests/support/suite.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_MEMBERS 16
#define ADDRESS_SIZE 64
#define LINE_SIZE 4096

struct hzt_cluster {
	pthread_mutex_t lock;
	pid_t launcher;
	int channel; // our end of a socket pair; its closing ends the launcher and all members
	size_t count;
	char address[MAX_MEMBERS][ADDRESS_SIZE];
	char direct[MAX_MEMBERS][ADDRESS_SIZE];
	char addresses[MAX_MEMBERS * ADDRESS_SIZE];
	char answer[LINE_SIZE];
};

// Bazel runs tests among their runfiles, a person runs them in the tree.
static void
find_launcher(char *path, size_t size)
{
	const char *given = getenv("HZT_MEMBERS");
	const char *runfiles = getenv("TEST_SRCDIR");
	const char *workspace = getenv("TEST_WORKSPACE");
	if (given != NULL) {
		snprintf(path, size, "%s", given);
	} else if (runfiles != NULL && workspace != NULL) {
		snprintf(path, size, "%s/%s/tools/members.py", runfiles, workspace);
	} else {
		snprintf(path, size, "tools/members.py");
	}
}

// A socket pair and not two pipes: writing to a launcher that is gone then is an error, no signal.
static bool
spawn_launcher(hzt_cluster *cluster)
{
	int pair[2];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
		return false;
	}
	char path[1024];
	find_launcher(path, sizeof(path));
	char *const argv[] = {path, "serve", NULL};
	posix_spawn_file_actions_t actions;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, pair[1], STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, pair[1], STDOUT_FILENO);
	// Signals that the test blocks must still reach the launcher.
	sigset_t none;
	sigemptyset(&none);
	posix_spawnattr_t attributes;
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
	int code = posix_spawn(&cluster->launcher, path, &actions, &attributes, argv, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	close(pair[1]);
	if (code != 0) {
		printf("  cannot start %s: %s\n", path, strerror(code));
		close(pair[0]);
		return false;
	}
	cluster->channel = pair[0];
	return true;
}

static bool
send_line(int channel, const char *line)
{
	size_t left = strlen(line);
	while (left > 0) {
		ssize_t sent = send(channel, line, left, MSG_NOSIGNAL);
		if (sent < 0 && errno == EINTR) {
			continue;
		}
		if (sent <= 0) {
			return false;
		}
		line += sent;
		left -= (size_t)sent;
	}
	return true;
}

// The launcher answers each command with one line, so nothing can follow it in the same read.
static bool
receive_line(int channel, char *line, size_t size)
{
	size_t length = 0;
	while (length < size - 1) {
		ssize_t got = recv(channel, line + length, size - 1 - length, 0);
		if (got < 0 && errno == EINTR) {
			continue;
		}
		if (got <= 0) {
			return false;
		}
		length += (size_t)got;
		if (line[length - 1] == '\n') {
			line[length - 1] = '\0';
			return true;
		}
	}
	return false;
}

// Carries out one command; the text after "ok" is in cluster->answer then. Needs the lock.
static bool
command(hzt_cluster *cluster, const char *line)
{
	char *answer = cluster->answer;
	if (!send_line(cluster->channel, line) || !send_line(cluster->channel, "\n") ||
			!receive_line(cluster->channel, answer, LINE_SIZE)) {
		printf("  launcher is gone at: %s\n", line);
		return false;
	}
	if (strncmp(answer, "ok", 2) != 0) {
		printf("  launcher: %s -> %s\n", line, answer);
		return false;
	}
	size_t skip = answer[2] == ' ' ? 3 : 2;
	memmove(answer, answer + skip, strlen(answer + skip) + 1);
	return true;
}

static bool
locked_command(hzt_cluster *cluster, const char *line)
{
	pthread_mutex_lock(&cluster->lock);
	bool ok = command(cluster, line);
	pthread_mutex_unlock(&cluster->lock);
	return ok;
}

static void
command_for(hzt_cluster *cluster, const char *verb, size_t member)
{
	char line[64];
	snprintf(line, sizeof(line), "%s %zu", verb, member);
	bool ok = locked_command(cluster, line);
	hzt_check(ok, line, __FILE__, __LINE__);
}

static size_t
split_addresses(const char *text, char (*out)[ADDRESS_SIZE])
{
	size_t count = 0;
	while (*text != '\0' && count < MAX_MEMBERS) {
		size_t length = strcspn(text, ",");
		snprintf(out[count++], ADDRESS_SIZE, "%.*s", (int)length, text);
		text += length + (text[length] == ',' ? 1 : 0);
	}
	return count;
}

// Needs the lock.
static bool
learn_addresses(hzt_cluster *cluster)
{
	if (!command(cluster, "direct")) {
		return false;
	}
	split_addresses(cluster->answer, cluster->direct);
	if (!command(cluster, "addresses")) {
		return false;
	}
	snprintf(cluster->addresses, sizeof(cluster->addresses), "%.1023s", cluster->answer);
	cluster->count = split_addresses(cluster->answer, cluster->address);
	return true;
}

// Closing the channel is enough to end everything; the launcher is then reaped.
static void
destroy(hzt_cluster *cluster)
{
	close(cluster->channel);
	while (waitpid(cluster->launcher, NULL, 0) < 0 && errno == EINTR) {
	}
	pthread_mutex_destroy(&cluster->lock);
	free(cluster);
}

static hzt_cluster *
try_start(const char *spec)
{
	hzt_cluster *cluster = calloc(1, sizeof(*cluster));
	if (cluster == NULL) {
		return NULL;
	}
	pthread_mutex_init(&cluster->lock, NULL);
	if (!spawn_launcher(cluster)) {
		free(cluster);
		return NULL;
	}
	char line[LINE_SIZE];
	snprintf(line, sizeof(line), "start %s", spec);
	if (!command(cluster, line) || !learn_addresses(cluster)) {
		destroy(cluster);
		return NULL;
	}
	return cluster;
}

hzt_cluster *
hzt_cluster_start(const char *spec)
{
	hzt_cluster *cluster = try_start(spec);
	HZT_CHECK(cluster != NULL);
	return cluster;
}

void
hzt_cluster_end(hzt_cluster **cluster)
{
	if (cluster != NULL && *cluster != NULL) {
		locked_command(*cluster, "quit");
		destroy(*cluster);
		*cluster = NULL;
	}
}

void
hzt_cluster_kill(hzt_cluster *cluster, size_t member)
{
	command_for(cluster, "kill", member);
}

void
hzt_cluster_term(hzt_cluster *cluster, size_t member)
{
	command_for(cluster, "term", member);
}

void
hzt_cluster_stop(hzt_cluster *cluster, size_t member)
{
	command_for(cluster, "stop", member);
}

void
hzt_cluster_cont(hzt_cluster *cluster, size_t member)
{
	command_for(cluster, "cont", member);
}

void
hzt_cluster_restart(hzt_cluster *cluster, size_t member)
{
	command_for(cluster, "restart", member);
}

size_t
hzt_cluster_add(hzt_cluster *cluster)
{
	pthread_mutex_lock(&cluster->lock);
	bool ok = cluster->count < MAX_MEMBERS && command(cluster, "add") &&
			learn_addresses(cluster);
	size_t added = cluster->count - 1;
	pthread_mutex_unlock(&cluster->lock);
	hzt_check(ok, "add a member", __FILE__, __LINE__);
	return added;
}

void
hzt_cluster_wait_safe(hzt_cluster *cluster)
{
	bool ok = locked_command(cluster, "wait-safe");
	hzt_check(ok, "wait-safe", __FILE__, __LINE__);
}

const char *
hzt_cluster_address(hzt_cluster *cluster, size_t member)
{
	HZT_CHECK(member < cluster->count);
	return cluster->address[member];
}

const char *
hzt_cluster_direct(hzt_cluster *cluster, size_t member)
{
	HZT_CHECK(member < cluster->count);
	return cluster->direct[member];
}

const char *
hzt_cluster_addresses(hzt_cluster *cluster)
{
	return cluster->addresses;
}

size_t
hzt_cluster_size(hzt_cluster *cluster)
{
	return cluster->count;
}

const char *
hzt_cluster_log(hzt_cluster *cluster, size_t member)
{
	command_for(cluster, "log", member);
	return cluster->answer;
}

static hzt_cluster *shared;

static void
start_shared(void)
{
	shared = try_start("2 backup=1");
}

const char *
hzt_shared_addresses(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	const char *given = getenv("HZ_TEST_CLUSTER");
	if (given != NULL && *given != '\0') {
		return given;
	}
	pthread_once(&once, start_shared);
	HZT_CHECK(shared != NULL);
	return hzt_cluster_addresses(shared);
}
