// SPDX-License-Identifier: Apache-2.0
//
// What the CP subsystem has: its groups, and the structures in one of them.
#include <hazelcast/cp_subsystem.h>

#include "base/fail.h"
#include "core/invocation.h"
#include "protocol/decode.h"
#include "protocol/gen/cp_subsystem.h"
#include "proxies/object.h"
#include "proxies/proxy.h"

#include <stdlib.h>
#include <string.h>

static hz_err read_groups(hzi_call *call, hz_result *out, hz_error *err);
static hz_err read_objects(hzi_call *call, hz_result *out, hz_error *err);

static const hzi_op GROUPS = {&HZP_CP_SUBSYSTEM_GET_CP_GROUP_IDS, HZ_RESULT_OBJECT, 0, read_groups};
static const hzi_op OBJECTS = {
		&HZP_CP_SUBSYSTEM_GET_CP_OBJECT_INFOS, HZ_RESULT_OBJECT, 0, read_objects};

// ---- Refusals ----

// Protocol 3.13.
enum { HAZELCAST = 18, NULL_POINTER = 37 };

static hz_err
choose_any(hzi_call *call)
{
	(void)call;
	return HZ_OK;
}

// Members have no code of their own for two things that an application can do something about: that
// they run in unsafe mode, and that they do not find a group.
static hzi_again
name_refusal(hzi_call *call)
{
	if (call->code == HZ_ERR_SERVER && call->server_code == HAZELCAST) {
		call->code = HZ_ERR_UNSUPPORTED;
		call->why = "its CP subsystem is in unsafe mode, which has no groups";
	} else if (call->code == HZ_ERR_SERVER && call->server_code == NULL_POINTER) {
		call->code = HZ_ERR_GROUP_DESTROYED;
		call->why = "the members have no such group";
	}
	return HZI_AGAIN_NO;
}

static bool
begin(hz_client *client, const hzi_op *op, hzi_call **call, hz_future *future)
{
	static const hzi_aim aim = {choose_any, name_refusal, NULL};
	if (!hzi_call_begin_on(client, NULL, op, call, future)) {
		return false;
	}
	(*call)->aim = &aim;
	return true;
}

// ---- Groups ----

// One block: the list, then all names, each with its end.
struct hz_cp_group_list {
	size_t count;
	hz_cp_group at[];
};

HZ_API hz_future
hz_cp_groups_async(hz_client *client)
{
	hzi_call *call;
	hz_future future;
	if (!begin(client, &GROUPS, &call, &future)) {
		return future;
	}
	return hzi_call_submit(call, &(hzp_cp_subsystem_get_cp_group_ids_request){0});
}

static void
fill_groups(hz_cp_group_list *groups, const hzp_list *list)
{
	char *text = (char *)&groups->at[list->count];
	hzp_raft_group_id id;
	hzp_iter iter = hzp_iter_start(list);
	while (hzp_iter_next(&iter, &id)) {
		groups->at[groups->count++] = (hz_cp_group){text, id.seed, id.id};
		if (id.name.n > 0) {
			memcpy(text, id.name.p, id.name.n);
		}
		text[id.name.n] = '\0';
		text += id.name.n + 1;
	}
}

static hz_err
read_groups(hzi_call *call, hz_result *out, hz_error *err)
{
	hzp_cp_subsystem_get_cp_group_ids_response response;
	hz_err e = hzi_call_decode(call, &response, err);
	if (e != HZ_OK) {
		return e;
	}
	// The names are parts of the message, so that their sum cannot be larger than it is.
	size_t each = sizeof(hz_cp_group) + 1;
	hz_cp_group_list *groups = calloc(
			1, sizeof(*groups) + response.response.count * each + call->response.n);
	if (groups == NULL) {
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for the list of CP groups");
	}
	fill_groups(groups, &response.response);
	hzi_result_object(out, groups, free);
	return HZ_OK;
}

HZ_API size_t
hz_cp_group_list_count(const hz_cp_group_list *groups)
{
	return groups != NULL ? groups->count : 0;
}

HZ_API const hz_cp_group *
hz_cp_group_list_at(const hz_cp_group_list *groups, size_t i)
{
	return i < hz_cp_group_list_count(groups) ? &groups->at[i] : NULL;
}

HZ_API void
hz_cp_group_list_destroy(hz_cp_group_list **groups)
{
	if (groups != NULL) {
		free(*groups);
		*groups = NULL;
	}
}

// ---- Structures of a group ----

// The name of a service cannot be longer; it is repeated with each structure of a list.
#define SERVICE_MAX 1000U

static const char *
check_objects(const hz_cp_group *group, const char *service, bool options)
{
	if (group == NULL || group->name == NULL || service == NULL) {
		return "a group and a service are needed";
	}
	if (strlen(service) > SERVICE_MAX) {
		return "no service has such a long name";
	}
	return options ? NULL : "options with a wrong size";
}

HZ_API hz_future
hz_cp_objects_async(hz_client *client, const hz_cp_group *group, const char *service,
		const hz_cp_objects_options *options)
{
	hz_cp_objects_options chosen = hz_cp_objects_options_default();
	bool sized = hzi_options_copy(&chosen, sizeof(chosen), options);
	const char *wrong = check_objects(group, service, sized);
	hzi_call *call;
	hz_future future;
	if (!begin(client, &OBJECTS, &call, &future)) {
		return future;
	}
	if (wrong != NULL) {
		return hzi_call_refuse(call, HZ_ERR_ARGUMENT, wrong);
	}
	call->extra = strdup(service); // for the list
	call->extra_free = free;
	if (call->extra == NULL) {
		return hzi_call_refuse(call, HZ_ERR_MEMORY, "no memory for the call");
	}
	return hzi_call_submit(call,
			&(hzp_cp_subsystem_get_cp_object_infos_request){
					.group_id = {.present = true,
							.name = hzp_str(group->name),
							.seed = group->seed,
							.id = group->id},
					.service_name = hzp_str(service),
					.tombstone = chosen.destroyed,
			});
}

// The answer has the names alone: the texts of the list are those, and the service as often.
static hz_err
read_objects(hzi_call *call, hz_result *out, hz_error *err)
{
	hzp_cp_subsystem_get_cp_object_infos_response response;
	hzp_bytes service = hzp_str(call->extra), name;
	hz_err e = hzi_call_decode(call, &response, err);
	if (e != HZ_OK) {
		return e;
	}
	size_t count = response.response.count;
	hz_objects *objects = hzi_objects_new(count, call->response.n + count * service.n);
	if (objects == NULL) {
		return hzi_fail(err, HZ_ERR_MEMORY, "no memory for the list of objects");
	}
	hzp_iter iter = hzp_iter_start(&response.response);
	while (hzp_iter_next(&iter, &name)) {
		hzi_objects_add(objects, service, name);
	}
	hzi_result_object(out, objects, free);
	return HZ_OK;
}
