// SPDX-License-Identifier: Apache-2.0
//
// This client and the official one for Java at the same cardinality estimator: what either has added
// is nothing new when the other one adds it.
#include "tests/interop/samples.h"
#include "tests/support/cluster.h"
#include "tests/support/suite.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define MANY 1000

static hz_error err;

typedef struct world {
	hz_client *client;
	hz_cardinality_estimator *estimator;
	char name[64]; // of the estimator, and of a map with the samples
	hz_map *map;
	pid_t pid; // of the Java program
	FILE *to, *from;
} world;

static void
start_java(world *w)
{
	int in[2], out[2];
	const char *addresses = hzt_shared_addresses();
	HZT_CHECK(pipe(in) == 0 && pipe(out) == 0);
	w->pid = fork();
	HZT_CHECK(w->pid >= 0);
	if (w->pid == 0) {
		dup2(in[0], STDIN_FILENO);
		dup2(out[1], STDOUT_FILENO);
		for (size_t i = 0; i < 2; i++) {
			close(in[i]);
			close(out[i]);
		}
		execl("tools/java.py", "tools/java.py", "tests/interop/Estimator.java", addresses,
				(char *)NULL);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	w->to = fdopen(in[1], "w");
	w->from = fdopen(out[0], "r");
	HZT_CHECK(w->to != NULL && w->from != NULL);
}

static void
begin(world *w)
{
	static unsigned runs;
	hz_config *config = NULL;
	memset(w, 0, sizeof(*w));
	snprintf(w->name, sizeof(w->name), "estimator-%d-%u", (int)getpid(), runs++);
	start_java(w); // before there are threads
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
	int status = -1;
	fclose(w->to); // its end of input is its end
	HZT_EQ_INT(waitpid(w->pid, &status, 0), w->pid);
	fclose(w->from);
	HZT_EQ_INT(status, 0);
	HZT_OK_ERR(hz_map_destroy(&w->map, &err), &err);
	HZT_OK_ERR(hz_cardinality_estimator_destroy(&w->estimator, &err), &err);
	hz_client_destroy(&w->client);
}

// The estimate after what Java was told to do.
static int64_t
java(world *w, const char *verb, const char *arguments)
{
	char answer[256] = "";
	int64_t n = -1;
	fprintf(w->to, "%s %s %s\n", verb, w->name, arguments);
	fflush(w->to);
	HZT_CHECK(fgets(answer, sizeof(answer), w->from) != NULL);
	HZT_EQ_INT(sscanf(answer, "%" SCNd64, &n), 1);
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
