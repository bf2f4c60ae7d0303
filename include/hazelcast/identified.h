// SPDX-License-Identifier: Apache-2.0
//
// Objects of classes that members have: entry processors, interceptors, comparators, filters, and
// whatever else Java code at the members reads as an IdentifiedDataSerializable. Such an object is
// known by the number of its factory and that of its class, and its body is what the class's
// readData reads: one piece after the other, which are added here in the same order.
//
//	hz_identified *raise = hz_identified_new(40, 3); // a class of yours: factory 40, class 3
//	hz_identified_add(raise, hz_i32(10));            // whose readData calls readInt()
//	hz_value processor;
//	hz_err e = hz_identified_value(raise, client, &processor, &err);
//	if (e == HZ_OK) {
//		e = hz_map_execute_on_key(map, hz_str("ada"), processor, &result, &err);
//	}
//	hz_identified_destroy(&raise);
//
// Building never fails on the spot: an object remembers its first failure (no memory, a value that
// cannot be written, more than 64 MiB, more than 64 objects in each other), and
// hz_identified_value tells of it. An object is used by one thread at a time, unless all only read
// it; no function here blocks.
#ifndef HAZELCAST_IDENTIFIED_H
#define HAZELCAST_IDENTIFIED_H

#include <hazelcast/error.h>
#include <hazelcast/export.h>
#include <hazelcast/types.h>
#include <hazelcast/value.h>

#ifdef __cplusplus
extern "C" {
#endif

// One object. Opaque.
typedef struct hz_identified hz_identified;

// Begins an object of a class. Gives it; never NULL. Since 0.1.
HZ_API hz_identified *hz_identified_new(int32_t factory_id, int32_t class_id);

// Adds a value without its type, for what the class reads by readInt, readString, readLongArray and
// the like: its kind says how many bytes. Lends v, which may not be null or a collection. Since
// 0.1.
HZ_API void hz_identified_add(hz_identified *object, hz_value v);

// Adds text for readString; NULL becomes Java's null. Lends text, which is UTF-8. Since 0.1.
HZ_API void hz_identified_add_text(hz_identified *object, const char *text);

// Adds a value with its type, for readObject. Lends v, which may be null. Since 0.1.
HZ_API void hz_identified_add_object(hz_identified *object, hz_value v);

// Adds another object, for readObject. Lends child. Since 0.1.
HZ_API void hz_identified_add_identified(hz_identified *object, const hz_identified *child);

// The object as a value for the members of this client. Lends *out, until the object is added to or
// destroyed. HZ_ERR_ARGUMENT, and the object's first failure; out is null then. Since 0.1.
HZ_API hz_err hz_identified_value(
		const hz_identified *object, const hz_client *client, hz_value *out, hz_error *err);

// Frees the object. NULL-safe, nulls the pointer. Since 0.1.
HZ_API void hz_identified_destroy(hz_identified **object);

#ifdef __cplusplus
}
#endif

#endif
