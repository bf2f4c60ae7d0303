// SPDX-License-Identifier: Apache-2.0
//
// Waiting until several others are ready, wherever they run.
#include "connect.h"

#include <pthread.h>

#define WORKERS 5

static void *
get_ready(void *client)
{
	hz_error err = {0};
	hz_count_down_latch *ready = NULL;
	check(hz_count_down_latch_open(client, "example-ready", NULL, &ready, &err), &err);
	// Counted once, also if the connection is lost meanwhile.
	check(hz_count_down_latch_count_down(ready, &err), &err);
	hz_count_down_latch_close(&ready);
	return NULL;
}

int
main(int argc, char **argv)
{
	hz_error err = {0};
	hz_count_down_latch *ready = NULL;
	pthread_t workers[WORKERS];
	bool all = false;
	hz_client *client = connect_to(argc, argv);
	check(hz_count_down_latch_open(client, "example-ready", NULL, &ready, &err), &err);
	check(hz_count_down_latch_try_set_count(ready, WORKERS, NULL, &err), &err);

	check(hz_count_down_latch_try_await(ready, 20, &all, &err), &err);
	printf("ready after a moment: %s\n", all ? "all" : "not all");
	for (int i = 0; i < WORKERS; i++) {
		pthread_create(&workers[i], NULL, get_ready, client);
	}
	check(hz_count_down_latch_try_await(ready, 30000, &all, &err), &err);
	printf("ready in the end: %s\n", all ? "all" : "not all");

	for (int i = 0; i < WORKERS; i++) {
		pthread_join(workers[i], NULL);
	}
	hz_count_down_latch_close(&ready);
	hz_client_destroy(&client);
	return 0;
}
