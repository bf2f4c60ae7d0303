// SPDX-License-Identifier: Apache-2.0
#include "benchmarks/load.h"
#include "benchmarks/usage.h"

#include <string.h>

// One value that was set or published, with the time of its sending in it.
static void
record(struct lane *lane, const hz_value *value)
{
	const void *bytes;
	size_t size;
	uint64_t begin_ns;
	if (hz_value_get_bytes(value, &bytes, &size) != HZ_OK || size < sizeof(begin_ns)) {
		run_fail(lane->run, "event", "not the value that was sent");
		return;
	}
	memcpy(&begin_ns, bytes, sizeof(begin_ns));
	lane_record(lane, begin_ns, now_ns());
}

// On the one dispatch thread, which is the only one to touch the lane's histogram while the
// listener lives.
static void
on_set(void *ctx, const hz_entry_event *event)
{
	record(ctx, &event->value);
}

static void
on_message(void *ctx, const hz_message *message)
{
	record(ctx, &message->value);
}

static void
on_gap(void *ctx, const hz_gap *gap)
{
	struct lane *lane = ctx;
	run_fail(lane->run, "event", gap->dropped > 0 ? "events were dropped" : "a gap");
}

// Counts until the window ends, then removes the listener.
static void
hear(struct lane *lane, hz_listener_id id)
{
	const struct load *load = lane->context;
	hz_error error;
	lane_wait_for_end(lane);
	if (hz_listener_remove(load->client, id, &error) != HZ_OK) {
		load_fail(lane, "remove the listener", &error);
	}
	if (histogram_count(lane->latency) == 0) {
		run_fail(lane->run, "event", "none came; does the floor feed it?");
	}
}

void
load_events(struct lane *lane)
{
	const struct load *load = lane->context;
	hz_entry_listener listener = {
			.size = sizeof(listener),
			.ctx = lane,
			.added = on_set,
			.updated = on_set,
			.gap = on_gap,
	};
	hz_listen_options options = hz_listen_options_default();
	hz_listener_id id;
	hz_map *map = NULL;
	hz_error error;
	char name[64];
	options.include_value = true;
	cell_map_name(lane->run->cell, name, sizeof(name));
	if (hz_map_open(load->client, name, NULL, &map, &error) != HZ_OK ||
			hz_map_listen(map, &listener, &options, &id, &error) != HZ_OK) {
		load_fail(lane, "listen", &error);
		goto out;
	}
	hear(lane, id);
out:
	hz_map_close(&map);
}

void
load_messages(struct lane *lane)
{
	const struct load *load = lane->context;
	const hz_message_listener listener = {
			.size = sizeof(listener),
			.ctx = lane,
			.message = on_message,
			.gap = on_gap,
	};
	hz_listener_id id;
	hz_topic *topic = NULL;
	hz_error error;
	char name[64];
	cell_map_name(lane->run->cell, name, sizeof(name));
	if (hz_topic_open(load->client, name, NULL, &topic, &error) != HZ_OK ||
			hz_topic_listen(topic, &listener, &id, &error) != HZ_OK) {
		load_fail(lane, "listen", &error);
	} else {
		hear(lane, id);
	}
	hz_topic_close(&topic);
}
