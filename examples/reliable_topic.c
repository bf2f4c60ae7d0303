// SPDX-License-Identifier: Apache-2.0
//
// A durable subscriber: it keeps its place in the topic, so that after it was stopped, or has
// crashed, it goes on where it was.
#include "connect.h"

#include <semaphore.h>

typedef struct subscriber {
	int64_t place; // a real one would keep this in a file or a map
	int jobs_left;
	sem_t ended;
} subscriber;

static hz_err
on_job(void *ctx, const hz_message *message)
{
	subscriber *self = ctx;
	int64_t job = 0;
	if (self->jobs_left == 0) {
		return HZ_ERR_CANCELLED; // ends the listener: this job is not done, it comes again
	}
	check(hz_value_get_i64(&message->value, &job), NULL);
	printf("job %d\n", (int)job);
	self->jobs_left--;
	return HZ_OK;
}

static void
on_place(void *ctx, int64_t next)
{
	((subscriber *)ctx)->place = next;
}

static void
on_end(void *ctx)
{
	sem_post(&((subscriber *)ctx)->ended);
}

// Goes on from its place, with so many jobs.
static void
subscribe(hz_reliable_topic *jobs, subscriber *self, int n)
{
	hz_error err = {0};
	hz_listener_id id;
	hz_reliable_listen_options from = hz_reliable_listen_options_default();
	hz_reliable_listener listener = {.size = sizeof(listener), .ctx = self};
	listener.message = on_job;
	listener.store_sequence = on_place;
	listener.end = on_end;
	from.start = HZ_RELIABLE_START_SEQUENCE;
	from.sequence = self->place;
	self->jobs_left = n;
	check(hz_reliable_topic_listen(jobs, &listener, &from, &id, &err), &err);
	sem_wait(&self->ended);
	printf("stopped at place %d\n", (int)self->place);
}

int
main(int argc, char **argv)
{
	hz_error err = {0};
	hz_reliable_topic *jobs = NULL;
	subscriber worker = {0};
	hz_client *client = connect_to(argc, argv);
	sem_init(&worker.ended, 0, 0);
	check(hz_reliable_topic_open(client, "example-jobs", NULL, NULL, &jobs, &err), &err);
	for (int i = 1; i <= 5; i++) {
		check(hz_reliable_topic_publish(jobs, hz_i64(i), NULL, &err), &err);
	}
	subscribe(jobs, &worker, 2);
	subscribe(jobs, &worker, 2);
	check(hz_reliable_topic_destroy(&jobs, &err), &err);
	hz_client_destroy(&client);
	return 0;
}
