// SPDX-License-Identifier: Apache-2.0
//
// Numbers for orders: each comes once, and they go on where an earlier system has stopped.
#include "connect.h"

#define LAST_OF_OLD 4711

static void
number_some(hz_client *client, const char *who)
{
	hz_error err = {0};
	hz_id_generator *orders = NULL;
	bool done = false;
	check(hz_id_generator_open(client, "example-orders", NULL, &orders, &err), &err);
	// Of all who say where to begin one succeeds; the others need not know.
	check(hz_id_generator_init(orders, LAST_OF_OLD, &done, &err), &err);
	printf("%s %s:", who, done ? "begins" : "goes on");
	for (int i = 0; i < 3; i++) {
		int64_t id = 0;
		// Once in ten thousand times this asks a member for the next block.
		check(hz_id_generator_new_id(orders, &id, &err), &err);
		printf(" %lld", (long long)id);
	}
	printf("\n");
	hz_id_generator_close(&orders);
}

int
main(int argc, char **argv)
{
	hz_client *shop = connect_to(argc, argv);
	hz_client *branch = connect_to(argc, argv);
	number_some(shop, "shop");
	number_some(branch, "branch");
	number_some(shop, "shop");
	hz_client_destroy(&branch);
	hz_client_destroy(&shop);
	return 0;
}
