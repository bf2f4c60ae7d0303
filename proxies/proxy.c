// SPDX-License-Identifier: Apache-2.0
#include "proxies/proxy.h"

#include "base/fail.h"
#include "base/platform.h"
#include "protocol/gen/client.h"
#include "proxies/names.h"
#include "serialization/data.h"

#include <stdlib.h>
#include <string.h>

static const hzi_op CREATE_PROXY = {&HZP_CLIENT_CREATE_PROXY, HZ_RESULT_NONE, 0, NULL};
static const hzi_op DESTROY_PROXY = {&HZP_CLIENT_DESTROY_PROXY, HZ_RESULT_NONE, 0, NULL};
static const hzi_op DESTROY_BOTH = {NULL, HZ_RESULT_NONE, 0, NULL};

// ---- Handles ----

// Two threads that open a name for the first time may both tell the members, which is harmless.
static hz_err
announce(hz_client *client, hzi_name *name, const hz_call *defaults, hz_error *err)
{
	hzi_call *call;
	hz_future future;
	if (atomic_load(&name->announced)) {
		return HZ_OK;
	}
	if (hzi_call_begin_on(client, defaults, &CREATE_PROXY, &call, &future)) {
		future = hzi_call_submit(call,
				&(hzp_client_create_proxy_request){
						.name = {(const uint8_t *)name->text, name->length},
						.service_name = hzp_str(name->service),
				});
	}
	hz_err e = hz_run_none(future, err);
	if (e == HZ_OK) {
		atomic_store(&name->announced, true);
	}
	return e;
}

static hz_err
check_call(const hz_call *call, hz_error *err)
{
	if (call != NULL && !hzi_timeout_valid(call->timeout_ms)) {
		return hzi_fail(err, HZ_ERR_ARGUMENT, "a timeout may not be %lld ms",
				(long long)call->timeout_ms);
	}
	return HZ_OK;
}

hz_err
hzi_handle_check(const hz_client *client, const char *name, const hz_call *call, hzi_handle **out,
		hz_error *err)
{
	hz_err e = hzi_client_enter(client);
	if (e != HZ_OK) {
		return hzi_fail(err, e, "%s", client == NULL ? "client is NULL" : hz_err_text(e));
	}
	if (name == NULL || out == NULL) {
		return hzi_fail(err, HZ_ERR_ARGUMENT, "%s is NULL", name == NULL ? "name" : "out");
	}
	return check_call(call, err);
}

hzi_handle *
hzi_handle_new(hz_client *client, hzi_name *name, const hz_call *call, size_t size)
{
	hzi_handle *handle = calloc(1, size);
	if (handle == NULL) {
		return NULL;
	}
	hzi_client_retain(client);
	handle->client = client;
	handle->name = name->text;
	handle->name_length = name->length;
	handle->name_hash = name->hash;
	handle->service = name->service;
	if (call != NULL) {
		handle->call = *call;
	}
	return handle;
}

hz_err
hzi_handle_open(hz_client *client, const char *service, const char *name, const hz_call *call,
		size_t size, hzi_handle **out, hz_error *err)
{
	hzi_name *entry = NULL;
	hz_err e = hzi_handle_check(client, name, call, out, err);
	if (e == HZ_OK) {
		e = hzi_names_intern(client, service, name, &entry, err);
	}
	if (e == HZ_OK) {
		e = announce(client, entry, call, err);
	}
	if (e != HZ_OK) {
		return e;
	}
	hzi_handle *handle = hzi_handle_new(client, entry, call, size);
	if (handle == NULL) {
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for a handle");
	}
	*out = handle;
	return HZ_OK;
}

void
hzi_handle_close(hzi_handle *handle)
{
	if (handle == NULL || hzi_forked(&handle->client->guard)) {
		return;
	}
	hzi_handle_drop(handle);
	free(handle);
}

void
hzi_handle_copy(hzi_handle *to, const hzi_handle *from)
{
	*to = (hzi_handle){
			.client = from->client,
			.call = from->call,
			.name = from->name,
			.name_length = from->name_length,
			.name_hash = from->name_hash,
			.service = from->service,
	};
	hzi_client_retain(to->client);
}

void
hzi_handle_drop(hzi_handle *handle)
{
	hz_client *client = handle->client;
	handle->client = NULL;
	hzi_client_release(client);
}

const char *
hzi_handle_text(const hzi_handle *handle)
{
	return handle != NULL ? handle->name : "";
}

hz_err
hzi_handle_set_call(hzi_handle *handle, const hz_call *call)
{
	static const hz_call none;
	if (handle == NULL) {
		return HZ_ERR_ARGUMENT;
	}
	hz_err e = check_call(call, NULL);
	if (e == HZ_OK) {
		handle->call = call != NULL ? *call : none;
	}
	return e;
}

static hzp_client_destroy_proxy_request
destroy_request(hzi_handle *handle)
{
	// Whoever opens the name after this tells the members again.
	hzi_name *name = hzi_names_find(handle->client, handle->service, handle->name);
	if (name != NULL) {
		atomic_store(&name->announced, false);
	}
	return (hzp_client_destroy_proxy_request){
			.name = hzi_handle_name(handle),
			.service_name = hzp_str(handle->service),
	};
}

hz_future
hzi_handle_destroy_by(hzi_handle *handle, const hzi_op *op, void *ctx)
{
	hzi_call *call;
	hz_future future;
	if (!hzi_call_begin(handle, op, &call, &future)) {
		return future;
	}
	call->extra = ctx;
	hzp_client_destroy_proxy_request request = destroy_request(handle);
	return hzi_call_submit(call, &request);
}

hz_future
hzi_handle_destroy_async(hzi_handle *handle)
{
	return hzi_handle_destroy_by(handle, &DESTROY_PROXY, NULL);
}

hz_future
hzi_handle_destroy_both_async(hzi_handle *handle, hzi_handle *below)
{
	hzi_handle *both[] = {handle, below};
	hzi_call *parent;
	hz_future future;
	if (!hzi_call_begin(handle, &DESTROY_BOTH, &parent, &future)) {
		return future;
	}
	if (!hzi_join_begin(parent, 2)) {
		return hzi_call_refuse(parent, HZ_ERR_MEMORY, "no memory for two calls");
	}
	for (uint32_t i = 0; i < 2; i++) {
		hzi_call *child = hzi_join_child_begin(parent, &DESTROY_PROXY, i);
		if (child == NULL) {
			return hzi_join_abort(parent, HZ_ERR_MEMORY);
		}
		hzp_client_destroy_proxy_request request = destroy_request(both[i]);
		hzi_join_child_submit(parent, child, &request);
	}
	return hzi_join_submit(parent);
}

// ---- What is there already ----

static hz_err
read_mark(hzi_call *call, hz_result *out, hz_error *err)
{
	(void)err;
	if (out->kind == HZ_RESULT_BOOL) {
		out->u.b = call->aim_mark != 0;
	} else {
		out->u.i64 = (int64_t)call->aim_mark;
	}
	return HZ_OK;
}

static hz_future
give(hzi_handle *handle, const hzi_op *op, uint64_t result)
{
	hzi_call *call;
	hz_future future;
	if (!hzi_call_begin(handle, op, &call, &future)) {
		return future;
	}
	future = hzi_future_of(call);
	call->aim_mark = result;
	hzi_call_end_idle(call, HZ_OK, NULL);
	return future;
}

static const hzi_op GIVE_I64 = {NULL, HZ_RESULT_I64, 0, read_mark};
static const hzi_op GIVE_BOOL = {NULL, HZ_RESULT_BOOL, 0, read_mark};

hz_future
hzi_handle_give_i64(hzi_handle *handle, int64_t result)
{
	return give(handle, &GIVE_I64, (uint64_t)result);
}

hz_future
hzi_handle_give_bool(hzi_handle *handle, bool result)
{
	return give(handle, &GIVE_BOOL, result);
}

void
hzi_call_give_i64(hzi_call *call, int64_t result)
{
	call->op = &GIVE_I64;
	call->aim_mark = (uint64_t)result;
}

// ---- Arguments ----

bool
hzi_options_copy(void *to, size_t size, const void *from)
{
	size_t given = 0;
	memset(to, 0, size);
	if (from == NULL) {
		return true;
	}
	memcpy(&given, from, sizeof(given));
	if (given < sizeof(given)) {
		return false;
	}
	memcpy(to, from, given < size ? given : size);
	return true;
}

void
hzi_call_waits(hzi_call *call, int64_t timeout_ms)
{
	int64_t deadline_ns = HZI_NEVER;
	if (timeout_ms == 0) {
		return;
	}
	if (timeout_ms > 0 && timeout_ms < INT64_MAX - HZI_GRACE_MS) {
		deadline_ns = hzi_deadline_in_ms(timeout_ms + HZI_GRACE_MS);
	}
	atomic_store_explicit(&call->deadline_ns, deadline_ns, memory_order_relaxed);
	call->parked = true;
	call->owner_only = true;
}

static bool
refuse(hzi_call *call, hz_err code, const char *text)
{
	call->code = hzi_fail(hzi_call_error(call), code, "%s", text);
	return false;
}

bool
hzi_call_values(hzi_call *call, const hz_value *values, size_t n, hzp_list *list)
{
	if (values == NULL && n > 0) {
		return refuse(call, HZ_ERR_ARGUMENT, "values is NULL");
	}
	if (n > INT32_MAX / sizeof(hzp_bytes)) {
		return refuse(call, HZ_ERR_LIMIT, "too many values for one call");
	}
	hzp_bytes *data = calloc(n + 1, sizeof(*data));
	if (data == NULL) {
		return refuse(call, HZ_ERR_MEMORY, "no memory for the values");
	}
	call->extra = data;
	call->extra_free = free;
	*list = HZP_LIST(data, n);
	return hzi_call_data(call, values, n, data);
}

_Static_assert(sizeof(hz_entry) == 2 * sizeof(hz_value), "an entry is two values");

bool
hzi_call_entries(hzi_call *call, const hz_entry *entries, size_t n, hzp_list *list)
{
	if (n > INT32_MAX / 2) {
		return refuse(call, HZ_ERR_LIMIT, "too many entries for one call");
	}
	bool done = hzi_call_values(call, (const hz_value *)entries, 2 * n, list);
	list->count /= 2;
	return done;
}

hz_err
hzi_call_read(const hzi_call *call, hzp_bytes data, hz_value *out, hz_error *err)
{
	const hz_client *client = call->client;
	hzi_slice slice = {.block = call->response.block, .p = data.p, .n = data.n};
	*out = hz_null();
	return data.p != NULL ? hzi_value_read(client->blocks, &slice, client->config->big_endian,
						out, err)
			      : HZ_OK;
}

// ---- Requests of the common shapes ----

typedef struct name_request {
	hzp_bytes name;
} name_request;

typedef struct key_request {
	hzp_bytes name;
	hzp_bytes key;
	int64_t thread_id;
} key_request;

typedef struct entry_request {
	hzp_bytes name;
	hzp_bytes data[2];
	int64_t thread_id;
} entry_request;

typedef struct value_request {
	hzp_bytes name;
	hzp_bytes value;
} value_request;

typedef struct values_request {
	hzp_bytes name;
	hzp_list values;
} values_request;

// A row that does not have the shape is a mistake of ours, which its first call shows.
#define HAS_SHAPE(op, shape) ((op)->proto->request->struct_size == sizeof(shape))

hz_future
hzi_send_name(hzi_handle *handle, const hzi_op *op)
{
	hzi_call *call;
	hz_future future;
	HZI_ASSERT(HAS_SHAPE(op, name_request));
	if (!hzi_call_begin(handle, op, &call, &future)) {
		return future;
	}
	return hzi_call_submit(call, &(name_request){hzi_handle_name(handle)});
}

hz_future
hzi_send_key(hzi_handle *handle, const hzi_op *op, hz_value key)
{
	hzi_call *call;
	hz_future future;
	HZI_ASSERT(HAS_SHAPE(op, key_request));
	if (!hzi_call_begin(handle, op, &call, &future)) {
		return future;
	}
	key_request request = {.name = hzi_handle_name(handle), .thread_id = call->owner_id};
	if (!hzi_call_data(call, &key, 1, &request.key)) {
		return hzi_call_refused(call);
	}
	return hzi_call_submit(call, &request);
}

hz_future
hzi_send_entry(hzi_handle *handle, const hzi_op *op, hz_value key, hz_value value)
{
	hzi_call *call;
	hz_future future;
	HZI_ASSERT(HAS_SHAPE(op, entry_request));
	if (!hzi_call_begin(handle, op, &call, &future)) {
		return future;
	}
	entry_request request = {.name = hzi_handle_name(handle), .thread_id = call->owner_id};
	if (!hzi_call_data(call, (hz_value[]){key, value}, 2, request.data)) {
		return hzi_call_refused(call);
	}
	return hzi_call_submit(call, &request);
}

hz_future
hzi_send_value(hzi_handle *handle, const hzi_op *op, hz_value value)
{
	hzi_call *call;
	hz_future future;
	HZI_ASSERT(HAS_SHAPE(op, value_request));
	if (!hzi_call_begin(handle, op, &call, &future)) {
		return future;
	}
	value_request request = {.name = hzi_handle_name(handle)};
	if (!hzi_call_data(call, &value, 1, &request.value)) {
		return hzi_call_refused(call);
	}
	return hzi_call_submit(call, &request);
}

hz_future
hzi_send_values(hzi_handle *handle, const hzi_op *op, const hz_value *values, size_t n)
{
	hzi_call *call;
	hz_future future;
	HZI_ASSERT(HAS_SHAPE(op, values_request));
	if (!hzi_call_begin(handle, op, &call, &future)) {
		return future;
	}
	values_request request = {.name = hzi_handle_name(handle)};
	if (!hzi_call_values(call, values, n, &request.values)) {
		return hzi_call_refused(call);
	}
	return hzi_call_submit(call, &request);
}
