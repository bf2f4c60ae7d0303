// SPDX-License-Identifier: Apache-2.0
#include "benchmarks/load.h"
#include "benchmarks/usage.h"

#include <stdlib.h>

// A call on its way.
struct flight {
	hz_future future;
	uint64_t begin_ns;
};

// They leave when the thread has to wait.
void
load_ring(struct lane *lane, void *handle, load_depart depart, load_arrive arrive)
{
	const struct load *load = lane->context;
	int depth = lane->run->cell->depth;
	struct flight *flights = calloc((size_t)depth, sizeof(*flights));
	bool fine = flights != NULL;
	int count = 0;
	hz_batch_begin(load->client);
	for (; fine && count < depth; count++) {
		flights[count].begin_ns = now_ns();
		flights[count].future = depart(lane, handle);
	}
	int oldest = 0;
	while (fine && lane_goes_on(lane)) {
		struct flight *flight = &flights[oldest];
		fine = arrive(lane, flight->future);
		uint64_t now = now_ns();
		lane_record(lane, flight->begin_ns, now);
		flight->begin_ns = now;
		flight->future = depart(lane, handle);
		oldest = oldest + 1 < depth ? oldest + 1 : 0;
	}
	for (int i = 0; i < count; i++) {
		hz_drop(flights[i].future);
	}
	hz_batch_end(load->client);
	free(flights);
}
