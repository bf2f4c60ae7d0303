// SPDX-License-Identifier: Apache-2.0
//
// The CP subsystem as such: which groups the members have made, which structures live in a group,
// and listeners for the members that take part. The structures have headers of their own
// (atomic_long.h, atomic_reference.h, count_down_latch.h, fenced_lock.h, semaphore.h).
//
// All of this is about members that agree by Raft. A member in unsafe mode has no groups to list,
// which is HZ_ERR_UNSUPPORTED like everything here on a member without a CP subsystem; it takes
// listeners, which never hear anything.
#ifndef HAZELCAST_CP_SUBSYSTEM_H
#define HAZELCAST_CP_SUBSYSTEM_H

#include <hazelcast/listener.h>
#include <hazelcast/object.h>

#ifdef __cplusplus
extern "C" {
#endif

// The services of CP structures, by the names that members use (see object.h).
#define HZ_SERVICE_ATOMIC_LONG "hz:raft:atomicLongService"
#define HZ_SERVICE_ATOMIC_REFERENCE "hz:raft:atomicRefService"
#define HZ_SERVICE_COUNT_DOWN_LATCH "hz:raft:countDownLatchService"
#define HZ_SERVICE_FENCED_LOCK "hz:raft:lockService"
#define HZ_SERVICE_SEMAPHORE "hz:raft:semaphoreService"

// ---- Groups ----

// One CP group. A group that was destroyed and made again has the same name, but other numbers.
// Made by the library only; later versions may append members.
typedef struct hz_cp_group {
	const char *name; // UTF-8, terminated; lent by the list or the event
	int64_t seed;
	int64_t id;
} hz_cp_group;

// A snapshot of the groups. Opaque.
typedef struct hz_cp_group_list hz_cp_group_list;

// Asks for all groups that are not destroyed, METADATA, which the members keep for themselves,
// included. Any thread; does not block. Result: object, an hz_cp_group_list to be ended with
// hz_cp_group_list_destroy. HZ_ERR_UNSUPPORTED: members older than 5.4, open-source members since
// 5.5, and members in unsafe mode. Errors as any call. Since 0.1.
HZ_API hz_future hz_cp_groups_async(hz_client *client);

// The same, awaited; with the client's invocation timeout. Gives *out; out may not be NULL. Since
// 0.1.
HZ_API HZ_INLINE hz_err
hz_cp_groups(hz_client *client, hz_cp_group_list **out, hz_error *err)
{
	void *object = NULL;
	hz_err e = hz_run_object(hz_cp_groups_async(client), out != NULL ? &object : NULL, err);
	if (e == HZ_OK && out != NULL) {
		*out = (hz_cp_group_list *)object;
	}
	return e;
}

// How many there are; 0 for NULL. Does not block. Since 0.1.
HZ_API size_t hz_cp_group_list_count(const hz_cp_group_list *groups);

// The i-th, in no order; lent until the list is destroyed; NULL past the end. Does not block. Since
// 0.1.
HZ_API const hz_cp_group *hz_cp_group_list_at(const hz_cp_group_list *groups, size_t i);

// Ends the list. NULL-safe, nulls the pointer. Since 0.1.
HZ_API void hz_cp_group_list_destroy(hz_cp_group_list **groups);

// ---- Structures of a group ----

// Size-first: start from hz_cp_objects_options_default() or set `size`.
typedef struct hz_cp_objects_options {
	size_t size;
	bool destroyed; // those that were destroyed, whose names the group refuses for ever
} hz_cp_objects_options;

// All defaults: the structures that are there. Since 0.1.
static inline hz_cp_objects_options
hz_cp_objects_options_default(void)
{
	hz_cp_objects_options options = {sizeof(hz_cp_objects_options), false};
	return options;
}

// Asks for the structures of one service in one group. A structure is there from its first change
// on; opening a handle makes none. Lends group, service and options (NULL: defaults). Any thread;
// does not block. Result: object, an hz_objects (object.h) to be ended with hz_objects_destroy,
// whose names are without '@' and group. HZ_ERR_GROUP_DESTROYED: there is no such group (any more).
// HZ_ERR_ARGUMENT: the members know no such service. HZ_ERR_UNSUPPORTED as hz_cp_groups_async, but
// a member in unsafe mode gives no answer at all. Errors as any call. Since 0.1.
HZ_API hz_future hz_cp_objects_async(hz_client *client, const hz_cp_group *group,
		const char *service, const hz_cp_objects_options *options);

// The same, awaited; with the client's invocation timeout. Gives *out; out may not be NULL. Since
// 0.1.
HZ_API HZ_INLINE hz_err
hz_cp_objects(hz_client *client, const hz_cp_group *group, const char *service,
		const hz_cp_objects_options *options, hz_objects **out, hz_error *err)
{
	void *object = NULL;
	hz_err e = hz_run_object(hz_cp_objects_async(client, group, service, options),
			out != NULL ? &object : NULL, err);
	if (e == HZ_OK && out != NULL) {
		*out = (hz_objects *)object;
	}
	return e;
}

// ---- Members of the CP subsystem ----

// A member in its role as a CP member. Made by the library only; later versions may append members.
typedef struct hz_cp_member {
	hz_uuid uuid;     // as CP member; that of hz_member, unless it came back from disk
	const char *host; // lent for the call
	uint16_t port;
} hz_cp_member;

// Size-first: zero it and set `size`.
typedef struct hz_cp_membership_listener {
	size_t size;
	void *ctx;
	void (*added)(void *ctx, const hz_cp_member *member);
	void (*removed)(void *ctx, const hz_cp_member *member);
	void (*gap)(void *ctx, const hz_gap *gap);
	void (*end)(void *ctx);
} hz_cp_membership_listener;

// Adds a listener for members that become CP members or stop being that: by order, or since they
// were missing for too long. That a member is dead removes nobody; the availability listener below
// hears of it. Registers at the members: blocks until those connected have confirmed, at most the
// invocation timeout. Lends the struct, which is copied, and takes ctx: `end` is called in every
// case, also when this call fails (but not for a NULL listener). HZ_ERR_ARGUMENT, HZ_ERR_MEMORY,
// HZ_ERR_CLOSED, HZ_ERR_FORKED, HZ_ERR_UNSUPPORTED (open-source members since 5.5) and the errors
// of a call. Since 0.1.
HZ_API hz_err hz_cp_listen_members(hz_client *client, const hz_cp_membership_listener *listener,
		hz_listener_id *out, hz_error *err);

// ---- Availability of groups ----

// A group has lost one of its members. Lent for the call; made by the library only; later versions
// may append members.
typedef struct hz_cp_availability {
	hz_cp_group group;
	const hz_cp_member *members; // all that the group has
	size_t count;
	const hz_cp_member *unavailable; // those of them that cannot be reached
	size_t unavailable_count;
	// The member was shut down in order; false as well if the members are older than 5.4 and
	// do not say.
	bool shutdown;
} hz_cp_availability;

// Size-first: zero it and set `size`.
typedef struct hz_cp_availability_listener {
	size_t size;
	void *ctx;
	// The group goes on: most of its members are there.
	void (*decreased)(void *ctx, const hz_cp_availability *event);
	// The group answers nobody until members come back.
	void (*majority_lost)(void *ctx, const hz_cp_availability *event);
	void (*gap)(void *ctx, const hz_gap *gap);
	void (*end)(void *ctx);
} hz_cp_availability_listener;

// Adds a listener for groups that lose members. Each member tells of it, so an event may come once
// from every member. As hz_cp_listen_members. Since 0.1.
HZ_API hz_err hz_cp_listen_availability(hz_client *client,
		const hz_cp_availability_listener *listener, hz_listener_id *out, hz_error *err);

// ---- Before there is a client ----

// As hz_config_listen_lifecycle (listener.h). A cluster without a CP subsystem refuses them, as it
// does after a client was made; that is logged, and keeps nobody from connecting. Since 0.1.
HZ_API hz_err hz_config_listen_cp_members(
		hz_config *config, const hz_cp_membership_listener *listener, hz_error *err);
HZ_API hz_err hz_config_listen_cp_availability(
		hz_config *config, const hz_cp_availability_listener *listener, hz_error *err);

#ifdef __cplusplus
}
#endif

#endif
