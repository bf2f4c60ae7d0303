// SPDX-License-Identifier: Apache-2.0
//
// Stopping workers that wait in a queue without losing a job. A take that is cancelled still waits
// in the member, which may give it the next job; such a job is late, and its function puts it back.
#include "connect.h"

#include <pthread.h>

enum { WORKERS = 2, JOBS = 20 };

static hz_client *client;

// Runs on a thread of the client, where calls with a deadline may wait: all but take, put, lock.
static void
put_back(void *ctx, const char *name, const hz_value *job)
{
	(void)ctx;
	hz_error err = {0};
	hz_queue *jobs = NULL;
	check(hz_queue_open(client, name, NULL, &jobs, &err), &err);
	check(hz_queue_add(jobs, *job, &err), &err);
	hz_queue_close(&jobs);
}

static void *
work(void *queue)
{
	hz_error err = {0};
	hz_value job;
	while (hz_queue_take(queue, &job, &err) == HZ_OK) {
		hz_value_clear(&job); // here it would be done
	}
	printf("a worker stops: %s\n", hz_err_name((hz_err)err.code));
	return NULL;
}

int
main(int argc, char **argv)
{
	const char *members = argc > 1 ? argv[1] : "127.0.0.1";
	hz_error err = {0};
	hz_config *config = NULL;
	hz_cancel *stop = NULL;
	hz_queue *waiting = NULL;
	hz_queue *jobs = NULL;
	pthread_t workers[WORKERS];
	int left = 0;
	check(hz_config_new(&config, &err), &err);
	check(hz_config_set(config, "network.cluster-members", members, &err), &err);
	check(hz_config_on_late_item(config, put_back, NULL, &err), &err);
	check(hz_client_new(config, &client, &err), &err);
	hz_config_destroy(&config);
	check(hz_cancel_new(client, &stop, &err), &err);
	hz_call call = {.cancel = stop};
	check(hz_queue_open(client, "example-late", &call, &waiting, &err), &err);
	for (int i = 0; i < WORKERS; i++) {
		if (pthread_create(&workers[i], NULL, work, waiting) != 0) {
			return 1;
		}
	}
	hz_cancel_fire(stop);
	for (int i = 0; i < WORKERS; i++) {
		pthread_join(workers[i], NULL);
	}
	// A deadline is the gentler end: the member keeps it as well, and has then given nothing.
	call = (hz_call){.timeout_ms = 5000};
	check(hz_queue_open(client, "example-late", &call, &jobs, &err), &err);
	for (int i = 0; i < JOBS; i++) {
		check(hz_queue_add(jobs, hz_i32(i), &err), &err);
	}
	while (left < JOBS && hz_queue_take(jobs, NULL, &err) == HZ_OK) {
		left++;
	}
	printf("jobs left: %d of %d\n", left, JOBS);
	check(hz_queue_destroy(&jobs, &err), &err);
	hz_queue_close(&waiting);
	hz_cancel_destroy(&stop);
	hz_client_destroy(&client);
	return 0;
}
