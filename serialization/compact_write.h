// SPDX-License-Identifier: Apache-2.0
//
// Writing Compact records: field by field behind a schema that is known beforehand. Whoever writes
// a record says which value each field has; where it goes follows from the schema.
//
//	schema number, 8 bytes | size of the data, 4 | data: fixed part, then the others | offsets
//
// The size and the offsets are there only if the schema has a field without a fixed size.
#ifndef HZI_SERIALIZATION_COMPACT_WRITE_H
#define HZI_SERIALIZATION_COMPACT_WRITE_H

#include "base/buf.h"
#include "serialization/repr.h"
#include "serialization/schema.h"

#include <hazelcast/error.h>

// The number that members know Compact records by.
enum { HZI_TYPE_COMPACT = -55 };

// Who wants to hear of the schemas of all records that are written, those inside others, too. The
// schema is lent.
typedef struct hzi_schema_sink {
	hz_err (*seen)(void *ctx, const hzi_schema *schema, hz_error *err);
	void *ctx;
} hzi_schema_sink;

// What holds for all that one value needs to be written.
typedef struct hzi_write {
	hzi_buf *buf;
	bool be;
	unsigned depth;              // records around this one
	const hzi_schema_sink *sink; // NULL: nobody
} hzi_write;

enum { HZI_OFFSETS_AT_HAND = 32 };

// A record being written; see hzi_record_begin.
typedef struct hzi_record_out {
	hzi_write *to;
	const hzi_schema *schema;
	size_t data; // where the data begins in the buffer
	uint32_t *offsets;
	uint32_t at_hand[HZI_OFFSETS_AT_HAND];
} hzi_record_out;

// How many bytes each offset has, by the size of the data that they point into; and the offset that
// says "null".
static inline size_t
hzi_offset_width(size_t data)
{
	return data <= 254 ? 1 : data <= 65534 ? 2 : 4;
}

#define HZI_OFFSET_NULL UINT32_MAX

// Begins a record: its head, and a fixed part of zeros; every field without a fixed size is null
// until it is written. Lends the schema. After success, and only then, it must be ended.
hz_err hzi_record_begin(
		hzi_record_out *out, hzi_write *to, const hzi_schema *schema, hz_error *err);

// Writes a field. Lends v. HZ_ERR_TYPE: the value does not fit the kind. Others as
// hzi_variable_append.
hz_err hzi_record_put(hzi_record_out *out, const hzi_schema_field *field, const hz_value *v,
		hz_error *err);

// Ends a record: with `ok` its size and its offsets, else it only frees.
hz_err hzi_record_end(hzi_record_out *out, bool ok, hz_error *err);

// Appends a value, which is not null, as the bytes of a field without a fixed size. Lends v. On
// failure the buffer holds a part of it.
hz_err hzi_variable_append(
		hzi_write *to, const hzi_field_row *row, const hz_value *v, hz_error *err);

// The offsets of `count` places into `data` bytes, at the end of the buffer.
hz_err hzi_offsets_append(
		hzi_write *to, const uint32_t *offsets, size_t count, size_t data, hz_error *err);

// Makes sure that a value may be that of a field of a kind; HZ_ERR_TYPE with the name of the field.
hz_err hzi_field_check(const char *name, uint32_t kind, const hz_value *v, hz_error *err);

// Appends the payload of a RECORD of any form (serialization/record_value.c). Lends v. On failure
// the buffer holds a part of it.
hz_err hzi_record_append(hzi_write *to, const hz_value *v, hz_error *err);

#endif
