// SPDX-License-Identifier: Apache-2.0
#include <hazelcast/identified.h>

#include "base/fail.h"
#include "core/client.h"
#include "serialization/object.h"

struct hz_identified {
	hzi_object object;
};

_Static_assert(sizeof(hz_identified) <= HZI_OBJECT_ROOM, "it has room");

// The object to write to; NULL is a mistake of the application's that the last call reports.
static hzi_object *
writable(hz_identified *object)
{
	return object != NULL && hzi_object_good(&object->object) ? &object->object : NULL;
}

HZ_API hz_identified *
hz_identified_new(int32_t factory_id, int32_t class_id)
{
	return hzi_object_new(sizeof(hz_identified), factory_id, class_id);
}

HZ_API void
hz_identified_add(hz_identified *object, hz_value v)
{
	hzi_object *to = writable(object);
	if (to != NULL) {
		hzi_object_bare(to, &v);
	}
}

HZ_API void
hz_identified_add_text(hz_identified *object, const char *text)
{
	hzi_object *to = writable(object);
	if (to != NULL) {
		hzi_object_text(to, text);
	}
}

HZ_API void
hz_identified_add_object(hz_identified *object, hz_value v)
{
	hzi_object *to = writable(object);
	if (to != NULL) {
		hzi_object_value(to, &v);
	}
}

HZ_API void
hz_identified_add_identified(hz_identified *object, const hz_identified *child)
{
	hzi_object *to = writable(object);
	if (to == NULL) {
		return;
	}
	if (child == NULL || child == object) {
		hzi_object_fail(to, HZ_ERR_ARGUMENT, "an object to be added is NULL or the same");
		return;
	}
	hzi_object_child(to, &child->object);
}

HZ_API hz_err
hz_identified_value(
		const hz_identified *object, const hz_client *client, hz_value *out, hz_error *err)
{
	if (object == NULL || client == NULL || out == NULL) {
		return hzi_fail(err, HZ_ERR_ARGUMENT, "object, client or value is NULL");
	}
	return hzi_object_read(&object->object, client->config->big_endian, out, err);
}

HZ_API void
hz_identified_destroy(hz_identified **object)
{
	if (object != NULL) {
		hzi_object_free(*object);
		*object = NULL;
	}
}
