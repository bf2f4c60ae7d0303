// SPDX-License-Identifier: Apache-2.0
//
// Records of this client and of the official one for Python: what one writes the other reads, of
// every kind of field, and both write the same bytes; as keys; and in two versions of one type.
#include "tests/interop/peer.h"
#include "tests/support/cluster.h"
#include "tests/support/everything.h"
#include "tests/support/suite.h"

#include <hazelcast/hazelcast.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct world {
	hz_client *client;
	hzt_peer python;
	char name[64]; // of the map of this run
	hz_map *map;
} world;

static hz_error err;

// What the peer finds wrong is a failure of the case.
static void
ask(world *w, const char *verb, const char *what)
{
	char line[256];
	snprintf(line, sizeof(line), "%s %s %s", verb, w->name, what);
	const char *answer = hzt_peer_ask(&w->python, line);
	if (strcmp(answer, "ok") != 0) {
		printf("  %s %s: %s\n", verb, what, answer);
		HZT_FAIL("the Python client agrees");
	}
}

static void
begin(world *w)
{
	static unsigned runs;
	hz_config *config = NULL;
	memset(w, 0, sizeof(*w));
	snprintf(w->name, sizeof(w->name), "compact-%d-%u", (int)getpid(), runs++);
	hzt_peer_start(&w->python, "compact_peer.py");
	HZT_OK_ERR(hz_config_new(&config, &err), &err);
	HZT_OK_ERR(hz_config_set(config, "network.cluster-members", hzt_shared_addresses(), &err),
			&err);
	HZT_OK_ERR(hz_client_new(config, &w->client, &err), &err);
	hz_config_destroy(&config);
	HZT_OK_ERR(hz_map_open(w->client, w->name, NULL, &w->map, &err), &err);
}

static void
end(world *w)
{
	hzt_peer_end(&w->python);
	HZT_OK_ERR(hz_map_destroy(&w->map, &err), &err);
	hz_client_destroy(&w->client);
}

static void
ours_are_read_by_python(void)
{
	world w;
	begin(&w);
	for (unsigned i = 0; i < HZT_SAMPLES; i++) {
		hzt_everything sample;
		const char *name = hzt_sample_name(i);
		hzt_everything_sample(i, &sample);
		hz_value v = hz_record(&hzt_everything_type, &sample);
		HZT_OK_ERR(hz_map_set(w.map, hz_str(name), v, NULL, &err), &err);
		ask(&w, "get", name);
	}
	end(&w);
}

static void
expect_same_bytes(const hz_value *theirs, hz_value ours)
{
	const void *data = NULL;
	size_t n = 0;
	size_t size = 0;
	HZT_OK(hz_value_get_data(theirs, &data, &n));
	void *own = malloc(n);
	HZT_CHECK(own != NULL);
	HZT_OK_ERR(hz_value_serialize(&ours, true, own, n, &size, &err), &err);
	HZT_EQ_INT(size, n);
	HZT_EQ_MEM(own, data, n);
	free(own);
}

static void
theirs_are_read_here_and_are_the_same_bytes(void)
{
	world w;
	begin(&w);
	for (unsigned i = 0; i < HZT_SAMPLES; i++) {
		hzt_everything sample;
		hzt_everything got;
		hz_value v = hz_null();
		const char *name = hzt_sample_name(i);
		hzt_everything_sample(i, &sample);
		ask(&w, "put", name);
		HZT_OK_ERR(hz_map_get(w.map, hz_str(name), &v, &err), &err);
		HZT_OK_ERR(hz_record_read(w.client, &v, &hzt_everything_type, &got, &err), &err);
		hzt_everything_expect(&got, &sample);
		hz_record_clear(&hzt_everything_type, &got);
		expect_same_bytes(&v, hz_record(&hzt_everything_type, &sample));
		hz_value_clear(&v);
	}
	end(&w);
}

static void
keys_of_either_are_keys_of_the_other(void)
{
	world w;
	hz_value v = hz_null();
	const char *text = NULL;
	begin(&w);
	for (int32_t id = 0; id < 20; id++) {
		char number[12];
		hzt_inner key = {id, "key"};
		hz_value k = hz_record(&hzt_inner_type, &key);
		snprintf(number, sizeof(number), "%d", (int)id);
		HZT_OK_ERR(hz_map_set(w.map, k, hz_str(number), NULL, &err), &err);
		ask(&w, "get-key", number);
		HZT_OK_ERR(hz_map_delete(w.map, k, &err), &err);
		ask(&w, "put-key", number);
		HZT_OK_ERR(hz_map_get(w.map, k, &v, &err), &err);
		HZT_OK(hz_value_get_str(&v, &text, NULL));
		HZT_EQ_STR(text, number);
		hz_value_clear(&v);
	}
	end(&w);
}

// Python's version of the type has a tag, and an age that may be missing; this one has a name.
typedef struct version {
	int32_t age;
	int32_t id;
	const char *name;
} version;

// What reads what Python may leave out.
typedef struct tolerant {
	hz_nullable_i32 age;
	int32_t id;
	const char *name;
} tolerant;

static void
versions_read_each_other(void)
{
	static const hz_field fields[] = {HZ_FIELD(version, age, I32), HZ_FIELD(version, id, I32),
			HZ_FIELD(version, name, STRING)};
	static const hz_field tolerant_fields[] = {HZ_FIELD(tolerant, age, NULLABLE_I32),
			HZ_FIELD(tolerant, id, I32), HZ_FIELD(tolerant, name, STRING)};
	static hz_record_type type = HZ_RECORD_TYPE(version, "versioned", fields);
	static hz_record_type reader = HZ_RECORD_TYPE(tolerant, "versioned", tolerant_fields);
	world w;
	version ours = {40, 2, "Ada"};
	tolerant got;
	hz_value v = hz_null();
	begin(&w);
	HZT_OK_ERR(hz_map_set(w.map, hz_str("ours"), hz_record(&type, &ours), NULL, &err), &err);
	ask(&w, "get-version", "-");
	ask(&w, "put-version", "-");
	HZT_OK_ERR(hz_map_get(w.map, hz_str("theirs"), &v, &err), &err);
	HZT_OK_ERR(hz_record_read(w.client, &v, &reader, &got, &err), &err);
	HZT_CHECK(got.id == 1 && !got.age.has && got.name == NULL);
	hz_record_clear(&reader, &got);
	HZT_EQ_INT(hz_record_read(w.client, &v, &type, &ours, &err), HZ_ERR_RANGE);
	HZT_EQ_STR(err.message, "field age is null");
	hz_value_clear(&v);
	end(&w);
}

static const hzt_case cases[] = {
		{"ours_are_read_by_python", ours_are_read_by_python},
		{"theirs_are_read_here_and_are_the_same_bytes",
				theirs_are_read_here_and_are_the_same_bytes},
		{"keys_of_either_are_keys_of_the_other", keys_of_either_are_keys_of_the_other},
		{"versions_read_each_other", versions_read_each_other},
};

HZT_MAIN("compact", cases)
