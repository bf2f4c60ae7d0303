// SPDX-License-Identifier: Apache-2.0
#include "tests/fault/rig.h"

#include "tests/support/suite.h"

#include <dirent.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// A sanitizer's runtime wants more of a stack than the library does.
#define STACK_PLAIN ((size_t)64 * 1024)
#define STACK_SLOW ((size_t)512 * 1024)

struct hzt_team {
	void (*run)(void *ctx, size_t number);
	void *ctx;
	atomic_size_t running;
	size_t n;
	struct member {
		hzt_team *team;
		pthread_t thread;
	} members[];
};

bool
hzt_soak(void)
{
	return getenv("HZ_SOAK") != NULL;
}

size_t
hzt_size(size_t full, size_t middle, size_t small)
{
	return hzt_slowness() > 1 ? small : hzt_soak() ? full : middle;
}

static hz_config *
make_config(const char *addresses, va_list pairs)
{
	hz_error err = {0};
	hz_config *config = NULL;
	HZT_OK_ERR(hz_config_new(&config, &err), &err);
	HZT_OK_ERR(hz_config_set(config, "network.cluster-members", addresses, &err), &err);
	for (const char *key; (key = va_arg(pairs, const char *)) != NULL;) {
		HZT_OK_ERR(hz_config_set(config, key, va_arg(pairs, const char *), &err), &err);
	}
	return config;
}

hz_config *
hzt_config(const char *addresses, ...)
{
	va_list pairs;
	va_start(pairs, addresses);
	hz_config *config = make_config(addresses, pairs);
	va_end(pairs);
	return config;
}

hz_client *
hzt_client(const char *addresses, ...)
{
	va_list pairs;
	va_start(pairs, addresses);
	hz_config *config = make_config(addresses, pairs);
	va_end(pairs);
	hz_error err = {0};
	hz_client *client = NULL;
	hz_err e = hz_client_new(config, &client, &err);
	hz_config_destroy(&config);
	HZT_OK_ERR(e, &err);
	return client;
}

static void *
run_member(void *arg)
{
	struct member *member = arg;
	hzt_team *team = member->team;
	team->run(team->ctx, (size_t)(member - team->members));
	atomic_fetch_sub(&team->running, 1);
	return NULL;
}

hzt_team *
hzt_team_start(size_t n, void (*run)(void *ctx, size_t number), void *ctx)
{
	hzt_team *team = calloc(1, sizeof(*team) + n * sizeof(team->members[0]));
	HZT_CHECK(team != NULL);
	team->run = run;
	team->ctx = ctx;
	atomic_store(&team->running, n);
	pthread_attr_t attributes;
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, hzt_slowness() > 1 ? STACK_SLOW : STACK_PLAIN);
	for (team->n = 0; team->n < n; team->n++) {
		struct member *member = &team->members[team->n];
		member->team = team;
		int failed = pthread_create(&member->thread, &attributes, run_member, member);
		if (failed != 0) {
			printf("  this system gave %zu of %zu threads: %s\n", team->n, n,
					strerror(failed));
			HZT_FAIL("all threads that the test needs can be made");
		}
	}
	pthread_attr_destroy(&attributes);
	return team;
}

size_t
hzt_team_running(const hzt_team *team)
{
	return atomic_load(&team->running);
}

static bool
all_returned(void *team)
{
	return hzt_team_running(team) == 0;
}

void
hzt_team_join(hzt_team **team, int64_t timeout_ms)
{
	if (!hzt_await(all_returned, *team, timeout_ms)) {
		printf("  %zu of %zu threads have not returned\n", hzt_team_running(*team),
				(*team)->n);
		HZT_FAIL("all threads return");
	}
	for (size_t i = 0; i < (*team)->n; i++) {
		pthread_join((*team)->members[i].thread, NULL);
	}
	free(*team);
	*team = NULL;
}

static size_t
entries_of(const char *path)
{
	DIR *folder = opendir(path);
	HZT_CHECK(folder != NULL);
	size_t n = 0;
	for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
		n += entry->d_name[0] != '.';
	}
	closedir(folder);
	return n;
}

size_t
hzt_descriptors(void)
{
	return entries_of("/proc/self/fd") - 1; // the one that looks
}

size_t
hzt_threads(void)
{
	return entries_of("/proc/self/task");
}

typedef struct holdings {
	size_t threads, descriptors;
} holdings;

static bool
holds_no_more(void *ctx)
{
	const holdings *most = ctx;
	return hzt_threads() <= most->threads && hzt_descriptors() <= most->descriptors;
}

void
hzt_await_holdings(size_t threads, size_t descriptors, int64_t timeout_ms)
{
	holdings most = {threads, descriptors};
	if (!hzt_await(holds_no_more, &most, timeout_ms)) {
		printf("  threads %zu, expected %zu; descriptors %zu, expected %zu\n",
				hzt_threads(), threads, hzt_descriptors(), descriptors);
		HZT_FAIL("threads and descriptors are given back");
	}
}

typedef struct view {
	hz_client *client;
	size_t members;
} view;

static bool
owner_is_listed(hz_client *client, const hz_members *members, int32_t partition)
{
	hz_uuid owner;
	if (hz_client_partition_owner(client, partition, &owner, NULL) != HZ_OK) {
		return false;
	}
	for (size_t i = 0; i < hz_members_count(members); i++) {
		const hz_member *member = hz_members_at(members, i);
		if (member->uuid.msb == owner.msb && member->uuid.lsb == owner.lsb) {
			return true;
		}
	}
	return false;
}

static bool
sees_all(void *ctx)
{
	const view *want = ctx;
	hz_members *members = NULL;
	if (hz_client_members(want->client, &members, NULL) != HZ_OK) {
		return false;
	}
	bool all = hz_members_count(members) == want->members;
	for (size_t i = 0; all && i < want->members; i++) {
		all = hz_members_at(members, i)->connected;
	}
	int32_t partitions = hz_client_partition_count(want->client);
	all = all && partitions > 0;
	for (int32_t p = 0; all && p < partitions; p++) {
		all = owner_is_listed(want->client, members, p);
	}
	hz_members_destroy(&members);
	return all;
}

void
hzt_await_members(hz_client *client, size_t n, int64_t timeout_ms)
{
	view want = {client, n};
	HZT_AWAIT(sees_all, &want, timeout_ms);
}

uint64_t
hzt_stat(const hz_client *client, size_t offset)
{
	hz_stats stats = {.size = sizeof(stats)};
	HZT_OK(hz_client_stats(client, &stats));
	uint64_t value;
	memcpy(&value, (const char *)&stats + offset, sizeof(value));
	return value;
}

typedef struct stat_want {
	const hz_client *client;
	size_t offset;
	uint64_t want;
} stat_want;

static bool
has_value(void *ctx)
{
	const stat_want *stat = ctx;
	return hzt_stat(stat->client, stat->offset) == stat->want;
}

void
hzt_await_stat(const hz_client *client, size_t offset, uint64_t want, const char *name,
		int64_t timeout_ms)
{
	stat_want stat = {client, offset, want};
	if (!hzt_await(has_value, &stat, timeout_ms)) {
		printf("  %s is %" PRIu64 ", expected %" PRIu64 "\n", name,
				hzt_stat(client, offset), want);
		HZT_FAIL("the counter gets its value");
	}
}

uint32_t
hzt_random(uint64_t *state, uint32_t n)
{
	*state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(((*state >> 33) * n) >> 31);
}
