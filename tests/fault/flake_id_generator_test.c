// SPDX-License-Identifier: Apache-2.0
//
// Flake ids from members whose node ids are too high, and while members are lost.
#include "tests/fault/rig.h"
#include "tests/support/cluster.h"
#include "tests/support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define LONG_MS 60000
#define THREADS 4
#define EACH 3000

static hz_error err;

// Node ids have 16 bits, and members are numbered from 1 in the order in which they came: of near*
// only the first one can make ids, of far* none.
static const char *
configuration(void)
{
	static char path[256];
	const char *folder = getenv("TEST_TMPDIR");
	snprintf(path, sizeof(path), "%s/flake-id-%ld.xml", folder != NULL ? folder : "/tmp",
			(long)getpid());
	FILE *f = fopen(path, "w");
	HZT_CHECK(f != NULL);
	fprintf(f,
			"<flake-id-generator name=\"near*\"><node-id-offset>65534</node-id-offset>"
			"</flake-id-generator>\n<flake-id-generator name=\"far*\">"
			"<node-id-offset>1000000</node-id-offset></flake-id-generator>\n");
	fclose(f);
	return path;
}

static hzt_cluster *
start_cluster(int members)
{
	char spec[512];
	const char *path = configuration();
	snprintf(spec, sizeof(spec), "%d backup=1 xml=%s", members, path);
	hzt_cluster *cluster = hzt_cluster_start(spec);
	unlink(path);
	return cluster;
}

static hz_flake_id_generator *
open_ids(hz_client *client, const char *name, int32_t count)
{
	hz_flake_id_generator *ids = NULL;
	hz_flake_id_options options = hz_flake_id_options_default();
	options.prefetch_count = count;
	HZT_OK_ERR(hz_flake_id_generator_open(client, name, &options, NULL, &ids, &err), &err);
	return ids;
}

static int
compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a;
	int64_t y = *(const int64_t *)b;
	return x < y ? -1 : x > y;
}

static void
check_unique(int64_t *ids, size_t n)
{
	qsort(ids, n, sizeof(*ids), compare);
	for (size_t i = 1; i < n; i++) {
		HZT_CHECK(ids[i] != ids[i - 1]);
	}
}

static void
one_member_in_range_is_enough(void)
{
	static int64_t all[200];
	hzt_cluster *cluster = start_cluster(2);
	hz_client *client = hzt_client(hzt_cluster_addresses(cluster), NULL);
	hz_flake_id_generator *ids = open_ids(client, "near", 1);
	for (size_t i = 0; i < 200; i++) {
		HZT_OK_ERR(hz_flake_id_generator_new_id(ids, &all[i], &err), &err);
		HZT_EQ_INT(all[i] & 0xffff, 65535);
	}
	check_unique(all, 200);
	hz_flake_id_generator_close(&ids);

	ids = open_ids(client, "far", 1);
	int64_t id = 0;
	// They have asked each other.
	HZT_EQ_INT(hz_flake_id_generator_new_id(ids, &id, &err), HZ_ERR_SERVER);
	HZT_EQ_INT(err.server_code, 18);
	HZT_CHECK(!err.in_doubt);
	hz_flake_id_generator_close(&ids);
	hz_client_destroy(&client);
	hzt_cluster_end(&cluster);
}

typedef struct load {
	hz_client *client;
	int64_t ids[THREADS * EACH];
	_Atomic size_t made;
	_Atomic int failed;
} load;

static load asking;

static void
ask(void *ctx, size_t number)
{
	load *self = ctx;
	hz_flake_id_generator *ids = NULL;
	hz_flake_id_options options = {.size = sizeof(options), .prefetch_count = 3};
	if (hz_flake_id_generator_open(self->client, "lost", &options, NULL, &ids, NULL) != HZ_OK) {
		atomic_fetch_add(&self->failed, 1);
		return;
	}
	for (size_t i = 0; i < EACH; i++) {
		hz_error failure = {0};
		hz_err e = hz_flake_id_generator_new_id(
				ids, &self->ids[number * EACH + i], &failure);
		if (e != HZ_OK) {
			printf("  new_id: %s %s\n", hz_err_name(e), failure.message);
			atomic_fetch_add(&self->failed, 1);
		}
		atomic_fetch_add(&self->made, 1);
	}
	hz_flake_id_generator_close(&ids);
}

static bool
has_made_some(void *ctx)
{
	(void)ctx;
	return atomic_load(&asking.made) > EACH / 4;
}

// Asking for ids is harmless to repeat: the loss of a member is not noticed, and nothing comes
// twice.
static void
a_lost_member_is_not_noticed(void)
{
	hzt_cluster *cluster = start_cluster(2);
	asking.client = hzt_client(hzt_cluster_addresses(cluster), NULL);
	hzt_team *team = hzt_team_start(THREADS, ask, &asking);
	HZT_AWAIT(has_made_some, NULL, LONG_MS);
	hzt_cluster_kill(cluster, 1);
	hzt_team_join(&team, LONG_MS);
	HZT_EQ_INT(atomic_load(&asking.failed), 0);
	check_unique(asking.ids, (size_t)THREADS * EACH);
	hz_client_destroy(&asking.client);
	hzt_cluster_end(&cluster);
}

static const hzt_case cases[] = {
		{"one_member_in_range_is_enough", one_member_in_range_is_enough},
		{"a_lost_member_is_not_noticed", a_lost_member_is_not_noticed},
};

HZT_MAIN("flake_id_generator", cases)
