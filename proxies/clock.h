// SPDX-License-Identifier: Apache-2.0
//
// A vector clock: for each replica of a PN counter how many of its updates somebody has seen.
// Zeroed memory is the clock of who has seen nothing. One owner, or a lock of the owner's.
#ifndef HZI_PROXIES_CLOCK_H
#define HZI_PROXIES_CLOCK_H

#include "base/buf.h"
#include "protocol/gen/types.h"

#include <hazelcast/error.h>
#include <stdbool.h>
#include <stdint.h>

// A clock of more replicas is refused.
#define HZI_CLOCK_MAX 1024U

typedef struct hzi_clock {
	hzi_buf entries; // hzp_entry_uuid_i64
} hzi_clock;

// Forgets everything; frees the memory.
void hzi_clock_clear(hzi_clock *clock);

// Sees what a decoded list of timestamps says as well: the later time of each replica. Lends it.
// HZ_ERR_PROTOCOL (too many replicas), HZ_ERR_MEMORY; what was seen before stays.
hz_err hzi_clock_merge(hzi_clock *clock, const hzp_list *timestamps);

// Appends the entries to `to`, for a request. False without memory.
bool hzi_clock_copy(const hzi_clock *clock, hzi_buf *to);

// Whether one decoded list of timestamps has all that another one has: nothing that `seen` knows of
// is missing. Lends both.
bool hzi_clock_covers(const hzp_list *timestamps, const hzp_list *seen);

#endif
