// SPDX-License-Identifier: Apache-2.0
//
// Records without a struct: any Compact object can be read field by field, and built.
//
//	hz_generic_builder *builder = NULL;
//	hz_generic_record *record = NULL;
//	hz_generic_builder_new("employee", &builder, &err);
//	hz_generic_builder_set(builder, "id", HZ_FIELD_I64, hz_i64(7), &err);
//	hz_generic_builder_set(builder, "name", HZ_FIELD_STRING, hz_str("Ada"), &err);
//	hz_generic_builder_build(builder, &record, &err);
//	hz_map_set(map, hz_i64(7), hz_generic_record_value(record), NULL, &err);
//
// A field is an hz_value: of kind BOOL to F64, STR, DECIMAL, LOCAL_TIME and so on, like the field;
// of an array, BOOLS, BYTES (of I8), I16S, I32S, I64S, F32S or F64S, and for every array whose
// items may be null a LIST (STRS will do as well for strings that are set); RECORD for a record.
//
// A built or read record does not change any more, and any number of threads may read it.
#ifndef HAZELCAST_GENERIC_RECORD_H
#define HAZELCAST_GENERIC_RECORD_H

#include <hazelcast/record.h>

#ifdef __cplusplus
extern "C" {
#endif

// A record whose fields are found by name.
typedef struct hz_generic_record hz_generic_record;

// What a record is made with; one thread at a time.
typedef struct hz_generic_builder hz_generic_builder;

// ---- Building ----

// Gives a builder without fields. Lends the type's name, UTF-8. HZ_ERR_ARGUMENT, HZ_ERR_MEMORY.
// Since 0.1.
HZ_API hz_err hz_generic_builder_new(
		const char *type_name, hz_generic_builder **out, hz_error *err);

// Adds a field: its value is copied. Lends name and value. A null value for a field that cannot be
// null, or a value of another kind than the field's, is HZ_ERR_TYPE; a name that is there already
// HZ_ERR_ARGUMENT. Others as hz_value_serialize. The records that a value holds may be structs
// (hz_record) or generic ones. Fields are written in the order of these calls. Does not block.
// Since 0.1.
HZ_API hz_err hz_generic_builder_set(hz_generic_builder *builder, const char *name,
		hz_field_kind kind, hz_value value, hz_error *err);

// Gives a record of the fields so far; the builder stays as it is. Does not block. HZ_ERR_MEMORY,
// HZ_ERR_LIMIT. Since 0.1.
HZ_API hz_err hz_generic_builder_build(
		const hz_generic_builder *builder, hz_generic_record **out, hz_error *err);

// Frees a builder. NULL-safe, and nulls the pointer. Since 0.1.
HZ_API void hz_generic_builder_destroy(hz_generic_builder **builder);

// ---- Reading ----

// Reads a RECORD. Lends client and v, gives *out, which keeps nothing of them. Errors, threads and
// blocking as hz_record_read; without a client (NULL) only what was built here can be read, that
// is, a value that hz_generic_record_value made. Since 0.1.
HZ_API hz_err hz_generic_record_read(
		hz_client *client, const hz_value *v, hz_generic_record **out, hz_error *err);

// Frees a record that was built or read. NULL-safe, and nulls the pointer. Not for one that was
// lent. Since 0.1.
HZ_API void hz_generic_record_destroy(hz_generic_record **record);

// The type's name and the schema's number; "" and 0 for NULL. Lends. Since 0.1.
HZ_API const char *hz_generic_record_type(const hz_generic_record *record);
HZ_API int64_t hz_generic_record_schema_id(const hz_generic_record *record);

// How many fields there are; 0 for NULL. Since 0.1.
HZ_API size_t hz_generic_record_count(const hz_generic_record *record);

// Name and kind of field i, in the order of their names. Lends the name; either output may be NULL.
// HZ_ERR_RANGE: there is none. Since 0.1.
HZ_API hz_err hz_generic_record_field(
		const hz_generic_record *record, size_t i, const char **name, hz_field_kind *kind);

// The kind of the field with this name; HZ_FIELD_NONE if there is none: how a reader finds out what
// another version of the type has. Since 0.1.
HZ_API hz_field_kind hz_generic_record_kind(const hz_generic_record *record, const char *name);

// Lends the field with this name, as long as the record lives. Text ends with a zero byte.
// HZ_ERR_NOT_FOUND: there is none, and *out is null. Does not block. Since 0.1.
HZ_API hz_err hz_generic_record_get(
		const hz_generic_record *record, const char *name, hz_value *out, hz_error *err);

// ---- From one form to another ----

// The record as a value to be written. Lends it until the call that the value is handed to returns;
// NULL is the null value. Since 0.1.
HZ_API hz_value hz_generic_record_value(const hz_generic_record *record);

// As hz_generic_record_value, by pointer. Since 0.1.
HZ_API void hz_value_set_generic_record(hz_value *v, const hz_generic_record *record);

// The record inside a record: lends what a field (or an item of one) of kind RECORD holds.
// HZ_ERR_TYPE: it is none; received values are read by hz_generic_record_read. Since 0.1.
HZ_API hz_err hz_value_get_generic_record(const hz_value *v, const hz_generic_record **out);

// Reads a generic record into a struct, as hz_record_read does: gives what the struct points to.
// Errors as there. Does not block. Since 0.1.
HZ_API hz_err hz_record_from(
		const hz_generic_record *record, hz_record_type *type, void *out, hz_error *err);

// ---- Codecs ----

// For types that need code of their own. The functions run inside the call that serializes or reads
// a value, on its thread, and must not block; what they return ends that call, with *err filled by
// them or left alone. Size-first: fields are appended.
typedef struct hz_record_codec {
	size_t size; // of this struct

	// Adds the fields of `object` to the builder, always the same ones in the same order.
	hz_err (*write)(void *ctx, const void *object, hz_generic_builder *to, hz_error *err);

	// Fills `object`, which is zeroed, from a record of any version of the type.
	hz_err (*read)(void *ctx, const hz_generic_record *from, void *object, hz_error *err);

	// Frees what `read` allocated; after a failed read, too. NULL: nothing.
	void (*clear)(void *ctx, void *object);

	void *ctx; // handed to the functions
} hz_record_codec;

#ifdef __cplusplus
}
#endif

#endif
