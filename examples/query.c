// SPDX-License-Identifier: Apache-2.0
//
// A staff of JSON documents that the members search: an index, predicates, an aggregator, and pages
// in the order of the keys.
#include "connect.h"

#include <inttypes.h>

enum { STAFF = 1000 };

static void
hire(hz_map *staff)
{
	static char json[STAFF][96];
	static hz_entry entries[STAFF];
	static const char *const desks[] = {"sales", "support", "research"};
	hz_error err = {0};
	for (int i = 0; i < STAFF; i++) {
		snprintf(json[i], sizeof(json[i]),
				"{\"name\":\"n%03d\",\"age\":%d,\"at\":{\"desk\":\"%s\"}}", i,
				20 + i % 45, desks[i % 3]);
		entries[i] = (hz_entry){.key = hz_i32(i), .value = hz_json(json[i])};
	}
	check(hz_map_put_all(staff, entries, STAFF, &err), &err);
}

int
main(int argc, char **argv)
{
	hz_error err = {0};
	hz_client *client = connect_to(argc, argv);
	hz_map *staff = NULL;
	check(hz_map_open(client, "example-query", NULL, &staff, &err), &err);
	hire(staff);
	const char *indexed = "age";
	check(hz_map_add_index(staff, &indexed, 1, NULL, &err), &err);

	// The same by functions, which text of users may go into, and as text that members read.
	hz_items *found = NULL;
	hz_pred *old = hz_pred_and(hz_pred_greater("age", hz_i32(60)),
			hz_pred_equal("at.desk", hz_str("sales")));
	hz_pred *text = hz_pred_parse("age > 60 AND at.desk = 'sales'");
	check(hz_map_values_where(staff, old, &found, &err), &err);
	printf("old in sales: %zu", hz_items_count(found));
	hz_items_destroy(&found);
	check(hz_map_values_where(staff, text, &found, &err), &err);
	printf(", by text %zu\n", hz_items_count(found));
	hz_items_destroy(&found);

	// One number comes back, not the documents.
	hz_value sum = hz_null();
	int64_t years = 0;
	hz_agg *ages = hz_agg_long_sum("age");
	check(hz_map_aggregate(staff, ages, old, &sum, &err), &err);
	check(hz_value_get_i64(&sum, &years), NULL);
	printf("years of theirs: %" PRId64 "\n", years);

	// Ten keys at a time. The paging takes the predicate.
	hz_paging *paging = NULL;
	hz_value key;
	int32_t first = 0;
	check(hz_paging_new(text, hz_null(), 10, &paging, &err), &err);
	for (size_t n = 10; n == 10; hz_paging_next(paging)) {
		check(hz_map_key_set_page(staff, paging, &found, &err), &err);
		n = hz_items_count(found);
		if (hz_items_next(found, NULL, &key)) {
			check(hz_value_get_i32(&key, &first), NULL);
		}
		printf("page %" PRId32 ": %zu from %" PRId32 "\n", hz_paging_page(paging), n,
				first);
		hz_items_destroy(&found);
	}
	hz_paging_destroy(&paging);
	hz_agg_destroy(&ages);
	hz_pred_destroy(&old);
	check(hz_map_destroy(&staff, &err), &err);
	hz_client_destroy(&client);
	return 0;
}
