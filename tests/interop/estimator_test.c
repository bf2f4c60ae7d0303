// SPDX-License-Identifier: Apache-2.0
//
// This client and the official one for Java at the same cardinality estimator: what either has
// added is nothing new when the other one adds it.
#include "tests/interop/peer.h"
#include "tests/interop/samples.h"
#include "tests/support/cluster.h"
#include "tests/support/suite.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MANY 1000

static hz_error err;

typedef struct world {
	hz_client *client;
	hz_cardinality_estimator *estimator;
	char name[64]; // of the estimator, and of a map with the samples
	hz_map *map;
	hzt_peer java;
} world;

static void
begin(world *w)
{
	static unsigned runs;
	hz_config *config = NULL;
	memset(w, 0, sizeof(*w));
	snprintf(w->name, sizeof(w->name), "estimator-%d-%u", (int)getpid(), runs++);
	hzt_peer_start(&w->java, "Estimator.java"); // before there are threads
	HZT_OK_ERR(hz_config_new(&config, &err), &err);
	HZT_OK_ERR(hz_config_set(config, "network.cluster-members", hzt_shared_addresses(), &err),
			&err);
	HZT_OK_ERR(hz_client_new(config, &w->client, &err), &err);
	hz_config_destroy(&config);
	HZT_OK_ERR(hz_map_open(w->client, w->name, NULL, &w->map, &err), &err);
	HZT_OK_ERR(hz_cardinality_estimator_open(w->client, w->name, NULL, &w->estimator, &err),
			&err);
}

static void
end(world *w)
{
	hzt_peer_end(&w->java);
	HZT_OK_ERR(hz_map_destroy(&w->map, &err), &err);
	HZT_OK_ERR(hz_cardinality_estimator_destroy(&w->estimator, &err), &err);
	hz_client_destroy(&w->client);
}

// The estimate after what Java was told to do.
static int64_t
java(world *w, const char *verb, const char *arguments)
{
	char line[256];
	int64_t n = -1;
	snprintf(line, sizeof(line), "%s %s %s", verb, w->name, arguments);
	HZT_EQ_INT(sscanf(hzt_peer_ask(&w->java, line), "%" SCNd64, &n), 1);
	return n;
}

static int64_t
java_adds_sample(world *w, const char *name)
{
	char arguments[160];
	snprintf(arguments, sizeof(arguments), "%s %s", w->name, name);
	return java(w, "add", arguments);
}

static int64_t
estimate(world *w)
{
	int64_t n = -1;
	HZT_OK_ERR(hz_cardinality_estimator_estimate(w->estimator, &n, &err), &err);
	return n;
}

static int64_t
add(world *w, hz_value value)
{
	HZT_OK_ERR(hz_cardinality_estimator_add(w->estimator, value, &err), &err);
	return estimate(w);
}

static void
expect(const char *what, int64_t got, int64_t want)
{
	if (got != want) {
		printf("  %s\n", what);
	}
	HZT_EQ_INT(got, want);
}

// One value of every type, first by one and then by the other.
static void
every_type_hashes_alike(void)
{
	world w;
	size_t n;
	const hzt_sample *samples = hzt_samples(&n);
	begin(&w);
	int64_t known = 0;
	for (size_t i = 0; i < n; i++) {
		hz_value name = hz_str(samples[i].name);
		HZT_OK_ERR(hz_map_set(w.map, name, samples[i].value, NULL, &err), &err);
		int64_t now = i % 2 == 0 ? add(&w, samples[i].value)
					 : java_adds_sample(&w, samples[i].name);
		HZT_CHECK(now >= known);
		known = now;
		now = i % 2 == 0 ? java_adds_sample(&w, samples[i].name)
				 : add(&w, samples[i].value);
		expect(samples[i].name, now, known);
	}
	// Some have the same payload as another one, most do not.
	HZT_CHECK(known > (int64_t)n * 3 / 4);
	HZT_EQ_INT(java(&w, "estimate", ""), known);
	end(&w);
}

static void
ours_are_nothing_new_to_java(void)
{
	world w;
	begin(&w);
	for (int64_t i = 0; i < MANY; i++) {
		HZT_OK_ERR(hz_cardinality_estimator_add(w.estimator, hz_i64(i), &err), &err);
	}
	int64_t n = estimate(&w);
	HZT_CHECK(n > MANY * 9 / 10 && n < MANY * 11 / 10);
	HZT_EQ_INT(java(&w, "estimate", ""), n);
	HZT_EQ_INT(java(&w, "count", "0 1000"), n);
	HZT_CHECK(java(&w, "count", "1000 2000") > n + MANY / 2);
	end(&w);
}

static void
javas_are_nothing_new_to_us(void)
{
	world w;
	begin(&w);
	int64_t n = java(&w, "count", "-500 500");
	HZT_CHECK(n > MANY * 9 / 10 && n < MANY * 11 / 10);
	HZT_EQ_INT(estimate(&w), n);
	for (int64_t i = -500; i < 500; i++) {
		HZT_OK_ERR(hz_cardinality_estimator_add(w.estimator, hz_i64(i), &err), &err);
	}
	HZT_EQ_INT(estimate(&w), n);
	end(&w);
}

static const hzt_case cases[] = {
		{"every_type_hashes_alike", every_type_hashes_alike},
		{"ours_are_nothing_new_to_java", ours_are_nothing_new_to_java},
		{"javas_are_nothing_new_to_us", javas_are_nothing_new_to_us},
};

HZT_MAIN("estimator", cases)
