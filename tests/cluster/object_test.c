// SPDX-License-Identifier: Apache-2.0
//
// The cluster's list of distributed objects, several clients of one cluster in one process, and
// handles whose client is gone.
#include "tests/cluster/session.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static hz_error err;

static bool
is_listed(const char *service, const char *name)
{
	hz_objects *objects = NULL;
	bool found = false;
	HZT_OK_ERR(hz_client_objects(session_client(), &objects, &err), &err);
	for (size_t i = 0; i < hz_objects_count(objects); i++) {
		const hz_object_info *info = hz_objects_at(objects, i);
		found = found ||
				(strcmp(info->service, service) == 0 &&
						strcmp(info->name, name) == 0);
	}
	HZT_CHECK(hz_objects_at(objects, hz_objects_count(objects)) == NULL);
	hz_objects_destroy(&objects);
	HZT_CHECK(objects == NULL);
	return found;
}

// Members hear of each other's structures a moment later, and any of them may be asked.
typedef struct sought {
	const char *service;
	const char *name;
	bool listed;
} sought;

static bool
is_as_sought(void *ctx)
{
	const sought *s = ctx;
	return is_listed(s->service, s->name) == s->listed;
}

static void
await_listed(const char *service, const char *name, bool listed)
{
	sought s = {service, name, listed};
	HZT_AWAIT(is_as_sought, &s, 10000);
}

static void
lists_what_is_open(void)
{
	hz_map *map = session_map("listed-map");
	hz_queue *queue = session_queue("listed-queue");
	char map_name[128];
	char queue_name[128];
	snprintf(map_name, sizeof(map_name), "%s", hz_map_name(map));
	snprintf(queue_name, sizeof(queue_name), "%s", hz_queue_name(queue));
	await_listed(HZ_SERVICE_MAP, map_name, true);
	await_listed(HZ_SERVICE_QUEUE, queue_name, true);
	HZT_CHECK(!is_listed(HZ_SERVICE_QUEUE, map_name));
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
	HZT_OK_ERR(hz_queue_destroy(&queue, &err), &err);
	await_listed(HZ_SERVICE_MAP, map_name, false);
	await_listed(HZ_SERVICE_QUEUE, queue_name, false);
}

static void
an_object_that_was_destroyed_can_be_opened_again(void)
{
	hz_map *map = session_map("again");
	hz_map *again = NULL;
	char name[128];
	snprintf(name, sizeof(name), "%s", hz_map_name(map));
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
	await_listed(HZ_SERVICE_MAP, name, false);
	HZT_OK_ERR(hz_map_open(session_client(), name, NULL, &again, &err), &err);
	await_listed(HZ_SERVICE_MAP, name, true);
	HZT_OK_ERR(hz_map_destroy(&again, &err), &err);
}

static void
clients_see_each_other(void)
{
	enum { CLIENTS = 5 };
	hz_client *clients[CLIENTS];
	hz_map *maps[CLIENTS] = {NULL};
	const char *name = session_name("clients");
	for (int i = 0; i < CLIENTS; i++) {
		clients[i] = session_client_with(NULL, NULL);
		const hz_uuid uuid = hz_client_uuid(clients[i]);
		HZT_CHECK(i == 0 || memcmp(&uuid, &(hz_uuid){0}, sizeof(uuid)) != 0);
		for (int j = 0; j < i; j++) {
			const hz_uuid other = hz_client_uuid(clients[j]);
			HZT_CHECK(memcmp(&uuid, &other, sizeof(uuid)) != 0);
		}
		HZT_OK_ERR(hz_map_open(clients[i], name, NULL, &maps[i], &err), &err);
		HZT_OK_ERR(hz_map_set(maps[i], hz_i32(i), hz_i64(i), NULL, &err), &err);
	}
	for (int i = 0; i < CLIENTS; i++) {
		HZT_CHECK(map_has(maps[i], hz_i32(CLIENTS - 1 - i), CLIENTS - 1 - i));
	}
	for (int i = 1; i < CLIENTS; i++) {
		hz_map_close(&maps[i]);
		hz_client_destroy(&clients[i]);
		HZT_CHECK(map_has(maps[0], hz_i32(i), i));
	}
	HZT_OK_ERR(hz_map_destroy(&maps[0], &err), &err);
	hz_client_destroy(&clients[0]);
}

static void
one_connection_serves_as_well(void)
{
	hz_client *client = session_client_with("network.smart-routing", "false");
	hz_map *map = NULL;
	hz_queue *queue = NULL;
	hz_value item;
	hz_value keys[50];
	hz_items *items = NULL;
	HZT_OK_ERR(hz_map_open(client, session_name("unisocket"), NULL, &map, &err), &err);
	HZT_OK_ERR(hz_queue_open(client, session_name("unisocket"), NULL, &queue, &err), &err);
	for (int i = 0; i < 50; i++) {
		keys[i] = hz_i32(i);
		HZT_OK_ERR(hz_map_set(map, keys[i], hz_i64(i), NULL, &err), &err);
		HZT_CHECK(map_has(map, keys[i], i));
	}
	HZT_OK_ERR(hz_map_get_all(map, keys, 50, &items, &err), &err);
	HZT_EQ_INT(hz_items_count(items), 50);
	hz_items_destroy(&items);
	HZT_OK_ERR(hz_queue_add(queue, hz_i64(1), &err), &err);
	HZT_OK_ERR(hz_queue_take(queue, &item, &err), &err);
	HZT_CHECK(took_i64(&item, 1));
	HZT_OK_ERR(hz_map_lock(map, keys[0], NULL, &err), &err);
	HZT_OK_ERR(hz_map_unlock(map, keys[0], &err), &err);
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
	HZT_OK_ERR(hz_queue_destroy(&queue, &err), &err);
	hz_client_destroy(&client);
}

static hz_err
never_run(void *ctx, const hz_value *key, const hz_value *old, hz_value *out)
{
	(void)key;
	(void)old;
	(void)out;
	*(bool *)ctx = true;
	return HZ_OK;
}

static void
handles_outlive_their_client(void)
{
	hz_client *client = session_client_with(NULL, NULL);
	hz_map *map = NULL;
	hz_map *other = NULL;
	hz_queue *queue = NULL;
	hz_map_scan *scan = NULL;
	hz_map_scan *late = NULL;
	hz_value value = hz_i64(1);
	hz_value key = hz_i32(1);
	hz_items *items = NULL;
	hz_objects *objects = NULL;
	bool more = true;
	bool ran = false;
	HZT_OK_ERR(hz_map_open(client, session_name("closed"), NULL, &map, &err), &err);
	HZT_OK_ERR(hz_queue_open(client, session_name("closed"), NULL, &queue, &err), &err);
	HZT_OK_ERR(hz_map_scan_open(map, NULL, &scan, &err), &err);
	hz_future pending = hz_queue_take_async(queue);
	HZT_OK_ERR(hz_client_shutdown(client, 0, &err), &err);
	HZT_EQ_INT(hz_await_value(pending, &value, &err), HZ_ERR_CLOSED);
	HZT_EQ_INT(hz_map_open(client, "closed", NULL, &other, &err), HZ_ERR_CLOSED);
	hz_client_destroy(&client);
	HZT_EQ_INT(hz_map_get(map, key, &value, &err), HZ_ERR_CLOSED);
	HZT_EQ_INT(err.code, HZ_ERR_CLOSED);
	HZT_EQ_INT(hz_map_set(map, key, key, NULL, &err), HZ_ERR_CLOSED);
	HZT_EQ_INT(hz_map_get_all(map, &key, 1, &items, &err), HZ_ERR_CLOSED);
	HZT_EQ_INT(hz_map_lock(map, key, NULL, &err), HZ_ERR_CLOSED);
	HZT_EQ_INT(hz_map_scan_next(scan, NULL, NULL, &more, &err), HZ_ERR_CLOSED);
	HZT_EQ_INT(hz_map_scan_open(map, NULL, &late, &err), HZ_ERR_CLOSED);
	HZT_EQ_INT(hz_map_compute(map, key, never_run, &ran, &value, &err), HZ_ERR_CLOSED);
	HZT_EQ_INT(hz_map_destroy(&map, &err), HZ_ERR_CLOSED);
	HZT_EQ_INT(hz_queue_take(queue, &value, &err), HZ_ERR_CLOSED);
	HZT_EQ_INT(hz_queue_offer(queue, key, 1000, NULL, &err), HZ_ERR_CLOSED);
	HZT_CHECK(!ran && other == NULL && late == NULL && items == NULL && objects == NULL);
	HZT_CHECK(map != NULL && strncmp(hz_map_name(map), "closed", 6) == 0);
	hz_map_scan_destroy(&scan);
	hz_map_close(&map);
	hz_queue_close(&queue);
}

// The child may not use what it inherited, and is told so.
static int
in_the_child(hz_map *map, hz_queue *queue)
{
	hz_map *other = NULL;
	if (hz_map_get(map, hz_i32(1), NULL, NULL) != HZ_ERR_FORKED) {
		return 1;
	}
	if (hz_queue_take(queue, NULL, NULL) != HZ_ERR_FORKED) {
		return 2;
	}
	if (hz_map_open(session_client(), "child", NULL, &other, NULL) != HZ_ERR_FORKED) {
		return 3;
	}
	if (hz_map_get_all(map, &(hz_value){0}, 1, NULL, NULL) != HZ_ERR_FORKED) {
		return 4;
	}
	hz_map_close(&map);
	hz_queue_close(&queue);
	return map == NULL && queue == NULL ? 0 : 5;
}

static void
a_child_gets_an_error(void)
{
	hz_map *map = session_map("fork");
	hz_queue *queue = session_queue("fork");
	int status = -1;
	pid_t child = fork();
	if (child == 0) {
		_exit(in_the_child(map, queue));
	}
	HZT_CHECK(child > 0);
	HZT_EQ_INT(waitpid(child, &status, 0), child);
	HZT_CHECK(WIFEXITED(status));
	HZT_EQ_INT(WEXITSTATUS(status), 0);
	HZT_OK_ERR(hz_map_set(map, hz_i32(1), hz_i64(1), NULL, &err), &err);
	HZT_CHECK(map_has(map, hz_i32(1), 1));
	HZT_OK_ERR(hz_map_destroy(&map, &err), &err);
	HZT_OK_ERR(hz_queue_destroy(&queue, &err), &err);
}

static const hzt_case cases[] = {
		{"lists_what_is_open", lists_what_is_open},
		{"an_object_that_was_destroyed_can_be_opened_again",
				an_object_that_was_destroyed_can_be_opened_again},
		{"clients_see_each_other", clients_see_each_other},
		{"one_connection_serves_as_well", one_connection_serves_as_well},
		{"handles_outlive_their_client", handles_outlive_their_client},
		{"a_child_gets_an_error", a_child_gets_an_error},
};

HZT_MAIN("object", cases)
