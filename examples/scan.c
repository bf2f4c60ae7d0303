// SPDX-License-Identifier: Apache-2.0
//
// A large map: written many entries at a time, read page by page with one page in memory.
#include "connect.h"

#include <inttypes.h>

enum { ENTRIES = 5000 };

int
main(int argc, char **argv)
{
	hz_error err = {0};
	static hz_entry entries[ENTRIES];
	hz_client *client = connect_to(argc, argv);
	hz_map *map = NULL;
	check(hz_map_open(client, "example-scan", NULL, &map, &err), &err);

	for (int i = 0; i < ENTRIES; i++) {
		entries[i] = (hz_entry){.key = hz_i32(i), .value = hz_i64(2 * (int64_t)i)};
	}
	check(hz_map_put_all(map, entries, ENTRIES, &err), &err);

	// What is lent here stays until the next step.
	hz_map_scan *scan = NULL;
	hz_value key;
	hz_value value;
	bool more = true;
	int count = 0;
	int64_t sum = 0;
	hz_scan_options options = hz_scan_options_default();
	options.page_size = 500;
	check(hz_map_scan_open(map, &options, &scan, &err), &err);
	for (;;) {
		int64_t n = 0;
		check(hz_map_scan_next(scan, &key, &value, &more, &err), &err);
		if (!more) {
			break;
		}
		check(hz_value_get_i64(&value, &n), &err);
		count++;
		sum += n;
	}
	hz_map_scan_destroy(&scan);
	printf("%d entries, sum %" PRId64 "\n", count, sum);

	check(hz_map_destroy(&map, &err), &err);
	hz_client_destroy(&client);
	return 0;
}
