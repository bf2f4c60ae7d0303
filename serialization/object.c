// SPDX-License-Identifier: Apache-2.0
#include "serialization/object.h"

#include "base/fail.h"
#include "serialization/collection.h"
#include "serialization/data.h"

#include <stdlib.h>

// Never written to: every function leaves alone what has failed.
static union {
	hzi_object object;
	char room[HZI_OBJECT_ROOM];
} no_memory = {.object = {.code = HZ_ERR_MEMORY, .why = "no memory for an object"}};

static bool
start(hzi_buf *buf, int32_t factory_id, int32_t class_id, bool be)
{
	uint8_t *to = hzi_buf_extend(buf, (size_t)HZI_DATA_HEADER + HZI_IDENTITY);
	if (to == NULL) {
		return false;
	}
	hzi_store_be32(to, 0);
	hzi_store_be32(to + 4, (uint32_t)HZI_TYPE_IDENTIFIED);
	hzi_identity_store(to + HZI_DATA_HEADER, factory_id, class_id, be);
	return true;
}

void *
hzi_object_new(size_t size, int32_t factory_id, int32_t class_id)
{
	HZI_ASSERT(size <= HZI_OBJECT_ROOM);
	hzi_object *object = calloc(1, size);
	if (object == NULL) {
		return &no_memory.object;
	}
	object->depth = 1;
	for (size_t be = 0; be < 2; be++) {
		if (!start(&object->data[be], factory_id, class_id, be != 0)) {
			hzi_object_free(object);
			return &no_memory.object;
		}
	}
	return object;
}

bool
hzi_object_is_shared(const hzi_object *object)
{
	return object == &no_memory.object;
}

void
hzi_object_free(void *gone)
{
	hzi_object *object = gone;
	if (object == NULL || hzi_object_is_shared(object)) {
		return;
	}
	hzi_buf_clear(&object->data[0]);
	hzi_buf_clear(&object->data[1]);
	free(object);
}

static void
fail_as(hzi_object *object, hz_err code, const char *text)
{
	if (object->code == HZ_OK) {
		size_t n = strlen(text);
		n = n < sizeof(object->why) ? n : sizeof(object->why) - 1;
		object->code = code;
		memcpy(object->why, text, n);
		object->why[n] = '\0';
	}
}

void
hzi_object_fail(hzi_object *object, hz_err code, const char *text)
{
	fail_as(object, code, text);
}

// After each piece. A failed buffer of either order fails the object.
static void
look(hzi_object *object)
{
	if (object->data[0].failed || object->data[1].failed) {
		fail_as(object, HZ_ERR_MEMORY, no_memory.object.why);
	} else if (object->data[0].len > HZI_OBJECT_MAX) {
		fail_as(object, HZ_ERR_LIMIT, "an object of more than 64 MiB");
	}
}

void
hzi_object_bool(hzi_object *object, bool b)
{
	const hz_value v = hz_bool(b);
	hzi_object_bare(object, &v);
}

void
hzi_object_i32(hzi_object *object, int32_t n)
{
	const hz_value v = hz_i32(n);
	hzi_object_bare(object, &v);
}

void
hzi_object_i64(hzi_object *object, int64_t n)
{
	const hz_value v = hz_i64(n);
	hzi_object_bare(object, &v);
}

void
hzi_object_text(hzi_object *object, const char *text)
{
	const hz_value v = hz_str(text);
	if (text == NULL) {
		hzi_object_i32(object, -1);
	} else {
		hzi_object_bare(object, &v);
	}
}

// One piece in one byte order.
typedef hz_err (*append_fn)(hzi_buf *buf, const hz_value *v, bool be, hz_error *err);

static void
append(hzi_object *object, append_fn fn, const hz_value *v)
{
	for (size_t be = 0; be < 2 && hzi_object_good(object); be++) {
		hz_error err;
		hz_err e = fn(&object->data[be], v, be != 0, &err);
		if (e != HZ_OK) {
			fail_as(object, e, err.message);
		}
	}
	if (hzi_object_good(object)) {
		look(object);
	}
}

static hz_err
append_bare(hzi_buf *buf, const hz_value *v, bool be, hz_error *err)
{
	const hzi_builtin *row = hzi_builtin_of(v);
	if (row == NULL || row->kind == HZ_KIND_NULL || row->shape == &hzi_shape_collection) {
		return hzi_fail(err, HZ_ERR_ARGUMENT, "a %s cannot be written without its type",
				hz_kind_name(hz_value_kind(v)));
	}
	return hzi_payload_append(buf, row, v, be, err);
}

void
hzi_object_bare(hzi_object *object, const hz_value *v)
{
	append(object, append_bare, v);
}

void
hzi_object_value(hzi_object *object, const hz_value *v)
{
	append(object, hzi_stream_append, v);
}

void
hzi_object_child(hzi_object *object, const hzi_object *child)
{
	if (!hzi_object_good(object)) {
		return;
	}
	if (!hzi_object_good(child)) {
		fail_as(object, child->code, child->why);
		return;
	}
	if (child->depth >= HZI_OBJECT_DEPTH) {
		fail_as(object, HZ_ERR_LIMIT, "objects lie more than 64 deep in each other");
		return;
	}
	object->depth = child->depth >= object->depth ? child->depth + 1 : object->depth;
	for (size_t be = 0; be < 2; be++) {
		hzi_buf *to = &object->data[be];
		const hzi_buf *from = &child->data[be];
		uint8_t *type = hzi_buf_extend(to, 4);
		if (type != NULL) {
			hzi_store32(type, (uint32_t)HZI_TYPE_IDENTIFIED, be != 0);
			hzi_buf_append(to, from->data + HZI_DATA_HEADER,
					from->len - HZI_DATA_HEADER);
		}
	}
	look(object);
}

hz_err
hzi_object_read(const hzi_object *object, bool big_endian, hz_value *out, hz_error *err)
{
	*out = hz_null();
	if (!hzi_object_good(object)) {
		return hzi_fail(err, object->code, "%s", object->why);
	}
	const hzi_buf *data = &object->data[big_endian ? 1 : 0];
	*out = hz_data(data->data, data->len);
	out->flags_ |= big_endian ? 0 : HZI_VALUE_LE;
	return HZ_OK;
}
