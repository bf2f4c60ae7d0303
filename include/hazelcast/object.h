// SPDX-License-Identifier: Apache-2.0
//
// Distributed objects as such: which structures the cluster has, whoever made them.
#ifndef HAZELCAST_OBJECT_H
#define HAZELCAST_OBJECT_H

#include <hazelcast/error.h>
#include <hazelcast/export.h>
#include <hazelcast/future.h>
#include <hazelcast/types.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

// The services that structures belong to, by the names that members use. A structure is known by
// its service and its name.
#define HZ_SERVICE_CARDINALITY_ESTIMATOR "hz:impl:cardinalityEstimatorService"
#define HZ_SERVICE_FLAKE_ID_GENERATOR "hz:impl:flakeIdGeneratorService"
#define HZ_SERVICE_LIST "hz:impl:listService"
#define HZ_SERVICE_MAP "hz:impl:mapService"
#define HZ_SERVICE_MULTIMAP "hz:impl:multiMapService"
#define HZ_SERVICE_PN_COUNTER "hz:impl:PNCounterService"
#define HZ_SERVICE_QUEUE "hz:impl:queueService"
#define HZ_SERVICE_REPLICATED_MAP "hz:impl:replicatedMapService"
#define HZ_SERVICE_RELIABLE_TOPIC "hz:impl:reliableTopicService"
#define HZ_SERVICE_RINGBUFFER "hz:impl:ringbufferService"
#define HZ_SERVICE_SET "hz:impl:setService"
#define HZ_SERVICE_TOPIC "hz:impl:topicService"

// One distributed object. Made by the library only; later versions may append members.
typedef struct hz_object_info {
	const char *service; // lent by the list
	const char *name;    // UTF-8, terminated; lent by the list
} hz_object_info;

// A snapshot of the distributed objects. Opaque.
typedef struct hz_objects hz_objects;

// Asks a member for all distributed objects, those that the cluster made for itself included. A
// member hears of what was opened at another one a moment later. Any thread; does not block.
// Result: object, an hz_objects to be ended with hz_objects_destroy. Errors as any call. Since 0.1.
HZ_API hz_future hz_client_objects_async(hz_client *client);

// The same, awaited; with the client's invocation timeout. Gives *out; out may not be NULL. Since
// 0.1.
HZ_API HZ_INLINE hz_err
hz_client_objects(hz_client *client, hz_objects **out, hz_error *err)
{
	void *object = NULL;
	hz_err e = hz_run_object(
			hz_client_objects_async(client), out != NULL ? &object : NULL, err);
	if (e == HZ_OK && out != NULL) {
		*out = (hz_objects *)object;
	}
	return e;
}

// How many there are; 0 for NULL. Does not block. Since 0.1.
HZ_API size_t hz_objects_count(const hz_objects *objects);

// The i-th, in no order; lent until the list is destroyed; NULL past the end. Does not block. Since
// 0.1.
HZ_API const hz_object_info *hz_objects_at(const hz_objects *objects, size_t i);

// Ends the list. NULL-safe, nulls the pointer. Since 0.1.
HZ_API void hz_objects_destroy(hz_objects **objects);

#ifdef __cplusplus
}
#endif

#endif
