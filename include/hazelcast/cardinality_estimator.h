// SPDX-License-Identifier: Apache-2.0
//
// Cardinality estimator: how many different values were added to it, more or less, in 16 KiB
// however many they are (HyperLogLog++; the error is about 2 % for large numbers). Only a hash of a
// value leaves the client, so what was added cannot be had back, and values cost nothing but their
// hash.
//
//	hz_cardinality_estimator *visitors = NULL;
//	int64_t n = 0;
//	if (hz_cardinality_estimator_open(client, "visitors", NULL, &visitors, &err) == HZ_OK) {
//		hz_cardinality_estimator_add(visitors, hz_str("alice"), &err);
//		hz_cardinality_estimator_estimate(visitors, &n, &err);
//	}
//	hz_cardinality_estimator_close(&visitors);
//
// Handles, the two forms of each operation, ownership, threads and common errors are as map.h has
// them.
//
// Values are the same if their serialized forms are, types left aside: clients in other languages
// and members that add an equal value of the same type change nothing, and neither does a value of
// another type whose payload happens to be the same (an empty text and an empty array of bytes).
#ifndef HAZELCAST_CARDINALITY_ESTIMATOR_H
#define HAZELCAST_CARDINALITY_ESTIMATOR_H

#include <hazelcast/call.h>
#include <hazelcast/future.h>

#ifdef __cplusplus
extern "C" {
#endif

// A handle of one estimator. Opaque.
typedef struct hz_cardinality_estimator hz_cardinality_estimator;

// ---- Handles ----

// Opens a handle; as hz_map_open. Since 0.1.
HZ_API hz_err hz_cardinality_estimator_open(hz_client *client, const char *name,
		const hz_call *call, hz_cardinality_estimator **estimator, hz_error *err);

// Ends the handle; the estimator in the cluster stays. NULL-safe, nulls the pointer. Does not
// block. Since 0.1.
HZ_API void hz_cardinality_estimator_close(hz_cardinality_estimator **estimator);

// The estimator's name, lent until the handle is closed; "" for NULL. Since 0.1.
HZ_API const char *hz_cardinality_estimator_name(const hz_cardinality_estimator *estimator);

// Changes what applies to the calls of this handle from now on; as hz_map_call. Since 0.1.
HZ_API hz_err hz_cardinality_estimator_call(
		hz_cardinality_estimator *estimator, const hz_call *call);

// Destroys the estimator in the cluster, with all that it knows, for everybody. The handle stays:
// its next call makes an empty one of this name. Result: none. Since 0.1.
HZ_API hz_future hz_cardinality_estimator_destroy_async(hz_cardinality_estimator *estimator);

// The same, and ends the handle when it succeeded: *estimator is then NULL. Since 0.1.
HZ_API HZ_INLINE hz_err
hz_cardinality_estimator_destroy(hz_cardinality_estimator **estimator, hz_error *err)
{
	hz_err e = hz_run_none(hz_cardinality_estimator_destroy_async(
					       estimator != NULL ? *estimator : NULL),
			err);
	if (e == HZ_OK) {
		hz_cardinality_estimator_close(estimator);
	}
	return e;
}

// ---- Operations ----

// Adds a value. Not repeated by itself after it may have been applied; when in doubt add it again,
// which changes nothing if it was. Result: none. Since 0.1.
HZ_API hz_future hz_cardinality_estimator_add_async(
		hz_cardinality_estimator *estimator, hz_value value);
HZ_API HZ_INLINE hz_err
hz_cardinality_estimator_add(hz_cardinality_estimator *estimator, hz_value value, hz_error *err)
{
	return hz_run_none(hz_cardinality_estimator_add_async(estimator, value), err);
}

// How many different values were added, about. Result: i64. Since 0.1.
HZ_API hz_future hz_cardinality_estimator_estimate_async(hz_cardinality_estimator *estimator);
HZ_API HZ_INLINE hz_err
hz_cardinality_estimator_estimate(hz_cardinality_estimator *estimator, int64_t *out, hz_error *err)
{
	return hz_run_i64(hz_cardinality_estimator_estimate_async(estimator), out, err);
}

#ifdef __cplusplus
}
#endif

#endif
