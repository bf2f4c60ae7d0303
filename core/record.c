// SPDX-License-Identifier: Apache-2.0
//
// Reading records that came from the cluster: the one part of it that may need a member's answer.
#include "base/fail.h"
#include "core/client.h"
#include "core/schemas.h"
#include "serialization/compact_read.h"

#include <hazelcast/generic_record.h>
#include <string.h>

static hz_err
read_bytes(hz_client *client, const hz_value *v, hz_record_type *type, hz_generic_record **out,
		hz_error *err)
{
	hzi_schema_finder finder = {.client = client, .type = type};
	hzi_schema_source source = hzi_schemas_source(&finder);
	size_t n = 0;
	const uint8_t *p = hzi_value_payload(v, &n);
	hz_err e = client != NULL ? hzi_client_enter(client) : HZ_OK;
	if (e != HZ_OK) {
		return hzi_fail(err, e, "%s", hz_err_text(e));
	}
	return hzi_compact_read(&source, p, n, hzi_value_is_big_endian(v), out, err);
}

// A record that was built here, or lies inside another one, is there already.
static const hz_generic_record *
at_hand(const hz_value *v)
{
	const hz_generic_record *record = NULL;
	return hz_value_get_generic_record(v, &record) == HZ_OK ? record : NULL;
}

// A value that was built from a struct takes the way over its bytes.
static hz_err
read_built(hz_client *client, const hz_value *v, hz_generic_record **out, hz_error *err)
{
	hz_value copy = hz_null();
	if (at_hand(v) != NULL) {
		return hzi_generic_copy(at_hand(v), out, err);
	}
	hz_err e = hz_value_copy(v, &copy, err);
	if (e == HZ_OK) {
		e = read_bytes(client, &copy, v->ext_.block, out, err);
	}
	hz_value_clear(&copy);
	return e;
}

static hz_err
check(const hz_value *v, bool complete, hz_error *err)
{
	if (v == NULL || !complete) {
		return hzi_fail(err, HZ_ERR_ARGUMENT, "a value, a type or the output is NULL");
	}
	bool is_record = v->kind_ == HZ_KIND_RECORD || hzi_value_is_compact(v);
	return is_record ? HZ_OK
			 : hzi_fail(err, HZ_ERR_TYPE, "a %s is no record",
					   hz_kind_name((hz_kind)v->kind_));
}

HZ_API hz_err
hz_generic_record_read(hz_client *client, const hz_value *v, hz_generic_record **out, hz_error *err)
{
	hz_err e = check(v, out != NULL, err);
	if (e != HZ_OK || out == NULL) {
		return e;
	}
	*out = NULL;
	return hzi_value_is_compact(v) ? read_bytes(client, v, NULL, out, err)
				       : read_built(client, v, out, err);
}

HZ_API hz_err
hz_record_read(hz_client *client, const hz_value *v, hz_record_type *type, void *out, hz_error *err)
{
	hz_generic_record *record = NULL;
	hz_err e = check(v, type != NULL && out != NULL, err);
	if (e != HZ_OK || type == NULL || out == NULL) {
		return e;
	}
	memset(out, 0, type->struct_size);
	if (at_hand(v) != NULL) {
		return hz_record_from(at_hand(v), type, out, err);
	}
	e = hzi_value_is_compact(v) ? read_bytes(client, v, type, &record, err)
				    : read_built(client, v, &record, err);
	if (e == HZ_OK) {
		e = hz_record_from(record, type, out, err);
	}
	hz_generic_record_destroy(&record);
	return e;
}
