// SPDX-License-Identifier: Apache-2.0
//
// Locks of a map's keys. Their owner is the calling thread, or a context for programs that have
// more owners than threads: event loops, coroutines, sessions.
#include "connect.h"

int
main(int argc, char **argv)
{
	hz_error err = {0};
	hz_client *client = connect_to(argc, argv);
	hz_lock_context *alice = NULL;
	hz_lock_context *bob = NULL;
	hz_map *as_alice = NULL;
	hz_map *as_bob = NULL;
	check(hz_lock_context_new(client, &alice, &err), &err);
	check(hz_lock_context_new(client, &bob, &err), &err);
	// A handle for each owner: what its calls do, they do in this name.
	check(hz_map_open(client, "example-locks", &(hz_call){.owner = alice}, &as_alice, &err),
			&err);
	check(hz_map_open(client, "example-locks", &(hz_call){.owner = bob}, &as_bob, &err), &err);

	hz_value door = hz_str("door");
	bool done = false;
	check(hz_map_lock(as_alice, door, NULL, &err), &err);
	check(hz_map_try_lock(as_bob, door, 50, NULL, &done, &err), &err);
	printf("bob got the door: %s\n", done ? "yes" : "no");

	hz_err e = hz_map_unlock(as_bob, door, &err);
	printf("bob unlocks it: %s\n", hz_err_name(e));

	check(hz_map_unlock(as_alice, door, &err), &err);
	// The cluster takes a leased lock back by itself if its owner forgets.
	hz_lock_options options = hz_lock_options_default();
	options.lease_ms = 10000;
	check(hz_map_try_lock(as_bob, door, 50, &options, &done, &err), &err);
	printf("bob got the door: %s\n", done ? "yes" : "no");
	check(hz_map_unlock(as_bob, door, &err), &err);

	hz_map_close(&as_bob);
	check(hz_map_destroy(&as_alice, &err), &err);
	hz_lock_context_destroy(&alice);
	hz_lock_context_destroy(&bob);
	hz_client_destroy(&client);
	return 0;
}
