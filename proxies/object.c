// SPDX-License-Identifier: Apache-2.0
#include "proxies/object.h"

#include "base/fail.h"
#include "core/invocation.h"
#include "protocol/decode.h"
#include "protocol/gen/client.h"

#include <stdlib.h>
#include <string.h>

static hz_err read_objects(hzi_call *call, hz_result *out, hz_error *err);

static const hzi_op OBJECTS = {
		&HZP_CLIENT_GET_DISTRIBUTED_OBJECTS, HZ_RESULT_OBJECT, 0, read_objects};

HZ_API hz_future
hz_client_objects_async(hz_client *client)
{
	hzi_call *call;
	hz_future future;
	if (!hzi_call_begin_on(client, NULL, &OBJECTS, &call, &future)) {
		return future;
	}
	return hzi_call_submit(call, &(hzp_client_get_distributed_objects_request){0});
}

// ---- The list ----

// One block: the list, then all texts, each with its end.
struct hz_objects {
	char *end; // of the texts so far
	size_t count;
	hz_object_info at[];
};

hz_objects *
hzi_objects_new(size_t count, size_t texts)
{
	size_t table = sizeof(hz_objects) + count * sizeof(hz_object_info);
	hz_objects *objects = calloc(1, table + texts + 2 * count);
	if (objects != NULL) {
		objects->end = (char *)objects + table;
	}
	return objects;
}

static const char *
add_text(hz_objects *objects, hzp_bytes text)
{
	char *start = objects->end;
	if (text.n > 0) {
		memcpy(start, text.p, text.n);
	}
	start[text.n] = '\0';
	objects->end += text.n + 1;
	return start;
}

void
hzi_objects_add(hz_objects *objects, hzp_bytes service, hzp_bytes name)
{
	hz_object_info *object = &objects->at[objects->count++];
	object->service = add_text(objects, service);
	object->name = add_text(objects, name);
}

static hz_err
read_objects(hzi_call *call, hz_result *out, hz_error *err)
{
	hzp_client_get_distributed_objects_response response;
	hzp_distributed_object_info info;
	hz_err e = hzi_call_decode(call, &response, err);
	if (e != HZ_OK) {
		return e;
	}
	// The texts are parts of the message, so that their sum cannot be larger than it is.
	hz_objects *objects = hzi_objects_new(response.response.count, call->response.n);
	if (objects == NULL) {
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for the list of objects");
	}
	hzp_iter iter = hzp_iter_start(&response.response);
	while (hzp_iter_next(&iter, &info)) {
		hzi_objects_add(objects, info.service_name, info.name);
	}
	hzi_result_object(out, objects, free);
	return HZ_OK;
}

HZ_API size_t
hz_objects_count(const hz_objects *objects)
{
	return objects != NULL ? objects->count : 0;
}

HZ_API const hz_object_info *
hz_objects_at(const hz_objects *objects, size_t i)
{
	return i < hz_objects_count(objects) ? &objects->at[i] : NULL;
}

HZ_API void
hz_objects_destroy(hz_objects **objects)
{
	if (objects != NULL) {
		free(*objects);
		*objects = NULL;
	}
}
