// SPDX-License-Identifier: Apache-2.0
//
// A counter that many add to at once: no addition waits for the other replicas, and what this
// client has added it always reads again, from any of its threads.
#include "connect.h"

#include <inttypes.h>
#include <pthread.h>

enum { THREADS = 4, HITS = 250 };

static hz_client *client;

static void *
serve(void *unused)
{
	hz_error err = {0};
	hz_pn_counter *hits = NULL;
	(void)unused;
	check(hz_pn_counter_open(client, "example-hits", NULL, &hits, &err), &err);
	for (int i = 0; i < HITS; i++) {
		check(hz_pn_counter_increment_and_get(hits, NULL, &err), &err);
	}
	hz_pn_counter_close(&hits);
	return NULL;
}

int
main(int argc, char **argv)
{
	hz_error err = {0};
	hz_pn_counter *hits = NULL;
	pthread_t threads[THREADS];
	int64_t n = 0;
	client = connect_to(argc, argv);
	for (int i = 0; i < THREADS; i++) {
		if (pthread_create(&threads[i], NULL, serve, NULL) != 0) {
			return 1;
		}
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
	}
	check(hz_pn_counter_open(client, "example-hits", NULL, &hits, &err), &err);
	hz_err e = hz_pn_counter_get(hits, &n, &err);
	if (e == HZ_ERR_CONSISTENCY_LOST) {
		// The replica that counted for us was lost before it told the others. What they
		// know is all that is left: begin anew with that.
		check(hz_pn_counter_reset(hits, &err), &err);
		e = hz_pn_counter_get(hits, &n, &err);
	}
	check(e, &err);
	printf("%" PRId64 " hits\n", n);
	check(hz_pn_counter_subtract_and_get(hits, 1000, &n, &err), &err);
	printf("less a thousand: %" PRId64 "\n", n);
	check(hz_pn_counter_destroy(&hits, &err), &err);
	hz_client_destroy(&client);
	return 0;
}
