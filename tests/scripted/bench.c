// SPDX-License-Identifier: Apache-2.0
#include "tests/scripted/bench.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// Shutting down waits for no member.
#define SHUTDOWN_MS INT64_C(10000)

static const char *const defaults[] = {
		"connection-strategy.connection-retry.initial-backoff-millis",
		"10",
		"connection-strategy.connection-retry.max-backoff-millis",
		"50",
		"connection-strategy.connection-retry.cluster-connect-timeout-millis",
		"20000",
		"hazelcast.client.invocation.retry.pause.millis",
		"20",
		NULL,
};

static void
set_all(hz_config *config, const char *const *settings)
{
	hz_error err;
	for (size_t i = 0; settings != NULL && settings[i] != NULL; i += 2) {
		HZT_OK_ERR(hz_config_set(config, settings[i], settings[i + 1], &err), &err);
	}
}

void
bench_members(bench *b, size_t n, const hzt_scripted_options *options, const char *const *settings)
{
	char addresses[512] = "";
	size_t used = 0;
	*b = (bench){.members = n};
	for (size_t i = 0; i < n; i++) {
		b->member[i] = hzt_scripted_start(options);
		used += (size_t)snprintf(addresses + used, sizeof(addresses) - used, "%s%s",
				i > 0 ? "," : "", hzt_scripted_address(b->member[i]));
	}
	hzt_scripted_cluster(b->member, n);
	HZT_OK(hz_config_new(&b->config, NULL));
	if (n > 0) {
		HZT_OK(hz_config_set(b->config, "network.cluster-members", addresses, NULL));
	}
	set_all(b->config, defaults);
	set_all(b->config, settings);
}

void
bench_connect(bench *b)
{
	hz_error err;
	HZT_OK_ERR(hz_client_new(b->config, &b->client, &err), &err);
	HZT_OK_ERR(hz_map_open(b->client, "m", NULL, &b->map, &err), &err);
	HZT_OK_ERR(hz_queue_open(b->client, "q", NULL, &b->queue, &err), &err);
}

void
bench_start(bench *b, size_t n, const char *const *settings)
{
	bench_members(b, n, NULL, settings);
	bench_connect(b);
	bench_await_connections(b, n);
}

static void
behave(bench *b)
{
	for (size_t i = 0; i < b->members; i++) {
		hzt_scripted *m = b->member[i];
		hzt_seen seen;
		hzt_scripted_mute(m, false);
		hzt_scripted_dribble(m, false);
		hzt_scripted_stop_reading(m, false);
		hzt_scripted_cut_after(m, -1, HZT_CLOSE);
		hzt_scripted_cut_new_after(m, -1, HZT_CLOSE);
		hzt_scripted_on(m, HZT_ANY, 0, NULL, NULL);
		for (uint64_t j = 0; hzt_scripted_seen(m, j, &seen); j++) {
			hzt_scripted_on(m, seen.type, 0, NULL, NULL);
		}
		hzt_scripted_up(m, (hz_uuid){0, 0}, (hz_uuid){0, 0});
	}
}

static bool
works(void *ctx)
{
	static int64_t value;
	bench *b = ctx;
	int64_t got = 0;
	value++;
	return bench_set(b, value, value, NULL) == HZ_OK &&
			bench_get(b, value, &got, NULL) == HZ_OK && got == value;
}

void
bench_usable(bench *b)
{
	behave(b);
	HZT_AWAIT(works, b, PATIENCE_MS);
}

void
bench_close(bench *b)
{
	hz_error err;
	int64_t start = hzt_now_ms();
	hz_map_close(&b->map);
	hz_queue_close(&b->queue);
	if (b->client != NULL) {
		HZT_OK_ERR(hz_client_shutdown(b->client, SHUTDOWN_MS * hzt_slowness(), &err), &err);
	}
	HZT_CHECK(hzt_now_ms() - start < SHUTDOWN_MS * hzt_slowness());
	hz_client_destroy(&b->client);
	for (size_t i = 0; i < b->members; i++) {
		hzt_scripted_end(&b->member[i]);
	}
	hz_config_destroy(&b->config);
}

void
bench_end(bench *b)
{
	bench_usable(b);
	bench_close(b);
}

typedef struct awaited {
	bench *b;
	uint64_t n;
} awaited;

static bool
has_connections(void *ctx)
{
	awaited *a = ctx;
	return bench_stats(a->b).connections == a->n;
}

void
bench_await_connections(bench *b, uint64_t n)
{
	awaited a = {b, n};
	HZT_AWAIT(has_connections, &a, PATIENCE_MS);
}

hz_stats
bench_stats(const bench *b)
{
	hz_stats stats = {.size = sizeof(stats)};
	HZT_OK(hz_client_stats(b->client, &stats));
	return stats;
}

int64_t
bench_key(const bench *b, size_t member, int64_t from)
{
	hz_uuid wanted = hzt_scripted_uuid(b->member[member]);
	for (int64_t key = from;; key++) {
		int32_t partition;
		hz_uuid owner;
		HZT_OK(hz_client_partition_of(b->client, hz_i64(key), &partition, NULL));
		HZT_OK(hz_client_partition_owner(b->client, partition, &owner, NULL));
		if (owner.msb == wanted.msb && owner.lsb == wanted.lsb) {
			return key;
		}
	}
}

hz_err
bench_set(bench *b, int64_t key, int64_t value, hz_error *err)
{
	return hz_map_set(b->map, hz_i64(key), hz_i64(value), NULL, err);
}

static hz_err
take_i64(hz_err e, hz_value *value, int64_t *out)
{
	if (e == HZ_OK && out != NULL) {
		*out = -1;
		(void)hz_value_get_i64(value, out);
	}
	hz_value_clear(value);
	return e;
}

hz_err
bench_get(bench *b, int64_t key, int64_t *value, hz_error *err)
{
	hz_value out;
	hz_err e = hz_map_get(b->map, hz_i64(key), &out, err);
	return take_i64(e, &out, value);
}

hz_err
bench_put(bench *b, int64_t key, int64_t value, int64_t *old, hz_error *err)
{
	hz_value out;
	hz_err e = hz_map_put(b->map, hz_i64(key), hz_i64(value), NULL, &out, err);
	return take_i64(e, &out, old);
}

// ---- This process ----

uint64_t
bench_rss(void)
{
	char line[128] = "";
	char *at = NULL;
	FILE *f = fopen("/proc/self/statm", "r");
	HZT_CHECK(f != NULL && fgets(line, sizeof(line), f) != NULL);
	fclose(f);
	(void)strtoul(line, &at, 10); // all that is mapped
	unsigned long resident = strtoul(at, NULL, 10);
	HZT_CHECK(resident > 0);
	return (uint64_t)resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

static int
entries_of(const char *path)
{
	int n = 0;
	DIR *dir = opendir(path);
	HZT_CHECK(dir != NULL);
	for (struct dirent *one; (one = readdir(dir)) != NULL;) {
		n += one->d_name[0] != '.';
	}
	closedir(dir);
	return n;
}

int
bench_threads(void)
{
	return entries_of("/proc/self/task");
}

int
bench_descriptors(void)
{
	return entries_of("/proc/self/fd") - 1;
}

static bool
has_few_threads(void *most)
{
	return bench_threads() <= *(int *)most;
}

void
bench_await_threads(int most)
{
	HZT_AWAIT(has_few_threads, &most, PATIENCE_MS);
}
