// SPDX-License-Identifier: Apache-2.0
//
// The listener for structures that come and go in the cluster.
#include "tests/cluster/session.h"

#include <stdatomic.h>
#include <string.h>

static hz_error err;

// What was heard of the one structure with this name; others belong to other tests.
typedef struct heard {
	const char *service;
	const char *name;
	_Atomic int created, destroyed, ends;
	_Atomic bool from_nowhere;
} heard;

static void
count(heard *h, _Atomic int *counter, const hz_object_event *e)
{
	if (strcmp(e->service, h->service) == 0 && strcmp(e->name, h->name) == 0) {
		if (e->member.msb == 0 && e->member.lsb == 0) {
			atomic_store(&h->from_nowhere, true);
		}
		atomic_fetch_add(counter, 1);
	}
}

static void
on_created(void *ctx, const hz_object_event *e)
{
	heard *h = ctx;
	count(h, &h->created, e);
}

static void
on_destroyed(void *ctx, const hz_object_event *e)
{
	heard *h = ctx;
	count(h, &h->destroyed, e);
}

static void
on_end(void *ctx)
{
	heard *h = ctx;
	atomic_fetch_add(&h->ends, 1);
}

static hz_object_listener
listener_of(heard *h, const char *service, const char *name)
{
	memset(h, 0, sizeof(*h));
	h->service = service;
	h->name = name;
	return (hz_object_listener){
			.size = sizeof(hz_object_listener),
			.ctx = h,
			.created = on_created,
			.destroyed = on_destroyed,
			.end = on_end,
	};
}

static bool
heard_created(void *ctx)
{
	heard *h = ctx;
	return atomic_load(&h->created) > 0;
}

static bool
heard_destroyed(void *ctx)
{
	heard *h = ctx;
	return atomic_load(&h->destroyed) > 0;
}

// A client of one member: a structure that one member has just made is not yet known to the others,
// and who does not know it tells of no end.
static hz_client *
actor(void)
{
	return session_client_with("network.smart-routing", "false");
}

static void
hears_of_what_others_create_and_destroy(void)
{
	static heard h;
	const char *name = session_name("object");
	hz_object_listener listener = listener_of(&h, HZ_SERVICE_LIST, name);
	hz_listener_id id = {0};
	hz_list *list = NULL;
	hz_client *client = actor();
	HZT_OK_ERR(hz_client_listen_objects(session_client(), &listener, &id, &err), &err);
	HZT_OK_ERR(hz_list_open(client, name, NULL, &list, &err), &err);
	HZT_AWAIT(heard_created, &h, 30000);
	HZT_EQ_INT(atomic_load(&h.destroyed), 0);
	HZT_OK_ERR(hz_list_destroy(&list, &err), &err);
	HZT_AWAIT(heard_destroyed, &h, 30000);
	HZT_EQ_INT(atomic_load(&h.created), 1);
	HZT_EQ_INT(atomic_load(&h.destroyed), 1);
	HZT_CHECK(!atomic_load(&h.from_nowhere));
	HZT_OK_ERR(hz_listener_remove(session_client(), id, &err), &err);
	HZT_EQ_INT(atomic_load(&h.ends), 1);
	hz_client_destroy(&client);
}

// A second listener shows that the events of the removed one have passed.
static void
hears_nothing_after_removal(void)
{
	static heard gone, here;
	const char *name = session_name("removed");
	hz_object_listener listener = listener_of(&gone, HZ_SERVICE_SET, name);
	hz_object_listener witness = listener_of(&here, HZ_SERVICE_SET, name);
	hz_listener_id id = {0}, other = {0};
	hz_set *set = NULL;
	hz_client *client = actor();
	HZT_OK_ERR(hz_client_listen_objects(session_client(), &listener, &id, &err), &err);
	HZT_OK_ERR(hz_client_listen_objects(session_client(), &witness, &other, &err), &err);
	HZT_OK_ERR(hz_listener_remove(session_client(), id, &err), &err);
	HZT_EQ_INT(atomic_load(&gone.ends), 1);
	HZT_OK_ERR(hz_set_open(client, name, NULL, &set, &err), &err);
	// A member tells of no end before it has told of the beginning, which it does in its own time.
	HZT_AWAIT(heard_created, &here, 30000);
	HZT_OK_ERR(hz_set_destroy(&set, &err), &err);
	HZT_AWAIT(heard_destroyed, &here, 30000);
	HZT_EQ_INT(atomic_load(&gone.created) + atomic_load(&gone.destroyed), 0);
	HZT_OK_ERR(hz_listener_remove(session_client(), id, &err), &err);
	HZT_OK_ERR(hz_listener_remove(session_client(), other, &err), &err);
	hz_client_destroy(&client);
}

static void
a_refused_listener_ends_too(void)
{
	static heard h;
	hz_object_listener listener = listener_of(&h, HZ_SERVICE_SET, "");
	hz_object_listener sizeless = listener;
	hz_listener_id id = {0};
	HZT_EQ_INT(hz_client_listen_objects(NULL, &listener, &id, &err), HZ_ERR_ARGUMENT);
	HZT_EQ_INT(hz_client_listen_objects(session_client(), &listener, NULL, &err),
			HZ_ERR_ARGUMENT);
	sizeless.size = 0;
	HZT_EQ_INT(hz_client_listen_objects(session_client(), &sizeless, &id, &err),
			HZ_ERR_ARGUMENT);
	HZT_EQ_INT(atomic_load(&h.ends), 2);
	HZT_EQ_INT(id.id, 0);
}

static const hzt_case cases[] = {
		{"hears_of_what_others_create_and_destroy",
				hears_of_what_others_create_and_destroy},
		{"hears_nothing_after_removal", hears_nothing_after_removal},
		{"a_refused_listener_ends_too", a_refused_listener_ends_too},
};

HZT_MAIN("object_listen", cases)
