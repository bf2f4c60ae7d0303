// SPDX-License-Identifier: Apache-2.0
//
// Records: C structs as Compact objects, which members can look into (queries, indexes, SQL) and
// clients in other languages read as objects of their own. A struct is described once, by a table
// of its fields; the library writes and reads it from then on.
//
//	typedef struct employee {
//		int64_t id;
//		const char *name;
//		hz_nullable_i32 room;
//	} employee;
//
//	static const hz_field employee_fields[] = {
//		HZ_FIELD(employee, id, I64),
//		HZ_FIELD(employee, name, STRING),
//		HZ_FIELD(employee, room, NULLABLE_I32),
//	};
//	static hz_record_type employee_type =
//			HZ_RECORD_TYPE(employee, "employee", employee_fields);
//
//	hz_map_set(map, hz_i64(7), hz_record(&employee_type, &ada), NULL, &err);
//	hz_map_get(map, hz_i64(7), &value, &err);
//	hz_record_read(client, &value, &employee_type, &found, &err);
//	...
//	hz_record_clear(&employee_type, &found);
//
// Names and kinds of the fields are the *schema* of a record. The client hands the schema to the
// cluster before the first record of it; who reads a record with another schema gets those fields
// that both know: a field that the record lacks is zeroed, one that the struct lacks is left out.
// tools/hzrecord.py writes such tables from a header.
//
// For records without a struct, and for those that need code of their own, see generic_record.h.
#ifndef HAZELCAST_RECORD_H
#define HAZELCAST_RECORD_H

#include <hazelcast/error.h>
#include <hazelcast/export.h>
#include <hazelcast/types.h>
#include <hazelcast/value.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// ---- Members ----

// X(suffix, type): what a value that may be absent is in a struct. Zeroed memory is "absent".
#define HZ_NULLABLE_MAP_(X)                                                                        \
	X(bool, bool)                                                                              \
	X(i8, int8_t)                                                                              \
	X(i16, int16_t)                                                                            \
	X(i32, int32_t)                                                                            \
	X(i64, int64_t)                                                                            \
	X(f32, float)                                                                              \
	X(f64, double)                                                                             \
	X(local_time, hz_local_time)                                                               \
	X(local_date, hz_local_date)                                                               \
	X(local_date_time, hz_local_date_time)                                                     \
	X(offset_date_time, hz_offset_date_time)

// hz_nullable_bool, hz_nullable_i8, ... hz_nullable_offset_date_time: `value` counts if `has`.
#define HZ_NULLABLE_STRUCT_(suffix, type)                                                          \
	typedef struct hz_nullable_##suffix {                                                      \
		bool has;                                                                          \
		type value;                                                                        \
	} hz_nullable_##suffix;
HZ_NULLABLE_MAP_(HZ_NULLABLE_STRUCT_)
#undef HZ_NULLABLE_STRUCT_

// hz_array_bool, hz_array_i8, ... hz_array_record: `count` items. NULL items with a count of 0 are
// the null array; an empty one has other items. Strings, decimals (by their bytes) and records may
// be NULL among the items.
#define HZ_ARRAY_STRUCT_(suffix, type)                                                             \
	typedef struct hz_array_##suffix {                                                         \
		type const *items;                                                                 \
		size_t count;                                                                      \
	} hz_array_##suffix;
#define HZ_ARRAY_NULLABLE_(suffix, type) HZ_ARRAY_STRUCT_(nullable_##suffix, hz_nullable_##suffix)
HZ_ARRAY_STRUCT_(bool, bool)
HZ_ARRAY_STRUCT_(i8, int8_t)
HZ_ARRAY_STRUCT_(i16, int16_t)
HZ_ARRAY_STRUCT_(i32, int32_t)
HZ_ARRAY_STRUCT_(i64, int64_t)
HZ_ARRAY_STRUCT_(f32, float)
HZ_ARRAY_STRUCT_(f64, double)
HZ_ARRAY_STRUCT_(string, char *)
HZ_ARRAY_STRUCT_(decimal, hz_decimal)
HZ_ARRAY_STRUCT_(record, void *)
HZ_NULLABLE_MAP_(HZ_ARRAY_NULLABLE_)
#undef HZ_ARRAY_NULLABLE_
#undef HZ_ARRAY_STRUCT_

// ---- Kinds of fields ----

// X(name, number, type of the member). The numbers are the cluster's. STRING members are terminated
// by a zero byte and may be NULL (null); a DECIMAL without bytes is null; a RECORD is a pointer to
// another struct, or NULL.
#define HZ_FIELD_KIND_MAP_(X)                                                                      \
	X(BOOL, 1, bool)                                                                           \
	X(ARRAY_BOOL, 2, hz_array_bool)                                                            \
	X(I8, 3, int8_t)                                                                           \
	X(ARRAY_I8, 4, hz_array_i8)                                                                \
	X(I16, 7, int16_t)                                                                         \
	X(ARRAY_I16, 8, hz_array_i16)                                                              \
	X(I32, 9, int32_t)                                                                         \
	X(ARRAY_I32, 10, hz_array_i32)                                                             \
	X(I64, 11, int64_t)                                                                        \
	X(ARRAY_I64, 12, hz_array_i64)                                                             \
	X(F32, 13, float)                                                                          \
	X(ARRAY_F32, 14, hz_array_f32)                                                             \
	X(F64, 15, double)                                                                         \
	X(ARRAY_F64, 16, hz_array_f64)                                                             \
	X(STRING, 17, char *)                                                                      \
	X(ARRAY_STRING, 18, hz_array_string)                                                       \
	X(DECIMAL, 19, hz_decimal)                                                                 \
	X(ARRAY_DECIMAL, 20, hz_array_decimal)                                                     \
	X(TIME, 21, hz_nullable_local_time)                                                        \
	X(ARRAY_TIME, 22, hz_array_nullable_local_time)                                            \
	X(DATE, 23, hz_nullable_local_date)                                                        \
	X(ARRAY_DATE, 24, hz_array_nullable_local_date)                                            \
	X(TIMESTAMP, 25, hz_nullable_local_date_time)                                              \
	X(ARRAY_TIMESTAMP, 26, hz_array_nullable_local_date_time)                                  \
	X(TIMESTAMP_TZ, 27, hz_nullable_offset_date_time)                                          \
	X(ARRAY_TIMESTAMP_TZ, 28, hz_array_nullable_offset_date_time)                              \
	X(RECORD, 29, void *)                                                                      \
	X(ARRAY_RECORD, 30, hz_array_record)                                                       \
	X(NULLABLE_BOOL, 33, hz_nullable_bool)                                                     \
	X(ARRAY_NULLABLE_BOOL, 34, hz_array_nullable_bool)                                         \
	X(NULLABLE_I8, 35, hz_nullable_i8)                                                         \
	X(ARRAY_NULLABLE_I8, 36, hz_array_nullable_i8)                                             \
	X(NULLABLE_I16, 37, hz_nullable_i16)                                                       \
	X(ARRAY_NULLABLE_I16, 38, hz_array_nullable_i16)                                           \
	X(NULLABLE_I32, 39, hz_nullable_i32)                                                       \
	X(ARRAY_NULLABLE_I32, 40, hz_array_nullable_i32)                                           \
	X(NULLABLE_I64, 41, hz_nullable_i64)                                                       \
	X(ARRAY_NULLABLE_I64, 42, hz_array_nullable_i64)                                           \
	X(NULLABLE_F32, 43, hz_nullable_f32)                                                       \
	X(ARRAY_NULLABLE_F32, 44, hz_array_nullable_f32)                                           \
	X(NULLABLE_F64, 45, hz_nullable_f64)                                                       \
	X(ARRAY_NULLABLE_F64, 46, hz_array_nullable_f64)

// The kind of a field. A field keeps its kind for ever: a name with another kind is another schema,
// and reading the one as the other is an error unless one is the nullable form of the other.
typedef enum hz_field_kind {
	HZ_FIELD_NONE = 0, // no such field
#define HZ_FIELD_ENUM_(name, number, type) HZ_FIELD_##name = (number),
	HZ_FIELD_KIND_MAP_(HZ_FIELD_ENUM_)
#undef HZ_FIELD_ENUM_
} hz_field_kind;

#define HZ_FIELD_TYPE_(name, number, type) typedef type hz_field_member_##name##_;
HZ_FIELD_KIND_MAP_(HZ_FIELD_TYPE_)
#undef HZ_FIELD_TYPE_

// The constant's name without its prefix, such as "NULLABLE_I32"; "UNKNOWN" for a number that is
// none. Lends a static string. Any thread. Since 0.1.
HZ_API const char *hz_field_kind_name(hz_field_kind kind);

// ---- Types ----

typedef struct hz_record_type hz_record_type;

// One row of a table of fields. Frozen; made by the two macros below. Rows are written to the
// record in their order.
typedef struct hz_field {
	const char *name; // in the cluster; UTF-8
	uint32_t kind;    // hz_field_kind
	uint32_t offset;  // of the member
	uint32_t size;    // of the member
	uint32_t reserved;
	hz_record_type *record; // RECORD and ARRAY_RECORD: the type that is pointed to
} hz_field;

// sizeof(member), which does not compile when the member cannot be of this kind.
#define HZ_MEMBER_SIZE_(type, member) sizeof(((type *)0)->member)
#define HZ_FIELD_FITS_(type, member, kind)                                                         \
	(HZ_MEMBER_SIZE_(type, member) == sizeof(hz_field_member_##kind##_) ? 1 : -1)
#define HZ_FIELD_SIZE_(type, member, kind)                                                         \
	((uint32_t)(HZ_MEMBER_SIZE_(type, member) +                                                \
			0 * sizeof(char[HZ_FIELD_FITS_(type, member, kind)])))

// The row of a member that is called the same in the cluster.
#define HZ_FIELD(type, member, kind) HZ_FIELD_AS(type, member, #member, kind)

// The same under another name in the cluster.
#define HZ_FIELD_AS(type, member, name, kind)                                                      \
	{                                                                                          \
		name, HZ_FIELD_##kind, (uint32_t)offsetof(type, member),                           \
				HZ_FIELD_SIZE_(type, member, kind), 0, NULL                        \
	}

// The row of a member that points to another struct (kind RECORD) or to many (ARRAY_RECORD), whose
// hz_record_type is `of`.
#define HZ_FIELD_RECORD_OF(type, member, kind, of)                                                 \
	{                                                                                          \
#member, HZ_FIELD_##kind, (uint32_t)offsetof(type, member),                        \
				HZ_FIELD_SIZE_(type, member, kind), 0, of                          \
	}

struct hz_record_codec; // generic_record.h

// What a struct is in the cluster. Not constant: the library keeps in `compiled_` what it finds out
// about the type at its first use, on any thread. The table, the names and the type itself are lent
// for as long as there are values or calls that use them; normally they are static.
struct hz_record_type {
	size_t size;        // of this struct
	const char *name;   // of the type in the cluster; UTF-8
	size_t struct_size; // of the struct that is described
	const hz_field *fields;
	size_t field_count;
	const struct hz_record_codec *codec; // in place of fields; NULL: by the table
	void *compiled_;                     // the library's
};

#define HZ_RECORD_TYPE(type, name, fields)                                                         \
	{                                                                                          \
		sizeof(hz_record_type), name, sizeof(type), fields,                                \
				sizeof(fields) / sizeof((fields)[0]), NULL, NULL                   \
	}

// The type of a struct that a codec (generic_record.h) writes and reads.
#define HZ_RECORD_CODEC_TYPE(type, name, codec)                                                    \
	{                                                                                          \
		sizeof(hz_record_type), name, sizeof(type), NULL, 0, codec, NULL                   \
	}

// Frees what the library knows of a type, before the memory of the type goes; types that are static
// need it not. NULL is fine. No other call may use the type at the same time; values that were
// built from it must not be used any more. Since 0.1.
HZ_API void hz_record_type_clear(hz_record_type *type);

// ---- Values ----

// A record: the struct at `object`, which is of `type`. Lends both, and what the struct points to,
// until the call that the value is handed to returns; NULL for either is the null value. Since 0.1.
HZ_API HZ_INLINE hz_value
hz_record(hz_record_type *type, const void *object)
{
	hz_value v = {HZ_KIND_NULL, 0, 0, 0, {0}, {0}};
	if (type != NULL && object != NULL) {
		v.kind_ = HZ_KIND_RECORD;
		v.u_.p = object;
		v.ext_.block = type;
	}
	return v;
}

// As hz_record, by pointer. Since 0.1.
HZ_API void hz_value_set_record(hz_value *v, hz_record_type *type, const void *object);

// Reads a RECORD into the struct at `out`. Lends client, v and type; gives what the struct then
// points to: end it with hz_record_clear. On failure the struct is zeroed. A field that the record
// lacks is zeroed; fields that the struct lacks are left out; a nullable field is read into one
// that is not, and the other way round.
//
// A schema that neither the client nor the type knows is fetched from the cluster once, so the call
// may block then, like any call with the client's invocation timeout; it may be made in callbacks
// all the same. Without a client (NULL) only the schemas of the type itself can be read. Any
// thread. HZ_ERR_TYPE: not a record, or a field has another kind. HZ_ERR_RANGE: null where the
// struct cannot have it, or text with a zero byte in it. HZ_ERR_SERIALIZATION: the bytes contradict
// themselves, or nobody knows the schema. HZ_ERR_ARGUMENT, HZ_ERR_MEMORY, and what a call may end
// with. Since 0.1.
HZ_API hz_err hz_record_read(hz_client *client, const hz_value *v, hz_record_type *type, void *out,
		hz_error *err);

// Frees what hz_record_read or hz_record_from gave to the struct, and zeroes it. Not for structs
// that the application filled itself. NULL is fine. Any thread; does not block. Since 0.1.
HZ_API void hz_record_clear(hz_record_type *type, void *object);

// The number of the schema that a RECORD was written with, of a received one and of a copy.
// HZ_ERR_TYPE: no record, or one that is not serialized. Any thread; does not block. Since 0.1.
HZ_API hz_err hz_value_get_schema_id(const hz_value *v, int64_t *id);

#ifdef __cplusplus
}
#endif

#endif
