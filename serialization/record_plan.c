// SPDX-License-Identifier: Apache-2.0
#include "serialization/record_plan.h"

#include "base/buf.h"
#include "base/fail.h"

#include <stdlib.h>
#include <string.h>

// ---- Checks ----

static hz_err
check_row(const hz_record_type *type, const hz_field *field, hz_error *err)
{
	const hzi_field_row *row = hzi_field_row_of(field->kind);
	const char *name = field->name != NULL ? field->name : "";
	if (field->name == NULL || row == NULL) {
		return hzi_fail(err, HZ_ERR_ARGUMENT,
				"type %.100s, field %.100s: no such kind: %lu", type->name, name,
				(unsigned long)field->kind);
	}
	if (field->size != row->member || field->offset > type->struct_size ||
			field->size > type->struct_size - field->offset) {
		return hzi_fail(err, HZ_ERR_ARGUMENT,
				"type %.100s, field %.100s: the member is not of kind %s",
				type->name, name, hz_field_kind_name((hz_field_kind)field->kind));
	}
	if (row->value == HZ_KIND_RECORD && field->record == NULL) {
		return hzi_fail(err, HZ_ERR_ARGUMENT,
				"type %.100s, field %.100s: of which type is the record?",
				type->name, name);
	}
	return HZ_OK;
}

static hz_err
check_type(const hz_record_type *type, hz_error *err)
{
	if (type->size < sizeof(*type) || type->name == NULL ||
			(type->fields == NULL && type->field_count != 0)) {
		return hzi_fail(err, HZ_ERR_ARGUMENT,
				"a type of records without its size, name or fields");
	}
	hz_err code = HZ_OK;
	for (size_t i = 0; code == HZ_OK && i < type->field_count; i++) {
		code = check_row(type, &type->fields[i], err);
	}
	return code;
}

// ---- Making ----

static hz_err
make_schema(const hz_record_type *type, hzi_schema **out, hz_error *err)
{
	hzi_schema_part *parts = calloc(type->field_count + 1, sizeof(*parts));
	if (parts == NULL) {
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for a schema");
	}
	for (size_t i = 0; i < type->field_count; i++) {
		const hz_field *field = &type->fields[i];
		parts[i] = (hzi_schema_part){field->name, strlen(field->name), field->kind};
	}
	hz_err code = hzi_schema_new(
			type->name, strlen(type->name), parts, type->field_count, out, err);
	free(parts);
	return code;
}

static void
destroy(hzi_record_plan *plan)
{
	if (plan != NULL) {
		hzi_schema_release(plan->schema);
		free(plan);
	}
}

// Takes the plan; whoever comes first wins.
static const hzi_record_plan *
publish(hz_record_type *type, hzi_record_plan *plan)
{
	void *none = NULL;
	if (__atomic_compare_exchange_n(&type->compiled_, &none, plan, false, __ATOMIC_ACQ_REL,
			    __ATOMIC_ACQUIRE)) {
		return plan;
	}
	destroy(plan);
	return none;
}

static hz_err
make(hz_record_type *type, const hzi_record_plan **out, hz_error *err)
{
	hzi_schema *schema = NULL;
	hz_err code = check_type(type, err);
	if (code == HZ_OK && type->codec == NULL) {
		code = make_schema(type, &schema, err);
	}
	if (code != HZ_OK || schema == NULL) {
		return code;
	}
	hzi_record_plan *plan = malloc(sizeof(*plan) + schema->count * sizeof(plan->index[0]));
	if (plan == NULL) {
		hzi_schema_release(schema);
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for a type of records");
	}
	plan->schema = schema;
	for (size_t i = 0; i < type->field_count; i++) {
		const char *name = type->fields[i].name;
		plan->index[i] = hzi_schema_find(schema, name, strlen(name))->index;
	}
	*out = publish(type, plan);
	return HZ_OK;
}

hz_err
hzi_record_plan_of(hz_record_type *type, const hzi_record_plan **out, hz_error *err)
{
	*out = __atomic_load_n(&type->compiled_, __ATOMIC_ACQUIRE);
	return *out != NULL ? HZ_OK : make(type, out, err);
}

void
hzi_record_plan_learn(hz_record_type *type, const hzi_schema *schema)
{
	hzi_record_plan *plan = malloc(sizeof(*plan));
	if (plan != NULL) {
		plan->schema = hzi_schema_retain(schema);
		publish(type, plan);
	}
}

HZ_API void
hz_record_type_clear(hz_record_type *type)
{
	if (type != NULL) {
		destroy(__atomic_exchange_n(&type->compiled_, NULL, __ATOMIC_ACQ_REL));
	}
}

// ---- Looking round ----

enum { POINTER = sizeof(void *) };

static bool
is_listed(const hzi_buf *types, const hz_record_type *type)
{
	for (size_t at = 0; at < types->len; at += POINTER) {
		if (memcmp(types->data + at, &type, POINTER) == 0) {
			return true;
		}
	}
	return false;
}

// Types may point to each other in circles, so each is looked at once.
const hzi_schema *
hzi_record_plan_find(hz_record_type *type, int64_t id)
{
	hzi_buf types = {0};
	const hzi_schema *found = NULL;
	(void)hzi_buf_append(&types, &type, POINTER);
	for (size_t at = 0; found == NULL && !types.failed && at < types.len; at += POINTER) {
		const hzi_record_plan *plan = NULL;
		hz_record_type *next;
		memcpy(&next, types.data + at, POINTER);
		if (hzi_record_plan_of(next, &plan, NULL) != HZ_OK || plan == NULL) {
			continue;
		}
		found = plan->schema->id == id ? plan->schema : NULL;
		for (size_t i = 0; i < next->field_count; i++) {
			hz_record_type *inner = next->fields[i].record;
			if (inner != NULL && !is_listed(&types, inner)) {
				(void)hzi_buf_append(&types, &inner, POINTER);
			}
		}
	}
	hzi_buf_clear(&types);
	return found;
}
