// SPDX-License-Identifier: Apache-2.0
//
// Ids that are unique in the whole cluster: each thread has a handle with a batch of its own, so
// most of them cost no round trip and no lock.
#include "connect.h"

#include <pthread.h>

enum { THREADS = 4, EACH = 10000, ALL = THREADS * EACH };

static hz_client *client;
static int64_t ids[ALL];

static void *
work(void *first)
{
	hz_error err = {0};
	hz_flake_id_generator *orders = NULL;
	hz_flake_id_options options = hz_flake_id_options_default();
	int64_t *mine = first;
	options.prefetch_count = 1000; // one round trip for so many
	check(hz_flake_id_generator_open(client, "example-orders", &options, NULL, &orders, &err),
			&err);
	for (int i = 0; i < EACH; i++) {
		check(hz_flake_id_generator_new_id(orders, &mine[i], &err), &err);
	}
	hz_flake_id_generator_close(&orders);
	return NULL;
}

static int
compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a;
	int64_t y = *(const int64_t *)b;
	return x < y ? -1 : x > y;
}

int
main(int argc, char **argv)
{
	pthread_t threads[THREADS];
	int twice = 0;
	client = connect_to(argc, argv);
	for (int i = 0; i < THREADS; i++) {
		if (pthread_create(&threads[i], NULL, work, &ids[(size_t)i * EACH]) != 0) {
			return 1;
		}
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
	}
	qsort(ids, ALL, sizeof(ids[0]), compare);
	for (int i = 1; i < ALL; i++) {
		twice += ids[i] == ids[i - 1];
	}
	printf("%d ids, %s\n", ALL, twice == 0 ? "all different" : "some of them twice");
	hz_client_destroy(&client);
	return 0;
}
