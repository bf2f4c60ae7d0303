// SPDX-License-Identifier: Apache-2.0
//
// Between the members of a C struct and values: how each kind of field lies in a struct.
#ifndef HZI_SERIALIZATION_RECORD_MEMBER_H
#define HZI_SERIALIZATION_RECORD_MEMBER_H

#include "serialization/field_kind.h"

#include <hazelcast/error.h>
#include <hazelcast/record.h>
#include <hazelcast/value.h>

// Makes a value that lends the member at `member`. *scratch, NULL before, is what the caller frees
// once the value was used. HZ_ERR_MEMORY; HZ_ERR_LIMIT.
hz_err hzi_member_load(const hz_field *field, const void *member, hz_value *out, void **scratch,
		hz_error *err);

// Fills the zeroed member from a field of a generic record: what the member then points to is
// memory of its own. On failure a part may be there; hzi_member_clear ends that. HZ_ERR_TYPE,
// HZ_ERR_RANGE, HZ_ERR_MEMORY.
hz_err hzi_member_store(const hz_field *field, const hz_value *v, void *member, hz_error *err);

// Frees what a member points to. The member is not zeroed.
void hzi_member_clear(const hz_field *field, void *member);

#endif
