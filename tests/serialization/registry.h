// SPDX-License-Identifier: Apache-2.0
//
// Schemas that a test knows, in the place of a client.
#ifndef TESTS_SERIALIZATION_REGISTRY_H
#define TESTS_SERIALIZATION_REGISTRY_H

#include "serialization/compact_read.h"
#include "serialization/compact_write.h"

enum { HZT_SCHEMAS_MAX = 20000 };

typedef struct hzt_registry {
	size_t count;
	hzi_schema *at[HZT_SCHEMAS_MAX];
} hzt_registry;

// What reads and what writes with it.
hzi_schema_source hzt_registry_source(hzt_registry *registry);
hzi_schema_sink hzt_registry_sink(hzt_registry *registry);

// Takes a schema.
void hzt_registry_add(hzt_registry *registry, hzi_schema *schema);

// Frees what is in it.
void hzt_registry_clear(hzt_registry *registry);

#endif
