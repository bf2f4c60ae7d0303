// SPDX-License-Identifier: Apache-2.0
#include <hazelcast/hazelcast.h>
#include <stdio.h>

int
main(int argc, char **argv)
{
	hz_error err = {0};
	hz_config *config = NULL;
	hz_client *client = NULL;
	hz_map *map = NULL;
	hz_value found = hz_null();
	int64_t apples = 0;
	const char *members = argc > 1 ? argv[1] : "127.0.0.1";

	bool ok = hz_config_new(&config, &err) == HZ_OK &&
			hz_config_set(config, "network.cluster-members", members, &err) == HZ_OK &&
			hz_client_new(config, &client, &err) == HZ_OK &&
			hz_map_open(client, "stock", NULL, &map, &err) == HZ_OK &&
			hz_map_set(map, hz_str("apples"), hz_i64(7), NULL, &err) == HZ_OK &&
			hz_map_get(map, hz_str("apples"), &found, &err) == HZ_OK &&
			hz_value_get_i64(&found, &apples) == HZ_OK;

	printf("%s: %lld\n", ok ? "apples" : err.message, (long long)apples);
	hz_value_clear(&found);
	hz_map_close(&map);
	hz_client_destroy(&client);
	hz_config_destroy(&config);
	return ok ? 0 : 1;
}
