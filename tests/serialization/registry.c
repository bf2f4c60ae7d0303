// SPDX-License-Identifier: Apache-2.0
#include "tests/serialization/registry.h"

#include "base/fail.h"

static const hzi_schema *
find(void *ctx, int64_t id, hz_err *code, hz_error *err)
{
	hzt_registry *registry = ctx;
	for (size_t i = 0; i < registry->count; i++) {
		if (registry->at[i]->id == id) {
			return registry->at[i];
		}
	}
	*code = hzi_fail(err, HZ_ERR_SERIALIZATION, "no such schema");
	return NULL;
}

hzi_schema_source
hzt_registry_source(hzt_registry *registry)
{
	return (hzi_schema_source){.find = find, .ctx = registry};
}

void
hzt_registry_add(hzt_registry *registry, hzi_schema *schema)
{
	hz_err code = HZ_OK;
	if (registry->count == HZT_SCHEMAS_MAX || find(registry, schema->id, &code, NULL) != NULL) {
		hzi_schema_release(schema);
		return;
	}
	registry->at[registry->count++] = schema;
}

static hz_err
seen(void *ctx, const hzi_schema *schema, hz_error *err)
{
	(void)err;
	hzt_registry_add(ctx, hzi_schema_retain(schema));
	return HZ_OK;
}

hzi_schema_sink
hzt_registry_sink(hzt_registry *registry)
{
	return (hzi_schema_sink){.seen = seen, .ctx = registry};
}

void
hzt_registry_clear(hzt_registry *registry)
{
	for (size_t i = 0; i < registry->count; i++) {
		hzi_schema_release(registry->at[i]);
	}
	registry->count = 0;
}
