// SPDX-License-Identifier: Apache-2.0
//
// CP groups, and the handles of the structures that live in one. A name is "object" or
// "object@group"; whoever opens the first handle of a name asks the members which group stands
// behind it, which makes the group if there is none. The members' answer, not the text behind the
// '@', is what requests carry: without Raft the default group is another one for each object.
//
//	struct hz_atomic_long {
//		HZI_CP_HANDLE;
//	};
//
// Open, close, destroy and the like of such a structure come from HZI_CONCURRENCY_API of
// proxies/map_backend/handle.h, for it may stand on either backend.
#ifndef HZI_PROXIES_CP_GROUP_H
#define HZI_PROXIES_CP_GROUP_H

#include "core/cp_leaders.h"
#include "protocol/gen/types.h"
#include "proxies/handle_api.h"
#include "proxies/names.h"

#include <hazelcast/cp_subsystem.h>

// A group that this client has met, the only one with this address: two structures are in the same
// group if they have the same pointer. Lives as long as the client and never changes.
typedef struct hzi_cp_group {
	const hzi_cp_leader *leader;
	int64_t seed;
	int64_t id;
	uint32_t length;
	char name[]; // terminated
} hzi_cp_group;

// What all handles of one structure share. Lives as long as the client.
typedef struct hzi_cp_object {
	_Atomic(const hzi_cp_group *) group; // NULL: the next one to open it has to ask
	_Atomic(struct hzi_cp_bond *) bonds; // bond.h; NULL: no calls with sessions
} hzi_cp_object;

// The head of every handle of a CP structure. It stays bound to the group that it was opened in.
typedef struct hzi_cp_handle {
	hzi_handle handle; // its name is what members call the proxy: object[@group]
	hzi_cp_object *object;
	const hzi_cp_group *group;
	uint32_t object_length; // of the part of the name before the '@'
	struct hzi_cell *cell;  // of the map backend (proxies/map_backend); NULL: this one
} hzi_cp_handle;

#define HZI_CP_HANDLE                                                                              \
	union {                                                                                    \
		hzi_handle handle;                                                                 \
		hzi_cp_handle cp;                                                                  \
	}

// ---- Handles ----

// Writes the one spelling that all spellings of a name share: without blanks around its parts, and
// without "@default". `to` has room for strlen(name) + 1 bytes. HZ_ERR_ARGUMENT: an empty part, a
// second '@', or the group METADATA, which belongs to the members. Any thread; does not block.
hz_err hzi_cp_name_write(const char *name, char *to, hz_error *err);

// Gives a handle of `size` bytes, zeroed behind its hzi_cp_handle, after asking the members for the
// group if nobody has yet: one round trip with the deadline of `call`. Lends name and call; service
// is static. Errors as hzi_handle_open; HZ_ERR_UNSUPPORTED when the member has no CP subsystem.
hz_err hzi_cp_open(hz_client *client, const char *service, const char *name, const hz_call *call,
		size_t size, hzi_handle **out, hz_error *err);

// Destroys the structure in its group, for ever: the members refuse its name from then on.
hz_future hzi_cp_destroy_async(hzi_cp_handle *handle);

// ---- Calls ----

// What begins every request: the group, and the structure's name in it. Both lent.
static inline hzp_raft_group_id
hzi_cp_group_id(const hzi_cp_group *group)
{
	return (hzp_raft_group_id){
			.present = true,
			.name = {(const uint8_t *)group->name, group->length},
			.seed = group->seed,
			.id = group->id,
	};
}

static inline hzp_bytes
hzi_cp_object_name(const hzi_cp_handle *handle)
{
	return (hzp_bytes){(const uint8_t *)handle->handle.name, handle->object_length};
}

// Begins a call; as hzi_call_begin. It has an aim, so that an answer that says that the group was
// destroyed makes the next one to open the name ask again.
bool hzi_cp_begin(hzi_cp_handle *handle, const hzi_op *op, hzi_call **call, hz_future *future);

// The parts of that aim, for calls that have one of their own. call->aim_ctx is the structure, and
// call->aim_at its group; call->extra is the proxy's. After a failed try whose outcome the
// members do not know either, hzi_cp_again repeats a retryable call, and no other one: that one is
// in doubt.
hz_err hzi_cp_choose(hzi_call *call);
hzi_again hzi_cp_again(hzi_call *call);

// The same for calls that have another aim_ctx: to the group's leader, if it is known, else to any
// member. `harmless`: the call may be repeated whatever has become of it.
void hzi_cp_route(hzi_call *call, const hzi_cp_group *group);
hzi_again hzi_cp_again_in(
		hzi_call *call, hzi_cp_object *object, const hzi_cp_group *group, bool harmless);

// Requests of the common shapes: the whole of the call. The struct of the row's request has exactly
// the fields that the name says, behind group and name.
hz_future hzi_cp_send(hzi_cp_handle *handle, const hzi_op *op);
hz_future hzi_cp_send_i64(hzi_cp_handle *handle, const hzi_op *op, int64_t value);
hz_future hzi_cp_send_value(hzi_cp_handle *handle, const hzi_op *op, hz_value value);

#endif
