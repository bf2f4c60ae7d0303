// SPDX-License-Identifier: Apache-2.0
#include "proxies/map_backend/handle.h"

#include "base/fail.h"
#include "base/platform.h"
#include "protocol/gen/cp_group.h"

#include <stdlib.h>
#include <string.h>

static hz_err
open_entry(hz_client *client, const hzi_utility *utility, hzi_name *entry, const hz_call *call,
		size_t size, hzi_handle **out, hz_error *err)
{
	hzi_cell *cell = NULL;
	hz_err e = hzi_cell_open(client, utility, entry, call, &cell, err);
	if (e != HZ_OK) {
		return e;
	}
	hzi_handle *handle = hzi_handle_new(client, entry, call, size);
	if (handle == NULL) {
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for a handle");
	}
	HZI_OUTER(handle, hzi_cp_handle, handle)->cell = cell;
	*out = handle;
	return HZ_OK;
}

static hz_err
open_on_map(hz_client *client, const hzi_utility *utility, const char *name, const hz_call *call,
		size_t size, hzi_handle **out, hz_error *err)
{
	hzi_name *entry = NULL;
	char *text = malloc(strlen(name) + 1);
	if (text == NULL) {
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for a name");
	}
	hz_err e = hzi_cp_name_write(name, text, err);
	if (e == HZ_OK) {
		e = hzi_names_intern(client, utility->map, text, &entry, err);
	}
	free(text);
	return e == HZ_OK ? open_entry(client, utility, entry, call, size, out, err) : e;
}

hz_err
hzi_concurrency_open(hz_client *client, const char *service, const hzi_utility *utility,
		const char *name, const hz_call *call, size_t size, hzi_handle **out, hz_error *err)
{
	hz_err e = hzi_handle_check(client, name, call, out, err);
	if (e != HZ_OK) {
		return e;
	}
	return client->config->concurrency_backend == HZI_CONCURRENCY_MAP
			? open_on_map(client, utility, name, call, size, out, err)
			: hzi_cp_open(client, service, name, call, size, out, err);
}

hz_future
hzi_concurrency_destroy_async(hzi_cp_handle *handle)
{
	static const hzi_op op = {
			&HZP_CP_GROUP_DESTROY_CP_OBJECT, HZ_RESULT_NONE, 0, hzi_errand_finish};
	if (handle == NULL || handle->cell == NULL) {
		return hzi_cp_destroy_async(handle);
	}
	return hzi_errand_run(&handle->handle, handle->cell, &op, HZI_ERRAND_DESTROY, 0, 0);
}

hz_backend
hzi_concurrency_backend(const hzi_cp_handle *handle)
{
	if (handle == NULL) {
		return HZ_BACKEND_NONE;
	}
	return handle->cell != NULL ? HZ_BACKEND_MAP : HZ_BACKEND_CP;
}

int64_t
hzi_concurrency_deadline(const hzi_cp_handle *handle)
{
	int64_t timeout_ms = handle->handle.call.timeout_ms;
	return hzi_deadline_in_ms(timeout_ms != 0
					? timeout_ms
					: handle->handle.client->config->invocation_timeout_ms);
}

hz_future
hzi_concurrency_refuse(hzi_cp_handle *handle, const hzi_op *op, const char *text)
{
	hzi_call *call;
	hz_future future;
	if (!hzi_call_begin(&handle->handle, op, &call, &future)) {
		return future;
	}
	return hzi_call_refuse(call, HZ_ERR_UNSUPPORTED, text);
}
