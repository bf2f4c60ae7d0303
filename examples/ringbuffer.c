// SPDX-License-Identifier: Apache-2.0
//
// A ringbuffer as a log of the last measurements: whoever reads takes nothing away, and each reader
// keeps its own place.
#include "connect.h"

#include <inttypes.h>

static void
measure(hz_ringbuffer *log, int n)
{
	hz_error err = {0};
	int64_t sequence = 0;
	for (int i = 0; i < n; i++) {
		hz_value celsius = hz_f64(20.0 + i);
		check(hz_ringbuffer_add(log, celsius, HZ_OVERFLOW_OVERWRITE, &sequence, &err),
				&err);
	}
	printf("measured up to number %" PRId64 "\n", sequence);
}

// Prints what is there from a sequence on, and says where to go on.
static int64_t
print_from(hz_ringbuffer *log, int64_t from)
{
	hz_error err = {0};
	hz_items *items = NULL;
	hz_value item;
	check(hz_ringbuffer_read_many(log, from, 1, 100, &items, &err), &err);
	while (hz_items_next(items, NULL, &item)) {
		double celsius = 0;
		check(hz_value_get_f64(&item, &celsius), NULL);
		printf("%" PRId64 ": %.1f\n", hz_items_seq(items), celsius);
	}
	int64_t next = hz_items_next_seq(items);
	hz_items_destroy(&items);
	return next;
}

int
main(int argc, char **argv)
{
	hz_error err = {0};
	hz_ringbuffer *log = NULL;
	hz_value next;
	hz_client *client = connect_to(argc, argv);
	check(hz_ringbuffer_open(client, "example-temperatures", NULL, &log, &err), &err);

	measure(log, 3);
	int64_t at = 0;
	check(hz_ringbuffer_head_sequence(log, &at, &err), &err);
	at = print_from(log, at);

	// The next one is not there yet: the read waits in the member and costs no thread here.
	hz_future reading = hz_ringbuffer_read_one_async(log, at);
	measure(log, 1);
	check(hz_await_value(reading, &next, &err), &err);
	printf("and then number %" PRId64 "\n", at);
	hz_value_clear(&next);

	check(hz_ringbuffer_destroy(&log, &err), &err);
	hz_client_destroy(&client);
	return 0;
}
