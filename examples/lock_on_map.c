// SPDX-License-Identifier: Apache-2.0
//
// A lock on plain open-source members, which have no CP subsystem.
#include <hazelcast/hazelcast.h>
#include <stdio.h>

int
main(int argc, char **argv)
{
	hz_error err = {0};
	hz_config *config = NULL;
	hz_client *client = NULL;
	hz_fenced_lock *lock = NULL;
	int64_t fence = 0;
	const char *members = argc > 1 ? argv[1] : "127.0.0.1";

	bool ok = hz_config_new(&config, &err) == HZ_OK &&
			hz_config_set(config, "network.cluster-members", members, &err) == HZ_OK &&
			hz_config_set(config, "concurrency.backend", "map", &err) == HZ_OK &&
			hz_client_new(config, &client, &err) == HZ_OK &&
			hz_fenced_lock_open(client, "printer", NULL, &lock, &err) == HZ_OK &&
			hz_fenced_lock_lock(lock, &fence, &err) == HZ_OK;
	printf("%s\n", ok ? "locked" : err.message);
	ok = ok && hz_fenced_lock_unlock(lock, &err) == HZ_OK;
	printf("%s\n", ok ? "unlocked" : err.message);

	hz_fenced_lock_close(&lock);
	hz_client_destroy(&client);
	hz_config_destroy(&config);
	return ok ? 0 : 1;
}
