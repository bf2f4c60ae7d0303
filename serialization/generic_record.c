// SPDX-License-Identifier: Apache-2.0
#include <hazelcast/generic_record.h>

#include "base/fail.h"
#include "serialization/compact_read.h"

#include <string.h>

HZ_API void
hz_generic_record_destroy(hz_generic_record **record)
{
	if (record == NULL || *record == NULL) {
		return;
	}
	hzi_arena arena = (*record)->arena;
	for (hz_generic_record *r = *record; r != NULL; r = r->next) {
		hzi_schema_release(r->schema);
	}
	// All records of the tree lie in it.
	hzi_arena_clear(&arena);
	*record = NULL;
}

HZ_API const char *
hz_generic_record_type(const hz_generic_record *record)
{
	return record != NULL ? record->schema->type_name : "";
}

HZ_API int64_t
hz_generic_record_schema_id(const hz_generic_record *record)
{
	return record != NULL ? record->schema->id : 0;
}

HZ_API size_t
hz_generic_record_count(const hz_generic_record *record)
{
	return record != NULL ? record->schema->count : 0;
}

HZ_API hz_err
hz_generic_record_field(
		const hz_generic_record *record, size_t i, const char **name, hz_field_kind *kind)
{
	if (record == NULL) {
		return HZ_ERR_ARGUMENT;
	}
	if (i >= record->schema->count) {
		return HZ_ERR_RANGE;
	}
	if (name != NULL) {
		*name = record->schema->fields[i].name;
	}
	if (kind != NULL) {
		*kind = (hz_field_kind)record->schema->fields[i].kind;
	}
	return HZ_OK;
}

static const hzi_schema_field *
find(const hz_generic_record *record, const char *name)
{
	return record != NULL && name != NULL ? hzi_schema_find(record->schema, name, strlen(name))
					      : NULL;
}

HZ_API hz_field_kind
hz_generic_record_kind(const hz_generic_record *record, const char *name)
{
	const hzi_schema_field *field = find(record, name);
	return field != NULL ? (hz_field_kind)field->kind : HZ_FIELD_NONE;
}

HZ_API hz_err
hz_generic_record_get(
		const hz_generic_record *record, const char *name, hz_value *out, hz_error *err)
{
	if (record == NULL || name == NULL || out == NULL) {
		return hzi_fail(err, HZ_ERR_ARGUMENT, "a record, a name or a value is NULL");
	}
	const hzi_schema_field *field = find(record, name);
	*out = field != NULL ? record->values[field->index] : hz_null();
	if (field == NULL) {
		return hzi_fail(err, HZ_ERR_NOT_FOUND, "type %.100s has no field %.100s",
				record->schema->type_name, name);
	}
	return HZ_OK;
}
