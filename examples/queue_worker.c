// SPDX-License-Identifier: Apache-2.0
//
// A producer and workers around a queue: take waits in the member and costs no processor time here.
#include "connect.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>

enum { WORKERS = 4, JOBS = 100 };

static hz_client *client;
static _Atomic int64_t sum;

// Each thread opens a handle of its own: that is cheap. A negative number tells it to stop.
static void *
work(void *unused)
{
	hz_error err = {0};
	hz_queue *jobs = NULL;
	(void)unused;
	check(hz_queue_open(client, "example-jobs", NULL, &jobs, &err), &err);
	for (;;) {
		hz_value job;
		int64_t n = 0;
		check(hz_queue_take(jobs, &job, &err), &err);
		check(hz_value_get_i64(&job, &n), &err);
		hz_value_clear(&job);
		if (n < 0) {
			break;
		}
		atomic_fetch_add(&sum, n);
	}
	hz_queue_close(&jobs);
	return NULL;
}

int
main(int argc, char **argv)
{
	hz_error err = {0};
	hz_queue *jobs = NULL;
	pthread_t workers[WORKERS];
	client = connect_to(argc, argv);
	check(hz_queue_open(client, "example-jobs", NULL, &jobs, &err), &err);
	for (int i = 0; i < WORKERS; i++) {
		if (pthread_create(&workers[i], NULL, work, NULL) != 0) {
			return 1;
		}
	}
	for (int i = 1; i <= JOBS; i++) {
		check(hz_queue_put(jobs, hz_i64(i), &err), &err);
	}
	for (int i = 0; i < WORKERS; i++) {
		check(hz_queue_put(jobs, hz_i64(-1), &err), &err);
	}
	for (int i = 0; i < WORKERS; i++) {
		pthread_join(workers[i], NULL);
	}
	printf("%d jobs done, sum %" PRId64 "\n", JOBS, atomic_load(&sum));

	// A deadline on the handle turns "wait for ever" into an error.
	hz_value job;
	check(hz_queue_call(jobs, &(hz_call){.timeout_ms = 100}), &err);
	hz_err e = hz_queue_take(jobs, &job, &err);
	printf("one more? %s\n", hz_err_name(e));

	check(hz_queue_destroy(&jobs, &err), &err);
	hz_client_destroy(&client);
	return 0;
}
