// SPDX-License-Identifier: Apache-2.0
#include "tests/cp/rig.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RETRY "connection-strategy.connection-retry."

static hzt_cluster *cluster;
static const char *addresses;
static hz_client *shared, *other;

bool
rig_is_raft(void)
{
	const char *mode = getenv("HZT_CP");
	return mode != NULL && strcmp(mode, "raft") == 0;
}

bool
rig_is_map(void)
{
	const char *mode = getenv("HZT_CP");
	return mode != NULL && strcmp(mode, "map") == 0;
}

int32_t
rig_says(rig_fact fact)
{
	static const struct {
		int32_t cp, map;
	} table[RIG_FACTS] = {
			[RIG_FUNCTIONS] = {1, 0},
			[RIG_DESTROYED] = {14, 0},
			[RIG_ONE_WAIT] = {1, 0},
			[RIG_LOCK_LIMIT] = {1, 0},
			[RIG_ONE_BLOCK] = {1, 0},
			[RIG_LEASES] = {0, 1},
	};
	return rig_is_map() ? table[fact].map : table[fact].cp;
}

// ---- Members ----

static void
end_cluster(void)
{
	hzt_cluster_end(&cluster);
}

static void
start_cluster(void)
{
	addresses = getenv("HZT_CP_CLUSTER");
	if (addresses == NULL) {
		cluster = hzt_cluster_start(rig_is_map()        ? "2"
						: rig_is_raft() ? "3 version=5.4.0 cp=3"
								: "1 version=5.4.0");
		addresses = hzt_cluster_addresses(cluster);
		atexit(end_cluster);
	}
}

const char *
rig_addresses(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, start_cluster);
	HZT_CHECK(addresses != NULL);
	return addresses;
}

hzt_cluster *
rig_cluster(void)
{
	rig_addresses();
	HZT_CHECK(cluster != NULL);
	return cluster;
}

// ---- Clients ----

hz_client *
rig_client_of(const char *where, const char *key, const char *value)
{
	hz_error err = {0};
	hz_config *config = NULL;
	hz_client *client = NULL;
	HZT_OK_ERR(hz_config_new(&config, &err), &err);
	HZT_OK_ERR(hz_config_set(config, "network.cluster-members", where, &err), &err);
	// A connection that is cut time and again in a moment must not make pauses grow without end.
	HZT_OK_ERR(hz_config_set(config, RETRY "initial-backoff-millis", "10", &err), &err);
	HZT_OK_ERR(hz_config_set(config, RETRY "max-backoff-millis", "50", &err), &err);
	if (rig_is_map()) {
		HZT_OK_ERR(hz_config_set(config, "concurrency.backend", "map", &err), &err);
	}
	if (key != NULL) {
		HZT_OK_ERR(hz_config_set(config, key, value, &err), &err);
	}
	hz_err e = hz_client_new(config, &client, &err);
	hz_config_destroy(&config);
	HZT_OK_ERR(e, &err);
	return client;
}

hz_client *
rig_client_with(const char *key, const char *value)
{
	return rig_client_of(rig_addresses(), key, value);
}

static void
end_clients(void)
{
	hz_client_destroy(&shared);
	hz_client_destroy(&other);
}

static void
start_clients(void)
{
	shared = rig_client_with(NULL, NULL);
	other = rig_client_with(NULL, NULL);
	atexit(end_clients);
}

hz_client *
rig_client(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, start_clients);
	HZT_CHECK(shared != NULL);
	return shared;
}

hz_client *
rig_other(void)
{
	rig_client();
	HZT_CHECK(other != NULL);
	return other;
}

// ---- Names and functions ----

const char *
rig_name(const char *base, const char *group)
{
	static char names[16][128];
	static _Atomic unsigned next;
	unsigned n = atomic_fetch_add(&next, 1);
	char *name = names[n % 16];
	snprintf(name, sizeof(names[0]), "%s-%ld-%u%s%s", base, (long)getpid(), n,
			group != NULL ? "@" : "", group != NULL ? group : "");
	return name;
}

// Members read these numbers with the highest byte first.
static size_t
put(uint8_t *to, uint64_t value, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		to[i] = (uint8_t)(value >> (8 * (n - 1 - i)));
	}
	return n;
}

#define IDENTIFIED ((uint32_t)-2)
#define FACTORY 66

// Partition hash, type, "identified", factory, class; the body is the caller's.
static size_t
put_head(uint8_t *to, unsigned class_id)
{
	size_t n = put(to, 0, 4);
	n += put(to + n, IDENTIFIED, 4);
	n += put(to + n, 1, 1);
	n += put(to + n, FACTORY, 4);
	return n + put(to + n, class_id, 4);
}

hz_value
rig_multiply(int64_t by)
{
	static uint8_t data[32];
	size_t n = put_head(data, 16);
	n += put(data + n, (uint64_t)by, 8);
	return hz_data(data, n);
}

hz_value
rig_append(const char *suffix)
{
	static uint8_t data[128];
	size_t n = put_head(data, 17);
	size_t length = strlen(suffix);
	HZT_CHECK(length <= 64);
	n += put(data + n, length, 4);
	memcpy(data + n, suffix, length);
	return hz_data(data, n + length);
}
