// SPDX-License-Identifier: Apache-2.0
#include "benchmarks/load.h"

load_work
load_of(const struct cell *cell)
{
	static const load_work works[OPERATIONS] = {
			[OP_GET] = load_map,
			[OP_SET] = load_map,
			[OP_MIXED] = load_map,
			[OP_GET_ALL] = load_get_all,
			[OP_EVENTS] = load_events,
			[OP_MESSAGES] = load_messages,
			[OP_QUEUE_PAIR] = load_queue_pair,
			[OP_QUEUE_ECHO] = load_queue_echo,
			[OP_COUNTER] = load_counter,
			[OP_IDS] = load_ids,
			[OP_ATOMIC] = load_atomic,
			[OP_LOCK] = load_lock,
			[OP_SEMAPHORE] = load_semaphore,
			[OP_BLOCK_IDS] = load_id_generator,
			[OP_QUERY] = load_query,
	};
	static const load_work deep[OPERATIONS] = {
			[OP_GET] = load_map_deep,
			[OP_ATOMIC] = load_atomic_deep,
	};
	return (cell->depth > 1 ? deep : works)[cell->operation];
}

void
load_fail(struct lane *lane, const char *what, const hz_error *error)
{
	run_fail(lane->run, what, error->message);
}

bool
load_is_value(const struct lane *lane, const hz_value *value)
{
	const void *bytes;
	size_t size;
	return hz_value_get_bytes(value, &bytes, &size) == HZ_OK &&
			size == (size_t)lane->run->cell->value_size;
}
