// SPDX-License-Identifier: Apache-2.0
//
// Read, compute, write as one step: counting from several threads without a lock.
#include "connect.h"

#include <inttypes.h>
#include <pthread.h>

enum { THREADS = 4, ROUNDS = 25 };

static hz_client *client;

// May run several times for one step, when others are faster; so it does nothing but compute.
static hz_err
one_more(void *ctx, const hz_value *key, const hz_value *old, hz_value *out)
{
	int64_t n = 0;
	(void)ctx;
	(void)key;
	if (!hz_value_is_null(old)) {
		hz_err e = hz_value_get_i64(old, &n);
		if (e != HZ_OK) {
			return e;
		}
	}
	*out = hz_i64(n + 1);
	return HZ_OK;
}

static void *
count(void *unused)
{
	hz_error err = {0};
	hz_map *map = NULL;
	(void)unused;
	check(hz_map_open(client, "example-compute", NULL, &map, &err), &err);
	for (int i = 0; i < ROUNDS; i++) {
		check(hz_map_compute(map, hz_str("visits"), one_more, NULL, NULL, &err), &err);
	}
	hz_map_close(&map);
	return NULL;
}

int
main(int argc, char **argv)
{
	hz_error err = {0};
	hz_map *map = NULL;
	hz_value value;
	int64_t visits = 0;
	pthread_t threads[THREADS];
	client = connect_to(argc, argv);
	for (int i = 0; i < THREADS; i++) {
		if (pthread_create(&threads[i], NULL, count, NULL) != 0) {
			return 1;
		}
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
	}
	check(hz_map_open(client, "example-compute", NULL, &map, &err), &err);
	check(hz_map_get(map, hz_str("visits"), &value, &err), &err);
	check(hz_value_get_i64(&value, &visits), &err);
	hz_value_clear(&value);
	printf("visits: %" PRId64 "\n", visits);
	check(hz_map_destroy(&map, &err), &err);
	hz_client_destroy(&client);
	return 0;
}
