// SPDX-License-Identifier: Apache-2.0
#include "benchmarks/load.h"
#include "benchmarks/usage.h"

// Each lane has a handle of its own; the counter is the same for all, and so is its session.
void
load_counter(struct lane *lane)
{
	const struct load *load = lane->context;
	hz_pn_counter *counter = NULL;
	hz_error error;
	int64_t last = INT64_MIN;
	bool fine = hz_pn_counter_open(load->client, "bench", NULL, &counter, &error) == HZ_OK;
	while (fine && lane_goes_on(lane)) {
		int64_t value = 0;
		uint64_t begin = lane_begin(lane);
		fine = hz_pn_counter_increment_and_get(counter, &value, &error) == HZ_OK;
		lane_record(lane, begin, now_ns());
		if (fine && value <= last) {
			run_fail(lane->run, "increment", "not more than before");
		}
		last = value;
	}
	if (!fine) {
		load_fail(lane, "counter", &error);
	}
	hz_pn_counter_close(&counter);
}

void
load_ids(struct lane *lane)
{
	const struct load *load = lane->context;
	hz_flake_id_generator *ids = NULL;
	hz_error error;
	int64_t last = 0;
	bool fine = hz_flake_id_generator_open(load->client, "bench", NULL, NULL, &ids, &error) ==
			HZ_OK;
	while (fine && lane_goes_on(lane)) {
		int64_t id = 0;
		uint64_t begin = lane_begin(lane);
		fine = hz_flake_id_generator_new_id(ids, &id, &error) == HZ_OK;
		lane_record(lane, begin, now_ns());
		if (fine && id == last) {
			run_fail(lane->run, "new_id", "the same id twice");
		}
		last = id;
	}
	if (!fine) {
		load_fail(lane, "ids", &error);
	}
	hz_flake_id_generator_close(&ids);
}
