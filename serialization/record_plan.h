// SPDX-License-Identifier: Apache-2.0
//
// What the library finds out about an hz_record_type at its first use and keeps in it: the schema,
// and which of the schema's fields each row of the table is.
#ifndef HZI_SERIALIZATION_RECORD_PLAN_H
#define HZI_SERIALIZATION_RECORD_PLAN_H

#include "serialization/schema.h"

#include <hazelcast/error.h>
#include <hazelcast/record.h>

typedef struct hzi_record_plan {
	const hzi_schema *schema; // held
	uint32_t index[];         // in the schema, of each row; of a codec: of each field it writes
} hzi_record_plan;

// Lends the plan of a type, which lives as long as the type, or NULL for one with a codec that has
// written nothing yet. HZ_ERR_ARGUMENT: the type's table cannot be right. HZ_ERR_MEMORY. Any
// thread.
hz_err hzi_record_plan_of(hz_record_type *type, const hzi_record_plan **out, hz_error *err);

// Gives a codec's type the schema that it has written first. Any thread. Lends all.
void hzi_record_plan_learn(hz_record_type *type, const hzi_schema *schema);

// Lends the schema with this number if it is that of the type, or of a type that it points to,
// directly or not. NULL: it is none of them.
const hzi_schema *hzi_record_plan_find(hz_record_type *type, int64_t id);

#endif
