// SPDX-License-Identifier: Apache-2.0
//
// The schema of a Compact record: the type's name, and names and kinds of its fields; from which
// follow the number that stands in every record, and where each field lies. Immutable once made,
// shared by counted references.
#ifndef HZI_SERIALIZATION_SCHEMA_H
#define HZI_SERIALIZATION_SCHEMA_H

#include "serialization/field_kind.h"

#include <hazelcast/error.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

// More fields than any class has; what a member sends must not make us allocate without end.
enum { HZI_SCHEMA_FIELDS_MAX = 65535 };

typedef struct hzi_schema_field {
	const char *name; // terminated
	uint32_t name_length;
	uint32_t kind;
	// FIXED: its place from the start of the data. BIT: the same in bits. Others: which of the
	// offsets is its own.
	uint32_t at;
	uint32_t index; // of this field
} hzi_schema_field;

typedef struct hzi_schema {
	_Atomic uint32_t refs;
	int64_t id;
	const char *type_name; // terminated
	uint32_t type_length;
	uint32_t count;
	uint32_t fixed_size;       // bytes before the first field that has no fixed size
	uint32_t variable;         // how many of those there are
	hzi_schema_field fields[]; // by name
} hzi_schema;

// What a schema is made of. Names need no zero byte behind them.
typedef struct hzi_schema_part {
	const char *name;
	size_t length;
	uint32_t kind;
} hzi_schema_part;

// Gives a schema with one reference. Lends all. HZ_ERR_ARGUMENT: a name that is not UTF-8 or comes
// twice, or a kind that Compact does not have. HZ_ERR_LIMIT: too many fields. HZ_ERR_MEMORY. Any
// thread.
hz_err hzi_schema_new(const char *type_name, size_t type_length, const hzi_schema_part *parts,
		size_t count, hzi_schema **out, hz_error *err);

// One reference more, one less. The last one frees. NULL-safe. Any thread.
hzi_schema *hzi_schema_retain(const hzi_schema *schema);
void hzi_schema_release(const hzi_schema *schema);

// The field with this name, or NULL. Lends. Any thread.
const hzi_schema_field *hzi_schema_find(const hzi_schema *schema, const char *name, size_t length);

#endif
