// SPDX-License-Identifier: Apache-2.0
//
// Who leads? The first one to put its name there, until it takes it away again.
#include "connect.h"

// Sets the value if it is the expected one.
static void
try_to(hz_atomic_reference *leader, const char *what, hz_value expected, hz_value value)
{
	hz_error err = {0};
	bool done = false;
	check(hz_atomic_reference_compare_and_set(leader, expected, value, &done, &err), &err);
	printf("%s: %s\n", what, done ? "yes" : "no");
}

int
main(int argc, char **argv)
{
	hz_error err = {0};
	hz_atomic_reference *leader = NULL;
	bool free = false;
	hz_client *client = connect_to(argc, argv);
	check(hz_atomic_reference_open(client, "example-leader", NULL, &leader, &err), &err);
	check(hz_atomic_reference_clear(leader, &err), &err);

	try_to(leader, "alice leads", hz_null(), hz_str("alice"));
	try_to(leader, "bob leads", hz_null(), hz_str("bob"));
	try_to(leader, "bob resigns", hz_str("bob"), hz_null());
	try_to(leader, "alice resigns", hz_str("alice"), hz_null());
	check(hz_atomic_reference_is_null(leader, &free, &err), &err);
	printf("nobody leads: %s\n", free ? "yes" : "no");

	hz_atomic_reference_close(&leader);
	hz_client_destroy(&client);
	return 0;
}
