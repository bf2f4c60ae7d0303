// SPDX-License-Identifier: Apache-2.0
#include "tests/cluster/session.h"

#include "tests/support/cluster.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static hz_client *shared, *other;

hz_client *
session_client_with(const char *key, const char *value)
{
	hz_error err = {0};
	hz_config *config = NULL;
	hz_client *client = NULL;
	HZT_OK_ERR(hz_config_new(&config, &err), &err);
	HZT_OK_ERR(hz_config_set(config, "network.cluster-members", hzt_shared_addresses(), &err),
			&err);
	if (key != NULL) {
		HZT_OK_ERR(hz_config_set(config, key, value, &err), &err);
	}
	hz_err e = hz_client_new(config, &client, &err);
	hz_config_destroy(&config);
	HZT_OK_ERR(e, &err);
	return client;
}

static void
end_shared(void)
{
	hz_client_destroy(&shared);
}

static void
start_shared(void)
{
	shared = session_client_with(NULL, NULL);
	atexit(end_shared);
}

hz_client *
session_client(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, start_shared);
	HZT_CHECK(shared != NULL);
	return shared;
}

static void
end_other(void)
{
	hz_client_destroy(&other);
}

static void
start_other(void)
{
	other = session_client_with(NULL, NULL);
	atexit(end_other);
}

hz_client *
session_other_client(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, start_other);
	HZT_CHECK(other != NULL);
	return other;
}

const char *
session_name(const char *base)
{
	static char names[16][96];
	static _Atomic unsigned next;
	unsigned n = atomic_fetch_add(&next, 1);
	char *name = names[n % 16];
	snprintf(name, sizeof(names[0]), "%s-%ld-%u", base, (long)getpid(), n);
	return name;
}

hz_map *
session_map(const char *base)
{
	hz_error err = {0};
	hz_map *map = NULL;
	HZT_OK_ERR(hz_map_open(session_client(), session_name(base), NULL, &map, &err), &err);
	return map;
}

hz_queue *
session_queue(const char *base)
{
	hz_error err = {0};
	hz_queue *queue = NULL;
	HZT_OK_ERR(hz_queue_open(session_client(), session_name(base), NULL, &queue, &err), &err);
	return queue;
}

hz_map *
session_same_map(const hz_map *map, int64_t timeout_ms, const hz_lock_context *owner)
{
	hz_error err = {0};
	hz_map *same = NULL;
	hz_call call = {.timeout_ms = timeout_ms, .owner = owner};
	HZT_OK_ERR(hz_map_open(session_client(), hz_map_name(map), &call, &same, &err), &err);
	return same;
}

bool
took_i64(hz_value *v, int64_t want)
{
	int64_t got = 0;
	bool same = hz_value_get_i64(v, &got) == HZ_OK && got == want;
	hz_value_clear(v);
	return same;
}

bool
took_str(hz_value *v, const char *want)
{
	hz_value wanted = hz_str(want);
	bool same = hz_value_equal(v, &wanted);
	hz_value_clear(v);
	return same;
}

bool
took_null(hz_value *v)
{
	bool null = hz_value_is_null(v);
	hz_value_clear(v);
	return null;
}

bool
map_has(hz_map *map, hz_value key, int64_t want)
{
	hz_value found;
	return hz_map_get(map, key, &found, NULL) == HZ_OK && took_i64(&found, want);
}

bool
map_lacks(hz_map *map, hz_value key)
{
	hz_value found;
	return hz_map_get(map, key, &found, NULL) == HZ_OK && took_null(&found);
}
