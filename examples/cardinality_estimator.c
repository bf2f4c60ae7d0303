// SPDX-License-Identifier: Apache-2.0
//
// How many different visitors came? An estimator knows it within a few percent, in 16 KiB at most,
// without keeping who they were.
#include "connect.h"

#include <inttypes.h>

enum { VISITS = 3000, VISITORS = 1000, AT_ONCE = 500 };

int
main(int argc, char **argv)
{
	hz_error err = {0};
	hz_cardinality_estimator *visitors = NULL;
	hz_future futures[AT_ONCE];
	int64_t n = 0;
	hz_client *client = connect_to(argc, argv);
	check(hz_cardinality_estimator_open(client, "example-visitors", NULL, &visitors, &err),
			&err);

	check(hz_cardinality_estimator_add(visitors, hz_str("alice"), &err), &err);
	check(hz_cardinality_estimator_add(visitors, hz_str("bob"), &err), &err);
	check(hz_cardinality_estimator_add(visitors, hz_str("alice"), &err), &err);
	check(hz_cardinality_estimator_estimate(visitors, &n, &err), &err);
	printf("alice, bob, alice: %" PRId64 "\n", n);

	// Many at once, in one write for as many as fit.
	for (int first = 0; first < VISITS; first += AT_ONCE) {
		hz_batch_begin(client);
		for (int i = 0; i < AT_ONCE; i++) {
			hz_value visitor = hz_i32((first + i) % VISITORS);
			futures[i] = hz_cardinality_estimator_add_async(visitors, visitor);
		}
		hz_batch_end(client);
		for (int i = 0; i < AT_ONCE; i++) {
			check(hz_await_none(futures[i], &err), &err);
		}
	}
	check(hz_cardinality_estimator_estimate(visitors, &n, &err), &err);
	printf("a thousand more: %s\n", n > 950 && n < 1050 ? "about 1000" : "something else");

	check(hz_cardinality_estimator_destroy(&visitors, &err), &err);
	hz_client_destroy(&client);
	return 0;
}
