// SPDX-License-Identifier: Apache-2.0
//
// A lock whose fence protects a file even from an owner that was frozen and does not know yet that
// the lock is no longer its own.
#include "connect.h"

// What stands for the file server: it refuses whoever comes with an older fence than it has seen.
static int64_t newest;

static void
write_file(const char *who, int64_t fence)
{
	bool late = fence < newest;
	newest = late ? newest : fence;
	printf("%s writes: %s\n", who, late ? "refused" : "done");
}

// A handle with an owner of its own, as an event loop has one for each of its tasks.
static hz_fenced_lock *
open_for(hz_client *client, const hz_lock_context *owner)
{
	hz_error err = {0};
	hz_fenced_lock *lock = NULL;
	hz_call call = {.owner = owner};
	check(hz_fenced_lock_open(client, "example-file", &call, &lock, &err), &err);
	return lock;
}

int
main(int argc, char **argv)
{
	hz_error err = {0};
	hz_lock_context *alice = NULL;
	hz_lock_context *bob = NULL;
	int64_t of_alice = 0;
	int64_t of_bob = 0;
	hz_client *client = connect_to(argc, argv);
	check(hz_lock_context_new(client, &alice, &err), &err);
	check(hz_lock_context_new(client, &bob, &err), &err);
	hz_fenced_lock *first = open_for(client, alice);
	hz_fenced_lock *second = open_for(client, bob);

	check(hz_fenced_lock_lock(first, &of_alice, &err), &err);
	write_file("alice", of_alice);
	check(hz_fenced_lock_try_lock(second, 20, &of_bob, &err), &err);
	printf("bob got the lock: %s\n", of_bob != HZ_NO_FENCE ? "yes" : "no");
	check(hz_fenced_lock_unlock(first, &err), &err);

	check(hz_fenced_lock_lock(second, &of_bob, &err), &err);
	write_file("bob", of_bob);
	// She slept, and goes on as if nothing had happened.
	write_file("alice", of_alice);
	check(hz_fenced_lock_unlock(second, &err), &err);

	hz_fenced_lock_close(&first);
	hz_fenced_lock_close(&second);
	hz_lock_context_destroy(&alice);
	hz_lock_context_destroy(&bob);
	hz_client_destroy(&client);
	return 0;
}
