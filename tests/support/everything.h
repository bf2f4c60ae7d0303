// SPDX-License-Identifier: Apache-2.0
//
// A struct with a field of every kind, and samples of it that other clients have as well
// (tests/serialization/Records.java, tests/interop/compact_peer.py).
#ifndef TESTS_SUPPORT_EVERYTHING_H
#define TESTS_SUPPORT_EVERYTHING_H

#include <hazelcast/record.h>

typedef struct hzt_inner {
	int32_t id;
	const char *name;
} hzt_inner;

// Members stand in the order of their names.
typedef struct hzt_everything {
	hz_array_bool array_bool;
	hz_array_nullable_local_date array_date;
	hz_array_decimal array_decimal;
	hz_array_f32 array_f32;
	hz_array_f64 array_f64;
	hz_array_i16 array_i16;
	hz_array_i32 array_i32;
	hz_array_i64 array_i64;
	hz_array_i8 array_i8;
	hz_array_nullable_bool array_nullable_bool;
	hz_array_nullable_f32 array_nullable_f32;
	hz_array_nullable_f64 array_nullable_f64;
	hz_array_nullable_i16 array_nullable_i16;
	hz_array_nullable_i32 array_nullable_i32;
	hz_array_nullable_i64 array_nullable_i64;
	hz_array_nullable_i8 array_nullable_i8;
	hz_array_record array_record;
	hz_array_string array_string;
	hz_array_nullable_local_time array_time;
	hz_array_nullable_local_date_time array_timestamp;
	hz_array_nullable_offset_date_time array_timestamp_tz;
	bool bool_;
	hz_nullable_local_date date;
	hz_decimal decimal;
	float f32;
	double f64;
	int16_t i16;
	int32_t i32;
	int64_t i64;
	int8_t i8;
	hz_nullable_bool nullable_bool;
	hz_nullable_f32 nullable_f32;
	hz_nullable_f64 nullable_f64;
	hz_nullable_i16 nullable_i16;
	hz_nullable_i32 nullable_i32;
	hz_nullable_i64 nullable_i64;
	hz_nullable_i8 nullable_i8;
	hzt_inner *record;
	const char *string;
	hz_nullable_local_time time;
	hz_nullable_local_date_time timestamp;
	hz_nullable_offset_date_time timestamp_tz;
} hzt_everything;

extern hz_record_type hzt_inner_type;
extern hz_record_type hzt_everything_type;

// FULL has everything, NULLS nothing that can be missing, EMPTY empty arrays and texts. MIDDLE and
// LARGE are FULL with a string of 300 and of 70,000 letters: offsets of two and of four bytes.
enum { HZT_FULL, HZT_NULLS, HZT_EMPTY, HZT_MIDDLE, HZT_LARGE, HZT_SAMPLES };

// Fills a sample, which lends what is static. Its name in other programs is `hzt_sample_name`.
void hzt_everything_sample(unsigned which, hzt_everything *out);
const char *hzt_sample_name(unsigned which);

// Whether two structs have the same content, by the bytes of each record; prints which field
// differs first. Fails the case if they differ.
void hzt_everything_expect(const hzt_everything *got, const hzt_everything *want);

#endif
