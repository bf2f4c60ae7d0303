// SPDX-License-Identifier: Apache-2.0
//
// At most three at a time, wherever they run: workers that share the lines to a slow service.
#include "connect.h"

#include <pthread.h>
#include <stdatomic.h>

#define LINES 3
#define WORKERS 10
#define CALLS 20

static _Atomic int in_use;
static _Atomic int most;

static void
call_service(void)
{
	int now = atomic_fetch_add(&in_use, 1) + 1;
	int before = atomic_load(&most);
	while (now > before && !atomic_compare_exchange_weak(&most, &before, now)) {
	}
	atomic_fetch_sub(&in_use, 1);
}

static void *
work(void *client)
{
	hz_error err = {0};
	hz_semaphore *lines = NULL;
	check(hz_semaphore_open(client, "example-lines", NULL, &lines, &err), &err);
	for (int i = 0; i < CALLS; i++) {
		// Waits in the member: neither a thread nor a descriptor of the library's.
		check(hz_semaphore_acquire(lines, 1, &err), &err);
		call_service();
		check(hz_semaphore_release(lines, 1, &err), &err);
	}
	hz_semaphore_close(&lines);
	return NULL;
}

int
main(int argc, char **argv)
{
	hz_error err = {0};
	hz_semaphore *lines = NULL;
	pthread_t workers[WORKERS];
	int32_t free_lines = 0;
	hz_client *client = connect_to(argc, argv);
	check(hz_semaphore_open(client, "example-lines", NULL, &lines, &err), &err);
	// The first one who says so decides how many there are.
	check(hz_semaphore_init(lines, LINES, NULL, &err), &err);
	for (int i = 0; i < WORKERS; i++) {
		pthread_create(&workers[i], NULL, work, client);
	}
	for (int i = 0; i < WORKERS; i++) {
		pthread_join(workers[i], NULL);
	}
	check(hz_semaphore_available_permits(lines, &free_lines, &err), &err);
	printf("never more than %d lines: %s\n", LINES, most <= LINES ? "true" : "false");
	printf("free in the end: %d\n", (int)free_lines);
	hz_semaphore_close(&lines);
	hz_client_destroy(&client);
	return 0;
}
