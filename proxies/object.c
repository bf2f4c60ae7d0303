// SPDX-License-Identifier: Apache-2.0
#include <hazelcast/object.h>

#include "base/fail.h"
#include "core/invocation.h"
#include "protocol/decode.h"
#include "protocol/gen/client.h"

#include <stdlib.h>
#include <string.h>

static hz_err read_objects(hzi_call *call, hz_result *out, hz_error *err);

static const hzi_op OBJECTS = {
		&HZP_CLIENT_GET_DISTRIBUTED_OBJECTS, HZ_RESULT_OBJECT, 0, read_objects};

// One block: the list, then all texts, each with its end.
struct hz_objects {
	size_t count;
	hz_object_info at[];
};

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

static const char *
add_text(char **to, hzp_bytes text)
{
	char *start = *to;
	if (text.n > 0) {
		memcpy(start, text.p, text.n);
	}
	start[text.n] = '\0';
	*to += text.n + 1;
	return start;
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
	size_t table = sizeof(hz_objects) + response.response.count * sizeof(hz_object_info);
	size_t texts = call->response.n + 2 * (size_t)response.response.count;
	hz_objects *objects = calloc(1, table + texts);
	if (objects == NULL) {
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for the list of objects");
	}
	char *text = (char *)objects + table;
	hzp_iter iter = hzp_iter_start(&response.response);
	while (hzp_iter_next(&iter, &info)) {
		hz_object_info *object = &objects->at[objects->count++];
		object->service = add_text(&text, info.service_name);
		object->name = add_text(&text, info.name);
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
