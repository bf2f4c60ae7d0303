// SPDX-License-Identifier: Apache-2.0
//
// This client and the official one for Python on the same map and the same queue: what one writes
// the other reads, of every builtin type that both have a word for, as value and as key.
#include "tests/interop/peer.h"
#include "tests/interop/samples.h"
#include "tests/support/cluster.h"
#include "tests/support/suite.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef struct world {
	hz_client *client;
	hzt_peer python;
	char name[64]; // of the map and the queue of this run
	hz_map *map;
	hz_map *keys;
	hz_queue *queue;
} world;

// What the peer finds wrong is a failure of the case.
static void
ask(world *w, const char *verb, const char *name, const char *sample)
{
	char line[256];
	snprintf(line, sizeof(line), "%s %s %s", verb, name, sample);
	const char *answer = hzt_peer_ask(&w->python, line);
	if (strcmp(answer, "ok") != 0) {
		printf("  %s %s: %s\n", verb, sample, answer);
		HZT_FAIL("the Python client agrees");
	}
}

static void
open_structures(world *w)
{
	hz_error err = {0};
	char keys[80];
	snprintf(keys, sizeof(keys), "%s-keys", w->name);
	HZT_OK_ERR(hz_map_open(w->client, w->name, NULL, &w->map, &err), &err);
	HZT_OK_ERR(hz_map_open(w->client, keys, NULL, &w->keys, &err), &err);
	HZT_OK_ERR(hz_queue_open(w->client, w->name, NULL, &w->queue, &err), &err);
}

static void
begin(world *w)
{
	static unsigned runs;
	hz_error err = {0};
	hz_config *config = NULL;
	memset(w, 0, sizeof(*w));
	snprintf(w->name, sizeof(w->name), "interop-%d-%u", (int)getpid(), runs++);
	hzt_peer_start(&w->python, "values_peer.py");
	HZT_OK_ERR(hz_config_new(&config, &err), &err);
	HZT_OK_ERR(hz_config_set(config, "network.cluster-members", hzt_shared_addresses(), &err),
			&err);
	HZT_OK_ERR(hz_client_new(config, &w->client, &err), &err);
	hz_config_destroy(&config);
	open_structures(w);
}

static void
end(world *w)
{
	hz_error err = {0};
	hzt_peer_end(&w->python);
	HZT_OK_ERR(hz_map_destroy(&w->map, &err), &err);
	HZT_OK_ERR(hz_map_destroy(&w->keys, &err), &err);
	HZT_OK_ERR(hz_queue_destroy(&w->queue, &err), &err);
	hz_client_destroy(&w->client);
}

// The same kind, type number and content.
static void
expect_sample(const hz_value *got, const hzt_sample *sample)
{
	bool same = hz_value_kind(got) == hz_value_kind(&sample->value) &&
			hz_value_type_id(got) == hz_value_type_id(&sample->value) &&
			hz_value_equal(got, &sample->value);
	if (!same) {
		char is[256], should[256];
		hz_value_format(got, is, sizeof(is));
		hz_value_format(&sample->value, should, sizeof(should));
		printf("  %s: got %s %s, expected %s %s\n", sample->name,
				hz_kind_name(hz_value_kind(got)), is,
				hz_kind_name(hz_value_kind(&sample->value)), should);
		HZT_FAIL("the value is the one that was written");
	}
}

static void
expect_name(const hz_value *got, const char *name)
{
	const char *text = NULL;
	HZT_OK(hz_value_get_str(got, &text, NULL));
	HZT_EQ_STR(text, name);
}

static void
ours_is_read_from_a_map(void)
{
	world w;
	size_t n;
	const hzt_sample *samples = hzt_samples(&n);
	begin(&w);
	for (size_t i = 0; i < n; i++) {
		hz_error err = {0};
		hz_value name = hz_str(samples[i].name);
		HZT_OK_ERR(hz_map_set(w.map, name, samples[i].value, NULL, &err), &err);
		ask(&w, "get", w.name, samples[i].name);
	}
	end(&w);
}

static void
theirs_is_read_from_a_map(void)
{
	world w;
	size_t n;
	const hzt_sample *samples = hzt_samples(&n);
	begin(&w);
	for (size_t i = 0; i < n; i++) {
		hz_error err = {0};
		hz_value got = hz_null();
		if (samples[i].both_ways) {
			ask(&w, "put", w.name, samples[i].name);
			HZT_OK_ERR(hz_map_get(w.map, hz_str(samples[i].name), &got, &err), &err);
			expect_sample(&got, &samples[i]);
			hz_value_clear(&got);
		}
	}
	end(&w);
}

// A key is found by its bytes and their hash: both clients must write both the same.
static void
keys_of_either_are_keys_of_the_other(void)
{
	world w;
	size_t n;
	char keys[80];
	const hzt_sample *samples = hzt_samples(&n);
	begin(&w);
	snprintf(keys, sizeof(keys), "%s-keys", w.name);
	for (size_t i = 0; i < n; i++) {
		const hzt_sample *sample = &samples[i];
		hz_error err = {0};
		hz_value got = hz_null();
		if (sample->both_ways) {
			hz_value name = hz_str(sample->name);
			HZT_OK_ERR(hz_map_set(w.keys, sample->value, name, NULL, &err), &err);
			ask(&w, "get-key", keys, sample->name);
			HZT_OK_ERR(hz_map_delete(w.keys, sample->value, &err), &err);
			ask(&w, "put-key", keys, sample->name);
			HZT_OK_ERR(hz_map_get(w.keys, sample->value, &got, &err), &err);
			expect_name(&got, sample->name);
			hz_value_clear(&got);
		}
	}
	end(&w);
}

static void
ours_is_read_from_a_queue(void)
{
	world w;
	size_t n;
	const hzt_sample *samples = hzt_samples(&n);
	begin(&w);
	for (size_t i = 0; i < n; i++) {
		hz_error err = {0};
		bool done = false;
		HZT_OK_ERR(hz_queue_offer(w.queue, samples[i].value, 0, &done, &err), &err);
		HZT_CHECK(done);
	}
	for (size_t i = 0; i < n; i++) {
		ask(&w, "poll", w.name, samples[i].name);
	}
	end(&w);
}

static void
theirs_is_read_from_a_queue(void)
{
	world w;
	size_t n;
	const hzt_sample *samples = hzt_samples(&n);
	begin(&w);
	for (size_t i = 0; i < n; i++) {
		if (samples[i].both_ways) {
			ask(&w, "offer", w.name, samples[i].name);
		}
	}
	for (size_t i = 0; i < n; i++) {
		hz_error err = {0};
		hz_value got = hz_null();
		if (samples[i].both_ways) {
			HZT_OK_ERR(hz_queue_take(w.queue, &got, &err), &err);
			expect_sample(&got, &samples[i]);
			hz_value_clear(&got);
		}
	}
	end(&w);
}

static const hzt_case cases[] = {
		{"ours_is_read_from_a_map", ours_is_read_from_a_map},
		{"theirs_is_read_from_a_map", theirs_is_read_from_a_map},
		{"keys_of_either_are_keys_of_the_other", keys_of_either_are_keys_of_the_other},
		{"ours_is_read_from_a_queue", ours_is_read_from_a_queue},
		{"theirs_is_read_from_a_queue", theirs_is_read_from_a_queue},
};

HZT_MAIN("values", cases)
