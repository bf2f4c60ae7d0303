// SPDX-License-Identifier: Apache-2.0
//
// An object of a class that members have (an IdentifiedDataSerializable), serialized piece by piece
// while it is built. It knows no client, so it keeps its bytes in both byte orders, and whoever
// sends it takes those of its cluster.
//
// The first failure stays: what is built on it fails alike, and the call that is to send it
// reports it. So no function that builds needs an error of its own.
#ifndef HZI_SERIALIZATION_OBJECT_H
#define HZI_SERIALIZATION_OBJECT_H

#include "base/buf.h"

#include <hazelcast/error.h>
#include <hazelcast/value.h>

typedef struct hzi_object {
	hzi_buf data[2]; // whole Data: little-endian, big-endian
	uint32_t depth;  // of objects in it, itself included
	hz_err code;     // of the first failure
	char why[96];    // and its words
} hzi_object;

enum {
	HZI_OBJECT_DEPTH = 64,             // how deep objects may lie in each other
	HZI_OBJECT_MAX = 64 * 1024 * 1024, // bytes of one
	HZI_OBJECT_ROOM = 256,             // of the struct of any kind of them
};

// Makes an object of `size` bytes that begins with an hzi_object, zeroed behind it. Without memory
// it gives one that says so, which everybody shares; never NULL.
void *hzi_object_new(size_t size, int32_t factory_id, int32_t class_id);

// True for the one that everybody shares, which nobody may write to.
bool hzi_object_is_shared(const hzi_object *object);

// Frees it. NULL is fine.
void hzi_object_free(void *object);

// True if it can take more: it has not failed.
static inline bool
hzi_object_good(const hzi_object *object)
{
	return object->code == HZ_OK;
}

// Notes a failure, unless there is one already. text is static.
void hzi_object_fail(hzi_object *object, hz_err code, const char *text);

// Append to the body, as the method of Java's stream with that name writes it. All lend; nothing
// happens after a failure.
void hzi_object_bool(hzi_object *object, bool b);
void hzi_object_i32(hzi_object *object, int32_t n);
void hzi_object_i64(hzi_object *object, int64_t n);
// UTF-8, terminated. NULL is Java's null.
void hzi_object_text(hzi_object *object, const char *text);
// A value of any kind but a collection without its type: numbers, text, arrays.
void hzi_object_bare(hzi_object *object, const hz_value *v);
// A value with its type, the null value included.
void hzi_object_value(hzi_object *object, const hz_value *v);
// Another object, with its failure if it has one.
void hzi_object_child(hzi_object *object, const hzi_object *child);

// Lends the object as a value, until it changes or is freed. Otherwise out is null, and the error
// is that of its first failure.
hz_err hzi_object_read(const hzi_object *object, bool big_endian, hz_value *out, hz_error *err);

#endif
