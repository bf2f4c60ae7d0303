// SPDX-License-Identifier: Apache-2.0
//
// An event loop: completed calls wake one descriptor, and their functions run on the loop's own
// thread.
#include "connect.h"

#include <inttypes.h>
#include <poll.h>

enum { MANY = 100 };

// No lock is needed: whatever runs here runs in hz_completions_dispatch, on this one thread.
typedef struct loop {
	hz_completions *completions;
	hz_map *map;
	int pending;
	int64_t sum;
} loop;

static void
on_read(void *ctx, hz_err e, hz_result *result, const hz_error *err)
{
	loop *l = ctx;
	int64_t n = 0;
	check(e, err);
	// The result is lent: the library releases it when this function returns.
	check(hz_value_get_i64(&result->u.value, &n), err);
	l->sum += n;
	l->pending--;
}

static void
on_written(void *ctx, hz_err e, hz_result *result, const hz_error *err)
{
	loop *l = ctx;
	(void)result;
	check(e, err);
	// One call leads to the next, as callbacks do.
	hz_future read = hz_map_get_async(l->map, hz_i32(l->pending % MANY));
	check(hz_complete_to(read, l->completions, on_read, l), err);
}

int
main(int argc, char **argv)
{
	hz_error err = {0};
	hz_client *client = connect_to(argc, argv);
	loop l = {.pending = MANY};
	check(hz_map_open(client, "example-loop", NULL, &l.map, &err), &err);
	check(hz_completions_new(client, &l.completions, &err), &err);
	for (int i = 0; i < MANY; i++) {
		hz_future written = hz_map_set_async(l.map, hz_i32(i), hz_i64(1), NULL);
		check(hz_complete_to(written, l.completions, on_written, &l), &err);
	}

	// In a program of your own the descriptor stands in its epoll set, beside sockets and
	// timers.
	struct pollfd fd = {.fd = hz_completions_fd(l.completions), .events = POLLIN};
	while (l.pending > 0 && poll(&fd, 1, 30000) == 1) {
		hz_completions_dispatch(l.completions, 0);
	}
	printf("pending: %d, sum: %" PRId64 "\n", l.pending, l.sum);

	hz_completions_destroy(&l.completions);
	check(hz_map_destroy(&l.map, &err), &err);
	hz_client_destroy(&client);
	return 0;
}
