// SPDX-License-Identifier: Apache-2.0
//
// A map: typed keys and values, what is absent, and conditional writes.
#include "connect.h"

#include <inttypes.h>

int
main(int argc, char **argv)
{
	hz_error err = {0};
	hz_client *client = connect_to(argc, argv);
	hz_map *stock = NULL;
	check(hz_map_open(client, "example-stock", NULL, &stock, &err), &err);

	// hz_str("apples") is a Java String, hz_i64(7) a Long: types are exact, and a part of the
	// key.
	check(hz_map_set(stock, hz_str("apples"), hz_i64(7), NULL, &err), &err);

	// What the library gives is the caller's; hz_value_clear ends it.
	hz_value value;
	int64_t apples = 0;
	check(hz_map_get(stock, hz_str("apples"), &value, &err), &err);
	check(hz_value_get_i64(&value, &apples), &err);
	hz_value_clear(&value);
	printf("apples: %" PRId64 "\n", apples);

	// A key that is not there is no error: its value is null.
	check(hz_map_get(stock, hz_str("pears"), &value, &err), &err);
	printf("pears: %s\n", hz_value_is_null(&value) ? "none" : "some");
	hz_value_clear(&value);

	// Only if nobody has changed it meanwhile.
	bool done = false;
	check(hz_map_replace_if_same(stock, hz_str("apples"), hz_i64(7), hz_i64(6), &done, &err),
			&err);
	printf("sold one: %s\n", done ? "yes" : "no");

	// An entry that ends by itself.
	hz_put_options options = hz_put_options_default();
	options.ttl_ms = 60000;
	check(hz_map_set(stock, hz_str("offer"), hz_str("apples, half price"), &options, &err),
			&err);

	int32_t entries = 0;
	check(hz_map_size(stock, &entries, &err), &err);
	printf("entries: %" PRId32 "\n", entries);

	check(hz_map_destroy(&stock, &err),
			&err); // in the cluster; hz_map_close ends the handle alone
	hz_client_destroy(&client);
	return 0;
}
