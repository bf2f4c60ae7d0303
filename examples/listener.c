// SPDX-License-Identifier: Apache-2.0
//
// Hearing of what happens to a map, whoever does it.
#include "connect.h"

#include <semaphore.h>

// Called on a thread of the library; what the event shows is lent for the call.
static void
on_change(void *ctx, const char *what, const hz_entry_event *event)
{
	char key[32];
	char value[32];
	hz_value_format(&event->key, key, sizeof(key));
	hz_value_format(&event->value, value, sizeof(value));
	printf("%s %s: %s\n", what, key, value);
	sem_post(ctx);
}

static void
on_added(void *ctx, const hz_entry_event *event)
{
	on_change(ctx, "added", event);
}

static void
on_updated(void *ctx, const hz_entry_event *event)
{
	on_change(ctx, "updated", event);
}

static void
on_removed(void *ctx, const hz_entry_event *event)
{
	on_change(ctx, "removed", event);
}

int
main(int argc, char **argv)
{
	hz_error err = {0};
	hz_client *client = connect_to(argc, argv);
	hz_map *map = NULL;
	hz_listener_id id;
	sem_t heard;
	sem_init(&heard, 0, 0);
	check(hz_map_open(client, "example-listener", NULL, &map, &err), &err);

	hz_entry_listener listener = {
			.size = sizeof(listener),
			.ctx = &heard,
			.added = on_added,
			.updated = on_updated,
			.removed = on_removed,
	};
	hz_listen_options options = hz_listen_options_default();
	options.include_value = true;
	check(hz_map_listen(map, &listener, &options, &id, &err), &err);

	check(hz_map_set(map, hz_str("apples"), hz_i64(7), NULL, &err), &err);
	check(hz_map_set(map, hz_str("apples"), hz_i64(6), NULL, &err), &err);
	check(hz_map_delete(map, hz_str("apples"), &err), &err);
	for (int i = 0; i < 3; i++) {
		sem_wait(&heard);
	}

	check(hz_listener_remove(client, id, &err), &err); // none of its functions runs any more
	check(hz_map_destroy(&map, &err), &err);
	hz_client_destroy(&client);
	sem_destroy(&heard);
	return 0;
}
