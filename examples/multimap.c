// SPDX-License-Identifier: Apache-2.0
//
// A multimap as an index: each word has the pages that it stands on, each page once.
#include "connect.h"

static void
print_pages(hz_multimap *index, const char *word)
{
	hz_error err = {0};
	hz_items *pages = NULL;
	hz_value page;
	int64_t sum = 0;
	check(hz_multimap_get(index, hz_str(word), &pages, &err), &err);
	printf("%s: pages %zu", word, hz_items_count(pages));
	while (hz_items_next(pages, NULL, &page)) {
		int64_t n = 0;
		check(hz_value_get_i64(&page, &n), &err);
		sum += n;
	}
	printf(", sum %lld\n", (long long)sum);
	hz_items_destroy(&pages);
}

int
main(int argc, char **argv)
{
	const hz_entry more[] = {{hz_str("apple"), hz_i64(12)}, {hz_str("pear"), hz_i64(12)},
			{hz_str("pear"), hz_i64(30)}};
	hz_error err = {0};
	hz_multimap *index = NULL;
	bool fresh = false;
	hz_client *client = connect_to(argc, argv);
	check(hz_multimap_open(client, "example-index", NULL, &index, &err), &err);

	check(hz_multimap_put(index, hz_str("apple"), hz_i64(3), &fresh, &err), &err);
	printf("apple on page 3: %s\n", fresh ? "new" : "known");
	check(hz_multimap_put(index, hz_str("apple"), hz_i64(3), &fresh, &err), &err);
	printf("apple on page 3: %s\n", fresh ? "new" : "known");
	check(hz_multimap_put_all(index, more, 3, &err), &err);
	print_pages(index, "apple");
	print_pages(index, "pear");

	// Page 12 was torn out.
	check(hz_multimap_remove(index, hz_str("apple"), hz_i64(12), NULL, &err), &err);
	check(hz_multimap_remove(index, hz_str("pear"), hz_i64(12), NULL, &err), &err);
	print_pages(index, "apple");
	print_pages(index, "pear");

	check(hz_multimap_destroy(&index, &err), &err);
	hz_client_destroy(&client);
	return 0;
}
