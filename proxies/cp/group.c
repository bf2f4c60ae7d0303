// SPDX-License-Identifier: Apache-2.0
#include "proxies/cp/group.h"

#include "base/fail.h"
#include "core/error.h"
#include "core/retry.h"
#include "protocol/gen/cp_group.h"
#include "proxies/cp/bond.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

// Under which groups stand among the names of a client. No member knows of it.
#define GROUPS "hz:cp:groups"

// Protocol 3.13.
enum { CP_GROUP_DESTROYED = 89 };

static hz_err take_group(hzi_call *call, hz_result *out, hz_error *err);

static const hzi_op CREATE = {&HZP_CP_GROUP_CREATE_CP_GROUP, HZ_RESULT_OBJECT, 0, take_group};
static const hzi_op DESTROY = {&HZP_CP_GROUP_DESTROY_CP_OBJECT, HZ_RESULT_NONE, 0, NULL};

// ---- Names ----

typedef struct part {
	const char *p;
	size_t n;
} part;

static bool
is_blank(char c)
{
	return (unsigned char)c <= ' ';
}

static part
trim(const char *p, size_t n)
{
	while (n > 0 && is_blank(p[0])) {
		p++;
		n--;
	}
	while (n > 0 && is_blank(p[n - 1])) {
		n--;
	}
	return (part){p, n};
}

static bool
is_group(part group, const char *name)
{
	return group.n == strlen(name) && strncasecmp(group.p, name, group.n) == 0;
}

static hz_err
check_parts(part object, const part *group, hz_error *err)
{
	if (object.n == 0) {
		return hzi_fail(err, HZ_ERR_ARGUMENT,
				"the name of a CP structure may not be empty");
	}
	if (group == NULL) {
		return HZ_OK;
	}
	if (group->n == 0) {
		return hzi_fail(err, HZ_ERR_ARGUMENT, "the name of a CP group may not be empty");
	}
	if (memchr(group->p, '@', group->n) != NULL) {
		return hzi_fail(err, HZ_ERR_ARGUMENT,
				"a CP structure's name may have one '@', before its group");
	}
	if (is_group(*group, "METADATA")) {
		return hzi_fail(err, HZ_ERR_ARGUMENT,
				"the CP group METADATA belongs to the members");
	}
	return HZ_OK;
}

hz_err
hzi_cp_name_write(const char *name, char *to, hz_error *err)
{
	const char *at = strchr(name, '@');
	part group = {NULL, 0};
	part object = trim(name, at != NULL ? (size_t)(at - name) : strlen(name));
	if (at != NULL) {
		group = trim(at + 1, strlen(at + 1));
	}
	hz_err e = check_parts(object, at != NULL ? &group : NULL, err);
	if (e != HZ_OK) {
		return e;
	}
	memcpy(to, object.p, object.n);
	to += object.n;
	if (at != NULL && !is_group(group, "default")) {
		*to++ = '@';
		memcpy(to, group.p, group.n);
		to += group.n;
	}
	*to = '\0';
	return HZ_OK;
}

// ---- Groups ----

static void *
make_group(size_t n)
{
	hzi_cp_group *group = calloc(1, sizeof(*group) + n + 1);
	if (group != NULL) {
		group->length = (uint32_t)n;
	}
	return group;
}

// Puts a group of the client's in the place of `made`, which only becomes one if there was none.
static hz_err
intern_made(hz_client *client, hzi_cp_group *made, const hzi_cp_group **out, hz_error *err)
{
	hzi_name *entry = NULL;
	void *none = NULL;
	size_t size = made->length + 64U;
	char *key = malloc(size);
	if (key == NULL) {
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for a CP group");
	}
	snprintf(key, size, "%" PRId64 "/%" PRId64 "/%s", made->seed, made->id, made->name);
	hz_err e = hzi_names_intern(client, GROUPS, key, &entry, err);
	free(key);
	if (e != HZ_OK) {
		return e;
	}
	atomic_store(&entry->shared_free, free);
	*out = made;
	if (!atomic_compare_exchange_strong(&entry->shared, &none, made)) {
		*out = none;
	}
	return HZ_OK;
}

static hz_err
intern_group(hz_client *client, const hzp_raft_group_id *id, const hzi_cp_group **out,
		hz_error *err)
{
	if (!id->present || (id->name.n > 0 && memchr(id->name.p, '\0', id->name.n) != NULL)) {
		return hzi_fail(err, HZ_ERR_PROTOCOL, "a CP group without a proper name");
	}
	hzi_cp_group *made = make_group(id->name.n);
	if (made == NULL) {
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for a CP group");
	}
	made->seed = id->seed;
	made->id = id->id;
	if (id->name.n > 0) {
		memcpy(made->name, id->name.p, id->name.n);
	}
	made->leader = hzi_cp_leader_of(client, made->name, made->length, made->seed, made->id);
	hz_err e = made->leader != NULL ? intern_made(client, made, out, err)
					: hzi_fail(err, HZ_ERR_MEMORY, "no memory for a CP group");
	if (e != HZ_OK || *out != made) {
		free(made);
	}
	return e;
}

static void
keep_group(void *group)
{
	(void)group; // the client's
}

static hz_err
take_group(hzi_call *call, hz_result *out, hz_error *err)
{
	hzp_cp_group_create_cp_group_response response;
	const hzi_cp_group *group = NULL;
	hz_err e = hzi_call_decode(call, &response, err);
	if (e == HZ_OK) {
		e = intern_group(call->client, &response.group_id, &group, err);
	}
	if (e == HZ_OK) {
		hzi_result_object(out, (void *)group, keep_group);
	}
	return e;
}

// ---- Handles ----

static hz_err
explain_unsupported(hz_error *err)
{
	static const char text[] =
			"the member has no CP subsystem: open-source members have one up to "
			"5.4, from 5.5 on those of the Enterprise edition alone; with "
			"concurrency.backend=map it is done with maps (docs/concurrency.md)";
	if (err != NULL) {
		memcpy(err->message, text, sizeof(text));
	}
	return HZ_ERR_UNSUPPORTED;
}

// Two threads that open a name for the first time may both ask, which is harmless.
static hz_err
find_group(hz_client *client, hzi_cp_object *object, const hzi_name *name, const hz_call *defaults,
		const hzi_cp_group **out, hz_error *err)
{
	hzi_call *call;
	hz_future future;
	void *group = NULL;
	*out = atomic_load(&object->group);
	if (*out != NULL) {
		return HZ_OK;
	}
	if (hzi_call_begin_on(client, defaults, &CREATE, &call, &future)) {
		future = hzi_call_submit(call,
				&(hzp_cp_group_create_cp_group_request){
						.proxy_name = {(const uint8_t *)name->text,
								name->length},
				});
	}
	hz_err e = hz_run_object(future, &group, err);
	if (e == HZ_OK) {
		*out = group;
		atomic_store(&object->group, *out);
	}
	return e == HZ_ERR_UNSUPPORTED ? explain_unsupported(err) : e;
}

static void *
make_object(void)
{
	return calloc(1, sizeof(hzi_cp_object));
}

static void
end_object(void *object)
{
	hzi_cp_bonds_end(atomic_load(&((hzi_cp_object *)object)->bonds));
	free(object);
}

static hz_err
open_entry(hz_client *client, hzi_name *entry, const hz_call *call, size_t size, hzi_handle **out,
		hz_error *err)
{
	const hzi_cp_group *group = NULL;
	const char *at = strchr(entry->text, '@');
	hzi_cp_object *object = hzi_names_shared(entry, make_object, end_object);
	if (object == NULL) {
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for a CP structure");
	}
	hz_err e = find_group(client, object, entry, call, &group, err);
	if (e != HZ_OK) {
		return e;
	}
	hzi_handle *handle = hzi_handle_new(client, entry, call, size);
	if (handle == NULL) {
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for a handle");
	}
	hzi_cp_handle *made = HZI_OUTER(handle, hzi_cp_handle, handle);
	made->object = object;
	made->group = group;
	made->object_length = at != NULL ? (uint32_t)(at - entry->text) : entry->length;
	*out = handle;
	return HZ_OK;
}

hz_err
hzi_cp_open(hz_client *client, const char *service, const char *name, const hz_call *call,
		size_t size, hzi_handle **out, hz_error *err)
{
	hzi_name *entry = NULL;
	hz_err e = hzi_handle_check(client, name, call, out, err);
	if (e != HZ_OK) {
		return e;
	}
	char *text = malloc(strlen(name) + 1);
	if (text == NULL) {
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for a name");
	}
	e = hzi_cp_name_write(name, text, err);
	if (e == HZ_OK) {
		e = hzi_names_intern(client, service, text, &entry, err);
	}
	free(text);
	return e == HZ_OK ? open_entry(client, entry, call, size, out, err) : e;
}

hz_future
hzi_cp_destroy_async(hzi_cp_handle *handle)
{
	hzi_call *call;
	hz_future future;
	if (!hzi_cp_begin(handle, &DESTROY, &call, &future)) {
		return future;
	}
	return hzi_call_submit(call,
			&(hzp_cp_group_destroy_cp_object_request){
					.group_id = hzi_cp_group_id(handle->group),
					.service_name = hzp_str(handle->handle.service),
					.object_name = hzi_cp_object_name(handle),
			});
}

// ---- Calls ----

void
hzi_cp_route(hzi_call *call, const hzi_cp_group *group)
{
	hzi_call_to_slot(call, hzi_cp_leader_slot(group->leader));
}

static const hzi_cp_group *
group_of(const hzi_call *call)
{
	return call->aim_at;
}

hz_err
hzi_cp_choose(hzi_call *call)
{
	hzi_cp_route(call, group_of(call));
	return HZ_OK;
}

hzi_again
hzi_cp_again_in(hzi_call *call, hzi_cp_object *object, const hzi_cp_group *group, bool harmless)
{
	if (call->code != HZ_ERR_SERVER) {
		return HZI_AGAIN_NO;
	}
	if (call->server_code == CP_GROUP_DESTROYED) {
		atomic_compare_exchange_strong(&object->group, &group, NULL);
	}
	if (!hzi_server_error_is_doubtful(call->server_code)) {
		return HZI_AGAIN_NO;
	}
	// Elsewhere a member that left has not done what it was asked for. Here it has passed it on
	// to a group that may do so yet.
	call->in_doubt = true;
	if (harmless) {
		return HZI_AGAIN_LATER;
	}
	call->server_code = 0; // no rule may repeat it
	return HZI_AGAIN_NO;
}

hzi_again
hzi_cp_again(hzi_call *call)
{
	return hzi_cp_again_in(call, call->aim_ctx, group_of(call), hzi_retry_harmless(call));
}

bool
hzi_cp_begin(hzi_cp_handle *handle, const hzi_op *op, hzi_call **call, hz_future *future)
{
	static const hzi_aim aim = {hzi_cp_choose, hzi_cp_again, NULL};
	if (handle == NULL) {
		*future = hzi_future_error(HZ_ERR_ARGUMENT);
		return false;
	}
	if (!hzi_call_begin(&handle->handle, op, call, future)) {
		return false;
	}
	(*call)->aim = &aim;
	(*call)->aim_ctx = handle->object;
	(*call)->aim_at = handle->group;
	return true;
}

typedef struct object_request {
	hzp_raft_group_id group_id;
	hzp_bytes name;
} object_request;

typedef struct i64_request {
	hzp_raft_group_id group_id;
	hzp_bytes name;
	int64_t value;
} i64_request;

typedef struct value_request {
	hzp_raft_group_id group_id;
	hzp_bytes name;
	hzp_bytes value;
} value_request;

// A row that does not have the shape is a mistake of ours, which its first call shows.
#define HAS_SHAPE(op, shape) ((op)->proto->request->struct_size == sizeof(shape))

hz_future
hzi_cp_send(hzi_cp_handle *handle, const hzi_op *op)
{
	hzi_call *call;
	hz_future future;
	HZI_ASSERT(HAS_SHAPE(op, object_request));
	if (!hzi_cp_begin(handle, op, &call, &future)) {
		return future;
	}
	return hzi_call_submit(call,
			&(object_request){hzi_cp_group_id(handle->group),
					hzi_cp_object_name(handle)});
}

hz_future
hzi_cp_send_i64(hzi_cp_handle *handle, const hzi_op *op, int64_t value)
{
	hzi_call *call;
	hz_future future;
	HZI_ASSERT(HAS_SHAPE(op, i64_request));
	if (!hzi_cp_begin(handle, op, &call, &future)) {
		return future;
	}
	return hzi_call_submit(call,
			&(i64_request){hzi_cp_group_id(handle->group), hzi_cp_object_name(handle),
					value});
}

hz_future
hzi_cp_send_value(hzi_cp_handle *handle, const hzi_op *op, hz_value value)
{
	hzi_call *call;
	hz_future future;
	HZI_ASSERT(HAS_SHAPE(op, value_request));
	if (!hzi_cp_begin(handle, op, &call, &future)) {
		return future;
	}
	value_request request = {hzi_cp_group_id(handle->group), hzi_cp_object_name(handle), {0}};
	if (!hzi_call_data(call, &value, 1, &request.value)) {
		return hzi_call_refused(call);
	}
	return hzi_call_submit(call, &request);
}
