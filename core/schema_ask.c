// SPDX-License-Identifier: Apache-2.0
//
// Where the schemas of records that are read come from; in the end, from the members, who are asked
// on the reader's own thread.
#include "base/fail.h"
#include "core/invocation.h"
#include "core/schema_known.h"
#include "protocol/decode.h"
#include "protocol/gen/client.h"
#include "serialization/record_plan.h"

#include <stdlib.h>

// The answer to one question, on the thread that asks.
typedef struct question {
	int64_t id;
	const hzi_schema *found; // known from now on
} question;

static hz_err
make_schema(const hzp_schema *from, hzi_schema **out, hz_error *err)
{
	hzp_iter it = hzp_iter_start(&from->fields);
	hzp_field_descriptor field;
	size_t n = 0;
	hzi_schema_part *parts = calloc(from->fields.count + 1U, sizeof(*parts));
	if (parts == NULL) {
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for a schema");
	}
	while (n < from->fields.count && hzp_iter_next(&it, &field)) {
		parts[n++] = (hzi_schema_part){(const char *)field.field_name.p, field.field_name.n,
				(uint32_t)field.kind};
	}
	hz_err e = hzi_schema_new(
			(const char *)from->type_name.p, from->type_name.n, parts, n, out, err);
	free(parts);
	// It is the member that has said something wrong.
	if (e == HZ_ERR_ARGUMENT && err != NULL) {
		err->code = HZ_ERR_SERIALIZATION;
	}
	return e == HZ_ERR_ARGUMENT ? HZ_ERR_SERIALIZATION : e;
}

static hz_err
read_answer(hzi_call *call, hz_result *out, hz_error *err)
{
	question *q = call->extra;
	hzp_client_fetch_schema_response response = {0};
	hzi_schema *schema = NULL;
	(void)out;
	hz_err e = hzi_call_decode(call, &response, err);
	if (e == HZ_OK && !response.schema.present) {
		e = hzi_fail(err, HZ_ERR_SERIALIZATION, "no member knows the schema %lld",
				(long long)q->id);
	}
	if (e == HZ_OK) {
		e = make_schema(&response.schema, &schema, err);
	}
	if (e == HZ_OK && schema != NULL && schema->id != q->id) {
		e = hzi_fail(err, HZ_ERR_SERIALIZATION, "for schema %lld a member sent %lld",
				(long long)q->id, (long long)schema->id);
	}
	if (e == HZ_OK) {
		hzi_known_schema *known = hzi_schema_add(call->client, schema, true);
		q->found = known != NULL ? known->schema : NULL;
		e = known != NULL ? HZ_OK : hzi_fail(err, HZ_ERR_MEMORY, "no memory for a schema");
	}
	hzi_schema_release(schema);
	return e;
}

static const hzi_op FETCH = {&HZP_CLIENT_FETCH_SCHEMA, HZ_RESULT_NONE, 0, read_answer};

// Several threads may ask for the same one at a time, which is harmless.
static const hzi_schema *
ask(hz_client *client, int64_t id, hz_err *code, hz_error *err)
{
	hzi_call *call;
	hz_future future;
	question q = {.id = id};
	if (hzi_call_begin_on(client, NULL, &FETCH, &call, &future)) {
		call->extra = &q;
		future = hzi_call_submit(call, &(hzp_client_fetch_schema_request){id});
	}
	*code = hz_run_none(future, err);
	return *code == HZ_OK ? q.found : NULL;
}

static const hzi_schema *
look_for(void *ctx, int64_t id, hz_err *code, hz_error *err)
{
	const hzi_schema_finder *finder = ctx;
	hz_client *client = finder->client;
	const hzi_schema *found = client != NULL ? hzi_schemas_find(client, id) : NULL;
	if (found == NULL && finder->type != NULL) {
		found = hzi_record_plan_find(finder->type, id);
		if (found != NULL && client != NULL) {
			hzi_schema_add(client, found, false);
		}
	}
	if (found != NULL) {
		return found;
	}
	if (client == NULL) {
		*code = hzi_fail(err, HZ_ERR_SERIALIZATION,
				"schema %lld is not that of the type, and there is no client to "
				"ask",
				(long long)id);
		return NULL;
	}
	return ask(client, id, code, err);
}

hzi_schema_source
hzi_schemas_source(hzi_schema_finder *finder)
{
	return (hzi_schema_source){.find = look_for, .ctx = finder};
}
