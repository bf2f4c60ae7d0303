// SPDX-License-Identifier: Apache-2.0
//
// A list as a shared plan: steps in an order, moved and replaced by their index.
#include "connect.h"

static void
show(hz_list *plan, const char *title)
{
	hz_error err = {0};
	hz_items *steps = NULL;
	hz_value step;
	printf("%s:", title);
	check(hz_list_items(plan, &steps, &err), &err);
	while (hz_items_next(steps, NULL, &step)) {
		int64_t n = 0;
		check(hz_value_get_i64(&step, &n), &err);
		printf(" %lld", (long long)n);
	}
	printf("\n");
	hz_items_destroy(&steps);
}

int
main(int argc, char **argv)
{
	const hz_value first[] = {hz_i64(10), hz_i64(20), hz_i64(40)};
	hz_error err = {0};
	hz_list *plan = NULL;
	hz_value old;
	bool changed = false;
	hz_client *client = connect_to(argc, argv);
	check(hz_list_open(client, "example-plan", NULL, &plan, &err), &err);
	check(hz_list_clear(plan, &err), &err);

	check(hz_list_add_all(plan, first, 3, &changed, &err), &err);
	check(hz_list_insert(plan, 2, hz_i64(30), &err), &err);
	show(plan, "planned");

	// The old item is given; it must be ended like every value that was given.
	check(hz_list_set(plan, 0, hz_i64(11), &old, &err), &err);
	hz_value_clear(&old);
	check(hz_list_remove_at(plan, 1, &old, &err), &err);
	hz_value_clear(&old);
	show(plan, "changed");

	// An index outside of the list is an error with a code of its own, and changes nothing.
	hz_err e = hz_list_get(plan, 99, &old, &err);
	printf("step 99? %s\n", hz_err_name(e));

	check(hz_list_destroy(&plan, &err), &err);
	hz_client_destroy(&client);
	return 0;
}
