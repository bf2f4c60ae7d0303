// SPDX-License-Identifier: Apache-2.0
//
// Reading Compact records: the bytes of one, and of all that lie inside it, become a tree of
// hz_generic_record whose fields are values in the arena of the root. Nothing of the bytes is kept.
//
// The bytes are trusted in nothing. Every place is checked before it is read, records are walked by
// a list of those still to be read and not by recursion, and since no two parts of an honest record
// overlap, more bytes than the record has are never read in total: offsets that point in circles or
// all to one place end there.
#ifndef HZI_SERIALIZATION_COMPACT_READ_H
#define HZI_SERIALIZATION_COMPACT_READ_H

#include "serialization/arena.h"
#include "serialization/repr.h"
#include "serialization/schema.h"

#include <hazelcast/error.h>
#include <hazelcast/generic_record.h>

// Where schemas come from.
typedef struct hzi_schema_source {
	// Lends the schema with this number for as long as the client or builder behind it lives;
	// NULL with *err filled and *code set if there is none. May block.
	const hzi_schema *(*find)(void *ctx, int64_t id, hz_err *code, hz_error *err);
	void *ctx;
} hzi_schema_source;

struct hz_generic_record {
	const hzi_schema *schema;       // held
	struct hz_generic_record *next; // all records of one tree, from the root
	hzi_arena arena;                // of the root
	uint32_t *order;   // indexes of fields without a fixed size, as they are written
	hz_value values[]; // as the fields of the schema
};

// Gives the tree of the n bytes of payload at p. Lends all. HZ_ERR_SERIALIZATION: they contradict
// themselves. HZ_ERR_LIMIT: nested more than HZI_DEPTH deep. HZ_ERR_MEMORY, and what the source
// fails with. Any thread; blocks where the source does.
hz_err hzi_compact_read(const hzi_schema_source *source, const uint8_t *p, size_t n, bool be,
		hz_generic_record **out, hz_error *err);

// Gives another tree of the same record, and nothing of what it lies in. Lends it. HZ_ERR_MEMORY.
hz_err hzi_generic_copy(const hz_generic_record *record, hz_generic_record **out, hz_error *err);

// A generic record as a value.
hz_value hzi_generic_value(const hz_generic_record *record);

#endif
