// SPDX-License-Identifier: Apache-2.0
//
// One number for everybody: a budget that several buyers draw on at once, and never overdraw.
#include "connect.h"

#define BUDGET 100

// Takes the price if there is enough left, however many others do the same.
static bool
buy(hz_atomic_long *budget, int64_t price)
{
	hz_error err = {0};
	int64_t left = 0;
	bool done = false;
	check(hz_atomic_long_get(budget, &left, &err), &err);
	while (!done && left >= price) {
		check(hz_atomic_long_compare_and_set(budget, left, left - price, &done, &err),
				&err);
		if (!done) {
			check(hz_atomic_long_get(budget, &left, &err), &err);
		}
	}
	return done;
}

int
main(int argc, char **argv)
{
	hz_error err = {0};
	hz_atomic_long *budget = NULL;
	int64_t left = 0;
	hz_client *client = connect_to(argc, argv);

	// The part behind the '@' names the group of members that agree about the number.
	check(hz_atomic_long_open(client, "example-budget@shop", NULL, &budget, &err), &err);
	check(hz_atomic_long_set(budget, BUDGET, &err), &err);
	printf("a desk for 70: %s\n", buy(budget, 70) ? "bought" : "too dear");
	printf("a chair for 40: %s\n", buy(budget, 40) ? "bought" : "too dear");
	check(hz_atomic_long_add_and_get(budget, 20, &left, &err), &err);
	printf("20 more, that makes %lld\n", (long long)left);
	printf("a chair for 40: %s\n", buy(budget, 40) ? "bought" : "too dear");

	hz_atomic_long_close(&budget);
	hz_client_destroy(&client);
	return 0;
}
