// SPDX-License-Identifier: Apache-2.0
//
// What the CP subsystem tells of itself: its groups, the structures in a group, and that it takes
// listeners. Members in unsafe mode, or without a CP subsystem, have nothing to tell.
#include "tests/cp/rig.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

static hz_error err;

// ---- Groups ----

static hz_cp_group_list *
groups_of(hz_client *client)
{
	hz_cp_group_list *groups = NULL;
	HZT_OK_ERR(hz_cp_groups(client, &groups, &err), &err);
	return groups;
}

static const hz_cp_group *
find_group(const hz_cp_group_list *groups, const char *name)
{
	for (size_t i = 0; i < hz_cp_group_list_count(groups); i++) {
		if (strcmp(hz_cp_group_list_at(groups, i)->name, name) == 0) {
			return hz_cp_group_list_at(groups, i);
		}
	}
	return NULL;
}

static hz_atomic_long *
open_long(const char *name)
{
	hz_atomic_long *number = NULL;
	HZT_OK_ERR(hz_atomic_long_open(rig_client(), name, NULL, &number, &err), &err);
	HZT_OK_ERR(hz_atomic_long_set(number, 1, &err), &err);
	return number;
}

static void
unsafe_members_have_no_groups(void)
{
	hz_cp_group_list *groups = NULL;
	HZT_EQ_INT(hz_cp_groups(rig_client(), &groups, &err), HZ_ERR_UNSUPPORTED);
	HZT_EQ_INT(err.code, HZ_ERR_UNSUPPORTED);
	HZT_CHECK(!err.retryable && !err.in_doubt);
	HZT_CHECK(strstr(err.message, "unsafe mode") != NULL);
	HZT_CHECK(groups == NULL);
}

static void
lists_groups(void)
{
	if (!rig_is_raft()) {
		unsafe_members_have_no_groups();
		return;
	}
	hz_atomic_long *here = open_long(rig_name("here", NULL));
	hz_atomic_long *there = open_long(rig_name("there", "side"));
	hz_cp_group_list *groups = groups_of(rig_other());
	const hz_cp_group *own = find_group(groups, "METADATA");
	const hz_cp_group *first = find_group(groups, "default");
	const hz_cp_group *side = find_group(groups, "side");
	HZT_CHECK(own != NULL && first != NULL && side != NULL);
	HZT_CHECK(side->id != first->id && side->id != own->id);
	HZT_CHECK(hz_cp_group_list_count(groups) >= 3);
	HZT_CHECK(hz_cp_group_list_at(groups, hz_cp_group_list_count(groups)) == NULL);
	hz_cp_group_list_destroy(&groups);
	HZT_CHECK(groups == NULL);
	HZT_OK_ERR(hz_atomic_long_destroy(&here, &err), &err);
	HZT_OK_ERR(hz_atomic_long_destroy(&there, &err), &err);
}

// ---- Structures ----

typedef struct listed {
	const hz_cp_group *group;
	const char *service, *name;
	bool destroyed; // in which list
	bool want;      // to be there
} listed;

static bool
is_listed(void *ctx)
{
	const listed *l = ctx;
	hz_cp_objects_options options = hz_cp_objects_options_default();
	hz_objects *objects = NULL;
	bool found = false;
	options.destroyed = l->destroyed;
	HZT_OK_ERR(hz_cp_objects(rig_other(), l->group, l->service, &options, &objects, &err),
			&err);
	for (size_t i = 0; i < hz_objects_count(objects); i++) {
		const hz_object_info *object = hz_objects_at(objects, i);
		HZT_EQ_STR(object->service, l->service);
		found = found || strcmp(object->name, l->name) == 0;
	}
	hz_objects_destroy(&objects);
	return found == l->want;
}

// The structure is in one of the two lists. Whichever member of the group is asked may hear of the
// last change a moment later than the leader.
static void
expect_listed(const hz_cp_group *group, const char *service, const char *name, bool destroyed)
{
	listed there = {group, service, name, destroyed, true};
	listed not_there = {group, service, name, !destroyed, false};
	HZT_AWAIT(is_listed, &there, 10000);
	HZT_AWAIT(is_listed, &not_there, 10000);
}

// Makes one structure of each service by its first change.
static void
change_each(const char *name)
{
	hz_atomic_reference *reference = NULL;
	hz_count_down_latch *latch = NULL;
	hz_fenced_lock *lock = NULL;
	hz_semaphore *semaphore = NULL;
	hz_client *client = rig_client();
	bool done = false;
	hz_atomic_long *number = open_long(name);
	HZT_OK_ERR(hz_atomic_reference_open(client, name, NULL, &reference, &err), &err);
	HZT_OK_ERR(hz_atomic_reference_set(reference, hz_i64(1), &err), &err);
	HZT_OK_ERR(hz_count_down_latch_open(client, name, NULL, &latch, &err), &err);
	HZT_OK_ERR(hz_count_down_latch_try_set_count(latch, 1, &done, &err), &err);
	HZT_OK_ERR(hz_fenced_lock_open(client, name, NULL, &lock, &err), &err);
	HZT_OK_ERR(hz_fenced_lock_lock(lock, NULL, &err), &err);
	HZT_OK_ERR(hz_fenced_lock_unlock(lock, &err), &err);
	HZT_OK_ERR(hz_semaphore_open(client, name, NULL, &semaphore, &err), &err);
	HZT_OK_ERR(hz_semaphore_init(semaphore, 1, &done, &err), &err);
	hz_atomic_long_close(&number);
	hz_atomic_reference_close(&reference);
	hz_count_down_latch_close(&latch);
	hz_fenced_lock_close(&lock);
	hz_semaphore_close(&semaphore);
}

static const char *const services[] = {HZ_SERVICE_ATOMIC_LONG, HZ_SERVICE_ATOMIC_REFERENCE,
		HZ_SERVICE_COUNT_DOWN_LATCH, HZ_SERVICE_FENCED_LOCK, HZ_SERVICE_SEMAPHORE};

static void
lists_structures(void)
{
	if (!rig_is_raft()) {
		return;
	}
	char object[128], name[160];
	snprintf(object, sizeof(object), "%s", rig_name("listed", NULL));
	snprintf(name, sizeof(name), "%s@side", object);
	change_each(name);
	hz_cp_group_list *groups = groups_of(rig_client());
	const hz_cp_group *side = find_group(groups, "side");
	const hz_cp_group *own = find_group(groups, "METADATA");
	HZT_CHECK(side != NULL && own != NULL);
	for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++) {
		listed elsewhere = {own, services[i], object, false, false};
		expect_listed(side, services[i], object, false);
		HZT_CHECK(is_listed(&elsewhere));
	}
	hz_cp_group_list_destroy(&groups);
}

static void
lists_destroyed_structures(void)
{
	if (!rig_is_raft()) {
		return;
	}
	char object[128], name[160];
	snprintf(object, sizeof(object), "%s", rig_name("destroyed", NULL));
	snprintf(name, sizeof(name), "%s@side", object);
	hz_atomic_long *number = open_long(name);
	hz_cp_group_list *groups = groups_of(rig_client());
	const hz_cp_group *side = find_group(groups, "side");
	HZT_CHECK(side != NULL);
	expect_listed(side, HZ_SERVICE_ATOMIC_LONG, object, false);
	HZT_OK_ERR(hz_atomic_long_destroy(&number, &err), &err);
	expect_listed(side, HZ_SERVICE_ATOMIC_LONG, object, true);
	hz_cp_group_list_destroy(&groups);
}

static void
refuses_what_is_not_there(void)
{
	if (!rig_is_raft()) {
		return;
	}
	hz_objects *objects = NULL;
	hz_cp_group_list *groups = groups_of(rig_client());
	hz_cp_group other = *find_group(groups, "default");
	other.id += 1000000;
	HZT_EQ_INT(hz_cp_objects(rig_client(), &other, HZ_SERVICE_SEMAPHORE, NULL, &objects, &err),
			HZ_ERR_GROUP_DESTROYED);
	HZT_EQ_INT(err.code, HZ_ERR_GROUP_DESTROYED);
	HZT_EQ_INT(hz_cp_objects(rig_client(), hz_cp_group_list_at(groups, 0), HZ_SERVICE_MAP, NULL,
				   &objects, &err),
			HZ_ERR_ARGUMENT);
	HZT_EQ_INT(err.server_code, 23);
	HZT_CHECK(objects == NULL);
	hz_cp_group_list_destroy(&groups);
}

static void
refuses_nothing_at_all(void)
{
	static char long_name[2000];
	hz_cp_group group = {.name = "default"}, nameless = {.name = NULL};
	hz_cp_objects_options sizeless = {0};
	hz_client *client = rig_client();
	hz_objects *objects = NULL;
	memset(long_name, 'a', sizeof(long_name) - 1);
	HZT_EQ_INT(hz_cp_objects(client, NULL, "s", NULL, &objects, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_cp_objects(client, &nameless, "s", NULL, &objects, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_cp_objects(client, &group, NULL, NULL, &objects, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_cp_objects(client, &group, long_name, NULL, &objects, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_cp_objects(client, &group, "s", &sizeless, &objects, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(err.server_code, 0);
	HZT_EQ_INT(hz_cp_groups(client, NULL, &err), HZ_ERR_ARGUMENT);
	HZT_CHECK(objects == NULL);
}

// ---- Listeners ----

static void
on_end(void *ctx)
{
	_Atomic int *ends = ctx;
	atomic_fetch_add(ends, 1);
}

static void
takes_listeners(void)
{
	static _Atomic int ends;
	const hz_cp_membership_listener members = {
			.size = sizeof(members), .ctx = &ends, .end = on_end};
	const hz_cp_availability_listener availability = {
			.size = sizeof(availability), .ctx = &ends, .end = on_end};
	hz_listener_id first = {0}, second = {0};
	hz_client *client = rig_client();
	HZT_OK_ERR(hz_cp_listen_members(client, &members, &first, &err), &err);
	HZT_OK_ERR(hz_cp_listen_availability(client, &availability, &second, &err), &err);
	HZT_CHECK(first.id != 0 && second.id != 0 && first.id != second.id);
	HZT_EQ_INT(atomic_load(&ends), 0);
	HZT_OK_ERR(hz_listener_remove(client, first, &err), &err);
	HZT_EQ_INT(atomic_load(&ends), 1);
	HZT_OK_ERR(hz_listener_remove(client, second, &err), &err);
	HZT_EQ_INT(atomic_load(&ends), 2);
	HZT_EQ_INT(hz_cp_listen_members(client, &members, NULL, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_cp_listen_availability(NULL, &availability, &first, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(atomic_load(&ends), 4);
}

// ---- Members without a CP subsystem ----

static void
members_without_cp(void)
{
	static _Atomic int ends;
	const hz_cp_membership_listener members = {
			.size = sizeof(members), .ctx = &ends, .end = on_end};
	const hz_cp_availability_listener availability = {
			.size = sizeof(availability), .ctx = &ends, .end = on_end};
	const hz_cp_group group = {.name = "default"};
	hz_client *client = rig_client_of(hzt_shared_addresses(), NULL, NULL);
	hz_cp_group_list *groups = NULL;
	hz_objects *objects = NULL;
	hz_listener_id id = {0};
	HZT_EQ_INT(hz_cp_groups(client, &groups, &err), HZ_ERR_UNSUPPORTED);
	HZT_EQ_INT(err.server_code, 61);
	HZT_EQ_INT(hz_cp_objects(client, &group, HZ_SERVICE_SEMAPHORE, NULL, &objects, &err),
			HZ_ERR_UNSUPPORTED);
	HZT_EQ_INT(hz_cp_listen_members(client, &members, &id, &err), HZ_ERR_UNSUPPORTED);
	HZT_EQ_INT(hz_cp_listen_availability(client, &availability, &id, &err), HZ_ERR_UNSUPPORTED);
	HZT_EQ_INT(err.server_code, 61);
	HZT_CHECK(groups == NULL && objects == NULL && id.id == 0);
	HZT_EQ_INT(atomic_load(&ends), 2);
	hz_client_destroy(&client);
}

// Such members refuse the listeners of a configuration too; the client goes on without.
static void
members_without_cp_and_a_configuration(void)
{
	static _Atomic int ends;
	const hz_cp_membership_listener members = {
			.size = sizeof(members), .ctx = &ends, .end = on_end};
	const hz_cp_availability_listener availability = {
			.size = sizeof(availability), .ctx = &ends, .end = on_end};
	hz_config *config = NULL;
	hz_client *client = NULL;
	hz_objects *objects = NULL;
	HZT_OK_ERR(hz_config_new(&config, &err), &err);
	HZT_OK_ERR(hz_config_set(config, "network.cluster-members", hzt_shared_addresses(), &err),
			&err);
	HZT_OK_ERR(hz_config_listen_cp_members(config, &members, &err), &err);
	HZT_OK_ERR(hz_config_listen_cp_availability(config, &availability, &err), &err);
	HZT_EQ_INT(hz_config_listen_cp_members(NULL, &members, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_config_listen_cp_availability(config, NULL, &err), HZ_ERR_ARGUMENT);
	HZT_OK_ERR(hz_client_new(config, &client, &err), &err);
	HZT_OK_ERR(hz_client_objects(client, &objects, &err), &err);
	HZT_EQ_INT(atomic_load(&ends), 0);
	hz_objects_destroy(&objects);
	hz_config_destroy(&config);
	HZT_OK_ERR(hz_client_shutdown(client, 10000, &err), &err);
	HZT_EQ_INT(atomic_load(&ends), 2);
	hz_client_destroy(&client);
}

static const hzt_case cases[] = {
		{"lists_groups", lists_groups},
		{"lists_structures", lists_structures},
		{"lists_destroyed_structures", lists_destroyed_structures},
		{"refuses_what_is_not_there", refuses_what_is_not_there},
		{"refuses_nothing_at_all", refuses_nothing_at_all},
		{"takes_listeners", takes_listeners},
		{"members_without_cp", members_without_cp},
		{"members_without_cp_and_a_configuration", members_without_cp_and_a_configuration},
};

HZT_MAIN("cp_subsystem", cases)
