// SPDX-License-Identifier: Apache-2.0
//
// Dates and times as Java's java.time has them: what a calendar or a clock shows, without a time
// zone. All are frozen: they are part of the ABI. Ranges are checked when a value is serialized
// (HZ_ERR_RANGE), never repaired.
#ifndef HAZELCAST_TEMPORAL_H
#define HAZELCAST_TEMPORAL_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// A day of the proleptic Gregorian calendar (LocalDate).
typedef struct hz_local_date {
	int32_t year;  // -999999999 to 999999999; year 0 exists
	uint8_t month; // 1 to 12
	uint8_t day;   // 1 to 28, 29, 30 or 31
	uint8_t reserved[2];
} hz_local_date;

// A time of day (LocalTime); there are no leap seconds.
typedef struct hz_local_time {
	uint8_t hour;   // 0 to 23
	uint8_t minute; // 0 to 59
	uint8_t second; // 0 to 59
	uint8_t reserved;
	int32_t nano; // 0 to 999999999
} hz_local_time;

// A day and a time of day (LocalDateTime).
typedef struct hz_local_date_time {
	hz_local_date date;
	hz_local_time time;
} hz_local_date_time;

// The same with the distance from UTC (OffsetDateTime).
typedef struct hz_offset_date_time {
	hz_local_date date;
	hz_local_time time;
	int32_t offset_seconds; // east of UTC is positive; at most 18 hours either way
} hz_offset_date_time;

#ifdef __cplusplus
static_assert(sizeof(hz_local_date) == 8, "hz_local_date is part of the ABI");
static_assert(sizeof(hz_local_time) == 8, "hz_local_time is part of the ABI");
static_assert(sizeof(hz_offset_date_time) == 20, "hz_offset_date_time is part of the ABI");
#else
_Static_assert(sizeof(hz_local_date) == 8, "hz_local_date is part of the ABI");
_Static_assert(sizeof(hz_local_time) == 8, "hz_local_time is part of the ABI");
_Static_assert(sizeof(hz_offset_date_time) == 20, "hz_offset_date_time is part of the ABI");
#endif

#ifdef __cplusplus
}
#endif

#endif
