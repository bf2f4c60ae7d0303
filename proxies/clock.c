// SPDX-License-Identifier: Apache-2.0
#include "proxies/clock.h"

#include "protocol/decode.h"

// Members number their updates upwards from this one, which stands for none.
#define NO_UPDATE INT64_MIN

static uint32_t
count_of(const hzi_clock *clock)
{
	return (uint32_t)(clock->entries.len / sizeof(hzp_entry_uuid_i64));
}

static bool
same_replica(const hzp_entry_uuid_i64 *a, const hzp_entry_uuid_i64 *b)
{
	return a->key.msb == b->key.msb && a->key.lsb == b->key.lsb;
}

void
hzi_clock_clear(hzi_clock *clock)
{
	hzi_buf_clear(&clock->entries);
}

static hz_err
merge_entry(hzi_clock *clock, const hzp_entry_uuid_i64 *entry)
{
	hzp_entry_uuid_i64 *at = (void *)clock->entries.data;
	uint32_t count = count_of(clock);
	for (uint32_t i = 0; i < count; i++) {
		if (same_replica(&at[i], entry)) {
			at[i].value = at[i].value > entry->value ? at[i].value : entry->value;
			return HZ_OK;
		}
	}
	if (count == HZI_CLOCK_MAX) {
		return HZ_ERR_PROTOCOL;
	}
	if (!hzi_buf_append(&clock->entries, entry, sizeof(*entry))) {
		clock->entries.failed = false;
		return HZ_ERR_MEMORY;
	}
	return HZ_OK;
}

hz_err
hzi_clock_merge(hzi_clock *clock, const hzp_list *timestamps)
{
	hzp_entry_uuid_i64 entry;
	hzp_iter it = hzp_iter_start(timestamps);
	hz_err e = timestamps->count <= HZI_CLOCK_MAX ? HZ_OK : HZ_ERR_PROTOCOL;
	while (e == HZ_OK && hzp_iter_next(&it, &entry)) {
		e = merge_entry(clock, &entry);
	}
	return e;
}

bool
hzi_clock_copy(const hzi_clock *clock, hzi_buf *to)
{
	return hzi_buf_append(to, clock->entries.data, clock->entries.len);
}

static bool
has_update(const hzp_list *timestamps, const hzp_entry_uuid_i64 *seen)
{
	hzp_entry_uuid_i64 entry;
	hzp_iter it = hzp_iter_start(timestamps);
	while (hzp_iter_next(&it, &entry)) {
		if (same_replica(&entry, seen)) {
			return entry.value >= seen->value;
		}
	}
	return seen->value == NO_UPDATE;
}

bool
hzi_clock_covers(const hzp_list *timestamps, const hzp_list *seen)
{
	hzp_entry_uuid_i64 entry;
	hzp_iter it = hzp_iter_start(seen);
	if (timestamps->count > HZI_CLOCK_MAX || seen->count > HZI_CLOCK_MAX) {
		return false;
	}
	while (hzp_iter_next(&it, &entry)) {
		if (!has_update(timestamps, &entry)) {
			return false;
		}
	}
	return true;
}
