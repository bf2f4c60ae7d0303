// SPDX-License-Identifier: Apache-2.0
//
// Many calls under way at once from one thread: submit all, then await all.
#include "connect.h"

#include <inttypes.h>

enum { MANY = 1000 };

int
main(int argc, char **argv)
{
	hz_error err = {0};
	static hz_future futures[MANY];
	hz_client *client = connect_to(argc, argv);
	hz_map *squares = NULL;
	check(hz_map_open(client, "example-squares", NULL, &squares, &err), &err);

	// An asynchronous call never blocks; it has serialized its arguments when it returns.
	// Between begin and end the requests are collected and leave in few writes.
	hz_batch_begin(client);
	for (int i = 0; i < MANY; i++) {
		int64_t n = i;
		futures[i] = hz_map_set_async(squares, hz_i32(i), hz_i64(n * n), NULL);
	}
	hz_batch_end(client);

	// Each future is consumed exactly once: awaited, given a callback, or dropped.
	for (int i = 0; i < MANY; i++) {
		check(hz_await_none(futures[i], &err), &err);
	}

	int64_t sum = 0;
	for (int i = 0; i < MANY; i++) {
		futures[i] = hz_map_get_async(squares, hz_i32(i));
	}
	for (int i = 0; i < MANY; i++) {
		hz_value value;
		int64_t n = 0;
		check(hz_await_value(futures[i], &value, &err), &err);
		check(hz_value_get_i64(&value, &n), &err);
		hz_value_clear(&value);
		sum += n;
	}
	printf("sum of %d squares: %" PRId64 "\n", MANY, sum);

	hz_drop(hz_map_delete_async(squares, hz_i32(0))); // whatever becomes of it
	check(hz_map_destroy(&squares, &err), &err);
	hz_client_destroy(&client);
	return 0;
}
