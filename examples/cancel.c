// SPDX-License-Identifier: Apache-2.0
//
// Ending calls early: a cancel token ends every call that carries it, from any thread.
#include "connect.h"

#include <pthread.h>
#include <unistd.h>

static void *
change_of_mind(void *ctx)
{
	usleep(100 * 1000);
	hz_cancel_fire(ctx);
	return NULL;
}

int
main(int argc, char **argv)
{
	hz_error err = {0};
	hz_client *client = connect_to(argc, argv);
	hz_cancel *cancel = NULL;
	hz_queue *queue = NULL;
	pthread_t thread;
	hz_value item;
	check(hz_cancel_new(client, &cancel, &err), &err);
	check(hz_queue_open(client, "example-cancel", &(hz_call){.cancel = cancel}, &queue, &err),
			&err);

	// Without an end of its own, until somebody fires the token.
	if (pthread_create(&thread, NULL, change_of_mind, cancel) != 0) {
		return 1;
	}
	hz_err e = hz_queue_take(queue, &item, &err);
	pthread_join(thread, NULL);
	// In doubt: the member may have taken an item for us in that very moment. Such an item goes
	// to the function set by hz_config_on_late_item.
	printf("take: %s%s\n", hz_err_name(e), err.in_doubt ? ", in doubt" : "");

	// A fired token stays fired.
	e = hz_queue_take(queue, &item, &err);
	printf("again: %s\n", hz_err_name(e));

	check(hz_queue_call(queue, NULL), &err);
	hz_cancel_destroy(&cancel);
	check(hz_queue_destroy(&queue, &err), &err);
	hz_client_destroy(&client);
	return 0;
}
