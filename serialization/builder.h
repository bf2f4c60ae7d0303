// SPDX-License-Identifier: Apache-2.0
//
// The inside of hz_generic_builder: a record that is written before its schema is known. Fields
// without a fixed size are serialized as they come, the others wait for the end.
#ifndef HZI_SERIALIZATION_BUILDER_H
#define HZI_SERIALIZATION_BUILDER_H

#include "base/buf.h"
#include "serialization/arena.h"
#include "serialization/compact_write.h"

#include <hazelcast/generic_record.h>

typedef struct hzi_built_field {
	hzi_schema_part part; // its name lies in the arena
	hz_value fixed;       // the value of a field in the fixed part
	uint32_t offset;      // in `bytes`, of another one
} hzi_built_field;

struct hz_generic_builder {
	const char *type_name; // in the arena, or lent
	hzi_buf fields;        // hzi_built_field
	hzi_buf bytes;
	hzi_buf schemas; // hzi_schema *, held: those of the records inside
	hzi_arena arena;
	bool be;
	unsigned depth; // records around the one that is built
};

// Starts a builder by value, for bytes of this order. Lends the name.
void hzi_builder_init(hz_generic_builder *builder, const char *type_name, bool be, unsigned depth);
void hzi_builder_clear(hz_generic_builder *builder);

// Gives the schema of the fields so far; `known` (or NULL) if it is that one.
hz_err hzi_builder_schema(const hz_generic_builder *builder, const hzi_schema *known,
		hzi_schema **out, hz_error *err);

// Appends the record, and tells the sink of all its schemas.
hz_err hzi_builder_append(const hz_generic_builder *builder, const hzi_schema *schema,
		hzi_write *to, hz_error *err);

#endif
