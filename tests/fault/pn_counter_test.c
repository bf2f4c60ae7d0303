// SPDX-License-Identifier: Apache-2.0
//
// PN counters whose replica is lost, or leaves, while they are in use.
#include "tests/fault/rig.h"
#include "tests/support/cluster.h"
#include "tests/support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define COUNTERS 8
#define THREADS 4
#define LONG_MS 60000

static hz_error err;

// Counters called slow* tell nobody; those called one* have one replica, the oldest member.
static const char *
configuration(const char *period_ms)
{
	static char path[256];
	const char *folder = getenv("TEST_TMPDIR");
	snprintf(path, sizeof(path), "%s/pn-counter-%ld.xml", folder != NULL ? folder : "/tmp",
			(long)getpid());
	FILE *f = fopen(path, "w");
	HZT_CHECK(f != NULL);
	fprintf(f,
			"<pn-counter name=\"one*\"><replica-count>1</replica-count></pn-counter>\n"
			"<crdt-replication><replication-period-millis>%s"
			"</replication-period-millis></crdt-replication>\n",
			period_ms);
	fclose(f);
	return path;
}

static hzt_cluster *
start_cluster(int members, const char *period_ms)
{
	char spec[512];
	const char *path = configuration(period_ms);
	snprintf(spec, sizeof(spec), "%d backup=1 xml=%s", members, path);
	hzt_cluster *cluster = hzt_cluster_start(spec);
	unlink(path);
	return cluster;
}

static hz_pn_counter *
open_counter(hz_client *client, const char *name)
{
	hz_pn_counter *counter = NULL;
	HZT_OK_ERR(hz_pn_counter_open(client, name, NULL, &counter, &err), &err);
	return counter;
}

static int64_t
value_of(hz_pn_counter *counter)
{
	int64_t n = -1;
	HZT_OK_ERR(hz_pn_counter_get(counter, &n, &err), &err);
	return n;
}

// The only replica that had our additions is gone: that is said, not a smaller number given. A new
// session goes on with what is left.
static void
a_lost_replica_is_told(void)
{
	hzt_cluster *cluster = start_cluster(2, "1000");
	hz_client *client = hzt_client(hzt_cluster_addresses(cluster), NULL);
	hz_pn_counter *counter = open_counter(client, "one-lost");
	int64_t n = 0;
	HZT_OK_ERR(hz_pn_counter_add_and_get(counter, 3, &n, &err), &err);
	HZT_EQ_INT(n, 3);
	hzt_cluster_kill(cluster, 0);
	HZT_EQ_INT(hz_pn_counter_get(counter, &n, &err), HZ_ERR_CONSISTENCY_LOST);
	HZT_EQ_INT(hz_pn_counter_get(counter, &n, &err), HZ_ERR_CONSISTENCY_LOST);
	HZT_OK_ERR(hz_pn_counter_reset(counter, &err), &err);
	HZT_EQ_INT(value_of(counter), 0);
	HZT_OK_ERR(hz_pn_counter_add_and_get(counter, 5, &n, &err), &err);
	HZT_EQ_INT(n, 5);
	HZT_EQ_INT(value_of(counter), 5);
	hz_pn_counter_close(&counter);
	hz_client_destroy(&client);
	hzt_cluster_end(&cluster);
}

// The same where the other member is a replica, and has additions of its own, but was told nothing.
static void
a_stale_replica_is_told(void)
{
	hzt_cluster *cluster = start_cluster(2, "1000000");
	hz_client *client = hzt_client(hzt_cluster_addresses(cluster), NULL);
	static hz_pn_counter *counters[COUNTERS];
	int lost = 0;
	for (int i = 0; i < COUNTERS; i++) {
		char name[16];
		int64_t n = 0;
		snprintf(name, sizeof(name), "stale-%d", i);
		counters[i] = open_counter(client, name);
		HZT_OK_ERR(hz_pn_counter_add_and_get(counters[i], 7, &n, &err), &err);
	}
	hzt_cluster_kill(cluster, 0);
	for (int i = 0; i < COUNTERS; i++) {
		int64_t n = 0;
		hz_err e = hz_pn_counter_get(counters[i], &n, &err);
		HZT_CHECK(e == HZ_ERR_CONSISTENCY_LOST || (e == HZ_OK && n == 7));
		lost += e != HZ_OK;
		HZT_OK_ERR(hz_pn_counter_reset(counters[i], &err), &err);
		HZT_EQ_INT(value_of(counters[i]), e == HZ_OK ? 7 : 0);
		hz_pn_counter_close(&counters[i]);
	}
	// Replicas are chosen at random: some were on each.
	printf("  %d of %d counters had the member that was killed\n", lost, COUNTERS);
	hz_client_destroy(&client);
	hzt_cluster_end(&cluster);
}

typedef struct sight {
	hz_pn_counter *counter;
	int64_t want;
} sight;

static bool
is_seen(void *ctx)
{
	const sight *seen = ctx;
	int64_t n = 0;
	return hz_pn_counter_get(seen->counter, &n, NULL) == HZ_OK && n == seen->want;
}

// Other clients see the sum, whichever replica each of them asks, so all replicas have it. Then the
// loss of one is noticed by nobody.
static void
a_replicated_sum_survives(void)
{
	hzt_cluster *cluster = start_cluster(3, "100");
	hz_client *client = hzt_client(hzt_cluster_addresses(cluster), NULL);
	static hz_pn_counter *counters[COUNTERS];
	for (int i = 0; i < COUNTERS; i++) {
		char name[16];
		snprintf(name, sizeof(name), "kept-%d", i);
		counters[i] = open_counter(client, name);
		HZT_OK_ERR(hz_pn_counter_get_and_add(counters[i], 10 + i, NULL, &err), &err);
	}
	for (int look = 0; look < 6; look++) {
		hz_client *other = hzt_client(hzt_cluster_addresses(cluster), NULL);
		for (int i = 0; i < COUNTERS; i++) {
			const char *name = hz_pn_counter_name(counters[i]);
			sight seen = {.counter = open_counter(other, name), .want = 10 + i};
			HZT_AWAIT(is_seen, &seen, LONG_MS);
			hz_pn_counter_close(&seen.counter);
		}
		hz_client_destroy(&other);
	}
	hzt_cluster_kill(cluster, 1);
	for (int i = 0; i < COUNTERS; i++) {
		int64_t n = 0;
		HZT_EQ_INT(value_of(counters[i]), 10 + i);
		HZT_OK_ERR(hz_pn_counter_increment_and_get(counters[i], &n, &err), &err);
		HZT_EQ_INT(n, 11 + i);
		hz_pn_counter_close(&counters[i]);
	}
	hz_client_destroy(&client);
	hzt_cluster_end(&cluster);
}

// ---- A replica leaves in order ----

typedef struct load {
	hz_client *client;
	atomic_bool stop;
	_Atomic int64_t done, in_doubt;
	_Atomic int failed;
} load;

static load adding;

static void
add(void *ctx, size_t number)
{
	load *self = ctx;
	hz_pn_counter *counter = NULL;
	(void)number;
	if (hz_pn_counter_open(self->client, "leaves", NULL, &counter, NULL) != HZ_OK) {
		atomic_fetch_add(&self->failed, 1);
		return;
	}
	while (!atomic_load(&self->stop)) {
		hz_error failure = {0};
		hz_err e = hz_pn_counter_add_and_get(counter, 1, NULL, &failure);
		if (e == HZ_OK) {
			atomic_fetch_add(&self->done, 1);
		} else if (failure.in_doubt) {
			atomic_fetch_add(&self->in_doubt, 1);
		} else {
			printf("  add: %s %s\n", hz_err_name(e), failure.message);
			atomic_fetch_add(&self->failed, 1);
		}
	}
	hz_pn_counter_close(&counter);
}

static bool
has_added(void *ctx)
{
	return atomic_load(&adding.done) >= *(const int64_t *)ctx;
}

static void
leaving_in_order_loses_nothing(void)
{
	hzt_cluster *cluster = start_cluster(2, "100");
	adding = (load){.client = hzt_client(hzt_cluster_addresses(cluster), NULL)};
	hz_pn_counter *counter = open_counter(adding.client, "leaves");
	hzt_team *team = hzt_team_start(THREADS, add, &adding);
	int64_t want = 500;
	HZT_AWAIT(has_added, &want, LONG_MS);
	hzt_cluster_term(cluster, 0);
	want = atomic_load(&adding.done) + 500;
	HZT_AWAIT(has_added, &want, LONG_MS);
	atomic_store(&adding.stop, true);
	hzt_team_join(&team, LONG_MS);
	int64_t n = value_of(counter);
	printf("  %lld added, %lld in doubt, value %lld\n", (long long)atomic_load(&adding.done),
			(long long)atomic_load(&adding.in_doubt), (long long)n);
	HZT_EQ_INT(atomic_load(&adding.failed), 0);
	HZT_CHECK(n >= atomic_load(&adding.done));
	HZT_CHECK(n <= atomic_load(&adding.done) + atomic_load(&adding.in_doubt));
	hz_pn_counter_close(&counter);
	hz_client_destroy(&adding.client);
	hzt_cluster_end(&cluster);
}

static const hzt_case cases[] = {
		{"a_lost_replica_is_told", a_lost_replica_is_told},
		{"a_stale_replica_is_told", a_stale_replica_is_told},
		{"a_replicated_sum_survives", a_replicated_sum_survives},
		{"leaving_in_order_loses_nothing", leaving_in_order_loses_nothing},
};

HZT_MAIN("pn_counter", cases)
