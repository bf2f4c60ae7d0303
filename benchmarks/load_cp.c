// SPDX-License-Identifier: Apache-2.0
#include "benchmarks/load.h"
#include "benchmarks/usage.h"

#include <stdio.h>

// ---- Numbers ----

static bool
open_number(struct lane *lane, hz_atomic_long **number)
{
	const struct load *load = lane->context;
	hz_error error;
	if (hz_atomic_long_open(load->client, "bench", NULL, number, &error) != HZ_OK) {
		load_fail(lane, "open", &error);
		return false;
	}
	return true;
}

// All lanes count the same number.
void
load_atomic(struct lane *lane)
{
	hz_atomic_long *number = NULL;
	hz_error error;
	int64_t last = INT64_MIN;
	bool fine = open_number(lane, &number);
	while (fine && lane_goes_on(lane)) {
		int64_t value = 0;
		uint64_t begin = lane_begin(lane);
		if (hz_atomic_long_increment_and_get(number, &value, &error) != HZ_OK) {
			load_fail(lane, "increment", &error);
			break;
		}
		lane_record(lane, begin, now_ns());
		if (value <= last) {
			run_fail(lane->run, "increment", "not more than before");
		}
		last = value;
	}
	hz_atomic_long_close(&number);
}

static hz_future
depart(struct lane *lane, void *handle)
{
	(void)lane;
	return hz_atomic_long_increment_and_get_async(handle);
}

static bool
arrive(struct lane *lane, hz_future future)
{
	hz_error error;
	int64_t value = 0;
	if (hz_await_i64(future, &value, &error) != HZ_OK) {
		load_fail(lane, "await", &error);
		return false;
	}
	return true;
}

void
load_atomic_deep(struct lane *lane)
{
	hz_atomic_long *number = NULL;
	if (open_number(lane, &number)) {
		load_ring(lane, number, depart, arrive);
	}
	hz_atomic_long_close(&number);
}

// ---- Locks and permits ----

static bool
lock_and_unlock(hz_fenced_lock *lock, int64_t *last, hz_error *error)
{
	int64_t fence = 0;
	if (hz_fenced_lock_lock(lock, &fence, error) != HZ_OK ||
			hz_fenced_lock_unlock(lock, error) != HZ_OK) {
		return false;
	}
	if (fence <= *last) {
		snprintf(error->message, sizeof(error->message), "not above the fence before");
		return false;
	}
	*last = fence;
	return true;
}

// Each lane has a lock that nobody else wants.
void
load_lock(struct lane *lane)
{
	const struct load *load = lane->context;
	hz_fenced_lock *lock = NULL;
	hz_error error = {0};
	char name[32];
	int64_t last = 0;
	snprintf(name, sizeof(name), "bench-%d", lane->number);
	bool fine = hz_fenced_lock_open(load->client, name, NULL, &lock, &error) == HZ_OK;
	while (fine && lane_goes_on(lane)) {
		uint64_t begin = lane_begin(lane);
		fine = lock_and_unlock(lock, &last, &error);
		lane_record(lane, begin, now_ns());
	}
	if (!fine) {
		load_fail(lane, "lock", &error);
	}
	hz_fenced_lock_close(&lock);
}

// There are as many permits as lanes.
void
load_semaphore(struct lane *lane)
{
	const struct load *load = lane->context;
	hz_semaphore *permits = NULL;
	hz_error error = {0};
	bool fine = hz_semaphore_open(load->client, "bench", NULL, &permits, &error) == HZ_OK &&
			hz_semaphore_init(permits, lane->run->cell->threads, NULL, &error) == HZ_OK;
	while (fine && lane_goes_on(lane)) {
		uint64_t begin = lane_begin(lane);
		fine = hz_semaphore_acquire(permits, 1, &error) == HZ_OK &&
				hz_semaphore_release(permits, 1, &error) == HZ_OK;
		lane_record(lane, begin, now_ns());
	}
	if (!fine) {
		load_fail(lane, "semaphore", &error);
	}
	hz_semaphore_close(&permits);
}

// ---- Ids ----

// All lanes take from the same blocks.
void
load_id_generator(struct lane *lane)
{
	const struct load *load = lane->context;
	hz_id_generator *ids = NULL;
	hz_error error = {0};
	int64_t last = -1;
	bool fine = hz_id_generator_open(load->client, "bench", NULL, &ids, &error) == HZ_OK;
	while (fine && lane_goes_on(lane)) {
		int64_t id = 0;
		uint64_t begin = lane_begin(lane);
		fine = hz_id_generator_new_id(ids, &id, &error) == HZ_OK;
		lane_record(lane, begin, now_ns());
		if (fine && id <= last) {
			run_fail(lane->run, "new_id", "not above the id before");
		}
		last = id;
	}
	if (!fine) {
		load_fail(lane, "ids", &error);
	}
	hz_id_generator_close(&ids);
}
