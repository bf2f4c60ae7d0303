// SPDX-License-Identifier: Apache-2.0
#include "benchmarks/load.h"
#include "benchmarks/usage.h"

#include <stdio.h>
#include <unistd.h>

// Queues of this process's own, so that what an earlier one left is not in the way.
static bool
open_queue(struct lane *lane, const char *what, int number, hz_queue **queue)
{
	const struct load *load = lane->context;
	char name[64];
	hz_error error;
	snprintf(name, sizeof(name), "bench-%s-%d-%d", what, (int)getpid(), number);
	if (hz_queue_open(load->client, name, NULL, queue, &error) != HZ_OK) {
		load_fail(lane, "open", &error);
		return false;
	}
	return true;
}

static bool
offer(struct lane *lane, hz_queue *queue)
{
	const struct load *load = lane->context;
	hz_value item = hz_bytes(load->bytes, (size_t)lane->run->cell->value_size);
	hz_error error;
	bool taken_in = false;
	if (hz_queue_offer(queue, item, 0, &taken_in, &error) != HZ_OK) {
		load_fail(lane, "offer", &error);
		return false;
	}
	if (!taken_in) {
		run_fail(lane->run, "offer", "the queue is full");
	}
	return taken_in;
}

static bool
take(struct lane *lane, hz_queue *queue)
{
	hz_value item;
	hz_error error;
	if (hz_queue_take(queue, &item, &error) != HZ_OK) {
		load_fail(lane, "take", &error);
		return false;
	}
	bool right = load_is_value(lane, &item);
	hz_value_clear(&item);
	if (!right) {
		run_fail(lane->run, "take", "not the item that was offered");
	}
	return right;
}

void
load_queue_pair(struct lane *lane)
{
	hz_queue *queue = NULL;
	bool fine = open_queue(lane, "pair", lane->number, &queue);
	while (fine && lane_goes_on(lane)) {
		uint64_t begin = lane_begin(lane);
		fine = offer(lane, queue) && take(lane, queue);
		lane_record(lane, begin, now_ns());
	}
	hz_queue_close(&queue);
}

// Thread 0 offers an item and waits for it to come back; thread 1 sends back what it takes.
void
load_queue_echo(struct lane *lane)
{
	hz_queue *there = NULL;
	hz_queue *back = NULL;
	bool first = lane->number == 0;
	bool fine = open_queue(lane, "there", 0, &there) && open_queue(lane, "back", 0, &back);
	while (fine && lane_goes_on(lane)) {
		uint64_t begin = lane_begin(lane);
		fine = first ? offer(lane, there) && take(lane, back)
			     : take(lane, there) && offer(lane, back);
		if (first) {
			lane_record(lane, begin, now_ns());
		}
	}
	if (first && fine) {
		// The other thread may be waiting for one more.
		offer(lane, there);
	}
	hz_queue_close(&there);
	hz_queue_close(&back);
}
