// SPDX-License-Identifier: Apache-2.0
//
// A set as a filter: of many deliveries of the same orders, each order is worked on once, whoever
// gets it first.
#include "connect.h"

static int
work_on_new_ones(hz_set *seen, const char *const *orders, int n)
{
	hz_error err = {0};
	int worked = 0;
	for (int i = 0; i < n; i++) {
		bool fresh = false;
		check(hz_set_add(seen, hz_str(orders[i]), &fresh, &err), &err);
		worked += fresh;
		printf("%s: %s\n", orders[i], fresh ? "new" : "seen before");
	}
	return worked;
}

int
main(int argc, char **argv)
{
	static const char *const orders[] = {"apples", "pears", "apples", "plums", "pears"};
	hz_error err = {0};
	hz_set *seen = NULL;
	hz_items *all = NULL;
	hz_value order;
	hz_client *client = connect_to(argc, argv);
	check(hz_set_open(client, "example-orders", NULL, &seen, &err), &err);

	printf("worked on %d\n", work_on_new_ones(seen, orders, 5));

	// One call for many, and what it found is ours until we end it.
	bool all_there = false;
	const hz_value two[] = {hz_str("plums"), hz_str("pears")};
	check(hz_set_contains_all(seen, two, 2, &all_there, &err), &err);
	printf("plums and pears: %s\n", all_there ? "both there" : "not both there");
	check(hz_set_items(seen, &all, &err), &err);
	while (hz_items_next(all, NULL, &order)) {
		const char *text;
		size_t n;
		check(hz_value_get_str(&order, &text, &n), &err);
		printf("- %.*s\n", (int)n, text);
	}
	hz_items_destroy(&all);

	check(hz_set_destroy(&seen, &err), &err);
	hz_client_destroy(&client);
	return 0;
}
